//! A list that only grows, and of which a copy costs little: full blocks are shared.

use std::sync::Arc;

/// Entries of a block.
const BLOCK: usize = 1024;

/// The list.
#[derive(Clone, Debug)]
pub struct Growing<T> {
    full: Vec<Arc<Vec<T>>>,
    open: Vec<T>,
}

impl<T> Default for Growing<T> {
    fn default() -> Self {
        Self {
            full: Vec::new(),
            open: Vec::new(),
        }
    }
}

impl<T: Clone> Growing<T> {
    /// Puts an entry at the end.
    pub fn push(&mut self, entry: T) {
        self.open.push(entry);
        if self.open.len() == BLOCK {
            self.full.push(Arc::new(std::mem::take(&mut self.open)));
        }
    }

    /// Entries.
    pub fn len(&self) -> usize {
        self.full.len() * BLOCK + self.open.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.full.is_empty() && self.open.is_empty()
    }

    /// The entry at a position.
    pub fn get(&self, at: usize) -> Option<&T> {
        match self.full.get(at / BLOCK) {
            Some(block) => block.get(at % BLOCK),
            None => self.open.get(at.checked_sub(self.full.len() * BLOCK)?),
        }
    }

    /// The last entry.
    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.full.iter().flat_map(|b| b.iter()).chain(&self.open)
    }

    /// Entries from a position on.
    pub fn from(&self, at: usize) -> impl Iterator<Item = &T> {
        (at..self.len()).filter_map(|i| self.get(i))
    }

    /// How many entries at the beginning are so; it must be so of no entry after one of which it is not.
    pub fn partition_point(&self, so: impl Fn(&T) -> bool) -> usize {
        let blocks = self.full.partition_point(|b| b.last().is_some_and(&so));
        let within = match self.full.get(blocks) {
            Some(block) => block.partition_point(so),
            None => self.open.partition_point(so),
        };
        blocks * BLOCK + within
    }

    /// Keeps the entries at positions that are to stay.
    pub fn retain(&mut self, stays: impl Fn(usize) -> bool) {
        let mut kept = Self::default();
        for (i, entry) in self.iter().enumerate() {
            if stays(i) {
                kept.push(entry.clone());
            }
        }
        *self = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list() {
        let mut list = Growing::default();
        let mut copies = Vec::new();
        for i in 0..5000_usize {
            assert_eq!(list.len(), i);
            if i % 700 == 0 {
                copies.push(list.clone());
            }
            list.push(i);
            assert_eq!(list.last(), Some(&i));
        }
        for (k, copy) in copies.iter().enumerate() {
            assert!(copy.iter().copied().eq(0..k * 700));
        }
        for at in [0, 1, 1023, 1024, 4095, 4096, 4999, 5000, 9000] {
            assert_eq!(list.get(at).copied(), (at < 5000).then_some(at));
            assert_eq!(list.partition_point(|v| *v < at), at.min(5000));
            assert_eq!(list.from(at).count(), 5000 - at.min(5000));
        }
        list.retain(|i| i % 2 == 0);
        assert!(list.iter().copied().eq((0..5000).step_by(2)));
        assert_eq!(list.iter().next_back(), Some(&4998));
    }
}
