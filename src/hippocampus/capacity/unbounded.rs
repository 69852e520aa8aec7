//! Everything is kept.

use super::CapacityKind;
use crate::params;

params! {
    /// Everything is kept.
    pub struct Unbounded {}
}

impl CapacityKind for Unbounded {}
