//! Changing a parameter of a run that goes on: read, checked and refused like a scenario's.

use super::scenario::{Scenario, findings};
use crate::registry::{self, Lost, Problems};
use crate::scenario::set;

/// The scenario with another value at a path, which runs go on with; the reason where that cannot be, or cannot be while a run
/// goes on.
pub fn changed(now: &Scenario, path: &str, value: &str) -> Result<Scenario, String> {
    let (next, live) = given(now, path, value)?;
    if !live {
        return Err(format!(
            "`{path}` cannot change while a run goes on: it says what the run is made of; start a new run with --set {path}={value}"
        ));
    }
    sound(next)
}

/// The scenario with another value at a path, and whether that may change while a run goes on; the reason where the value cannot
/// stand there. Whether it goes together with the others is not looked at.
pub fn given(now: &Scenario, path: &str, value: &str) -> Result<(Scenario, bool), String> {
    let lost = |lost: Lost| told(&lost.message, Some(&lost.help));
    let at = registry::get(now, path).map_err(lost)?;
    let (mut next, mut problems) = (now.clone(), Problems::default());
    if let Some(node) = set::value(value, &at.field.kind, &mut problems) {
        registry::set(&mut next, path, &node, &mut problems).map_err(lost)?;
    }
    match problems.list().first() {
        Some(problem) => Err(told(&problem.message, problem.help.as_deref())),
        None => Ok((next, at.live)),
    }
}

/// The scenario, where all of it can work.
pub fn sound(scenario: Scenario) -> Result<Scenario, String> {
    match findings(&scenario).first() {
        Some(finding) => Err(told(&finding.message, Some(&finding.help))),
        None => Ok(scenario),
    }
}

fn told(message: &str, help: Option<&str>) -> String {
    help.map_or_else(|| message.into(), |help| format!("{message} ({help})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load;
    use crate::scenario::bundled;

    fn flagship() -> Scenario {
        load(bundled()[0].document(), &[], None).unwrap()
    }

    #[test]
    fn what_is_live_changes_and_nothing_else_does() {
        let before = flagship();
        let after = changed(&before, "cortex.optimizer.rate", "0.01").unwrap();
        assert_ne!(before.setup.cortex.optimizer, after.setup.cortex.optimizer);
        for (path, value) in [
            ("hippocampus.ripple.cue", "Noise(fraction: 0.1)"),
            ("hippocampus.ripple.cue.fraction", "0.7"),
            ("hippocampus.ripple.select", "Recent(half_life: 2.0)"),
            ("hippocampus.capacity.evict", "LeastSalient()"),
            ("cortex.clip", "None"),
            ("protocol.0.phases.0.phases.0.episodes", "4"),
        ] {
            changed(&before, path, value).unwrap_or_else(|e| panic!("{path}: {e}"));
        }
    }

    #[test]
    fn what_a_run_is_made_of_and_what_cannot_be_is_refused_with_the_reason() {
        let before = flagship();
        let why = |path: &str, value: &str| changed(&before, path, value).unwrap_err();
        assert!(why("cortex.cell.units", "8").contains("new run"));
        assert!(why("seed", "2").contains("new run"));
        assert!(why("cortex.optimizer.rate", "-1").contains("range"));
        assert!(why("cortex.optimizer.rat", "1").contains("rate"));
        assert!(why("hippocampus.ripple.cue", "Nois").contains("Noise"));
    }
}
