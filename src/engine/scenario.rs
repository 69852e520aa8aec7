//! The scenario document: what a run is made of and what happens in it, read, checked and written.

use super::phases::{Phase, needs};
use crate::params;
use crate::registry::{Problems, serial};
use crate::scenario::{
    Attempt, Diagnostics, Finding, Question, Report, Setup, Text, Watch, check_setup, document,
    setup_bytes, too_large,
};
use crate::task::Baselines;

params! {
    /// What a run is made of.
    pub struct Scenario {
        /// A line that says what is shown.
        pub title: String = String::new(), [0 ..= 200], restart;
        /// What it is about, in a few sentences.
        pub about: String = String::new(), [0 ..= 20000], restart;
        /// What was found with it, in a sentence.
        pub finding: String = String::new(), [0 ..= 400], restart;
        /// What to watch, and in which panel.
        pub watch: Vec<Watch> = Vec::new(), [0 ..= 50], restart;
        /// What to try.
        pub r#try: Vec<Attempt> = Vec::new(), [0 ..= 50], restart;
        /// Questions, to be answered by looking.
        pub questions: Vec<Question> = Vec::new(), [0 ..= 50], restart;
        /// Papers it rests on.
        pub references: Vec<String> = Vec::new(), [0 ..= 100], restart;
        /// Seed, task, cortex, hippocampus and learning.
        pub setup: Setup, flat;
        /// What happens, in order.
        pub protocol: Vec<Phase>, [1 ..= 1000], restart;
    }
}

impl Scenario {
    /// Whether the protocol lives episodes: a stream has none.
    pub fn lives_episodes(&self) -> bool {
        needs(&self.protocol).episodes > 0
    }

    /// Whether its protocol measures stores.
    pub fn measures(&self) -> bool {
        let phases = super::phases::leaves(&self.protocol);
        phases.iter().any(|p| p.kind().measures())
    }

    /// Whether it does nothing else.
    pub fn only_measures(&self) -> bool {
        let phases = super::phases::leaves(&self.protocol);
        phases.iter().all(|p| p.kind().measures())
    }

    /// Whether a rule of it attends to remembered steps.
    pub fn attends(&self) -> bool {
        let mut rules = self.setup.learning.rules();
        rules.any(|rule| rule.name() == "Sab")
    }

    /// Whether many rules are held against each other in it.
    pub fn has_rivals(&self) -> bool {
        self.setup.learning.shadows.len() > 3
    }

    /// Whether there is experience without episodes in it.
    pub fn streams(&self) -> bool {
        let phases = super::phases::leaves(&self.protocol);
        phases.iter().any(|phase| phase.name() == "Stream")
    }

    /// Whether ripples run in it.
    pub fn replays(&self) -> bool {
        let phases = super::phases::leaves(&self.protocol);
        let ripples = phases.iter().any(|p| p.kind().needs().ripples);
        ripples && self.setup.hippocampus.is_some()
    }

    /// Chance and memoryless levels of the task.
    pub fn baselines(&self) -> Baselines {
        self.setup.task.kind::<f32>().baselines()
    }

    /// The same with another seed.
    pub fn with_seed(&self, seed: u64) -> Self {
        let mut scenario = self.clone();
        scenario.setup.seed = seed;
        scenario
    }
}

/// Whether a path is of the scenario's text, which says nothing of the run.
pub fn is_text(path: &str) -> bool {
    let first = path.split('.').next().unwrap_or_default();
    matches!(
        first,
        "title" | "about" | "finding" | "watch" | "try" | "questions" | "references"
    )
}

/// Reads a scenario: defaults, then the file, then `sets` in order, then `seed`. All problems are reported at once.
pub fn load(text: Text, sets: &[String], seed: Option<u64>) -> Result<Scenario, Diagnostics> {
    let (mut scenario, node, texts) = document::read::<Scenario>(text, sets)?;
    if let Some(seed) = seed {
        scenario.setup.seed = seed;
    }
    let mut problems = Problems::default();
    for Finding {
        path,
        message,
        help,
    } in findings(&scenario)
    {
        problems.push(document::span_at(&node, &path), message, Some(help));
    }
    if problems.is_empty() {
        Ok(scenario)
    } else {
        Err(Diagnostics::new(&texts, &problems))
    }
}

