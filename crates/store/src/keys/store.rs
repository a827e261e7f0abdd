//! The key store: one wrapped key a journal, in a file of its own, or in memory for tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use dmp_seal::{Entropy, JournalKey, NONCE_LENGTH, Nonce, Secret};
use rusqlite::{Connection, OptionalExtension, params};

use super::KeyFault;
use super::wrapping::{Epoch, RootKey, WRAPPED_LENGTH, WRAPPING_KEYS};
use crate::engine::EngineError;
use crate::sqlite::{Lost, Readers, Settings, Urgency, Writer};

const SETTINGS: Settings = Settings {
    page_size: 4_096,
    writer_cache: 4_096,
    reader_cache: 1_024,
    schema: "
        CREATE TABLE IF NOT EXISTS wrapping (epoch INTEGER, slot INTEGER, wrapped BLOB NOT NULL, PRIMARY KEY (epoch, slot)) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS journal_key (journal INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL) STRICT;",
};

/// Journals that are rewrapped in one transaction, so that a rotation holds nobody up for long.
const REWRAPPED_AT_ONCE: usize = 4_096;
/// The generation of every journal's key so far; it stands in the journal's rows.
const GENERATION: u32 = 1;

/// The epochs whose wrapping keys are open, oldest first. New keys are wrapped by the last.
type Epochs = Arc<RwLock<Vec<Arc<Epoch>>>>;

/// Where the keys of journals are. Cloning shares the store.
#[derive(Debug, Clone)]
pub struct KeyStore(Kind);

#[derive(Debug, Clone)]
enum Kind {
    File(Arc<Filed>),
    Memory(Arc<Mutex<BTreeMap<u32, Secret>>>),
}

#[derive(Debug)]
struct Filed {
    // Closed before the writer, which then brings the log into the file.
    readers: Readers,
    writer: Writer,
    epochs: Epochs,
}

impl From<Lost> for KeyFault {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::NotTried => Self::Unavailable("the transaction was not carried out".to_owned()),
            Lost::Unknown => Self::Unknown,
        }
    }
}

