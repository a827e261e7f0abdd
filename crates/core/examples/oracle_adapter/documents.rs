//! Documents as the cases name them.

use std::sync::Arc;

use dmp_core::act::{
    Act, HeaderFacts, NewAuthor, NewDocument, NewSet, OpenDossier, OpenOnline, OpeningProof, ProvideDocuments,
    ReplaceTarget,
};
use dmp_core::code::table::document_types;
use dmp_core::code::{Code, Coded, Day, HumanName, PersonId, Xcn};
use dmp_core::document::criteria::{Clause, Field, Token, Value as Asked};
use dmp_core::document::{Blob, Confidentiality, Criteria, DocumentEntry, SubmissionSet, Visibility};
use dmp_core::dossier::{Holder, Registration};
use dmp_core::identity::Ins;
use serde_json::Value;

use crate::asked::instant;
use crate::cast::text;

/// SHA-256 of the serial number of every holder's card.
const CARD: [u8; 32] = [7; 32];

/// SHA-256 of the code that everybody was sent.
const CODE: [u8; 32] = [8; 32];

fn holder(born: Day) -> Holder {
    Holder {
        family: "PAT-TROIS".into(),
        given: None,
        used_family: None,
        birth: born,
        sex: None,
        birth_place: None,
        address: None,
        email: None,
        phone: None,
        regime: None,
        card: Some(CARD),
        representatives: Vec::new(),
    }
}

/// Who opens on line was registered and informed before: the cases do not say so.
pub fn registration(ins: &Ins, born: Day) -> Registration {
    Registration {
        ins: ins.clone(),
        holder: Arc::new(holder(born)),
        informed_at: None,
        code: Some(CODE),
        by_post: false,
        mismatches: None,
        asked: 0,
        at_desk: false,
        sent_at: None,
        code_only: false,
    }
}

pub fn opening(act: &Value, ins: &Ins, born: Day) -> Act {
    let proof = match act["channel"].as_str().expect("a channel") {
        "online" => return Act::OpenOnline(Box::new(OpenOnline { ins: ins.clone(), code: CODE, card: CARD })),
        "professional" | "desk" if act["consent"] == true => {
            OpeningProof::Consent(text(act, "notice").expect("a notice"))
        }
        _ => OpeningProof::None,
    };
    let informed_on = act["informed_on"].as_str().map(instant);
    Act::OpenDossier(Box::new(OpenDossier { ins: ins.clone(), holder: holder(born), informed_on, proof }))
}

pub fn deposit(act: &Value) -> ProvideDocuments {
    let name = act["document"].as_str().expect("a document");
    let mut visibility = Visibility::default();
    for flag in act["flags"].as_array().expect("flags") {
        assert!(visibility.set(flag.as_str().expect("a flag")), "no such flag: {flag}");
    }
    let authors = act["authors"].as_array().expect("authors").iter();
    let document = NewDocument {
        entry: entry(name, act["type"].as_str().expect("a type")),
        authors: authors.map(|one| author(one.as_str().expect("a name"))).collect(),
        legal_authenticator: None,
        source_patient: None,
        visibility,
        replaces: text(act, "replaces").map(ReplaceTarget::Identifier),
        withhold_motive: text(act, "withhold_motive"),
        header: HeaderFacts::default(),
    };
    let set = SubmissionSet {
        unique_id: None,
        entry_uuid: None,
        source_id: None,
        submission_time: None,
        content_type_code: None,
        authors: Vec::new(),
        title: None,
        comments: None,
    };
    let set = NewSet { set, authors: Vec::new(), patient: HeaderFacts::default() };
    ProvideDocuments { set, documents: vec![document], patients: Vec::new(), unfit: None, patients_word: false }
}

fn author(name: &str) -> NewAuthor {
    let id = PersonId::new("1.2.250.1.71.4.2.1", name, Some(PersonId::IDNPS));
    let person = Xcn { id: Some(id), name: HumanName::default(), name_type: None };
    NewAuthor { person: Some(person), institutions: Vec::new(), specialties: Vec::new(), roles: Vec::new() }
}

fn entry(name: &str, type_code: &str) -> DocumentEntry {
    let kind = document_types().iter().find(|row| *row.code.code == *type_code).expect("a type");
    let mut sha256 = [0; 32];
    sha256.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    DocumentEntry {
        unique_id: name.into(),
        entry_uuid: None,
        type_code: Coded::bare(kind.code.clone()),
        class_code: Code::new("", ""),
        format_code: None,
        practice_setting_code: None,
        healthcare_facility_type_code: None,
        confidentiality_code: Confidentiality::Normal,
        event_codes: Vec::new(),
        title: None,
        comments: None,
        language_code: None,
        mime_type: "text/xml".into(),
        creation_time: None,
        service_start_time: None,
        service_stop_time: None,
        authors: Vec::new(),
        legal_authenticator: None,
        source_patient: None,
        reference_ids: Vec::new(),
        content: Blob { id: [1; 16], key: [1; 32], length: 1, sha1: [1; 20], sha256 },
        text: None,
    }
}

/// `status`, and `isArchived=true` where asked.
pub fn criteria(act: &Value) -> Criteria {
    let token = |code: &str| Asked::Token(Token { system: None, code: Some(code.into()) });
    let statuses = act["status"].as_array().expect("status").iter();
    let any = statuses.map(|one| token(one.as_str().expect("a status"))).collect();
    let mut all = vec![Clause { field: Field::Status, not: false, any }];
    if act["archived"] == true {
        all.push(Clause { field: Field::IsArchived, not: false, any: vec![token("true")] });
    }
    Criteria { all }
}
