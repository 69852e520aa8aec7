//! What a sweep consists of, as data: plan.json and scenario.ron.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::SweepError;
use crate::engine::{Grid, Scenario, load, resolved, with_changes};
use crate::record::Metric;
use crate::scenario::{Sweep, read_file};
use crate::trace::{FolderError, FolderLock, write_atomic};

/// The file that says which runs a sweep consists of.
pub const PLAN: &str = "plan.json";
/// The scenario that they are changes of.
const SCENARIO: &str = "scenario.ron";
/// The folder of their run folders.
const CELLS: &str = "cells";
/// Cells of a sweep at most.
const MOST: usize = 100_000;

/// A run of a sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// What is changed, in a word; nothing in a grid.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// What the change is called; nothing in a grid.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What is changed, each as `--set` takes it: PATH=VALUE.
    pub set: Vec<String>,
    /// Its seed.
    pub seed: u64,
}

impl Planned {
    /// The changes, as paths and values.
    pub fn changes(&self) -> Vec<(&str, &str)> {
        let pairs = self.set.iter().filter_map(|set| set.split_once('='));
        pairs.collect()
    }

    /// What it is called: its name, or else its changes.
    pub fn called(&self) -> String {
        if self.name.is_empty() {
            self.set.join(" ")
        } else {
            self.name.clone()
        }
    }

    /// The value that it gives a parameter.
    pub fn value(&self, path: &str) -> Option<&str> {
        let mut changes = self.changes().into_iter();
        changes
            .find(|(own, _)| *own == path)
            .map(|(_, value)| value)
    }
}

/// plan.json.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The scenario's title.
    pub scenario: String,
    /// The program that planned it.
    pub version: String,
    /// Tasks that an array of them has: the i-th takes every so-manieth run, from the i-th on.
    pub tasks: usize,
    /// The final value that is asked for, where the sweep asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Final values that it is drawn against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<String>,
    /// Its runs; the run folder of the i-th is `cells/i`.
    pub cells: Vec<Planned>,
}

/// What a sweep shall consist of: changes of a scenario that have been checked.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The runs.
    pub cells: Vec<Planned>,
    /// The final value that is asked for.
    pub metric: Option<String>,
    /// Final values that it is drawn against.
    pub against: Vec<String>,
}

impl Wanted {
    /// Every value of every axis with every other, each with every seed.
    pub fn grid(base: &Scenario, grid: &Grid) -> Result<Self, SweepError> {
        let cells = grid.checked(base).map_err(SweepError::Grid)?;
        let cells = cells.iter().map(|cell| Planned {
            set: (grid.changes(cell).iter())
                .map(|(path, value)| format!("{path}={value}"))
                .collect(),
            seed: cell.seed,
            ..Planned::default()
        });
        let cells = cells.collect();
        Ok(Self {
            cells,
            ..Self::default()
        })
    }

    /// Each variation with each seed: all of a seed before the next.
    pub fn list(base: &Scenario, sweep: &Sweep, seeds: &[u64]) -> Result<Self, SweepError> {
        let mut cells = Vec::new();
        for seed in seeds {
            cells.extend(sweep.variations.iter().map(|variation| Planned {
                kind: variation.kind.clone(),
                name: variation.name.clone(),
                set: variation.set.clone(),
                seed: *seed,
            }));
        }
        for cell in cells.iter().take(sweep.variations.len()) {
            let apart = cell.set.iter().find(|set| !set.contains('='));
            let why = match apart {
                Some(set) => Some(format!("`{set}`: write PATH=VALUE")),
                None => Folder::scenario(base, cell).err(),
            };
            if let Some(why) = why {
                return Err(SweepError::Grid(format!("{}: {why}", cell.name)));
            }
        }
        let unknown = |name: &&String| Metric::named(name).declared().is_none();
        if let Some(name) = sweep.against.iter().chain([&sweep.metric]).find(unknown) {
            return Err(SweepError::Grid(format!(
                "there is no metric {name}: see `ammon list metrics`"
            )));
        }
        Ok(Self {
            cells,
            metric: Some(sweep.metric.clone()),
            against: sweep.against.clone(),
        })
    }
}

