//! The data folder of the embedded deployment: journals, documents and keys, each a file of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use dmp_core::access::Policy;
use dmp_seal::{Cipher, Secret};
use dmp_store::blobs::{BlobSink, SqliteBlobs};
use dmp_store::destruction::{SigningKey, check_list, places};
use dmp_store::engine::Engine;
use dmp_store::engine::sqlite::SqliteEngine;
use dmp_store::keys::{DestroyedJournals, KeyStore};
use dmp_store::names::NameHasher;
use dmp_store::public_id::PublicIds;
use dmp_store::{Chance, Clock, Parts, Store};

use crate::data_files::DataFiles;
use crate::failure::Failure;
use crate::fold_mark;
use crate::full_path::full_path;
use crate::root_key::RootFile;
use crate::world::{MovedClock, SystemChance, SystemClock};

/// Where the sealed keys of the deployment lay in the engine's plain store.
const DEPLOYMENT: &[u8] = b"deployment-keys";

/// A data folder and the root key that opens it.
#[derive(Debug, Clone)]
pub struct DataDir {
    /// The folder.
    pub dir: PathBuf,
    /// The file of the root key.
    pub root_key: PathBuf,
    /// The list of destroyed journals: outside every backup.
    pub destroyed: PathBuf,
    /// A demo's: its clock may be moved.
    pub is_demo: bool,
}

/// An open data folder.
#[derive(Debug)]
pub struct Opened {
    /// The store on it.
    pub store: Arc<Store>,
    /// The engine, for its counters.
    pub engine: Arc<SqliteEngine>,
    /// Seals page tokens.
    pub token_key: [u8; 32],
    /// The keys of journals, for the epochs.
    pub keys: KeyStore,
    /// The file of the root key, for the epochs.
    pub root_file: RootFile,
    /// Signs certificates and evidence.
    pub signer: Arc<SigningKey>,
    /// The clock, where it may be moved.
    #[cfg(feature = "lab")]
    pub clock: Option<MovedClock>,
}

/// The keys of a deployment that outlive every epoch: names, public ids, page tokens, signatures.
struct DeploymentKeys {
    names: Secret,
    public_ids: Secret,
    tokens: Secret,
    signing: Secret,
}

impl DataDir {
    /// The demo's: everything in one folder, the root key too, which only a demo may do.
    pub fn demo(dir: &Path) -> Self {
        let destroyed = dir.join("destroyed.list");
        Self { dir: dir.to_owned(), root_key: dir.join("root.key"), destroyed, is_demo: true }
    }

    /// A demo's clock, which may be moved.
    pub fn moved_clock(&self) -> Option<MovedClock> {
        self.is_demo.then(|| MovedClock::of(&self.dir))
    }

