//! What the holder chose, as the Consents that he would post to choose it (`docs/acts.md`). They have no id: to change one, he posts another.

use dmp_core::act::Choices;
use dmp_core::code::Code;
use dmp_core::dossier::{Exception, MedecinTraitant, Opposition, OppositionKind, Subject};
use serde_json::{Value, json};

use super::coded::coding;
use super::consent::reference_of;
use super::ins_identifier;

/// Code systems of the provisions, as they are read.
const ACTIONS: &str = "http://terminology.hl7.org/CodeSystem/consentaction";
const PURPOSES: &str = "urn:oid:1.2.250.1.213.1.1.4.248";
const CLASSES: &str = "1.2.250.1.213.1.1.4.1";
const LABELS: &str = "1.2.250.1.213.1.1.4.13";
const ROLES: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction";

/// The Consents of the choices that stand.
#[must_use]
pub fn chosen(choices: &Choices) -> Vec<Value> {
    let provisions = choices.oppositions.iter().filter_map(opposition);
    let masked = choices.masked_in_emergency.then(|| {
        let label = coding(&Code::new(LABELS, "MASQUE_PS"), None);
        (json!({"type": "permit", "securityLabel": [label]}), None)
    });
    let exceptions = choices.exceptions.iter().map(exception);
    let at_once = choices.at_once.iter().map(|class| (json!({"type": "permit", "class": [class_of(class)]}), None));
    let named = choices.medecin_traitant.iter().map(medecin_traitant);
    let all = provisions.chain(masked).chain(exceptions).chain(at_once).chain(named);
    all.map(|(provision, motive)| resource(choices, provision, motive)).collect()
}

fn resource(choices: &Choices, provision: Value, motive: Option<&str>) -> Value {
    let scope = json!({"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"});
    let mut resource = json!({
        "resourceType": "Consent", "status": "active", "scope": {"coding": [scope]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"identifier": ins_identifier(&choices.patient)},
        "provision": provision,
    });
    if let (Some(motive), Some(resource)) = (motive, resource.as_object_mut()) {
        resource.insert("sourceAttachment".into(), json!({"title": motive}));
    }
    resource
}

fn opposition(one: &Opposition) -> Option<(Value, Option<&str>)> {
    let mut provision = json!({"type": "deny"});
    let (name, value) = match one.kind {
        OppositionKind::Consultation => ("action", action("access")),
        OppositionKind::Feeding => ("action", action("collect")),
        OppositionKind::Centre15 => ("purpose", json!([{"system": PURPOSES, "code": "centre_15"}])),
        OppositionKind::BrisDeGlace => ("purpose", json!([{"system": PURPOSES, "code": "bris_de_glace"}])),
        // Kept as a switch of its own.
        OppositionKind::MaskedInEmergency => return None,
    };
    let fields = provision.as_object_mut()?;
    fields.insert(name.into(), value);
    if let Some(subject) = &one.subject {
        fields.insert("actor".into(), json!([{"reference": reference_of(subject, None)}]));
    }
    Some((provision, one.motive.as_deref()))
}

fn action(code: &str) -> Value {
    json!([{"coding": [{"system": ACTIONS, "code": code}]}])
}

fn class_of(class: &str) -> Value {
    coding(&Code::new(CLASSES, class), None)
}

fn exception(one: &Exception) -> (Value, Option<&str>) {
    let role = json!({"coding": [coding(&one.profession, None)]});
    (json!({"type": "deny", "class": [class_of(&one.class_code)], "actor": [{"role": role}]}), None)
}

fn medecin_traitant(one: &MedecinTraitant) -> (Value, Option<&str>) {
    let reference = reference_of(&Subject::Professional(one.professional.clone()), one.name.as_deref());
    let role = json!({"coding": [{"system": ROLES, "code": "PCP"}]});
    (json!({"type": "permit", "actor": [{"role": role, "reference": reference}]}), None)
}
