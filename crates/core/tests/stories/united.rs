//! What holds while two dossiers are one, goes on holding when a third comes or one of them leaves (decisions 27, 28 and 29).

use std::sync::Arc;

use dmp_core::access::standing;
use dmp_core::act::Block;
use dmp_core::act::*;
use dmp_core::code::{Code, Day};
use dmp_core::document::Visibility;
use dmp_core::dossier::*;
use dmp_core::identity::*;

use crate::merge::{HERE, Two};
use crate::world::*;

/// The journal of a third.
const THIRD: u32 = 12;

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

/// Of another structure.
fn elsewhere() -> Arc<Requester> {
    let Requester::Professional(one) = &*professional("801111111111", "10", Some("SM04"), "SA01") else {
        panic!("a doctor")
    };
    Arc::new(Requester::Professional(Professional { structure: None, ..one.clone() }))
}

fn doctors() -> Subject {
    Subject::Professional(ProfessionalId::parse("801234567897").unwrap())
}

fn third_ins() -> Ins {
    Ins::parse("1.2.250.1.213.1.4.11", "279035121518989").unwrap()
}

/// The holder of that dossier.
fn himself(ins: Ins) -> Arc<Requester> {
    Arc::new(Requester::Holder(HolderRequester { ins, credential: [3; 32] }))
}

fn block() -> Act {
    Act::Block(Block { subject: doctors(), name: None })
}

fn oppose(kind: OppositionKind, opposed: bool) -> Act {
    Act::Oppose(Oppose { kind, subject: None, opposed, motive: None })
}

fn except(set: bool) -> Act {
    let profession = Code::new("1.2.250.1.71.1.2.7", "10");
    Act::SetException(SetException { profession, class_code: "11".into(), set })
}

/// Two, both activated, which are not merged yet.
fn apart() -> Two {
    let mut two = Two::new();
    two.absorbed.act(&himself(other_ins()), activate());
    two.survivor.now = two.absorbed.now;
    two
}

/// A third dossier comes to the survivor.
fn third_comes(two: &mut Two) -> World {
    let mut third = World::new();
    third.act(&operator(), open_as(third_ins()));
    third.act(&himself(third_ins()), activate());
    third.act(&himself(third_ins()), oppose(OppositionKind::MaskedInEmergency, false));
    third.now = two.survivor.now;
    let other = Some(Arc::new(two.survivor.dossier.clone()));
    let act = MergeDossier { merge: [9; 16], survivor: ins(), journal: HERE, other };
    assert_eq!(third.act(&operator(), Act::MergeDossier(Box::new(act))).outcome.rule, Rule::Operator);
    two.survivor.now = third.now;
    two.survivor.addressed = None;
    let annex = Arc::new(third.dossier.clone());
    let act = AbsorbDossier { merge: [9; 16], journal: THIRD, seq: third.dossier.seq, head: [0; 32], annex };
    two.survivor.act(&operator(), Act::AbsorbDossier(Box::new(act)));
    assert_eq!(two.survivor.dossier.merge_standing(&[9; 16]), Some(MergeStanding::Absorbed));
    third
}

/// It leaves again.
fn third_leaves(two: &mut Two) {
    two.survivor.addressed = None;
    let act = SeparateDossier { merge: Some([9; 16]) };
    assert_eq!(two.survivor.act(&operator(), Act::SeparateDossier(act)).outcome.rule, Rule::Operator);
}

/// What of it all stands: a block, two oppositions, an exception, and masked documents in emergencies.
fn stands(dossier: &Dossier) -> [bool; 5] {
    let opposed = |kind| dossier.opposed(kind, &[]).next().is_some();
    [
        dossier.blocks.contains_key(&doctors()),
        opposed(OppositionKind::Consultation),
        opposed(OppositionKind::BrisDeGlace),
        !dossier.exceptions.is_empty(),
        !dossier.masked_in_emergency,
    ]
}

