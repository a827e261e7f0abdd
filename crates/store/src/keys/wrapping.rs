//! How a key is wrapped: AES-256-GCM-SIV, bound to what it is the key of.

use std::fmt;

use dmp_seal::{Cipher, Entropy, NONCE_LENGTH, Nonce, Secret, TAG_LENGTH};

use super::KeyFault;

/// Wrapping keys of one epoch; a journal's is number `journal mod 1,024`.
pub(super) const WRAPPING_KEYS: u32 = 1_024;
/// Bytes of a wrapped key: nonce, 32, tag.
pub(super) const WRAPPED_LENGTH: usize = NONCE_LENGTH + 32 + TAG_LENGTH;

/// The key above all others. From a file today; it must not lie beside the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootKey(Secret);

impl RootKey {
    /// Takes the 32 bytes in.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    pub(super) fn cipher(&self) -> Result<Cipher, KeyFault> {
        Cipher::new(&self.0).map_err(|_| KeyFault::Wrapped)
    }
}

/// The wrapping keys of one epoch, opened.
pub(super) struct Epoch {
    pub(super) number: u32,
    ciphers: Vec<Cipher>,
}

impl fmt::Debug for Epoch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Epoch({})", self.number)
    }
}

/// What a wrapped key is bound to: the number of the journal or wrapping key, and the epoch.
fn aad(label: &[u8; 4], number: u32, epoch: u32) -> Vec<u8> {
    [label.as_slice(), &number.to_be_bytes(), &epoch.to_be_bytes()].concat()
}

/// What a secret of the deployment is bound to: its name, and the epoch.
fn secret_aad(name: &str, epoch: u32) -> Vec<u8> {
    [b"dply".as_slice(), &epoch.to_be_bytes(), name.as_bytes()].concat()
}

fn wrap(cipher: &Cipher, aad: &[u8], nonce: &Nonce, key: &Secret) -> Result<Vec<u8>, KeyFault> {
    let mut sealed = Vec::with_capacity(32 + TAG_LENGTH);
    sealed.extend_from_slice(key.reveal());
    cipher.seal(nonce, aad, &mut sealed).map_err(|_| KeyFault::Wrapped)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn unwrap(cipher: &Cipher, aad: &[u8], wrapped: &[u8]) -> Result<Secret, KeyFault> {
    let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LENGTH>().ok_or(KeyFault::Wrapped)?;
    let mut key = sealed.to_vec();
    cipher.open(nonce, aad, &mut key).map_err(|_| KeyFault::Wrapped)?;
    let secret = key.first_chunk::<32>().filter(|_| key.len() == 32).map(|bytes| Secret::new(*bytes));
    zeroize::Zeroize::zeroize(&mut key);
    secret.ok_or(KeyFault::Wrapped)
}

impl Epoch {
    /// Fresh wrapping keys, and each of them wrapped by the root. Takes 44 bytes of chance for each.
    pub(super) fn make(
        number: u32,
        root: &RootKey,
        entropy: &mut Entropy<'_>,
    ) -> Result<(Self, Vec<Vec<u8>>), KeyFault> {
        let above = root.cipher()?;
        let (mut ciphers, mut wrapped) = (Vec::new(), Vec::new());
        for slot in 0..WRAPPING_KEYS {
            let (mut key, mut nonce) = ([0; 32], [0; NONCE_LENGTH]);
            entropy(&mut key);
            entropy(&mut nonce);
            let key = Secret::new(key);
            wrapped.push(wrap(&above, &aad(b"wrap", slot, number), &nonce, &key)?);
            ciphers.push(Cipher::new(&key).map_err(|_| KeyFault::Wrapped)?);
        }
        Ok((Self { number, ciphers }, wrapped))
    }

    /// Opens the wrapping keys with whichever root they were wrapped by.
    pub(super) fn open(number: u32, roots: &[RootKey], wrapped: &[Vec<u8>]) -> Result<Self, KeyFault> {
        for root in roots {
            let above = root.cipher()?;
            let open = |(slot, wrapped): (u32, &Vec<u8>)| {
                let key = unwrap(&above, &aad(b"wrap", slot, number), wrapped)?;
                Cipher::new(&key).map_err(|_| KeyFault::Wrapped)
            };
            let ciphers: Result<Vec<Cipher>, KeyFault> = (0..).zip(wrapped).map(open).collect();
            if let Ok(ciphers) = ciphers
                && ciphers.len() == WRAPPING_KEYS as usize
            {
                return Ok(Self { number, ciphers });
            }
        }
        Err(KeyFault::Root(number))
    }

    fn cipher(&self, journal: u32) -> Result<&Cipher, KeyFault> {
        self.ciphers.get((journal % WRAPPING_KEYS) as usize).ok_or(KeyFault::Wrapped)
    }

    /// Wraps a secret of the deployment.
    pub(super) fn wrap_secret(&self, name: &str, key: &Secret, nonce: &Nonce) -> Result<Vec<u8>, KeyFault> {
        wrap(self.cipher(0)?, &secret_aad(name, self.number), nonce, key)
    }

    /// Opens a secret of the deployment.
    pub(super) fn unwrap_secret(&self, name: &str, wrapped: &[u8]) -> Result<Secret, KeyFault> {
        unwrap(self.cipher(0)?, &secret_aad(name, self.number), wrapped)
    }

    /// Wraps a journal's key.
    pub(super) fn wrap(&self, journal: u32, key: &Secret, nonce: &Nonce) -> Result<Vec<u8>, KeyFault> {
        wrap(self.cipher(journal)?, &aad(b"jrnl", journal, self.number), nonce, key)
    }

    /// Opens a journal's wrapped key.
    pub(super) fn unwrap(&self, journal: u32, wrapped: &[u8]) -> Result<Secret, KeyFault> {
        unwrap(self.cipher(journal)?, &aad(b"jrnl", journal, self.number), wrapped)
    }
}
