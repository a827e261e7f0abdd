//! What entries make of documents: deposited, replaced, hidden and shown, archived, deleted, claimed.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::{Item, KnownNumber, Standing};
use crate::dossier::{
    DocumentAdded, DocumentErased, DocumentHidden, DocumentRecord, DocumentRenamed, DocumentStanding,
    DocumentVisibility, Dossier, DueKind, Erased, Facts, FellDue, HolderChoice, NotMineClaimed, SetAdded, SetRecord,
};
use crate::identity::Requester;

impl Dossier {
    pub(super) fn add_set(&mut self, added: &SetAdded, facts: &Facts) {
        self.last_item = self.last_item.max(added.item);
        self.sets.push(SetRecord {
            item: added.item,
            set: Arc::new(added.set.clone()),
            signature: added.signs.map(|signs| signs.signature),
            deposited_at: facts.at,
            deposited_by: facts.requester,
            members: Vec::new(),
        });
    }

    pub(super) fn add_document(&mut self, added: &DocumentAdded, facts: &Facts) {
        self.last_item = self.last_item.max(added.item);
        if let Ok(at) = self.sets.binary_search_by_key(&added.set, |set| set.item)
            && let Some(set) = self.sets.get_mut(at)
        {
            set.members.push(added.item);
        }
        let later = added.replaces.is_some_and(|item| self.is_hidden_later(item)) || self.hides_what_is_fed(facts);
        let mut holder_choice = later.then_some(HolderChoice::Hidden);
        let (mut claimed, mut deletion_asked) = (false, None);
        let mut visibility = added.visibility;
        let mut withheld_since = added.visibility.invisible_patient.then_some(facts.at);
        self.replace_copies(added);
        if let Some(replaced) = added.replaces.and_then(|item| self.document_mut(item)) {
            replaced.standing.deprecated = true;
            replaced.replaced_by = Some(added.item);
            // A replacement inherits the holder's masks: otherwise a hospital un-hides by replacing (decisions 18).
            withheld_since = withheld_since.map(|now| replaced.withheld_since.unwrap_or(now));
            holder_choice = holder_choice.or(replaced.holder_choice);
            // Nor does a new version settle what the holder says of the document, or asks of its author (decisions 22 and 23).
            (claimed, deletion_asked) = (replaced.claimed, replaced.deletion_asked);
        }
        // Of what is withheld the patient is invited once, however many versions there are (decisions 19).
        let invitation = |item| FellDue { kind: DueKind::WithheldInvitation, item };
        if added.replaces.is_some_and(|before| self.fallen.contains(&invitation(Some(before)))) {
            self.fallen.push(invitation(Some(added.item)));
        }
        let on_his_side = self.requester(facts.requester).is_some_and(|by| by.is_on_the_holders_side());
        match holder_choice {
            // What he hides as he deposits it, he hides himself.
            _ if on_his_side && visibility.masque_ps => holder_choice = Some(HolderChoice::Hidden),
            Some(HolderChoice::Shown) => visibility.masque_ps = false,
            _ => {}
        }
        self.documents.push(DocumentRecord {
            item: added.item,
            version_item: added.item,
            version: 1,
            set: added.set,
            entry: Arc::new(added.entry.clone()),
            visibility,
            holder_choice,
            standing: Standing { archived: added.archived, ..Standing::default() },
            replaces: added.replaces,
            replaced_by: None,
            deposited_at: facts.at,
            deposited_by: facts.requester,
            updated_at: facts.at,
            withheld_since,
            released_at: None,
            claimed,
            deletion_asked,
            withhold_motive: added.withhold_motive.clone(),
            first_visibility: (visibility != added.visibility).then_some(added.visibility),
        });
    }

    /// A mask that a professional sets after the holder once showed the document is in force again (decisions 18 and 20).
    pub(super) fn set_visibility(&mut self, change: &DocumentVisibility, facts: &Facts) {
        self.last_item = self.last_item.max(change.version_item);
        let Some(document) = self.document_mut(change.item) else { return };
        if change.visibility.masque_ps && !document.visibility.masque_ps {
            document.holder_choice.take_if(|choice| *choice == HolderChoice::Shown);
        }
        if document.visibility.invisible_patient && !change.visibility.invisible_patient {
            // Where the month was over already, the code that is taken away had ended with it.
            let month = document.withheld_since.map(|since| since.plus_months(1));
            document.released_at = Some(month.map_or(facts.at, |month| month.min(facts.at)));
        }
        if document.visibility != change.visibility {
            document.first_visibility.get_or_insert(document.visibility);
        }
        document.visibility = change.visibility;
        document.version += 1;
        document.version_item = change.version_item;
        document.updated_at = facts.at;
        // A copy that another dossier brought is as hidden; nothing else is said of it.
        for copy in self.copies(change.item) {
            if let Some(copy) = self.document_mut(copy).filter(|one| one.item != change.item) {
                if change.visibility.masque_ps && !copy.visibility.masque_ps {
                    copy.holder_choice.take_if(|choice| *choice == HolderChoice::Shown);
                }
                if copy.visibility.masque_ps != change.visibility.masque_ps {
                    copy.first_visibility.get_or_insert(copy.visibility);
                }
                copy.visibility.masque_ps = change.visibility.masque_ps;
            }
        }
    }

