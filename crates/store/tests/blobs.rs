//! Blobs: what goes in comes out, whole or in part; nothing else opens; the stage finds what nobody named.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dmp_seal::Secret;
use dmp_store::blobs::{
    BlobFault, BlobId, BlobReader, BlobSink, BlobWriter, CHUNK_LENGTH, LostFile, MemoryBlobs, SqliteBlobs, Stage,
    lost_files,
};

type Sink = Arc<dyn BlobSink>;

fn key() -> Secret {
    Secret::new([9; 32])
}

fn stage(id: u8, staged_at: u64) -> Stage {
    Stage { id: BlobId([id; 16]), journal: 5, staged_at }
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

async fn write(sink: &Sink, stage: Stage, content: &[u8], piece: usize) {
    let mut writer = BlobWriter::new(Arc::clone(sink), stage, &key()).unwrap();
    for bytes in content.chunks(piece) {
        writer.write(bytes).await.unwrap();
    }
    assert_eq!(writer.finish().await.unwrap(), content.len() as u64);
}

async fn read(sink: &Sink, id: u8, length: usize, range: std::ops::Range<usize>) -> Result<Vec<u8>, BlobFault> {
    let range = range.start as u64..range.end as u64;
    let reader = BlobReader::new(Arc::clone(sink), BlobId([id; 16]), &key(), length as u64, range)?;
    reader.rest().await.map(Vec::from)
}

async fn what_goes_in_comes_out(sink: Sink) {
    let lengths = [0, 1, CHUNK_LENGTH - 1, CHUNK_LENGTH, CHUNK_LENGTH + 1, 5 * CHUNK_LENGTH, 700_000];
    for (id, length) in (1..).zip(lengths) {
        let content = content(length);
        write(&sink, stage(id, 1), &content, 10_000).await;
        assert_eq!(read(&sink, id, length, 0..length).await.unwrap(), content);
    }
    let whole = content(700_000);
    for range in [0..1, 65_535..65_537, 100..100, 300_000..600_000, 699_999..700_000] {
        assert_eq!(read(&sink, 7, 700_000, range.clone()).await.unwrap(), whole.get(range).unwrap());
    }
    assert_eq!(read(&sink, 7, 700_000, 0..700_001).await, Err(BlobFault::Length));
}

async fn another_length_key_or_blob_is_refused(sink: Sink) {
    write(&sink, stage(1, 1), &content(CHUNK_LENGTH * 2), 1_000_000).await;
    for length in [CHUNK_LENGTH, CHUNK_LENGTH * 3] {
        assert_eq!(read(&sink, 1, length, 0..length).await, Err(BlobFault::Damaged));
    }
    assert_eq!(read(&sink, 2, 10, 0..10).await, Err(BlobFault::Damaged));
    let reader = BlobReader::new(sink, BlobId([1; 16]), &Secret::new([8; 32]), 10, 0..10).unwrap();
    assert_eq!(reader.rest().await, Err(BlobFault::Damaged));
}

async fn the_stage_finds_what_nobody_named(sink: Sink) {
    for (id, at) in [(1, 100), (2, 200), (3, 300)] {
        write(&sink, stage(id, at), b"content", 100).await;
    }
    // Cut off in the middle: one sending of chunks came, the rest did not.
    let mut cut = BlobWriter::new(Arc::clone(&sink), stage(4, 150), &key()).unwrap();
    cut.write(&content(CHUNK_LENGTH * 6)).await.unwrap();
    drop(cut);
    assert_eq!(sink.staged(300, 10).await.unwrap(), [stage(1, 100), stage(4, 150), stage(2, 200)]);
    assert_eq!(sink.staged(300, 1).await.unwrap(), [stage(1, 100)]);
    sink.release(vec![BlobId([1; 16])]).await.unwrap();
    sink.delete(BlobId([4; 16])).await.unwrap();
    assert_eq!(sink.staged(300, 10).await.unwrap(), [stage(2, 200)]);
    assert_eq!(read(&sink, 1, 7, 0..7).await.unwrap(), b"content");
    assert!(sink.read(BlobId([4; 16]), 0).await.unwrap().is_none());
    write(&sink, stage(5, 400), b"another", 100).await;
    assert_eq!(read(&sink, 3, 7, 0..7).await.unwrap(), b"content");
}

/// Of a destroyed journal every blob goes, named or not; and the sink remembers how far it came in the list.
async fn what_belongs_to_a_destroyed_journal_goes(sink: Sink) {
    for id in 1..=40 {
        write(&sink, Stage { journal: u32::from(id % 4), ..stage(id, 1) }, b"content", 100).await;
    }
    sink.release((1..=20).map(|id| BlobId([id; 16])).collect()).await.unwrap();
    assert_eq!(sink.forgotten().await.unwrap(), 0);
    for _ in 0..2 {
        sink.forget([1, 3].into(), 2).await.unwrap();
        for id in 1..=40 {
            assert_eq!(sink.read(BlobId([id; 16]), 0).await.unwrap().is_some(), id % 2 == 0, "{id}");
        }
    }
    assert_eq!(sink.forgotten().await.unwrap(), 2);
    assert_eq!(sink.staged(9, 99).await.unwrap().len(), 10, "the stage too");
}

macro_rules! suite {
    ($($name:ident),+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                super::$name(std::sync::Arc::new(super::SqliteBlobs::open(&folder.path().join("blobs.sqlite")).unwrap())).await;
            })+
        }
        mod memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name(std::sync::Arc::new(super::MemoryBlobs::default())).await;
            })+
        }
    };
}

