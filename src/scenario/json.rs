//! A scenario written in JSON: `{"task": {"Recall": {"delay": 20}}, "hippocampus": null}`.
//!
//! JSON has fewer shapes than RON. Once it is known what may stand at a place, its objects, strings and nulls are given
//! the shapes that RON has for it, so that `--set`, the reader and all checks know one kind of tree.

use super::parse::clip;
use crate::registry::{Body, Field, Ident, Kind, Node, Value};

/// Gives a value the shape of what is declared there; what does not fit stays, and reading it will tell.
pub(super) fn settle(node: &mut Node, kind: &Kind) {
    match kind {
        Kind::Struct { fields, .. } => {
            if let Value::Object(given) = &mut node.value {
                node.value = Value::Tagged {
                    name: None,
                    body: Body::Named(std::mem::take(given)),
                };
            }
            settle_fields(node, fields);
        }
        Kind::Choice { variants, .. } => {
            name_variant(node);
            let Value::Tagged {
                name: Some(name), ..
            } = &node.value
            else {
                return;
            };
            let variant = variants()
                .into_iter()
                .find(|variant| variant.name == name.name);
            if let Some(variant) = variant {
                settle_fields(node, &variant.fields);
            }
        }
        Kind::List { item, .. } => match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|node| settle(node, &item())),
            // Some lists may be given as a single value.
            _ => settle(node, &item()),
        },
        Kind::Optional(item) => match &mut node.value {
            Value::Null => node.value = Node::of_name("None").value,
            Value::Tagged {
                name: Some(name),
                body: Body::Positional(items),
            } if name.name == "Some" => {
                items.iter_mut().for_each(|node| settle(node, &item()));
            }
            _ => settle(node, &item()),
        },
        Kind::Bool | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) => {}
    }
}

/// Of `"Tanh"` and of `{"Tanh": …}` makes a variant with its parameters.
fn name_variant(node: &mut Node) {
    let span = node.span;
    let (name, body) = match &mut node.value {
        Value::Text(name) => (
            Ident {
                name: clip(name),
                span,
            },
            Body::Empty,
        ),
        Value::Object(fields) if fields.len() == 1 => {
            let Some((name, node)) = fields.pop() else {
                return;
            };
            let body = match node.value {
                Value::Object(fields) => Body::Named(fields),
                _ => Body::Positional(vec![node]),
            };
            (name, body)
        }
        _ => return,
    };
    node.value = Value::Tagged {
        name: Some(name),
        body,
    };
}

fn settle_fields(node: &mut Node, fields: &dyn Fn() -> Vec<Field>) {
    let Value::Tagged { body, .. } = &mut node.value else {
        return;
    };
    match body {
        Body::Named(given) if !given.is_empty() => {
            let declared = fields();
            for (name, node) in given {
                if let Some(field) = declared.iter().find(|field| field.name == name.name) {
                    settle(node, &field.kind);
                }
            }
        }
        // A sole value stands for the first field.
        Body::Positional(items) => {
            if let ([item], Some(first)) = (items.as_mut_slice(), fields().first()) {
                settle(item, &first.kind);
            }
        }
        _ => {}
    }
}
