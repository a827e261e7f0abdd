//! What the holder asks for while two dossiers are one is kept by both, though one of them had it before (decisions 29).

use std::sync::Arc;

use dmp_core::act::Block;
use dmp_core::act::*;
use dmp_core::code::{Code, Day};
use dmp_core::dossier::*;
use dmp_core::identity::*;

use crate::merge::Two;
use crate::world::*;

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

fn himself(ins: Ins) -> Arc<Requester> {
    Arc::new(Requester::Holder(HolderRequester { ins, credential: [3; 32] }))
}

fn subject() -> Subject {
    Subject::Professional(ProfessionalId::parse("801234567897").unwrap())
}

fn oppose(kind: OppositionKind, subject: Option<Subject>) -> Act {
    Act::Oppose(Oppose { kind, subject, opposed: true, motive: Some("dit".into()) })
}

fn permit_masked() -> Act {
    Act::Oppose(Oppose { kind: OppositionKind::MaskedInEmergency, subject: None, opposed: false, motive: None })
}

fn carer(person: &str) -> Act {
    let (scope, categories) = (CarerScope::Manage, Vec::new());
    Act::DelegateCarer(DelegateCarer { person: person.into(), name: None, scope, categories, end: None })
}

/// Two, both activated, with one and the same document each, masked in neither.
fn apart() -> Two {
    let mut two = Two::new();
    two.absorbed.act(&himself(other_ins()), activate());
    for (world, ins) in [(&mut two.absorbed, other_ins()), (&mut two.survivor, ins())] {
        world.act(&himself(ins.clone()), provide(vec![document("1.1", "11490-0", 1)]));
        world.act(&himself(ins), permit_masked());
    }
    two.survivor.now = two.absorbed.now.max(two.survivor.now);
    two.absorbed.now = two.survivor.now;
    two
}

/// On the one that has it first, then under the name of the other, while they are one; what both are by themselves in the end. What is asked for
/// is about the document of that number, or about none.
fn said_twice(act: impl Fn(u32) -> Act, is: impl Fn(&Dossier) -> bool) {
    for first_is_survivor in [false, true] {
        let mut two = apart();
        let (first, name, other) = match first_is_survivor {
            true => (&mut two.survivor, ins(), other_ins()),
            false => (&mut two.absorbed, other_ins(), ins()),
        };
        let item = first.dossier.documents[0].item;
        assert!(first.act(&himself(name), act(item)).outcome.rule.allows());
        two.survivor.now = two.absorbed.now.max(two.survivor.now);
        two.absorbed.now = two.survivor.now;
        two.merge();
        assert!(is(&two.survivor.dossier));
        // The copy of the other comes last where it is the guest's.
        let copies: Vec<u32> = two.survivor.dossier.documents.iter().map(|one| one.item).collect();
        let mine = two.survivor.dossier.home.as_deref().unwrap().documents[0].item;
        let item = copies.into_iter().find(|item| (*item == mine) != first_is_survivor).unwrap();
        assert!(two.under(other.clone(), &himself(other.clone()), act(item)).outcome.rule.allows());
        let again = two.under(other.clone(), &himself(other), act(item));
        assert_eq!(again.outcome.rule, Rule::AlreadyDone, "now both have it");
        assert!(again.changes.is_empty() && is(&two.survivor.dossier));
        two.separate();
        assert!(is(&two.survivor.dossier), "the survivor, {first_is_survivor}");
        assert!(is(&two.absorbed.dossier), "the other, {first_is_survivor}");
    }
}

/// A block: the professional whom both holders blocked reads neither.
#[test]
fn who_is_blocked_twice_is_blocked_in_both() {
    let block = |_| Act::Block(Block { subject: subject(), name: None });
    said_twice(block, |one| one.blocks.contains_key(&subject()));
    let mut two = apart();
    two.absorbed.act(&himself(other_ins()), block(0));
    for world in [&mut two.absorbed, &mut two.survivor] {
        world.act(&doctor(), declare());
    }
    two.absorbed.now = two.survivor.now.max(two.absorbed.now);
    two.merge();
    let first = two.survivor.dossier.blocks[&subject()].clone();
    two.under(ins(), &holder(), block(0));
    assert_eq!(two.survivor.dossier.blocks[&subject()], first, "since the first time, under its own number");
    two.separate();
    assert_eq!(two.survivor.act(&doctor(), find()).outcome.rule, Rule::Blocked);
}

