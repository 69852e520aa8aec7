//! # Ammon
//!
//! A simulator of one hypothesis: that the brain does backpropagation through time by replay (Lillicrap & Santoro 2019,
//! doi:10.1016/j.conb.2019.01.011).
//!
//! The layers, each importing only from those below it:
//!
//! | module | holds |
//! | --- | --- |
//! | [`cli`], `gui` | the commands, the window |
//! | [`report`], [`sweep`] | runs as one page; many runs as data |
//! | [`figure`] | what is drawn of a run, as shapes and colours |
//! | [`export`] | a run in the formats that other programs read |
//! | [`engine`] | the protocol, commands, snapshots, history, the worker thread |
//! | [`scenario`], [`trace`], [`analysis`] | the RON document, the run folder, alignment and crossings |
//! | [`learning`] | credit-assignment rules, one file each |
//! | [`hippocampus`], [`neocortex`], [`task`] | the model |
//! | [`record`] | what a run tells: tables, metrics, events |
//! | [`episode`], [`circuit`] | what task, neocortex and hippocampus share; regions and pathways |
//! | [`registry`](mod@registry) | declarations of parameters and kinds |
//! | [`numeric`] | products, winners, random streams |
//!
//! A new rule, cell, store, task, phase or panel is one file and its registration lines: `docs/adding` has a page for each.

pub mod analysis;
pub mod circuit;
pub mod cli;
pub mod engine;
pub mod episode;
pub mod export;
pub mod figure;
#[cfg(feature = "gui")]
pub mod gui;
pub mod hippocampus;
pub mod learning;
pub mod neocortex;
pub mod numeric;
pub mod record;
pub mod registry;
pub mod report;
pub mod scenario;
pub mod sweep;
pub mod task;
pub mod trace;
