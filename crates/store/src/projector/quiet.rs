//! Appends of which nothing is derived: most readings. Their marks say so, the cursor passes over them, and nobody reads them again.
//!
//! What is told of an entry depends on the dossier as it was then (whether there is somebody to tell): an entry that was passed over is not
//! derived from later, when there is.

use std::collections::BTreeMap;

use dmp_core::dossier::{Dossier, JournalEntry};

use super::window::Window;
use super::{Projectors, TOGETHER};
use crate::engine::{Dirty, ProjectionWrite};
use crate::error::StoreError;
use crate::names::NameHasher;

/// Whether nothing is derived from an entry, in the state that it led to. Whatever changes something is looked at.
pub(crate) fn is_quiet(names: &NameHasher, journal: u32, dossier: &Dossier, entry: &JournalEntry) -> bool {
    let entries = std::slice::from_ref(entry);
    let window = Window { journal, dossier, entries, new: entries, names, since: None };
    entry.changes.is_empty() && window.derive().rows.is_empty()
}

/// Where the cursor comes to by quiet marks alone, each of which begins where it stands, or before. `None` if something between them is to be read.
fn passed(cursor: u32, marks: &[Dirty]) -> Option<u32> {
    marks.iter().try_fold(cursor, |cursor, mark| {
        let begins = mark.quiet_after.is_some_and(|after| after <= cursor);
        (mark.head.seq <= cursor || begins).then(|| mark.head.seq.max(cursor))
    })
}

impl Projectors {
    /// Moves the cursors of the journals of which all marks are quiet; gives back the marks that are done with, and the others.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails; the marks stay.
    pub(super) async fn pass_quiet(&self, marks: &[Dirty]) -> Result<(Vec<Dirty>, Vec<Dirty>), StoreError> {
        let mut journals: BTreeMap<u32, Vec<Dirty>> = BTreeMap::new();
        for mark in marks {
            journals.entry(mark.head.journal).or_default().push(*mark);
        }
        let is_quiet = |marks: &Vec<Dirty>| marks.iter().all(|mark| mark.quiet_after.is_some());
        let (mut quiet, loud): (Vec<_>, Vec<_>) = journals.into_iter().partition(|(_, marks)| is_quiet(marks));
        let (mut done, mut left) = (Vec::new(), loud.into_iter().flat_map(|(_, marks)| marks).collect::<Vec<_>>());
        for some in quiet.chunks_mut(TOGETHER) {
            let numbers = some.iter().map(|(journal, _)| *journal).collect();
            let cursors = self.store.engine.projected(self.generation, numbers).await?;
            let mut writes = Vec::new();
            for ((journal, marks), cursor) in some.iter_mut().zip(cursors) {
                marks.sort_by_key(|mark| mark.head.seq);
                let Some(upto) = passed(cursor, marks) else {
                    left.append(marks);
                    continue;
                };
                let write = ProjectionWrite { projection: self.generation, journal: *journal, upto, rows: Vec::new() };
                writes.extend((upto > cursor).then_some(write));
                done.append(marks);
            }
            if !writes.is_empty() {
                self.store.engine.project(writes).await?;
            }
        }
        Ok((done, left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Head;

    fn mark(seq: u32, quiet_after: Option<u32>) -> Dirty {
        Dirty { mark: 1, head: Head { journal: 1, seq }, quiet_after }
    }

    #[test]
    fn only_what_begins_where_the_cursor_stands_is_passed_over() {
        assert_eq!(passed(4, &[mark(5, Some(4)), mark(7, Some(5))]), Some(7));
        assert_eq!(passed(6, &[mark(5, Some(4)), mark(7, Some(5))]), Some(7), "a part of it was read with others");
        assert_eq!(passed(7, &[mark(5, Some(4)), mark(7, Some(5))]), Some(7), "told again");
        assert_eq!(passed(3, &[mark(5, Some(4))]), None, "there is one that nobody has read");
        assert_eq!(passed(4, &[mark(5, Some(4)), mark(7, Some(6))]), None, "a mark was left out");
        assert_eq!(passed(4, &[mark(5, None)]), None);
        assert_eq!(passed(5, &[mark(5, None)]), Some(5));
    }
}
