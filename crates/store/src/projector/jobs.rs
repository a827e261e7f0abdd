//! What is to be done about an entry, once it is there: shown to an operator for review, told to the holder, told to the operator.
//!
//! Key: the queue. Range: when it is to be done (8 bytes) ‖ journal ‖ seq ‖ number (a document, a channel; 0 for none). Value: [`Job`].
//! A job is derived once, of an entry that nothing was derived from before, and comes at least once; whoever carried it out has the row
//! forgotten, and asks the dossier by an act of his own what to say.

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_core::document::Item;
use dmp_core::dossier::{Change, Dossier, DossierStatus, JournalEntry, NoticeChannel, Rule, ToReview};
use dmp_core::encoding::{from_bytes, to_bytes};
use dmp_core::history::{Audience, frequency, kind_of, letters_to, recipients, slot};
use dmp_core::{coded, record};

use super::window::{View, Window, sortable};
use crate::door::Store;
use crate::engine::ProjectionRow;
use crate::error::StoreError;

/// What is older is not told again when projections are made anew.
const OLDEST_RETOLD_HOURS: i64 = 8 * 24;

coded! {
    /// What a job is about.
    pub enum JobKind {
        /// A document went in that names its patient otherwise than the register.
        NameDiffers = 1 => "name-differs",
        /// Somebody entered as Centre 15 or in bris de glace.
        Emergency = 3 => "emergency",
        /// A notice to the holder, by e-mail.
        Email = 4 => "email",
        /// A notice, by post.
        Letter = 5 => "letter",
        /// A budget is spent: somebody was refused.
        BudgetSpent = 6 => "budget-spent",
        /// A review whose term is over.
        ReviewOverdue = 7 => "review-overdue",
        /// The information before an opening.
        Information = 8 => "information",
        /// The holder does not recognise an access; the item is the number of its entry.
        AccessDisputed = 9 => "access-disputed",
        /// A notice to those who represent him, by e-mail.
        EmailRepresentatives = 10 => "email-representatives",
        /// What concerns the médecin traitant, by e-mail to him.
        EmailMedecinTraitant = 11 => "email-medecin-traitant",
        /// What is asked of a document, by e-mail to who deposited it.
        EmailAuthor = 12 => "email-author",
        /// The holder says that a document is not his: the operator alone closes the case (decisions 23).
        ClaimedNotMine = 13 => "claimed-not-mine",
        /// Somebody objects to the suspension of a dossier: the operator frees it, or closes it (decisions 8).
        SuspensionObjected = 14 => "suspension-objected",
    }
}

coded! {
    /// For whom a job is.
    pub enum Queue {
        /// An operator looks at it.
        Review = 1 => "review",
        /// The holder is told.
        Notices = 2 => "notices",
        /// The operator is told.
        Alerts = 3 => "alerts",
        /// Whom the feed registered is informed.
        Information = 4 => "information",
    }
}

record! {
    /// A job.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Job {
        /// What it is about.
        1 kind: JobKind,
        /// The document that it is about.
        2 item: Option<Item>,
        /// The journal of what it is about, where it is not that of the entry.
        3 journal: Option<u32>,
        /// The dossier for whose holder a notice is, where the entry went with it to another than that of its journal.
        4 dossier: Option<u32>,
        /// Another notice of the same entry, to the same holder, comes first: where the entry goes with another dossier, that one leads there.
        5 follows: bool,
        /// When it was to be done first, where it was put off.
        6 since: Option<Instant>,
    }
}

impl Job {
    const fn of(kind: JobKind, item: Option<Item>) -> Self {
        Self { kind, item, journal: None, dossier: None, follows: false, since: None }
    }
}

/// A job that waits in its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedJob {
    /// When it is to be done; of one that was put off, when it was to be done first.
    pub at: Instant,
    /// The journal of the entry.
    pub journal: u32,
    /// The entry.
    pub seq: u32,
    /// What is to be done.
    pub job: Job,
    range: Bytes,
}

