//! Two dossiers that turn out to be one person's, and the other way round (decisions 29; facts h).

use std::sync::Arc;

use dmp_core::access::{Side, standing};
use dmp_core::act::Block;
use dmp_core::act::*;
use dmp_core::code::Instant;
use dmp_core::dossier::*;
use dmp_core::history::HistoryLine;
use dmp_core::identity::*;

use crate::world::*;

/// The journal of the one that is absorbed.
pub const THERE: u32 = 7;
/// That of the survivor.
pub const HERE: u32 = 8;

/// Two dossiers, each in its own journal.
pub struct Two {
    pub absorbed: World,
    pub survivor: World,
}

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

fn nurse() -> Arc<Requester> {
    professional("801111111111", "60", None, "SA07")
}

fn subject(id: &str) -> Subject {
    Subject::Professional(ProfessionalId::parse(id).unwrap())
}

impl Two {
    pub fn new() -> Self {
        let mut absorbed = World::new();
        absorbed.act(&operator(), open_as(other_ins()));
        let mut survivor = World::activated();
        survivor.now = survivor.now.plus_millis(5_000);
        absorbed.now = survivor.now;
        Self { absorbed, survivor }
    }

    /// Both steps, as the store takes them.
    pub fn merge(&mut self) -> Decision {
        let other = Some(Arc::new(self.survivor.dossier.clone()));
        let merge = [self.absorbed.entries.len() as u8; 16];
        let act = MergeDossier { merge, survivor: ins(), journal: HERE, other };
        let frozen = self.absorbed.act(&operator(), Act::MergeDossier(Box::new(act)));
        if let Some(Change::MergedInto(_)) = frozen.changes.first() {
            self.absorb();
        }
        frozen
    }

    fn absorb(&mut self) -> Decision {
        self.survivor.now = self.survivor.now.max(self.absorbed.now);
        let annex = Arc::new(self.absorbed.dossier.clone());
        let moved = annex.merged_into.clone().unwrap();
        let act = AbsorbDossier { merge: moved.merge, journal: THERE, seq: moved.seq, head: [0; 32], annex };
        self.survivor.act(&operator(), Act::AbsorbDossier(Box::new(act)))
    }

    pub fn separate(&mut self) {
        let merge = self.absorbed.dossier.merged_into.as_ref().unwrap().merge;
        let annex = self.survivor.dossier.guest_leaving(&merge).unwrap();
        self.survivor.addressed = None;
        let act = SeparateDossier { merge: Some(merge) };
        assert_eq!(self.survivor.act(&operator(), Act::SeparateDossier(act)).outcome.rule, Rule::Operator);
        self.absorbed.now = self.survivor.now;
        let seq = self.survivor.dossier.seq;
        let act = ReturnDossier { merge, journal: HERE, seq, head: [0; 32], annex: Some(Arc::new(annex)) };
        assert_eq!(self.absorbed.act(&operator(), Act::ReturnDossier(Box::new(act))).outcome.rule, Rule::Operator);
    }

    /// Asks the survivor under a name.
    pub fn under(&mut self, name: Ins, who: &Arc<Requester>, act: Act) -> Decision {
        self.survivor.addressed = Some(name);
        self.survivor.act(who, act)
    }
}

pub fn found(decision: &Decision) -> Vec<&str> {
    let Answer::Documents(found) = &decision.answer else { panic!("{:?}", decision.answer) };
    let mut ids: Vec<&str> = found.documents.iter().map(|view| &*view.entry.unique_id).collect();
    ids.sort_unstable();
    ids
}

