//! Which scenario stands on which shelf, and its picture.

use crate::scenario::each_scenario;

/// Shelves with the scenarios on them, in the order in which they are shown.
pub const SHELVES: [(&str, &[&str]); 6] = [
    (
        "Start here",
        &["recall-by-replay", "recall-truncated", "lesion-ca3"],
    ),
    (
        "Replay and memory",
        &[
            "copy-by-replay",
            "replay-order",
            "long-episode",
            "refresh",
            "salience",
            "switch",
            "memory-size",
        ],
    ),
    (
        "Break it",
        &["overloaded-hippocampus", "no-separation", "graded-lesions"],
    ),
    (
        "Rival rules",
        &[
            "six-rules",
            "recall-by-bptt",
            "copy-attention",
            "influence-balancing",
            "add-delayed",
            "anbn",
        ],
    ),
    (
        "How much fits",
        &[
            "capacity-ca3",
            "capacity-hopfield",
            "capacity-modern",
            "capacity-sequence",
            "pattern-completion",
            "pattern-separation",
            "attention-is-recall",
        ],
    ),
    ("Without a store", &["r2n2", "r2n2-maze"]),
];

macro_rules! pictures {
    ($($name:literal),+ $(,)?) => {
        &[$( ($name, include_bytes!(concat!("../../../assets/gallery/", $name, ".png"))), )+]
    };
}

/// Pictures of recorded runs, by the names of their scenarios: scripts/gallery-pictures makes them.
pub fn pictures() -> &'static [(&'static str, &'static [u8])] {
    each_scenario!(pictures)
}

/// How many seconds a scenario took when its picture was made.
pub fn took(name: &str) -> Option<f64> {
    let lines = include_str!("../../../assets/gallery/took.txt").lines();
    let mut lines = lines.filter_map(|line| line.split_once(' '));
    let (_, milliseconds) = lines.find(|(other, _)| *other == name)?;
    Some(milliseconds.trim().parse::<f64>().ok()? / 1000.0)
}

macro_rules! frames {
    ($($step:literal),+ $(,)?) => {
        &[$( include_bytes!(concat!("../../../assets/gallery/theatre-", $step, ".png")), )+]
    };
}

/// The theatre at every second step of a recorded ripple.
pub fn frames() -> &'static [&'static [u8]] {
    frames![
        "000", "002", "004", "006", "008", "010", "012", "014", "016", "018", "020", "022"
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::bundled;

    #[test]
    fn every_scenario_stands_on_one_shelf_and_has_its_picture() {
        let mut shelved: Vec<&str> = SHELVES
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        shelved.sort_unstable();
        let mut all: Vec<&str> = bundled().iter().map(|b| b.name).collect();
        all.sort_unstable();
        assert_eq!(shelved, all);
        for name in all {
            let (_, bytes) = pictures().iter().find(|(n, _)| *n == name).expect(name);
            assert!(crate::figure::decoded_png(bytes).is_ok(), "{name}");
            assert!(took(name).is_some_and(|t| t > 0.0 && t < 3600.0), "{name}");
        }
        for frame in frames() {
            assert!(crate::figure::decoded_png(frame).is_ok());
        }
    }
}
