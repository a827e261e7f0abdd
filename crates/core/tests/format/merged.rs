//! The values behind the specimens of merges.

use dmp_core::dossier::*;
use dmp_core::identity::Ins;

pub fn changes() -> Vec<(&'static str, Change)> {
    let ins = || Ins::parse("1.2.250.1.213.1.4.10", "279035121518989").unwrap();
    let merge = [0x4d; 16];
    let absorbed = Absorbed { merge, journal: 17, seq: 9, head: [0x48; 32], names: vec![ins()], base: 12, last: 5 };
    let returned = |declined, names| Returned { merge, journal: 23, seq: 31, head: [0x48; 32], declined, names };
    vec![
        (
            "change-40-merged-into",
            Change::MergedInto(Box::new(MergedInto { merge, journal: 23, survivor: ins(), name: None })),
        ),
        (
            "change-40-merged-into-unopened",
            Change::MergedInto(Box::new(MergedInto { merge, journal: 23, survivor: ins(), name: Some(ins()) })),
        ),
        ("change-41-absorbed", Change::Absorbed(Box::new(absorbed))),
        ("change-42-separated", Change::Separated(Separated { merge })),
        ("change-43-returned", Change::Returned(Box::new(returned(false, vec![ins()])))),
        ("change-43-returned-declined", Change::Returned(Box::new(returned(true, Vec::new())))),
        ("change-44-merge-declined", Change::MergeDeclined(MergeDeclined { merge, journal: 17 })),
    ]
}
