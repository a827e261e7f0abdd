//! What a mail says: the kind of what happened, who acted and when. Never a clinical word, a name, a title (decisions 33).

use std::collections::BTreeMap;
use std::sync::Arc;

use dmp_core::code::Instant;
use dmp_core::document::Item;
use dmp_core::dossier::{Dossier, DossierStatus, Holder, JournalEntry, NoticeKind};
use dmp_core::history::{Audience, Language, is_told_to, kind_of, letters_to, recipients, who_words, words};
use dmp_core::identity::Requester;

use super::authors::to_authors;
use super::mail::{Letter, Mail, MailSettings};
use super::medecin_traitant::to_medecin_traitant;

/// The header's word for what was grouped by day or week.
pub const GROUPED: &str = "SYNTHESE";
/// Who looks around, or tries again and is refused again, is told of once in these hours.
const HOURS_TOLD_ONCE: i64 = 1;
/// Lines in one mail; the rest is a number.
const MOST_LINES: usize = 50;

/// What a decision opened for a notice: a dossier and its last entries.
#[derive(Debug)]
pub struct Told {
    /// The journal that its entries are in.
    pub journal: u32,
    /// The dossier's own journal.
    pub of: u32,
    /// The dossier.
    pub dossier: Arc<Dossier>,
    /// Its entries: those to tell of, and some before.
    pub entries: Vec<JournalEntry>,
    /// The public id of each.
    pub ids: BTreeMap<u32, String>,
    /// The public id of each document of which something is asked.
    pub documents: BTreeMap<Item, String>,
    /// The hour.
    pub now: Instant,
}

impl Told {
    /// That entry, where it has it.
    pub fn entry(&self, seq: u32) -> Option<&JournalEntry> {
        self.entries.iter().find(|entry| entry.seq == seq)
    }

    /// Whether it has that entry.
    pub fn has(&self, seq: u32) -> bool {
        self.entry(seq).is_some()
    }
}

/// The entries to tell of, and whether each was grouped by day or week.
pub type Wanted = BTreeMap<u32, bool>;

/// One line of a mail.
struct Line<'a> {
    kind: NoticeKind,
    entry: &'a JournalEntry,
    requester: &'a Requester,
    grouped: bool,
}

/// The mails that tell of these entries: to the holder, to those who represent him, to the médecin traitant of what concerns him, to the
/// authors of documents of what is asked of them.
pub fn whole(told: &Told, wanted: [&Wanted; 4], settings: &MailSettings) -> Vec<Mail> {
    let [holder, representatives, medecin_traitant, authors] = wanted;
    let mut found = mails(told, holder, Audience::Holder, settings);
    found.extend(mails(told, representatives, Audience::Representative, settings));
    found.extend(to_medecin_traitant(told, medecin_traitant, settings));
    found.extend(to_authors(told, authors, settings));
    found
}

/// The mails that tell one audience of these entries.
fn mails(told: &Told, wanted: &Wanted, audience: Audience, settings: &MailSettings) -> Vec<Mail> {
    let mut found = Vec::new();
    for recipient in recipients(&told.dossier, told.now).into_iter().filter(|one| one.audience == audience) {
        let mut by_kind: BTreeMap<&'static str, Vec<Line<'_>>> = BTreeMap::new();
        for line in lines(told, wanted, recipient.audience) {
            let header = if line.grouped { GROUPED } else { kind_for(line.kind, recipient.audience).code() };
            by_kind.entry(header).or_default().push(line);
        }
        found.extend(by_kind.into_iter().map(|(header, lines)| {
            let seqs = lines.iter().map(|line| line.entry.seq).collect();
            Mail {
                to: recipient.email.clone(),
                who: recipient.who.clone(),
                kind: header,
                id: id(told, &lines),
                subject: subject(header, &lines, recipient.audience),
                text: text(told, &lines, recipient.audience, settings),
                seqs,
            }
        }));
    }
    found
}

/// The letters that tell the holder of these entries; to a minor's family no more than may be read there.
pub fn letters(told: &Told, wanted: &Wanted, settings: &MailSettings) -> Option<Letter> {
    let lines = lines(told, wanted, letters_to(&told.dossier, told.now));
    let holder = told.dossier.addressee().filter(|holder| holder.address.is_some() && !lines.is_empty())?;
    let text = text(told, &lines, Audience::Holder, settings);
    Some(Letter { id: id(told, &lines), text: format!("{}\n\n{text}", addressed(holder)) })
}

/// Name and address, as they stand on an envelope.
pub fn addressed(holder: &Holder) -> String {
    let family = holder.used_family.as_ref().unwrap_or(&holder.family);
    let name = format!("{} {family}", holder.given.as_deref().unwrap_or_default());
    let address = holder.address.clone().unwrap_or_default();
    let place = format!("{} {}", address.postal_code.unwrap_or_default(), address.city.unwrap_or_default());
    let lines = address.lines.unwrap_or_default();
    let country = address.country.unwrap_or_default();
    let all = [name.trim(), lines.trim(), place.trim(), country.trim()];
    all.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn lines<'a>(told: &'a Told, wanted: &Wanted, audience: Audience) -> Vec<Line<'a>> {
    told.entries
        .iter()
        .filter_map(|entry| {
            let grouped = *wanted.get(&entry.seq)?;
            let kind = kind_of(&told.dossier, entry)?;
            let requester = told.dossier.requester(entry.facts.requester)?;
            let shown =
                is_told_to(&told.dossier, audience, told.now, entry, kind) && !is_repeated(told, audience, entry, kind);
            shown.then_some(Line { kind, entry, requester, grouped })
        })
        .collect()
}

