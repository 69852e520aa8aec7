//! What a declaration says: fields, variants, kinds and bounds.

/// Inclusive bounds of a number, or of the length of a list or text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Smallest value allowed.
    pub min: f64,
    /// Largest value allowed.
    pub max: f64,
}

impl Bounds {
    /// No bounds beyond those of the type.
    pub const NONE: Self = Self {
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
    };

    /// Whether `value` lies within.
    pub fn contain(self, value: f64) -> bool {
        value >= self.min && value <= self.max
    }

    /// These bounds, no wider than `min..=max`.
    pub fn within(self, min: f64, max: f64) -> Self {
        Self {
            min: self.min.max(min),
            max: self.max.min(max),
        }
    }
}

/// One declared parameter.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name in scenarios and `--set` paths.
    pub name: &'static str,
    /// Help text.
    pub doc: &'static str,
    /// Unit of measure, empty where there is none.
    pub unit: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// Bounds of a number, also of one that may be left out or stands in a list, or of the length of a list or text.
    pub bounds: Bounds,
    /// The default as RON text; `None` where the field is required.
    pub default: Option<String>,
    /// Whether it may change while a run goes on.
    pub live: bool,
}

impl Field {
    /// An item of a list.
    pub fn item(kind: Kind, bounds: Bounds) -> Self {
        Self {
            name: "",
            doc: "",
            unit: "",
            kind,
            bounds,
            default: None,
            live: false,
        }
    }
}

/// One variant of a kind, with its parameters.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Name in scenarios.
    pub name: &'static str,
    /// Help text.
    pub doc: &'static str,
    /// Paper and equation it comes from, empty where it has none.
    pub reference: &'static str,
    /// Its parameters.
    pub fields: fn() -> Vec<Field>,
}

/// What may stand at a place in a scenario.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int(Bounds),
    /// A number.
    Float(Bounds),
    /// A quoted text; the bounds are of its length.
    Text(Bounds),
    /// A list; the bounds are of its length.
    List {
        /// What its items are.
        item: fn() -> Kind,
        /// Fewest and most items.
        length: Bounds,
    },
    /// A struct with named fields.
    Struct {
        /// Its name.
        name: &'static str,
        /// Help text.
        doc: &'static str,
        /// Its fields.
        fields: fn() -> Vec<Field>,
    },
    /// One of several variants.
    Choice {
        /// The kind's name: "cell", "rule", …
        name: &'static str,
        /// Help text.
        doc: &'static str,
        /// Its variants.
        variants: fn() -> Vec<Variant>,
    },
    /// A value or nothing.
    Optional(fn() -> Kind),
}

impl Kind {
    /// A few words for `ammon list` and for diagnostics: "a whole number from 1 to 4096".
    pub fn describe(&self) -> String {
        match self {
            Self::Bool => "true or false".into(),
            Self::Int(b) => format!("a whole number{}", range(*b)),
            Self::Float(b) => format!("a number{}", range(*b)),
            Self::Text(_) => "a text in double quotes".into(),
            Self::List { item, .. } => format!("a list, each item {}", item().describe()),
            Self::Struct { fields, .. } => {
                let names: Vec<_> = fields().iter().map(|f| f.name).collect();
                format!("({})", names.join(", "))
            }
            Self::Choice { name, variants, .. } => {
                let names: Vec<_> = variants().iter().map(|v| v.name).collect();
                format!("a {name}: {}", names.join(", "))
            }
            Self::Optional(item) => format!("None or Some({})", item().describe()),
        }
    }

    /// Shows the structs and choices that a value of this kind is made of, each once, outer ones before inner ones, with the
    /// path of the first place where each stands; the path of what stands in a variant has the variant's name in it.
    pub fn each(&self, visit: &mut dyn FnMut(&str, &Self)) {
        self.go("", &mut Vec::new(), visit);
    }

    fn go(&self, path: &str, seen: &mut Vec<&'static str>, visit: &mut dyn FnMut(&str, &Self)) {
        let mut new = |name| {
            let new = !seen.contains(&name);
            if new {
                seen.push(name);
            }
            new
        };
        match self {
            Self::Optional(item) | Self::List { item, .. } => item().go(path, seen, visit),
            Self::Struct { name, fields, .. } if new(name) => {
                visit(path, self);
                go_fields(&fields(), path, seen, visit);
            }
            Self::Choice { name, variants, .. } if new(name) => {
                visit(path, self);
                for variant in variants() {
                    go_fields(
                        &(variant.fields)(),
                        &path_below(path, variant.name),
                        seen,
                        visit,
                    );
                }
            }
            _ => {}
        }
    }

    /// One word for the type: "int", "float", "choice", …
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "text",
            Self::List { .. } => "list",
            Self::Struct { .. } => "struct",
            Self::Choice { .. } => "choice",
            Self::Optional(_) => "optional",
        }
    }
}

fn go_fields(
    fields: &[Field],
    path: &str,
    seen: &mut Vec<&'static str>,
    visit: &mut dyn FnMut(&str, &Kind),
) {
    for field in fields {
        field.kind.go(&path_below(path, field.name), seen, visit);
    }
}

/// The path of what is called so below another.
pub(super) fn path_below(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.into()
    } else {
        format!("{path}.{name}")
    }
}

fn range(b: Bounds) -> String {
    match (b.min.is_finite(), b.max.is_finite()) {
        (true, true) => format!(" from {} to {}", b.min, b.max),
        (true, false) => format!(" of at least {}", b.min),
        (false, true) => format!(" of at most {}", b.max),
        (false, false) => String::new(),
    }
}
