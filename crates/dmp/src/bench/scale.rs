//! `dmp bench --scale N`: a list's median time over ever more active dossiers, of N on disk; and how long a start takes then.
//!
//! The dossiers are loaded through the door, in this process: opened, one reader authorised, eight documents each, no bytes.

use std::path::Path;
use std::sync::Arc;

use dmp_core::access::Policy;
use dmp_core::act::{
    Act, ActivateDossier, Answer, GrantAccess, HeaderFacts, NewDocument, NewSet, OpenDossier, OpeningProof,
    ProvideDocuments,
};
use dmp_core::code::{Code, Coded, Day, Dtm};
use dmp_core::document::{Blob, Confidentiality, DocumentEntry, SubmissionSet, Visibility};
use dmp_core::dossier::{Holder, Subject};
use dmp_core::identity::{
    HolderRequester, Ins, InsDomain, Means, Organisation, ProfessionalId, Requester, StructureId, StructureRef,
};
use dmp_lab::persona;
use dmp_store::{Ask, Store, Target};
use tokio::task::JoinSet;

use crate::bench::client::Connection;
use crate::bench::prepare::{self, CREDENTIALS};
use crate::bench::server::Server;
use crate::command::operator;
use crate::data_dir::DataDir;
use crate::failure::Failure;
use crate::world::Stopwatch;

/// Documents of each dossier.
const DOCUMENTS: usize = 8;
/// Dossiers that are loaded at once: enough to fill the commits.
const AT_ONCE: usize = 256;
/// Clients that list at once.
const CLIENTS: usize = 16;
/// What a deployment with 100,000 active dossiers gives the server: enough memory for them. Nothing of it is taken before it is needed.
const MEMORY: [&str; 2] = ["memory.journals_mib=4096", "memory.fragments_mib=4096"];
/// How many dossiers are active, measured in turn.
const ACTIVE: [usize; 2] = [10_000, 100_000];

/// Loads so many dossiers, starts the server on them, and measures.
///
/// # Errors
/// [`Failure`] when the store or the server fails.
pub async fn run(folder: &Path, dossiers: usize, seconds: f64) -> Result<(), Failure> {
    let loaded = folder.join("loaded");
    let seeded = Server::start(folder).await?;
    let data = seeded.data().to_owned();
    let readers = prepare::tokens(&data, "gp")?;
    seeded.stop();
    if std::fs::read_to_string(&loaded).ok() != Some(dossiers.to_string()) {
        load(&data, dossiers).await?;
        std::fs::write(&loaded, dossiers.to_string())?;
    }
    let watch = Stopwatch::start();
    println!("settings: {}", MEMORY.join(", "));
    let server = Server::start_with(folder, &MEMORY).await?;
    println!("start with {} documents: {:.2} s", dossiers * DOCUMENTS, watch.seconds());
    let mut medians = Vec::new();
    for active in ACTIVE.into_iter().filter(|active| *active <= dossiers) {
        // Once over all of them: active means that they were read lately.
        let watch = Stopwatch::start();
        list(&server, &readers, dossiers, active, Span::Once).await?;
        let once = watch.seconds();
        server.settled().await?;
        println!("{active} dossiers listed once in {once:.0} s, projected {:.0} s after", watch.seconds() - once);
        let before = (server.cpu_seconds(), server.counters().await?);
        let mut times = list(&server, &readers, dossiers, active, Span::For(seconds)).await?;
        let (spent, after) = (server.cpu_seconds() - before.0, server.counters().await?);
        times.sort_unstable_by(f64::total_cmp);
        let median = times.get(times.len() / 2).copied().unwrap_or_default() * 1e3;
        let count = times.len();
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let cpu = spent / count.max(1) as f64 * 1e6;
        println!(
            "W3, {CLIENTS} clients, {active} active of {dossiers}: p50 {median:.2} ms over {count} lists, CPU {cpu:.0} µs, {} journals loaded anew, {} MB resident",
            after.loads - before.1.loads,
            server.resident_mb()
        );
        medians.push(median);
    }
    if let [few, many] = medians.as_slice() {
        println!("ten times as many active dossiers: {:.2} times the median", many / few);
    }
    server.stop();
    Ok(())
}

