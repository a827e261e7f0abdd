//! Whose word prevails on a document, and on an opposition: the last one, of who may say it (decisions 6, 9, 18, 19, 22, 23, 24).

use std::sync::Arc;

use dmp_core::access::{PolicyName, Settings, is_opposed};
use dmp_core::act::*;
use dmp_core::code::Day;
use dmp_core::document::Visibility;
use dmp_core::dossier::*;
use dmp_core::identity::*;

use crate::world::*;

fn hospital() -> Arc<Requester> {
    elsewhere("801111111111", "1750000001", Means::Direct)
}

fn elsewhere(id: &str, structure: &str, means: Means) -> Arc<Requester> {
    let Requester::Professional(one) = &*professional(id, "10", Some("SM04"), "SA01") else { panic!("a doctor") };
    let structure = Some(StructureRef { id: StructureId::parse(structure).unwrap(), name: None });
    Arc::new(Requester::Professional(Professional { structure, means, ..one.clone() }))
}

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

fn flagged(unique_id: &str, byte: u8, visibility: Visibility) -> NewDocument {
    NewDocument { visibility, ..document(unique_id, "11490-0", byte) }
}

const MASKED: Visibility =
    Visibility { masque_ps: true, invisible_patient: false, invisible_representants_legaux: false };
const WITHHELD: Visibility =
    Visibility { masque_ps: false, invisible_patient: true, invisible_representants_legaux: false };
const SECRET: Visibility =
    Visibility { masque_ps: false, invisible_patient: false, invisible_representants_legaux: true };

fn replacing(old: &str, new: NewDocument) -> NewDocument {
    NewDocument { replaces: Some(ReplaceTarget::Identifier(old.into())), ..new }
}

fn mask(world: &World, at: usize, masked: bool, holder_asked: bool) -> Act {
    Act::UpdateVisibility(UpdateVisibility {
        item: world.dossier.documents[at].item,
        masque_ps: Some(masked),
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked,
    })
}

/// A dossier with one document of the hospital's, which another doctor may read.
fn world(visibility: Visibility) -> World {
    let mut world = World::activated();
    for who in [doctor(), hospital()] {
        world.act(&who, declare());
    }
    let provided = world.act(&hospital(), provide(vec![flagged("1.1", 1, visibility)]));
    assert!(provided.outcome.rule.allows());
    world
}

fn reads(world: &mut World, who: &Arc<Requester>, at: usize) -> bool {
    let item = world.dossier.documents[at].item;
    matches!(world.act(who, Act::RetrieveDocument(RetrieveDocument { item })).answer, Answer::Content(_))
}

fn oppose(subject: Option<&str>) -> Act {
    let subject = subject.map(|id| Subject::Professional(ProfessionalId::parse(id).unwrap()));
    Act::Oppose(Oppose { kind: OppositionKind::Consultation, subject, opposed: true, motive: None })
}

fn consent(to: &str) -> Act {
    let subject = Some(Subject::Professional(ProfessionalId::parse(to).unwrap()));
    Act::GrantAccess(GrantAccess { subject, ..GrantAccess::default() })
}

/// Decisions 9: at the same instant the opposition is the last word.
#[test]
fn a_consent_is_later_than_the_opposition_over_which_it_prevails() {
    const GP: &str = "801234567897";
    for (apart, rule) in [(0, Rule::Opposition), (1, Rule::ExplicitConsent)] {
        let mut world = World::activated();
        world.act(&holder(), oppose(None));
        world.now = world.now.plus_millis(apart - 1_000);
        world.act(&holder(), consent(GP));
        assert_eq!(world.act(&professional(GP, "10", Some("SM26"), "SA07"), find()).outcome.rule, rule);
    }
}

/// Decisions 5: an authorisation is valid before its end, and not at it.
#[test]
fn an_authorisation_ends_at_its_instant() {
    const GP: &str = "801234567897";
    for (before, rule) in [(1, Rule::ExplicitConsent), (0, Rule::NoAuthorization)] {
        let mut world = World::activated();
        world.act(&holder(), consent(GP));
        let until = world.dossier.authorizations.values().next().unwrap().until;
        world.now = until.plus_millis(-1_000 - before);
        assert_eq!(world.act(&professional(GP, "10", Some("SM26"), "SA07"), find()).outcome.rule, rule);
    }
}

