//! What is wrong with a scenario, with file, line, column, the source line and a marker below it.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
};
use miette::{SourceCode, SourceSpan, SpanContents};

use super::parse::in_json;
use super::text::Text;
use crate::registry::{Problem, Problems, is_unseen, visible};

/// Characters of a source line that are shown; a longer line is trimmed around the marker.
const SHOWN: usize = 100;

/// Characters of a message or help that are shown.
const LONGEST_MESSAGE: usize = 1500;

/// All problems of a scenario, in the order of the texts.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    items: Vec<Item>,
    more: usize,
}

/// One problem, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Name of the file, or `--set`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The source line, trimmed around the marker where it is long; tabs are spaces and control characters dots.
    pub source_line: String,
    /// First marked character of `source_line`, from 0.
    pub marker_start: usize,
    /// Number of marked characters, at least 1.
    pub marker_len: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Diagnostics {
    /// The problems found in `sources`: the file, then one text for each `--set`.
    pub fn new(sources: &[Text], problems: &Problems) -> Self {
        let mut sorted: Vec<&Problem> = problems.list().iter().collect();
        sorted.sort_by_key(|problem| (problem.span.source, problem.span.start, problem.span.end));
        // The same thing may be noticed twice, when a default is read again.
        sorted.dedup();
        let lines: Vec<Lines<'_>> = sources.iter().map(Lines::new).collect();
        let nowhere = Text {
            name: String::new(),
            text: String::new(),
        };
        let nowhere = Lines::new(&nowhere);
        let items = sorted.iter().map(|problem| {
            lines
                .get(problem.span.source)
                .unwrap_or(&nowhere)
                .item(problem)
        });
        Self {
            items: items.collect(),
            more: problems.more(),
        }
    }

    /// The problems, in the order of the texts.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// How many problems there are beyond those kept.
    pub fn more(&self) -> usize {
        self.more
    }

    /// Every problem with its source line and marker, then their number; `width` is the terminal's, in characters.
    pub fn render(&self, color: bool, width: usize) -> String {
        let theme = if color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width.clamp(40, 1000))
            .with_context_lines(0)
            .with_links(false)
            .without_syntax_highlighting();
        let mut text = String::new();
        for item in &self.items {
            if handler.render_report(&mut text, &Report(item)).is_err() {
                text.push_str(&item.to_string());
            }
            text.push('\n');
        }
        text + &self.count() + "\n"
    }

    fn count(&self) -> String {
        let all = self.items.len() + self.more;
        let noun = if all == 1 { "problem" } else { "problems" };
        match self.more {
            0 => format!("{all} {noun}"),
            more => format!("{all} {noun}, {more} of them not shown"),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        self.help
            .as_ref()
            .map_or(Ok(()), |help| write!(f, " ({help})"))
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for item in &self.items {
            writeln!(f, "{item}")?;
        }
        f.write_str(&self.count())
    }
}

impl std::error::Error for Diagnostics {}

/// A text and where its lines begin.
struct Lines<'a> {
    name: &'a str,
    text: &'a str,
    json: bool,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(source: &'a Text) -> Self {
        let breaks = source
            .text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(at, _)| at + 1);
        Self {
            name: &source.name,
            text: &source.text,
            json: source.is_json(),
            starts: std::iter::once(0).chain(breaks).collect(),
        }
    }

    fn item(&self, problem: &Problem) -> Item {
        let at = floor(self.text, problem.span.start);
        let number = self.starts.partition_point(|start| *start <= at).max(1);
        let start = self.starts.get(number - 1).copied().unwrap_or_default();
        let end = self
            .starts
            .get(number)
            .map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(start..end).unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let marked =
            (at - start).min(line.len())..floor(self.text, problem.span.end).clamp(at, end) - start;
        let excerpt = Excerpt::new(line, marked.start, marked.end.min(line.len()));
        let marks_order = if start == 0 {
            line.strip_prefix('\u{feff}').map_or(0, |_| 1)
        } else {
            0
        };
        let before = line
            .get(..marked.start)
            .map_or(0, |before| before.chars().count());
        Item {
            file: clean(self.name),
            line: number,
            column: before.saturating_sub(marks_order) + 1,
            source_line: excerpt.text,
            marker_start: excerpt.start,
            marker_len: excerpt.len,
            message: self.said(&problem.message),
            help: problem.help.as_deref().map(|help| self.said(help)),
        }
    }

    /// A message in the language of the text.
    fn said(&self, message: &str) -> String {
        if self.json {
            clean(&in_json(message))
        } else {
            clean(message)
        }
    }
}

/// The part of a line around the marker, fit to be printed.
struct Excerpt {
    text: String,
    start: usize,
    len: usize,
}

impl Excerpt {
    fn new(line: &str, start: usize, end: usize) -> Self {
        let before = line.get(..start).unwrap_or_default();
        let marked = line.get(start..end).unwrap_or_default();
        let after = line.get(end..).unwrap_or_default();
        let marked: String = marked.chars().take(SHOWN).collect();
        let room = (SHOWN - marked.chars().count()).max(SHOWN / 2);
        let ahead = before
            .chars()
            .rev()
            .take(room / 2 + 1)
            .count()
            .min(room / 2);
        let from = before
            .char_indices()
            .rev()
            .take(ahead)
            .last()
            .map_or(before.len(), |(at, _)| at);
        let mut text = String::new();
        if from > 0 {
            text.push('…');
        }
        text.extend(
            before
                .get(from..)
                .unwrap_or_default()
                .chars()
                .flat_map(printable),
        );
        let start = text.chars().count();
        text.extend(marked.chars().flat_map(printable));
        let len = (text.chars().count() - start).max(1);
        let mut rest = after.chars();
        text.extend(rest.by_ref().take(room - ahead).flat_map(printable));
        if rest.next().is_some() {
            text.push('…');
        }
        // A marker at the end of a line stands below a space.
        while text.chars().count() < start + len {
            text.push(' ');
        }
        Self { text, start, len }
    }
}

