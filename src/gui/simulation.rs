//! What the app needs of a run: the latest snapshot, and somewhere to send requests.

use std::sync::Arc;

use crate::engine::{Request, Snapshot, Worker};

/// A run as the app sees it.
pub trait Simulation {
    /// The latest snapshot.
    fn snapshot(&self) -> Arc<Snapshot>;
    /// Asks for something.
    fn send(&self, request: Request);
}

impl Simulation for Worker {
    fn snapshot(&self) -> Arc<Snapshot> {
        Self::snapshot(self)
    }

    fn send(&self, request: Request) {
        Self::send(self, request);
    }
}
