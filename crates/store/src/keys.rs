//! Keys, and destruction that is true: a root key opens 1,024 wrapping keys, each wraps the keys of its share of the journals.
//!
//! The store of keys is a file of its own. A journal's key is durable there before the journal's first entry. Destroying a journal
//! removes its wrapped key; the destruction is complete when the epoch that knew the key is gone ([`KeyStore::rotate`]), since an older
//! copy of the file then opens nothing.

mod destroyed;
mod filed;
mod store;
mod wrapping;

pub use destroyed::DestroyedJournals;
pub use store::KeyStore;
pub use wrapping::RootKey;

/// Why a key cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The store of keys does not answer; nothing was done.
    #[error("the key store does not answer: {0}")]
    Unavailable(String),
    /// The answer was lost; asking again is harmless.
    #[error("the key store's answer was lost")]
    Unknown,
    /// None of the root keys given opens the wrapping keys of an epoch.
    #[error("no root key opens epoch {0} of the key store")]
    Root(u32),
    /// Another process began an epoch, and kept doing so.
    #[error("another process rotates the key store")]
    Moved,
    /// A wrapped key does not open: the store is damaged, or was put together from two.
    #[error("the wrapped key of a journal does not open")]
    Wrapped,
}
