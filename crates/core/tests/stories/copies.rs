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

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

fn report(id: &str, byte: u8, replaces: Option<&str>) -> Act {
    let replaces = replaces.map(|id| ReplaceTarget::Identifier(id.into()));
    provide(vec![NewDocument { replaces, ..document(id, "11490-0", byte) }])
}

fn delete(item: u32) -> Act {
    Act::DeleteDocument(DeleteDocument { item })
}

/// Two with one and the same report each, that the doctor sent to both.
fn with_a_copy_each() -> Two {
    let mut two = apart();
    for world in [&mut two.absorbed, &mut two.survivor] {
        assert!(world.act(&doctor(), report("1.1", 1, None)).outcome.rule.allows());
        world.act(&doctor(), declare());
    }
    two
}

fn copies(dossier: &Dossier, id: &str) -> Vec<u32> {
    dossier.documents.iter().filter(|one| &*one.entry.unique_id == id).map(|one| one.item).collect()
}

/// What the doctor finds when he asks for what is current.
fn finds(world: &mut World) -> Vec<String> {
    let Answer::Documents(found) = world.act(&doctor(), find()).answer else { panic!("a list") };
    let current = found.documents.iter().filter(|one| !one.standing.deprecated);
    let mut ids: Vec<_> = current.map(|one| one.entry.unique_id.to_string()).collect();
    ids.sort_unstable();
    ids
}

/// Decisions 22: what its author deletes is gone, whichever copy he named, with what it replaced; and stays so when they part.
#[test]
fn what_deletes_one_copy_deletes_the_other() {
    for (name, at) in [(ins(), 0), (other_ins(), 0), (ins(), 1), (other_ins(), 1)] {
        for newer in [false, true] {
            let mut two = with_a_copy_each();
            if newer {
                for world in [&mut two.absorbed, &mut two.survivor] {
                    world.act(&doctor(), report("1.2", 2, Some("1.1")));
                }
            }
            merge(&mut two);
            let item = copies(&two.survivor.dossier, if newer { "1.2" } else { "1.1" })[at];
            assert!(two.under(name.clone(), &doctor(), delete(item)).outcome.rule.allows());
            assert!(two.survivor.dossier.documents.iter().all(|one| one.standing.deleted));
            assert_eq!(finds(&mut two.survivor), Vec::<String>::new());
            two.separate();
            for world in [&two.survivor, &two.absorbed] {
                assert!(world.dossier.documents.iter().all(|one| one.standing.deleted), "{name:?} {at}");
            }
        }
    }
}

/// By its uniqueId it is one document, though it is there twice.
#[test]
fn a_document_and_its_copy_are_one_by_their_identifier() {
    for name in [ins(), other_ins()] {
        let mut two = with_a_copy_each();
        merge(&mut two);
        let identifier = Some(dmp_core::document::criteria::Token { system: None, code: Some("1.1".into()) });
        let change = DocumentChange::Delete(DeleteDocument { item: 0 });
        let act = Act::ChangeDocument(ChangeDocument {
            identifier,
            resolved: None,
            alone: false,
            version: None,
            present: false,
            change,
        });
        assert!(matches!(two.under(name, &doctor(), act).answer, Answer::Changed(_)));
        assert!(two.survivor.dossier.documents.iter().all(|one| one.standing.deleted));
    }
}

