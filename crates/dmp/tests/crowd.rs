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

use assault::{assert_memory, client, sent};
use common::Demo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

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
