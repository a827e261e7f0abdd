//! Who plays: professionals of two structures and of none, holders, the insurer's feed, an operator; and what they bring.

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::code::{Code, Coded, Day};
use dmp_core::document::{Blob, Confidentiality, DocumentEntry, SubmissionSet, Visibility};
use dmp_core::dossier::{Holder, Subject};
use dmp_core::identity::*;

/// What a person is to the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A professional: himself, the structure for which he acts, his profession.
    Professional(Subject, Option<Subject>, Code),
    /// The holder of the dossier of that number.
    Holder(usize),
    /// The insurer's feed.
    Insurer,
    /// An operator.
    Operator,
}

#[derive(Debug, Clone)]
pub struct Person {
    pub requester: Arc<Requester>,
    pub role: Role,
}

pub const PROFESSIONALS: usize = 4;
pub const INSURER: usize = 4;
pub const OPERATOR: usize = 5;
/// The holder of dossier n is person `FIRST_HOLDER + n`.
pub const FIRST_HOLDER: usize = 6;

fn structure(id: &str) -> StructureRef {
    StructureRef { id: StructureId::parse(id).unwrap(), name: Some("Une structure".into()) }
}

fn professional(id: &str, profession: &str, specialty: Option<&str>, sector: &str, at: Option<&str>) -> Person {
    let id = ProfessionalId::parse(id).unwrap();
    let profession = Code::new("1.2.250.1.71.1.2.7", profession);
    let structure = at.map(structure);
    let role = Role::Professional(
        Subject::Professional(id.clone()),
        structure.as_ref().map(|structure| Subject::Structure(structure.id.clone())),
        profession.clone(),
    );
    let one = Professional {
        id,
        family: Some("DURAND".into()),
        given: Some("Camille".into()),
        profession: Some(profession),
        specialties: specialty.map(|code| Code::new("1.2.250.1.71.4.2.5", code)).into_iter().collect(),
        structure,
        sector: Some(sector.into()),
        means: Means::Direct,
        level: None,
        software: None,
        credential: [1; 32],
        regulation: false,
        secret: false,
        staff: false,
    };
    Person { requester: Arc::new(Requester::Professional(one)), role }
}

pub fn ins(dossier: usize) -> Ins {
    let body = format!("27903512151{:02}", 10 + dossier);
    let key = 97 - body.parse::<u64>().unwrap() % 97;
    Ins::parse("1.2.250.1.213.1.4.10", &format!("{body}{key:02}")).unwrap()
}

/// The people, in the order of the constants above.
pub fn people(dossiers: usize) -> Vec<Person> {
    let credential = [3; 32];
    let mut people = vec![
        professional("801234567897", "10", Some("SM04"), "SA01", Some("1750803447")),
        professional("801111111111", "10", Some("SM26"), "SA07", None),
        professional("899700218897", "28", None, "SA39", Some("1920803447")),
        professional("802222222222", "60", None, "SA01", Some("1750803447")),
        Person {
            requester: Arc::new(Requester::InsurerFeed(InsurerFeed { id: "feed".into(), name: None, credential })),
            role: Role::Insurer,
        },
        Person {
            requester: Arc::new(Requester::Operator(Operator { id: "op".into(), name: None, credential })),
            role: Role::Operator,
        },
    ];
    people.extend((0..dossiers).map(|number| Person {
        requester: Arc::new(Requester::Holder(HolderRequester { ins: ins(number), credential })),
        role: Role::Holder(number),
    }));
    people
}

pub fn holder(dossier: usize) -> Holder {
    let region = (dossier > 0).then(|| format!("1{dossier}").into());
    Holder {
        family: "PAT-TROIS".into(),
        given: Some("DOMINIQUE".into()),
        used_family: None,
        birth: Day::new(1979, 3, 28).unwrap(),
        sex: None,
        birth_place: None,
        address: Some(dmp_core::dossier::Address { region, ..dmp_core::dossier::Address::default() }),
        email: None,
        phone: None,
        regime: None,
        card: None,
        representatives: Vec::new(),
    }
}

/// The types that the story knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Letter,
    Prescription,
    Reimbursements,
}

impl Type {
    pub fn code(self) -> Code {
        match self {
            Self::Letter => Code::new("2.16.840.1.113883.6.1", "11490-0"),
            Self::Prescription => Code::new("2.16.840.1.113883.6.1", "57833-6"),
            Self::Reimbursements => Code::new("1.2.250.1.213.1.1.4.12", "REMB"),
        }
    }
}

/// A document as a deed describes it.
#[derive(Debug, Clone)]
pub struct Paper {
    pub unique_id: Box<str>,
    /// Which bytes: the same id may come with other ones.
    pub variant: usize,
    pub kind: Type,
    pub masked: bool,
    pub withheld: bool,
    pub replaces: Option<Box<str>>,
    pub entry_uuid: Option<Box<str>>,
    pub other_name: bool,
    /// Bytes of comments: a journal with long ones gets a snapshot.
    pub comments: usize,
}

impl Paper {
    /// Its bytes; of another variant, of another length.
    pub fn bytes(&self) -> Vec<u8> {
        let text = format!("{} {}", self.unique_id, self.variant);
        text.repeat(1 + self.variant * 3).into_bytes()
    }

    pub fn sha256(&self) -> [u8; 32] {
        dmp_seal::sha256(&[&self.bytes()])
    }

    pub fn document(&self, blob: Blob) -> NewDocument {
        let entry = DocumentEntry {
            unique_id: self.unique_id.clone(),
            entry_uuid: self.entry_uuid.clone(),
            type_code: Coded::bare(self.kind.code()),
            class_code: Code::new("", ""),
            format_code: None,
            practice_setting_code: None,
            healthcare_facility_type_code: None,
            confidentiality_code: Confidentiality::Normal,
            event_codes: Vec::new(),
            title: Some("Un document".into()),
            comments: (self.comments > 0).then(|| "long ".repeat(self.comments / 5).into()),
            language_code: None,
            mime_type: "text/plain".into(),
            creation_time: None,
            service_start_time: None,
            service_stop_time: None,
            authors: Vec::new(),
            legal_authenticator: None,
            source_patient: None,
            reference_ids: Vec::new(),
            content: blob,
            text: None,
        };
        let family = if self.other_name { "AUTREMENT" } else { "PAT-TROIS" };
        NewDocument {
            withhold_motive: None,
            entry,
            authors: Vec::new(),
            legal_authenticator: None,
            source_patient: None,
            visibility: Visibility {
                masque_ps: self.masked,
                invisible_patient: self.withheld,
                ..Visibility::default()
            },
            replaces: self.replaces.clone().map(ReplaceTarget::Identifier),
            header: HeaderFacts { family: vec![family.into()], ..HeaderFacts::default() },
        }
    }
}

pub fn provide(documents: Vec<NewDocument>) -> Act {
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
    Act::ProvideDocuments(Box::new(ProvideDocuments {
        set: NewSet { set, authors: Vec::new(), patient: HeaderFacts::default() },
        documents,
        patients: Vec::new(),
        unfit: None,
        patients_word: false,
    }))
}
