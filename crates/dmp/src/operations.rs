//! What the program counts of itself. Numbers only: no name, no identifier, no address.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

/// Requests by the class of their status.
#[derive(Debug, Default)]
pub struct Operations {
    classes: [AtomicU64; 6],
}

impl Operations {
    /// Counts an answer.
    pub fn count(&self, status: StatusCode) {
        if let Some(class) = self.classes.get(usize::from(status.as_u16() / 100)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The counts, by class: `2` for 2xx and so on.
    pub fn classes(&self) -> impl Iterator<Item = (usize, u64)> {
        self.classes.iter().enumerate().skip(1).map(|(class, count)| (class, count.load(Ordering::Relaxed)))
    }
}
