//! Analysis of what happened: how well gradients agree.

mod alignment;

pub use alignment::Alignment;
