//! A region or a pathway: what it does, its size, and its weights.

use super::super::super::lab::Lab;
use super::{Findings, Link, MOST, Matrix, Subject, picture};
use crate::circuit::Place;
use crate::numeric::Real;

/// Units of CA3 that a row of the picture of its collaterals stands for, at least so that it has this many rows at most.
const ROWS: usize = 200;
/// Engrams that the picture of the collaterals is summed over at most.
const ENGRAMS: usize = 4000;

pub(super) fn found<R: Real>(lab: &Lab<R>, place: Place) -> Result<Findings, String> {
    let circuit = &lab.damage.circuit;
    let regions = circuit.regions().map(|r| r.place);
    let mut all = regions.chain(circuit.pathways().map(|(_, _, p)| p.place));
    if !all.any(|here| here == place) {
        return Err(format!("there is no {place} in this circuit"));
    }
    let mut found = Findings::new(place.to_string(), place.role());
    found.fact("missing", format!("{:.0} %", circuit.lesion(place) * 100.0));
    let ends = Place::pathways().find(|(p, _, _)| *p == place);
    if let Some((_, from, to)) = ends {
        let end = |value: &str, place: Place| Link {
            name: place.to_string(),
            value: value.into(),
            to: Some(Subject::Place(place)),
        };
        found.list("ends", vec![end("from", from), end("to", to)]);
    } else {
        let pathways = Place::pathways().filter(|(_, from, to)| *from == place || *to == place);
        let links = pathways.map(|(pathway, from, _)| Link {
            name: pathway.to_string(),
            value: if from == place { "out" } else { "in" }.into(),
            to: Some(Subject::Place(pathway)),
        });
        found.list("pathways", links.collect());
    }
    match place {
        Place::Cortex => {
            found.fact("units", lab.cortex.units());
            found.fact("rows of the state", lab.cortex.state());
            found.fact("parameters of the cells", lab.cortex.parameters());
            found.fact("silenced units", lab.cortex.silenced().len());
            found.matrices = tensors(lab, |_| true);
        }
        Place::Recurrent => found.matrices = tensors(lab, |cols| cols == lab.cortex.units()),
        Place::Input => {
            found.fact("lines", lab.cortex.inputs());
            let names = lab.task().input_names().into_iter().enumerate();
            let lines = names.map(|(i, name)| Link {
                name,
                value: format!("line {i}"),
                to: None,
            });
            found.list("lines", lines.take(4 * MOST).collect());
        }
        Place::Sensory => found.matrices = tensors(lab, |cols| cols == lab.cortex.inputs()),
        Place::Readout | Place::Output => {
            let v = lab.cortex.v();
            found.fact("outputs", v.nrows());
            let shape = (v.nrows(), v.ncols());
            let at = |r, c| v[(r, c)].f64();
            found.matrices = vec![picture("V", shape, ("output", "from unit"), at)];
        }
        _ => hippocampal(lab, place, &mut found),
    }
    Ok(found)
}

/// The tensors of the cell, and of an attention, whose number of columns is wanted.
fn tensors<R: Real>(lab: &Lab<R>, wanted: impl Fn(usize) -> bool) -> Vec<Matrix> {
    let weights = &lab.cortex.weights;
    let (n, x) = (lab.cortex.units(), lab.cortex.inputs());
    let cell = weights.shapes.iter().zip(&weights.tensors);
    let cell = cell.take(weights.readout_at());
    let drawn = cell.filter(|(shape, _)| !shape.vector && wanted(shape.cols));
    drawn
        .map(|(shape, tensor)| {
            let columns = match shape.cols {
                cols if cols == n => "from unit",
                cols if cols == x => "from input",
                _ => "column",
            };
            let rows = if shape.rows == n { "to unit" } else { "row" };
            let size = (shape.rows, shape.cols);
            let at = |r, c| tensor[(r, c)].f64();
            Matrix {
                recurrent: shape.cols == n && shape.rows.is_multiple_of(n) && shape.name == "W",
                ..picture(&shape.name, size, (rows, columns), at)
            }
        })
        .collect()
}

fn hippocampal<R: Real>(lab: &Lab<R>, place: Place, found: &mut Findings) {
    let Some(memory) = &lab.memory else { return };
    let store = memory.store();
    let load = store.load();
    match place {
        Place::Ca3 | Place::Collaterals | Place::Sequence => {
            found.fact("store", memory.spec().store.label());
            found.fact("units", store.units());
            found.fact("active in a code", store.active());
            found.fact("engrams", memory.load());
            found.fact("episodes", memory.stored().len());
            found.fact("synapses of the store", load.synapses);
            if store.units() > 0 {
                found.matrices = vec![synapses(lab, place == Place::Sequence)];
            }
            let latest = memory.stored().iter().rev().take(MOST).map(|e| Link {
                name: format!("episode {}", e.episode),
                value: format!("{} steps", e.engrams.len()),
                to: Some(Subject::Episode(e.episode)),
            });
            found.list("stored episodes, latest first", latest.collect());
        }
        Place::Entorhinal | Place::CortexEntorhinal | Place::Perforant => {
            let (code, units) = memory.entorhinal_code();
            found.fact("units", units);
            found.fact("active now", code.len());
            found.fact("synapses to CA3", units * store.units());
        }
        Place::Ca1 | Place::Schaffer | Place::Reinstatement => {
            found.fact("decoder", memory.spec().decoder.name());
            found.fact("values of a content", memory.shape().len());
        }
        _ => {
            found.fact("units", store.units());
            found.fact("active in a code", store.active());
        }
    }
}

/// Σ_p ξ_i^p ξ_j^p of the stored codes, or with the codes a step before, pooled into a picture; of many engrams the latest.
fn synapses<R: Real>(lab: &Lab<R>, sequence: bool) -> Matrix {
    let Some(memory) = &lab.memory else {
        return Matrix::default();
    };
    let units = memory.store().units();
    let pooled = units.div_ceil(ROWS);
    let rows = units.div_ceil(pooled);
    let mut values = vec![0.0_f32; rows * rows];
    let mut left = ENGRAMS;
    for episode in memory.stored().iter().rev() {
        let first = usize::from(sequence);
        for at in (first..episode.engrams.len()).take(left) {
            left -= 1;
            let to = &episode.engrams[at];
            let from = &episode.engrams[at - first];
            for &j in &from.code {
                for &i in &to.code {
                    values[j as usize / pooled * rows + i as usize / pooled] += to.strength;
                }
            }
        }
    }
    let name = if sequence {
        "sequence synapses"
    } else {
        "collaterals"
    };
    Matrix {
        name: format!("{name}, summed over stored codes"),
        values: super::Raster {
            units: rows,
            values,
        },
        pooled,
        rows: "to unit".into(),
        columns: "from unit".into(),
        ..Matrix::default()
    }
}
