//! The experiment: all of a run's state, as data. It can be cloned, saved at any step, and goes on to the same bytes.

use serde::{Deserialize, Serialize};

use super::command::{Command, Journalled};
use super::cursor::Cursor;
use super::guard::guarded;
use super::lab::{Clock, Lab, LedgerRow, Replaying, RunError};
use super::phases::{Disturbance, Flow, Phase, PhaseState, Shown};
use super::scenario::{Scenario, findings};
use super::setting::changed;
use crate::circuit::Place;
use crate::hippocampus::HippocampusState;
use crate::neocortex::Weights;
use crate::numeric::Real;
use crate::record::{Event, PhaseName, PhaseRecord, Sink};

/// Whether there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is.
    Running,
    /// The protocol is over.
    Done,
}

/// A run: everything it consists of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Experiment<R: Real> {
    /// As it was at the beginning.
    scenario: Scenario,
    lab: Lab<R>,
    /// The phases, with the values that their parameters have now.
    protocol: Vec<Phase>,
    cursor: Cursor,
    /// The phase at work; between two phases there is none.
    phase: Option<PhaseState<R>>,
    journal: Vec<Journalled>,
    /// What phases that are over leave to be seen.
    over: Over<R>,
    /// Whether it was read from a file, which somebody may have changed.
    #[serde(skip)]
    read: bool,
    /// What the last step was.
    #[serde(skip)]
    did: Did,
}

/// What a step was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Did {
    /// One of a batch that is lived.
    Lived,
    /// One of a ripple.
    Replayed,
    /// Another.
    #[default]
    Other,
}

/// Phases that are over, for the picture.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct Over<R: Real> {
    /// The last one in which a batch was lived.
    awake: Option<Box<PhaseState<R>>>,
    /// The last one in which a ripple ran.
    asleep: Option<Box<PhaseState<R>>>,
    /// Whether the ripple came after the batch.
    ripple_last: bool,
}

