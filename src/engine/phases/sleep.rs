//! Sleep: ripples replay stored episodes, and offline rules learn from what they re-instate.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::super::lab::{
    AT_ONCE, Lab, Planned, Reliving, Replaying, RunError, Scoring, forward, plan,
};
use super::happening::{Disturbance, Flow, Happening, PhaseKind, Shown};
use crate::hippocampus::{CueSpec, End, OrderSpec, similarity};
use crate::numeric::Real;
use crate::params;
use crate::record::metric::{
    REFRESH_COMPLETED, REFRESH_MOVED, REPLAY_COMPLETED, REPLAY_COMPLETED_IN, REPLAY_COSINE,
    REPLAY_COSINE_IN, REPLAY_OVERLAP, REPLAY_OVERLAP_IN,
};
use crate::record::{Metric, Outcome, RippleRecord, Sink};
use crate::scenario::{Needs, Report, Setup, shuffles_what_is_not_chosen};

params! {
    /// Ripples replay stored episodes; offline rules learn.
    pub struct Sleep {
        /// How many; a chain of ripples through a long episode counts as one.
        pub ripples: usize = 16, [1 ..= 100000], "ripples", live;
        /// Another order than the hippocampus's, for this sleep.
        pub order: Option<OrderSpec> = None, live;
        /// Whether rules learn from it; without, their gradients are only measured.
        pub learn: bool = true, live;
        /// Whether each ripple is scored against its episode, and beside it one whose sequence synapses are shuffled.
        pub score: bool = false, live;
        /// Whether a forward ripple first re-lives each episode that is to be replayed: the cortex of now goes through its inputs, and
        /// the engrams are bound to the states that it comes to.
        pub refresh: bool = false, live;
    }
}

impl PhaseKind for Sleep {
    fn called(&self) -> &'static str {
        "Sleep"
    }

    fn problems(&self, setup: &Setup, report: &mut Report<'_>) {
        let Some(hippocampus) = &setup.hippocampus else {
            report.here(
                "Sleep replays from a hippocampus, but this scenario has none",
                "add `hippocampus: ()`, or remove this phase",
            );
            return;
        };
        if self.score && hippocampus.capacity.kind().decay().is_some() {
            report.at(
                "score",
                "the shuffled twin of a ripple needs synapses that can be unlearned: those of a palimpsest only fade",
                "leave `score` out, or use another capacity",
            );
        }
        if self.refresh && setup.learning.rule.kind().reminds() {
            report.at(
                "refresh",
                "the states of a network that is reminded do not follow from its inputs alone",
                "leave `refresh` out, or use another rule",
            );
        }
        if self.refresh && hippocampus.capacity.kind().decay().is_some() {
            report.at(
                "refresh",
                "what fades is read back faded: its inputs cannot be lived again as they were",
                "leave `refresh` out, or use another capacity",
            );
        }
        let select = &hippocampus.ripple.select;
        if let Some(order) = &self.order {
            shuffles_what_is_not_chosen(select, order, "order", report);
        }
        if self.score && !select.chooses() {
            report.at(
                "score",
                "a spontaneous ripple has no chosen episode that a shuffled twin could replay",
                "leave `score` out, or use another selection",
            );
        }
    }

    fn needs(&self) -> Needs {
        Needs {
            ripples: true,
            ..Needs::default()
        }
    }
}

/// A sleep under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Sleeping<R: Real> {
    phase: Sleep,
    /// Ripples, or chains of them, not yet begun.
    left: usize,
    /// Scores, where they are wanted.
    scoring: Option<Scoring>,
    /// Drawn, cued and walked, but not yet replayed.
    queue: VecDeque<Planned>,
    running: Option<Box<Replaying<R>>>,
    /// Forward ripples that re-live episodes before those in the queue teach.
    before: VecDeque<Planned>,
    /// What the running one re-lives, where it is one of these.
    reliving: Option<Reliving<R>>,
    /// Episodes that were re-lived with the weights of now.
    relived: BTreeSet<u64>,
    /// The one that ended last, for the picture.
    last: Option<Box<Replaying<R>>>,
    /// Episodes replayed since the yardstick was last taken.
    replayed: Vec<u64>,
    sums: Sums,
}