/// Decisions 9: a consent prevails over an opposition before it, never over one after it, whichever was the first of two.
#[test]
fn the_last_word_on_consultation_prevails() {
    const GP: &str = "801234567897";
    for (first, last) in [(None, Some(GP)), (Some(GP), None)] {
        let mut world = World::activated();
        world.act(&holder(), oppose(first));
        world.act(&holder(), consent(GP));
        assert_eq!(world.act(&doctor(), find()).outcome.rule, Rule::ExplicitConsent);
        world.act(&holder(), oppose(last));
        assert_eq!(world.act(&doctor(), find()).outcome.rule, Rule::Opposition, "{last:?}");
        world.act(&holder(), consent(GP));
        assert_eq!(world.act(&doctor(), find()).outcome.rule, Rule::ExplicitConsent);
    }
}

/// The same is said of who does not ask himself (the médecin traitant, whom a mail would tell): kept out by an opposition, unless a consent of
/// his own came after it and still runs.
#[test]
fn who_is_opposed_is_told_apart_from_who_never_was() {
    const GP: &str = "801234567897";
    let gp = ProfessionalId::parse(GP).unwrap();
    let mut world = World::activated();
    let opposed = |world: &World| is_opposed(&world.dossier, &gp, world.now);
    assert!(!opposed(&world), "nobody opposes anything");
    world.act(&holder(), consent(GP));
    assert!(!opposed(&world));
    world.now = world.now.plus_hours(1);
    for subject in [Some(GP), None] {
        world.act(&holder(), oppose(subject));
        assert!(opposed(&world), "the consent came before");
        world.now = world.now.plus_hours(1);
        world.act(&holder(), consent(GP));
        assert!(!opposed(&world));
    }
    let until = world.dossier.authorizations.values().next().unwrap().until;
    world.now = until.plus_millis(-1);
    assert!(!opposed(&world));
    world.now = until;
    assert!(opposed(&world), "its year is over");
}

/// Decisions 9: what the holder opposes again, after a consent, he opposes from then on; said again with nothing between, it stands as it was.
#[test]
fn an_opposition_said_again_prevails_over_the_consent_between() {
    const GP: &str = "801234567897";
    for (first, again) in [(None, None), (Some(GP), Some(GP))] {
        let mut world = World::activated();
        world.act(&holder(), oppose(first));
        let since = world.dossier.oppositions[0].since;
        assert_eq!(world.act(&holder(), oppose(again)).outcome.rule, Rule::AlreadyDone);
        assert_eq!(world.dossier.oppositions[0].since, since);
        world.act(&holder(), consent(GP));
        assert_eq!(world.act(&doctor(), find()).outcome.rule, Rule::ExplicitConsent);
        assert_eq!(world.act(&holder(), oppose(again)).outcome.rule, Rule::Holder);
        assert_eq!(world.act(&doctor(), find()).outcome.rule, Rule::Opposition, "{again:?}");
        assert!(world.dossier.oppositions.len() == 1 && world.dossier.oppositions[0].since > since);
    }
}

/// Decisions 9: a declaration does not prevail over an opposition, nor does it, or a reading, prolong the consent that does; once the opposition
/// is lifted it counts by itself.
#[test]
fn a_declaration_prolongs_no_consent_under_an_opposition() {
    const GP: &str = "801234567897";
    for opposed in [None, Some(GP)] {
        for (lifted, reading_renews) in [(false, false), (true, false), (false, true)] {
            let mut world = World::activated();
            world.policy = policy(PolicyName::Mes2024, Settings { reading_renews, ..Settings::default() });
            world.act(&holder(), oppose(opposed));
            world.act(&holder(), consent(GP));
            let until = world.now.plus_years(1);
            world.now = world.now.plus_months(11);
            if !reading_renews {
                assert!(world.act(&doctor(), declare()).outcome.rule.allows());
            }
            assert_eq!(world.act(&doctor(), find()).outcome.rule, Rule::ExplicitConsent);
            world.now = until.plus_millis(-1_001);
            assert_eq!(world.act(&doctor(), find()).outcome.rule, Rule::ExplicitConsent, "to its last moment");
            world.now = world.now.plus_months(5);
            assert_eq!(world.act(&doctor(), find()).outcome.rule, Rule::Opposition, "{opposed:?}");
            if lifted {
                let subject = opposed.map(|id| Subject::Professional(ProfessionalId::parse(id).unwrap()));
                let kind = OppositionKind::Consultation;
                world.act(&holder(), Act::Oppose(Oppose { kind, subject, opposed: false, motive: None }));
                assert_eq!(world.act(&doctor(), find()).outcome.rule, Rule::Declared);
            }
        }
    }
}

