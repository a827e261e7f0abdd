//! Crowds at the door: many who send nothing to the point, without a credential or with one. They take no memory, no time and no places
//! from the others.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod assault;
mod common;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use assault::{assert_memory, client, sent};
use common::{DMP, Demo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// Nearly the longest body that is no document.
const LONG: usize = (2 << 20) - 64;

/// The head of a request that says it brings so many bytes.
fn head(path: &str, token: Option<&str>, length: usize) -> String {
    let form = path.ends_with("_search") || !path.starts_with("/fhir");
    let kind = if form { "application/x-www-form-urlencoded" } else { "application/fhir+json" };
    let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{bearer}\r\n"
    )
}

/// Sends a body but for its last bytes, and keeps the connection. The server may have answered and closed before.
async fn nearly_all(base: String, head: String) -> TcpStream {
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut left = LONG - 8;
    while left > 0 {
        let piece = left.min(64 << 10);
        if stream.write_all(&[b'a'; 64 << 10][..piece]).await.is_err() {
            break;
        }
        left -= piece;
    }
    stream
}

/// So many at once, fifty at a time.
async fn crowd(demo: &Demo, head: &str, count: usize) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..count / 50 {
        let mut fifty = tokio::task::JoinSet::new();
        for _ in 0..50 {
            fifty.spawn(nearly_all(demo.base.clone(), head.to_owned()));
        }
        all.extend(fifty.join_all().await);
    }
    all
}

