//! Alerts to the operator: a budget that is spent, within a minute, of each requester once an hour; a review whose term is over; an
//! access that the holder does not recognise; a document that he says is not his.

use std::collections::{BTreeMap, BTreeSet};

use dmp_core::act::{Act, Answer, TellHolder};
use dmp_core::code::Instant;
use dmp_core::dossier::ToReview;
use dmp_core::identity::Requester;
use dmp_store::projector::{Job, JobKind, Queue, QueuedJob};
use dmp_store::{Kind, StoreError, Target};

use super::authors::asked;
use super::compose::{Told, paris};
use super::mail::{Delivery, Mail};
use super::notices::next_look;
use super::{Jobs, PAGE, is_out_of_reach, system};

/// Whom the operator was told of, and when.
pub type Alerted = BTreeMap<String, Instant>;

/// Of each requester he is told once in these hours.
const HOURS: i64 = 1;

/// What an alert comes to.
pub(super) enum Alert {
    /// It is to be sent; a budget's is of a requester.
    Told(Mail, Option<String>),
    /// Its holder's death was reported: it waits until that turns out to be an error.
    Dead,
    /// There is nothing to say, or nobody to say it to.
    Nothing,
}

impl Jobs {
    /// Sends the alerts of now; gives their number.
    pub(super) async fn alerts(&mut self) -> Result<usize, StoreError> {
        let jobs = self.store.jobs(Queue::Alerts, self.store.now(), PAGE).await?;
        let done = jobs.len();
        if jobs.is_empty() {
            return Ok(0);
        }
        if self.mailer.settings().operator.is_none() {
            // Without an address the metrics and the journal tell.
            self.store.forget_jobs(Queue::Alerts, jobs).await?;
            return Ok(done);
        }
        if !self.mail_leaves().await {
            return Ok(0);
        }
        let now = self.store.now();
        self.alerted.retain(|_, at| now < at.plus_hours(HOURS));
        // Each is forgotten as soon as it left, or waits for another try: none is sent twice because another could not leave.
        for job in jobs {
            let again = self.alert(&job).await?;
            self.store.replace_jobs(Queue::Alerts, vec![job], again.into_iter().collect()).await?;
        }
        Ok(done)
    }

    /// Sends one; gives it back where it is to be looked at later.
    async fn alert(&mut self, job: &QueuedJob) -> Result<Option<QueuedJob>, StoreError> {
        let now = self.store.now();
        let (mail, requester) = match self.alert_of(job.journal, job.seq, job.job).await? {
            Alert::Told(mail, requester) => (mail, requester),
            Alert::Dead => return Ok(Some(job.put_off(next_look(job.at, now)))),
            Alert::Nothing => return Ok(None),
        };
        if requester.as_ref().is_some_and(|requester| self.alerted.contains_key(requester)) {
            return Ok(None);
        }
        if let Delivery::Later(reason) = self.mailer.send(&mail).await {
            self.wait(job.journal, mail, Some(job.job), &reason).await?;
        }
        self.alerted.extend(requester.map(|requester| (requester, now)));
        Ok(None)
    }

    /// What is said of an entry, by what its dossier is now: at the first try and at each that follows.
    pub(super) async fn alert_of(&self, journal: u32, seq: u32, job: Job) -> Result<Alert, StoreError> {
        let Some(to) = self.mailer.settings().operator.as_deref() else { return Ok(Alert::Nothing) };
        let id = |journal, seq| self.store.public_id(Kind::AuditEvent, journal, seq).to_string();
        let told = |mail| Ok(Alert::Told(mail, None));
        if let (JobKind::AccessDisputed, Some(entry)) = (job.kind, job.item) {
            // In the archive too, where nothing of the dossier is read any more: the two ids say enough.
            let access = id(job.journal.unwrap_or(journal), entry);
            return told(disputed(to, &id(journal, seq), &access, seq));
        }
        if job.kind == JobKind::ReviewOverdue {
            // Found in time, or by another: nothing to say.
            let one = self.overdue(journal, seq).await?;
            return one.map_or(Ok(Alert::Nothing), |one| told(overdue(to, &id(journal, seq), &one)));
        }
        let found = self.told_of(journal, &[seq]).await?;
        let has = |told| Some((told, Told::entry(told, seq)?));
        let claimed = job.kind == JobKind::ClaimedNotMine;
        let Some((there, entry)) = found.told.iter().find_map(has) else {
            // A budget that was spent is no news when a death is taken back; a case that is open then still is.
            return Ok(if claimed && !found.dead.is_empty() { Alert::Dead } else { Alert::Nothing });
        };
        let id = there.ids.get(&seq).map(String::as_str).unwrap_or_default();
        if claimed {
            let documents = &there.documents;
            let asked = entry.changes.iter().flatten().filter_map(asked).find_map(|(item, _)| documents.get(&item));
            // Erased meanwhile, its case is closed.
            return asked.map_or(Ok(Alert::Nothing), |document| told(not_mine(to, id, document, seq)));
        }
        let Some(requester) = there.dossier.requester(entry.facts.requester) else { return Ok(Alert::Nothing) };
        Ok(Alert::Told(budget(to, id, seq, requester, entry.facts.at), Some(requester.key())))
    }

