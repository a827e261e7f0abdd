//! Who had how many dossiers disclosed to him lately: the windows of the budgets (decisions 32), in the memory of one process.
//!
//! A disclosure is noted when it is decided, before its entry is durable: two dossiers at once cannot both be the last that a
//! budget allows. After a restart the windows are empty: a stolen credential gains one window by it, not more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use dmp_core::access::budget::DisclosureWindow;
use dmp_core::access::{Allowances, subjects_of};
use dmp_core::code::Instant;
use dmp_core::dossier::Subject;
use dmp_core::identity::Requester;

/// So many subjects are remembered before those whose windows are past are forgotten.
const MANY: usize = 10_000;

/// The windows of all who consult.
#[derive(Debug, Default)]
pub struct Budgets {
    windows: Mutex<HashMap<Subject, DisclosureWindow<u32>>>,
}

impl Budgets {
    /// Whether one of the subjects as which the caller acts may have no other dossier disclosed.
    pub fn is_spent(&self, allowances: &Allowances, requester: &Requester, journal: u32, now: Instant) -> bool {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        subjects_of(requester).iter().any(|subject| {
            let limits = allowances.of(subject, requester);
            windows.get(subject).is_some_and(|window| window.is_spent(&journal, now, limits))
        })
    }

    /// Something of this dossier is disclosed.
    pub fn note(&self, requester: &Requester, journal: u32, now: Instant) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() > MANY {
            windows.retain(|_, window| {
                window.forget(now);
                !window.is_empty()
            });
        }
        for subject in subjects_of(requester) {
            windows.entry(subject).or_default().note(journal, now);
        }
    }
}
