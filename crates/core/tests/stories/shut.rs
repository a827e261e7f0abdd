//! What the holder shut nobody else opens, and what was closed for him he may open again (decisions 18 to 20, 25 and 27; facts c.5).

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::code::Code;
use dmp_core::document::Visibility;
use dmp_core::dossier::*;
use dmp_core::identity::*;

use crate::lives::{close, desk, doctor, reopen};
use crate::world::*;

fn oppose(kind: OppositionKind, opposed: bool) -> Act {
    Act::Oppose(Oppose { kind, subject: None, opposed, motive: Some("dit".into()) })
}

fn subject() -> Subject {
    Subject::Professional(ProfessionalId::parse("801111111111").unwrap())
}

fn block() -> Act {
    Act::Block(dmp_core::act::Block { subject: subject(), name: None })
}

fn medecin_traitant(world: &mut World) -> Arc<Requester> {
    let declared = world.act(&doctor(), Act::DeclareMedecinTraitant(DeclareMedecinTraitant { consent: true }));
    assert!(declared.outcome.rule.allows(), "{:?}", declared.outcome.rule);
    world.act(&doctor(), declare());
    doctor()
}

/// Facts c.5, decisions 20: the médecin traitant blocks and unblocks; he records an opposition before activation, and lifts none.
#[test]
fn the_medecin_traitant_opens_no_door_that_the_holder_shut() {
    let mut world = World::activated();
    let gp = medecin_traitant(&mut world);
    for kind in [OppositionKind::BrisDeGlace, OppositionKind::Feeding, OppositionKind::MaskedInEmergency] {
        world.act(&holder(), oppose(kind, true));
        assert_eq!(world.act(&gp, oppose(kind, false)).outcome.rule, Rule::NotHolder, "{kind:?}");
        assert_eq!(
            world.act(&gp, oppose(kind, true)).outcome.rule,
            Rule::NotHolder,
            "{kind:?}: the holder has a word of his own"
        );
    }
    assert_eq!(world.act(&gp, block()).outcome.rule, Rule::MedecinTraitant);
    let unblock = Act::Unblock(Unblock { subject: subject() });
    assert_eq!(world.act(&gp, unblock).outcome.rule, Rule::MedecinTraitant);
}

/// Decisions 20: before activation a block or an opposition is recorded, by the help desk or the médecin traitant, and nothing more.
#[test]
fn before_activation_doors_are_only_shut_for_the_holder() {
    let mut world = World::new();
    world.act(&operator(), open());
    let gp = medecin_traitant(&mut world);
    for (who, rule, refused) in
        [(desk(), Rule::HelpDesk, Rule::FunctionalRight), (gp, Rule::MedecinTraitant, Rule::NotHolder)]
    {
        assert_eq!(world.act(&who, oppose(OppositionKind::BrisDeGlace, true)).outcome.rule, rule);
        assert_eq!(world.act(&who, oppose(OppositionKind::BrisDeGlace, false)).outcome.rule, refused);
        assert_eq!(world.act(&who, oppose(OppositionKind::MaskedInEmergency, false)).outcome.rule, refused);
        let exception =
            SetException { profession: Code::new("1.2.250.1.71.1.2.7", "60"), class_code: "11".into(), set: true };
        assert_eq!(world.act(&who, Act::SetException(exception)).outcome.rule, refused);
        world.dossier.oppositions.clear();
    }
    assert_eq!(world.act(&desk(), block()).outcome.rule, Rule::HelpDesk);
    let unblock = || Act::Unblock(Unblock { subject: subject() });
    assert_eq!(world.act(&desk(), unblock()).outcome.rule, Rule::FunctionalRight);
}

