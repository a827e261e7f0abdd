//! What happens in one world and not in the other, and an observer may not know.

use dmp_lab::Person;
use dmp_lab::documents::Kind;
use serde_json::json;

use crate::exchange::Exchange;
use crate::world::{Deposit, Who, Worlds, archive, consent, deletion, deposited, label, query, subject};

/// Something that one may not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// A document with MASQUE_PS.
    Masked,
    /// A document that the holder hid.
    HiddenByHolder,
    /// A document that its author deleted.
    Deleted,
    /// A masked document, archived.
    ArchivedMasked,
    /// A prescription: of a type that the matrix keeps from some.
    Prescription,
    /// A report of the class that the holder excepted for doctors.
    Excepted,
    /// A letter of a class that a carer was not given.
    OtherClass,
    /// Somebody else's document.
    Elsewhere,
    /// A private note of the holder, or of a minor's mother.
    NoteOfHolder,
    NoteOfMother,
    /// "This document is not mine."
    Claimed,
    /// A masked replacement of a document that is shown.
    HiddenVersion,
    /// The holder blocks somebody else.
    Block,
    /// Somebody else reads.
    Reading,
    /// The holder masks what is shown, and shows it again.
    MaskedAndShown,
    /// How the holder is told.
    Notices,
    /// The holder chooses a carer.
    Carer,
    /// The holder names an emergency contact.
    Contact,
    /// Somebody else is authorised.
    Authorised,
    /// Withheld from the patient until it is announced.
    Withheld,
    /// A replacement that is withheld.
    WithheldRead,
    /// Hidden from the representatives.
    NotForParents,
    /// The same, and the minor claims that it is not his.
    NotForParentsClaimed,
    /// The same, and the minor asks that it be deleted.
    NotForParentsDeletion,
    /// The same, read by its author.
    NotForParentsRead,
    /// A professional enters, and the parents are not to know.
    HiddenEntry,
    /// The same, reading.
    HiddenReading,
    /// The same, and the minor ends it.
    HiddenEnd,
    /// A document that is shown to the observer: no secret, the test of the test.
    Shown,
}

/// What a secret leaves behind.
#[derive(Debug, Default)]
pub struct Left {
    /// The id of a document.
    pub id: Option<String>,
    /// Its uniqueId.
    pub unique_id: Option<String>,
}

/// Where it happens.
pub struct Place<'a> {
    pub world: usize,
    pub person: &'a Person,
    pub other: &'a Person,
    /// The root of uniqueIds that are used nowhere else.
    pub root: String,
    /// The hospital's note of vaccination, which is shown.
    pub shown: String,
    /// The uniqueId of its letter.
    pub letter: String,
}

impl Secret {
    /// Makes it happen in one world.
    pub async fn happen(self, worlds: &mut Worlds, place: &Place<'_>) -> Left {
        match self {
            Self::Block | Self::Carer | Self::Contact | Self::Notices | Self::MaskedAndShown => {
                let person = place.person.clone();
                let holder = Who::holder(&person);
                let token = worlds.token(&holder)[place.world].clone();
                for exchange in self.choices(place) {
                    // What is shown may be gone by now, by the observer's own hand: then nothing happens.
                    worlds.ask(place.world, &token, &exchange).await;
                }
                Left::default()
            }
            Self::NoteOfHolder | Self::NoteOfMother | Self::Reading | Self::Authorised => {
                let person = place.person.clone();
                match self {
                    Self::Authorised => {
                        worlds
                            .does(place.world, &Who::Persona("dentist"), &consent(&person, &json!({"type": "permit"})))
                            .await;
                    }
                    Self::Reading => {
                        let path = format!("/fhir/DocumentReference?patient.identifier={}", query(&person));
                        worlds.does(place.world, &Who::Persona("specialist"), &Exchange::get(path)).await;
                    }
                    _ => {
                        let who = if self == Self::NoteOfMother { Who::mother(&person) } else { Who::holder(&person) };
                        worlds.does(place.world, &who, &note(&person)).await;
                    }
                }
                Left::default()
            }
            Self::HiddenEntry | Self::HiddenReading | Self::HiddenEnd => {
                self.connection(worlds, place).await;
                Left::default()
            }
            _ => self.document(worlds, place).await,
        }
    }

