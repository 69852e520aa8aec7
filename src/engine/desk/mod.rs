//! The desk: where a run is written, looked back at, and driven on a thread of its own.

mod branch;
mod branches;
mod due;
mod edited;
mod ending;
mod inquiry;
mod keyframes;
mod listed;
mod observed;
mod opening;
mod rerunning;
mod retelling;
mod saved;
mod session;
mod sweeping;
mod temporary;
mod waypoints;
mod worker;

pub use branch::{Branch, Fork};
pub use branches::{Branches, COMPARED};
pub use due::Due;
pub use ending::{Ending, SessionError};
pub use inquiry::{Asking, Inquiry};
pub use listed::BranchView;
pub use opening::Opening;
pub use rerunning::{LivedTrace, Rerun, RerunError, RippleTrace, Scene, Witness};
pub use session::Session;
pub use sweeping::{Axis, Cell, Grid, Standing, Sweeping, with_changes};
pub use temporary::{forget, left_behind};
pub use worker::{BUDGET, Request, Seeding, Worker};
