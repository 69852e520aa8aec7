//! What a hippocampus, and phases that use or measure one, cannot be asked for.

use super::super::report::Report;
use super::super::schema::Setup;
use crate::hippocampus::{Hippocampus, OrderSpec, SelectSpec, StoreSpec, Stored};

pub(super) fn store(setup: &Setup, h: &Hippocampus, report: &mut Report<'_>) {
    room(setup, h, "hippocampus.capacity", report);
    if h.store.kind().codes().is_none() {
        let tape = format!("{} is a tape", h.store.name());
        if h.separation.kind().follows_state() {
            report.at(
                "hippocampus.separation",
                format!("{tape}: there are no units that codes could be imposed on"),
                "leave `separation` out, or use the store Ca3",
            );
        }
        if !h.ripple.cue.kind().serves_a_tape() {
            report.at(
                "hippocampus.ripple.cue",
                format!("{tape}: there is nothing to cue"),
                "leave `cue` out, or use the store Ca3",
            );
        }
    }
    stores(&h.store, "hippocampus.store", report);
    if !h.ripple.select.chooses() && !h.store.kind().attracts() {
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
    if !select.chooses() && !order.kind().runs_along() {
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
    if (h.capacity.kind().room() as u64) < steps {
        report.at(
            &format!("{path}.steps"),
            format!(
                "there is room for {} steps, but one episode has {steps}",
                h.capacity.kind().room()
            ),
            format!("give at least {steps}"),
        );
    }
    if let (None, Err(why)) = (h.store.kind().codes(), h.capacity.kind().suits_a_tape()) {
        report.at(
            path,
            format!("{} is a tape: {why}", h.store.name()),
            "use Unbounded or Fixed, or the store Ca3",
        );
    }
}

/// A store's parameters must go together.
pub fn stores(spec: &StoreSpec, path: &str, report: &mut Report<'_>) {
    let kind = spec.kind();
    if kind.codes().is_some_and(|c| c.active >= c.units) {
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
        decaying: h.capacity.kind().decay().is_some(),
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
    h.capacity
        .kind()
        .kept(episodes.saturating_mul(steps), steps)
}
