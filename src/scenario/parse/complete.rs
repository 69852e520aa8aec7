//! What may stand where the cursor is in a text that is being written: names of fields and variants, from the declarations.

use super::is_json;
use super::lexer::{Kind as Is, Token, tokens_lossy};
use crate::registry::{Field, Kind};

/// Something that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is written in place of the word that was begun.
    pub text: String,
    /// What it is, in a line.
    pub told: String,
}

/// What may stand at byte `at` of a text that is to be of a kind, and the byte where the word that was begun begins. Nothing
/// in texts, comments and JSON.
pub fn completions(text: &str, at: usize, kind: &Kind) -> (usize, Vec<Completion>) {
    let nothing = (at, Vec::new());
    let Some(before) = text.get(..at) else {
        return nothing;
    };
    let (mut tokens, fatal) = tokens_lossy(before);
    if fatal.is_some() || is_json(text) || in_comment(before, &tokens) {
        return nothing;
    }
    let begun = tokens
        .pop_if(|last| last.kind == Is::Word && last.end == at)
        .map_or(at, |word| word.start);
    let word = before.get(begun..).unwrap_or_default();
    if tokens.last().is_some_and(|last| !opens(last.kind)) {
        return nothing;
    }
    let mut place = Place::new(*kind);
    for (i, token) in tokens.iter().enumerate() {
        place.pass(before, *token, tokens.get(i + 1).copied());
    }
    let after = text.get(at..).unwrap_or_default();
    let mut found = place.here(after);
    let wanted = word.to_lowercase();
    found.retain(|c| c.text.to_lowercase().starts_with(&wanted));
    if matches!(found.as_slice(), [only] if only.text == word) {
        found.clear();
    }
    (begun, found)
}

/// Whether something may stand right behind it.
fn opens(kind: Is) -> bool {
    matches!(kind, Is::Open(_) | Is::Comma | Is::Colon)
}

/// Whether a text ends within a comment that its line does.
fn in_comment(before: &str, tokens: &[Token]) -> bool {
    let end = tokens.last().map_or(0, |token| token.end);
    let rest = before.get(end..).unwrap_or_default();
    let line = rest.rsplit('\n').next().unwrap_or_default();
    line.contains("//")
}

/// What is known within a bracket.
#[derive(Default)]
struct Within {
    /// The fields of a struct or variant.
    fields: Vec<Field>,
    /// What a value without a name is: an item of a list, the value in `Some(…)`, the only value of a struct.
    item: Option<Kind>,
    /// Fields that are there already.
    used: Vec<String>,
}

impl Within {
    /// Within a bracket that a value of this kind opens, behind a name or none.
    fn of(kind: &Kind, bracket: u8, tag: Option<&str>) -> Self {
        let named = |fields: Vec<Field>| Self {
            item: fields.first().map(|field| field.kind),
            fields,
            ..Self::default()
        };
        match kind {
            Kind::Optional(item) if tag == Some("Some") => Self {
                item: Some(item()),
                ..Self::default()
            },
            Kind::List { item, .. } if bracket == b'[' => Self {
                item: Some(item()),
                ..Self::default()
            },
            // A single item stands for a list of one.
            Kind::Optional(item) | Kind::List { item, .. } => Self::of(&item(), bracket, tag),
            Kind::Struct { fields, .. } => named(fields()),
            Kind::Choice { variants, .. } => {
                let chosen = variants().into_iter().find(|v| Some(v.name) == tag);
                chosen.map_or_else(Self::default, |chosen| named((chosen.fields)()))
            }
            Kind::Bool | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) => Self::default(),
        }
    }
}

/// Where in a text one is.
struct Place {
    within: Vec<Within>,
    /// What the value is that comes next.
    next: Option<Kind>,
    /// Whether its field is named already.
    named: bool,
    /// The name before a bracket.
    tag: Option<String>,
}

impl Place {
    fn new(kind: Kind) -> Self {
        Self {
            within: Vec::new(),
            next: Some(kind),
            named: true,
            tag: None,
        }
    }

    fn pass(&mut self, text: &str, token: Token, following: Option<Token>) {
        let raw = text.get(token.start..token.end).unwrap_or_default();
        let tag = self.tag.take();
        match token.kind {
            Is::Word if following.is_some_and(|t| t.kind == Is::Colon) => {
                if let Some(within) = self.within.last_mut() {
                    let field = within.fields.iter().find(|field| field.name == raw);
                    self.next = field.map(|field| field.kind);
                    within.used.push(raw.into());
                }
                self.named = true;
            }
            Is::Word => self.tag = Some(raw.into()),
            Is::Open(bracket) => {
                let kind = self.next.take();
                let within = kind.map(|kind| Within::of(&kind, bracket, tag.as_deref()));
                let within = within.unwrap_or_default();
                self.next = within.item;
                self.named = false;
                self.within.push(within);
            }
            Is::Close(_) => {
                self.within.pop();
                self.next = None;
                self.named = true;
            }
            Is::Comma => {
                let list = |within: &Within| within.fields.is_empty();
                let within = self.within.last().filter(|within| list(within));
                self.next = within.and_then(|within| within.item);
                self.named = false;
            }
            _ => {}
        }
    }

