//! Questions about a moment of a run. Of the live end the worker answers between two steps; of the past a thread of its own
//! runs there again from a keyframe, writes nothing, and keeps the state for the next question.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex};

use super::super::command::Journalled;
use super::super::experiment::{Experiment, Status};
use super::super::show::{Findings, Subject, inspect};
use super::keyframes::Keyframe;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// What about.
    pub subject: Subject,
    /// The step; none for the live end.
    pub step: Option<u64>,
}

/// What a run knows of what is asked.
pub enum Known {
    /// The answer.
    Found(Result<Findings, String>),
    /// A state from which the moment can be run to again, and what was done since.
    From(Arc<Keyframe>, Vec<Journalled>),
}

/// Hears what a run knows.
pub struct Answering(SyncSender<Known>);

impl Answering {
    /// Takes what is known; where nobody wants it any more, it goes.
    pub(super) fn hear(&self, known: Known) {
        drop(self.0.try_send(known));
    }
}

impl std::fmt::Debug for Answering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answering")
    }
}

/// How far the way to a moment is done.
#[derive(Debug, Default)]
struct Way {
    from: AtomicU64,
    at: AtomicU64,
    given_up: AtomicBool,
}

/// A question that is being answered. Where it is dropped, it is given up.
#[derive(Debug)]
pub struct Inquiry {
    answer: Receiver<Result<Findings, String>>,
    way: Arc<Way>,
    to: u64,
    over: Cell<bool>,
}

impl Inquiry {
    /// The answer, once it is there; a second one has spectra beside the weights.
    pub fn answer(&self) -> Option<Result<Findings, String>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                self.over.set(true);
                None
            }
        }
    }

    /// Whether no answer will come any more.
    pub fn is_over(&self) -> bool {
        self.over.get()
    }

    /// The part of the way to the moment that is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        let [from, at] = [&self.way.from, &self.way.at].map(|v| v.load(Ordering::Relaxed));
        let all = self.to.saturating_sub(from).max(1);
        at.saturating_sub(from) as f64 / all as f64
    }
}

impl Drop for Inquiry {
    fn drop(&mut self) {
        self.way.given_up.store(true, Ordering::Relaxed);
    }
}

/// A moment that was run to.
struct Moment {
    run: u64,
    step: u64,
    journal: Vec<Journalled>,
    experiment: Experiment<f32>,
}

/// Answers questions; it keeps the moment that was asked about last.
#[derive(Default)]
pub struct Inquirer {
    last: Arc<Mutex<Option<Moment>>>,
}

impl Inquirer {
    /// Begins to answer a question about a run; who says what it knows is handed back.
    pub fn begin(
        &self,
        run: u64,
        asking: &Asking,
        wake: Box<dyn Fn() + Send>,
    ) -> Result<(Inquiry, Answering), String> {
        let (say, heard) = sync_channel(1);
        let (reply, answer) = sync_channel(2);
        let way = Arc::new(Way::default());
        let inquiry = Inquiry {
            answer,
            way: way.clone(),
            to: asking.step.unwrap_or(0),
            over: Cell::new(false),
        };
        let (last, asking) = (self.last.clone(), asking.clone());
        let thread = std::thread::Builder::new().name("ammon-inquiry".into());
        thread
            .spawn(move || {
                let found = match heard.recv() {
                    Ok(Known::Found(found)) => Some(found),
                    Ok(Known::From(from, journal)) => {
                        find(run, &asking, &from, &journal, &way, &last)
                    }
                    Err(_) => Some(Err("the run has ended".into())),
                };
                if let Some(found) = found {
                    tell(found, &way, &reply);
                }
                drop(reply);
                wake();
            })
            .map_err(|error| format!("no thread to find that out: {error}"))?;
        Ok((inquiry, Answering(say)))
    }
}

/// Tells what was found; of weights that feed back, then with their spectrum, which takes longer.
fn tell(found: Result<Findings, String>, way: &Way, reply: &SyncSender<Result<Findings, String>>) {
    drop(reply.try_send(found.clone()));
    let Ok(mut found) = found else { return };
    let mut any = false;
    for matrix in found.matrices.iter_mut().filter(|m| m.feeds_back()) {
        if way.given_up.load(Ordering::Relaxed) {
            return;
        }
        matrix.find_spectra();
        any = true;
    }
    if any {
        drop(reply.try_send(Ok(found)));
    }
}