    fn choices(self, place: &Place<'_>) -> Vec<Exchange> {
        let person = place.person;
        match self {
            Self::Block => {
                let whom = json!({"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "899700999997"});
                let actor = json!([{"reference": {"identifier": whom}}]);
                vec![consent(person, &json!({"type": "deny", "actor": actor}))]
            }
            Self::Carer => vec![related(person, "lab:voisine", None)],
            Self::Contact => vec![contact(person, "Anne ESSAI")],
            Self::Notices => {
                let subscription = json!({
                    "resourceType": "Subscription", "status": "off", "reason": "-",
                    "criteria": format!("AuditEvent?patient.identifier={}", query(person)),
                    "channel": {"type": "email"},
                });
                vec![Exchange::send("POST", "/fhir/Subscription", subscription)]
            }
            _ => {
                let path = format!("/fhir/DocumentReference/{}", place.shown);
                [true, false].map(|on| Exchange::send("PATCH", &path, label("MASQUE_PS", on))).into()
            }
        }
    }

    async fn connection(self, worlds: &mut Worlds, place: &Place<'_>) {
        let (world, person) = (place.world, place.person.clone());
        // The specialist is known to the parents: only this reading is secret. The dentist is not.
        let secret = Who::secret(if self == Self::HiddenReading { "specialist" } else { "dentist" });
        let declared = worlds.does(world, &secret, &consent(&person, &json!({"type": "permit"}))).await;
        let path = format!("/fhir/DocumentReference?patient.identifier={}", query(&person));
        if self == Self::HiddenReading {
            worlds.does(world, &secret, &Exchange::get(path)).await;
        } else if self == Self::HiddenEnd {
            let body: serde_json::Value = serde_json::from_slice(&declared.body).unwrap();
            let path = format!("/fhir/Consent/{}", body["id"].as_str().unwrap());
            let ended = json!([{"op": "replace", "path": "/status", "value": "inactive"}]);
            worlds.does(world, &Who::holder(&person), &Exchange::send("PATCH", path, ended)).await;
        }
    }

    async fn document(self, worlds: &mut Worlds, place: &Place<'_>) -> Left {
        let (world, person) = (place.world, place.person.clone());
        let kind = match self {
            Self::Prescription => Kind::Prescription,
            Self::Excepted => Kind::ImagingReport,
            Self::Shown => Kind::VaccinationNote,
            Self::HiddenVersion => Kind::DischargeLetter,
            _ => Kind::ConsultationReport,
        };
        let whose = if self == Self::Elsewhere { place.other } else { &person };
        let unique_id = format!("{}.1", place.root);
        let mut deposit = Deposit::new(whose, kind, &unique_id);
        deposit.author = "specialist";
        deposit.flags = match self {
            Self::Masked | Self::ArchivedMasked | Self::HiddenVersion => vec!["MASQUE_PS"],
            Self::Withheld | Self::WithheldRead => vec!["INVISIBLE_PATIENT"],
            Self::NotForParents
            | Self::NotForParentsClaimed
            | Self::NotForParentsDeletion
            | Self::NotForParentsRead => {
                vec!["INVISIBLE_REPRESENTANTS_LEGAUX"]
            }
            _ => Vec::new(),
        };
        let mut author = Who::Persona("specialist");
        if self == Self::HiddenVersion {
            (deposit.author, author) = ("hospital", Who::Persona("hospital"));
            deposit.replaces = Some(place.letter.clone());
        }
        let answer = if self == Self::HiddenVersion {
            let token = worlds.token(&author)[world].clone();
            let answer = worlds.ask(world, &token, &deposit.exchange()).await;
            // The observer may have replaced it before: then nothing happens.
            if answer.status == 422 {
                return Left::default();
            }
            answer
        } else {
            worlds.does(world, &author, &deposit.exchange()).await
        };
        let id = deposited(&answer);
        let path = format!("/fhir/DocumentReference/{id}");
        let holder = Who::holder(&person);
        match self {
            Self::HiddenByHolder => {
                worlds.does(world, &holder, &Exchange::send("PATCH", path, label("MASQUE_PS", true))).await;
            }
            Self::Deleted => {
                worlds.does(world, &author, &Exchange::send("PATCH", path, deletion())).await;
            }
            Self::ArchivedMasked => {
                worlds.does(world, &holder, &Exchange::send("PATCH", path, archive(true))).await;
            }
            Self::Claimed | Self::NotForParentsClaimed => {
                worlds.does(world, &holder, &about(&id, "not-mine")).await;
            }
            Self::NotForParentsDeletion => {
                worlds.does(world, &holder, &about(&id, "deletion-request")).await;
                worlds.does(world, &author, &about(&id, "deletion-refused")).await;
            }
            Self::NotForParentsRead | Self::WithheldRead => {
                worlds.does(world, &author, &Exchange::get(format!("/fhir/Binary/{id}"))).await;
                worlds.does(world, &author, &Exchange::get(path)).await;
            }
            _ => {}
        }
        let told = !matches!(self, Self::Elsewhere);
        Left { id: told.then_some(id), unique_id: Some(unique_id) }
    }
}

/// What is said about a document.
pub fn about(id: &str, category: &str) -> Exchange {
    let communication = json!({
        "resourceType": "Communication", "status": "completed",
        "category": [{"coding": [{"system": "urn:dmp:communication", "code": category}]}],
        "about": [{"reference": format!("DocumentReference/{id}")}],
        "payload": [{"contentString": "Ce document est une erreur."}],
    });
    Exchange::send("POST", "/fhir/Communication", communication)
}

/// A private note.
pub fn note(person: &Person) -> Exchange {
    let communication = json!({
        "resourceType": "Communication", "status": "completed", "subject": subject(person),
        "category": [{"coding": [{"system": "urn:dmp:communication", "code": "private-note"}]}],
        "payload": [{"contentString": "Une note."}],
    });
    Exchange::send("POST", "/fhir/Communication", communication)
}

/// A carer, or a representative where an operator says so.
pub fn related(person: &Person, account: &str, category: Option<&str>) -> Exchange {
    let mut extension = vec![json!({"url": "urn:dmp:scope", "valueCode": "read"})];
    extension.extend(category.map(|code| json!({"url": "urn:dmp:category", "valueCode": code})));
    let related = json!({
        "resourceType": "RelatedPerson", "active": true, "patient": subject(person),
        "identifier": [{"value": account}], "extension": extension,
    });
    Exchange::send("POST", "/fhir/RelatedPerson", related)
}

/// Whom to call in an emergency.
pub fn contact(person: &Person, name: &str) -> Exchange {
    let related = json!({
        "resourceType": "RelatedPerson", "active": true, "patient": subject(person),
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "C"}], "text": "sa sœur"}],
        "name": [{"text": name}], "telecom": [{"system": "phone", "value": "0600000000"}],
    });
    Exchange::send("POST", "/fhir/RelatedPerson", related)
}
