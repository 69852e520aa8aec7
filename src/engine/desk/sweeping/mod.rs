//! Sweeps: a grid of parameters and seeds, run in the background on all cores but one, cell by cell.

mod grid;

pub use grid::{Axis, Cell, Grid, with_changes};

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::super::experiment::{Experiment, Status};
use super::super::scenario::Scenario;
use crate::record::Metric;
use crate::trace::Final;

/// Steps between two reports of how far a run is.
const OFTEN: u64 = 64;
/// Progress is counted in this many parts.
const PARTS: f64 = 1e6;

/// How a cell stands.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It has not begun.
    Waiting,
    /// It runs; the part that is done, 0 to 1.
    Running(f64),
    /// What it ended with, as the closing table has it.
    Done(Arc<BTreeMap<Metric, f64>>),
    /// Why it failed.
    Failed(String),
}

/// A sweep that runs, or ran. Dropping it stops it.
pub struct Sweeping {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    grid: Grid,
    base: Scenario,
    cells: Vec<Cell>,
    next: AtomicUsize,
    stopped: AtomicBool,
    standing: Mutex<Vec<Standing>>,
    progress: Vec<AtomicU32>,
    /// How often something changed.
    news: AtomicUsize,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Sweeping {
    /// Begins a sweep; an error says which cell cannot be and why, or what stands in the way.
    pub fn begin(
        base: &Scenario,
        grid: Grid,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let cells = grid.checked(base)?;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let shared = Arc::new(Shared {
            base: base.clone(),
            next: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            standing: Mutex::new(vec![Standing::Waiting; cells.len()]),
            progress: cells.iter().map(|_| AtomicU32::new(0)).collect(),
            news: AtomicUsize::new(0),
            wake: Box::new(wake),
            grid,
            cells,
        });
        let count = (cores - 1).clamp(1, shared.cells.len().max(1));
        let mut threads = Vec::new();
        for i in 0..count {
            let of = shared.clone();
            let thread = std::thread::Builder::new().name(format!("ammon-sweep-{i}"));
            match thread.spawn(move || of.work()) {
                Ok(thread) => threads.push(thread),
                // Fewer threads do it, too.
                Err(_) if i > 0 => break,
                Err(error) => return Err(format!("no thread for a sweep: {error}")),
            }
        }
        Ok(Self { shared, threads })
    }

    /// What was planned.
    pub fn grid(&self) -> &Grid {
        &self.shared.grid
    }

    /// Its cells, in the order they are begun.
    pub fn cells(&self) -> &[Cell] {
        &self.shared.cells
    }

    /// How each of them stands.
    pub fn standing(&self) -> Vec<Standing> {
        let standing = self.shared.standing.lock();
        let mut standing = standing.map(|s| s.clone()).unwrap_or_default();
        for (standing, progress) in standing.iter_mut().zip(&self.shared.progress) {
            if let Standing::Running(part) = standing {
                *part = f64::from(progress.load(Ordering::Relaxed)) / PARTS;
            }
        }
        standing
    }

    /// A number that is another one when a cell has begun or ended.
    pub fn news(&self) -> usize {
        self.shared.news.load(Ordering::Acquire)
    }

    /// Whether there is nothing more to be done.
    pub fn is_over(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// Ends it after the step that each thread is at; what is done stays.
    pub fn stop(&self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
    }

    /// The scenario of a cell.
    pub fn scenario(&self, cell: &Cell) -> Result<Scenario, String> {
        self.shared.grid.scenario(&self.shared.base, cell)
    }
}

impl Drop for Sweeping {
    fn drop(&mut self) {
        self.stop();
        for thread in self.threads.drain(..) {
            // Its own panic was told by the hook.
            drop(thread.join());
        }
    }
}

impl Shared {
    fn work(&self) {
        // A run stays on its core: the others are for what is on the screen.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let stopped = || self.stopped.load(Ordering::Relaxed);
            let Some(cell) = self.cells.get(at).filter(|_| !stopped()) else {
                return;
            };
            self.set(at, Standing::Running(0.0));
            let ended = match (self.grid.scenario(&self.base, cell), &pool) {
                (Ok(scenario), Ok(pool)) => pool.install(|| self.run(at, &scenario)),
                (Err(error), _) => Standing::Failed(error),
                (_, Err(error)) => Standing::Failed(format!("no thread for it: {error}")),
            };
            self.set(at, ended);
        }
    }

    fn set(&self, at: usize, standing: Standing) {
        if let Ok(mut all) = self.standing.lock()
            && let Some(place) = all.get_mut(at)
        {
            *place = standing;
        }
        self.news.fetch_add(1, Ordering::Release);
        (self.wake)();
    }

    fn run(&self, at: usize, scenario: &Scenario) -> Standing {
        let mut run = Experiment::<f32>::new(scenario);
        let mut last = Final::default();
        loop {
            for _ in 0..OFTEN {
                if self.stopped.load(Ordering::Relaxed) {
                    return Standing::Waiting;
                }
                match run.step(&mut last) {
                    Ok(Status::Running) => {}
                    Ok(_) => return Standing::Done(Arc::new(last.values())),
                    Err(error) => return Standing::Failed(error.to_string()),
                }
            }
            let part = (run.progress().clamp(0.0, 1.0) * PARTS) as u32;
            self.progress[at].store(part, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::engine::load;
    use crate::record::metric;
    use crate::scenario::bundled;

    fn small() -> Scenario {
        let sets = [
            "task.delay=3",
            "hippocampus.store.units=100",
            "hippocampus.entorhinal.units=100",
            "protocol=[Repeat(times: 3, phases: [Wake(episodes: 4), Sleep(ripples: 4), Probe(episodes: 4)])]",
        ];
        load(bundled()[0].document(), &sets.map(String::from), None).unwrap()
    }

    fn grid() -> Grid {
        Grid {
            axes: vec![
                Axis::new("hippocampus.ripple.cue.fraction", "0.2, 0.9").unwrap(),
                Axis::new("cortex.cell.units", "8,16").unwrap(),
            ],
            seeds: vec![1, 2],
        }
    }

    fn wait(sweeping: &Sweeping) {
        let begun = Instant::now();
        while !sweeping.is_over() {
            assert!(begun.elapsed() < Duration::from_mins(2));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn every_cell_ends_with_what_it_ends_with_alone() {
        let sweeping = Sweeping::begin(&small(), grid(), || {}).unwrap();
        wait(&sweeping);
        assert_eq!(sweeping.cells().len(), 8);
        let mut different = std::collections::BTreeSet::new();
        for (cell, standing) in sweeping.cells().iter().zip(sweeping.standing()) {
            let Standing::Done(values) = standing else {
                panic!("{standing:?}")
            };
            let mut alone = Experiment::<f32>::new(&sweeping.scenario(cell).unwrap());
            let mut last = Final::default();
            while alone.step(&mut last).unwrap() == Status::Running {}
            let told = |values: &BTreeMap<Metric, f64>| format!("{values:?}");
            assert_eq!(told(&values), told(&last.values()), "{cell:?}");
            different.insert(told(&values));
            assert!(values.contains_key(&Metric::new(&metric::PROBE_LOSS)));
        }
        assert_eq!(different.len(), 8);
    }

    #[test]
    fn a_cell_that_fails_says_why_and_the_others_go_on() {
        let name = "influence-balancing";
        let found = bundled().iter().find(|b| b.name == name).unwrap();
        let base = load(found.document(), &[], None).unwrap();
        let grid = Grid {
            axes: vec![Axis::new("cortex.optimizer.rate", "0.001, 0.00001").unwrap()],
            seeds: vec![1],
        };
        let sweeping = Sweeping::begin(&base, grid, || {}).unwrap();
        let begun = Instant::now();
        while matches!(sweeping.standing()[1], Standing::Waiting) {
            assert!(begun.elapsed() < Duration::from_mins(2));
            std::thread::sleep(Duration::from_millis(5));
        }
        let first = sweeping.standing().swap_remove(0);
        // With more cores the second may begin before the first has failed.
        if let Standing::Failed(why) = first {
            assert!(why.contains("finite"), "{why}");
        } else {
            assert!(matches!(first, Standing::Running(_)), "{first:?}");
        }
    }

    #[test]
    fn it_stops_and_what_was_done_stays() {
        let scenario = load(bundled()[0].document(), &[], None).unwrap();
        let grid = Grid {
            axes: Vec::new(),
            seeds: (1..=20).collect(),
        };
        let sweeping = Sweeping::begin(&scenario, grid, || {}).unwrap();
        while !matches!(sweeping.standing()[0], Standing::Running(_)) {
            std::thread::sleep(Duration::from_millis(1));
        }
        sweeping.stop();
        wait(&sweeping);
        assert!(matches!(sweeping.standing()[19], Standing::Waiting));
    }
}
