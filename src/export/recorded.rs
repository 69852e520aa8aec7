//! What the tables alone tell, where a run cannot be lived again.

use std::collections::HashMap;
use std::path::Path;

use super::ExportError;
use super::gathered::{Epoch, Gathered};
use super::job::Job;
use crate::engine::{Scene, load};
use crate::record::{PhaseRecord, RippleRecord, ScoreRecord};
use crate::scenario::read_file;
use crate::trace::FolderError;

/// When what was, by the run's clock and by the file's.
struct Stretch {
    phase: PhaseRecord,
    /// The run's clock behind it.
    end: u64,
    /// The file's clock when it began.
    begun: u64,
    /// Nanoseconds of a step.
    each: u64,
}

impl Stretch {
    /// The file's clock.
    fn at(&self, time: u64) -> u64 {
        self.begun
            + time
                .saturating_sub(self.phase.time)
                .saturating_mul(self.each)
    }
}

/// Phases, ripples and measurements of a run folder; of its clock each step counts once, also where several episodes were lived
/// side by side.
pub(super) fn of_tables(job: &Job<'_>, folder: &Path) -> Result<Gathered, ExportError> {
    let reader = job.reader();
    let path = job.folder.join("scenario.ron");
    let unread = |why: String| {
        let problem = format!(
            "cannot be read by this version of Ammon, so that nobody knows how long a step lasts: {why}"
        );
        FolderError::broken(&path, problem)
    };
    let text = read_file(&path).map_err(|e| unread(e.to_string()))?;
    let scenario = load(text, &[], None).map_err(|e| unread(e.to_string()))?;
    let mut gathered = Gathered::new(&Scene::of(&scenario), &job.wish, folder);
    let mut last = 0;
    for row in reader.measurements()? {
        last = last.max(row?.time);
    }
    for row in reader.rows::<RippleRecord>()? {
        last = last.max(row?.time);
    }
    let phases: Vec<PhaseRecord> = reader.all()?;
    let mut clock = gathered.clock;
    let mut stretches: Vec<Stretch> = Vec::with_capacity(phases.len());
    for (i, phase) in phases.iter().enumerate() {
        let end = phases
            .get(i + 1)
            .map_or(last.max(phase.time), |next| next.time);
        let asleep = phase.phase.as_str() == "Sleep";
        let each = if asleep { clock.replayed } else { clock.lived };
        let (begun, _) = clock.pass(end.saturating_sub(phase.time), each)?;
        stretches.push(Stretch {
            phase: phase.clone(),
            end,
            begun,
            each,
        });
    }
    let window = job.wish.window();
    let within = |s: &&Stretch| s.phase.time < window.end && s.end > window.start;
    let seen = stretches
        .iter()
        .filter(within)
        .filter(|s| s.end > s.phase.time);
    gathered.epochs = seen
        .map(|s| Epoch {
            begun: s.begun,
            ended: s.at(s.end),
            time: s.phase.time,
            phase: s.phase.phase.clone(),
            codes: [false; 2],
        })
        .collect();
    let mut scores: HashMap<u64, Vec<ScoreRecord>> = HashMap::new();
    for row in reader.rows::<ScoreRecord>()? {
        let row = row?;
        scores.entry(row.ripple).or_default().push(row);
    }
    // What ends a stretch belongs to it, not to the one that begins then.
    let at = |time: u64| {
        let next = stretches.partition_point(|s| s.phase.time < time);
        stretches.get(next.saturating_sub(1))
    };
    for row in reader.rows::<RippleRecord>()? {
        let row = row?;
        let (begun, scores) = (
            row.time.saturating_sub(row.steps as u64),
            scores.remove(&row.ripple),
        );
        if let (Some(stretch), true) = (at(row.time), begun < window.end && row.time > window.start)
        {
            let span = (stretch.at(begun), stretch.at(row.time));
            gathered.recorded(&row, &scores.unwrap_or_default(), span)?;
        }
    }
    for row in reader.measurements()? {
        let row = row?;
        if let (Some(stretch), true) = (at(row.time), window.contains(&row.time)) {
            gathered.measure(&row, stretch.at(row.time))?;
        }
    }
    Ok(gathered)
}