/// Merge, feed both names, un-merge: each document returns to the identifier it was sent under. Then once more.
#[test]
fn each_document_returns_to_the_identifier_it_was_sent_under() {
    let mut two = Two::new();
    two.absorbed.act(&doctor(), provide(vec![document("1.1", "11490-0", 1)]));
    two.survivor.act(&doctor(), provide(vec![document("1.2", "11490-0", 2)]));
    two.merge();
    two.under(other_ins(), &doctor(), provide(vec![document("1.3", "11490-0", 3)]));
    two.under(ins(), &doctor(), provide(vec![document("1.4", "11490-0", 4)]));
    assert_eq!(found(&two.under(other_ins(), &holder(), find())), ["1.1", "1.2", "1.3", "1.4"]);
    let everything = two.survivor.dossier.clone();
    let origin = |id: &str| {
        let record = everything.documents.iter().find(|one| &*one.entry.unique_id == id).unwrap();
        everything.spans.iter().rev().find_map(|span| span.origin(record.item, true))
    };
    assert_eq!(origin("1.1"), Some((THERE, 2)), "it keeps the number that its id was made of");
    assert_eq!(origin("1.2"), None);
    two.separate();
    assert_eq!(found(&two.survivor.act(&holder(), find())), ["1.2", "1.4"]);
    let there = Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }));
    two.absorbed.act(&there, activate());
    assert_eq!(found(&two.absorbed.act(&there, find())), ["1.1", "1.3"]);
    // Once more, and back: nothing is lost of either.
    two.survivor.now = two.absorbed.now;
    two.absorbed.act(&doctor(), provide(vec![document("1.5", "11490-0", 5)]));
    two.merge();
    two.under(other_ins(), &doctor(), provide(vec![document("1.6", "11490-0", 6)]));
    assert_eq!(found(&two.under(ins(), &holder(), find())).len(), 6);
    two.separate();
    assert_eq!(found(&two.survivor.act(&holder(), find())), ["1.2", "1.4"]);
    assert_eq!(found(&two.absorbed.act(&there, find())), ["1.1", "1.3", "1.5", "1.6"]);
}

/// Blocks, oppositions, masks: the union. Authorisations: both. Switches: the more protective. The rest is the survivor's.
#[test]
fn the_rights_of_both_are_united() {
    let mut two = Two::new();
    two.absorbed.act(&doctor(), provide(vec![document("1.1", "11490-0", 1)]));
    two.absorbed.act(&doctor(), declare());
    let item = two.absorbed.dossier.documents.first().unwrap().item;
    let there = Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }));
    two.absorbed.act(&there, activate());
    let hide = UpdateVisibility {
        item,
        masque_ps: Some(true),
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked: false,
    };
    two.absorbed.act(&there, Act::UpdateVisibility(hide));
    two.absorbed.act(&there, Act::Block(Block { subject: subject("801111111111"), name: None }));
    let switch = |kind, opposed| Act::Oppose(Oppose { kind, subject: None, opposed, motive: None });
    two.absorbed.act(&there, switch(OppositionKind::BrisDeGlace, true));
    two.survivor.act(&holder(), switch(OppositionKind::MaskedInEmergency, false));
    two.survivor.act(&holder(), switch(OppositionKind::Centre15, true));
    two.absorbed.now = two.survivor.now.max(two.absorbed.now);
    two.merge();
    let held = |world: &World, who: &Arc<Requester>| standing(&world.dossier, who, &world.policy, world.now).status;
    assert_eq!(held(&two.survivor, &doctor()), AuthorizationStatus::Valide);
    assert_eq!(held(&two.survivor, &nurse()), AuthorizationStatus::Interdit);
    let opposed = |world: &World, kind| world.dossier.opposed(kind, &[]).next().is_some();
    assert!(opposed(&two.survivor, OppositionKind::BrisDeGlace) && opposed(&two.survivor, OppositionKind::Centre15));
    assert!(!two.survivor.dossier.masked_in_emergency, "both must permit it");
    assert!(two.survivor.dossier.documents.first().unwrap().is_masked());
    // A block placed since stays on both; an authorisation goes by the identifier used.
    let late = professional("802222222229", "10", Some("SM26"), "SA07");
    two.under(ins(), &holder(), Act::Block(Block { subject: subject("802222222229"), name: None }));
    let other = professional("803333333337", "10", Some("SM26"), "SA08");
    two.under(other_ins(), &other, declare());
    two.separate();
    assert_eq!(held(&two.survivor, &late), AuthorizationStatus::Interdit);
    assert_eq!(held(&two.absorbed, &late), AuthorizationStatus::Interdit);
    assert!(two.survivor.dossier.authorizations.is_empty(), "{:?}", two.survivor.dossier.authorizations);
    assert!(two.absorbed.dossier.authorizations.contains_key(&subject("803333333337")));
    assert!(two.absorbed.dossier.authorizations.contains_key(&subject("801234567897")));
    assert_eq!(two.survivor.dossier.blocks.len(), 1, "the block of the other went with it");
    assert!(opposed(&two.absorbed, OppositionKind::BrisDeGlace) && !opposed(&two.absorbed, OppositionKind::Centre15));
    assert!(two.survivor.dossier.masked_in_emergency);
}

