//! Mails that could not leave: tried again, further and further apart, and after the last try kept in a list for the operator.
//!
//! What is kept names the entries and, as keyed hashes, the recipient and the address; never either of them, nor the words: those are
//! read again, and the mail goes to the address that its recipient has by then.

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_core::encoding::{from_bytes, to_bytes};
use dmp_core::record;
use dmp_store::engine::Engine;
use dmp_store::projector::Job;
use dmp_store::{Store, StoreError};

use super::Jobs;
use super::alerts::Alert;
use super::compose::GROUPED;
use super::mail::{Delivery, Mail};
use super::notices::next_look;

/// Minutes until the next try, after each that failed.
const MINUTES: [i64; 7] = [1, 5, 15, 60, 240, 720, 1_440];
/// Of each list so many are kept; beyond, the jobs stay in their queue or the oldest dead letter goes.
const MOST: usize = 10_000;

const WAITING: &[u8] = b"mail.waiting";
const DEAD: &[u8] = b"mail.dead";

record! {
    /// A mail that waits for another try.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct WaitingMail {
        /// The journal.
        1 journal: u32,
        /// The entries that it tells of.
        2 seqs: Vec<u32>,
        /// Its own name.
        3 id: Box<str>,
        /// Tries that failed.
        4 tries: u32,
        /// When to try again.
        5 next: Instant,
        /// Why the last failed.
        6 reason: Box<str>,
        /// One mail of what its recipient wants told together.
        7 grouped: bool,
        /// The address that refused it, as a keyed hash: somebody may be known otherwise by the next try.
        8 address: Option<Box<str>>,
        /// Since when it waits because its holder's death was reported.
        9 dead_since: Option<Instant>,
        /// What it alerts the operator to; absent in a mail to those whom a dossier concerns.
        10 alert: Option<Job>,
    }
}

/// A mail that never left: which dossier's, how often it was tried, and why it failed.
pub type DeadLetter = WaitingMail;

record! {
    /// A list of them.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct MailList {
        /// The mails.
        1 mails: Vec<WaitingMail>,
    }
}

async fn read(engine: &dyn Engine, key: &'static [u8]) -> Result<MailList, StoreError> {
    let bytes = engine.get(Bytes::from_static(key)).await?;
    // A list that does not read is begun anew: its mails are in the journal.
    Ok(bytes.and_then(|bytes| from_bytes(&bytes).ok()).unwrap_or_default())
}

async fn write(engine: &dyn Engine, key: &'static [u8], list: &MailList) -> Result<(), StoreError> {
    Ok(engine.put(Bytes::from_static(key), Bytes::from(to_bytes(list))).await?)
}

/// The mails that never left.
///
/// # Errors
/// [`StoreError`] when the engine fails.
pub async fn dead_letters(store: &Store) -> Result<Vec<DeadLetter>, StoreError> {
    Ok(read(&**store.engine(), DEAD).await?.mails)
}

/// Whether a mail says what the one that waits did, to whomever.
fn tells_as(mail: &Mail, waiting: &WaitingMail) -> bool {
    let words = |id: &str| id.rsplit_once('-').map(|(words, _)| words.to_owned());
    words(&mail.id) == words(&waiting.id)
}

impl Jobs {
    /// The mails whose next try is now, taken from the list.
    pub(super) async fn waiting_now(&self) -> Result<Vec<WaitingMail>, StoreError> {
        let now = self.store.now();
        let list = read(&**self.store.engine(), WAITING).await?;
        Ok(list.mails.into_iter().filter(|mail| mail.next <= now).collect())
    }

    /// When a mail is tried again next.
    pub(super) async fn next_try(&self) -> Result<Option<Instant>, StoreError> {
        let now = self.store.now();
        let list = read(&**self.store.engine(), WAITING).await?;
        Ok(list.mails.iter().map(|mail| mail.next).filter(|next| *next > now).min())
    }

    /// Keeps a mail about a journal that could not leave; an alert with what it is about.
    pub(super) async fn wait(
        &self,
        journal: u32,
        mail: Mail,
        alert: Option<Job>,
        reason: &str,
    ) -> Result<(), StoreError> {
        let next = self.store.now().plus_millis(MINUTES.first().copied().unwrap_or(1) * 60_000);
        let seqs = mail.seqs.into_iter().collect();
        let address = Some(self.store.recipient(journal, &mail.to).into());
        let (id, reason, grouped) = (mail.id.into(), reason.into(), mail.kind == GROUPED);
        let (tries, dead_since) = (1, None);
        self.keep(WaitingMail { journal, seqs, id, tries, next, reason, grouped, address, dead_since, alert }).await
    }

