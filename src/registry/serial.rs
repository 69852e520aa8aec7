//! Parameters as others see them through serde: what is declared once is also written and read field by field.
//!
//! A struct is its fields, those of a flat one among those around it, and a variant is a name with the fields of its
//! parameters. So RON has `Recall(symbols: 4, delay: 20)` where a derive would give `Recall((symbols: 4, delay: 20))`.

use std::fmt;
use std::marker::PhantomData;

use ron::ser::{PrettyConfig, to_string_pretty};
use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::ser::{SerializeStruct, SerializeStructVariant};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value as RON on one line.
pub fn line(value: &impl Serialize) -> String {
    // Nothing that is declared can fail to be written: it has no keys but names.
    to_string_pretty(value, PrettyConfig::new().depth_limit(0)).unwrap_or_default()
}

/// A value as a RON document: a line for each field and item of the outer ones, the inner ones on one line.
pub fn document(value: &impl Serialize) -> Result<String, ron::Error> {
    let config = PrettyConfig::new()
        .struct_names(true)
        .depth_limit(DEPTH)
        .indentor("    ")
        .new_line("\n");
    to_string_pretty(value, config)
}

/// How deep fields and items get lines of their own.
const DEPTH: usize = 2;

/// A declared struct of parameters.
pub trait Fields: Sized {
    /// Its name.
    const NAME: &'static str;
    /// Its fields while they are being read.
    type Slots: Default;
    /// The names of its fields, in order.
    fn names() -> &'static [&'static str];
    /// Hands out its fields, in order.
    fn put<P: Put>(&self, out: &mut P) -> Result<(), P::Error>;
    /// Reads the field of this name; whether there is one.
    fn fill<'de, F: Source<'de>>(
        slots: &mut Self::Slots,
        name: &str,
        from: &mut F,
    ) -> Result<bool, F::Error>;
    /// The struct whose fields were read.
    fn finish<E: de::Error>(slots: Self::Slots) -> Result<Self, E>;
}

/// A declared kind with its variants.
pub trait Variants: Sized {
    /// Its name.
    const NAME: &'static str;
    /// The names of its variants, in order.
    const VARIANTS: &'static [&'static str];
    /// Reads the parameters of the variant of this name.
    fn read_from<'de, A: VariantAccess<'de>>(name: &'static str, from: A)
    -> Result<Self, A::Error>;
}

/// Where fields are written to.
pub trait Put {
    /// What can go wrong.
    type Error;
    /// Writes a field.
    fn field<T: Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error>;
}

/// Where fields are read from.
pub trait Source<'de> {
    /// What can go wrong.
    type Error: de::Error;
    /// The next value; `None` where there is none left.
    fn value<T: Deserialize<'de>>(&mut self) -> Result<Option<T>, Self::Error>;
}

struct OfStruct<S>(S);
struct OfVariant<S>(S);
struct OfMap<A>(A);
struct OfSeq<A>(A);

impl<S: SerializeStruct> Put for OfStruct<S> {
    type Error = S::Error;
    fn field<T: Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_field(name, value)
    }
}

impl<S: SerializeStructVariant> Put for OfVariant<S> {
    type Error = S::Error;
    fn field<T: Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_field(name, value)
    }
}

impl<'de, A: MapAccess<'de>> Source<'de> for OfMap<A> {
    type Error = A::Error;
    fn value<T: Deserialize<'de>>(&mut self) -> Result<Option<T>, A::Error> {
        self.0.next_value().map(Some)
    }
}

impl<'de, A: SeqAccess<'de>> Source<'de> for OfSeq<A> {
    type Error = A::Error;
    fn value<T: Deserialize<'de>>(&mut self) -> Result<Option<T>, A::Error> {
        self.0.next_element()
    }
}

/// Writes a struct.
pub fn write_struct<T: Fields, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    let mut out = OfStruct(to.serialize_struct(T::NAME, T::names().len())?);
    value.put(&mut out)?;
    out.0.end()
}

/// Writes the variant of this name with its parameters.
pub fn write_variant<K: Variants, T: Fields, S: Serializer>(
    name: &'static str,
    value: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    let index = K::VARIANTS.iter().position(|other| *other == name);
    let index = index.unwrap_or_default() as u32;
    let mut out = OfVariant(to.serialize_struct_variant(K::NAME, index, name, T::names().len())?);
    value.put(&mut out)?;
    out.0.end()
}

/// Reads a struct.
pub fn read_struct<'de, T: Fields, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    from.deserialize_struct(T::NAME, T::names(), Struct(PhantomData))
}

/// Reads the parameters of a variant.
pub fn read_fields<'de, T: Fields, A: VariantAccess<'de>>(from: A) -> Result<T, A::Error> {
    from.struct_variant(T::names(), Struct(PhantomData))
}

/// Reads a variant.
pub fn read_variant<'de, K: Variants, D: Deserializer<'de>>(from: D) -> Result<K, D::Error> {
    from.deserialize_enum(K::NAME, K::VARIANTS, Choice(PhantomData))
}

/// Reads one field; it must not have been read before.
pub fn fill<'de, T: Deserialize<'de>, F: Source<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    from: &mut F,
) -> Result<bool, F::Error> {
    if slot.is_some() {
        return Err(de::Error::duplicate_field(name));
    }
    *slot = from.value()?;
    Ok(true)
}