async fn load(data: &Path, dossiers: usize) -> Result<(), Failure> {
    let store = DataDir::demo(data).open(Arc::new(Policy::built_in()), 64 << 20).await?.store;
    let watch = Stopwatch::start();
    let mut running: JoinSet<Result<(), Failure>> = JoinSet::new();
    for place in 0..dossiers {
        running.spawn(one(Arc::clone(&store), place));
        if running.len() >= AT_ONCE {
            done(&mut running).await?;
        }
        if place % 100_000 == 99_999 {
            println!("{} dossiers loaded in {:.0} s", place + 1, watch.seconds());
        }
    }
    while !running.is_empty() {
        done(&mut running).await?;
    }
    let size = std::fs::metadata(data.join("journal.sqlite"))?.len();
    println!(
        "{dossiers} dossiers of {DOCUMENTS} documents loaded through the door in {:.0} s, journal {} MB",
        watch.seconds(),
        size >> 20
    );
    Ok(())
}

async fn done(running: &mut JoinSet<Result<(), Failure>>) -> Result<(), Failure> {
    match running.join_next().await {
        Some(joined) => joined.map_err(|error| Failure::of("loading", error))?,
        None => Ok(()),
    }
}

/// One dossier: opened by the operator, the bench's reader authorised by its holder, eight documents of a hospital.
async fn one(store: Arc<Store>, place: usize) -> Result<(), Failure> {
    let fault = |error: &dyn std::fmt::Display| Failure(format!("dossier {place}: {error}"));
    let ins = Ins::new(InsDomain::Test, &prepare::number(place)?).map_err(|error| fault(&error))?;
    let birth = Day::new(1950, 1, 1).map_err(|error| fault(&error))?;
    let holder = holder(birth);
    let open = OpenDossier { ins: ins.clone(), holder, informed_on: None, proof: OpeningProof::None };
    let reader = persona("gp").and_then(|gp| gp.id).unwrap_or_default();
    let reader = ProfessionalId::parse(reader).map_err(|error| fault(&error))?;
    let grant = GrantAccess { subject: Some(Subject::Professional(reader)), ..GrantAccess::default() };
    let holder = Arc::new(Requester::Holder(HolderRequester { ins: ins.clone(), credential: [1; 32] }));
    let id = StructureId::parse("1750803447").map_err(|error| fault(&error))?;
    let hospital = Arc::new(Requester::Organisation(Organisation {
        structure: StructureRef { id, name: Some("Hôpital du banc".into()) },
        sector: Some("SA01".into()),
        software: None,
        credential: [2; 32],
        regulation: false,
        means: Means::Indirect,
        secret: false,
    }));
    let acts = [
        (Act::OpenDossier(Box::new(open)), operator()),
        (Act::ActivateDossier(ActivateDossier::default()), Arc::clone(&holder)),
        (Act::GrantAccess(grant), holder),
        (Act::ProvideDocuments(Box::new(deposit(place, &store))), hospital),
    ];
    for (act, requester) in acts {
        let code = act.code();
        let performed = store.perform(Target::Dossier(ins.clone()), act, Ask::of(requester)).await?;
        if matches!(performed.answer, Answer::Refused(_) | Answer::Faulty(_) | Answer::NotFound) {
            return Err(fault(&format!("{} came to {:?}", code.code(), performed.rule)));
        }
    }
    Ok(())
}

fn holder(birth: Day) -> Holder {
    Holder {
        family: "BANC".into(),
        given: None,
        used_family: None,
        birth,
        sex: None,
        birth_place: None,
        address: None,
        email: None,
        phone: None,
        regime: None,
        card: None,
        representatives: Vec::new(),
    }
}

fn deposit(place: usize, store: &Store) -> ProvideDocuments {
    let set = SubmissionSet {
        unique_id: None,
        entry_uuid: None,
        source_id: None,
        submission_time: None,
        content_type_code: None,
        authors: Vec::new(),
        title: None,
        comments: None,
    };
    let documents = (0..DOCUMENTS).map(|number| document(place * DOCUMENTS + number, store)).collect();
    ProvideDocuments {
        set: NewSet { set, authors: Vec::new(), patient: HeaderFacts::default() },
        documents,
        patients: Vec::new(),
        unfit: None,
        patients_word: false,
    }
}

