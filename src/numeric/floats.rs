//! Counting the floats that something keeps: a serialiser that writes nothing and counts every f32 and f64.
//!
//! What a rule says it retains is counted in what it would save, never taken from a formula.

use serde::ser::{self, Serialize};
use serde::{Deserialize, Serializer};

/// What is kept for a measurement alone, and would not be there without it: left out of the count.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, Deserialize)]
#[serde(rename = "Measured")]
pub struct Measured<T>(pub T);

/// How many floats `value` holds, [`Measured`] ones left out.
pub fn floats_in(value: &impl Serialize) -> usize {
    counted(value).0
}

/// How many 16-bit counts `value` holds: the synapses of a store whose weights are whole.
pub fn counts_in(value: &impl Serialize) -> usize {
    counted(value).1
}

fn counted(value: &impl Serialize) -> Count {
    let mut count = Count(0, 0);
    // Fails only where a type's own Serialize gives up; then what was counted up to there stands.
    let _: Result<(), Never> = value.serialize(&mut count);
    count
}

/// Floats, and 16-bit counts.
struct Count(usize, usize);

/// The error that does not come.
#[derive(Debug)]
struct Never;

impl std::fmt::Display for Never {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not to be counted")
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! nothing {
    ($($name:ident($($ty:ty),*)),* $(,)?) => {
        $( fn $name(self, $(_: $ty),*) -> Result<(), Never> { Ok(()) } )*
    };
}

impl Serializer for &mut Count {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    nothing! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_i128(i128),
        serialize_u8(u8), serialize_u32(u32), serialize_u64(u64), serialize_u128(u128), serialize_char(char),
        serialize_str(&str), serialize_bytes(&[u8]), serialize_none(), serialize_unit(),
        serialize_unit_struct(&'static str), serialize_unit_variant(&'static str, u32, &'static str),
    }

    fn serialize_u16(self, _: u16) -> Result<(), Never> {
        self.1 += 1;
        Ok(())
    }

    fn serialize_f32(self, _: f32) -> Result<(), Never> {
        self.0 += 1;
        Ok(())
    }

    fn serialize_f64(self, _: f64) -> Result<(), Never> {
        self.0 += 1;
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        if name == "Measured" {
            return Ok(());
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Never> {
        Ok(self)
    }
}

macro_rules! compound {
    ($($name:ident: $method:ident $( ($key:ty) )?);* $(;)?) => {$(
        impl ser::$name for &mut Count {
            type Ok = ();
            type Error = Never;

            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $key,)? value: &T) -> Result<(), Never> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        }
    )*};
}

compound! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}

impl ser::SerializeMap for &mut Count {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::DMatrix;

    #[test]
    fn floats_are_counted_wherever_they_lie_but_not_what_is_measured() {
        #[derive(serde::Serialize)]
        struct Thing {
            count: u64,
            wide: u128,
            name: &'static str,
            letter: char,
            nothing: (),
            states: Vec<f32>,
            tensors: Vec<DMatrix<f64>>,
            pair: Option<(f64, usize)>,
            synapses: Vec<u16>,
            apart: Measured<Vec<f32>>,
        }
        let thing = Thing {
            count: 7,
            wide: 8,
            name: "nine",
            letter: 'x',
            nothing: (),
            states: vec![0.0; 5],
            tensors: vec![DMatrix::zeros(2, 3), DMatrix::zeros(1, 1)],
            pair: Some((1.0, 2)),
            synapses: vec![1; 9],
            apart: Measured(vec![0.0; 100]),
        };
        assert_eq!(counts_in(&thing), 9);
        assert_eq!(floats_in(&thing), 5 + 6 + 1 + 1);
    }
}
