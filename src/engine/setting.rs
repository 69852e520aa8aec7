//! Changing a parameter of a run that goes on: read, checked and refused like a scenario's.

use super::scenario::{Scenario, load, resolved};
use crate::registry::{Bounds, Parameter};
use crate::scenario::{Text, document, is_live};

/// The scenario with another value at a path; the reason where that cannot be, or cannot be while the run goes on.
pub fn changed(now: &Scenario, path: &str, value: &str) -> Result<Scenario, String> {
    let text = Text {
        name: "the run's scenario".into(),
        text: resolved(now).map_err(|e| e.to_string())?,
    };
    let set = [format!("{path}={value}")];
    let next = load(text.clone(), &set, None).map_err(|problems| {
        let first = problems.items().first();
        first.map_or_else(
            || problems.to_string(),
            |item| {
                let help = item.help.as_ref().map(|h| format!(" ({h})"));
                format!("{}{}", item.message, help.unwrap_or_default())
            },
        )
    })?;
    let kind = <Scenario as Parameter>::kind(Bounds::NONE);
    let (_, root, _) = document::read::<Scenario>(text, &[]).map_err(|e| e.to_string())?;
    match is_live(&root, &kind, path) {
        Some(true) => Ok(next),
        _ => Err(format!(
            "`{path}` cannot change while a run goes on: it says what the run is made of; start a new run with --set {path}={value}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
