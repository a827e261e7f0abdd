//! Who plays: the requesters of a case, from its words.

use std::sync::Arc;

use dmp_core::code::Code;
use dmp_core::dossier::Subject;
use dmp_core::identity::{
    Carer, HelpDesk, HolderRequester, Ins, InsurerFeed, Means, Operator, Organisation, Professional, ProfessionalId,
    Representative, Requester, StructureId, StructureRef,
};
use serde_json::Value;

const SPECIALTIES: &str = "1.2.250.1.71.4.2.5";
const CREDENTIAL: [u8; 32] = [1; 32];

/// The requester that a token of the case is, for the dossier that the act names.
pub fn requester(token: &Value, ins: &Ins, secret: bool) -> Arc<Requester> {
    let (ins, credential, name) = (ins.clone(), CREDENTIAL, None);
    let person = || text(token, "person").expect("a person");
    Arc::new(match token["kind"].as_str().expect("a kind") {
        "professional" => Requester::Professional(professional(token, secret, false)),
        "staff" => Requester::Professional(professional(token, secret, true)),
        "structure" => Requester::Organisation(Organisation {
            structure: structure(token).expect("a structure"),
            sector: text(token, "sector"),
            software: None,
            credential,
            regulation: token["regulation"] == true,
            means: means(token),
            secret,
        }),
        "holder" => Requester::Holder(HolderRequester { ins, credential }),
        "representative" => Requester::Representative(Representative { person: person(), name, ins, credential }),
        "carer" => Requester::Carer(Carer { person: person(), name, ins, credential }),
        "insurer" => Requester::InsurerFeed(InsurerFeed { id: person(), name, credential }),
        "help-desk" => Requester::HelpDesk(HelpDesk { id: person(), name, credential }),
        "operator" => Requester::Operator(Operator { id: person(), name, credential }),
        other => panic!("no kind of requester: {other}"),
    })
}

/// The representatives who sign with whoever asks.
pub fn co_signers(act: &Value, ins: Option<&Ins>) -> Vec<Arc<Requester>> {
    let named = act["joint"].as_array().into_iter().flatten().map(|one| one.as_str().expect("a person"));
    let of = |ins: &Ins, person: &str| {
        let one = Representative { person: person.into(), name: None, ins: ins.clone(), credential: CREDENTIAL };
        Arc::new(Requester::Representative(one))
    };
    ins.map(|ins| named.map(|person| of(ins, person)).collect()).unwrap_or_default()
}

fn professional(token: &Value, secret: bool, staff: bool) -> Professional {
    let profession = text(token, "profession");
    Professional {
        id: professional_id(token["person"].as_str().expect("a person")),
        family: None,
        given: None,
        profession: profession.map(|token| code(&token)),
        specialties: text(token, "specialty").map(|one| Code::new(SPECIALTIES, &one)).into_iter().collect(),
        structure: structure(token),
        sector: text(token, "sector"),
        means: means(token),
        level: None,
        software: None,
        credential: CREDENTIAL,
        regulation: token["regulation"] == true,
        secret,
        staff,
    }
}

fn means(token: &Value) -> Means {
    match token["means"].as_str().unwrap_or("direct") {
        "direct" => Means::Direct,
        "air" => Means::Reinforced,
        "indirect" => Means::Indirect,
        other => panic!("no means of authentication: {other}"),
    }
}

/// `system|code`.
pub fn code(token: &str) -> Code {
    let (system, code) = token.rsplit_once('|').expect("system|code");
    Code::new(system, code)
}

pub fn professional_id(name: &str) -> ProfessionalId {
    ProfessionalId::parse(name).expect("an id")
}

fn structure(token: &Value) -> Option<StructureRef> {
    text(token, "structure").map(|id| StructureRef { id: structure_id(&id), name: None })
}

pub fn structure_id(name: &str) -> StructureId {
    StructureId::parse(name).expect("an id")
}

/// `to` and `id` of an act.
pub fn subject(act: &Value) -> Subject {
    let id = act["id"].as_str().expect("an id");
    match act["to"].as_str().expect("person or structure") {
        "person" => Subject::Professional(professional_id(id)),
        _ => Subject::Structure(structure_id(id)),
    }
}

pub fn text(value: &Value, key: &str) -> Option<Box<str>> {
    value[key].as_str().map(Into::into)
}
