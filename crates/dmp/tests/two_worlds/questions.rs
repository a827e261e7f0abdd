//! What an observer may ask: a generated question about what he knows, what he may not know, and what is nothing.

use dmp_core::code::Code;
use dmp_lab::Person;
use dmp_lab::documents::Kind;
use serde_json::json;

use crate::chance::Chance;
use crate::compare::Mapping;
use crate::exchange::Exchange;
use crate::secrets::{about, contact, note, related};
use crate::world::{Deposit, archive, consent, deletion, label, medecin_traitant, query};

/// What an observer has in his hands.
pub struct Known<'a> {
    pub person: &'a Person,
    /// Ids of documents of this dossier that he may not see.
    pub hidden: Vec<[String; 2]>,
    /// Ids of one world, which the other never gave: who was let in reads them as what he may not see.
    pub foreign: Vec<[String; 2]>,
    /// Their uniqueIds, which are nothing in one of the worlds.
    pub hidden_unique_ids: Vec<String>,
    /// UniqueIds that he sees, or used himself.
    pub unique_ids: Vec<String>,
    pub root: String,
    pub used: usize,
    pub mode: Option<&'static str>,
}

const NOTHING: &str = "4f1c6c1e-0000-4000-8000-000000000000";

/// The parameters of a search, as they are written.
const PARAMETERS: &[&str] = &[
    "status=current",
    "status=superseded",
    "isArchived=true",
    "isArchived=false",
    "type=57833-6",
    "type=11488-4,87273-9",
    "type:not=87273-9",
    "category=10",
    "category=42",
    "category=31",
    "category:not=10",
    "facility=SA01",
    "setting=AMBULATOIRE",
    "format=urn:ihe:iti:xds-sd:text:2008",
    "event=T57000",
    "security-label=MASQUE_PS",
    "security-label=INVISIBLE_PATIENT",
    "security-label=INVISIBLE_REPRESENTANTS_LEGAUX",
    "security-label=N",
    "security-label:not=MASQUE_PS",
    "creation=ge2026-01-01",
    "creation=lt2026-11-20",
    "date=ge2026-01-01",
    "date=lt2027-01-01",
    "period=ge2026-01-01",
    "period-start=ge2026-01-01",
    "period-end=le2030-01-01",
    "author.family=PATRON",
    "author.family=SP%C3%89CIMEN",
    "author.family:exact=SP%C3%89CIMEN",
    "author.given=Paul",
    "author.given:contains=au",
    "author.name=Paul",
    "author.identifier=899700900022",
    "relation=replaces",
    "_lastUpdated=ge2020-01-01",
    "_lastUpdated=lt2020-01-01",
    "_summary=count",
    "_count=0",
    "_count=1",
    "_count=2",
    "_count=200",
    "_sort=date",
    "_sort=-date",
    "_sort=creation",
    "_sort=-creation",
    "_format=json",
    "_format=xml",
    "_offset=1",
    "_include=DocumentReference:subject",
    "patient.name=X",
    "status=",
    "_page=AAAA",
];

const SET_PARAMETERS: &[&str] = &[
    "status=current",
    "date=ge2026-01-01",
    "date=lt2026-01-01",
    "designationType=07",
    "sourceId=2.16.840.1.113883.19.99",
    "source.family=SP%C3%89CIMEN",
    "source.family=PATRON",
    "source.given=Paul",
    "source.name=Sofia",
    "title=Compte",
    "title:contains=vaccination",
    "code=submissionset",
    "_count=1",
    "_summary=count",
    "_sort=date",
    "_include=List:item",
];