impl From<EngineError> for KeyFault {
    fn from(error: EngineError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

fn draw_key(entropy: &mut Entropy<'_>) -> Secret {
    let mut bytes = [0; 32];
    entropy(&mut bytes);
    Secret::new(bytes)
}

fn draw_nonce(entropy: &mut Entropy<'_>) -> Nonce {
    let mut bytes = [0; NONCE_LENGTH];
    entropy(&mut bytes);
    bytes
}

impl KeyStore {
    /// Opens the store of keys, and makes its first epoch if there is none. `roots` are the root keys that may be in force: one, or
    /// after a rotation that was cut off the old and the new.
    ///
    /// # Errors
    /// [`KeyFault::Root`] if an epoch opens with none of them, [`KeyFault::Unavailable`] if the file does not.
    pub async fn open(
        path: &Path,
        roots: &[RootKey],
        entropy: &mut (dyn FnMut(&mut [u8]) + Send),
    ) -> Result<Self, KeyFault> {
        let writer = Writer::start(path, &SETTINGS)?;
        let readers = Readers::new(path, SETTINGS);
        let mut epochs = Vec::new();
        for (number, wrapped) in readers.run(read_epochs).await? {
            epochs.push(Arc::new(Epoch::open(number, roots, &wrapped)?));
        }
        let store = Filed { writer, readers, epochs: Arc::new(RwLock::new(epochs)) };
        if store.newest().is_none() {
            let root = roots.first().ok_or(KeyFault::Root(1))?;
            store.begin_epoch(1, root, entropy).await?;
        }
        Ok(Self(Kind::File(Arc::new(store))))
    }

    /// A store that lives as long as its last clone.
    #[must_use]
    pub fn in_memory() -> Self {
        Self(Kind::Memory(Arc::default()))
    }

    /// Gives each journal a key, durable when this returns, in one commit with whatever else waits. A journal that has one keeps it.
    /// Takes 44 bytes of chance for each journal.
    ///
    /// # Errors
    /// [`KeyFault`]; asking again is harmless.
    pub async fn create(
        &self,
        journals: &[u32],
        entropy: &mut (dyn FnMut(&mut [u8]) + Send),
    ) -> Result<Vec<JournalKey>, KeyFault> {
        let drawn: Vec<(u32, Secret, Nonce)> =
            journals.iter().map(|journal| (*journal, draw_key(entropy), draw_nonce(entropy))).collect();
        let keys = match &self.0 {
            Kind::Memory(keys) => {
                let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
                drawn.into_iter().map(|(journal, key, _)| keys.entry(journal).or_insert(key).clone()).collect()
            }
            Kind::File(filed) => filed.create(drawn).await?,
        };
        Ok(keys.into_iter().map(|key: Secret| JournalKey::new(key, GENERATION)).collect())
    }

    /// The key of a journal; `None` if it never had one or was destroyed.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub async fn get(&self, journal: u32) -> Result<Option<JournalKey>, KeyFault> {
        let key = match &self.0 {
            Kind::Memory(keys) => keys.lock().unwrap_or_else(PoisonError::into_inner).get(&journal).cloned(),
            Kind::File(filed) => filed.get(journal).await?,
        };
        Ok(key.map(|key| JournalKey::new(key, GENERATION)))
    }

    /// Removes the key of a journal, in the file and in its log.
    ///
    /// # Errors
    /// [`KeyFault`]; asking again is harmless.
    pub async fn destroy(&self, journal: u32) -> Result<(), KeyFault> {
        match &self.0 {
            Kind::Memory(keys) => {
                keys.lock().unwrap_or_else(PoisonError::into_inner).remove(&journal);
            }
            Kind::File(filed) => {
                let delete = move |connection: &Connection| {
                    connection.execute("DELETE FROM journal_key WHERE journal = ?1", [journal])
                };
                filed.writer.run(Urgency::Durable, 64, delete).await?;
                filed.writer.empty_log();
            }
        }
        Ok(())
    }

    /// The epochs whose wrapping keys are still there, oldest first: a destruction is complete when all that knew the key are gone.
    #[must_use]
    pub fn epochs(&self) -> Vec<u32> {
        match &self.0 {
            Kind::Memory(_) => Vec::new(),
            Kind::File(filed) => filed.read_epochs().iter().map(|epoch| epoch.number).collect(),
        }
    }

    /// Begins a new epoch under a new root, rewraps every key that is left, and removes the epochs before. Only one process may have the
    /// store open. A rotation that was cut off is taken up by [`Self::open`] with both roots and another call with the same new root.
    ///
    /// # Errors
    /// [`KeyFault`]; what was rewrapped stays so, and everything remains readable.
    pub async fn rotate(&self, root: &RootKey, entropy: &mut (dyn FnMut(&mut [u8]) + Send)) -> Result<(), KeyFault> {
        let Kind::File(filed) = &self.0 else { return Ok(()) };
        if filed.read_epochs().len() < 2 {
            let number = filed.newest().map_or(1, |epoch| epoch.number + 1);
            filed.begin_epoch(number, root, entropy).await?;
        }
        let newest = filed.newest().ok_or(KeyFault::Root(0))?;
        loop {
            let nonces: Vec<Nonce> = (0..REWRAPPED_AT_ONCE).map(|_| draw_nonce(entropy)).collect();
            if filed.rewrap(Arc::clone(&newest), nonces).await? == 0 {
                break;
            }
        }
        let number = newest.number;
        let delete =
            move |connection: &Connection| connection.execute("DELETE FROM wrapping WHERE epoch < ?1", [number]);
        filed.writer.run(Urgency::Durable, 64, delete).await?;
        filed.writer.empty_log();
        filed.epochs.write().unwrap_or_else(PoisonError::into_inner).retain(|epoch| epoch.number == number);
        Ok(())
    }
}

impl Filed {
    fn read_epochs(&self) -> Vec<Arc<Epoch>> {
        self.epochs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn newest(&self) -> Option<Arc<Epoch>> {
        self.read_epochs().pop()
    }

    async fn begin_epoch(
        &self,
        number: u32,
        root: &RootKey,
        entropy: &mut (dyn FnMut(&mut [u8]) + Send),
    ) -> Result<(), KeyFault> {
        let (epoch, wrapped) = Epoch::make(number, root, entropy)?;
        let insert = move |connection: &Connection| {
            let mut statement =
                connection.prepare_cached("INSERT INTO wrapping (epoch, slot, wrapped) VALUES (?1, ?2, ?3)")?;
            (0..WRAPPING_KEYS)
                .zip(&wrapped)
                .try_for_each(|(slot, wrapped)| statement.execute(params![number, slot, wrapped]).map(|_| ()))
        };
        self.writer.run(Urgency::Durable, 65_536, insert).await?;
        self.epochs.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(epoch));
        Ok(())
    }

