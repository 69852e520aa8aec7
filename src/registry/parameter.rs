//! Reading parameters from a tree.

use serde::Serialize;

use super::slot::{Below, Slot};
use super::{Body, Bounds, Field, Ident, Kind, Node, Problems, Span, Value, Variant};

/// Something that can stand in a scenario.
pub trait Parameter: Sized {
    /// What may stand there.
    fn kind(bounds: Bounds) -> Kind;
    /// Reads it; every problem found is added to `problems`, and then there is no value.
    fn read(node: &Node, bounds: Bounds, problems: &mut Problems) -> Option<Self>;
    /// The values below it: fields of a struct, items of a list; `bounds` are its own, which may be those of its items.
    fn below(&self, _bounds: Bounds) -> Vec<Below<'_>> {
        Vec::new()
    }
    /// The value of this name below it, to change.
    fn below_mut(&mut self, _name: &str) -> Option<&mut dyn Slot> {
        None
    }
    /// The variant that is chosen, of a choice.
    fn chosen(&self) -> Option<&'static str> {
        None
    }
}

/// The items of a list as values below it.
pub fn items<T: Parameter + Serialize>(list: &[T], bounds: Bounds) -> Vec<Below<'_>> {
    let field = || Field::item(T::kind(bounds), bounds);
    let numbered = list.iter().enumerate();
    let below = numbered.map(|(i, item)| Below {
        name: i.to_string().into(),
        field: field(),
        slot: item,
    });
    below.collect()
}

/// The item of this index, to change.
pub fn item_mut<'a, T: Parameter + Serialize>(
    list: &'a mut [T],
    index: &str,
) -> Option<&'a mut dyn Slot> {
    let item = list.get_mut(index.parse::<usize>().ok()?)?;
    Some(item)
}

fn wrong<T>(node: &Node, kind: &Kind, problems: &mut Problems) -> Option<T> {
    problems.push(
        node.span,
        format!("expected {}, found {}", kind.describe(), node.describe()),
        None,
    );
    None
}

fn bounded(
    node: &Node,
    value: f64,
    bounds: Bounds,
    kind: &Kind,
    problems: &mut Problems,
) -> Option<()> {
    if bounds.contain(value) {
        return Some(());
    }
    problems.push(
        node.span,
        format!("{} is out of range", node.describe()),
        Some(format!("expected {}", kind.describe())),
    );
    None
}

macro_rules! whole {
    ($($ty:ty, $max:expr);*) => {$(
        impl Parameter for $ty {
            fn kind(bounds: Bounds) -> Kind {
                Kind::Int(bounds.within(0.0, $max))
            }
            fn read(node: &Node, bounds: Bounds, problems: &mut Problems) -> Option<Self> {
                let kind = Self::kind(bounds);
                let Value::Int(i) = node.value else { return wrong(node, &kind, problems) };
                bounded(node, i as f64, bounds, &kind, problems)?;
                let value = Self::try_from(i).ok();
                if value.is_none() {
                    return wrong(node, &kind, problems);
                }
                value
            }
        }
    )*};
}
whole!(usize, f64::INFINITY; u64, f64::INFINITY);

impl Parameter for f64 {
    fn kind(bounds: Bounds) -> Kind {
        Kind::Float(bounds)
    }
    fn read(node: &Node, bounds: Bounds, problems: &mut Problems) -> Option<Self> {
        let kind = Self::kind(bounds);
        let value = match node.value {
            Value::Int(i) => i as f64,
            Value::Float(x) => x,
            _ => return wrong(node, &kind, problems),
        };
        // Single precision must hold it: 1e300 would turn into an infinity.
        if !(value as f32).is_finite() {
            problems.push(
                node.span,
                format!(
                    "{} is not a number that single precision can hold",
                    node.describe()
                ),
                Some(format!("expected {}", kind.describe())),
            );
            return None;
        }
        bounded(node, value, bounds, &kind, problems)?;
        Some(value)
    }
}

impl Parameter for bool {
    fn kind(_: Bounds) -> Kind {
        Kind::Bool
    }
    fn read(node: &Node, _: Bounds, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::Bool(b) => Some(b),
            _ => wrong(node, &Kind::Bool, problems),
        }
    }
}

