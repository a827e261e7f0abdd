//! What every engine promises, asked of each: the same suite on SQLite and on the chaos engine in calm weather.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is not as it must be")]

use std::sync::Arc;

use bytes::Bytes;
use dmp_seal::{JournalKey, NewPart, PartKind, Position, Secret, erase, seal};
use dmp_store::engine::chaos::{ChaosWorld, Weather};
use dmp_store::engine::sqlite::SqliteEngine;
use dmp_store::engine::{
    Appended, Claimed, Engine, EngineError, Group, Head, ProjectionRow, ProjectionWrite, Settled, Snapshot,
};

type Tested = Arc<dyn Engine>;

fn group(journal: u32, expected_seq: u32, rows: &[&'static str]) -> Group {
    let rows = rows.iter().map(|row| Bytes::from_static(row.as_bytes())).collect();
    Group { journal, expected_seq, rows, snapshot: None, watched: None, quiet: false }
}

fn text(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

async fn appends_follow_the_head(engine: Tested) {
    assert_eq!(engine.append(vec![group(1, 0, &["a", "b"])]).await, [Appended::Done]);
    assert_eq!(engine.append(vec![group(1, 0, &["x"])]).await, [Appended::HeadMoved]);
    assert_eq!(engine.append(vec![group(1, 1, &["x", "y"])]).await, [Appended::HeadMoved]);
    assert_eq!(engine.append(vec![group(1, 3, &["x"])]).await, [Appended::HeadMoved]);
    assert_eq!(engine.append(vec![group(2, 5, &["x"])]).await, [Appended::HeadMoved]);
    assert_eq!(engine.append(vec![group(1, 2, &[])]).await, [Appended::NotTried]);
    assert_eq!(engine.append(vec![group(1 << 31, 0, &["x"])]).await, [Appended::NotTried]);
    let many = vec![group(3, 0, &["c"]), group(1, 0, &["x"]), group(1, 2, &["d"]), group((1 << 31) - 1, 0, &["e"])];
    let answers = engine.append(many).await;
    assert_eq!(answers, [Appended::Done, Appended::HeadMoved, Appended::Done, Appended::Done]);
    let loaded = engine.load(1, None).await.unwrap();
    assert_eq!(loaded.rows, [(1, text("a")), (2, text("b")), (3, text("d"))]);
    assert_eq!(engine.load(1, Some(2)).await.unwrap().rows, [(3, text("d"))]);
    assert_eq!(engine.load(9, None).await.unwrap().rows, []);
    assert_eq!(engine.rows(1, 1, 1).await.unwrap(), [(2, text("b"))]);
}

async fn an_append_may_watch_another_journal(engine: Tested) {
    let watching =
        |expected_seq, seq| Group { watched: Some(Head { journal: 7, seq }), ..group(1, expected_seq, &["a"]) };
    assert_eq!(engine.append(vec![watching(0, 0)]).await, [Appended::Done], "there is no such journal");
    engine.append(vec![group(7, 0, &["b", "c"])]).await;
    for behind in [0, 1] {
        assert_eq!(engine.append(vec![watching(1, behind)]).await, [Appended::WatchedMoved]);
    }
    let both = vec![watching(1, 1), watching(1, 2), group(8, 0, &["d"])];
    assert_eq!(engine.append(both).await, [Appended::WatchedMoved, Appended::Done, Appended::Done]);
    assert_eq!(engine.load(1, None).await.unwrap().rows.len(), 2);
}

async fn a_lost_answer_is_settled(engine: Tested) {
    engine.append(vec![group(1, 0, &["a"])]).await;
    assert_eq!(engine.settle(1, 1, text("a")).await.unwrap(), Settled::Done);
    assert_eq!(engine.settle(1, 1, text("b")).await.unwrap(), Settled::Superseded);
    assert_ne!(engine.settle(1, 2, text("b")).await.unwrap(), Settled::Done);
}

async fn snapshots_shorten_a_load(engine: Tested) {
    engine.append(vec![group(1, 0, &["a", "b"])]).await;
    let snapshot = Snapshot { seq: 3, bytes: text("fold") };
    let with = Group { snapshot: Some(snapshot.clone()), ..group(1, 2, &["c"]) };
    assert_eq!(engine.append(vec![with.clone()]).await, [Appended::Done]);
    engine.append(vec![group(1, 3, &["d"])]).await;
    let loaded = engine.load(1, None).await.unwrap();
    assert_eq!((loaded.snapshot, loaded.rows), (Some(snapshot), vec![(4, text("d"))]));
    assert_eq!(engine.load(1, Some(1)).await.unwrap().snapshot, None);
    assert_eq!(engine.rows(1, 0, 10).await.unwrap().len(), 4);
    engine.drop_snapshots(1).await.unwrap();
    assert_eq!(engine.load(1, None).await.unwrap().rows.len(), 4);
    assert_eq!(engine.append(vec![with]).await, [Appended::HeadMoved]);
    assert_eq!(engine.load(1, None).await.unwrap().snapshot, None);
}

async fn a_name_is_claimed_once(engine: Tested) {
    let name = [7; 16];
    assert_eq!(engine.claim(name, None, Some(text("1"))).await.unwrap(), Claimed::Done);
    assert_eq!(engine.claim(name, None, Some(text("2"))).await.unwrap(), Claimed::Held(Some(text("1"))));
    assert_eq!(engine.claim(name, Some(text("1")), Some(text("2"))).await.unwrap(), Claimed::Done);
    assert_eq!(engine.claimed(name, true).await.unwrap(), Some(text("2")));
    assert_eq!(engine.claim(name, Some(text("2")), None).await.unwrap(), Claimed::Done);
    assert_eq!(engine.claimed(name, false).await.unwrap(), None);
    assert_eq!(engine.claim(name, Some(text("2")), None).await.unwrap(), Claimed::Held(None));
}

async fn marks_stay_until_cleaned(engine: Tested) {
    engine.append(vec![group(4, 0, &["a"]), group(2, 0, &["a", "b"])]).await;
    let marks = engine.dirty(0, 10).await.unwrap();
    assert_eq!(
        marks.iter().map(|dirty| dirty.head).collect::<Vec<_>>(),
        [Head { journal: 4, seq: 1 }, Head { journal: 2, seq: 2 }]
    );
    assert_eq!(engine.dirty(marks[0].mark, 10).await.unwrap(), marks[1..]);
    assert_eq!(engine.dirty(0, 1).await.unwrap(), marks[..1]);
    engine.append(vec![group(4, 1, &["b"])]).await;
    engine.clean(marks).await.unwrap();
    let left = engine.dirty(0, 10).await.unwrap();
    assert_eq!(left.iter().map(|dirty| dirty.head).collect::<Vec<_>>(), [Head { journal: 4, seq: 2 }]);
    engine.append(vec![Group { quiet: true, ..group(2, 2, &["c", "d"]) }]).await;
    let quiet: Vec<_> = engine.dirty(0, 10).await.unwrap().iter().map(|dirty| dirty.quiet_after).collect();
    assert_eq!(quiet, [None, Some(2)], "a mark says whether its rows are to be read");
}

fn projection(upto: u32, range: &'static str, value: Option<&'static str>) -> ProjectionWrite {
    let row = ProjectionRow { key: text("key"), range: text(range), value: value.map(text) };
    ProjectionWrite { projection: 3, journal: 1, upto, rows: vec![row] }
}

async fn a_projection_is_applied_once(engine: Tested) {
    engine
        .project(vec![projection(1, "a", Some("1")), projection(2, "b", Some("2")), projection(3, "c", Some("3"))])
        .await
        .unwrap();
    engine.project(vec![projection(2, "a", Some("old"))]).await.unwrap();
    assert_eq!(engine.projected(3, vec![2, 1]).await.unwrap(), [0, 3]);
    let listed = engine.list(3, text("key"), text("a"), None, 10).await.unwrap();
    assert_eq!(listed.rows, [(text("a"), text("1")), (text("b"), text("2")), (text("c"), text("3"))]);
    assert!(listed.complete);
    let part = engine.list(3, text("key"), text("b"), Some(text("c")), 10).await.unwrap();
    assert_eq!(part.rows, [(text("b"), text("2"))]);
    engine.project(vec![projection(4, "b", None)]).await.unwrap();
    assert_eq!(engine.list(3, text("key"), text(""), None, 1).await.unwrap().rows.len(), 1);
    let amended = [("a", None), ("never", None), ("c", None), ("c", Some("4"))];
    let amended = amended.map(|(range, value)| projection(0, range, value).rows).concat();
    engine.amend(3, amended).await.unwrap();
    assert_eq!(engine.list(3, text("key"), text(""), None, 9).await.unwrap().rows, [(text("c"), text("4"))]);
    engine.append(vec![group(1, 0, &["a"])]).await;
    assert!(!engine.list(3, text("other"), text(""), None, 9).await.unwrap().complete);
}

async fn what_follows_the_cursor_is_told_within_the_limit(engine: Tested) {
    engine.append(vec![group(1, 0, &["a", "b", "c"]), group(2, 0, &["d"]), group(5, 0, &["e", "f"])]).await;
    engine.project(vec![projection(2, "a", Some("1"))]).await.unwrap();
    let told = async |journals: &[u32], limit| {
        let behind = engine.behind(3, journals.to_vec(), limit).await.unwrap();
        behind
            .into_iter()
            .map(|one| (one.journal, one.cursor, one.rows.iter().map(|(seq, _)| *seq).collect()))
            .collect::<Vec<(u32, u32, Vec<u32>)>>()
    };
    let (first, unknown, third) = ((1, 2, vec![3]), (7, 0, vec![]), (5, 0, vec![1, 2]));
    assert_eq!(told(&[1, 7, 5], 9).await, [first.clone(), unknown.clone(), third]);
    assert_eq!(told(&[1, 7, 5], 2).await, [first.clone(), unknown], "what does not fit is left out");
    assert_eq!(told(&[5, 1], 1).await, [(5, 0, vec![1])], "the first alone is told in part");
    assert_eq!(told(&[1, 5], 1).await, std::slice::from_ref(&first), "what has no room is left out");
    assert_eq!(told(&[1, 5], 0).await, [first], "one row at least");
    let row = engine.behind(3, vec![2], 1).await.unwrap().remove(0).rows.remove(0);
    assert_eq!(row, (1, text("d")));
}

async fn a_scan_meets_every_journal_once(engine: Tested) {
    for journal in [1, 2, 5, 6, 9, 100] {
        engine.append(vec![group(journal, 0, &["a", "b"])]).await;
    }
    let mut met = Vec::new();
    for slice in 0..3 {
        let mut after = None;
        while let Some(last) = engine.scan(slice, 3, after, 2).await.unwrap().last().copied() {
            met.extend(engine.scan(slice, 3, after, 2).await.unwrap());
            after = Some(last.journal);
        }
    }
    met.sort_unstable();
    assert_eq!(met, [1, 2, 5, 6, 9, 100].map(|journal| Head { journal, seq: 2 }));
}

async fn a_rewrite_keeps_the_commitments(engine: Tested) {
    let key = JournalKey::new(Secret::new([1; 32]), 1).entries().unwrap();
    let parts = [NewPart { kind: PartKind::Facts, cbor: &[0xa0] }, NewPart { kind: PartKind::Change, cbor: &[0xa0] }];
    let sealed =
        |byte| seal(&key, Position { journal: 1, seq: 1 }, None, &parts, &mut |bytes| bytes.fill(byte)).unwrap().row;
    let (row, other) = (sealed(1), sealed(2));
    let whole = Group { rows: vec![Bytes::from(row.clone())], ..group(1, 0, &[]) };
    assert_eq!(engine.append(vec![whole]).await, [Appended::Done]);
    let erased = Bytes::from(erase(1, &row, 1).unwrap());
    assert_eq!(engine.rewrite(1, 1, Bytes::from(other)).await, Err(EngineError::Refused));
    assert_eq!(engine.rewrite(1, 2, erased.clone()).await, Err(EngineError::Refused));
    assert_eq!(engine.rewrite(1, 1, erased.clone()).await, Ok(()));
    assert_eq!(engine.rewrite(1, 1, Bytes::from(row)).await, Err(EngineError::Refused));
    assert_eq!(engine.load(1, None).await.unwrap().rows, [(1, erased)]);
}

/// What a destroyed journal left behind is found by its value, goes for good, and is not derived again.
async fn what_is_forgotten_stays_forgotten(engine: Tested) {
    let names: Vec<([u8; 16], Bytes)> = (1..=5_u8).map(|byte| ([byte; 16], Bytes::from(vec![byte]))).collect();
    for (name, value) in &names {
        assert_eq!(engine.claim(*name, None, Some(value.clone())).await.unwrap(), Claimed::Done);
    }
    assert_eq!(engine.names(None, 2).await.unwrap(), names[..2]);
    assert_eq!(engine.names(Some([2; 16]), 10).await.unwrap(), names[2..]);
    engine.claim([3; 16], Some(text("\u{3}")), None).await.unwrap();
    assert_eq!(engine.names(Some([2; 16]), 1).await.unwrap(), names[3..4], "a name without a value is none");
    let row = |key: &'static str, range: &'static str| ProjectionRow {
        key: text(key),
        range: text(range),
        value: Some(text("v")),
    };
    let write = |journal, upto, rows| ProjectionWrite { projection: 1, journal, upto, rows };
    engine
        .project(vec![write(7, 1, vec![row("a", "7"), row("b", "7")]), write(8, 1, vec![row("a", "8")])])
        .await
        .unwrap();
    let (a7, a8, b7) = ((text("a"), text("7")), (text("a"), text("8")), (text("b"), text("7")));
    assert_eq!(engine.derived(1, None, 2).await.unwrap(), [a7.clone(), a8.clone()]);
    assert_eq!(engine.derived(1, Some(a8.clone()), 2).await.unwrap(), std::slice::from_ref(&b7));
    engine.erase(1, 7, vec![a7.clone()]).await.unwrap();
    engine.erase(1, 7, vec![b7]).await.unwrap();
    engine.project(vec![write(7, 99, vec![row("a", "7")])]).await.unwrap();
    assert_eq!(engine.derived(1, None, 9).await.unwrap(), [a8]);
    assert_eq!(engine.projected(1, vec![7]).await.unwrap(), [u32::MAX]);
}

async fn a_keyed_value_is_taken_once(engine: Tested) {
    engine.put(text("k"), text("1")).await.unwrap();
    engine.put(text("k"), text("2")).await.unwrap();
    assert_eq!(engine.get(text("k")).await.unwrap(), Some(text("2")));
    assert_eq!(engine.take(text("k")).await.unwrap(), Some(text("2")));
    assert_eq!(engine.take(text("k")).await.unwrap(), None);
    assert_eq!(engine.get(text("k")).await.unwrap(), None);
}

async fn a_race_has_one_winner(engine: Tested) {
    for seq in 0..50 {
        let racers: Vec<_> = (0..8_u8)
            .map(|racer| {
                let engine = Arc::clone(&engine);
                let rows = vec![Bytes::from(vec![racer]), Bytes::from(vec![racer])];
                tokio::spawn(async move {
                    engine
                        .append(vec![Group {
                            journal: 1,
                            expected_seq: seq * 2,
                            rows,
                            snapshot: None,
                            watched: None,
                            quiet: false,
                        }])
                        .await[0]
                })
            })
            .collect();
        let mut won = 0;
        for racer in racers {
            won += u32::from(racer.await.unwrap() == Appended::Done);
        }
        assert_eq!(won, 1);
    }
    let rows = engine.load(1, None).await.unwrap().rows;
    assert_eq!(rows.len(), 100);
    assert!(rows.chunks(2).all(|pair| pair[0].1 == pair[1].1));
}

macro_rules! suite {
    ($($name:ident),+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                super::$name(std::sync::Arc::new(super::SqliteEngine::open(&folder.path().join("engine.sqlite")).unwrap())).await;
            })+
        }
        mod chaos {
            $(#[tokio::test]
            async fn $name() {
                super::$name(std::sync::Arc::new(super::ChaosWorld::new(1, super::Weather::CALM).engine())).await;
            })+
        }
    };
}

suite!(
    appends_follow_the_head,
    an_append_may_watch_another_journal,
    a_lost_answer_is_settled,
    snapshots_shorten_a_load,
    a_name_is_claimed_once,
    marks_stay_until_cleaned,
    a_projection_is_applied_once,
    what_follows_the_cursor_is_told_within_the_limit,
    a_scan_meets_every_journal_once,
    a_rewrite_keeps_the_commitments,
    a_keyed_value_is_taken_once,
    what_is_forgotten_stays_forgotten,
    a_race_has_one_winner
);
