//! Units with their spike times.

use super::super::choice::Chosen;
use super::super::clock::seconds;
use super::super::gathered::Gathered;
use super::super::job::What;
use super::super::spill::{Codes, Spill};
use super::h5::{Filling, H5};
use super::intervals::Twins;
use super::spikes::{Active, Sorted, Ticks};
use super::table::{Table, spilled};
use crate::trace::FolderError;

type Done<T> = Result<T, FolderError>;

/// Entries of a histogram of all units at most.
const HISTOGRAM: usize = 1 << 24;
/// Values that tell when each unit was observed, at most.
const OBSERVED: usize = 1 << 22;

/// A region whose units fire.
struct Region<'a> {
    name: &'static str,
    kind: &'static str,
    what: What,
    chosen: &'a Chosen,
    /// Codes while something is lived.
    lived: &'a Codes,
    /// All of its codes; streams that overlap in time are merged.
    streams: Vec<Vec<Active<'a>>>,
}

/// Whoever waits is `heard` on the way: there are many spikes.
pub(super) fn units(
    h5: &mut H5,
    gathered: &Gathered,
    twins: &Twins,
    heard: &dyn Fn() -> Done<()>,
) -> Done<()> {
    let folder = gathered.folder.as_path();
    let (steps, ripples, clock) = (&gathered.steps, &gathered.ripples, gathered.clock);
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
    let regions = [
        Region {
            name: "CA3",
            kind: "k winners, recurrent",
            what: What::Ca3,
            chosen: &gathered.ca3,
            lived: &steps.ca3,
            streams: vec![
                vec![
                    awake(&steps.ca3),
                    replayed(&ripples.step_begun, &ripples.ca3),
                ],
                vec![replayed(&twins.steps, &gathered.twins.ca3)],
            ],
        },
        Region {
            name: "entorhinal",
            kind: "k winners, feedforward",
            what: What::Entorhinal,
            chosen: &gathered.entorhinal,
            lived: &steps.entorhinal,
            streams: vec![vec![awake(&steps.entorhinal)]],
        },
    ];
    // Of one that is not wanted there are no rows.
    let counts = [0, 1].map(|i: usize| {
        let wanted = gathered.wish.has(regions[i].what);
        if wanted { regions[i].chosen.len() } else { 0 }
    });
    let seen = || regions.iter().zip(counts).filter(|(_, rows)| *rows > 0);
    let rows: usize = counts.iter().sum();
    let ticks = Ticks::of(clock.lived.min(clock.replayed));
    let seed = gathered.scene.scenario.setup.seed;
    let mut sorted = Sorted::new(folder, rows);
    let mut first = 0;
    for (region, rows) in seen() {
        for streams in &region.streams {
            sorted.take(seed, ticks, first, region.chosen, streams)?;
            heard()?;
        }
        first += rows as u32;
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
            heard()?;
            let row: Vec<f64> = row.iter().map(|tick| ticks.seconds(*tick)).collect();
            to.put(&row)
        })
    };
    let says = "the spike times for each unit in seconds";
    table.ragged("spike_times", says, None, &ends, fill, |column| {
        column.has("resolution", ticks.resolution()).map(drop)
    })?;
    observed(&mut table, gathered, twins, counts)?;
    let told = |of: fn(&Region<'_>) -> &'static str| -> Vec<&str> {
        seen()
            .flat_map(|(region, rows)| vec![of(region); rows])
            .collect()
    };
    table.texts("region", "The region", &told(|region| region.name))?;
    table.texts(
        "kind",
        "What it is in the model",
        &told(|region| region.kind),
    )?;
    let numbers = seen().flat_map(|(region, _)| region.chosen.units.iter().copied());
    let numbers = spilled(folder, numbers)?;
    table.counts("unit", "Its number in the region", &numbers)?;
    let mut fields = Spill::new(folder);
    for (region, _) in seen() {
        fields.extend(place_fields(gathered, region.chosen, region.lived)?)?;
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
fn place_fields(gathered: &Gathered, chosen: &Chosen, codes: &Codes) -> Done<Vec<f64>> {
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
