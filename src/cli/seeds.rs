//! `ammon run --seeds`: one scenario with several seeds, side by side, and the mean and spread of what they end with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use anyhow::anyhow;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::closing::{levels, pretty};
use super::drive::{Driven, Driving, read_summary};
use super::failure::Failure;
use super::output::{Output, Telling, note};
use super::progress::{self, Progress};
use super::signals::Signals;
use super::table::{Table, brief};
use super::workers::side_by_side;
use crate::engine::{Ending, Scenario, Session, SessionError, load, resolved};
use crate::export::ExportSpec;
use crate::numeric::statistics::{deviation, mean};
use crate::record::Metric;
use crate::scenario::read_file;
use crate::trace::{SweepFolder, SweepPlan, shell};

/// More seeds than this are a mistake.
const MOST: usize = 10_000;

/// Seeds in the order given: `1..10` (both ends included), `1,3,5`, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seeds(pub Vec<u64>);

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |word: &str| {
            word.trim()
                .parse::<u64>()
                .map_err(|_| format!("`{word}` is not a seed: write 1..10 or 1,3,5"))
        };
        let mut seeds = Vec::new();
        for part in text.split(',') {
            let (first, last) = match part.split_once("..") {
                Some((first, last)) => (number(first)?, number(last.trim_start_matches('='))?),
                None => (number(part)?, number(part)?),
            };
            if first > last {
                return Err(format!("`{part}` runs backwards"));
            }
            if last - first >= MOST as u64 || seeds.len() > MOST {
                return Err(format!("more than {MOST} seeds"));
            }
            seeds.extend(first..=last);
        }
        match seeds.iter().collect::<BTreeSet<_>>().len() {
            n if n == seeds.len() => Ok(Self(seeds)),
            _ => Err("the same seed twice".into()),
        }
    }
}

/// What is to be run.
pub(super) struct Plan<'a> {
    pub scenario: &'a Scenario,
    pub seeds: &'a Seeds,
    /// Where the run folders go, a subfolder a seed.
    pub out: Option<&'a Path>,
    pub force: bool,
    pub exports: &'a [ExportSpec],
    pub driving: Driving,
    pub telling: Telling,
}

/// Runs all seeds and tells mean and spread, or with `json` the object of each.
pub(super) fn run(plan: &Plan<'_>, output: &mut Output) -> Result<u8, Failure> {
    let written = SweepPlan {
        scenario: plan.scenario.title.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        seeds: plan.seeds.0.clone(),
        exports: plan.exports.iter().map(|e| e.name().into()).collect(),
    };
    let create = |out| {
        let text = resolved(plan.scenario).map_err(SessionError::from)?;
        let folder = SweepFolder::create(out, plan.force, &written, &text)?;
        Ok::<_, Failure>(folder)
    };
    let folder = plan.out.map(create).transpose()?;
    let sweep = Sweep {
        scenario: plan.scenario,
        seeds: &plan.seeds.0,
        folder: folder.as_ref(),
        resumed: false,
        force: plan.force,
        exports: plan.exports,
        driving: plan.driving,
        telling: plan.telling,
    };
    sweep.run(output)
}

/// Goes on with the sweep in a folder: runs that were stopped go on, those that never began begin.
pub(super) fn go_on(
    path: &Path,
    exports: &[ExportSpec],
    driving: Driving,
    telling: Telling,
    output: &mut Output,
) -> Result<u8, Failure> {
    let (folder, plan) = SweepFolder::open(path)?;
    let scenario = load(read_file(&path.join("scenario.ron"))?, &[], None)?;
    let planned = plan.exports.iter().filter_map(|e| ExportSpec::named(e));
    let mut exports = exports.to_vec();
    for export in planned {
        if !exports.iter().any(|e| e.name() == export.name()) {
            exports.push(export);
        }
    }
    let sweep = Sweep {
        scenario: &scenario,
        seeds: &plan.seeds,
        folder: Some(&folder),
        resumed: true,
        force: true,
        exports: &exports,
        driving,
        telling,
    };
    sweep.run(output)
}

/// Runs of one scenario with several seeds, where they go and how.
struct Sweep<'a> {
    scenario: &'a Scenario,
    seeds: &'a [u64],
    folder: Option<&'a SweepFolder>,
    resumed: bool,
    force: bool,
    exports: &'a [ExportSpec],
    driving: Driving,
    telling: Telling,
}

/// What became of one seed.
enum Outcome {
    /// It ran, as far as it was to; what its summary says.
    Ran(Told),
    /// It could not be run, or not be written; why.
    Lost(String),
    /// The sweep was stopped before.
    NeverBegan,
}

/// What is kept of a run.
struct Told {
    ending: Ending,
    /// Whether it did all that it was to.
    whole: bool,
    last: BTreeMap<Metric, f64>,
    summary: Value,
}