/// A field that was read.
pub fn filled<T, E: de::Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    slot.ok_or_else(|| E::missing_field(name))
}

struct Struct<T>(PhantomData<T>);

impl<'de, T: Fields> Visitor<'de> for Struct<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let (mut slots, mut map) = (T::Slots::default(), OfMap(map));
        while let Some(name) = map.0.next_key_seed(Name(T::names()))? {
            T::fill(&mut slots, name, &mut map)?;
        }
        T::finish(slots)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        let (mut slots, mut seq) = (T::Slots::default(), OfSeq(seq));
        for name in T::names() {
            T::fill(&mut slots, name, &mut seq)?;
        }
        T::finish(slots)
    }
}

struct Choice<K>(PhantomData<K>);

impl<'de, K: Variants> Visitor<'de> for Choice<K> {
    type Value = K;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "enum {}", K::NAME)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<K, A::Error> {
        let (name, parameters) = data.variant_seed(Name(K::VARIANTS))?;
        K::read_from(name, parameters)
    }
}

/// One of several names, or its position among them.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<&'static str, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", self.0.join(", "))
    }

    fn visit_u64<E: de::Error>(self, at: u64) -> Result<&'static str, E> {
        let name = usize::try_from(at).ok().and_then(|at| self.0.get(at));
        name.copied()
            .ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(at), &self))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<&'static str, E> {
        let known = self.0.iter().find(|known| **known == name);
        known.copied().ok_or_else(|| E::unknown_field(name, self.0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(dead_code)]

    use super::*;

    crate::params! {
        /// How many.
        pub struct Amount {
            /// Units.
            pub units: usize = 32;
            /// Leak.
            pub leak: Option<f64> = Some(0.5);
        }
    }
    crate::params! {
        /// Nothing.
        pub struct Nothing {}
    }
    crate::registry! {
        /// Things.
        pub enum Thing "thing" { Nil(Nothing), Little(Amount), Much(Amount) }
    }
    crate::params! {
        /// Around it.
        pub struct Around {
            /// First.
            pub first: u64 = 1;
            /// In between.
            pub amount: Amount, flat;
            /// Last.
            pub things: Vec<Thing>;
        }
    }

    /// The same, as serde would derive it.
    mod derived {
        #[derive(serde::Serialize)]
        pub struct Amount {
            pub units: usize,
            pub leak: Option<f64>,
        }
        #[derive(serde::Serialize)]
        pub struct Nothing {}
        #[derive(serde::Serialize)]
        pub enum Thing {
            Nil(Nothing),
            Little(Amount),
            Much(Amount),
        }
        #[derive(serde::Serialize)]
        pub struct Around {
            pub first: u64,
            pub amount: Amount,
            pub things: Vec<Thing>,
        }
    }

    fn around() -> Around {
        let amount = |units, leak| Amount { units, leak };
        let things = vec![
            Thing::Nil(Nothing {}),
            Thing::Little(amount(3, None)),
            Thing::Much(Amount::default()),
        ];
        Around {
            first: 7,
            amount: amount(300, Some(-0.0)),
            things,
        }
    }

    #[test]
    fn ron_has_names_with_fields_and_no_extensions() {
        let text = line(&around());
        assert_eq!(
            text,
            "(first: 7, units: 300, leak: Some(-0.0), things: [Nil(), Little(units: 3, leak: None), \
             Much(units: 32, leak: Some(0.5))])"
        );
        assert_eq!(document(&Nothing {}).unwrap(), "Nothing()");
    }

    #[test]
    fn what_is_written_is_read_by_plain_ron_and_json() {
        let ron = document(&around()).unwrap();
        assert_eq!(ron::from_str::<Around>(&ron).unwrap(), around(), "{ron}");
        let json = serde_json::to_string(&around()).unwrap();
        assert_eq!(
            serde_json::from_str::<Around>(&json).unwrap(),
            around(),
            "{json}"
        );
    }

    #[test]
    fn checkpoints_hold_the_bytes_that_a_derive_would_give() {
        use derived as d;
        let twin = d::Around {
            first: 7,
            amount: d::Amount {
                units: 300,
                leak: Some(-0.0),
            },
            things: vec![
                d::Thing::Nil(d::Nothing {}),
                d::Thing::Little(d::Amount {
                    units: 3,
                    leak: None,
                }),
                d::Thing::Much(d::Amount {
                    units: 32,
                    leak: Some(0.5),
                }),
            ],
        };
        let bytes = postcard::to_stdvec(&around()).unwrap();
        assert_eq!(bytes, postcard::to_stdvec(&twin).unwrap());
        assert_eq!(postcard::from_bytes::<Around>(&bytes).unwrap(), around());
        for end in 0..bytes.len() {
            assert!(postcard::from_bytes::<Around>(&bytes[..end]).is_err());
        }
    }

    #[test]
    fn what_is_missing_doubled_or_unknown_is_refused() {
        for (text, what) in [
            ("(units: 3)", "leak"),
            ("(units: 3, units: 4, leak: None)", "units"),
            ("(units: 3, leek: None)", "leek"),
        ] {
            let error = ron::from_str::<Amount>(text).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
        assert!(serde_json::from_str::<Thing>(r#"{"Least": {}}"#).is_err());
    }
}
