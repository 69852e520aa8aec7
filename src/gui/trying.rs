//! Trying what a scenario suggests: as a branch where the run can go on with it, or else as a new run.

use crate::engine::{Command, Scenario, given, load, sound};
use crate::scenario::{TrySpec, bundled};

/// What is to be done to try something.
#[derive(Debug)]
pub enum Trial {
    /// A branch from the moment that is shown, with these changes.
    Branch(Vec<Command>),
    /// A new run, by a name; compared with the present one or not.
    Run(Box<Scenario>, String, bool),
    /// Another scenario in place of what is there.
    Load(Box<Scenario>),
}

/// What it does, in words.
pub fn told(action: &TrySpec) -> String {
    match action {
        TrySpec::Set(set) => format!("sets {}", set.changes.0.join(", ")),
        TrySpec::Lesion(lesion) => {
            format!(
                "lesions {} ({:.0} %)",
                lesion.target,
                lesion.fraction * 100.0
            )
        }
        TrySpec::Compare(compare) => {
            format!("runs beside this one with {}", compare.changes.0.join(", "))
        }
        TrySpec::Scenario(other) => format!("opens {}", other.name),
    }
}

/// What has to be done for it in a run that has these parameters now and began with those; the reason where it cannot be.
pub fn trial(action: &TrySpec, began: &Scenario, now: &Scenario) -> Result<Trial, String> {
    match action {
        TrySpec::Lesion(lesion) => Ok(Trial::Branch(vec![Command::Lesion {
            target: lesion.target,
            fraction: lesion.fraction,
        }])),
        TrySpec::Set(set) => {
            let (changes, all_live) = changed(now, &set.changes.0)?;
            if all_live {
                sound(changes)?;
                let pairs = set.changes.0.iter().map(|c| pair(c));
                let commands = pairs.map(|p| {
                    let (path, value) = p?;
                    let (path, value) = (path.to_string(), value.to_string());
                    Ok(Command::Set { path, value })
                });
                return Ok(Trial::Branch(commands.collect::<Result<_, String>>()?));
            }
            let (scenario, _) = changed(began, &set.changes.0)?;
            let name = set.changes.0.join(", ");
            Ok(Trial::Run(Box::new(sound(scenario)?), name, false))
        }
        TrySpec::Compare(compare) => {
            let (scenario, _) = changed(began, &compare.changes.0)?;
            let name = compare.changes.0.join(", ");
            Ok(Trial::Run(Box::new(sound(scenario)?), name, true))
        }
        TrySpec::Scenario(other) => {
            let found = bundled().iter().find(|b| b.name == other.name);
            let found = found.ok_or_else(|| format!("there is no scenario {}", other.name))?;
            let scenario = load(found.document(), &[], None).map_err(|e| e.to_string())?;
            Ok(Trial::Load(Box::new(scenario)))
        }
    }
}

fn pair(change: &str) -> Result<(&str, &str), String> {
    let found = change.split_once('=');
    found.ok_or_else(|| format!("`{change}` is no change: write PATH=VALUE"))
}

/// The scenario with these changes, and whether all of them may come while a run goes on.
fn changed(scenario: &Scenario, changes: &[String]) -> Result<(Scenario, bool), String> {
    let mut all_live = true;
    let mut next = scenario.clone();
    for change in changes {
        let (path, value) = pair(change)?;
        let live;
        (next, live) = given(&next, path, value)?;
        all_live &= live;
    }
    Ok((next, all_live))
}
