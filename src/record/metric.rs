//! Metrics: each is declared once, with its name, unit, meaning, and which way is better.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Larger values are.
    Up,
    /// Smaller values are.
    Down,
    /// Neither: it describes.
    Neither,
}

impl Better {
    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Neither => "neither",
        }
    }
}

/// A declared metric.
#[derive(Debug)]
pub struct Declared {
    /// Its name; `{}` stands for a subject, such as a rule or a store.
    pub name: &'static str,
    /// What the subjects are, in order.
    pub subjects: &'static [&'static str],
    /// Unit of measure, empty where there is none.
    pub unit: &'static str,
    /// Which way is better.
    pub better: Better,
    /// What it says.
    pub doc: &'static str,
}

impl Declared {
    /// Its name for people: subjects in angle brackets, as `alignment.<rule>.cosine`.
    pub fn told(&self) -> String {
        let mut name = self.name.to_string();
        for subject in self.subjects {
            name = name.replacen("{}", &format!("<{subject}>"), 1);
        }
        name
    }

    /// The part of its name before the first point: what it belongs to.
    pub fn family(&self) -> &'static str {
        self.name.split(['.', '-']).next().unwrap_or_default()
    }

    /// The part of its name after the last subject, or after the family: what is measured.
    pub fn quantity(&self) -> &'static str {
        let tail = match self.name.rsplit_once("{}") {
            Some((_, tail)) => tail,
            None => self
                .name
                .split_once('.')
                .map_or(self.name, |(_, tail)| tail),
        };
        tail.trim_start_matches('.')
    }

    /// The subjects in a name that is this metric's.
    fn subjects_in<'a>(&self, name: &'a str) -> Option<Vec<&'a str>> {
        let mut parts = self.name.split("{}");
        let mut rest = name.strip_prefix(parts.next()?)?;
        let mut found = Vec::new();
        let mut parts = parts.peekable();
        while let Some(part) = parts.next() {
            // The last subject reaches as far as it can: names of rules and stores may have points in them.
            let at = if parts.peek().is_none() {
                rest.len().checked_sub(part.len())?
            } else {
                rest.find(part)?
            };
            if at == 0 || !rest.is_char_boundary(at) || !rest[at..].starts_with(part) {
                return None;
            }
            found.push(&rest[..at]);
            rest = &rest[at + part.len()..];
        }
        rest.is_empty().then_some(found)
    }
}

/// A metric of its subjects.
#[derive(Clone, Debug)]
pub struct Metric {
    /// `None` where nothing of this name is declared, as in a folder that another version wrote.
    declared: Option<&'static Declared>,
    subjects: Arc<[Cow<'static, str>]>,
}

impl Metric {
    /// A metric without subjects.
    pub fn new(declared: &'static Declared) -> Self {
        Self {
            declared: Some(declared),
            subjects: Arc::default(),
        }
    }

    /// A metric of a subject.
    pub fn of(declared: &'static Declared, subject: impl Into<Cow<'static, str>>) -> Self {
        Self {
            declared: Some(declared),
            subjects: Arc::new([subject.into()]),
        }
    }

    /// A metric of two subjects.
    pub fn of_both(
        declared: &'static Declared,
        one: impl Into<Cow<'static, str>>,
        other: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            declared: Some(declared),
            subjects: Arc::new([one.into(), other.into()]),
        }
    }

    /// The metric of this name.
    pub fn named(name: &str) -> Self {
        let found = METRICS
            .iter()
            .filter_map(|d| Some((*d, d.subjects_in(name)?)));
        // Of several that fit, the one that says most itself.
        let best = found.max_by_key(|(d, _)| d.name.len());
        let (declared, subjects) = match best {
            Some((declared, subjects)) => (Some(declared), subjects),
            None => (None, vec![name]),
        };
        let own = |s: &str| Cow::Owned(s.to_string());
        Self {
            declared,
            subjects: subjects.into_iter().map(own).collect(),
        }
    }

