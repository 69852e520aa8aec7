//! What lesions leave, by degrees, and learning after one that came first: seeds 1 to 5.

use std::collections::BTreeMap;

use ammon::numeric::statistics::{deviation, mean};
use ammon::record::{Declared, metric};

use super::replay::Course;
use super::runs::{Run, Runs};
use super::{Out, Result};

/// Half of CA3 is gone before anything is learned.
const HALF: &str = "protocol=[Lesion(target: CA3, fraction: 0.5), Repeat(times: 20, phases: [Repeat(times: 10, phases: \
                    [Wake(episodes: 16), Sleep(ripples: 16)]), Probe(episodes: 256)])]";

/// A curve over fractions, of one subject.
type Curves = BTreeMap<String, BTreeMap<String, Vec<f64>>>;

/// The tables of lesions.
pub fn tell(out: &mut Out) -> Result<()> {
    let runs = Runs::of(out, "graded-lesions", 1..=5, &[])?;
    for declared in [
        &metric::LESION_COMPLETED,
        &metric::LESION_OVERLAP,
        &metric::LESION_COSINE,
        &metric::LESION_ACCURACY,
    ] {
        let mut curves = Curves::new();
        for run in runs.each(|run| measured(run, declared))? {
            for (subject, fraction, value) in run {
                let curve = curves.entry(subject).or_default();
                curve.entry(fraction).or_default().push(value);
            }
        }
        table(out, declared, &curves)?;
    }
    let lesioned = Runs::of(out, "recall-by-replay", 1..=5, &[HALF.into()])?;
    out.line("\nrecall-by-replay, half of CA3 gone from the start: updates to 95 %")?;
    for (seed, course) in lesioned.seeds().zip(lesioned.each(Course::of)?) {
        let updates = course.updates.map_or("never".into(), |u| u.to_string());
        out.line(format_args!("{seed:>4} {updates:>8} {:>7.3}", course.last))?;
    }
    Ok(())
}

/// Target and stage, fraction, and what was measured there.
fn measured(run: &Run, declared: &'static Declared) -> Result<Vec<(String, String, f64)>> {
    let rows = run.all::<ammon::record::Measurement>()?.into_iter();
    let own = rows.filter(|row| row.metric.is(declared));
    let parts = own.filter_map(|row| {
        let mut subjects = row.metric.subjects().map(String::from);
        Some((subjects.next()?, subjects.next()?, row.value))
    });
    Ok(parts.collect())
}

fn table(out: &mut Out, declared: &Declared, curves: &Curves) -> Result<()> {
    let Some(first) = curves.values().next() else {
        return Ok(());
    };
    let head: Vec<String> = first.keys().map(|f| format!("{f:>12}")).collect();
    out.line(format_args!(
        "\n{}, mean ± sd\n{:<36}{}",
        declared.name,
        "",
        head.concat()
    ))?;
    for (subject, curve) in curves {
        let cells = curve.values().map(|values| {
            let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
            match known.len() {
                0 => format!("{:>12}", "-"),
                _ => format!("{:>6.2} ±{:>4.2}", mean(&known), deviation(&known)),
            }
        });
        out.line(format_args!("{subject:<36}{}", cells.collect::<String>()))?;
    }
    Ok(())
}
