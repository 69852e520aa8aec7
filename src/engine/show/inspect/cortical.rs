//! A unit of the cortex: its weights in and out.

use super::super::super::lab::Lab;
use super::{Findings, Subject, strongest};
use crate::numeric::Real;

pub(super) fn found<R: Real>(lab: &Lab<R>, row: u32) -> Result<Findings, String> {
    let cortex = &lab.cortex;
    let (n, rows) = (cortex.units(), cortex.state());
    let row = row as usize;
    if row >= rows {
        return Err(format!("the cortical state has {rows} rows"));
    }
    let unit = row % n;
    let told = "a unit of the recurrent network that learns";
    let mut found = Findings::new(format!("Cortical unit {unit}"), told);
    found.fact("row of the state", format!("{row} of {rows}"));
    if rows > n {
        found.fact("slot", format!("{} of {}", row / n + 1, rows / n));
    }
    if cortex.silenced().binary_search(&(unit as u32)).is_ok() {
        found.fact("lesion", "silenced");
    }
    let inputs = lab.task().input_names();
    let of_unit = |i: usize| (format!("unit {i}"), Some(Subject::Cortical(i as u32)));
    let of_input = |i: usize| {
        let name = inputs.get(i).cloned();
        (name.unwrap_or_else(|| format!("input {i}")), None)
    };
    let weights = &cortex.weights;
    let readout = weights.readout_at();
    for (shape, tensor) in weights.shapes.iter().zip(&weights.tensors).take(readout) {
        let name = &shape.name;
        let value = |r: usize, c: usize| tensor[(r, c)].f64();
        let gates = shape.rows / n.max(1);
        if shape.vector {
            let values: Vec<String> = (0..gates)
                .map(|gate| format!("{:+.3}", value(gate * n + unit, 0)))
                .collect();
            if !values.is_empty() {
                found.fact(&format!("bias {name}"), values.join(", "));
            }
            continue;
        }
        let recurrent = shape.cols == n;
        // In a gated cell a unit has a row for each gate.
        for gate in 0..gates.max(1) {
            let r = gate * n + unit;
            if r >= shape.rows {
                continue;
            }
            let which = match gates {
                0 | 1 => name.clone(),
                _ => format!("{name}, gate {}", gate + 1),
            };
            let row = (0..shape.cols).map(|c| value(r, c));
            if recurrent {
                found.list(
                    &format!("strongest weights in ({which})"),
                    strongest(row, of_unit),
                );
                if gates > 0 {
                    let column = (0..n).map(|to| value(gate * n + to, unit));
                    found.list(
                        &format!("strongest weights out ({which})"),
                        strongest(column, of_unit),
                    );
                }
            } else {
                found.list(
                    &format!("strongest inputs ({which})"),
                    strongest(row, of_input),
                );
            }
        }
    }
    let v = cortex.v();
    let to = (0..v.nrows()).map(|y| v[(y, unit)].f64());
    let outputs = strongest(to, |y| (format!("output {y}"), None));
    found.list("strongest weights to the readout (V)", outputs);
    Ok(found)
}