impl Parameter for String {
    fn kind(bounds: Bounds) -> Kind {
        Kind::Text(bounds)
    }
    fn read(node: &Node, bounds: Bounds, problems: &mut Problems) -> Option<Self> {
        let kind = Self::kind(bounds);
        let Value::Text(text) = &node.value else {
            return wrong(node, &kind, problems);
        };
        if !bounds.contain(text.chars().count() as f64) {
            problems.push(
                node.span,
                format!("this text is longer than {} characters", bounds.max),
                None,
            );
            return None;
        }
        Some(text.clone())
    }
}

impl<T: Parameter + Serialize> Parameter for Vec<T> {
    fn below(&self, _: Bounds) -> Vec<Below<'_>> {
        items(self, Bounds::NONE)
    }
    fn below_mut(&mut self, name: &str) -> Option<&mut dyn Slot> {
        item_mut(self, name)
    }
    fn kind(length: Bounds) -> Kind {
        Kind::List {
            item: || T::kind(Bounds::NONE),
            length,
        }
    }
    fn read(node: &Node, bounds: Bounds, problems: &mut Problems) -> Option<Self> {
        let Value::List(items) = &node.value else {
            return wrong(node, &Self::kind(bounds), problems);
        };
        if !bounds.contain(items.len() as f64) {
            problems.push(
                node.span,
                format!("a list of {} items is out of range", items.len()),
                Some(format!(
                    "expected from {} to {} items",
                    bounds.min, bounds.max
                )),
            );
        }
        // Every item is read, so that every problem is found.
        let read: Vec<Option<T>> = items
            .iter()
            .map(|item| T::read(item, Bounds::NONE, problems))
            .collect();
        if !bounds.contain(items.len() as f64) {
            return None;
        }
        read.into_iter().collect()
    }
}

impl<T: Parameter + Serialize> Parameter for Option<T> {
    fn below(&self, bounds: Bounds) -> Vec<Below<'_>> {
        self.as_ref()
            .map_or(Vec::new(), |value| value.below(bounds))
    }
    fn below_mut(&mut self, name: &str) -> Option<&mut dyn Slot> {
        self.as_mut()?.below_mut(name)
    }
    fn chosen(&self) -> Option<&'static str> {
        self.as_ref()?.chosen()
    }
    fn kind(_: Bounds) -> Kind {
        Kind::Optional(|| T::kind(Bounds::NONE))
    }
    fn read(node: &Node, bounds: Bounds, problems: &mut Problems) -> Option<Self> {
        if let Value::Tagged { name, body } = &node.value {
            match (name.as_ref().map(|n| n.name.as_str()), body) {
                (Some("None"), Body::Empty) => return Some(None),
                (Some("Some"), Body::Positional(items)) if items.len() == 1 => {
                    return T::read(&items[0], bounds, problems).map(Some);
                }
                _ => {}
            }
        }
        // A bare value is read as `Some` of it: what else could it mean?
        T::read(node, bounds, problems).map(Some)
    }
}

/// The fields given at a node, taken one by one.
pub struct Given<'a> {
    owner: &'static str,
    span: Span,
    fields: Vec<(&'a Ident, &'a Node)>,
    /// Values without names: a sole one stands for the first declared field, and as many as there are fields for all of
    /// them where none may be left out.
    unnamed: Vec<(&'static str, &'a Node)>,
}

impl<'a> Given<'a> {
    /// The node given for a field.
    pub fn take(&mut self, name: &str) -> Option<&'a Node> {
        let unnamed = self.unnamed.iter().find(|(field, _)| *field == name);
        if let Some((_, node)) = unnamed {
            return Some(node);
        }
        self.fields
            .iter()
            .find(|(ident, _)| ident.name == name)
            .map(|(_, node)| *node)
    }

    /// Reports a required field that was not given.
    pub fn missing(&self, name: &str, problems: &mut Problems) {
        problems.push(
            self.span,
            format!("`{}` needs a field `{name}`", self.owner),
            Some(format!("add `{name}: …`")),
        );
    }
}

