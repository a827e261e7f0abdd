//! Times as documents and messages give them: to the precision that the sender knew.

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp, tz::TimeZone};

use super::instant::{Instant, TimeFault};
use crate::{coded, record};

coded! {
    /// How much of a time was given.
    pub enum Precision {
        /// A year.
        Year = 1 => "year",
        /// A month.
        Month = 2 => "month",
        /// A day.
        Day = 3 => "day",
        /// An hour.
        Hour = 4 => "hour",
        /// A minute.
        Minute = 5 => "minute",
        /// A second.
        Second = 6 => "second",
        /// Fractions of a second, kept to the millisecond.
        Millisecond = 7 => "millisecond",
    }
}

record! {
    /// A time to the precision given: HL7 DTM, FHIR `date`, `dateTime` and `instant`.
    ///
    /// A year, month or day has no zone; it is kept as the UTC interval with the same digits, which prints as it came.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Dtm {
        /// When the interval begins.
        1 start: Instant,
        /// How long it is.
        2 precision: Precision,
    }
}

impl Dtm {
    /// A time known to the second.
    #[must_use]
    pub const fn second(start: Instant) -> Self {
        Self {
            start: Instant::from_millis(start.millis() - start.millis().rem_euclid(1000)),
            precision: Precision::Second,
        }
    }

    /// When the interval ends, excluded: a month of precision lasts to the next.
    #[must_use]
    pub fn end(self) -> Instant {
        let step = match self.precision {
            Precision::Year => Span::new().try_years(1),
            Precision::Month => Span::new().try_months(1),
            Precision::Day => Span::new().try_days(1),
            Precision::Hour => return self.start.plus_millis(3_600_000),
            Precision::Minute => return self.start.plus_millis(60_000),
            Precision::Second => return self.start.plus_millis(1000),
            Precision::Millisecond => return self.start.plus_millis(1),
        };
        let end = step.and_then(|step| self.start.utc().checked_add(step));
        let end = end.and_then(|end| TimeZone::UTC.to_timestamp(end));
        end.map_or(Instant::MAX, Instant::from_timestamp)
    }

    /// The interval, its end excluded, that is meant where people ask: a year, month or day is one of Paris (decision 31; FHIR R4
    /// reads a date without zone in the zone of the server), as the pages show it.
    #[must_use]
    pub fn interval(self) -> (Instant, Instant) {
        let (start, end) = (self.start, self.end());
        if self.precision > Precision::Day {
            return (start, end);
        }
        (Instant::from_paris(start.utc()), Instant::from_paris(end.utc()))
    }

    /// Whether the two intervals share an instant: how a date in a header agrees with one in metadata.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end() && other.start < self.end()
    }

    /// Reads an HL7 DTM of XDS metadata, `YYYY[MM[DD[hh[mm[ss[.f]]]]]][+ZZZZ]`; without offset it is UTC (ITI TF-3, 4.2.3.1.7).
    ///
    /// # Errors
    /// [`TimeFault`] when it is another form, or no time at all.
    pub fn parse_xds(text: &str) -> Result<Self, TimeFault> {
        hl7(text, false)
    }

    /// Reads an HL7 DTM of a CDA or an HL7 v2 message; without offset it is the time of Paris.
    ///
    /// # Errors
    /// [`TimeFault`] when it is another form, or no time at all.
    pub fn parse_hl7(text: &str) -> Result<Self, TimeFault> {
        hl7(text, true)
    }

    /// Reads a FHIR `date`, `dateTime` or `instant`; a time of day must have seconds and a zone (FHIR R4, datatypes).
    ///
    /// # Errors
    /// [`TimeFault`] when it is another form, or no time at all.
    pub fn parse_fhir(text: &str) -> Result<Self, TimeFault> {
        fhir(text, false)
    }

    /// Reads the value of a FHIR search parameter: as [`Self::parse_fhir`], and seconds and zone may be left out (FHIR R4, search);
    /// without zone it is the time of Paris.
    ///
    /// # Errors
    /// [`TimeFault`] when it is another form, or no time at all.
    pub fn parse_asked(text: &str) -> Result<Self, TimeFault> {
        fhir(text, true)
    }

    /// The form of XDS metadata: UTC digits to the precision given, at most to the second.
    #[must_use]
    pub fn xds(self) -> String {
        let digits = self.start.utc().strftime("%Y%m%d%H%M%S").to_string();
        let length = match self.precision {
            Precision::Year => 4,
            Precision::Month => 6,
            Precision::Day => 8,
            Precision::Hour => 10,
            Precision::Minute => 12,
            Precision::Second | Precision::Millisecond => 14,
        };
        digits.get(..length).unwrap_or(&digits).to_owned()
    }

    /// The form of FHIR: a partial date, or a `dateTime` in UTC (which has seconds even where the sender knew none).
    #[must_use]
    pub fn fhir(self) -> String {
        let form = match self.precision {
            Precision::Year => "%Y",
            Precision::Month => "%Y-%m",
            Precision::Day => "%Y-%m-%d",
            Precision::Millisecond => return self.start.rfc3339(),
            _ => "%Y-%m-%dT%H:%M:%SZ",
        };
        self.start.utc().strftime(form).to_string()
    }
}

/// Where the digits of a clock were read.
#[derive(Clone, Copy)]
enum Zone {
    /// So many seconds east of UTC.
    Offset(i64),
    /// The legal time of Paris.
    Paris,
}