impl QueuedJob {
    /// What it comes to for a holder in whose dossier its entry is by now. A notice that was to be made by the choices of another becomes
    /// those that he chose, as if the entry had been written in his: the first of them leads, the others were for who is not told any more.
    #[must_use]
    pub fn comes_to(&self, journal: u32, dossier: &Dossier, entry: &JournalEntry) -> Option<Vec<Self>> {
        let whose = self.job.dossier.unwrap_or(self.journal);
        // Taken in with its dossier, it is told as it was to be: the others of the same entry may be told already.
        let taken_in = journal != self.journal && dossier.guest(whose).is_some();
        if !self.is_by_choice() || whose == journal || taken_in {
            return None;
        }
        let opened = dossier.status != DossierStatus::Unopened;
        if self.job.follows || !(opened || dossier.is_told_before_opening(entry)) {
            return Some(Vec::new());
        }
        let anew = |(at, job): (Instant, Job)| {
            let job = Job { dossier: (journal != self.journal).then_some(journal), ..job };
            Self { at, job, range: range(at, self.journal, self.seq, &job), ..self.clone() }
        };
        Some(by_choice(dossier, entry).into_iter().map(anew).collect())
    }

    /// Whether it is for the holder of that dossier, or leads to what is.
    #[must_use]
    pub fn concerns(&self, journal: u32) -> bool {
        !self.is_by_choice() || !self.job.follows || self.job.dossier.unwrap_or(self.journal) == journal
    }

    /// The same, to be looked at again then.
    #[must_use]
    pub fn put_off(&self, until: Instant) -> Self {
        let job = Job { since: Some(self.at), ..self.job };
        Self { job, range: range(until, self.journal, self.seq, &job), ..self.clone() }
    }

    /// Whether its holder's choices made it: what he is told himself, and who represents him.
    const fn is_by_choice(&self) -> bool {
        matches!(self.job.kind, JobKind::Email | JobKind::EmailRepresentatives | JobKind::Letter)
    }
}

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    for entry in window.new {
        let at = entry.facts.at;
        let differ = entry.facts.outcome.items.iter().filter(|one| one.rule == Some(Rule::NameDiffers));
        for item in differ.filter_map(|one| one.item).filter(|_| entry.facts.outcome.rule.allows()) {
            rows.push(row(window, entry, at, Queue::Review, Job::of(JobKind::NameDiffers, Some(item))));
        }
        let waits = [(is_emergency(entry), JobKind::Emergency), (objects(entry), JobKind::SuspensionObjected)];
        for (_, kind) in waits.into_iter().filter(|(waits, _)| *waits) {
            rows.push(row(window, entry, at, Queue::Review, Job::of(kind, None)));
            let suspension = kind == JobKind::SuspensionObjected;
            let waiting = ToReview { seq: entry.seq, at, item: None, secret: false, suspension };
            let overdue = Job::of(JobKind::ReviewOverdue, None);
            rows.push(row(window, entry, waiting.deadline(), Queue::Alerts, overdue));
        }
        if entry.facts.outcome.rule == Rule::Budget {
            rows.push(row(window, entry, at, Queue::Alerts, Job::of(JobKind::BudgetSpent, None)));
        }
        notices(window, entry, rows);
    }
    for (entry, change) in window.new_changes() {
        if let Change::AccessDisputed(dispute) = change
            && dispute.outcome.is_none()
        {
            let job = Job { journal: dispute.journal, ..Job::of(JobKind::AccessDisputed, Some(dispute.entry)) };
            rows.push(row(window, entry, entry.facts.at, Queue::Alerts, job));
        }
        if let Change::NotMineClaimed(claim) = change
            && claim.open
            && window.dossier.document(claim.item).is_some_and(|record| record.claimed)
        {
            let job = Job::of(JobKind::ClaimedNotMine, Some(claim.item));
            rows.push(row(window, entry, entry.facts.at, Queue::Alerts, job));
        }
        if let Change::Reviewed(one) = change {
            let kind = match one.reviewed.item {
                Some(_) => JobKind::NameDiffers,
                None if one.reviewed.suspension => JobKind::SuspensionObjected,
                None => JobKind::Emergency,
            };
            let job = Job::of(kind, one.reviewed.item);
            let done = row_of(window, one.reviewed.seq, one.reviewed.at, Queue::Review, job);
            rows.push(ProjectionRow { value: None, ..done });
            let overdue = Job::of(JobKind::ReviewOverdue, None);
            let done = row_of(window, one.reviewed.seq, one.reviewed.deadline(), Queue::Alerts, overdue);
            rows.push(ProjectionRow { value: None, ..done });
        }
    }
}

