//! Epochs, trials and ripples: tables of when what was.

use std::path::Path;

use super::super::gathered::{Epoch, Gathered};
use super::super::spill::{Number, Spill};
use super::h5::H5;
use super::table::{Table, spilled};
use crate::record::{Order, Outcome};
use crate::trace::FolderError;

type Done<T> = Result<T, FolderError>;

/// What scores.csv says of the order of a ripple.
const SCORE: &str =
    "Spearman's rank correlation of replayed and lived order in CA3, as in scores.csv";

pub(super) fn epochs(h5: &mut H5, gathered: &Gathered, twins: &Twins) -> Done<()> {
    let mut all = gathered.epochs.clone();
    all.extend(twins.epoch.clone());
    if all.is_empty() {
        return Ok(());
    }
    let folder = gathered.folder.as_path();
    let says = "Phases of the protocol.";
    let path = "/intervals/epochs";
    let begun = spilled(folder, all.iter().map(|e| e.begun))?;
    let ended = spilled(folder, all.iter().map(|e| e.ended))?;
    let mut table = Table::intervals(h5, path, says, &begun, &ended)?;
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

pub(super) fn trials(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let of = &gathered.trials;
    if of.begun.is_empty() {
        return Ok(());
    }
    let says = "Episodes that were lived or tested, or stretches of a stream.";
    let path = "/intervals/trials";
    let mut table = Table::intervals(h5, path, says, &of.begun, &of.ended)?;
    let words: Vec<&str> = gathered.words.told();
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

fn any<T: Number>(values: &Spill<T>, is: impl Fn(T) -> bool) -> Done<bool> {
    let mut any = false;
    values.blocks(|block| {
        any |= block.iter().any(|v| is(*v));
        Ok::<_, FolderError>(())
    })?;
    Ok(any)
}

fn mapped<T: Number, U: Number>(
    folder: &Path,
    values: &Spill<T>,
    of: impl Fn(T) -> U,
) -> Done<Spill<U>> {
    let mut spill = Spill::new(folder);
    values.blocks(|block| spill.extend(block.iter().map(|v| of(*v))))?;
    Ok(spill)
}

pub(super) fn ripples(h5: &mut H5, gathered: &Gathered) -> Done<()> {
    let of = &gathered.ripples;
    if of.begun.is_empty() || !gathered.wish.sees_ripples() {
        return Ok(());
    }
    let says = "Ripples, with what was cued, what should have come, and what came.";
    let path = "/intervals/ripples";
    let mut table = Table::intervals(h5, path, says, &of.begun, &of.ended)?;
    table.counts("ripple", "Its number in the run", &of.ripple)?;
    table.numbers(
        "engram",
        "The engram that was cued; -1 for none",
        &of.engram,
    )?;
    table.counts("episode", "The episode that was cued", &of.episode)?;
    let orders = Order::ALL.map(Order::as_str);
    table.words("order", "Which way it was meant to run", &of.order, &orders)?;
    let words: Vec<&str> = gathered.words.told();
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
    table.defined("score", SCORE, &of.score)?;
    let says = "Its significance, from permutations";
    table.defined("p", says, &of.p)?;
    table.counts("time", "The run's clock when it ended, in steps", &of.time)?;
    table.end()
}

/// Shuffled twins, put behind the session.
pub(super) struct Twins {
    /// Of each: from and to when.
    begun: Spill<u64>,
    ended: Spill<u64>,
    /// Of each step: when it began.
    pub steps: Spill<u64>,
    /// All of them.
    pub epoch: Option<Epoch>,
}

impl Twins {
    pub fn after(gathered: &Gathered) -> Done<Self> {
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
            twins.epoch = Some(Epoch {
                begun: first,
                ended: to,
                time: last,
                phase: "Shuffled".into(),
                codes: [true, false],
            });
        }
        Ok(twins)
    }

    pub fn write(&self, h5: &mut H5, gathered: &Gathered) -> Done<()> {
        let of = &gathered.twins;
        if of.ripple.is_empty() {
            return Ok(());
        }
        let says = "What chance would replay: for each scored ripple one from the same cue, through the same synapses with their \
                    sequence shuffled. They are no part of the run and are put behind its end.";
        let path = "/intervals/shuffled_ripples";
        let mut table = Table::intervals(h5, path, says, &self.begun, &self.ended)?;
        table.counts("ripple", "The ripple that it is the twin of", &of.ripple)?;
        table.counts("episode", "The episode that was cued", &of.episode)?;
        let orders = Order::ALL.map(Order::as_str);
        table.words("order", "Which way it was meant to run", &of.order, &orders)?;
        table.defined("score", SCORE, &of.score)?;
        table.defined("p", "Its significance, from permutations", &of.p)?;
        table.end()
    }
}