/// Decisions 9: an opposition to feeding has its motive, the one that was said last; it is not forgotten where none is said again.
#[test]
fn the_last_motive_is_kept() {
    let mut world = World::activated();
    let oppose = |motive: Option<&str>| {
        let motive = motive.map(Into::into);
        Act::Oppose(Oppose { kind: OppositionKind::Feeding, subject: None, opposed: true, motive })
    };
    for (said, rule, kept) in [
        (Some("one"), Rule::Holder, "one"),
        (Some("one"), Rule::AlreadyDone, "one"),
        (Some("other"), Rule::Holder, "other"),
        (None, Rule::AlreadyDone, "other"),
    ] {
        assert_eq!(world.act(&holder(), oppose(said)).outcome.rule, rule, "{said:?}");
        assert_eq!(world.dossier.oppositions.len(), 1);
        assert_eq!(world.dossier.oppositions[0].motive.as_deref(), Some(kept));
    }
}

/// Decisions 18: what the holder hides where a professional hid it already is his own mask from then on.
#[test]
fn what_the_holder_hides_too_is_his() {
    let mut world = world(MASKED);
    let hide = mask(&world, 0, true, false);
    assert_eq!(world.act(&holder(), hide).outcome.rule, Rule::Holder);
    let lift = mask(&world, 0, false, false);
    world.act(&hospital(), lift);
    assert!(!reads(&mut world, &doctor(), 0), "the hospital lifts its own mask, not his");
    world.act(&hospital(), provide(vec![replacing("1.1", document("1.2", "11490-0", 2))]));
    assert!(!reads(&mut world, &doctor(), 1), "nor by replacing");
    let show = mask(&world, 1, false, false);
    world.act(&holder(), show);
    assert!(reads(&mut world, &doctor(), 1));
}

/// Decisions 18: what he shows stays shown in a replacement, whatever its depositor says; a mask that is set later holds.
#[test]
fn a_mask_that_is_acknowledged_holds() {
    let mut world = world(Visibility::default());
    let show = mask(&world, 0, false, false);
    world.act(&holder(), show);
    world.act(&hospital(), provide(vec![replacing("1.1", flagged("1.2", 2, MASKED))]));
    assert!(reads(&mut world, &doctor(), 1), "his last choice goes over the depositor's code");
    let hide = mask(&world, 1, true, false);
    assert!(world.act(&hospital(), hide.clone()).outcome.rule.allows());
    assert!(!reads(&mut world, &doctor(), 1), "at the patient's request a professional masks (decisions 20)");
    assert_eq!(world.act(&hospital(), hide).outcome.rule, Rule::AlreadyDone);
}

/// Decisions 18: what the holder hides as he deposits it is hidden by him: the médecin traitant lifts it when he says that the holder asked.
#[test]
fn what_the_holder_deposits_hidden_he_hid() {
    let mut world = World::activated();
    world.act(&doctor(), declare());
    let name = NameMedecinTraitant { professional: ProfessionalId::parse("801234567897").unwrap(), name: None };
    world.act(&holder(), Act::NameMedecinTraitant(name));
    world.act(&holder(), provide(vec![flagged("1.1", 1, MASKED)]));
    let lift = mask(&world, 0, false, false);
    assert_eq!(world.act(&doctor(), lift).outcome.rule, Rule::HolderMustAsk);
    let asked = mask(&world, 0, false, true);
    assert_eq!(world.act(&doctor(), asked).outcome.rule, Rule::MedecinTraitant);
}

fn claim(world: &World, at: usize, open: bool) -> Act {
    Act::ClaimNotMine(ClaimNotMine { item: world.dossier.documents[at].item, open, text: None })
}

/// Decisions 23: until the case is closed the document is masked, in every version, that which replaces it too.
#[test]
fn a_claim_is_about_every_version() {
    let mut world = world(Visibility::default());
    let not_mine = claim(&world, 0, true);
    world.act(&holder(), not_mine);
    world.act(&hospital(), provide(vec![replacing("1.1", document("1.2", "11490-0", 2))]));
    assert!(!reads(&mut world, &doctor(), 0) && !reads(&mut world, &doctor(), 1));
    assert!(reads(&mut world, &hospital(), 1), "its author does");
    let closed = claim(&world, 0, false);
    world.act(&operator(), closed);
    assert!(reads(&mut world, &doctor(), 0) && reads(&mut world, &doctor(), 1));
}

fn ask(world: &World, at: usize) -> Act {
    Act::RequestDeletion(RequestDeletion { item: world.dossier.documents[at].item, motive: None })
}

fn accept(world: &World, at: usize) -> Act {
    Act::AnswerDeletion(AnswerDeletion { item: world.dossier.documents[at].item, accepted: true, motive: None })
}

