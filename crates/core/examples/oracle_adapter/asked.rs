//! An act of a case as acts of the rules.

use dmp_core::act::*;
use dmp_core::code::{Day, Instant};
use dmp_core::document::criteria::Token;
use dmp_core::document::{Item, Page, Sort};
use dmp_core::dossier::{CarerScope, Dossier, Mandate, MandateScope, OppositionKind};
use serde_json::Value;

use crate::cast::{code, professional_id, structure_id, subject, text};
use crate::documents::{criteria, deposit, opening};
use crate::world::Place;

/// No document has this number.
const NOWHERE: Item = 1_000_000;

/// The acts behind one act of a case: mostly one. `None`: the rules have no such act yet.
pub fn acts(name: &str, act: &Value, place: &Place) -> Option<Vec<Act>> {
    let acts = if act["document"].is_string() { on_document(name, act, &place.dossier) } else { one(name, act, place) };
    if acts.is_some() { acts } else { settings(name, act) }
}

fn one(name: &str, act: &Value, place: &Place) -> Option<Vec<Act>> {
    let person = |key: &str| professional_id(act[key].as_str().expect("a person"));
    Some(vec![match name {
        "open-dossier" => opening(act, &place.ins, place.born),
        "object-opening" => Act::ObjectOpening(ObjectOpening { ins: place.ins.clone(), text: None, withdrawn: false }),
        "activate" => Act::ActivateDossier(ActivateDossier::default()),
        "test-existence" => Act::TestExistence(TestExistence),
        "declare" => Act::GrantAccess(GrantAccess::default()),
        "collect" | "name-another" => Act::GrantAccess(GrantAccess {
            subject: Some(dmp_core::dossier::Subject::Professional(person("person"))),
            name: None,
            structure: text(act, "structure").map(|id| structure_id(&id)),
            care_team: name == "name-another",
            notice: None,
        }),
        "grant" => Act::GrantAccess(GrantAccess { subject: Some(subject(act)), ..GrantAccess::default() }),
        "withdraw-self" => {
            let own = dmp_core::dossier::Subject::Professional(professional_id(place.person.as_deref().unwrap_or("-")));
            Act::WithdrawAccess(WithdrawAccess { item: authorization(&place.dossier, &own) })
        }
        "withdraw-access" => Act::WithdrawAccess(WithdrawAccess { item: authorization(&place.dossier, &subject(act)) }),
        "block" => Act::Block(Block { subject: subject(act), name: None }),
        "unblock" => Act::Unblock(Unblock { subject: subject(act) }),
        "name-medecin-traitant" => {
            Act::NameMedecinTraitant(NameMedecinTraitant { professional: person("person"), name: None })
        }
        "declare-medecin-traitant" => {
            Act::DeclareMedecinTraitant(DeclareMedecinTraitant { consent: act["consent"] == true })
        }
        "give-up-medecin-traitant" => Act::LeaveMedecinTraitant(LeaveMedecinTraitant),
        "find" => Act::FindDocuments(FindDocuments {
            criteria: criteria(act),
            page: Page { sort: Sort::FirstDeposited, ..Page::FIRST },
            resolved: Vec::new(),
        }),
        "list-authorizations" => Act::ListAuthorizations(ListAuthorizations::default()),
        "admin-data" => Act::ReadAdministrative(ReadAdministrative),
        "read-history" => Act::ReadHistory(ReadHistory),
        "list-notes" => Act::ListNotes(ListNotes),
        "private-note" => Act::WriteNote(WriteNote { item: None, text: text(act, "note") }),
        _ => return None,
    }])
}

