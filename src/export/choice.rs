//! Which units are seen.

use super::job::Wish;
use crate::numeric::Rng;

/// The units of a region that are seen.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    /// Their numbers, ascending.
    pub units: Vec<u32>,
    /// Of all units the row among those that are seen; none of one that is not.
    rows: Vec<Option<u32>>,
}

impl Chosen {
    /// Of so many units of a region those that the wish leaves, drawn by the seed; at least one.
    pub fn draw(wish: &Wish, region: &str, all: usize, seed: u64) -> Self {
        let count = wish.unit_fraction.map_or(all, |part| {
            ((part * all as f64).round() as usize).clamp(1.min(all), all)
        });
        let units = if count == all {
            (0..all as u32).collect()
        } else {
            let mut rng = Rng::named(seed, &format!("export.{region}"));
            let mut units = rng.subset(all, count);
            units.sort_unstable();
            units
        };
        let mut rows = vec![None; all];
        for (row, unit) in units.iter().enumerate() {
            rows[*unit as usize] = Some(row as u32);
        }
        Self { units, rows }
    }

    /// How many are seen.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// The row of a unit, where it is seen.
    pub fn row(&self, unit: u32) -> Option<u32> {
        self.rows.get(unit as usize).copied().flatten()
    }

    /// Of the active units those that are seen.
    pub fn seen<'a>(&'a self, active: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
        let seen = |unit: &u32| self.row(*unit).is_some();
        active.iter().copied().filter(seen)
    }

    /// Of a state the values of those that are seen.
    pub fn values<'a>(&'a self, state: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        let value = |unit: &u32| state.get(*unit as usize).copied();
        self.units.iter().filter_map(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_units_is_drawn_by_the_seed() {
        let part = |part: f64| Wish {
            unit_fraction: Some(part),
            ..Wish::default()
        };
        let all = Chosen::draw(&Wish::default(), "CA3", 40, 1);
        assert_eq!((all.len(), all.row(39)), (40, Some(39)));
        let some = Chosen::draw(&part(0.25), "CA3", 40, 1);
        assert_eq!(some.units, Chosen::draw(&part(0.25), "CA3", 40, 1).units);
        assert_ne!(some.units, Chosen::draw(&part(0.25), "CA3", 40, 2).units);
        assert!(some.len() == 10 && some.units.is_sorted());
        let seen: Vec<u32> = some.seen(&some.units[2..5]).collect();
        assert_eq!(seen, some.units[2..5]);
        assert_eq!(Chosen::draw(&part(0.001), "CA3", 40, 1).len(), 1);
        assert_eq!(Chosen::draw(&part(0.5), "CA3", 0, 1).len(), 0);
    }
}
