//! From text to a tree of [`Node`]s with spans, going on after errors.
//!
//! The text is cut into tokens (`lexer`), their brackets are paired (`brackets`), and the tree is built from them (`grammar`);
//! the small slips of everyday (a comma left out, `=` for `:`, braces for parentheses) are reported and mended on the way
//! (`slips`), each once and without consequences further down. The grammar is that of RON; an object in braces, as JSON
//! writes it, is understood in it. Size, number of tokens and nesting are limited before anything recursive runs.

mod attributes;
mod brackets;
mod complete;
mod escape;
mod grammar;
mod lexer;
mod number;
mod roles;
mod slips;
mod spoken;

pub use self::complete::{Completion, completions};
use self::lexer::Fatal;
pub use self::roles::{Role, roles};
pub use self::spoken::in_json;
use crate::registry::{Body, Node, Problems, Span, Value};

/// Largest text accepted, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// Deepest nesting of brackets accepted.
pub const MOST_DEPTH: usize = 64;

/// Most tokens accepted.
pub const MOST_TOKENS: usize = 100_000;

/// What could be made of a text.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The tree, unless the text was too broken to have one.
    pub root: Option<Node>,
    /// The nodes from which a broken part was left out: what is missing in them says nothing.
    pub damaged: Vec<Span>,
}

/// Parses `text`, which is source number `source`; adds every syntax error to `problems`.
pub fn parse(text: &str, source: usize, problems: &mut Problems) -> Option<Node> {
    parse_lossy(text, source, problems).root
}

/// Like [`parse`], and tells which nodes are incomplete.
pub fn parse_lossy(text: &str, source: usize, problems: &mut Problems) -> Parsed {
    let mut report = Report {
        source,
        problems,
        damage: Vec::new(),
        json: is_json(text),
    };
    match read(text, &mut report) {
        Ok(root) => {
            let damaged = root
                .iter()
                .flat_map(|root| report.damage.iter().map(|at| innermost(root, *at)))
                .collect();
            Parsed { root, damaged }
        }
        Err(fatal) => {
            report.push(fatal.start, fatal.end, fatal.message, fatal.help);
            Parsed::default()
        }
    }
}

/// Problems of one text, and the places where something was left out of the tree.
struct Report<'a> {
    source: usize,
    problems: &'a mut Problems,
    damage: Vec<usize>,
    /// Whether the text is JSON: it has more escapes and a `null`, and its names stand in quotes.
    json: bool,
}

impl Report<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span {
            source: self.source,
            start,
            end,
        }
    }

    fn push(&mut self, start: usize, end: usize, message: impl Into<String>, help: Option<String>) {
        self.problems.push(self.span(start, end), message, help);
    }

    /// Marks what encloses `at` as incomplete.
    fn damage(&mut self, at: usize) {
        if self.damage.len() < Problems::MOST {
            self.damage.push(at);
        }
    }
}

fn read(text: &str, report: &mut Report<'_>) -> Result<Option<Node>, Fatal> {
    if text.len() > MOST_BYTES {
        let message = format!(
            "this is {} bytes long; at most {MOST_BYTES} (1 MiB) are read",
            text.len()
        );
        return Err(Fatal::new(0..0, message, None));
    }
    let tokens = attributes::skip(text, lexer::tokens(text)?, report);
    if tokens.is_empty() {
        let message = "a value was expected, but there is nothing here";
        return Err(Fatal::new(text.len()..text.len(), message, None));
    }
    let tokens = brackets::balance(text, tokens, report);
    Ok(grammar::tree(text, &tokens, report))
}

/// Whether a text is JSON rather than RON: it begins with an object whose first name stands in quotes.
pub fn is_json(text: &str) -> bool {
    let text =
        text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '[' | '\u{feff}'));
    let object = text.strip_prefix('{').map(str::trim_start);
    object.is_some_and(|inside| inside.starts_with(['"', '}'])) || text.trim_end() == "null"
}

/// The span of the innermost node around a place.
fn innermost(root: &Node, at: usize) -> Span {
    let mut node = root;
    loop {
        let holds = |child: &&Node| child.span.start <= at && at < child.span.end;
        let child = match &node.value {
            Value::List(items)
            | Value::Tagged {
                body: Body::Positional(items),
                ..
            } => items.iter().find(holds),
            Value::Tagged {
                body: Body::Named(fields),
                ..
            } => fields.iter().map(|(_, child)| child).find(holds),
            Value::Object(fields) => fields.iter().map(|(_, child)| child).find(holds),
            _ => None,
        };
        match child {
            Some(child) => node = child,
            None => return node.span,
        }
    }
}

/// A name as problems quote it: a hostile file must not fill the screen.
pub(super) fn clip(name: &str) -> String {
    const LONGEST: usize = 60;
    let mut chars = name.chars();
    let short: String = chars.by_ref().take(LONGEST).collect();
    if chars.next().is_some() {
        short + "…"
    } else {
        short
    }
}

#[cfg(test)]
mod tests;