/// Decisions 29: what the holder took back is not brought back by a third dossier that comes, nor by its leaving; it stands again where it
/// stood when they part.
#[test]
fn what_the_holder_took_back_is_not_brought_back() {
    const KINDS: [OppositionKind; 2] = [OppositionKind::Consultation, OppositionKind::BrisDeGlace];
    for name in [ins(), other_ins()] {
        let mut two = apart();
        two.survivor.act(&holder(), block());
        two.survivor.act(&holder(), oppose(OppositionKind::MaskedInEmergency, false));
        let there = himself(other_ins());
        two.absorbed.act(&there, block());
        two.absorbed.act(&there, except(true));
        for kind in KINDS {
            two.absorbed.act(&there, oppose(kind, true));
        }
        two.survivor.now = two.absorbed.now;
        two.merge();
        assert_eq!(stands(&two.survivor.dossier), [true; 5]);
        let unblock = Act::Unblock(Unblock { subject: doctors() });
        let kinds = KINDS.map(|kind| oppose(kind, false));
        let permit = oppose(OppositionKind::MaskedInEmergency, false);
        for act in kinds.into_iter().chain([unblock, except(false), permit]) {
            assert_eq!(two.under(name.clone(), &holder(), act).outcome.rule, Rule::Holder);
        }
        assert_eq!(stands(&two.survivor.dossier), [false; 5]);
        third_comes(&mut two);
        assert_eq!(stands(&two.survivor.dossier), [false; 5], "a third came");
        third_leaves(&mut two);
        assert_eq!(stands(&two.survivor.dossier), [false; 5], "it left");
        two.separate();
        let own = name == ins();
        assert_eq!(stands(&two.survivor.dossier), [!own, false, false, false, false]);
        assert_eq!(stands(&two.absorbed.dossier), [own; 5], "what it had before stays with it");
    }
}

/// Decisions 29: a third one's block counts, and goes with it; what was set anew since stays with all.
#[test]
fn what_is_set_anew_holds_for_all() {
    let mut two = apart();
    two.absorbed.act(&himself(other_ins()), block());
    two.absorbed.act(&himself(other_ins()), except(true));
    two.survivor.now = two.absorbed.now;
    two.merge();
    for act in [Act::Unblock(Unblock { subject: doctors() }), except(false), block(), except(true)] {
        assert_eq!(two.under(ins(), &holder(), act).outcome.rule, Rule::Holder);
    }
    third_comes(&mut two);
    let first = two.survivor.dossier.blocks.get(&doctors()).map(|one| one.since);
    assert!(first.is_some() && stands(&two.survivor.dossier)[3]);
    for act in [Act::Unblock(Unblock { subject: doctors() }), except(false)] {
        assert_eq!(two.under(ins(), &holder(), act).outcome.rule, Rule::Holder);
    }
    assert_eq!(stands(&two.survivor.dossier)[..1], [false]);
    two.separate();
    let status = |world: &World| standing(&world.dossier, &doctor(), &world.policy, world.now).status;
    assert_eq!(status(&two.absorbed), AuthorizationStatus::Interdit, "it was blocked before they were one");
    assert_eq!(status(&two.survivor), AuthorizationStatus::NonExiste);
    assert!(two.absorbed.dossier.exceptions.len() == 1 && two.survivor.dossier.exceptions.is_empty());
}

/// Decisions 27 and 28: a death that was said in error is taken back; what the holder had closed stays closed, by whichever of the two names it
/// was.
#[test]
fn what_the_holder_closed_stays_closed_when_a_death_is_taken_back() {
    let death = |in_error| Act::RecordDeath(RecordDeath { in_error });
    for closed in [ins(), other_ins()] {
        for dead in [ins(), other_ins()] {
            let mut two = apart();
            two.merge();
            let close = Act::CloseDossier(CloseDossier::default());
            assert_eq!(two.under(closed.clone(), &holder(), close).outcome.rule, Rule::Holder);
            two.under(dead.clone(), &operator(), death(false));
            assert!(two.survivor.dossier.is_dead());
            assert_eq!(two.under(dead.clone(), &operator(), death(true)).outcome.rule, Rule::Operator);
            assert_eq!(two.survivor.dossier.status, DossierStatus::Closed);
            two.separate();
            let is_closed = |world: &World| world.dossier.status == DossierStatus::Closed;
            assert_eq!(is_closed(&two.survivor), closed == ins(), "{closed:?} {dead:?}");
            assert_eq!(is_closed(&two.absorbed), closed == other_ins(), "{closed:?} {dead:?}");
            assert!(!two.survivor.dossier.is_dead() && !two.absorbed.dossier.is_dead());
        }
    }
}