/// Opens a struct's node: refuses unknown and doubled fields, suggests the nearest name.
pub fn read_fields<'a>(
    node: &'a Node,
    owner: &'static str,
    declared: &[Field],
    problems: &mut Problems,
) -> Option<Given<'a>> {
    let mut given = Given {
        owner,
        span: node.span,
        fields: Vec::new(),
        unnamed: Vec::new(),
    };
    let Value::Tagged { name, body } = &node.value else {
        problems.push(
            node.span,
            format!(
                "expected {}, found {}",
                field_list(declared),
                node.describe()
            ),
            None,
        );
        return None;
    };
    if let Some(name) = name
        && name.name != owner
    {
        problems.push(
            name.span,
            format!("expected `{owner}(…)`, found `{}`", name.name),
            None,
        );
        return None;
    }
    match body {
        Body::Empty => {}
        Body::Positional(items) => {
            let all = declared.iter().all(|field| field.default.is_none());
            if (items.len() == 1 && !declared.is_empty()) || (all && items.len() == declared.len())
            {
                let names = declared.iter().map(|field| field.name);
                given.unnamed = names.zip(items).collect();
            } else {
                problems.push(
                    node.span,
                    "expected named fields, found values without names".to_string(),
                    Some(format!("write {}", field_list(declared))),
                );
                return None;
            }
        }
        Body::Named(fields) => {
            for (ident, value) in fields {
                if !declared.iter().any(|f| f.name == ident.name) {
                    problems.push(
                        ident.span,
                        format!("`{owner}` has no field `{}`", ident.name),
                        Some(suggest(
                            &ident.name,
                            declared.iter().map(|f| f.name),
                            "fields",
                        )),
                    );
                } else if given
                    .fields
                    .iter()
                    .any(|(other, _)| other.name == ident.name)
                {
                    problems.push(
                        ident.span,
                        format!("field `{}` is given twice", ident.name),
                        Some("keep one".into()),
                    );
                } else {
                    given.fields.push((ident, value));
                }
            }
        }
    }
    Some(given)
}

/// Finds which variant a node names; returns its name and the node of its parameters.
pub fn read_variant(
    node: &Node,
    kind: &'static str,
    declared: &[Variant],
    problems: &mut Problems,
) -> Option<(&'static str, Node)> {
    let Value::Tagged {
        name: Some(name),
        body,
    } = &node.value
    else {
        let names: Vec<_> = declared.iter().map(|v| v.name).collect();
        problems.push(
            node.span,
            format!("expected a {kind}, found {}", node.describe()),
            Some(format!("one of {}", names.join(", "))),
        );
        return None;
    };
    let Some(variant) = declared.iter().find(|v| v.name == name.name) else {
        problems.push(
            name.span,
            format!("there is no {kind} `{}`", name.name),
            Some(suggest(
                &name.name,
                declared.iter().map(|v| v.name),
                "choices",
            )),
        );
        return None;
    };
    let body = Node {
        span: node.span,
        value: Value::Tagged {
            name: None,
            body: body.clone(),
        },
    };
    Some((variant.name, body))
}

fn field_list(declared: &[Field]) -> String {
    let names: Vec<_> = declared.iter().map(|f| format!("{}: …", f.name)).collect();
    format!("`({})`", names.join(", "))
}

fn suggest<'a>(name: &str, choices: impl Iterator<Item = &'a str> + Clone, what: &str) -> String {
    let all: Vec<&str> = choices.clone().collect();
    match (nearest(name, choices), all.is_empty()) {
        (_, true) => format!("there are no {what} here"),
        (Some(best), _) => format!("did you mean `{best}`? {what}: {}", all.join(", ")),
        (None, _) => format!("{what}: {}", all.join(", ")),
    }
}

/// The choice that `name` most likely means, where one is near enough.
pub fn nearest<'a>(name: &str, choices: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.chars().take(64).collect::<String>().to_lowercase();
    let alike = |choice: &str| {
        let choice = choice.to_lowercase();
        let alike = strsim::jaro_winkler(&lower, &choice);
        // In a short word one slip weighs more than it should: `Gur`, `Tahn`.
        let slip = lower.len() >= 3 && strsim::osa_distance(&lower, &choice) == 1;
        if slip { alike.max(0.9) } else { alike }
    };
    choices
        .map(|choice| (alike(choice), choice))
        .filter(|(score, _)| *score > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, choice)| choice)
}
