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

async fn a_key_is_made_once(store: KeyStore) {
    let made = store.create(&[5, 6], &mut chance(1)).await.unwrap();
    let again = store.create(&[6, 7], &mut chance(2)).await.unwrap();
    let keys: Vec<[u8; 32]> = made.iter().chain(&again).map(secret).collect();
    let [five, six, six_again, seven] = keys.try_into().unwrap();
    assert_eq!(six, six_again);
    assert!(five != six && six != seven && five != seven);
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
    let keys = store.create(&journals, &mut chance(1)).await.unwrap();
    drop(store);
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(open(&path, &[NEW]).await.unwrap_err(), KeyFault::Root(1));

    let store = open(&path, &[OLD]).await.unwrap();
    store.destroy(3).await.unwrap();
    assert_eq!(store.epochs(), [1]);
    store.rotate(&NEW, &mut chance(3)).await.unwrap();
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
}

/// No key lies in the file or its log as it is.
#[tokio::test]
async fn keys_lie_wrapped() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("keys.sqlite"), &[OLD]).await.unwrap();
    let keys = store.create(&[1, 2, 3], &mut chance(1)).await.unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(keys.iter().all(|key| !bytes.windows(32).any(|window| window == secret(key))));
    }
}

#[test]
fn the_list_of_the_destroyed_survives_a_cut_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("destroyed");
    let mut list = DestroyedJournals::open(&path).unwrap();
    list.add(7, 1_000).unwrap();
    list.add(7, 2_000).unwrap();
    std::fs::write(&path, "7 1000\n8 20").unwrap();
    let mut list = DestroyedJournals::open(&path).unwrap();
    assert!(list.has(7) && !list.has(8));
    list.add(9, 3_000).unwrap();
    assert_eq!(DestroyedJournals::open(&path).unwrap().iter().collect::<Vec<_>>(), [(7, 1_000), (9, 3_000)]);
    std::fs::write(&path, "none of ours\n").unwrap();
    assert!(DestroyedJournals::open(&path).is_err());
}
