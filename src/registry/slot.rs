//! Declared values by their paths: what stands there now, what may, and giving it another value.
//!
//! A path names fields and leaves out the names of variants: `cortex.optimizer.rate` goes into `optimizer: Adam(rate: 0.003)`. A
//! list takes an index; an optional value and a flat field are passed through.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::declare::path_below;
use super::{Bounds, Field, Kind, Node, Parameter, Problems, line, nearest};

/// A declared value, seen without its type.
pub trait Slot {
    /// What may stand there where nothing bounds it, and which values stand below.
    fn kind_here(&self) -> Kind;
    /// It as RON, on one line.
    fn text(&self) -> String;
    /// The variant that is chosen, of a choice.
    fn variant(&self) -> Option<&'static str>;
    /// The values below it, in their order; `bounds` are its own, which may be those of its items.
    fn below(&self, bounds: Bounds) -> Vec<Below<'_>>;
    /// The value of this name below it, to change.
    fn below_mut(&mut self, name: &str) -> Option<&mut dyn Slot>;
    /// Takes the value of a node, declared as `field`; keeps its own where that cannot be, and says why.
    fn take(&mut self, node: &Node, field: &Field, problems: &mut Problems);
}

/// A value below another.
pub struct Below<'a> {
    /// The name of its field, or its index.
    pub name: Cow<'static, str>,
    /// How it is declared.
    pub field: Field,
    /// It.
    pub slot: &'a dyn Slot,
}

impl<T: Parameter + Serialize> Slot for T {
    fn kind_here(&self) -> Kind {
        T::kind(Bounds::NONE)
    }

    fn text(&self) -> String {
        line(self)
    }

    fn variant(&self) -> Option<&'static str> {
        self.chosen()
    }

    fn below(&self, bounds: Bounds) -> Vec<Below<'_>> {
        Parameter::below(self, bounds)
    }

    fn below_mut(&mut self, name: &str) -> Option<&mut dyn Slot> {
        Parameter::below_mut(self, name)
    }

    fn take(&mut self, node: &Node, field: &Field, problems: &mut Problems) {
        if let Some(value) = T::read(node, field.bounds, problems) {
            *self = value;
        }
    }
}

/// What stands at a path.
#[derive(Clone, Debug)]
pub struct At {
    /// How it is declared; an item of a list has no help of its own.
    pub field: Field,
    /// Its value, as RON.
    pub value: String,
    /// Whether it may change while a run goes on: it, or something it is part of, is declared as live.
    pub live: bool,
}

impl At {
    /// The word that the value begins with: of a choice its variant, of a number the number; none of a struct or a list.
    pub fn word(&self) -> &str {
        self.value.split(['(', '[']).next().unwrap_or_default()
    }
}

/// Why a path leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Which element of the path is wrong.
    pub element: usize,
    /// What is wrong.
    pub message: String,
    /// What could stand there.
    pub help: String,
}

/// What stands at a path of a value.
pub fn get(root: &dyn Slot, path: &str) -> Result<At, Lost> {
    let mut here: Option<At> = None;
    let mut slot = root;
    for (element, name) in path.split('.').enumerate() {
        let (live, bounds) = here
            .as_ref()
            .map_or((false, Bounds::NONE), |at| (at.live, at.field.bounds));
        let found = slot
            .below(bounds)
            .into_iter()
            .find(|below| below.name == name);
        let Below {
            field, slot: below, ..
        } = found.ok_or_else(|| lost(slot, element, path))?;
        here = Some(At {
            live: live || field.live,
            field,
            value: String::new(),
        });
        slot = below;
    }
    let value = slot.text();
    here.map(|at| At { value, ..at })
        .ok_or_else(|| lost(root, 0, path))
}

/// Gives what stands at a path the value of a node. Nothing changes where the path leads nowhere, or where problems are found.
pub fn set(
    root: &mut dyn Slot,
    path: &str,
    node: &Node,
    problems: &mut Problems,
) -> Result<(), Lost> {
    let At { field, .. } = get(root, path)?;
    let mut slot = root;
    for name in path.split('.') {
        // `get` went the same way.
        let Some(below) = slot.below_mut(name) else {
            return Ok(());
        };
        slot = below;
    }
    slot.take(node, &field, problems);
    Ok(())
}

/// Shows every value below another with its path, outer ones before inner ones.
pub fn each(root: &dyn Slot, visit: &mut dyn FnMut(&str, At)) {
    go(root, Bounds::NONE, "", false, visit);
}

