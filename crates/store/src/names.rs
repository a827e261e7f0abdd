//! Names and numbers: what a journal is bound to, as a keyed hash, and where fresh journal numbers come from.
//!
//! No engine ever sees a name: it sees 16 bytes of HMAC-SHA256 under a key that lies elsewhere.

use std::ops::Range;
use std::sync::Arc;

use aws_lc_rs::hmac;
use bytes::Bytes;
use dmp_seal::Secret;
use tokio::sync::Mutex;

use crate::engine::{Claimed, Engine, EngineError, JOURNAL_LIMIT, NameKey};
use crate::keys::{DestroyedJournals, KeyFault, KeyStore};

/// What a name is a name of. The same text under two kinds has two hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// What this crate leases under: no name of anybody.
    Lease,
    /// An INS whose value is a NIR.
    InsNir,
    /// An INS whose value is a NIA.
    InsNia,
    /// An INS-C, 22 digits.
    InsC,
    /// A professional.
    Professional,
    /// A structure.
    Structure,
    /// An account of this server.
    Account,
    /// An operator and his month.
    Operator,
    /// The identifier of a document, in the projection of hints.
    Document,
    /// Family name and date of birth, in the projection of traits.
    Traits,
    /// Who is told of one dossier, or where, in the list of mails that wait.
    Recipient,
}

impl NameKind {
    /// The byte that is hashed before the text. Never reused.
    const fn byte(self) -> u8 {
        match self {
            Self::Lease => 0,
            Self::InsNir => 1,
            Self::InsNia => 2,
            Self::InsC => 3,
            Self::Professional => 4,
            Self::Structure => 5,
            Self::Account => 6,
            Self::Operator => 7,
            Self::Document => 8,
            Self::Traits => 9,
            Self::Recipient => 10,
        }
    }
}

/// Hashes names under one key.
#[derive(Debug, Clone)]
pub struct NameHasher {
    key: hmac::Key,
    epoch: u32,
}

impl NameHasher {
    /// `epoch` is the generation of the key; it is kept in each name's value.
    #[must_use]
    pub fn new(key: &Secret, epoch: u32) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key.reveal()), epoch }
    }

    /// The first 16 bytes of HMAC-SHA256(kind ‖ text). The text is taken as it is: bring it into its one form first.
    #[must_use]
    pub fn hash(&self, kind: NameKind, text: &str) -> NameKey {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&[kind.byte()]);
        context.update(text.as_bytes());
        context.sign().as_ref().first_chunk::<16>().copied().unwrap_or_default()
    }

    /// What a name is bound to, as its value in the engine.
    #[must_use]
    pub const fn bind(&self, journal: u32) -> NameValue {
        NameValue { journal, epoch: self.epoch }
    }
}

/// The value of a name: the journal that it leads to, and the generation of the key that it was hashed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameValue {
    /// The journal.
    pub journal: u32,
    /// The generation of the hash key.
    pub epoch: u32,
}

impl NameValue {
    /// 8 bytes: journal, epoch.
    #[must_use]
    pub fn to_bytes(self) -> Bytes {
        Bytes::from([self.journal.to_be_bytes(), self.epoch.to_be_bytes()].concat())
    }

    /// Reads the 8 bytes; `None` if they are not.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (journal, epoch) = bytes.split_first_chunk::<4>()?;
        let epoch = u32::from_be_bytes(epoch.try_into().ok()?);
        Some(Self { journal: u32::from_be_bytes(*journal), epoch })
    }
}

/// Why there is no fresh number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// The engine gave no answer.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The key store gave no answer.
    #[error(transparent)]
    Keys(#[from] KeyFault),
    /// All 2³¹ numbers are given.
    #[error("there are no journal numbers left")]
    Exhausted,
}

/// Gives fresh journal numbers, from blocks that this process leased. No number is ever given twice, by any process; what is left of
/// a block when the process ends is never given. The lease lies in the engine, and goes back with it when a backup is restored: what was
/// given since, the keys and the list of destroyed journals know, which both outlive that; where the keys are lost too, nothing knows it.
#[derive(Debug)]
pub struct JournalNumbers {
    engine: Arc<dyn Engine>,
    keys: KeyStore,
    destroyed: DestroyedJournals,
    lease: NameKey,
    block: u32,
    left: Mutex<Range<u32>>,
}

impl JournalNumbers {
    /// Leases `block` numbers at a time.
    #[must_use]
    pub fn new(
        engine: Arc<dyn Engine>,
        keys: KeyStore,
        destroyed: DestroyedJournals,
        names: &NameHasher,
        block: u32,
    ) -> Self {
        let lease = names.hash(NameKind::Lease, "journal numbers");
        Self { engine, keys, destroyed, lease, block: block.max(1), left: Mutex::new(0..0) }
    }

    /// A number that no journal has.
    ///
    /// # Errors
    /// [`NumberFault`].
    pub async fn next(&self) -> Result<u32, NumberFault> {
        let mut left = self.left.lock().await;
        loop {
            if let Some(number) = left.next() {
                return Ok(number);
            }
            *left = self.lease_block().await?;
        }
    }

    async fn lease_block(&self) -> Result<Range<u32>, NumberFault> {
        let known = self.keys.greatest().await?.max(self.destroyed.greatest());
        let least = known.map_or(1, |number| number.saturating_add(1));
        let mut held = self.engine.claimed(self.lease, true).await?;
        loop {
            let read = |bytes: &Bytes| bytes.as_ref().try_into().map(u32::from_be_bytes);
            let damaged = |_| EngineError::Damaged("the lease of journal numbers is not a number".to_owned());
            let first = held.as_ref().map(read).transpose().map_err(damaged)?.unwrap_or(1).max(least);
            let after =
                first.checked_add(self.block).filter(|after| *after <= JOURNAL_LIMIT).ok_or(NumberFault::Exhausted)?;
            let new = Bytes::copy_from_slice(&after.to_be_bytes());
            held = match self.engine.claim(self.lease, held, Some(new)).await? {
                Claimed::Done => return Ok(first..after),
                Claimed::Held(value) => value,
                // Another process may have written the same value: a block whose lease is in doubt is nobody's.
                Claimed::Unknown => self.engine.claimed(self.lease, true).await?,
            };
        }
    }
}
