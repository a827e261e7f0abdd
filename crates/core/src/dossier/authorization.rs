//! Who may consult: authorisations, and those whom the holder blocked (facts c.2, decisions 3–5).

use crate::code::Instant;
use crate::dossier::{Opposition, RequesterNumber};
use crate::identity::{ProfessionalId, StructureId};
use crate::{choice, coded, record};

choice! {
    /// To whom a right is given, or from whom it is taken.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Subject {
        /// One professional, wherever he works.
        Professional(ProfessionalId) = 1,
        /// A structure, and whoever acts for it.
        Structure(StructureId) = 2,
    }
}

coded! {
    /// On what an authorisation rests (decisions 4). The text is what a Consent's policy rule says.
    pub enum Ground {
        /// The holder gave it himself.
        ExplicitConsent = 1 => "explicit_consent",
        /// Named by a professional who was authorised, as one of the care team.
        CareTeamInformed = 2 => "care_team_informed",
        /// Another professional collected the consent.
        CollectedByAnother = 3 => "collected_by_another",
        /// The professional declared that the patient consents (TD0.3).
        Declared = 4 => "declared",
    }
}

coded! {
    /// What TD0.2 says of the caller's authorisation.
    pub enum AuthorizationStatus {
        /// He may consult.
        Valide = 1 => "VALIDE",
        /// It was valid; only time ended it.
        Expire = 2 => "EXPIRE",
        /// The holder blocked him.
        Interdit = 3 => "INTERDIT",
        /// Never given, or withdrawn.
        NonExiste = 4 => "NON_EXISTE",
    }
}

record! {
    /// One recorded authorisation: for a person or a structure, until an instant.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Authorization {
        /// Its number: what its public id is made of.
        1 item: u32,
        /// On what it rests.
        2 ground: Ground,
        /// Since when.
        3 since: Instant,
        /// Valid before this instant.
        4 until: Instant,
        /// Who recorded it.
        5 recorded_by: RequesterNumber,
        /// The structure for which the authorised professional acted: whom his colleagues derive from (decisions 4).
        6 structure: Option<StructureId>,
        /// When it was withdrawn, if it was.
        7 withdrawn: Option<Instant>,
        /// His name as the recorder gave it, for the holder to read.
        9 name: Option<Box<str>>,
        /// What was recorded before for the same subject and may still run: another ground, or for another structure.
        10 earlier: Vec<Held>,
        /// The requests that made or renewed it, newest last: repeated, they change nothing (decisions 5).
        11 requests: Vec<AuthorizationRequest>,
        /// When it rested on a secret connection: what was done about it then stays secret, whoever records it later (decisions 24).
        12 secret: Vec<SecretSpan>,
        /// What was over before a secret connection recorded it anew: to representatives it is as it was.
        13 told: Option<Box<Authorization>>,
        /// The version of the notice with which the recorder informed the patient, where he named one.
        14 notice: Option<Box<str>>,
        /// The holder gave it himself, or who knows what he knows: a carer of his own, and of an adult whoever acts for him.
        15 own: bool,
    }
}

record! {
    /// A time in which an authorisation rested on a secret connection.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct SecretSpan {
        /// From then on.
        1 since: Instant,
        /// Until it was recorded openly; absent as long as it was not.
        2 until: Option<Instant>,
        /// The number that it had: in a merged dossier it may have another by now.
        3 item: u32,
    }
}

record! {
    /// One ground on which somebody is authorised, and for how long.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Held {
        /// The ground.
        1 ground: Ground,
        /// Since when.
        2 since: Instant,
        /// Valid before this instant.
        3 until: Instant,
        /// The structure for which he acted.
        4 structure: Option<StructureId>,
        /// The holder gave it himself, or who knows what he knows: a carer of his own, and of an adult whoever acts for him.
        5 own: bool,
    }
}

impl Held {
    /// Whether it is a consent that prevails over an opposition: a later one; over what the holder opposed himself as a minor, none that was given
    /// for him by who did not know of it, also when he is of age since (decisions 9 and 24).
    #[must_use]
    pub fn prevails(&self, over: &Opposition) -> bool {
        self.ground == Ground::ExplicitConsent && self.since > over.since && (self.own || !over.own)
    }
}

record! {
    /// A request that recorded an authorisation.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AuthorizationRequest {
        /// Its correlation id.
        1 correlation: Box<str>,
        /// Who made it.
        2 requester: RequesterNumber,
    }
}

impl Authorization {
    /// Whether it counts at that instant.
    #[must_use]
    pub fn is_valid(&self, now: Instant) -> bool {
        self.withdrawn.is_none() && now < self.until
    }

    /// All that was recorded for this subject and not withdrawn, newest last.
    pub fn held(&self) -> impl Iterator<Item = Held> {
        let newest = Held {
            ground: self.ground,
            since: self.since,
            until: self.until,
            structure: self.structure.clone(),
            own: self.own,
        };
        let all = self.earlier.iter().cloned().chain([newest]);
        all.filter(|_| self.withdrawn.is_none())
    }

    /// Whether that number named what rested on a secret connection at that instant.
    #[must_use]
    pub fn was_secret(&self, item: u32, at: Instant) -> bool {
        let covers = |span: &SecretSpan| span.since <= at && span.until.is_none_or(|until| at <= until);
        self.secret.iter().any(|span| span.item == item && covers(span))
    }

    /// The secret times, after one more record of it, under that number, at that instant.
    pub(super) fn secret_after(before: Option<&Self>, is_secret: bool, item: u32, at: Instant) -> Vec<SecretSpan> {
        let mut spans = before.map_or_else(Vec::new, |before| before.secret.clone());
        let mut open = spans.iter_mut().filter(|span| span.until.is_none());
        if is_secret {
            if !open.any(|span| span.item == item) {
                spans.push(SecretSpan { since: at, until: None, item });
            }
        } else {
            open.for_each(|span| span.until = Some(at));
        }
        spans
    }

    /// What of it another record for the same subject leaves standing.
    #[must_use]
    pub(super) fn left_by(&self, new: &Held, now: Instant) -> Vec<Held> {
        let covered = |old: &Held| {
            old.ground == new.ground
                && old.structure == new.structure
                && old.until <= new.until
                && old.since <= new.since
                && old.own <= new.own
        };
        self.held().filter(|old| now < old.until && !covered(old)).collect()
    }
}

record! {
    /// A block: nothing but TD0.2 and feeding remains (decisions 8).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Block {
        /// Since when.
        1 since: Instant,
        /// Who recorded it.
        2 recorded_by: RequesterNumber,
        /// His name, for the holder to read.
        3 name: Option<Box<str>>,
        /// Its number: what its public id is made of.
        4 item: u32,
    }
}
