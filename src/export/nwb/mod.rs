//! Neurodata Without Borders: a run as a recorded session, in core types only, for the field's own tools.

mod h5;
mod spikes;
mod table;

use std::path::Path;

use super::choice::Chosen;
use super::clock::seconds;
use super::gathered::{Gathered, Measured};
use super::job::{Job, What, Wish};
use super::recorded::of_tables;
use super::spill::Spill;
use super::{Export, ExportError};
use crate::engine::{Journalled, resolved};
use crate::params;
use crate::record::{Metric, Order, Outcome};
use crate::trace::FolderError;
use h5::{Filling, H5};
use spikes::{Active, Sorted, Ticks};
use table::{Series, Table, even};

params! {
    /// A recorded session as the field's tools read it (NWB 2): epochs, trials, units with spike times, position, ripples with what
    /// they should replay, cortical states, measurements; found by running again. As large as there are spikes, some 5 bytes each.
    pub struct Nwb {}
}

type Done<T> = Result<T, FolderError>;

/// The version of NWB.
const NWB_VERSION: &str = "2.9.0";
/// The session's date: the same for each run, so that the same run is the same file.
const BEGAN: &str = "2000-01-01T00:00:00+00:00";
/// Entries of a histogram of all units at most.
const HISTOGRAM: usize = 1 << 24;
/// Values that tell when each unit was observed, at most.
const OBSERVED: usize = 1 << 22;
/// Changes on the way that are told in words.
const CHANGES: usize = 50;
/// Nanoseconds between two values of a series of even rate, at most.
const SLOWEST: u64 = 99_000_000_000;

impl Export for Nwb {
    fn file_name(&self, _: &Wish) -> &'static str {
        "run.nwb"
    }

    fn holds(&self) -> &'static [What] {
        use What::{Ca3, Cortex, Entorhinal, Inputs, Metrics, Ripples, Targets};
        &[Cortex, Inputs, Targets, Ca3, Entorhinal, Ripples, Metrics]
    }

    fn write(&self, job: &Job<'_>, file: &Path) -> Result<(), ExportError> {
        let folder = file.parent().unwrap_or(Path::new("."));
        let gathered = if job.wish.trust_recording {
            of_tables(job, folder)?
        } else {
            job.live(|scene| Ok(Gathered::new(scene, &job.wish, folder)))?
        };
        let text = resolved(&gathered.scene.scenario)
            .map_err(|e| FolderError::broken(job.folder, e.to_string()))?;
        Ok(write(&gathered, &text, file)?)
    }
}

/// The identifier: what was run, and with which seed.
fn identifier(gathered: &Gathered, text: &str) -> String {
    let seed = gathered.scene.scenario.setup.seed;
    // The same scenario may have been changed on the way, or have come less far.
    let whole = format!(
        "{text}{:?}{:?}{}",
        gathered.wish, gathered.scene.journal, gathered.clock.now
    );
    format!(
        "ammon-{}-seed-{seed}",
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, whole.as_bytes())
    )
}

fn write(gathered: &Gathered, text: &str, file: &Path) -> Done<()> {
    let id = identifier(gathered, text);
    let mut h5 = H5::create(file, &id)?;
    head(&mut h5, gathered, &id, text)?;
    let twins = Twins::after(gathered)?;
    epochs(&mut h5, gathered, &twins)?;
    trials(&mut h5, gathered)?;
    ripples(&mut h5, gathered)?;
    twins.write(&mut h5, gathered)?;
    units(&mut h5, gathered, &twins)?;
    behavior(&mut h5, gathered)?;
    cortex(&mut h5, gathered)?;
    measured(&mut h5, gathered)?;
    h5.close()
}

