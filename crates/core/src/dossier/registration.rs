//! A person whom the insurer's feed registered and who may object: before the dossier is open (R1111-28; facts b.2).

use std::sync::Arc;

use crate::code::{Instant, sha256};
use crate::dossier::{Dossier, Holder, JournalEntry, Mandate, NoticeChannel};
use crate::identity::{Ins, RequesterKind};
use crate::record;

/// Cards that may be shown in vain with a right code: after that the code is void, and a new one is asked for at the help desk.
const MOST_MISMATCHES: u32 = 5;

/// For so long a letter whose entry is there may not have been written: hours.
const HOURS_TO_SEND_AGAIN: i64 = 24;

/// How long one may object once the information was sent: weeks of 7 × 24 h (decisions 31).
pub const WEEKS_TO_OBJECT: i64 = 6;

record! {
    /// The feed registered somebody: his dossier opens unless he objects.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Registered {
        /// Its first name.
        1 ins: Ins,
        /// Whose it will be.
        2 holder: Holder,
    }
}

record! {
    /// The information left, with a code that objects once.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Informed {
        /// By e-mail, or by post.
        1 channel: NoticeChannel,
        /// SHA-256 of the code; codes sent before are void.
        2 code: [u8; 32],
        /// Nothing but the code that was asked for: nothing opens by itself.
        3 code_only: bool,
    }
}

record! {
    /// The e-mail came back, or the code was lost: it goes by post, and the weeks begin again.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MailReturned {
        /// In the words of who noted it.
        1 text: Option<Box<str>>,
    }
}

record! {
    /// Somebody who is registered.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Registration {
        /// His number.
        1 ins: Ins,
        /// Who he is.
        2 holder: Arc<Holder>,
        /// When the information left; absent while it has not, or came back.
        3 informed_at: Option<Instant>,
        /// SHA-256 of the code that objects.
        4 code: Option<[u8; 32]>,
        /// By post from now on: an e-mail came back.
        5 by_post: bool,
        /// How often the code was right and the card was not, since the information left.
        6 mismatches: Option<u32>,
        /// The entry that asks for him to be written to, the last of them.
        7 asked: u32,
        /// It is the help desk's: he wants a code.
        8 at_desk: bool,
        /// When what it asks for left first; absent while it has not.
        9 sent_at: Option<Instant>,
        /// What left last is a code and announces nothing.
        10 code_only: bool,
    }
}

/// By which way somebody who is registered is informed, and through whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InformedBy {
    /// Where, by e-mail; by post where there is none, or where one came back.
    pub email: Option<Box<str>>,
    /// Whether who represents him is written to for him: of a child.
    pub represented: bool,
    /// Who represents him, where not all do whom somebody may take for it.
    pub names: Vec<String>,
}

impl InformedBy {
    /// By e-mail, or else by post.
    #[must_use]
    pub const fn channel(&self) -> NoticeChannel {
        if self.email.is_some() { NoticeChannel::Email } else { NoticeChannel::Letter }
    }
}

impl Dossier {
    /// Who is written to: the holder; as long as nothing is open, whom the feed registered.
    #[must_use]
    pub fn addressee(&self) -> Option<&Holder> {
        self.holder.as_deref().or_else(|| self.registration.as_ref().map(|one| &*one.holder))
    }

    /// Who has this number: of a dossier that others were merged into, the guest whose number it is, and else the survivor (decisions 29).
    #[must_use]
    pub fn identity_under(&self, number: Option<&Ins>) -> Option<&Arc<Holder>> {
        let guest = number.and_then(|number| self.guests.iter().find(|guest| guest.state.names.contains(number)));
        let state = guest.map_or(self, |guest| &*guest.state);
        state.holder.as_ref().or_else(|| state.registration.as_ref().map(|one| &one.holder))
    }

    /// By which way who is registered is informed; of a child, through who speaks for it at this instant: the code that is sent objects
    /// for it (facts b.2). The contacts of a grown-up do not speak for him.
    #[must_use]
    pub fn informed_by(&self, now: Instant) -> Option<InformedBy> {
        let one = self.registration.as_ref()?;
        let speak = self.spokespeople(now);
        let child = now < one.holder.birth.majority();
        let family = || speak.iter().find_map(|one| one.email);
        let email = one.holder.email.as_deref().or_else(family).filter(|_| !one.by_post);
        // Where nobody's mandate ended all who represent it are meant.
        let birth = one.holder.birth;
        let over = |mandate: &Mandate| now >= mandate.start.start() && !mandate.stands(now, birth);
        let named = child && (!self.ended_mandates.is_empty() || self.mandates.values().any(over));
        Some(InformedBy {
            email: email.map(Into::into),
            represented: child && !(speak.is_empty() && one.holder.representatives.is_empty()),
            names: speak.into_iter().filter(|_| named).filter_map(|one| one.name).collect(),
        })
    }

    /// Whether an entry is told to who is registered: what others recorded about him. The information tells itself, and the code speaks
    /// for the person.
    #[must_use]
    pub fn is_told_before_opening(&self, entry: &JournalEntry) -> bool {
        let by_program = self.requester(entry.facts.requester).is_none_or(|by| by.kind() == RequesterKind::System);
        self.registration.is_some() && !by_program && entry.changes.iter().flatten().next().is_some()
    }
}

impl Registration {
    /// Whether what an entry asks for is still to leave. It is sent again within a day: who writes may have fallen between its entry and
    /// the letter.
    #[must_use]
    pub fn awaits(&self, asked: u32, now: Instant) -> bool {
        self.asked == asked && self.sent_at.is_none_or(|at| now < at.plus_hours(HOURS_TO_SEND_AGAIN))
    }

    /// Whether the code opens nothing any more: whoever has it has tried cards.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.mismatches.is_some_and(|mismatches| mismatches >= MOST_MISMATCHES)
    }

    /// When the dossier opens unless he objects.
    #[must_use]
    pub fn opens_at(&self) -> Option<Instant> {
        Some(self.informed_at?.plus_weeks(WEEKS_TO_OBJECT))
    }
}

/// SHA-256 of a code as somebody types it: with or without spaces, in capitals or not.
#[must_use]
pub fn code_digest(typed: &str) -> [u8; 32] {
    let signs: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    sha256(signs.to_ascii_uppercase().as_bytes())
}
