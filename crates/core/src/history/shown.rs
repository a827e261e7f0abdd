//! Which entries a reader sees (the page on silence: history and notices).

use crate::access::{Side, is_too_young, subjects_of};
use crate::act::HistoryWindow;
use crate::code::Instant;
use crate::document::Item;
use crate::dossier::{
    ActCode, Change, DocumentRecord, Dossier, JournalEntry, Opposition, OppositionKind, Question, Rule,
};
use crate::history::line::is_on_the_side;
use crate::identity::Requester;

/// Whether a reader sees an entry, given the dossier as it is now.
///
/// The deposit and the readings of a withheld document appear at its release, at their true dates; representatives never
/// see a secret connection nor what is hidden from them.
#[must_use]
pub fn is_shown(dossier: &Dossier, window: &HistoryWindow, now: Instant, entry: &JournalEntry) -> bool {
    let Some(requester) = dossier.requester(entry.facts.requester) else { return false };
    if window.told {
        return was_told_him(dossier, window, entry);
    }
    // Whom the holder chose himself, or who represents him, may be blind to it (decisions 24).
    let blind = matches!(window.side, Side::Representative | Side::Carer);
    if blind && requester.is_secret() {
        return false;
    }
    // That somebody was told is no access; the journal has it.
    if entry.facts.act == ActCode::TellHolder {
        return false;
    }
    // Nor is it one that the program looked, and nothing was to be done; it takes the second step of a merge where whoever asked for it did not
    // come to it, and comes upon itself there.
    let steps = matches!(entry.facts.act, ActCode::AbsorbDossier | ActCode::SeparateDossier);
    let looks = steps || matches!(entry.facts.act, ActCode::FallDue | ActCode::InformInsured);
    if looks && entry.facts.outcome.rule == Rule::AlreadyDone {
        return false;
    }
    // Private notes are nobody else's, nor is the fact that there are some (decisions 23): one of two parents is somebody else too.
    let private = matches!(entry.facts.act, ActCode::WriteNote | ActCode::ListNotes);
    if private
        && window.account.as_deref().map_or(!is_on_the_side(requester, window.side), |own| *own != *requester.account())
    {
        return false;
    }
    // Nor what ended, or looked at, a secret connection; nor what was said of one.
    if blind && (is_about_a_secret(dossier, entry) || is_said_of_a_secret(dossier, entry)) {
        return false;
    }
    // One's own question that found nothing leaves what one about something withheld leaves: no line. To a professional nobody's does.
    let concerned =
        matches!(window.side, Side::Professional(_) | Side::Carer) || is_on_the_side(requester, window.side);
    if concerned && found_nothing(entry) {
        return false;
    }
    let items = items(dossier, entry);
    items.is_empty() || !items.iter().all(|item| is_withheld(dossier, window, now, *item))
}

/// Whether an entry opened an emergency of which the médecin traitant was told: in his time, and by another (decisions 16 and 17).
fn was_told_him(dossier: &Dossier, window: &HistoryWindow, entry: &JournalEntry) -> bool {
    let opened = entry.changes.iter().flatten().any(|change| matches!(change, Change::EmergencyOpened(_)));
    let in_his_time = dossier.medecin_traitant.as_ref().is_some_and(|one| one.since <= entry.facts.at);
    let himself =
        dossier.requester(entry.facts.requester).is_some_and(|by| window.account.as_deref() == Some(&*by.account()));
    opened && in_his_time && !himself
}

/// Whether what was asked names nothing of the dossier.
fn found_nothing(entry: &JournalEntry) -> bool {
    let items = &entry.facts.outcome.items;
    !items.is_empty() && items.iter().all(|one| one.item.is_none() && one.rule == Some(Rule::NotFound))
}

/// Whether an entry is about an authorisation that was recorded in a secret connection (decisions 24).
fn is_about_a_secret(dossier: &Dossier, entry: &JournalEntry) -> bool {
    let about = matches!(entry.facts.act, ActCode::WithdrawAccess | ActCode::ReadAuthorization);
    // What she did herself she knows.
    let own = dossier.requester(entry.facts.requester).is_some_and(|by| is_on_the_side(by, Side::Representative));
    let is_secret = |item: Item| dossier.authorizations.values().any(|one| one.was_secret(item, entry.facts.at));
    // Nor is what was told to be over (by her, or by whom she chose) secret to her.
    let told = |change: &Change| matches!(change, Change::AuthorizationWithdrawn(one) if one.told);
    let own = own || entry.changes.iter().flatten().any(told);
    about && !own && entry.facts.outcome.items.iter().filter_map(|outcome| outcome.item).any(is_secret)
}

/// Whether an entry is the review of a secret connection, or about a case that a minor opened himself, or an extract or a term that may
/// be about one.
fn is_said_of_a_secret(dossier: &Dossier, entry: &JournalEntry) -> bool {
    is_extract_of_a_minors(dossier, entry)
        || is_a_minors_opposition(dossier, entry)
        || is_refused_by_a_minor(dossier, entry)
        || entry.changes.iter().flatten().any(|change| match change {
            Change::Reviewed(one) => one.reviewed.secret,
            Change::AccessDisputed(one) => one.own,
            Change::FellDue(fell) => fell.item.and_then(|item| dossier.document(item)).is_some_and(|record| {
                record.visibility.invisible_representants_legaux
                    || dossier.depositor(record).is_some_and(Requester::is_secret)
            }),
            _ => false,
        })
}