impl<R: Real> Experiment<R> {
    /// A run before its first step. The scenario must have been checked.
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            lab: Lab::new(&scenario.setup),
            cursor: Cursor::start(&scenario.protocol),
            protocol: scenario.protocol.clone(),
            phase: None,
            journal: Vec::new(),
            over: Over {
                awake: None,
                asleep: None,
                ripple_last: false,
            },
            scenario: scenario.clone(),
            read: false,
            did: Did::Other,
        }
    }

    /// It was read from a file: where its parts do not fit together, a step fails instead of panicking.
    pub fn distrust(&mut self) {
        self.read = true;
    }

    /// Does one step: one of an awake or probed batch, of a ripple or of a measurement, or a whole phase of any other kind.
    pub fn step(&mut self, out: &mut dyn Sink) -> Result<Status, RunError> {
        if self.read {
            return guarded(|| self.go_on(out)).unwrap_or_else(|why| Err(RunError::Broken(why)));
        }
        self.go_on(out)
    }

    fn go_on(&mut self, out: &mut dyn Sink) -> Result<Status, RunError> {
        let Some(mut phase) = self.present(out)? else {
            return Ok(Status::Done);
        };
        self.lab.notebook.clock.step += 1;
        let flow = phase.as_dyn_mut().step(&mut self.lab, out);
        let shown = phase.as_dyn().shown();
        self.did = match (shown.living, shown.ripple) {
            (Some(_), _) => Did::Lived,
            (None, Some(_)) => Did::Replayed,
            (None, None) => Did::Other,
        };
        match flow {
            Ok(Flow::On) => self.phase = Some(phase),
            Ok(Flow::Over) => {
                self.leave(phase);
                self.cursor.advance(&self.protocol);
            }
            Err(error) => {
                // A step that failed can be looked at; the run cannot go on from it.
                self.phase = Some(phase);
                return Err(error);
            }
        }
        Ok(if self.is_done() {
            Status::Done
        } else {
            Status::Running
        })
    }

    /// The phase at work, or the next one begins; none where the protocol is over.
    fn present(&mut self, out: &mut dyn Sink) -> Result<Option<PhaseState<R>>, RunError> {
        if let Some(phase) = self.phase.take() {
            return Ok(Some(phase));
        }
        let Some(next) = self.cursor.phase(&self.protocol) else {
            return Ok(None);
        };
        let phase = PhaseName::from(next.kind().called());
        self.lab.notebook.phase = phase.clone();
        let time = self.lab.notebook.clock.time;
        let Clock {
            step,
            episodes,
            updates,
            ..
        } = self.lab.notebook.clock;
        let row = PhaseRecord {
            time,
            step,
            episode: episodes,
            updates,
            phase: phase.clone(),
        };
        out.event(&row.into())?;
        out.event(&Event::Began { time, phase })?;
        Ok(Some(PhaseState::new(next, &mut self.lab)))
    }

    /// Keeps of a phase that is over what is to be seen of it.
    fn leave(&mut self, phase: PhaseState<R>) {
        let Shown { living, ripple } = phase.as_dyn().shown();
        if living.is_some() {
            self.over.awake = Some(Box::new(phase));
            self.over.ripple_last = false;
        } else if ripple.is_some() {
            self.over.asleep = Some(Box::new(phase));
            self.over.ripple_last = true;
        }
    }

    /// Applies and journals a command; one that cannot be is refused with the reason and changes nothing.
    pub fn apply(&mut self, command: &Command, out: &mut dyn Sink) -> Result<(), RunError> {
        if self.read {
            return guarded(|| self.obey(command, out))
                .unwrap_or_else(|why| Err(RunError::Broken(why)));
        }
        self.obey(command, out)
    }

    fn obey(&mut self, command: &Command, out: &mut dyn Sink) -> Result<(), RunError> {
        self.did = Did::Other;
        let done = match command {
            Command::Lesion { target, fraction } => self.damage(*target, *fraction, out),
            Command::Restore { target } => self.damage(*target, 0.0, out),
            Command::Set { path, value } => self.set(path, value, out),
            Command::Extend { phases } => self.extend(phases, out),
        };
        if !matches!(done, Err(RunError::Refused(_))) {
            self.journal.push(Journalled {
                step: self.lab.notebook.clock.step,
                command: command.clone(),
            });
        }
        done
    }

    fn damage(&mut self, place: Place, fraction: f64, out: &mut dyn Sink) -> Result<(), RunError> {
        let fraction = if fraction.is_finite() {
            fraction.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let done = self.lab.damage(place, fraction);
        if let (true, Some(phase)) = (done, &mut self.phase) {
            let damage = Disturbance::Damage(place);
            let phase = phase.as_dyn_mut();
            phase.disturbed(damage, &mut self.lab, out)?;
        }
        self.lab.tell_damage(place, fraction, done, out)
    }

    /// What runs takes the new value over; phases under way go on as they began.
    fn set(&mut self, path: &str, value: &str, out: &mut dyn Sink) -> Result<(), RunError> {
        let next = changed(&self.now(), path, value).map_err(RunError::Refused)?;
        self.lab.adopt(&next.setup);
        self.cursor.adopt(&self.protocol, &next.protocol);
        self.protocol = next.protocol;
        if let Some(phase) = &mut self.phase {
            let phase = phase.as_dyn_mut();
            phase.disturbed(Disturbance::Set, &mut self.lab, out)?;
        }
        let text = format!("{path} is {value} from here on");
        self.lab.notebook.note(text, out)
    }

    /// The protocol goes on with these phases, also where it was over.
    fn extend(&mut self, phases: &[Phase], out: &mut dyn Sink) -> Result<(), RunError> {
        let mut next = self.now();
        next.protocol.extend_from_slice(phases);
        if let Some(finding) = findings(&next).first() {
            let why = format!("{} ({})", finding.message, finding.help);
            return Err(RunError::Refused(why));
        }
        self.cursor.adopt(&self.protocol, &next.protocol);
        self.protocol = next.protocol;
        let text = format!("the protocol is longer by {} phases", phases.len());
        self.lab.notebook.note(text, out)
    }

    /// Whether a path leads into a part of the protocol that is over.
    pub(super) fn is_over(&self, path: &str) -> bool {
        let mut names = path.split('.');
        let phase = names.next().filter(|name| *name == "protocol");
        let phase = phase.and_then(|_| names.next()?.parse::<usize>().ok());
        phase.is_some_and(|phase| match self.cursor.top() {
            Some(top) => phase < top,
            // The last one can be repeated more often.
            None => phase + 1 < self.protocol.len(),
        })
    }

    /// The scenario with the values that parameters have now.
    pub fn now(&self) -> Scenario {
        Scenario {
            setup: self.lab.setup.clone(),
            protocol: self.protocol.clone(),
            ..self.scenario.clone()
        }
    }

    /// What a picture of this moment is made from, and whether a ripple is what the cortex shows now.
    pub(super) fn shown(&self) -> (Shown<'_, R>, bool) {
        let now = self.phase.as_ref();
        let now = now.map_or(Shown::NOTHING, |phase| phase.as_dyn().shown());
        let ripple = match (now.living, now.ripple) {
            (Some(_), _) => false,
            (None, Some(_)) => true,
            (None, None) => self.over.ripple_last,
        };
        let awake = self.over.awake.as_ref().map(|p| p.as_dyn().shown());
        let asleep = self.over.asleep.as_ref().map(|p| p.as_dyn().shown());
        let shown = Shown {
            living: now.living.or(awake.and_then(|s| s.living)),
            ripple: now.ripple.or(asleep.and_then(|s| s.ripple)),
        };
        (shown, ripple)
    }

    /// What the last step was.
    pub(super) fn did(&self) -> Did {
        self.did
    }

    /// What steps are bound to is noted from here on, for who watches.
    pub(super) fn watch(&mut self) {
        self.lab.watched = true;
    }

    /// Whether no batch and no ripple is under way: what is lived and replayed from here on can be seen as a whole.
    pub(super) fn is_between(&self) -> bool {
        let now = self.phase.as_ref();
        let now = now.map_or(Shown::NOTHING, |phase| phase.as_dyn().shown());
        now.living.is_none_or(|(living, _)| living.over()) && now.ripple.is_none_or(Replaying::over)
    }

    /// What phases work in.
    pub(super) fn lab(&self) -> &Lab<R> {
        &self.lab
    }

    /// What the run was made from, as it was at the beginning.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Counters.
    pub fn clock(&self) -> Clock {
        self.lab.notebook.clock
    }

    /// The present phase, or the last one.
    pub fn phase(&self) -> &PhaseName {
        &self.lab.notebook.phase
    }

    /// Whether the protocol is over.
    pub fn is_done(&self) -> bool {
        self.phase.is_none() && self.cursor.phase(&self.protocol).is_none()
    }

    /// Whether the phase at work, or the next one, only measures.
    pub(super) fn measures(&self) -> bool {
        let phase = self.cursor.phase(&self.protocol);
        phase.is_some_and(|phase| phase.kind().measures())
    }

    /// Part of the protocol that is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        let phase = self.phase.as_ref();
        let within = phase.map_or(0.0, |phase| phase.as_dyn().progress());
        self.cursor.progress(within)
    }

    /// The weights now.
    pub fn weights(&self) -> &Weights<R> {
        &self.lab.cortex.weights
    }

    /// The next command of a journal that this is the beginning of, where its step has come.
    pub fn due<'a>(&self, journal: &'a [Journalled]) -> Option<&'a Journalled> {
        let next = journal.get(self.journal.len())?;
        (next.step <= self.clock().step).then_some(next)
    }

    /// Commands applied so far.
    pub fn journal(&self) -> &[Journalled] {
        &self.journal
    }

    /// About how many bytes a copy takes: those of the hippocampus, beside which the rest is small.
    pub(super) fn bytes(&self) -> u64 {
        let memory = self.lab.memory.as_ref();
        memory.map_or(0, HippocampusState::held_bytes)
    }

    /// What each rule kept and cost.
    pub fn ledger(&self) -> Vec<LedgerRow> {
        self.lab.ledger()
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::load;
    use super::*;
    use crate::scenario::bundled;

    #[test]
    fn a_state_whose_parts_do_not_fit_fails_in_words_when_that_shows() {
        let of = |units: usize| {
            let sets = [format!("cortex.cell.units={units}")];
            let scenario = load(bundled()[0].document(), &sets, None).unwrap();
            Experiment::<f32>::new(&scenario)
        };
        let mut forged = of(8);
        forged.distrust();
        for _ in 0..30 {
            forged.step(&mut ()).unwrap();
        }
        forged.lab.cortex = of(9).lab.cortex;
        let ended = (0..1000).find_map(|_| forged.step(&mut ()).err());
        assert!(matches!(ended, Some(RunError::Broken(_))), "{ended:?}");
        let text = ended.unwrap().to_string();
        assert!(text.contains("checkpoint.bin") && text.contains("run the folder's"));
    }
}
