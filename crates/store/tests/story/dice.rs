//! Chance and the hour, both from the seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use dmp_core::code::Instant;
use dmp_store::{Chance, Clock};

/// splitmix64: a story needs no more.
#[derive(Debug)]
pub struct Dice(pub u64);

fn mix(state: u64) -> u64 {
    let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

impl Dice {
    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) % limit.max(1) as u64) as usize
    }

    /// Whether something with that chance in 100 happens.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Fresh bytes for every life of every process: none comes twice.
#[derive(Debug)]
pub struct SeededChance(pub AtomicU64);

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            for (to, from) in chunk.iter_mut().zip(mix(state).to_le_bytes()) {
                *to = from;
            }
        }
    }
}

/// The hour that the story tells; a process's own clock may be a little off.
#[derive(Debug, Clone)]
pub struct StoryClock {
    pub millis: Arc<AtomicI64>,
    pub off: i64,
}

impl StoryClock {
    /// Lets time pass.
    pub fn pass(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.millis.fetch_add(1, Ordering::Relaxed) + self.off)
    }
}
