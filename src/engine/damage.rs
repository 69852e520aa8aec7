//! Lesions and restorations of a running experiment.

use serde::{Deserialize, Serialize};

use super::experiment::{Experiment, RunError, Work};
use crate::event::{Event, Sink};
use crate::hippocampus::lesion::damaged;
use crate::numeric::Real;

/// A column of a cortical weight tensor that a lesion cut: what it was, for restoration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct CutColumn<R: Real> {
    target: String,
    tensor: usize,
    column: usize,
    values: Vec<R>,
}

impl<R: Real> Experiment<R> {
    /// Sets the missing fraction of a region or pathway.
    pub(super) fn damage(
        &mut self,
        target: &str,
        fraction: f64,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let fraction = if fraction.is_finite() {
            fraction.clamp(0.0, 1.0)
        } else {
            0.0
        };
        if !self.circuit.set_lesion(target, fraction) {
            let text = format!("there is no {target} in this circuit");
            sink.event(&Event::Note {
                time: self.clock.time,
                text,
            })?;
            return Ok(());
        }
        let seed = self.scenario.seed;
        if let Some(hippocampus) = &mut self.hippocampus {
            hippocampus.apply(&self.circuit, seed);
        }
        match target {
            "Cortex" => {
                let mask = damaged(self.cortex.units(), fraction, seed, target);
                let gone = (0..mask.len() as u32).filter(|&i| mask[i as usize]);
                self.cortex.set_silenced(gone.collect());
            }
            "Input" | "Sensory" => self.cut_columns(target, "U", fraction),
            "Recurrent" => {
                for name in ["W", "W_BA", "W_AB"] {
                    self.cut_columns(target, name, fraction);
                }
            }
            "Readout" | "Output" => self.cut_columns(target, "V", fraction),
            _ => self.interrupt_ripples(sink)?,
        }
        self.refresh_drive();
        sink.event(&Event::Damaged {
            time: self.clock.time,
            target: target.into(),
            fraction,
        })?;
        Ok(())
    }

    /// Cuts the axons of a fraction of the sending units: their columns of the tensor are 0 until restored.
    fn cut_columns(&mut self, target: &str, name: &str, fraction: f64) {
        let Some(tensor) = self
            .cortex
            .weights
            .shapes
            .iter()
            .position(|s| s.name == name)
        else {
            return;
        };
        let restored: Vec<_> = self
            .cut
            .extract_if(.., |c| c.target == target && c.tensor == tensor)
            .collect();
        for cut in restored {
            let heir = self
                .cut
                .iter_mut()
                .find(|c| c.tensor == cut.tensor && c.column == cut.column);
            match heir {
                // Another lesion still holds this column: it takes over what to restore.
                Some(heir) => heir.values = cut.values,
                None => self.cortex.weights.tensors[cut.tensor]
                    .column_mut(cut.column)
                    .copy_from_slice(&cut.values),
            }
        }
        let columns = self.cortex.weights.tensors[tensor].ncols();
        for (column, gone) in damaged(columns, fraction, self.scenario.seed, target)
            .into_iter()
            .enumerate()
        {
            if gone {
                let values = self.cortex.weights.tensors[tensor]
                    .column(column)
                    .iter()
                    .copied()
                    .collect();
                self.cut.push(CutColumn {
                    target: target.into(),
                    tensor,
                    column,
                    values,
                });
            }
        }
        self.keep_cut();
    }

    /// What is cut stays cut, also after an update.
    pub(super) fn keep_cut(&mut self) {
        for cut in &self.cut {
            self.cortex.weights.tensors[cut.tensor]
                .column_mut(cut.column)
                .fill(R::zero());
        }
    }

    /// The batch being lived sees changed weights from the next step on.
    fn refresh_drive(&mut self) {
        if let Work::Wake {
            living: Some(living),
            ..
        }
        | Work::Stream {
            living: Some(living),
            ..
        }
        | Work::Probe {
            living: Some(living),
            ..
        } = &mut self.work
        {
            living.refresh(&self.cortex);
        }
    }
}
