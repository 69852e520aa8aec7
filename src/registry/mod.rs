//! Declarations: every parameter of the program is declared once, here is how.
//!
//! [`params!`](crate::params!) declares a struct of parameters (doc, default, unit, range, live or restart) and
//! [`registry!`](crate::registry!) declares a kind with its variants. From these two come the RON reader with its bounds
//! checks and "did you mean", the writer of resolved scenarios, `ammon list`, the `--set` paths and the controls of the
//! app. A scenario is read from a tree of [`Node`]s whose spans point into the user's text, and reading collects *every*
//! [`Problem`] instead of stopping at the first.

mod declare;
mod node;
mod parameter;

pub use declare::{Bounds, Field, Kind, Variant};
pub use node::{Body, Ident, Node, Problem, Problems, Span, Value};
pub use parameter::{Parameter, Writer, nearest, read_fields, read_variant};

/// Declares a struct of parameters.
///
/// ```
/// ammon::params! {
///     /// A leaky thing.
///     pub struct LeakyThing {
///         /// How many there are.
///         pub units: usize = 32, [1 ..= 4096], "units", restart;
///         /// Fraction replaced at each step.
///         pub leak: f64 = 1.0, [0.01 ..= 1.0], live;
///     }
/// }
/// assert_eq!(LeakyThing::default().units, 32);
/// ```
///
/// `[min ..= max]` bounds a number, or the length of a list or text; a quoted word is the unit. `live` parameters may change while a run goes on, `restart`
/// ones only when it starts anew. A field without `=` is required.
#[macro_export]
macro_rules! params {
    (
        $(#[doc = $doc:expr])*
        pub struct $name:ident {
            $(
                $(#[doc = $fdoc:expr])*
                pub $field:ident : $ty:ty $(= $default:expr)?
                    $(, [$min:literal ..= $max:literal])?
                    $(, $unit:literal)?
                    $(, $live:ident)? ;
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $( $(#[doc = $fdoc])* pub $field: $ty, )*
        }

        impl $name {
            /// One paragraph of help.
            pub const DOC: &'static str = concat!($($doc, "\n",)* "");

            /// The declarations of the fields, in order.
            pub fn fields() -> Vec<$crate::registry::Field> {
                vec![$(
                    $crate::registry::Field {
                        name: stringify!($field),
                        doc: concat!($($fdoc, "\n",)* ""),
                        unit: $crate::params!(@unit $($unit)?),
                        kind: <$ty as $crate::registry::Parameter>::kind($crate::params!(@bounds $($min, $max)?)),
                        default: $crate::params!(@default_text $ty $(, $default)?),
                        live: $crate::params!(@live $($live)?),
                    },
                )*]
            }
        }

        impl $crate::registry::Parameter for $name {
            fn kind(_: $crate::registry::Bounds) -> $crate::registry::Kind {
                $crate::registry::Kind::Struct { name: stringify!($name), fields: Self::fields }
            }

            #[allow(unused_variables, unused_mut)]
            fn read(
                node: &$crate::registry::Node,
                _: $crate::registry::Bounds,
                problems: &mut $crate::registry::Problems,
            ) -> Option<Self> {
                let mut given = $crate::registry::read_fields(node, stringify!($name), &Self::fields(), problems)?;
                $(
                    let $field: Option<$ty> = match given.take(stringify!($field)) {
                        Some(node) => <$ty as $crate::registry::Parameter>::read(
                            node, $crate::params!(@bounds $($min, $max)?), problems),
                        None => $crate::params!(@default_value given, problems, $field, $ty $(, $default)?),
                    };
                )*
                Some(Self { $( $field: $field?, )* })
            }

            #[allow(unused_variables)]
            fn write(&self, out: &mut $crate::registry::Writer) {
                out.open_struct();
                $( out.field(stringify!($field), &self.$field); )*
                out.close_struct();
            }
        }

        $crate::params!(@default_impl $name; $($field: $ty $(= $default)?;)*);
    };

    (@unit) => { "" };
    (@unit $unit:literal) => { $unit };
    (@bounds) => { $crate::registry::Bounds::NONE };
    (@bounds $min:literal, $max:literal) => { $crate::registry::Bounds { min: $min as f64, max: $max as f64 } };
    (@live) => { false };
    (@live live) => { true };
    (@live restart) => { false };
    (@default_text $ty:ty) => { None };
    (@default_text $ty:ty, $default:expr) => {{
        let value: $ty = $default;
        Some($crate::registry::Writer::line(&value))
    }};
    (@default_value $given:ident, $problems:ident, $field:ident, $ty:ty) => {{
        $given.missing(stringify!($field), $problems);
        None
    }};
    (@default_value $given:ident, $problems:ident, $field:ident, $ty:ty, $default:expr) => {
        Some($default)
    };
    // `Default` exists only where every field has one.
    (@default_impl $name:ident; $($field:ident : $ty:ty = $default:expr;)*) => {
        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* }
            }
        }
    };
    (@default_impl $name:ident; $($rest:tt)*) => {};
}

/// Declares a kind of thing and its variants, each with its parameters; with `state`, also the enum of their run-time
/// states, seen through one trait object.
///
/// ```
/// # mod demo {
/// ammon::params! {
///     /// Nothing is forgotten.
///     pub struct Keep {}
/// }
/// ammon::registry! {
///     /// What is forgotten.
///     pub enum Policy "policy" { Keep(Keep) }
/// }
/// # }
/// # use demo::*;
/// assert_eq!(Policy::variants()[0].name, "Keep");
/// ```
#[macro_export]
macro_rules! registry {
    (
        $(#[doc = $doc:expr])*
        pub enum $name:ident $kind:literal {
            $( $variant:ident ( $params:ty ) $(: $cite:literal)? ),+ $(,)?
        }
        $(
            $(#[doc = $sdoc:expr])*
            pub enum $state:ident <R> : $trait:ident {
                $( $svariant:ident ( $sty:ty ) ),+ $(,)?
            }
        )?
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $( #[allow(missing_docs)] $variant($params), )+
        }

        impl $name {
            /// The declarations of the variants, in order.
            pub fn variants() -> Vec<$crate::registry::Variant> {
                vec![$(
                    $crate::registry::Variant {
                        name: stringify!($variant),
                        doc: <$params>::DOC,
                        reference: $crate::registry!(@cite $($cite)?),
                        fields: <$params>::fields,
                    },
                )+]
            }

            /// This variant's name, as scenarios write it.
            pub fn name(&self) -> &'static str {
                match self { $( Self::$variant(_) => stringify!($variant), )+ }
            }
        }

        impl $crate::registry::Parameter for $name {
            fn kind(_: $crate::registry::Bounds) -> $crate::registry::Kind {
                $crate::registry::Kind::Choice { name: $kind, variants: Self::variants }
            }

            fn read(
                node: &$crate::registry::Node,
                _: $crate::registry::Bounds,
                problems: &mut $crate::registry::Problems,
            ) -> Option<Self> {
                let (name, body) = $crate::registry::read_variant(node, $kind, &Self::variants(), problems)?;
                $(
                    if name == stringify!($variant) {
                        return <$params as $crate::registry::Parameter>::read(
                            &body, $crate::registry::Bounds::NONE, problems).map(Self::$variant);
                    }
                )+
                None
            }

            fn write(&self, out: &mut $crate::registry::Writer) {
                match self {
                    $( Self::$variant(params) => out.variant(stringify!($variant), params), )+
                }
            }
        }

        $(
            $(#[doc = $sdoc])*
            #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
            #[serde(bound = "")]
            pub enum $state<R: $crate::numeric::Real> {
                $( #[allow(missing_docs)] $svariant($sty), )+
            }

            impl<R: $crate::numeric::Real> $state<R> {
                /// The state behind its trait.
                pub fn as_dyn(&self) -> &dyn $trait<R> {
                    match self { $( Self::$svariant(state) => state, )+ }
                }

                /// The state behind its trait, to change.
                pub fn as_dyn_mut(&mut self) -> &mut dyn $trait<R> {
                    match self { $( Self::$svariant(state) => state, )+ }
                }
            }
        )?
    };
    (@cite) => { "" };
    (@cite $cite:literal) => { $cite };
}
