//! What holds while two dossiers are one, goes on holding when a third comes or one of them leaves (decisions 27, 28 and 29).

use std::sync::Arc;

use dmp_core::access::standing;
use dmp_core::act::Block;
use dmp_core::act::*;
use dmp_core::code::Code;
use dmp_core::dossier::*;
use dmp_core::identity::*;

use crate::merge::{HERE, Two};
use crate::world::*;

/// The journal of a third.
const THIRD: u32 = 12;

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
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
    let opposed = |kind| dossier.opposition(kind, &[]).is_some();
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
