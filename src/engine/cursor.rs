//! Where a run stands in its protocol: a stack of counters, never nested loops, so that it can be saved anywhere.

use serde::{Deserialize, Serialize};

use super::phases::{Phase, count};

/// One level of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Level {
    /// Position in the list of phases.
    index: usize,
    /// Rounds of the enclosing `Repeat` that are done.
    round: usize,
}

/// A place in a protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    levels: Vec<Level>,
    /// Phases done, and phases in all, what is repeated counted each time.
    done: u64,
    all: u64,
}

impl Cursor {
    /// Before the first phase.
    pub fn start(protocol: &[Phase]) -> Self {
        let mut cursor = Self {
            levels: vec![Level { index: 0, round: 0 }],
            done: 0,
            all: count(protocol),
        };
        cursor.descend(protocol);
        cursor
    }

    /// The phase to do; `None` when the protocol is over.
    pub fn phase<'a>(&self, protocol: &'a [Phase]) -> Option<&'a Phase> {
        let top = self.levels.last()?;
        self.list(protocol, self.levels.len() - 1)?.get(top.index)
    }

    /// Part of the protocol that is done where the present phase is done to this part, 0 to 1.
    pub fn progress(&self, within: f64) -> f64 {
        ((self.done as f64 + within) / self.all.max(1) as f64).min(1.0)
    }

    /// The same phases have other parameters, or more of them follow; a protocol that was over goes on where it is longer.
    pub fn adopt(&mut self, before: &[Phase], after: &[Phase]) {
        self.all = count(after);
        if !self.levels.is_empty() {
            return;
        }
        let times = |protocol: &[Phase]| {
            let last = protocol.get(before.len().checked_sub(1)?)?;
            last.kind().within().map(|(_, times)| times)
        };
        let at = |index| Level { index, round: 0 };
        match (times(before), times(after)) {
            (Some(done), Some(times)) if times > done => {
                let index = before.len() - 1;
                self.levels = vec![
                    at(index),
                    Level {
                        index: 0,
                        round: done,
                    },
                ];
            }
            _ if after.len() > before.len() => self.levels = vec![at(before.len())],
            _ => return,
        }
        self.descend(after);
    }

    /// The phase of the protocol, as it is written, that the run is in; none where it is over.
    pub fn top(&self) -> Option<usize> {
        self.levels.first().map(|level| level.index)
    }

    /// On to the next phase.
    pub fn advance(&mut self, protocol: &[Phase]) {
        self.done += 1;
        while let Some(top) = self.levels.last_mut() {
            top.index += 1;
            let depth = self.levels.len() - 1;
            let length = self.list(protocol, depth).map_or(0, <[Phase]>::len);
            let times = self.times(protocol, depth);
            let Some(top) = self.levels.last_mut() else {
                return;
            };
            if top.index < length {
                break;
            }
            top.round += 1;
            top.index = 0;
            if top.round < times {
                break;
            }
            self.levels.pop();
        }
        self.descend(protocol);
    }

    /// Into phases that consist of others and begin here.
    fn descend(&mut self, protocol: &[Phase]) {
        let whole = |phase: &Phase| phase.kind().within().is_some();
        while self.phase(protocol).is_some_and(whole) {
            self.levels.push(Level { index: 0, round: 0 });
        }
    }

    /// The list of phases at a depth.
    fn list<'a>(&self, protocol: &'a [Phase], depth: usize) -> Option<&'a [Phase]> {
        let mut list = protocol;
        for level in &self.levels[..depth] {
            (list, _) = list.get(level.index)?.kind().within()?;
        }
        Some(list)
    }

    /// How often the list at a depth is gone through.
    fn times(&self, protocol: &[Phase], depth: usize) -> usize {
        let Some(outer) = depth.checked_sub(1) else {
            return 1;
        };
        let list = self.list(protocol, outer).unwrap_or_default();
        let around = list.get(self.levels[outer].index);
        let within = around.and_then(|phase| phase.kind().within());
        within.map_or(1, |(_, times)| times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::phases::{Probe, Repeat, Rest, Sleep, Wake};

    #[test]
    fn the_cursor_unrolls_nested_repeats_in_order() {
        let wake = Phase::Wake(Wake { episodes: 1 });
        let sleep = Phase::Sleep(Sleep::default());
        let probe = Phase::Probe(Probe { episodes: 1 });
        let inner = Phase::Repeat(Repeat {
            times: 2,
            phases: vec![wake, sleep],
        });
        let outer = Phase::Repeat(Repeat {
            times: 2,
            phases: vec![inner, probe],
        });
        let protocol = vec![outer, Phase::Rest(Rest { steps: 1 })];
        let mut cursor = Cursor::start(&protocol);
        let mut names = Vec::new();
        while let Some(phase) = cursor.phase(&protocol) {
            names.push(&phase.name()[..1]);
            cursor.advance(&protocol);
        }
        assert_eq!(names.concat(), "WSWSPWSWSPR");
        assert_eq!(cursor.progress(0.0), 1.0);
        assert_eq!(count(&protocol), 11);
    }

    #[test]
    fn a_protocol_that_is_over_goes_on_where_it_is_longer() {
        let phase = |episodes| Phase::Wake(Wake { episodes });
        let repeat = |times| {
            let phases = vec![phase(1), phase(2)];
            Phase::Repeat(Repeat { times, phases })
        };
        let walk = |cursor: &mut Cursor, protocol: &[Phase]| {
            let mut done = Vec::new();
            while let Some(Phase::Wake(wake)) = cursor.phase(protocol) {
                done.push(wake.episodes);
                cursor.advance(protocol);
            }
            done
        };
        let short = vec![phase(3), repeat(2)];
        let mut cursor = Cursor::start(&short);
        assert_eq!(walk(&mut cursor, &short), [3, 1, 2, 1, 2]);
        let more = vec![phase(3), repeat(3)];
        cursor.adopt(&short, &more);
        assert_eq!(walk(&mut cursor, &more), [1, 2]);
        let longer = vec![phase(3), repeat(4), repeat(1), phase(4)];
        cursor.adopt(&more, &longer);
        assert_eq!(walk(&mut cursor, &longer), [1, 2, 1, 2, 4]);
        assert_eq!(cursor.top(), None);
        cursor.adopt(&longer, &short);
        assert_eq!(cursor.phase(&short), None);
    }
}