suite!(
    what_goes_in_comes_out,
    another_length_key_or_blob_is_refused,
    the_stage_finds_what_nobody_named,
    what_belongs_to_a_destroyed_journal_goes
);

fn sealed_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("blobs")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Where a blob lay are zeros; its neighbours in the same file are as they were.
#[tokio::test]
async fn what_is_deleted_is_erased_where_it_lay() {
    let folder = tempfile::tempdir().unwrap();
    let sink: Sink = Arc::new(SqliteBlobs::open(&folder.path().join("blobs.sqlite")).unwrap());
    let length = 100_000;
    for id in 1..=3 {
        write(&sink, stage(id, 1), &content(length), length).await;
    }
    let [file] = sealed_files(folder.path()).try_into().unwrap();
    let before = std::fs::read(&file).unwrap();
    let sealed = before.len() / 3;
    assert!(before.chunks(4_096).all(|some| some.iter().any(|byte| *byte != 0)));
    sink.delete(BlobId([2; 16])).await.unwrap();
    let after = std::fs::read(&file).unwrap();
    assert_eq!(after.len(), before.len());
    assert!(after.get(sealed..2 * sealed).unwrap().iter().all(|byte| *byte == 0));
    for (id, there) in [(1, true), (2, false), (3, true)] {
        assert_eq!(read(&sink, id, length, 0..length).await.is_ok(), there, "{id}");
    }
    sink.delete(BlobId([2; 16])).await.unwrap();
    write(&sink, stage(2, 1), &content(length), length).await;
    assert_eq!(read(&sink, 2, length, 0..length).await.unwrap(), content(length));
}

/// Two that are open at once append to a file each, and read what the other wrote; one that comes after them begins no third.
#[tokio::test]
async fn two_processes_write_beside_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blobs.sqlite");
    let open = || -> Sink { Arc::new(SqliteBlobs::open(&path).unwrap()) };
    let (one, other) = (open(), open());
    for id in [1, 3, 5] {
        write(&one, stage(id, 1), &content(70_000), 9_000).await;
        write(&other, stage(id + 1, 1), &content(70_000), 9_000).await;
    }
    for id in 1..=6 {
        for sink in [&one, &other] {
            assert_eq!(read(sink, id, 70_000, 0..70_000).await.unwrap(), content(70_000));
        }
    }
    drop((one, other));
    let later = open();
    write(&later, stage(7, 1), &content(70_000), 9_000).await;
    assert_eq!(sealed_files(folder.path()).len(), 2);
    for id in 1..=7 {
        assert_eq!(read(&later, id, 70_000, 0..70_000).await.unwrap(), content(70_000));
    }
}

/// What a crash left at the end of a file is passed over, and in nobody's way.
#[tokio::test]
async fn bytes_that_no_row_leads_to_are_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blobs.sqlite");
    let sink: Sink = Arc::new(SqliteBlobs::open(&path).unwrap());
    write(&sink, stage(1, 1), &content(5_000), 5_000).await;
    drop(sink);
    let [file] = sealed_files(folder.path()).try_into().unwrap();
    std::fs::OpenOptions::new().append(true).open(&file).unwrap().write_all(&[7; 1_234]).unwrap();
    let sink: Sink = Arc::new(SqliteBlobs::open(&path).unwrap());
    write(&sink, stage(2, 1), &content(6_000), 6_000).await;
    assert_eq!(read(&sink, 1, 5_000, 0..5_000).await.unwrap(), content(5_000));
    assert_eq!(read(&sink, 2, 6_000, 0..6_000).await.unwrap(), content(6_000));
}

/// A folder that another layout filled is refused, and told so.
#[tokio::test]
async fn a_layout_of_before_the_first_release_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blobs.sqlite");
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute_batch("CREATE TABLE chunk (key INTEGER PRIMARY KEY, sealed BLOB NOT NULL)").unwrap();
    let told = SqliteBlobs::open(&path).unwrap_err().to_string();
    assert!(told.contains("before the first release"), "{told}");
}