/// Sums over the ripples of a sleep.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Sums {
    ripples: f64,
    overlap: f64,
    /// Ripples whose episode is known as it was lived.
    known: f64,
    cosine: f64,
    chains: f64,
    completed: f64,
    /// Episodes re-lived, and how many of them whole.
    relived: f64,
    relived_whole: f64,
    /// Σ of the squared distance of re-lived from stored states, and of their size.
    apart: f64,
    size: f64,
}

impl<R: Real> Sleeping<R> {
    /// Before the first ripple.
    pub fn new(phase: &Sleep, lab: &mut Lab<R>) -> Self {
        if let Some(memory) = &mut lab.memory {
            memory.fall_asleep();
        }
        lab.rules.clear_yardstick();
        Self {
            phase: phase.clone(),
            left: phase.ripples,
            scoring: phase.score.then(Scoring::default),
            queue: VecDeque::new(),
            running: None,
            before: VecDeque::new(),
            reliving: None,
            relived: BTreeSet::new(),
            last: None,
            replayed: Vec::new(),
            sums: Sums::default(),
        }
    }

    /// Begins the next ripple; none comes when nothing is stored.
    fn begin(&mut self, lab: &mut Lab<R>) -> Option<Box<Replaying<R>>> {
        if self.queue.is_empty() {
            let alone = self.phase.refresh && (lab.every_step() || lab.every_episode());
            let memory = lab.memory.as_mut()?;
            let own = memory.spec().ripple.order.clone();
            let order = self.phase.order.as_ref().unwrap_or(&own);
            // Where weights change from ripple to ripple, each is re-lived with those of now.
            let most = if alone { 1 } else { AT_ONCE };
            let (count, score) = (self.left.min(most), self.phase.score);
            self.queue = plan(memory, &mut lab.streams, count, order, score);
            if self.phase.refresh {
                let mut positions: Vec<usize> = Vec::new();
                for planned in &self.queue {
                    let stored = memory.stored()[planned.position].episode;
                    if self.relived.insert(stored) {
                        positions.push(planned.position);
                    }
                }
                self.before = forward(memory, &mut lab.streams, &positions);
            }
        }
        if let Some(planned) = self.before.pop_front() {
            self.reliving = Some(Reliving::begin(&lab.cortex));
            let number = next_number(lab);
            let ripple = Replaying::begin(number, planned, &lab.cortex, &mut ());
            return Some(Box::new(ripple));
        }
        let planned = self.queue.pop_front()?;
        self.left -= 1;
        let number = next_number(lab);
        Some(Box::new(Replaying::begin(
            number,
            planned,
            &lab.cortex,
            &mut lab.rules,
        )))
    }

    fn replay_step(
        &mut self,
        running: &mut Replaying<R>,
        lab: &mut Lab<R>,
        out: &mut dyn Sink,
    ) -> Result<(), RunError> {
        if let Some(memory) = &mut lab.memory {
            let record = lab.notebook.record(running.planned.episode);
            let record = record.map(|l| &l.contents);
            if let Some(reliving) = &mut self.reliving {
                reliving.step(running, &lab.cortex, memory, record);
                return Ok(());
            }
            running.step(&lab.cortex, memory, record, &mut lab.rules);
        }
        let learner = &lab.rules.learner;
        let learns = self.phase.learn && lab.every_step() && learner.offline();
        if learns && learner.gradient.weight > 0.0 {
            self.relived.clear();
            lab.update(false, out)?;
        }
        Ok(())
    }

    /// The present ripple is over; with `last` the whole chain is.
    fn end_ripple(
        &mut self,
        running: &Replaying<R>,
        last: bool,
        lab: &mut Lab<R>,
        out: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let Some(memory) = &lab.memory else {
            return Ok(());
        };
        let cue = &memory.spec().ripple.cue;
        let record = record(running, cue, last, lab.notebook.clock.time);
        if self.reliving.is_some() {
            out.event(&record.into())?;
            if last {
                self.end_reliving(running, lab);
            }
            return Ok(());
        }
        self.sums.overlap += record.overlap_mean;
        self.sums.ripples += 1.0;
        if record.cosine.is_finite() {
            self.sums.cosine += record.cosine;
            self.sums.known += 1.0;
        }
        out.event(&record.into())?;
        if !last {
            return Ok(());
        }
        self.sums.chains += 1.0;
        self.sums.completed += f64::from(u8::from(whole(running)));
        self.replayed.push(running.planned.episode);
        if let Some(scoring) = &mut self.scoring {
            let rng = &mut lab.streams.shuffle;
            scoring.score(running, memory, &lab.notebook, rng, out)?;
        }
        if lab.every_episode() || lab.every_step() {
            self.take_stock(lab, out)?;
        }
        lab.rules.bank_asleep(&lab.cortex);
        Ok(())
    }

