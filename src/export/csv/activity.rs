//! What units did as one tidy table: first what was lived, then what was replayed. Of codes only active units have a row.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use super::super::clock::seconds;
use super::super::gathered::{Gathered, NONE};
use super::super::spill::{Codes, Reading, Spill};
use crate::record::cell::Cell;
use crate::trace::FolderError;

type Done<T> = Result<T, FolderError>;

const HEAD: [&str; 8] = [
    "seconds", "phase", "episode", "ripple", "step", "region", "unit", "value",
];

/// The table being written.
struct Table<'a> {
    out: csv::Writer<BufWriter<File>>,
    path: &'a Path,
    /// What all rows of a step begin with.
    begin: [String; 5],
}

impl Table<'_> {
    fn row(&mut self, region: &str, unit: u32, value: f32) -> Done<()> {
        let begin = self.begin.iter().map(String::as_str);
        let (unit, value) = (unit.to_string(), value.to_string());
        let row = begin.chain([region, &unit, &value]);
        let written = self.out.write_record(row);
        written.map_err(|e| FolderError::write(self.path)(e.into()))
    }
}

/// Active units, a step after the other.
struct Active<'a> {
    units: Reading<'a, u32>,
    ends: Reading<'a, u64>,
    end: u64,
    now: Vec<u32>,
}

impl<'a> Active<'a> {
    fn of(codes: &'a Codes) -> Done<Self> {
        Ok(Self {
            units: codes.units.read()?,
            ends: codes.ends.read()?,
            end: 0,
            now: Vec::new(),
        })
    }

    /// Writes those of the next step; none where codes are not wanted.
    fn step(&mut self, region: &str, table: &mut Table<'_>) -> Done<()> {
        let end = self.ends.next()?.unwrap_or(self.end);
        self.units.take((end - self.end) as usize, &mut self.now)?;
        self.end = end;
        self.now
            .iter()
            .try_for_each(|unit| table.row(region, *unit, 1.0))
    }
}

/// Values of all units, a step after the other.
struct Values<'a> {
    from: Reading<'a, f32>,
    units: Vec<u32>,
    now: Vec<f32>,
}

impl<'a> Values<'a> {
    fn of(values: &'a Spill<f32>, units: Vec<u32>) -> Done<Self> {
        Ok(Self {
            from: values.read()?,
            units,
            now: Vec::new(),
        })
    }

    /// Writes those of the next step; none where they are not wanted.
    fn step(&mut self, region: &str, table: &mut Table<'_>) -> Done<()> {
        self.from.take(self.units.len(), &mut self.now)?;
        let each = self.units.iter().zip(&self.now);
        each.into_iter()
            .try_for_each(|(unit, value)| table.row(region, *unit, *value))
    }
}

/// Writes the table.
pub(super) fn write(gathered: &Gathered, path: &Path) -> Done<()> {
    let file = File::create(path).map_err(FolderError::write(path))?;
    let mut table = Table {
        out: csv::Writer::from_writer(BufWriter::new(file)),
        path,
        begin: Default::default(),
    };
    let head = table.out.write_record(HEAD);
    head.map_err(|e| FolderError::write(path)(e.into()))?;
    lived(gathered, &mut table)?;
    replayed(gathered, &mut table)?;
    table.out.flush().map_err(FolderError::write(path))
}

fn lived(gathered: &Gathered, table: &mut Table<'_>) -> Done<()> {
    let (of, trials) = (&gathered.steps, &gathered.trials);
    let (mut begun, mut within) = (of.begun.read()?, of.within.read()?);
    let (mut trial, mut phases) = (of.trial.read()?, trials.phase.read()?);
    let mut episodes = trials.episode.read()?;
    let scene = &gathered.scene;
    let all = |count: usize| (0..count as u32).collect::<Vec<_>>();
    let mut cortex = Values::of(&of.states, gathered.cortex.units.clone())?;
    let mut inputs = Values::of(&of.inputs, all(scene.inputs.len()))?;
    let mut targets = Values::of(&of.targets, all(scene.outputs))?;
    let (mut ca3, mut entorhinal) = (Active::of(&of.ca3)?, Active::of(&of.entorhinal)?);
    let mut last = None;
    while let (Some(at), Some(step), Some(row)) = (begun.next()?, within.next()?, trial.next()?) {
        if last != Some(row) {
            last = Some(row);
            let phase = phases.next()?.unwrap_or_default() as usize;
            let words = &gathered.words.all;
            table.begin[1] = words.get(phase).cloned().unwrap_or_default();
            table.begin[2] = episodes.next()?.unwrap_or_default().to_string();
        }
        table.begin[0] = seconds(at).text();
        table.begin[4] = step.to_string();
        inputs.step("input", table)?;
        targets.step("target", table)?;
        cortex.step("cortex", table)?;
        entorhinal.step("entorhinal", table)?;
        ca3.step("CA3", table)?;
    }
    Ok(())
}

fn replayed(gathered: &Gathered, table: &mut Table<'_>) -> Done<()> {
    let of = &gathered.ripples;
    let (mut begun, mut truth) = (of.step_begun.read()?, of.truth.read()?);
    let (mut ripple, mut numbers) = (of.step_ripple.read()?, of.ripple.read()?);
    let mut episodes = of.episode.read()?;
    let mut cortex = Values::of(&of.states, gathered.cortex.units.clone())?;
    let mut ca3 = Active::of(&of.ca3)?;
    let mut rows = 0;
    table.begin[1] = "Sleep".into();
    while let (Some(at), Some(step), Some(row)) = (begun.next()?, truth.next()?, ripple.next()?) {
        // A ripple that fell silent has a row and no steps.
        while rows <= row {
            rows += 1;
            table.begin[3] = numbers.next()?.unwrap_or_default().to_string();
            table.begin[2] = episodes.next()?.unwrap_or_default().to_string();
        }
        table.begin[0] = seconds(at).text();
        table.begin[4] = if step == NONE {
            String::new()
        } else {
            step.to_string()
        };
        cortex.step("cortex", table)?;
        ca3.step("CA3", table)?;
    }
    Ok(())
}
