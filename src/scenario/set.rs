//! `--set PATH=VALUE`: edits the tree of a scenario before it is read.
//!
//! A path names fields and skips the names of variants: `cortex.cell.units` goes into `cell: Tanh(units: 32)`. A list takes
//! an index, an optional value is passed through, and what the file leaves out is filled in from its declared default.

use super::json::settle;
use super::parse::parse;
use crate::registry::{
    Body, Field, Ident, Kind, Node, Problems, Span, Value, nothing_below, nothing_there,
};

/// Puts `value` at `path` in the tree whose root is declared as `kind`. `path` begins where `arg_span` does, so that a
/// problem points at the element concerned.
pub fn apply(
    root: &mut Node,
    path: &str,
    value: Node,
    kind: &Kind,
    arg_span: Span,
    problems: &mut Problems,
) {
    let elements: Vec<Element<'_>> = elements(path, arg_span);
    if let Some(empty) = elements.iter().find(|element| element.name.is_empty()) {
        let help = "a path is names joined by dots: `cortex.cell.units=64`".to_string();
        problems.push(empty.span, "a name is missing in this path", Some(help));
        return;
    }
    Walk {
        all: &elements,
        problems,
    }
    .descend(root, *kind, &elements, value);
}

/// The tree of a value that is declared as `kind`, written in RON or JSON.
pub fn value(text: &str, kind: &Kind, problems: &mut Problems) -> Option<Node> {
    let mut node = parse_value("", text, 0, problems)?;
    settle(&mut node, kind);
    Some(node)
}

/// Splits `path=value`, parses the value and applies it; `source` is the number of the text.
pub(super) fn apply_argument(
    root: &mut Node,
    argument: &str,
    source: usize,
    kind: &Kind,
    problems: &mut Problems,
) {
    let Some((path, value)) = split(argument, source, problems) else {
        return;
    };
    let span = Span {
        source,
        start: 0,
        end: argument.len(),
    };
    match parse_value(path, value, source, problems) {
        Some(value) => apply(root, path, value, kind, span, problems),
        None => apply(
            &mut root.clone(),
            path,
            Node {
                span,
                value: Value::Other(""),
            },
            kind,
            span,
            problems,
        ),
    }
}

/// Reports what is wrong with an argument, where there is no tree to apply it to.
pub(super) fn check_argument(argument: &str, source: usize, problems: &mut Problems) {
    if let Some((path, value)) = split(argument, source, problems) {
        parse_value(path, value, source, problems);
    }
}

/// The path and the value of an argument.
fn split<'a>(
    argument: &'a str,
    source: usize,
    problems: &mut Problems,
) -> Option<(&'a str, &'a str)> {
    let halves = argument.split_once('=');
    if halves.is_none() {
        let span = Span {
            source,
            start: 0,
            end: argument.len(),
        };
        problems.push(
            span,
            "expected PATH=VALUE",
            Some("for example `cortex.cell.units=64`".into()),
        );
    }
    halves
}

/// The value, if nothing is wrong with it; its spans are those of the whole argument.
fn parse_value(path: &str, value: &str, source: usize, problems: &mut Problems) -> Option<Node> {
    let at = path.len() + 1;
    if value.trim().is_empty() {
        let span = Span {
            source,
            start: at,
            end: at + value.len(),
        };
        problems.push(
            span,
            "a value is missing after the `=`",
            Some("an empty text is `\"\"`".into()),
        );
        return None;
    }
    let before = problems.list().len() + problems.more();
    // Blanks in place of the path keep the spans those of the argument.
    let parsed = parse(&format!("{}{value}", " ".repeat(at)), source, problems);
    parsed.filter(|_| problems.list().len() + problems.more() == before)
}

#[derive(Clone, Copy)]
struct Element<'a> {
    name: &'a str,
    span: Span,
}

fn elements(path: &str, span: Span) -> Vec<Element<'_>> {
    let mut at = span.start;
    path.split('.')
        .map(|part| {
            let name = part.trim();
            let start = at + part.len() - part.trim_start().len();
            at += part.len() + 1;
            Element {
                name,
                span: Span {
                    start,
                    end: start + name.len(),
                    ..span
                },
            }
        })
        .collect()
}

struct Walk<'a> {
    /// The whole path.
    all: &'a [Element<'a>],
    problems: &'a mut Problems,
}

