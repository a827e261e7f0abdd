//! Bodies that are not what they should be: too large, broken off, too deep, too many, too slow, mutated.
//!
//! Never a 5xx, a hang, or memory above 200 MiB. `DMP_MUTATIONS` says how many mutations, `DMP_SEED` which.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod assault;
mod chance;
mod common;

use assault::{all, assert_alive, assert_memory, client, document, head, provide, raw, sent, texts};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chance::{Chance, number};
use common::{given, rule, shared, skip};
use dmp_lab::documents::Kind;
use dmp_lab::people;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

fn outcome(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

#[tokio::test]
async fn attack_files_as_documents() {
    let Some(given) = given() else { return skip("testdata/give/attack") };
    let (demo, client) = (shared(), client());
    let token = demo.token("hospital");
    let mut table = Vec::new();
    for kind in ["xml", "pdf", "zip"] {
        for entry in std::fs::read_dir(given.join("attack").join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            for mime in ["text/xml", "application/pdf", "image/jpeg"] {
                let (mut bundle, _) = document(Kind::Prescription, &format!("1.2.250.1.999.5.{}", table.len()), 0);
                bundle["entry"][2]["resource"]["data"] = json!(STANDARD.encode(&bytes));
                bundle["entry"][2]["resource"]["contentType"] = json!(mime);
                let attachment = &mut bundle["entry"][1]["resource"]["content"][0]["attachment"];
                attachment["contentType"] = json!(mime);
                attachment["size"] = json!(bytes.len());
                attachment.as_object_mut().unwrap().remove("hash");
                let (status, body) = sent(&name, provide(&client, demo, &token, bundle.to_string().into())).await;
                let wanted = if kind == "pdf" && mime == "application/pdf" { 200 } else { 422 };
                assert_eq!(status, wanted, "{name} as {mime}: {}", String::from_utf8_lossy(&body));
                table.push(format!("{name} as {mime}: {status} {}", rule(&outcome(&body))));
            }
        }
    }
    println!("{}", table.join("\n"));
    assert_alive(demo).await;
}

#[tokio::test]
async fn bodies_that_break_off_or_are_too_large() {
    let (demo, client) = (shared(), client());
    let token = demo.token("hospital");
    let body = document(Kind::Prescription, "1.2.250.1.999.5.1000", 0).0.to_string().into_bytes();
    for keep in [0, 1, body.len() / 2, body.len() - 1] {
        let head = head(&token, &format!("Content-Length: {}\r\n", body.len()));
        let answer = raw(demo, &[head.as_bytes(), &body[..keep]], true).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let chunked = head(&token, "Transfer-Encoding: chunked\r\n");
    for broken in ["zz\r\n", "5\r\nabc", "ffffffffffffffffff\r\na", "0\r\n\r\n", "-1\r\n"] {
        let answer = raw(demo, &[chunked.as_bytes(), broken.as_bytes()], true).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{broken:?}: {answer}");
    }
    // 65 MiB, announced and not: the answer reaches who still sends.
    let large = vec![b' '; 65 << 20];
    let (status, answer) = sent("65 MiB", provide(&client, demo, &token, large)).await;
    assert_eq!((status, rule(&outcome(&answer))), (413, "size"));
    let piece = [b"100000\r\n".as_slice(), &[b' '; 1 << 20], b"\r\n"].concat();
    let pieces: Vec<&[u8]> = std::iter::once(chunked.as_bytes())
        .chain(std::iter::repeat_n(piece.as_slice(), 65))
        .chain(std::iter::once(b"0\r\n\r\n".as_slice()))
        .collect();
    let answer = raw(demo, &pieces, false).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let (status, _) =
        sent("65 MiB of nobody", client.post(format!("{}/fhir", demo.base)).body(vec![0; 65 << 20])).await;
    assert_eq!(status, 401);
    for kind in
        ["", "text/plain", "application/xml", "application/fhir+xml", "multipart/form-data; boundary=x", "\u{e9}"]
    {
        let request = client.post(format!("{}/fhir", demo.base)).bearer_auth(&token).header("content-type", kind);
        assert_eq!(sent(kind, request.body(body.clone())).await.0, 415, "{kind}");
    }
    assert_memory(demo, "bodies too large");
}

#[tokio::test]
async fn the_largest_bundle_goes_in_and_comes_back() {
    let demo = shared();
    let client = reqwest::Client::new();
    let token = demo.token("hospital");
    let (bundle, bytes) = document(Kind::ScannedLetter, "1.2.250.1.999.5.1001", 46 << 20);
    let body = bundle.to_string();
    assert!(bytes.len() >= 47 << 20 && body.len() <= 64 << 20, "{} in {}", bytes.len(), body.len());
    let (status, answer) = sent("the largest", provide(&client, demo, &token, body.into())).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    let location = outcome(&answer)["entry"][1]["response"]["location"].as_str().unwrap().to_owned();
    let id = location.rsplit('/').next().unwrap();
    let holder = demo.holder(&people().unwrap()[0].ins.to_text());
    let (status, read) = demo.bytes(&holder, &format!("/fhir/Binary/{id}")).await;
    assert!(status == 200 && read == bytes, "{status}, {} bytes of {}", read.len(), bytes.len());
    assert_memory(demo, "the largest bundle");
    let request = client.get(format!("{}/fhir/Binary/{id}", demo.base)).bearer_auth(&holder);
    let (status, answer) = sent("as a resource", request.header("accept", "application/fhir+json")).await;
    let binary = outcome(&answer);
    assert_eq!((status, &binary["resourceType"], &binary["id"]), (200, &json!("Binary"), &json!(id)));
    assert!(STANDARD.decode(binary["data"].as_str().unwrap()).unwrap() == bytes);
    assert_memory(demo, "the largest document as a resource");
}

#[tokio::test]
async fn large_base64_in_lines_and_escapes() {
    let demo = shared();
    let client = reqwest::Client::new();
    let token = demo.token("hospital");
    let (bundle, bytes) = document(Kind::ScannedLetter, "1.2.250.1.999.5.1002", 44 << 20);
    let data = bundle["entry"][2]["resource"]["data"].as_str().unwrap();
    let lines: Vec<&str> = data.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let wrapped = lines.join("\\n").replace('/', "\\/");
    let mut small = bundle.clone();
    small["entry"][2]["resource"]["data"] = json!("@@");
    let body = small.to_string().replace("@@", &wrapped);
    assert!(body.len() <= 64 << 20, "{} of {}", body.len(), bytes.len());
    let (status, answer) = sent("in lines", provide(&client, demo, &token, body.into())).await;
    assert!(matches!(status, 200 | 413 | 422), "{status} {}", String::from_utf8_lossy(&answer));
    println!("{} bytes of base64 in lines and escapes: {status} {}", bytes.len(), rule(&outcome(&answer)));
    assert_memory(demo, "base64 in lines and escapes");
}

#[tokio::test]
async fn too_deep_too_many_twice_the_same() {
    let (demo, client) = (shared(), client());
    let token = demo.token("hospital");
    let good = document(Kind::Prescription, "1.2.250.1.999.5.1003", 0).0.to_string();
    let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
    let bundle = |entries: &str| format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#);
    let resource = |more: &str| {
        bundle(&format!(
            r#"{{"resource":{{"resourceType":"List",{more}}},"request":{{"method":"POST","url":"List"}}}}"#
        ))
    };
    let numbers = vec!["0"; 120_000].join(",");
    let stuffed = format!(
        r#"{{"fullUrl":"urn:uuid:1","resource":{{"resourceType":"List","x":[{numbers}]}},"request":{{"method":"POST","url":"List"}}}}"#
    );
    let keys: Vec<String> = (0..200_000).map(|place| format!("\"k{place}\":0")).collect();
    let bodies = [
        ("deep lists", nested("[", "]", 100_000)),
        ("deep objects", nested("{\"a\":", "}", 100_000)),
        ("deep in a bundle", bundle(&nested("[", "]", 100_000))),
        ("deep in a resource", resource(&format!("\"x\":{}", nested("{\"a\":", "}", 20_000)))),
        ("201 entries", bundle(&vec!["{}"; 201].join(","))),
        ("millions of entries", bundle(&vec!["{}"; 15_000_000].join(","))),
        ("millions of texts", format!("[{}]", vec!["\"\""; 15_000_000].join(","))),
        ("200 entries full of numbers", bundle(&vec![stuffed.as_str(); 199].join(","))),
        ("200,000 keys", format!("{{{}}}", keys.join(","))),
        ("keys twice", good.replacen("\"type\":\"transaction\"", "\"type\":\"transaction\",\"type\":\"batch\"", 1)),
        ("status twice", good.replace("\"status\":\"current\"", "\"status\":\"current\",\"status\":\"superseded\"")),
        ("huge numbers", resource(&format!("\"x\":{}1e{}", "9".repeat(100_000), "9".repeat(1000)))),
        ("an unpaired surrogate", resource(r#""title":"\ud800""#)),
        ("not UTF-8", "\u{0}".repeat(1000)),
    ];
    for (what, body) in bodies {
        let (status, answer) = sent(what, provide(&client, demo, &token, body.into())).await;
        assert!((400..500).contains(&status), "{what}: {status}");
        println!("{what}: {status} {}", rule(&outcome(&answer)));
        assert_memory(demo, what);
    }
    let (status, _) = sent("bytes", provide(&client, demo, &token, vec![0xff; 100_000])).await;
    assert_eq!(status, 400);
    let many = vec!["status=current"; 4_000].join("&");
    let ins = people().unwrap()[0].ins.to_text().replace('|', "%7C");
    for kind in ["DocumentReference", "List", "Patient", "Consent", "AuditEvent"] {
        let get = client.get(format!("{}/fhir/{kind}?patient.identifier={ins}&{many}", demo.base)).bearer_auth(&token);
        assert!((400..500).contains(&sent("many parameters", get).await.0), "{kind}");
        let form = |body: String| {
            let request = client.post(format!("{}/fhir/{kind}/_search", demo.base)).bearer_auth(&token);
            request.header("content-type", "application/x-www-form-urlencoded").body(body)
        };
        for body in [vec!["status=current"; 130_000].join("&"), vec!["a"; 1_000_000].join("&"), "%".repeat(1_000_000)] {
            assert!((400..500).contains(&sent("many in a form", form(body)).await.0), "{kind}");
        }
        let list: Vec<String> = (0..50_000).map(|place| format!("http://loinc.org%7C{place}")).collect();
        let request = form(format!("patient.identifier={ins}&type={}", list.join(",")));
        sent("many values", request).await;
    }
    assert_memory(demo, "too deep, too many");
    assert_alive(demo).await;
}

#[tokio::test]
async fn who_sends_nothing_holds_up_nobody() {
    let (demo, client) = (shared(), client());
    let token = demo.token("hospital");
    let address = demo.base.trim_start_matches("http://");
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = head(&token, &format!("Content-Length: {}\r\n", 63 << 20));
        stream.write_all(head.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    for _ in 0..100 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /fhir/metadata HTTP/1.1\r\nHost: a").await.unwrap();
        slow.push(stream);
    }
    let body = document(Kind::Prescription, "1.2.250.1.999.5.1004", 0).0.to_string();
    let (status, answer) = sent("beside the slow ones", provide(&client, demo, &token, body.into())).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    // A header that never ends is broken off; a piece at a time, too.
    let answer = raw(demo, &[b"GET /fhir/metadata HTTP/1.1\r\nX-Slow: "], false).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    let many: String = (0..5_000).map(|place| format!("X-{place}: y\r\n")).collect();
    let answer = raw(demo, &[head(&token, &many).as_bytes()], false).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    for broken in ["GET\r\n\r\n", "GET /\u{0} HTTP/1.1\r\n\r\n", "\r\n\r\n\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    {
        let answer = raw(demo, &[broken.as_bytes()], true).await;
        assert!(!answer.starts_with("HTTP/1.1 5"), "{broken:?}: {answer}");
    }
    drop(slow);
    assert_memory(demo, "slow clients");
}

/// A valid bundle, changed a little.
fn mutated(chance: &mut Chance, number: usize) -> Vec<u8> {
    let (mut bundle, _) = document(Kind::Prescription, &format!("1.2.250.1.999.6.{}", number % 50), 0);
    let mut places = Vec::new();
    texts(&bundle, "", &mut places);
    match chance.below(8) {
        0 => {
            let (one, other) = (places[chance.place(places.len())].clone(), places[chance.place(places.len())].clone());
            let value = bundle.pointer(&one).unwrap().clone();
            let value = std::mem::replace(bundle.pointer_mut(&other).unwrap(), value);
            *bundle.pointer_mut(&one).unwrap() = value;
        }
        1 => {
            let odd =
                [json!(null), json!([]), json!({}), json!(-1), json!(1e300), json!(""), json!(true), json!([[{}]])];
            let place = &places[chance.place(places.len())];
            let cut = place.match_indices('/').map(|(at, _)| at).skip(1).collect::<Vec<_>>();
            let place = cut.get(chance.place(cut.len() + 1)).map_or(place.as_str(), |at| &place[..*at]);
            *bundle.pointer_mut(place).unwrap() = odd[chance.place(odd.len())].clone();
        }
        2 => {
            // Within the document itself.
            let data = STANDARD.decode(bundle["entry"][2]["resource"]["data"].as_str().unwrap()).unwrap();
            let data = damaged(data, chance);
            bundle["entry"][2]["resource"]["data"] = json!(STANDARD.encode(&data));
            let attachment = &mut bundle["entry"][1]["resource"]["content"][0]["attachment"];
            attachment["size"] = json!(data.len());
            attachment.as_object_mut().unwrap().remove("hash");
        }
        _ => return damaged(bundle.to_string().into_bytes(), chance),
    }
    bundle.to_string().into_bytes()
}

/// Bytes flipped, taken out, doubled, cut off.
fn damaged(mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
    for _ in 0..=chance.below(3) {
        let at = chance.place(bytes.len());
        let until = (at + 1 + chance.place(64)).min(bytes.len());
        match chance.below(6) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            2 => drop(bytes.drain(at..until)),
            3 => drop(bytes.splice(at..at, bytes[at..until].to_vec())),
            4 => bytes.truncate(at.max(1)),
            _ => drop(bytes.splice(at..at, *br#"{"a":[1,"b"]},"#)),
        }
        if bytes.is_empty() {
            bytes.push(b'{');
        }
    }
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutations_of_valid_bundles() {
    let demo = shared();
    let count = usize::try_from(number("DMP_MUTATIONS", 10_000)).unwrap();
    let seed = number("DMP_SEED", 1);
    let client = client();
    let token = demo.token("hospital");
    let statuses = std::sync::Arc::new(std::sync::Mutex::new(std::collections::BTreeMap::<u16, u32>::new()));
    let counted = statuses.clone();
    all(count, move |number| {
        let (client, token, counted) = (client.clone(), token.clone(), counted.clone());
        async move {
            let body = mutated(&mut Chance::new(seed * 1_000_003 + number as u64), number);
            let (status, answer) =
                sent(&format!("mutation {number} of seed {seed}"), provide(&client, demo, &token, body)).await;
            assert!(status == 200 || (400..500).contains(&status), "mutation {number}: {status}");
            if status != 200 {
                assert_eq!(outcome(&answer)["resourceType"], "OperationOutcome", "mutation {number}");
            }
            *counted.lock().unwrap().entry(status).or_default() += 1;
        }
    })
    .await;
    println!("{count} mutations: {:?}", statuses.lock().unwrap());
    assert_memory(demo, "mutations");
    assert_alive(demo).await;
}
