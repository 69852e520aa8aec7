//! A branch on the desk, with its thread, and how it is listed.

use std::sync::Arc;

use super::super::command::Journalled;
use super::super::scenario::Scenario;
use super::super::show::Activity;
use super::worker::Worker;

/// A branch, as it is listed.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchView {
    /// What it is asked for by.
    pub id: u64,
    /// What it is called.
    pub name: String,
    /// The branch that it began in, and the step.
    pub origin: Option<(u64, u64)>,
    /// Whether it is the one at hand.
    pub active: bool,
    /// Whether it is shown beside the one at hand.
    pub compared: bool,
    /// Steps done.
    pub steps: u64,
    /// What it is doing.
    pub activity: Activity,
    /// Commands that it has and the branch that it began in has not.
    pub changes: Vec<String>,
    /// Whether there is something in it that is not saved.
    pub unsaved: bool,
}

/// Where a branch begins.
#[derive(Clone, Debug)]
pub struct Origin {
    pub branch: u64,
    pub step: u64,
    /// Its journal when it began.
    pub journal: Vec<Journalled>,
    /// What was taken back to begin it.
    pub undone: Option<Journalled>,
}

/// A branch with its thread.
pub struct Run {
    pub id: u64,
    pub name: String,
    pub origin: Option<Origin>,
    pub worker: Worker,
    pub scenario: Arc<Scenario>,
    pub compared: bool,
    /// Whether something was asked of it that nobody wants to lose.
    pub touched: bool,
    /// Steps and journal when it was saved, or opened.
    pub saved: Option<(u64, Vec<Journalled>)>,
}

impl Run {
    /// It as it is listed.
    pub fn view(&self, active: bool) -> BranchView {
        let snapshot = self.worker.snapshot();
        let origin = self.origin.as_ref();
        let common = origin.map_or(0, |o| {
            let own = snapshot.journal.iter();
            own.zip(&o.journal).take_while(|(a, b)| a == b).count()
        });
        let own = snapshot.journal.iter().skip(common);
        let mut changes: Vec<String> = own.map(|j| j.command.describe()).collect();
        if let Some(undone) = origin.and_then(|o| o.undone.as_ref()) {
            changes.insert(0, format!("without {}", undone.command.describe()));
        }
        let now = (snapshot.live_step, &snapshot.journal);
        let began = origin.map(|o| (o.step, &o.journal));
        let saved = self
            .saved
            .as_ref()
            .map(|(steps, journal)| (*steps, journal));
        let nothing = saved == Some(now) || began == Some(now) || now.0 == 0;
        BranchView {
            id: self.id,
            name: self.name.clone(),
            origin: origin.map(|o| (o.branch, o.step)),
            active,
            compared: self.compared,
            steps: snapshot.live_step,
            activity: snapshot.activity.clone(),
            changes,
            unsaved: !nothing,
        }
    }
}