/// The file itself: what it is, and how to make it again.
fn head(h5: &mut H5, gathered: &Gathered, id: &str, text: &str) -> Done<()> {
    let scenario = &gathered.scene.scenario;
    h5.object("/", "core", "NWBFile")?;
    h5.attribute("/", "nwb_version", NWB_VERSION)?;
    h5.text("/identifier", id)?;
    let title = &scenario.title;
    let order = if gathered.wish.trust_recording {
        "What units did is not in this file: it was made of the run's tables alone. Episodes that were lived side by side share their \
         time."
    } else {
        "Episodes that were lived side by side follow one another; after each, and after each ripple, one lived step of silence."
    };
    let clock = format!(
        "A lived step takes {} ms, a replayed one {} ms. {order}",
        gathered.scene.lived_ms, gathered.scene.ripple_ms
    );
    h5.text(
        "/session_description",
        &format!("Simulated: {title}. {clock}"),
    )?;
    h5.text("/session_start_time", BEGAN)?;
    h5.text("/timestamps_reference_time", BEGAN)?;
    h5.texts("/file_create_date", &[BEGAN])?;
    for group in [
        "/acquisition",
        "/analysis",
        "/general",
        "/intervals",
        "/processing",
        "/stimulus",
        "/stimulus/presentation",
        "/stimulus/templates",
    ] {
        h5.group(group)?;
    }
    h5.texts("/general/experimenter", &["Ammon, Simulator"])?;
    h5.text("/general/institution", "in silico")?;
    h5.texts(
        "/general/keywords",
        &["simulation", "hippocampus", "replay", "credit assignment"],
    )?;
    let about = if scenario.about.is_empty() {
        title
    } else {
        &scenario.about
    };
    h5.text("/general/experiment_description", about)?;
    let version = env!("CARGO_PKG_VERSION");
    let seed = scenario.setup.seed;
    h5.text(
        "/general/notes",
        &format!(
            "Made by Ammon {version}, seed {seed}: `ammon run scenario.ron --out run` with the source script, then `ammon export run \
             --format nwb{}`. Dates are fixed so that the same run is the same file. A code of k of M units becomes spikes: a unit that is \
             active in a step fires once in it, at a moment drawn by the seed.{}",
            gathered.wish.told(),
            changed(&gathered.scene.journal)
        ),
    )?;
    h5.text("/general/source_script", text)?
        .says("file_name", "scenario.ron")?;
    h5.object("/general/subject", "core", "Subject")?;
    for (name, value) in [
        ("subject_id", format!("ammon-seed-{seed}")),
        ("species", "In silico".into()),
        ("sex", "U".into()),
        ("description", "a simulated circuit".into()),
    ] {
        h5.text(&format!("/general/subject/{name}"), &value)?;
    }
    h5.text("/general/subject/age", "P1D")?
        .says("reference", "birth")
        .map(drop)
}

/// What was changed on the way, in words.
fn changed(journal: &[Journalled]) -> String {
    let each = journal.iter().take(CHANGES).map(|j| {
        let what = j.command.describe();
        format!(" Before step {} of the run: {what}.", j.step)
    });
    let mut told: String = each.collect();
    if journal.len() > CHANGES {
        let more = journal.len() - CHANGES;
        told.extend([
            " And ",
            &more.to_string(),
            " more changes, in its journal.csv.",
        ]);
    }
    told
}

fn spilled<T: super::spill::Number>(
    folder: &Path,
    values: impl IntoIterator<Item = T>,
) -> Done<Spill<T>> {
    let mut spill = Spill::new(folder);
    spill.extend(values)?;
    Ok(spill)
}

fn epochs(h5: &mut H5, gathered: &Gathered, twins: &Twins) -> Done<()> {
    let mut all = gathered.epochs.clone();
    all.extend(twins.epoch.clone());
    if all.is_empty() {
        return Ok(());
    }
    let folder = gathered.folder.as_path();
    let says = "Phases of the protocol.";
    let path = "/intervals/epochs";
    let mut table = Table::begin(h5, path, "TimeIntervals", says, all.len() as u64)?;
    let begun = spilled(folder, all.iter().map(|e| e.begun))?;
    table.seconds("start_time", "Start, in seconds", &begun)?;
    let ended = spilled(folder, all.iter().map(|e| e.ended))?;
    table.seconds("stop_time", "End, in seconds", &ended)?;
    let names: Vec<&str> = all.iter().map(|e| e.phase.as_str()).collect();
    table.texts("phase", "The phase", &names)?;
    let time = spilled(folder, all.iter().map(|e| e.time))?;
    table.counts(
        "time",
        "The run's clock before it, in steps, as the tables of the run count",
        &time,
    )?;
    table.end()
}