/// Issue 4: each emergency access enters the operator's queue and stays in it until he says what he found, whatever comes or leaves meanwhile.
#[test]
fn what_waits_for_its_review_goes_on_waiting() {
    for name in [ins(), other_ins()] {
        let mut two = apart();
        two.merge();
        two.survivor.mode = AccessMode::BrisDeGlace;
        assert_eq!(two.under(name, &doctor(), find()).outcome.rule, Rule::BrisDeGlace);
        two.survivor.mode = AccessMode::Normal;
        let waiting = two.survivor.dossier.to_review.clone();
        assert_eq!(waiting.len(), 1);
        third_comes(&mut two);
        assert_eq!(two.survivor.dossier.to_review, waiting, "a third came");
        third_leaves(&mut two);
        two.separate();
        assert_eq!(two.survivor.dossier.to_review, waiting, "they parted");
        two.survivor.addressed = None;
        let seq = waiting[0].seq;
        let read = two.survivor.act(&operator(), Act::ReadReview(ReadReview { journal: HERE, seq }));
        assert!(matches!(read.answer, Answer::History(_)), "{:?}", read.answer);
        let found = ReviewAccess { seq, outcome: ReviewOutcome::Justified, text: None };
        assert_eq!(two.survivor.act(&operator(), Act::ReviewAccess(found)).outcome.rule, Rule::Operator);
        assert!(two.survivor.dossier.to_review.is_empty());
    }
}

/// Decisions 33: who was refused the one document that he named did not enter, and his first access is told when they are parted.
#[test]
fn who_was_refused_while_they_were_one_did_not_enter() {
    for name in [ins(), other_ins()] {
        let mut two = apart();
        two.survivor.act(&holder(), provide(vec![document("1.1", "11490-0", 1)]));
        two.merge();
        let item = two.survivor.dossier.documents[0].item;
        let hide = UpdateVisibility {
            item,
            masque_ps: Some(true),
            invisible_patient: None,
            invisible_representants_legaux: None,
            holder_asked: false,
        };
        two.under(ins(), &holder(), Act::UpdateVisibility(hide));
        two.under(name.clone(), &doctor(), declare());
        let read = Act::RetrieveDocument(RetrieveDocument { item });
        assert!(matches!(two.under(name, &doctor(), read).answer, Answer::NotFound));
        two.separate();
        let key = doctor().session_key();
        assert!(
            !two.survivor.dossier.accesses.contains_key(&*key) && !two.absorbed.dossier.accesses.contains_key(&*key)
        );
    }
}

