//! Notices: dossier by dossier, what others did is read by an act of the program and told to whom it concerns.

use std::collections::BTreeMap;
use std::sync::Arc;

use dmp_core::act::{Act, TellHolder};
use dmp_core::code::Instant;
use dmp_core::dossier::{NoticeFrequency, Rule};
use dmp_core::history::slot;
use dmp_store::projector::{JobKind, Queue, QueuedJob};
use dmp_store::{StoreError, Target};

use super::authors::asked;
use super::compose::{Told, Wanted, letters, whole};
use super::mail::{Delivery, Mail};
use super::{Jobs, PAGE, is_out_of_reach, system};

/// How often entries that are in no dossier are looked for.
const TRIES: usize = 4;
/// What waits because of a death is looked at again after this part of the time that it has waited,
const PART: i64 = 8;
/// and on the morning after so many days at most: who is alive after all is told within a week.
const DAYS: i64 = 6;

/// Entries, as the dossiers that have them tell of them.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Those that are told.
    pub told: Vec<Told>,
    /// Those of a dossier whose holder's death was reported, and of which.
    pub dead: BTreeMap<u32, u32>,
}

/// What a dossier tells.
enum Read {
    Told(Told),
    /// His death was reported: nobody is told until that turns out to be an error.
    Dead,
    Nothing,
}

/// When what waits since then because of a death is looked at again. A death may be taken back as an error until the dossier is destroyed with
/// all that waits, ten years later (decisions 28): some morning, the next one at first, then seldomer, and every week in the end.
pub(super) fn next_look(since: Instant, now: Instant) -> Instant {
    let waited = (now.millis() - since.millis()) / PART;
    let later = now.plus_millis(waited).min(now.plus_hours(DAYS * 24));
    slot(NoticeFrequency::Daily, later).unwrap_or_else(|| later.plus_hours(24))
}

impl Jobs {
    /// Sends the notices of now, and those that waited for another try; gives their number.
    pub(super) async fn notices(&mut self) -> Result<usize, StoreError> {
        if self.mailer.is_off() {
            return Ok(0);
        }
        let queued = self.store.jobs(Queue::Notices, self.store.now(), PAGE).await?;
        let waiting = self.waiting_now().await?;
        if queued.is_empty() && waiting.is_empty() {
            return Ok(0);
        }
        if !self.mail_leaves().await {
            return Ok(0);
        }
        let mut done = waiting.len();
        for one in waiting {
            self.try_again(one).await?;
        }
        let mut journals: BTreeMap<u32, Vec<QueuedJob>> = BTreeMap::new();
        for job in queued {
            journals.entry(job.journal).or_default().push(job);
        }
        for (journal, jobs) in journals {
            done += jobs.len();
            let again = self.tell(journal, &jobs).await?;
            self.store.replace_jobs(Queue::Notices, jobs, again).await?;
        }
        Ok(done)
    }

    /// Whether mail leaves now. No entry is written for a mail that cannot: the jobs stay where they are.
    pub(super) async fn mail_leaves(&mut self) -> bool {
        if self.mailer.is_off() {
            return false;
        }
        let away = !self.mailer.is_there().await;
        if away && !self.mail_away {
            tracing::warn!("the mail server does not answer: the notices and alerts wait");
        }
        self.mail_away = away;
        !away
    }

    /// Tells of what is to be told now; gives what is to be told otherwise, or later.
    async fn tell(&mut self, journal: u32, jobs: &[QueuedJob]) -> Result<Vec<QueuedJob>, StoreError> {
        let seqs: Vec<u32> = jobs.iter().map(|job| job.seq).collect();
        let found = self.told_of(journal, &seqs).await?;
        let mut again = Vec::new();
        for told in &found.told {
            let mut here = Vec::new();
            for job in jobs {
                let Some(entry) = told.entry(job.seq) else { continue };
                match job.comes_to(told.of, &told.dossier, entry) {
                    Some(others) => again.extend(others),
                    None => here.push(job),
                }
            }
            self.tell_there(told, &here).await?;
        }
        let waits = |job: &&QueuedJob| found.dead.get(&job.seq).is_some_and(|dossier| job.concerns(*dossier));
        let waiting = || jobs.iter().filter(waits);
        // Together from here on: each look is an entry.
        if let Some(since) = waiting().map(|job| job.at).min() {
            let until = next_look(since, self.store.now());
            again.extend(waiting().map(|job| job.put_off(until)));
        }
        Ok(again)
    }

