//! Against a provider that is not ours (npm `oidc-provider`, see `tools/oidc-provider`): discovery, two algorithms,
//! a rotation. Skipped unless DMP_OIDC_PROVIDER_URL names it.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use dmp_auth::{AuthFault, Authenticator, Issuer, KeySource, Role, Roles};
use dmp_core::code::{Code, Instant};
use dmp_core::identity::Requester;
use serde_json::Value;

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "the provider has a clock of its own, and this test is with it")]
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    Instant::from_millis(i64::try_from(since.as_millis()).unwrap())
}

async fn token(client: &reqwest::Client, base: &str) -> String {
    let request = client.post(format!("{base}/token")).basic_auth("lps", Some("a-secret-of-the-tests-only"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body("grant_type=client_credentials").send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer.get("access_token").and_then(Value::as_str).unwrap().to_owned()
}

fn issuer(base: &str, audience: &str, allows: Roles) -> Issuer {
    Issuer {
        issuer: base.to_owned(),
        audience: Some(audience.to_owned()),
        keys: KeySource::Discovery { url: format!("{base}/.well-known/openid-configuration") },
        skew_s: 60,
        allows,
    }
}

#[tokio::test]
async fn tokens_of_another_provider() {
    let Ok(base) = std::env::var("DMP_OIDC_PROVIDER_URL") else {
        println!("skipped: DMP_OIDC_PROVIDER_URL names no provider (start tools/oidc-provider)");
        return;
    };
    let client = reqwest::Client::new();
    let authenticator = Authenticator::new(vec![issuer(&base, "urn:dmp", Roles::professionals())]).unwrap();
    // Its first key is RSA, its second P-256; /rotate takes the other one.
    for _ in 0..2 {
        let token = token(&client, &base).await;
        let known = authenticator.authenticate(&token, now()).await.unwrap();
        let Requester::Professional(one) = &*known.requester else { unreachable!("a professional was asked for") };
        assert_eq!((&*one.id, one.sector.as_deref()), ("899700900014", Some("SA07")));
        assert_eq!(one.profession, Some(Code::new("1.2.250.1.71.1.2.7", "10")));
        assert_eq!(one.software.as_deref(), Some("lps"));
        assert_eq!(authenticator.authenticate(&token, now().plus_hours(1)).await, Err(AuthFault::Expired));
        let elsewhere = Authenticator::new(vec![issuer(&base, "urn:other", Roles::all())]).unwrap();
        assert_eq!(elsewhere.authenticate(&token, now()).await, Err(AuthFault::Audience));
        let holders = Authenticator::new(vec![issuer(&base, "urn:dmp", Roles::of(&[Role::Holder]))]).unwrap();
        assert_eq!(holders.authenticate(&token, now()).await, Err(AuthFault::RoleNotAllowed));
        let kid = client.post(format!("{base}/rotate")).send().await.unwrap().text().await.unwrap();
        println!("believed; now signing with the key {}", kid.trim());
    }
}
