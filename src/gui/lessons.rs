//! The lessons, which one is taken, and how far one has come in each.

use std::collections::BTreeMap;

use crate::engine::{Scenario, load};
use crate::scenario::{Lesson, bundled, lesson, lesson_texts};

/// How far one has come, remembered between sittings.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The lesson that is taken, by its name.
    current: Option<String>,
    /// Steps that are done, by the lesson's name.
    done: BTreeMap<String, usize>,
}

/// The lessons.
pub struct Lessons {
    all: Vec<(&'static str, Lesson)>,
    progress: Progress,
}

impl Lessons {
    /// All lessons, with what was remembered as far as it still fits.
    pub fn new(mut progress: Progress) -> Self {
        let read = |(name, text): &(&'static str, &str)| Some((*name, lesson(name, text).ok()?));
        let all: Vec<_> = lesson_texts().iter().filter_map(read).collect();
        let known = |name: &str| all.iter().find(|(n, _)| *n == name);
        progress.done.retain(|name, done| match known(name) {
            Some((_, lesson)) => {
                *done = (*done).min(lesson.steps.len());
                true
            }
            None => false,
        });
        progress.current = progress.current.filter(|name| known(name).is_some());
        Self { all, progress }
    }

    /// What is to be remembered.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// The names and titles of all, with how many steps are done and how many there are.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &Lesson, usize)> {
        let done = |name: &str| self.progress.done.get(name).copied().unwrap_or(0);
        self.all.iter().map(move |(name, l)| (*name, l, done(name)))
    }

    /// The one that is taken.
    pub fn current(&self) -> Option<(&'static str, &Lesson, usize)> {
        let current = self.progress.current.as_deref()?;
        self.all().find(|(name, _, _)| *name == current)
    }

    /// The one after the one that is taken.
    pub fn next(&self) -> Option<(&'static str, &Lesson)> {
        let current = self.progress.current.as_deref()?;
        let mut all = self.all.iter();
        all.find(|(name, _)| *name == current)?;
        all.next().map(|(name, lesson)| (*name, lesson))
    }

    /// Takes a lesson; the scenario that it leads through.
    pub fn take(&mut self, name: &str) -> Option<Scenario> {
        let (name, lesson) = self.all.iter().find(|(n, _)| *n == name)?;
        self.progress.current = Some((*name).into());
        // A lesson that was done is begun again.
        if self.progress.done.get(*name) == Some(&lesson.steps.len()) {
            self.progress.done.remove(*name);
        }
        let found = bundled().iter().find(|b| b.name == lesson.scenario)?;
        load(found.document(), &[], None).ok()
    }

    /// Takes none.
    pub fn leave(&mut self) {
        self.progress.current = None;
    }

    /// Goes on by so many steps, or back.
    pub fn step(&mut self, by: isize) {
        let Some((name, lesson, done)) = self.current() else {
            return;
        };
        let steps = lesson.steps.len();
        let done = done.saturating_add_signed(by).min(steps);
        self.progress.done.insert(name.into(), done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_kept_and_what_no_longer_fits_is_dropped() {
        let mut lessons = Lessons::new(Progress::default());
        assert_eq!(lessons.all().count(), 5);
        assert!(lessons.current().is_none());
        let first = lessons.all().next().unwrap().0;
        assert_eq!(
            lessons.take(first).unwrap().title,
            "Reverse replay teaches a delayed recall"
        );
        lessons.step(-1);
        lessons.step(2);
        let kept = ron::to_string(&lessons.progress()).unwrap();
        let again = Lessons::new(ron::from_str(&kept).unwrap());
        assert_eq!(
            again.current().map(|(name, _, done)| (name, done)),
            Some((first, 2))
        );
        lessons.step(1000);
        let (_, lesson, done) = lessons.current().unwrap();
        assert_eq!(done, lesson.steps.len());
        // Begun again.
        lessons.take(first);
        assert_eq!(lessons.current().unwrap().2, 0);
        let odd = r#"(current: Some("gone"), done: {"gone": 3, "the-price": 999})"#;
        let odd = Lessons::new(ron::from_str(odd).unwrap());
        assert!(odd.current().is_none() && odd.progress.done["the-price"] < 99);
        assert_eq!(odd.progress.done.len(), 1);
    }
}
