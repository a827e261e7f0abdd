//! A small OpenID provider: one ES256 key, its public half as a key set, and tokens that are valid eight hours.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dmp_auth::{Issuer, KeySet, KeySource, Roles};
use dmp_core::code::{Instant, sha256};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// The issuer, the same wherever the demonstration listens: `.invalid` is nobody's (RFC 2606).
pub const ISSUER: &str = "https://lab.dmp.invalid/oidc";

/// For whom its tokens are.
pub const AUDIENCE: &str = "dmp";

/// How long a token is valid.
pub const HOURS: i64 = 8;

/// Why there is no provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProviderFault {
    /// Bytes that are no P-256 key.
    #[error("the provider's key is no P-256 key in PKCS#8: delete it, and a new one is made at the next start")]
    Key,
    /// Entropy that gives no key, again and again.
    #[error("no key could be made of the entropy given: it must be random")]
    Entropy,
    /// Claims that are no JSON object, or cannot be signed.
    #[error("the claims cannot be signed: a JSON object is expected")]
    Claims,
}

/// A provider with its key.
pub struct Provider {
    pkcs8: Vec<u8>,
    signing: EncodingKey,
    kid: String,
    jwk: Value,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Provider").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Provider {
    /// A provider with a new key; `fill` gives random bytes.
    ///
    /// # Errors
    /// [`ProviderFault::Entropy`] when no key comes of them.
    pub fn generate(mut fill: impl FnMut(&mut [u8])) -> Result<Self, ProviderFault> {
        for _ in 0..16 {
            let mut scalar = [0; 32];
            fill(&mut scalar);
            // About one number of 2³² is none of the curve's: the next one is taken.
            if let Ok(private) = PrivateKey::from_private_key(&ECDH_P256, &scalar)
                && let Ok(public) = private.compute_public_key()
            {
                return Self::from_pkcs8(&pkcs8_of(&scalar, public.as_ref()));
            }
        }
        Err(ProviderFault::Entropy)
    }

    /// A provider with a key that was kept.
    ///
    /// # Errors
    /// [`ProviderFault::Key`] when the bytes are none.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, ProviderFault> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(|_| ProviderFault::Key)?;
        let point = pair.public_key().as_ref();
        let (Some(x), Some(y)) = (point.get(1..33), point.get(33..65)) else { return Err(ProviderFault::Key) };
        let kid = URL_SAFE_NO_PAD.encode(sha256(point).get(..12).unwrap_or_default());
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        });
        Ok(Self { pkcs8: pkcs8.to_vec(), signing: EncodingKey::from_ec_der(pkcs8), kid, jwk })
    }

    /// The key, to be kept: a secret.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// Its public half as a JSON Web Key Set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.jwk] })
    }

    /// The provider as an issuer that a server trusts for every role, its key at hand.
    ///
    /// # Errors
    /// [`ProviderFault::Key`] when its own key set does not read.
    pub fn issuer(&self) -> Result<Issuer, ProviderFault> {
        let keys = KeySet::parse(self.jwks().to_string().as_bytes()).map_err(|_| ProviderFault::Key)?;
        Ok(self.trusted(KeySource::Fixed(keys)))
    }

    /// The same, its key to be fetched from `{base}/.well-known/openid-configuration`.
    #[must_use]
    pub fn issuer_at(&self, base: &str) -> Issuer {
        self.trusted(KeySource::Discovery { url: format!("{base}/.well-known/openid-configuration") })
    }

    fn trusted(&self, keys: KeySource) -> Issuer {
        Issuer { issuer: ISSUER.into(), audience: Some(AUDIENCE.into()), keys, skew_s: 60, allows: Roles::all() }
    }

    /// A token of these claims, valid [`HOURS`] from `now`. Claims that are there already stay (`exp` to try an old
    /// token), `iss` excepted.
    ///
    /// # Errors
    /// [`ProviderFault::Claims`] when they are no object.
    pub fn sign(&self, claims: &Value, now: Instant) -> Result<String, ProviderFault> {
        let mut claims = claims.as_object().cloned().ok_or(ProviderFault::Claims)?;
        let second = now.millis() / 1000;
        claims.insert("iss".into(), ISSUER.into());
        for (name, value) in
            [("aud", Value::from(AUDIENCE)), ("iat", second.into()), ("exp", (second + HOURS * 3600).into())]
        {
            claims.entry(name).or_insert(value);
        }
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|_| ProviderFault::Claims)
    }
}

/// PKCS#8 (RFC 5958) around SEC 1 (RFC 5915), public key included: the form that every library reads.
fn pkcs8_of(scalar: &[u8; 32], point: &[u8]) -> Vec<u8> {
    const BEFORE: &[u8] = &[
        0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
        0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20,
    ];
    const BETWEEN: &[u8] = &[0xa1, 0x44, 0x03, 0x42, 0x00];
    [BEFORE, scalar, BETWEEN, point].concat()
}