/// Who was registered is to be informed, and again when the e-mail came back.
pub(super) fn information(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    for (entry, change) in window.new_changes() {
        // Nobody could be written to where no address was known; and whose death was an error is told anew that he will have a dossier.
        // So is who was merged with another, and is not any more.
        let again = matches!(change, Change::AddressSet(_) | Change::Reopened(_) | Change::Returned(_))
            && window.dossier.status == DossierStatus::Unopened;
        let back = matches!(change, Change::OpeningObjected(set) if set.withdrawn);
        if again || back || matches!(change, Change::Registered(_) | Change::MailReturned(_)) {
            let job = Job::of(JobKind::Information, None);
            rows.push(row(window, entry, entry.facts.at, Queue::Information, job));
        }
    }
}

/// What others recorded about who is registered is told him.
pub(super) fn before_opening(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    // Since it was merged another dossier answers for him, and tells him; of what came right before nobody else does.
    let merged = window.dossier.merged_into.as_ref().map(|moved| moved.seq);
    let own = |entry: &&JournalEntry| merged.is_none_or(|merged| entry.seq < merged);
    for entry in window.new.iter().filter(own).filter(|entry| window.dossier.is_told_before_opening(entry)) {
        notices(window, entry, rows);
    }
}

/// The notices of an entry: to each by the ways and at the hour that he chose, where there is somebody to tell.
fn notices(window: &Window<'_>, entry: &JournalEntry, rows: &mut Vec<ProjectionRow>) {
    let (at, dossier) = (entry.facts.at, window.dossier);
    // What waits because of a death is as old as that.
    let died = dossier.closed_at.filter(|_| dossier.is_dead());
    if window.since.is_some_and(|since| at < died.unwrap_or(since).min(since).plus_hours(-OLDEST_RETOLD_HOURS)) {
        return;
    }
    // The holder's own act, of which he is not told; its author decides, or answers (decisions 22 and 23).
    if entry.changes.iter().flatten().any(asks_an_author) {
        rows.push(row(window, entry, at, Queue::Notices, Job::of(JobKind::EmailAuthor, None)));
    }
    // What he is told is no choice of the holder's, and the holder's own naming of another ends his role (decisions 10, 16 and 17).
    if concerns_medecin_traitant(dossier, entry) {
        rows.push(row(window, entry, at, Queue::Notices, Job::of(JobKind::EmailMedecinTraitant, None)));
    }
    rows.extend(by_choice(dossier, entry).into_iter().map(|(at, job)| row(window, entry, at, Queue::Notices, job)));
}

/// The notices of an entry that its holder's choices make, the first of them first.
fn by_choice(dossier: &Dossier, entry: &JournalEntry) -> Vec<(Instant, Job)> {
    let at = entry.facts.at;
    let Some(kind) = kind_of(dossier, entry) else { return Vec::new() };
    // Who changes what the holder is told of does not silence that he did: it goes by the choice that stood before, or at once.
    let silences = entry.changes.iter().flatten().any(|change| matches!(change, Change::NoticeChosen(_)));
    let chosen = |audience, channel| match frequency(dossier, audience, kind, channel, at) {
        _ if silences && channel == NoticeChannel::Email => Some(at),
        chosen => slot(chosen, at),
    };
    let told = recipients(dossier, at);
    let by_mail = |audience| {
        let somebody = told.iter().any(|one| one.audience == audience);
        somebody.then(|| chosen(audience, NoticeChannel::Email)).flatten()
    };
    let by_post = dossier.addressee().filter(|holder| holder.has_postal_address());
    let jobs = [
        (by_mail(Audience::Holder), JobKind::Email),
        (by_mail(Audience::Representative), JobKind::EmailRepresentatives),
        (by_post.and_then(|_| chosen(letters_to(dossier, at), NoticeChannel::Letter)), JobKind::Letter),
    ];
    let mut jobs: Vec<_> = jobs.into_iter().filter_map(|(at, kind)| Some((at?, Job::of(kind, None)))).collect();
    jobs.sort_by_key(|(at, _)| *at);
    jobs.iter_mut().skip(1).for_each(|(_, job)| job.follows = true);
    jobs
}

