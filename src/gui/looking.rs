//! Looking back: the moment that the panels show. It moves over what is kept of the run, costs no re-execution and leaves the
//! run alone.

use crate::engine::{Counts, Snapshot};

/// What one moves by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Unit {
    /// A step.
    #[default]
    Step,
    /// The end of a ripple.
    Ripple,
    /// An episode, or the batch of them that is lived at once.
    Episode,
    /// An update of the weights.
    Update,
    /// A phase.
    Phase,
}

impl Unit {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Step, "step"),
        (Self::Ripple, "ripple"),
        (Self::Episode, "episode"),
        (Self::Update, "update"),
        (Self::Phase, "phase"),
    ];

    /// The next kept moment from `step` on; none at the end.
    fn next(self, live: &Snapshot, step: u64) -> Option<u64> {
        let kept = &live.kept;
        let now = kept.counts(step)?;
        match self {
            Self::Step => kept.after(step + 1),
            Self::Ripple => {
                let ripples = live.course.ripples();
                let next = ripples.get(ripples.partition_point(|r| r.step <= step))?;
                kept.after(next.step)
            }
            Self::Episode => kept.first(|c| c.episodes > now.episodes),
            Self::Update => kept.first(|c| c.updates > now.updates),
            Self::Phase => {
                let phases = live.course.phases();
                let next = phases.get(phases.partition_point(|p| p.step < step))?;
                kept.after(next.step + 1)
            }
        }
    }

    /// The kept moment before `step`; none at the beginning.
    fn previous(self, live: &Snapshot, step: u64) -> Option<u64> {
        let kept = &live.kept;
        let before = step.checked_sub(1)?;
        // Where the counter took the value that it has at a moment.
        let began = |of: fn(&Counts) -> u64| {
            let value = kept.counts(before).map(|c| of(&c))?;
            kept.first(|c| of(c) >= value)
        };
        match self {
            Self::Step => kept.before(before),
            Self::Ripple => {
                let ripples = live.course.ripples();
                let at = ripples.partition_point(|r| r.step < step).checked_sub(1)?;
                kept.before(ripples.get(at)?.step)
            }
            Self::Episode => began(|c| c.episodes),
            Self::Update => began(|c| c.updates),
            Self::Phase => {
                let phases = live.course.phases();
                let at = phases
                    .partition_point(|p| p.step + 1 < step)
                    .checked_sub(1)?;
                kept.before(phases.get(at)?.step + 1)
            }
        }
        .filter(|found| *found < step)
    }
}

/// Where one looks, and whether it moves by itself.
#[derive(Clone, Debug, Default)]
pub struct Looking {
    /// The step that is looked at; none at the live end.
    at: Option<u64>,
    playing: bool,
    /// A range that is played over and over.
    range: Option<(u64, u64)>,
    /// Steps that playing still owes.
    owed: f64,
}

/// Seconds that playing the whole of what is kept takes, as fast as it goes.
const WHOLE: f64 = 10.0;

impl Looking {
    /// The step that is looked at; none at the live end.
    pub fn at(&self) -> Option<u64> {
        self.at
    }

    /// Whether it moves by itself.
    pub fn playing(&self) -> bool {
        self.playing
    }

    /// The range that is played over and over.
    pub fn range(&self) -> Option<(u64, u64)> {
        self.range
    }

    /// Back to the live end.
    pub fn live(&mut self) {
        *self = Self {
            range: self.range,
            ..Self::default()
        };
    }

    /// Looks at a step; from the live end on there is nothing to look back at.
    pub fn look(&mut self, step: u64, live: &Snapshot) {
        let first = live.kept.after(0).unwrap_or(live.live_step);
        self.at = (step < live.live_step && first < live.live_step).then(|| step.max(first));
        if self.at.is_none() {
            self.playing = false;
        }
    }

    /// Steps on or back, so many times.
    pub fn step(&mut self, unit: Unit, times: i64, live: &Snapshot) {
        for _ in 0..times.unsigned_abs() {
            let here = self.at.map(|at| live.kept.before(at).unwrap_or(at));
            let here = here.unwrap_or(live.live_step);
            let to = if times < 0 {
                unit.previous(live, here)
            } else {
                Some(unit.next(live, here).unwrap_or(live.live_step))
            };
            match to {
                Some(step) => self.look(step, live),
                None => break,
            }
        }
    }

    /// Moves by so many steps.
    pub fn jump(&mut self, by: i64, live: &Snapshot) {
        let here = self.at.unwrap_or(live.live_step);
        self.look(here.saturating_add_signed(by), live);
    }

    /// Plays, or stops.
    pub fn play(&mut self, playing: bool) {
        self.playing = playing && self.at.is_some();
        self.owed = 0.0;
    }

    /// Plays this range over and over; where there is none, no more.
    pub fn repeat(&mut self, range: Option<(u64, u64)>, live: &Snapshot) {
        self.range = range.filter(|(from, to)| from < to);
        if let Some((from, _)) = self.range {
            self.look(from, live);
            self.play(true);
        }
    }

    /// Time goes on, at so many steps a second.
    pub fn pass(&mut self, seconds: f64, speed: Option<f64>, live: &Snapshot) {
        let Some(at) = self.at.filter(|_| self.playing) else {
            return;
        };
        let speed = speed.unwrap_or_else(|| (live.live_step as f64 / WHOLE).max(60.0));
        self.owed += seconds.clamp(0.0, 0.25) * speed;
        let steps = self.owed.floor();
        self.owed -= steps;
        let mut to = at + steps as u64;
        if let Some((from, end)) = self.range
            && (to > end || at < from)
        {
            to = from;
        }
        self.look(to, live);
    }
}
