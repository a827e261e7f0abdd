//! How far a file was imported, kept in the engine: what stopped goes on from there. A bad line is never done: it is tried, and told of,
//! each time.

use std::collections::BTreeSet;

use bytes::Bytes;
use dmp_core::code::sha256;
use dmp_store::Store;

use super::lines::Whole;
use crate::clock_mark;
use crate::failure::Failure;

/// How often the mark is written, in lines.
const EVERY: u64 = 2_000;
/// Bad lines that a mark remembers; with more, it stays before the next one, and what follows is looked at again.
const MOST_BAD: usize = 10_000;

/// Every line up to `upto` is done, but for the bad ones.
#[derive(Debug)]
pub struct Mark {
    key: Bytes,
    upto: u64,
    beyond: BTreeSet<u64>,
    bad: BTreeSet<u64>,
    saved: u64,
}

impl Mark {
    /// The mark of these very bytes, imported in this very way.
    ///
    /// # Errors
    /// [`Failure`] when the engine gives no answer.
    pub async fn load(store: &Store, whole: Whole, way: &str) -> Result<Self, Failure> {
        let digest = sha256(&[whole.digest.as_slice(), way.as_bytes()].concat());
        let key = Bytes::from([b"import-".as_slice(), &digest].concat());
        let kept = store.engine().get(key.clone()).await?.unwrap_or_default();
        let mut numbers = kept.chunks_exact(8).filter_map(|one| one.try_into().ok().map(u64::from_be_bytes));
        let upto = numbers.next().unwrap_or(0);
        Ok(Self { key, upto, beyond: BTreeSet::new(), bad: numbers.collect(), saved: upto })
    }

    /// How many lines are done.
    pub fn done(&self) -> u64 {
        self.upto.saturating_sub(self.bad.range(..=self.upto).count() as u64)
    }

    /// Whether a line is done.
    pub fn is_done(&self, number: u64) -> bool {
        number <= self.upto && !self.bad.contains(&number)
    }

    /// A line is done.
    pub fn finish(&mut self, number: u64) {
        self.bad.remove(&number);
        self.pass(number);
    }

    /// A line is bad.
    pub fn bad(&mut self, number: u64) {
        if self.bad.len() < MOST_BAD {
            self.bad.insert(number);
            self.pass(number);
        }
    }

    fn pass(&mut self, number: u64) {
        if number > self.upto {
            self.beyond.insert(number);
        }
        while self.beyond.remove(&(self.upto + 1)) {
            self.upto += 1;
        }
    }

    /// Writes the mark, now and then, and at the end.
    ///
    /// # Errors
    /// [`Failure`] when the engine does not take it.
    pub async fn save(&mut self, store: &Store, last: bool) -> Result<(), Failure> {
        if last || self.upto >= self.saved + EVERY {
            let numbers = std::iter::once(&self.upto).chain(self.bad.range(..=self.upto));
            let value: Vec<u8> = numbers.flat_map(|number| number.to_be_bytes()).collect();
            store.engine().put(self.key.clone(), value.into()).await?;
            self.saved = self.upto;
            clock_mark::note(store).await?;
        }
        Ok(())
    }
}
