//! The data folder of the embedded deployment: journals, documents and keys, each a file of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use dmp_core::access::Policy;
use dmp_seal::{Cipher, Secret};
use dmp_store::blobs::SqliteBlobs;
use dmp_store::engine::Engine;
use dmp_store::engine::sqlite::SqliteEngine;
use dmp_store::keys::{KeyStore, RootKey};
use dmp_store::names::NameHasher;
use dmp_store::public_id::PublicIds;
use dmp_store::{Chance, Clock, Parts, Store};

use crate::failure::Failure;
use crate::world::{MovedClock, SystemChance, SystemClock};

/// Where the sealed keys of the deployment lie in the engine's plain store.
const DEPLOYMENT: &[u8] = b"deployment-keys";

/// A data folder and the root key that opens it.
#[derive(Debug, Clone)]
pub struct DataDir {
    /// The folder.
    pub dir: PathBuf,
    /// The file of the root key.
    pub root_key: PathBuf,
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
    /// The clock, where it may be moved.
    pub clock: Option<MovedClock>,
}

/// The keys of a deployment that never rotate with the root: names, public ids, page tokens.
struct DeploymentKeys {
    names: [u8; 32],
    public_ids: [u8; 32],
    tokens: [u8; 32],
}

impl DataDir {
    /// The demo's: everything in one folder, the root key too, which only a demo may do.
    pub fn demo(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), root_key: dir.join("root.key"), is_demo: true }
    }

    /// A demo's clock, which may be moved.
    pub fn moved_clock(&self) -> Option<MovedClock> {
        self.is_demo.then(|| MovedClock::of(&self.dir))
    }

    /// The hour of this folder: the machine's; a demo's may be moved.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Self::shared(self.moved_clock())
    }

    fn shared(moved: Option<MovedClock>) -> Arc<dyn Clock> {
        moved.map_or_else(|| Arc::new(SystemClock) as Arc<dyn Clock>, |moved| Arc::new(moved))
    }

    /// Whether the root key lies beside the data (the storage contract, section 3).
    pub fn key_is_beside_data(&self) -> bool {
        let full = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let dir = full(&self.dir);
        full(&self.root_key).starts_with(&dir)
            || self.root_key.parent().map(full).is_some_and(|parent| parent.starts_with(&dir))
    }

    /// Opens the folder, and makes what is not there yet.
    ///
    /// # Errors
    /// [`Failure`] when a file cannot be opened, or the root key is another.
    pub async fn open(&self, policy: Arc<Policy>, cache_bytes: u64) -> Result<Opened, Failure> {
        std::fs::create_dir_all(&self.dir).map_err(|error| Failure::of(&self.dir.display().to_string(), error))?;
        let root = self.root()?;
        let chance = SystemChance;
        let mut fill = |bytes: &mut [u8]| chance.fill(bytes);
        let engine = Arc::new(SqliteEngine::open(&self.dir.join("journal.sqlite"))?);
        let keys = KeyStore::open(&self.dir.join("keys.sqlite"), &[RootKey::new(root)], &mut fill).await?;
        let blobs = Arc::new(SqliteBlobs::open(&self.dir.join("blobs.sqlite"))?);
        let deployment = deployment_keys(&*engine, &root).await?;
        let shared: Arc<dyn Engine> = Arc::<SqliteEngine>::clone(&engine);
        let clock = self.moved_clock();
        let store = Store::new(Parts {
            engine: shared,
            keys,
            blobs,
            names: NameHasher::new(&Secret::new(deployment.names), 1),
            public_ids: PublicIds::new(&Secret::new(deployment.public_ids)),
            clock: Self::shared(clock.clone()),
            chance: Arc::new(chance),
            policy,
            cache_bytes,
        });
        Ok(Opened { store, engine, token_key: deployment.tokens, clock })
    }

    /// The root key; made on the first opening, readable by its owner alone.
    fn root(&self) -> Result<[u8; 32], Failure> {
        let name = self.root_key.display().to_string();
        if let Ok(bytes) = std::fs::read(&self.root_key) {
            return bytes.try_into().map_err(|_| Failure::of(&name, "a root key has 32 bytes"));
        }
        if self.dir.join("keys.sqlite").exists() {
            return Err(Failure::of(
                &name,
                "the root key of this data is not here: bring it back, nothing opens without it",
            ));
        }
        let mut root = [0; 32];
        SystemChance.fill(&mut root);
        write_secret(&self.root_key, &root).map_err(|error| Failure::of(&name, error))?;
        Ok(root)
    }
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

/// Reads the keys of the deployment, sealed under the root; makes them once. Two processes that start at once agree on one set.
async fn deployment_keys(engine: &dyn Engine, root: &[u8; 32]) -> Result<DeploymentKeys, Failure> {
    let cipher = Cipher::new(&Secret::new(*root)).map_err(|fault| Failure::of("the root key", fault))?;
    let key = Bytes::from_static(DEPLOYMENT);
    let sealed = match engine.get(key.clone()).await? {
        Some(sealed) => sealed,
        None => {
            let mut plain = vec![0; 96];
            let mut nonce = [0; 12];
            SystemChance.fill(&mut plain);
            SystemChance.fill(&mut nonce);
            cipher.seal(&nonce, DEPLOYMENT, &mut plain).map_err(|fault| Failure::of("the deployment's keys", fault))?;
            engine.put(key.clone(), Bytes::from([nonce.as_slice(), &plain].concat())).await?;
            engine.get(key).await?.ok_or_else(|| Failure("the deployment's keys were not kept".into()))?
        }
    };
    let wrong = || Failure("the root key does not open the deployment's keys: it belongs to other data".into());
    let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or_else(wrong)?;
    let mut plain = sealed.to_vec();
    cipher.open(nonce, DEPLOYMENT, &mut plain).map_err(|_| wrong())?;
    let (names, rest) = plain.split_first_chunk::<32>().ok_or_else(wrong)?;
    let (public_ids, rest) = rest.split_first_chunk::<32>().ok_or_else(wrong)?;
    let tokens = rest.first_chunk::<32>().ok_or_else(wrong)?;
    Ok(DeploymentKeys { names: *names, public_ids: *public_ids, tokens: *tokens })
}
