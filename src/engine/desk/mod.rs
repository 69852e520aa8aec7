//! The desk: where a run is written, looked back at, and driven on a thread of its own.

mod history;
mod opening;
mod run;
mod session;
mod worker;

pub use opening::Opening;
pub use session::{Ending, Session, SessionError};
pub use worker::{Request, Worker};