/// A correction replaces both copies, by whichever it names one; it goes by the name that it was sent under, and neither copy is current again.
#[test]
fn what_replaces_one_copy_replaces_the_other() {
    for (name, by_item) in [(ins(), None), (other_ins(), None), (ins(), Some(1)), (other_ins(), Some(0))] {
        let mut two = with_a_copy_each();
        merge(&mut two);
        let mut newer = document("1.2", "11490-0", 2);
        newer.replaces = Some(match by_item {
            Some(at) => ReplaceTarget::Item { journal: 0, item: copies(&two.survivor.dossier, "1.1")[at] },
            None => ReplaceTarget::Identifier("1.1".into()),
        });
        for again in [false, true] {
            let sent = two.under(name.clone(), &doctor(), provide(vec![newer.clone()]));
            assert_eq!(sent.outcome.rule == Rule::AlreadyDone, again, "{:?}", sent.outcome);
        }
        assert_eq!(current(&two.survivor.dossier), [("1.2", false)]);
        assert_eq!(finds(&mut two.survivor), ["1.2"]);
        // Its copies are no newest versions any more.
        for item in copies(&two.survivor.dossier, "1.1") {
            let refused = two.under(name.clone(), &doctor(), delete(item));
            assert!(matches!(refused.answer, Answer::Faulty(Fault { rule: Rule::NotNewest, .. })));
        }
        two.separate();
        let (there, other) = match name == ins() {
            true => (&mut two.survivor, &mut two.absorbed),
            false => (&mut two.absorbed, &mut two.survivor),
        };
        assert_eq!((finds(there), finds(other)), (vec!["1.2".to_owned()], Vec::new()));
        let (old, new) = (record(&there.dossier, "1.1"), record(&there.dossier, "1.2"));
        assert_eq!((new.replaces, old.replaced_by), (Some(old.item), Some(new.item)));
        assert!(record(&other.dossier, "1.1").standing.deprecated && other.dossier.documents.len() == 1);
        // Its author still deletes what is left of it there.
        let item = record(&other.dossier, "1.1").item;
        other.addressed = None;
        assert!(other.act(&doctor(), delete(item)).outcome.rule.allows());
    }
}

/// What was replaced in one of them before is replaced in both as long as they are one, and no longer; what was deleted there was of that one.
#[test]
fn what_was_done_to_a_copy_before_is_its_own() {
    let mut two = with_a_copy_each();
    two.absorbed.act(&doctor(), report("1.2", 2, Some("1.1")));
    merge(&mut two);
    assert_eq!(finds(&mut two.survivor), ["1.2"], "the wrong one does not stay beside its correction");
    let item = record(&two.survivor.dossier, "1.2").item;
    two.under(ins(), &holder(), hide(item, true));
    let archive = |item, archived| Act::ArchiveDocument(ArchiveDocument { item, archived });
    let mine = copies(&two.survivor.dossier, "1.1")[0];
    two.under(ins(), &holder(), archive(mine, true));
    two.under(ins(), &holder(), archive(mine, false));
    two.separate();
    assert_eq!(finds(&mut two.survivor), ["1.1"], "it was never replaced there");
    let mut two = with_a_copy_each();
    let item = two.absorbed.dossier.documents[0].item;
    two.absorbed.act(&doctor(), delete(item));
    merge(&mut two);
    assert_eq!(finds(&mut two.survivor), ["1.1"]);
    two.under(ins(), &doctor(), report("1.2", 2, Some("1.1")));
    assert_eq!(finds(&mut two.survivor), ["1.2"], "the copy that is left can be replaced");
}

/// A correction that was deleted before, with what it had replaced, replaces no copy.
#[test]
fn what_was_deleted_before_replaces_nothing() {
    let mut two = with_a_copy_each();
    two.absorbed.act(&doctor(), report("1.2", 2, Some("1.1")));
    let item = two.absorbed.dossier.documents[1].item;
    assert!(two.absorbed.act(&doctor(), delete(item)).outcome.rule.allows());
    merge(&mut two);
    assert_eq!(finds(&mut two.survivor), ["1.1"]);
    two.separate();
    assert_eq!((finds(&mut two.survivor), finds(&mut two.absorbed)), (vec!["1.1".to_owned()], Vec::new()));
}

/// A mask that is set while they are one hides both copies when they part, by whichever name it was set.
#[test]
fn what_hides_a_copy_while_they_are_one_hides_both_afterwards() {
    for name in [ins(), other_ins()] {
        let mut two = with_a_copy_each();
        merge(&mut two);
        let item = copies(&two.survivor.dossier, "1.1")[0];
        assert_eq!(two.under(name.clone(), &holder(), hide(item, true)).outcome.rule, Rule::Holder);
        assert_eq!(two.under(name.clone(), &holder(), hide(item, true)).outcome.rule, Rule::AlreadyDone);
        two.separate();
        assert!(two.survivor.dossier.documents[0].is_masked() && two.absorbed.dossier.documents[0].is_masked());
    }
}