    /// What may stand here; `after` is the rest of the text.
    fn here(&self, after: &str) -> Vec<Completion> {
        let mut found = Vec::new();
        if let Some(within) = self.within.last().filter(|_| !self.named) {
            let (later, colon) = (later(after), after.trim_start().starts_with(':'));
            let is_free = |field: &&Field| {
                !within.used.iter().any(|name| name == field.name)
                    && !later.iter().any(|name| name == field.name)
            };
            found.extend(
                within
                    .fields
                    .iter()
                    .filter(is_free)
                    .map(|field| Completion {
                        text: format!("{}{}", field.name, if colon { "" } else { ": " }),
                        told: told(field.doc, &field.kind),
                    }),
            );
        }
        if let Some(next) = &self.next {
            values(next, &mut found);
        }
        found
    }
}

/// The fields that the rest of a text names up to the end of the bracket that it begins in.
fn later(after: &str) -> Vec<String> {
    let (tokens, _) = tokens_lossy(after);
    let mut depth = 0_usize;
    let mut names = Vec::new();
    for pair in tokens.windows(2) {
        match pair[0].kind {
            Is::Open(_) => depth += 1,
            Is::Close(_) if depth == 0 => break,
            Is::Close(_) => depth -= 1,
            Is::Word if depth == 0 && pair[1].kind == Is::Colon => {
                names.extend(after.get(pair[0].start..pair[0].end).map(String::from));
            }
            _ => {}
        }
    }
    names
}

/// The words that a value of a kind may begin with.
fn values(kind: &Kind, found: &mut Vec<Completion>) {
    let mut push = |text: &str, told: String| {
        found.push(Completion {
            text: text.into(),
            told,
        });
    };
    match kind {
        Kind::Bool => {
            push("true", String::new());
            push("false", String::new());
        }
        Kind::Optional(item) => {
            push("None", "nothing".into());
            push("Some(", item().describe());
        }
        Kind::List { item, .. } => values(&item(), found),
        Kind::Choice { variants, .. } => {
            for variant in variants() {
                push(variant.name, line(variant.doc));
            }
        }
        Kind::Int(_) | Kind::Float(_) | Kind::Text(_) | Kind::Struct { .. } => {}
    }
}

fn told(doc: &str, kind: &Kind) -> String {
    match line(doc) {
        doc if doc.is_empty() => kind.describe(),
        doc => doc,
    }
}

fn line(doc: &str) -> String {
    doc.trim().lines().next().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Bounds, Parameter};
    use crate::scenario::Setup;

    /// What may stand at the `|`.
    fn at(text: &str) -> Vec<String> {
        let cursor = text.find('|').unwrap();
        let text = text.replace('|', "");
        let (_, found) = completions(&text, cursor, &Setup::kind(Bounds::NONE));
        found.into_iter().map(|c| c.text).collect()
    }

    #[test]
    fn fields_that_are_not_there_yet_and_variants_where_they_may_stand() {
        assert_eq!(at("(ta|"), ["task: "]);
        assert_eq!(at("(ta|: Recall)"), ["task"]);
        assert_eq!(at("(task: Recall, |)").first().unwrap(), "seed: ");
        assert!(!at("(task: Recall, |)").contains(&"task: ".to_string()));
        assert!(!at("(|, task: Recall)").contains(&"task: ".to_string()));
        assert_eq!(at("(task: Rec|"), ["Recall"]);
        assert!(at("(cortex: (cell: |)").contains(&"Tanh".to_string()));
        assert!(at("(cortex: (cell: Tanh(|))").contains(&"units: ".to_string()));
        assert_eq!(at("(hippocampus: |)"), ["None", "Some("]);
        assert!(at("(hippocampus: Some((store: |").contains(&"Ca3".to_string()));
        assert!(at("(hippocampus: Some((ripple: (cue: Fr|").contains(&"Fraction".to_string()));
        assert!(at("(learning: (rule: ReplayBptt, shadows: [Bptt, T|])").contains(&"Tbptt".into()));
    }

    #[test]
    fn nothing_where_nothing_of_the_kind_may_stand() {
        for text in [
            "|",
            "(title: \"ta|",
            "(task: Recall|)",
            "(task: Recall |, seed: 1)",
            "// ta|\n(",
            "(seed: 1|",
            "{\"ta|",
            "(nonsense: (a|",
            ")|",
        ] {
            assert_eq!(at(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn anywhere_in_a_text_it_is_fit_to_stand_there() {
        let text = crate::scenario::bundled()[0].text;
        for cursor in 0..text.len() {
            let (begun, found) = completions(text, cursor, &Setup::kind(Bounds::NONE));
            assert!(begun <= cursor);
            let word = text.get(begun..cursor).unwrap_or_default().to_lowercase();
            assert!(
                found
                    .iter()
                    .all(|c| c.text.to_lowercase().starts_with(&word))
            );
        }
    }
}
