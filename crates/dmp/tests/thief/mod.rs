//! Somebody who has files: he looks at every byte of them, and opens with the keys that he has whatever they open.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use dmp_core::dossier::Change;
use dmp_seal::Secret;
use dmp_store::blobs::{BlobId, BlobReader, BlobSink, SqliteBlobs};
use dmp_store::engine::Engine;
use dmp_store::engine::sqlite::SqliteEngine;
use dmp_store::keys::{KeyFault, KeyStore, RootKey};
use dmp_store::{JournalKeys, open_row};

/// What a thief has: a folder with journals and documents, one with a key store, a root key.
#[derive(Debug, Clone)]
pub struct Loot {
    pub data: PathBuf,
    pub keys: PathBuf,
    pub root: [u8; 32],
}

/// The three files of a data folder, and their logs.
pub fn copy(from: &Path, to: &Path, names: &[&str]) {
    std::fs::create_dir_all(to).unwrap();
    for name in names {
        for ending in ["sqlite", "sqlite-wal", "sqlite-shm"] {
            let file = format!("{name}.{ending}");
            if from.join(&file).exists() {
                std::fs::copy(from.join(&file), to.join(&file)).unwrap();
            }
        }
        copy_folder(&from.join(name), &to.join(name));
    }
}

/// The files of a folder, if it is there.
fn copy_folder(from: &Path, to: &Path) {
    let Ok(entries) = std::fs::read_dir(from) else { return };
    std::fs::create_dir_all(to).unwrap();
    for entry in entries {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// How often the markers are found when everything that opens is opened.
pub async fn opened(loot: &Loot, markers: &[&str]) -> Result<usize, KeyFault> {
    // On copies: who only looks leaves nothing changed.
    let desk = tempfile::tempdir().unwrap();
    copy(&loot.data, desk.path(), &["journal", "blobs"]);
    copy(&loot.keys, desk.path(), &["keys"]);
    let engine = SqliteEngine::open(&desk.path().join("journal.sqlite")).unwrap();
    let blobs: Arc<dyn BlobSink> = Arc::new(SqliteBlobs::open(&desk.path().join("blobs.sqlite")).unwrap());
    let root = RootKey::new(loot.root);
    let keys = KeyStore::open(&desk.path().join("keys.sqlite"), &[root], &mut |bytes: &mut [u8]| bytes.fill(0)).await?;
    let mut found = 0;
    for head in engine.scan(0, 1, None, usize::MAX >> 1).await.unwrap() {
        let Some(key) = keys.get(head.journal).await? else { continue };
        let keys = JournalKeys::new(&key).unwrap();
        let mut previous = None;
        for (seq, row) in engine.rows(head.journal, 0, usize::MAX >> 1).await.unwrap() {
            let (entry, digest) = open_row(&keys, head.journal, seq, previous.as_ref(), &row).unwrap();
            previous = Some(digest);
            found += count(format!("{entry:?}").as_bytes(), markers);
            for change in entry.changes.iter().flatten() {
                let Change::DocumentAdded(added) = change else { continue };
                let (content, key) = (&added.entry.content, Secret::new(added.entry.content.key));
                let reader =
                    BlobReader::new(Arc::clone(&blobs), BlobId(content.id), &key, content.length, 0..content.length);
                if let Ok(bytes) = reader.unwrap().rest().await {
                    found += count(&bytes, markers);
                }
            }
        }
    }
    Ok(found)
}

/// How often the markers are found in the bytes of every file of a folder, as they are, in hexadecimal or in base64; and how many bytes
/// were looked at.
pub fn lying_about(dir: &Path, markers: &[&str], but: &[&str]) -> (usize, usize) {
    let (mut found, mut looked) = (0, 0);
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if but.iter().any(|one| name.starts_with(one)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            looked += bytes.len();
            let here = count(&bytes, markers);
            assert!(
                here == 0 || path.extension().is_none_or(|end| end != "sqlite"),
                "{} holds a marker",
                path.display()
            );
            found += here;
        }
    }
    (found, looked)
}

/// In every spelling.
pub fn count(bytes: &[u8], markers: &[&str]) -> usize {
    markers.iter().flat_map(|marker| spellings(marker)).map(|one| times(bytes, &one)).sum()
}

fn spellings(marker: &str) -> Vec<Vec<u8>> {
    let hexadecimal: String = marker.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![marker.as_bytes().to_vec(), hexadecimal.clone().into_bytes(), hexadecimal.to_uppercase().into()];
    // In the middle of a longer text: what three beginnings have in common with it.
    for before in 0..3 {
        let text = STANDARD_NO_PAD.encode([&vec![b' '; before], marker.as_bytes()].concat());
        all.push(text.as_bytes()[[0, 2, 3][before]..text.len() - 2].to_vec());
    }
    all
}

fn times(bytes: &[u8], marker: &[u8]) -> usize {
    let first = marker[0];
    let mut found = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == first && bytes[at..].starts_with(marker) {
            found += 1;
        }
    }
    found
}
