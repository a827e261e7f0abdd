//! The token of a next page: sealed, and bound to who asked, of which resource, and what. It tells nothing, and serves nobody else.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dmp_core::code::Instant;
use dmp_core::document::Position;

use super::parameters::Parameters;
use crate::problem::Problem;

/// The nonce of whole questions; that of positions is another. The cipher resists a repeated one.
const QUESTION: [u8; 12] = [1; 12];

/// Seals and opens page tokens.
#[derive(Debug)]
pub struct PageTokens {
    key: LessSafeKey,
}

impl PageTokens {
    /// With a key of the deployment; tokens of before a restart open if it is the same.
    ///
    /// # Errors
    /// When the library refuses the key.
    pub fn new(key: &[u8; 32]) -> Result<Self, aws_lc_rs::error::Unspecified> {
        Ok(Self { key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, key)?) })
    }

    /// The token of a position.
    #[must_use]
    pub fn seal(&self, position: Position, kind: &str, requester: &str, question: &Parameters) -> Option<String> {
        let mut bytes = Vec::with_capacity(28);
        bytes.extend_from_slice(&position.at.millis().to_be_bytes());
        bytes.extend_from_slice(&position.item.to_be_bytes());
        // The cipher resists a repeated nonce; the same position under the same question gives the same token.
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        self.key.seal_in_place_append_tag(nonce, Aad::from(binding(kind, requester, question)), &mut bytes).ok()?;
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A whole question, sealed: for an address that is to say nothing of it.
    #[must_use]
    pub fn hide(&self, question: &Parameters, kind: &str, requester: &str) -> Option<String> {
        let mut bytes = packed(question)?;
        let nonce = Nonce::assume_unique_for_key(QUESTION);
        self.key.seal_in_place_append_tag(nonce, Aad::from(binding(kind, requester, &Vec::new())), &mut bytes).ok()?;
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A question that was sealed for this caller; none where the token is anything else.
    #[must_use]
    pub fn reveal(&self, token: &str, kind: &str, requester: &str) -> Option<Parameters> {
        let mut bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let nonce = Nonce::assume_unique_for_key(QUESTION);
        let aad = Aad::from(binding(kind, requester, &Vec::new()));
        let plain = self.key.open_in_place(nonce, aad, &mut bytes).ok()?;
        unpacked(plain)
    }

    /// The position of a token.
    ///
    /// # Errors
    /// A [`Problem`] when it was not made for this caller and this question.
    pub fn open(&self, token: &str, kind: &str, requester: &str, question: &Parameters) -> Result<Position, Problem> {
        let bad = || Problem::parameter("_page", "this page belongs to another search or another user: search again");
        let mut bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| bad())?;
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(binding(kind, requester, question)), &mut bytes)
            .map_err(|_| bad())?;
        let (at, item) = plain.split_first_chunk::<8>().ok_or_else(bad)?;
        let item = <[u8; 4]>::try_from(item).map_err(|_| bad())?;
        Ok(Position { at: Instant::from_millis(i64::from_be_bytes(*at)), item: u32::from_be_bytes(item) })
    }
}

/// A question as bytes: each text behind its length, as it is, so that a sealed question is not longer than the one that was asked.
fn packed(question: &Parameters) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for text in question.iter().flat_map(|(name, value)| [name, value]) {
        bytes.extend_from_slice(&u32::try_from(text.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    Some(bytes)
}

fn unpacked(mut bytes: &[u8]) -> Option<Parameters> {
    let mut text = || {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (text, rest) = rest.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)?;
        bytes = rest;
        Some((String::from_utf8(text.to_vec()).ok()?, rest.is_empty()))
    };
    let mut question = Parameters::new();
    loop {
        let ((name, _), (value, last)) = (text()?, text()?);
        question.push((name, value));
        if last {
            return Some(question);
        }
    }
}

fn binding(kind: &str, requester: &str, question: &Parameters) -> Vec<u8> {
    let mut bytes = [kind.as_bytes(), b"\0", requester.as_bytes()].concat();
    for (name, value) in question {
        bytes.push(0);
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(1);
        bytes.extend_from_slice(value.as_bytes());
    }
    bytes
}
