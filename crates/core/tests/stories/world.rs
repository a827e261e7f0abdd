//! A dossier, the people of the stories, and what they ask.

use std::sync::{Arc, LazyLock};

use dmp_core::access::functional_rights::FunctionalRights;
use dmp_core::access::matrix::HabilitationMatrix;
use dmp_core::access::{Policy, PolicyName, Settings};
use dmp_core::act::*;
use dmp_core::code::{Code, Coded, Day, Instant};
use dmp_core::document::{Blob, Confidentiality, Criteria, DocumentEntry, Page, SubmissionSet, Visibility};
use dmp_core::dossier::{AccessMode, Dossier, Holder, JournalEntry, Mandate, MandateScope, Sex};
use dmp_core::encoding::{from_bytes, to_bytes};
use dmp_core::identity::*;

/// The policies of the stories are made once: printing one takes longer than most stories.
static MES_2024: LazyLock<Arc<Policy>> = LazyLock::new(|| policy(PolicyName::Mes2024, Settings::default()));
static DMP_2012: LazyLock<Arc<Policy>> = LazyLock::new(|| policy(PolicyName::Dmp2012, Settings::default()));

pub fn mes_2024() -> Arc<Policy> {
    Arc::clone(&MES_2024)
}

pub fn dmp_2012() -> Arc<Policy> {
    Arc::clone(&DMP_2012)
}

pub fn policy(name: PolicyName, settings: Settings) -> Arc<Policy> {
    Arc::new(Policy::new(name, HabilitationMatrix::built_in(), FunctionalRights::built_in(), settings))
}

pub const LOINC: &str = "2.16.840.1.113883.6.1";

/// A dossier on which acts are decided one after the other, a second apart.
pub struct World {
    pub dossier: Dossier,
    pub entries: Vec<JournalEntry>,
    pub policy: Arc<Policy>,
    pub now: Instant,
    pub mode: AccessMode,
    /// The name under which the dossier is addressed.
    pub addressed: Option<Ins>,
    /// Who signs with whoever asks.
    pub joint: Vec<Arc<Requester>>,
}

impl World {
    pub fn new() -> Self {
        let now = Instant::parse_rfc3339("2026-11-22T10:00:00Z").unwrap();
        Self {
            dossier: Dossier::empty(),
            entries: Vec::new(),
            policy: mes_2024(),
            now,
            mode: AccessMode::Normal,
            addressed: None,
            joint: Vec::new(),
        }
    }

    /// Open, and activated by its holder.
    pub fn activated() -> Self {
        let mut world = Self::new();
        world.act(&operator(), open());
        world.act(&holder(), activate());
        world
    }

    /// The same, of a holder of sixteen whom his mother represents.
    pub fn of_a_minor() -> Self {
        let mut world = Self::new();
        let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
        open.holder.birth = Day::new(2010, 3, 28).unwrap();
        world.act(&operator(), Act::OpenDossier(open));
        world.act(&operator(), mandate("m", MandateScope::Full, false));
        world.act(&holder(), activate());
        world
    }

    pub fn act(&mut self, requester: &Arc<Requester>, act: Act) -> Decision {
        self.now = self.now.plus_millis(1_000);
        let context = Context {
            now: self.now,
            requester,
            on_behalf: None,
            joint: &self.joint,
            mode: self.mode,
            motive: (self.mode != AccessMode::Normal).then_some("sans connaissance"),
            policy: &self.policy,
            correlation: None,
            caller: Caller::default(),
            addressed: self.addressed.as_ref(),
        };
        let decision = decide(&self.dossier, &act, &context);
        let entry = journal_entry(&self.dossier, act.code(), &context, &decision);
        let parts = entry.parts(self.dossier.requesters.len());
        let mut again = JournalEntry::from_parts(entry.seq, &parts).unwrap();
        // What another journal says is not stored in this one.
        again.annex.clone_from(&entry.annex);
        assert_eq!(again, entry, "what is stored is what was decided");
        self.dossier.evolve(&entry);
        let kept: Dossier = from_bytes(&to_bytes(&self.dossier)).unwrap();
        assert_eq!(kept, self.dossier, "a snapshot is the state");
        self.entries.push(entry);
        decision
    }
}

pub fn ins() -> Ins {
    Ins::parse("1.2.250.1.213.1.4.10", "279035121518989").unwrap()
}

pub fn operator() -> Arc<Requester> {
    Arc::new(Requester::Operator(Operator { id: "op".into(), name: Some("Op".into()), credential: [9; 32] }))
}

pub fn system() -> Arc<Requester> {
    Arc::new(Requester::System(SystemRequester { job: "terms".into() }))
}

