//! Declarations: every parameter of the program is declared once, here is how.
//!
//! [`params!`](crate::params!) declares a struct of parameters (doc, default, unit, range, live or restart) and
//! [`registry!`](crate::registry!) declares a kind with its variants. From these two come the RON reader with its bounds
//! checks and "did you mean", how serde writes and reads them, `ammon list`, the `--set` paths, and [`get`], [`set`] and
//! [`each`] on values by their paths. A scenario is read from a tree of [`Node`]s whose spans point into the user's text, and reading collects *every*
//! [`Problem`] instead of stopping at the first.

mod declare;
mod label;
mod node;
mod parameter;
pub mod serial;
mod slot;
#[cfg(test)]
mod tests;
mod visible;

pub use declare::{Bounds, Field, Kind, Variant};
pub use label::{label, labels};
pub use node::{Body, Ident, Node, Problem, Problems, Span, Value};
pub use parameter::{Given, Parameter, item_mut, items, nearest, read_fields, read_variant};
pub use serial::{Fields, line};
pub use slot::{
    At, Below, Lost, Slot, differences, each, get, nothing_below, nothing_there, set, values,
};
pub use visible::{code_point, is_unseen, visible};

/// The name of a field that is a word of Rust's own, `r#try` for example, as scenarios write it.
#[doc(hidden)]
pub fn plain(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

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
/// ones only when it starts anew. A field without `=` is required. A `flat` field is itself such a struct, whose fields stand
/// among those around it.
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
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[doc = $fdoc])* pub $field: $ty, )*
        }

        impl $name {
            /// One paragraph of help.
            pub const DOC: &'static str = concat!($($doc, "\n",)* "");

            /// The declarations of the fields, in order.
            #[allow(clippy::vec_init_then_push)]
            pub fn fields() -> Vec<$crate::registry::Field> {
                #[allow(unused_mut)]
                let mut fields = Vec::new();
                $(
                    $crate::params!(@declare [$($live)?] fields, $ty, $crate::registry::Field {
                        name: $crate::registry::plain(stringify!($field)),
                        doc: concat!($($fdoc, "\n",)* ""),
                        unit: $crate::params!(@unit $($unit)?),
                        kind: <$ty as $crate::registry::Parameter>::kind($crate::params!(@bounds $($min, $max)?)),
                        bounds: $crate::params!(@bounds $($min, $max)?),
                        default: $crate::params!(@default_text $ty $(, $default)?),
                        live: $crate::params!(@live $($live)?),
                    });
                )*
                fields
            }
        }

        impl $name {
            /// Reads the fields out of those given at a node.
            #[allow(unused_variables, unused_mut)]
            #[doc(hidden)]
            pub fn take(
                given: &mut $crate::registry::Given<'_>,
                problems: &mut $crate::registry::Problems,
            ) -> Option<Self> {
                $(
                    let $field: Option<$ty> = $crate::params!(
                        @take [$($live)?] given, problems, $field, $ty, [$($min, $max)?] $(, $default)?);
                )*
                Some(Self { $( $field: $field?, )* })
            }
        }

        const _: () = {
            #[doc(hidden)]
            #[derive(Default)]
            pub struct Slots {
                $( $field: $crate::params!(@slot [$($live)?] $ty), )*
            }

            #[allow(unused_variables)]
            impl $crate::registry::Fields for $name {
                const NAME: &'static str = stringify!($name);
                type Slots = Slots;

                fn names() -> &'static [&'static str] {
                    static NAMES: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| {
                        let parts: Vec<Vec<&'static str>> = vec![$( $crate::params!(@names [$($live)?] $field, $ty) ),*];
                        parts.concat()
                    });
                    &NAMES
                }

                fn put<P: $crate::registry::serial::Put>(&self, out: &mut P) -> Result<(), P::Error> {
                    $( $crate::params!(@put [$($live)?] self, out, $field); )*
                    Ok(())
                }

                fn fill<'de, F: $crate::registry::serial::Source<'de>>(
                    slots: &mut Slots,
                    name: &str,
                    from: &mut F,
                ) -> Result<bool, F::Error> {
                    Ok(false $( || $crate::params!(@fill [$($live)?] slots, name, from, $field, $ty) )*)
                }

                fn finish<E: serde::de::Error>(slots: Slots) -> Result<Self, E> {
                    Ok(Self { $( $field: $crate::params!(@finish [$($live)?] slots, $field, $ty), )* })
                }
            }
        };

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                $crate::registry::serial::write_struct(self, to)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::registry::serial::read_struct(from)
            }
        }

        impl $crate::registry::Parameter for $name {
            fn kind(_: $crate::registry::Bounds) -> $crate::registry::Kind {
                $crate::registry::Kind::Struct { name: stringify!($name), doc: Self::DOC, fields: Self::fields }
            }

            fn read(
                node: &$crate::registry::Node,
                _: $crate::registry::Bounds,
                problems: &mut $crate::registry::Problems,
            ) -> Option<Self> {
                let mut given = $crate::registry::read_fields(node, stringify!($name), &Self::fields(), problems)?;
                Self::take(&mut given, problems)
            }

            #[allow(unused_mut, clippy::vec_init_then_push)]
            fn below(&self, _: $crate::registry::Bounds) -> Vec<$crate::registry::Below<'_>> {
                let mut slots: Vec<&dyn $crate::registry::Slot> = Vec::new();
                $( $crate::params!(@slots [$($live)?] self, slots, $field); )*
                let below = Self::fields().into_iter().zip(slots);
                below.map(|(field, slot)| $crate::registry::Below { name: field.name.into(), field, slot }).collect()
            }

            #[allow(unused_variables)]
            fn below_mut(&mut self, name: &str) -> Option<&mut dyn $crate::registry::Slot> {
                $( $crate::params!(@below_mut [$($live)?] self, name, $field); )*
                None
            }
        }

        $crate::params!(@default_impl $name; $($field: $ty $(= $default)?;)*);
    };

    // A flat field is a struct whose own fields stand among those around it.
    (@declare [flat] $fields:ident, $ty:ty, $declared:expr) => { $fields.extend(<$ty>::fields()) };
    (@declare [$($live:ident)?] $fields:ident, $ty:ty, $declared:expr) => { $fields.push($declared) };
    (@take [flat] $given:ident, $problems:ident, $field:ident, $ty:ty, [] $(, $default:expr)?) => {
        <$ty>::take($given, $problems)
    };
    (@take [$($live:ident)?] $given:ident, $problems:ident, $field:ident, $ty:ty, [$($min:literal, $max:literal)?]
        $(, $default:expr)?) => {
        match $given.take($crate::registry::plain(stringify!($field))) {
            Some(node) => <$ty as $crate::registry::Parameter>::read(
                node, $crate::params!(@bounds $($min, $max)?), $problems),
            None => $crate::params!(@default_value $given, $problems, $field, $ty $(, $default)?),
        }
    };
    (@slots [flat] $self:ident, $slots:ident, $field:ident) => {
        $slots.extend($crate::registry::Parameter::below(&$self.$field, $crate::registry::Bounds::NONE).into_iter().map(|b| b.slot))
    };
    (@slots [$($live:ident)?] $self:ident, $slots:ident, $field:ident) => { $slots.push(&$self.$field) };
    (@below_mut [flat] $self:ident, $name:ident, $field:ident) => {
        if let Some(slot) = $crate::registry::Parameter::below_mut(&mut $self.$field, $name) {
            return Some(slot);
        }
    };
    (@below_mut [$($live:ident)?] $self:ident, $name:ident, $field:ident) => {
        if $name == $crate::registry::plain(stringify!($field)) {
            return Some(&mut $self.$field);
        }
    };
    (@slot [flat] $ty:ty) => { <$ty as $crate::registry::Fields>::Slots };
    (@slot [$($live:ident)?] $ty:ty) => { Option<$ty> };
    (@names [flat] $field:ident, $ty:ty) => { <$ty as $crate::registry::Fields>::names().to_vec() };
    (@names [$($live:ident)?] $field:ident, $ty:ty) => { vec![$crate::registry::plain(stringify!($field))] };
    (@put [flat] $self:ident, $out:ident, $field:ident) => {
        $crate::registry::Fields::put(&$self.$field, $out)?
    };
    (@put [$($live:ident)?] $self:ident, $out:ident, $field:ident) => {
        $crate::registry::serial::Put::field($out, $crate::registry::plain(stringify!($field)), &$self.$field)?
    };
    (@fill [flat] $slots:ident, $name:ident, $from:ident, $field:ident, $ty:ty) => {
        <$ty as $crate::registry::Fields>::fill(&mut $slots.$field, $name, $from)?
    };
    (@fill [$($live:ident)?] $slots:ident, $name:ident, $from:ident, $field:ident, $ty:ty) => {
        ($name == $crate::registry::plain(stringify!($field))
            && $crate::registry::serial::fill(&mut $slots.$field, $crate::registry::plain(stringify!($field)), $from)?)
    };
    (@finish [flat] $slots:ident, $field:ident, $ty:ty) => {
        <$ty as $crate::registry::Fields>::finish($slots.$field)?
    };
    (@finish [$($live:ident)?] $slots:ident, $field:ident, $ty:ty) => {
        $crate::registry::serial::filled($slots.$field, $crate::registry::plain(stringify!($field)))?
    };
    (@unit) => { "" };
    (@unit $unit:literal) => { $unit };
    (@bounds) => { $crate::registry::Bounds::NONE };
    (@bounds $min:literal, $max:literal) => { $crate::registry::Bounds { min: $min as f64, max: $max as f64 } };
    (@live) => { false };
    (@live live) => { true };
    (@live restart) => { false };
    (@live flat) => { false };
    (@default_text $ty:ty) => { None };
    (@default_text $ty:ty, $default:expr) => {{
        let value: $ty = $default;
        Some($crate::registry::line(&value))
    }};
    (@default_value $given:ident, $problems:ident, $field:ident, $ty:ty) => {{
        $given.missing($crate::registry::plain(stringify!($field)), $problems);
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

/// Declares a kind of thing and its variants, each with its parameters. With a trait after the kind's word, `kind()` gives a
/// variant's parameters behind it; with `=> State` after each variant's parameters, a second enum holds the variants' states
/// at run time, made by `new` and seen through one trait object.
///
/// ```
/// # mod demo {
/// ammon::params! {
///     /// Nothing is forgotten.
///     pub struct Keep {}
/// }
/// pub trait PolicyKind {
///     fn room(&self) -> usize;
/// }
/// impl PolicyKind for Keep {
///     fn room(&self) -> usize {
///         usize::MAX
///     }
/// }
/// ammon::registry! {
///     /// What is forgotten.
///     pub enum Policy "policy": PolicyKind { Keep(Keep) }
/// }
/// # }
/// # use demo::*;
/// assert_eq!(Policy::variants()[0].name, "Keep");
/// assert_eq!(Policy::named("keep").unwrap().kind().room(), usize::MAX);
/// ```
#[macro_export]
macro_rules! registry {
    (
        $(#[doc = $doc:expr])*
        pub enum $name:ident $kind:literal $(: $ktrait:ident $(<$r:ident>)?)? {
            $( $variant:ident ( $params:ty => $sty:ty ) $(: $cite:literal)? ),+ $(,)?
        }
        $(#[doc = $sdoc:expr])*
        pub enum $state:ident <R> : $trait:ident, from $start:ty;
    ) => {
        $crate::registry! {
            $(#[doc = $doc])*
            pub enum $name $kind $(: $ktrait $(<$r>)?)? {
                $( $variant ( $params ) $(: $cite)? ),+
            }
        }

        $(#[doc = $sdoc])*
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(bound = "")]
        pub enum $state<R: $crate::numeric::Real> {
            $( #[allow(missing_docs)] $variant($sty), )+
        }

        impl<R: $crate::numeric::Real> $state<R> {
            /// The state of a variant at its beginning.
            pub fn new(spec: &$name, start: $start) -> Self {
                match spec { $( $name::$variant(params) => Self::$variant(<$sty>::new(params, start)), )+ }
            }

            /// The state behind its trait.
            pub fn as_dyn(&self) -> &dyn $trait<R> {
                match self { $( Self::$variant(state) => state, )+ }
            }

            /// The state behind its trait, to change.
            pub fn as_dyn_mut(&mut self) -> &mut dyn $trait<R> {
                match self { $( Self::$variant(state) => state, )+ }
            }
        }
    };
    (
        $(#[doc = $doc:expr])*
        pub enum $name:ident $kind:literal $(: $ktrait:ident $(<$r:ident>)?)? {
            $( $variant:ident ( $params:ty ) $(: $cite:literal)? ),+ $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
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

            /// The variant of this name, in any case, with its defaults; none where a parameter has no default.
            pub fn named(name: &str) -> Option<Self> {
                let variant = Self::variants().into_iter().find(|v| v.name.eq_ignore_ascii_case(name))?;
                let node = $crate::registry::Node::of_name(variant.name);
                <Self as $crate::registry::Parameter>::read(
                    &node, $crate::registry::Bounds::NONE, &mut $crate::registry::Problems::default())
            }

            /// Every variant whose parameters all have defaults, with these.
            pub fn all() -> Vec<Self> {
                Self::variants().iter().filter_map(|v| Self::named(v.name)).collect()
            }
        }

        $crate::registry!(@kind [$($ktrait $(<$r>)?)?] $name $($variant)+);

        impl $crate::registry::Parameter for $name {
            fn kind(_: $crate::registry::Bounds) -> $crate::registry::Kind {
                $crate::registry::Kind::Choice {
                    name: $kind,
                    doc: concat!($($doc, "\n",)* ""),
                    variants: Self::variants,
                }
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

            fn below(&self, bounds: $crate::registry::Bounds) -> Vec<$crate::registry::Below<'_>> {
                match self { $( Self::$variant(params) => $crate::registry::Parameter::below(params, bounds), )+ }
            }

            fn below_mut(&mut self, name: &str) -> Option<&mut dyn $crate::registry::Slot> {
                match self { $( Self::$variant(params) => $crate::registry::Parameter::below_mut(params, name), )+ }
            }

            fn chosen(&self) -> Option<&'static str> {
                Some(self.name())
            }
        }

        impl $crate::registry::serial::Variants for $name {
            const NAME: &'static str = stringify!($name);
            const VARIANTS: &'static [&'static str] = &[$( stringify!($variant) ),+];

            fn read_from<'de, A: serde::de::VariantAccess<'de>>(
                name: &'static str,
                from: A,
            ) -> Result<Self, A::Error> {
                $(
                    if name == stringify!($variant) {
                        return $crate::registry::serial::read_fields(from).map(Self::$variant);
                    }
                )+
                Err(serde::de::Error::unknown_variant(name, Self::VARIANTS))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self {
                    $( Self::$variant(params) => {
                        $crate::registry::serial::write_variant::<Self, _, _>(stringify!($variant), params, to)
                    } )+
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::registry::serial::read_variant(from)
            }
        }
    };
    (@kind [] $name:ident $($variant:ident)+) => {};
    (@kind [$trait:ident] $name:ident $($variant:ident)+) => {
        impl $name {
            /// The variant's parameters behind their trait.
            pub fn kind(&self) -> &dyn $trait {
                match self { $( Self::$variant(params) => params, )+ }
            }
        }
    };
    (@kind [$trait:ident <$r:ident>] $name:ident $($variant:ident)+) => {
        impl $name {
            /// The variant's parameters behind their trait.
            pub fn kind<$r: $crate::numeric::Real>(&self) -> &dyn $trait<$r> {
                match self { $( Self::$variant(params) => params, )+ }
            }
        }
    };
    (@cite) => { "" };
    (@cite $cite:literal) => { $cite };
}