fn asks_an_author(change: &Change) -> bool {
    match change {
        Change::DeletionRequested(_) => true,
        Change::NotMineClaimed(claim) => claim.open,
        _ => false,
    }
}

/// An emergency, where there is a médecin traitant; the end of his role.
fn concerns_medecin_traitant(dossier: &Dossier, entry: &JournalEntry) -> bool {
    entry.changes.iter().flatten().any(|change| match change {
        Change::EmergencyOpened(_) => dossier.medecin_traitant.is_some(),
        Change::MedecinTraitantLeft(_) => true,
        _ => false,
    })
}

/// The request that opens an emergency access (decisions 16); those within it are none.
fn is_emergency(entry: &JournalEntry) -> bool {
    entry.changes.iter().flatten().any(|change| matches!(change, Change::EmergencyOpened(_)))
}

/// An objection to the suspension of the dossier.
fn objects(entry: &JournalEntry) -> bool {
    entry.changes.iter().flatten().any(|change| matches!(change, Change::SuspensionObjected(_)))
}

fn row(window: &Window<'_>, entry: &JournalEntry, at: Instant, queue: Queue, job: Job) -> ProjectionRow {
    row_of(window, entry.seq, at, queue, job)
}

fn row_of(window: &Window<'_>, seq: u32, at: Instant, queue: Queue, job: Job) -> ProjectionRow {
    ProjectionRow {
        key: View::Jobs.key(queue.code().as_bytes()),
        range: range(at, window.journal, seq, &job),
        value: Some(Bytes::from(to_bytes(&job))),
    }
}

fn range(at: Instant, journal: u32, seq: u32, job: &Job) -> Bytes {
    let number = job.item.unwrap_or_else(|| u32::try_from(job.kind.number()).unwrap_or(u32::MAX));
    let numbers = [journal, seq, number].map(u32::to_be_bytes);
    Bytes::from([&sortable(at)[..], numbers.as_flattened()].concat())
}

impl Store {
    /// At most `limit` jobs of a queue that are to be done at `until` or before, the earliest first.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails.
    pub async fn jobs(&self, queue: Queue, until: Instant, limit: usize) -> Result<Vec<QueuedJob>, StoreError> {
        let key = View::Jobs.key(queue.code().as_bytes());
        let to = Bytes::copy_from_slice(&sortable(until.plus_millis(1)));
        let listed = self.engine.list(super::GENERATION, key, Bytes::new(), Some(to), limit).await?;
        let queued = |(range, value): (Bytes, Bytes)| {
            let (at, rest) = range.split_first_chunk::<8>()?;
            let (journal, rest) = rest.split_first_chunk::<4>()?;
            let seq = rest.first_chunk::<4>()?;
            let job: Job = from_bytes(&value).ok()?;
            Some(QueuedJob {
                at: job.since.or_else(|| u64::from_be_bytes(*at).try_into().ok().map(Instant::from_millis))?,
                journal: u32::from_be_bytes(*journal),
                seq: u32::from_be_bytes(*seq),
                job,
                range: range.clone(),
            })
        };
        Ok(listed.rows.into_iter().filter_map(queued).collect())
    }

    /// Forgets jobs that were carried out.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails: they come again.
    pub async fn forget_jobs(&self, queue: Queue, jobs: Vec<QueuedJob>) -> Result<(), StoreError> {
        self.replace_jobs(queue, jobs, Vec::new()).await
    }

    /// Puts jobs in place of those that came to them.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails: those come again.
    pub async fn replace_jobs(
        &self,
        queue: Queue,
        done: Vec<QueuedJob>,
        again: Vec<QueuedJob>,
    ) -> Result<(), StoreError> {
        let row = |job: QueuedJob, value| ProjectionRow {
            key: View::Jobs.key(queue.code().as_bytes()),
            range: job.range,
            value,
        };
        let gone = done.into_iter().map(|job| row(job, None));
        let put = again.into_iter().map(|job| {
            let value = Bytes::from(to_bytes(&job.job));
            row(job, Some(value))
        });
        Ok(self.engine.amend(super::GENERATION, gone.chain(put).collect()).await?)
    }
}