impl Known<'_> {
    /// A question.
    pub fn question(&mut self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let mut exchange = match chance.below(26) {
            0..=3 => self.search(chance, mapping),
            4 => self.sets(chance, mapping),
            5..=6 => self.read(chance, mapping),
            7..=8 => self.binary(chance, mapping),
            9..=11 => self.patch(chance, mapping),
            12..=15 => self.deposit(chance, mapping),
            16 => self.by_identifier(chance),
            17 => self.consent(chance, mapping),
            18 | 24 | 25 => self.history(chance, mapping),
            19 => self.said(chance, mapping),
            20 => self.people(chance),
            21 => self.patient(chance, mapping),
            22 => self.rest(chance, mapping),
            _ => self.page(chance, mapping),
        };
        if let Some(mode) = self.mode {
            exchange = exchange
                .with("purpose-of-use", format!("urn:oid:1.2.250.1.213.1.1.4.248|{mode}"))
                .with("purpose-of-use-reason", "Malaise");
        }
        exchange
    }

    /// A document's id: of one he knows, of one he may not see, of none.
    fn document(&self, chance: &mut Chance, mapping: &Mapping) -> [String; 2] {
        let known = mapping.of_kind("DocumentReference");
        match chance.below(8) {
            0..=2 if !known.is_empty() => known[chance.place(known.len())].clone(),
            0..=6 if !self.hidden.is_empty() => self.hidden[chance.place(self.hidden.len())].clone(),
            _ => [NOTHING.to_owned(), NOTHING.to_owned()],
        }
    }

    /// The same, or one that another world gave: that an id resolves at all is a residue (`ARCHITECTURE.md`) where a refusal comes
    /// before it is looked at, so it is only read.
    fn any_document(&self, chance: &mut Chance, mapping: &Mapping) -> [String; 2] {
        if self.foreign.is_empty() || chance.below(3) > 0 {
            return self.document(chance, mapping);
        }
        self.foreign[chance.place(self.foreign.len())].clone()
    }

    fn of_kind(chance: &mut Chance, mapping: &Mapping, kind: &str) -> [String; 2] {
        let known = mapping.of_kind(kind);
        if known.is_empty() || chance.below(5) == 0 {
            return [NOTHING.to_owned(), NOTHING.to_owned()];
        }
        known[chance.place(known.len())].clone()
    }

    fn unique_id(&self, chance: &mut Chance) -> String {
        match chance.below(4) {
            0 if !self.unique_ids.is_empty() => self.unique_ids[chance.place(self.unique_ids.len())].clone(),
            0..=2 if !self.hidden_unique_ids.is_empty() => {
                self.hidden_unique_ids[chance.place(self.hidden_unique_ids.len())].clone()
            }
            _ => format!("{}.404", self.root),
        }
    }

    fn asked(&self, chance: &mut Chance, mapping: &Mapping, table: &[&str]) -> (String, [String; 2]) {
        let id = self.any_document(chance, mapping);
        let mut text = format!("patient.identifier={}", query(self.person));
        for _ in 0..chance.below(4) {
            text.push('&');
            match chance.below(7) {
                0 => text.push_str(&format!("identifier=urn:oid:{}", self.unique_id(chance))),
                1 => text.push_str("identifier=urn:uuid:‹0›"),
                2 => text.push_str("_id=‹0›"),
                3 => text.push_str(&format!("related=urn:oid:{}", self.unique_id(chance))),
                _ => text.push_str(table[chance.place(table.len())]),
            }
        }
        (text, id)
    }

    fn search(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let (text, id) = self.asked(chance, mapping, PARAMETERS);
        Self::found("DocumentReference", &text, chance).naming(&[&id])
    }

    fn sets(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let (text, mut id) = self.asked(chance, mapping, SET_PARAMETERS);
        if chance.below(2) == 0 {
            id = Self::of_kind(chance, mapping, "List");
        }
        if chance.below(3) == 0 {
            return Exchange::get("/fhir/List/‹0›").naming(&[&id]);
        }
        Self::found("List", &text, chance).naming(&[&id])
    }

    /// By GET, by HEAD, or by POST.
    fn found(kind: &str, text: &str, chance: &mut Chance) -> Exchange {
        match chance.below(5) {
            0 => Exchange { method: "HEAD", ..Exchange::get(format!("/fhir/{kind}?{text}")) },
            1 => Exchange {
                method: "POST",
                body: Some(text.to_owned()),
                ..Exchange::get(format!("/fhir/{kind}/_search"))
            }
            .with("content-type", "application/x-www-form-urlencoded"),
            _ => Exchange::get(format!("/fhir/{kind}?{text}")),
        }
    }

    fn read(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let id = self.any_document(chance, mapping);
        let method = if chance.below(4) == 0 { "HEAD" } else { "GET" };
        let path = match chance.below(6) {
            0 => "/fhir/DocumentReference/‹0›?_format=json",
            1 => "/fhir/DocumentReference/‹0›/_history",
            2 => "/fhir/List/‹0›",
            _ => "/fhir/DocumentReference/‹0›",
        };
        Exchange { method, ..Exchange::get(path) }.naming(&[&id])
    }

    fn binary(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let id = self.any_document(chance, mapping);
        let method = if chance.below(4) == 0 { "HEAD" } else { "GET" };
        let exchange = Exchange { method, ..Exchange::get("/fhir/Binary/‹0›") }.naming(&[&id]);
        match chance.below(8) {
            0 => exchange.with("range", "bytes=0-9"),
            1 => exchange.with("range", "bytes=999999999-"),
            2 => exchange.with("range", "bytes=-0"),
            3 => exchange.with("range", "bytes=-20"),
            4 => exchange.with("if-none-match", "*"),
            5 => exchange.with("if-none-match", "W/\"0011223344556677\""),
            6 => exchange.with("accept", "application/fhir+json"),
            _ => exchange,
        }
    }

    fn patch(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let id = self.document(chance, mapping);
        let on = chance.below(2) == 0;
        let body = match chance.below(7) {
            0 => label("MASQUE_PS", on),
            1 => label("INVISIBLE_PATIENT", on),
            2 => label("INVISIBLE_REPRESENTANTS_LEGAUX", on),
            3 | 4 => archive(on),
            5 => deletion(),
            _ => json!([{"op": "replace", "path": "/status", "value": "superseded"}]),
        };
        let path = match chance.below(4) {
            0 => format!(
                "/fhir/DocumentReference?identifier=urn:oid:{}&patient.identifier={}",
                self.unique_id(chance),
                query(self.person)
            ),
            _ => "/fhir/DocumentReference/‹0›".to_owned(),
        };
        let exchange = Exchange::send("PATCH", path, body).naming(&[&id]);
        match chance.below(4) {
            0 => exchange.with("if-match", format!("W/\"{}\"", chance.below(4))),
            1 => exchange.with("if-match", "W/\"x\""),
            _ => exchange,
        }
    }

    fn deposit(&mut self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let kinds = Kind::ALL;
        let known = !self.unique_ids.is_empty() && chance.below(4) == 0;
        let unique_id = if known {
            self.unique_ids[chance.place(self.unique_ids.len())].clone()
        } else {
            self.used += 1;
            let fresh = format!("{}.8.{}", self.root, self.used);
            self.unique_ids.push(fresh.clone());
            fresh
        };
        let mut deposit = Deposit::new(self.person, kinds[chance.place(kinds.len())], unique_id);
        deposit.author = ["hospital", "gp", "optician"][chance.place(3)];
        deposit.bulk = 2_000 + 1_000 * chance.place(2);
        deposit.flags = match chance.below(6) {
            0 => vec!["MASQUE_PS"],
            1 => vec!["INVISIBLE_PATIENT"],
            _ => Vec::new(),
        };
        if chance.below(12) == 0 {
            deposit.type_code = Some(Code::new("2.16.840.1.113883.6.1", "57833-6"));
        }
        let id = self.document(chance, mapping);
        deposit.replaces = match chance.below(4) {
            0 => Some("DocumentReference/‹0›".to_owned()),
            1 => Some(self.unique_id(chance)),
            _ => None,
        };
        let exchange = deposit.exchange().naming(&[&id]);
        if chance.below(20) == 0 { exchange.with("if-none-exist", "identifier=1.2.3") } else { exchange }
    }

    fn by_identifier(&self, chance: &mut Chance) -> Exchange {
        let unique_id = self.unique_id(chance);
        let hidden = (!self.hidden.is_empty()).then(|| self.hidden[chance.place(self.hidden.len())].clone());
        match hidden.filter(|_| chance.below(2) == 0) {
            Some(id) => Exchange::get("/fhir/DocumentReference?identifier=urn:uuid:‹0›").naming(&[&id]),
            None => Exchange::get(format!("/fhir/DocumentReference?identifier=urn:oid:{unique_id}")),
        }
    }

    fn consent(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let id = Self::of_kind(chance, mapping, "Consent");
        match chance.below(6) {
            0 => consent(self.person, &json!({"type": "permit"})),
            1 => Exchange::get(format!("/fhir/Consent?patient.identifier={}", query(self.person))),
            2 => Exchange::get(format!("/fhir/Consent?patient.identifier={}&status=active", query(self.person))),
            3 => Exchange::get("/fhir/Consent/‹0›").naming(&[&id]),
            4 => {
                let hidden = self.document(chance, mapping);
                let body = json!([{"op": "replace", "path": "/status", "value": "inactive"}]);
                Exchange::send("PATCH", "/fhir/Consent/‹0›", body).naming(&[&hidden])
            }
            _ => medecin_traitant(self.person, "deny", None),
        }
    }

    fn history(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let id = Self::of_kind(chance, mapping, "AuditEvent");
        let more = ["", "&date=ge2026-01-01", "&_count=3", "&_count=1", "&date=lt2020-01-01"][chance.place(5)];
        let text = format!("patient.identifier={}{more}", query(self.person));
        if chance.below(3) == 0 {
            return Exchange::get("/fhir/AuditEvent/‹0›").naming(&[&id]);
        }
        Self::found("AuditEvent", &text, chance)
    }

    fn said(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let id = self.document(chance, mapping);
        let codes =
            ["deletion-request", "deletion-accepted", "deletion-refused", "not-mine", "not-mine-closed", "other"];
        match chance.below(8) {
            0 => note(self.person),
            1 => Exchange::get(format!("/fhir/Communication?subject.identifier={}", query(self.person))),
            place => about("‹0›", codes[usize::try_from(place).unwrap() - 2]).naming(&[&id]),
        }
    }

    fn people(&self, chance: &mut Chance) -> Exchange {
        match chance.below(5) {
            0 => related(self.person, "lab:autre", Some("10")),
            1 => contact(self.person, "Marc ESSAI"),
            _ => Exchange::get(format!("/fhir/RelatedPerson?patient.identifier={}", query(self.person))),
        }
    }

    fn patient(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let id = Self::of_kind(chance, mapping, "Patient");
        match chance.below(5) {
            0 => Exchange::get("/fhir/Patient/‹0›").naming(&[&id]),
            1 => Exchange::get("/fhir/Patient?_has:Consent:patient:status=active"),
            2 => Exchange::get(format!("/fhir/Patient?family={}&birthdate={}", self.person.family, self.person.birth)),
            _ => Exchange::get(format!("/fhir/Patient?identifier={}", query(self.person))),
        }
    }

    fn rest(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let id = self.document(chance, mapping);
        let criteria = format!("AuditEvent?patient.identifier={}", query(self.person));
        match chance.below(7) {
            0 => Exchange::get("/fhir/Task"),
            1 => Exchange::get("/fhir/Task/‹0›").naming(&[&id]),
            2 => Exchange::send(
                "POST",
                "/fhir/Subscription",
                json!({"resourceType": "Subscription", "status": "active", "reason": "-", "criteria": criteria,
                    "channel": {"type": "email"}}),
            ),
            3 => Exchange { method: "DELETE", ..Exchange::get("/fhir/DocumentReference/‹0›") }.naming(&[&id]),
            4 => Exchange::get("/fhir/Consent/‹0›").naming(&[&id]),
            5 => Exchange::get("/fhir/AuditEvent/‹0›").naming(&[&id]),
            _ => Exchange::get("/fhir/metadata"),
        }
    }

    fn page(&self, chance: &mut Chance, mapping: &Mapping) -> Exchange {
        let pages = &mapping.pages;
        if pages.is_empty() {
            return Exchange::get(format!(
                "/fhir/DocumentReference?patient.identifier={}&_count=1",
                query(self.person)
            ));
        }
        let page = &pages[chance.place(pages.len())];
        Exchange::get("‹0›").naming(&[page])
    }
}
