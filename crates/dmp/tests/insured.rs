//! Imports that do not go well at first: what is bad is told each time, what was mended is taken, what differs is named.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, patient, rule, shared};
use dmp_core::identity::ins::nir_key;
use serde_json::{Value, json};

/// A person nobody else of these tests is.
fn insured(story: usize, place: usize) -> Value {
    let nir = format!("150{:02}76{story:03}{place:03}", 1 + place % 12);
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    patient("1.2.250.1.213.1.4.10", &value, "Importé", "Anne", "1950-01-01", "female")
}

fn people(story: usize, count: usize) -> Vec<Value> {
    (0..count).map(|place| insured(story, place)).collect()
}

/// Imports these bytes: whether it went well, what was said of the whole, what of lines.
fn import(demo: &Demo, name: &str, bytes: &[u8], more: &[&str]) -> (bool, String, String) {
    let file = demo.data.join(format!("{name}.ndjson"));
    std::fs::write(&file, bytes).unwrap();
    let output = demo.run(&[&["insured", "import", file.to_str().unwrap()], more].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

fn lines(people: &[Value]) -> Vec<u8> {
    people.iter().map(Value::to_string).collect::<Vec<_>>().join("\n").into_bytes()
}

async fn is_there(demo: &Demo, one: &Value) -> bool {
    let value = one["identifier"][0]["value"].as_str().unwrap();
    let path = format!("/fhir/Patient?identifier=urn:oid:1.2.250.1.213.1.4.10%7C{value}");
    demo.get(&demo.token("gp"), &path).await.1["total"] == json!(1)
}

#[tokio::test]
async fn a_bad_line_is_told_again_and_taken_once_it_is_mended() {
    let demo = shared();
    let mut all = people(1, 40);
    all[20]["birthDate"] = json!("1950-13-01");
    let (well, told, errors) = import(demo, "mended", &lines(&all), &[]);
    assert!(!well && told.contains("39 opened") && errors.contains("line 21: birthDate"), "{told}{errors}");
    let (well, told, errors) = import(demo, "mended", &lines(&all), &[]);
    assert!(!well && told.contains("39 done by an earlier run, 1 bad lines"), "the same again: {told}");
    assert!(errors.contains("line 21: birthDate"), "{errors}");
    // Mended in place: the file is as long as it was, and begins as it did.
    all[20]["birthDate"] = json!("1950-11-01");
    let (well, told, errors) = import(demo, "mended", &lines(&all), &[]);
    assert!(well && told.contains("1 opened, 39 open already"), "{told}{errors}");
    assert!(is_there(demo, &all[20]).await);
    let (well, told, _) = import(demo, "mended", &lines(&all), &[]);
    assert!(well && told.contains("0 opened, 0 open already, 40 done by an earlier run, 0 bad lines"), "{told}");
}

#[tokio::test]
async fn who_was_informed_by_a_file_is_opened_by_it_too() {
    let demo = shared();
    let all = people(2, 5);
    let (well, told, errors) = import(demo, "informed", &lines(&all), &["--inform"]);
    assert!(well && told.contains("5 opened"), "{told}{errors}");
    assert!(!is_there(demo, &all[0]).await, "they are registered, no more");
    let (well, told, errors) = import(demo, "informed", &lines(&all), &[]);
    assert!(well && told.contains("5 opened, 0 open already, 0 done by an earlier run"), "{told}{errors}");
    assert!(is_there(demo, &all[4]).await);
}

#[tokio::test]
async fn a_line_that_is_no_text_or_too_long_is_one_bad_line() {
    let demo = shared();
    let all = people(3, 6);
    // Editors of some systems begin a file so.
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    for (place, one) in all.iter().enumerate() {
        match place {
            2 => bytes.extend(one.to_string().replace("Importé", "Import@").bytes().map(|byte| match byte {
                b'@' => 0xe9,
                other => other,
            })),
            4 => bytes.extend(vec![b' '; 300 << 10]),
            _ => bytes.extend(one.to_string().into_bytes()),
        }
        bytes.push(b'\n');
    }
    let (well, told, errors) = import(demo, "bytes", &bytes, &[]);
    assert!(
        !well && told.contains("4 opened, 0 open already, 0 done by an earlier run, 2 bad lines"),
        "{told}{errors}"
    );
    assert!(errors.contains("line 3: byte ") && errors.contains("UTF-8"), "{errors}");
    assert!(errors.contains("line 5: the line is longer than 256 KiB"), "{errors}");
    let output = demo.run(&["insured", "import", "/dev/null"]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && errors.contains("a file is expected"), "what is read once is none: {errors}");
}

#[tokio::test]
async fn two_persons_under_one_number_are_told_by_what_differs() {
    let demo = shared();
    for (story, way) in [(4, &[][..]), (5, &["--inform"][..])] {
        let same = insured(story, 0);
        let mut all = vec![same.clone(); 7];
        all[1]["birthDate"] = json!("1950-01-02");
        all[2]["gender"] = json!("male");
        all[3]["name"][0]["family"] = json!("Quelquun");
        all[4]["name"][0]["given"] = json!(["Berthe"]);
        // Another way to write the same.
        all[5]["name"][0] = json!({"use": "official", "family": "IMPORTE", "given": ["Anne", "Marie"]});
        all[6]["name"][0]["given"] = json!(["Anne-Marie"]);
        let (_, told, _) = import(demo, "first", &lines(&[same]), way);
        assert!(told.contains("1 opened"), "{told}");
        let (well, told, errors) = import(demo, "several", &lines(&all), way);
        assert!(!well && told.contains("0 opened, 3 open already, 0 done by an earlier run, 4 bad lines"), "{told}");
        for (line, element) in [(2, "birthDate"), (3, "gender"), (4, "name.family"), (5, "name.given")] {
            assert!(errors.contains(&format!("line {line}: {element}: the dossier under this INS")), "{errors}");
        }
        assert!(!errors.contains("Berthe") && !errors.contains("Quelquun"), "nothing of the person is told: {errors}");
    }
}

#[tokio::test]
async fn who_is_dead_unborn_out_of_use_or_cannot_be_written_to_is_a_bad_line() {
    let demo = shared();
    let mut all = people(6, 9);
    all[0]["deceasedBoolean"] = json!(true);
    all[1]["deceasedDateTime"] = json!("2020-01-01");
    all[2]["active"] = json!(false);
    all[3]["birthDate"] = json!("2999-01-01");
    all[4]["telecom"] = json!([{"system": "email", "value": "nobody"}]);
    all[5]["contact"] = json!([{"name": {"family": "X"}, "telecom": [{"system": "email", "value": "a b@c"}]}]);
    all[6]["deceasedBoolean"] = json!(false);
    all[7]["active"] = json!(true);
    all[8]["telecom"] = json!([{"system": "email", "value": "anne.importee@exemple.invalid"}]);
    let (well, told, errors) = import(demo, "cannot", &lines(&all), &[]);
    assert!(
        !well && told.contains("3 opened, 0 open already, 0 done by an earlier run, 6 bad lines"),
        "{told}{errors}"
    );
    let elements = ["deceasedBoolean", "deceasedDateTime", "active", "birthDate", "telecom", "contact.telecom"];
    for (line, element) in (1..).zip(elements) {
        assert!(errors.contains(&format!("line {line}: {element}: ")), "{errors}");
    }
}

/// The feed opens nothing either for who is dead, or whose record is another's; and of a bad line nothing is done.
#[tokio::test]
async fn what_is_a_bad_line_is_refused_of_the_feed_too() {
    let demo = shared();
    let all = people(9, 6);
    let told = [
        ("deceasedBoolean", json!(true)),
        ("deceasedDateTime", json!("2020-01-01")),
        ("active", json!(false)),
        ("birthDate", json!("2999-01-01")),
        ("link", json!([{"type": "replaced-by", "other": {"reference": "Patient/1"}}])),
        ("telecom", json!([{"system": "email", "value": "nobody"}])),
    ];
    for (mut one, (element, value)) in all.into_iter().zip(told) {
        one[element] = value;
        let (status, answer) = demo.post(&demo.token("insurer"), "/fhir/Patient", &one).await;
        assert_eq!((status, rule(&answer)), (422, "patient"), "{element}: {answer}");
        assert_eq!(answer["issue"][0]["expression"][0], format!("Patient.{element}"), "{answer}");
        assert!(!is_there(demo, &one).await, "{element}");
    }
    let mut two = people(10, 2);
    let (well, ..) = import(demo, "taken", &lines(&two[..1]), &[]);
    assert!(well);
    let taken = two[0]["identifier"][0].clone();
    two[1]["identifier"].as_array_mut().unwrap().push(taken);
    let (well, told, errors) = import(demo, "both", &lines(&two[1..]), &[]);
    assert!(!well && told.contains("0 opened") && errors.contains("merge the two"), "{told}{errors}");
    assert!(!is_there(demo, &two[1]).await, "nothing is done of a bad line");
}

/// Notices go where the person is, not where he was: somebody else may read there now.
#[tokio::test]
async fn a_mailbox_that_was_given_up_is_not_written_to() {
    let demo = shared();
    let email = |value: &str| json!({"system": "email", "value": value});
    let with = |mut point: Value, element: &str, value: Value| {
        point[element] = value;
        point
    };
    let (before, now) = (email("avant@exemple.invalid"), email("ici@exemple.invalid"));
    let all = people(11, 3);
    let points = [
        json!([with(before.clone(), "use", json!("old")), now]),
        json!([with(before, "period", json!({"end": "2020-01-01"})), now]),
        json!([{"system": "email"}, now]),
    ];
    let with_points = |(mut one, points): (Value, Value)| {
        one["telecom"] = points;
        one
    };
    let all: Vec<Value> = all.into_iter().zip(points).map(with_points).collect();
    let (well, told, errors) = import(demo, "moved", &lines(&all), &[]);
    assert!(well, "{told}{errors}");
    let gp = demo.token("gp");
    for one in &all {
        let value = one["identifier"][0]["value"].as_str().unwrap();
        let declared = demo.post(&gp, "/fhir/Consent", &common::consent("1.2.250.1.213.1.4.10", value)).await;
        assert_eq!(declared.0, 201, "{}", declared.1);
        let found = demo.get(&gp, &format!("/fhir/Patient?identifier=urn:oid:1.2.250.1.213.1.4.10%7C{value}")).await.1;
        let id = found["entry"][0]["resource"]["id"].as_str().unwrap();
        let person = demo.get(&gp, &format!("/fhir/Patient/{id}")).await.1;
        assert_eq!(person["telecom"], json!([{"system": "email", "value": "ici@exemple.invalid"}]), "{person}");
    }
}

/// The insured who live abroad, or in a territory of none of the regions, have a dossier as the others; what is no record in use has none.
#[tokio::test]
async fn where_one_lives_closes_nobody_out() {
    let demo = shared();
    let mut all = people(7, 7);
    all[0]["address"] = json!([{"line": ["1 rue Essai"], "city": "Bruxelles", "postalCode": "1000", "country": "BE"}]);
    all[1]["address"] = json!([{"line": ["1 rue Essai"], "city": "Nouméa", "postalCode": "98800"}]);
    all[2]["address"] =
        json!([{"use": "old", "postalCode": "00000"}, {"use": "home", "postalCode": "75001", "city": "Paris"}]);
    all[3]["address"] = json!([{"postalCode": "00000", "city": "Nulle part"}]);
    all[4]["link"] = json!([{"type": "replaced-by", "other": {"reference": "Patient/1"}}]);
    all[5]["modifierExtension"] = json!([{"url": "urn:x", "valueBoolean": true}]);
    all[6]["name"][0]["family"] = json!("ESSAI\u{7}");
    let (_, told, errors) = import(demo, "abroad", &lines(&all), &[]);
    assert!(told.contains("3 opened, 0 open already, 0 done by an earlier run, 4 bad lines"), "{told}{errors}");
    for (line, element) in (4..).zip(["address.postalCode", "link", "modifierExtension", "name"]) {
        assert!(errors.contains(&format!("line {line}: {element}: ")), "{errors}");
    }
}

/// What is not of the type that FHIR gives it is named, not left out: nobody would know that it is missing.
#[tokio::test]
async fn an_element_of_another_type_is_a_bad_line() {
    let demo = shared();
    let wrong = [
        ("gender", json!(1), "gender"),
        ("birthDate", json!(19_500_101), "birthDate"),
        ("name", json!([{"family": "Importé", "given": "Anne"}]), "name[0].given"),
        ("address", json!([{"postalCode": 75001}]), "address.postalCode"),
        ("address", json!({"postalCode": "75001"}), "address"),
        ("telecom", json!("anne@exemple.invalid"), "telecom"),
        ("telecom", json!([{"system": "email", "value": 5}]), "telecom[0].value"),
        ("telecom", json!(["anne@exemple.invalid"]), "telecom[0]"),
        ("extension", json!([{"url": "urn:dmp:regime"}]), "extension"),
        ("extension", json!({"url": "urn:dmp:regime", "valueCode": "01"}), "extension"),
        ("extension", json!([{"url": "urn:dmp:carte-vitale", "valueInteger": 5}]), "extension"),
        ("extension", json!([{"url": "urn:dmp:carte-vitale", "valueString": 5}]), "extension[0].valueString"),
        ("contact", json!([{"relationship": "FTH"}]), "contact[0].relationship"),
        ("contact", json!([{"relationship": [{"coding": [{"code": "ZZZ"}]}]}]), "contact.relationship"),
    ];
    let mut all = people(8, wrong.len() + 1);
    for (one, (element, value, _)) in all.iter_mut().zip(&wrong) {
        one[*element] = value.clone();
    }
    let last = wrong.len();
    all[last]["gender"] = Value::Null;
    all[last]["contact"] = json!([{"name": {"family": "X"}, "relationship": [{"coding": [{"code": "FTH"}]}]}]);
    let (_, told, errors) = import(demo, "types", &lines(&all), &[]);
    assert!(
        told.contains(&format!("1 opened, 0 open already, 0 done by an earlier run, {last} bad lines")),
        "{told}{errors}"
    );
    for (line, (_, _, element)) in (1..).zip(&wrong) {
        assert!(errors.contains(&format!("line {line}: {element}: ")), "{element}: {errors}");
    }
}

/// Facts h.2: a number comes with its traits. What the register had wrong is put right by its source; a number that comes with another
/// person's traits is nobody's here; and no death is lost in a feed of identities.
#[tokio::test]
async fn what_the_register_had_wrong_is_put_right() {
    let demo = shared();
    let all = people(12, 2);
    assert!(import(demo, "traits", &lines(&all[..1]), &[]).0);
    let (one, second) = (&all[0], &all[1]["identifier"][0]);
    let value = one["identifier"][0]["value"].as_str().unwrap();
    let path = format!("/fhir/Patient?identifier=urn:oid:1.2.250.1.213.1.4.10%7C{value}");
    let (insurer, gp) = (demo.token("insurer"), demo.token("gp"));
    let patch = json!([
        {"op": "replace", "path": "/birthDate", "value": "1951-02-03"},
        {"op": "replace", "path": "/name", "value": [{"use": "official", "family": "Importée", "given": ["Anne"]}]},
    ]);
    assert_eq!(demo.patch(&gp, &path, &patch).await.0, 403);
    let (status, answer) = demo.patch(&insurer, &path, &patch).await;
    assert_eq!(status, 200, "{answer}");
    let declared = demo.post(&gp, "/fhir/Consent", &common::consent("1.2.250.1.213.1.4.10", value)).await;
    assert_eq!(declared.0, 201, "{}", declared.1);
    let known = async || {
        let found = demo.get(&gp, &path).await.1;
        let id = found["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
        let person = demo.get(&gp, &format!("/fhir/Patient/{id}")).await.1;
        (person["name"][0]["family"].clone(), person["birthDate"].clone(), person["gender"].clone())
    };
    assert_eq!(known().await, (json!("Importée"), json!("1951-02-03"), json!("female")));
    let put = async |body: &Value| {
        let request = demo.client().put(format!("{}{path}", demo.base)).bearer_auth(&insurer);
        let response =
            request.header("content-type", "application/fhir+json").body(body.to_string()).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let fed = |identifiers: Value, element: &str, said: Value| {
        let mut body = json!({"resourceType": "Patient", "identifier": identifiers});
        body[element] = said;
        body
    };
    let both = json!([one["identifier"][0], second]);
    let (status, answer) = put(&fed(both.clone(), "birthDate", json!("1999-01-01"))).await;
    assert_eq!((status, rule(&answer)), (422, "birth-date-mismatch"), "{answer}");
    let (status, answer) = put(&fed(both.clone(), "deceasedBoolean", json!(true))).await;
    assert_eq!((status, rule(&answer)), (422, "deceased"), "{answer}");
    assert!(!is_there(demo, &all[1]).await, "the number is nobody's");
    let (status, answer) = put(&fed(both, "birthDate", json!("1951-02-03"))).await;
    assert_eq!(status, 200, "{answer}");
    assert!(is_there(demo, &all[1]).await);
    let (status, answer) = put(&fed(json!([one["identifier"][0]]), "gender", json!("male"))).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(known().await.2, json!("male"));
    // A feed says all his numbers each time; and the name in use is no birth name.
    let others = people(16, 2);
    assert!(import(demo, "others", &lines(&others[..1]), &[]).0);
    let three = json!([one["identifier"][0], others[1]["identifier"][0], others[0]["identifier"][0]]);
    let (status, answer) = put(&fed(three, "birthDate", json!("1951-02-03"))).await;
    assert_eq!((status, rule(&answer)), (403, "name-taken"), "{answer}");
    assert!(!is_there(demo, &others[1]).await, "of two numbers of which one is another's none is added");
    let both = json!([one["identifier"][0], second]);
    assert_eq!(put(&fed(both.clone(), "birthDate", json!("1951-02-04"))).await.0, 200);
    assert_eq!(known().await.1, json!("1951-02-04"));
    assert_eq!(put(&fed(both.clone(), "name", json!([{"use": "usual", "family": "Mariée"}]))).await.0, 200);
    assert_eq!(known().await.0, json!("Importée"));
    for (element, said) in [
        ("name", json!([{"use": "old", "family": "Avant"}])),
        ("telecom", json!([{"system": "email", "value": "a@exemple.invalid"}])),
        ("address", json!([{"city": "Paris"}])),
        ("active", json!("false")),
        ("link", json!({"type": "replaced-by"})),
    ] {
        let (status, answer) = put(&fed(both.clone(), element, said)).await;
        assert_eq!(status, 422, "{element}: {answer}");
    }
}

/// Lines that share a number are taken as they stand, one after the other; and a person whose dossiers were merged is one.
#[tokio::test]
async fn lines_of_one_person_are_one_dossier() {
    let demo = shared();
    let of = |one: &Value, others: &[&Value]| {
        let mut line = one.clone();
        line["identifier"].as_array_mut().unwrap().extend(others.iter().map(|other| other["identifier"][0].clone()));
        line
    };
    let pairs = people(13, 40);
    let good: Vec<Value> = pairs.chunks(2).flat_map(|two| [of(&two[1], &[&two[0]]), two[0].clone()]).collect();
    let (well, told, errors) = import(demo, "pairs", &lines(&good), &[]);
    assert!(well && told.contains("20 opened, 20 open already"), "{told}{errors}");
    let pairs = people(14, 40);
    let bad: Vec<Value> = pairs.chunks(2).flat_map(|two| [two[0].clone(), of(&two[1], &[&two[0]])]).collect();
    let (well, told, errors) = import(demo, "contradicted", &lines(&bad), &[]);
    assert!(!well && told.contains("20 opened") && told.contains("20 bad lines"), "{told}{errors}");
    for two in pairs.chunks(2) {
        assert!(!is_there(demo, &two[1]).await, "of a bad line nothing is done");
    }
    let two = people(15, 2);
    assert!(import(demo, "two", &lines(&two), &[]).0);
    let value = |one: &Value| one["identifier"][0]["value"].as_str().unwrap().to_owned();
    let path = format!("/fhir/Patient?identifier=urn:oid:1.2.250.1.213.1.4.10%7C{}", value(&two[0]));
    let link = json!({"type": "replaced-by", "other": {"identifier": two[1]["identifier"][0]}});
    let patch =
        json!([{"op": "replace", "path": "/active", "value": false}, {"op": "add", "path": "/link/-", "value": link}]);
    let (status, answer) = demo.patch(&demo.token("insurer"), &path, &patch).await;
    assert_eq!(status, 200, "{answer}");
    for line in [of(&two[0], &[&two[1]]), of(&two[1], &[&two[0]])] {
        let (well, told, errors) = import(demo, "one", &lines(&[line]), &[]);
        assert!(well && told.contains("1 open already"), "{told}{errors}");
    }
}

/// While two are merged by mistake, what comes under the guest's number is of the guest: a further number that comes with the survivor's traits
/// is not his, and one that comes with his own is, and leaves with him.
#[tokio::test]
async fn a_further_number_is_compared_with_whom_it_is_said_of() {
    let demo = shared();
    let [anne, berthe, another, own, fed] = <[Value; 5]>::try_from(people(17, 5)).unwrap();
    let numbers = |all: &[&Value]| json!(all.iter().map(|one| &one["identifier"][0]).collect::<Vec<_>>());
    let person = |all: &[&Value], given: &str, birth: &str| {
        let mut line = anne.clone();
        (line["identifier"], line["birthDate"]) = (numbers(all), json!(birth));
        line["name"][0]["given"] = json!([given]);
        line
    };
    let (a, b) = (("Anne", "1950-01-01"), ("Berthe", "1951-02-02"));
    let said = |all: &[&Value], (given, birth): (&str, &str)| person(all, given, birth);
    assert!(import(demo, "mistaken", &lines(&[said(&[&anne], a), said(&[&berthe], b)]), &[]).0);
    let value = |one: &Value| one["identifier"][0]["value"].as_str().unwrap().to_owned();
    let feed = demo.token("insurer");
    let path = |one: &Value| format!("/fhir/Patient?identifier=urn:oid:1.2.250.1.213.1.4.10%7C{}", value(one));
    let link = json!({"type": "replaced-by", "other": {"identifier": berthe["identifier"][0]}});
    let merged =
        json!([{"op": "replace", "path": "/active", "value": false}, {"op": "add", "path": "/link/-", "value": link}]);
    let (status, answer) = demo.patch(&feed, &path(&anne), &merged).await;
    assert_eq!(status, 200, "{answer}");
    // By a line of an import.
    for (place, bad) in
        [said(&[&anne], b), said(&[&anne, &another], b), said(&[&berthe, &another], a)].iter().enumerate()
    {
        let (well, told, errors) = import(demo, &format!("not-his-{place}"), &lines(std::slice::from_ref(bad)), &[]);
        assert!(!well && told.contains("1 bad lines"), "{told}{errors}");
    }
    assert!(!is_there(demo, &another).await, "it is nobody's yet");
    let (well, told, errors) = import(demo, "his", &lines(&[said(&[&anne, &own], a), said(&[&berthe], b)]), &[]);
    assert!(well, "what is true of the guest is no bad line: {told}{errors}");
    // By the feed: nothing is corrected there meanwhile, and nothing half done.
    let put = async |body: &Value| {
        let request = demo.client().put(format!("{}{}", demo.base, path(&anne))).bearer_auth(&feed);
        let request = request.header("content-type", "application/fhir+json").body(body.to_string());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap_or_default())
    };
    for (other, expected) in [(b, (422, "birth-date-mismatch")), (("Autre", a.1), (403, "merged"))] {
        let (status, answer) = put(&said(&[&anne, &fed], other)).await;
        assert_eq!((status, rule(&answer)), expected, "{answer}");
        assert!(!is_there(demo, &fed).await);
    }
    let (status, answer) = put(&said(&[&anne, &fed], a)).await;
    assert_eq!(status, 200, "{answer}");
    let parted = json!([{"op": "remove", "path": "/link"}]);
    assert_eq!(demo.patch(&feed, &path(&anne), &parted).await.0, 200);
    for (number, birth) in [(&anne, a.1), (&own, a.1), (&fed, a.1), (&berthe, b.1)] {
        let (_, found) = demo.get(&feed, &path(number)).await;
        assert_eq!(found["entry"][0]["resource"]["birthDate"], json!(birth), "{found}");
    }
}