/// A character as it is printed: no tabs, and nothing that would command the terminal.
fn printable(c: char) -> impl Iterator<Item = char> {
    let (shown, times) = match c {
        '\t' => (' ', 4),
        '\u{feff}' => (' ', 0),
        c if is_unseen(c) => ('·', 1),
        c => (c, 1),
    };
    std::iter::repeat_n(shown, times)
}

fn clean(text: &str) -> String {
    let mut chars = text.chars();
    let kept: String = chars.by_ref().take(LONGEST_MESSAGE).collect();
    let mut clean = visible(&kept).into_owned();
    if chars.next().is_some() {
        clean.push('…');
    }
    clean
}

/// The nearest boundary of a character at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// An item as miette wants it.
#[derive(Debug)]
struct Report<'a>(&'a Item);

impl Report<'_> {
    fn marker(&self) -> SourceSpan {
        let item = self.0;
        let mut chars = item
            .source_line
            .char_indices()
            .map(|(at, _)| at)
            .chain([item.source_line.len()]);
        let start = chars.by_ref().nth(item.marker_start).unwrap_or_default();
        let end = chars
            .nth(item.marker_len.saturating_sub(1))
            .unwrap_or(item.source_line.len());
        SourceSpan::from(start..end.max(start))
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0
            .help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.0)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(
            LabeledSpan::new_primary_with_span(None, self.marker()),
        )))
    }
}

/// The excerpt alone, under the line and column of the whole text.
impl SourceCode for Item {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.clone(),
            self.source_line.as_bytes(),
            SourceSpan::from(0..self.source_line.len()),
            self.line - 1,
            self.column - 1,
            1,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Span;

    fn one(text: &str, start: usize, end: usize) -> Diagnostics {
        let mut problems = Problems::default();
        problems.push(
            Span {
                source: 0,
                start,
                end,
            },
            "wrong",
            Some("mend it".into()),
        );
        Diagnostics::new(
            &[Text {
                name: "some.ron".into(),
                text: text.into(),
            }],
            &problems,
        )
    }

    #[test]
    fn names_file_line_column_and_marks_the_word() {
        let diagnostics = one("(\n    unots: 3,\n)", 6, 11);
        let text = diagnostics.render(false, 80);
        assert!(text.contains("some.ron:2:5"), "{text}");
        assert!(text.contains("2 │     unots: 3,"), "{text}");
        assert!(text.contains("─────"), "{text}");
        assert!(text.contains("help: mend it"), "{text}");
        assert!(text.ends_with("1 problem\n"), "{text}");
        assert!(!text.contains('\u{1b}'));
        assert!(diagnostics.render(true, 80).contains('\u{1b}'));
    }

    #[test]
    fn columns_count_characters_and_lines_end_before_cr() {
        let item = one("(a: \"äöü\", b: 1)\r\n", 14, 15).items[0].clone();
        assert_eq!((item.line, item.column), (1, 12));
        assert_eq!(item.source_line, "(a: \"äöü\", b: 1)");
        assert_eq!((item.marker_start, item.marker_len), (11, 1));
    }

    #[test]
    fn any_span_in_any_text_is_rendered() {
        for text in [
            "",
            "\n",
            "a",
            "\r\n\r\n",
            "\t\tä\u{301}\u{202e}x",
            "\u{feff}(a)",
            "界界\n界",
            "\u{1b}[31m",
        ] {
            for start in 0..=text.len() + 3 {
                for end in 0..=text.len() + 3 {
                    let diagnostics = one(text, start, end);
                    let plain = diagnostics.render(false, 0);
                    let item = &diagnostics.items[0];
                    assert!(
                        plain.contains(&format!("some.ron:{}:{}", item.line, item.column)),
                        "{text:?} {plain}"
                    );
                    assert!(
                        item.source_line.chars().count() >= item.marker_start + item.marker_len
                    );
                    assert!(!plain.contains('\u{1b}') && !plain.contains('\u{202e}'));
                }
            }
        }
    }

    #[test]
    fn a_long_line_is_trimmed_around_the_marker() {
        let text = format!("({}x{})", "ä".repeat(400_000), "b".repeat(200_000));
        let at = 1 + 2 * 400_000;
        let diagnostics = one(&text, at, at + 1);
        let item = &diagnostics.items[0];
        assert!(item.source_line.chars().count() < 120);
        assert_eq!(item.source_line.chars().nth(item.marker_start), Some('x'));
        assert_eq!(item.column, 400_002);
        assert!(diagnostics.render(false, 80).len() < 2000);
        assert!(one(&text, 0, text.len()).render(false, 80).len() < 2000);
    }

    #[test]
    fn a_number_of_problems_beyond_the_shown_is_told() {
        let mut problems = Problems::default();
        for at in 0..150 {
            problems.push(
                Span {
                    source: 0,
                    start: at % 7,
                    end: 7,
                },
                format!("wrong {at}"),
                None,
            );
        }
        let diagnostics = Diagnostics::new(
            &[Text {
                name: "f".into(),
                text: "0123456".into(),
            }],
            &problems,
        );
        assert!(
            diagnostics
                .render(false, 80)
                .ends_with("150 problems, 50 of them not shown\n")
        );
        let columns: Vec<_> = diagnostics.items().iter().map(|item| item.column).collect();
        assert!(columns.is_sorted());
    }
}
