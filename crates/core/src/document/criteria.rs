//! What a search asks for: clauses that must all hold, each satisfied by any of its values (ITI-67; ITI-18's AND and OR).

use crate::code::{Coded, Dtm, Instant};
use crate::document::{AskedTexts, Author, Confidentiality, DocumentEntry, Standing, Visibility};
use crate::{choice, coded, record};

coded! {
    /// What a clause looks at; the text is the FHIR search parameter (PDSm 3.1).
    pub enum Field {
        /// `masterIdentifier` or another identifier of the document.
        Identifier = 1 => "identifier",
        /// `current` or `superseded`.
        Status = 2 => "status",
        /// Whether it is archived.
        IsArchived = 3 => "isArchived",
        /// `typeCode`.
        Type = 4 => "type",
        /// `classCode`.
        Category = 5 => "category",
        /// `healthcareFacilityTypeCode`.
        Facility = 6 => "facility",
        /// `practiceSettingCode`.
        Setting = 7 => "setting",
        /// `formatCode`.
        Format = 8 => "format",
        /// `eventCodeList`.
        Event = 9 => "event",
        /// `confidentialityCode`.
        SecurityLabel = 10 => "security-label",
        /// `creationTime`.
        Creation = 11 => "creation",
        /// The service's time, from start to stop.
        Period = 12 => "period",
        /// `serviceStartTime`.
        PeriodStart = 13 => "period-start",
        /// `serviceStopTime`.
        PeriodEnd = 14 => "period-end",
        /// An author's family name.
        AuthorFamily = 15 => "author.family",
        /// An author's given name.
        AuthorGiven = 16 => "author.given",
        /// An author's name, either part.
        AuthorName = 17 => "author.name",
        /// An author's identifier.
        Author = 18 => "author",
        /// `referenceIdList`.
        Related = 19 => "related",
        /// The kind of tie to another document.
        Relation = 20 => "relation",
        /// The document it is tied to: a masterIdentifier.
        RelatesTo = 21 => "relatesto",
        /// `submissionTime` of a set; of a document, when it was deposited (`DocumentReference.date`).
        Date = 22 => "date",
        /// `contentTypeCode` of a set.
        DesignationType = 23 => "designationType",
        /// `sourceId` of a set.
        SourceId = 24 => "sourceId",
        /// The title of a set.
        Title = 25 => "title",
        /// The structure of a set's author.
        AuthorOrg = 26 => "authorOrg",
        /// When the server last changed what the caller sees.
        LastUpdated = 27 => "_lastUpdated",
        /// Our own id.
        Id = 28 => "_id",
    }
}

coded! {
    /// The prefixes of a date (FHIR R4, search).
    pub enum DatePrefix {
        /// The periods overlap wholly.
        Eq = 1 => "eq",
        /// They do not.
        Ne = 2 => "ne",
        /// After.
        Gt = 3 => "gt",
        /// Before.
        Lt = 4 => "lt",
        /// At or after.
        Ge = 5 => "ge",
        /// At or before.
        Le = 6 => "le",
        /// Starts after.
        Sa = 7 => "sa",
        /// Ends before.
        Eb = 8 => "eb",
    }
}

coded! {
    /// How text is compared; never with regard to case, save `exact`.
    pub enum TextMatch {
        /// It starts so.
        Starts = 1 => "",
        /// It is so, to the letter.
        Exact = 2 => "exact",
        /// It holds it somewhere.
        Contains = 3 => "contains",
    }
}

record! {
    /// `system|code`, `code`, `|code` or `system|`.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct Token {
        /// The system; empty text stands for "none"; absent for "any".
        1 system: Option<Box<str>>,
        /// The code; absent for "any".
        2 code: Option<Box<str>>,
    }
}

record! {
    /// A date with its prefix.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct DateValue {
        /// The prefix.
        1 prefix: DatePrefix,
        /// The date, with its precision.
        2 date: Dtm,
    }
}

record! {
    /// Text and how it is compared.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct TextValue {
        /// How.
        1 how: TextMatch,
        /// The text.
        2 text: Box<str>,
    }
}

