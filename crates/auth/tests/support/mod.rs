//! Keys and tokens for the tests.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dmp_auth::{Authenticator, Issuer, KeySet, KeySource, Roles};
use dmp_core::code::Instant;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://issuer.test/realm";

/// A key pair: what signs, and its public half as a JWK.
pub struct Pair {
    pub algorithm: Algorithm,
    pub private: EncodingKey,
    pub jwk: Value,
}

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn ec(kid: &str) -> Pair {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let private = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y), "kid": kid, "use": "sig", "alg": "ES256"});
    Pair { algorithm: Algorithm::ES256, private, jwk }
}

pub fn rsa(kid: &str, algorithm: Algorithm) -> Pair {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    // PKCS#8 is 26 bytes around the PKCS#1 key that this library wants.
    let private = EncodingKey::from_rsa_der(&pkcs8.as_ref()[26..]);
    let jwk = json!({"kty": "RSA", "n": b64(&public.n), "e": b64(&public.e), "kid": kid});
    Pair { algorithm, private, jwk }
}

pub fn ed(kid: &str) -> Pair {
    let pair = Ed25519KeyPair::generate().unwrap();
    let private = EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref());
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": b64(pair.public_key().as_ref()), "kid": kid});
    Pair { algorithm: Algorithm::EdDSA, private, jwk }
}

pub fn sign(pair: &Pair, claims: &Value) -> String {
    let mut header = Header::new(pair.algorithm);
    header.kid = pair.jwk.get("kid").and_then(Value::as_str).map(Into::into);
    jsonwebtoken::encode(&header, claims, &pair.private).unwrap()
}

pub fn jwks(pairs: &[&Pair]) -> Vec<u8> {
    serde_json::to_vec(&json!({"keys": pairs.iter().map(|pair| &pair.jwk).collect::<Vec<_>>()})).unwrap()
}

pub fn issuer(keys: KeySource) -> Issuer {
    Issuer { issuer: ISSUER.into(), audience: Some("dmp".into()), keys, skew_s: 60, allows: Roles::all() }
}

pub fn fixed(pairs: &[&Pair]) -> Authenticator {
    Authenticator::new(vec![issuer(KeySource::Fixed(KeySet::parse(&jwks(pairs)).unwrap()))]).unwrap()
}

pub fn now() -> Instant {
    Instant::parse_rfc3339("2026-11-21T10:00:00Z").unwrap()
}

/// Claims of a general practitioner, and these on top.
pub fn gp(more: Value) -> Value {
    let seconds = now().millis() / 1000;
    let mut claims = json!({
        "iss": ISSUER, "aud": "dmp", "exp": seconds + 3600, "iat": seconds, "sub": "f:1:899700000011",
        "SubjectNameID": "899700000011", "given_name": "Ada", "family_name": "EXEMPLE",
        "SubjectRole": ["10^1.2.250.1.213.1.1.5.5", "SM26^1.2.250.1.71.4.2.5"],
        "SubjectOrganizationID": "499700000011001", "SubjectOrganization": "Cabinet Exemple",
        "Secteur_Activite": "SA07^1.2.250.1.71.4.2.4", "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
    });
    merge(&mut claims, more);
    claims
}

/// `null` takes a claim away.
pub fn merge(claims: &mut Value, more: Value) {
    for (name, value) in more.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
}
