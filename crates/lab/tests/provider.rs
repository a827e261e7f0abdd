//! The provider's tokens, validated as any other issuer's: with its keys at hand, and by discovery over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use dmp_auth::{AuthFault, Authenticator};
use dmp_core::access::sector::{Occupation, may_read, occupation};
use dmp_core::code::Instant;
use dmp_core::identity::{Means, Requester};
use dmp_lab::{Persona, Provider, claims_of, holder, people, personas, provider_store};
use serde_json::{Value, json};

fn now() -> Instant {
    Instant::parse_rfc3339("2026-11-21T10:00:00Z").unwrap()
}

/// Bytes that are no chance at all.
fn seed(mut number: u64) -> impl FnMut(&mut [u8]) {
    move |bytes| {
        for byte in bytes {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (number >> 56) as u8;
        }
    }
}

/// An authenticator with the key at hand, and one that fetches it from a server of its own.
async fn both(provider: &Provider) -> [Authenticator; 2] {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = dmp_lab::oidc::router(provider, &base);
    tokio::spawn(async move { axum::serve(listener, router).await });
    [provider.issuer().unwrap(), provider.issuer_at(&base)].map(|issuer| Authenticator::new(vec![issuer]).unwrap())
}

async fn who(authenticator: &Authenticator, token: &str) -> Requester {
    (*authenticator.authenticate(token, now()).await.unwrap().requester).clone()
}

#[tokio::test]
async fn every_persona_by_both_ways() {
    let provider = Provider::generate(seed(1)).unwrap();
    let [fixed, fetched] = both(&provider).await;
    for one in personas() {
        let token = provider.sign(&one.claims(), now()).unwrap();
        let requester = who(&fixed, &token).await;
        assert_eq!(who(&fetched, &token).await, requester);
        println!("{:20} {:38} {}", one.code, requester.key(), requester.display_name());
        check(one, &requester);
        let late = now().plus_hours(8).plus_millis(60_000);
        assert_eq!(fixed.authenticate(&token, late).await, Err(AuthFault::Expired));
    }
    let alma = people().unwrap().remove(0);
    let token = provider.sign(&holder(&alma.ins), now()).unwrap();
    for authenticator in [&fixed, &fetched] {
        assert!(matches!(who(authenticator, &token).await, Requester::Holder(one) if one.ins == alma.ins));
    }
    let stranger = Provider::generate(seed(2)).unwrap();
    let token = stranger.sign(&personas()[0].claims(), now()).unwrap();
    for authenticator in [&fixed, &fetched] {
        assert_eq!(authenticator.authenticate(&token, now()).await, Err(AuthFault::KeyUnknown));
    }
}

fn check(persona: &Persona, requester: &Requester) {
    let Requester::Professional(one) = requester else {
        assert!(persona.role.is_some(), "{}", persona.code);
        return;
    };
    assert_eq!(one.means, Means::Direct);
    assert_eq!(one.profession.as_ref().map(|code| &*code.code), persona.profession);
    assert_eq!(one.specialties.iter().map(|code| &*code.code).collect::<Vec<_>>(), Vec::from_iter(persona.specialty));
    assert_eq!(one.regulation, persona.code == "dispatcher");
    let sector = one.sector.as_deref();
    let works = occupation(sector, &one.specialties) == Occupation::Occupational;
    assert_eq!(works, persona.code == "occupational-doctor");
    assert_eq!(sector.is_some_and(may_read), !works, "{}", persona.code);
}

#[tokio::test]
async fn claims_in_short_and_in_long() {
    let provider = Provider::generate(seed(3)).unwrap();
    let [fixed, _] = both(&provider).await;
    let read = async |claims: Value| {
        let claims = claims_of(claims.to_string().as_bytes()).unwrap();
        fixed.authenticate(&provider.sign(&claims, now()).unwrap(), now()).await
    };
    let known = read(json!({"id": "899700900014", "profession": "10", "specialty": ["SM26", "C41"], "sector": "SA07",
        "structure": {"id": "1990000010", "name": "Essai"}, "means": "reinforced", "regulation": true, "secret": true,
        "mode": "bris_de_glace", "reason": "inconscient"}))
    .await
    .unwrap();
    let Requester::Professional(one) = &*known.requester else { unreachable!("a professional was signed") };
    assert_eq!((one.means, one.regulation, one.secret, one.specialties.len()), (Means::Reinforced, true, true, 2));
    assert_eq!((&*known.mode.unwrap().code, known.reason.as_deref()), ("bris_de_glace", Some("inconscient")));
    let ins = people().unwrap()[2].ins.to_text();
    for (role, key) in
        [("representative", "R|alma"), ("carer", "C|alma"), ("operator", "O|alma"), ("helpdesk", "D|alma")]
    {
        let known = read(json!({"role": role, "sub": "alma", "name": "Alma", "ins": ins})).await.unwrap();
        assert_eq!(known.requester.key(), key);
    }
    let known = read(json!({"role": "staff", "id": "3990000010/17", "structure": "1990000010"})).await.unwrap();
    assert!(matches!(&*known.requester, Requester::Professional(one) if one.staff));
    let second = now().millis() / 1000;
    let old = read(json!({"id": "899700900014", "exp": second - 100, "iss": "https://psc.test"})).await;
    assert_eq!(old, Err(AuthFault::Expired));
    for wrong in [json!([]), json!({"means": "by post"}), json!({"regulation": "yes"}), json!({"structure": 1})] {
        println!("{}", claims_of(wrong.to_string().as_bytes()).unwrap_err());
    }
}

#[test]
fn the_key_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let first = provider_store::open_or_create(folder.path(), seed(4)).unwrap();
    let again = provider_store::open_or_create(folder.path(), |_| unreachable!("the key is there")).unwrap();
    assert_eq!(first.jwks(), again.jwks());
    assert_eq!(Provider::from_pkcs8(first.pkcs8()).unwrap().jwks(), first.jwks());
    assert_eq!(std::fs::read_dir(folder.path().join("lab")).unwrap().count(), 1);
    std::fs::write(provider_store::key_path(folder.path()), b"x").unwrap();
    println!("{}", provider_store::open_or_create(folder.path(), seed(5)).unwrap_err());
    assert!(Provider::generate(|bytes| bytes.fill(0)).is_err());
}

#[test]
fn people_are_ten_and_their_numbers_right() {
    let people = people().unwrap();
    assert_eq!(people.len(), 10);
    for one in &people {
        println!("{:9} {} {} {} {}", one.key, one.ins.to_text(), one.given, one.family, one.birth);
        assert!(one.representatives.iter().all(|key| people.iter().any(|other| other.key == *key)));
        assert!(dmp_core::code::table::regime(one.regime).is_some());
        assert!(dmp_core::code::table::region_of_postal_code(one.home.0).is_some());
    }
}
