//! Streams: experience without episodes, where the state is never reset.

use serde::{Deserialize, Serialize};

use super::experiment::{Experiment, RunError, Work};
use super::living::Living;
use super::snapshot::Source;
use crate::episode::{Batch, Episode};
use crate::event::Sink;
use crate::numeric::{DMatrix, Real};

/// A stream between two of its stretches.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Stream<R: Real> {
    /// The state after the last step, S long.
    h: Vec<R>,
    /// What the task keeps of the past.
    memory: Vec<f64>,
    /// Columns of input, target and mask that were made but not yet lived.
    ahead: Vec<R>,
}

impl<R: Real> Stream<R> {
    fn new(state: usize) -> Self {
        Self {
            h: vec![R::zero(); state],
            memory: Vec::new(),
            ahead: Vec::new(),
        }
    }
}

impl<R: Real> Experiment<R> {
    /// One step of a stream; true when the phase is over.
    pub(super) fn step_stream(
        &mut self,
        left: u64,
        report: usize,
        living: Option<Box<Living<R>>>,
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        let mut living = match living {
            Some(living) => living,
            None => self.next_stretch(left, report),
        };
        let score = self.advance(&mut living);
        self.learn_online(&mut living, score.as_ref(), false, sink)?;
        living.proceed();
        self.clock.time += 1;
        let left = left - 1;
        if !living.over() {
            let living = Some(living);
            self.work = Work::Stream {
                left,
                report,
                living,
            };
            return Ok(false);
        }
        for shadow in &mut self.shadows {
            shadow.gradient.clear();
        }
        if let Some(stream) = &mut self.stream {
            stream.h.clone_from(&living.h);
        }
        if !living.sums.loss.is_finite() {
            return Err(self.not_finite("the loss"));
        }
        if living.h.iter().any(|h| !num_traits::Float::is_finite(*h)) {
            return Err(self.not_finite("the cortical state"));
        }
        if living.sums.weight > 0.0 {
            self.measure_answers("", living.sums, None, sink)?;
        }
        self.after.living = Some((living, Source::Lived));
        self.after.ripple_last = false;
        if left > 0 {
            self.work = Work::Stream {
                left,
                report,
                living: None,
            };
            return Ok(false);
        }
        self.update(sink)?;
        Ok(true)
    }

    /// The next steps of the stream, which begins here where there is none.
    fn next_stretch(&mut self, left: u64, report: usize) -> Box<Living<R>> {
        let begins = self.stream.is_none();
        let mut stream = self
            .stream
            .take()
            .unwrap_or_else(|| Stream::new(self.cortex.state()));
        let steps = (report as u64).min(left) as usize;
        let episode = self.stretch(&mut stream, steps);
        let batch = Batch::of(&[episode], self.clock.episodes);
        let mut living = Box::new(Living::new(batch, &self.cortex, !self.every_step()));
        living.h.clone_from(&stream.h);
        self.stream = Some(stream);
        if begins {
            self.begin_rules(&living.batch);
        }
        living
    }

    /// `steps` columns from what lies ahead, of which the task makes as much as is needed.
    fn stretch(&mut self, stream: &mut Stream<R>, steps: usize) -> Episode<R> {
        let task = self.scenario.task.as_task::<R>();
        let (x, y) = (self.dims.inputs, self.dims.outputs);
        let len = x + y + 1;
        while stream.ahead.len() < steps * len {
            let more = task.more(&mut stream.memory, &mut self.streams.task);
            for t in 0..more.steps() {
                stream.ahead.extend(more.inputs.column(t).iter());
                stream.ahead.extend(more.targets.column(t).iter());
                stream.ahead.push(more.mask[t]);
            }
        }
        let columns = DMatrix::from_column_slice(len, steps, &stream.ahead[..steps * len]);
        stream.ahead.drain(..steps * len);
        Episode {
            inputs: columns.rows(0, x).into_owned(),
            targets: columns.rows(x, y).into_owned(),
            mask: columns.row(len - 1).iter().copied().collect(),
            ..Episode::silent(0, 0, steps)
        }
    }
}
