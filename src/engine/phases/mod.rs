//! Phases: what can happen in a protocol. One phase is one file, with its parameters, its checks, its needs, its steps and
//! its picture, and one line in the registry.

mod happening;
mod lesion;
mod measure_capacity;
mod measure_lesions;
mod measure_separation;
mod measure_store;
mod probe;
mod repeat;
mod rest;
mod restore;
mod sleep;
mod stream;
mod switch;
mod wake;

pub use happening::{Disturbance, Flow, Happening, PhaseKind, Shown, Source};
pub use lesion::{Lesion, Lesioning};
pub use measure_capacity::{ComparingCapacities, MeasureCapacity};
pub use measure_lesions::{MeasureLesions, MeasuringLesions};
pub use measure_separation::{MeasureSeparation, MeasuringSeparation};
pub use measure_store::{MeasureStore, MeasuringStore, StatesSpec};
pub use probe::{Probe, Probing};
pub use repeat::{Repeat, Repeating};
pub use rest::{Rest, Resting};
pub use restore::{Restore, Restoring};
pub use sleep::{Sleep, Sleeping};
pub use stream::{Stream, Streaming};
pub use switch::{Switch, Switching};
pub use wake::{Wake, Waking};

use super::lab::Lab;
use crate::registry;
use crate::scenario::{Needs, Setup};
use crate::task::TaskSpec;

registry! {
    /// What can happen.
    pub enum Phase "phase": PhaseKind {
        Wake(Wake => Waking<R>),
        Stream(Stream => Streaming<R>),
        Sleep(Sleep => Sleeping<R>),
        Probe(Probe => Probing<R>),
        Rest(Rest => Resting),
        Lesion(Lesion => Lesioning),
        Restore(Restore => Restoring),
        Switch(Switch => Switching),
        MeasureStore(MeasureStore => MeasuringStore),
        MeasureSeparation(MeasureSeparation => MeasuringSeparation),
        MeasureCapacity(MeasureCapacity => ComparingCapacities),
        MeasureLesions(MeasureLesions => MeasuringLesions),
        Repeat(Repeat => Repeating),
    }
    /// Phases at work.
    pub enum PhaseState<R>: Happening, from &mut Lab<R>;
}

/// The needs of phases that come one after the other.
pub fn needs(phases: &[Phase]) -> Needs {
    let each = phases.iter().map(|phase| match phase.kind().within() {
        Some((phases, times)) => needs(phases).times(times),
        None => phase.kind().needs(),
    });
    each.fold(Needs::default(), Needs::and)
}

/// The tasks that phases switch to, in their order.
pub fn tasks(phases: &[Phase]) -> Vec<&TaskSpec> {
    let each = phases.iter().flat_map(|phase| match phase {
        Phase::Switch(switch) => vec![&switch.task],
        Phase::Repeat(repeat) => tasks(&repeat.phases),
        _ => Vec::new(),
    });
    each.collect()
}

/// What a measurement is of, after the label of its phase, where it has one.
fn labelled(label: &str, what: &str) -> String {
    if label.is_empty() {
        what.into()
    } else {
        format!("{label}.{what}")
    }
}

/// Bytes of so many steps lived, of so many episodes side by side: inputs, targets, drive, states and what is noted of them.
fn living_bytes(setup: &Setup, width: u64, steps: u64) -> u64 {
    let values = 2 * setup.content_values() + 4 * setup.state_values();
    (4 * values).saturating_mul(width).saturating_mul(steps)
}

/// The phases of a protocol, those that are repeated once each.
pub fn leaves(phases: &[Phase]) -> Vec<&Phase> {
    let each = phases.iter().flat_map(|phase| match phase.kind().within() {
        Some((phases, _)) => leaves(phases),
        None => vec![phase],
    });
    each.collect()
}

/// How many phases a protocol has in all, what is repeated counted each time.
pub fn count(phases: &[Phase]) -> u64 {
    let each = phases.iter().map(|phase| match phase.kind().within() {
        Some((phases, times)) => count(phases).saturating_mul(times as u64),
        None => 1,
    });
    each.fold(0, u64::saturating_add)
}
