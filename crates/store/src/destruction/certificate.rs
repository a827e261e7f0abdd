//! The certificate of a destruction: signed by the deployment, names nobody and nothing clinical.
//!
//! A text of lines, the last of which is the Ed25519 signature (RFC 8032) over all lines before it, their ends included. What identifies
//! it for the former holder is its number, which he was given when he closed his dossier: nothing else leads from a person to it.

use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use dmp_core::act::{Act, Answer, ListDestructions, RecordDestruction};
use dmp_core::code::Instant;
use dmp_core::dossier::{Change, Destruction};
use dmp_seal::Secret;

use super::system;
use crate::ask::{Ask, Target};
use crate::door::Store;
use crate::error::StoreError;
use crate::held::read_entry;
use crate::reference::Kind;

/// The key with which a deployment signs certificates and evidence.
pub struct SigningKey(Ed25519KeyPair);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SigningKey({})", self.public_hex())
    }
}

impl SigningKey {
    /// From the 32 secret bytes of RFC 8032.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the library refuses them, which this length never makes it do.
    pub fn new(seed: &Secret) -> Result<Self, StoreError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.reveal());
        Ok(Self(pair.map_err(|_| StoreError::Damaged("the signing key is refused".into()))?))
    }

    /// The public key, 64 hexadecimal digits: what a verifier is given.
    #[must_use]
    pub fn public_hex(&self) -> String {
        hex::encode(self.0.public_key().as_ref())
    }

    /// The text, which must end its last line, and the line of the signature.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        format!("{text}signature {}\n", hex::encode(self.0.sign(text.as_bytes()).as_ref()))
    }

    /// Whether a signed text is this key's.
    #[must_use]
    pub fn is_mine(&self, signed: &str) -> bool {
        let found = signed.rfind("signature ").and_then(|at| signed.split_at_checked(at));
        let Some((text, line)) = found else { return false };
        let signature = line.strip_prefix("signature ").and_then(|line| hex::decode(line.trim_end()).ok());
        let key = UnparsedPublicKey::new(&ED25519, self.0.public_key().as_ref());
        signature.is_some_and(|signature| key.verify(text.as_bytes(), &signature).is_ok())
    }
}

/// A destruction, as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its number.
    pub number: String,
    /// What the operator's journal keeps of it.
    pub destruction: Destruction,
    /// The certificate, signed; absent as long as the epoch that knew the key is there.
    pub signed: Option<Box<str>>,
}

impl Store {
    /// Makes the certificates of destructions that are complete: the key removed, and every epoch that knew it gone, whose root is
    /// destroyed by whoever calls this. Gives how many were made.
    ///
    /// # Errors
    /// [`StoreError`] when the engine or the key store fails: what is not made is made in the next round.
    pub async fn certify(self: &Arc<Self>, key: &SigningKey) -> Result<usize, StoreError> {
        let Some(oldest) = self.keys.epochs().first().copied() else { return Ok(0) };
        let complete: Vec<(u32, u32)> =
            self.keys.removed().await?.into_iter().filter(|(_, epoch)| *epoch < oldest).collect();
        if complete.is_empty() {
            return Ok(0);
        }
        let listed = self.perform(Target::Operator, Act::ListDestructions(ListDestructions), system()).await?;
        let Answer::Destructions(known) = listed.answer else { return Ok(0) };
        let removed_at: std::collections::BTreeMap<u32, u64> = self.destroyed.from(0).into_iter().collect();
        let mut made = 0;
        for (journal, epoch) in complete {
            let found = known.iter().find(|(one, _)| *one == journal).map(|(_, destruction)| *destruction);
            // A key that was removed and is no destroyed dossier's has no certificate.
            let (Some(destruction), Some(at)) = (found, removed_at.get(&journal)) else { continue };
            if destruction.completed.is_none() {
                let removed = Instant::from_millis(i64::try_from(*at).unwrap_or(i64::MAX));
                let text = self.certificate_text(journal, &destruction, epoch, removed);
                let certificate = key.sign(&text).into();
                let act = RecordDestruction::Completed { journal, epoch, removed, certificate };
                self.perform(Target::Operator, Act::RecordDestruction(act), system()).await?;
                made += 1;
            }
            self.keys.forget_removed(journal).await?;
        }
        Ok(made)
    }

    fn certificate_text(&self, journal: u32, destruction: &Destruction, epoch: u32, removed: Instant) -> String {
        let number = self.public_id(Kind::Certificate, journal, 0);
        let ground = destruction.ground.map_or("unknown", |ground| ground.code());
        let (begun, removed, now) = (destruction.at.rfc3339(), removed.rfc3339(), self.now().rfc3339());
        format!(
            "dmp-certificate 1\nnumber {number}\nground {ground}\nrecorded {begun}\nkey-removed {removed}\nlast-epoch {epoch}\ncomplete {now}\n"
        )
    }

    /// Every destruction, or the one of that certificate, for whoever is let in to the operator's journal.
    ///
    /// # Errors
    /// [`StoreError`] when the operator's journal cannot be read.
    pub async fn certificates(
        self: &Arc<Self>,
        ask: Ask,
        number: Option<&str>,
    ) -> Result<Vec<Certificate>, StoreError> {
        let only = match number {
            Some(number) => match self.resolve(Kind::Certificate, number) {
                Some(found) => Some(found.journal),
                None => return Ok(Vec::new()),
            },
            None => None,
        };
        let listed = self.perform(Target::Operator, Act::ListDestructions(ListDestructions), ask).await?;
        let Answer::Destructions(known) = listed.answer else { return Ok(Vec::new()) };
        let keys = self.journal_keys(listed.places.journal()).await?;
        let mut found = Vec::new();
        for (journal, destruction) in known.into_iter().filter(|(journal, _)| only.is_none_or(|only| only == *journal))
        {
            let number = self.public_id(Kind::Certificate, journal, 0);
            let mut signed = None;
            if let Some(seq) = destruction.completed {
                let rows = self.engine.rows(listed.places.journal(), seq - 1, 1).await?;
                for (seq, row) in &rows {
                    let entry = read_entry(&keys, listed.places.journal(), *seq, row)?;
                    signed = entry.changes.into_iter().flatten().find_map(|change| match change {
                        Change::DestructionCompleted(completed) => Some(completed.certificate),
                        _ => None,
                    });
                }
            }
            found.push(Certificate { number, destruction, signed });
        }
        Ok(found)
    }
}
