//! The key store: a key is made once, survives a restart, is gone when destroyed, and a rotation leaves nothing to the old root.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::path::Path;

use dmp_seal::JournalKey;
use dmp_store::keys::{DestroyedJournals, KeyFault, KeyStore, RootKey};

const OLD: RootKey = RootKey::new([1; 32]);
const NEW: RootKey = RootKey::new([2; 32]);

/// Bytes that differ at every draw.
fn chance(seed: u64) -> impl FnMut(&mut [u8]) + Send {
    let mut state = seed;
    move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
}

async fn open(path: &Path, roots: &[RootKey]) -> Result<KeyStore, KeyFault> {
    KeyStore::open(path, roots, &mut chance(7)).await
}

fn secret(key: &JournalKey) -> [u8; 32] {
    *key.secret().reveal()
}

/// The keys of journals that have none.
async fn create(store: &KeyStore, journals: &[u32], seed: u64) -> Vec<JournalKey> {
    let made = store.create(journals, &mut chance(seed)).await.unwrap();
    made.into_iter().map(Option::unwrap).collect()
}

async fn a_key_is_made_once(store: KeyStore) {
    assert_eq!(store.greatest().await.unwrap(), None);
    let made = create(&store, &[5, 6], 1).await;
    let again = store.create(&[6, 7], &mut chance(2)).await.unwrap();
    let [five, six]: [[u8; 32]; 2] = made.iter().map(secret).collect::<Vec<_>>().try_into().unwrap();
    let [six_again, seven] = again.try_into().unwrap();
    assert!(six_again.is_none(), "it is not new");
    let seven = secret(&seven.unwrap());
    assert!(five != six && six != seven && five != seven);
    assert_eq!(store.greatest().await.unwrap(), Some(7));
    assert_eq!(secret(&store.get(5).await.unwrap().unwrap()), five);
    assert!(store.get(8).await.unwrap().is_none());
    store.destroy(5).await.unwrap();
    assert!(store.get(5).await.unwrap().is_none());
    assert_eq!(secret(&store.get(6).await.unwrap().unwrap()), six);
}

#[tokio::test]
async fn in_memory_a_key_is_made_once() {
    a_key_is_made_once(KeyStore::in_memory()).await;
}

#[tokio::test]
async fn in_a_file_a_key_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    a_key_is_made_once(open(&folder.path().join("keys.sqlite"), &[OLD]).await.unwrap()).await;
}

#[tokio::test]
async fn a_rotation_leaves_nothing_to_the_old_root() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("keys.sqlite"), folder.path().join("copy.sqlite"));
    let journals: Vec<u32> = (0..10_000).collect();
    let store = open(&path, &[OLD]).await.unwrap();
    let keys = create(&store, &journals, 1).await;
    drop(store);
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(open(&path, &[NEW]).await.unwrap_err(), KeyFault::Root(1));

    let store = open(&path, &[OLD]).await.unwrap();
    store.destroy(3).await.unwrap();
    assert_eq!(store.epochs(), [1]);
    assert_eq!(store.removed().await.unwrap(), [(3, 1)], "the last epoch that knew it");
    let named = store.secret("names", &mut chance(5)).await.unwrap();
    store.rotate(&NEW, &mut chance(3), &|_| ()).await.unwrap();
    assert_eq!(store.epochs(), [2]);
    drop(store);
    assert_eq!(open(&path, &[OLD]).await.unwrap_err(), KeyFault::Root(2));
    assert_eq!(open(&copy, &[NEW]).await.unwrap_err(), KeyFault::Root(1));

    let store = open(&path, &[NEW]).await.unwrap();
    for (journal, key) in journals.iter().zip(&keys).step_by(999) {
        let found = store.get(*journal).await.unwrap();
        assert_eq!(found.as_ref().map(secret), (*journal != 3).then(|| secret(key)));
    }
    assert!(store.get(3).await.unwrap().is_none());
    assert_eq!(
        store.secret("names", &mut chance(6)).await.unwrap(),
        named,
        "the deployment's secrets outlive every epoch"
    );
    assert_eq!(store.removed().await.unwrap(), [(3, 1)]);
    store.forget_removed(3).await.unwrap();
    assert!(store.removed().await.unwrap().is_empty());
}