    /// That line of the operator's queue, if it waits still: it stays in its journal, whosever the entry is by now.
    async fn overdue(&self, journal: u32, seq: u32) -> Result<Option<ToReview>, StoreError> {
        let act = Act::TellHolder(TellHolder::Overdue { journal, seq });
        let performed = match self.store.perform(Target::Journal(journal), act, system("alerts")).await {
            Err(error) if is_out_of_reach(&error) => return Ok(None),
            performed => performed?,
        };
        if !matches!(performed.answer, Answer::History(_)) {
            return Ok(None);
        }
        let (dossier, _) = self.store.history(&performed.permit).await?;
        Ok(dossier.to_review.iter().find(|one| one.seq == seq).copied())
    }
}

fn disputed(to: &str, id: &str, access: &str, seq: u32) -> Mail {
    Mail {
        to: to.into(),
        who: "operator".into(),
        kind: "ALERTE_ACCES_CONTESTE",
        id: format!("{id}-dispute"),
        subject: "Un titulaire ne reconnaît pas un accès".into(),
        text: format!(
            "Un titulaire signale un accès qu’il ne reconnaît pas. Tant que ce signalement est ouvert, la fin de l’archive attend.\n\n- l’accès : AuditEvent/{access}\n\n\
             Extrait signé : dmp evidence. Clore : POST Communication (docs/destruction.md).\n"
        ),
        seqs: BTreeSet::from([seq]),
    }
}

fn not_mine(to: &str, id: &str, document: &str, seq: u32) -> Mail {
    Mail {
        to: to.into(),
        who: "operator".into(),
        kind: "ALERTE_DOCUMENT_CONTESTE",
        id: format!("{id}-not-mine"),
        subject: "Un titulaire dit qu’un document n’est pas le sien".into(),
        text: format!(
            "Un titulaire dit qu’un document de son dossier n’est pas le sien. Le document est masqué aux professionnels, hors son auteur, \
             tant que le cas est ouvert.\n\n- le document : DocumentReference/{document}\n- le signalement : AuditEvent/{id}\n\n\
             Son auteur est prévenu. Clore, ou effacer en dernier recours : POST Communication (docs/acts.md).\n"
        ),
        seqs: BTreeSet::from([seq]),
    }
}

fn overdue(to: &str, id: &str, one: &ToReview) -> Mail {
    let (subject, what) = if one.suspension {
        (
            "Une opposition à une suspension attend sa réponse",
            "Le délai de réponse à une opposition est passé : le dossier est à libérer ou à fermer.",
        )
    } else {
        ("Un accès en urgence attend son contrôle", "Le délai de contrôle d’un accès en urgence est passé.")
    };
    Mail {
        to: to.into(),
        who: "operator".into(),
        kind: "ALERTE_CONTROLE",
        id: format!("{id}-review"),
        subject: subject.into(),
        text: format!("{what}\n\n- à contrôler : Task/{id}\n"),
        seqs: BTreeSet::from([one.seq]),
    }
}

fn budget(to: &str, id: &str, seq: u32, requester: &Requester, at: Instant) -> Mail {
    let structure = requester.structure().map_or_else(|| "-".to_owned(), ToString::to_string);
    Mail {
        to: to.into(),
        who: "operator".into(),
        kind: "ALERTE_BUDGET",
        id: format!("{id}-alert"),
        subject: "Budget d’accès dépassé".into(),
        text: format!(
            "Un budget d’accès est dépassé : les dossiers suivants sont refusés.\n\n- quand : {}\n- qui : {}\n- structure : {structure}\n\nSuspendre : POST Consent \
             (docs/acts.md). Cette personne n’est plus signalée pendant une heure.\n",
            paris(at),
            requester.key()
        ),
        seqs: BTreeSet::from([seq]),
    }
}
