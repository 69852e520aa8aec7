//! `ammon list`: what there is to choose from, with a line of help each; with `--json`, every parameter too.

use serde_json::{Map, Value, json};

use super::closing::pretty;
use super::failure::Failure;
use super::kinds::{Entry, Kind, kinds};
use super::output::Output;
use super::table::Table;
use crate::registry::{self, Bounds, Field, nearest};

/// Lists scenarios, tasks, cells, rules, stores, exports and more.
#[derive(clap::Args, Debug)]
pub(super) struct List {
    /// Of which kind: tasks, cells, rules, …; without it, everything.
    pub kind: Option<String>,
    /// Prints JSON, with the parameters of each.
    #[arg(long)]
    pub json: bool,
}

impl List {
    pub fn run(self, output: &mut Output) -> Result<u8, Failure> {
        let kinds: Vec<Kind> = match &self.kind {
            Some(name) => vec![named(name)?],
            None => kinds(),
        };
        let entries: Vec<(&Kind, Entry)> = kinds
            .iter()
            .flat_map(|kind| kind.entries().into_iter().map(move |entry| (kind, entry)))
            .collect();
        if self.json {
            let all: Vec<Value> = entries
                .iter()
                .map(|(kind, entry)| to_json(kind, entry))
                .collect();
            output.line(pretty(&all.into()))?;
        } else {
            let mut table = Table::of_words();
            for (kind, entry) in &entries {
                let kind = self.kind.is_none().then(|| kind.one.to_string());
                table.row(kind.into_iter().chain([entry.name.clone(), help(entry)]));
            }
            output.bytes(table.to_string().as_bytes())?;
        }
        Ok(0)
    }
}

/// The kind of this name, singular or plural.
fn named(name: &str) -> Result<Kind, Failure> {
    let all: Vec<String> = kinds().into_iter().map(|k| k.many).collect();
    let is = |kind: &Kind| {
        [kind.one, kind.many.as_str()]
            .iter()
            .any(|n| n.eq_ignore_ascii_case(name))
    };
    kinds().into_iter().find(is).ok_or_else(|| {
        let shown: String = name.chars().take(64).collect();
        let guess = nearest(name, all.iter().map(String::as_str))
            .map_or(String::new(), |n| format!("did you mean `{n}`? "));
        Failure::wrong(format_args!(
            "there is no kind `{shown}`; {guess}kinds: {}",
            all.join(", ")
        ))
    })
}

/// One line of help; a cell also names its tensors, a table its columns, a metric its unit.
fn help(entry: &Entry) -> String {
    let tensors: Vec<_> = entry
        .tensors
        .iter()
        .map(|(name, shape)| format!("{name} [{}]", shape.join(",")))
        .collect();
    let line = sentence(&entry.doc);
    if !tensors.is_empty() {
        return format!("{line} Tensors: {}.", tensors.join(", "));
    }
    if !entry.columns.is_empty() {
        let names: Vec<_> = entry.columns.iter().map(|c| c.name).collect();
        return format!("{line} Columns: {}.", names.join(", "));
    }
    match entry.metric {
        Some(metric) if !metric.unit.is_empty() => format!("{line} [{}]", metric.unit),
        _ => line,
    }
}