    /// Tries again: the words are read again, so that what was withdrawn meanwhile is not told.
    pub(super) async fn try_again(&self, one: WaitingMail) -> Result<(), StoreError> {
        let mail = match self.read_again(&one).await? {
            Alert::Told(mail, _) => mail,
            Alert::Nothing => return self.drop_waiting(&one.id).await,
            Alert::Dead => {
                let now = self.store.now();
                let since = one.dead_since.unwrap_or(now);
                return self.keep(WaitingMail { next: next_look(since, now), dead_since: Some(since), ..one }).await;
            }
        };
        let Delivery::Later(reason) = self.mailer.send(&mail).await else { return self.drop_waiting(&one.id).await };
        let wait = MINUTES.get(usize::try_from(one.tries).unwrap_or(usize::MAX)).copied();
        let next = self.store.now().plus_millis(wait.unwrap_or_default() * 60_000);
        let again = WaitingMail { tries: one.tries + 1, next, reason: reason.into(), dead_since: None, ..one };
        if wait.is_some() {
            return self.keep(again).await;
        }
        let engine = &**self.store.engine();
        let mut dead = read(engine, DEAD).await?;
        dead.mails.retain(|mail| mail.id != again.id);
        if dead.mails.len() >= MOST {
            dead.mails.remove(0);
        }
        let id = again.id.clone();
        dead.mails.push(again);
        tracing::warn!("a mail could not leave after the last try: dmp mail dead-letters");
        // Into the one list before it leaves the other: whoever falls in between has it twice, never not at all.
        write(engine, DEAD, &dead).await?;
        self.drop_waiting(&id).await
    }

    /// What a mail that waits says by now.
    async fn read_again(&self, one: &WaitingMail) -> Result<Alert, StoreError> {
        if let (Some(job), [seq]) = (one.alert, one.seqs.as_slice()) {
            return self.alert_of(one.journal, *seq, job).await;
        }
        let wanted = one.seqs.iter().map(|seq| (*seq, one.grouped)).collect();
        let found = self.told_of(one.journal, &one.seqs).await?;
        let mut all: Vec<Mail> = found.told.iter().flat_map(|told| self.mails(told, [&wanted; 4])).collect();
        let there = |mail: &Mail| Some(&*self.store.recipient(one.journal, &mail.to)) == one.address.as_deref();
        let same = all.iter().position(|mail| *mail.id == *one.id);
        let mail = same.or_else(|| all.iter().position(|mail| tells_as(mail, one) && there(mail)));
        let nothing = if found.dead.is_empty() { Alert::Nothing } else { Alert::Dead };
        Ok(mail.map_or(nothing, |place| Alert::Told(all.swap_remove(place), None)))
    }

    /// Forgets the mails of dossiers that are destroyed, those that wait and those that never left.
    pub(super) async fn forget_destroyed(&self) -> Result<(), StoreError> {
        let engine = &**self.store.engine();
        for key in [WAITING, DEAD] {
            let mut list = read(engine, key).await?;
            let before = list.mails.len();
            list.mails.retain(|mail| !self.store.is_destroyed(mail.journal));
            if list.mails.len() < before {
                write(engine, key, &list).await?;
            }
        }
        Ok(())
    }

    async fn keep(&self, mail: WaitingMail) -> Result<(), StoreError> {
        let engine = &**self.store.engine();
        let mut list = read(engine, WAITING).await?;
        list.mails.retain(|one| one.id != mail.id);
        if list.mails.len() >= MOST {
            return Err(StoreError::Engine("too many mails wait for another try".into()));
        }
        list.mails.push(mail);
        write(engine, WAITING, &list).await
    }

    async fn drop_waiting(&self, id: &str) -> Result<(), StoreError> {
        let engine = &**self.store.engine();
        let mut list = read(engine, WAITING).await?;
        list.mails.retain(|one| *one.id != *id);
        write(engine, WAITING, &list).await
    }
}
