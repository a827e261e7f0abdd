//! Who is told of an entry, when and by which way (decisions 24, 27 and 33).

use crate::access::Side;
use crate::act::HistoryWindow;
use crate::code::{Day, Instant};
use crate::dossier::{Dossier, DossierStatus, JournalEntry, NoticeChannel, NoticeChosen, NoticeFrequency, NoticeKind};
use crate::history::shown::is_shown;

/// From this age on a minor may have an account of his own (decisions 24).
const OWN_ACCOUNT: u16 = 16;
/// Grouped notices come at this hour, in Paris.
const MORNING: i8 = 8;

/// As whom somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// The holder himself.
    Holder,
    /// Who represents him; also an address that a parent may read.
    Representative,
}

/// Somebody to tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipient {
    /// As whom.
    pub audience: Audience,
    /// Where.
    pub email: Box<str>,
    /// Who it is, whatever his address and whoever is told beside him.
    pub who: Box<str>,
}

/// Everybody who is told by e-mail. The address that the insurer has of a minor may be a parent's, so nothing that is hidden from
/// representatives goes there; the one that a minor of 16 gave himself is his own.
#[must_use]
pub fn recipients(dossier: &Dossier, now: Instant) -> Vec<Recipient> {
    let Some(holder) = dossier.addressee() else { return Vec::new() };
    let minor = is_written_to_as_a_minor(dossier, now);
    let mut found = Vec::new();
    let mut add = |audience, email: &str, who: String| {
        if !found.iter().any(|one: &Recipient| *one.email == *email) {
            found.push(Recipient { audience, email: email.into(), who: who.into() });
        }
    };
    let own = dossier.emails.get("").filter(|_| !minor || holder.birth.age_on(now.paris_day()) >= OWN_ACCOUNT);
    if let Some(email) = own {
        add(Audience::Holder, email, "holder".into());
    }
    // An information that came back went to an address where nobody is.
    let came_back = is_unopened(dossier) && dossier.registration.as_ref().is_some_and(|one| one.by_post);
    // What the insurer knew of a child is its family's, and not the grown-up's until he says so (decisions 24).
    let of_family = !minor && dossier.opened_at.is_some_and(|at| at < holder.birth.majority());
    if let (Some(email), true) = (&holder.email, !came_back && !of_family && (minor || own.is_none())) {
        let (audience, who) = if minor { (Audience::Representative, "family") } else { (Audience::Holder, "holder") };
        add(audience, email, who.into());
    }
    for (person, mandate) in dossier.mandates.iter().filter(|(_, mandate)| mandate.stands(now, holder.birth)) {
        let recorded = || dossier.record_of(mandate);
        let given = dossier.emails.get(person).map(|email| &**email);
        if let Some(email) = given.or_else(|| recorded().and_then(|one| one.email.as_deref())) {
            add(Audience::Representative, email, format!("account {person}"));
        }
    }
    // Who has no account yet: the address of the insurer is all there is.
    for one in dossier.without_mandate(now).filter(|one| minor && !dossier.may_have_ended(one)) {
        if let Some(email) = one.email.as_deref() {
            add(Audience::Representative, email, format!("record {}", one.full_name()));
        }
    }
    found
}

/// As whom the postal address is written to. The one that is known of a minor is his family's: nothing that is hidden from who
/// represents him goes there.
#[must_use]
pub fn letters_to(dossier: &Dossier, now: Instant) -> Audience {
    if is_written_to_as_a_minor(dossier, now) { Audience::Representative } else { Audience::Holder }
}

fn is_written_to_as_a_minor(dossier: &Dossier, now: Instant) -> bool {
    dossier.addressee().is_some_and(|holder| now < holder.birth.majority())
}

fn is_unopened(dossier: &Dossier) -> bool {
    dossier.status == DossierStatus::Unopened
}

/// How often somebody is told of a kind by a way: what was chosen for it, else for everything, else at once by e-mail and never by
/// post. A minor who has an account and those who represent him choose each for themselves (decisions 24). What is always told goes by
/// post where nobody can be told by e-mail; so does what is told before anything is open, where nobody could choose, and, unless it was
/// chosen otherwise, what becomes of the dossier itself.
#[must_use]
pub fn frequency(
    dossier: &Dossier,
    audience: Audience,
    kind: NoticeKind,
    channel: NoticeChannel,
    now: Instant,
) -> NoticeFrequency {
    if (kind.is_always_told() || is_unopened(dossier))
        && (channel == NoticeChannel::Email || recipients(dossier, now).is_empty())
    {
        return NoticeFrequency::AtOnce;
    }
    // What parents chose for themselves ends with their rights.
    let minor = letters_to(dossier, now) == Audience::Representative;
    let parents = minor && audience == Audience::Representative;
    // Letters come to the family once, whoever asked for them.
    let shared = minor && channel == NoticeChannel::Letter;
    let theirs = |one: &NoticeChosen| shared || one.by_representative == parents;
    let chosen = |wanted: Option<NoticeKind>| {
        let fits = |one: &&NoticeChosen| one.channel == channel && one.kind == wanted && theirs(one);
        dossier.notices.iter().rev().find(fits).map(|one| one.frequency)
    };
    let standard = match channel {
        NoticeChannel::Email => NoticeFrequency::AtOnce,
        // What becomes of his dossier is written to whom nobody can tell otherwise: six weeks later it may be too late to object.
        NoticeChannel::Letter if kind == NoticeKind::Life && recipients(dossier, now).is_empty() => {
            NoticeFrequency::AtOnce
        }
        NoticeChannel::Letter => NoticeFrequency::Never,
    };
    chosen(Some(kind)).or_else(|| chosen(None)).unwrap_or(standard)
}

/// When what happened at `at` is told.
#[must_use]
pub fn slot(frequency: NoticeFrequency, at: Instant) -> Option<Instant> {
    let morning_after = |day: Day| {
        let morning = day.at_hour(MORNING);
        if at < morning { morning } else { day.add_days(1).at_hour(MORNING) }
    };
    match frequency {
        NoticeFrequency::AtOnce => Some(at),
        NoticeFrequency::Daily => Some(morning_after(at.paris_day())),
        NoticeFrequency::Weekly => {
            // A Monday is its own until the hour.
            let monday = at.paris_day().add_days(-1).next_monday();
            Some(if at < monday.at_hour(MORNING) { monday } else { monday.add_days(7) }.at_hour(MORNING))
        }
        NoticeFrequency::Never => None,
    }
}

/// Whether this audience is told of an entry: of what it may read in the history, and of no document that is hidden from it.
#[must_use]
pub fn is_told_to(dossier: &Dossier, audience: Audience, now: Instant, entry: &JournalEntry, kind: NoticeKind) -> bool {
    // It names no document, so none can hide it (decisions 33).
    if kind.is_always_told() {
        let secret = dossier.requester(entry.facts.requester).is_some_and(|by| by.is_secret());
        return audience == Audience::Holder || !secret;
    }
    let side = match audience {
        Audience::Holder => Side::Holder,
        Audience::Representative => Side::Representative,
    };
    is_shown(dossier, &HistoryWindow::whole(side), now, entry)
}
