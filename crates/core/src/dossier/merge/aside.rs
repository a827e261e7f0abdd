//! What a dossier had before it was one with others, and the holder took back since: none of them has it now, and none brings it into the
//! union again; it stands again, where it stood, when they part.

use std::collections::BTreeMap;

use crate::code::Instant;
use crate::document::Item;
use crate::dossier::{
    Block, Change, Dossier, Exception, ExceptionSet, Opposition, OppositionKind, OppositionSet, Subject,
};
use crate::record;

record! {
    /// What stands again when they part.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Aside {
        /// Who was blocked.
        1 blocks: BTreeMap<Subject, Block>,
        /// What was opposed.
        2 oppositions: Vec<Opposition>,
        /// What was excepted.
        3 exceptions: Vec<Exception>,
        /// Whether masked documents were permitted in emergencies when it came; absent as long as nobody changed that.
        4 masked_in_emergency: Option<bool>,
        /// Documents that nothing hid when something did for the first time since: all that hides them came since.
        5 bare: Vec<Item>,
    }
}

impl Dossier {
    /// Puts aside what a change takes from this shadow, or dates anew, though it was there before the merge. Where it is taken back under
    /// the dossier's own name (`own`) nothing is left of it.
    pub(super) fn put_aside(&mut self, change: &Change, own: bool, merged: Instant) {
        match change {
            Change::Unblocked(one) if own => drop(self.aside.blocks.remove(&one.subject)),
            Change::Unblocked(one) => {
                let before = self.blocks.get(&one.subject).filter(|block| block.since < merged);
                if let Some(block) = before.cloned() {
                    self.aside.blocks.insert(one.subject.clone(), block);
                }
            }
            Change::OppositionSet(one) if one.kind == OppositionKind::MaskedInEmergency => {
                let before = *self.aside.masked_in_emergency.get_or_insert(self.masked_in_emergency);
                self.aside.masked_in_emergency = Some(before || (own && !one.opposed));
            }
            Change::OppositionSet(one) => self.put_opposition_aside(one, own, merged),
            Change::ExceptionSet(one) if !one.set => self.put_exception_aside(one, own, merged),
            _ => {}
        }
    }

    fn put_opposition_aside(&mut self, change: &OppositionSet, own: bool, merged: Instant) {
        let same = |one: &&Opposition| one.kind == change.kind && one.subject == change.subject;
        if own && !change.opposed {
            self.aside.oppositions.retain(|one| !same(&one));
        } else if let Some(one) = self.oppositions.iter().find(same).filter(|one| one.since < merged) {
            self.aside.oppositions.push(one.clone());
        }
    }

    fn put_exception_aside(&mut self, change: &ExceptionSet, own: bool, merged: Instant) {
        if own {
            self.aside.exceptions.retain(|one| !one.is_same(&change.profession, &change.class_code));
        } else {
            let of = |one: &&Exception| one.is_same(&change.profession, &change.class_code) && one.since < merged;
            self.aside.exceptions.extend(self.exceptions.iter().find(of).cloned());
        }
    }

    /// They part.
    pub(super) fn have_again(&mut self) {
        let aside = std::mem::take(&mut self.aside);
        for (subject, block) in aside.blocks {
            // Blocked anew since, he is blocked since the first time.
            self.blocks.insert(subject, block);
        }
        for one in aside.oppositions {
            // A consent must be later than both.
            if !self.oppositions.iter().any(|known| known.kind == one.kind && known.subject == one.subject) {
                self.oppositions.push(one);
            }
        }
        for one in aside.exceptions {
            if !self.exceptions.iter().any(|known| known.is_same(&one.profession, &one.class_code)) {
                self.exceptions.push(one);
            }
        }
        self.masked_in_emergency &= aside.masked_in_emergency.unwrap_or(true);
    }
}
