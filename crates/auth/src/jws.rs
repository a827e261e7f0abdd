//! A JWS in compact form (RFC 7515): taken apart, and its signature checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::Value;

use crate::fault::AuthFault;
use crate::keys::KeySet;

/// The longest token that is read.
pub(crate) const LONGEST: usize = 16 * 1024;

/// A token taken apart; nothing of it is believed yet.
#[derive(Debug)]
pub(crate) struct Jws<'a> {
    signed: &'a str,
    signature: &'a str,
    pub algorithm: Algorithm,
    pub kid: Option<String>,
    pub claims: Value,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

impl<'a> Jws<'a> {
    /// Takes a token apart.
    pub fn read(token: &'a str) -> Result<Self, AuthFault> {
        if token.is_empty() {
            return Err(AuthFault::Missing);
        }
        if token.len() > LONGEST {
            return Err(AuthFault::Oversized);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(AuthFault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(AuthFault::Malformed)?;
        if payload.contains('.') {
            return Err(AuthFault::Malformed);
        }
        let header: Header = part(header)?;
        if header.crit.is_some() {
            // An extension that must be understood, and is not (RFC 7515, section 4.1.11).
            return Err(AuthFault::Algorithm);
        }
        let algorithm = match header.alg.as_str() {
            "RS256" => Algorithm::RS256,
            "PS256" => Algorithm::PS256,
            "ES256" => Algorithm::ES256,
            "EdDSA" => Algorithm::EdDSA,
            _ => return Err(AuthFault::Algorithm),
        };
        let claims: Value = part(payload)?;
        if !claims.is_object() || signature.is_empty() {
            return Err(AuthFault::Malformed);
        }
        Ok(Self { signed, signature, algorithm, kid: header.kid, claims })
    }

    /// Whether one of the keys made the signature; `None` where there is no key that could have.
    pub fn is_signed_by(&self, keys: &KeySet) -> Option<bool> {
        let mut candidates = keys.candidates(self.kid.as_deref(), self.algorithm).peekable();
        candidates.peek()?;
        let verify = |key| jsonwebtoken::crypto::verify(self.signature, self.signed.as_bytes(), key, self.algorithm);
        Some(candidates.any(|key| verify(key).unwrap_or(false)))
    }
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, AuthFault> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| AuthFault::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| AuthFault::Malformed)
}