/// Decisions 19 and 29: the survivor meets the terms of the other's documents, knowing what became of them since; each comes once, wherever
/// the document goes.
#[test]
fn the_terms_of_the_others_documents_are_the_survivors() {
    let mut two = apart();
    let visibility = Visibility { invisible_patient: true, ..Visibility::default() };
    let withheld = |id, byte| NewDocument { visibility, ..document(id, "11490-0", byte) };
    two.absorbed.act(&doctor(), provide(vec![withheld("1.1", 1), withheld("1.2", 2)]));
    two.survivor.now = two.absorbed.now;
    two.merge();
    let items: Vec<u32> = two.survivor.dossier.documents.iter().map(|one| one.item).collect();
    let delete = Act::DeleteDocument(DeleteDocument { item: items[1] });
    assert!(two.under(other_ins(), &doctor(), delete).outcome.rule.allows());
    let system = Arc::new(Requester::System(SystemRequester { job: "terms".into() }));
    let fell = |decision: &Decision| {
        let fell = decision.changes.iter().map(|change| match change {
            Change::FellDue(fell) => (fell.kind, fell.item),
            other => panic!("{other:?}"),
        });
        fell.collect::<Vec<_>>()
    };
    let wakes = |world: &mut World, days: i64| {
        world.now = world.now.plus_hours(24 * days);
        fell(&world.act(&system, Act::FallDue(FallDue)))
    };
    two.survivor.addressed = None;
    two.absorbed.now = two.survivor.now;
    assert_eq!(wakes(&mut two.absorbed, 15), [], "another answers for it");
    assert_eq!(wakes(&mut two.survivor, 15), [(DueKind::WithheldInvitation, Some(items[0]))]);
    third_comes(&mut two);
    assert_eq!(wakes(&mut two.survivor, 0), []);
    two.separate();
    assert_eq!(wakes(&mut two.survivor, 20), []);
    let there = two.absorbed.dossier.documents[0].item;
    assert_eq!(wakes(&mut two.absorbed, 20), [(DueKind::WithheldRelease, Some(there))]);
}

/// What is found about an access before the merge is found where its entry is, and waits no more when they are parted.
#[test]
fn what_was_reviewed_meanwhile_waits_no_more() {
    let mut two = apart();
    two.absorbed.mode = AccessMode::BrisDeGlace;
    assert_eq!(two.absorbed.act(&doctor(), find()).outcome.rule, Rule::BrisDeGlace);
    two.absorbed.mode = AccessMode::Normal;
    let seq = two.absorbed.dossier.seq;
    two.survivor.now = two.absorbed.now;
    two.merge();
    let found = ReviewAccess { seq, outcome: ReviewOutcome::Justified, text: None };
    assert_eq!(two.absorbed.act(&operator(), Act::ReviewAccess(found)).outcome.rule, Rule::Operator);
    two.survivor.now = two.absorbed.now;
    two.separate();
    assert!(two.absorbed.dossier.to_review.is_empty());
}