fn trials(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let of = &gathered.trials;
    if of.begun.is_empty() {
        return Ok(());
    }
    let says = "Episodes that were lived or tested, or stretches of a stream.";
    let path = "/intervals/trials";
    let mut table = Table::begin(h5, path, "TimeIntervals", says, of.begun.len())?;
    table.seconds("start_time", "Start, in seconds", &of.begun)?;
    table.seconds("stop_time", "End, in seconds", &of.ended)?;
    let words: Vec<&str> = gathered.words.all.iter().map(String::as_str).collect();
    table.words("phase", "The phase it was in", &of.phase, &words)?;
    let says = "Its number in the run; -1 where it was only tested";
    table.numbers("episode", says, &of.episode)?;
    table.counts("steps", "Its steps", &of.steps)?;
    let names: Vec<&str> = gathered.scene.inputs.iter().map(String::as_str).collect();
    if any(&of.asked, |asked| asked >= 0)? {
        table.words(
            "symbol",
            "The input whose value was asked for",
            &of.asked,
            &names,
        )?;
    }
    let folder = gathered.folder.as_path();
    if any(&of.reward, |reward| reward != 0.0)? {
        let rewarded = mapped(folder, &of.reward, |reward| u8::from(reward != 0.0))?;
        table.bools("rewarded", "Whether it brought a reward", &rewarded)?;
    }
    if any(&of.correct, |correct| correct >= 0)? {
        let correct = mapped(folder, &of.correct, |correct| u8::from(correct > 0))?;
        table.bools(
            "correct",
            "Whether no more answers were wrong than the task allows",
            &correct,
        )?;
    }
    table.defined("loss", "Its mean loss over what was scored", &of.loss)?;
    table.counts("time", "The run's clock before it, in steps", &of.time)?;
    table.end()
}

fn any<T: super::spill::Number>(values: &Spill<T>, is: impl Fn(T) -> bool) -> Done<bool> {
    let mut any = false;
    values.blocks(|block| {
        any |= block.iter().any(|v| is(*v));
        Ok::<_, FolderError>(())
    })?;
    Ok(any)
}

fn mapped<T: super::spill::Number, U: super::spill::Number>(
    folder: &Path,
    values: &Spill<T>,
    of: impl Fn(T) -> U,
) -> Done<Spill<U>> {
    let mut spill = Spill::new(folder);
    values.blocks(|block| spill.extend(block.iter().map(|v| of(*v))))?;
    Ok(spill)
}

fn ripples(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let of = &gathered.ripples;
    if of.begun.is_empty() || !gathered.wish.sees_ripples() {
        return Ok(());
    }
    let says = "Ripples, with what was cued, what should have come, and what came.";
    let path = "/intervals/ripples";
    let mut table = Table::begin(h5, path, "TimeIntervals", says, of.begun.len())?;
    table.seconds("start_time", "Start, in seconds", &of.begun)?;
    table.seconds("stop_time", "End, in seconds", &of.ended)?;
    table.counts("ripple", "Its number in the run", &of.ripple)?;
    table.numbers(
        "engram",
        "The engram that was cued; -1 for none",
        &of.engram,
    )?;
    table.counts("episode", "The episode that was cued", &of.episode)?;
    let orders = Order::ALL.map(Order::as_str);
    table.words("order", "Which way it was meant to run", &of.order, &orders)?;
    let words: Vec<&str> = gathered.words.all.iter().map(String::as_str).collect();
    table.words("cue", "What it was cued by", &of.cue, &words)?;
    let says = "The fraction of what was cued that was right";
    table.defined("cue_fraction", says, &of.cue_fraction)?;
    table.counts("steps", "Steps replayed", &of.steps)?;
    let says = "Whether the whole episode was replayed in order";
    table.bools("completed", says, &of.completed)?;
    let outcomes = Outcome::ALL.map(Outcome::as_str);
    table.words("outcome", "How it ended", &of.outcome, &outcomes)?;
    let says = "Mean overlap of its steps with the engrams that should have come";
    table.defined("overlap", says, &of.overlap)?;
    let says = "Smallest such overlap";
    table.defined("overlap_min", says, &of.overlap_min)?;
    let says = "Cosine of the re-instated cortical states with the lived ones";
    table.defined("cosine", says, &of.cosine)?;
    if !gathered.wish.trust_recording {
        let says = "The lived step that should have come first; -1 where it is not known";
        table.numbers("true_first_step", says, &of.first)?;
        let says = "The lived step that should have come last; -1 where it is not known";
        table.numbers("true_last_step", says, &of.last)?;
    }
    let says = "Spearman's rank correlation of replayed and lived order in CA3, as in scores.csv";
    table.defined("score", says, &of.score)?;
    let says = "Its significance, from permutations";
    table.defined("p", says, &of.p)?;
    table.counts("time", "The run's clock when it ended, in steps", &of.time)?;
    table.end()
}