/// Whether this audience was told of the same requester for the same within the hour: a robot must not bury what matters.
fn is_repeated(told: &Told, audience: Audience, entry: &JournalEntry, kind: NoticeKind) -> bool {
    let once = matches!(kind, NoticeKind::Refused | NoticeKind::Consulted | NoticeKind::ExistenceAsked);
    let since = entry.facts.at.plus_hours(-HOURS_TOLD_ONCE);
    let same = |other: &JournalEntry| {
        other.facts.requester == entry.facts.requester
            && other.facts.outcome.rule == entry.facts.outcome.rule
            && kind_of(&told.dossier, other) == Some(kind)
            && is_told_to(&told.dossier, audience, told.now, other, kind)
    };
    once && told.entries.iter().any(|other| other.seq < entry.seq && other.facts.at > since && same(other))
}

/// A representative is reminded of another's majority.
fn kind_for(kind: NoticeKind, audience: Audience) -> NoticeKind {
    match (kind, audience) {
        (NoticeKind::Majority, Audience::Representative) => NoticeKind::MajorityRepresentative,
        _ => kind,
    }
}

fn id(told: &Told, lines: &[Line<'_>]) -> String {
    let first = lines.first().map(|line| line.entry.seq).unwrap_or_default();
    let kind = lines.first().map_or(0, |line| line.kind.number());
    format!("{}-{kind}", told.ids.get(&first).map(String::as_str).unwrap_or_default())
}

fn subject(header: &str, lines: &[Line<'_>], audience: Audience) -> String {
    let one = lines.first().filter(|_| header != GROUPED);
    let words = one.and_then(|line| words(kind_for(line.kind, audience), Language::French));
    let of = match audience {
        Audience::Holder => "Votre dossier médical partagé",
        Audience::Representative => "Un dossier médical partagé que vous suivez",
    };
    format!("{of} : {}", words.map_or("ce qui s’est passé", |words| words.subject))
}

fn text(told: &Told, lines: &[Line<'_>], audience: Audience, settings: &MailSettings) -> String {
    let unopened = told.dossier.status == DossierStatus::Unopened;
    let mut text = String::new();
    for language in [Language::French, Language::English] {
        let (mut hello, more, mut read, sign) = frame(language, audience);
        if unopened {
            (hello, read) = unopened_frame(language);
        }
        text.push_str(hello);
        for line in lines.iter().take(MOST_LINES) {
            let sentence = words(kind_for(line.kind, audience), language).map_or("", |words| words.sentence);
            let sentence = sentence.replace("{who}", who_words(line.requester, language));
            let colon = if language == Language::French { " :" } else { ":" };
            text.push_str(&format!("- {}{colon} {sentence}\n", paris(line.entry.facts.at)));
        }
        if lines.len() > MOST_LINES {
            text.push_str(&format!("- {} {more}\n", lines.len() - MOST_LINES));
        }
        text.push_str(&format!("\n{read} {}\n\n{sign}\n\n", settings.public));
    }
    text
}

const fn frame(language: Language, audience: Audience) -> (&'static str, &'static str, &'static str, &'static str) {
    match (language, audience) {
        (Language::French, Audience::Holder) => (
            "Bonjour,\n\nVoici ce qui s’est passé dans votre dossier médical partagé :\n\n",
            "autres événements",
            "Pour en savoir plus, ou changer vos avis, connectez-vous :",
            "Ce message ne contient aucune donnée de santé. Ne répondez pas à cette adresse.",
        ),
        (Language::French, Audience::Representative) => (
            "Bonjour,\n\nVoici ce qui s’est passé dans un dossier médical partagé que vous suivez :\n\n",
            "autres événements",
            "Pour en savoir plus, connectez-vous :",
            "Ce message ne contient aucune donnée de santé. Ne répondez pas à cette adresse.",
        ),
        (Language::English, Audience::Holder) => (
            "Hello,\n\nThis is what happened in your shared health record:\n\n",
            "more events",
            "To know more, or to change what you are told, sign in:",
            "This message holds no health data. Do not answer to this address.",
        ),
        (Language::English, Audience::Representative) => (
            "Hello,\n\nThis is what happened in a shared health record that you look after:\n\n",
            "more events",
            "To know more, sign in:",
            "This message holds no health data. Do not answer to this address.",
        ),
    }
}

/// Nobody signs in to what is not open.
const fn unopened_frame(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::French => (
            "Bonjour,\n\nVoici ce qui a été noté au sujet d’un dossier médical partagé qui n’est pas ouvert, le vôtre ou celui d’une personne que vous représentez :\n\n",
            "Si ce n’est pas ce que vous vouliez, dites-le à l’assistance :",
        ),
        Language::English => (
            "Hello,\n\nThis was noted about a shared health record that is not open, yours or that of somebody whom you represent:\n\n",
            "If that is not what you wanted, tell the help desk:",
        ),
    }
}

/// Day and hour as clocks in Paris show them.
pub fn paris(at: Instant) -> String {
    let (day, (hour, minute, _)) = (at.paris_day(), at.paris_clock());
    format!("{:02}/{:02}/{} {hour:02}:{minute:02}", day.day(), day.month(), day.year())
}
