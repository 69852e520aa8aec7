//! Consecutive light frames with what they have in common.

use std::sync::Arc;

use super::super::snapshot::{AttentionView, CortexView, PathwayView, RegionView, Snapshot};
use super::super::view::{Activities, fill};
use super::pieces::{Lived, Piece, Walked};
use crate::record::PhaseName;

/// Regions and pathways with their lesions.
pub(super) type Circuit = (Vec<RegionView>, Vec<PathwayView>);

/// So many columns of one of a chunk's pieces.
pub(super) type Columns = Option<(u16, u32)>;

/// What is kept of a step.
#[derive(Clone, Debug)]
pub(super) struct Light {
    pub(super) step: u64,
    pub(super) time: u64,
    pub(super) episodes: u64,
    pub(super) updates: u64,
    pub(super) load: u64,
    pub(super) progress: f64,
    pub(super) phase: u16,
    pub(super) circuit: u16,
    pub(super) attention: Option<u16>,
    pub(super) lived: Columns,
    pub(super) walked: Columns,
    /// Whether a ripple is what the cortex shows.
    pub(super) asleep: bool,
    pub(super) activities: Activities,
}

/// The counters of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Engine steps.
    pub step: u64,
    /// Episodes lived.
    pub episodes: u64,
    /// Updates of the weights.
    pub updates: u64,
}

impl Light {
    pub(super) fn counts(&self) -> Counts {
        Counts {
            step: self.step,
            episodes: self.episodes,
            updates: self.updates,
        }
    }

    /// What tells scenes apart.
    pub(super) fn scene(&self) -> (bool, Option<u16>, u16) {
        let piece = if self.asleep { self.walked } else { self.lived };
        (self.asleep, piece.map(|(piece, _)| piece), self.phase)
    }
}

/// Consecutive frames with what they have in common.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub(super) frames: Vec<Light>,
    pub(super) phases: Vec<PhaseName>,
    pub(super) circuits: Vec<Arc<Circuit>>,
    pub(super) attention: Vec<Arc<AttentionView>>,
    pub(super) lived: Vec<Arc<Lived>>,
    pub(super) walked: Vec<Arc<Walked>>,
    /// Bytes of what belongs to this chunk alone.
    pub(super) bytes: u64,
}

/// The position of a value in a table that grows by it where it is not there.
pub(super) fn position<T: PartialEq + Clone>(table: &mut Vec<T>, value: &T) -> u16 {
    let found = table.iter().rposition(|v| v == value);
    found.unwrap_or_else(|| {
        table.push(value.clone());
        table.len() - 1
    }) as u16
}

impl Chunk {
    pub(super) fn first(&self) -> u64 {
        self.frames.first().map_or(u64::MAX, |f| f.step)
    }

    pub(super) fn last(&self) -> Option<u64> {
        self.frames.last().map(|f| f.step)
    }

    /// The frame of the latest kept step that is not after `step`.
    pub(super) fn at(&self, step: u64) -> Option<&Light> {
        let after = self.frames.partition_point(|f| f.step <= step);
        self.frames.get(after.checked_sub(1)?)
    }

    pub(super) fn count(&mut self) {
        let frames = self.frames.len() * size_of::<Light>();
        let lived: u64 = self.lived.iter().map(|p| p.bytes()).sum();
        let walked: u64 = self.walked.iter().map(|p| p.bytes()).sum();
        let attention = self.attention.iter();
        let attention: usize = attention.map(|a| 4 * a.weights.values.len()).sum();
        self.bytes = (frames + attention) as u64 + lived + walked;
    }

    /// Without every other scene; without every other frame where there is only one. The first frame stays.
    pub(super) fn thinned(&self) -> Self {
        let mut kept = Self {
            phases: self.phases.clone(),
            circuits: self.circuits.clone(),
            attention: self.attention.clone(),
            ..Self::default()
        };
        let mut scenes = 0;
        let mut scene = None;
        let single = self.frames.windows(2).all(|w| w[0].scene() == w[1].scene());
        for (i, frame) in self.frames.iter().enumerate() {
            if scene != Some(frame.scene()) {
                scene = Some(frame.scene());
                scenes += 1;
            }
            let keep = if single { i % 2 == 0 } else { scenes % 2 == 1 };
            if keep {
                kept.take(self, frame);
            }
        }
        kept.count();
        kept
    }

    /// Takes a frame over from another chunk.
    pub(super) fn take(&mut self, from: &Self, frame: &Light) {
        fn moved<P>(columns: Columns, from: &[Arc<P>], to: &mut Vec<Arc<P>>) -> Columns {
            let (piece, count) = columns?;
            let piece = &from[usize::from(piece)];
            let found = to.iter().rposition(|p| Arc::ptr_eq(p, piece));
            let at = found.unwrap_or_else(|| {
                to.push(piece.clone());
                to.len() - 1
            });
            Some((at as u16, count))
        }
        self.frames.push(Light {
            lived: moved(frame.lived, &from.lived, &mut self.lived),
            walked: moved(frame.walked, &from.walked, &mut self.walked),
            ..frame.clone()
        });
    }

    pub(super) fn draw(&self, frame: &Light, snapshot: &mut Snapshot) {
        snapshot.step = frame.step;
        snapshot.time = frame.time;
        snapshot.episodes = frame.episodes;
        snapshot.updates = frame.updates;
        snapshot.load = frame.load as usize;
        snapshot.progress = frame.progress;
        snapshot.phase = self.phases[usize::from(frame.phase)].clone();
        let attention = frame.attention.map(|i| &self.attention[usize::from(i)]);
        snapshot.attention = attention.cloned();
        let (regions, pathways) = &*self.circuits[usize::from(frame.circuit)];
        snapshot.regions.clone_from(regions);
        snapshot.pathways.clone_from(pathways);
        fill(snapshot, &frame.activities);
        let lived = frame
            .lived
            .map(|(i, count)| (&self.lived[usize::from(i)], count as usize));
        let walked = frame
            .walked
            .map(|(i, count)| (&self.walked[usize::from(i)], count as usize));
        let ripple = walked.map(|(piece, columns)| piece.view(columns));
        snapshot.ripple = Arc::new(ripple.unwrap_or_default());
        snapshot.cortex = Arc::new(match (frame.asleep, walked, lived) {
            (true, Some((piece, columns)), _) => piece.cortex(columns),
            (_, _, Some((piece, columns))) => piece.view(columns),
            _ => CortexView {
                input_names: snapshot.cortex.input_names.clone(),
                ..CortexView::default()
            },
        });
    }
}

impl Chunk {
    /// Takes over all that another one has.
    pub(super) fn append(&mut self, other: &Self) {
        for frame in &other.frames {
            let phase = position(&mut self.phases, &other.phases[usize::from(frame.phase)]);
            let circuit = shared(
                &mut self.circuits,
                &other.circuits[usize::from(frame.circuit)],
            );
            let attention = frame.attention;
            let attention =
                attention.map(|i| shared(&mut self.attention, &other.attention[usize::from(i)]));
            let frame = Light {
                phase,
                circuit,
                attention,
                ..frame.clone()
            };
            self.take(other, &frame);
        }
        self.count();
    }
}

/// The position of something shared in a table that grows by it where it is not there.
pub(super) fn shared<T>(table: &mut Vec<Arc<T>>, value: &Arc<T>) -> u16 {
    let found = table.iter().rposition(|v| Arc::ptr_eq(v, value));
    found.unwrap_or_else(|| {
        table.push(value.clone());
        table.len() - 1
    }) as u16
}
