//! The holder and who acts for him: what is not theirs, what comes too early, what goes beyond a mandate.

use serde_json::json;

use crate::provoked::Provoked;
use crate::scene::{Scene, identifier, known, query, resource, set};

pub async fn provoke(provoked: &mut Provoked) {
    let scene = Scene::of(&[]);
    his_own(provoked, &scene).await;
    minors(provoked, &scene).await;
    carers(provoked, &scene).await;
    notices(provoked, &scene).await;
}

async fn his_own(provoked: &mut Provoked, scene: &Scene) {
    let (one, holder) = scene.lived(101).await;
    let other = scene.opened(102);
    provoked.told("not-holder", scene.finds(&holder, &other).await);
    // His médecin traitant is a doctor: of who asked here it is known what he is.
    scene.declares(&scene.demo.token("nurse"), &one).await;
    let role = "http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction";
    let nurse = json!({"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "899700900048"}});
    let named = json!([{"role": {"coding": [{"system": role, "code": "PCP"}]}, "reference": nurse}]);
    let answer = scene.decides(&holder, &one, json!({"type": "permit", "actor": named})).await;
    provoked.told("doctor-only", answer);
    provoked.told("not-activated", scene.finds(&scene.demo.holder(&other.ins.to_text()), &other).await);
    // He opens with the code and the card: whom the insurer did not register with one has none to show.
    let mut opening = resource(&one);
    let said = |url: &str, text: &str| json!({"url": url, "valueString": text});
    opening["extension"] =
        json!([said("urn:dmp:carte-vitale", "8000"), said("urn:dmp:opening-code", "AAAA AAAA AAAA")]);
    provoked.told("card-mismatch", scene.demo.post(&holder, "/fhir/Patient", &opening).await);
}

async fn minors(provoked: &mut Provoked, scene: &Scene) {
    let cleo = known("cleo");
    provoked.told("too-young", scene.finds(&scene.demo.holder(&cleo.ins.to_text()), &cleo).await);
    let parent = scene.demo.claims(&json!({
        "role": "representative", "id": known("alma").ins.to_text(), "ins": cleo.ins.to_text()
    }));
    let friend = json!({
        "resourceType": "RelatedPerson", "active": true, "patient": {"identifier": identifier(&cleo)},
        "identifier": [{"value": "lab:amie"}], "extension": [{"url": "urn:dmp:scope", "valueCode": "read"}],
    });
    let father = json!({
        "resourceType": "RelatedPerson", "active": true, "patient": {"identifier": identifier(&cleo)},
        "identifier": [{"value": "lab:pere"}], "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "FTH"}]}],
    });
    for (token, person) in [(&scene.operator(), &father), (&parent, &friend)] {
        let (status, answer) = scene.demo.post(token, "/fhir/RelatedPerson", person).await;
        assert_eq!(status, 201, "{answer}");
    }
    let father = scene.demo.claims(&json!({"role": "representative", "id": "pere", "ins": cleo.ins.to_text()}));
    provoked.told("carer-chosen", scene.demo.post(&father, "/fhir/RelatedPerson", &friend).await);
    provoked.told("all-representatives", scene.patched(&parent, &cleo, &set("/active", json!(false))).await);
    // An adult has nobody to keep a secret from.
    let secret = scene.in_secret("specialist");
    provoked.told("adult-secret", scene.decides(&secret, &known("alma"), json!({"type": "permit"})).await);
    // Nor anybody but a guardian to represent him.
    let mother = json!({
        "resourceType": "RelatedPerson", "active": true, "patient": {"identifier": identifier(&known("alma"))},
        "identifier": [{"value": "lab:mere"}], "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "MTH"}]}],
    });
    provoked.told("guardian-only", scene.demo.post(&scene.operator(), "/fhir/RelatedPerson", &mother).await);
}

async fn carers(provoked: &mut Provoked, scene: &Scene) {
    let alma = known("alma");
    let holder = scene.demo.holder(&alma.ins.to_text());
    let carer = json!({
        "resourceType": "RelatedPerson", "active": true, "patient": {"identifier": identifier(&alma)},
        "identifier": [{"value": "lab:voisine"}], "extension": [{"url": "urn:dmp:scope", "valueCode": "read"}],
    });
    let (status, answer) = scene.demo.post(&holder, "/fhir/RelatedPerson", &carer).await;
    assert_eq!(status, 201, "{answer}");
    let sister = |number: u32| {
        json!({
            "resourceType": "RelatedPerson", "active": true, "patient": {"identifier": identifier(&alma)},
            "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "C"}]}],
            "name": [{"text": format!("Sœur ESSAI-{number}")}], "telecom": [{"system": "phone", "value": "0600000000"}],
        })
    };
    for number in 0..8 {
        let answer = scene.demo.post(&holder, "/fhir/RelatedPerson", &sister(number)).await;
        if answer.0 != 201 {
            provoked.told("contacts-full", answer);
            break;
        }
    }
    let mut late = carer.clone();
    late["period"] = json!({"end": "2020-01-01"});
    provoked.told("term-past", scene.demo.post(&holder, "/fhir/RelatedPerson", &late).await);
    let token = scene.demo.claims(&json!({"role": "carer", "id": "voisine", "ins": alma.ins.to_text()}));
    let path = format!("/fhir/Consent?patient.identifier={}", query(&alma));
    provoked.told("scope", scene.demo.get(&token, &path).await);
}

async fn notices(provoked: &mut Provoked, scene: &Scene) {
    let alma = known("alma");
    let holder = scene.demo.holder(&alma.ins.to_text());
    let weekly = json!({
        "resourceType": "Subscription", "status": "active", "reason": "moins souvent", "channel": {"type": "email"},
        "criteria": format!("AuditEvent?patient.identifier={}&subtype=ACCES_DMP_PS", alma.ins.to_text()),
        "extension": [{"url": "urn:dmp:frequency", "valueCode": "weekly"}],
    });
    provoked.told("always-told", scene.demo.post(&holder, "/fhir/Subscription", &weekly).await);
    let telecom = set("/telecom", json!([{"system": "email", "value": "alma chez elle"}]));
    provoked.told("address", scene.patched(&holder, &alma, &telecom).await);
}
