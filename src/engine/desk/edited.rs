//! What the user wrote into the scenario.ron of a stopped run: taken over where the run can follow it, refused where it
//! cannot, never ignored.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use super::super::command::Command;
use super::super::experiment::Experiment;
use super::super::scenario::{Scenario, load};
use super::ending::SessionError;
use crate::registry::{At, each, get, values};
use crate::scenario::Text;
use crate::trace::FolderError;

/// Characters of a value that are told.
const TOLD: usize = 60;

/// What scenario.ron says now, and the commands that bring the run there from `document`, which is what it said before.
pub(super) fn take_over(
    path: &Path,
    document: &Scenario,
    experiment: &Experiment<f32>,
) -> Result<(Scenario, Vec<Command>), SessionError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok((document.clone(), Vec::new())),
        Err(e) => return Err(FolderError::read(path)(e).into()),
    };
    let name = path.display().to_string();
    let edited = load(Text { name, text }, &[], None);
    let edited = edited.map_err(|problems| SessionError::Unreadable(Box::new(problems)))?;
    if &edited == document {
        return Ok((document.clone(), Vec::new()));
    }
    let changes = changes(document, &edited, experiment);
    match changes {
        Ok(commands) => Ok((edited, commands)),
        Err(differences) => Err(SessionError::Differs {
            path: path.to_path_buf(),
            differences,
        }),
    }
}

/// The commands that lead from one scenario to the other, or what differs and cannot be followed, a line each.
fn changes(
    before: &Scenario,
    after: &Scenario,
    experiment: &Experiment<f32>,
) -> Result<Vec<Command>, String> {
    let more = after.protocol.get(before.protocol.len()..);
    let more = more.unwrap_or_default().to_vec();
    let mut same_length = after.clone();
    same_length.protocol.truncate(before.protocol.len());
    let (old, new) = (values(before), values(&same_length));
    let now = experiment.now();
    let (mut commands, mut refused) = (Vec::new(), Vec::new());
    let mut settled: Vec<String> = Vec::new();
    for path in &order(before, &same_length) {
        let within = |outer: &String| path.starts_with(&format!("{outer}."));
        if settled.iter().any(within) {
            continue;
        }
        let (was, is) = (old.get(path), new.get(path));
        if let (Some(was), Some(is)) = (was, is) {
            if was.value == is.value {
                settled.push(path.clone());
                continue;
            }
            if is.live && !experiment.is_over(path) {
                if get(&now, path).map_or(true, |now| now.value != is.value) {
                    commands.push(Command::Set {
                        path: path.clone(),
                        value: is.value.clone(),
                    });
                }
                settled.push(path.clone());
                continue;
            }
            if same_shape(path, was, is, &old, &new) {
                // What differs lies further in.
                continue;
            }
        }
        let told = |at: Option<&At>| at.map_or("nothing".into(), |at| brief(&at.value));
        let over = if was.is_some_and(|at| at.live) {
            " (that part of the protocol is over)"
        } else {
            ""
        };
        let (was, is) = (told(was), told(is));
        refused.push(format!("\n  {path}: {is}, in the run {was}{over}"));
        settled.push(path.clone());
    }
    if !refused.is_empty() {
        return Err(refused.concat());
    }
    if !more.is_empty() {
        commands.push(Command::Extend { phases: more });
    }
    let mut ahead = experiment.clone();
    for command in &commands {
        ahead
            .apply(command, &mut ())
            .map_err(|error| format!("\n  {}: {error}", command.describe()))?;
    }
    if ahead.is_done() && !commands.is_empty() {
        let told = commands.iter().flat_map(|c| ["\n  ".into(), c.describe()]);
        return Err(
            told.collect::<String>() + "\n  (the run is over; only a longer protocol would go on)"
        );
    }
    Ok(commands)
}

/// The paths of both, outer ones before inner ones.
fn order(before: &Scenario, after: &Scenario) -> Vec<String> {
    let mut paths = Vec::new();
    for scenario in [before, after] {
        each(scenario, &mut |path, _| paths.push(path.to_string()));
    }
    paths.sort_by_key(|path| path.matches('.').count());
    let mut seen = std::collections::BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    paths
}

/// Whether two values are the same variant, or as long a list, and differ in something further in.
fn same_shape(
    path: &str,
    was: &At,
    is: &At,
    old: &BTreeMap<String, At>,
    new: &BTreeMap<String, At>,
) -> bool {
    let below = |values: &BTreeMap<String, At>| -> Vec<String> {
        let prefix = format!("{path}.");
        let inner = values.range(prefix.clone()..);
        let inner = inner.take_while(|(name, _)| name.starts_with(&prefix));
        inner
            .filter(|(name, _)| !name[prefix.len()..].contains('.'))
            .map(|(name, _)| name.clone())
            .collect()
    };
    let (inside, same) = (below(old), below(new));
    was.word() == is.word() && !inside.is_empty() && inside == same
}

fn brief(value: &str) -> String {
    if value.chars().count() <= TOLD {
        return value.into();
    }
    value.chars().take(TOLD).chain(['…']).collect()
}