/// Shuffled twins, put behind the session.
struct Twins {
    /// Of each: from and to when.
    begun: Spill<u64>,
    ended: Spill<u64>,
    /// Of each step: when it began.
    steps: Spill<u64>,
    /// All of them.
    epoch: Option<super::gathered::Epoch>,
}

impl Twins {
    fn after(gathered: &Gathered) -> Done<Self> {
        let folder = gathered.folder.as_path();
        let mut clock = gathered.clock;
        clock.now += clock.pause;
        let mut twins = Self {
            begun: Spill::new(folder),
            ended: Spill::new(folder),
            steps: Spill::new(folder),
            epoch: None,
        };
        let first = clock.now;
        let mut counts = gathered.twins.steps.read()?;
        while let Some(count) = counts.next()? {
            let (from, to) = clock.pass(count.into(), clock.replayed)?;
            twins.begun.push(from)?;
            twins.ended.push(to)?;
            let begun = (0..u64::from(count)).map(|t| from + t * clock.replayed);
            twins.steps.extend(begun)?;
            let last = gathered.epochs.last().map_or(0, |e| e.time);
            twins.epoch = Some(super::gathered::Epoch {
                begun: first,
                ended: to,
                time: last,
                phase: "Shuffled".into(),
                codes: [true, false],
            });
        }
        Ok(twins)
    }

    fn write(&self, h5: &mut H5, gathered: &Gathered) -> Done<()> {
        let of = &gathered.twins;
        if of.ripple.is_empty() {
            return Ok(());
        }
        let says = "What chance would replay: for each scored ripple one from the same cue, through the same synapses with their \
                    sequence shuffled. They are no part of the run and are put behind its end.";
        let path = "/intervals/shuffled_ripples";
        let mut table = Table::begin(h5, path, "TimeIntervals", says, of.ripple.len())?;
        table.seconds("start_time", "Start, in seconds", &self.begun)?;
        table.seconds("stop_time", "End, in seconds", &self.ended)?;
        table.counts("ripple", "The ripple that it is the twin of", &of.ripple)?;
        table.counts("episode", "The episode that was cued", &of.episode)?;
        let orders = Order::ALL.map(Order::as_str);
        table.words("order", "Which way it was meant to run", &of.order, &orders)?;
        let says =
            "Spearman's rank correlation of replayed and lived order in CA3, as in scores.csv";
        table.defined("score", says, &of.score)?;
        table.defined("p", "Its significance, from permutations", &of.p)?;
        table.end()
    }
}