    /// Its declaration.
    pub fn declared(&self) -> Option<&'static Declared> {
        self.declared
    }

    /// Whether it is this metric, of whatever subject.
    pub fn is(&self, declared: &'static Declared) -> bool {
        self.declared.is_some_and(|own| std::ptr::eq(own, declared))
    }

    /// Its subject, where it is this metric.
    pub fn subject_of(&self, declared: &'static Declared) -> Option<&str> {
        let subject = self.subjects.first()?;
        self.is(declared).then_some(subject)
    }

    /// What is derived of it by one of these pairs.
    pub fn derived(&self, pairs: &[Derived]) -> Option<Self> {
        let found = pairs.iter().find(|(of, _)| self.is(of))?;
        Some(self.of_same(found.1))
    }

    /// What it is derived of by one of these pairs.
    pub fn derived_of(&self, pairs: &[Derived]) -> Option<Self> {
        let found = pairs.iter().find(|(_, derived)| self.is(derived))?;
        Some(self.of_same(found.0))
    }

    /// Another metric of the same subjects.
    fn of_same(&self, declared: &'static Declared) -> Self {
        Self {
            declared: Some(declared),
            subjects: self.subjects.clone(),
        }
    }

    /// Its subjects.
    pub fn subjects(&self) -> impl Iterator<Item = &str> {
        self.subjects.iter().map(|s| &**s)
    }

    /// Its name, with its subjects in their places.
    pub fn name(&self) -> String {
        self.parts().collect()
    }

    /// The parts that its name is made of, in order.
    fn parts(&self) -> impl Iterator<Item = &str> {
        // Without a declaration the subject is the name.
        let declared = self.declared.map_or("{}", |d| d.name);
        let mut subjects = self.subjects();
        declared.split("{}").enumerate().flat_map(move |(i, part)| {
            let subject = (i > 0).then(|| subjects.next()).flatten();
            subject.into_iter().chain([part])
        })
    }

    fn key(&self) -> (&str, &[Cow<'static, str>]) {
        (self.declared.map_or("", |d| d.name), &self.subjects)
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Metric {}

impl Hash for Metric {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// By name.
impl Ord for Metric {
    fn cmp(&self, other: &Self) -> Ordering {
        let names = self.parts().flat_map(str::bytes);
        let names = names.cmp(other.parts().flat_map(str::bytes));
        names.then_with(|| self.key().cmp(&other.key()))
    }
}

impl PartialOrd for Metric {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// Declares metrics: constant, name, subjects in brackets, unit, better, help.
macro_rules! metrics {
    ($( $const:ident $name:literal [$($subject:literal),*] $unit:literal $better:ident $doc:literal; )+) => {
        $(
            #[doc = $doc]
            pub static $const: Declared = Declared {
                name: $name,
                subjects: &[$($subject),*],
                unit: $unit,
                better: Better::$better,
                doc: $doc,
            };
        )+

        /// All metrics.
        pub static METRICS: &[&Declared] = &[$( &$const ),+];
    };
}

metrics! {
    LOSS "loss" [] "" Down "Mean loss of the scored steps of a batch, or of a stretch of a stream: nats for cross-entropy.";
    BITS "bits" [] "bits" Down "The same loss in bits.";
    ACCURACY "accuracy" [] "" Up "Fraction of the scored steps answered right.";
    CORRECT "correct" [] "" Up "Fraction of the episodes with so few wrong answers that they count as correct as a whole.";
    REWARDED "rewarded.accuracy" [] "" Up "Accuracy in episodes that bring a reward.";
    UNREWARDED "unrewarded.accuracy" [] "" Up "Accuracy in episodes that bring none.";
    PROBE_LOSS "probe.loss" [] "" Down "Mean loss of a test.";
    PROBE_BITS "probe.bits" [] "bits" Down "The same in bits.";
    PROBE_ACCURACY "probe.accuracy" [] "" Up "Fraction of the scored steps of a test answered right.";
    PROBE_CORRECT "probe.correct" [] "" Up "Fraction of a test's episodes that count as correct as a whole.";
    PROBE_REWARDED "probe.rewarded.accuracy" [] "" Up "Accuracy in tested episodes that bring a reward.";
    PROBE_UNREWARDED "probe.unrewarded.accuracy" [] "" Up "Accuracy in tested episodes that bring none.";
    PROBE_UPDATES "probe.updates" [] "updates" Neither "Updates of the weights before a test.";
    UPDATES_TO_LEARN "probe.updates_to_0.95" [] "updates" Down "Updates before the first test in which 95 % of the scored steps were answered right.";
    RECALL_OVERLAP "probe.recall.overlap" [] "" Up "Cued recall of lived steps: mean overlap with the right engram.";
    RECALL_IDENTITY "probe.recall.identity" [] "" Up "Cued recall of lived steps: fraction nearest to the right engram.";
    RECALL_COSINE "probe.recall.cosine" [] "" Up "Cued recall of lived steps: cosine of the decoded with the lived state and input.";
    WEIGHT "weight.{}" ["weight"] "" Neither "A weight that stands alone.";
    STORE_LOAD "store.load" [] "steps" Neither "Steps stored in the hippocampus.";
    STORE_RATIO "store.ratio" [] "episodes" Neither "Episodes that a stored one stands for, in a memory that compresses.";
    NEAR_ORIGIN "{}.attention_near_origin" ["rule"] "" Up "Attention on the remembered step that an answer repeats, or next to it.";
    ATTENTION_LAG "{}.attention_lag" ["rule"] "steps" Neither "Mean distance of the steps attended to.";
    RECONSTRUCTION "{}.reconstruction_error" ["rule"] "" Down "Largest distance of a state run backwards from the lived one.";
    ALIGNMENT_COSINE "alignment.{}.cosine" ["rule"] "" Up "Cosine of the rule's gradient of the recurrent parameters with exact BPTT's.";
    ALIGNMENT_NORM "alignment.{}.norm_ratio" ["rule"] "" Neither "Norm of the rule's mean gradient over that of exact BPTT's.";
    ALIGNMENT_REMOTE "alignment.{}.remote" ["rule"] "" Up "Cosine of what the first quarter of the steps contributes to both.";
    COSINE_BROKEN "alignment.{}.cosine.load_at_0.9" ["rule"] "steps" Up "Stored steps at which the cosine first fell below 0.9.";
    REMOTE_BROKEN "alignment.{}.remote.load_at_0.9" ["rule"] "steps" Up "Stored steps at which the remote part first fell below 0.9.";
    COSINE_LEARNING "alignment.{}.cosine.until_0.95" ["rule"] "" Up "Mean of the cosine until the first test with 95 % right answers, or over the whole run.";
    REMOTE_LEARNING "alignment.{}.remote.until_0.95" ["rule"] "" Up "The same of the remote part.";
    COMPLETED_LEARNING "replay.completed.until_0.95" [] "" Up "The same of the fraction of ripples that replayed a whole episode.";
    REPLAY_OVERLAP "replay.overlap" [] "" Up "Mean overlap of a sleep's ripples with the engrams that should have come.";
    REPLAY_COMPLETED "replay.completed" [] "" Up "Fraction of a sleep's ripples that replayed a whole episode.";
    REPLAY_COSINE "replay.cosine" [] "" Up "Mean cosine of re-instated with lived states.";
    REPLAY_OVERLAP_IN "replay-{}.overlap" ["order"] "" Up "The same for a sleep in an order of its own.";
    REPLAY_COMPLETED_IN "replay-{}.completed" ["order"] "" Up "The same for a sleep in an order of its own.";
    REPLAY_COSINE_IN "replay-{}.cosine" ["order"] "" Up "The same for a sleep in an order of its own.";
    REFRESH_COMPLETED "refresh.completed" [] "" Up "Fraction of a sleep's forward ripples, which re-live episodes, that came through a whole one.";
    REFRESH_MOVED "refresh.moved" [] "" Neither "How far re-lived states are from those that CA3 gave back: RMS distance over RMS size.";
    SCORE_SIGNIFICANT "score.{}.significant" ["area"] "" Up "Fraction of ripples that kept an order at p < 0.05.";
    SCORE_RANK "score.{}.rank" ["area"] "" Up "Mean |ρ| of replayed and lived order.";
    SHUFFLED_SIGNIFICANT "score.shuffled.{}.significant" ["area"] "" Neither "The same for ripples along shuffled sequences: chance.";
    SHUFFLED_RANK "score.shuffled.{}.rank" ["area"] "" Neither "The same for ripples along shuffled sequences: chance.";
    SCORE_MATCHED "score.matched" [] "" Up "Fraction of ripples whose nearest episode is the same in CA3 and in the cortex.";
    SCORE_PERMUTED "score.matched.permuted" [] "" Neither "The same with the pairs permuted: chance.";
    SCORE_P "score.matched.p" [] "" Down "How often permuted pairs match as well.";
    SCORE_COMPRESSION "score.compression" [] "" Neither "How many times as fast as lived significant ripples run, by their slope.";
    MEMORY_EPISODES "memory.{}.episodes" ["memory"] "episodes" Neither "Episodes, or prototypes, stored.";
    MEMORY_RATIO "memory.{}.ratio" ["memory"] "episodes" Neither "Lived episodes that a stored one stands for.";
    MEMORY_STEPS "memory.{}.steps" ["memory"] "steps" Down "Steps stored.";
    MEMORY_SYNAPSES "memory.{}.synapses" ["memory"] "synapses" Down "Synapses in use.";
    MEMORY_FLOATS "memory.{}.floats" ["memory"] "numbers" Down "Numbers kept beside synapses.";
    MEMORY_AGE_1 "memory.{}.recall_age_1" ["memory"] "" Up "Fraction of cortical cues that decode to the lived state: the newest quarter of the episodes.";
    MEMORY_AGE_2 "memory.{}.recall_age_2" ["memory"] "" Up "The same: the second newest quarter.";
    MEMORY_AGE_3 "memory.{}.recall_age_3" ["memory"] "" Up "The same: the second oldest quarter.";
    MEMORY_AGE_4 "memory.{}.recall_age_4" ["memory"] "" Up "The same: the oldest quarter.";
    MEMORY_RMSE "memory.{}.rmse" ["memory"] "" Down "Root mean square error of what the stored codes decode to.";
    MEMORY_PATH "memory.{}.path" ["memory"] "" Up "Fraction of the stored episodes that a ripple visits whole and in order.";
    MEMORY_COSINE "memory.{}.cosine" ["memory"] "" Up "Cosine of the replayed gradient with exact BPTT's.";
    LESION_OVERLAP "lesion.{}.overlap_at_{}" ["target and stage", "fraction lesioned"] "" Up "Mean overlap of ripples with what a lesion of so much has left of the engrams that should have come. The lesion came after all was stored, or before; reduced: no lesion, but a store with as many units fewer.";
    LESION_COMPLETED "lesion.{}.completed_at_{}" ["target and stage", "fraction lesioned"] "" Up "The same: fraction of the stored episodes that a ripple visits whole and in order.";
    LESION_COSINE "lesion.{}.cosine_at_{}" ["target and stage", "fraction lesioned"] "" Up "The same: cosine of the replayed gradient with exact BPTT's.";
    LESION_ACCURACY "lesion.{}.accuracy_at_{}" ["target and stage", "fraction lesioned"] "" Up "Fraction of scored steps answered right with so much of a part of the neocortex gone.";
    LESION_LOSS "lesion.{}.loss_at_{}" ["target and stage", "fraction lesioned"] "" Down "Mean loss of a test with so much of a part of the neocortex gone.";
    LONGEST_FORWARD "capacity.{}.longest_forward" ["store"] "patterns" Up "Longest sequence replayed forward without an error.";
    LONGEST_REVERSE "capacity.{}.longest_reverse" ["store"] "patterns" Up "Longest sequence replayed in reverse without an error.";
    OVERLAP_AT_LARGEST "capacity.{}.overlap_at_largest" ["store"] "" Up "Mean overlap at the largest load that was measured.";
    EXACT_AT_LARGEST "capacity.{}.exact_at_largest" ["store"] "" Up "Rate of errorless recalls at the largest load that was measured.";
    PATTERNS_AT "capacity.{}.patterns_at_0.9" ["store"] "patterns" Up "Patterns at which the mean overlap falls below 0.9.";
    LOAD_AT "capacity.{}.load_at_0.9" ["store"] "patterns/unit" Up "The same, per unit.";
    LOAD_CONSTANT "capacity.{}.k" ["store"] "" Up "k in P = k M / (a ln(1/a)) (Treves & Rolls 1991).";
    STORE_WEIGHT "attention.{}.store" ["weight"] "" Up "Weight on the cued pattern that the store attends with.";
    SOFTMAX_WEIGHT "attention.{}.softmax" ["weight"] "" Up "Weight on the cued pattern of softmax attention written out.";
    ATTENTION_APART "attention.{}.largest_difference" ["weights or output"] "" Down "Largest difference of the two.";
    SEPARATION "separation.{}.overlap_at_{}" ["codes", "similarity"] "" Down "Mean overlap of the codes of two states that correlate so much.";
}

/// A metric, and one that is derived of it with the same subjects.
pub type Derived = (&'static Declared, &'static Declared);

/// Means until the task was learned.
pub static UNTIL_LEARNED: [Derived; 3] = [
    (&ALIGNMENT_COSINE, &COSINE_LEARNING),
    (&ALIGNMENT_REMOTE, &REMOTE_LEARNING),
    (&REPLAY_COMPLETED, &COMPLETED_LEARNING),
];

/// Loads at which an alignment first fell below 0.9.
pub static BROKEN_AT: [Derived; 2] = [
    (&ALIGNMENT_COSINE, &COSINE_BROKEN),
    (&ALIGNMENT_REMOTE, &REMOTE_BROKEN),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_to_its_metric() {
        for (i, declared) in METRICS.iter().enumerate() {
            assert_eq!(declared.name.matches("{}").count(), declared.subjects.len());
            assert!(METRICS[..i].iter().all(|d| d.name != declared.name));
            let subjects = ["Ca3-1000-0.05.Fraction-0.5", "0.9"];
            let metric = match declared.subjects.len() {
                0 => Metric::new(declared),
                1 => Metric::of(declared, subjects[0]),
                _ => Metric::of_both(declared, "Separated", subjects[1]),
            };
            let again = Metric::named(&metric.name());
            assert!(again.is(declared), "{} is read as {again:?}", metric.name());
            assert_eq!(again, metric);
        }
    }

    #[test]
    fn what_is_not_declared_keeps_its_name() {
        let metric = Metric::named("of.another.version");
        assert!(metric.declared().is_none());
        assert_eq!(metric.name(), "of.another.version");
    }

    #[test]
    fn names_fall_into_family_subject_and_quantity() {
        let metric = Metric::named("capacity.Ca3-100-0.03.patterns_at_0.9");
        let declared = metric.declared().unwrap();
        assert_eq!(declared.family(), "capacity");
        assert_eq!(declared.quantity(), "patterns_at_0.9");
        assert_eq!(metric.subject_of(&PATTERNS_AT), Some("Ca3-100-0.03"));
        assert_eq!(metric.subject_of(&LOAD_AT), None);
    }
}
