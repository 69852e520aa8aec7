//! What the pixel tests in `tests/` have in common.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ammon::engine::{
    Activity, Asking, BranchView, Branches, Inquiry, Request, Scenario, Snapshot, load,
};
use ammon::gui::{App, Simulation, Wish};
use ammon::scenario::bundled;

/// A run that stands still.
pub struct Still(pub Arc<Snapshot>);

impl Simulation for Still {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.0.clone()
    }

    fn send(&mut self, _: Request) {}

    fn wish(&mut self, _: Wish) -> Result<(), String> {
        Ok(())
    }

    fn list(&self) -> Vec<BranchView> {
        Vec::new()
    }

    fn snapshot_of(&self, _: u64) -> Option<Arc<Snapshot>> {
        None
    }

    fn scenario(&self) -> Option<Arc<Scenario>> {
        None
    }

    fn inquire(&self, _: Asking) -> Result<Inquiry, String> {
        Err("it stands still".into())
    }
}

/// A scenario whose steps cost little.
///
/// # Panics
///
/// Where the flagship has no such parameters any more.
pub fn small() -> Scenario {
    let sets = [
        "task.delay=4",
        "hippocampus.store.units=100",
        "hippocampus.entorhinal.units=100",
        "protocol=[Repeat(times: 20, phases: [Wake(episodes: 4), Sleep(ripples: 4), Probe(episodes: 4)])]",
    ];
    load(bundled()[0].document(), &sets.map(String::from), None).unwrap_or_else(|e| panic!("{e}"))
}

/// An app on a run of this scenario after so many steps.
///
/// # Panics
///
/// Where they take more than a minute.
pub fn app_after(scenario: Scenario, steps: u64) -> App {
    let mut desk = Branches::new(scenario, || {}).unwrap_or_else(|e| panic!("{e}"));
    if steps > 0 {
        desk.send(Request::Step(steps));
    }
    let begun = Instant::now();
    while desk.snapshot().step < steps || desk.snapshot().activity == Activity::Running {
        assert!(begun.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(5));
    }
    App::new(Box::new(desk), None)
}

/// What is remembered between sittings, in memory.
#[derive(Default)]
pub struct Memory(pub BTreeMap<String, String>);

impl eframe::Storage for Memory {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.insert(key.into(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.remove(key);
    }

    fn flush(&mut self) {}
}