/// Decisions 29: of one document that both were sent, the masks are united; whoever lifts one lifts both, and they stay lifted.
#[test]
fn what_hides_one_copy_hides_the_other() {
    let mut two = apart();
    for world in [&mut two.absorbed, &mut two.survivor] {
        world.act(&elsewhere(), provide(vec![document("1.1", "11490-0", 1), document("1.2", "11490-0", 2)]));
        world.act(&doctor(), declare());
    }
    let hide = |item, hidden| {
        Act::UpdateVisibility(UpdateVisibility {
            item,
            masque_ps: Some(hidden),
            invisible_patient: None,
            invisible_representants_legaux: None,
            holder_asked: false,
        })
    };
    let item = two.absorbed.dossier.documents[0].item;
    two.absorbed.act(&himself(other_ins()), hide(item, true));
    let mine = two.survivor.dossier.documents[1].item;
    two.survivor.now = two.absorbed.now.max(two.survivor.now);
    two.absorbed.now = two.survivor.now;
    two.merge();
    let reads = |two: &mut Two| {
        let Answer::Documents(found) = two.under(ins(), &doctor(), find()).answer else { panic!("a list") };
        let mut ids: Vec<_> = found.documents.iter().map(|one| one.entry.unique_id.to_string()).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(reads(&mut two), ["1.2", "1.2"]);
    // Something else is done to the copy: that hides it nowhere.
    let copy = two.survivor.dossier.documents.iter().rfind(|one| &*one.entry.unique_id == "1.1").unwrap().item;
    let archive = |archived| Act::ArchiveDocument(ArchiveDocument { item: copy, archived });
    two.under(ins(), &holder(), archive(true));
    two.under(ins(), &holder(), archive(false));
    two.under(ins(), &holder(), hide(mine, true));
    assert_eq!(reads(&mut two), Vec::<String>::new());
    two.under(ins(), &holder(), hide(mine, false));
    third_comes(&mut two);
    assert_eq!(reads(&mut two), ["1.2", "1.2"], "what was shown since is not hidden again");
    two.separate();
    third_leaves(&mut two);
    assert_eq!(reads(&mut two), ["1.1", "1.2"], "its own copy was never hidden");
    assert!(two.absorbed.dossier.documents[0].is_masked() && !two.absorbed.dossier.documents[1].is_masked());
}

/// Decisions 29: an id that was given out while they were one leads to the document wherever it goes; also of what a guest was sent that
/// another guest had brought, who is gone.
#[test]
fn an_id_leads_to_what_two_guests_were_sent() {
    let mut two = apart();
    two.absorbed.act(&doctor(), provide(vec![document("1.1", "11490-0", 1)]));
    two.survivor.now = two.absorbed.now;
    two.merge();
    third_comes(&mut two);
    let again = || provide(vec![document("1.1", "11490-0", 1)]);
    assert_eq!(two.under(third_ins(), &doctor(), again()).outcome.rule, Rule::AlreadyDone);
    two.separate();
    let item = two.survivor.dossier.documents[0].item;
    assert_eq!(
        two.under(third_ins(), &doctor(), again()).outcome.items[0].item,
        Some(item),
        "the id that is given out"
    );
    let mut annex = two.survivor.dossier.guest_leaving(&[9; 16]).unwrap();
    annex.spans.last_mut().unwrap().journal = HERE;
    third_leaves(&mut two);
    assert_eq!(two.survivor.dossier.gone_to(HERE, item), Some(THIRD));
    let there = annex.here(THIRD, HERE, item).unwrap();
    assert_eq!(annex.document(there).map(|record| &*record.entry.unique_id), Some("1.1"));
}

/// Decisions 29: as long as they are one, the traits are the survivor's, and are said under its own number: another's are not put in its place.
#[test]
fn the_traits_of_a_guest_are_not_the_survivors() {
    let mut two = apart();
    two.merge();
    let birth = Day::new(2015, 7, 14).unwrap();
    let traits = || IdentityCorrected { birth: Some(birth), ..IdentityCorrected::default() };
    let correct = || Act::CorrectIdentity(Box::new(CorrectIdentity { traits: traits() }));
    let before = two.survivor.dossier.holder.clone();
    assert_eq!(two.under(other_ins(), &operator(), correct()).outcome.rule, Rule::Merged);
    assert_eq!(two.survivor.dossier.holder, before);
    // Its own, as they are, are no correction.
    let own = two.survivor.dossier.identity_under(Some(&other_ins())).unwrap().birth;
    let own = IdentityCorrected { birth: Some(own), ..IdentityCorrected::default() };
    let own = Act::CorrectIdentity(Box::new(CorrectIdentity { traits: own }));
    assert_eq!(two.under(other_ins(), &operator(), own).outcome.rule, Rule::AlreadyDone);
    assert_eq!(two.under(ins(), &operator(), correct()).outcome.rule, Rule::Operator);
    // A deposit goes with the number that it came under: it is compared with whom that is of.
    let mut told = |number: Ins, id: &str, birth: Option<Day>| {
        let mut one = document(id, "11490-0", 9);
        one.header.birth = birth;
        two.under(number, &organisation("SA01", false), provide(vec![one])).answer
    };
    let theirs = before.as_ref().map(|holder| holder.birth);
    for (number, id, birth, goes) in [
        (other_ins(), "1.71", theirs, true),
        (other_ins(), "1.72", Some(birth), false),
        (ins(), "1.73", Some(birth), true),
        (ins(), "1.74", theirs, false),
    ] {
        let answer = told(number, id, birth);
        assert_eq!(matches!(answer, Answer::Provided(_)), goes, "{id}: {answer:?}");
    }
    third_comes(&mut two);
    assert_eq!(two.survivor.dossier.birth(), Some(birth), "whoever comes");
    third_leaves(&mut two);
    two.separate();
    assert_eq!(two.survivor.dossier.birth(), Some(birth), "and leaves");
    assert_eq!(two.absorbed.dossier.birth(), before.map(|holder| holder.birth));
}
