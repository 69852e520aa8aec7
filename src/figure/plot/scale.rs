//! The scale of an axis: where a value lies, and which values are told beside it.

/// From values to places on a sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The value at the first place.
    pub from: f64,
    /// The value at the last place.
    pub to: f64,
    /// Whether equal factors are equally far apart.
    pub log: bool,
    /// The first place and the last, in points.
    pub places: [f32; 2],
}

/// A value that is told beside an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value.
    pub value: f64,
    /// As it is told.
    pub text: String,
}

/// Most values told.
const MOST: usize = 12;

impl Scale {
    /// Where a value lies; nowhere for one that the scale does not have.
    pub fn place(&self, value: f64) -> Option<f32> {
        let along = |v: f64| if self.log { v.log10() } else { v };
        let part = (along(value) - along(self.from)) / (along(self.to) - along(self.from));
        let [first, last] = self.places;
        let place = f64::from(first) + part * f64::from(last - first);
        // What is far off would not be drawn exactly anyway.
        place.is_finite().then(|| place.clamp(-1e5, 1e5) as f32)
    }

    /// The value at a place.
    pub fn value(&self, place: f32) -> f64 {
        let [first, last] = self.places;
        let part = f64::from(place - first) / f64::from(last - first);
        if self.log {
            let (from, to) = (self.from.log10(), self.to.log10());
            return 10_f64.powf(from + part * (to - from));
        }
        self.from + part * (self.to - self.from)
    }

    /// Round values about so many points apart, three at least.
    pub fn ticks(&self, apart: f32) -> Vec<Tick> {
        let length = f64::from((self.places[1] - self.places[0]).abs());
        let room = (length / f64::from(apart)).clamp(3.0, 8.0);
        if self.log {
            let ticks = self.decades(room);
            if ticks.len() >= 3 {
                return ticks;
            }
        }
        self.even(room)
    }

    /// Powers of ten, or with 2 and 5 between them.
    fn decades(&self, room: f64) -> Vec<Tick> {
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let decades = f64::from(last - first);
        let within = |digits: &'static [f64], every: usize| -> Vec<Tick> {
            let powers = (first..=last).step_by(every);
            let values = powers.flat_map(|p| digits.iter().map(move |d| d * 10_f64.powi(p)));
            let values = values.filter(|v| *v >= low * 0.999_999 && *v <= high * 1.000_001);
            let tick = |value: f64| Tick {
                value,
                text: told(value, value),
            };
            values.take(4 * MOST).map(tick).collect()
        };
        let every = (decades / room).ceil().max(1.0) as usize;
        let sparse = within(&[1.0], every);
        if sparse.len() >= 3 {
            return sparse;
        }
        within(&[1.0, 2.0, 5.0], 1)
    }

    /// Values that are equally far apart.
    fn even(&self, room: f64) -> Vec<Tick> {
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        let fits = |step: f64| (high / step + 1e-9).floor() - (low / step - 1e-9).ceil() + 1.0;
        let mut step = round((high - low) / room * 1.999);
        while fits(step) < 3.0 {
            let finer = smaller(step);
            if !finer.is_finite() || finer <= 0.0 || finer >= step {
                return Vec::new();
            }
            step = finer;
        }
        let first = (low / step - 1e-9).ceil();
        let count = (fits(step) as usize).min(MOST);
        let value = |i: usize| (first + i as f64) * step;
        let tick = |i| Tick {
            value: value(i),
            text: told(value(i), step),
        };
        (0..count).map(tick).collect()
    }
}

/// 1, 2 or 5 times a power of ten, the largest that is not larger.
fn round(width: f64) -> f64 {
    let power = 10_f64.powf(width.log10().floor());
    let steps = [5.0, 2.0, 1.0].map(|m| m * power);
    let found = steps.into_iter().find(|s| *s <= width * 1.0001);
    found.unwrap_or(power)
}

/// The next smaller of them.
fn smaller(step: f64) -> f64 {
    round(step * 0.7)
}

/// A number as short as it can be among others so far apart: 20k, 0.25.
fn told(value: f64, step: f64) -> String {
    if value == 0.0 || value.abs() < step.abs() * 1e-6 {
        return "0".into();
    }
    let size = value.abs().max(step.abs());
    // As many digits as tell neighbours apart.
    let digits = (size.log10().floor() - step.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    let (factor, unit) = match size {
        s if s >= 1e12 => return format!("{value:.digits$e}"),
        s if s >= 1e9 => (1e9, "G"),
        s if s >= 1e6 => (1e6, "M"),
        s if s >= 1e4 => (1e3, "k"),
        s if s < 1e-4 => return format!("{value:.digits$e}"),
        _ => (1.0, ""),
    };
    let decimals = (-(step.abs() / factor * 1.0001).log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{:.decimals$}{unit}", value / factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scale(from: f64, to: f64, log: bool) -> Scale {
        Scale {
            from,
            to,
            log,
            places: [0.0, 300.0],
        }
    }

    proptest! {
        #[test]
        fn ticks_are_at_least_three_unlike_and_inside(
            low in -1e15..1e15_f64, width in 1e-9..1e15_f64, points in 20.0..2000.0_f32, log: bool
        ) {
            let low = if log { low.abs() + 1e-3 } else { low };
            // Closer than digits can tell apart.
            prop_assume!(width > low.abs() * 1e-4);
            let scale = Scale { places: [0.0, points], ..scale(low, low + width, log) };
            let ticks = scale.ticks(64.0);
            prop_assert!((3..=4 * MOST).contains(&ticks.len()), "{ticks:?}");
            let mut texts: Vec<_> = ticks.iter().map(|t| t.text.clone()).collect();
            texts.dedup();
            prop_assert_eq!(texts.len(), ticks.len(), "{:?}", ticks);
            for tick in &ticks {
                let place = scale.place(tick.value).unwrap();
                prop_assert!(place >= -0.01 * points && place <= 1.01 * points, "{:?}", tick);
            }
        }

        #[test]
        fn a_place_has_the_value_that_lies_there(value in 1e-3..1e6_f64, log: bool) {
            let scale = scale(1e-3, 1e6, log);
            let back = scale.value(scale.place(value).unwrap());
            let error = if log { (back / value - 1.0).abs() } else { (back - value).abs() / 1e6 };
            prop_assert!(error < 1e-4, "{value} {back}");
        }
    }

    #[test]
    fn numbers_are_short() {
        let texts = |from, to, log| -> Vec<String> {
            let ticks = scale(from, to, log).ticks(64.0);
            ticks.into_iter().map(|t| t.text).collect()
        };
        assert_eq!(texts(0.0, 74_800.0, false), ["0", "20k", "40k", "60k"]);
        assert_eq!(
            texts(0.0, 1.05, false),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(texts(0.01, 1000.0, true), ["0.01", "1", "100"]);
        assert_eq!(texts(3.0, 40.0, true), ["5", "10", "20"]);
        assert_eq!(texts(0.0, 3.0, false), ["0", "1", "2", "3"]);
    }
}