/// Taken back, what came since the merge is taken back on both; what the other had before stays with it.
#[test]
fn what_is_taken_back_was_there_since_or_before() {
    let mut two = Two::new();
    let there = Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }));
    two.absorbed.act(&there, activate());
    let block = |id: &str| Act::Block(Block { subject: subject(id), name: None });
    let unblock = |id: &str| Act::Unblock(Unblock { subject: subject(id) });
    two.absorbed.act(&there, block("801111111111"));
    two.survivor.now = two.absorbed.now;
    two.merge();
    let oppose = |opposed| {
        Act::Oppose(Oppose { kind: OppositionKind::Consultation, subject: None, opposed, motive: Some("Non".into()) })
    };
    two.under(other_ins(), &holder(), block("802222222229"));
    two.under(other_ins(), &holder(), oppose(true));
    two.under(ins(), &holder(), unblock("801111111111"));
    two.under(ins(), &holder(), unblock("802222222229"));
    two.under(ins(), &holder(), oppose(false));
    two.separate();
    assert!(two.survivor.dossier.blocks.is_empty() && two.survivor.dossier.oppositions.is_empty());
    assert!(two.absorbed.dossier.oppositions.is_empty());
    let left: Vec<_> = two.absorbed.dossier.blocks.keys().cloned().collect();
    assert_eq!(left, [subject("801111111111")], "it had been there before");
}

/// A closing, and a death, are of the person whose name was used; reopened, both are open.
#[test]
fn a_closing_goes_by_the_name_and_a_reopening_opens_both() {
    for reopened in [false, true] {
        let mut two = Two::new();
        two.merge();
        two.under(other_ins(), &holder(), Act::CloseDossier(CloseDossier::default()));
        assert_eq!(two.under(ins(), &holder(), find()).outcome.rule, Rule::Closed, "while they are one");
        if reopened {
            two.under(ins(), &holder(), Act::ReopenDossier(ReopenDossier::default()));
        }
        two.separate();
        assert_eq!(two.survivor.dossier.status, DossierStatus::Open);
        assert_eq!(two.absorbed.dossier.status == DossierStatus::Open, reopened);
    }
}

/// A mask that was set, and a deletion that was made, while both were one, are of the document, wherever it goes.
#[test]
fn what_was_done_to_a_document_goes_with_it() {
    let mut two = Two::new();
    two.absorbed.act(&doctor(), provide(vec![document("1.1", "11490-0", 1), document("1.2", "11490-0", 2)]));
    two.merge();
    let items: Vec<u32> = two.survivor.dossier.documents.iter().map(|one| one.item).collect();
    let [first, second] = items[..] else { panic!("{items:?}") };
    let hide = UpdateVisibility {
        item: first,
        masque_ps: Some(true),
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked: false,
    };
    assert_eq!(two.under(ins(), &holder(), Act::UpdateVisibility(hide)).outcome.rule, Rule::Holder);
    let delete = Act::DeleteDocument(DeleteDocument { item: second });
    assert!(two.under(ins(), &doctor(), delete).outcome.rule.allows());
    let mut newer = document("1.3", "11490-0", 3);
    newer.replaces = Some(ReplaceTarget::Identifier("1.1".into()));
    two.under(ins(), &doctor(), provide(vec![newer]));
    assert!(two.survivor.dossier.documents.last().unwrap().is_masked(), "a replacement inherits the holder's mask");
    two.separate();
    let [newer] = &two.survivor.dossier.documents[..] else { panic!("{:?}", two.survivor.dossier.documents) };
    assert!(newer.is_masked());
    let [first, second] = &two.absorbed.dossier.documents[..] else { panic!("{:?}", two.absorbed.dossier.documents) };
    assert!(first.is_masked() && !first.standing.deprecated, "what replaced it is another person's");
    assert!(second.standing.deleted);
}