#[tokio::test]
async fn nobodys_bodies_are_not_kept_in_memory() {
    let demo = Demo::start();
    for path in ["/fhir/Consent", "/fhir/Consent/_search", "/opposition/x", "/demo/entrer"] {
        let crowd = crowd(&demo, &head(path, None, LONG), 300).await;
        assert_memory(&demo, &format!("300 bodies of nobody to {path}"));
        drop(crowd);
    }
    let forged = crowd(&demo, &head("/fhir/Consent", Some("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."), LONG), 300).await;
    assert_memory(&demo, "300 bodies with a forged token");
    drop(forged);
    let (status, _) = sent("the next", client().get(format!("{}/fhir/metadata", demo.base))).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn one_credential_does_not_fill_the_memory_either() {
    let demo = Demo::start();
    let token = demo.token("gp");
    let crowd = crowd(&demo, &head("/fhir/Consent/_search", Some(&token), LONG), 300).await;
    assert_memory(&demo, "300 bodies with one credential");
    // Another is served meanwhile.
    let other = demo.token("pharmacist");
    let request = client().post(format!("{}/fhir/Consent/_search", demo.base)).bearer_auth(&other);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body("status=active");
    assert_eq!(sent("another", request).await.0, 400, "no patient is named: it was read");
    drop(crowd);
}

#[tokio::test]
async fn who_is_nobody_is_told_so_before_his_body_is_there() {
    let demo = Demo::start();
    let mut stream = nearly_all(demo.base.clone(), head("/fhir/Consent", None, LONG)).await;
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 401"), "{}", String::from_utf8_lossy(&answer));
}

/// Sends a byte now and then, until the server has enough; its answer. Whoever is served for longer than this hangs.
async fn dripped(base: String, head: String) -> String {
    let stream = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let drops = tokio::spawn(async move {
        if writer.write_all(head.as_bytes()).await.is_ok() {
            while writer.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    });
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(100), reader.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "a hang: {}", String::from_utf8_lossy(&answer));
    drops.abort();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn who_sends_a_byte_now_and_then_is_not_waited_for() {
    let demo = Demo::start();
    let token = demo.token("hospital");
    let mut all = tokio::task::JoinSet::new();
    for (path, bearer, told) in [
        ("/fhir", None, "401"),
        ("/fhir", Some(token.as_str()), "408"),
        ("/fhir/Consent", None, "401"),
        ("/fhir/Consent", Some(&token), "408"),
        ("/fhir/DocumentReference/_search", None, "401"),
        ("/fhir/DocumentReference/_search", Some(&token), "408"),
        ("/opposition/x", None, "408"),
        ("/demo/entrer", None, "408"),
    ] {
        let (base, head) = (demo.base.clone(), head(path, bearer, 4_000));
        all.spawn(async move { (path, told, dripped(base, head).await) });
    }
    for (path, told, answer) in all.join_all().await {
        // Who still sends when the answer leaves may see the connection reset instead.
        assert!(answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {told}")), "{path}: {answer}");
    }
}

/// A connection from an address of this machine.
async fn from(demo: &Demo, address: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
    socket.connect(demo.base.trim_start_matches("http://").parse().unwrap()).await.unwrap()
}

/// One question over a connection of its own; the answer, or nothing where the connection was turned away.
async fn asked(demo: &Demo, address: &str, path: &str) -> String {
    let mut stream = from(demo, address).await;
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    if stream.write_all(head.as_bytes()).await.is_ok() {
        drop(stream.read_to_end(&mut answer).await);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Connections that hold their places: each has begun a request.
async fn holding(demo: &Demo, address: &str, count: usize) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..count {
        let mut stream = from(demo, address).await;
        stream.write_all(head("/demo/entrer", None, 4_000).as_bytes()).await.unwrap();
        all.push(stream);
    }
    all
}

/// Held connections that take every place of an address. A place that somebody just left is given back a moment later: whoever finds none
/// is told so, and another is held for him.
async fn filling(demo: &Demo, address: &str, places: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..100 {
        held.extend(holding(demo, address, places - held.len()).await);
        tokio::time::sleep(Duration::from_millis(100)).await;
        // Who has a place hears nothing yet: his body is waited for.
        held.retain(|one: &TcpStream| one.try_read(&mut [0; 16]).is_err());
        if held.len() == places {
            break;
        }
    }
    held
}

#[tokio::test]
async fn an_address_leaves_places_for_others_and_health_is_told_to_all() {
    let demo = Demo::set(&["admission.connections=40", "admission.connections_per_address=20"]);
    let greedy = filling(&demo, "127.0.0.1", 20).await;
    let answer = asked(&demo, "127.0.0.1", "/fhir/metadata").await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after"), "{answer}");
    assert!(asked(&demo, "127.0.0.2", "/fhir/metadata").await.starts_with("HTTP/1.1 200"), "another address is served");
    let other = filling(&demo, "127.0.0.2", 20).await;
    for address in ["127.0.0.1", "127.0.0.2", "127.0.0.3"] {
        let answer = asked(&demo, address, "/fhir/metadata").await;
        assert!(answer.starts_with("HTTP/1.1 503"), "{address}, every place is taken: {answer}");
        for path in ["/health/live", "/health/ready", "/metrics"] {
            assert!(asked(&demo, address, path).await.starts_with("HTTP/1.1 200"), "{address} {path}");
        }
    }
    drop((greedy, other));
    let (status, _) = sent("places come back", client().get(format!("{}/fhir/metadata", demo.base))).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_crowd_does_not_keep_the_signal_from_being_heard() {
    let mut demo = Demo::set(&["admission.connections=20", "admission.connections_per_address=20"]);
    // The ordinary places, those for health, and some who find none.
    let crowd = holding(&demo, "127.0.0.1", 60).await;
    let pid = demo.pid();
    let stopped = tokio::task::spawn_blocking(move || {
        demo.stop();
        demo
    });
    let within = tokio::time::timeout(Duration::from_secs(60), stopped).await;
    assert!(within.is_ok(), "{pid} does not leave");
    drop(crowd);
}

/// A server of its own, which ends with the test, however that ends.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        drop((self.0.kill(), self.0.wait()));
    }
}

#[tokio::test]
async fn few_descriptors_leave_the_service_well() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let script = format!("ulimit -n 300; exec {DMP} demo --listen 127.0.0.1:0 --data {}", data.display());
    let child = Command::new("sh").args(["-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
    let mut child = Ending(child);
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.0.stdout.take().unwrap()));
    let ready = lines.map(Result::unwrap).find(|line| line.starts_with("ready http://")).unwrap();
    let base = ready.split_whitespace().nth(1).unwrap().to_owned();
    let mut crowd = Vec::new();
    for _ in 0..400 {
        let mut stream = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
        drop(stream.write_all(head("/demo/entrer", None, 4_000).as_bytes()).await);
        crowd.push(stream);
    }
    // The last of the crowd hold the places for health until each has been told that there is none for him: who asks meanwhile is
    // turned away, and asks again.
    let mut told = None;
    for _ in 0..50 {
        let answer = client().get(format!("{base}/health/ready")).send().await;
        told = answer.ok().map(|answer| answer.status().as_u16());
        if told == Some(200) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(told, Some(200));
    assert_eq!(crowd.len(), 400, "all of them are still there");
}
