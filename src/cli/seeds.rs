//! `ammon run --seeds`: one scenario with several seeds, side by side, and the mean and spread of what they end with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, anyhow};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::drive::{Driven, Driving, Finished};
use super::failure::Failure;
use super::output::Output;
use super::progress::{self, Progress};
use super::report::{levels, pretty};
use super::signals::Signals;
use super::table::{Table, brief};
use crate::engine::Ending;
use crate::engine::Scenario;
use crate::numeric::statistics::{deviation, mean};
use crate::record::Metric;
use crate::trace::{ExportSpec, RunFolder};

/// More seeds than this are a mistake.
const MOST: usize = 10_000;

/// Seeds in the order given: `1..10` (both ends included), `1,3,5`, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seeds(Vec<u64>);

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
    pub quiet: bool,
}

/// Runs all seeds and tells mean and spread, or with `json` the object of each.
pub(super) fn run(plan: &Plan<'_>, json: bool, output: &mut Output) -> Result<u8, Failure> {
    check_folders(plan)?;
    let signals = Signals::listen()?;
    let bar = progress::bar(plan.seeds.0.len(), plan.quiet);
    let results = side_by_side(plan, &signals, &bar);
    bar.finish_and_clear();
    let finished = results?.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut code = 0;
    for run in &finished {
        if let Ending::Failed(error) = &run.ending {
            output.error(&anyhow!("seed {}: {error}", run.summary["seed"]));
        }
        code = code.max(run.exit_code(&signals));
    }
    if finished.len() < plan.seeds.0.len() {
        code = signals.caught().unwrap_or(code);
    }
    let spread = Spread::of(&finished);
    if json {
        output.line(pretty(&spread.to_json(&finished)))?;
    } else {
        tell(&spread, &finished, output)?;
    }
    if let (Some(folder), false) = (plan.out, json) {
        output.line(format_args!(
            "run folders: {}",
            folder.join("seed-N").display()
        ))?;
    }
    Ok(code)
}

/// Refuses before the first seed runs what would be refused for the last.
fn check_folders(plan: &Plan<'_>) -> Result<(), Failure> {
    let Some(out) = plan.out else { return Ok(()) };
    if !plan.force {
        RunFolder::check(out, false)?;
    }
    for seed in &plan.seeds.0 {
        RunFolder::check(&folder(out, *seed), plan.force)?;
    }
    Ok(())
}

fn folder(out: &Path, seed: u64) -> PathBuf {
    out.join(format!("seed-{seed}"))
}

type Results = Vec<Result<Finished, Failure>>;

/// Named threads take one seed after the other; each run has its share of the remaining threads.
fn side_by_side(plan: &Plan<'_>, signals: &Signals, bar: &ProgressBar) -> Result<Results, Failure> {
    let seeds = &plan.seeds.0;
    let available = std::thread::available_parallelism().map_or(1, Into::into);
    let threads = plan.driving.threads.map_or(available, usize::from);
    let workers = threads.min(seeds.len()).max(1);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads((threads / workers).max(1))
            .build();
        while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            if signals.caught().is_some() {
                return;
            }
            let result = match &pool {
                Ok(pool) => pool.install(|| one(plan, seed, signals, bar)),
                Err(error) => Err(Failure::Failed(anyhow!(
                    "cannot start the threads: {error}"
                ))),
            };
            // A poisoned lock means that another run panicked; its results are still whole.
            let mut done = done
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            done.insert(seed, result);
            bar.set_message(format!("{} of {} seeds done", done.len(), seeds.len()));
        }
    };
    std::thread::scope(|scope| {
        let spawn = |i| {
            std::thread::Builder::new()
                .name(format!("ammon-seeds-{i}"))
                .spawn_scoped(scope, work)
        };
        (0..workers).try_for_each(|i| spawn(i).map(drop))
    })
    .context("cannot start the threads")
    .map_err(Failure::Failed)?;
    Ok(done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .into_values()
        .collect())
}

fn one(
    plan: &Plan<'_>,
    seed: u64,
    signals: &Signals,
    bar: &ProgressBar,
) -> Result<Finished, Failure> {
    let scenario = plan.scenario.with_seed(seed);
    let driven = Driven::new(&scenario, plan.out.map(|out| folder(out, seed)), plan.force)?;
    let mut progress = Progress::new(bar, 0.0, false);
    let finished = driven.drive(plan.driving, signals, &mut progress)?;
    finished.export(plan.exports)?;
    Ok(finished)
}

/// Mean and standard deviation of each final metric, over the runs that did not fail and have it.
struct Spread(BTreeMap<Metric, [f64; 2]>);

impl Spread {
    fn of(finished: &[Finished]) -> Self {
        let mut values: BTreeMap<Metric, Vec<f64>> = BTreeMap::new();
        for run in finished
            .iter()
            .filter(|run| !matches!(run.ending, Ending::Failed(_)))
        {
            for (metric, value) in run.last.iter().filter(|(_, v)| v.is_finite()) {
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

    fn to_json(&self, finished: &[Finished]) -> Value {
        let runs: Vec<_> = finished.iter().map(|run| run.summary.clone()).collect();
        json!({ "runs": runs, "mean": self.column(0), "sd": self.column(1) })
    }
}

/// Mean and standard deviation; of a single value no spread is known.
fn mean_and_spread(values: &[f64]) -> [f64; 2] {
    [
        mean(values),
        if values.len() < 2 {
            f64::NAN
        } else {
            deviation(values)
        },
    ]
}

fn tell(spread: &Spread, finished: &[Finished], output: &mut Output) -> Result<(), Failure> {
    let Some(first) = finished.first() else {
        return Ok(());
    };
    output.line(&first.experiment.scenario().title)?;
    let seeds: Vec<_> = finished
        .iter()
        .map(|run| run.summary["seed"].to_string())
        .collect();
    output.line(format_args!(
        "{} seeds: {}\n",
        seeds.len(),
        seeds.join(", ")
    ))?;
    if spread.0.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&["metric", "mean", "sd", "chance"]);
    for (metric, [mean, sd]) in &spread.0 {
        let sd = if sd.is_nan() { "-".into() } else { brief(*sd) };
        let [chance, _] = levels(metric, first.experiment.scenario().baselines());
        table.row([
            metric.name(),
            brief(*mean),
            sd,
            chance.map_or(String::new(), brief),
        ]);
    }
    output.line(table)
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
