//! Spike times, unit by unit, of codes that came step by step.
//!
//! A unit that is active in a step fires once in it, at a moment drawn by the seed. Times are multiples of a power of two of a
//! second: they are exact as floating-point numbers, and compress well.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::super::choice::Chosen;
use super::super::spill::{Codes, Number, Spill};
use crate::trace::FolderError;

type Done<T> = Result<T, FolderError>;

/// Spikes that are sorted at a time.
const AT_ONCE: usize = 1 << 21;
/// Bytes of a file that are read at a time.
const BUFFER: usize = 1 << 14;

/// Steps with the codes that were active in them, in the order in which they came.
pub(super) struct Active<'a> {
    /// When each began, in nanoseconds.
    pub begun: &'a Spill<u64>,
    /// How long each lasted.
    pub each: u64,
    /// How much later than that they are.
    pub later: u64,
    /// Who was active.
    pub codes: &'a Codes,
}

/// The grid that spike times lie on: 2^bits to a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticks {
    bits: u32,
}

impl Ticks {
    /// A grid with at least thirty-two ticks in the shortest step, in nanoseconds; a tick is at most an eighth of a millisecond.
    pub fn of(shortest: u64) -> Self {
        let mut bits = 13;
        while bits < 32 && (shortest << bits) / 1_000_000_000 < 32 {
            bits += 1;
        }
        Self { bits }
    }

    /// Seconds of a tick.
    pub fn resolution(self) -> f64 {
        1.0 / f64::from(self.bits).exp2()
    }

    /// Ticks of a time in nanoseconds.
    fn count(self, nanoseconds: u64) -> u64 {
        ((u128::from(nanoseconds) << self.bits) / 1_000_000_000) as u64
    }

    /// Seconds of so many ticks.
    pub fn seconds(self, ticks: u64) -> f64 {
        ticks as f64 * self.resolution()
    }
}

