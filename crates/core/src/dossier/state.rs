//! The state of a dossier, at one point of its journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::code::{Day, Instant};
use crate::document::{Item, Known, KnownNumber, SubmissionSet};
use crate::dossier::{
    AccessMode, Aside, Authorization, Block, CarerRecord, Closed, ClosingMotive, ContactPerson, Departed, Destruction,
    DestructionStart, Dispute, DocumentRecord, Emergency, Erased, Exception, FOREIGN, FellDue, Guest, Holder, Mandate,
    MergeId, Moved, NoticeChosen, OpeningGround, Opposition, OppositionKind, Registration, RequesterNumber, Span,
    Subject, ToReview,
};
use crate::identity::{Ins, InsDomain, ProfessionalId, Requester};
use crate::{coded, record};

coded! {
    /// Whether a dossier is open.
    pub enum DossierStatus {
        /// Not yet: the journal exists, nothing opened it. The journals of requesters and operators stay so.
        Unopened = 1 => "unopened",
        /// Open.
        Open = 2 => "active",
        /// Closed.
        Closed = 3 => "terminated",
    }
}

record! {
    /// First and last time that somebody entered.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Access {
        /// The first.
        1 first: Instant,
        /// The last.
        2 last: Instant,
    }
}

record! {
    /// A submission set in its dossier.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SetRecord {
        /// Its number.
        1 item: Item,
        /// What it says of itself.
        2 set: Arc<SubmissionSet>,
        /// The signature document among its members.
        3 signature: Option<Item>,
        /// When it arrived.
        4 deposited_at: Instant,
        /// Who submitted it.
        5 deposited_by: RequesterNumber,
        /// Its members, in the order in which they came.
        6 members: Vec<Item>,
    }
}

record! {
    /// The médecin traitant (facts c.5).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MedecinTraitant {
        /// Who.
        1 professional: ProfessionalId,
        /// His name, for the holder to read.
        2 name: Option<Box<str>>,
        /// Since when.
        3 since: Instant,
    }
}

record! {
    /// A private note (decisions 23).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Note {
        /// Its number.
        1 item: Item,
        /// The account that wrote it: its stable key.
        2 key: Box<str>,
        /// What it says.
        3 text: Box<str>,
        /// When it was written.
        4 at: Instant,
    }
}