/// What cannot work in a scenario that was read.
pub(super) fn findings(scenario: &Scenario) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = Report::new(&mut findings);
    let Scenario {
        setup, protocol, ..
    } = scenario;
    check_setup(setup, needs(protocol), &mut report);
    let mut so_far = SoFar {
        bytes: setup_bytes(setup, needs(protocol)),
        stored: false,
    };
    check_phases(setup, protocol, &mut so_far, &mut report.within("protocol"));
    findings
}

/// What is known where a phase begins.
struct SoFar {
    /// Bytes that the setup takes.
    bytes: u64,
    /// Whether an episode was lived before, here or in an earlier round.
    stored: bool,
}

fn check_phases(setup: &Setup, phases: &[Phase], so_far: &mut SoFar, report: &mut Report<'_>) {
    for (i, phase) in phases.iter().enumerate() {
        let mut report = report.within(&i.to_string());
        let kind = phase.kind();
        kind.problems(setup, &mut report);
        if let Some((phases, times)) = kind.within() {
            // What a later phase of the round stores is there in the next one.
            so_far.stored |= times > 1 && needs(phases).episodes > 0;
            check_phases(setup, phases, so_far, &mut report.within("phases"));
            continue;
        }
        let bytes = so_far.bytes.saturating_add(kind.bytes(setup));
        if let (true, Some((message, help))) = (so_far.bytes < bytes, too_large(bytes))
            && too_large(so_far.bytes).is_none()
        {
            report.here(message, help);
        }
        if kind.needs().ripples && setup.hippocampus.is_some() && !so_far.stored {
            report.here(
                "nothing is stored yet when this sleep comes: no ripple can run",
                "put a phase `Wake(episodes: 16)` before it",
            );
        }
        so_far.stored |= kind.needs().episodes > 0;
    }
}

