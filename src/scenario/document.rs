//! From a file and its `--set`s to checked values: parse, edit, read, and report all problems of all stages at once.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::diagnostics::Diagnostics;
use super::parse::{MOST_BYTES, parse_lossy};
use super::set;
use crate::registry::{Body, Bounds, Node, Parameter, Problems, Span, Value};

/// A text with the name that problems give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Path of the file, or `--set`.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("there is no file `{}`", .0.display())]
    Missing(PathBuf),
    /// It is a folder.
    #[error("`{}` is a folder; name the scenario file in it", .0.display())]
    Folder(PathBuf),
    /// It is longer than a scenario can be.
    #[error("`{}` is larger than 1 MiB; that is no scenario", .0.display())]
    TooLarge(PathBuf),
    /// It is not a text.
    #[error("`{}` is not UTF-8 text (byte {at}); save it as UTF-8", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The first byte that is wrong, from 0.
        at: usize,
    },
    /// Anything else.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Reads a file, or standard input for `-`; never more than 1 MiB of it.
pub fn read_file(path: &Path) -> Result<Text, ReadError> {
    if path == Path::new("-") {
        return read_from(io::stdin().lock(), Path::new("standard input"));
    }
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ReadError::Missing(path.into()),
        io::ErrorKind::IsADirectory => ReadError::Folder(path.into()),
        _ => ReadError::Io {
            path: path.into(),
            source,
        },
    };
    if path.is_dir() {
        return Err(ReadError::Folder(path.into()));
    }
    read_from(File::open(path).map_err(failed)?, path)
}

fn read_from(input: impl Read, path: &Path) -> Result<Text, ReadError> {
    let mut bytes = Vec::new();
    let read = input.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|source| ReadError::Io {
        path: path.into(),
        source,
    })?;
    if bytes.len() > MOST_BYTES {
        return Err(ReadError::TooLarge(path.into()));
    }
    let text = String::from_utf8(bytes).map_err(|error| ReadError::NotText {
        path: path.into(),
        at: error.utf8_error().valid_up_to(),
    })?;
    Ok(Text {
        name: path.display().to_string(),
        text,
    })
}

/// What a clean document gives: the values, the tree they were read from, and the texts its spans point into.
pub type Document<T> = (T, Node, Vec<Text>);

/// Reads a `T` from a file and its `--set`s, in their order. The problems of all stages are reported together.
pub fn read<T: Parameter>(file: Text, sets: &[String]) -> Result<Document<T>, Diagnostics> {
    let mut problems = Problems::default();
    let parsed = parse_lossy(&file.text, 0, &mut problems);
    let mut texts = vec![file];
    texts.extend(sets.iter().map(|set| Text {
        name: "--set".into(),
        text: set.clone(),
    }));

    let kind = T::kind(Bounds::NONE);
    let mut root = parsed.root;
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
