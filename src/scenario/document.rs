//! From a file and its `--set`s to checked values: parse, edit, read, and report all problems of all stages at once.

use super::diagnostics::Diagnostics;
use super::json::settle;
use super::parse::parse_lossy;
use super::set;
use super::text::Text;
use crate::registry::{Body, Bounds, Node, Parameter, Problems, Span, Value};

/// What a clean document gives: the values, the tree they were read from, and the texts its spans point into.
pub type Document<T> = (T, Node, Vec<Text>);

/// Reads a `T` from a file and its `--set`s, in their order. The problems of all stages are reported together.
pub fn read<T: Parameter>(file: Text, sets: &[String]) -> Result<Document<T>, Diagnostics> {
    let mut problems = Problems::default();
    let parsed = parse_lossy(&file.text, 0, &mut problems);
    let mut texts = vec![file];
    texts.extend(sets.iter().map(|set| Text::of_set(set)));

    let kind = T::kind(Bounds::NONE);
    let mut root = parsed.root;
    if let Some(root) = &mut root {
        settle(root, &kind);
    }
    for (set, source) in sets.iter().zip(1..) {
        match &mut root {
            Some(root) => set::apply_argument(root, set, source, &kind, &mut problems),
            None => set::check_argument(set, source, &mut problems),
        }
    }
    let value = root.as_ref().and_then(|root| {
        let mut found = Problems::default();
        let value = T::read(root, Bounds::NONE, &mut found);
        merge(&mut problems, &found, &parsed.damaged);
        value
    });
    match (value, root) {
        (Some(value), Some(root)) if problems.is_empty() => Ok((value, root, texts)),
        _ => Err(Diagnostics::new(&texts, &problems)),
    }
}

/// Adds the problems found in reading, without those of nodes that a syntax error left incomplete.
fn merge(problems: &mut Problems, found: &Problems, damaged: &[Span]) {
    for problem in found
        .list()
        .iter()
        .filter(|problem| !damaged.contains(&problem.span))
    {
        problems.push(problem.span, problem.message.clone(), problem.help.clone());
    }
    // Once the list is full, pushing counts.
    let uncounted = if problems.list().len() == Problems::MOST {
        found.more()
    } else {
        0
    };
    for _ in 0..uncounted {
        problems.push(Span::default(), "", None);
    }
}

/// Where the value of a path like `learning.shadows.1` stands; the nearest value around it where it is left out.
pub fn span_at(node: &Node, path: &str) -> Span {
    let mut node = node;
    for name in path.split('.') {
        match child(node, name) {
            Some(below) => node = below,
            None => return within(node).span,
        }
    }
    node.span
}

/// The value inside `Some(…)`, and of a parenthesis with a sole value without a name.
fn within(node: &Node) -> &Node {
    match &node.value {
        Value::Tagged {
            body: Body::Positional(items),
            ..
        } => match items.as_slice() {
            [only] => within(only),
            _ => node,
        },
        _ => node,
    }
}

fn child<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    match &node.value {
        Value::List(items) => items.get(name.parse::<usize>().ok()?),
        Value::Tagged {
            body: Body::Named(fields),
            ..
        } => fields
            .iter()
            .find(|(ident, _)| ident.name == name)
            .map(|(_, node)| node),
        Value::Tagged {
            name: Some(some),
            body: Body::Positional(items),
        } if some.name == "Some" => child(items.first()?, name),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;