/// Every value below another, by its path.
pub fn values(root: &dyn Slot) -> BTreeMap<String, At> {
    let mut values = BTreeMap::new();
    each(root, &mut |path, at| {
        values.insert(path.to_string(), at);
    });
    values
}

/// What has to be set in `before` to make `after` of it: the paths, outer ones before inner ones, with the values to set.
pub fn differences(before: &dyn Slot, after: &dyn Slot) -> Vec<(String, String)> {
    let mut found = Vec::new();
    compare(before, after, "", &mut found);
    found
}

fn compare(before: &dyn Slot, after: &dyn Slot, path: &str, found: &mut Vec<(String, String)>) {
    let text = after.text();
    if before.text() == text {
        return;
    }
    let (old, new) = (before.below(Bounds::NONE), after.below(Bounds::NONE));
    let alike = old.len() == new.len() && old.iter().zip(&new).all(|(a, b)| a.name == b.name);
    if !alike || new.is_empty() || before.variant() != after.variant() {
        found.push((path.into(), text));
        return;
    }
    for (old, new) in old.iter().zip(&new) {
        compare(old.slot, new.slot, &path_below(path, &new.name), found);
    }
}

fn go(slot: &dyn Slot, bounds: Bounds, path: &str, live: bool, visit: &mut dyn FnMut(&str, At)) {
    for Below { name, field, slot } in slot.below(bounds) {
        let path = path_below(path, &name);
        let live = live || field.live;
        let bounds = field.bounds;
        visit(
            &path,
            At {
                field,
                value: slot.text(),
                live,
            },
        );
        go(slot, bounds, &path, live, visit);
    }
}

/// Why there is nothing below a value at this element of a path.
fn lost(slot: &dyn Slot, element: usize, path: &str) -> Lost {
    let names: Vec<&str> = path.split('.').collect();
    let before = names[..element].join(".");
    let (message, help) = nothing_below(
        &slot.kind_here(),
        slot.variant(),
        slot.below(Bounds::NONE).len(),
        &names[element..],
        &before,
    );
    Lost {
        element,
        message,
        help,
    }
}

/// What is wrong with the first of these names where a value of this kind stands, and what could stand there. `variant` is the
/// one chosen, `length` the number of items of a list, `before` the path to the value.
pub fn nothing_below(
    kind: &Kind,
    variant: Option<&str>,
    length: usize,
    names: &[&str],
    before: &str,
) -> (String, String) {
    let name = names.first().copied().unwrap_or_default();
    match kind {
        Kind::Optional(item) => match item() {
            Kind::Struct { .. } | Kind::Choice { .. } | Kind::List { .. }
                if variant.is_none() && length == 0 =>
            {
                nothing_there(&item(), before)
            }
            item => nothing_below(&item, variant, length, names, before),
        },
        Kind::List { .. } => {
            let indices = match length {
                0 => "the list is empty".into(),
                1 => "the list has one item, 0".into(),
                _ => format!("the list has {length} items, 0 to {}", length - 1),
            };
            let digits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
            let message = if digits {
                format!("there is no item {name}")
            } else {
                format!("a list takes an index, not `{name}`")
            };
            (message, indices)
        }
        Kind::Struct {
            name: owner,
            fields,
            ..
        } => no_field(owner, &fields(), names),
        Kind::Choice { variants, .. } => {
            let chosen = variants().into_iter().find(|v| Some(v.name) == variant);
            chosen.map_or_else(
                || (format!("there is no `{name}` here"), kind.describe()),
                |chosen| no_field(chosen.name, &(chosen.fields)(), names),
            )
        }
        Kind::Bool | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) => (
            format!("there is nothing below {}", kind.describe()),
            format!("set it with `{before}=…`"),
        ),
    }
}

/// That there is nothing at the path `before`, where a value of this kind may stand, and so nothing below it.
pub fn nothing_there(kind: &Kind, before: &str) -> (String, String) {
    (
        format!("there is no `{before}` to set this in"),
        format!("first `{before}=…`: {}", kind.describe()),
    )
}

fn no_field(owner: &str, declared: &[Field], path: &[&str]) -> (String, String) {
    let name = path.first().copied().unwrap_or_default();
    let names: Vec<&str> = declared.iter().map(|field| field.name).collect();
    let list = names.join(", ");
    let help = if name == owner && path.len() > 1 {
        "paths leave out the names of variants".into()
    } else if names.is_empty() {
        format!("`{owner}` has no fields")
    } else if let Some(best) = nearest(name, names.into_iter()) {
        format!("did you mean `{best}`? fields: {list}")
    } else {
        format!("fields: {list}")
    };
    (format!("`{owner}` has no field `{name}`"), help)
}
