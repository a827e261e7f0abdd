//! Points in time, and the calendar periods that French rules count in Europe/Paris.
//!
//! The time zone is compiled in: what a period means may not depend on the machine.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

use super::day::Day;
use crate::encoding::{Malformed, Reader, Stored, Writer};

/// Legal time in metropolitan France, from the database compiled in.
pub(super) static PARIS: TimeZone = jiff::tz::get!("Europe/Paris");

const HOUR: i64 = 3_600_000;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, between [`Instant::MIN`] and [`Instant::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(i64);

/// Why a text is not a time, or numbers are not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeFault {
    /// The text has not the shape that its standard asks for.
    #[error("the time is not written in the form that its standard asks for")]
    Form,
    /// The shape is right, and no calendar has this date or this time of day.
    #[error("the calendar has no such date or time")]
    Calendar,
    /// A year before 1 or after 9999.
    #[error("the time is outside the years that are kept")]
    Range,
}

impl Instant {
    /// 0001-01-02T00:00:00Z: before it no zone is sure to have a date.
    pub const MIN: Self = Self(-62_135_510_400_000);
    /// 9999-12-30T00:00:00Z.
    pub const MAX: Self = Self(253_402_128_000_000);

    /// The instant so many milliseconds after 1970-01-01T00:00:00Z, held within [`Self::MIN`] and [`Self::MAX`].
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 time; its offset must be given. Fractions below a millisecond are cut off.
    ///
    /// # Errors
    /// [`TimeFault`] when the text is another form, or no time at all.
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimeFault> {
        match super::Dtm::parse_fhir(text)? {
            time if time.precision >= super::Precision::Second => Ok(time.start),
            _ => Err(TimeFault::Form),
        }
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-21T08:30:00.000Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        format!("{:.3}", self.timestamp())
    }

    /// The day that the calendar shows in Paris at this instant.
    #[must_use]
    pub fn paris_day(self) -> Day {
        Day::from_civil(self.paris().date())
    }

    /// Hour, minute and second that a clock shows in Paris at this instant.
    #[must_use]
    pub fn paris_clock(self) -> (i8, i8, i8) {
        let clock = self.paris().time();
        (clock.hour(), clock.minute(), clock.second())
    }

    /// So many milliseconds later (earlier where negative).
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// So many hours of 3,600 seconds later.
    #[must_use]
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_millis(hours.saturating_mul(HOUR))
    }

    /// So many weeks of 7 × 24 hours later, whatever clocks do meanwhile (decision 31).
    #[must_use]
    pub const fn plus_weeks(self, weeks: i64) -> Self {
        self.plus_hours(weeks.saturating_mul(168))
    }

    /// So many calendar months later in Europe/Paris (decision 31): same time of day; the last day of the month
    /// where the day is missing; a time that does not exist becomes the first that does; of one that occurs twice, the first.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let end = if months < 0 { Self::MIN } else { Self::MAX };
        let span = Span::new().try_months(months);
        span.and_then(|span| self.paris().checked_add(span)).map_or(end, Self::from_paris)
    }

    /// So many calendar years later in Europe/Paris: twelve times as many months, by the same rule.
    #[must_use]
    pub fn plus_years(self, years: i32) -> Self {
        self.plus_months(years.saturating_mul(12))
    }

    /// The instant at which Paris clocks show `civil`, by the rule of [`Self::plus_months`].
    pub(super) fn from_paris(civil: DateTime) -> Self {
        let ambiguous = PARIS.to_ambiguous_timestamp(civil);
        let (AmbiguousOffset::Unambiguous { offset }
        | AmbiguousOffset::Gap { before: offset, .. }
        | AmbiguousOffset::Fold { before: offset, .. }) = ambiguous.offset();
        let Ok(read) = offset.to_timestamp(civil) else {
            return if civil.year() < 1970 { Self::MIN } else { Self::MAX };
        };
        let instant = Self::from_timestamp(read);
        if !matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
            return instant;
        }
        // Read with the offset of before, a skipped time falls at or after the leap, whose instant is the first that exists.
        let leap = PARIS.preceding(instant.plus_millis(1).timestamp()).next();
        leap.map_or(instant, |leap| Self::from_timestamp(leap.timestamp()))
    }

    pub(super) fn from_timestamp(timestamp: Timestamp) -> Self {
        let nanos_left = timestamp.subsec_nanosecond() < 0 && timestamp.subsec_nanosecond() % 1_000_000 != 0;
        Self::from_millis(timestamp.as_millisecond() - i64::from(nanos_left))
    }

    pub(super) fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    pub(super) fn utc(self) -> DateTime {
        TimeZone::UTC.to_datetime(self.timestamp())
    }

    fn paris(self) -> DateTime {
        PARIS.to_datetime(self.timestamp())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.rfc3339())
    }
}

impl Stored for Instant {
    fn put(&self, writer: &mut Writer) {
        writer.signed(self.0);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let millis = reader.signed()?;
        let instant = Self::from_millis(millis);
        if instant.0 == millis { Ok(instant) } else { Err(Malformed::Domain) }
    }
}