    async fn create(&self, drawn: Vec<(u32, Secret, Nonce)>) -> Result<Vec<Secret>, KeyFault> {
        let epochs = Arc::clone(&self.epochs);
        let insert = move |connection: &Connection| {
            // Asked inside the transaction: a rotation that begins after it finds these keys too.
            let epochs = epochs.read().unwrap_or_else(PoisonError::into_inner).clone();
            let keys = drawn.iter().map(|drawn| create_one(connection, &epochs, drawn));
            keys.collect::<rusqlite::Result<Result<Vec<Secret>, KeyFault>>>()
        };
        self.writer.run(Urgency::Durable, WRAPPED_LENGTH, insert).await?
    }

    async fn get(&self, journal: u32) -> Result<Option<Secret>, KeyFault> {
        loop {
            let newest = self.newest().map(|epoch| epoch.number);
            let found = self.readers.run(move |connection| read_wrapped(connection, journal)).await?;
            let opened =
                found.map(|(epoch, wrapped)| open_wrapped(&self.read_epochs(), journal, epoch, &wrapped)).transpose();
            // A rotation that ended between reading and opening took the old epoch away: the row has a newer one by now.
            if !matches!(opened, Err(KeyFault::Root(number)) if newest.is_some_and(|newest| number < newest)) {
                return opened;
            }
        }
    }

    /// Rewraps some of the keys of older epochs; gives their number.
    async fn rewrap(&self, newest: Arc<Epoch>, nonces: Vec<Nonce>) -> Result<usize, KeyFault> {
        let epochs = self.read_epochs();
        let rewrap = move |connection: &Connection| {
            let mut select = connection
                .prepare_cached("SELECT journal, epoch, wrapped FROM journal_key WHERE epoch < ?1 LIMIT ?2")?;
            let limit = i64::try_from(nonces.len()).unwrap_or(i64::MAX);
            let rows =
                select.query_map(params![newest.number, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let old: Vec<(u32, u32, Vec<u8>)> = rows.collect::<rusqlite::Result<_>>()?;
            let mut update =
                connection.prepare_cached("UPDATE journal_key SET epoch = ?2, wrapped = ?3 WHERE journal = ?1")?;
            for ((journal, epoch, wrapped), nonce) in old.iter().zip(&nonces) {
                let again =
                    open_wrapped(&epochs, *journal, *epoch, wrapped).and_then(|key| newest.wrap(*journal, &key, nonce));
                match again {
                    Ok(again) => update.execute(params![journal, newest.number, again])?,
                    Err(fault) => return Ok(Err(fault)),
                };
            }
            Ok(Ok(old.len()))
        };
        self.writer.run(Urgency::Durable, 1 << 20, rewrap).await?
    }
}

fn read_epochs(connection: &Connection) -> rusqlite::Result<Vec<(u32, Vec<Vec<u8>>)>> {
    let mut statement = connection.prepare("SELECT epoch, wrapped FROM wrapping ORDER BY epoch, slot")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let mut epochs: BTreeMap<u32, Vec<Vec<u8>>> = BTreeMap::new();
    for row in rows {
        let (epoch, wrapped) = row?;
        epochs.entry(epoch).or_default().push(wrapped);
    }
    Ok(epochs.into_iter().collect())
}

fn read_wrapped(connection: &Connection, journal: u32) -> rusqlite::Result<Option<(u32, Vec<u8>)>> {
    let mut statement = connection.prepare_cached("SELECT epoch, wrapped FROM journal_key WHERE journal = ?1")?;
    statement.query_row([journal], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn open_wrapped(epochs: &[Arc<Epoch>], journal: u32, number: u32, wrapped: &[u8]) -> Result<Secret, KeyFault> {
    let epoch = epochs.iter().find(|epoch| epoch.number == number).ok_or(KeyFault::Root(number))?;
    epoch.unwrap(journal, wrapped)
}

/// The key that the journal has, or else the one that was drawn for it.
fn create_one(
    connection: &Connection,
    epochs: &[Arc<Epoch>],
    (journal, key, nonce): &(u32, Secret, Nonce),
) -> rusqlite::Result<Result<Secret, KeyFault>> {
    if let Some((epoch, wrapped)) = read_wrapped(connection, *journal)? {
        return Ok(open_wrapped(epochs, *journal, epoch, &wrapped));
    }
    let wrapped = epochs
        .last()
        .ok_or(KeyFault::Root(0))
        .and_then(|epoch| epoch.wrap(*journal, key, nonce).map(|wrapped| (epoch, wrapped)));
    let (epoch, wrapped) = match wrapped {
        Ok(wrapped) => wrapped,
        Err(fault) => return Ok(Err(fault)),
    };
    let mut statement =
        connection.prepare_cached("INSERT INTO journal_key (journal, epoch, wrapped) VALUES (?1, ?2, ?3)")?;
    statement.execute(params![journal, epoch.number, wrapped])?;
    Ok(Ok(key.clone()))
}
