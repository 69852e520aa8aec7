//! The flagship and its controls, seeds 1 to 10.

use ammon::numeric::statistics::mean;
use ammon::record::{Measurement, metric};

use super::runs::{Run, Runs, brief, spread};
use super::{Out, Result};

/// The CA3 is lesioned from the start.
const LESIONED: &str = "protocol=[Lesion(\"CA3\"), Repeat(times: 20, phases: [Repeat(times: 10, phases: [Wake(episodes: 16), \
                        Sleep(ripples: 16)]), Probe(episodes: 256)])]";

/// The tables of replay.
pub fn tell(out: &mut Out) -> Result<()> {
    let replay = Runs::of(out, "recall-by-replay", 1..=10, &[])?;
    let exact = Runs::of(out, "recall-by-bptt", 1..=10, &[])?;
    let truncated = Runs::of(out, "recall-truncated", 1..=10, &[])?;
    let lesioned = Runs::of(out, "recall-by-replay", 1..=3, &[LESIONED.into()])?;
    for (title, runs) in [
        ("recall-by-replay", &replay),
        ("recall-by-bptt", &exact),
        ("recall-truncated", &truncated),
        ("recall-by-replay, CA3 lesioned from the start", &lesioned),
    ] {
        out.line(format_args!(
            "\n{title}\n{:>4} {:>8} {:>7} {:>7}  mean remote",
            "seed", "updates", "last", "largest"
        ))?;
        for (seed, course) in runs.seeds().zip(runs.each(Course::of)?) {
            let updates = course.updates.map_or("never".into(), |u| u.to_string());
            let (last, largest) = (course.last, course.largest);
            out.line(format_args!(
                "{seed:>4} {updates:>8} {last:>7.3} {largest:>7.3}  {}",
                course.remote.join(", ")
            ))?;
        }
    }
    let courses = replay
        .each(Course::of)?
        .into_iter()
        .zip(exact.each(Course::of)?);
    let ratios = courses.filter_map(|(replay, exact)| Some(replay.updates? / exact.updates?));
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    let middle = &ratios[(ratios.len().saturating_sub(1)) / 2..=ratios.len() / 2];
    out.line(format_args!(
        "\nratio of updates to 95 %, replay over BPTT, median over the {} seeds that reach it: {}",
        ratios.len(),
        brief(mean(middle), 4)
    ))?;
    overloaded(out)
}

/// How one run learned.
pub struct Course {
    /// Updates until a test first reaches 95 %.
    pub updates: Option<f64>,
    /// The last test.
    pub last: f64,
    largest: f64,
    /// Mean of each rule's remote alignment.
    remote: Vec<String>,
}

impl Course {
    /// Reads it.
    pub fn of(run: &Run) -> Result<Self> {
        let (accuracies, updates) = (run.values("probe.accuracy")?, run.values("probe.updates")?);
        let accuracies: Vec<f64> = accuracies.iter().map(|(_, value)| *value).collect();
        let reached = accuracies.iter().position(|accuracy| *accuracy >= 0.95);
        let mut remotes: std::collections::BTreeMap<String, Vec<f64>> =
            std::collections::BTreeMap::new();
        for row in run.all::<Measurement>()? {
            if row.metric.is(&metric::ALIGNMENT_REMOTE) && row.value.is_finite() {
                remotes
                    .entry(row.metric.name())
                    .or_default()
                    .push(row.value);
            }
        }
        let remote = remotes
            .iter()
            .map(|(name, values)| format!("{name} {:.4}", mean(values)));
        Ok(Self {
            updates: reached
                .and_then(|i| updates.get(i))
                .map(|(_, value)| *value),
            last: accuracies.last().copied().unwrap_or(f64::NAN),
            largest: accuracies.iter().copied().fold(f64::NAN, f64::max),
            remote: remote.collect(),
        })
    }
}

/// Where alignment is lost, and what is left at the end.
fn overloaded(out: &mut Out) -> Result<()> {
    let runs = Runs::of(out, "overloaded-hippocampus", 1..=10, &[])?;
    out.line("\noverloaded-hippocampus")?;
    for what in ["cosine", "remote"] {
        let finals = runs.each(|run| run.finals(&format!("alignment.ReplayBptt.{what}")))?;
        out.line(format_args!(
            "{what}, mean of the last tenth: {}",
            spread(&finals)
        ))?;
        let loads =
            runs.each(|run| run.finals(&format!("alignment.ReplayBptt.{what}.load_at_0.9")))?;
        out.line(format_args!(
            "{what} falls below 0.9 at a load of {}",
            spread(&loads)
        ))?;
    }
    Ok(())
}
