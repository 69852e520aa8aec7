//! The spanned tree that parameters are read from, and the problems found while reading.

/// A place in one of the texts a scenario is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Which text: 0 is the file, then one for each `--set`.
    pub source: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What stands there.
    pub value: Value,
}

/// What RON can say, as far as scenarios use it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// `[…]`.
    List(Vec<Node>),
    /// `Name`, `Name(…)`, `(…)`.
    Tagged {
        /// The name before the parenthesis.
        name: Option<Ident>,
        /// What the parenthesis holds.
        body: Body,
    },
    /// `{"name": …}`, as JSON has it.
    Object(Vec<(Ident, Node)>),
    /// `null`, as JSON has it.
    Null,
    /// Something no scenario uses (a map, a byte string); the text names it.
    Other(&'static str),
}

/// The inside of a parenthesis.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// No parenthesis, or an empty one.
    Empty,
    /// `(1, 2)`.
    Positional(Vec<Node>),
    /// `(a: 1, b: 2)`.
    Named(Vec<(Ident, Node)>),
}

impl Node {
    /// A name alone: a variant with its defaults.
    pub fn of_name(name: &str) -> Self {
        let span = Span::default();
        let name = Ident {
            name: name.into(),
            span,
        };
        let value = Value::Tagged {
            name: Some(name),
            body: Body::Empty,
        };
        Self { span, value }
    }

    /// What stands here, in a few words, for "found …".
    pub fn describe(&self) -> String {
        match &self.value {
            Value::Bool(b) => format!("{b}"),
            Value::Int(i) => format!("the number {i}"),
            // Debug writes 1e300 as such, Display as 301 digits.
            Value::Float(x) => format!("the number {x:?}"),
            Value::Text(_) => "a text".into(),
            Value::List(items) => format!("a list of {}", items.len()),
            Value::Tagged {
                name: Some(name), ..
            } => format!("`{}`", name.name),
            Value::Tagged {
                name: None,
                body: Body::Empty,
            } => "`()`".into(),
            Value::Tagged { name: None, .. } => "`(…)`".into(),
            Value::Object(_) => "an object".into(),
            Value::Null => "null".into(),
            Value::Other(what) => (*what).into(),
        }
    }
}

/// One thing wrong with a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What was expected there, or how to mend it.
    pub help: Option<String>,
}

/// All that is wrong with a scenario.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// More than this many are counted, not kept: a hostile file must not fill the memory.
    pub const MOST: usize = 100;

    /// Adds a problem.
    pub fn push(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        if self.list.len() < Self::MOST {
            self.list.push(Problem {
                span,
                message: message.into(),
                help,
            });
        } else {
            self.more += 1;
        }
    }

    /// The problems kept.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// How many more there were.
    pub fn more(&self) -> usize {
        self.more
    }

    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