impl Walk<'_> {
    /// Where the tree does not fit its declaration nothing is done: reading it will tell.
    fn descend(&mut self, node: &mut Node, kind: Kind, path: &[Element<'_>], value: Node) {
        let Some((element, rest)) = path.split_first() else {
            *node = value;
            settle(node, &kind);
            return;
        };
        match kind {
            Kind::Optional(item) => self.optional(node, item(), path, value),
            Kind::List { item, .. } => {
                let Value::List(items) = &mut node.value else {
                    return;
                };
                let length = items.len();
                match element
                    .name
                    .parse()
                    .ok()
                    .and_then(|index: usize| items.get_mut(index))
                {
                    Some(node) => self.descend(node, item(), rest, value),
                    None => self.nothing_below(&kind, None, length, path),
                }
            }
            Kind::Struct { fields, .. } => self.field(node, &kind, None, &fields(), path, value),
            Kind::Choice { variants, .. } => {
                let Value::Tagged {
                    name: Some(name), ..
                } = &node.value
                else {
                    return;
                };
                let Some(variant) = variants()
                    .into_iter()
                    .find(|variant| variant.name == name.name)
                else {
                    return;
                };
                let fields = (variant.fields)();
                self.field(node, &kind, Some(variant.name), &fields, path, value);
            }
            Kind::Bool | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) => {
                self.nothing_below(&kind, None, 0, path);
            }
        }
    }

    fn optional(&mut self, node: &mut Node, inner: Kind, path: &[Element<'_>], value: Node) {
        let Value::Tagged {
            name: Some(name),
            body,
        } = &mut node.value
        else {
            return self.descend(node, inner, path, value);
        };
        match (name.name.as_str(), body) {
            ("Some", Body::Positional(items)) => {
                if let [node] = items.as_mut_slice() {
                    self.descend(node, inner, path, value);
                }
            }
            ("None", Body::Empty) => {
                let Some(element) = path.first() else { return };
                if let Some(mut filled) = self.blank(inner, *element) {
                    self.descend(&mut filled, inner, path, value);
                    *node = filled;
                }
            }
            _ => self.descend(node, inner, path, value),
        }
    }

    fn field(
        &mut self,
        node: &mut Node,
        kind: &Kind,
        variant: Option<&str>,
        declared: &[Field],
        path: &[Element<'_>],
        value: Node,
    ) {
        let Some((element, rest)) = path.split_first() else {
            return;
        };
        let Value::Tagged { body, .. } = &mut node.value else {
            return;
        };
        let Some(field) = declared.iter().find(|field| field.name == element.name) else {
            return self.nothing_below(kind, variant, 0, path);
        };
        let Some(fields) = named(body, declared) else {
            return;
        };
        if let Some((_, node)) = fields
            .iter_mut()
            .find(|(ident, _)| ident.name == field.name)
        {
            return self.descend(node, field.kind, rest, value);
        }
        let ident = Ident {
            name: field.name.into(),
            span: element.span,
        };
        let Some((below, _)) = rest.split_first() else {
            let mut value = value;
            settle(&mut value, &field.kind);
            fields.push((ident, value));
            return;
        };
        let default = field
            .default
            .as_deref()
            .and_then(|text| default(text, element.span));
        if let Some(mut node) = default.or_else(|| self.blank(field.kind, *below)) {
            self.descend(&mut node, field.kind, rest, value);
            fields.push((ident, node));
        }
    }

    /// What to start from where there is neither a value nor a default; `below` is the element that needs it.
    fn blank(&mut self, kind: Kind, below: Element<'_>) -> Option<Node> {
        match kind {
            Kind::Struct { .. } => Some(Node {
                span: below.span,
                value: Value::Tagged {
                    name: None,
                    body: Body::Empty,
                },
            }),
            Kind::Optional(item) => self.blank(item(), below),
            _ => {
                let before = self.path_before(below);
                let (message, help) = nothing_there(&kind, &before);
                self.problems.push(below.span, message, Some(help));
                None
            }
        }
    }

    fn path_before(&self, element: Element<'_>) -> String {
        let before = self
            .all
            .iter()
            .take_while(|other| other.span.start < element.span.start);
        before.map(|other| other.name).collect::<Vec<_>>().join(".")
    }

    /// Reports that the first element of `path` names nothing below a value of this kind.
    fn nothing_below(
        &mut self,
        kind: &Kind,
        variant: Option<&str>,
        length: usize,
        path: &[Element<'_>],
    ) {
        let Some(element) = path.first() else { return };
        let names: Vec<&str> = path.iter().map(|element| element.name).collect();
        let before = self.path_before(*element);
        let (message, help) = nothing_below(kind, variant, length, &names, &before);
        self.problems.push(element.span, message, Some(help));
    }
}

/// The named fields of a parenthesis; a sole value without a name is given that of the first declared field.
fn named<'a>(body: &'a mut Body, declared: &[Field]) -> Option<&'a mut Vec<(Ident, Node)>> {
    match body {
        Body::Empty => *body = Body::Named(Vec::new()),
        Body::Positional(items) if items.len() == 1 => {
            let (first, node) = (declared.first()?, items.pop()?);
            let ident = Ident {
                name: first.name.into(),
                span: node.span,
            };
            *body = Body::Named(vec![(ident, node)]);
        }
        _ => {}
    }
    match body {
        Body::Named(fields) => Some(fields),
        _ => None,
    }
}

/// A declared default as a tree that stands where the path asks for it.
fn default(text: &str, span: Span) -> Option<Node> {
    let mut node = parse(text, span.source, &mut Problems::default())?;
    place(&mut node, span);
    Some(node)
}

fn place(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| place(item, span)),
        Value::Tagged { name, body } => {
            if let Some(name) = name {
                name.span = span;
            }
            match body {
                Body::Empty => {}
                Body::Positional(items) => items.iter_mut().for_each(|item| place(item, span)),
                Body::Named(fields) => fields.iter_mut().for_each(|(ident, item)| {
                    ident.span = span;
                    place(item, span);
                }),
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