/// The first sentence of the first paragraph.
pub(super) fn sentence(doc: &str) -> String {
    let paragraph: Vec<&str> = doc
        .trim()
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    let text = paragraph.join(" ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    text[..end].to_string()
}

fn to_json(kind: &Kind, entry: &Entry) -> Value {
    let mut object = Map::new();
    object.insert("kind".into(), kind.one.into());
    object.insert("name".into(), entry.name.clone().into());
    object.insert("doc".into(), tidy(&entry.doc).into());
    object.insert("reference".into(), entry.reference.clone().into());
    object.insert(
        "parameters".into(),
        entry
            .fields
            .iter()
            .map(parameter)
            .collect::<Vec<_>>()
            .into(),
    );
    if !entry.columns.is_empty() {
        let columns = entry
            .columns
            .iter()
            .map(|c| json!({ "name": c.name, "type": c.kind, "unit": c.unit, "doc": tidy(c.doc) }));
        object.insert("columns".into(), columns.collect::<Vec<_>>().into());
    }
    if let Some(metric) = entry.metric {
        object.insert("unit".into(), metric.unit.into());
        object.insert("better".into(), metric.better.as_str().into());
        object.insert("subjects".into(), metric.subjects.into());
    }
    if !entry.tensors.is_empty() {
        let tensors = entry
            .tensors
            .iter()
            .map(|(name, shape)| json!({ "name": name, "shape": shape }));
        object.insert("tensors".into(), tensors.collect::<Vec<_>>().into());
    }
    object.into()
}

fn parameter(field: &Field) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), field.name.into());
    object.insert("type".into(), field.kind.type_name().into());
    object.insert("unit".into(), field.unit.into());
    object.insert("range".into(), range(field));
    object.insert(
        "default".into(),
        field.default.as_deref().map_or(Value::Null, default),
    );
    object.insert("required".into(), field.default.is_none().into());
    object.insert("doc".into(), tidy(field.doc).into());
    object.insert("live".into(), field.live.into());
    if let Some(choices) = choices(&field.kind) {
        object.insert("choices".into(), choices.into());
    }
    object.into()
}

/// Bounds of a number, or of one that may be left out; an open end is null.
fn range(field: &Field) -> Value {
    let Some(Bounds { min, max }) = number_bounds(&field.kind, field.bounds) else {
        return Value::Null;
    };
    let end = |bound: f64| {
        if bound.is_finite() {
            number(bound)
        } else {
            Value::Null
        }
    };
    if min.is_finite() || max.is_finite() {
        json!([end(min), end(max)])
    } else {
        Value::Null
    }
}

fn number_bounds(kind: &registry::Kind, declared: Bounds) -> Option<Bounds> {
    match kind {
        registry::Kind::Int(bounds) | registry::Kind::Float(bounds) => {
            Some(bounds.within(declared.min, declared.max))
        }
        registry::Kind::Optional(item) => number_bounds(&item(), declared),
        _ => None,
    }
}

/// A whole number without a point.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        json!(value as i64)
    } else {
        json!(value)
    }
}

/// Numbers, truth values and plain texts as such, everything else as RON.
fn default(ron: &str) -> Value {
    serde_json::from_str(ron).unwrap_or_else(|_| ron.into())
}

fn choices(kind: &registry::Kind) -> Option<Vec<&'static str>> {
    match kind {
        registry::Kind::Choice { variants, .. } => {
            Some(variants().iter().map(|v| v.name).collect())
        }
        registry::Kind::Optional(item) | registry::Kind::List { item, .. } => choices(&item()),
        _ => None,
    }
}

/// A doc comment without its indentation.
fn tidy(doc: &str) -> String {
    let lines: Vec<&str> = doc.trim().lines().map(str::trim).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_the_first_sentence() {
        assert_eq!(
            sentence(" One thing\n that is long. Another.\n"),
            "One thing that is long."
        );
        assert_eq!(sentence("Title\n\nabout it"), "Title");
    }

    #[test]
    fn kinds_are_found_in_singular_and_plural() {
        assert_eq!(named("capacity").unwrap().many, "capacities");
        assert_eq!(named("Rules").unwrap().one, "rule");
        let Err(Failure::Wrong(error)) = named("ruels") else {
            panic!("found")
        };
        assert!(
            error.to_string().contains("did you mean `rules`"),
            "{error}"
        );
    }

    #[test]
    fn defaults_are_numbers_where_they_can_be() {
        assert_eq!(default("0.9"), json!(0.9));
        assert_eq!(default("32"), json!(32));
        assert_eq!(default("Tanh(units: 32)"), json!("Tanh(units: 32)"));
    }
}
