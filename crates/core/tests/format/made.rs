//! The values behind the specimens: every kind, every field filled once.

use std::sync::Arc;

use dmp_core::code::{Code, Coded, Cx, Day, Dtm, HumanName, Instant, PersonId, Precision, Xcn, Xon};
use dmp_core::document::criteria::{Clause, DatePrefix, DateValue, Field, TextMatch, TextValue, Token, Value};
use dmp_core::document::*;
use dmp_core::dossier::*;
use dmp_core::encoding::to_bytes;
use dmp_core::identity::*;

/// The name of each specimen and its bytes: `facts-…`, `who-…`, `change-…`.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let mut made = vec![("facts-full", to_bytes(&facts())), ("facts-bare", to_bytes(&bare()))];
    made.extend(questions().map(|(name, question)| {
        let facts = Facts { question: Some(question), ..bare() };
        (name, to_bytes(&facts))
    }));
    let after = Some(Position { at: at(), item: 41 });
    let page = Some(Page { sort: Sort::OldestFirst, limit: 20, after });
    made.push(("facts-page", to_bytes(&Facts { page, ..bare() })));
    made.push(("facts-joint", to_bytes(&Facts { act: ActCode::CloseDossier, joint: vec![1, 300], ..bare() })));
    made.extend((0..).zip(requesters()).map(|(number, (name, requester))| {
        let who = Who { number, requester: Arc::new(requester) };
        (name, to_bytes(&who))
    }));
    made.extend(changes().into_iter().chain(crate::merged::changes()).map(|(name, change)| (name, to_bytes(&change))));
    made
}

fn at() -> Instant {
    Instant::from_millis(1_795_341_600_123)
}

fn text(words: &str) -> Option<Box<str>> {
    Some(words.into())
}

fn ins() -> Ins {
    Ins::parse("1.2.250.1.213.1.4.10", "279035121518989").unwrap()
}

fn structure() -> StructureId {
    StructureId::parse("1750803447").unwrap()
}

fn subject() -> Subject {
    Subject::Professional(ProfessionalId::parse("899700218896").unwrap())
}

fn coded(system: &str, code: &str) -> Coded {
    Coded { code: Code::new(system, code), display: Some("En toutes lettres".into()) }
}

fn bare() -> Facts {
    Facts {
        act: ActCode::TestExistence,
        at: at(),
        requester: 0,
        on_behalf: None,
        mode: None,
        motive: None,
        addressed: None,
        policy: [0xab; 8],
        correlation: None,
        question: None,
        outcome: Outcome { rule: Rule::Authenticated, items: Vec::new(), count: None },
        motive_code: None,
        page: None,
        joint: Vec::new(),
    }
}

