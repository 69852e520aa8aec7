//! What became of the cells of a sweep, as tables: also while it runs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::plan::{Folder, Plan};
use crate::numeric::statistics::{deviation, mean, quantile};
use crate::trace::{FolderError, SUMMARY};

/// How a cell stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It has not begun.
    Waiting,
    /// It has begun and is not done: it runs, or was stopped.
    Begun,
    /// It is done.
    Done,
    /// It failed; why.
    Failed(String),
}

impl Standing {
    /// In a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Begun => "begun",
            Self::Done => "completed",
            Self::Failed(_) => "failed",
        }
    }

    /// That of the cell whose run folder has this summary; none has a cell that has not begun.
    fn of(summary: Option<&Value>) -> Self {
        let Some(summary) = summary else {
            return Self::Waiting;
        };
        match summary["status"].as_str() {
            Some("completed") => Self::Done,
            Some("failed") => {
                let why = summary["error"].as_str().unwrap_or("no reason is told");
                Self::Failed(why.into())
            }
            _ => Self::Begun,
        }
    }
}

/// All cells with what they came to.
#[derive(Clone, Debug)]
pub struct Cells {
    /// What was planned.
    pub plan: Plan,
    /// The parameters that any cell changes, in the order in which they come.
    pub paths: Vec<String>,
    /// How each cell stands.
    pub standing: Vec<Standing>,
    /// What each finished cell ended with, by metric.
    pub last: Vec<BTreeMap<String, f64>>,
}

/// Cells that differ in nothing but their seed, and what they came to in one metric.
#[derive(Clone, Debug)]
pub struct Group {
    /// The first of them.
    pub cell: usize,
    /// The metric.
    pub metric: String,
    /// What finished cells came to, ascending.
    pub values: Vec<f64>,
}

impl Group {
    /// Mean, standard deviation, first quartile, median and third quartile.
    pub fn spread(&self) -> [f64; 5] {
        [
            mean(&self.values),
            deviation(&self.values),
            quantile(&self.values, 0.25),
            quantile(&self.values, 0.5),
            quantile(&self.values, 0.75),
        ]
    }
}

/// How a cell stands, and what it ended with.
fn read(folder: &Folder, i: usize) -> (Standing, BTreeMap<String, f64>) {
    let text = std::fs::read(folder.cell(i).join(SUMMARY)).ok();
    let summary: Option<Value> = text.and_then(|text| serde_json::from_slice(&text).ok());
    let standing = Standing::of(summary.as_ref());
    let last = match (&standing, &summary) {
        (Standing::Done, Some(summary)) => summary["final"].as_object(),
        _ => None,
    };
    let last = last.into_iter().flatten();
    let last = last.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)));
    (standing, last.collect())
}

impl Cells {
    /// Reads what lies in the folder of a sweep.
    pub fn read(folder: &Folder) -> Result<Self, FolderError> {
        let plan = folder.read()?;
        let mut paths: Vec<String> = Vec::new();
        let mut known = BTreeSet::new();
        for cell in &plan.cells {
            for (path, _) in cell.changes() {
                if known.insert(path.to_string()) {
                    paths.push(path.into());
                }
            }
        }
        let (standing, last) = (0..plan.cells.len()).map(|i| read(folder, i)).unzip();
        Ok(Self {
            plan,
            paths,
            standing,
            last,
        })
    }

    /// The parameters that are not the same in all cells.
    pub fn varied(&self) -> Vec<&String> {
        let differs = |path: &&String| {
            let mut values = self.plan.cells.iter().map(|cell| cell.value(path));
            let first = values.next();
            values.any(|value| Some(value) != first)
        };
        self.paths.iter().filter(differs).collect()
    }

