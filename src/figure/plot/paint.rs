//! The parts of a plot, drawn one above the other.

use super::clip::{pieces, thinned};
use super::median::running;
use super::names::{End, ROW, shown};
use super::scale::{Scale, Tick};
use super::{Curve, Dash, Drawn, Plot};
use crate::figure::drawing::{Anchor, Area, Drawing};
use crate::figure::lanes::{TEXT, width};
use crate::figure::palette::{Color, Palette, mixed};

/// A sheet with a frame and two scales.
pub(super) struct Sheet {
    pub drawing: Drawing,
    pub palette: Palette,
    pub frame: Area,
    pub x: Scale,
    pub y: Scale,
}

impl Sheet {
    pub fn stretches(&mut self, plot: &Plot) {
        for stretch in &plot.stretches {
            let (Some(from), Some(to)) = (self.x.place(stretch.from), self.x.place(stretch.to))
            else {
                continue;
            };
            let from = from.clamp(self.frame.x, self.frame.right());
            let to = to.clamp(self.frame.x, self.frame.right());
            if to > from {
                let area = Area {
                    x: from,
                    width: to - from,
                    ..self.frame
                };
                let pale = mixed(self.palette.ground, stretch.color, 0.12);
                self.drawing.fill(area, pale);
            }
        }
    }

    pub fn axes(&mut self, plot: &Plot, marks: &[Tick]) {
        let Palette {
            caption,
            faint,
            text,
            ..
        } = self.palette;
        let frame = self.frame;
        let mut lowest = f32::INFINITY;
        for tick in marks {
            let Some(y) = self.y.place(tick.value) else {
                continue;
            };
            self.drawing
                .line(vec![[frame.x, y], [frame.right(), y]], faint, 0.5);
            // In a low plot not all have room; they come from below.
            if y + TEXT <= lowest {
                let at = [frame.x - 5.0, y];
                self.drawing
                    .text(at, &*tick.text, TEXT, caption, Anchor::End);
                lowest = y;
            }
        }
        let corner = [
            [frame.x, frame.y],
            [frame.x, frame.bottom()],
            [frame.right(), frame.bottom()],
        ];
        self.drawing.line(corner.to_vec(), caption, 1.0);
        if plot.lane.is_none() && !plot.y.name.is_empty() {
            let at = [0.0, TEXT / 2.0 + 1.0];
            self.drawing
                .text(at, &*plot.y.name, TEXT, text, Anchor::Start);
        }
        let below = frame.bottom() + ROW / 2.0 + 3.0;
        let mut free = f32::NEG_INFINITY;
        for tick in self.x.ticks(64.0) {
            let Some(x) = self.x.place(tick.value) else {
                continue;
            };
            self.drawing.line(
                vec![[x, frame.bottom()], [x, frame.bottom() - 4.0]],
                caption,
                1.0,
            );
            let half = width(&tick.text) / 2.0;
            if !plot.x.bare && x - half > free {
                self.drawing
                    .text([x, below], &*tick.text, TEXT, caption, Anchor::Middle);
                free = x + half + 4.0;
            }
        }
        if !plot.x.bare && !plot.x.name.is_empty() {
            let at = [frame.x + frame.width / 2.0, below + ROW - 2.0];
            self.drawing
                .text(at, &*plot.x.name, TEXT, text, Anchor::Middle);
        }
    }

    fn places(&self, points: &[[f64; 2]]) -> Vec<Vec<[f32; 2]>> {
        let place = |p: &[f64; 2]| Some([self.x.place(p[0])?, self.y.place(p[1])?]);
        // What is no number is a gap.
        let known: Vec<Option<[f32; 2]>> = points.iter().map(place).collect();
        let runs = known.split(Option::is_none).filter(|run| !run.is_empty());
        runs.map(|run| run.iter().flatten().copied().collect())
            .collect()
    }

    fn stroke(&mut self, points: &[[f64; 2]], curve: &Curve, color: Color, wide: f32) {
        for run in self.places(points) {
            for piece in pieces(&thinned(run), self.frame) {
                self.drawing.broken(piece, color, wide, curve.dash);
            }
        }
    }