fn units(h5: &mut H5, gathered: &Gathered, twins: &Twins) -> Done<()> {
    let folder = gathered.folder.as_path();
    let (steps, ripples, clock) = (&gathered.steps, &gathered.ripples, gathered.clock);
    let wish = &gathered.wish;
    let awake = |codes| Active {
        begun: &steps.begun,
        each: clock.lived,
        later: 0,
        codes,
    };
    let replayed = |begun, codes| Active {
        begun,
        each: clock.replayed,
        later: 0,
        codes,
    };
    let mut regions: Vec<(&str, &Chosen, Vec<Vec<Active<'_>>>)> = Vec::new();
    if wish.has(What::Ca3) && gathered.ca3.len() > 0 {
        let run = vec![
            awake(&steps.ca3),
            replayed(&ripples.step_begun, &ripples.ca3),
        ];
        let twin = vec![replayed(&twins.steps, &gathered.twins.ca3)];
        regions.push(("CA3", &gathered.ca3, vec![run, twin]));
    }
    if wish.has(What::Entorhinal) && gathered.entorhinal.len() > 0 {
        let run = vec![awake(&steps.entorhinal)];
        regions.push(("entorhinal", &gathered.entorhinal, vec![run]));
    }
    let rows: usize = regions.iter().map(|r| r.1.len()).sum();
    let ticks = Ticks::of(clock.lived.min(clock.replayed));
    let seed = gathered.scene.scenario.setup.seed;
    let mut sorted = Sorted::new(folder, rows);
    let mut first = 0;
    for (_, chosen, parts) in &regions {
        for part in parts {
            sorted.take(seed, ticks, first, chosen, part)?;
        }
        first += chosen.len() as u32;
    }
    if sorted.counts.iter().all(|count| *count == 0) {
        // A table of units without spikes is refused by tools.
        return Ok(());
    }
    let says = "Units of the simulated hippocampus.";
    let mut table = Table::begin(h5, "/units", "Units", says, rows as u64)?;
    let mut ends = Vec::with_capacity(rows);
    let mut end = 0;
    for count in &sorted.counts {
        end += count;
        ends.push(end);
    }
    let fill = |to: &mut Filling<'_, f64>| {
        sorted.each(|row| {
            let row: Vec<f64> = row.iter().map(|tick| ticks.seconds(*tick)).collect();
            to.put(&row)
        })
    };
    let says = "the spike times for each unit in seconds";
    table.ragged("spike_times", says, None, &ends, fill, |column| {
        column.has("resolution", ticks.resolution()).map(drop)
    })?;
    let of = |name: &str| {
        let found = regions.iter().find(|(region, _, _)| *region == name);
        found.map_or(0, |(_, chosen, _)| chosen.len())
    };
    observed(&mut table, gathered, twins, [of("CA3"), of("entorhinal")])?;
    let of_regions = |of: fn(&str) -> &'static str| -> Vec<&str> {
        let each = regions.iter();
        each.flat_map(|(region, chosen, _)| vec![of(region); chosen.len()])
            .collect()
    };
    let region = |region: &str| if region == "CA3" { "CA3" } else { "entorhinal" };
    table.texts("region", "The region", &of_regions(region))?;
    let kind = |region: &str| {
        if region == "CA3" {
            "k winners, recurrent"
        } else {
            "k winners, feedforward"
        }
    };
    table.texts("kind", "What it is in the model", &of_regions(kind))?;
    let numbers = regions.iter().flat_map(|r| r.1.units.iter().copied());
    let numbers = spilled(folder, numbers)?;
    table.counts("unit", "Its number in the region", &numbers)?;
    let mut fields = Spill::new(folder);
    for (region, chosen, _) in &regions {
        let codes = if *region == "CA3" {
            &steps.ca3
        } else {
            &steps.entorhinal
        };
        fields.extend(place_fields(gathered, chosen, codes)?)?;
    }
    let says = "The position at which it fired most while awake; nan where it did not";
    table.defined("place_field", says, &fields)?;
    table.end()
}

/// Codes of CA3 are made while something is lived and stored, and in ripples; those of the entorhinal cortex only while something
/// is lived and stored.
fn observed(
    table: &mut Table<'_>,
    gathered: &Gathered,
    twins: &Twins,
    rows: [usize; 2],
) -> Done<()> {
    let spans = [0, 1].map(|region| {
        let epochs = gathered.epochs.iter().chain(&twins.epoch);
        let mut spans: Vec<[f64; 2]> = Vec::new();
        let mut last = 0;
        for epoch in epochs.filter(|epoch| epoch.codes[region]) {
            match spans.last_mut() {
                Some(span) if epoch.begun <= last + gathered.clock.pause => {
                    span[1] = seconds(epoch.ended);
                }
                _ => spans.push([seconds(epoch.begun), seconds(epoch.ended)]),
            }
            last = epoch.ended;
        }
        spans
    });
    let all = spans
        .iter()
        .zip(rows)
        .map(|(spans, rows)| spans.len() * rows);
    let all: usize = all.sum();
    if all == 0 || all > OBSERVED {
        return Ok(());
    }
    let mut ends = Vec::new();
    for (spans, rows) in spans.iter().zip(rows) {
        let from = ends.last().copied().unwrap_or_default();
        ends.extend((1..=rows as u64).map(|row| from + row * spans.len() as u64));
    }
    let fill = |to: &mut Filling<'_, f64>| {
        spans.iter().zip(rows).try_for_each(|(spans, rows)| {
            let flat: Vec<f64> = spans.iter().flatten().copied().collect();
            (0..rows).try_for_each(|_| to.put(&flat))
        })
    };
    let says = "From and to when the unit was observed: while something is stored, and in CA3 also in ripples";
    table.ragged("obs_intervals", says, Some(2), &ends, fill, |column| {
        drop(column);
        Ok(())
    })
}