record! {
    /// A dossier: the fold of its journal. Also the fold of the journals of requesters and of the operator, which are
    /// never opened and hold no more than who asked what.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Dossier {
        /// The sequence number of the last entry folded in; 0 before the first.
        1 seq: u32,
        /// When it was decided.
        2 last_at: Instant,
        /// Those who ever asked, in the order of their first appearance.
        3 requesters: Vec<Arc<Requester>>,
        /// Whether it is open.
        4 status: DossierStatus,
        /// Its names, the first first.
        5 names: Vec<Ins>,
        /// Whose it is; absent as long as it is not open.
        6 holder: Option<Arc<Holder>>,
        /// How it was opened.
        7 ground: Option<OpeningGround>,
        /// When.
        8 opened_at: Option<Instant>,
        /// When it was closed.
        9 closed_at: Option<Instant>,
        /// Why.
        10 closing_motive: Option<ClosingMotive>,
        /// In whose words.
        11 closing_text: Option<Box<str>>,
        /// Values that many documents share.
        12 known: BTreeMap<KnownNumber, Arc<Known>>,
        /// Submission sets, oldest first.
        13 sets: Vec<SetRecord>,
        /// Documents, oldest first.
        14 documents: Vec<DocumentRecord>,
        /// The last number given to an item.
        15 last_item: Item,
        /// Authorisations: the last of each subject.
        16 authorizations: BTreeMap<Subject, Authorization>,
        /// Who is blocked.
        17 blocks: BTreeMap<Subject, Block>,
        /// What the holder opposed.
        18 oppositions: Vec<Opposition>,
        /// First and last access of each requester, by his stable key.
        19 accesses: BTreeMap<Box<str>, Access>,
        /// The holder permitted masked documents in emergencies.
        20 masked_in_emergency: bool,
        /// SHA-256 of the last policy published here (the operator's journal).
        21 policy: Option<[u8; 32]>,
        /// When the holder activated it.
        22 activated_at: Option<Instant>,
        /// The médecin traitant.
        23 medecin_traitant: Option<MedecinTraitant>,
        /// What the holder excepted from the matrix.
        24 exceptions: Vec<Exception>,
        /// Emergency accesses: the last of each requester and mode.
        25 emergencies: Vec<Emergency>,
        /// Who represents the holder, by account.
        26 mandates: BTreeMap<Box<str>, Mandate>,
        /// His carers, by account.
        27 carers: BTreeMap<Box<str>, CarerRecord>,
        /// Classes of documents that the holder wants to see at once.
        28 at_once: Vec<Box<str>>,
        /// When express deletion was asked for.
        29 express_asked_at: Option<Instant>,
        /// When the operator suspended the dossier.
        30 suspended_at: Option<Instant>,
        /// Private notes.
        31 notes: Vec<Note>,
        /// Professionals and structures that are suspended everywhere (the operator's journal).
        32 suspensions: BTreeMap<Subject, Instant>,
        /// When the person objected to the opening.
        33 objected_at: Option<Instant>,
        /// Terms that came and were met.
        34 fallen: Vec<FellDue>,
        /// How often the holder is told, of each kind and way that he chose; the last choice last.
        35 notices: Vec<NoticeChosen>,
        /// E-mail addresses that people gave themselves: by the account of the representative, the holder's own under no name.
        36 emails: BTreeMap<Box<str>, Box<str>>,
        /// Entries that wait for an operator's review.
        37 to_review: Vec<ToReview>,
        /// Whom the feed registered, before and after the opening: his code objects later too.
        38 registration: Option<Registration>,
        /// Whom the holder wants to be called.
        39 contacts: Vec<ContactPerson>,
        /// The beginning of its destruction.
        40 destruction: Option<DestructionStart>,
        /// Accesses that the holder does not recognise, in the order in which he said so.
        41 disputes: Vec<Dispute>,
        /// The journals that were destroyed (the operator's journal).
        42 destroyed: BTreeMap<u32, Destruction>,
        /// The closing over which a death was said.
        43 closed_before: Option<Closed>,
        /// Every name under which it was ever addressed, in the order in which they came: what [`crate::dossier::Facts::addressed`]
        /// counts.
        50 addresses: Vec<Ins>,
        /// Those who asked in another journal of which this one holds a part; numbered from [`FOREIGN`].
        51 foreign: Vec<Arc<Requester>>,
        /// It is frozen: another answers for it.
        52 merged_into: Option<Moved>,
        /// The dossiers that it took in.
        53 guests: Vec<Guest>,
        /// What it is without them; absent when it has none.
        54 home: Option<Arc<Dossier>>,
        /// Where items come from that another journal numbered.
        55 spans: Vec<Span>,
        /// The dossiers that left again.
        56 departed: Vec<Departed>,
        /// The merges that it declined.
        57 declined: Vec<MergeId>,
        /// A second number of one thing: both dossiers had authorised, or blocked, the same subject.
        58 aliases: BTreeMap<Item, Item>,
        /// What it had before it was one with others, and was taken back since.
        59 aside: Aside,
        /// The documents that were erased, in the order in which that was said.
        60 erased: Vec<Erased>,
        /// When somebody objected to the suspension.
        61 suspension_objected_at: Option<Instant>,
        /// Mandates that were ended: who had them is known by them.
        62 ended_mandates: Vec<Mandate>,
    }
}

