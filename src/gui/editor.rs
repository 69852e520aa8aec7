//! An editor for scenario texts: colours by role, what is wrong under the line it stands in, names completed from the
//! declarations.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use egui::text::{CCursor, CCursorRange, LayoutJob, TextFormat};
use egui::text_edit::TextEditOutput;
use egui::{FontId, Galley, Id, Key, Modifiers, Popup, Rect, RichText, ScrollArea, Stroke, Ui};
use egui::{TextStyle, pos2, vec2};

use super::theme;
use crate::registry::Kind;
use crate::scenario::diagnostics::Item;
use crate::scenario::parse::{Completion, completions, roles};

/// Points left of the text, for the numbers of its lines.
const GUTTER: f32 = 38.0;
/// Points above and below what is said under a line.
const GAP: f32 = 2.0;
/// Names that are offered at once, at most.
const MOST: usize = 200;
/// Size of what is said under a line.
const SMALL: f32 = 12.0;

/// The editor, without the text.
#[derive(Default)]
pub struct Editor {
    laid: Laid,
    offering: Option<Offering>,
    /// Where the cursor shall be in the next frame, in characters.
    go: Option<usize>,
}

/// Names that are offered.
#[derive(Clone, Copy)]
struct Offering {
    /// Which of them is chosen.
    chosen: usize,
    /// Whether they were asked for: then also where no word is begun.
    asked: bool,
}

/// A text as it was laid out last.
#[derive(Default)]
struct Laid {
    /// What for.
    of: u64,
    job: LayoutJob,
    /// What is said under lines, by their numbers from 0.
    said: Vec<(usize, Arc<Galley>)>,
    /// What it is about: the first character and the one behind the last.
    wrong: Vec<(usize, usize)>,
}

impl Editor {
    /// Puts the cursor at a line and column, from 1.
    pub fn go_to(&mut self, text: &str, line: usize, column: usize) {
        let before = text.split_inclusive('\n').take(line.saturating_sub(1));
        let before: usize = before.map(chars).sum();
        self.go = Some(before + column.saturating_sub(1));
    }

    /// Draws the text to be edited. `kind` is what it is to be, for completion.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        (id, label): (Id, Id),
        text: &mut String,
        problems: &[Item],
        kind: &Kind,
    ) {
        let keys = Keys::taken(ui, self.offering.is_some());
        self.laid.renew(ui, text, problems);
        let job = &self.laid.job;
        let mut layouter = |ui: &Ui, now: &dyn egui::TextBuffer, _: f32| {
            // What was typed just now has no more than its colours in this frame.
            let job = if job.text == now.as_str() {
                job.clone()
            } else {
                colored(ui, now.as_str(), &[])
            };
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let cursor_before = cursor(ui, id);
        let length = text.len();
        let edit = egui::TextEdit::multiline(text)
            .id(id)
            .code_editor()
            .frame(egui::Frame::NONE.inner_margin(egui::Margin {
                left: GUTTER as i8,
                ..egui::Margin::same(4)
            }))
            .event_filter(egui::EventFilter {
                tab: true,
                escape: self.offering.is_some(),
                horizontal_arrows: true,
                vertical_arrows: true,
            })
            .desired_width(f32::INFINITY)
            .desired_rows(12)
            .layouter(&mut layouter);
        let output = edit.show(ui);
        let response = output.response.response.clone().labelled_by(label);
        let changed = response.changed();
        // A single key: what is pasted stays as it is.
        if changed && text.len() == length + 1 {
            indent(ui, id, text);
        }
        if let Some(at) = self.go.take() {
            place_cursor(ui, id, at);
            response.request_focus();
            let place = output.galley.pos_from_cursor(CCursor::new(at));
            let place = place.translate(output.galley_pos.to_vec2());
            ui.scroll_to_rect(place, Some(egui::Align::Center));
        }
        self.around(ui, &output, problems);
        let moved = cursor(ui, id) != cursor_before;
        if (moved && !changed) || keys.dismissed || !response.has_focus() {
            self.offering = None;
        }
        if changed || keys.asked {
            self.offering = Some(Offering {
                chosen: 0,
                asked: keys.asked,
            });
        }
        self.complete(ui, id, &output, text, kind, &keys);
    }

    /// Offers names at the cursor, and puts in the one that is taken.
    fn complete(
        &mut self,
        ui: &Ui,
        id: Id,
        output: &TextEditOutput,
        text: &mut String,
        kind: &Kind,
        keys: &Keys,
    ) {
        let (Some(offering), Some(at)) = (self.offering.take(), cursor(ui, id)) else {
            return;
        };
        let at = byte(text, at);
        let (begun, mut offered) = completions(text, at, kind);
        offered.truncate(MOST);
        let count = offered.len();
        if count == 0 || (begun == at && !offering.asked) {
            return;
        }
        let chosen = (offering.chosen.min(count - 1) + keys.down + count - keys.up % count) % count;
        let before = chars(text.get(..begun).unwrap_or_default());
        let taken = if keys.accepted {
            Some(chosen)
        } else {
            let word = output.galley.pos_from_cursor(CCursor::new(before));
            let word = word.translate(output.galley_pos.to_vec2());
            popup(ui, id, word, &offered, chosen, keys.down != keys.up)
        };
        let Some(taken) = taken.and_then(|i| offered.get(i)) else {
            self.offering = Some(Offering { chosen, ..offering });
            return;
        };
        text.replace_range(begun..at, &taken.text);
        place_cursor(ui, id, before + chars(&taken.text));
        // What may follow is offered at once.
        self.offering = taken.text.ends_with([' ', '(']).then_some(Offering {
            chosen: 0,
            asked: true,
        });
        ui.ctx().request_repaint();
    }

    /// Draws what stands around the text: the numbers of the lines, and what is wrong under them.
    fn around(&self, ui: &Ui, output: &TextEditOutput, problems: &[Item]) {
        let galley = &output.galley;
        let mut underlined: Vec<(usize, f32, f32)> = Vec::new();
        for (begin, end) in &self.laid.wrong {
            let at = |char: usize| galley.pos_from_cursor(CCursor::new(char));
            let (begin, end) = (at(*begin), at(*end));
            let row = galley
                .rows
                .iter()
                .position(|row| row.pos.y >= begin.top() - 0.5);
            underlined.push((
                row.unwrap_or(0),
                begin.left(),
                end.left().max(begin.left() + 6.0),
            ));
        }
        let left = output.galley_pos.x;
        let seen = ui.clip_rect();
        let line_height = ui.text_style_height(&TextStyle::Monospace);
        let (weak, error) = (ui.visuals().weak_text_color(), ui.visuals().error_fg_color);
        let font = FontId::monospace(SMALL);
        for (line, row) in galley.rows.iter().enumerate() {
            let top = output.galley_pos.y + row.pos.y;
            if top > seen.bottom() || top + row.size.y < seen.top() {
                continue;
            }
            let wrong = problems.iter().any(|item| item.line == line + 1);
            let said = self.laid.said.iter().filter(|(at, _)| *at == line);
            let said: Vec<_> = said.map(|(_, galley)| galley.clone()).collect();
            let below: f32 = said.iter().map(height).sum();
            // A line that is not indented stands in the middle of its row.
            let room = row.size.y - line_height;
            let extra = if room > 1.5 * below { room / 2.0 } else { 0.0 };
            let number = (line + 1).to_string();
            ui.painter().text(
                pos2(left - 10.0, top + extra + 1.0),
                egui::Align2::RIGHT_TOP,
                number,
                font.clone(),
                if wrong { error } else { weak },
            );
            let mut y = top + extra + line_height;
            for (_, from, to) in underlined.iter().filter(|(row, ..)| *row == line) {
                let stroke = Stroke::new(1.5, error);
                ui.painter().hline(left + from..=left + to, y - 1.0, stroke);
            }
            for galley in said {
                let at = pos2(left + 12.0, y + GAP);
                y += height(&galley);
                ui.painter().galley(at, galley, error);
            }
        }
    }
}

