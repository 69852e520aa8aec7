//! Switch: another task goes on with the same network.

use serde::{Deserialize, Serialize};

use super::super::lab::{Lab, RunError};
use super::happening::{Flow, Happening, PhaseKind};
use crate::numeric::Real;
use crate::params;
use crate::record::Sink;
use crate::scenario::{Report, Setup};
use crate::task::{Recall, TaskSpec};

params! {
    /// Another task of the same sizes goes on with the same network. What is stored of the old one stays.
    pub struct Switch {
        /// What is experienced from here on.
        pub task: TaskSpec = TaskSpec::Recall(Recall::default()), restart;
        /// Fraction of the outputs whose weights are kept; those of the others, chosen at random, start anew.
        pub kept: f64 = 1.0, [0 ..= 1], live;
    }
}

impl PhaseKind for Switch {
    fn called(&self) -> &'static str {
        "Switch"
    }

    fn problems(&self, setup: &Setup, report: &mut Report<'_>) {
        let (old, new) = (setup.task.kind::<f32>(), self.task.kind::<f32>());
        let (was, is) = (old.dims(), new.dims());
        if (was.inputs, was.outputs) != (is.inputs, is.outputs) {
            report.at(
                "task",
                format!(
                    "{} has {} inputs and {} outputs, but this network has {} and {}",
                    self.task.name(),
                    is.inputs,
                    is.outputs,
                    was.inputs,
                    was.outputs
                ),
                "choose its parameters so that the sizes are the same",
            );
        }
        if old.targets() != new.targets() {
            report.at(
                "task",
                format!(
                    "{} is scored in another way than the first task",
                    self.task.name()
                ),
                "switch between tasks of classes, or between tasks of values",
            );
        }
        if let Some((field, why, help)) = new.problem() {
            report.at(&format!("task.{field}"), why, help);
        }
        let room = setup.hippocampus.as_ref().map(|h| h.capacity.kind().room());
        if room.is_some_and(|room| room < is.steps) {
            report.at(
                "task",
                format!(
                    "one episode has {} steps, for which there is no room",
                    is.steps
                ),
                "raise hippocampus.capacity.steps",
            );
        }
    }
}

/// A switch, which takes one step of the engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Switching(Switch);

impl Switching {
    /// Before it.
    pub fn new<R: Real>(phase: &Switch, _: &mut Lab<R>) -> Self {
        Self(phase.clone())
    }
}

impl<R: Real> Happening<R> for Switching {
    fn step(&mut self, lab: &mut Lab<R>, out: &mut dyn Sink) -> Result<Flow, RunError> {
        lab.setup.task = self.0.task.clone();
        lab.stream = None;
        lab.cortex.tolerance = lab.task().tolerance();
        let outputs = lab.cortex.outputs();
        let anew = ((1.0 - self.0.kept) * outputs as f64).round() as usize;
        let gone = lab.streams.weights.subset(outputs, anew);
        lab.cortex.renew_outputs(&gone, &mut lab.streams.weights);
        lab.damage.keep(&mut lab.cortex);
        let text = format!("the task is {} from here on", self.0.task.name());
        lab.notebook.note(text, out)?;
        Ok(Flow::Over)
    }

    fn progress(&self) -> f64 {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::{Adding, Task};

    fn recall(delay: usize) -> TaskSpec {
        TaskSpec::Recall(Recall {
            delay,
            ..Recall::default()
        })
    }

    fn switched(kept: f64) -> (Lab<f64>, Lab<f64>) {
        let setup = Setup {
            task: recall(5),
            ..Setup::default()
        };
        let before = Lab::<f64>::new(&setup);
        let mut after = before.clone();
        let phase = Switch {
            task: recall(9),
            kept,
        };
        let flow = Switching::new(&phase, &mut after).step(&mut after, &mut ());
        assert_eq!(flow.unwrap(), Flow::Over);
        (before, after)
    }

    #[test]
    fn the_next_episodes_are_of_the_new_task_and_the_network_is_the_same() {
        let (before, mut after) = switched(1.0);
        assert_eq!(before.cortex.weights, after.cortex.weights);
        let steps = Task::<f64>::dims(&Recall {
            delay: 9,
            ..Recall::default()
        })
        .steps;
        assert_eq!(after.batch(2, |s| &mut s.task).steps, steps);
    }

    #[test]
    fn outputs_that_are_not_kept_start_anew() {
        let (before, after) = switched(0.5);
        let same = |lab: &Lab<f64>| -> Vec<Vec<f64>> {
            let rows = lab.cortex.v().row_iter();
            rows.map(|row| row.iter().copied().collect()).collect()
        };
        let (old, new) = (same(&before), same(&after));
        let kept = old.iter().zip(&new).filter(|(a, b)| a == b).count();
        assert_eq!(kept, old.len() - (old.len() as f64 * 0.5).round() as usize);
        assert_eq!(before.cortex.recurrent(), after.cortex.recurrent());
    }

    #[test]
    fn a_task_of_other_sizes_is_refused() {
        let mut findings = Vec::new();
        let phase = Switch {
            task: TaskSpec::Adding(Adding::default()),
            kept: 1.0,
        };
        phase.problems(&Setup::default(), &mut Report::new(&mut findings));
        assert!(findings.iter().any(|f| f.message.contains("inputs")));
        assert!(findings.iter().any(|f| f.message.contains("scored")));
    }
}