impl Outcome {
    fn whole(&self) -> Option<&Told> {
        match self {
            Self::Ran(told) if told.whole => Some(told),
            _ => None,
        }
    }

    /// In a word.
    fn status(&self) -> &'static str {
        match self {
            Self::Ran(told) => match told.ending {
                Ending::Completed => "completed",
                Ending::Failed(_) => "failed",
                Ending::Stopped | Ending::Running => "stopped",
            },
            Self::Lost(_) => "failed",
            Self::NeverBegan => "never begun",
        }
    }

    /// As JSON, for the seed.
    fn to_json(&self, seed: u64) -> Value {
        match self {
            Self::Ran(told) => told.summary.clone(),
            Self::Lost(error) => json!({ "seed": seed, "status": "failed", "error": error }),
            Self::NeverBegan => json!({ "seed": seed, "status": "never begun" }),
        }
    }
}

type Outcomes = BTreeMap<u64, Outcome>;

impl Sweep<'_> {
    fn run(&self, output: &mut Output) -> Result<u8, Failure> {
        let signals = Signals::listen()?;
        let bar = progress::bar(self.seeds.len(), self.telling.quiet);
        let outcomes = self.side_by_side(&signals, &bar);
        bar.finish_and_clear();
        let outcomes = outcomes?;
        let mut code = 0;
        for (seed, outcome) in &outcomes {
            let error = match outcome {
                Outcome::Ran(told) => match &told.ending {
                    Ending::Failed(error) => error,
                    _ => continue,
                },
                Outcome::Lost(error) => error,
                Outcome::NeverBegan => continue,
            };
            output.error(&anyhow!("seed {seed}: {error}"));
            code = 1;
        }
        let unfinished = outcomes.values().any(|outcome| match outcome {
            Outcome::Ran(told) => told.ending == Ending::Stopped,
            Outcome::Lost(_) | Outcome::NeverBegan => true,
        });
        let cut_short = outcomes.values().any(|outcome| match outcome {
            Outcome::Ran(told) => told.ending == Ending::Stopped && !told.whole,
            Outcome::Lost(_) => false,
            Outcome::NeverBegan => true,
        });
        if let (true, Some(signal)) = (cut_short, signals.caught()) {
            code = signal;
        }
        let spread = Spread::of(&outcomes);
        let told = if self.telling.json {
            output.line(pretty(&spread.to_json(&outcomes)))
        } else {
            self.tell(&spread, &outcomes, output)
        };
        let told = told.and_then(|()| output.flush());
        if let (true, Some(folder), false) = (unfinished, self.folder, self.telling.quiet) {
            let word = shell(folder.path());
            note(format_args!(
                "`ammon resume {word}` goes on with what is not completed"
            ));
        }
        match told {
            // Nobody listens, but how the runs ended still counts.
            Err(Failure::Closed) => Ok(code),
            told => told.map(|()| code),
        }
    }

    /// One seed after the other, several side by side.
    fn side_by_side(&self, signals: &Signals, bar: &ProgressBar) -> Result<Outcomes, Failure> {
        let seeds = self.seeds;
        let done = Mutex::new(BTreeMap::new());
        let work = |i: usize| {
            let seed = seeds[i];
            let outcome = self.one(seed, signals, bar);
            let outcome = outcome.unwrap_or_else(|failure| Outcome::Lost(failure.told()));
            // A poisoned lock means that another run panicked; its results are still whole.
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(seed, outcome);
            bar.set_message(format!("{} of {} seeds done", done.len(), seeds.len()));
        };
        let stopped = || signals.caught().is_some();
        let threads = self.driving.threads;
        side_by_side("ammon-seeds", seeds.len(), threads, &stopped, &work)?;
        let mut outcomes = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        for seed in seeds {
            outcomes.entry(*seed).or_insert(Outcome::NeverBegan);
        }
        Ok(outcomes)
    }

    fn one(&self, seed: u64, signals: &Signals, bar: &ProgressBar) -> Result<Outcome, Failure> {
        let folder = self.folder.map(|sweep| sweep.run(seed));
        let driven = match &folder {
            Some(folder) if self.resumed && folder.join("checkpoint.bin").is_file() => {
                let (experiment, session) = Session::resume(folder)?;
                let summary = read_summary(folder)?;
                if experiment.is_done() && summary["status"] == "completed" {
                    return Ok(Outcome::Ran(Told {
                        ending: Ending::Completed,
                        whole: true,
                        last: session.last().values(),
                        summary,
                    }));
                }
                Driven::of(experiment, session, folder.clone())
            }
            _ => Driven::new(&self.scenario.with_seed(seed), folder, self.force)?,
        };
        let from = driven.experiment.progress();
        let progress = Progress::new(bar, from, false, self.telling.quiet);
        let mut progress = progress.named(&format!("seed {seed}"));
        let finished = driven.drive(self.driving, signals, &mut progress)?;
        finished.export(self.exports, signals)?;
        let enough = self
            .driving
            .stop_at
            .is_some_and(|step| finished.experiment.clock().step >= step);
        Ok(Outcome::Ran(Told {
            whole: match finished.ending {
                Ending::Completed => true,
                Ending::Stopped => enough,
                Ending::Failed(_) | Ending::Running => false,
            },
            ending: finished.ending,
            last: finished.last,
            summary: finished.summary,
        }))
    }

    fn tell(
        &self,
        spread: &Spread,
        outcomes: &Outcomes,
        output: &mut Output,
    ) -> Result<(), Failure> {
        if !self.scenario.title.is_empty() {
            output.line(&self.scenario.title)?;
        }
        output.line(headline(outcomes) + "\n")?;
        if !spread.0.is_empty() {
            let mut table = Table::new(&["metric", "mean", "sd", "chance"]);
            for (metric, [mean, sd]) in &spread.0 {
                let sd = if sd.is_nan() { "-".into() } else { brief(*sd) };
                let [chance, _] = levels(metric, self.scenario.baselines());
                table.row([
                    metric.name(),
                    brief(*mean),
                    sd,
                    chance.map_or(String::new(), brief),
                ]);
            }
            output.line(table)?;
        }
        match self.folder {
            Some(folder) => {
                let runs = folder.path().join("seed-N");
                output.line(format_args!("run folders: {}", runs.display()))
            }
            None => Ok(()),
        }
    }
}