fn height(galley: &Arc<Galley>) -> f32 {
    galley.size().y + 2.0 * GAP
}

impl Laid {
    /// Lays a text out again where it, what is said of it, or the theme has changed.
    fn renew(&mut self, ui: &Ui, text: &str, problems: &[Item]) {
        let mut hasher = DefaultHasher::new();
        let (dark, width) = (ui.visuals().dark_mode, ui.clip_rect().width());
        (text, dark, width.to_bits()).hash(&mut hasher);
        for item in problems {
            (item.line, item.column, item.marker_len, &item.message).hash(&mut hasher);
        }
        let of = hasher.finish();
        if self.of == of && !self.job.text.is_empty() {
            return;
        }
        let font = FontId::proportional(SMALL);
        let error = ui.visuals().error_fg_color;
        let room = (width - GUTTER - 30.0).max(120.0);
        self.said = problems
            .iter()
            .map(|item| {
                let help = item.help.as_ref().map(|help| format!(" — {help}"));
                let said = format!("{}{}", item.message, help.unwrap_or_default());
                let galley = ui.fonts_mut(|fonts| fonts.layout(said, font.clone(), error, room));
                (item.line.saturating_sub(1), galley)
            })
            .collect();
        let mut rooms: Vec<(usize, f32)> = Vec::new();
        for (line, galley) in &self.said {
            match rooms.last_mut() {
                Some((last, room)) if last == line => *room += height(galley),
                _ => rooms.push((*line, height(galley))),
            }
        }
        let mut starts = vec![0];
        for line in text.split_inclusive('\n') {
            starts.push(starts.last().unwrap_or(&0) + chars(line));
        }
        let place = |item: &Item| {
            let start = starts.get(item.line.checked_sub(1)?)? + item.column.saturating_sub(1);
            Some((start, start + item.marker_len))
        };
        self.wrong = problems.iter().filter_map(place).collect();
        self.job = colored(ui, text, &rooms);
        self.of = of;
    }
}