/// The position at which each unit fired most.
fn place_fields(
    gathered: &Gathered,
    chosen: &Chosen,
    codes: &super::spill::Codes,
) -> Done<Vec<f64>> {
    let mut most = 0.0_f32;
    gathered.steps.position.blocks(|block| {
        most = block.iter().copied().fold(most, f32::max);
        Ok::<_, FolderError>(())
    })?;
    let bins = most as usize + 1;
    if chosen.len().saturating_mul(bins) > HISTOGRAM {
        return Ok(vec![f64::NAN; chosen.len()]);
    }
    let mut counts = vec![0_u32; chosen.len() * bins];
    let (mut positions, mut ends) = (gathered.steps.position.read()?, codes.ends.read()?);
    let (mut units, mut active, mut from) = (codes.units.read()?, Vec::new(), 0);
    while let (Some(position), Some(end)) = (positions.next()?, ends.next()?) {
        units.take((end - from) as usize, &mut active)?;
        from = end;
        let bin = (position.max(0.0) as usize).min(bins - 1);
        for row in active.iter().filter_map(|unit| chosen.row(*unit)) {
            counts[row as usize * bins + bin] += 1;
        }
    }
    let field = |counts: &[u32]| {
        let most = counts.iter().copied().max().unwrap_or_default();
        let at = counts.iter().position(|count| *count == most);
        at.filter(|_| most > 0).map_or(f64::NAN, |at| at as f64)
    };
    Ok(counts.chunks(bins).map(field).collect())
}

fn module(h5: &mut H5, name: &str, says: &str) -> Done<()> {
    let path = format!("/processing/{name}");
    if h5.has(&path) {
        return Ok(());
    }
    h5.object(&path, "core", "ProcessingModule")?;
    h5.attribute(&path, "description", says)
}

/// Position, inputs and targets.
fn behavior(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let steps = &gathered.steps;
    if steps.begun.is_empty() {
        return Ok(());
    }
    module(
        h5,
        "behavior",
        "Where the simulated animal was, what it saw and what it should answer",
    )?;
    h5.object("/processing/behavior/Position", "core", "Position")?;
    let later = gathered.clock.lived / 2;
    let (says, frame) = if gathered.paths {
        ("Where it was along its path", "the beginning of the path")
    } else {
        (
            "Which step of its episode it was in: the episode has no place, so that time within it stands for it",
            "the beginning of the episode",
        )
    };
    let path = "/processing/behavior/Position/position";
    Series {
        path,
        of: "SpatialSeries",
        says,
        unit: "n.a.",
        wide: None,
        begun: &steps.begun,
        later,
    }
    .write(h5, &steps.position)?;
    h5.text(&format!("{path}/reference_frame"), frame)?;
    let series = |path, says, wide| Series {
        path,
        of: "TimeSeries",
        says,
        unit: "n.a.",
        wide: Some(wide),
        begun: &steps.begun,
        later,
    };
    let names = gathered.scene.inputs.join(", ");
    let says = format!("Inputs of the network, a column each: {names}");
    series(
        "/processing/behavior/inputs",
        &says,
        gathered.scene.inputs.len(),
    )
    .write(h5, &steps.inputs)?;
    let says =
        "What it should have answered, a column an output; where the mask is 0 nothing was asked";
    series("/processing/behavior/targets", says, gathered.scene.outputs)
        .write(h5, &steps.targets)?;
    let says = "1 where an answer was asked for";
    Series {
        wide: None,
        ..series("/processing/behavior/mask", says, 1)
    }
    .write(h5, &steps.mask)
}

/// States of the cortex, lived and re-instated.
fn cortex(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let (steps, ripples, clock) = (&gathered.steps, &gathered.ripples, gathered.clock);
    if steps.states.is_empty() && ripples.states.is_empty() {
        return Ok(());
    }
    module(h5, "ecephys", "Activity of the simulated cortex")?;
    let chosen = &gathered.cortex;
    let whole = chosen.len() == gathered.scene.state;
    let columns = if whole {
        String::new()
    } else {
        let numbers: Vec<String> = chosen.units.iter().map(u32::to_string).collect();
        format!("; columns are the values {}", numbers.join(", "))
    };
    for (path, says, begun, values, each) in [
        (
            "/processing/ecephys/cortex_awake",
            "State h after each step that was lived or tested",
            &steps.begun,
            &steps.states,
            clock.lived,
        ),
        (
            "/processing/ecephys/cortex_ripples",
            "State h before each step, as ripples re-instated it",
            &ripples.step_begun,
            &ripples.states,
            clock.replayed,
        ),
    ] {
        Series {
            path,
            of: "TimeSeries",
            says: &format!("{says}{columns}"),
            unit: "n.a.",
            wide: Some(chosen.len()),
            begun,
            later: each / 2,
        }
        .write(h5, values)?;
    }
    Ok(())
}

