//! Runs of a scenario with several seeds, and what is read from their folders.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use ammon::engine::{Ending, Experiment, Session, Status, load};
use ammon::numeric::statistics::{deviation, mean};
use ammon::record::{Measurement, Row};
use ammon::scenario::bundled;
use ammon::trace::RunReader;
use rayon::prelude::*;

use super::{Out, Result};

/// Run folders, one a seed.
pub struct Runs(Vec<(u64, PathBuf)>);

impl Runs {
    /// Runs a bundled scenario with each seed and these settings, unless that was done since the start.
    pub fn of(
        out: &mut Out,
        scenario: &str,
        seeds: RangeInclusive<u64>,
        sets: &[String],
    ) -> Result<Self> {
        let words: Vec<String> = std::iter::once(scenario.to_string())
            .chain(sets.iter().cloned())
            .collect();
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || ".-".contains(c) {
                c
            } else {
                '-'
            }
        };
        let name: String = words.join("-").chars().map(plain).collect();
        // What a file may be called has an end.
        let folder = out.folder.join(name.chars().take(200).collect::<String>());
        let runs: Vec<_> = seeds
            .clone()
            .map(|seed| (seed, folder.join(format!("seed-{seed}"))))
            .collect();
        let ran_now = [words, vec![format!("{seeds:?}")]].concat();
        match out.made.get(&folder) {
            Some(ran) if *ran == ran_now => {}
            Some(_) => return Err(format!("two runs want the folder {}", folder.display()).into()),
            None => {
                runs.par_iter()
                    .try_for_each(|(seed, folder)| run(scenario, sets, *seed, folder))?;
                out.made.insert(folder, ran_now);
            }
        }
        Ok(Self(runs))
    }

    /// A number for each seed.
    pub fn each<T>(&self, read: impl Fn(&Run) -> Result<T>) -> Result<Vec<T>> {
        self.0
            .iter()
            .map(|(_, folder)| read(&Run(RunReader::new(folder))))
            .collect()
    }

    /// The seeds, in order.
    pub fn seeds(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|(seed, _)| *seed)
    }
}

fn run(scenario: &str, sets: &[String], seed: u64, folder: &Path) -> Result<()> {
    let found = bundled().iter().find(|bundled| bundled.name == scenario);
    let found = found.ok_or_else(|| format!("there is no scenario {scenario}"))?;
    let scenario = load(found.document(), sets, Some(seed)).map_err(|e| e.to_string())?;
    let mut experiment = Experiment::<f32>::new(&scenario);
    let mut session = Session::create(folder, folder.exists(), &experiment)?;
    while experiment.step(&mut session)? == Status::Running {}
    session.checkpoint(&experiment, &Ending::Completed)?;
    Ok(())
}

/// One run's folder.
pub struct Run(RunReader);

impl Run {
    /// Whole rows of a table.
    pub fn all<T: Row>(&self) -> Result<Vec<T>> {
        Ok(self.0.all()?)
    }

    /// The values of a metric by its name, with when they were measured.
    pub fn values(&self, metric: &str) -> Result<Vec<(u64, f64)>> {
        let rows = self.all::<Measurement>()?.into_iter();
        let named = rows.filter(|row| row.metric.name() == metric);
        Ok(named.map(|row| (row.time, row.value)).collect())
    }

    /// The final value of a metric, as the summary has it; NaN where there is none.
    pub fn finals(&self, metric: &str) -> Result<f64> {
        let text = std::fs::read_to_string(self.0.path().join("summary.json"))?;
        let summary: serde_json::Value = serde_json::from_str(&text)?;
        Ok(summary["final"][metric].as_f64().unwrap_or(f64::NAN))
    }
}

/// Which of a metric's values is told.
#[derive(Clone, Copy)]
pub enum Reading {
    /// The last.
    Last,
    /// The smallest.
    Least,
    /// The largest.
    Most,
    /// The smallest of those up to a time.
    LeastUntil(u64),
    /// The last of those up to a time.
    LastUntil(u64),
}

impl Reading {
    /// The value; `None` where nothing was measured.
    pub fn of(self, values: &[(u64, f64)]) -> Option<f64> {
        let until = match self {
            Self::LeastUntil(time) | Self::LastUntil(time) => time,
            _ => u64::MAX,
        };
        let mut values = values
            .iter()
            .filter(|(time, _)| *time <= until)
            .map(|(_, value)| *value);
        match self {
            Self::Last | Self::LastUntil(_) => values.next_back(),
            Self::Least | Self::LeastUntil(_) => values.reduce(f64::min),
            Self::Most => values.reduce(f64::max),
        }
    }

    /// In words.
    pub fn told(self) -> String {
        match self {
            Self::Last => "last".into(),
            Self::Least => "least".into(),
            Self::Most => "most".into(),
            Self::LeastUntil(time) => format!("least to {time}"),
            Self::LastUntil(time) => format!("last to {time}"),
        }
    }
}

/// "0.459 ± 0.001": mean and standard deviation over seeds; of a single value no spread is known.
pub fn spread(values: &[f64]) -> String {
    if values.is_empty() {
        return "none".into();
    }
    let sd = if values.len() < 2 {
        "-".into()
    } else {
        brief(deviation(values), 2)
    };
    format!("{:>9} ± {sd:<9}", brief(mean(values), 4))
}

/// A number with this many digits that matter.
pub fn brief(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let places = digits as i32 - 1 - value.abs().log10().floor() as i32;
    if (0..=12).contains(&places) {
        format!("{value:.0$}", places as usize)
    } else if places < 0 && value.abs() < 1e9 {
        format!("{value:.0}")
    } else {
        format!("{value:.0$e}", digits - 1)
    }
}