    /// Tells of those of the entries that one dossier has.
    async fn tell_there(&self, told: &Told, jobs: &[&QueuedJob]) -> Result<(), StoreError> {
        let by = |kind| jobs.iter().copied().filter(move |job| job.job.kind == kind);
        let grouped = |job: &QueuedJob| (job.seq, told.entry(job.seq).is_some_and(|entry| job.at > entry.facts.at));
        let kinds =
            [JobKind::Email, JobKind::EmailRepresentatives, JobKind::EmailMedecinTraitant, JobKind::EmailAuthor];
        let wanted = kinds.map(|kind| -> Wanted { by(kind).map(grouped).collect() });
        for mail in self.mails(told, wanted.each_ref()) {
            if let Delivery::Later(reason) = self.mailer.send(&mail).await {
                self.wait(told.journal, mail, None, &reason).await?;
            }
        }
        let wanted: Wanted = by(JobKind::Letter).map(grouped).collect();
        if let Some(letter) = letters(told, &wanted, self.mailer.settings()) {
            self.mailer.post(&letter).map_err(|error| StoreError::Engine(format!("a letter: {error}")))?;
        }
        Ok(())
    }

    /// The mails that tell of these entries, each named by whom it is for: who else is told may change before it is tried again.
    pub(super) fn mails(&self, told: &Told, wanted: [&Wanted; 4]) -> Vec<Mail> {
        let mut mails = whole(told, wanted, self.mailer.settings());
        for mail in &mut mails {
            mail.id = format!("{}-{}", mail.id, self.store.recipient(told.journal, &mail.who));
        }
        mails
    }

    /// These entries of a journal, in the dossiers that have them: its own, and those with which some went when dossiers parted. What is nowhere
    /// concerns nobody any more.
    pub(super) async fn told_of(&self, journal: u32, seqs: &[u32]) -> Result<Found, StoreError> {
        let (mut gone, mut first) = (BTreeMap::new(), seqs.iter().min().copied().unwrap_or(1));
        let mut found = Found::default();
        // Who parts, or joins again, while this is read, is read anew: all of it, for what came back is not where it was.
        for _ in 0..TRIES {
            found = self.ask(journal, seqs, &gone, first).await?;
            let away = || seqs.iter().filter(|seq| !found.told.iter().any(|told| told.has(**seq)));
            if away().next().is_none() {
                break;
            }
            (gone, first) = match self.store.entries_gone(journal, seqs).await {
                Err(error) if is_out_of_reach(&error) => break,
                gone => (gone?, 1),
            };
            // The death of one is nobody's who parted from him.
            if away().all(|seq| found.dead.get(seq) == Some(gone.get(seq).unwrap_or(&journal))) {
                break;
            }
        }
        Ok(found)
    }

    /// The same, where some of them are known to be with others.
    async fn ask(
        &self,
        journal: u32,
        seqs: &[u32],
        gone: &BTreeMap<u32, u32>,
        first: u32,
    ) -> Result<Found, StoreError> {
        let mut dossiers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for seq in seqs {
            dossiers.entry(gone.get(seq).copied().unwrap_or(journal)).or_default().push(*seq);
        }
        let mut found = Found::default();
        for (dossier, seqs) in dossiers {
            match self.read(dossier, journal, first).await {
                Ok(Read::Told(told)) => found.told.push(told),
                Ok(Read::Dead) => found.dead.extend(seqs.into_iter().map(|seq| (seq, dossier))),
                Ok(Read::Nothing) => {}
                Err(error) if is_out_of_reach(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The entries of that journal, from `first` on, that the dossier of another, or its own, has.
    async fn read(&self, of: u32, journal: u32, first: u32) -> Result<Read, StoreError> {
        if of != journal {
            self.store.settle_merge(of).await?;
        }
        let act = Act::TellHolder(TellHolder::Since(first));
        let performed = self.store.perform(Target::Journal(of), act, system("notices")).await?;
        if !performed.rule.allows() {
            return Ok(if performed.rule == Rule::Death { Read::Dead } else { Read::Nothing });
        }
        let (mut dossier, entries) = self.store.history(&performed.permit).await?;
        if dossier.merged_into.is_some()
            && let Some(survivor) = self.store.survivor(of).await?
        {
            if survivor.dossier.is_dead() {
                return Ok(Read::Dead);
            }
            // What came with the merge, or after it, is told whom it was of; whoever represents him no more is not.
            if let Some(guest) = survivor.dossier.guest(of) {
                Arc::make_mut(&mut dossier).mandates.clone_from(&guest.state.mandates);
            }
        }
        // What another journal brought is told from there.
        let entries: Vec<_> =
            entries.into_iter().filter(|(from, _)| *from == journal).map(|(_, entry)| entry).collect();
        let id = |seq| self.store.public_id(dmp_store::Kind::AuditEvent, journal, seq).to_string();
        let ids = entries.iter().map(|entry| (entry.seq, id(entry.seq))).collect();
        let named = |item| self.store.public_id(dmp_store::Kind::Document, of, item).to_string();
        let changes = entries.iter().flat_map(|entry| entry.changes.iter().flatten());
        let documents = changes.filter_map(asked).map(|(item, _)| (item, named(item))).collect();
        Ok(Read::Told(Told { journal, of, dossier, entries, ids, documents, now: self.store.now() }))
    }
}