#[tokio::test]
async fn a_document_of_60_kb_costs_little_more_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blobs.sqlite");
    let sink: Sink = Arc::new(SqliteBlobs::open(&path).unwrap());
    let lengths = (0..250_u8).map(|id| (id, 60_000 + usize::from(id) * 41));
    for (id, length) in lengths.clone() {
        write(&sink, stage(id, 1), &content(length), 60_000).await;
    }
    drop(sink);
    let content_length: usize = lengths.map(|(_, length)| length).sum();
    let sealed: u64 = sealed_files(folder.path()).iter().map(|file| file.metadata().unwrap().len()).sum();
    let kept = std::fs::metadata(&path).unwrap().len() + sealed;
    let beyond = (kept as usize - content_length) / 250;
    assert!(beyond < 200, "{beyond} bytes beyond the content");
    let sink: Sink = Arc::new(SqliteBlobs::open(&path).unwrap());
    assert_eq!(read(&sink, 10, 60_410, 0..60_410).await.unwrap(), content(60_410));
}

/// A backup without one of the files: what is deleted from it passes on, so that a destruction comes to its end.
#[tokio::test]
async fn a_file_that_is_not_there_holds_nothing_to_erase() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blobs.sqlite");
    let sink: Sink = Arc::new(SqliteBlobs::open(&path).unwrap());
    write(&sink, stage(1, 1), &content(1_000), 1_000).await;
    drop(sink);
    sealed_files(folder.path()).iter().for_each(|file| std::fs::remove_file(file).unwrap());
    let sink: Sink = Arc::new(SqliteBlobs::open(&path).unwrap());
    sink.delete(BlobId([1; 16])).await.unwrap();
    assert_eq!(sink.read(BlobId([1; 16]), 0).await.unwrap(), None, "its row is gone too");
}

/// Files that are missing or were cut short are named, and nothing is written where rows of the index still lead: what is deleted later takes
/// nothing of a new document with it.
#[tokio::test]
async fn nothing_new_lies_where_a_lost_file_lay() {
    for cut in [None, Some(0), Some(2_000)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blobs.sqlite");
        let open = || -> Sink { Arc::new(SqliteBlobs::open(&path).unwrap()) };
        let sink = open();
        write(&sink, stage(1, 1), &content(5_000), 5_000).await;
        write(&sink, stage(2, 1), &content(5_000), 5_000).await;
        sink.release(vec![BlobId([1; 16]), BlobId([2; 16])]).await.unwrap();
        let [file] = sealed_files(folder.path()).try_into().unwrap();
        let needed = file.metadata().unwrap().len();
        write(&sink, stage(8, 1), &content(5_000), 5_000).await;
        drop(sink);
        assert_eq!(lost_files(&path, |_| false).unwrap(), []);
        match cut {
            None => std::fs::remove_file(&file).unwrap(),
            Some(length) => std::fs::File::options().write(true).open(&file).unwrap().set_len(length).unwrap(),
        }
        let sink = open();
        assert_eq!(lost_files(&path, |_| false).unwrap(), [LostFile { path: file, length: cut, needed }]);
        assert_eq!(lost_files(&path, |journal| journal == 5).unwrap(), [], "their journal is destroyed");
        for id in 3..=6 {
            write(&sink, stage(id, 1), &content(5_000), 5_000).await;
        }
        sink.delete(BlobId([1; 16])).await.unwrap();
        sink.delete(BlobId([2; 16])).await.unwrap();
        for id in 3..=6 {
            assert_eq!(read(&sink, id, 5_000, 0..5_000).await.unwrap(), content(5_000), "{cut:?}");
        }
        assert_eq!(lost_files(&path, |_| false).unwrap(), [], "nothing that is left lay in it");
        // Nor once the index has no row that leads there: the number was given before.
        drop(sink);
        let sink = open();
        write(&sink, stage(7, 1), &content(5_000), 5_000).await;
        let numbers: Vec<PathBuf> = sealed_files(folder.path());
        assert!(numbers.last().unwrap().ends_with("00000002.sealed"), "{numbers:?}");
        assert_eq!(read(&sink, 7, 5_000, 0..5_000).await.unwrap(), content(5_000));
    }
}

/// An index of before it knew where its files end learns it when it is opened.
#[tokio::test]
async fn an_older_index_learns_where_its_files_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blobs.sqlite");
    let sink: Sink = Arc::new(SqliteBlobs::open(&path).unwrap());
    write(&sink, stage(1, 1), &content(5_000), 5_000).await;
    sink.release(vec![BlobId([1; 16])]).await.unwrap();
    drop(sink);
    rusqlite::Connection::open(&path).unwrap().execute_batch("DROP TABLE segment").unwrap();
    sealed_files(folder.path()).iter().for_each(|file| std::fs::remove_file(file).unwrap());
    let sink: Sink = Arc::new(SqliteBlobs::open(&path).unwrap());
    assert_eq!(lost_files(&path, |_| false).unwrap().len(), 1);
    write(&sink, stage(2, 1), &content(5_000), 5_000).await;
    sink.delete(BlobId([1; 16])).await.unwrap();
    assert_eq!(read(&sink, 2, 5_000, 0..5_000).await.unwrap(), content(5_000));
}