/// Decisions 21 and 22: a request is of the document; what is deleted is its newest version, and with it all before.
#[test]
fn a_request_for_deletion_goes_on_to_the_newest_version() {
    let mut world = world(Visibility::default());
    let first = ask(&world, 0);
    world.act(&holder(), first);
    world.act(&hospital(), provide(vec![replacing("1.1", document("1.2", "11490-0", 2))]));
    let old = accept(&world, 0);
    let answer = world.act(&hospital(), old).answer;
    assert!(matches!(&answer, Answer::Faulty(fault) if fault.rule == Rule::NotNewest), "{answer:?}");
    let newest = accept(&world, 1);
    assert!(world.act(&hospital(), newest).outcome.rule.allows());
    assert!(world.dossier.documents.iter().all(|one| one.standing.deleted && one.deletion_asked.is_none()));
}

/// Decisions 22, 24 and 25: under the old policy the request is what lets any doctor delete: only who could delete asks.
#[test]
fn under_the_old_policy_only_who_could_delete_asks() {
    let mut world = world(Visibility::default());
    world.policy = dmp_2012();
    world.act(&operator(), mandate("m", MandateScope::Full, true));
    world.act(&operator(), mandate("p", MandateScope::Full, true));
    let scope = CarerScope::Manage;
    let carer = DelegateCarer { person: "c".into(), name: None, scope, categories: Vec::new(), end: None };
    world.act(&holder(), Act::DelegateCarer(carer));
    let carer = Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] };
    let request = ask(&world, 0);
    assert_eq!(world.act(&Arc::new(Requester::Carer(carer)), request.clone()).outcome.rule, Rule::Scope);
    assert_eq!(world.act(&representative("m", ins()), request.clone()).outcome.rule, Rule::AllRepresentatives);
    world.joint = vec![representative("p", ins())];
    assert_eq!(world.act(&representative("m", ins()), request).outcome.rule, Rule::Representative);
}

/// Decisions 19: masked and withheld at once is refused, also where what is replaced was withheld; the reason goes on with the month.
#[test]
fn a_replacement_inherits_the_withholding_and_its_reason() {
    let mut world = World::activated();
    let why = Some("à annoncer".into());
    let first = NewDocument { withhold_motive: why.clone(), ..flagged("1.1", 1, WITHHELD) };
    world.act(&hospital(), provide(vec![first]));
    let both = world.act(&hospital(), provide(vec![replacing("1.1", flagged("1.2", 2, MASKED))])).answer;
    assert!(matches!(&both, Answer::Faulty(fault) if fault.rule == Rule::FlagsCombined), "{both:?}");
    world.act(&hospital(), provide(vec![replacing("1.1", document("1.2", "11490-0", 2))]));
    assert_eq!(world.dossier.documents[1].withhold_motive, why);
}

/// The dossier of a minor of sixteen, who deposits something that those who represent him shall not see.
fn of_a_minor() -> World {
    let mut world = World::new();
    let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
    open.holder.birth = Day::new(2010, 3, 28).unwrap();
    world.act(&operator(), Act::OpenDossier(open));
    world.act(&operator(), mandate("m", MandateScope::Full, false));
    world.act(&operator(), mandate("p", MandateScope::Full, false));
    world.act(&holder(), activate());
    world.act(&holder(), provide(vec![flagged("1.1", 1, SECRET)]));
    world
}

/// What a representative may not see is not there for him to replace or to delete, whoever signs with him (decisions 24).
#[test]
fn a_parent_touches_nothing_that_is_hidden_from_her() {
    let mut world = of_a_minor();
    let mother = representative("m", ins());
    let replaced = |world: &mut World, old: &str| {
        let new = replacing(old, document("1.9", "11490-0", 9));
        world.act(&mother, provide(vec![new])).answer
    };
    for old in ["1.1", "1.404"] {
        let answer = replaced(&mut world, old);
        assert!(matches!(&answer, Answer::Faulty(fault) if fault.rule == Rule::ReplacedUnknown), "{old}: {answer:?}");
    }
    let item = world.dossier.documents[0].item;
    for signing in [Vec::new(), vec![representative("p", ins())]] {
        world.joint = signing;
        for item in [item, 404] {
            let answer = world.act(&mother, Act::DeleteDocument(DeleteDocument { item })).answer;
            assert!(matches!(answer, Answer::NotFound), "{item}: {answer:?}");
        }
    }
    world.joint = Vec::new();
    assert!(world.act(&holder(), Act::DeleteDocument(DeleteDocument { item })).outcome.rule.allows());
}

