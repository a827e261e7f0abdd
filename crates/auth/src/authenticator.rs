//! From a bearer token to whoever holds it.

use std::sync::Arc;

use dmp_core::code::{Code, Instant, sha256};
use dmp_core::identity::Requester;
use quick_cache::sync::Cache;
use serde_json::Value;

use crate::claims;
use crate::fault::{AuthFault, SetupFault};
use crate::issuer::{Issuer, KeySource, Roles};
use crate::jws::{Jws, LONGEST};
use crate::keys::{Fetched, KeySet};

/// Verified tokens that are remembered.
const REMEMBERED: usize = 16_384;

/// What a valid token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// Who asks; its `credential` is the SHA-256 of the token.
    pub requester: Arc<Requester>,
    /// When the token ends (`exp`), clock skew not added.
    pub expires: Instant,
    /// How he enters, where the token says: the first code of `extensions.ihe_iua.purpose_of_use` (IHE IUA, ITI TF-2
    /// 3.71.4.1.2.2.1), the terminology of VIHF's `purposeofuse`.
    pub mode: Option<Code>,
    /// Why, in his words: `Mode_Acces_Raison`, else the display of that code.
    pub reason: Option<String>,
}

/// Believes the tokens of some issuers.
#[derive(Debug)]
pub struct Authenticator {
    issuers: Vec<Trusted>,
    remembered: Cache<[u8; 32], Arc<Remembered>>,
}

#[derive(Debug)]
struct Trusted {
    issuer: String,
    audience: Option<String>,
    keys: Keys,
    skew_ms: i64,
    allows: Roles,
}

#[derive(Debug)]
enum Keys {
    Fixed(Arc<KeySet>),
    Fetched(Arc<Fetched>),
}

#[derive(Debug)]
struct Remembered {
    authenticated: Authenticated,
    /// The issuer's place in the list, and the generation of the keys that verified the token.
    issuer: usize,
    generation: u64,
}

impl Authenticator {
    /// Believes these issuers.
    ///
    /// # Errors
    /// [`SetupFault`] says which cannot be trusted as configured.
    pub fn new(issuers: Vec<Issuer>) -> Result<Self, SetupFault> {
        let mut trusted: Vec<Trusted> = Vec::with_capacity(issuers.len());
        for one in issuers {
            if trusted.iter().any(|known| known.issuer == one.issuer) {
                return Err(SetupFault::Twice(one.issuer));
            }
            let keys = match one.keys {
                KeySource::Fixed(keys) => Keys::Fixed(Arc::new(keys)),
                KeySource::Discovery { url } => Keys::Fetched(Arc::new(Fetched::new(&one.issuer, &url)?)),
            };
            let skew_ms = i64::from(one.skew_s) * 1000;
            trusted.push(Trusted { issuer: one.issuer, audience: one.audience, keys, skew_ms, allows: one.allows });
        }
        Ok(Self { issuers: trusted, remembered: Cache::new(REMEMBERED) })
    }

    /// Who holds this token (the text after `Bearer `) at this instant.
    ///
    /// # Errors
    /// [`AuthFault`] says why nobody does.
    pub async fn authenticate(&self, bearer: &str, now: Instant) -> Result<Authenticated, AuthFault> {
        if bearer.len() > LONGEST {
            return Err(AuthFault::Oversized);
        }
        let digest = sha256(bearer.as_bytes());
        if let Some(known) = self.remembered.get(&digest)
            && let Some(issuer) = self.issuers.get(known.issuer)
        {
            issuer.renew(now).await;
            if issuer.keys.kept().1 == known.generation {
                let ends = known.authenticated.expires.plus_millis(issuer.skew_ms);
                return if now < ends { Ok(known.authenticated.clone()) } else { Err(AuthFault::Expired) };
            }
        }
        let jws = Jws::read(bearer)?;
        let issuer = self.issuer_of(&jws)?;
        let trusted = self.issuers.get(issuer).ok_or(AuthFault::IssuerUnknown)?;
        trusted.renew(now).await;
        let generation = trusted.verify(&jws, now).await?;
        let expires = trusted.check(&jws.claims, now)?;
        let requester = Arc::new(claims::requester(&jws.claims, trusted.allows, digest)?);
        let (mode, reason) = claims::purpose(&jws.claims);
        let authenticated = Authenticated { requester, expires, mode, reason };
        let known = Remembered { authenticated: authenticated.clone(), issuer, generation };
        self.remembered.insert(digest, Arc::new(known));
        Ok(authenticated)
    }

    fn issuer_of(&self, jws: &Jws<'_>) -> Result<usize, AuthFault> {
        let named = jws.claims.get("iss").and_then(Value::as_str).ok_or(AuthFault::IssuerUnknown)?;
        self.issuers.iter().position(|one| one.issuer == named).ok_or(AuthFault::IssuerUnknown)
    }
}

impl Keys {
    /// The keys now, and their generation; those that are fixed never have another.
    fn kept(&self) -> (Arc<KeySet>, u64) {
        match self {
            Self::Fixed(keys) => (keys.clone(), 0),
            Self::Fetched(fetched) => fetched.kept(),
        }
    }
}

impl Trusted {
    /// Fetches old keys again; what is kept serves meanwhile, so that a failure changes nothing here.
    async fn renew(&self, now: Instant) {
        if let Keys::Fetched(fetched) = &self.keys {
            fetched.renew(now).await;
        }
    }

    /// Checks the signature; an unknown key makes the issuer be asked for its keys once more.
    async fn verify(&self, jws: &Jws<'_>, now: Instant) -> Result<u64, AuthFault> {
        let (mut keys, mut generation) = self.keys.kept();
        if jws.is_signed_by(&keys).is_none()
            && let Keys::Fetched(fetched) = &self.keys
        {
            fetched.refresh(generation, now).await?;
            (keys, generation) = fetched.kept();
        }
        match jws.is_signed_by(&keys) {
            Some(true) => Ok(generation),
            Some(false) => Err(AuthFault::Signature),
            None => Err(AuthFault::KeyUnknown),
        }
    }

    /// Audience and times. The end, as the token says it.
    fn check(&self, claims: &Value, now: Instant) -> Result<Instant, AuthFault> {
        if let Some(wanted) = &self.audience {
            let meant = match claims.get("aud") {
                Some(Value::String(one)) => one == wanted,
                Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(wanted)),
                _ => false,
            };
            if !meant {
                return Err(AuthFault::Audience);
            }
        }
        let expires = time(claims, "exp")?.ok_or(AuthFault::ClaimMissing("exp"))?;
        if now >= expires.plus_millis(self.skew_ms) {
            return Err(AuthFault::Expired);
        }
        for start in ["nbf", "iat"] {
            if time(claims, start)?.is_some_and(|start| now.plus_millis(self.skew_ms) < start) {
                return Err(AuthFault::Early);
            }
        }
        Ok(expires)
    }
}

/// A NumericDate (RFC 7519, section 2).
fn time(claims: &Value, name: &'static str) -> Result<Option<Instant>, AuthFault> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds =
        value.as_i64().or_else(|| value.as_f64().filter(|number| number.is_finite()).map(|number| number as i64));
    let seconds = seconds.ok_or(AuthFault::ClaimInvalid(name))?;
    Ok(Some(Instant::from_millis(seconds.saturating_mul(1000))))
}
