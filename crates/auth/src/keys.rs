//! The public keys of an issuer (RFC 7517), and how they are fetched and kept.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use dmp_core::code::Instant;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;

use crate::fault::{AuthFault, SetupFault};

/// Keys of one set that are looked at; no issuer has as many.
const MOST: usize = 32;
/// Bytes of a document that discovery reads.
const LONGEST: usize = 256 * 1024;
/// An unknown key makes the set be fetched again, no oftener than this.
const PAUSE_MS: i64 = 10_000;
/// The same while no set was ever had: at start, with a provider that starts too.
const FIRST_PAUSE_MS: i64 = 1_000;
/// A set is fetched again after this, so that a key that was withdrawn is not believed for ever.
const AGE_MS: i64 = 3_600_000;
/// So long whoever finds it old waits for it, and nobody beside him: a provider that does not answer holds nobody up.
const WAIT: Duration = Duration::from_secs(1);

/// A set of public keys that may verify a signature.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<Key>,
}

#[derive(Debug, Clone)]
struct Key {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

impl KeySet {
    /// Reads a JSON Web Key Set. Keys that are secret, for encryption, or of another kind are passed over.
    ///
    /// # Errors
    /// [`SetupFault::Keys`] when no usable key is left.
    pub fn parse(json: &[u8]) -> Result<Self, SetupFault> {
        Self::read(json).filter(|set| !set.keys.is_empty()).ok_or(SetupFault::Keys)
    }

    /// The same, of which no key may be left: who withdraws his last one is heard too.
    fn read(json: &[u8]) -> Option<Self> {
        let set: Value = serde_json::from_slice(json).ok()?;
        let keys = set.get("keys")?.as_array()?;
        Some(Self { keys: keys.iter().take(MOST).filter_map(key).collect() })
    }

    /// The keys that may have made a signature: the one named, or each of the right kind where none is named.
    pub(crate) fn candidates(&self, kid: Option<&str>, algorithm: Algorithm) -> impl Iterator<Item = &DecodingKey> {
        self.keys
            .iter()
            .filter(move |key| key.algorithms.contains(&algorithm) && (kid.is_none() || key.kid.as_deref() == kid))
            .map(|key| &key.key)
    }
}

/// A key, if it is a public one for signatures of an algorithm on the list. A shared secret never is.
fn key(json: &Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(json.clone()).ok()?;
    if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let mut algorithms = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => vec![Algorithm::RS256, Algorithm::PS256],
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => vec![Algorithm::ES256],
        AlgorithmParameters::OctetKeyPair(curve) if curve.curve == EllipticCurve::Ed25519 => vec![Algorithm::EdDSA],
        _ => return None,
    };
    let own = match jwk.common.key_algorithm {
        None => None,
        Some(KeyAlgorithm::RS256) => Some(Algorithm::RS256),
        Some(KeyAlgorithm::PS256) => Some(Algorithm::PS256),
        Some(KeyAlgorithm::ES256) => Some(Algorithm::ES256),
        Some(KeyAlgorithm::EdDSA) => Some(Algorithm::EdDSA),
        Some(_) => return None,
    };
    algorithms.retain(|algorithm| own.is_none_or(|own| own == *algorithm));
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    (!algorithms.is_empty()).then_some(Key { kid: jwk.common.key_id, algorithms, key })
}

/// Keys that are fetched by discovery and kept.
#[derive(Debug)]
pub(crate) struct Fetched {
    issuer: String,
    url: String,
    client: reqwest::Client,
    kept: RwLock<Kept>,
    /// When fetching was last tried; held while it is tried, so that many who wait cost one fetch.
    tried: Arc<Mutex<Option<Instant>>>,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    keys: Arc<KeySet>,
    /// How many times a set was fetched: what was verified with an older one is verified again.
    generation: u64,
    since: Option<Instant>,
    /// The last try to fetch it anew failed.
    failed: bool,
}

