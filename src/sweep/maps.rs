//! Maps of a sweep over two parameters: the median of a metric at each place, as SVG.

use super::collect::Cells;
use crate::engine::Raster;
use crate::figure::{Called, Map, Matrix, Palette, points, svg};

/// Millimetres that a map is wide.
const WIDE: f32 = 120.0;
/// Height of a map, as a part of its width.
const HIGH: f32 = 0.75;

/// For each of these metrics the map of its medians, by the metric's name; none where not just two parameters are varied.
pub fn maps(cells: &Cells, metrics: &[String]) -> Vec<(String, String)> {
    let values = |path: &str| {
        let mut found: Vec<String> = Vec::new();
        for value in cells.plan.cells.iter().filter_map(|cell| cell.value(path)) {
            if !found.iter().any(|own| own == value) {
                found.push(value.into());
            }
        }
        let number = |text: &String| text.parse::<f64>().ok();
        if found.iter().all(|text| number(text).is_some()) {
            found.sort_by(|a, b| {
                number(a)
                    .unwrap_or(0.0)
                    .total_cmp(&number(b).unwrap_or(0.0))
            });
        }
        found
    };
    let varied = cells.varied();
    let [across, up] = varied.as_slice() else {
        return Vec::new();
    };
    // The first value of the second parameter lies at the bottom, as on a plot.
    let (columns, mut rows) = (values(across), values(up));
    rows.reverse();
    let groups = cells.groups();
    let palette = Palette::on(false, false);
    let mut made = Vec::new();
    for metric in metrics {
        let mut raster = Raster {
            units: rows.len(),
            values: vec![f32::NAN; rows.len() * columns.len()],
        };
        for group in groups.iter().filter(|group| group.metric == *metric) {
            let cell = &cells.plan.cells[group.cell];
            let at = |path: &str, all: &[String]| {
                let value = cell.value(path)?;
                all.iter().position(|own| own == value)
            };
            if let (Some(column), Some(row)) = (at(across, &columns), at(up, &rows)) {
                let [_, _, _, median, _] = group.spread();
                raster.values[column * rows.len() + row] = median as f32;
            }
        }
        let there = raster.values.iter().copied().filter(|v| v.is_finite());
        let (low, high) = there.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        });
        if low > high {
            continue;
        }
        let written = |row: usize, column: usize| {
            let value = raster.values.get(column * raster.units + row);
            let value = value.copied().filter(|v| v.is_finite());
            value.map_or(String::new(), |v| format!("{v:.3}"))
        };
        let along = format!("{across} · median of {metric}");
        let few = rows.len() * columns.len() <= 200;
        let matrix = Matrix {
            columns: columns.len(),
            rows: Called::Words(&rows),
            across: Called::Words(&columns),
            map: Map::Viridis,
            range: [low, if high > low { high } else { low + 1.0 }],
            written: few.then_some(&written as &dyn Fn(usize, usize) -> String),
            ..Matrix::signed(&raster, 1.0, [along.as_str(), up.as_str()])
        };
        let wide = points(WIDE);
        let drawing = matrix.draw([wide, HIGH * wide], palette).drawing;
        made.push((metric.clone(), svg(&drawing, palette.ground)));
    }
    made
}
