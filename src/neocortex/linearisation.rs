//! A step linearised: its Jacobian, immediate influence, retention and presynaptic values, for the forward-mode rules.

use super::{Cortex, Step};
use crate::numeric::Real;

/// Room for the linearisation of one column of a step; filled by [`Linearisation::traces`] and
/// [`Linearisation::jacobian`].
#[derive(Clone, Debug)]
pub struct Linearisation<R> {
    /// D: see [`Cell::immediate`](super::Cell::immediate).
    pub immediate: Vec<R>,
    /// What units keep of themselves: see [`Cell::retention`](super::Cell::retention).
    pub retention: Vec<R>,
    /// u, Q long.
    pub presynaptic: Vec<R>,
    /// J, S×S: row `to` of s_t by row `from` of s_{t−1} at `j[from·S + to]`.
    pub jacobian: Vec<R>,
}

impl<R> Default for Linearisation<R> {
    fn default() -> Self {
        Self {
            immediate: Vec::new(),
            retention: Vec::new(),
            presynaptic: Vec::new(),
            jacobian: Vec::new(),
        }
    }
}

impl<R: Real> Linearisation<R> {
    /// Takes D, the retention and u of one column.
    pub fn traces(&mut self, cortex: &Cortex<R>, step: &Step<'_, R>) {
        let cell = cortex.cell.as_dyn();
        let (n, slots, locals) = (cell.units(), cell.slots(), cell.local_rows());
        let rows = if cell.spreads() { n * slots } else { slots };
        self.immediate.resize(rows * locals, R::zero());
        self.retention.resize(slots * slots * n, R::zero());
        self.presynaptic.resize(cell.presynaptic_rows(), R::zero());
        cell.immediate(cortex.recurrent(), step, &mut self.immediate);
        cell.retention(step, &mut self.retention);
        cell.presynaptic(step, &mut self.presynaptic);
        // Where nothing spreads, unit i owns every element at i mod N; else the rows of the state.
        for chunk in self
            .immediate
            .chunks_mut(n)
            .chain(self.retention.chunks_mut(n))
        {
            for &i in cortex.silenced() {
                chunk[i as usize] = R::zero();
            }
        }
    }

    /// Takes J too; after [`Linearisation::traces`] of the same column.
    pub fn jacobian(&mut self, cortex: &Cortex<R>, step: &Step<'_, R>) {
        let rows = cortex.state();
        self.jacobian.resize(rows * rows, R::zero());
        cortex.cell.as_dyn().jacobian(
            cortex.recurrent(),
            step,
            cortex.fan_in(),
            &self.immediate,
            &self.retention,
            &mut self.jacobian,
        );
        for chunk in self.jacobian.chunks_mut(cortex.units()) {
            for &i in cortex.silenced() {
                chunk[i as usize] = R::zero();
            }
        }
    }
}