/// A text in colours, with room in points under lines where something is to be said.
fn colored(ui: &Ui, text: &str, rooms: &[(usize, f32)]) -> LayoutJob {
    let font = TextStyle::Monospace.resolve(ui.style());
    let line_height = ui.text_style_height(&TextStyle::Monospace);
    let plain = ui.visuals().text_color();
    let mut job = LayoutJob::default();
    let mut put = |from: usize, to: usize, color, room: Option<f32>| {
        if from < to {
            let mut format = TextFormat::simple(font.clone(), color);
            format.valign = egui::Align::TOP;
            format.line_height = room.map(|room| line_height + room);
            job.append(text.get(from..to).unwrap_or_default(), 0.0, format);
        }
    };
    // Where the look changes: at the pieces, and around the blanks that begin a line with room below.
    let pieces = roles(text);
    let mut cuts: Vec<usize> = vec![0, text.len()];
    cuts.extend(pieces.iter().flat_map(|(at, _)| [at.start, at.end]));
    let mut roomy: Vec<(std::ops::Range<usize>, f32)> = Vec::new();
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if let Some((_, room)) = rooms.iter().find(|(line, _)| *line == number) {
            let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
            // Only the blanks are made higher: what follows them stays above. Without blanks the line stands in the middle.
            let (length, room) = match blank {
                0 => (line.trim_end().len(), 2.0 * room),
                blank => (blank, *room),
            };
            roomy.push((start..start + length, room));
            cuts.extend([start, start + length]);
        }
        start += line.len();
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces = pieces.into_iter().peekable();
    for pair in cuts.windows(2) {
        while pieces.next_if(|(at, _)| at.end <= pair[0]).is_some() {}
        let role = pieces.peek().filter(|(at, _)| at.start <= pair[0]);
        let color = role.map_or(plain, |(_, role)| theme::role(*role, ui.visuals()));
        let room = roomy.iter().find(|(at, _)| at.contains(&pair[0]));
        put(pair[0], pair[1], color, room.map(|(_, room)| *room));
    }
    job
}

/// A list of names under a word; which one was clicked.
fn popup(
    ui: &Ui,
    id: Id,
    word: Rect,
    offered: &[Completion],
    chosen: usize,
    moved: bool,
) -> Option<usize> {
    let popup = Popup::new(
        id.with("completions"),
        ui.ctx().clone(),
        word,
        ui.layer_id(),
    );
    let popup = popup.gap(2.0).width(420.0).open(true);
    let shown = popup.show(|ui| {
        let list = ScrollArea::vertical().max_height(220.0);
        list.show(ui, |ui| {
            let mut clicked = None;
            for (i, completion) in offered.iter().enumerate() {
                let name = completion.text.trim_end_matches([' ', ':', '(']);
                let entry = egui::Button::selectable(i == chosen, RichText::new(name).monospace())
                    .right_text(RichText::new(&completion.told).weak().size(SMALL))
                    .truncate()
                    .min_size(vec2(ui.available_width(), 0.0));
                let response = ui.add(entry);
                if i == chosen && moved {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    clicked = Some(i);
                }
            }
            clicked
        })
        .inner
    });
    shown.and_then(|shown| shown.inner)
}

/// The keys that are not for the text.
struct Keys {
    down: usize,
    up: usize,
    accepted: bool,
    dismissed: bool,
    /// Whether names were asked for.
    asked: bool,
}

impl Keys {
    fn taken(ui: &Ui, offering: bool) -> Self {
        ui.input_mut(|input| {
            let asked = input.consume_key(Modifiers::COMMAND, Key::Space);
            let mut count = |key| {
                if offering {
                    input.count_and_consume_key(Modifiers::NONE, key)
                } else {
                    0
                }
            };
            Self {
                down: count(Key::ArrowDown),
                up: count(Key::ArrowUp),
                accepted: count(Key::Enter) + count(Key::Tab) > 0,
                dismissed: count(Key::Escape) > 0,
                asked,
            }
        })
    }
}

/// A new line is indented as the one before, and further behind an open bracket.
fn indent(ui: &Ui, id: Id, text: &mut String) {
    let Some(cursor) = cursor(ui, id) else { return };
    let at = byte(text, cursor);
    let before = text.get(..at).unwrap_or_default();
    let Some(before) = before.strip_suffix('\n') else {
        return;
    };
    let line = before.rsplit('\n').next().unwrap_or_default();
    let mut blanks: String = line
        .chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .collect();
    if line.trim_end().ends_with(['(', '[', '{']) {
        blanks.push_str("    ");
    }
    text.insert_str(at, &blanks);
    place_cursor(ui, id, cursor + chars(&blanks));
}

/// The character that the cursor of a text stands before.
fn cursor(ui: &Ui, id: Id) -> Option<usize> {
    let state = egui::TextEdit::load_state(ui.ctx(), id)?;
    Some(state.cursor.char_range()?.primary.index.0)
}

fn place_cursor(ui: &Ui, id: Id, at: usize) {
    let mut state = egui::TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let range = CCursorRange::one(CCursor::new(at));
    state.cursor.set_char_range(Some(range));
    state.store(ui.ctx(), id);
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

/// The byte where a character begins; the end where there are fewer.
fn byte(text: &str, character: usize) -> usize {
    let found = text.char_indices().nth(character);
    found.map_or(text.len(), |(at, _)| at)
}
