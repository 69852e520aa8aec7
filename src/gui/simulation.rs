//! What the app needs of the runs: the latest snapshots, and somewhere to send requests and wishes.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::{
    Asking, BranchView, Branches, Inquiry, Journalled, Request, Scenario, Snapshot,
};

/// What is wished of the runs on the desk.
#[derive(Debug)]
pub enum Wish {
    /// Another branch, from this step of the run at hand on.
    Fork(u64),
    /// The run at hand once more from its start, so that all of it can be looked at.
    Relive,
    /// Take the latest change back.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// The scenario at hand from the start, in place of all that is there.
    Reset,
    /// Another scenario, in place of all that is there.
    Load(Box<Scenario>),
    /// Another scenario beside what is there, by a name.
    Add(Box<Scenario>, String),
    /// What lies in a run folder, in place of all that is there.
    LoadFolder(PathBuf),
    /// Take a run to hand.
    Activate(u64),
    /// Give a run another name.
    Rename(u64, String),
    /// Show a run beside the one at hand, or no more.
    Compare(u64, bool),
    /// Remove a run.
    Delete(u64),
    /// A run lies on disk as it was when so many steps were done, with this journal.
    Saved(u64, u64, Vec<Journalled>),
    /// Nothing of the run at hand lies anywhere else.
    Unsaved,
    /// Bytes for light frames.
    Budget(u64),
}

/// The runs as the app sees them.
pub trait Simulation {
    /// The latest snapshot of the run at hand.
    fn snapshot(&self) -> Arc<Snapshot>;
    /// Asks something of the run at hand.
    fn send(&mut self, request: Request);
    /// Does what is wished, or says why it cannot be.
    fn wish(&mut self, wish: Wish) -> Result<(), String>;
    /// All runs.
    fn list(&self) -> Vec<BranchView>;
    /// The latest snapshot of any run.
    fn snapshot_of(&self, id: u64) -> Option<Arc<Snapshot>>;
    /// The scenario of the run at hand.
    fn scenario(&self) -> Option<Arc<Scenario>>;
    /// Asks about something of the run at hand.
    fn inquire(&self, asking: Asking) -> Result<Inquiry, String>;
}

impl Simulation for Branches {
    fn snapshot(&self) -> Arc<Snapshot> {
        Self::snapshot(self)
    }

    fn send(&mut self, request: Request) {
        Self::send(self, request);
    }

    fn wish(&mut self, wish: Wish) -> Result<(), String> {
        match wish {
            Wish::Fork(step) => self.fork(step).map(drop),
            Wish::Relive => self.relive(),
            Wish::Undo => self.undo(),
            Wish::Redo => self.redo(),
            Wish::Reset => self.reset(),
            Wish::Load(scenario) => self.load(*scenario),
            Wish::Add(scenario, name) => self.add(*scenario, name).map(drop),
            Wish::LoadFolder(folder) => self.load_folder(&folder),
            Wish::Activate(id) => self.activate(id),
            Wish::Rename(id, name) => self.rename(id, &name),
            Wish::Compare(id, compared) => self.compare(id, compared),
            Wish::Delete(id) => self.delete(id),
            Wish::Saved(id, steps, journal) => {
                self.saved(id, steps, journal);
                Ok(())
            }
            Wish::Unsaved => {
                self.unsaved();
                Ok(())
            }
            Wish::Budget(bytes) => {
                self.set_budget(bytes);
                Ok(())
            }
        }
    }

    fn list(&self) -> Vec<BranchView> {
        Self::list(self)
    }

    fn snapshot_of(&self, id: u64) -> Option<Arc<Snapshot>> {
        Self::snapshot_of(self, id)
    }

    fn scenario(&self) -> Option<Arc<Scenario>> {
        Self::scenario(self)
    }

    fn inquire(&self, asking: Asking) -> Result<Inquiry, String> {
        Self::inquire(self, asking)
    }
}
