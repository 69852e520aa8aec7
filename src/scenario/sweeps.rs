//! Sweeps that are no grid: one scenario, degraded in many ways.

use super::bundled::Bundled;
use super::parse::parse_lossy;
use super::text::Text;
use super::{Diagnostics, document};
use crate::params;
use crate::registry::{Problems, Value};

params! {
    /// A way in which the scenario is changed.
    pub struct Variation {
        /// What is changed: variations of a kind have one colour.
        pub kind: String, [1 ..= 40], restart;
        /// What it is called.
        pub name: String, [1 ..= 80], restart;
        /// The changes, each as `--set` takes it: PATH=VALUE.
        pub set: Vec<String> = Vec::new(), [0 ..= 20], restart;
    }
}

params! {
    /// Many runs of one scenario, each with changes of its own.
    pub struct Sweep {
        /// What it is called.
        pub title: String, [1 ..= 100], restart;
        /// What it asks.
        pub about: String, [1 ..= 2000], restart;
        /// What came of it.
        pub finding: String = String::new(), [0 ..= 2000], restart;
        /// The scenario: a file, or the name of a bundled one.
        pub scenario: String, [1 ..= 1000], restart;
        /// What is changed in all runs.
        pub set: Vec<String> = Vec::new(), [0 ..= 50], restart;
        /// The seeds that each variation is run with.
        pub seeds: Vec<u64> = vec![1], [1 ..= 1000], restart;
        /// The final value that is asked for.
        pub metric: String, [1 ..= 100], restart;
        /// Final values that it is drawn against.
        pub against: Vec<String>, [1 ..= 6], restart;
        /// The variations.
        pub variations: Vec<Variation>, [1 ..= 1000], restart;
    }
}

macro_rules! sweeps {
    ($($name:literal),+ $(,)?) => {
        &[$( Bundled { name: $name, text: include_str!(concat!("../../sweeps/", $name, ".ron")) }, )+]
    };
}

/// The sweeps that come with the program.
pub fn bundled_sweeps() -> &'static [Bundled] {
    sweeps!["what-replay-needs", "refresh"]
}

/// Whether a text is that of a sweep rather than of a scenario.
pub fn is_sweep(text: &Text) -> bool {
    let parsed = parse_lossy(&text.text, 0, &mut Problems::default());
    let named = |value: &Value| matches!(value, Value::Tagged { name: Some(name), .. } if name.name == "Sweep");
    parsed.root.is_some_and(|root| named(&root.value))
}

/// Reads a sweep.
pub fn read_sweep(text: Text) -> Result<Sweep, Diagnostics> {
    document::read(text, &[]).map(|(sweep, _, _)| sweep)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_sweeps_folder_is_bundled_and_can_be_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sweeps");
        let files = std::fs::read_dir(folder).unwrap();
        assert_eq!(files.count(), bundled_sweeps().len());
        for bundled in bundled_sweeps() {
            assert!(is_sweep(&bundled.document()), "{}", bundled.name);
            let sweep = read_sweep(bundled.document()).unwrap_or_else(|e| panic!("{e}"));
            let names: Vec<&str> = sweep.variations.iter().map(|v| v.name.as_str()).collect();
            let twice = |name: &&&str| names.iter().filter(|n| n == name).count() > 1;
            assert_eq!(names.iter().find(twice), None);
        }
        let scenarios = super::super::bundled();
        assert!(scenarios.iter().all(|s| !is_sweep(&s.document())));
    }
}
