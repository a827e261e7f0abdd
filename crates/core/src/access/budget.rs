//! Budgets: how many distinct dossiers a professional, or a structure with all its members, may have disclosed to him within an
//! hour and within a day (decisions 32). Pure arithmetic; who keeps the windows says whose they are.

use std::collections::BTreeMap;

use crate::code::Instant;

/// The most distinct dossiers; without a number there is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BudgetLimits {
    /// Within 3,600 seconds.
    pub per_hour: Option<u32>,
    /// Within 24 hours of them.
    pub per_day: Option<u32>,
}

/// The dossiers disclosed to one professional, or to one structure, and when each was last. `D` names a dossier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisclosureWindow<D: Ord>(BTreeMap<D, Instant>);

impl<D: Ord> DisclosureWindow<D> {
    /// Nothing disclosed yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Something of a dossier was disclosed: it counts from then on, anew if it counted already.
    pub fn note(&mut self, dossier: D, at: Instant) {
        let last = self.0.entry(dossier).or_insert(at);
        *last = at.max(*last);
    }

    /// Whether nothing counts any more.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets what no window reaches any more.
    pub fn forget(&mut self, now: Instant) {
        self.0.retain(|_, last| now < last.plus_hours(24));
    }

    /// Whether one dossier more would be too many. One that counts already passes.
    #[must_use]
    pub fn is_spent(&self, dossier: &D, now: Instant, limits: BudgetLimits) -> bool {
        [(limits.per_hour, 1), (limits.per_day, 24)]
            .into_iter()
            .any(|(limit, hours)| limit.is_some_and(|limit| self.is_full(dossier, now, limit, hours)))
    }

    fn is_full(&self, dossier: &D, now: Instant, limit: u32, hours: i64) -> bool {
        // Most windows are far from full: then nothing need be counted.
        if usize::try_from(limit).is_ok_and(|limit| self.0.len() < limit) {
            return false;
        }
        let counts = |last: &Instant| now < last.plus_hours(hours);
        let counted = self.0.values().filter(|last| counts(last)).count();
        !self.0.get(dossier).is_some_and(counts) && usize::try_from(limit).is_ok_and(|limit| counted >= limit)
    }
}