impl Fetched {
    pub fn new(issuer: &str, url: &str) -> Result<Self, SetupFault> {
        if !is_safe(url) {
            return Err(SetupFault::Address(issuer.to_owned()));
        }
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(5))
            .connect_timeout(Duration::from_secs(2))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| SetupFault::Client(error.to_string()))?;
        let kept = RwLock::new(Kept::default());
        Ok(Self { issuer: issuer.to_owned(), url: url.to_owned(), client, kept, tried: Arc::default() })
    }

    /// The keys as they are kept, and their generation.
    pub fn kept(&self) -> (Arc<KeySet>, u64) {
        let kept = self.kept.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        (kept.keys.clone(), kept.generation)
    }

    /// Fetches a set that is old again, one caller at a time; what is kept serves everybody else meanwhile, and him too before long. After a long
    /// quiet time all wait so, for who withdrew a key then is to be heard; not while the provider fails.
    pub async fn renew(self: &Arc<Self>, now: Instant) {
        let kept = self.kept.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        // Where nothing is kept, the signature waits for it.
        let is_older = |age: i64| kept.since.is_some_and(|since| since.plus_millis(age) <= now);
        if !is_older(AGE_MS) {
            return;
        }
        match Arc::clone(&self.tried).try_lock_owned() {
            Ok(tried) => {
                let fetching = self.spawn_fetch(tried, kept.generation, now);
                let _kept_on_failure = tokio::time::timeout(WAIT, fetching).await;
            }
            Err(_) if is_older(2 * AGE_MS) && !kept.failed => {
                let _in_time_or_not = tokio::time::timeout(WAIT, self.tried.lock()).await;
            }
            Err(_) => {}
        }
    }

    /// Fetches the keys again unless somebody just did; on failure what was kept stays.
    pub async fn refresh(self: &Arc<Self>, seen: u64, now: Instant) -> Result<(), AuthFault> {
        let tried = Arc::clone(&self.tried).lock_owned().await;
        self.spawn_fetch(tried, seen, now).await.unwrap_or(Err(AuthFault::IssuerUnavailable))
    }

    /// By itself: who asks and goes away takes nothing with him that others wait for.
    fn spawn_fetch(
        self: &Arc<Self>,
        tried: OwnedMutexGuard<Option<Instant>>,
        seen: u64,
        now: Instant,
    ) -> JoinHandle<Result<(), AuthFault>> {
        let mine = Arc::clone(self);
        tokio::spawn(async move { mine.fetch_again(tried, seen, now).await })
    }

    async fn fetch_again(
        &self,
        mut tried: OwnedMutexGuard<Option<Instant>>,
        seen: u64,
        now: Instant,
    ) -> Result<(), AuthFault> {
        let (_, generation) = self.kept();
        if generation != seen {
            return Ok(());
        }
        let pause = if generation == 0 { FIRST_PAUSE_MS } else { PAUSE_MS };
        if tried.is_some_and(|tried| tried.plus_millis(pause) > now) {
            return if generation == 0 { Err(AuthFault::IssuerUnavailable) } else { Ok(()) };
        }
        *tried = Some(now);
        // At start a provider that has no key yet is not there yet.
        let keys = match self.fetch().await.filter(|keys| generation > 0 || !keys.keys.is_empty()) {
            Some(keys) => keys,
            None if generation == 0 => return Err(AuthFault::IssuerUnavailable),
            None => {
                self.kept.write().unwrap_or_else(std::sync::PoisonError::into_inner).failed = true;
                return Ok(());
            }
        };
        let mut kept = self.kept.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *kept = Kept { keys: Arc::new(keys), generation: generation + 1, since: Some(now), failed: false };
        Ok(())
    }

    async fn fetch(&self) -> Option<KeySet> {
        let configuration: Value = serde_json::from_slice(&self.get(&self.url).await?).ok()?;
        // Discovery 1.0, section 4.3: the document must name the issuer that was asked for.
        if configuration.get("issuer").and_then(Value::as_str) != Some(&self.issuer) {
            return None;
        }
        let address = configuration.get("jwks_uri").and_then(Value::as_str).filter(|address| is_safe(address))?;
        KeySet::read(&self.get(address).await?)
    }

    async fn get(&self, url: &str) -> Option<Vec<u8>> {
        let mut answer = self.client.get(url).send().await.ok()?.error_for_status().ok()?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.ok()? {
            if body.len() + chunk.len() > LONGEST {
                return None;
            }
            body.extend_from_slice(&chunk);
        }
        Some(body)
    }
}

/// `https:`, or this very machine.
fn is_safe(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    match url.scheme() {
        "https" => true,
        "http" => matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost")),
        _ => false,
    }
}
