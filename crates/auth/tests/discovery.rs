//! Keys by discovery, over real HTTP: rotation, outages, and no more than one request in ten seconds.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use dmp_auth::{AuthFault, Authenticator, KeySource};
use serde_json::{Value, json};
use support::{ISSUER, Pair, ec, gp, jwks, now, sign};

/// A provider whose documents can be changed.
#[derive(Clone)]
struct Provider {
    keys: Arc<Mutex<Option<Value>>>,
    issuer: Arc<Mutex<String>>,
    fetched: Arc<AtomicUsize>,
    /// Held by a test, nobody who asks for the keys is answered.
    answers: Arc<tokio::sync::Mutex<()>>,
    base: String,
}

impl Provider {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Arc::new(Mutex::new(ISSUER.to_owned()));
        let provider = Self { keys: Arc::default(), issuer, fetched: Arc::default(), answers: Arc::default(), base };
        let (one, two) = (provider.clone(), provider.clone());
        let configuration = async move || {
            json!({"issuer": *one.issuer.lock().unwrap(), "jwks_uri": format!("{}/jwks", one.base)}).to_string()
        };
        let keys = async move || {
            two.fetched.fetch_add(1, Ordering::SeqCst);
            drop(two.answers.lock().await);
            let keys = two.keys.lock().unwrap().clone();
            keys.map(|keys| keys.to_string()).ok_or(StatusCode::SERVICE_UNAVAILABLE)
        };
        let router =
            Router::new().route("/.well-known/openid-configuration", get(configuration)).route("/jwks", get(keys));
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    fn publish(&self, pairs: &[&Pair]) {
        *self.keys.lock().unwrap() = Some(serde_json::from_slice(&jwks(pairs)).unwrap());
    }

    fn authenticator(&self) -> Authenticator {
        let url = format!("{}/.well-known/openid-configuration", self.base);
        Authenticator::new(vec![support::issuer(KeySource::Discovery { url })]).unwrap()
    }

    fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn rotation_and_outage() {
    let provider = Provider::start().await;
    let (old, new) = (ec("old"), ec("new"));
    let claims = gp(json!({}));
    let at = |seconds: i64| now().plus_millis(seconds * 1000);
    let authenticator = provider.authenticator();
    let with_old = sign(&old, &claims);
    assert_eq!(authenticator.authenticate(&with_old, at(0)).await.unwrap_err(), AuthFault::IssuerUnavailable);
    provider.publish(&[&old]);
    authenticator.authenticate(&with_old, at(2)).await.unwrap();
    assert_eq!(provider.fetched(), 2);
    // A new key: fetched when it first appears, yet at most once in ten seconds, however many ask.
    let with_new = sign(&new, &claims);
    assert_eq!(authenticator.authenticate(&with_new, at(3)).await.unwrap_err(), AuthFault::KeyUnknown);
    assert_eq!(provider.fetched(), 2);
    provider.publish(&[&old, &new]);
    let many = (0..20).map(|_| authenticator.authenticate(&with_new, at(13)));
    for outcome in futures_of(many).await {
        outcome.unwrap();
    }
    assert_eq!(provider.fetched(), 3);
    // The provider is down: what is known is still believed, what is unknown is not.
    *provider.keys.lock().unwrap() = None;
    let third = sign(&ec("third"), &claims);
    assert_eq!(authenticator.authenticate(&third, at(30)).await.unwrap_err(), AuthFault::KeyUnknown);
    assert_eq!(provider.fetched(), 4);
    authenticator.authenticate(&with_old, at(31)).await.unwrap();
    // The old key is withdrawn: tokens already remembered are verified again, and refused.
    provider.publish(&[&new]);
    assert_eq!(authenticator.authenticate(&third, at(45)).await.unwrap_err(), AuthFault::KeyUnknown);
    assert_eq!(authenticator.authenticate(&with_old, at(46)).await.unwrap_err(), AuthFault::KeyUnknown);
    authenticator.authenticate(&with_new, at(46)).await.unwrap();
}

#[tokio::test]
async fn an_old_set_is_fetched_again() {
    let provider = Provider::start().await;
    let (old, new) = (ec("old"), ec("new"));
    provider.publish(&[&old]);
    let authenticator = provider.authenticator();
    let token = sign(&old, &gp(json!({"exp": now().millis() / 1000 + 90_000})));
    authenticator.authenticate(&token, now()).await.unwrap();
    provider.publish(&[&new]);
    authenticator.authenticate(&token, now().plus_millis(3_599_000)).await.unwrap();
    assert_eq!(authenticator.authenticate(&token, now().plus_hours(1)).await.unwrap_err(), AuthFault::KeyUnknown);
}

/// Who withdraws his last key is heard as well.
#[tokio::test]
async fn a_set_without_keys_replaces_the_old_one() {
    let provider = Provider::start().await;
    let old = ec("old");
    provider.publish(&[&old]);
    let authenticator = provider.authenticator();
    let token = sign(&old, &gp(json!({"exp": now().millis() / 1000 + 90_000})));
    authenticator.authenticate(&token, now()).await.unwrap();
    provider.publish(&[]);
    assert_eq!(authenticator.authenticate(&token, now().plus_hours(1)).await.unwrap_err(), AuthFault::KeyUnknown);
}

/// A provider that takes the question and never answers holds up nobody whose key is known: others are done before the one who asked him.
#[tokio::test]
async fn a_provider_that_hangs_holds_nobody_up() {
    let provider = Provider::start().await;
    let pair = ec("k");
    provider.publish(&[&pair]);
    let authenticator = Arc::new(provider.authenticator());
    let claims = |number: i64| gp(json!({"exp": now().millis() / 1000 + 90_000 + number}));
    let tokens: Vec<String> = (0..20).map(|number| sign(&pair, &claims(number))).collect();
    for token in &tokens {
        authenticator.authenticate(token, now()).await.unwrap();
    }
    let silence = provider.answers.lock().await;
    let later = now().plus_millis(3_700_000);
    let (first, token) = (Arc::clone(&authenticator), tokens[0].clone());
    let mut first = tokio::spawn(async move { first.authenticate(&token, later).await });
    while provider.fetched() < 2 {
        tokio::task::yield_now().await;
    }
    let others = futures_of(tokens[1..].iter().map(|token| authenticator.authenticate(token, later)));
    tokio::select! {
        biased;
        _ = &mut first => unreachable!("everybody waited for who asked"),
        answers = others => answers.into_iter().for_each(|answer| drop(answer.unwrap())),
    }
    first.await.unwrap().unwrap();
    drop(silence);
}

/// Who asks for an unknown key and goes away at once does not keep others from it.
#[tokio::test]
async fn who_goes_away_takes_no_answer_with_him() {
    let provider = Provider::start().await;
    let (old, new) = (ec("old"), ec("new"));
    provider.publish(&[&old]);
    let authenticator = Arc::new(provider.authenticator());
    let [with_old, with_new] = [&old, &new].map(|pair| sign(pair, &gp(json!({}))));
    authenticator.authenticate(&with_old, now()).await.unwrap();
    provider.publish(&[&new]);
    let silence = provider.answers.lock().await;
    let (asking, token) = (Arc::clone(&authenticator), with_new.clone());
    let asking = tokio::spawn(async move { asking.authenticate(&token, now().plus_millis(20_000)).await });
    while provider.fetched() < 2 {
        tokio::task::yield_now().await;
    }
    asking.abort();
    asking.await.unwrap_err();
    drop(silence);
    authenticator.authenticate(&with_new, now().plus_millis(21_000)).await.unwrap();
}

/// After a night without a request nobody comes in with a key that was withdrawn meanwhile, however many come at once.
#[tokio::test]
async fn a_key_withdrawn_in_a_quiet_time_lets_nobody_in() {
    let provider = Provider::start().await;
    let (old, new) = (ec("old"), ec("new"));
    provider.publish(&[&old]);
    let authenticator = provider.authenticator();
    let claims = |number: i64| gp(json!({"exp": now().millis() / 1000 + 90_000 + number}));
    let tokens: Vec<String> = (0..12).map(|number| sign(&old, &claims(number))).collect();
    for token in &tokens {
        authenticator.authenticate(token, now()).await.unwrap();
    }
    provider.publish(&[&new]);
    let morning = now().plus_hours(8);
    for outcome in futures_of(tokens.iter().map(|token| authenticator.authenticate(token, morning))).await {
        assert_eq!(outcome.unwrap_err(), AuthFault::KeyUnknown);
    }
}

#[tokio::test]
async fn another_issuer_at_the_address_is_not_believed() {
    let provider = Provider::start().await;
    let pair = ec("k");
    provider.publish(&[&pair]);
    *provider.issuer.lock().unwrap() = "https://other.test".into();
    let token = sign(&pair, &gp(json!({})));
    let outcome = provider.authenticator().authenticate(&token, now()).await;
    assert_eq!(outcome.unwrap_err(), AuthFault::IssuerUnavailable);
}

/// Polls them together.
async fn futures_of<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut pending: Vec<_> = futures.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (future, done) in &mut pending {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *done = Some(value),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    pending.into_iter().filter_map(|(_, done)| done).collect()
}