/// The moment within its step, as a number of its sixteenths from 1 to 15, drawn by the seed, the unit and the step.
fn moment(seed: u64, unit: u64, step: u64) -> u64 {
    let mut z =
        seed ^ unit.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ step.wrapping_mul(0xd1b5_4a32_d192_ed03);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Spikes sorted by unit: some at a time, each lot in a file.
pub(super) struct Sorted {
    folder: PathBuf,
    /// In the order in which they came: row and tick.
    held: Vec<(u32, u64)>,
    lots: Vec<Lot>,
    /// Of each row how many spikes there are.
    pub counts: Vec<u64>,
}

/// A lot: spike times by row, and how many each row has.
struct Lot {
    file: File,
    counts: Vec<u32>,
}

impl Sorted {
    /// Those of so many rows; none yet.
    pub fn new(folder: &Path, rows: usize) -> Self {
        Self {
            folder: folder.to_path_buf(),
            held: Vec::new(),
            lots: Vec::new(),
            counts: vec![0; rows],
        }
    }

    /// Takes the spikes of a region's units, which begin at row `first`, merged from several streams by the time of their
    /// steps.
    pub fn take(
        &mut self,
        seed: u64,
        ticks: Ticks,
        first: u32,
        chosen: &Chosen,
        streams: &[Active<'_>],
    ) -> Done<()> {
        let mut open = Vec::new();
        for stream in streams {
            open.push(Open::new(stream)?);
        }
        loop {
            let due = open.iter().enumerate();
            let due = due.filter_map(|(i, o)| Some((o.next?, i)));
            let Some((_, at)) = due.min() else { break };
            let (begun, each) = (open[at].next.unwrap_or_default(), open[at].each);
            let (from, to) = (ticks.count(begun), ticks.count(begun + each));
            let span = to - from;
            let (margin, inner) = (span / 16, (span - span / 8).max(1));
            open[at].step()?;
            for unit in &open[at].active {
                let Some(row) = chosen.row(*unit) else {
                    continue;
                };
                let row = first + row;
                let within = moment(seed, row.into(), begun) % inner;
                self.held.push((row, from + margin + within));
                self.counts[row as usize] += 1;
            }
            if self.held.len() >= AT_ONCE {
                self.lot()?;
            }
        }
        Ok(())
    }

    /// Sorts what is held into a file.
    fn lot(&mut self) -> Done<()> {
        let mut counts = vec![0_u32; self.counts.len()];
        for (row, _) in &self.held {
            counts[*row as usize] += 1;
        }
        let mut places: Vec<usize> = Vec::with_capacity(counts.len());
        let mut place = 0;
        for count in &counts {
            places.push(place);
            place += *count as usize;
        }
        let mut sorted = vec![0_u64; self.held.len()];
        for (row, tick) in self.held.drain(..) {
            let place = &mut places[row as usize];
            sorted[*place] = tick;
            *place += 1;
        }
        let write = || {
            let mut file = BufWriter::new(tempfile::tempfile_in(&self.folder)?);
            let mut raw = Vec::with_capacity(BUFFER);
            for block in sorted.chunks(BUFFER / 8) {
                raw.clear();
                block.iter().for_each(|tick| tick.put(&mut raw));
                file.write_all(&raw)?;
            }
            let mut file = file
                .into_inner()
                .map_err(std::io::IntoInnerError::into_error)?;
            file.seek(SeekFrom::Start(0))?;
            Ok(file)
        };
        let file = write().map_err(FolderError::write(&self.folder))?;
        self.lots.push(Lot { file, counts });
        Ok(())
    }

    /// Hands on the ticks of each row, ascending, row after row.
    pub fn each(mut self, mut row: impl FnMut(&[u64]) -> Done<()>) -> Done<()> {
        self.lot()?;
        let folder = &self.folder;
        let lots = self.lots.iter();
        let mut files: Vec<_> = lots
            .map(|lot| BufReader::with_capacity(BUFFER, &lot.file))
            .collect();
        let mut ticks = Vec::new();
        for at in 0..self.counts.len() {
            ticks.clear();
            for (lot, file) in self.lots.iter().zip(&mut files) {
                for _ in 0..lot.counts[at] {
                    let mut raw = [0; 8];
                    file.read_exact(&mut raw)
                        .map_err(FolderError::read(folder))?;
                    ticks.push(u64::from_le_bytes(raw));
                }
            }
            row(&ticks)?;
        }
        Ok(())
    }
}

/// A stream of steps being read.
struct Open<'a> {
    begun: super::super::spill::Reading<'a, u64>,
    ends: super::super::spill::Reading<'a, u64>,
    units: super::super::spill::Reading<'a, u32>,
    each: u64,
    later: u64,
    end: u64,
    /// When the next step begins.
    next: Option<u64>,
    /// Who is active in the step read last.
    active: Vec<u32>,
}

impl<'a> Open<'a> {
    fn new(stream: &Active<'a>) -> Done<Self> {
        let mut open = Self {
            begun: stream.begun.read()?,
            ends: stream.codes.ends.read()?,
            units: stream.codes.units.read()?,
            each: stream.each,
            later: stream.later,
            end: 0,
            next: None,
            active: Vec::new(),
        };
        // Where codes are not wanted, there are steps and no codes.
        if !stream.codes.ends.is_empty() {
            open.next = open.begun.next()?.map(|begun| begun + open.later);
        }
        Ok(open)
    }

    /// Reads who is active in the next step.
    fn step(&mut self) -> Done<()> {
        let end = self.ends.next()?.unwrap_or(self.end);
        self.units
            .take((end - self.end) as usize, &mut self.active)?;
        self.end = end;
        self.next = self.begun.next()?.map(|begun| begun + self.later);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::job::Wish;
    use super::*;

    #[test]
    fn spikes_lie_within_their_steps_ascend_and_are_the_same_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let chosen = Chosen::draw(&Wish::default(), "CA3", 5, 1);
        let (awake, asleep) = (1_000_000_u64, 250_000_u64);
        let mut streams = Vec::new();
        for (first, each) in [(0_u64, awake), (500_000_000, asleep)] {
            let (mut begun, mut codes) = (Spill::new(dir.path()), Codes::new(dir.path()));
            for t in 0..300_u64 {
                begun.push(first + t * each).unwrap();
                codes
                    .push(
                        [t as u32 % 5, 4]
                            .into_iter()
                            .take(1 + usize::from(t % 5 != 4)),
                    )
                    .unwrap();
            }
            streams.push((begun, codes, each));
        }
        let spikes = |seed: u64| {
            let ticks = Ticks::of(asleep);
            assert!(ticks.resolution() * 32.0 <= 0.00025);
            let mut sorted = Sorted::new(dir.path(), 5);
            let active: Vec<_> = streams
                .iter()
                .map(|(begun, codes, each)| Active {
                    begun,
                    each: *each,
                    later: 0,
                    codes,
                })
                .collect();
            sorted.take(seed, ticks, 0, &chosen, &active).unwrap();
            let counts = sorted.counts.clone();
            let mut all = Vec::new();
            sorted
                .each(|row| {
                    all.push(row.iter().map(|t| ticks.seconds(*t)).collect::<Vec<_>>());
                    Ok(())
                })
                .unwrap();
            let lengths: Vec<u64> = all.iter().map(|row| row.len() as u64).collect();
            assert_eq!(counts, lengths);
            all
        };
        let all = spikes(1);
        assert_eq!(all, spikes(1));
        assert_ne!(all, spikes(2));
        assert_eq!(all[4].len(), 600);
        assert_eq!(all[0].len(), 120);
        for row in &all {
            assert!(row.windows(2).all(|w| w[0] < w[1]));
        }
        // The first unit is active in every fifth step of a millisecond.
        for (i, time) in all[0].iter().take(60).enumerate() {
            let begun = i as f64 * 0.005;
            assert!(*time > begun && *time < begun + 0.001, "{time}");
        }
    }
}