/// A document that only the metadata know: nobody fetches it.
fn document(number: usize, store: &Store) -> NewDocument {
    let created = Dtm { start: store.now(), precision: dmp_core::code::Precision::Second };
    NewDocument {
        entry: DocumentEntry {
            unique_id: format!("1.2.250.1.999.6.{number}").into(),
            entry_uuid: None,
            type_code: Coded::bare(Code::new("2.16.840.1.113883.6.1", "11490-0")),
            class_code: Code::new("", ""),
            format_code: Some(Coded::bare(Code::new(
                "1.3.6.1.4.1.19376.1.2.3",
                "urn:ihe:iti:xds:2017:mimeTypeSufficient",
            ))),
            practice_setting_code: Some(Coded::bare(Code::new("1.2.250.1.213.1.1.4.9", "ETABLISSEMENT"))),
            healthcare_facility_type_code: Some(Coded::bare(Code::new("1.2.250.1.71.4.2.4", "SA01"))),
            confidentiality_code: Confidentiality::Normal,
            event_codes: Vec::new(),
            title: Some("Lettre de liaison".into()),
            comments: None,
            language_code: Some("fr-FR".into()),
            mime_type: "text/xml".into(),
            creation_time: Some(created),
            service_start_time: Some(created),
            service_stop_time: None,
            authors: Vec::new(),
            legal_authenticator: None,
            source_patient: None,
            reference_ids: Vec::new(),
            content: Blob { id: [0; 16], key: [0; 32], length: 60_000, sha1: [0; 20], sha256: [0; 32] },
            text: None,
        },
        authors: Vec::new(),
        legal_authenticator: None,
        source_patient: None,
        visibility: Visibility::default(),
        withhold_motive: None,
        replaces: None,
        header: HeaderFacts::default(),
    }
}

/// How long lists are asked for.
#[derive(Debug, Clone, Copy)]
enum Span {
    /// Each dossier once.
    Once,
    /// So many seconds.
    For(f64),
}

/// Lists the active dossiers, spread over all that there are; the seconds that each took.
async fn list(
    server: &Server,
    readers: &[String],
    dossiers: usize,
    active: usize,
    span: Span,
) -> Result<Vec<f64>, Failure> {
    let mut running: JoinSet<Result<Vec<f64>, Failure>> = JoinSet::new();
    for client in 0..CLIENTS {
        let (mut connection, readers) = (Connection::open(server.address()).await?, readers.to_vec());
        running.spawn(async move {
            let (mut times, watch, step) = (Vec::new(), Stopwatch::start(), dossiers / active);
            for round in 0_usize.. {
                let turn = round * CLIENTS + client;
                let over = match span {
                    Span::Once => turn >= active,
                    Span::For(seconds) => watch.seconds() >= seconds,
                };
                if over {
                    break;
                }
                // A stride that is prime to the count visits them all, in no order that a cache could foresee.
                let place = match span {
                    Span::Once => turn,
                    Span::For(_) => turn.wrapping_mul(7_919) % active,
                } * step;
                let ins = prepare::number(place)?;
                let path = format!(
                    "/fhir/DocumentReference?patient.identifier=urn:oid:1.2.250.1.213.1.4.10%7C{ins}&_count=50"
                );
                let one = Stopwatch::start();
                let token = readers.get(turn % CREDENTIALS).map_or("", String::as_str);
                let (status, body) = connection.get(&path, token).await?;
                if status != 200 {
                    return Err(Failure(format!("a list is answered {status}: {}", String::from_utf8_lossy(&body))));
                }
                times.push(one.seconds());
            }
            Ok(times)
        });
    }
    let mut all = Vec::new();
    while let Some(joined) = running.join_next().await {
        all.extend(joined.map_err(|error| Failure::of("a client", error))??);
    }
    Ok(all)
}