/// A FHIR date or time; `asked` is a search, which may leave out seconds and zone.
fn fhir(text: &str, asked: bool) -> Result<Dtm, TimeFault> {
    let (date, clock) = text.split_once('T').map_or((text, None), |(date, clock)| (date, Some(clock)));
    let shape: Vec<usize> = date.split('-').map(str::len).collect();
    if !matches!(shape.as_slice(), [4] | [4, 2] | [4, 2, 2]) {
        return Err(TimeFault::Form);
    }
    let mut digits = date.replace('-', "");
    let Some(clock) = clock else { return read(&digits, None, Zone::Offset(0), asked) };
    if digits.len() != 8 {
        return Err(TimeFault::Form);
    }
    let (clock, zone) = match clock.strip_suffix('Z') {
        Some(clock) => (clock, Zone::Offset(0)),
        None => match clock.rfind(['+', '-']) {
            Some(at) => {
                let (clock, zone) = clock.split_at_checked(at).ok_or(TimeFault::Form)?;
                (clock, Zone::Offset(offset(&zone.replacen(':', "", usize::from(zone.len() == 6)))?))
            }
            None if asked => (clock, Zone::Paris),
            None => return Err(TimeFault::Form),
        },
    };
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let minutes = asked && fraction.is_none() && clock.split(':').map(str::len).eq([2, 2]);
    if clock.split(':').map(str::len).ne([2, 2, 2]) && !minutes {
        return Err(TimeFault::Form);
    }
    digits.push_str(&clock.replace(':', ""));
    read(&digits, fraction, zone, asked)
}

fn hl7(text: &str, paris: bool) -> Result<Dtm, TimeFault> {
    let (rest, zone) = match text.find(['+', '-']) {
        None => (text, if paris { Zone::Paris } else { Zone::Offset(0) }),
        Some(at) => {
            let (rest, zone) = text.split_at_checked(at).ok_or(TimeFault::Form)?;
            (rest, Zone::Offset(offset(zone)?))
        }
    };
    let (digits, fraction) = rest.split_once('.').map_or((rest, None), |(digits, fraction)| (digits, Some(fraction)));
    read(digits, fraction, zone, false)
}

/// Seconds east of UTC of `+ZZZZ`; real offsets stay within 14 hours.
fn offset(text: &str) -> Result<i64, TimeFault> {
    let (sign, digits) = match text.split_at_checked(1) {
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return Err(TimeFault::Form),
    };
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TimeFault::Form);
    }
    let number: i64 = digits.parse().map_err(|_| TimeFault::Form)?;
    let (hours, minutes) = (number / 100, number % 100);
    if hours > 14 || minutes > 59 { Err(TimeFault::Calendar) } else { Ok(sign * (hours * 3600 + minutes * 60)) }
}

fn read(digits: &str, fraction: Option<&str>, zone: Zone, asked: bool) -> Result<Dtm, TimeFault> {
    let precision = match digits.len() {
        4 => Precision::Year,
        6 => Precision::Month,
        8 => Precision::Day,
        10 => Precision::Hour,
        12 => Precision::Minute,
        14 if fraction.is_some() => Precision::Millisecond,
        14 => Precision::Second,
        _ => return Err(TimeFault::Form),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || (fraction.is_some() && precision != Precision::Millisecond)
    {
        return Err(TimeFault::Form);
    }
    let part = |from: usize, to: usize, missing: i8| {
        digits.get(from..to).map_or(Ok(missing), |text| text.parse::<i8>().map_err(|_| TimeFault::Form))
    };
    let year = digits.get(..4).and_then(|year| year.parse::<i16>().ok()).filter(|year| *year > 0);
    let date =
        Date::new(year.ok_or(TimeFault::Range)?, part(4, 6, 1)?, part(6, 8, 1)?).map_err(|_| TimeFault::Calendar)?;
    // No clock of ours has a leap second. Where one is asked for, the second before it is meant; what is kept would come back as that.
    let second = part(12, 14, 0)?;
    let second = if second == 60 && asked { 59 } else { second };
    let nanos = millis(fraction)? * 1_000_000;
    let time =
        jiff::civil::Time::new(part(8, 10, 0)?, part(10, 12, 0)?, second, nanos).map_err(|_| TimeFault::Calendar)?;
    let civil = DateTime::from_parts(date, time);
    let timed = precision > Precision::Day;
    let start = match zone {
        Zone::Paris if timed => Instant::from_paris(civil),
        Zone::Offset(seconds) if timed => kept(utc(civil)?.as_millisecond() - seconds * 1000, asked)?,
        // A year or a month is told by its digits, which stay, at whichever instant of it it is held.
        _ => kept(utc(civil)?.as_millisecond(), asked || precision < Precision::Day)?,
    };
    if timed && !asked && matches!(zone, Zone::Paris) && matches!(start, Instant::MIN | Instant::MAX) {
        return Err(TimeFault::Range);
    }
    Ok(Dtm { start, precision })
}

fn utc(civil: DateTime) -> Result<Timestamp, TimeFault> {
    TimeZone::UTC.to_timestamp(civil).map_err(|_| TimeFault::Range)
}

/// An instant that is kept as it is: one that is held at the first or the last instant would come back as another. A search that asks for
/// what is before or after everything may be `held` there.
const fn kept(millis: i64, held: bool) -> Result<Instant, TimeFault> {
    let instant = Instant::from_millis(millis);
    if held || instant.millis() == millis { Ok(instant) } else { Err(TimeFault::Range) }
}

fn millis(fraction: Option<&str>) -> Result<i32, TimeFault> {
    let Some(fraction) = fraction else { return Ok(0) };
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TimeFault::Form);
    }
    let kept: String = fraction.chars().chain("000".chars()).take(3).collect();
    kept.parse().map_err(|_| TimeFault::Form)
}
