//! The kinds of things there are, each with its entries: the one table that `ammon list` is made from.

use crate::circuit::Place;
use crate::engine::{Phase, Scenario, StatesSpec, load};
use crate::hippocampus::{
    CapacitySpec, CueSpec, DecoderSpec, Entorhinal, EvictSpec, Hippocampus, OrderSpec, Ripple,
    SalienceSpec, SelectSpec, SeparationSpec, SharpnessSpec, StoreSpec, UnitSpec,
};
use crate::learning::{AttendSpec, FeedbackSpec, RuleSpec, TruncationSpec};
use crate::neocortex::{
    CellSpec, CellState, InitSpec, LossSpec, OptimizerSpec, ReadoutSpec, TensorShape,
};
use crate::record::{Column, Declared, METRICS, TABLES, Table};
use crate::registry::{Field, Variant};
use crate::scenario::{Cortex, Learning, UpdateSpec, bundled};
use crate::task::TaskSpec;
use crate::trace::ExportSpec;

/// A kind of thing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// Its name, one of them.
    pub one: &'static str,
    /// Its name, several of them.
    pub many: &'static str,
    /// All there are.
    pub entries: fn() -> Vec<Entry>,
}

/// One thing of a kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub name: String,
    /// Help, possibly long.
    pub doc: String,
    /// The paper it comes from, or nothing.
    pub reference: String,
    /// Its parameters.
    pub fields: Vec<Field>,
    /// Names and symbolic shapes of its weights, for a cell.
    pub tensors: Vec<(String, Vec<String>)>,
    /// Of a table.
    pub columns: Vec<Column>,
    /// Of a metric.
    pub metric: Option<&'static Declared>,
}

const fn kind(one: &'static str, many: &'static str, entries: fn() -> Vec<Entry>) -> Kind {
    Kind { one, many, entries }
}

/// All kinds, one a line.
pub(super) const KINDS: &[Kind] = &[
    kind("scenario", "scenarios", scenarios),
    kind("section", "sections", sections),
    kind("task", "tasks", || of(TaskSpec::variants())),
    kind("cell", "cells", cells),
    kind("init", "inits", || of(InitSpec::variants())),
    kind("optimizer", "optimizers", || of(OptimizerSpec::variants())),
    kind("readout", "readouts", || of(ReadoutSpec::variants())),
    kind("rule", "rules", || of(RuleSpec::variants())),
    kind("truncation", "truncations", || {
        of(TruncationSpec::variants())
    }),
    kind("loss", "losses", || of(LossSpec::variants())),
    kind("feedback", "feedbacks", || of(FeedbackSpec::variants())),
    kind("attention", "attentions", || of(AttendSpec::variants())),
    kind("update", "updates", || of(UpdateSpec::variants())),
    kind("store", "stores", || of(StoreSpec::variants())),
    kind("separation", "separations", || {
        of(SeparationSpec::variants())
    }),
    kind("decoder", "decoders", || of(DecoderSpec::variants())),
    kind("capacity", "capacities", || of(CapacitySpec::variants())),
    kind("eviction", "evictions", || of(EvictSpec::variants())),
    kind("order", "orders", || of(OrderSpec::variants())),
    kind("cue", "cues", || of(CueSpec::variants())),
    kind("selection", "selections", || of(SelectSpec::variants())),
    kind("salience", "saliences", || of(SalienceSpec::variants())),
    kind("sharpness", "sharpnesses", || of(SharpnessSpec::variants())),
    kind("unit", "units", || of(UnitSpec::variants())),
    kind("source", "sources", || of(StatesSpec::variants())),
    kind("phase", "phases", || of(Phase::variants())),
    kind("region", "regions", regions),
    kind("pathway", "pathways", pathways),
    kind("table", "tables", tables),
    kind("metric", "metrics", metrics),
    kind("export", "exports", || of(ExportSpec::variants())),
];

fn of(variants: Vec<Variant>) -> Vec<Entry> {
    let entry = |v: Variant| Entry {
        name: v.name.into(),
        doc: v.doc.into(),
        reference: v.reference.into(),
        fields: (v.fields)(),
        ..Entry::default()
    };
    variants.into_iter().map(entry).collect()
}

fn scenarios() -> Vec<Entry> {
    let entry = |b: &crate::scenario::Bundled| {
        let scenario = load(b.document(), &[], None).ok();
        let (title, about, references) = scenario
            .map(|s| (s.title, s.about, s.references.join(", ")))
            .unwrap_or_default();
        Entry {
            name: b.name.into(),
            doc: format!("{title}\n\n{about}"),
            reference: references,
            ..Entry::default()
        }
    };
    bundled().iter().map(entry).collect()
}