/// What was measured: one table of all, and a series for each metric.
fn measured(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let folder = gathered.folder.as_path();
    measurements(h5, gathered)?;
    events(h5, gathered)?;
    for (metric, rows) in &gathered.measured {
        module(h5, "misc", "What the simulator measured")?;
        let name = metric.name().replace(['/', ':', ' '], "_");
        let declared = metric.declared();
        let says = declared.map_or("A measurement", |declared| declared.doc);
        let unit = declared.map_or("", |declared| declared.unit);
        let values = spilled(folder, rows.iter().map(|row| row.value))?;
        let begun = spilled(folder, rows.iter().map(|row| row.at))?;
        if even(&begun)?.is_some_and(|apart| apart > SLOWEST) {
            // Tools take so slow a rate for a mistake, and even times without a rate for another.
            continue;
        }
        Series {
            path: &format!("/processing/misc/{name}"),
            of: "TimeSeries",
            says,
            unit: if unit.is_empty() { "n.a." } else { unit },
            wide: None,
            begun: &begun,
            later: 0,
        }
        .write(h5, &values)?;
    }
    Ok(())
}

fn measurements(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let folder = gathered.folder.as_path();
    let all = &gathered.measured;
    let names: Vec<String> = all.keys().map(Metric::name).collect();
    let rows = all.values().zip(&names);
    let mut rows: Vec<(&Measured, &str)> = rows
        .flat_map(|(rows, name)| rows.iter().map(|row| (row, name.as_str())))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    rows.sort_by_key(|(row, _)| (row.at, row.time));
    module(h5, "misc", "What the simulator measured")?;
    let path = "/processing/misc/measurements";
    let says = "All that was measured, in the order in which it was: metrics.csv on the clock of this file.";
    let mut table = Table::of_common(h5, path, says, rows.len() as u64)?;
    let at = spilled(folder, rows.iter().map(|(row, _)| row.at))?;
    table.seconds("seconds", "When, in seconds", &at)?;
    let time = spilled(folder, rows.iter().map(|(row, _)| row.time))?;
    table.counts("time", "The run's clock, in steps", &time)?;
    let episode = spilled(folder, rows.iter().map(|(row, _)| row.episode))?;
    table.counts("episode", "Episodes lived before", &episode)?;
    let words: Vec<&str> = gathered.words.all.iter().map(String::as_str).collect();
    let phase = spilled(folder, rows.iter().map(|(row, _)| row.phase))?;
    table.words("phase", "The phase that it was measured in", &phase, &words)?;
    let metrics: Vec<&str> = rows.iter().map(|(_, name)| *name).collect();
    table.texts("metric", "What", &metrics)?;
    let values = spilled(folder, rows.iter().map(|(row, _)| row.value))?;
    table.numbers("value", "How much", &values)?;
    table.end()
}

/// Lesions, restorations, and what else was worth a line of the log.
fn events(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let (folder, all) = (gathered.folder.as_path(), &gathered.events);
    if all.is_empty() {
        return Ok(());
    }
    module(h5, "misc", "What the simulator measured")?;
    let says = "Lesions, restorations, and what else was told on the way.";
    let path = "/processing/misc/events";
    let mut table = Table::of_common(h5, path, says, all.len() as u64)?;
    let at = spilled(folder, all.iter().map(|(at, _)| *at))?;
    table.seconds("seconds", "When, in seconds", &at)?;
    let time = spilled(folder, all.iter().map(|(_, row)| row.time))?;
    table.counts("time", "The run's clock, in steps", &time)?;
    let texts: Vec<&str> = all.iter().map(|(_, row)| row.text.as_str()).collect();
    table.texts("text", "In words", &texts)?;
    table.end()
}