/// Decisions 25: nor does a carer replace what is outside his categories.
#[test]
fn a_carer_replaces_nothing_outside_his_categories() {
    let mut world = World::activated();
    world.act(&holder(), provide(vec![document("1.1", "11490-0", 1)]));
    let class = world.dossier.documents[0].entry.class_code.code.clone();
    let other = if *class == *"31" { "11" } else { "31" };
    let carer = |category: &str| DelegateCarer {
        person: "c".into(),
        name: None,
        scope: CarerScope::Add,
        categories: vec![category.into()],
        end: None,
    };
    let him = Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }));
    world.act(&holder(), Act::DelegateCarer(carer(other)));
    for old in ["1.1", "1.404"] {
        let new = replacing(old, document("1.2", "11490-0", 2));
        let answer = world.act(&him, provide(vec![new])).answer;
        assert!(matches!(&answer, Answer::Faulty(fault) if fault.rule == Rule::ReplacedUnknown), "{old}: {answer:?}");
    }
    // Nor, who only adds, what he did not add himself.
    world.act(&holder(), Act::DelegateCarer(carer(&class)));
    let replace = |old, new, byte| provide(vec![replacing(old, document(new, "11490-0", byte))]);
    assert_eq!(world.act(&him, replace("1.1", "1.2", 2)).outcome.rule, Rule::NotAuthor);
    world.act(&him, provide(vec![document("1.3", "11490-0", 3)]));
    assert!(world.act(&him, replace("1.3", "1.4", 4)).outcome.rule.allows(), "his own");
    world.act(&holder(), Act::DelegateCarer(DelegateCarer { scope: CarerScope::Manage, ..carer(&class) }));
    assert!(world.act(&him, replace("1.1", "1.5", 5)).outcome.rule.allows());
}

/// Decisions 6: by a structure's certificate a name is said, not proved: only what is the structure's is its own.
#[test]
fn a_certificate_that_names_somebody_has_only_what_is_its_structures() {
    let mut world = World::activated();
    let at_home = elsewhere("801234567897", "1750000001", Means::Direct);
    world.act(&at_home, provide(vec![document("1.1", "11490-0", 1)]));
    let item = world.dossier.documents[0].item;
    let delete = || Act::DeleteDocument(DeleteDocument { item });
    let another = elsewhere("801234567897", "1750000002", Means::Indirect);
    assert!(matches!(world.act(&another, delete()).answer, Answer::NotFound));
    let replace = provide(vec![replacing("1.1", document("1.2", "11490-0", 2))]);
    assert!(
        matches!(world.act(&another, replace).answer, Answer::Faulty(fault) if fault.rule == Rule::ReplacedUnknown)
    );
    let colleague = elsewhere("801111111111", "1750000001", Means::Indirect);
    assert!(world.act(&colleague, delete()).outcome.rule.allows());
}

/// Facts g: the holder renames his own, a parent what she sees of a child's; nobody renames what a professional deposited.
#[test]
fn one_renames_ones_own() {
    let mut world = of_a_minor();
    world.act(&holder(), provide(vec![document("1.2", "11490-0", 2)]));
    world.act(&hospital(), provide(vec![document("1.3", "11490-0", 3)]));
    let rename = |world: &World, at: usize| {
        let item = world.dossier.documents[at].item;
        Act::RenameDocument(RenameDocument { item, title: "Mon carnet".into() })
    };
    let mother = representative("m", ins());
    let hidden = rename(&world, 0);
    assert!(matches!(world.act(&mother, hidden.clone()).answer, Answer::NotFound));
    assert_eq!(world.act(&holder(), hidden).outcome.rule, Rule::Holder);
    let shared = rename(&world, 1);
    let before = world.dossier.documents[1].clone();
    assert_eq!(world.act(&mother, shared.clone()).outcome.rule, Rule::Representative);
    let after = &world.dossier.documents[1];
    assert_eq!(after.entry.title.as_deref(), Some("Mon carnet"));
    assert_eq!((after.item, after.version), (before.item, before.version + 1));
    assert_ne!(after.version_item, before.version_item);
    assert_eq!(world.act(&holder(), shared.clone()).outcome.rule, Rule::AlreadyDone);
    let theirs = rename(&world, 2);
    assert_eq!(world.act(&holder(), theirs.clone()).outcome.rule, Rule::NotAuthor);
    world.act(&hospital(), declare());
    for who in [hospital(), operator()] {
        assert!(!world.act(&who, theirs.clone()).outcome.rule.allows());
    }
}