/// The folder of a sweep.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The sweep in a folder.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run folder of a cell.
    pub fn cell(&self, i: usize) -> PathBuf {
        self.path.join(CELLS).join(i.to_string())
    }

    /// Plans runs of a scenario. Where a plan of the same scenario lies there already, the cells that it has not are added.
    /// `tasks` at most work through it as an array. Returns the plan, and how many cells are new.
    pub fn plan(
        &self,
        base: &Scenario,
        wanted: Wanted,
        tasks: usize,
    ) -> Result<(Plan, usize), SweepError> {
        let text = resolved(base).map_err(|e| SweepError::Grid(e.to_string()))?;
        let there = self.path.join(PLAN).is_file();
        if !there && occupied(&self.path)? {
            return Err(FolderError::Occupied(self.path.clone()).into());
        }
        std::fs::create_dir_all(&self.path).map_err(FolderError::write(&self.path))?;
        let _lock = FolderLock::take(&self.path)?;
        let mut plan = Plan {
            scenario: base.title.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            tasks,
            metric: None,
            against: Vec::new(),
            cells: Vec::new(),
        };
        if there {
            plan = self.read()?;
            let path = self.path.join(SCENARIO);
            let before = std::fs::read_to_string(&path).map_err(FolderError::read(&path))?;
            if before != text {
                return Err(SweepError::Another(self.path.clone()));
            }
        }
        let run = |cell: &Planned| (cell.set.clone(), cell.seed);
        let mut have: HashMap<_, _> = (plan.cells.iter().map(run)).zip(0..).collect();
        let before = plan.cells.len();
        for cell in wanted.cells {
            let at = *have.entry(run(&cell)).or_insert(plan.cells.len());
            match plan.cells.get_mut(at) {
                // It may have another name now.
                Some(own) => *own = cell,
                None => plan.cells.push(cell),
            }
        }
        if wanted.metric.is_some() {
            (plan.metric, plan.against) = (wanted.metric, wanted.against);
        }
        if plan.cells.len() > MOST {
            return Err(SweepError::Grid(format!(
                "{} cells: {MOST} at most",
                plan.cells.len()
            )));
        }
        plan.tasks = tasks.clamp(1, plan.cells.len().max(1));
        write_atomic(&self.path.join(SCENARIO), text.as_bytes())?;
        let json = serde_json::to_string_pretty(&plan).unwrap_or_default() + "\n";
        write_atomic(&self.path.join(PLAN), json.as_bytes())?;
        let added = plan.cells.len() - before;
        Ok((plan, added))
    }

    /// What is planned there.
    pub fn read(&self) -> Result<Plan, FolderError> {
        let path = self.path.join(PLAN);
        let bytes = std::fs::read(&path).map_err(FolderError::read(&path))?;
        serde_json::from_slice(&bytes)
            .map_err(|e| FolderError::broken(&path, format!("is not the plan of a sweep: {e}")))
    }

    /// The scenario that its runs are changes of.
    pub fn base(&self) -> Result<Scenario, SweepError> {
        let path = self.path.join(SCENARIO);
        let text = read_file(&path).map_err(|e| SweepError::Grid(e.to_string()))?;
        load(text, &[], None).map_err(|e| SweepError::Grid(e.to_string()))
    }

    /// The scenario of a cell.
    pub fn scenario(base: &Scenario, cell: &Planned) -> Result<Scenario, String> {
        with_changes(base, &cell.changes(), cell.seed)
    }
}

/// Whether something lies there.
fn occupied(path: &Path) -> Result<bool, FolderError> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) if e.kind() == std::io::ErrorKind::NotADirectory => {
            Err(FolderError::NotAFolder(path.to_path_buf()))
        }
        Err(e) => Err(FolderError::read(path)(e)),
    }
}