/// How many seeds were planned, and what became of them.
fn headline(outcomes: &Outcomes) -> String {
    let list = |seeds: &[u64]| {
        let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
        seeds.join(", ")
    };
    let all: Vec<u64> = outcomes.keys().copied().collect();
    let mut by_status: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (seed, outcome) in outcomes {
        by_status.entry(outcome.status()).or_default().push(*seed);
    }
    if by_status.len() == 1 && by_status.contains_key("completed") {
        return format!("{} seeds: {}", all.len(), list(&all));
    }
    let parts: Vec<String> = by_status
        .iter()
        .map(|(status, seeds)| format!("{} {status} ({})", seeds.len(), list(seeds)))
        .collect();
    let whole = outcomes.values().filter(|o| o.whole().is_some()).count();
    let mean = match whole {
        0 => "no mean: none is whole".into(),
        whole if whole == all.len() => "mean and sd over all".into(),
        whole => format!("mean and sd over {whole} of {}", all.len()),
    };
    format!("{} seeds planned: {}; {mean}", all.len(), parts.join(", "))
}

/// Mean and standard deviation of each final metric, over the runs that did all they were to and have it.
struct Spread(BTreeMap<Metric, [f64; 2]>);

impl Spread {
    fn of(outcomes: &Outcomes) -> Self {
        let mut values: BTreeMap<Metric, Vec<f64>> = BTreeMap::new();
        for told in outcomes.values().filter_map(Outcome::whole) {
            for (metric, value) in told.last.iter().filter(|(_, v)| v.is_finite()) {
                values.entry(metric.clone()).or_default().push(*value);
            }
        }
        Self(
            values
                .into_iter()
                .map(|(metric, values)| (metric, mean_and_spread(&values)))
                .collect(),
        )
    }

    fn column(&self, column: usize) -> Value {
        self.0
            .iter()
            .map(|(metric, pair)| (metric.name(), json!(pair[column])))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn to_json(&self, outcomes: &Outcomes) -> Value {
        let runs: Vec<_> = outcomes.iter().map(|(seed, o)| o.to_json(*seed)).collect();
        let whole = outcomes.iter().filter(|(_, o)| o.whole().is_some());
        let over: Vec<u64> = whole.map(|(seed, _)| *seed).collect();
        json!({ "runs": runs, "mean": self.column(0), "sd": self.column(1), "over": over })
    }
}

/// Mean and standard deviation; of a single value no spread is known.
fn mean_and_spread(values: &[f64]) -> [f64; 2] {
    [mean(values), deviation(values)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_ranges_with_both_ends_or_lists() {
        let seeds = |text: &str| text.parse::<Seeds>().map(|s| s.0);
        assert_eq!(seeds("1..3"), Ok(vec![1, 2, 3]));
        assert_eq!(seeds("1..=3"), Ok(vec![1, 2, 3]));
        assert_eq!(seeds("5,1, 3"), Ok(vec![5, 1, 3]));
        assert_eq!(seeds("1..2,7"), Ok(vec![1, 2, 7]));
        for wrong in [
            "",
            "3..1",
            "1,1",
            "a",
            "1..",
            "-1",
            "0..18446744073709551615",
            "1.5",
        ] {
            assert!(seeds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_spread_is_that_of_a_sample() {
        let [mean, sd] = mean_and_spread(&[1.0, 3.0]);
        assert!(mean == 2.0 && (sd - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!(mean_and_spread(&[1.0])[1].is_nan());
    }
}