/// The same bytes sent again under the other name are a document of both; the same identifier with other bytes stays readable in each.
#[test]
fn what_both_names_were_sent_stays_on_both() {
    let mut two = Two::new();
    two.absorbed.act(&doctor(), provide(vec![document("1.1", "11490-0", 1), document("1.9", "11490-0", 8)]));
    two.survivor.act(&doctor(), provide(vec![document("1.9", "11490-0", 9)]));
    two.merge();
    assert_eq!(found(&two.under(ins(), &holder(), find())), ["1.1", "1.9", "1.9"]);
    let again = two.under(ins(), &doctor(), provide(vec![document("1.1", "11490-0", 1)]));
    assert_eq!(again.outcome.rule, Rule::AlreadyDone);
    let both = two.under(other_ins(), &doctor(), provide(vec![document("1.9", "11490-0", 9)]));
    assert_eq!(both.outcome.rule, Rule::AlreadyDone, "it is there, whichever of the two is meant");
    two.separate();
    let ids =
        |world: &World| world.dossier.documents.iter().map(|one| one.entry.unique_id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&two.survivor), ["1.9", "1.1"]);
    assert_eq!(ids(&two.absorbed), ["1.1", "1.9", "1.9"]);
}

/// Only two open dossiers are merged; a chain, a cycle, a dossier with itself are refused, each by its rule.
#[test]
fn what_cannot_be_merged_is_refused_by_its_rule() {
    let ask = |from: &mut World, other: Option<&Dossier>, journal| {
        let act = MergeDossier { merge: [1; 16], survivor: ins(), journal, other: other.cloned().map(Arc::new) };
        from.act(&operator(), Act::MergeDossier(Box::new(act))).outcome.rule
    };
    let mut two = Two::new();
    assert_eq!(ask(&mut two.absorbed, None, THERE), Rule::SameDossier);
    assert_eq!(ask(&mut two.absorbed, Some(&Dossier::empty()), HERE), Rule::UnknownDossier);
    let mut closed = two.survivor.dossier.clone();
    closed.status = DossierStatus::Closed;
    assert_eq!(ask(&mut two.absorbed, Some(&closed), HERE), Rule::NotMergeable);
    closed.status = DossierStatus::Open;
    closed.suspended_at = Some(Instant::MIN);
    assert_eq!(ask(&mut two.absorbed, Some(&closed), HERE), Rule::NotMergeable);
    let act = MergeDossier { merge: [1; 16], survivor: ins(), journal: HERE, other: None };
    let stranger = two.absorbed.act(&doctor(), Act::MergeDossier(Box::new(act)));
    assert_eq!(stranger.outcome.rule, Rule::FunctionalRight, "before anything of a dossier is told");
    assert_eq!(two.merge().outcome.rule, Rule::Operator);
    assert_eq!(two.merge().outcome.rule, Rule::AlreadyDone);
    let survivor = two.survivor.dossier.clone();
    assert_eq!(ask(&mut two.absorbed, Some(&survivor), 99), Rule::Merged, "it is merged elsewhere");
    let absorbed = two.absorbed.dossier.clone();
    assert_eq!(ask(&mut two.survivor, Some(&absorbed), THERE), Rule::Merged, "a cycle");
    let third = World::activated().dossier;
    assert_eq!(ask(&mut two.survivor, Some(&third), 99), Rule::NotMergeable, "it has taken another in");
    assert_eq!(two.absorbed.act(&holder(), find()).outcome.rule, Rule::Merged, "a frozen dossier answers nobody");
    let nothing = Act::SeparateDossier(SeparateDossier { merge: None });
    assert_eq!(two.survivor.act(&operator(), nothing).outcome.rule, Rule::NotMerged);
}

