//! Notices: dossier by dossier, what others did is read by an act of the program and told to whom it concerns.

use std::collections::{BTreeMap, BTreeSet};

use dmp_core::act::{Act, TellHolder};
use dmp_core::history::recipients;
use dmp_store::projector::{JobKind, Queue, QueuedJob};
use dmp_store::{StoreError, Target};

use super::authors::asked;
use super::compose::{Told, Wanted, letters, whole};
use super::mail::{Delivery, Mail};
use super::{Jobs, PAGE, is_out_of_reach, system};

/// How often entries that are in no dossier are looked for again.
const TRIES: usize = 3;

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
        // No entry is written for a mail that cannot leave: the jobs stay where they are.
        let away = !self.mailer.is_there().await;
        if away && !self.mail_away {
            tracing::warn!("the mail server does not answer: the notices wait");
        }
        self.mail_away = away;
        if away {
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
            self.tell(journal, &jobs).await?;
            self.store.forget_jobs(Queue::Notices, jobs).await?;
        }
        Ok(done)
    }

    async fn tell(&mut self, journal: u32, jobs: &[QueuedJob]) -> Result<(), StoreError> {
        let seqs: Vec<u32> = jobs.iter().map(|job| job.seq).collect();
        for (place, told) in self.told_of(journal, &seqs).await?.into_iter().enumerate() {
            if place == 0 {
                self.tell_there(&told, jobs).await?;
            } else {
                self.tell_elsewhere(&told, jobs).await?;
            }
        }
        Ok(())
    }

    /// Tells of those of the entries that one dossier has.
    async fn tell_there(&self, told: &Told, jobs: &[QueuedJob]) -> Result<(), StoreError> {
        let by = |kind| jobs.iter().filter(move |job| job.job.kind == kind);
        let grouped = |job: &QueuedJob| (job.seq, told.entry(job.seq).is_some_and(|entry| job.at > entry.facts.at));
        let kinds =
            [JobKind::Email, JobKind::EmailRepresentatives, JobKind::EmailMedecinTraitant, JobKind::EmailAuthor];
        let wanted = kinds.map(|kind| -> Wanted { by(kind).map(grouped).collect() });
        for mail in self.mails(told, wanted.each_ref()) {
            if let Delivery::Later(reason) = self.mailer.send(&mail).await {
                self.wait(told, mail, &reason).await?;
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

    /// Tells of those that went with another dossier: to whom it has, by the ways that they have. Whom the jobs were for was the survivor's.
    async fn tell_elsewhere(&self, told: &Told, jobs: &[QueuedJob]) -> Result<(), StoreError> {
        let kinds = [JobKind::Email, JobKind::EmailRepresentatives, JobKind::Letter];
        let entries: BTreeMap<u32, &QueuedJob> = jobs
            .iter()
            .filter(|job| told.has(job.seq) && kinds.contains(&job.job.kind))
            .map(|job| (job.seq, job))
            .collect();
        let somebody = !recipients(&told.dossier, told.now).is_empty();
        let anew = |kind, job: &QueuedJob| job.of_kind(kind);
        let ways: &[JobKind] = if somebody { &kinds[..2] } else { &kinds[2..] };
        let mut all: Vec<QueuedJob> =
            entries.into_values().flat_map(|job| ways.iter().map(|kind| anew(*kind, job))).collect();
        let others = jobs.iter().filter(|job| told.has(job.seq) && !kinds.contains(&job.job.kind));
        all.extend(others.cloned());
        self.tell_there(told, &all).await
    }

    /// These entries of a journal, in the dossiers that have them: its own, and those with which some went when dossiers parted. None where
    /// nobody is told any more.
    pub(super) async fn told_of(&self, journal: u32, seqs: &[u32]) -> Result<Vec<Told>, StoreError> {
        let Some(own) = self.told_in(journal, journal, seqs.iter().min().copied().unwrap_or(1)).await? else {
            return Ok(Vec::new());
        };
        let mut all = vec![own];
        // Who parts, or joins again, while this is read, is read anew.
        for _ in 0..TRIES {
            let away: Vec<u32> = seqs.iter().copied().filter(|seq| !all.iter().any(|told| told.has(*seq))).collect();
            if away.is_empty() {
                break;
            }
            all = self.told_elsewhere(journal, &away).await?;
        }
        Ok(all)
    }

    /// The same, where some are away: they came back with another dossier, and are read with all that there is, or went with one.
    async fn told_elsewhere(&self, journal: u32, away: &[u32]) -> Result<Vec<Told>, StoreError> {
        let Some(own) = self.told_in(journal, journal, 1).await? else { return Ok(Vec::new()) };
        let gone = away.iter().filter(|seq| !own.has(**seq)).filter_map(|seq| own.dossier.entry_gone_to(*seq));
        let gone: BTreeSet<u32> = gone.collect();
        let mut all = vec![own];
        for dossier in gone {
            self.store.settle_merge(dossier).await?;
            all.extend(self.told_in(dossier, journal, 1).await?);
        }
        Ok(all)
    }

    /// The entries of that journal, from `first` on, that the dossier of another, or its own, has.
    async fn told_in(&self, dossier: u32, journal: u32, first: u32) -> Result<Option<Told>, StoreError> {
        match self.entries(dossier, journal, first).await {
            Err(error) if is_out_of_reach(&error) => Ok(None),
            other => other,
        }
    }

    async fn entries(&self, of: u32, journal: u32, first: u32) -> Result<Option<Told>, StoreError> {
        let act = Act::TellHolder(TellHolder::Since(first));
        let performed = self.store.perform(Target::Journal(of), act, system("notices")).await?;
        if !performed.rule.allows() {
            return Ok(None);
        }
        let (dossier, entries) = self.store.history(&performed.permit).await?;
        // What another journal brought is told from there.
        let entries: Vec<_> =
            entries.into_iter().filter(|(from, _)| *from == journal).map(|(_, entry)| entry).collect();
        let id = |seq| self.store.public_id(dmp_store::Kind::AuditEvent, journal, seq).to_string();
        let ids = entries.iter().map(|entry| (entry.seq, id(entry.seq))).collect();
        let named = |item| self.store.public_id(dmp_store::Kind::Document, of, item).to_string();
        let changes = entries.iter().flat_map(|entry| entry.changes.iter().flatten());
        let documents = changes.filter_map(asked).map(|(item, _)| (item, named(item))).collect();
        Ok(Some(Told { journal, dossier, entries, ids, documents, now: self.store.now() }))
    }
}
