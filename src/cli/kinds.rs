//! The kinds of things there are, each with its entries: what `ammon list` shows. What a scenario may hold is found by walking
//! its declaration.

use crate::circuit::Place;
use crate::engine::{Scenario, load};
use crate::export::ExportSpec;
use crate::neocortex::{CellSpec, CellState, TensorShape, Weights};
use crate::record::{Column, Declared, METRICS, TABLES, Table};
use crate::registry::{Bounds, Field, Kind as Declaration, Parameter, Variant};
use crate::scenario::{bundled, bundled_sweeps, read_sweep};

/// A kind of thing.
pub(super) struct Kind {
    /// Its name, one of them.
    pub one: &'static str,
    /// Its name, several of them.
    pub many: String,
    entries: Entries,
}

/// Where the entries of a kind come from.
enum Entries {
    /// A list of their own.
    Listed(fn() -> Vec<Entry>),
    /// A kind that is declared.
    Declared(fn() -> Vec<Variant>),
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

impl Kind {
    fn new(one: &'static str, entries: Entries) -> Self {
        Self {
            one,
            many: plural(one),
            entries,
        }
    }

    /// All there are.
    pub fn entries(&self) -> Vec<Entry> {
        match self.entries {
            Entries::Listed(entries) => entries(),
            Entries::Declared(variants) => of(self.one, variants()),
        }
    }
}

/// All kinds: scenarios, the choices that a scenario may make, and what else has names.
pub(super) fn kinds() -> Vec<Kind> {
    let listed = |(one, entries)| Kind::new(one, Entries::Listed(entries));
    let mut kinds: Vec<Kind> = [("scenario", scenarios as fn() -> _), ("section", sections)]
        .map(listed)
        .into();
    let mut choices = |_: &str, kind: &Declaration| {
        if let Declaration::Choice { name, variants, .. } = kind {
            kinds.push(Kind::new(name, Entries::Declared(*variants)));
        }
    };
    Scenario::kind(Bounds::NONE).each(&mut choices);
    <ExportSpec as Parameter>::kind(Bounds::NONE).each(&mut choices);
    kinds.extend(
        [
            ("sweep", sweeps as fn() -> _),
            ("region", regions),
            ("pathway", pathways),
            ("table", tables),
            ("metric", metrics),
        ]
        .map(listed),
    );
    kinds
}

/// "capacities" of "capacity", "losses" of "loss".
fn plural(one: &str) -> String {
    match one.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if one.ends_with('s') => format!("{one}es"),
        None => format!("{one}s"),
    }
}

fn of(kind: &str, variants: Vec<Variant>) -> Vec<Entry> {
    let entry = |v: Variant| Entry {
        name: v.name.into(),
        doc: v.doc.into(),
        reference: v.reference.into(),
        fields: (v.fields)(),
        tensors: if kind == "cell" {
            tensors(v.name)
        } else {
            Vec::new()
        },
        ..Entry::default()
    };
    variants.into_iter().map(entry).collect()
}

fn scenarios() -> Vec<Entry> {
    let entry = |b: &crate::scenario::Bundled| {
        let scenario = load(b.document(), &[], None).ok();
        let (title, about, references) = scenario
            .map(|s| {
                let about = [s.finding, s.about].join("\n\n");
                (s.title, about, s.references.join(", "))
            })
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

fn sweeps() -> Vec<Entry> {
    let entry = |b: &crate::scenario::Bundled| {
        let sweep = read_sweep(b.document()).ok();
        let told = sweep.map(|s| format!("{}\n\n{}", s.title, [s.finding, s.about].join("\n\n")));
        Entry {
            name: b.name.into(),
            doc: told.unwrap_or_default(),
            ..Entry::default()
        }
    };
    bundled_sweeps().iter().map(entry).collect()
}

/// The parts of a scenario that are no choice: their parameters stand under a fixed name.
fn sections() -> Vec<Entry> {
    let mut sections = Vec::new();
    Scenario::kind(Bounds::NONE).each(&mut |path, kind| {
        if let Declaration::Struct { name, doc, fields } = kind {
            sections.push(Entry {
                name: if path.is_empty() { name } else { path }.into(),
                doc: (*doc).into(),
                fields: fields(),
                ..Entry::default()
            });
        }
    });
    sections
}

/// Names and shapes of a cell's weights and of the readout's, in the symbols N, X and Y.
fn tensors(cell: &str) -> Vec<(String, Vec<String>)> {
    let Some(spec) = CellSpec::named(cell) else {
        return Vec::new();
    };
    // Numbers of inputs and outputs that are no multiple of any number of units.
    let (inputs, outputs) = (7919, 7907);
    let state = CellState::<f32>::new(&spec, inputs);
    let cell = state.as_dyn();
    let sizes = [(inputs, "X"), (outputs, "Y"), (cell.units(), "N")];
    let symbol = |size: usize| symbol(size, sizes);
    let shape = |t: &TensorShape| {
        let columns = (!t.vector).then(|| symbol(t.cols));
        std::iter::once(symbol(t.rows)).chain(columns).collect()
    };
    let readout = Weights::<f32>::readout(outputs, cell.units());
    let tensors = cell.tensors().into_iter().chain(readout);
    tensors.map(|t| (t.name.clone(), shape(&t))).collect()
}

fn symbol(size: usize, sizes: [(usize, &str); 3]) -> String {
    for (unit, name) in sizes {
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
        let all = kinds();
        let names = all.iter().flat_map(|k| [k.one, k.many.as_str()]);
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        for kind in &all {
            let entries = kind.entries();
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
    fn what_a_scenario_may_hold_is_found_by_itself() {
        let all = kinds();
        for (one, many) in [
            ("task", "tasks"),
            ("loss", "losses"),
            ("capacity", "capacities"),
            ("truncation", "truncations"),
            ("sharpness", "sharpnesses"),
            ("phase", "phases"),
            ("export", "exports"),
        ] {
            let kind = all.iter().find(|kind| kind.one == one);
            assert_eq!(kind.unwrap_or_else(|| panic!("{one}")).many, many);
        }
        let sections: Vec<_> = sections().into_iter().map(|s| s.name).collect();
        let expected = [
            "Scenario",
            "cortex",
            "hippocampus",
            "hippocampus.entorhinal",
            "hippocampus.ripple",
            "learning",
        ];
        for name in expected {
            assert!(sections.iter().any(|s| s == name), "{name}: {sections:?}");
        }
    }

    #[test]
    fn every_parameter_has_help() {
        for entry in kinds().iter().flat_map(Kind::entries) {
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
        let shapes = tensors("Tanh");
        let find = |name: &str| shapes.iter().find(|(n, _)| n == name).unwrap().1.join(",");
        assert_eq!(
            (find("W"), find("U"), find("b"), find("V")),
            ("N,N".into(), "N,X".into(), "N".into(), "Y,N".into())
        );
    }
}
