//! Who is there in the tests of the store, and what they do: a dossier, a hospital, a document.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::code::{Code, Coded, Day};
use dmp_core::document::{Blob, Confidentiality, DocumentEntry, SubmissionSet, Visibility};
use dmp_core::dossier::Holder;
use dmp_core::identity::*;
use dmp_store::Ask;

/// The INS of a number.
pub fn ins(number: u64) -> Ins {
    let body = 2_790_351_215_100 + number;
    Ins::parse("1.2.250.1.213.1.4.10", &format!("{body}{:02}", 97 - body % 97)).unwrap()
}

pub fn operator() -> Ask {
    Ask::of(Arc::new(Requester::Operator(Operator { id: "op".into(), name: None, credential: [9; 32] })))
}

pub fn hospital() -> Ask {
    let structure = StructureRef { id: StructureId::parse("1750803447").unwrap(), name: None };
    Ask::of(Arc::new(Requester::Organisation(Organisation {
        structure,
        sector: Some("SA01".into()),
        software: None,
        credential: [1; 32],
        regulation: false,
        means: Means::Indirect,
        secret: false,
    })))
}

/// The opening of the dossier of a number.
pub fn open(number: u64) -> Act {
    let holder = Holder {
        family: "PAT-TROIS".into(),
        given: None,
        used_family: None,
        birth: Day::new(1979, 3, 28).unwrap(),
        sex: None,
        birth_place: None,
        address: None,
        email: None,
        phone: None,
        regime: None,
        card: None,
        representatives: Vec::new(),
    };
    Act::OpenDossier(Box::new(OpenDossier { ins: ins(number), holder, informed_on: None, proof: OpeningProof::None }))
}

/// A document of plain text in a set of its own.
pub fn provide(unique_id: &str, entry_uuid: Option<&str>, content: Blob) -> Act {
    let entry = DocumentEntry {
        unique_id: unique_id.into(),
        entry_uuid: entry_uuid.map(Into::into),
        type_code: Coded::bare(Code::new("2.16.840.1.113883.6.1", "11490-0")),
        class_code: Code::new("", ""),
        format_code: None,
        practice_setting_code: None,
        healthcare_facility_type_code: None,
        confidentiality_code: Confidentiality::Normal,
        event_codes: Vec::new(),
        title: None,
        comments: None,
        language_code: None,
        mime_type: "text/plain".into(),
        creation_time: None,
        service_start_time: None,
        service_stop_time: None,
        authors: Vec::new(),
        legal_authenticator: None,
        source_patient: None,
        reference_ids: Vec::new(),
        content,
        text: None,
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
    let document = NewDocument {
        withhold_motive: None,
        entry,
        authors: Vec::new(),
        legal_authenticator: None,
        source_patient: None,
        visibility: Visibility::default(),
        replaces: None,
        header: HeaderFacts::default(),
    };
    let set = NewSet { set, authors: Vec::new(), patient: HeaderFacts::default() };
    Act::ProvideDocuments(Box::new(ProvideDocuments {
        set,
        documents: vec![document],
        patients: Vec::new(),
        unfit: None,
        patients_word: false,
    }))
}
