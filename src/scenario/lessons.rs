//! Lessons: a scenario with steps that lead through it, to be read, watched, tried and answered.

use super::suggestions::{Attempt, Question, Watch};
use super::text::Text;
use super::{Diagnostics, document};
use crate::{params, registry};

params! {
    /// Something to be read.
    pub struct Read {
        /// The text.
        pub text: String, [1 ..= 2000], restart;
    }
}

registry! {
    /// A step of a lesson.
    pub enum LessonStep "step" {
        Read(Read),
        Watch(Watch),
        Try(Attempt),
        Question(Question),
    }
}

params! {
    /// A lesson.
    pub struct Lesson {
        /// What it is called.
        pub title: String, [1 ..= 100], restart;
        /// What is learned from it.
        pub about: String, [1 ..= 500], restart;
        /// The bundled scenario that it leads through.
        pub scenario: String, [1 ..= 60], restart;
        /// Its steps.
        pub steps: Vec<LessonStep>, [1 ..= 50], restart;
    }
}

macro_rules! lessons {
    ($($name:literal),+ $(,)?) => {
        &[$( ($name, include_str!(concat!("../../lessons/", $name, ".ron"))), )+]
    };
}

/// The texts of the lessons that come with the program, by their names, in the order in which they build on each other.
pub fn lesson_texts() -> &'static [(&'static str, &'static str)] {
    lessons![
        "replay-carries-credit",
        "remote-not-cosine",
        "the-price",
        "lesion-and-consolidation",
        "who-else",
    ]
}

/// Reads a lesson.
pub fn lesson(name: &str, text: &str) -> Result<Lesson, Diagnostics> {
    let name = format!("{name}.ron");
    let text = text.into();
    document::read(Text { name, text }, &[]).map(|(lesson, _, _)| lesson)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::bundled;

    #[test]
    fn every_file_of_the_lessons_folder_is_bundled_and_can_be_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/lessons");
        let files = std::fs::read_dir(folder).unwrap();
        assert_eq!(files.count(), lesson_texts().len());
        for (name, text) in lesson_texts() {
            let read = lesson(name, text).unwrap_or_else(|e| panic!("{e}"));
            assert!(bundled().iter().any(|b| b.name == read.scenario), "{name}");
            let asks = |step: &&LessonStep| matches!(step, LessonStep::Question(_));
            assert!(read.steps.iter().filter(asks).count() > 0);
        }
        let wrong = lesson("x", "Lesson(title: \"t\", steps: [Look(\"\")])").unwrap_err();
        assert!(wrong.to_string().contains("Look"), "{wrong}");
    }
}