    /// An episode has been re-lived; after the last one CA1 is ready for the ripples that teach.
    fn end_reliving(&mut self, running: &Replaying<R>, lab: &mut Lab<R>) {
        let (Some(memory), Some(reliving)) = (&mut lab.memory, self.reliving.take()) else {
            return;
        };
        self.sums.relived += 1.0;
        self.sums.relived_whole += f64::from(u8::from(whole(running)));
        self.sums.apart += reliving.apart;
        self.sums.size += reliving.size;
        reliving.end(running, memory);
        if self.before.is_empty() {
            memory.solve();
        }
    }

    /// Takes the yardstick over what was replayed, and lets the learner learn.
    fn take_stock(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<(), RunError> {
        lab.measure_yardstick(&self.replayed);
        self.replayed.clear();
        if !lab.rules.learner.offline() {
            return Ok(());
        }
        if self.phase.learn {
            // With other weights they would be re-lived otherwise.
            self.relived.clear();
            return lab.update(false, out);
        }
        lab.rules.bank_learner(&lab.cortex);
        Ok(())
    }

    fn end(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<(), RunError> {
        self.take_stock(lab, out)?;
        // A sleep in an order of its own is told apart from the others.
        let order = self.phase.order.as_ref();
        let tail = order.map_or(String::new(), |o| format!("-{}", o.label()));
        let s = &self.sums;
        let mut tell = |own, other, value: f64| {
            let metric = match order {
                None => Metric::new(own),
                Some(order) => Metric::of(other, order.label()),
            };
            lab.notebook.tell(metric, value, out)
        };
        let (overlap, completed) = (s.overlap / s.ripples, s.completed / s.chains);
        tell(&REPLAY_OVERLAP, &REPLAY_OVERLAP_IN, overlap)?;
        tell(&REPLAY_COMPLETED, &REPLAY_COMPLETED_IN, completed)?;
        tell(&REPLAY_COSINE, &REPLAY_COSINE_IN, s.cosine / s.known)?;
        if self.phase.refresh {
            let whole = s.relived_whole / s.relived;
            let moved = (s.apart / s.size).sqrt();
            let notebook = &lab.notebook;
            notebook.tell(Metric::new(&REFRESH_COMPLETED), whole, out)?;
            notebook.tell(Metric::new(&REFRESH_MOVED), moved, out)?;
        }
        if let Some(scoring) = self.scoring.take() {
            scoring.tell(&lab.notebook, &mut lab.streams.shuffle, out)?;
        }
        lab.align(true, &tail, out)
    }
}

impl<R: Real> Happening<R> for Sleeping<R> {
    fn step(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<Flow, RunError> {
        lab.notebook.clock.time += 1;
        let begun = match self.running.take() {
            Some(running) => Some(running),
            None if self.left > 0 => self.begin(lab),
            None => None,
        };
        if let Some(mut running) = begun {
            next_of_chain(&mut running, lab);
            self.replay_step(&mut running, lab, out)?;
            let over = running.over();
            if over || chunk_over(&running, lab) {
                self.end_ripple(&running, over, lab, out)?;
            }
            *(if over {
                &mut self.last
            } else {
                &mut self.running
            }) = Some(running);
        } else if self.left > 0 {
            let text = "nothing is stored, so no ripple came";
            lab.notebook.note(text, out)?;
            self.left = 0;
            self.end(lab, out)?;
            return Ok(Flow::Over);
        }
        if self.running.is_some() || self.left > 0 {
            return Ok(Flow::On);
        }
        self.end(lab, out)?;
        Ok(Flow::Over)
    }

    fn progress(&self) -> f64 {
        1.0 - self.left as f64 / self.phase.ripples as f64
    }

    fn shown(&self) -> Shown<'_, R> {
        Shown {
            ripple: self.running.as_deref().or(self.last.as_deref()),
            ..Shown::NOTHING
        }
    }

    /// Planned ripples are drawn anew, and after damage to the hippocampus the running one breaks off.
    fn disturbed(
        &mut self,
        by: Disturbance,
        lab: &mut Lab<R>,
        out: &mut dyn Sink,
    ) -> Result<(), RunError> {
        self.relived.clear();
        if matches!(by, Disturbance::Damage(place) if !place.hippocampal()) {
            return Ok(());
        }
        if let Some(memory) = &mut lab.memory {
            memory.put_back(self.queue.iter().map(|planned| planned.episode));
        }
        self.queue.clear();
        self.before.clear();
        if self.reliving.is_none() && self.phase.refresh {
            // Of those that were to be lived again some may have been.
            if let Some(memory) = &mut lab.memory {
                memory.solve();
            }
        }
        if by == Disturbance::Set {
            // The running ripple has had its cue: it goes on.
            return Ok(());
        }
        if let Some(mut running) = self.running.take() {
            next_of_chain(&mut running, lab);
            running.planned.walk.states.truncate(running.step);
            running.planned.walk.end = End::Lost;
            self.end_ripple(&running, true, lab, out)?;
            self.last = Some(running);
        }
        Ok(())
    }
}

/// The number of the ripple that begins.
fn next_number<R: Real>(lab: &mut Lab<R>) -> u64 {
    let clock = &mut lab.notebook.clock;
    clock.ripples += 1;
    clock.ripples - 1
}

/// Whether a ripple of a chain has its full length.
fn chunk_over<R: Real>(running: &Replaying<R>, lab: &Lab<R>) -> bool {
    let memory = lab.memory.as_ref();
    running.steps() >= memory.map_or(usize::MAX, |m| m.spec().ripple.length)
}

/// The next ripple of a chain begins, if the one before is over.
fn next_of_chain<R: Real>(running: &mut Replaying<R>, lab: &mut Lab<R>) {
    if chunk_over(running, lab) {
        running.chain(next_number(lab));
    }
}

/// Whether a chain has replayed its whole episode, in order and nothing else.
fn whole<R: Real>(running: &Replaying<R>) -> bool {
    let planned = &running.planned;
    running.step == planned.expected.len()
        && planned.expected.len() == planned.length
        && running.overlaps.iter().all(|o| *o >= 0.5)
        && planned.walk.end == End::Boundary
}

/// The row of replay.csv of a ripple that is over; with `last` the chain is.
fn record<R: Real>(running: &Replaying<R>, cue: &CueSpec, last: bool, time: u64) -> RippleRecord {
    let planned = &running.planned;
    let begun = running.begun;
    let (steps, length) = (running.steps(), planned.expected.len());
    let overlaps = &running.overlaps[begun.step..];
    let on_path = overlaps.iter().all(|o| *o >= 0.5);
    let arrived = if last {
        running.step == length && planned.walk.end == End::Boundary
    } else {
        running.step <= length
    };
    let completed = on_path && arrived;
    let outcome = match planned.walk.end {
        _ if completed => Outcome::Completed,
        End::Silent => Outcome::Silent,
        _ if overlaps.first().is_none_or(|o| *o < 0.5) => Outcome::CueFailed,
        _ if !on_path || running.step > length => Outcome::WentAstray,
        End::Lost => Outcome::Lost,
        End::Boundary | End::TooLong => Outcome::EndedEarly,
    };
    let count = steps.max(1) as f64;
    let (decoded, lived) = (
        &running.decoded[begun.decoded..],
        &running.lived[begun.lived..],
    );
    let known = lived.len().min(decoded.len());
    // A later ripple of a chain is cued by the last state of the one before.
    let cued = begun
        .step
        .checked_sub(1)
        .and_then(|before| planned.expected.get(before));
    let first = begun.step == 0;
    RippleRecord {
        ripple: running.number,
        time,
        engram: cued.map(|e| e.engram).or(planned.engram),
        episode: planned.episode,
        order: planned.order,
        cue: if first { cue.name() } else { "Chained" }.into(),
        cue_fraction: if first { cue.kind().fraction() } else { 1.0 },
        steps,
        overlap_mean: overlaps.iter().sum::<f64>() / count,
        overlap_min: overlaps.iter().copied().reduce(f64::min).unwrap_or(0.0),
        completed,
        cosine: if known == 0 {
            f64::NAN
        } else {
            similarity(&decoded[..known], &lived[..known])
        },
        outcome,
    }
}