    /// The hour of this folder: the machine's; a demo's may be moved.
    #[cfg(feature = "lab")]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Self::shared(self.moved_clock())
    }

    fn shared(moved: Option<MovedClock>) -> Arc<dyn Clock> {
        moved.map_or_else(|| Arc::new(SystemClock) as Arc<dyn Clock>, |moved| Arc::new(moved))
    }

    /// The root key and the list of destroyed journals lie elsewhere than the data (the storage contract, section 3), however the three
    /// are written. A demo has them together.
    ///
    /// # Errors
    /// [`Failure`] that names the setting.
    pub fn lies_apart(&self) -> Result<(), Failure> {
        if self.is_demo {
            return Ok(());
        }
        if self.holds(&self.root_key) {
            return Err(Failure::of(
                "data.root_key",
                "a root key must not lie in the data folder: who takes the disk would take both",
            ));
        }
        if self.lies_beside(&self.root_key) {
            return Err(Failure::of(
                "data.root_key",
                "a root key must not lie in the folder that holds the data folder: who copies that folder would take both",
            ));
        }
        if self.holds(&self.destroyed) {
            return Err(Failure::of(
                "data.destroyed",
                "the list of destroyed journals must not lie in the data folder: a restored backup would bring an older one back",
            ));
        }
        Ok(())
    }

    /// What lies where the root key is said to be, if anything does, is one.
    ///
    /// # Errors
    /// [`Failure`] that names the setting.
    pub fn root_is_one(&self) -> Result<(), Failure> {
        match std::fs::metadata(&self.root_key) {
            Ok(found) if !found.is_file() || found.len() != 32 => {
                let name = format!("data.root_key {}", self.root_key.display());
                Err(Failure::of(&name, "a root key is a file of 32 bytes: name the right one, or none that is there"))
            }
            // It is made on the first start.
            _ => Ok(()),
        }
    }

    /// Whether a file, or a link to it, lies in the data folder.
    fn holds(&self, file: &Path) -> bool {
        let dir = full_path(&self.dir);
        full_path(file).starts_with(&dir) || file.parent().is_some_and(|parent| full_path(parent).starts_with(&dir))
    }

    /// Looks whether the folder opens: makes and changes nothing, whether somebody has it open or not. Gives the journals, to look at, where
    /// there are any: a first start makes everything.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn check(&self) -> Result<Option<SqliteEngine>, Failure> {
        self.lies_apart()?;
        let files = DataFiles::of(&self.dir, &self.destroyed);
        files.has_journal()?;
        let engine = SqliteEngine::look(&files.journal).map_err(|error| unopened(&files.journal, error))?;
        if let Some(engine) = &engine {
            files.has_others(engine).await?;
            fold_mark::check(engine).await?;
        }
        let roots = RootFile::new(&self.root_key);
        roots.read(files.keys.exists())?;
        KeyStore::look(&files.keys, move || roots.roots()).await.map_err(|error| unopened(&files.keys, error))?;
        let blobs = SqliteBlobs::look(&files.blobs).map_err(|error| unopened(&files.blobs, error))?;
        let applied = match &engine {
            Some(engine) => places(engine, blobs.as_ref().map(|blobs| blobs as &dyn BlobSink)).await?,
            None => (0, 0),
        };
        let destroyed = DestroyedJournals::look(&files.destroyed).map_err(|error| unopened(&files.destroyed, error))?;
        check_list(&destroyed, applied).map_err(|error| unopened(&files.destroyed, error))?;
        files.has_bytes(&destroyed)?;
        Ok(engine)
    }

    /// Whether a file, or what it is a link to, lies in the folder that holds the data folder.
    fn lies_beside(&self, file: &Path) -> bool {
        let dir = full_path(&self.dir);
        let is_beside =
            |file: &Path| file.parent().is_some_and(|folder| Some(full_path(folder).as_path()) == dir.parent());
        is_beside(file) || is_beside(&full_path(file))
    }

    /// Opens the folder, if it can be opened, and makes what is not there yet. What the list of destroyed journals says is applied before
    /// this returns.
    ///
    /// # Errors
    /// [`Failure`] when a file cannot be opened or is gone, the root key is another, or the list of destroyed journals is not this folder's.
    pub async fn open(&self, policy: Arc<Policy>, cache_bytes: u64) -> Result<Opened, Failure> {
        self.check().await?;
        std::fs::create_dir_all(&self.dir).map_err(|error| Failure::of(&self.dir.display().to_string(), error))?;
        let files = DataFiles::of(&self.dir, &self.destroyed);
        let engine = SqliteEngine::open(&files.journal).map_err(|error| unopened(&files.journal, error))?;
        let engine = Arc::new(engine);
        let root_file = RootFile::new(&self.root_key);
        let root = root_file.read_or_make(files.keys.exists())?;
        let chance = SystemChance;
        let mut fill = |bytes: &mut [u8]| chance.fill(bytes);
        fold_mark::note(&*engine).await?;
        let roots = root_file.clone();
        let keys = KeyStore::open_following(&files.keys, move || roots.roots(), &mut fill).await;
        let keys = keys.map_err(|error| unopened(&files.keys, error))?;
        let blobs = Arc::new(SqliteBlobs::open(&files.blobs).map_err(|error| unopened(&files.blobs, error))?);
        let deployment = deployment_keys(&*engine, &keys, &root).await?;
        let destroyed = DestroyedJournals::open(&files.destroyed).map_err(|error| unopened(&files.destroyed, error))?;
        let shared: Arc<dyn Engine> = Arc::<SqliteEngine>::clone(&engine);
        let clock = self.moved_clock();
        let store = Store::new(Parts {
            engine: shared,
            keys: keys.clone(),
            destroyed,
            blobs,
            names: NameHasher::new(&deployment.names, 1),
            public_ids: PublicIds::new(&deployment.public_ids),
            clock: Self::shared(clock.clone()),
            chance: Arc::new(chance),
            policy,
            cache_bytes,
        });
        store.apply_destroyed().await?;
        let signer = Arc::new(SigningKey::new(&deployment.signing)?);
        Ok(Opened {
            store,
            engine,
            token_key: *deployment.tokens.reveal(),
            keys,
            root_file,
            signer,
            #[cfg(feature = "lab")]
            clock,
        })
    }
}

