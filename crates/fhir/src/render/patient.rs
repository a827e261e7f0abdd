//! TD0.2 as a Patient (PDSM4DMP): existence, open or closed, and how the caller is authorised.

use dmp_core::act::Existence;
use dmp_core::dossier::{DossierStatus, Holder, Sex};
use dmp_core::identity::{Ins, InsDomain};
use dmp_store::Kind;
use serde_json::{Map, Value, json};

use super::people::human_name;
use super::{Ground, ins_identifier};

const PDSM4DMP: &str = "https://interop.esante.gouv.fr/ig/fhir/pdsm4dmp/StructureDefinition";
/// The code system of the authorisation status (facts a.3).
const AUTHORIZATION: &str = "urn:oid:1.2.250.1.213.4.1.2.6.2";
const CLOSING: &str = "urn:oid:1.2.250.1.213.4.1.2.4";

/// The Patient that answers TD0.2. The identity traits are the registered ones; software must not show them as its own.
#[must_use]
pub fn patient(ground: Ground<'_>, existence: &Existence) -> Value {
    let mut resource = identity(ground, &existence.holder, &existence.names);
    resource.insert("extension".into(), extensions(existence).into());
    resource.insert("active".into(), (existence.status == DossierStatus::Open).into());
    Value::Object(resource)
}

/// Who somebody is: identifiers, names, sex, date of birth.
#[must_use]
pub fn identity(ground: Ground<'_>, holder: &Holder, names: &[Ins]) -> Map<String, Value> {
    let mut resource = Map::new();
    resource.insert("resourceType".into(), "Patient".into());
    resource.insert("id".into(), ground.id(Kind::Patient, 0).into());
    let mut identifiers: Vec<_> = names.iter().collect();
    identifiers.sort_by_key(|name| name.domain == InsDomain::InsC);
    resource.insert("identifier".into(), identifiers.into_iter().map(ins_identifier).collect::<Vec<_>>().into());
    let mut official = human_name(Some(&holder.family), holder.given.as_deref(), None);
    if let Some(official) = official.as_object_mut() {
        official.insert("use".into(), "official".into());
    }
    let mut names = vec![official];
    if let Some(used) = &holder.used_family {
        let mut usual = human_name(Some(used), holder.given.as_deref(), None);
        if let Some(usual) = usual.as_object_mut() {
            usual.insert("use".into(), "usual".into());
        }
        names.push(usual);
    }
    resource.insert("name".into(), names.into());
    if let Some(gender) = holder.sex.map(gender) {
        resource.insert("gender".into(), gender.into());
    }
    resource.insert("birthDate".into(), holder.birth.to_string().into());
    resource
}

const fn gender(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "male",
        Sex::Female => "female",
        Sex::Unknown => "unknown",
    }
}

fn extensions(existence: &Existence) -> Vec<Value> {
    let status = json!({"system": AUTHORIZATION, "code": existence.authorization.code()});
    let mut authorization = vec![json!({"url": "statut", "valueCoding": status})];
    if let Some(until) = existence.until {
        authorization.push(json!({"url": "fin", "valueInstant": until.rfc3339()}));
    }
    if let Some(ground) = existence.ground {
        authorization.push(json!({"url": "fondement", "valueCode": ground.code()}));
    }
    let mut extensions = vec![
        json!({"url": format!("{PDSM4DMP}/dmp-autorisation"), "extension": authorization}),
        json!({"url": format!("{PDSM4DMP}/dmp-medecin-traitant"), "valueBoolean": existence.medecin_traitant}),
    ];
    if let Some(closed) = existence.closed_at {
        let mut closing = vec![json!({"url": "dateFermeture", "valueDateTime": closed.rfc3339()})];
        if let Some(motive) = existence.closing_motive {
            closing.push(json!({"url": "motifFermeture", "valueCoding": {"system": CLOSING, "code": motive.code()}}));
        }
        if let Some(text) = &existence.closing_text {
            closing.push(json!({"url": "raisonFermeture", "valueString": text}));
        }
        extensions.push(json!({"url": format!("{PDSM4DMP}/dmp-fermeture"), "extension": closing}));
    }
    extensions
}