/// Whether somebody was refused by an opposition of which only the minor knows: none that those who represent him know of explains it. What
/// they opposed and took back since is not looked for: the line goes with it.
fn is_refused_by_a_minor(dossier: &Dossier, entry: &JournalEntry) -> bool {
    let at = entry.facts.at;
    let kind = match entry.facts.outcome.rule {
        Rule::Opposition => OppositionKind::Consultation,
        Rule::OppositionFeeding => OppositionKind::Feeding,
        _ => return false,
    };
    if !dossier.is_minor(at) || dossier.birth().is_some_and(|birth| is_too_young(birth, at)) {
        return false;
    }
    let subjects = dossier.requester(entry.facts.requester).map(|by| subjects_of(by)).unwrap_or_default();
    let concerns = |one: &&Opposition| one.subject.as_ref().is_none_or(|subject| subjects.contains(subject));
    let explains = |one: &Opposition| one.kind == kind && !one.is_own_alone() && one.since <= at;
    !dossier.oppositions.iter().filter(concerns).any(explains)
}

/// What a minor opposed himself of one subject, or opposed again: as in the list of what stands, it may be about a secret one.
fn is_a_minors_opposition(dossier: &Dossier, entry: &JournalEntry) -> bool {
    let himself = dossier.requester(entry.facts.requester).is_some_and(|by| is_on_the_side(by, Side::Holder));
    let of_all = |change: &Change| matches!(change, Change::OppositionSet(set) if set.subject.is_none());
    entry.facts.act == ActCode::Oppose
        && himself
        && dossier.is_minor(entry.facts.at)
        && !entry.changes.iter().flatten().any(of_all)
}

/// An extract about some access to a minor's dossier: that may have been a secret one, unless those who represent him opened a case
/// about it themselves.
fn is_extract_of_a_minors(dossier: &Dossier, entry: &JournalEntry) -> bool {
    let minor = dossier.is_minor(entry.facts.at);
    let theirs =
        |asked: u32| dossier.disputes.iter().any(|one| one.journal.is_none() && one.entry == asked && !one.own);
    match &entry.facts.question {
        Some(Question::Entry(asked)) => minor && entry.facts.act == ActCode::TakeEvidence && !theirs(*asked),
        _ => minor && entry.facts.act == ActCode::TakeEvidence,
    }
}

/// Whether a reader may not know of a document yet, or at all: himself by its code, or because it is the signature of a set
/// that has such a member.
pub(super) fn is_withheld(dossier: &Dossier, window: &HistoryWindow, now: Instant, item: Item) -> bool {
    let hidden = |record: &DocumentRecord| match window.side {
        Side::Professional(_) | Side::Carer => window.hidden.contains(&record.item),
        Side::Representative => record.is_hidden_from_representatives(now),
        _ => record.is_withheld(now),
    };
    let Some(record) = dossier.document(item) else { return is_withheld_for_good(dossier, window.side, item) };
    let members = dossier.set(record.set).filter(|_| record.is_signature()).map_or(&[][..], |set| &set.members);
    hidden(record) || members.iter().filter_map(|item| dossier.document(*item)).any(hidden)
}

/// Of what is not here any more nobody can say who might have known of it. The holder reads what was done with what is erased; those who
/// represent him where it was said that they knew it; nobody reads here of what left with another dossier.
fn is_withheld_for_good(dossier: &Dossier, side: Side, item: Item) -> bool {
    let erased = dossier.erased.iter().find(|one| one.item == item);
    match side {
        Side::Professional(_) | Side::Carer => true,
        Side::Representative => erased.is_none_or(|one| one.hidden),
        _ => erased.is_none() && dossier.departed.iter().any(|gone| gone.items.binary_search(&item).is_ok()),
    }
}

/// The documents that an entry is about; a set stands for its members.
fn items(dossier: &Dossier, entry: &JournalEntry) -> Vec<Item> {
    let added = entry.changes.iter().flatten().filter_map(|change| match change {
        Change::DocumentAdded(added) => Some(added.item),
        Change::DocumentStanding(change) => Some(change.item),
        Change::DocumentVisibility(change) => Some(change.item),
        Change::DocumentRenamed(change) => Some(change.item),
        Change::Reviewed(one) => one.reviewed.item,
        _ => None,
    });
    let about_documents = entry.facts.act.names_documents();
    let named = entry.facts.outcome.items.iter().filter(|_| about_documents).filter_map(|outcome| outcome.item);
    // A request that was wrong in itself has no outcome by item: what it asked for is in its question.
    let asked = match &entry.facts.question {
        Some(Question::Item(item)) => Some(*item).filter(|_| about_documents),
        _ => None,
    };
    let members = |item: Item| dossier.set(item).map_or_else(|| vec![item], |set| set.members.clone());
    added.chain(named.chain(asked).flat_map(members)).collect()
}