/// Oppositions, to everybody and to one, and what is refused in emergencies.
#[test]
fn what_is_opposed_twice_is_opposed_in_both() {
    use OppositionKind::*;
    for (kind, subject) in [
        (Consultation, None),
        (Consultation, Some(subject())),
        (Feeding, None),
        (Feeding, Some(subject())),
        (Centre15, None),
        (BrisDeGlace, None),
        (MaskedInEmergency, None),
    ] {
        let is = |one: &Dossier| match kind {
            MaskedInEmergency => !one.masked_in_emergency,
            _ => one.oppositions.iter().any(|one| one.kind == kind && one.subject == subject),
        };
        said_twice(|_| oppose(kind, subject.clone()), is);
    }
}

/// What a profession never sees.
#[test]
fn what_is_excepted_twice_is_excepted_in_both() {
    let except = |_| {
        let profession = Code::new("1.2.250.1.71.1.2.7", "60");
        Act::SetException(SetException { profession, class_code: "11".into(), set: true })
    };
    said_twice(except, |one| !one.exceptions.is_empty());
}

/// The holder's mask on each copy, and that it is not his.
#[test]
fn what_is_said_of_a_copy_is_said_of_both() {
    let hide = |item| {
        Act::UpdateVisibility(UpdateVisibility {
            item,
            masque_ps: Some(true),
            invisible_patient: None,
            invisible_representants_legaux: None,
            holder_asked: false,
        })
    };
    let hidden = |one: &Dossier| one.documents.iter().all(|one| one.holder_choice == Some(HolderChoice::Hidden));
    said_twice(hide, hidden);
    let claim = |item| Act::ClaimNotMine(ClaimNotMine { item, open: true, text: None });
    said_twice(claim, |one| one.documents.iter().all(|one| one.claimed));
}

/// The end of a mandate and of a delegation that the other alone has: it says nothing as long as they are one, and is over when they part.
#[test]
fn who_speaks_for_him_no_more_does_so_in_neither() {
    let guardian = Mandate {
        name: None,
        scope: MandateScope::Full,
        start: Day::new(2015, 1, 1).unwrap(),
        end: None,
        guardian: true,
        relationship: None,
    };
    for name in [ins(), other_ins()] {
        let mut two = apart();
        let record = RecordMandate { person: "m".into(), mandate: guardian.clone() };
        two.absorbed.act(&operator(), Act::RecordMandate(Box::new(record)));
        two.absorbed.act(&himself(other_ins()), carer("c"));
        let speaks = |one: &Dossier| (one.mandates.len(), one.carers.len());
        assert_eq!(speaks(&two.absorbed.dossier), (1, 1));
        two.survivor.now = two.absorbed.now;
        two.merge();
        assert_eq!(speaks(&two.survivor.dossier), (0, 0), "these are the survivor's");
        for rule in [Rule::Operator, Rule::AlreadyDone] {
            let end = Act::EndMandate(EndMandate { person: "m".into() });
            assert_eq!(two.under(name.clone(), &operator(), end).outcome.rule, rule);
        }
        for rule in [Rule::Holder, Rule::AlreadyDone] {
            let end = Act::EndDelegation(EndDelegation { person: "c".into() });
            assert_eq!(two.under(name.clone(), &holder(), end).outcome.rule, rule);
        }
        two.separate();
        assert_eq!(speaks(&two.absorbed.dossier), (0, 0));
    }
}

/// Decisions 9 and 29: a consent between two oppositions of two dossiers prevails in neither, once the holder of both opposed again.
#[test]
fn what_was_opposed_again_prevails_in_both() {
    use OppositionKind::Consultation;
    let mut two = apart();
    let consent = Act::GrantAccess(GrantAccess { subject: Some(subject()), ..GrantAccess::default() });
    for act in [oppose(Consultation, None), consent] {
        two.survivor.act(&holder(), act);
    }
    two.absorbed.now = two.survivor.now;
    two.absorbed.act(&himself(other_ins()), oppose(Consultation, None));
    two.survivor.now = two.absorbed.now;
    two.merge();
    assert_eq!(two.under(ins(), &doctor(), find()).outcome.rule, Rule::Opposition, "a consent must be later than both");
    assert_eq!(two.under(ins(), &holder(), oppose(Consultation, None)).outcome.rule, Rule::Holder);
    two.separate();
    assert_eq!(two.survivor.act(&doctor(), find()).outcome.rule, Rule::Opposition);
}
