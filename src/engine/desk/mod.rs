//! The desk: where a run is written, looked back at, and driven on a thread of its own.

mod edited;
mod ending;
mod history;
mod opening;
mod run;
mod session;
mod temporary;
mod worker;

pub use ending::{Ending, SessionError};
pub use opening::Opening;
pub use session::Session;
pub use temporary::{forget, left_behind};
pub use worker::{Request, Worker};