/// No key lies in the file or its log as it is.
#[tokio::test]
async fn keys_lie_wrapped() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("keys.sqlite"), &[OLD]).await.unwrap();
    let keys = create(&store, &[1, 2, 3], 1).await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(keys.iter().all(|key| !bytes.windows(32).any(|window| window == secret(key))));
    }
}

#[test]
fn the_list_of_the_destroyed_survives_a_cut_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("destroyed");
    let list = DestroyedJournals::open(&path).unwrap();
    list.add(7, 1_000).unwrap();
    list.add(7, 2_000).unwrap();
    std::fs::write(&path, "7 1000\n8 20").unwrap();
    let list = DestroyedJournals::open(&path).unwrap();
    assert!(list.has(7) && !list.has(8));
    list.add(9, 3_000).unwrap();
    assert_eq!(DestroyedJournals::open(&path).unwrap().from(0), [(7, 1_000), (9, 3_000)]);
    for wrong in ["none of ours\n", "2147483648 1000\n"] {
        std::fs::write(&path, wrong).unwrap();
        assert!(DestroyedJournals::open(&path).is_err());
    }
}

/// A rotation that another process carries out is followed: no key is read wrongly, none is wrapped for an epoch that is gone.
#[tokio::test]
async fn another_process_follows_a_rotation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.sqlite");
    let roots = std::sync::Arc::new(std::sync::Mutex::new(vec![OLD]));
    let read = std::sync::Arc::clone(&roots);
    let other = KeyStore::open_following(&path, move || read.lock().unwrap().clone(), &mut chance(7)).await.unwrap();
    let before = create(&other, &[1], 1).await;
    let rotating = open(&path, &[OLD, NEW]).await.unwrap();
    *roots.lock().unwrap() = vec![OLD, NEW];
    rotating.rotate(&NEW, &mut chance(3), &|_| ()).await.unwrap();
    *roots.lock().unwrap() = vec![NEW];
    let made = create(&other, &[2], 4).await;
    assert_eq!(other.get(1).await.unwrap().as_ref().map(secret), before.first().map(secret));
    assert_eq!(rotating.get(2).await.unwrap().as_ref().map(secret), made.first().map(secret));
    drop((other, rotating));
    let again = open(&path, &[NEW]).await.unwrap();
    assert_eq!(again.get(2).await.unwrap().as_ref().map(secret), made.first().map(secret));
}

/// Cut off at any of its steps, a rotation is taken up with both roots and ends the same.
#[tokio::test]
async fn a_rotation_that_was_cut_off_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.sqlite");
    let journals: Vec<u32> = (0..9_000).collect();
    let store = open(&path, &[OLD]).await.unwrap();
    let keys = create(&store, &journals, 1).await;
    drop(store);
    // A copy of the file after so many rewrapped keys is what a crash there leaves.
    let store = open(&path, &[OLD]).await.unwrap();
    let copies = std::sync::Mutex::new(Vec::new());
    let cut = |done: usize| {
        let copy = folder.path().join(format!("cut-{done}.sqlite"));
        std::fs::copy(&path, &copy).unwrap();
        let log = |path: &Path| path.with_extension("sqlite-wal");
        std::fs::copy(log(&path), log(&copy)).unwrap();
        copies.lock().unwrap().push(copy);
    };
    store.rotate(&NEW, &mut chance(3), &cut).await.unwrap();
    let copies = copies.into_inner().unwrap();
    assert!(copies.len() >= 3, "cut off in several places");
    for copy in copies {
        assert!(open(&copy, &[NEW]).await.is_err(), "half way the old root is still needed");
        let store = open(&copy, &[OLD, NEW]).await.unwrap();
        store.create(&[20_000], &mut chance(9)).await.unwrap();
        store.rotate(&NEW, &mut chance(4), &|_| ()).await.unwrap();
        drop(store);
        let store = open(&copy, &[NEW]).await.unwrap();
        assert_eq!(store.epochs(), [2]);
        for (journal, key) in journals.iter().zip(&keys).step_by(998) {
            assert_eq!(store.get(*journal).await.unwrap().as_ref().map(secret), Some(secret(key)));
        }
        assert!(store.get(20_000).await.unwrap().is_some());
    }
}
