//! From a name to a journal: found, or opened on the first claim. A name that a crash left without entries is gone on with.

use bytes::Bytes;
use dmp_core::identity::{Ins, InsDomain, Requester, RequesterKind};

use crate::door::Store;
use crate::engine::{Claimed, NameKey};
use crate::error::StoreError;
use crate::names::{NameKind, NameValue};

/// What a journal is a journal of.
#[derive(Debug, Clone, Copy)]
pub enum Name<'a> {
    /// A dossier, by one of its names.
    Ins(&'a Ins),
    /// A requester.
    Requester(&'a Requester),
    /// The operator.
    Operator,
}

/// How often a claim whose answer was lost is asked again.
const MOST_CLAIMS: usize = 8;

impl Store {
    /// The journal of a name, if it has one.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails.
    pub async fn find_journal(&self, name: &Name<'_>) -> Result<Option<u32>, StoreError> {
        let key = self.hash(name);
        if let Some(journal) = self.known_names.get(&key).filter(|journal| !self.is_destroyed(*journal)) {
            return Ok(Some(journal));
        }
        // Not found where a copy may lag: asked once more, freshly, before saying so.
        let mut held = self.engine.claimed(key, false).await?;
        if held.is_none() {
            held = self.engine.claimed(key, true).await?;
        }
        // A name of what is destroyed leads nowhere, even before it is removed.
        let journal = held.as_ref().map(read_number).transpose()?.filter(|journal| !self.is_destroyed(*journal));
        if let Some(journal) = journal {
            self.known_names.insert(key, journal);
        }
        Ok(journal)
    }

    /// The journal of a name, opened if it has none: a number, its key, then the claim. First claim wins.
    ///
    /// # Errors
    /// [`StoreError`] when the engine or the key store fails.
    pub async fn journal_of(&self, name: &Name<'_>) -> Result<u32, StoreError> {
        if let Some(journal) = self.find_journal(name).await? {
            return Ok(journal);
        }
        let journal = self.new_journal().await?;
        let key = self.hash(name);
        let claimed = self.claim(key, journal).await?;
        self.known_names.insert(key, claimed);
        Ok(claimed)
    }

    /// A number that no journal ever had, and its key: durable before the journal's first entry, and before its name leads anyone there.
    async fn new_journal(&self) -> Result<u32, StoreError> {
        loop {
            let journal = self.numbers.next().await?;
            // Another process may hold a block that it leased before a backup was restored: of two who have a number, one makes its key.
            if self.is_destroyed(journal) {
                continue;
            }
            let made = self.keys.create(&[journal], &mut |bytes: &mut [u8]| self.chance.fill(bytes)).await?;
            if made.first().is_some_and(Option::is_some) {
                return Ok(journal);
            }
        }
    }

    /// Claims a name for a journal that is there; the journal that has it. First claim wins.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails.
    pub(crate) async fn claim_for(&self, name: &Name<'_>, journal: u32) -> Result<u32, StoreError> {
        if let Some(known) = self.find_journal(name).await? {
            return Ok(known);
        }
        let key = self.hash(name);
        let claimed = self.claim(key, journal).await?;
        self.known_names.insert(key, claimed);
        Ok(claimed)
    }

    /// Who is told of a dossier, or where, as a keyed hash that is another for each dossier.
    #[must_use]
    pub fn recipient(&self, journal: u32, text: &str) -> String {
        let hash = self.names.hash(NameKind::Recipient, &format!("{journal} {text}"));
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn hash(&self, name: &Name<'_>) -> NameKey {
        match name {
            Name::Ins(ins) => {
                let kind = match ins.domain {
                    InsDomain::Nia => NameKind::InsNia,
                    InsDomain::InsC => NameKind::InsC,
                    InsDomain::Nir | InsDomain::Test | InsDomain::Demonstration => NameKind::InsNir,
                };
                // The OID is part of the text: a test number is not the person of the same real number.
                self.names.hash(kind, &ins.to_text())
            }
            Name::Requester(requester) => {
                let kind = match requester.kind() {
                    RequesterKind::Professional => NameKind::Professional,
                    RequesterKind::Organisation => NameKind::Structure,
                    RequesterKind::Operator => NameKind::Operator,
                    _ => NameKind::Account,
                };
                self.names.hash(kind, &requester.key())
            }
            Name::Operator => self.names.hash(NameKind::Operator, "operator"),
        }
    }

    async fn claim(&self, key: NameKey, journal: u32) -> Result<u32, StoreError> {
        let ours = self.names.bind(journal).to_bytes();
        let mut old = None;
        for _ in 0..MOST_CLAIMS {
            match self.engine.claim(key, old.clone(), Some(ours.clone())).await? {
                Claimed::Done => return Ok(journal),
                Claimed::Held(Some(other)) => match read_number(&other)? {
                    // The person whose dossier was destroyed may open another before the old name is removed.
                    gone if self.is_destroyed(gone) => old = Some(other),
                    held => return Ok(held),
                },
                Claimed::Held(None) => old = None,
                Claimed::Unknown => {}
            }
        }
        Err(StoreError::NotKnown)
    }
}

fn read_number(bytes: &Bytes) -> Result<u32, StoreError> {
    let value = NameValue::from_bytes(bytes).ok_or_else(|| StoreError::Damaged("a name leads nowhere".into()))?;
    Ok(value.journal)
}