    pub(super) fn rename(&mut self, change: &DocumentRenamed, facts: &Facts) {
        self.last_item = self.last_item.max(change.version_item);
        let Some(document) = self.document_mut(change.item) else { return };
        Arc::make_mut(&mut document.entry).title = Some(change.title.clone());
        document.version += 1;
        document.version_item = change.version_item;
        document.updated_at = facts.at;
    }

    /// The holder's choice makes no metadata version and moves no date. Who shows a document lifts the mask that a professional set.
    pub(super) fn choose(&mut self, change: &DocumentHidden) {
        for copy in self.copies(change.item) {
            let Some(document) = self.document_mut(copy) else { continue };
            document.holder_choice = Some(if change.hidden { HolderChoice::Hidden } else { HolderChoice::Shown });
            if document.visibility.masque_ps && !change.hidden {
                document.first_visibility.get_or_insert(document.visibility);
            }
            document.visibility.masque_ps &= change.hidden;
        }
    }

    /// As if it had never come: so it is for whoever folds the journal once its part is gone.
    pub(super) fn erase(&mut self, DocumentErased { item, hidden }: DocumentErased) {
        self.last_item = self.last_item.max(item);
        self.erased.push(Erased { item, hidden });
        let Some(at) = self.documents.iter().position(|one| one.item == item) else { return };
        let record = self.documents.remove(at);
        let mut named: Vec<KnownNumber> = record.entry.known().collect();
        if let Ok(at) = self.sets.binary_search_by_key(&record.set, |set| set.item)
            && let Some(set) = self.sets.get_mut(at)
        {
            set.members.retain(|one| *one != item);
            // A set of which nothing is left goes with its documents.
            if set.members.is_empty() {
                named.extend(self.sets.remove(at).set.authors.iter());
            }
        }
        // And so do the people whom nothing else names: the one whom the document is about among them.
        for number in named {
            let named = self.documents.iter().any(|one| one.entry.known().any(|known| known == number))
                || self.sets.iter().any(|set| set.set.authors.contains(&number));
            if !named {
                self.known.remove(&number);
            }
        }
    }

    /// All versions of one document, those before it and those after, the first first.
    pub(crate) fn versions(&self, item: Item) -> BTreeSet<Item> {
        let mut versions = BTreeSet::from([item]);
        let mut first = item;
        while let Some(before) = self.document(first).and_then(|record| record.replaces).filter(|one| *one < first) {
            versions.insert(before);
            first = before;
        }
        // What replaces has a higher number than what it replaces: one pass finds them all.
        for record in self.documents.iter().filter(|one| one.item > first) {
            if record.replaces.is_some_and(|one| versions.contains(&one)) {
                versions.insert(record.item);
            }
        }
        versions
    }

    pub(super) fn claim(&mut self, claim: &NotMineClaimed) {
        for copy in self.copies(claim.item) {
            self.each_version(copy, |version| version.claimed = claim.open);
        }
    }

    pub(super) fn each_version(&mut self, item: Item, change: impl Fn(&mut DocumentRecord)) {
        for one in self.versions(item) {
            if let Some(record) = self.document_mut(one) {
                change(record);
            }
        }
    }

    /// What replaces a document replaces the copies of it that other dossiers brought.
    fn replace_copies(&mut self, added: &DocumentAdded) {
        for copy in added.replaces.map_or_else(Vec::new, |old| self.peers(old)) {
            if let Some(copy) = self.document_mut(copy).filter(|one| !one.standing.deleted) {
                copy.standing.deprecated = true;
                copy.replaced_by = Some(added.item);
            }
        }
    }

    /// Whether the insurer's feed adds its reimbursements to dossiers that are one, and the holder hid those of any: he hid what was
    /// reimbursed, and knows of one dossier alone.
    fn hides_what_is_fed(&self, facts: &Facts) -> bool {
        let fed = |number| self.requester(number).is_some_and(|by| matches!(&**by, Requester::InsurerFeed(_)));
        let hidden = |one: &DocumentRecord| {
            let current = !one.standing.deprecated && !one.standing.deleted;
            current && one.holder_choice == Some(HolderChoice::Hidden) && fed(one.deposited_by)
        };
        self.home.is_some() && fed(facts.requester) && self.documents.iter().any(hidden)
    }

    /// Whether the holder hid a later version of this document.
    fn is_hidden_later(&self, item: u32) -> bool {
        let Some(record) = self.document(item) else { return false };
        self.replacements(record)
            .any(|later| later.holder_choice == Some(HolderChoice::Hidden) || self.is_hidden_later(later.item))
    }

    pub(super) fn set_standing(&mut self, change: &DocumentStanding, facts: &Facts) {
        let mut next = vec![change.item];
        while let Some(item) = next.pop() {
            // A copy that another dossier brought is deleted with it.
            let copies = if change.deleted { self.peers(item) } else { vec![item] };
            for copy in copies {
                let Some(document) = self.document_mut(copy) else { continue };
                if copy != item && document.standing.deleted {
                    continue;
                }
                document.updated_at = facts.at;
                document.version += 1;
                if let Some(archived) = change.archived {
                    document.standing.archived = archived;
                }
                if change.deleted {
                    // Deleting the newest version deletes every version that it replaced (facts e.2).
                    document.standing = Standing { deprecated: true, archived: false, deleted: true };
                    next.extend(document.replaces);
                }
            }
        }
    }
}