/// The survivor was closed in between: it declines, for good, and the other is as it was.
#[test]
fn a_survivor_that_was_closed_in_between_declines() {
    let mut two = Two::new();
    two.absorbed.act(&doctor(), provide(vec![document("1.1", "11490-0", 1)]));
    let other = Some(Arc::new(two.survivor.dossier.clone()));
    let act = MergeDossier { merge: [5; 16], survivor: ins(), journal: HERE, other };
    two.absorbed.act(&operator(), Act::MergeDossier(Box::new(act)));
    two.survivor.act(&holder(), Act::CloseDossier(CloseDossier::default()));
    assert!(matches!(two.absorb().answer, Answer::Merge(MergeStanding::Declined)));
    two.survivor.act(&holder(), Act::ReopenDossier(ReopenDossier::default()));
    assert!(matches!(two.absorb().answer, Answer::Merge(MergeStanding::Declined)), "whatever it is by now");
    two.absorbed.now = two.survivor.now;
    let act = ReturnDossier { merge: [5; 16], journal: HERE, seq: 9, head: [0; 32], annex: None };
    two.absorbed.act(&operator(), Act::ReturnDossier(Box::new(act)));
    assert!(two.absorbed.dossier.merged_into.is_none() && two.absorbed.dossier.documents.len() == 1);
    assert_eq!(two.merge().outcome.rule, Rule::Operator, "asked again, it is another merge");
    assert_eq!(two.survivor.dossier.documents.len(), 1);
}

/// Two guests: one leaves, the other stays, under the same numbers.
#[test]
fn one_of_two_guests_leaves() {
    let mut two = Two::new();
    two.absorbed.act(&doctor(), provide(vec![document("1.1", "11490-0", 1)]));
    two.merge();
    let mut third = World::new();
    let name = Ins::parse("1.2.250.1.213.1.4.11", "279035121518989").unwrap();
    third.act(&operator(), open_as(name.clone()));
    third.act(&nurse(), provide(vec![document("1.2", "11490-0", 2)]));
    third.now = two.survivor.now;
    let other = Some(Arc::new(two.survivor.dossier.clone()));
    let act = MergeDossier { merge: [9; 16], survivor: ins(), journal: HERE, other };
    third.act(&operator(), Act::MergeDossier(Box::new(act)));
    let annex = Arc::new(third.dossier.clone());
    let act = AbsorbDossier { merge: [9; 16], journal: 12, seq: 3, head: [0; 32], annex };
    two.survivor.act(&operator(), Act::AbsorbDossier(Box::new(act)));
    two.under(name.clone(), &nurse(), provide(vec![document("1.3", "11490-0", 3)]));
    two.under(ins(), &holder(), Act::CloseDossier(CloseDossier::default()));
    two.under(ins(), &holder(), Act::ReopenDossier(ReopenDossier::default()));
    let before: Vec<_> =
        two.survivor.dossier.documents.iter().map(|one| (one.item, one.entry.unique_id.clone())).collect();
    two.separate();
    let after: Vec<_> =
        two.survivor.dossier.documents.iter().map(|one| (one.item, one.entry.unique_id.clone())).collect();
    assert_eq!(after, before[1..], "they keep their numbers");
    assert_eq!(found(&two.under(name, &holder(), find())), ["1.2", "1.3"]);
    assert_eq!(two.survivor.dossier.status, DossierStatus::Open);
}

/// The second step of a merge is taken by who asked for it, and by the program where that one fell: whoever comes second leaves no line.
#[test]
fn a_merge_is_one_line_whoever_takes_its_second_step() {
    let mut two = Two::new();
    two.merge();
    two.absorb();
    let window = HistoryWindow::whole(Side::Holder);
    let world = &two.survivor;
    let steps = world.entries.iter().filter(|entry| entry.facts.act == ActCode::AbsorbDossier);
    assert_eq!(steps.clone().count(), 2);
    let line = |entry: &JournalEntry| HistoryLine::of(&world.dossier, &window, world.now, entry);
    assert_eq!(steps.filter_map(line).count(), 1);
}

/// A name more: the old one goes on answering; a name of another is refused, as a merge.
#[test]
fn a_dossier_may_have_more_names() {
    let mut world = World::activated();
    let add = |taken| Act::AddName(AddName { ins: other_ins(), taken, differs: None });
    assert_eq!(world.act(&doctor(), add(false)).outcome.rule, Rule::FunctionalRight);
    assert_eq!(world.act(&operator(), add(true)).outcome.rule, Rule::NameTaken);
    assert_eq!(world.act(&operator(), add(false)).outcome.rule, Rule::Operator);
    assert_eq!(world.act(&operator(), add(false)).outcome.rule, Rule::AlreadyDone);
    let there = Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }));
    for who in [&there, &holder()] {
        assert_eq!(world.act(who, find()).outcome.rule, Rule::Holder);
    }
}

