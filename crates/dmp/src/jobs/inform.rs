//! The information before an opt-out opening: by e-mail, or by a letter, with a link and a code that object once (facts b.2).

use dmp_core::act::{Act, Answer, InformInsured};
use dmp_core::code::sha256;
use dmp_core::dossier::{Holder, InformedBy};
use dmp_store::projector::{Queue, QueuedJob};
use dmp_store::{Chance, Kind, StoreError, Target};

use super::compose::addressed;
use super::mail::{Delivery, Letter, Mail};
use super::{Jobs, is_out_of_reach, system};
use crate::world::SystemChance;

/// Letters and digits that nobody mistakes for one another.
const SIGNS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// So many at a time: a slow mail server must not outlast the lease, or another process would write to the same.
const AT_A_TIME: usize = 50;
/// Signs of a code: 60 bits.
const LENGTH: usize = 12;

impl Jobs {
    /// Informs those whom the feed registered; gives their number. The six weeks run from here.
    pub(super) async fn inform(&mut self) -> Result<usize, StoreError> {
        let jobs = self.store.jobs(Queue::Information, self.store.now(), AT_A_TIME).await?;
        if jobs.is_empty() || self.mailer.is_off() || !self.mailer.is_there().await || !self.mailer.takes_letters() {
            return Ok(0);
        }
        let done = jobs.len();
        // Each is forgotten as soon as it left: nobody is written to twice because another's could not leave.
        for job in jobs {
            self.write_to(&job).await?;
            self.store.forget_jobs(Queue::Information, vec![job]).await?;
        }
        Ok(done)
    }

    async fn write_to(&self, job: &QueuedJob) -> Result<(), StoreError> {
        let code = code();
        let act = Act::InformInsured(InformInsured { code: sha256(code.as_bytes()), asked: job.seq });
        let performed = match self.store.perform(Target::Journal(job.journal), act, system("information")).await {
            Ok(performed) => performed,
            Err(error) if is_out_of_reach(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let Answer::Informing { registration, by, code_only } = &performed.answer else { return Ok(()) };
        let (now, represented) = (self.store.now(), by.represented);
        let id = self.store.public_id(Kind::Patient, job.journal, 0);
        let text = if *code_only {
            code_asked_for(&registration.holder, represented, &code)
        } else {
            self.words(&registration.holder, represented, &id, &code)
        };
        let name = format!("{id}-{}", now.millis());
        if let Some(email) = &by.email {
            let mail = Mail {
                to: email.clone(),
                who: "holder".into(),
                kind: "INFORMATION_OUVERTURE",
                id: name,
                subject: "Votre dossier médical partagé va s’ouvrir".into(),
                text,
                seqs: std::collections::BTreeSet::new(),
            };
            // A mail that cannot leave is a mail that came back: the letter goes, and the weeks begin again.
            return match self.mailer.send(&mail).await {
                Delivery::Gone => Ok(()),
                Delivery::Later(reason) => self.came_back(job.journal, &reason).await,
            };
        }
        let letter =
            Letter { id: name, text: format!("{}{}\n\n{text}", for_whom(by), addressed(&registration.holder)) };
        self.mailer.post(&letter).map_err(|error| StoreError::Engine(format!("a letter: {error}")))
    }

    async fn came_back(&self, journal: u32, reason: &str) -> Result<(), StoreError> {
        let act = Act::NoteMailReturned(dmp_core::act::NoteMailReturned { text: Some(reason.into()) });
        self.store.perform(Target::Journal(journal), act, system("information")).await.map(|_| ())
    }

    fn words(&self, holder: &Holder, represented: bool, id: &str, code: &str) -> String {
        let public = self.mailer.settings().public.trim_end_matches('/').to_owned();
        let spaced = spaced(code);
        let whose = whose(represented);
        let (now_fr, now_en) = at_once(holder, represented);
        format!(
            "Bonjour,\n\n{whose} dossier médical partagé s’ouvrira dans six semaines, sauf si vous refusez. Il réunit les documents utiles aux soins ; seuls les \
             professionnels qui vous soignent y entrent, et vous voyez chaque accès.\n\nPour refuser, maintenant ou plus tard : {public}/opposition/{id}\nCode : {spaced}\n{now_fr}\nVous \
             pouvez aussi le fermer à tout moment une fois ouvert.\n\nHello,\n\nA shared health record opens in six weeks unless you object. To object, now or later: \
             {public}/opposition/{id}\nCode: {spaced}\n{now_en}"
        )
    }
}

/// Nothing opens by itself: the code goes to who asked for it, always by post.
fn code_asked_for(holder: &Holder, represented: bool, code: &str) -> String {
    let spaced = spaced(code);
    let (now_fr, now_en) = at_once(holder, represented);
    format!(
        "Bonjour,\n\nVoici le code que vous avez demandé à l’assistance pour votre dossier médical partagé.\n\nCode : {spaced}\n{now_fr}\nSi vous n’avez rien demandé, ne faites \
         rien : rien ne s’ouvre sans vous.\n\nHello,\n\nHere is the code that you asked the help desk for, for your shared health record.\n\nCode: {spaced}\n{now_en}\nIf you asked \
         for nothing, do nothing: nothing opens without you.\n"
    )
}

fn spaced(code: &str) -> String {
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// At the head of an envelope: a child does not open its letters, nor does who speaks for it no more.
fn for_whom(by: &InformedBy) -> String {
    match by.names.as_slice() {
        _ if !by.represented => String::new(),
        [] => "Aux représentants légaux de\n".to_owned(),
        names => format!("{}, pour\n", names.join(" et ")),
    }
}

/// A minor's information goes to who represents him.
const fn whose(represented: bool) -> &'static str {
    if represented { "Le dossier de la personne que vous représentez : son" } else { "Votre" }
}

/// Who has a card opens at once with the same code; a minor's dossier is opened by nobody on line.
const fn at_once(holder: &Holder, represented: bool) -> (&'static str, &'static str) {
    if holder.card.is_none() || represented {
        return ("", "");
    }
    (
        "\nAvec ce code et le numéro de série de votre carte Vitale, vous pouvez aussi l’ouvrir vous-même dès maintenant.\n",
        "\nWith this code and the serial number of your carte Vitale you may also open it yourself now.\n",
    )
}

fn code() -> String {
    let mut bytes = [0; LENGTH];
    SystemChance.fill(&mut bytes);
    bytes.iter().filter_map(|byte| SIGNS.get(usize::from(byte % 32))).map(|sign| char::from(*sign)).collect()
}
