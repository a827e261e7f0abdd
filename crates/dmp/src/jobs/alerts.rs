//! Alerts to the operator: a budget that is spent, within a minute, of each requester once an hour; a review whose term is over.

use std::collections::{BTreeMap, BTreeSet};

use dmp_core::code::Instant;
use dmp_core::identity::Requester;
use dmp_store::StoreError;
use dmp_store::projector::{JobKind, Queue};

use super::compose::paris;
use super::mail::{Delivery, Mail};
use super::{Jobs, PAGE, is_out_of_reach};

/// Whom the operator was told of, and when.
pub type Alerted = BTreeMap<String, Instant>;

/// Of each requester he is told once in these hours.
const HOURS: i64 = 1;

impl Jobs {
    /// Sends the alerts of now; gives their number.
    pub(super) async fn alerts(&mut self) -> Result<usize, StoreError> {
        let jobs = self.store.jobs(Queue::Alerts, self.store.now(), PAGE).await?;
        let Some(to) = self.mailer.settings().operator.clone().filter(|_| !jobs.is_empty()) else {
            // Without an address the metrics and the journal tell.
            let done = jobs.len();
            self.store.forget_jobs(Queue::Alerts, jobs).await?;
            return Ok(done);
        };
        let now = self.store.now();
        self.alerted.retain(|_, at| now < at.plus_hours(HOURS));
        for job in &jobs {
            let told = match self.entries(job.journal, job.seq).await {
                Ok(Some(told)) => told,
                Ok(None) => continue,
                Err(error) if is_out_of_reach(&error) => continue,
                Err(error) => return Err(error),
            };
            let Some(entry) = told.entries.iter().find(|entry| entry.seq == job.seq) else { continue };
            let Some(requester) = told.dossier.requester(entry.facts.requester) else { continue };
            let id = told.ids.get(&job.seq).map(String::as_str).unwrap_or_default();
            let mail = match job.job.kind {
                // Found in time, or by another: nothing to say.
                JobKind::ReviewOverdue if !told.dossier.to_review.iter().any(|one| one.seq == job.seq) => continue,
                JobKind::ReviewOverdue => overdue(&to, id, job.seq),
                _ if self.alerted.contains_key(&requester.key()) => continue,
                _ => budget(&to, id, job.seq, requester, entry.facts.at),
            };
            if let Delivery::Later(reason) = self.mailer.send(&mail).await {
                return Err(StoreError::Engine(reason));
            }
            if job.job.kind == JobKind::BudgetSpent {
                self.alerted.insert(requester.key(), now);
            }
        }
        let done = jobs.len();
        self.store.forget_jobs(Queue::Alerts, jobs).await?;
        Ok(done)
    }
}

fn overdue(to: &str, id: &str, seq: u32) -> Mail {
    Mail {
        to: to.into(),
        kind: "ALERTE_CONTROLE",
        id: format!("{id}-review"),
        subject: "Un accès en urgence attend son contrôle".into(),
        text: format!("Le délai de contrôle d’un accès en urgence est passé.\n\n- à contrôler : Task/{id}\n"),
        seqs: BTreeSet::from([seq]),
    }
}

fn budget(to: &str, id: &str, seq: u32, requester: &Requester, at: Instant) -> Mail {
    let structure = requester.structure().map_or_else(|| "-".to_owned(), ToString::to_string);
    Mail {
        to: to.into(),
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
