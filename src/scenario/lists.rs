//! Lists that may be given as a single value.

use crate::hippocampus::{CueSpec, Fraction};
use crate::registry::{
    Below, Bounds, Kind, Node, Parameter, Problems, Slot, Value, item_mut, items,
};

/// At least one value; `100` stands for `[100]`. Bounds are those of each value.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct OneOrMore<T>(pub Vec<T>);

/// Most values of a list.
const MOST: f64 = 200.0;

/// What may stand in such a list.
pub trait Item: Parameter {
    /// How its kind is told without bounds.
    fn item() -> Kind;
    /// Reads it, also from a shorter form.
    fn read_item(node: &Node, bounds: Bounds, problems: &mut Problems) -> Option<Self> {
        Self::read(node, bounds, problems)
    }
}

impl Item for usize {
    fn item() -> Kind {
        Self::kind(Bounds::NONE)
    }
}

impl Item for String {
    fn item() -> Kind {
        Self::kind(Bounds::NONE)
    }
}

impl Item for f64 {
    fn item() -> Kind {
        Self::kind(Bounds::NONE)
    }
}

impl Item for CueSpec {
    fn item() -> Kind {
        <Self as Parameter>::kind(Bounds::NONE)
    }

    /// A bare number is the fraction of the units that are cued.
    fn read_item(node: &Node, bounds: Bounds, problems: &mut Problems) -> Option<Self> {
        if !matches!(node.value, Value::Int(_) | Value::Float(_)) {
            return Self::read(node, bounds, problems);
        }
        let unit = Bounds { min: 0.0, max: 1.0 };
        let fraction = f64::read(node, unit, problems)?;
        Some(Self::Fraction(Fraction { fraction }))
    }
}

impl<T: Item + serde::Serialize> Parameter for OneOrMore<T> {
    fn below(&self, bounds: Bounds) -> Vec<Below<'_>> {
        items(&self.0, bounds)
    }

    fn below_mut(&mut self, name: &str) -> Option<&mut dyn Slot> {
        item_mut(&mut self.0, name)
    }

    fn kind(_: Bounds) -> Kind {
        Kind::List {
            item: T::item,
            length: Bounds {
                min: 1.0,
                max: MOST,
            },
        }
    }

    fn read(node: &Node, bounds: Bounds, problems: &mut Problems) -> Option<Self> {
        let Value::List(items) = &node.value else {
            return T::read_item(node, bounds, problems).map(|one| Self(vec![one]));
        };
        if items.is_empty() || items.len() as f64 > MOST {
            problems.push(
                node.span,
                format!("a list of {} values is out of range", items.len()),
                Some(format!("expected from 1 to {MOST} values")),
            );
            return None;
        }
        // Every value is read, so that every problem is found.
        let read: Vec<Option<T>> = items
            .iter()
            .map(|item| T::read_item(item, bounds, problems))
            .collect();
        read.into_iter().collect::<Option<Vec<T>>>().map(Self)
    }
}