    /// Of these cells those that differ in nothing but their seed, in the order in which they come.
    pub(super) fn alike(&self, cells: impl Iterator<Item = usize>) -> Vec<Vec<usize>> {
        let mut places: Vec<Vec<usize>> = Vec::new();
        let mut known: HashMap<&Vec<String>, usize> = HashMap::new();
        for cell in cells {
            let place = *known.entry(&self.plan.cells[cell].set).or_insert_with(|| {
                places.push(Vec::new());
                places.len() - 1
            });
            places[place].push(cell);
        }
        places
    }

    /// Cells that differ in nothing but their seed, in the order in which they come: by metric.
    pub fn groups(&self) -> Vec<Group> {
        let places = self.alike(0..self.plan.cells.len()).into_iter();
        let each = places.flat_map(|cells| {
            let mut metrics: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
            for (name, value) in cells.iter().flat_map(|cell| &self.last[*cell]) {
                metrics.entry(name).or_default().push(*value);
            }
            metrics.into_iter().map(move |(metric, mut values)| {
                values.sort_by(f64::total_cmp);
                Group {
                    cell: cells[0],
                    metric: metric.into(),
                    values,
                }
            })
        });
        each.collect()
    }

    /// How many cells stand in each way.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for standing in &self.standing {
            *counts.entry(standing.name()).or_default() += 1;
        }
        counts
    }

    /// Whether what is changed has names, as in a sweep that is no grid.
    pub fn named(&self) -> bool {
        self.plan.cells.iter().any(|cell| !cell.name.is_empty())
    }

    /// What tells the places of cells apart, in columns: names where they have some, and parameters.
    fn places(&self) -> Vec<String> {
        let names = ["kind", "variation"].into_iter();
        let names = names.filter(|_| self.named()).map(String::from);
        names.chain(self.paths.iter().cloned()).collect()
    }

    /// What stands in these columns for a cell.
    fn place(&self, cell: usize) -> Vec<String> {
        let cell = &self.plan.cells[cell];
        let names = [&cell.kind, &cell.name].into_iter();
        let names = names.filter(|_| self.named()).cloned();
        let value = |path: &String| cell.value(path).unwrap_or_default().to_string();
        names.chain(self.paths.iter().map(value)).collect()
    }

    /// One row for each cell and metric; a cell without any has one row.
    pub(super) fn tidy(&self) -> Result<Vec<u8>, csv::Error> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let head = ["cell", "seed", "status", "error"].map(String::from);
        let tail = ["metric", "value"].map(String::from);
        out.write_record(head.into_iter().chain(self.places()).chain(tail))?;
        for (i, cell) in self.plan.cells.iter().enumerate() {
            let error = match &self.standing[i] {
                Standing::Failed(why) => why.as_str(),
                _ => "",
            };
            let status = self.standing[i].name();
            let begin: Vec<String> = [
                i.to_string(),
                cell.seed.to_string(),
                status.into(),
                error.into(),
            ]
            .into_iter()
            .chain(self.place(i))
            .collect();
            let mut row = |metric: &str, value: String| {
                let begin = begin.iter().map(String::as_str);
                out.write_record(begin.chain([metric, &value]))
            };
            if self.last[i].is_empty() {
                row("", String::new())?;
            }
            for (metric, value) in &self.last[i] {
                row(metric, value.to_string())?;
            }
        }
        out.into_inner().map_err(|e| e.into_error().into())
    }

    /// One row for each place and metric, over seeds.
    pub(super) fn summary(&self) -> Result<Vec<u8>, csv::Error> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let tail = ["metric", "n", "mean", "sd", "q1", "median", "q3"].map(String::from);
        out.write_record(self.places().into_iter().chain(tail))?;
        for group in self.groups() {
            let told = group.spread().map(|v| {
                if v.is_finite() {
                    v.to_string()
                } else {
                    String::new()
                }
            });
            let count = group.values.len().to_string();
            let row = self.place(group.cell).into_iter();
            out.write_record(row.chain([group.metric, count]).chain(told))?;
        }
        out.into_inner().map_err(|e| e.into_error().into())
    }
}