/// The parts of a scenario that are no choice: their parameters stand under a fixed name.
fn sections() -> Vec<Entry> {
    let entry = |name: &str, doc: &str, fields: Vec<Field>| Entry {
        name: name.into(),
        doc: doc.into(),
        fields,
        ..Entry::default()
    };
    vec![
        entry("Scenario", Scenario::DOC, Scenario::fields()),
        entry("cortex", Cortex::DOC, Cortex::fields()),
        entry("hippocampus", Hippocampus::DOC, Hippocampus::fields()),
        entry("hippocampus.ripple", Ripple::DOC, Ripple::fields()),
        entry(
            "hippocampus.entorhinal",
            Entorhinal::DOC,
            Entorhinal::fields(),
        ),
        entry("learning", Learning::DOC, Learning::fields()),
    ]
}

fn cells() -> Vec<Entry> {
    let mut entries = of(CellSpec::variants());
    for entry in &mut entries {
        entry.tensors = tensors(&entry.name).unwrap_or_default();
    }
    entries
}

/// Names and shapes of a cell's weights and of the readout's, in the symbols N, X and Y.
fn tensors(cell: &str) -> Option<Vec<(String, Vec<String>)>> {
    let spec = CellSpec::named(cell)?;
    // A number of inputs that is no multiple of any number of units.
    let inputs = 7919;
    let state = CellState::<f32>::new(&spec, inputs);
    let cell = state.as_dyn();
    let symbol = |size: usize| symbol(size, cell.units(), inputs);
    let shape = |t: &TensorShape| {
        let columns = (!t.vector).then(|| symbol(t.cols));
        std::iter::once(symbol(t.rows)).chain(columns).collect()
    };
    let mut named: Vec<_> = cell
        .tensors()
        .iter()
        .map(|t| (t.name.clone(), shape(t)))
        .collect();
    named.push(("V".into(), vec!["Y".into(), "N".into()]));
    named.push(("c".into(), vec!["Y".into()]));
    Some(named)
}

fn symbol(size: usize, units: usize, inputs: usize) -> String {
    for (unit, name) in [(inputs, "X"), (units, "N")] {
        if size == unit {
            return name.into();
        }
        if size > unit && size.is_multiple_of(unit) {
            return format!("{}{name}", size / unit);
        }
        if unit.is_multiple_of(size.max(1)) && size > 1 {
            return format!("{name}/{}", unit / size);
        }
    }
    size.to_string()
}

fn regions() -> Vec<Entry> {
    Place::regions()
        .map(|place| role_of(place, place.role()))
        .collect()
}

fn pathways() -> Vec<Entry> {
    Place::pathways()
        .map(|(place, from, to)| role_of(place, &format!("{from} to {to}: {}", place.role())))
        .collect()
}

fn tables() -> Vec<Entry> {
    let entry = |table: &Table| Entry {
        name: table.file.into(),
        doc: table.doc.into(),
        columns: (table.columns)(),
        ..Entry::default()
    };
    TABLES.iter().map(entry).collect()
}

fn metrics() -> Vec<Entry> {
    let entry = |declared: &&'static Declared| Entry {
        name: declared.told(),
        doc: declared.doc.into(),
        metric: Some(declared),
        ..Entry::default()
    };
    METRICS.iter().map(entry).collect()
}

fn role_of(place: Place, role: &str) -> Entry {
    Entry {
        name: place.name().into(),
        doc: role.into(),
        ..Entry::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_name_of_its_own_and_help() {
        let mut kinds: Vec<_> = KINDS.iter().flat_map(|k| [k.one, k.many]).collect();
        kinds.sort_unstable();
        assert!(kinds.windows(2).all(|pair| pair[0] != pair[1]));
        for kind in KINDS {
            let entries = (kind.entries)();
            assert!(!entries.is_empty(), "{}", kind.many);
            for (i, entry) in entries.iter().enumerate() {
                assert!(!entry.doc.trim().is_empty(), "{} {}", kind.one, entry.name);
                assert!(
                    entries[..i].iter().all(|other| other.name != entry.name),
                    "{}",
                    entry.name
                );
            }
        }
    }

    #[test]
    fn every_parameter_has_help() {
        for entry in KINDS.iter().flat_map(|k| (k.entries)()) {
            for field in &entry.fields {
                assert!(
                    !field.doc.trim().is_empty(),
                    "{}.{}",
                    entry.name,
                    field.name
                );
            }
        }
    }

    #[test]
    fn cells_name_their_tensors_in_symbols() {
        let shapes = tensors("Tanh").unwrap();
        let find = |name: &str| shapes.iter().find(|(n, _)| n == name).unwrap().1.join(",");
        assert_eq!(
            (find("W"), find("U"), find("b"), find("V")),
            ("N,N".into(), "N,X".into(), "N".into(), "Y,N".into())
        );
    }
}
