//! Private notes: whoever wrote one finds it by its id and takes it away; to anybody else there is no such thing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, consent};
use dmp_lab::people;
use serde_json::{Value, json};

/// Status and bytes.
async fn deletes(demo: &Demo, token: &str, id: &str) -> (u16, Vec<u8>) {
    deletes_as(demo, token, id, false).await
}

async fn deletes_as(demo: &Demo, token: &str, id: &str, emergency: bool) -> (u16, Vec<u8>) {
    let mut request = demo.client().delete(format!("{}/fhir/Communication/{id}", demo.base)).bearer_auth(token);
    if emergency {
        request = request.header("Purpose-Of-Use", "urn:oid:1.2.250.1.213.1.1.4.248|bris_de_glace");
        request = request.header("Purpose-Of-Use-Reason", "Malaise");
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn who_wrote_a_note_takes_it_away_and_nobody_else_does() {
    let demo = Demo::start();
    let people = people().unwrap();
    let [one, other] = [&people[0], &people[1]].map(|person| person.ins.clone());
    let (holder, stranger) = (demo.activated(&one.to_text()).await, demo.activated(&other.to_text()).await);
    let subject = json!({"identifier": {"system": format!("urn:oid:{}", one.domain.code()), "value": one.value}});
    let note = |text: &str| {
        json!({"resourceType": "Communication", "status": "completed", "subject": subject,
            "category": [{"coding": [{"system": "urn:dmp:communication", "code": "private-note"}]}],
            "payload": [{"contentString": text}]})
    };
    let list = format!("/fhir/Communication?subject.identifier={}", one.to_text().replace('|', "%7C"));
    let notes = async |token: &str| -> Vec<(String, String)> {
        let found = demo.get(token, &list).await.1;
        let pair = |entry: &Value| {
            let (resource, text) = (&entry["resource"], &entry["resource"]["payload"][0]["contentString"]);
            (resource["id"].as_str().unwrap().to_owned(), text.as_str().unwrap().to_owned())
        };
        found["entry"].as_array().map_or_else(Vec::new, |all| all.iter().map(pair).collect())
    };
    for text in ["à demander", "à garder"] {
        let (status, answer) = demo.post(&holder, "/fhir/Communication", &note(text)).await;
        assert_eq!(status, 201, "{answer}");
    }
    let written = notes(&holder).await;
    let texts: Vec<&str> = written.iter().map(|(_, text)| &**text).collect();
    assert_eq!(texts, ["à demander", "à garder"]);
    let id = &written[0].0;

    // Who is authorised, who is not, who names an emergency, another holder, who has no part in it: nothing is there.
    let gp = demo.token("gp");
    assert_eq!(demo.post(&gp, "/fhir/Consent", &consent(one.domain.code(), &one.value)).await.0, 201);
    let operator = demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Exploitant"}));
    let nobody = [gp, demo.token("nurse"), demo.token("optician"), demo.token("insurer"), operator, stranger];
    let unknown = "00000000-0000-4000-8000-000000000000";
    for token in &nobody {
        let [none, some] = [deletes(&demo, token, unknown).await, deletes(&demo, token, id).await];
        assert_eq!(none.0, 404, "{}", String::from_utf8_lossy(&none.1));
        assert_eq!(some, none, "{}", String::from_utf8_lossy(&some.1));
    }
    let [none, some] =
        [deletes_as(&demo, &nobody[1], unknown, true).await, deletes_as(&demo, &nobody[1], id, true).await];
    assert_eq!(none.0, 404);
    assert_eq!(some, none, "in an emergency");
    assert_eq!(notes(&holder).await, written);

    assert_eq!(deletes(&demo, &holder, id).await, (204, Vec::new()));
    assert_eq!(notes(&holder).await, written[1..], "the other stays");
    let gone = deletes(&demo, &holder, id).await;
    assert_eq!(gone, deletes(&demo, &holder, unknown).await, "it is no more");
    assert_eq!(gone.0, 404);
}
