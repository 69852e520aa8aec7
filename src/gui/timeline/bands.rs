//! The bands of the timeline: phases, ripples and what is kept, one mesh of many small columns.

use std::sync::Arc;

use egui::{Color32, Mesh, Rect};

use super::scale::Scale;
use crate::engine::{Activity, Base};
use crate::figure::Palette;
use crate::gui::theme::{color32, phase};

/// Seconds for which the bands stay as they are while the run goes on: they grow by a pixel or so meanwhile.
const LASTING: f64 = 0.1;

/// Heights of the rows, in points.
pub(super) const PHASES: f32 = 12.0;
pub(super) const RIPPLES: f32 = 9.0;
pub(super) const KEPT: f32 = 3.0;

/// The bands as they were drawn last.
#[derive(Clone, Debug, Default)]
pub(super) struct Bands {
    mesh: Arc<Mesh>,
    drawn: Option<(Drawn, f64)>,
}

/// What they are drawn of.
#[derive(Clone, Debug, PartialEq)]
struct Drawn {
    run: u64,
    /// The live end, unless the run goes on.
    steps: Option<u64>,
    bytes: Option<u64>,
    /// Commands: one that is taken back leaves another past behind.
    commands: usize,
    base: Base,
    part: Option<(f64, f64)>,
    rect: Rect,
    palette: Palette,
}

/// A part of a column: its colour and its height. They stand one above the other.
type Part = (Color32, f32);

/// A row of columns, a pixel wide each; neighbours that look the same are one. `parts` says what stands in a column, from the
/// steps that it is for.
fn row(scale: &Scale<'_>, top: f32, mesh: &mut Mesh, parts: impl Fn(f64, f64, &mut Vec<Part>)) {
    let mut draw = |from: f32, to: f32, parts: &[Part]| {
        let mut y = top;
        for &(color, height) in parts.iter().filter(|(_, height)| *height > 0.0) {
            let column = Rect::from_x_y_ranges(from..=to, y..=y + height);
            mesh.add_colored_rect(column, color);
            y += height;
        }
    };
    let (mut here, mut last) = (Vec::new(), Vec::new());
    let mut begun = scale.rect.left();
    let mut end = begun;
    for x in scale.pixels() {
        let (from, to) = scale.steps_of(x);
        here.clear();
        parts(from, to, &mut here);
        if here != last {
            draw(begun, x, &last);
            std::mem::swap(&mut here, &mut last);
            begun = x;
        }
        end = x + 1.0;
    }
    draw(begun, end, &last);
}

impl Bands {
    /// The mesh; `kept` is the top of the row of what is kept.
    pub(super) fn mesh(
        &mut self,
        scale: &Scale<'_>,
        part: Option<(f64, f64)>,
        kept: f32,
        now: f64,
    ) -> Arc<Mesh> {
        let live = scale.live;
        let goes_on = matches!(live.activity, Activity::Running | Activity::Reliving { .. });
        let still = |value| (!goes_on).then_some(value);
        let drawn = Drawn {
            run: live.run,
            steps: still(live.live_step),
            bytes: still(live.kept.bytes().0),
            commands: live.journal.len(),
            base: scale.base,
            part,
            rect: scale.rect,
            palette: scale.palette,
        };
        let lasts = |at: f64| !goes_on || (0.0..LASTING).contains(&(now - at));
        let same = self.drawn.as_ref();
        if !same.is_some_and(|(was, at)| *was == drawn && lasts(*at)) {
            let mut mesh = Mesh::default();
            let top = scale.rect.top();
            phases(scale, top, &mut mesh);
            ripples(scale, top + PHASES + 1.0, &mut mesh);
            density(scale, kept, &mut mesh);
            self.mesh = Arc::new(mesh);
            self.drawn = Some((drawn, now));
        }
        self.mesh.clone()
    }
}

/// What happened in each pixel: the shares of the phases, one above the other.
fn phases(scale: &Scale<'_>, top: f32, mesh: &mut Mesh) {
    /// Phases of a pixel that are looked at.
    const LOOKED: usize = 12;
    let phases = scale.live.course.phases();
    row(scale, top, mesh, |from, to, parts| {
        let mut at = phases
            .partition_point(|p| (p.step as f64) <= from)
            .saturating_sub(1);
        let last = phases.partition_point(|p| (p.step as f64) < to);
        let stride = (last.saturating_sub(at) / LOOKED).max(1);
        while let Some(began) = phases.get(at).filter(|p| (p.step as f64) < to) {
            let next = phases
                .get(at + stride)
                .map_or(scale.end.0 as f64, |p| p.step as f64);
            let part = (next.min(to) - (began.step as f64).max(from)).max(0.0) / (to - from);
            parts.push((
                phase(began.phase.as_str(), scale.palette),
                part as f32 * PHASES,
            ));
            at += stride;
        }
    });
}

/// Where ripples ended; the part that failed is red.
fn ripples(scale: &Scale<'_>, top: f32, mesh: &mut Mesh) {
    /// Ripples of a pixel that are looked at.
    const LOOKED: usize = 40;
    let height = RIPPLES - 2.0;
    let ripples = scale.live.course.ripples();
    row(scale, top, mesh, |from, to, parts| {
        let first = ripples.partition_point(|r| (r.step as f64) < from);
        let here = ripples.from(first).take_while(|r| (r.step as f64) < to);
        let (mut all, mut failed) = (0, 0);
        for ripple in here.take(LOOKED) {
            all += 1;
            failed += usize::from(ripple.failed);
        }
        if all > 0 {
            let red = height * failed as f32 / all as f32;
            let (whole, failed) = (
                color32(scale.palette.replayed),
                color32(scale.palette.wrong),
            );
            parts.extend([(whole, height - red), (failed, red)]);
        }
    });
}

/// Bright where every step is kept.
fn density(scale: &Scale<'_>, top: f32, mesh: &mut Mesh) {
    let bright = color32(scale.palette.text);
    let mut last: Option<(f32, f32, f64)> = None;
    let mut line = |(left, right, part): (f32, f32, f64)| {
        let line = Rect::from_x_y_ranges(left..=right.max(left + 1.0), top..=top + KEPT);
        if line.intersects(scale.rect) {
            mesh.add_colored_rect(line, bright.gamma_multiply(0.15 + 0.85 * part as f32));
        }
    };
    for (from, to, part) in scale.live.kept.density() {
        let (left, right) = (scale.x(from as f64), scale.x(to as f64 + 1.0));
        match &mut last {
            Some((_, end, same)) if *same == part && left - *end < 0.5 => *end = right,
            _ => {
                if let Some(done) = last.replace((left, right, part)) {
                    line(done);
                }
            }
        }
    }
    if let Some(done) = last {
        line(done);
    }
}