pub fn professional(id: &str, profession: &str, specialty: Option<&str>, sector: &str) -> Arc<Requester> {
    let structure = StructureRef { id: StructureId::parse("1750803447").unwrap(), name: Some("Centre".into()) };
    Arc::new(Requester::Professional(Professional {
        id: ProfessionalId::parse(id).unwrap(),
        family: Some("DURAND".into()),
        given: Some("Camille".into()),
        profession: Some(Code::new("1.2.250.1.71.1.2.7", profession)),
        specialties: specialty.map(|code| Code::new("1.2.250.1.71.4.2.5", code)).into_iter().collect(),
        structure: (profession != "28").then_some(structure),
        sector: Some(sector.into()),
        means: Means::Direct,
        level: None,
        software: None,
        credential: [1; 32],
        regulation: false,
        secret: false,
        staff: false,
    }))
}

/// A structure's machine: of the same structure as the professionals.
pub fn organisation(sector: &str, regulation: bool) -> Arc<Requester> {
    Arc::new(Requester::Organisation(Organisation {
        structure: StructureRef { id: StructureId::parse("1750803447").unwrap(), name: None },
        sector: Some(sector.into()),
        software: None,
        credential: [2; 32],
        regulation,
        means: Means::Indirect,
        secret: false,
    }))
}

/// Who represents the holder of that dossier.
pub fn representative(person: &str, ins: Ins) -> Arc<Requester> {
    let one = Representative { person: person.into(), name: None, ins, credential: [5; 32] };
    Arc::new(Requester::Representative(one))
}

/// The second person's name, where a story has two dossiers.
pub fn other_ins() -> Ins {
    Ins::parse("1.2.250.1.213.1.4.9", "279035121518989").unwrap()
}

pub fn open() -> Act {
    open_as(ins())
}

pub fn open_as(ins: Ins) -> Act {
    let holder = Holder {
        family: "PAT-TROIS".into(),
        given: Some("DOMINIQUE".into()),
        used_family: None,
        birth: Day::new(1979, 3, 28).unwrap(),
        sex: Some(Sex::Female),
        birth_place: None,
        address: None,
        email: None,
        phone: None,
        regime: None,
        card: None,
        representatives: Vec::new(),
    };
    Act::OpenDossier(Box::new(OpenDossier { ins, holder, informed_on: None, proof: OpeningProof::None }))
}

pub fn activate() -> Act {
    Act::ActivateDossier(ActivateDossier::default())
}

pub fn holder() -> Arc<Requester> {
    Arc::new(Requester::Holder(HolderRequester { ins: ins(), credential: [3; 32] }))
}

/// Parents and guardians are recorded by the operator.
pub fn mandate(person: &str, scope: MandateScope, guardian: bool) -> Act {
    let start = Day::new(2015, 1, 1).unwrap();
    let mandate = Mandate { name: None, scope, start, end: None, guardian, relationship: None };
    Act::RecordMandate(Box::new(RecordMandate { person: person.into(), mandate }))
}

pub fn document(unique_id: &str, type_code: &str, byte: u8) -> NewDocument {
    NewDocument {
        entry: DocumentEntry {
            unique_id: unique_id.into(),
            entry_uuid: None,
            type_code: Coded::bare(Code::new(LOINC, type_code)),
            class_code: Code::new("", ""),
            format_code: None,
            practice_setting_code: None,
            healthcare_facility_type_code: None,
            confidentiality_code: Confidentiality::Normal,
            event_codes: Vec::new(),
            title: Some("Ordonnance".into()),
            comments: None,
            language_code: None,
            mime_type: "text/xml".into(),
            creation_time: None,
            service_start_time: None,
            service_stop_time: None,
            authors: Vec::new(),
            legal_authenticator: None,
            source_patient: None,
            reference_ids: Vec::new(),
            content: Blob { id: [byte; 16], key: [byte; 32], length: 1, sha1: [byte; 20], sha256: [byte; 32] },
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

pub fn provide(documents: Vec<NewDocument>) -> Act {
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
    Act::ProvideDocuments(Box::new(ProvideDocuments {
        set: NewSet { set, authors: Vec::new(), patient: HeaderFacts::default() },
        documents,
        patients: Vec::new(),
        unfit: None,
        patients_word: false,
    }))
}

pub fn find() -> Act {
    let page = Page::FIRST;
    Act::FindDocuments(FindDocuments { criteria: Criteria::default(), page, resolved: Vec::new() })
}

pub fn declare() -> Act {
    Act::GrantAccess(GrantAccess::default())
}
