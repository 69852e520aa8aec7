//! The command that runs a scenario in a terminal: the nearest scenario that has a name or a file, and what differs from it.

use std::path::{Path, PathBuf};

use crate::engine::{Scenario, is_text, load};
use crate::registry::differences;
use crate::scenario::{Text, bundled};
use crate::trace::shell;

/// Changes that a command may have at most: with more, a file says it better.
const MOST: usize = 24;

/// A scenario with the text that it was read from.
pub struct Known {
    /// What the text says.
    pub scenario: Scenario,
    /// The text.
    pub text: Text,
    /// Its file, where it lies in one.
    pub path: Option<PathBuf>,
}

/// The command that runs `scenario`, or why there is none.
pub fn command_line(known: &[Known], scenario: &Scenario) -> Result<String, String> {
    let files = known.iter().filter_map(|known| {
        let path = known.path.as_deref()?;
        Some((shell(path), known.scenario.clone()))
    });
    let with_program = bundled().iter().filter_map(|bundled| {
        let read = load(bundled.document(), &[], None).ok()?;
        Some((bundled.name.to_string(), read))
    });
    let all = files.chain(with_program);
    let changes = all.map(|(name, base)| {
        let differ = differences(&base, scenario);
        let differ = differ.into_iter().filter(|(path, _)| !is_text(path));
        (name, differ.collect::<Vec<_>>())
    });
    let nearest = changes.min_by_key(|(_, changes)| {
        let length = |(path, value): &(String, String)| path.len() + value.len();
        changes.iter().map(length).sum::<usize>()
    });
    let Some((name, changes)) = nearest.filter(|(_, changes)| changes.len() <= MOST) else {
        return Err("too much differs from every file: save the scenario's text first".into());
    };
    let mut words = vec!["ammon run".into(), name];
    for (path, value) in changes {
        if path == "seed" {
            words.push(format!("--seed {value}"));
        } else {
            let change = format!("{path}={value}");
            words.push(format!("--set {}", shell(Path::new(&change))));
        }
    }
    Ok(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flagship(sets: &[&str]) -> Scenario {
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        load(bundled()[0].document(), &sets, None).unwrap()
    }

    #[test]
    fn the_command_makes_the_same_scenario_again() {
        let told = |sets: &[&str]| command_line(&[], &flagship(sets)).unwrap();
        assert_eq!(told(&[]), "ammon run recall-by-replay");
        assert_eq!(told(&["seed=7"]), "ammon run recall-by-replay --seed 7");
        for sets in [
            &["cortex.optimizer.rate=0.01"][..],
            &["learning.rule=Tbptt(horizon: 3)", "learning.shadows=[]"],
            &[
                "hippocampus=None",
                "learning.rule=Bptt",
                "learning.shadows=[]",
                "protocol=[Wake(episodes: 3)]",
            ],
            &[
                "cortex.cell=Gru(units: 12)",
                "hippocampus.ripple.cue=Fraction(0.1)",
            ],
        ] {
            let command = told(sets);
            let words = words(&command);
            assert_eq!(words[..2], ["ammon", "run"]);
            let base = bundled().iter().find(|b| b.name == words[2]).unwrap();
            let sets_again: Vec<String> = words[3..].chunks(2).map(|w| w[1].clone()).collect();
            let mut again = load(base.document(), &sets_again, None).unwrap();
            let wanted = flagship(sets);
            again.title.clone_from(&wanted.title);
            assert!(
                differences(&again, &wanted)
                    .iter()
                    .all(|(path, _)| is_text(path)),
                "{command}"
            );
        }
    }

    /// As a shell takes a command apart.
    fn words(command: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for c in command.chars() {
            match c {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().unwrap().push(c),
            }
        }
        words
    }
}