/// Runs to the moment and looks; nothing where that was given up.
fn find(
    run: u64,
    asking: &Asking,
    from: &Keyframe,
    journal: &[Journalled],
    way: &Way,
    last: &Mutex<Option<Moment>>,
) -> Option<Result<Findings, String>> {
    let step = asking.step.unwrap_or(0);
    let Ok(mut last) = last.lock() else {
        return Some(Err("another question went wrong".into()));
    };
    let from = &from.at.experiment;
    // The moment that was asked about last may be the one, or on the way.
    let near = last.take().filter(|moment| {
        let on_the_way = (from.clock().step..=step).contains(&moment.step);
        on_the_way && moment.run == run && moment.journal == journal
    });
    let mut experiment = near.map_or_else(|| from.clone(), |moment| moment.experiment);
    way.from.store(experiment.clock().step, Ordering::Relaxed);
    let found = match run_to(&mut experiment, step, journal, way) {
        Some(Err(error)) => return Some(Err(error)),
        Some(Ok(())) => Some(inspect(&experiment, &asking.subject)),
        None => None,
    };
    // Also what was given up may be on the way to what is asked next.
    *last = Some(Moment {
        run,
        step: experiment.clock().step,
        journal: journal.to_vec(),
        experiment,
    });
    found
}

fn run_to(
    experiment: &mut Experiment<f32>,
    step: u64,
    journal: &[Journalled],
    way: &Way,
) -> Option<Result<(), String>> {
    loop {
        while let Some(next) = experiment.due(journal) {
            if let Err(error) = experiment.apply(&next.command, &mut ()) {
                return Some(Err(error.to_string()));
            }
        }
        let at = experiment.clock().step;
        way.at.store(at, Ordering::Relaxed);
        if way.given_up.load(Ordering::Relaxed) {
            return None;
        }
        if at >= step {
            return Some(Ok(()));
        }
        match experiment.step(&mut ()) {
            Ok(Status::Running) => {}
            Ok(_) => return Some(Ok(())),
            Err(error) => return Some(Err(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::circuit::Place;
    use crate::engine::{Branches, Command, Request, load};
    use crate::scenario::bundled;

    fn desk(steps: u64) -> Branches {
        let scenario = load(bundled()[0].document(), &[], None).unwrap();
        let mut desk = Branches::new(scenario, || {}).unwrap();
        let go = |desk: &mut Branches, to: u64| {
            desk.send(Request::Step(to - desk.snapshot().step));
            while desk.snapshot().step < to {
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        go(&mut desk, 300);
        desk.send(Request::Apply(Command::Lesion {
            target: Place::Cortex,
            fraction: 0.5,
        }));
        go(&mut desk, steps);
        desk
    }

    fn answer(desk: &Branches, inquiry: &Inquiry) -> Result<Findings, String> {
        let begun = Instant::now();
        loop {
            // As the window does: what found no room is handed over.
            drop(desk.snapshot());
            if let Some(answer) = inquiry.answer() {
                return answer;
            }
            assert!(begun.elapsed() < Duration::from_mins(1) && !inquiry.is_over());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn what_is_told_of_any_moment_is_what_was_there() {
        let desk = desk(900);
        let scenario = load(bundled()[0].document(), &[], None).unwrap();
        let subjects = [Subject::Cortical(3), Subject::Place(Place::Cortex)];
        for step in [700, 120, 301, 850, 0] {
            let mut alone = Experiment::<f32>::new(&scenario);
            while alone.clock().step < step {
                alone.step(&mut ()).unwrap();
                if alone.clock().step == 300 {
                    let (target, fraction) = (Place::Cortex, 0.5);
                    let lesion = Command::Lesion { target, fraction };
                    alone.apply(&lesion, &mut ()).unwrap();
                }
            }
            for subject in &subjects {
                let asking = Asking {
                    subject: subject.clone(),
                    step: Some(step),
                };
                let told = answer(&desk, &desk.inquire(asking).unwrap());
                assert_eq!(told, inspect(&alone, subject), "step {step}");
            }
        }
        let asking = Asking {
            subject: Subject::Engram(u64::MAX),
            step: None,
        };
        assert!(answer(&desk, &desk.inquire(asking).unwrap()).is_err());
    }

    #[test]
    fn a_question_that_is_given_up_ends_and_the_next_is_answered() {
        let desk = desk(20_000);
        let asking = |step| Asking {
            subject: Subject::Cortical(0),
            step: Some(step),
        };
        for i in 0..200 {
            drop(desk.inquire(asking(19_990 - i * 90)).unwrap());
        }
        answer(&desk, &desk.inquire(asking(19_999)).unwrap()).unwrap();
    }
}
