//! Which ripple is shown while a run goes on: its own, or, where it is fast, one that is whole, for long enough to be seen.

use std::sync::Arc;

use egui::Ui;

use crate::engine::{Activity, RippleView, Snapshot};

/// Steps a second of the run beyond which single steps are not drawn.
const FAST: f64 = 200.0;
/// Seconds that a ripple is shown for then.
const LASTING: f64 = 0.7;

/// The ripple that is shown of a fast run, and since when.
#[derive(Default)]
pub(super) struct Following {
    latest: Option<(Arc<RippleView>, f64)>,
    run: u64,
}

impl Following {
    /// The ripple to be shown now.
    pub fn ripple(&mut self, snapshot: &Snapshot, ui: &Ui) -> Arc<RippleView> {
        let fast = snapshot.activity == Activity::Running
            && snapshot.rate > FAST
            && snapshot.step == snapshot.live_step;
        if !fast || self.run != snapshot.run {
            self.run = snapshot.run;
            self.latest = None;
        }
        if !fast {
            return snapshot.ripple.clone();
        }
        let now = ui.input(|i| i.time);
        if let Some((view, since)) = &self.latest
            && now < since + LASTING
        {
            return view.clone();
        }
        let whole = snapshot.ripples.last();
        let whole = whole.and_then(|record| snapshot.kept.ripple(record.ripple));
        let view = whole.map_or_else(|| snapshot.ripple.clone(), Arc::new);
        self.latest = Some((view.clone(), now));
        view
    }
}