/// The scenario as RON with every default written out; reading it again gives the same run.
pub fn resolved(scenario: &Scenario) -> Result<String, ron::Error> {
    Ok(serial::document(scenario)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::bundled;

    #[test]
    fn every_bundled_scenario_is_sound_and_survives_being_written_out() {
        for bundled in bundled() {
            let scenario = load(bundled.document(), &[], None).unwrap_or_else(|e| panic!("{e}"));
            let told = [&scenario.title, &scenario.about, &scenario.finding];
            assert!(told.iter().all(|text| text.len() > 10), "{}", bundled.name);
            let lists = [
                scenario.watch.len(),
                scenario.r#try.len(),
                scenario.questions.len(),
            ];
            assert!(lists.iter().all(|n| *n > 0), "{}", bundled.name);
            let text = resolved(&scenario).unwrap();
            assert!(text.starts_with("Scenario(\n    title: \""), "{text}");
            let plain = ron::from_str::<Scenario>(&text);
            assert_eq!(plain.as_ref(), Ok(&scenario), "{}", bundled.name);
            assert_eq!(sound(text), scenario);
            for json in [serde_json::to_string, serde_json::to_string_pretty] {
                let text = json(&scenario).unwrap();
                assert_eq!(serde_json::from_str::<Scenario>(&text).unwrap(), scenario);
                assert_eq!(sound(text), scenario);
            }
        }
    }

    #[test]
    fn what_is_suggested_is_read_with_and_without_names_and_refused_with_its_place() {
        let read = |parts: &str| {
            let text = format!(
                "Scenario({parts}, task: Recall, learning: (rule: Bptt), protocol: [Wake])"
            );
            load(
                Text {
                    name: "my.ron".into(),
                    text,
                },
                &[],
                None,
            )
        };
        let short = r#"finding: "It learns.", watch: [("Learning", "The curve.")], questions: [("Why?", "So.")],
            try: [("One", Set("seed=2")), ("Two", Lesion(target: Cortex, fraction: 0.4)), ("Three", Compare(["seed=3", "task.delay=4"])), ("Four", Scenario("r2n2"))]"#;
        let scenario = read(short).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(
            (scenario.r#try.len(), scenario.watch[0].panel.as_str()),
            (4, "Learning")
        );
        let named = resolved(&scenario).unwrap();
        assert!(
            named.contains("try: [") && named.contains("panel: \"Learning\""),
            "{named}"
        );
        assert_eq!(sound(named), scenario);
        for (parts, word) in [
            (r#"watch: [("Learning", "a", "b")]"#, "named fields"),
            (r#"watch: [("Learning")]"#, "text"),
            (r#"try: [("One", Sett("seed=2"))]"#, "Set"),
            (r#"try: [("One", Lesion("CA9"))]"#, "CA9"),
            ("tri: []", "try"),
        ] {
            let told = read(parts).unwrap_err().to_string();
            assert!(told.contains(word), "{parts}: {told}");
        }
    }

    fn sound(text: String) -> Scenario {
        let name = "resolved".into();
        load(Text { name, text }, &[], None).unwrap_or_else(|e| panic!("{e}"))
    }

    /// What is wrong with a scenario of these parts.
    fn told(parts: &str) -> String {
        let text = format!("Scenario({parts})");
        let name = "my.ron".into();
        let loaded = load(Text { name, text }, &[], None);
        loaded.map_or_else(|problems| problems.to_string(), |_| String::new())
    }

    #[test]
    fn what_cannot_learn_is_told_before_it_runs() {
        let replay = |update: &str, protocol: &str| {
            told(&format!(
                "hippocampus: (), learning: (rule: ReplayBptt, update: {update}), protocol: [{protocol}]"
            ))
        };
        for update in ["EveryStep", "EveryEpisode", "EveryPhase"] {
            let never = replay(update, "Wake(episodes: 8), Probe(episodes: 8)");
            assert!(never.contains("never sleeps"), "{update}: {never}");
            let sleeps = replay(update, "Wake(episodes: 8), Sleep(ripples: 8)");
            assert_eq!(sleeps, "", "{update}");
        }
        let early = replay("EveryPhase", "Sleep(ripples: 8), Wake(episodes: 8)");
        assert!(early.contains("nothing is stored yet"), "{early}");
        let rounds = "Repeat(times: 2, phases: [Sleep(ripples: 8), Wake(episodes: 8)])";
        assert_eq!(replay("EveryPhase", rounds), "");
    }

    #[test]
    fn what_would_not_fit_is_refused_with_the_bytes_whatever_the_phase() {
        let task =
            "task: Recall(delay: 9990), cortex: (cell: Tanh(units: 2000)), learning: (rule: Eprop)";
        for phase in ["Wake(episodes: 64)", "Probe(episodes: 256)"] {
            let told = told(&format!("{task}, protocol: [{phase}]"));
            assert!(
                told.contains("bytes") && told.contains("GiB"),
                "{phase}: {told}"
            );
        }
        let many = told(
            "task: Recall(delay: 9990), cortex: (cell: Tanh(units: 64)), learning: (rule: Eprop), \
             hippocampus: (store: Exact, capacity: Fixed(steps: 20000)), \
             protocol: [MeasureCapacity(capacities: [Fixed(steps: 20000)], episodes: 5000)]",
        );
        assert!(many.contains("bytes"), "{many}");
        let small =
            told("task: Recall(delay: 20), learning: (rule: Bptt), protocol: [Wake, Probe]");
        assert_eq!(small, "");
    }

    #[test]
    fn what_cannot_work_is_told_in_json_at_its_place() {
        let text = "{\n  \"learning\": {\"rule\": \"ReplayBptt\"},\n  \"protocol\": [{\"Wake\": {\"episodes\": 4}}, {\"Sleep\": {}}]\n}";
        let name = "my.json".to_string();
        let file = Text {
            name,
            text: text.into(),
        };
        let wrong = load(file.clone(), &[], None).unwrap_err();
        let shown = wrong.to_string();
        assert!(shown.starts_with("my.json:2:24: "), "{shown}");
        assert!(shown.contains("add `\"hippocampus\": {}`"), "{shown}");
        let sets = [r#"hippocampus={"store": {"Ca3": {"units": 500}}}"#.to_string()];
        let scenario = load(file, &sets, None).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(scenario.protocol.len(), 2);
        assert!(scenario.setup.hippocampus.is_some());
    }
}
