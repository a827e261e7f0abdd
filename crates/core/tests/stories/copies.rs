//! What was sent to both of two dossiers that are one: the feed's reimbursements of each, copies of one document (decisions 18, 22 and 29).

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::code::{Coded, table};
use dmp_core::dossier::*;
use dmp_core::identity::*;

use crate::merge::Two;
use crate::world::*;

fn feed() -> Arc<Requester> {
    Arc::new(Requester::InsurerFeed(InsurerFeed { id: "cnam".into(), name: None, credential: [7; 32] }))
}

fn himself(ins: Ins) -> Arc<Requester> {
    Arc::new(Requester::Holder(HolderRequester { ins, credential: [3; 32] }))
}

fn reimbursements(id: &str, byte: u8) -> Act {
    let mut one = document(id, "REMB", byte);
    let known = table::document_types().iter().find(|row| &*row.code.code == "REMB").unwrap();
    one.entry.type_code = Coded::bare(known.code.clone());
    provide(vec![one])
}

fn hide(item: u32, hidden: bool) -> Act {
    Act::UpdateVisibility(UpdateVisibility {
        item,
        masque_ps: Some(hidden),
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked: false,
    })
}

/// Two, both activated.
fn apart() -> Two {
    let mut two = Two::new();
    two.absorbed.act(&himself(other_ins()), activate());
    two.survivor.now = two.absorbed.now;
    two
}

fn merge(two: &mut Two) {
    two.survivor.now = two.absorbed.now.max(two.survivor.now);
    two.absorbed.now = two.survivor.now;
    two.merge();
}

fn record<'a>(dossier: &'a Dossier, id: &str) -> &'a DocumentRecord {
    dossier.documents.iter().rfind(|one| &*one.entry.unique_id == id).unwrap()
}

/// The documents that nothing replaced, with whether each is hidden.
fn current(dossier: &Dossier) -> Vec<(&str, bool)> {
    let alive = dossier.documents.iter().filter(|one| !one.standing.deprecated && !one.standing.deleted);
    let mut found: Vec<_> = alive.map(|one| (&*one.entry.unique_id, one.is_masked())).collect();
    found.sort_unstable();
    found
}

/// Each month's reimbursements replace the last of the person whose they are, as hidden as the holder wants any of them.
#[test]
fn the_feed_replaces_the_last_of_the_dossier_that_it_names() {
    let mut two = apart();
    assert!(two.absorbed.act(&feed(), reimbursements("1.1", 1)).outcome.rule.allows());
    assert!(two.survivor.act(&feed(), reimbursements("2.1", 2)).outcome.rule.allows());
    let item = two.survivor.dossier.documents[0].item;
    two.survivor.act(&holder(), hide(item, true));
    merge(&mut two);
    assert!(two.under(ins(), &feed(), reimbursements("2.2", 3)).outcome.rule.allows());
    assert_eq!(current(&two.survivor.dossier), [("1.1", false), ("2.2", true)]);
    assert!(two.under(other_ins(), &feed(), reimbursements("1.2", 4)).outcome.rule.allows());
    assert_eq!(current(&two.survivor.dossier), [("1.2", true), ("2.2", true)]);
    // Shown again, what replaces them is shown again.
    for id in ["1.2", "2.2"] {
        let item = record(&two.survivor.dossier, id).item;
        two.under(ins(), &holder(), hide(item, false));
    }
    two.under(ins(), &feed(), reimbursements("2.3", 5));
    assert_eq!(current(&two.survivor.dossier), [("1.2", false), ("2.3", false)]);
    two.separate();
    assert_eq!(current(&two.survivor.dossier), [("2.3", false)]);
    assert_eq!(current(&two.absorbed.dossier), [("1.2", false)]);
}

/// The first of one person's comes while those of the other are hidden.
#[test]
fn the_first_of_the_other_is_as_hidden() {
    let mut two = apart();
    two.absorbed.act(&feed(), reimbursements("1.1", 1));
    let item = two.absorbed.dossier.documents[0].item;
    two.absorbed.act(&himself(other_ins()), hide(item, true));
    merge(&mut two);
    two.under(ins(), &feed(), reimbursements("2.1", 2));
    two.under(ins(), &himself(ins()), provide(vec![document("2.2", "11490-0", 3)]));
    assert_eq!(current(&two.survivor.dossier), [("1.1", true), ("2.1", true), ("2.2", false)]);
    two.separate();
    assert_eq!(current(&two.survivor.dossier), [("2.1", true), ("2.2", false)]);
    two.survivor.act(&holder(), hide(two.survivor.dossier.documents[0].item, false));
    two.survivor.act(&feed(), reimbursements("2.3", 4));
    assert_eq!(current(&two.survivor.dossier), [("2.2", false), ("2.3", false)]);
}