impl Dossier {
    /// A journal without entries.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            seq: 0,
            last_at: Instant::MIN,
            requesters: Vec::new(),
            status: DossierStatus::Unopened,
            names: Vec::new(),
            holder: None,
            ground: None,
            opened_at: None,
            closed_at: None,
            closing_motive: None,
            closing_text: None,
            closed_before: None,
            ended_mandates: Vec::new(),
            known: BTreeMap::new(),
            sets: Vec::new(),
            documents: Vec::new(),
            last_item: 0,
            authorizations: BTreeMap::new(),
            blocks: BTreeMap::new(),
            oppositions: Vec::new(),
            accesses: BTreeMap::new(),
            masked_in_emergency: false,
            policy: None,
            activated_at: None,
            medecin_traitant: None,
            exceptions: Vec::new(),
            emergencies: Vec::new(),
            mandates: BTreeMap::new(),
            carers: BTreeMap::new(),
            at_once: Vec::new(),
            express_asked_at: None,
            suspended_at: None,
            suspension_objected_at: None,
            notes: Vec::new(),
            suspensions: BTreeMap::new(),
            objected_at: None,
            destruction: None,
            disputes: Vec::new(),
            destroyed: BTreeMap::new(),
            fallen: Vec::new(),
            notices: Vec::new(),
            emails: BTreeMap::new(),
            to_review: Vec::new(),
            registration: None,
            contacts: Vec::new(),
            addresses: Vec::new(),
            foreign: Vec::new(),
            merged_into: None,
            guests: Vec::new(),
            home: None,
            spans: Vec::new(),
            departed: Vec::new(),
            declined: Vec::new(),
            aliases: BTreeMap::new(),
            aside: Aside::default(),
            erased: Vec::new(),
        }
    }

    /// The emergency access of that requester in that mode, if one is open.
    fn emergency(&self, key: &str, mode: AccessMode, now: Instant) -> Option<&Emergency> {
        self.emergencies.iter().find(|one| *one.key == *key && one.mode == mode && now < one.until)
    }

    /// The emergency access that a caller may go on in: his own; in a secret connection also the one that he opened openly, which was told. What
    /// was opened in secret opens nothing to him openly (decisions 24).
    #[must_use]
    pub fn emergency_of(&self, requester: &Requester, mode: AccessMode, now: Instant) -> Option<&Emergency> {
        let own = self.emergency(&requester.session_key(), mode, now);
        own.or_else(|| self.emergency(&requester.key(), mode, now).filter(|_| requester.is_secret()))
    }

    /// Whether the holder's death was reported: nobody reads, writes to him, or opens (decisions 28).
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.closing_motive == Some(ClosingMotive::Death)
    }

    /// The holder's date of birth, once he is known.
    #[must_use]
    pub fn birth(&self) -> Option<Day> {
        self.holder.as_ref().map(|holder| holder.birth)
    }

    /// Whether another dossier was ever joined with this one, or this one with another.
    #[must_use]
    pub fn was_ever_merged(&self) -> bool {
        let (guests, departed) = (!self.guests.is_empty(), !self.departed.is_empty());
        self.merged_into.is_some() || guests || departed || !self.spans.is_empty()
    }

    /// The document of that number. Items only grow, so the list is in their order.
    #[must_use]
    pub fn document(&self, item: Item) -> Option<&DocumentRecord> {
        let at = self.documents.binary_search_by_key(&item, |record| record.item).ok()?;
        self.documents.get(at)
    }

    /// The document of that number, to change it.
    pub(in crate::dossier) fn document_mut(&mut self, item: Item) -> Option<&mut DocumentRecord> {
        let at = self.documents.binary_search_by_key(&item, |record| record.item).ok()?;
        self.documents.get_mut(at)
    }

    /// What replaced a document, one version after it: mostly one, more where a newer version is hidden from who replaced.
    pub fn replacements(&self, record: &DocumentRecord) -> impl Iterator<Item = &DocumentRecord> {
        let item = record.item;
        let behind = match (&record.replaced_by, &self.home) {
            (None, _) => self.documents.len(),
            (Some(_), None) => self.documents.partition_point(|one| one.item <= item),
            (Some(_), Some(_)) => 0,
        };
        // What replaced a copy replaced it, where it came later.
        let copies = if record.replaced_by.is_some() { self.peers(item) } else { Vec::new() };
        self.documents.iter().skip(behind).filter(move |one| match one.replaces {
            Some(old) if old == item => true,
            Some(old) => copies.contains(&old) && !one.standing.deleted && self.is_later(one.item, item),
            None => false,
        })
    }

    /// The set of that number.
    #[must_use]
    pub fn set(&self, item: Item) -> Option<&SetRecord> {
        let at = self.sets.binary_search_by_key(&item, |record| record.item).ok()?;
        self.sets.get(at)
    }

    /// The shared value of that number.
    #[must_use]
    pub fn known(&self, number: KnownNumber) -> Option<&Arc<Known>> {
        self.known.get(&number)
    }

    /// The requester of that number.
    #[must_use]
    pub fn requester(&self, number: RequesterNumber) -> Option<&Arc<Requester>> {
        match number.checked_sub(FOREIGN) {
            Some(place) => self.foreign.get(usize::try_from(place).ok()?),
            None => self.requesters.get(usize::try_from(number).ok()?),
        }
    }

    /// The number of a requester who appeared before, newest first: he is likely the one who just asked.
    #[must_use]
    pub fn number_of(&self, requester: &Requester) -> Option<RequesterNumber> {
        let at = self.requesters.iter().rposition(|known| **known == *requester)?;
        RequesterNumber::try_from(at).ok()
    }

    /// The name that answers give: the newest INS, for a name may change (NIA → NIR).
    #[must_use]
    pub fn primary_name(&self) -> Option<&Ins> {
        self.names.iter().rfind(|name| name.domain != InsDomain::InsC).or_else(|| self.names.last())
    }

    /// What opposes something, for everybody or for one of these subjects.
    pub fn opposed(&self, kind: OppositionKind, subjects: &[Subject]) -> impl Iterator<Item = &Opposition> {
        let of = move |one: &&Opposition| {
            one.kind == kind && one.subject.as_ref().is_none_or(|subject| subjects.contains(subject))
        };
        self.oppositions.iter().filter(of)
    }

    /// Roughly how many bytes of memory the state holds: what the cache counts against its budget.
    #[must_use]
    pub fn weight(&self) -> usize {
        let apart = self.home.as_deref().map_or(0, Self::weight);
        let guests: usize = self.guests.iter().map(|guest| guest.state.weight()).sum();
        1_500
            + apart
            + guests
            + self.documents.len() * 1_400
            + self.sets.len() * 400
            + self.requesters.len() * 600
            + self.known.len() * 500
            + (self.authorizations.len() + self.accesses.len()) * 300
            + (self.disputes.len() + self.destroyed.len()) * 50
    }
}

impl Default for Dossier {
    fn default() -> Self {
        Self::empty()
    }
}
