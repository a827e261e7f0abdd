//! The file of the key store: what is in it, and how it follows a rotation that another process carries out.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use dmp_seal::{Nonce, Secret};
use rusqlite::{Connection, OptionalExtension, params};

use super::KeyFault;
use super::wrapping::{Epoch, RootKey, WRAPPED_LENGTH, WRAPPING_KEYS};
use crate::sqlite::{Readers, Settings, Urgency, Writer, looks_made};

const SETTINGS: Settings = Settings {
    page_size: 4_096,
    writer_cache: 4_096,
    reader_cache: 1_024,
    schema: "
        CREATE TABLE IF NOT EXISTS wrapping (epoch INTEGER, slot INTEGER, wrapped BLOB NOT NULL, PRIMARY KEY (epoch, slot)) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS journal_key (journal INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS begun (epoch INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS removed (journal INTEGER PRIMARY KEY, epoch INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS sealed (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;",
};

/// Where root keys are read from: the one in force, and during a rotation the next.
pub(super) type Roots = Arc<dyn Fn() -> Vec<RootKey> + Send + Sync>;
/// The epochs whose wrapping keys are open, oldest first. New keys are wrapped by the last.
type Epochs = Arc<RwLock<Vec<Arc<Epoch>>>>;
/// A key that was drawn for a journal, should it have none.
pub(super) type Drawn = (u32, Secret, Nonce);

pub(super) struct Filed {
    // Closed before the writer, which then brings the log into the file.
    readers: Readers,
    writer: Writer,
    epochs: Epochs,
    roots: Roots,
}

impl fmt::Debug for Filed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Filed").field("epochs", &self.epochs).finish_non_exhaustive()
    }
}

impl Filed {
    /// Opens the file, and makes its first epoch if there is none.
    pub(super) async fn open(
        path: &Path,
        roots: Roots,
        entropy: &mut (dyn FnMut(&mut [u8]) + Send),
    ) -> Result<Self, KeyFault> {
        let writer = Writer::start(path, &SETTINGS)?;
        let filed = Self { readers: Readers::new(path, SETTINGS), writer, epochs: Arc::default(), roots };
        filed.follow().await?;
        if filed.newest().is_none() {
            let root = (filed.roots)().into_iter().next().ok_or(KeyFault::Root(1))?;
            filed.begin_epoch(1, &root, entropy).await?;
        }
        Ok(filed)
    }

    /// Opens the file to look at it alone; nothing if its making was cut off.
    pub(super) async fn look(path: &Path, roots: Roots) -> Result<(), KeyFault> {
        if !looks_made(path, &SETTINGS, "sealed")? {
            return Ok(());
        }
        let readers = Readers::looking(path, SETTINGS);
        let filed = Self { readers, writer: Writer::none(), epochs: Arc::default(), roots };
        match filed.follow().await {
            // A rotation may have gone on between reading the roots and the epochs.
            Err(KeyFault::Root(_)) => filed.follow().await,
            other => other,
        }
    }

    pub(super) fn read_epochs(&self) -> Vec<Arc<Epoch>> {
        self.epochs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn newest(&self) -> Option<Arc<Epoch>> {
        self.read_epochs().pop()
    }

    /// Takes over the epochs as they are in the file: another process may have begun one, and ended others.
    pub(super) async fn follow(&self) -> Result<(), KeyFault> {
        let (known, roots) = (self.read_epochs(), (self.roots)());
        let mut epochs = Vec::new();
        for (number, wrapped) in self.readers.run(read_epochs).await? {
            match known.iter().find(|epoch| epoch.number == number) {
                Some(epoch) => epochs.push(Arc::clone(epoch)),
                None => epochs.push(Arc::new(Epoch::open(number, &roots, &wrapped)?)),
            }
        }
        *self.epochs.write().unwrap_or_else(PoisonError::into_inner) = epochs;
        Ok(())
    }

    pub(super) async fn belongs_to(&self, root: &RootKey) -> Result<bool, KeyFault> {
        let epochs = self.readers.run(read_epochs).await?;
        let opens =
            |(number, wrapped): &(u32, Vec<Vec<u8>>)| Epoch::open(*number, std::slice::from_ref(root), wrapped).is_ok();
        Ok(!epochs.is_empty() && epochs.iter().all(opens))
    }

    pub(super) async fn begin_epoch(
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

    pub(super) async fn create(&self, drawn: Vec<Drawn>) -> Result<Vec<Option<Secret>>, KeyFault> {
        for _ in 0..MOST_FOLLOWS {
            let (epochs, drawn) = (Arc::clone(&self.epochs), drawn.clone());
            let insert = move |connection: &Connection| {
                // Asked inside the transaction: a rotation that begins after it finds these keys too.
                let epochs = epochs.read().unwrap_or_else(PoisonError::into_inner).clone();
                if newest_in(connection)? != epochs.last().map(|epoch| epoch.number) {
                    return Ok(Err(KeyFault::Moved));
                }
                let keys = drawn.iter().map(|drawn| create_one(connection, &epochs, drawn));
                keys.collect::<rusqlite::Result<Result<Vec<Option<Secret>>, KeyFault>>>()
            };
            match self.writer.run(Urgency::Durable, WRAPPED_LENGTH, insert).await? {
                Err(KeyFault::Moved) => self.follow().await?,
                other => return other,
            }
        }
        Err(KeyFault::Moved)
    }

    pub(super) async fn get(&self, journal: u32) -> Result<Option<Secret>, KeyFault> {
        let mut last = KeyFault::Moved;
        for _ in 0..MOST_FOLLOWS {
            let found = self.readers.run(move |connection| read_wrapped(connection, journal)).await?;
            match found.map(|(epoch, wrapped)| open_wrapped(&self.read_epochs(), journal, epoch, &wrapped)).transpose()
            {
                // A rotation went on between reading and opening, here or in another process.
                Err(KeyFault::Root(number)) => last = KeyFault::Root(number),
                other => return other,
            }
            self.follow().await?;
        }
        Err(last)
    }

    /// One step to the end of the table, however many there are.
    pub(super) async fn greatest(&self) -> Result<Option<u32>, KeyFault> {
        let ask = |connection: &Connection| {
            connection.prepare_cached("SELECT max(journal) FROM journal_key")?.query_row([], |row| row.get(0))
        };
        Ok(self.readers.run(ask).await?)
    }

    pub(super) async fn present(&self, journals: Vec<u32>) -> Result<Vec<u32>, KeyFault> {
        let ask = move |connection: &Connection| {
            let mut statement = connection.prepare_cached("SELECT 1 FROM journal_key WHERE journal = ?1")?;
            let mut present = Vec::new();
            for journal in journals {
                if statement.exists([journal])? {
                    present.push(journal);
                }
            }
            Ok(present)
        };
        Ok(self.readers.run(ask).await?)
    }

    /// Removes keys, and notes the last epoch that knew them.
    pub(super) async fn destroy(&self, journals: Vec<u32>) -> Result<(), KeyFault> {
        let delete = move |connection: &Connection| {
            let newest = newest_in(connection)?;
            let mut delete = connection.prepare_cached("DELETE FROM journal_key WHERE journal = ?1")?;
            let mut note =
                connection.prepare_cached("INSERT OR IGNORE INTO removed (journal, epoch) VALUES (?1, ?2)")?;
            journals.iter().try_for_each(|journal| {
                delete.execute([journal])?;
                note.execute(params![journal, newest]).map(|_| ())
            })
        };
        self.writer.run(Urgency::Durable, 64, delete).await?;
        self.writer.empty_log();
        Ok(())
    }

    pub(super) async fn removed(&self) -> Result<Vec<(u32, u32)>, KeyFault> {
        let read = |connection: &Connection| {
            let mut statement = connection.prepare_cached("SELECT journal, epoch FROM removed ORDER BY journal")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        Ok(self.readers.run(read).await?)
    }

    pub(super) async fn forget_removed(&self, journal: u32) -> Result<(), KeyFault> {
        let forget =
            move |connection: &Connection| connection.execute("DELETE FROM removed WHERE journal = ?1", [journal]);
        self.writer.run(Urgency::Durable, 64, forget).await?;
        Ok(())
    }

    /// When an epoch began; noted as `at` if nobody did before.
    pub(super) async fn begun(&self, epoch: u32, at: u64) -> Result<u64, KeyFault> {
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached("SELECT at FROM begun WHERE epoch = ?1")?;
            statement.query_row([epoch], |row| row.get::<_, i64>(0)).optional()
        };
        if let Some(known) = self.readers.run(read).await? {
            return Ok(known.unsigned_abs());
        }
        let note = move |connection: &Connection| {
            let at = i64::try_from(at).unwrap_or(i64::MAX);
            connection.execute("INSERT OR IGNORE INTO begun (epoch, at) VALUES (?1, ?2)", params![epoch, at])?;
            connection.query_row("SELECT at FROM begun WHERE epoch = ?1", [epoch], |row| row.get::<_, i64>(0))
        };
        Ok(self.writer.run(Urgency::Durable, 64, note).await?.unsigned_abs())
    }

    /// Rewraps some of the keys of older epochs; gives their number.
    pub(super) async fn rewrap(&self, newest: Arc<Epoch>, nonces: Vec<Nonce>) -> Result<usize, KeyFault> {
        let epochs = self.read_epochs();
        let rewrap = move |connection: &Connection| rewrap_some(connection, &epochs, &newest, &nonces);
        self.writer.run(Urgency::Durable, 1 << 20, rewrap).await?
    }

    /// Removes the epochs before this one.
    pub(super) async fn end_epochs_before(&self, number: u32) -> Result<(), KeyFault> {
        let delete = move |connection: &Connection| {
            connection.execute("DELETE FROM wrapping WHERE epoch < ?1", [number])?;
            connection.execute("DELETE FROM begun WHERE epoch < ?1", [number])
        };
        self.writer.run(Urgency::Durable, 64, delete).await?;
        self.writer.empty_log();
        self.epochs.write().unwrap_or_else(PoisonError::into_inner).retain(|epoch| epoch.number == number);
        Ok(())
    }

    /// A secret of the deployment: the one that is kept, or else the one that was drawn.
    pub(super) async fn secret(&self, name: &'static str, drawn: Secret, nonce: Nonce) -> Result<Secret, KeyFault> {
        for _ in 0..MOST_FOLLOWS {
            let (epochs, drawn) = (self.read_epochs(), drawn.clone());
            let keep = move |connection: &Connection| {
                if newest_in(connection)? != epochs.last().map(|epoch| epoch.number) {
                    return Ok(Err(KeyFault::Moved));
                }
                secret_of(connection, &epochs, name, &drawn, &nonce)
            };
            match self.writer.run(Urgency::Durable, WRAPPED_LENGTH, keep).await? {
                Err(KeyFault::Moved) => self.follow().await?,
                other => return other,
            }
        }
        Err(KeyFault::Moved)
    }
}

/// How often the epochs are read anew because another process rotates.
const MOST_FOLLOWS: usize = 4;

fn newest_in(connection: &Connection) -> rusqlite::Result<Option<u32>> {
    connection.prepare_cached("SELECT max(epoch) FROM wrapping")?.query_row([], |row| row.get(0))
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

fn epoch_of(epochs: &[Arc<Epoch>], number: u32) -> Result<&Arc<Epoch>, KeyFault> {
    epochs.iter().find(|epoch| epoch.number == number).ok_or(KeyFault::Root(number))
}

fn open_wrapped(epochs: &[Arc<Epoch>], journal: u32, number: u32, wrapped: &[u8]) -> Result<Secret, KeyFault> {
    epoch_of(epochs, number)?.unwrap(journal, wrapped)
}

/// The key that was drawn for the journal, unless it has one.
fn create_one(
    connection: &Connection,
    epochs: &[Arc<Epoch>],
    (journal, key, nonce): &Drawn,
) -> rusqlite::Result<Result<Option<Secret>, KeyFault>> {
    if read_wrapped(connection, *journal)?.is_some() {
        return Ok(Ok(None));
    }
    let newest = epochs.last().ok_or(KeyFault::Root(0));
    let wrapped = newest.and_then(|epoch| epoch.wrap(*journal, key, nonce).map(|wrapped| (epoch, wrapped)));
    let (epoch, wrapped) = match wrapped {
        Ok(wrapped) => wrapped,
        Err(fault) => return Ok(Err(fault)),
    };
    let mut statement =
        connection.prepare_cached("INSERT INTO journal_key (journal, epoch, wrapped) VALUES (?1, ?2, ?3)")?;
    statement.execute(params![journal, epoch.number, wrapped])?;
    Ok(Ok(Some(key.clone())))
}

/// One transaction of a rotation: keys of journals, and once none is left the secrets of the deployment.
fn rewrap_some(
    connection: &Connection,
    epochs: &[Arc<Epoch>],
    newest: &Epoch,
    nonces: &[Nonce],
) -> rusqlite::Result<Result<usize, KeyFault>> {
    let limit = i64::try_from(nonces.len()).unwrap_or(i64::MAX);
    let mut select =
        connection.prepare_cached("SELECT journal, epoch, wrapped FROM journal_key WHERE epoch < ?1 LIMIT ?2")?;
    let rows = select.query_map(params![newest.number, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let old: Vec<(u32, u32, Vec<u8>)> = rows.collect::<rusqlite::Result<_>>()?;
    let mut update = connection.prepare_cached("UPDATE journal_key SET epoch = ?2, wrapped = ?3 WHERE journal = ?1")?;
    for ((journal, epoch, wrapped), nonce) in old.iter().zip(nonces) {
        let again = open_wrapped(epochs, *journal, *epoch, wrapped).and_then(|key| newest.wrap(*journal, &key, nonce));
        match again {
            Ok(again) => update.execute(params![journal, newest.number, again])?,
            Err(fault) => return Ok(Err(fault)),
        };
    }
    if old.is_empty() { rewrap_secrets(connection, epochs, newest, nonces) } else { Ok(Ok(old.len())) }
}

fn rewrap_secrets(
    connection: &Connection,
    epochs: &[Arc<Epoch>],
    newest: &Epoch,
    nonces: &[Nonce],
) -> rusqlite::Result<Result<usize, KeyFault>> {
    let mut select = connection.prepare_cached("SELECT name, epoch, wrapped FROM sealed WHERE epoch < ?1")?;
    let rows = select.query_map([newest.number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let old: Vec<(String, u32, Vec<u8>)> = rows.collect::<rusqlite::Result<_>>()?;
    let mut update = connection.prepare_cached("UPDATE sealed SET epoch = ?2, wrapped = ?3 WHERE name = ?1")?;
    for ((name, epoch, wrapped), nonce) in old.iter().zip(nonces) {
        let opened = epoch_of(epochs, *epoch).and_then(|epoch| epoch.unwrap_secret(name, wrapped));
        match opened.and_then(|secret| newest.wrap_secret(name, &secret, nonce)) {
            Ok(again) => update.execute(params![name, newest.number, again])?,
            Err(fault) => return Ok(Err(fault)),
        };
    }
    Ok(Ok(old.len().min(nonces.len())))
}

fn secret_of(
    connection: &Connection,
    epochs: &[Arc<Epoch>],
    name: &str,
    drawn: &Secret,
    nonce: &Nonce,
) -> rusqlite::Result<Result<Secret, KeyFault>> {
    let mut select = connection.prepare_cached("SELECT epoch, wrapped FROM sealed WHERE name = ?1")?;
    let kept = select.query_row([name], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Vec<u8>>(1)?))).optional()?;
    if let Some((epoch, wrapped)) = kept {
        return Ok(epoch_of(epochs, epoch).and_then(|epoch| epoch.unwrap_secret(name, &wrapped)));
    }
    let newest = epochs.last().ok_or(KeyFault::Root(0));
    match newest.and_then(|epoch| epoch.wrap_secret(name, drawn, nonce).map(|wrapped| (epoch.number, wrapped))) {
        Ok((epoch, wrapped)) => {
            let mut insert =
                connection.prepare_cached("INSERT INTO sealed (name, epoch, wrapped) VALUES (?1, ?2, ?3)")?;
            insert.execute(params![name, epoch, wrapped])?;
            Ok(Ok(drawn.clone()))
        }
        Err(fault) => Ok(Err(fault)),
    }
}