/// An address goes with the name under which it was given: letters of one never go to the house of the other.
#[test]
fn an_address_goes_with_the_name_it_was_given_under() {
    let mut two = Two::new();
    let moved = |line: &str| {
        let lines = Some(line.into());
        Act::SetAddress(SetAddress { address: Address { lines, ..Address::default() } })
    };
    let feed = Arc::new(Requester::InsurerFeed(InsurerFeed { id: "cnam".into(), name: None, credential: [7; 32] }));
    two.survivor.act(&feed, moved("mine"));
    two.absorbed.act(&feed, moved("its"));
    two.absorbed.now = two.survivor.now.max(two.absorbed.now);
    two.merge();
    let lives =
        |world: &World| world.dossier.holder.as_ref().and_then(|one| one.address.clone()).and_then(|one| one.lines);
    assert_eq!(lives(&two.survivor).as_deref(), Some("mine"));
    two.under(other_ins(), &feed, moved("its new one"));
    two.under(ins(), &feed, moved("mine too"));
    assert_eq!(lives(&two.survivor).as_deref(), Some("mine too"));
    two.under(other_ins(), &feed, moved("its last one"));
    two.separate();
    assert_eq!(lives(&two.survivor).as_deref(), Some("mine too"));
    assert_eq!(lives(&two.absorbed).as_deref(), Some("its last one"));
}

/// A case about an access to either is a case of both as long as they are one: it holds back the end, is opened and closed where the
/// dossier answers, and goes with the entry that it is about.
#[test]
fn a_case_goes_with_its_entry() {
    let mut two = Two::new();
    let himself = Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }));
    two.absorbed.act(&himself, Act::ActivateDossier(ActivateDossier::default()));
    two.absorbed.act(&doctor(), declare());
    let case = |journal, entry, outcome| Act::DisputeAccess(DisputeAccess { journal, entry, outcome, text: None });
    let before = two.absorbed.dossier.seq;
    two.absorbed.act(&himself, case(THERE, before, None));
    two.merge();
    assert!(two.survivor.dossier.has_open_case(), "it holds back the end of the survivor");
    assert_eq!(two.survivor.act(&holder(), case(THERE, before, None)).outcome.rule, Rule::AlreadyDone);
    assert_eq!(two.survivor.act(&holder(), case(THERE, 1, None)).outcome.rule, Rule::Holder);
    assert!(matches!(two.survivor.act(&holder(), case(THERE, 99, None)).answer, Answer::NotFound));
    let explained = Some(DisputeOutcome::Explained);
    assert_eq!(two.survivor.act(&operator(), case(THERE, before, explained)).outcome.rule, Rule::Operator);
    assert!(two.survivor.dossier.has_open_case(), "the other is still open");
    two.separate();
    assert!(!two.survivor.dossier.has_open_case() && two.absorbed.dossier.has_open_case());
    let there: Vec<_> = two.absorbed.dossier.disputes.iter().map(|one| (one.entry, one.outcome, one.journal)).collect();
    assert_eq!(there, [(before, explained, None), (1, None, None)]);
}

/// A title that is given to a document of either goes with it when they part.
#[test]
fn a_title_goes_with_its_document() {
    let mut two = Two::new();
    let there = Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }));
    two.absorbed.act(&there, activate());
    two.absorbed.act(&there, provide(vec![document("1.1", "11490-0", 1)]));
    two.merge();
    let item = two.survivor.dossier.documents[0].item;
    let rename = Act::RenameDocument(RenameDocument { item, title: "Mon carnet".into() });
    assert_eq!(two.survivor.act(&holder(), rename).outcome.rule, Rule::Holder);
    two.separate();
    assert_eq!(two.absorbed.dossier.documents[0].entry.title.as_deref(), Some("Mon carnet"));
}