/// Decisions 27: who never activated his dossier, and had it closed, keeps his history and may change his mind.
#[test]
fn a_dossier_closed_before_its_activation_is_reopened() {
    let mut world = World::new();
    world.act(&operator(), open());
    assert_eq!(
        world.act(&holder(), Act::ReadHistory(ReadHistory)).outcome.rule,
        Rule::NotActivated,
        "open: activate first"
    );
    assert_eq!(world.act(&desk(), close()).outcome.rule, Rule::HelpDesk);
    assert!(matches!(world.act(&holder(), Act::ReadHistory(ReadHistory)).answer, Answer::History(_)));
    assert_eq!(world.act(&holder(), find()).outcome.rule, Rule::Closed);
    let express = Act::LifeOfDossier(LifeOfDossier::Deleted);
    assert_eq!(world.act(&holder(), express).outcome.rule, Rule::Holder);
    assert_eq!(world.act(&holder(), reopen()).outcome.rule, Rule::Holder);
    assert_eq!(world.dossier.status, DossierStatus::Open);
    assert_eq!(world.act(&holder(), find()).outcome.rule, Rule::NotActivated, "as it was");
}

/// Facts c.7: the code that withholds is a professional's; a carer keeps nothing from the holder.
#[test]
fn a_carer_withholds_nothing_from_the_holder() {
    let mut world = World::activated();
    let carer =
        DelegateCarer { person: "c".into(), name: None, scope: CarerScope::Add, categories: Vec::new(), end: None };
    world.act(&holder(), Act::DelegateCarer(carer));
    let carer = Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }));
    let visibility = Visibility { invisible_patient: true, ..Visibility::default() };
    let withheld = NewDocument { visibility, ..document("1.1", "11490-0", 1) };
    let refused = world.act(&carer, provide(vec![withheld]));
    assert_eq!(refused.outcome.rule, Rule::FunctionalRight);
    assert!(world.dossier.documents.is_empty());
}

/// Decisions 25: a carer who manages says what he does not recognise; who only adds does not read the history.
#[test]
fn a_carer_who_manages_says_what_he_does_not_recognise() {
    let mut world = World::activated();
    world.act(&doctor(), Act::TestExistence(TestExistence));
    let entry = world.dossier.seq;
    let carer = Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }));
    for (scope, rule) in [(CarerScope::Add, Rule::Scope), (CarerScope::Manage, Rule::Carer)] {
        let one = DelegateCarer { person: "c".into(), name: None, scope, categories: Vec::new(), end: None };
        world.act(&holder(), Act::DelegateCarer(one));
        let dispute = DisputeAccess { journal: 0, entry, outcome: None, text: None };
        assert_eq!(world.act(&carer, Act::DisputeAccess(dispute)).outcome.rule, rule);
    }
}

/// Decisions 19: after the release the holder reads until when it was withheld, whatever is said of the document later.
#[test]
fn until_when_it_was_withheld_stays_said() {
    for early in [false, true] {
        let mut world = World::activated();
        world.act(&doctor(), declare());
        let visibility = Visibility { invisible_patient: true, ..Visibility::default() };
        world.act(&doctor(), provide(vec![NewDocument { visibility, ..document("1.1", "11490-0", 1) }]));
        let (item, deposited) = (world.dossier.documents[0].item, world.now);
        let change = |masque_ps, invisible_patient| {
            let invisible_representants_legaux = None;
            let act = UpdateVisibility {
                item,
                masque_ps,
                invisible_patient,
                invisible_representants_legaux,
                holder_asked: false,
            };
            Act::UpdateVisibility(act)
        };
        let mut until = deposited.plus_months(1);
        if early {
            assert!(world.act(&doctor(), change(None, Some(false))).outcome.rule.allows());
            until = world.now;
        }
        world.now = deposited.plus_months(2);
        assert!(world.act(&doctor(), change(Some(true), None)).outcome.rule.allows());
        let Answer::Document(view) = world.act(&holder(), Act::ReadDocumentEntry(ReadDocumentEntry { item })).answer
        else {
            panic!("the holder reads it")
        };
        assert_eq!(view.withheld.as_ref().map(|one| (one.since, one.until)), Some((deposited, until)), "{early}");
    }
}
