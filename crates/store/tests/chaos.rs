//! The chaos engine keeps its promises in any weather: nothing acknowledged is lost, nothing is there twice, order holds.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use dmp_store::engine::chaos::{ChaosWorld, Weather};
use dmp_store::engine::{Appended, Claimed, Engine, EngineError, Group, Settled};

/// Appends one row by the book: load, append, settle, send the same bytes again while open. `None` when the program died.
async fn append(engine: &dyn Engine, row: Bytes) -> Option<()> {
    loop {
        let head = engine.load(1, None).await.ok()?.rows.last().map_or(0, |(seq, _)| *seq);
        let group = Group {
            journal: 1,
            expected_seq: head,
            rows: vec![row.clone()],
            snapshot: None,
            watched: None,
            quiet: false,
        };
        let mut unsettled = false;
        loop {
            match engine.append(vec![group.clone()]).await.as_slice() {
                [Appended::Done] => return Some(()),
                [Appended::HeadMoved] if !unsettled => break,
                [Appended::NotTried] if !unsettled => break,
                _ => unsettled = true,
            }
            match engine.settle(1, head + 1, row.clone()).await.ok()? {
                Settled::Done => return Some(()),
                Settled::Superseded => break,
                Settled::Open => {}
            }
        }
    }
}

async fn story(seed: u64) {
    let world = ChaosWorld::new(seed, Weather::DEADLY);
    let told = Arc::new(Mutex::new(Vec::new()));
    for life in 0..3_u8 {
        let engine = world.engine();
        let writers: Vec<_> = (0..4_u8)
            .map(|writer| {
                let (engine, told) = (engine.clone(), Arc::clone(&told));
                tokio::spawn(async move {
                    for number in 0..5_u8 {
                        let row = Bytes::from(vec![life, writer, number]);
                        let Some(()) = append(&engine, row.clone()).await else { return };
                        told.lock().unwrap().push(row);
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        world.crash();
        assert_eq!(engine.load(1, None).await, Err(EngineError::Crashed));
    }
    world.arrive();
    let rows: Vec<Bytes> = world.journals().into_iter().flat_map(|(_, rows)| rows).collect();
    for row in told.lock().unwrap().iter() {
        assert_eq!(rows.iter().filter(|found| *found == row).count(), 1, "seed {seed}, row {row:?}");
    }
    for row in &rows {
        assert_eq!(rows.iter().filter(|found| *found == row).count(), 1, "seed {seed}, row {row:?}");
    }
}

#[tokio::test]
async fn nothing_told_is_lost_and_nothing_is_there_twice() {
    for seed in 0..300 {
        story(seed).await;
    }
}

#[tokio::test]
async fn a_seed_replays_its_story() {
    for seed in 0..20 {
        let mut told = Vec::new();
        for _ in 0..2 {
            let world = ChaosWorld::new(seed, Weather::STORM);
            let engine = world.engine();
            for number in 0..10_u8 {
                append(&engine, Bytes::from(vec![number])).await.unwrap();
            }
            told.push((world.journals(), engine.dirty(0, 9).await));
        }
        assert_eq!(told.first(), told.last());
    }
}

#[tokio::test]
async fn a_claim_in_a_storm_has_one_winner() {
    for seed in 0..200 {
        let engine = ChaosWorld::new(seed, Weather::STORM).engine();
        let claimants: Vec<_> = (0..4_u8)
            .map(|who| {
                let engine = engine.clone();
                tokio::spawn(async move {
                    let mine = Bytes::from(vec![who]);
                    loop {
                        match engine.claim([1; 16], None, Some(mine.clone())).await.unwrap() {
                            Claimed::Done => return mine,
                            Claimed::Held(Some(value)) => return value,
                            Claimed::Held(None) | Claimed::Unknown => {}
                        }
                    }
                })
            })
            .collect();
        let mut seen = Vec::new();
        for claimant in claimants {
            seen.push(claimant.await.unwrap());
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "seed {seed}");
    }
}