    pub fn curve(&mut self, curve: &Curve) {
        self.spread(curve);
        let alone = curve.points.iter().filter(|p| p[1].is_finite()).count() == 1;
        match curve.drawn {
            Drawn::Smooth => match running(&curve.points) {
                Some(median) => {
                    let pale = mixed(self.palette.ground, curve.color, 0.4);
                    self.stroke(&curve.points, curve, pale, 1.0);
                    self.stroke(&median, curve, curve.color, 2.0);
                }
                None => self.stroke(&curve.points, curve, curve.color, 1.8),
            },
            Drawn::Line | Drawn::Both => self.stroke(&curve.points, curve, curve.color, 1.8),
            Drawn::Dots => {}
        }
        // A curve of one point would not be seen.
        if alone || matches!(curve.drawn, Drawn::Both | Drawn::Dots) {
            let radius = if curve.drawn == Drawn::Dots { 2.0 } else { 3.0 };
            for at in self.places(&curve.points).into_iter().flatten() {
                let at_edge = Area {
                    width: self.frame.width + 1.0,
                    height: self.frame.height + 1.0,
                    ..self.frame
                };
                if at_edge.holds(at) {
                    self.drawing.dot(at, radius, curve.color);
                }
            }
        }
    }

    fn spread(&mut self, curve: &Curve) {
        let clamped = |v: f64| Some(self.y.place(v)?.clamp(self.frame.y, self.frame.bottom()));
        let ends = curve
            .points
            .iter()
            .zip(&curve.spread)
            .filter_map(|(p, [low, high])| {
                let x = self.x.place(p[0])?;
                let inside = x >= self.frame.x && x <= self.frame.right() + 0.5;
                inside.then_some([[x, clamped(*high)?], [x, clamped(*low)?]])
            });
        let ends: Vec<[[f32; 2]; 2]> = ends.collect();
        if curve.ribbon {
            let pale = mixed(self.palette.ground, curve.color, 0.25);
            self.drawing.ribbon(ends, pale);
        } else {
            for [high, low] in ends {
                self.drawing.line(vec![high, low], curve.color, 1.0);
            }
        }
    }

    /// Values across with their names, off the places that are taken.
    pub fn levels(&mut self, plot: &Plot, mut taken: Vec<Area>) {
        let frame = self.frame;
        // Levels of lanes have no names that a curve could go through.
        let named = plot.lane.is_none() && !plot.across.is_empty();
        let curves = plot.curves.iter().filter(|_| named);
        let runs: Vec<Vec<[f32; 2]>> = curves.flat_map(|c| self.places(&c.points)).collect();
        for level in &plot.across {
            let Some(y) = self.y.place(level.y) else {
                continue;
            };
            if y < frame.y - 0.5 || y > frame.bottom() + 0.5 {
                continue;
            }
            let color = self.palette.caption;
            let line = vec![[frame.x, y], [frame.right(), y]];
            self.drawing.broken(line, color, 1.0, Dash::Fine);
            // Above its line, or below where it would leave the frame; beside others.
            let middle = if y - ROW > frame.y {
                y - TEXT * 0.6
            } else {
                y + TEXT * 0.65
            };
            let box_at = |x: f32| Area {
                x,
                y: middle - TEXT / 2.0,
                width: width(&level.name),
                height: TEXT,
            };
            let steps = (0..8).map(|i| box_at(frame.x + 5.0 + i as f32 * 48.0));
            let apart = |a: &Area, b: &Area| {
                a.x > b.right() + 6.0
                    || b.x > a.right() + 6.0
                    || a.y >= b.bottom()
                    || b.y >= a.bottom()
            };
            let free = steps
                .filter(|a| a.right() < frame.right())
                .filter(|a| taken.iter().all(|b| apart(a, b)));
            let free: Vec<Area> = free.collect();
            // Where no curve is, if there is such a place.
            let clear = free.iter().find(|a| !runs.iter().any(|r| crosses(r, a)));
            if let Some(area) = clear
                .or(free.first())
                .copied()
                .filter(|_| plot.lane.is_none())
            {
                self.backed([area.x, middle], &level.name, color, Anchor::Start);
                taken.push(area);
            }
        }
    }

    /// A text on a ground of its own: curves end behind it.
    fn backed(&mut self, at: [f32; 2], text: &str, color: Color, anchor: Anchor) {
        let wide = width(text);
        let left = match anchor {
            Anchor::Start => at[0],
            Anchor::Middle => at[0] - wide / 2.0,
            Anchor::End => at[0] - wide,
        };
        let area = Area {
            x: left - 1.0,
            y: at[1] - TEXT / 2.0,
            width: wide + 2.0,
            height: TEXT,
        };
        let [r, g, b, _] = self.palette.ground;
        self.drawing.fill(area, [r, g, b, 190]);
        self.drawing.text(at, text, TEXT, color, anchor);
    }