fn facts() -> Facts {
    let given = ItemOutcome { item: Some(300), status: ItemStatus::Given, rule: Some(Rule::MatrixRead) };
    let hidden = ItemOutcome { item: None, status: ItemStatus::NotFound, rule: Some(Rule::NotFound) };
    let refused = ItemOutcome { item: Some(70_000), status: ItemStatus::Refused, rule: None };
    Facts {
        act: ActCode::RetrieveDocument,
        at: at(),
        requester: 23,
        on_behalf: Some(24),
        mode: Some(AccessMode::BrisDeGlace),
        motive: text("Patient inconscient, à l’arrivée"),
        addressed: Some(1),
        policy: [1, 2, 3, 4, 5, 6, 7, 8],
        correlation: text("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        question: Some(Question::Item(300)),
        outcome: Outcome { rule: Rule::BrisDeGlace, items: vec![given, hidden, refused], count: Some(2) },
        motive_code: Some(Code::new("1.2.3", "U")),
        page: None,
        joint: Vec::new(),
    }
}

fn questions() -> [(&'static str, Question); 5] {
    let date = DateValue { prefix: DatePrefix::Ge, date: Dtm { start: at(), precision: Precision::Day } };
    let any = vec![
        Value::Token(Token { system: text("2.16.840.1.113883.6.1"), code: text("11490-0") }),
        Value::Token(Token { system: None, code: None }),
        Value::Date(date),
        Value::Text(TextValue { how: TextMatch::Contains, text: "dur".into() }),
    ];
    let clause = Clause { field: Field::Type, not: true, any };
    [
        ("facts-question-criteria", Question::Criteria(Criteria { all: vec![clause] })),
        ("facts-question-item", Question::Item(7)),
        ("facts-question-identifier", Question::Identifier("1.2.3^é".into())),
        ("facts-question-entry", Question::Entry(12)),
        ("facts-question-dossier", Question::Dossier("1.2.250.1.213.1.4.10|279035121518989".into())),
    ]
}

fn structure_ref() -> StructureRef {
    StructureRef { id: structure(), name: text("CHU de Nulle-Part") }
}

fn requesters() -> [(&'static str, Requester); 9] {
    let professional = Professional {
        id: ProfessionalId::parse("899700218896").unwrap(),
        family: text("DURAND"),
        given: text("Camille"),
        profession: Some(Code::new("1.2.250.1.71.1.2.7", "10")),
        specialties: vec![Code::new("1.2.250.1.71.4.2.5", "SM26")],
        structure: Some(structure_ref()),
        sector: text("SA07"),
        means: Means::Reinforced,
        level: text("STRONG"),
        software: text("Logiciel 1.0"),
        credential: [0x11; 32],
        regulation: true,
        secret: true,
        staff: true,
    };
    let organisation = Organisation {
        structure: structure_ref(),
        sector: text("SA01"),
        software: text("SIH 3"),
        credential: [0x22; 32],
        regulation: true,
        means: Means::Indirect,
        secret: true,
    };
    let (person, name, ins, credential) = ("account-7", text("Marie DURAND"), ins(), [0x33; 32]);
    [
        ("who-professional", Requester::Professional(professional)),
        ("who-organisation", Requester::Organisation(organisation)),
        ("who-holder", Requester::Holder(HolderRequester { ins: ins.clone(), credential })),
        (
            "who-representative",
            Requester::Representative(Representative {
                person: person.into(),
                name: name.clone(),
                ins: ins.clone(),
                credential,
            }),
        ),
        ("who-carer", Requester::Carer(Carer { person: person.into(), name: name.clone(), ins, credential })),
        (
            "who-insurer-feed",
            Requester::InsurerFeed(InsurerFeed { id: "feed".into(), name: text("Assurance maladie"), credential }),
        ),
        ("who-operator", Requester::Operator(Operator { id: "op".into(), name: name.clone(), credential })),
        ("who-help-desk", Requester::HelpDesk(HelpDesk { id: "hd".into(), name, credential })),
        ("who-system", Requester::System(SystemRequester { job: "withheld-release".into() })),
    ]
}

fn address() -> Address {
    Address {
        lines: text("12 rue des Lilas\nBât. B"),
        postal_code: text("75012"),
        city: text("PARIS"),
        region: text("11"),
        country: None,
    }
}

fn holder() -> Holder {
    let mother = RepresentativeRecord {
        ins: Some(ins()),
        family: text("PAT-TROIS"),
        given: text("ANNE"),
        relationship: text("MTH"),
        email: text("anne@example.invalid"),
        phone: text("+33600000000"),
    };
    Holder {
        family: "PAT-TROIS".into(),
        given: text("DOMINIQUE"),
        used_family: text("PAT-QUATRE"),
        birth: Day::new(1979, 3, 28).unwrap(),
        sex: Some(Sex::Female),
        birth_place: text("51215"),
        address: Some(address()),
        email: text("d@example.invalid"),
        phone: text("+33700000000"),
        regime: text("01"),
        card: Some([0x44; 32]),
        representatives: vec![mother],
    }
}

fn author() -> Author {
    let id = PersonId {
        root: text("1.2.250.1.71.4.2.1"),
        extension: "899700218896".into(),
        kind: text("IDNPS"),
        namespace: text("ANS"),
    };
    let name = HumanName {
        family: text("DURAND"),
        given: text("Camille"),
        prefix: text("DR"),
        further: text("Lou"),
        suffix: text("fils"),
    };
    Author {
        person: Some(Xcn { id: Some(id.clone()), name, name_type: text("D") }),
        institutions: vec![Xon { name: text("Cabinet"), id: Some(id) }],
        specialties: vec![coded("1.2.250.1.213.1.1.4.5", "G15_10/SM26")],
        roles: vec!["Médecin traitant".into()],
    }
}

fn source_patient() -> SourcePatient {
    let id = PersonId::new("1.2.3.4", "IPP-1", Some(PersonId::PI));
    SourcePatient {
        id: Some(Cx { id, effective: text("20240101") }),
        family: text("PAT-TROIS"),
        given: text("DOMINIQUE"),
        birth: Some(Day::new(1979, 3, 28).unwrap()),
        sex: text("F"),
        other: vec!["PID-11|^^^^75012".into()],
    }
}

fn blob(byte: u8) -> Blob {
    Blob { id: [byte; 16], key: [byte; 32], length: 5_000_000_000, sha1: [byte; 20], sha256: [byte; 32] }
}

fn document() -> DocumentEntry {
    let time = |precision| Some(Dtm { start: at(), precision });
    DocumentEntry {
        unique_id: "1.2.3^é-1".into(),
        entry_uuid: text("0d5f3f0a-4a1c-4b1e-9a52-1f0d2c3b4a59"),
        type_code: coded("2.16.840.1.113883.6.1", "11490-0"),
        class_code: Code::new("1.2.250.1.213.1.1.4.1", "11"),
        format_code: Some(coded("1.3.6.1.4.1.19376.1.2.3", "urn:ihe:iti:xds-sd:pdf:2008")),
        practice_setting_code: Some(coded("1.2.250.1.213.1.1.4.9", "ETABLISSEMENT")),
        healthcare_facility_type_code: Some(coded("1.2.250.1.71.4.2.4", "SA01")),
        confidentiality_code: Confidentiality::VeryRestricted,
        event_codes: vec![coded("1.2.250.1.213.2.5", "XXX"), coded("1.2.3", "Y")],
        title: text("Lettre de sortie"),
        comments: text("Rien"),
        language_code: text("fr-FR"),
        mime_type: "text/xml".into(),
        creation_time: time(Precision::Second),
        service_start_time: time(Precision::Minute),
        service_stop_time: time(Precision::Month),
        authors: vec![0, 25],
        legal_authenticator: Some(256),
        source_patient: Some(65_536),
        reference_ids: vec![ReferenceId {
            id: "ACC-1".into(),
            assigner: text("1.2.3"),
            kind: "urn:ihe:iti:xds:2013:accession".into(),
        }],
        content: blob(0x55),
        text: Some(blob(0x66)),
    }
}

fn changes() -> Vec<(&'static str, Change)> {
    let set = SubmissionSet {
        unique_id: text("1.2.4"),
        entry_uuid: text("1b5f3f0a-4a1c-4b1e-9a52-1f0d2c3b4a59"),
        source_id: text("1.2.5"),
        submission_time: Some(Dtm { start: at(), precision: Precision::Millisecond }),
        content_type_code: Some(coded("1.2.250.1.213.2.2", "04")),
        authors: vec![0],
        title: text("Lot"),
        comments: text("Rien"),
    };
    let visibility = Visibility { masque_ps: true, invisible_patient: true, invisible_representants_legaux: true };
    let opened = Opened {
        ins: ins(),
        holder: holder(),
        ground: OpeningGround::InsurerFeed,
        informed_on: Some(at()),
        notice: None,
    };
    let added = DocumentAdded {
        item: 2,
        set: 1,
        entry: document(),
        visibility,
        replaces: Some(1),
        archived: true,
        withhold_motive: None,
    };
    let withheld = DocumentAdded { withhold_motive: text("Annonce le 3"), ..added.clone() };
    let known = |number, known| Change::Known(KnownAdded { number, known });
    let signs = Some(Signs { signature: 3, set: 1 });
    let standing = |archived, deleted| Change::DocumentStanding(DocumentStanding { item: 2, archived, deleted });
    vec![
        ("change-05-document-withheld", Change::DocumentAdded(Box::new(withheld))),
        ("change-01-opened", Change::Opened(Box::new(opened))),
        ("change-02-name-added", Change::NameAdded(NameAdded { ins: ins() })),
        ("change-03-known-author", known(0, Known::Author(author()))),
        ("change-03-known-source-patient", known(1, Known::SourcePatient(source_patient()))),
        ("change-04-set-added", Change::SetAdded(SetAdded { item: 1, set, signs })),
        ("change-05-document-added", Change::DocumentAdded(Box::new(added))),
        ("change-06-document-archived", standing(Some(true), false)),
        ("change-06-document-taken-out", standing(Some(false), false)),
        ("change-06-document-deleted", standing(None, true)),
        (
            "change-07-document-visibility",
            Change::DocumentVisibility(DocumentVisibility {
                item: 2,
                version_item: 5,
                visibility: Visibility::default(),
            }),
        ),
        ("change-08-document-hidden", Change::DocumentHidden(DocumentHidden { item: 2, hidden: true })),
        ("change-08-document-shown", Change::DocumentHidden(DocumentHidden { item: 2, hidden: false })),
    ]
    .into_iter()
    .chain(rights())
    .chain(choices())
    .chain(notices())
    .chain(life())
    .chain(suspension())
    .chain(end())
    .collect()
}

/// Who may enter, and what the holder opposed.
fn rights() -> Vec<(&'static str, Change)> {
    let granted = AuthorizationGranted {
        item: 4,
        subject: subject(),
        ground: Ground::CollectedByAnother,
        until: at(),
        structure: Some(structure()),
        name: text("DR Camille DURAND"),
        since: None,
        notice: None,
    };
    let informed = AuthorizationGranted { notice: text("2026-1"), ..granted.clone() };
    let renewed = AuthorizationGranted { ground: Ground::ExplicitConsent, since: Some(at()), ..granted.clone() };
    let opposed = OppositionSet {
        kind: OppositionKind::Feeding,
        subject: Some(Subject::Structure(structure())),
        opposed: true,
        motive: text("Motif légitime"),
    };
    vec![
        ("change-09-authorization-renewed", Change::AuthorizationGranted(renewed)),
        ("change-09-authorization-informed", Change::AuthorizationGranted(informed)),
        ("change-09-authorization-granted", Change::AuthorizationGranted(granted)),
        (
            "change-10-authorization-withdrawn",
            Change::AuthorizationWithdrawn(AuthorizationWithdrawn { subject: subject(), told: false }),
        ),
        (
            "change-10-authorization-withdrawn-as-told",
            Change::AuthorizationWithdrawn(AuthorizationWithdrawn { subject: subject(), told: true }),
        ),
        ("change-11-blocked", Change::Blocked(Blocked { subject: subject(), name: text("DR X"), item: 6 })),
        ("change-12-unblocked", Change::Unblocked(Unblocked { subject: Subject::Structure(structure()) })),
        ("change-13-opposition-set", Change::OppositionSet(opposed)),
        ("change-14-closed", Change::Closed(Closed { motive: ClosingMotive::HolderAsked, text: text("Je déménage") })),
        (
            "change-15-policy-published",
            Change::PolicyPublished(PolicyPublished { digest: [0x77; 32], text: "policy mes-2024\n".into() }),
        ),
    ]
}

/// What the holder chooses, and who speaks for him.
fn choices() -> Vec<(&'static str, Change)> {
    let professional = ProfessionalId::parse("899700218896").unwrap();
    let mandate = Mandate {
        name: text("Marie DURAND"),
        scope: MandateScope::Full,
        start: Day::new(2015, 1, 31).unwrap(),
        end: Some(Day::new(2027, 2, 28).unwrap()),
        guardian: true,
        relationship: text("MTH"),
    };
    let carer = CarerRecord {
        name: text("Paul DURAND"),
        scope: CarerScope::Manage,
        categories: vec!["11".into(), "31".into()],
        end: Some(Day::new(2027, 2, 28).unwrap()),
        by_representative: true,
        for_an_adult: false,
        chosen_by: None,
    };
    let chosen_by = CarerRecord { chosen_by: text("account-7"), ..carer.clone() };
    let for_an_adult = CarerRecord { for_an_adult: true, ..carer.clone() };
    let excepted =
        ExceptionSet { profession: Code::new("1.2.250.1.71.1.2.7", "40"), class_code: "31".into(), set: true };
    let emergency = EmergencyOpened { mode: AccessMode::BrisDeGlace, until: at() };
    let note = NoteWritten { item: 7, text: text("Poser la question du sommeil") };
    let suspended = RequesterSuspended { subject: subject(), suspended: true, motive: text("Carte volée") };
    let named = MedecinTraitantSet { professional: professional.clone(), name: text("DR Camille DURAND") };
    vec![
        ("change-16-activated", Change::Activated(Activated { notice: text("2026-01") })),
        ("change-17-medecin-traitant-set", Change::MedecinTraitantSet(named)),
        ("change-18-medecin-traitant-left", Change::MedecinTraitantLeft(MedecinTraitantLeft { professional })),
        ("change-19-exception-set", Change::ExceptionSet(excepted)),
        ("change-20-emergency-opened", Change::EmergencyOpened(emergency)),
        (
            "change-21-representative-set",
            Change::RepresentativeSet(RepresentativeSet { person: "account-7".into(), mandate }),
        ),
        (
            "change-22-representative-ended",
            Change::RepresentativeEnded(RepresentativeEnded { person: "account-7".into() }),
        ),
        (
            "change-23-carer-set-by-a-guardian",
            Change::CarerSet(CarerSet { person: "account-9".into(), carer: for_an_adult }),
        ),
        (
            "change-23-carer-set-by-a-representative",
            Change::CarerSet(CarerSet { person: "account-9".into(), carer: chosen_by }),
        ),
        ("change-23-carer-set", Change::CarerSet(CarerSet { person: "account-8".into(), carer })),
        ("change-24-carer-ended", Change::CarerEnded(CarerEnded { person: "account-8".into() })),
        ("change-25-release-chosen", Change::ReleaseChosen(ReleaseChosen { class_code: "31".into(), at_once: true })),
        ("change-32-note-written", Change::NoteWritten(note)),
        ("change-33-requester-suspended", Change::RequesterSuspended(suspended)),
    ]
}

/// The life of a dossier, and what is asked about its documents.
fn informed(code_only: bool) -> Change {
    Change::Informed(Informed { channel: NoticeChannel::Letter, code: [0x44; 32], code_only })
}

/// How often one is told.
fn notices() -> Vec<(&'static str, Change)> {
    vec![
        (
            "change-45-notice-chosen",
            Change::NoticeChosen(NoticeChosen {
                kind: Some(NoticeKind::DocumentRead),
                channel: NoticeChannel::Email,
                frequency: NoticeFrequency::Weekly,
                by_representative: false,
            }),
        ),
        (
            "change-45-notice-chosen-by-a-parent",
            Change::NoticeChosen(NoticeChosen {
                kind: None,
                channel: NoticeChannel::Email,
                frequency: NoticeFrequency::Daily,
                by_representative: true,
            }),
        ),
    ]
}

fn life() -> Vec<(&'static str, Change)> {
    let words = || text("En toutes lettres");
    let asked = DeletionRequested { item: 2, motive: words() };
    let answered = DeletionAnswered { item: 2, accepted: true, motive: words() };
    let claimed = NotMineClaimed { item: 2, open: true, text: words() };
    let recorded = Opened {
        ins: ins(),
        holder: holder(),
        ground: OpeningGround::Desk,
        informed_on: None,
        notice: text("2026-01"),
    };
    vec![
        ("change-01-opened-with-consent", Change::Opened(Box::new(recorded))),
        ("change-14-closed-by-death", Change::Closed(Closed { motive: ClosingMotive::Death, text: None })),
        ("change-26-reopened", Change::Reopened(Reopened { text: words() })),
        ("change-27-express-deletion-asked", Change::ExpressDeletionAsked(ExpressDeletionAsked { text: words() })),
        ("change-29-deletion-requested", Change::DeletionRequested(asked)),
        ("change-30-deletion-answered", Change::DeletionAnswered(answered)),
        ("change-31-not-mine-claimed", Change::NotMineClaimed(claimed)),
        ("change-34-opening-objected", Change::OpeningObjected(OpeningObjected { text: words(), withdrawn: false })),
        ("change-46-contact-set", Change::ContactSet(ContactSet { person: words(), email: words() })),
        ("change-47-fell-due", Change::FellDue(FellDue { kind: DueKind::WithheldRelease, item: Some(7) })),
        (
            "change-48-reviewed",
            Change::Reviewed(Reviewed {
                reviewed: ToReview { seq: 300, at: at(), item: Some(7), secret: false, suspension: false },
                outcome: ReviewOutcome::Unjustified,
                text: words(),
            }),
        ),
        (
            "change-48-reviewed-in-secret",
            Change::Reviewed(Reviewed {
                reviewed: ToReview { seq: 300, at: at(), item: None, secret: true, suspension: false },
                outcome: ReviewOutcome::Unjustified,
                text: words(),
            }),
        ),
        ("change-49-registered", Change::Registered(Box::new(Registered { ins: ins(), holder: holder() }))),
        ("change-50-informed", informed(false)),
        ("change-50-informed-code-only", informed(true)),
        (
            "change-54-document-renamed",
            Change::DocumentRenamed(DocumentRenamed { item: 7, version_item: 9, title: "Mon carnet".into() }),
        ),
        ("change-55-document-erased", Change::DocumentErased(DocumentErased { item: 7, hidden: false })),
        ("change-55-document-erased-hidden", Change::DocumentErased(DocumentErased { item: 7, hidden: true })),
        ("change-53-address-set", Change::AddressSet(AddressSet { address: address() })),
        ("change-51-mail-returned", Change::MailReturned(MailReturned { text: words() })),
        (
            "change-52-contact-person-set",
            Change::ContactPersonSet(ContactPersonSet {
                contact: ContactPerson {
                    item: 7,
                    kind: ContactKind::Emergency,
                    name: "Paul DURAND".into(),
                    phone: text("+33600000000"),
                    tie: words(),
                },
                removed: true,
            }),
        ),
    ]
}

/// A suspension for fraud, and the objection to it.
fn suspension() -> Vec<(&'static str, Change)> {
    let words = || text("En toutes lettres");
    vec![
        (
            "change-28-dossier-suspended",
            Change::DossierSuspended(DossierSuspended { suspended: true, motive: words() }),
        ),
        ("change-56-suspension-objected", Change::SuspensionObjected(SuspensionObjected { text: words() })),
        (
            "change-57-identity-corrected",
            Change::IdentityCorrected(Box::new(IdentityCorrected {
                family: text("PAT-TROIS"),
                given: text("DOMINIQUE"),
                used_family: text("PAT"),
                birth: Some(Day::new(1979, 3, 28).unwrap()),
                sex: Some(Sex::Female),
            })),
        ),
        (
            "change-48-reviewed-objection",
            Change::Reviewed(Reviewed {
                reviewed: ToReview { seq: 300, at: at(), item: None, secret: false, suspension: true },
                outcome: ReviewOutcome::Unjustified,
                text: words(),
            }),
        ),
    ]
}

/// The end of a dossier.
fn end() -> Vec<(&'static str, Change)> {
    let opened = AccessDisputed {
        entry: 12,
        outcome: None,
        text: text("Je n’ai jamais vu ce médecin"),
        own: false,
        journal: None,
    };
    let closed = AccessDisputed { outcome: Some(DisputeOutcome::Misuse), text: text("Sanctionné"), ..opened.clone() };
    let number: Box<str> = "0d5f3f0a-4a1c-4b1e-9a52-1f0d2c3b4a5e".into();
    let destroyed =
        DossierDestroyed { journal: 77, ground: Some(DestructionGround::Archive), certificate: number.clone() };
    let completed = DestructionCompleted {
        journal: 77,
        epoch: 144,
        removed: at(),
        certificate: "dmp-certificate 1\nsignature 00\n".into(),
    };
    vec![
        (
            "change-35-destruction-begun",
            Change::DestructionBegun(DestructionBegun { ground: DestructionGround::Express }),
        ),
        (
            "change-36-access-disputed-by-a-minor",
            Change::AccessDisputed(AccessDisputed { own: true, ..opened.clone() }),
        ),
        (
            "change-36-access-of-a-guest-disputed",
            Change::AccessDisputed(AccessDisputed { journal: Some(4_711), ..opened.clone() }),
        ),
        ("change-36-access-disputed", Change::AccessDisputed(opened)),
        ("change-36-access-dispute-closed", Change::AccessDisputed(closed)),
        (
            "change-37-dossier-destroyed-after-a-restore",
            Change::DossierDestroyed(DossierDestroyed { ground: None, ..destroyed.clone() }),
        ),
        ("change-37-dossier-destroyed", Change::DossierDestroyed(destroyed)),
        ("change-38-destruction-completed", Change::DestructionCompleted(completed)),
    ]
}
