//! A receipt: some parts of one entry, opened for whoever holds it, and the proof that the log has that entry.
//!
//! It opens what it shows and nothing else. The entry's place is given as its hash, without the salt: not the sequence
//! number, and not whether two receipts are neighbours, can be read from it.

use crate::chain::{Digest, Hash, commit, digest, leaf};
use crate::entry::Entry;
use crate::merkle::verify_inclusion;
use crate::part::{Part, PartKind};

/// The first bytes of a receipt.
const MAGIC: &[u8] = b"dmp1.receipt";

/// What is wrong with a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// The part was erased, or is a change, which no receipt shows.
    #[error("the part cannot be shown in a receipt")]
    Part,
    /// The bytes are not in the one form of a receipt.
    #[error("the bytes are not a receipt")]
    Form,
    /// The path does not lead to the root.
    #[error("the receipt is not in the log of this root")]
    Root,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shown {
    Part(Part),
    Commit(Hash),
}

/// A receipt for one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    place: Hash,
    parts: Vec<Shown>,
    index: u64,
    size: u64,
    path: Vec<Hash>,
}

impl Receipt {
    /// Opens the parts of `entry` whose numbers (from 0) are in `shown`, as leaf `index` of a log of `size`, with its audit path.
    ///
    /// A receipt of an access shows `facts`, and `who` where the entry holds it; where an earlier entry does, a second receipt shows it there.
    ///
    /// # Errors
    /// [`ReceiptFault::Part`] if one of them is a change, or does not exist.
    pub fn make(entry: &Entry, shown: &[usize], index: u64, size: u64, path: Vec<Hash>) -> Result<Self, ReceiptFault> {
        if shown.iter().any(|number| *number >= entry.parts.len()) {
            return Err(ReceiptFault::Part);
        }
        let parts = entry.parts.iter().enumerate().map(|(number, opened)| match &opened.part {
            _ if !shown.contains(&number) => Ok(Shown::Commit(opened.commit)),
            Some(part) if part.kind() != PartKind::Change => Ok(Shown::Part(part.clone())),
            _ => Err(ReceiptFault::Part),
        });
        Ok(Self { place: entry.place, parts: parts.collect::<Result<_, _>>()?, index, size, path })
    }

    /// The parts that the receipt shows.
    pub fn shown(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter_map(|shown| if let Shown::Part(part) = shown { Some(part) } else { None })
    }

    /// The size of the log that the path was made for.
    #[must_use]
    pub const fn log_size(&self) -> u64 {
        self.size
    }

    /// Holds the receipt against the root of a log of [`Self::log_size`] leaves, and gives the digest of its entry.
    ///
    /// # Errors
    /// [`ReceiptFault::Root`] if anything in it was changed, or the log does not have it.
    pub fn verify(&self, root: &Hash) -> Result<Digest, ReceiptFault> {
        let commits: Vec<Hash> = self
            .parts
            .iter()
            .map(|shown| match shown {
                Shown::Part(part) => commit(part.bytes()),
                Shown::Commit(commit) => *commit,
            })
            .collect();
        let digest = digest(&self.place, commits.iter());
        let included = verify_inclusion(&leaf(&digest), self.index, self.size, &self.path, root);
        if included { Ok(digest) } else { Err(ReceiptFault::Root) }
    }

    /// The receipt as bytes: `"dmp1.receipt" ‖ place ‖ number of parts (2) ‖ each part ‖ index (8) ‖ size (8) ‖ path`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&self.place);
        bytes.extend_from_slice(&u16::try_from(self.parts.len()).unwrap_or(u16::MAX).to_be_bytes());
        for shown in &self.parts {
            match shown {
                Shown::Commit(commit) => {
                    bytes.push(0);
                    bytes.extend_from_slice(commit);
                }
                Shown::Part(part) => {
                    bytes.push(1);
                    bytes.extend_from_slice(&u32::try_from(part.bytes().len()).unwrap_or(u32::MAX).to_be_bytes());
                    bytes.extend_from_slice(part.bytes());
                }
            }
        }
        bytes.extend_from_slice(&self.index.to_be_bytes());
        bytes.extend_from_slice(&self.size.to_be_bytes());
        bytes.extend(self.path.iter().flatten());
        bytes
    }

    /// Reads the one form that [`Self::to_bytes`] writes.
    ///
    /// # Errors
    /// [`ReceiptFault::Form`] on any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReceiptFault> {
        parse(bytes).ok_or(ReceiptFault::Form)
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

fn parse(bytes: &[u8]) -> Option<Receipt> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let place = take(&mut rest)?;
    let count = u16::from_be_bytes(take(&mut rest)?);
    let mut parts = Vec::new();
    for _ in 0..count {
        match take(&mut rest)? {
            [0] => parts.push(Shown::Commit(take(&mut rest)?)),
            [1] => {
                let length = usize::try_from(u32::from_be_bytes(take(&mut rest)?)).ok()?;
                let (part, after) = rest.split_at_checked(length)?;
                rest = after;
                parts.push(Shown::Part(Part::from_bytes(part.to_vec()).ok()?));
            }
            _ => return None,
        }
    }
    let index = u64::from_be_bytes(take(&mut rest)?);
    let size = u64::from_be_bytes(take(&mut rest)?);
    let (path, []) = rest.as_chunks::<32>() else { return None };
    Some(Receipt { place, parts, index, size, path: path.to_vec() })
}