    /// What is said about a point stands below it and to its right, or to its left where there is more room.
    pub fn notes(&mut self, plot: &Plot) {
        for note in &plot.notes {
            let (Some(x), Some(y)) = (self.x.place(note.at[0]), self.y.place(note.at[1])) else {
                continue;
            };
            let frame = self.frame;
            if x < frame.x || x > frame.right() {
                continue;
            }
            let color = self.palette.text;
            self.drawing.dot([x, y], 4.0, color);
            let wide = width(&note.text) + 10.0;
            let (x, anchor) = if frame.right() - x > wide {
                (x + 8.0, Anchor::Start)
            } else if x - frame.x > wide {
                (x - 8.0, Anchor::End)
            } else {
                continue;
            };
            // In a low plot it would lie on the curves.
            if frame.height > 4.0 * TEXT {
                let y = (y + TEXT + 2.0).min(frame.bottom() - TEXT / 2.0);
                self.backed([x, y], &note.text, color, anchor);
            }
        }
    }

    /// Moments with their names; where these lie.
    pub fn moments(&mut self, plot: &Plot) -> Vec<Area> {
        let frame = self.frame;
        let mut named = Vec::new();
        let mut free = f32::NEG_INFINITY;
        for moment in &plot.moments {
            let Some(x) = self.x.place(moment.x) else {
                continue;
            };
            if x < frame.x - 0.5 || x > frame.right() + 0.5 {
                continue;
            }
            let line = vec![[x, frame.y], [x, frame.bottom()]];
            if moment.strong {
                self.drawing.line(line, moment.color, 1.5);
                continue;
            }
            self.drawing.broken(line, moment.color, 1.0, Dash::Dashed);
            // Beside its line, where there is room: to the right, or else to the left.
            let wide = width(&moment.name);
            let (right, left) = (x + 4.0, x - 4.0);
            let place = if right > free && right + wide < frame.right() {
                Some((right, Anchor::Start, right + wide))
            } else if left - wide > free.max(frame.x) {
                Some((left, Anchor::End, x))
            } else {
                None
            };
            if let Some((x, anchor, end)) = place.filter(|_| plot.lane.is_none()) {
                let at = [x, frame.y + TEXT / 2.0 + 1.0];
                let color = self.palette.caption;
                self.backed(at, &moment.name, color, anchor);
                named.push(Area {
                    x: if anchor == Anchor::Start { x } else { x - wide },
                    y: frame.y,
                    width: wide,
                    height: TEXT + 2.0,
                });
                free = end + 6.0;
            }
        }
        named
    }

    /// Names beside the ends of their curves, moved apart where they would lie on each other.
    pub fn names(&mut self, mut ends: Vec<End>) {
        ends.sort_by(|a, b| a.y.total_cmp(&b.y));
        let frame = self.frame;
        let (top, bottom) = (frame.y + TEXT / 2.0, frame.bottom() - TEXT / 2.0);
        let row = TEXT + 1.0;
        let room = shown(frame.height);
        let hidden = ends.len().saturating_sub(room);
        ends.truncate(room);
        let mut least = top;
        for end in &mut ends {
            end.y = end.y.max(least);
            least = end.y + row;
        }
        let mut most = bottom.max(top);
        for end in ends.iter_mut().rev() {
            end.y = end.y.min(most);
            most = end.y - row;
        }
        let x = frame.right() + 8.0;
        let wide = self.drawing.size[0] - x - 10.0;
        let last = ends.len().saturating_sub(1);
        for (i, end) in ends.iter().enumerate() {
            let mut text = end.fitting(wide);
            if hidden > 0 && i == last {
                let more = hidden + 1;
                text = format!("and {more} more");
                if width(&text) > wide {
                    text = format!("+{more}");
                }
            } else {
                let swatch = vec![[x - 4.0, end.y], [x + 4.0, end.y]];
                self.drawing.broken(swatch, end.color, 3.0, end.dash);
            }
            self.drawing.text(
                [x + 8.0, end.y],
                text,
                TEXT,
                self.palette.text,
                Anchor::Start,
            );
        }
    }
}

/// Whether a line goes through an area.
fn crosses(line: &[[f32; 2]], area: &Area) -> bool {
    let height = |[a, b]: [[f32; 2]; 2], x: f32| {
        let along = ((x - a[0]) / (b[0] - a[0]).max(1e-6)).clamp(0.0, 1.0);
        a[1] + along * (b[1] - a[1])
    };
    line.windows(2).any(|ends| {
        let [a, b] = [ends[0], ends[1]];
        if b[0] < area.x || a[0] > area.right() {
            return false;
        }
        let (from, to) = (
            height([a, b], area.x.max(a[0])),
            height([a, b], area.right().min(b[0])),
        );
        from.min(to) < area.bottom() && from.max(to) > area.y
    })
}
