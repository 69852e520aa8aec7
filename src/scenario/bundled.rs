//! The scenarios that come with the program.

use super::text::Text;

/// A scenario within the program.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// Name, as `ammon run` takes it.
    pub name: &'static str,
    /// The RON text.
    pub text: &'static str,
}

impl Bundled {
    /// Its text, named as a file.
    pub fn document(&self) -> Text {
        Text {
            name: format!("{}.ron", self.name),
            text: self.text.into(),
        }
    }
}

/// The one that shows what the program is about.
pub const FLAGSHIP: &str = "recall-by-replay";

/// Gives another macro the names of all scenarios that come with the program, the flagship first.
macro_rules! each_scenario {
    ($with:ident) => {
        $with![
            "recall-by-replay",
            "recall-by-bptt",
            "recall-truncated",
            "overloaded-hippocampus",
            "no-separation",
            "lesion-ca3",
            "copy-by-replay",
            "influence-balancing",
            "add-delayed",
            "anbn",
            "copy-attention",
            "r2n2",
            "r2n2-maze",
            "six-rules",
            "capacity-ca3",
            "capacity-hopfield",
            "capacity-modern",
            "capacity-sequence",
            "graded-lesions",
            "pattern-completion",
            "pattern-separation",
            "attention-is-recall",
            "memory-size",
            "replay-order",
            "long-episode",
            "refresh",
            "salience",
            "switch",
        ]
    };
}
#[cfg(feature = "gui")]
pub(crate) use each_scenario;

macro_rules! bundle {
    ($($name:literal),+ $(,)?) => {
        &[$( Bundled { name: $name, text: include_str!(concat!("../../scenarios/", $name, ".ron")) }, )+]
    };
}

/// All of them, the flagship first.
pub fn bundled() -> &'static [Bundled] {
    each_scenario!(bundle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_scenarios_folder_is_bundled() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let files = std::fs::read_dir(folder)
            .unwrap()
            .filter(|f| f.as_ref().unwrap().path().extension().is_some());
        assert_eq!(files.count(), bundled().len());
        assert_eq!(bundled()[0].name, FLAGSHIP);
    }
}
