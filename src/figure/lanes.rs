//! Lanes above each other that share an axis of steps: what a drawing over time is made of.

use std::sync::Arc;

use super::drawing::{Anchor, Area, Cells, Drawing};
use super::palette::{Color, Palette};

/// Height of a text.
pub(super) const TEXT: f32 = 12.0;
/// How wide a text is, about.
pub(super) fn width(text: &str) -> f32 {
    text.chars().count() as f32 * TEXT * 0.54
}

/// As much of a text as there is room for: its beginning and its end, which tell names apart.
pub(super) fn fitting(text: &str, room: f32) -> String {
    let most = (room / width("0")).max(0.0) as usize;
    let all = text.chars().count();
    if all <= most {
        return text.into();
    }
    let kept = most.saturating_sub(2);
    let (first, last) = (kept - kept / 2, kept / 2);
    let first: String = text.chars().take(first).collect();
    let last: String = text.chars().skip(all - last).collect();
    format!("{first}..{last}")
}

/// Between two lanes.
pub(super) const GAP: f32 = 6.0;
/// From a dot at 0 or 1 to the edge of its lane.
pub(super) const INSET: f32 = 5.0;
/// Room for what a lane is called, and for what its colours mean.
const LEFT: f32 = 104.0;
const RIGHT: f32 = 88.0;

/// A sheet with a column for each step.
pub(super) struct Lanes {
    pub drawing: Drawing,
    pub palette: Palette,
    /// How many columns there are.
    pub steps: usize,
    from: f32,
    width: f32,
}

impl Lanes {
    /// An empty sheet with room for so many steps.
    pub fn new(size: [f32; 2], steps: usize, palette: Palette) -> Self {
        Self {
            drawing: Drawing::new(size),
            palette,
            steps,
            from: LEFT,
            width: (size[0] - LEFT - RIGHT).max(20.0),
        }
    }

    /// A lane's place.
    pub fn area(&self, y: f32, height: f32) -> Area {
        Area {
            x: self.from,
            y,
            width: self.width,
            height,
        }
    }

    /// The middle of a step's column.
    pub fn x(&self, step: f32) -> f32 {
        self.from + (step + 0.5) / self.steps.max(1) as f32 * self.width
    }

    /// The width of a column.
    pub fn column(&self) -> f32 {
        self.width / self.steps.max(1) as f32
    }

    /// What a lane is called, to its left.
    pub fn label(&mut self, area: Area, text: &str) {
        let at = [area.x - 8.0, area.middle()];
        let color = self.palette.text;
        self.drawing.text(at, text, TEXT, color, Anchor::End);
    }

    /// What the colours of a lane mean, to its right.
    pub fn bar(&mut self, lane: Area, color: impl Fn(f32) -> Color, low: &str, high: &str) {
        const SHADES: usize = 32;
        let area = Area {
            x: lane.right() + 8.0,
            width: 8.0,
            ..lane
        };
        let shade = |i| color(1.0 - (i as f32 + 0.5) / SHADES as f32);
        let cells = Cells {
            rows: SHADES,
            colors: (0..SHADES).map(shade).collect(),
        };
        self.drawing.map(area, Arc::new(cells));
        self.ends(lane, 20.0, low, high);
    }

    /// What the top and the bottom of a lane mean, so far to its right.
    pub fn ends(&mut self, lane: Area, apart: f32, low: &str, high: &str) {
        let (x, caption) = (lane.right() + apart, self.palette.caption);
        let half = TEXT / 2.0;
        let (top, bottom) = (lane.y + half, lane.bottom() - half);
        let mut tell = |y, text: &str| {
            self.drawing
                .text([x, y], text, TEXT, caption, Anchor::Start);
        };
        tell(top, high);
        if bottom - top >= TEXT {
            tell(bottom, low);
        }
    }

    /// 0 and 1 to the left of a lane that is high enough for its label between them.
    pub fn levels(&mut self, lane: Area, places: [f32; 2]) {
        if lane.height >= 3.0 * TEXT {
            let caption = self.palette.caption;
            for (y, text) in places.into_iter().zip(["0", "1"]) {
                let at = [lane.x - 8.0, y];
                self.drawing.text(at, text, TEXT, caption, Anchor::End);
            }
        }
    }

    /// A thin line across a lane.
    pub fn rule(&mut self, lane: Area, y: f32) {
        let points = vec![[lane.x, y], [lane.right(), y]];
        let color = self.palette.faint;
        self.drawing.line(points, color, 0.5);
    }

    /// What a colour means.
    pub fn key(&mut self, [x, y]: [f32; 2], text: &str, color: Color) {
        let said = self.palette.text;
        self.drawing.dot([x + 2.0, y], 3.0, color);
        self.drawing
            .text([x + 8.0, y], text, TEXT, said, Anchor::Start);
    }

    /// The axis of steps below all lanes.
    pub fn axis(&mut self, bottom: f32, named: &str) {
        self.axis_from(bottom, named, 0, "");
    }

    /// The axis of steps that begin at a column; what is before them has a name of its own.
    pub fn axis_from(&mut self, bottom: f32, named: &str, first: usize, before: &str) {
        let apart = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
            .into_iter()
            .find(|apart| self.column() * *apart as f32 >= 28.0)
            .unwrap_or(self.steps.max(1));
        let caption = self.palette.caption;
        let y = bottom + 4.0 + TEXT / 2.0;
        if first > 0 {
            // Clear of the axis' name, where the column is narrow.
            let at = [self.x(0.0).max(self.from + width(before) / 2.0), y];
            self.drawing.text(at, before, TEXT, caption, Anchor::Middle);
        }
        for t in (0..self.steps.saturating_sub(first)).step_by(apart) {
            let at = [self.x((t + first) as f32), y];
            self.drawing
                .text(at, t.to_string(), TEXT, caption, Anchor::Middle);
        }
        let at = [self.from - 8.0, y];
        self.drawing.text(at, named, TEXT, caption, Anchor::End);
    }
}