choice! {
    /// One value of a clause.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub enum Value {
        /// A code or an identifier.
        Token(Token) = 1,
        /// A date.
        Date(DateValue) = 2,
        /// Text.
        Text(TextValue) = 3,
    }
}

record! {
    /// One clause.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct Clause {
        /// What it looks at.
        1 field: Field,
        /// Holds when no value does (`:not`).
        2 not: bool,
        /// One of these must hold.
        3 any: Vec<Value>,
    }
}

record! {
    /// All clauses of a search.
    #[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
    pub struct Criteria {
        /// All must hold.
        1 all: Vec<Clause>,
    }
}

/// What the clauses of a document are compared with: what *this caller* sees of it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its metadata.
    pub entry: &'a DocumentEntry,
    /// Its authors.
    pub authors: &'a [&'a Author],
    /// Its standing, as the caller sees it.
    pub standing: Standing,
    /// Its visibility codes, as the caller sees them.
    pub visibility: Visibility,
    /// When it was deposited.
    pub deposited: Instant,
    /// When it last changed for the caller.
    pub updated: Instant,
    /// The uniqueId of what it replaces, if the caller sees that.
    pub replaces: Option<&'a str>,
    /// The identifiers that we gave to that one, as text.
    pub replaced_ids: &'a [Box<str>],
    /// The identifiers that we gave it, as text.
    pub ids: &'a [Box<str>],
    /// What is asked for and is the uniqueId, or an id of ours, of a document that the caller sees: no other is meant by it, whatever its
    /// sender called it.
    pub owned: &'a [&'a Token],
}

impl Criteria {
    /// The clauses on a field.
    pub fn on(&self, field: Field) -> impl Iterator<Item = &Clause> {
        self.all.iter().filter(move |clause| clause.field == field)
    }

    /// The clauses with their texts made ready: for a search that compares them with many documents.
    #[must_use]
    pub fn ready(&self) -> Vec<(&Clause, AskedTexts<'_>)> {
        self.all.iter().map(|clause| (clause, AskedTexts::of(clause))).collect()
    }
}

