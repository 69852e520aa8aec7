//! What a hippocampus, and phases that use or measure one, cannot be asked for.

use super::super::report::Report;
use super::super::schema::Setup;
use crate::hippocampus::{
    CapacitySpec, CueSpec, Hippocampus, OrderSpec, SelectSpec, SeparationSpec, StoreSpec, Stored,
};

pub(super) fn store(setup: &Setup, h: &Hippocampus, report: &mut Report<'_>) {
    room(setup, h, "hippocampus.capacity", report);
    if let StoreSpec::Exact(_) = h.store {
        if let SeparationSpec::Direct(_) = h.separation {
            report.at(
                "hippocampus.separation",
                "an Exact store has no units that codes could be imposed on",
                "leave `separation` out, or use the store Ca3",
            );
        }
        if let CueSpec::Noise(_) | CueSpec::Cortical(_) = h.ripple.cue {
            report.at(
                "hippocampus.ripple.cue",
                "an Exact store is a tape: there is nothing to cue",
                "leave `cue` out, or use the store Ca3",
            );
        }
    }
    stores(&h.store, "hippocampus.store", report);
    let spontaneous = matches!(h.ripple.select, SelectSpec::Spontaneous(_));
    if spontaneous && !h.store.kind().attracts() {
        report.at(
            "hippocampus.ripple.select",
            format!(
                "{} has no attractor that noise could fall into",
                h.store.name()
            ),
            "choose another selection, or the store Ca3",
        );
    }
    let (select, order) = (&h.ripple.select, &h.ripple.order);
    shuffles_what_is_not_chosen(select, order, "hippocampus.ripple.order", report);
}

/// A spontaneous ripple cannot run in random order.
pub fn shuffles_what_is_not_chosen(
    select: &SelectSpec,
    order: &OrderSpec,
    path: &str,
    report: &mut Report<'_>,
) {
    if let (SelectSpec::Spontaneous(_), OrderSpec::Shuffled(_)) = (select, order) {
        report.at(
            path,
            "a spontaneous ripple runs from whatever attractor wins: there are no steps to shuffle",
            "use Forward, Reverse or Mixed, or another selection",
        );
    }
}

/// A capacity must hold one episode, and suit the store.
pub fn room(setup: &Setup, h: &Hippocampus, path: &str, report: &mut Report<'_>) {
    let steps = setup.episode_steps();
    if (h.capacity.room() as u64) < steps {
        report.at(
            &format!("{path}.steps"),
            format!(
                "there is room for {} steps, but one episode has {steps}",
                h.capacity.room()
            ),
            format!("give at least {steps}"),
        );
    }
    let StoreSpec::Exact(_) = h.store else {
        return;
    };
    let help = "use Unbounded or Fixed, or the store Ca3";
    match h.capacity {
        CapacitySpec::Compress(_) => report.at(
            path,
            "an Exact store is a tape: contents are kept as they were, not as a mean",
            help,
        ),
        CapacitySpec::Palimpsest(_) => report.at(
            path,
            "an Exact store is a tape: its traces do not fade",
            help,
        ),
        CapacitySpec::Unbounded(_) | CapacitySpec::Fixed(_) => {}
    }
}

/// A store's parameters must go together.
pub fn stores(spec: &StoreSpec, path: &str, report: &mut Report<'_>) {
    let kind = spec.kind();
    if kind.units() > 0 && kind.active() >= kind.units() {
        report.at(
            &format!("{path}.sparsity"),
            "all units would be active",
            "lower the sparsity",
        );
    }
    if let Some((field, why, help)) = kind.problem() {
        report.at(&format!("{path}.{field}"), why, help);
    }
}

/// Refuses more steps than a store can count.
pub fn counts(spec: &StoreSpec, steps: u64, path: &str, report: &mut Report<'_>) {
    let most = spec.kind().most();
    if steps > most {
        report.at(
            path,
            format!(
                "{} counts at most {most} steps, but {steps} would be stored",
                spec.name()
            ),
            "store fewer, for example with capacity: Fixed(steps: 400)",
        );
    }
}

/// Refuses a hippocampus with so many stored steps that it needs more memory than it may use.
pub fn fits(setup: &Setup, h: &Hippocampus, steps: u64, path: &str, report: &mut Report<'_>) {
    let stored = Stored {
        steps,
        content: setup.content_values(),
        decaying: h.capacity.decay().is_some(),
    };
    if !stored.decaying {
        counts(&h.store, steps, path, report);
    }
    let (bytes, allowed) = (h.bytes(&stored), h.memory_bytes());
    if bytes > allowed {
        report.at(
            path,
            format!(
                "the hippocampus would need {bytes} bytes ({:.0} MiB) for {} stored steps, but may use {allowed} ({:.0} MiB)",
                mebibytes(bytes),
                stored.steps,
                h.memory
            ),
            format!(
                "lower the store's units, choose capacity: Fixed, or allow memory: {}",
                mebibytes(bytes).ceil()
            ),
        );
    }
}

/// Bytes as mebibytes.
pub fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Most of the steps of so many episodes that are stored at once.
pub fn kept_steps(h: &Hippocampus, episodes: u64, steps: u64) -> u64 {
    let lived = episodes.saturating_mul(steps);
    let room = match &h.capacity {
        CapacitySpec::Palimpsest(p) => (p.half_life * 3.0) as u64 + 64 * steps,
        other => other.room() as u64,
    };
    lived.min(room)
}