/// A mask that one had before is lifted in it by its own name, or its own number; lifted by the other it is there again when they part.
#[test]
fn a_mask_from_before_is_there_again() {
    for (name, own) in [(ins(), false), (other_ins(), true)] {
        let mut two = with_a_copy_each();
        let item = two.absorbed.dossier.documents[0].item;
        two.absorbed.act(&himself(other_ins()), hide(item, true));
        merge(&mut two);
        let mine = copies(&two.survivor.dossier, "1.1")[0];
        two.under(name.clone(), &holder(), hide(mine, true));
        two.under(name, &holder(), hide(mine, false));
        assert_eq!(finds(&mut two.survivor), ["1.1", "1.1"]);
        two.separate();
        assert!(!two.survivor.dossier.documents[0].is_masked());
        assert_eq!(two.absorbed.dossier.documents[0].is_masked(), !own);
    }
}

/// Each of two replaces what the other was replaced by: an order in time, never a circle.
#[test]
fn two_that_replace_one_another_come_to_an_end() {
    let mut two = apart();
    for (world, [old, new]) in [(&mut two.absorbed, ["1.1", "1.2"]), (&mut two.survivor, ["1.2", "1.1"])] {
        let byte = |id: &str| if id == "1.1" { 1 } else { 2 };
        world.act(&doctor(), declare());
        world.act(&doctor(), report(old, byte(old), None));
        world.act(&doctor(), report(new, byte(new), Some(old)));
        world.now = world.now.plus_hours(1);
    }
    merge(&mut two);
    assert!(!finds(&mut two.survivor).is_empty());
    let items: Vec<u32> = two.survivor.dossier.documents.iter().map(|one| one.item).collect();
    for item in items {
        two.under(ins(), &doctor(), delete(item));
    }
    assert!(two.survivor.dossier.documents.iter().all(|one| one.standing.deleted));
}

/// Decisions 22: the holder deletes and replaces what is his; the hospital's copy of it stays.
#[test]
fn the_holders_own_copy_is_not_the_doctors() {
    for deletes in [true, false] {
        let mut two = apart();
        two.absorbed.act(&himself(other_ins()), report("1.1", 1, None));
        two.survivor.act(&doctor(), report("1.1", 1, None));
        two.survivor.act(&doctor(), declare());
        merge(&mut two);
        let his = copies(&two.survivor.dossier, "1.1")[1];
        let act = match deletes {
            true => delete(his),
            false => {
                let replaces = Some(ReplaceTarget::Item { journal: 0, item: his });
                provide(vec![NewDocument { replaces, ..document("1.2", "11490-0", 2) }])
            }
        };
        assert!(two.under(other_ins(), &holder(), act).outcome.rule.allows());
        assert_eq!(finds(&mut two.survivor), if deletes { vec!["1.1"] } else { vec!["1.1", "1.2"] });
    }
}

/// The same bytes that come again under a name are no third copy where one is.
#[test]
fn what_comes_again_is_no_third_copy() {
    let mut two = with_a_copy_each();
    merge(&mut two);
    for name in [ins(), other_ins()] {
        assert_eq!(two.under(name, &doctor(), report("1.1", 1, None)).outcome.rule, Rule::AlreadyDone);
    }
    two.separate();
    assert_eq!((two.survivor.dossier.documents.len(), two.absorbed.dossier.documents.len()), (1, 1));
    // Deleted there before, it stays deleted there.
    let mut two = with_a_copy_each();
    let item = two.survivor.dossier.documents[0].item;
    two.survivor.act(&doctor(), delete(item));
    merge(&mut two);
    assert_eq!(finds(&mut two.survivor), ["1.1"]);
    two.under(ins(), &doctor(), report("1.1", 1, None));
    two.separate();
    assert_eq!(
        two.survivor.dossier.documents.iter().filter(|one| !one.standing.deleted).count(),
        0,
        "told so, as ever"
    );
}
