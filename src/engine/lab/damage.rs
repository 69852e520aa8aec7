//! Lesions and restorations: what of the circuit is missing, and what that does to the cortex's weights and units.

use serde::{Deserialize, Serialize};

use crate::circuit::{Circuit, Place};
use crate::hippocampus::HippocampusState;
use crate::hippocampus::lesion::damaged;
use crate::neocortex::Cortex;
use crate::numeric::Real;

/// A column of a cortical weight tensor that a lesion cut: what it was, for restoration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
struct CutColumn<R: Real> {
    place: Place,
    tensor: usize,
    column: usize,
    values: Vec<R>,
}

/// What is missing of the circuit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Damage<R: Real> {
    /// Regions and pathways.
    pub circuit: Circuit,
    cut: Vec<CutColumn<R>>,
    seed: u64,
}

impl<R: Real> Damage<R> {
    /// A whole circuit; which units a lesion takes is drawn from `seed`.
    pub fn none(hippocampus: bool, seed: u64) -> Self {
        Self {
            circuit: Circuit::new(hippocampus),
            cut: Vec::new(),
            seed,
        }
    }

    /// Sets the missing fraction of a place; whether the circuit has it.
    pub fn set(
        &mut self,
        place: Place,
        fraction: f64,
        cortex: &mut Cortex<R>,
        memory: Option<&mut HippocampusState<R>>,
    ) -> bool {
        if !self.circuit.set_lesion(place, fraction) {
            return false;
        }
        if let Some(memory) = memory {
            memory.apply(&self.circuit, self.seed);
        }
        match place {
            Place::Cortex => {
                let mask = damaged(cortex.units(), fraction, self.seed, place);
                let gone = (0..mask.len() as u32).filter(|&i| mask[i as usize]);
                cortex.set_silenced(gone.collect());
            }
            Place::Input | Place::Sensory => {
                let names = cortex.cell.as_dyn().input_tensors();
                self.cut_columns(place, names, fraction, cortex);
            }
            Place::Recurrent => {
                let names = cortex.cell.as_dyn().recurrent_tensors();
                self.cut_columns(place, names, fraction, cortex);
            }
            Place::Readout | Place::Output => self.cut_columns(place, &["V"], fraction, cortex),
            // The hippocampus has seen to it.
            Place::Entorhinal
            | Place::Dentate
            | Place::Ca3
            | Place::Ca1
            | Place::CortexEntorhinal
            | Place::EntorhinalDentate
            | Place::Mossy
            | Place::Perforant
            | Place::Collaterals
            | Place::Schaffer
            | Place::Reinstatement
            | Place::Sequence => {}
        }
        true
    }

    /// Cuts the axons of a fraction of the sending units: their columns of the tensors are 0 until restored.
    fn cut_columns(&mut self, place: Place, names: &[&str], fraction: f64, cortex: &mut Cortex<R>) {
        for name in names {
            let mut shapes = cortex.weights.shapes.iter();
            if let Some(tensor) = shapes.position(|s| s.name == *name) {
                self.restore(place, tensor, cortex);
                self.cut(place, tensor, fraction, cortex);
            }
        }
        self.keep(cortex);
    }

    fn restore(&mut self, place: Place, tensor: usize, cortex: &mut Cortex<R>) {
        let own = |c: &mut CutColumn<R>| c.place == place && c.tensor == tensor;
        let restored: Vec<_> = self.cut.extract_if(.., own).collect();
        for cut in restored {
            let mut others = self.cut.iter_mut();
            match others.find(|c| c.tensor == cut.tensor && c.column == cut.column) {
                // Another lesion still holds this column: it takes over what to restore.
                Some(heir) => heir.values = cut.values,
                None => cortex.weights.tensors[cut.tensor]
                    .column_mut(cut.column)
                    .copy_from_slice(&cut.values),
            }
        }
    }

    fn cut(&mut self, place: Place, tensor: usize, fraction: f64, cortex: &Cortex<R>) {
        let weights = &cortex.weights.tensors[tensor];
        let gone = damaged(weights.ncols(), fraction, self.seed, place);
        let columns = gone.iter().enumerate().filter(|(_, gone)| **gone);
        self.cut.extend(columns.map(|(column, _)| CutColumn {
            place,
            tensor,
            column,
            values: weights.column(column).iter().copied().collect(),
        }));
    }

    /// What is cut stays cut, also after an update.
    pub fn keep(&self, cortex: &mut Cortex<R>) {
        for cut in &self.cut {
            let mut column = cortex.weights.tensors[cut.tensor].column_mut(cut.column);
            column.fill(R::zero());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episode::Targets;
    use crate::neocortex::{CellSpec, LossSpec};
    use crate::numeric::Rng;

    fn cortex() -> Cortex<f64> {
        let cell = CellSpec::named("Tanh").unwrap();
        let loss = LossSpec::suiting(Targets::Values);
        Cortex::new(&cell, 3, 2, loss, 0.0, &mut Rng::named(1, "weights"))
    }

    #[test]
    fn two_lesions_of_the_same_column_are_restored_to_what_was_there() {
        let mut cortex = cortex();
        let whole = cortex.weights.clone();
        let mut damage = Damage::none(false, 1);
        for place in [
            Place::Input,
            Place::Sensory,
            Place::Recurrent,
            Place::Output,
        ] {
            assert!(damage.set(place, 1.0, &mut cortex, None));
        }
        let zero = |name: &str| {
            let i = whole.shapes.iter().position(|s| s.name == name).unwrap();
            cortex.weights.tensors[i].iter().all(|w| *w == 0.0)
        };
        assert!(zero("U") && zero("W") && zero("V"));
        for place in [
            Place::Input,
            Place::Output,
            Place::Recurrent,
            Place::Sensory,
        ] {
            damage.set(place, 0.0, &mut cortex, None);
        }
        assert_eq!(cortex.weights, whole);
    }

    #[test]
    fn a_cortex_alone_has_no_hippocampus_to_lesion() {
        let mut cortex = cortex();
        let mut damage = Damage::none(false, 1);
        assert!(!damage.set(Place::Ca3, 1.0, &mut cortex, None));
    }
}
