//! The keys of one journal: one random key, three sub-keys, one cipher.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroize;

use crate::Fault;

/// Bytes of a nonce.
pub const NONCE_LENGTH: usize = 12;
/// Bytes that sealing adds to the plain text.
pub const TAG_LENGTH: usize = 16;

/// A nonce: 96 random bits. GCM-SIV survives a repetition; GCM would not.
pub type Nonce = [u8; NONCE_LENGTH];

/// 32 secret bytes, wiped when dropped and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes the bytes in.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for a cipher, a derivation or an export that the holder asked for.
    #[must_use]
    pub const fn reveal(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// AES-256-GCM-SIV under one key, its key schedule made once.
pub struct Cipher(LessSafeKey);

impl fmt::Debug for Cipher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Cipher(…)")
    }
}

impl Cipher {
    /// Prepares the cipher.
    ///
    /// # Errors
    /// [`Fault::Sealed`] if the library refuses the key, which 32 bytes never make it do.
    pub fn new(key: &Secret) -> Result<Self, Fault> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, key.reveal()).map_err(|_| Fault::Sealed)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals `buffer` where it lies and appends the 16 bytes of the tag.
    ///
    /// # Errors
    /// [`Fault::Sealed`] if the text is longer than the cipher takes (2³⁶ bytes).
    pub fn seal(&self, nonce: &Nonce, aad: &[u8], buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let nonce = aws_lc_rs::aead::Nonce::assume_unique_for_key(*nonce);
        self.0.seal_in_place_append_tag(nonce, Aad::from(aad), buffer).map_err(|_| Fault::Sealed)
    }

    /// Opens `buffer` where it lies and cuts the tag off.
    ///
    /// # Errors
    /// [`Fault::Sealed`] if a bit of key, nonce, associated data or text differs; the buffer then holds nothing of use.
    pub fn open(&self, nonce: &Nonce, aad: &[u8], buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let nonce = aws_lc_rs::aead::Nonce::assume_unique_for_key(*nonce);
        let length = self.0.open_in_place(nonce, Aad::from(aad), buffer).map_err(|_| Fault::Sealed)?.len();
        buffer.truncate(length);
        Ok(())
    }
}

struct ThirtyTwo;

impl KeyType for ThirtyTwo {
    fn len(&self) -> usize {
        32
    }
}

/// The key of one journal, from which the sub-keys come. Destroying it destroys the journal.
#[derive(Debug, Clone)]
pub struct JournalKey {
    secret: Secret,
    epoch: u32,
}

impl JournalKey {
    /// `epoch` is the generation of this journal's key: it stands in each row, and moves only when the journal is sealed anew.
    #[must_use]
    pub const fn new(secret: Secret, epoch: u32) -> Self {
        Self { secret, epoch }
    }

    /// The generation of this key.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The key itself, for the key store that wraps it.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The sub-key of entries, `HKDF-SHA256(key, no salt, "dmp1.entries")`.
    ///
    /// # Errors
    /// [`Fault::Sealed`] if the library refuses, which this length never makes it do.
    pub fn entries(&self) -> Result<EntriesKey, Fault> {
        EntriesKey::new(self.derive(b"dmp1.entries")?, self.epoch)
    }

    /// The sub-key of snapshots, `HKDF-SHA256(key, no salt, "dmp1.snapshots")`.
    ///
    /// # Errors
    /// As [`Self::entries`].
    pub fn snapshots(&self) -> Result<SnapshotsKey, Fault> {
        let cipher = Cipher::new(&self.derive(b"dmp1.snapshots")?)?;
        Ok(SnapshotsKey { cipher, epoch: self.epoch })
    }

    /// The sub-key of extracted texts, `HKDF-SHA256(key, no salt, "dmp1.text")`.
    ///
    /// # Errors
    /// As [`Self::entries`].
    pub fn text(&self) -> Result<Secret, Fault> {
        self.derive(b"dmp1.text")
    }

    fn derive(&self, label: &[u8]) -> Result<Secret, Fault> {
        let mut bytes = [0; 32];
        let extracted = Salt::new(HKDF_SHA256, &[]).extract(self.secret.reveal());
        let filled = extracted.expand(&[label], ThirtyTwo).and_then(|expanded| expanded.fill(&mut bytes));
        filled.map_err(|_| Fault::Sealed)?;
        Ok(Secret::new(bytes))
    }
}

/// Seals and opens the entries of one journal. Make it once, keep it.
#[derive(Debug)]
pub struct EntriesKey {
    secret: Secret,
    epoch: u32,
    pub(crate) cipher: Cipher,
}

impl EntriesKey {
    /// From the sub-key itself, as an export holds it.
    ///
    /// # Errors
    /// As [`Cipher::new`].
    pub fn new(secret: Secret, epoch: u32) -> Result<Self, Fault> {
        let cipher = Cipher::new(&secret)?;
        Ok(Self { secret, epoch, cipher })
    }

    /// The generation that the rows carry.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The sub-key itself, for an export: it opens the entries of this journal and nothing else.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// Seals and opens the snapshots of one journal.
#[derive(Debug)]
pub struct SnapshotsKey {
    pub(crate) cipher: Cipher,
    pub(crate) epoch: u32,
}
