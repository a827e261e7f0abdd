//! Chance that is none: numbers, one after another.

use std::sync::atomic::{AtomicU64, Ordering};

use dmp_store::Chance;

/// Eight bytes a number, the lowest first.
#[derive(Debug, Default)]
pub struct Counting(AtomicU64);

impl Chance for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
            chunk.iter_mut().zip(number).for_each(|(to, from)| *to = from);
        }
    }
}
