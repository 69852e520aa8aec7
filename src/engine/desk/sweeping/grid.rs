//! The grid of a sweep as data: values along axes, and seeds.

use super::super::super::scenario::Scenario;
use super::super::super::setting::{given, sound};

/// Values of an axis at most.
const MOST_VALUES: usize = 100;
/// Cells of a grid at most.
const MOST_CELLS: usize = 10_000;

/// Values that a parameter takes in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The path of the parameter.
    pub path: String,
    /// Its values, as `--set` takes them.
    pub values: Vec<String>,
}

impl Axis {
    /// An axis from what was typed: `0.1, 0.5`, `1..5`, `0.1..0.9 by 0.2`.
    pub fn new(path: &str, values: &str) -> Result<Self, String> {
        Ok(Self {
            path: path.trim().into(),
            values: values_of(values)?,
        })
    }
}

/// The values of a list that was typed: `0.1, Noise(fraction: 0.5)`, with ranges as `1..5` or `0.1..0.9 by 0.2` (both ends
/// included).
fn values_of(text: &str) -> Result<Vec<String>, String> {
    let mut values: Vec<String> = Vec::new();
    for part in parts(text) {
        match range(part)? {
            Some(range) => values.extend(range),
            None => values.push(part.into()),
        }
    }
    if values.is_empty() {
        return Err("no value is given: write 0.1, 0.2 or 1..5".into());
    }
    if values.len() > MOST_VALUES {
        return Err(format!("{} values: {MOST_VALUES} at most", values.len()));
    }
    for (i, value) in values.iter().enumerate() {
        if values[..i].contains(value) {
            return Err(format!("{value} is there twice"));
        }
    }
    Ok(values)
}

/// What stands between commas that are in no bracket and in no text.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    let parts = parts.into_iter().map(str::trim);
    parts.filter(|part| !part.is_empty()).collect()
}

/// The values of a range; none where it is not one.
fn range(part: &str) -> Result<Option<Vec<String>>, String> {
    let (ends, step) = part.split_once(" by ").unwrap_or((part, "1"));
    let Some((first, last)) = ends.split_once("..") else {
        return Ok(None);
    };
    let number = |text: &str| {
        let text = text.trim().trim_start_matches('=');
        let found = text.parse::<f64>().ok().filter(|v| v.is_finite());
        found.ok_or_else(|| format!("`{part}` is no range: write 1..5, or 0.1..0.9 by 0.2"))
    };
    let (from, to, by) = (number(first)?, number(last)?, number(step)?);
    if by <= 0.0 || from > to {
        return Err(format!("`{part}` goes nowhere"));
    }
    let count = ((to - from) / by + 1e-9).floor();
    if count >= MOST_VALUES as f64 {
        return Err(format!("`{part}` has more than {MOST_VALUES} values"));
    }
    // As many decimals as were written.
    let decimals = |text: &str| text.trim().split_once('.').map_or(0, |(_, d)| d.len());
    let decimals = decimals(first).max(decimals(step)).min(12);
    let values = (0..=count as usize).map(|i| format!("{:.decimals$}", from + i as f64 * by));
    Ok(Some(values.collect()))
}

/// A run of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Which value of each axis.
    pub at: Vec<usize>,
    /// Its seed.
    pub seed: u64,
}

/// What is to be run: every value of every axis with every other, each with every seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// The axes.
    pub axes: Vec<Axis>,
    /// The seeds.
    pub seeds: Vec<u64>,
}

impl Grid {
    /// How many runs it is.
    pub fn len(&self) -> usize {
        let values = self.axes.iter().map(|axis| axis.values.len());
        values.fold(self.seeds.len(), usize::saturating_mul)
    }

    /// Whether it is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its cells, all places of a seed before the next seed: the whole picture comes first, then it becomes sharper.
    pub fn cells(&self) -> Vec<Cell> {
        let mut places = vec![Vec::new()];
        for axis in &self.axes {
            let with = |place: &Vec<usize>| {
                let place = place.clone();
                (0..axis.values.len()).map(move |i| [place.clone(), vec![i]].concat())
            };
            places = places.iter().flat_map(with).collect();
        }
        let seeds = self.seeds.iter();
        seeds
            .flat_map(|seed| {
                places.iter().map(|at| Cell {
                    at: at.clone(),
                    seed: *seed,
                })
            })
            .collect()
    }

    /// What differs in a cell, as `--set` takes it.
    pub fn changes(&self, cell: &Cell) -> Vec<(&str, &str)> {
        let at = self.axes.iter().zip(&cell.at);
        let values = at.filter_map(|(axis, i)| Some((&*axis.path, &**axis.values.get(*i)?)));
        values.collect()
    }