/// Whether a document satisfies every clause.
#[must_use]
pub fn hold(clauses: &[(&Clause, AskedTexts<'_>)], subject: &Subject<'_>) -> bool {
    clauses.iter().all(|(clause, texts)| {
        let holds = clause.any.iter().any(|value| value_holds(clause.field, value, subject))
            || texts.are_of(clause.field, subject.authors);
        holds != clause.not
    })
}

fn value_holds(field: Field, value: &Value, subject: &Subject<'_>) -> bool {
    match value {
        Value::Token(token) => token_holds(field, token, subject),
        Value::Date(date) => match field {
            Field::Creation => subject.entry.creation_time.is_some_and(|time| date.holds_time(time)),
            Field::Period => period(subject.entry).is_some_and(|(start, end)| date.holds(start, end)),
            Field::PeriodStart => subject.entry.service_start_time.is_some_and(|time| date.holds_time(time)),
            Field::PeriodEnd => subject.entry.service_stop_time.is_some_and(|time| date.holds_time(time)),
            Field::Date => date.holds(subject.deposited, subject.deposited.plus_millis(1)),
            Field::LastUpdated => date.holds(subject.updated, subject.updated.plus_millis(1)),
            _ => false,
        },
        // The texts of a clause are compared together.
        Value::Text(_) => false,
    }
}

fn period(entry: &DocumentEntry) -> Option<(Instant, Instant)> {
    // A service that has no stop is taken as over when its start is: the samples give a single date. So is one of which the stop alone is known.
    let start = entry.service_start_time.or(entry.service_stop_time)?.interval();
    Some((start.0, entry.service_stop_time.map_or(start.1, |stop| stop.interval().1)))
}

fn token_holds(field: Field, token: &Token, subject: &Subject<'_>) -> bool {
    let entry = subject.entry;
    let one = |coded: &Option<Coded>| coded.as_ref().is_some_and(|coded| token.holds_code(coded));
    match field {
        Field::Identifier => {
            let chosen = || entry.entry_uuid.as_deref().is_some_and(|uuid| token.holds_plain(uuid));
            token.holds_unique_id(&entry.unique_id)
                || subject.ids.iter().any(|id| token.holds_plain(id))
                || (chosen() && !subject.owned.contains(&token))
        }
        Field::Id => subject.ids.iter().any(|id| token.holds_plain(id)),
        Field::Status => {
            let status = if subject.standing.deprecated { "superseded" } else { "current" };
            token.code.as_deref() == Some(status)
        }
        Field::IsArchived => token.code.as_deref() == Some(if subject.standing.archived { "true" } else { "false" }),
        Field::Type => token.holds_code(&entry.type_code),
        Field::Category => token.holds(&entry.class_code.system, &entry.class_code.code),
        Field::Facility => one(&entry.healthcare_facility_type_code),
        Field::Setting => one(&entry.practice_setting_code),
        Field::Format => one(&entry.format_code),
        Field::Event => entry.event_codes.iter().any(|code| token.holds_code(code)),
        Field::SecurityLabel => {
            token.holds(Confidentiality::SYSTEM, entry.confidentiality_code.code())
                || subject.visibility.codes().any(|code| token.holds(Visibility::SYSTEM, code))
        }
        Field::Author => subject
            .authors
            .iter()
            .filter_map(|author| author.person.as_ref()?.id.as_ref())
            .any(|id| token.holds(id.root.as_deref().unwrap_or_default(), &id.extension)),
        Field::Related => entry
            .reference_ids
            .iter()
            .any(|reference| token.holds(reference.assigner.as_deref().unwrap_or_default(), &reference.id)),
        Field::Relation => subject.replaces.is_some() && token.code.as_deref() == Some("replaces"),
        Field::RelatesTo => {
            subject.replaces.is_some_and(|unique_id| token.holds_unique_id(unique_id))
                || subject.replaced_ids.iter().any(|id| token.holds_plain(id))
        }
        _ => false,
    }
}

impl Token {
    /// Whether a code of a system is meant.
    #[must_use]
    pub fn holds(&self, system: &str, code: &str) -> bool {
        self.system.as_deref().is_none_or(|asked| asked == system)
            && self.code.as_deref().is_none_or(|asked| asked == code)
    }

    fn holds_code(&self, coded: &Coded) -> bool {
        self.holds(&coded.code.system, &coded.code.code)
    }

    /// Whether an identifier is meant that is a URN, and has no system of its own: a UUID, whatever its capitals; an OID as a URN
    /// or bare. In the system of another it is another.
    fn holds_plain(&self, id: &str) -> bool {
        let same = |asked: &str, id: &str| asked == id || (is_uuid(id) && asked.eq_ignore_ascii_case(id));
        self.system.is_none() && self.code.as_deref().is_some_and(|asked| same(strip(asked), strip(id)))
    }

    /// Whether a uniqueId is meant, in any of its forms: `urn:oid:root`, `root^extension`, or {`urn:oid:root`, extension}.
    #[must_use]
    pub fn holds_unique_id(&self, unique_id: &str) -> bool {
        if let (Some(system), Some(code), Some((root, extension))) =
            (self.system.as_deref(), self.code.as_deref(), unique_id.split_once('^'))
            && strip(system) == root
            && code == extension
        {
            return true;
        }
        self.holds_plain(unique_id)
    }
}

fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn strip(id: &str) -> &str {
    id.strip_prefix("urn:oid:").or_else(|| id.strip_prefix("urn:uuid:")).unwrap_or(id)
}

impl DateValue {
    /// Compares a time as far as it is known.
    #[must_use]
    pub fn holds_time(&self, time: Dtm) -> bool {
        let (start, end) = time.interval();
        self.holds(start, end)
    }

    /// Compares the period `[start, end)` with the date's own (FHIR R4, 3.1.1.4.6).
    #[must_use]
    pub fn holds(&self, start: Instant, end: Instant) -> bool {
        let (from, to) = self.date.interval();
        match self.prefix {
            DatePrefix::Eq => from <= start && end <= to,
            DatePrefix::Ne => !(from <= start && end <= to),
            DatePrefix::Gt => end > to,
            DatePrefix::Lt => start < from,
            DatePrefix::Ge => end > from,
            DatePrefix::Le => start < to,
            DatePrefix::Sa => start >= to,
            DatePrefix::Eb => end <= from,
        }
    }
}
