//! What can be asked about a run: a unit, an engram, an episode, a region or a pathway, with its numbers and its strongest
//! connections. A subject is one file.

mod cortical;
mod engram;
mod place;
mod winner;

use super::super::experiment::Experiment;
use super::snapshot::Raster;
use crate::analysis::spectrum;
use crate::circuit::Place;
use crate::numeric::Real;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A row of the cortical state: a unit, or one of its slots.
    Cortical(u32),
    /// A unit of CA3.
    Winner(u32),
    /// An engram, by its number.
    Engram(u64),
    /// A stored episode, by its number.
    Episode(u64),
    /// A region or a pathway.
    Place(Place),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cortical(row) => write!(f, "cortical unit {row}"),
            Self::Winner(unit) => write!(f, "CA3 unit {unit}"),
            Self::Engram(engram) => write!(f, "engram {engram}"),
            Self::Episode(episode) => write!(f, "episode {episode}"),
            Self::Place(place) => write!(f, "{place}"),
        }
    }
}

/// Something that belongs to a subject, and what it leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// What it is.
    pub name: String,
    /// Its number, in words.
    pub value: String,
    /// What can be asked about it.
    pub to: Option<Subject>,
}

/// Weights as a picture: a row a target, a column a source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// What it is called.
    pub name: String,
    /// Its values; of one that is too large, the mean magnitude of neighbours.
    pub values: Raster,
    /// How many rows and columns stand for one of these.
    pub pooled: usize,
    /// What its rows are.
    pub rows: String,
    /// What its columns are.
    pub columns: String,
    /// Whether its columns are its rows a step before: it has a spectrum. Where there are several blocks of rows, each.
    recurrent: bool,
    /// The eigenvalues (real, imaginary) of each block; why there are none, where that is so.
    pub spectra: Vec<Result<Vec<[f64; 2]>, String>>,
}

impl Matrix {
    /// Whether it is a matrix of weights from a step to the next.
    pub fn feeds_back(&self) -> bool {
        self.recurrent && self.pooled == 1
    }

    /// Finds the eigenvalues.
    pub fn find_spectra(&mut self) {
        let (rows, columns) = (self.values.units, self.values.steps());
        let blocks = (rows / columns.max(1)).max(1);
        let block = |block: usize| {
            let within = |column: usize| {
                let from = column * rows + block * columns;
                &self.values.values[from..from + columns]
            };
            let values: Vec<f32> = (0..columns).flat_map(within).copied().collect();
            spectrum(columns, &values)
        };
        self.spectra = (0..blocks).map(block).collect();
    }
}

/// What was found out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// What it is about.
    pub title: String,
    /// What it is.
    pub told: String,
    /// Names with numbers.
    pub facts: Vec<(String, String)>,
    /// What belongs to it, under headings.
    pub lists: Vec<(String, Vec<Link>)>,
    /// Its weights.
    pub matrices: Vec<Matrix>,
}

impl Findings {
    fn new(title: impl Into<String>, told: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            told: told.into(),
            ..Self::default()
        }
    }

    fn fact(&mut self, name: &str, value: impl std::fmt::Display) {
        self.facts.push((name.into(), format!("{value}")));
    }

    fn list(&mut self, name: &str, links: Vec<Link>) {
        if !links.is_empty() {
            self.lists.push((name.into(), links));
        }
    }
}

/// Links of a list at most.
const MOST: usize = 12;
/// Values of a picture at most.
const LARGEST: usize = 1 << 20;

/// What there is to know of a subject now; an error says why there is nothing.
pub fn inspect<R: Real>(run: &Experiment<R>, subject: &Subject) -> Result<Findings, String> {
    match subject {
        Subject::Cortical(row) => cortical::found(run.lab(), *row),
        Subject::Winner(unit) => winner::found(run.lab(), *unit),
        Subject::Engram(engram) => engram::found(run.lab(), *engram),
        Subject::Episode(episode) => engram::episode(run.lab(), *episode),
        Subject::Place(place) => place::found(run.lab(), *place),
    }
}

/// The entries that are largest in magnitude, with their values.
fn strongest(
    values: impl Iterator<Item = f64>,
    link: impl Fn(usize) -> (String, Option<Subject>),
) -> Vec<Link> {
    let mut all: Vec<(usize, f64)> = values.enumerate().filter(|(_, v)| *v != 0.0).collect();
    all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    all.truncate(MOST);
    let told = all.into_iter().map(|(i, value)| {
        let (name, to) = link(i);
        Link {
            name,
            value: format!("{value:+.3}"),
            to,
        }
    });
    told.collect()
}

/// A matrix as a picture, pooled where it is too large.
fn picture(
    name: &str,
    (rows, columns): (usize, usize),
    (of_rows, of_columns): (&str, &str),
    at: impl Fn(usize, usize) -> f64,
) -> Matrix {
    let mut pooled = 1;
    while rows.div_ceil(pooled) * columns.div_ceil(pooled) > LARGEST {
        pooled += 1;
    }
    let (high, wide) = (rows.div_ceil(pooled), columns.div_ceil(pooled));
    let mut values = Vec::with_capacity(high * wide);
    for column in 0..wide {
        for row in 0..high {
            if pooled == 1 {
                values.push(at(row, column) as f32);
                continue;
            }
            let within = |from: usize, end: usize| from * pooled..((from + 1) * pooled).min(end);
            let (mut sum, mut count) = (0.0, 0);
            for c in within(column, columns) {
                for r in within(row, rows) {
                    sum += at(r, c).abs();
                    count += 1;
                }
            }
            values.push((sum / f64::from(count)) as f32);
        }
    }
    Matrix {
        name: name.into(),
        values: Raster {
            units: high,
            values,
        },
        pooled,
        rows: of_rows.into(),
        columns: of_columns.into(),
        recurrent: false,
        spectra: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