fn on_document(name: &str, act: &Value, dossier: &Dossier) -> Option<Vec<Act>> {
    let unique_id = act["document"].as_str().expect("a document");
    let known = dossier.documents.iter().find(|one| *one.entry.unique_id == *unique_id);
    let item = known.map_or(NOWHERE, |one| one.item);
    let update = UpdateVisibility {
        item,
        masque_ps: None,
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked: act["holder_asked"] == true,
    };
    Some(vec![match name {
        "provide" => Act::ProvideDocuments(Box::new(deposit(act))),
        "retrieve" => Act::RetrieveDocument(RetrieveDocument { item }),
        "find-reference" => Act::FindReference(FindReference {
            identifier: Token { system: None, code: Some(unique_id.into()) },
            resolved: None,
        }),
        "mask" | "hide" => Act::UpdateVisibility(UpdateVisibility { masque_ps: Some(true), ..update }),
        "unmask" | "show" => Act::UpdateVisibility(UpdateVisibility { masque_ps: Some(false), ..update }),
        "make-visible" if act["to"] == "patient" => {
            Act::UpdateVisibility(UpdateVisibility { invisible_patient: Some(false), ..update })
        }
        "make-visible" => {
            Act::UpdateVisibility(UpdateVisibility { invisible_representants_legaux: Some(false), ..update })
        }
        "withhold" => Act::UpdateVisibility(UpdateVisibility { invisible_patient: Some(true), ..update }),
        "archive" => Act::ArchiveDocument(ArchiveDocument { item, archived: true }),
        "unarchive" => Act::ArchiveDocument(ArchiveDocument { item, archived: false }),
        "delete" => Act::DeleteDocument(DeleteDocument { item }),
        "request-deletion" => Act::RequestDeletion(RequestDeletion { item, motive: None }),
        "answer-deletion" => {
            Act::AnswerDeletion(AnswerDeletion { item, accepted: act["accept"] == true, motive: None })
        }
        "claim-not-mine" => Act::ClaimNotMine(ClaimNotMine { item, open: true, text: None }),
        "close-claim" => Act::ClaimNotMine(ClaimNotMine { item, open: false, text: None }),
        _ => return None,
    }])
}

/// What is chosen, who speaks for the holder, and the life of the dossier.
fn settings(name: &str, act: &Value) -> Option<Vec<Act>> {
    let words = |key: &str| text(act, key).expect("a word");
    let day = |key: &str| act[key].as_str().map(|day| Day::parse(day).expect("a day"));
    Some(match name {
        "oppose" | "withdraw-opposition" => vec![Act::Oppose(Oppose {
            kind: OppositionKind::from_code(&words("subject")).expect("consultation or feeding"),
            subject: (act["scope"] == "named").then(|| subject(act)),
            opposed: name == "oppose",
            motive: text(act, "motive"),
        })],
        "set-switches" => switches(act),
        "set-exception" => vec![Act::SetException(SetException {
            profession: code(&words("profession")),
            class_code: words("class"),
            set: act["on"] == true,
        })],
        "choose-release" => vec![Act::ChooseRelease(ChooseRelease { class_code: words("class"), at_once: true })],
        "name-representative" => vec![Act::RecordMandate(Box::new(RecordMandate {
            person: words("person"),
            mandate: Mandate {
                name: None,
                scope: MandateScope::from_code(&words("scope")).expect("a scope"),
                start: day("start").expect("a day"),
                end: day("end"),
                guardian: act["guardian"] == true,
                relationship: None,
            },
        }))],
        "delegate" => vec![Act::DelegateCarer(DelegateCarer {
            person: words("person"),
            name: None,
            scope: CarerScope::from_code(&words("scope")).expect("a scope"),
            categories: names(act, "categories"),
            end: day("end"),
        })],
        "end-delegation" => vec![Act::EndDelegation(EndDelegation { person: words("person") })],
        "close" => vec![Act::CloseDossier(CloseDossier { text: text(act, "motive"), express: act["express"] == true })],
        "reopen" => vec![Act::ReopenDossier(ReopenDossier::default())],
        "express-deletion" => vec![Act::AskExpressDeletion(AskExpressDeletion::default())],
        "report-death" => vec![Act::RecordDeath(RecordDeath { in_error: false })],
        "report-death-error" => vec![Act::RecordDeath(RecordDeath { in_error: true })],
        "suspend-dossier" => vec![Act::SuspendDossier(SuspendDossier { suspended: true, motive: None })],
        "suspend" | "lift" => vec![Act::SuspendRequester(SuspendRequester {
            subject: subject(act),
            suspended: name == "suspend",
            motive: None,
        })],
        _ => return None,
    })
}

/// The three switches at once.
fn switches(act: &Value) -> Vec<Act> {
    let refused = names(act, "refused");
    let switch = |kind: OppositionKind, opposed| Act::Oppose(Oppose { kind, subject: None, opposed, motive: None });
    let mode = |kind: OppositionKind| switch(kind, refused.iter().any(|mode| **mode == *kind.code()));
    let masked = switch(OppositionKind::MaskedInEmergency, act["masked_permitted"] != true);
    vec![mode(OppositionKind::Centre15), mode(OppositionKind::BrisDeGlace), masked]
}

fn authorization(dossier: &Dossier, subject: &dmp_core::dossier::Subject) -> Item {
    dossier.authorizations.get(subject).map_or(NOWHERE, |one| one.item)
}

fn names(act: &Value, key: &str) -> Vec<Box<str>> {
    let list = act[key].as_array().map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(|one| one.as_str().map(Into::into)).collect()
}

pub fn instant(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("an instant")
}