/// A file that is there, or was to be made, and cannot be opened or written.
fn unopened(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::of(&path.display().to_string(), why)
}

/// Writes a file that only its owner reads.
pub fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The keys of the deployment, which lie in the key store: made once, sealed anew with every epoch.
async fn deployment_keys(engine: &dyn Engine, keys: &KeyStore, root: &[u8; 32]) -> Result<DeploymentKeys, Failure> {
    let former = former_keys(engine, root).await?;
    let kept = |place: usize| former.as_ref().and_then(|former| former.get(place * 32..(place + 1) * 32));
    let found = DeploymentKeys {
        names: keys.secret("names", &mut drawing(kept(0))).await?,
        public_ids: keys.secret("public-ids", &mut drawing(kept(1))).await?,
        tokens: keys.secret("tokens", &mut drawing(kept(2))).await?,
        signing: keys.secret("signing", &mut drawing(None)).await?,
    };
    if former.is_some() {
        engine.take(Bytes::from_static(DEPLOYMENT)).await?;
    }
    Ok(found)
}

/// Fresh bytes; the first that are drawn are these, where the key was made before.
fn drawing(kept: Option<&[u8]>) -> impl FnMut(&mut [u8]) + Send {
    let mut kept = kept.map(<[u8]>::to_vec);
    move |bytes: &mut [u8]| match kept.take() {
        Some(former) => bytes.iter_mut().zip(former).for_each(|(to, from)| *to = from),
        None => SystemChance.fill(bytes),
    }
}

/// The keys as they lay before they came into the key store: in the engine, sealed under the root.
async fn former_keys(engine: &dyn Engine, root: &[u8; 32]) -> Result<Option<Vec<u8>>, Failure> {
    let Some(sealed) = engine.get(Bytes::from_static(DEPLOYMENT)).await? else { return Ok(None) };
    let cipher = Cipher::new(&Secret::new(*root)).map_err(|fault| Failure::of("the root key", fault))?;
    let wrong = || Failure("the root key does not open the deployment's keys: it belongs to other data".into());
    let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or_else(wrong)?;
    let mut plain = sealed.to_vec();
    cipher.open(nonce, DEPLOYMENT, &mut plain).map_err(|_| wrong())?;
    Ok(Some(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of a folder that was made before they lay in the key store move there, and stay what they were.
    #[tokio::test]
    async fn the_keys_of_an_older_folder_move_into_the_key_store() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::demo(folder.path());
        let root = RootFile::new(&data.root_key).read_or_make(false).unwrap();
        let plain: Vec<u8> = (0..96).collect();
        let mut sealed = plain.clone();
        Cipher::new(&Secret::new(root)).unwrap().seal(&[7; 12], DEPLOYMENT, &mut sealed).unwrap();
        let engine = SqliteEngine::open(&folder.path().join("journal.sqlite")).unwrap();
        let key = Bytes::from_static(DEPLOYMENT);
        engine.put(key.clone(), Bytes::from([&[7; 12][..], &sealed].concat())).await.unwrap();
        drop(engine);
        let mut signers = Vec::new();
        for _ in 0..2 {
            let opened = data.open(Arc::new(Policy::built_in()), 1 << 20).await.unwrap();
            assert_eq!(opened.token_key[..], plain[64..]);
            assert!(opened.engine.get(key.clone()).await.unwrap().is_none());
            signers.push(opened.signer.public_hex());
        }
        assert_eq!(signers[0], signers[1]);
    }
}
