//! Mimic: do as a random recurrent network does (Marschall, Cho & Savin 2020, §4).
//!
//! The teacher is g_t = tanh(A g_{t−1} + B x_t), y_t = C g_t, with normal A of standard deviation gain/√n, B and C of 1/√x and
//! 1/√n, drawn from `teacher` alone: the same teacher whatever the run's seed. Inputs are independent and uniform within ±1.

use super::{Baselines, Dims, Task};
use crate::episode::{Episode, Targets};
use crate::numeric::{DMatrix, Real, Rng};
use crate::params;

params! {
    /// Imitate a random recurrent network from its inputs and outputs.
    pub struct Mimic {
        /// Units of the teacher.
        pub units: usize = 16, [1 ..= 512], "units", restart;
        /// Inputs.
        pub inputs: usize = 2, [1 ..= 256], "units", restart;
        /// Outputs.
        pub outputs: usize = 2, [1 ..= 256], "units", restart;
        /// Spectral radius of the teacher, about: the nearer to 1, the longer it remembers.
        pub gain: f64 = 0.9, [0 ..= 10], restart;
        /// Steps of an episode, where there are episodes.
        pub length: usize = 50, [1 ..= 100000], "steps", restart;
        /// Which teacher.
        pub teacher: u64 = 1, restart;
    }
}

/// An answer within this distance of the teacher's counts as right.
const TOLERANCE: f64 = 0.1;

struct Teacher {
    a: DMatrix<f64>,
    b: DMatrix<f64>,
    c: DMatrix<f64>,
}

impl Mimic {
    fn network(&self) -> Teacher {
        let mut rng = Rng::named(self.teacher, "teacher");
        let mut normal = |rows, cols: usize, gain: f64| {
            let scale = gain / (cols as f64).sqrt();
            DMatrix::from_fn(rows, cols, |_, _| scale * rng.normal())
        };
        Teacher {
            a: normal(self.units, self.units, self.gain),
            b: normal(self.units, self.inputs, 1.0),
            c: normal(self.outputs, self.units, 1.0),
        }
    }

    /// `steps` more steps from the teacher's state in `state`.
    fn stretch<R: Real>(&self, state: &mut Vec<f64>, steps: usize, rng: &mut Rng) -> Episode<R> {
        let teacher = self.network();
        state.resize(self.units, 0.0);
        let mut g = DMatrix::from_column_slice(self.units, 1, state);
        let mut episode = Episode::silent(self.inputs, self.outputs, steps);
        for t in 0..steps {
            let x = DMatrix::from_fn(self.inputs, 1, |_, _| 2.0 * rng.uniform() - 1.0);
            g = (&teacher.a * &g + &teacher.b * &x).map(f64::tanh);
            let y = &teacher.c * &g;
            episode.inputs.set_column(t, &x.column(0).map(R::of));
            episode.targets.set_column(t, &y.column(0).map(R::of));
            episode.mask[t] = R::one();
        }
        state.copy_from_slice(g.as_slice());
        episode
    }
}

impl<R: Real> Task<R> for Mimic {
    fn dims(&self) -> Dims {
        Dims {
            inputs: self.inputs,
            outputs: self.outputs,
            steps: self.length,
        }
    }

    fn targets(&self) -> Targets {
        Targets::Values
    }

    /// Half the variance of the teacher's outputs over ten thousand steps of its own; the rest has no closed form.
    fn baselines(&self) -> Baselines {
        let mut rng = Rng::named(self.teacher, "baseline");
        let long: Episode<f64> = self.stretch(&mut Vec::new(), 10_000, &mut rng);
        let variances = long.targets.row_iter().map(|row| row.variance());
        Baselines {
            chance_loss: 0.5 * variances.sum::<f64>(),
            ..Baselines::UNKNOWN
        }
    }

    fn tolerance(&self) -> f64 {
        TOLERANCE
    }

    fn input_names(&self) -> Vec<String> {
        (1..=self.inputs).map(|i| format!("input {i}")).collect()
    }

    fn episode(&self, rng: &mut Rng) -> Episode<R> {
        self.stretch(&mut Vec::new(), self.length, rng)
    }

    fn more(&self, memory: &mut Vec<f64>, rng: &mut Rng) -> Episode<R> {
        self.stretch(memory, 64, rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_teacher_stays_the_same_and_its_stream_has_no_seam() {
        let task = Mimic::default();
        let long: Episode<f64> = task.stretch(&mut Vec::new(), 128, &mut Rng::named(2, "task"));
        let (mut memory, mut rng) = (Vec::new(), Rng::named(2, "task"));
        let _: Episode<f64> = task.more(&mut memory, &mut rng);
        let second: Episode<f64> = task.more(&mut memory, &mut rng);
        assert_eq!(long.targets.columns(64, 64), second.targets.columns(0, 64));
        let known = Task::<f64>::baselines(&task).chance_loss;
        assert!(known > 0.01 && known < 2.0, "{known}");
    }
}