    /// The scenario of a cell; why there is none, where that is so.
    pub fn scenario(&self, base: &Scenario, cell: &Cell) -> Result<Scenario, String> {
        with_changes(base, &self.changes(cell), cell.seed)
    }

    /// The cells, where all of them can be.
    pub fn checked(&self, base: &Scenario) -> Result<Vec<Cell>, String> {
        if self.len() > MOST_CELLS {
            return Err(format!("{} runs: {MOST_CELLS} at most", self.len()));
        }
        if self.seeds.is_empty() {
            return Err("a sweep needs a seed".into());
        }
        for (i, axis) in self.axes.iter().enumerate() {
            let within = |a: &str, b: &str| a == b || a.starts_with(&format!("{b}."));
            let twice =
                |other: &&Axis| within(&axis.path, &other.path) || within(&other.path, &axis.path);
            if let Some(other) = self.axes[..i].iter().find(twice) {
                return Err(format!("{} and {} are one", other.path, axis.path));
            }
            if axis.path == "seed" {
                return Err("seeds are an axis of their own".into());
            }
        }
        let cells = self.cells();
        // All places come before the second seed.
        let places = self.len() / self.seeds.len();
        for cell in cells.iter().take(places) {
            self.scenario(base, cell)?;
        }
        Ok(cells)
    }
}

/// The scenario with other values, as `--set` takes them, and another seed; why there is none, where that is so.
pub fn with_changes(
    base: &Scenario,
    changes: &[(&str, &str)],
    seed: u64,
) -> Result<Scenario, String> {
    let mut scenario = base.clone();
    for (path, value) in changes {
        let changed = given(&scenario, path, value);
        (scenario, _) = changed.map_err(|why| format!("{path}={value}: {why}"))?;
    }
    let told = |why: String| {
        let all: Vec<String> = changes.iter().map(|(p, v)| format!("{p}={v}")).collect();
        format!("{}: {why}", all.join(", "))
    };
    sound(scenario.with_seed(seed)).map_err(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load;
    use crate::scenario::bundled;

    #[test]
    fn values_are_lists_and_ranges() {
        let of = |text: &str| values_of(text).unwrap();
        assert_eq!(of("0.1, 0.5"), ["0.1", "0.5"]);
        assert_eq!(of("1..3, 8"), ["1", "2", "3", "8"]);
        assert_eq!(of("0.1..0.5 by 0.2"), ["0.1", "0.3", "0.5"]);
        assert_eq!(
            of("Noise(fraction: 0.1), [1, 2]"),
            ["Noise(fraction: 0.1)", "[1, 2]"]
        );
        for wrong in [
            "",
            " , ",
            "1..0",
            "1..2 by 0",
            "a..b",
            "0..1 by 0.001",
            "1, 1",
            "nan..2",
        ] {
            assert!(values_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn cells_are_every_place_with_every_seed_and_are_checked_before() {
        let base = load(bundled()[0].document(), &[], None).unwrap();
        let grid = |axes: &[(&str, &str)]| Grid {
            axes: axes.iter().map(|(p, v)| Axis::new(p, v).unwrap()).collect(),
            seeds: vec![3, 4],
        };
        let two = grid(&[("task.delay", "2..4"), ("cortex.cell.units", "8, 9")]);
        let cells = two.checked(&base).unwrap();
        assert_eq!((cells.len(), two.len()), (12, 12));
        assert!(cells[..6].iter().all(|c| c.seed == 3) && cells[6].seed == 4);
        let scenario = two.scenario(&base, &cells[5]).unwrap();
        assert_eq!(scenario.setup.seed, 3);
        assert_eq!(
            two.changes(&cells[5]),
            [("task.delay", "4"), ("cortex.cell.units", "9")]
        );
        let why = |axes: &[(&str, &str)]| grid(axes).checked(&base).unwrap_err();
        assert!(why(&[("task.dealy", "1")]).contains("delay"));
        assert!(why(&[("task.delay", "-1")]).contains("task.delay=-1"));
        assert!(why(&[("task.delay", "1"), ("task.delay", "2")]).contains("are one"));
        assert!(why(&[("task.delay", "1"), ("task", "Copy")]).contains("are one"));
        assert!(why(&[("seed", "1")]).contains("axis of their own"));
        let all = "1..100";
        let axes = [("task.delay", all), ("cortex.cell.units", all)];
        assert!(why(&axes).contains("10000 at most"));
        assert!(grid(&[]).checked(&base).is_ok_and(|cells| cells.len() == 2));
    }
}
