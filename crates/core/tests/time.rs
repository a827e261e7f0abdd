//! Calendar periods in Europe/Paris (decision 31), and times to the precision that was given.

use dmp_core::code::time::{Day, Dtm, Instant, Precision, TimeFault};
use dmp_core::encoding::{from_bytes, to_bytes};

#[cfg(test)]
fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

#[test]
fn years_and_months_keep_the_time_of_day_in_paris() {
    for (from, months, to) in [
        // Winter to summer: the same hour on the wall, another in UTC.
        ("2026-01-15T10:00:00+01:00", 6, "2026-07-15T10:00:00+02:00"),
        ("2025-11-21T10:00:00+01:00", 12, "2026-11-21T10:00:00+01:00"),
        // The day is missing: the last of the month.
        ("2024-02-29T10:00:00+01:00", 12, "2025-02-28T10:00:00+01:00"),
        ("2026-01-31T10:00:00+01:00", 1, "2026-02-28T10:00:00+01:00"),
        ("2024-02-29T10:00:00+01:00", 48, "2028-02-29T10:00:00+01:00"),
        // 02:30 does not exist on 29 March 2026: the first time that does is 03:00.
        ("2026-02-28T02:30:00+01:00", 1, "2026-03-28T02:30:00+01:00"),
        ("2025-03-29T02:30:00+01:00", 12, "2026-03-29T03:00:00+02:00"),
        ("2025-03-29T02:00:00+01:00", 12, "2026-03-29T03:00:00+02:00"),
        ("2025-03-29T02:59:59.999+01:00", 12, "2026-03-29T03:00:00+02:00"),
        // 02:30 occurs twice on 25 October 2026: the first, still in summer time.
        ("2025-10-25T02:30:00+02:00", 12, "2026-10-25T02:30:00+02:00"),
        ("2026-03-31T10:00:00+02:00", -1, "2026-02-28T10:00:00+01:00"),
    ] {
        assert_eq!(at(from).plus_months(months).rfc3339(), at(to).rfc3339(), "{from} + {months}");
    }
    // The rule outlasts the table of transitions compiled in.
    assert_eq!(at("2069-03-30T02:30:00+01:00").plus_years(1).rfc3339(), at("2070-03-30T03:00:00+02:00").rfc3339());
}

#[test]
fn weeks_are_hours_and_days_end_at_midnight() {
    let before = at("2026-03-28T12:00:00+01:00");
    assert_eq!(before.plus_weeks(1), at("2026-04-04T13:00:00+02:00"));
    assert_eq!(before.plus_hours(24), at("2026-03-29T13:00:00+02:00"));
    let day = Day::new(2026, 3, 29).unwrap();
    assert_eq!(day.start(), at("2026-03-29T00:00:00+01:00"));
    assert_eq!(day.end(), at("2026-03-30T00:00:00+02:00"));
    assert_eq!(day.end().plus_millis(-1).paris_day(), day);
    assert_eq!(at("2026-03-29T22:30:00Z").paris_day(), Day::new(2026, 3, 30).unwrap());
}

#[test]
fn majority_of_those_born_on_the_leap_day() {
    assert_eq!(Day::parse("2008-02-29").unwrap().majority(), at("2026-03-01T00:00:00+01:00"));
    assert_eq!(Day::parse("20080515").unwrap().majority(), at("2026-05-15T00:00:00+02:00"));
    let leap = Day::parse("2008-02-29").unwrap();
    assert_eq!(leap.add_years(4), Day::parse("2012-02-29").unwrap());
    assert_eq!(leap.add_months(120), Day::parse("2018-02-28").unwrap());
    assert_eq!(leap.age_on(Day::parse("2026-02-28").unwrap()), 17);
    assert_eq!(leap.age_on(Day::parse("2026-03-01").unwrap()), 18);
}

#[test]
fn days_that_do_not_exist_are_refused() {
    for (text, fault) in [
        ("2026-02-29", TimeFault::Calendar),
        ("20261301", TimeFault::Calendar),
        ("00000101", TimeFault::Range),
        ("2026-2-1", TimeFault::Form),
        ("2026/02/01", TimeFault::Form),
        ("+2026-2-1", TimeFault::Form),
    ] {
        assert_eq!(Day::parse(text), Err(fault), "{text}");
    }
    let day = Day::new(1950, 8, 1).unwrap();
    assert_eq!((day.to_string().as_str(), day.number()), ("1950-08-01", 19_500_801));
    assert_eq!(to_bytes(&day), to_bytes(&19_500_801_u32));
    assert_eq!(from_bytes::<Day>(&to_bytes(&day)).unwrap(), day);
    assert!(from_bytes::<Day>(&to_bytes(&20_260_229_u32)).is_err());
}

#[test]
fn dtm_keeps_the_precision_given() {
    for (text, precision, xds, fhir) in [
        ("2026", Precision::Year, "2026", "2026"),
        ("202611", Precision::Month, "202611", "2026-11"),
        ("20261121", Precision::Day, "20261121", "2026-11-21"),
        ("2026112108", Precision::Hour, "2026112108", "2026-11-21T08:00:00Z"),
        ("202611210830", Precision::Minute, "202611210830", "2026-11-21T08:30:00Z"),
        ("20261121083015", Precision::Second, "20261121083015", "2026-11-21T08:30:15Z"),
        ("20261121083015+0100", Precision::Second, "20261121073015", "2026-11-21T07:30:15Z"),
        ("20261121083015.1234", Precision::Millisecond, "20261121083015", "2026-11-21T08:30:15.123Z"),
    ] {
        let dtm = Dtm::parse_xds(text).unwrap();
        assert_eq!((dtm.precision, dtm.xds().as_str(), dtm.fhir().as_str()), (precision, xds, fhir), "{text}");
        assert_eq!(from_bytes::<Dtm>(&to_bytes(&dtm)).unwrap(), dtm);
        assert_eq!(Dtm::parse_fhir(&dtm.fhir()).unwrap().start, dtm.start, "{text}");
    }
    for bad in ["", "20", "20261", "20261301", "2026112125", "20261121083015+1", "20261121.5", "2026112108301", "abcd"]
    {
        assert!(Dtm::parse_xds(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_cda_time_without_zone_is_that_of_paris() {
    assert_eq!(Dtm::parse_hl7("20260721083015").unwrap().start, at("2026-07-21T06:30:15Z"));
    assert_eq!(Dtm::parse_hl7("20260721").unwrap(), Dtm::parse_xds("20260721").unwrap());
    let month = Dtm::parse_xds("202602").unwrap();
    assert_eq!(month.end(), at("2026-03-01T00:00:00Z"));
    assert!(month.overlaps(Dtm::parse_hl7("20260228235959+0100").unwrap()));
    assert!(!month.overlaps(Dtm::parse_xds("20260301000000").unwrap()));
}

/// A leap second would come back as the one before it: it may be asked for, and is not kept.
#[test]
fn a_leap_second_is_not_kept() {
    for text in ["20261120100060+0100", "20161231235960", "20261120100060.5"] {
        assert_eq!(Dtm::parse_hl7(text), Err(TimeFault::Calendar), "{text}");
        assert_eq!(Dtm::parse_xds(text), Err(TimeFault::Calendar), "{text}");
    }
    assert_eq!(Dtm::parse_fhir("2016-12-31T23:59:60Z"), Err(TimeFault::Calendar));
    assert_eq!(Dtm::parse_asked("2016-12-31T23:59:60Z"), Dtm::parse_asked("2016-12-31T23:59:59Z"));
    assert!(Dtm::parse_asked("2016-12-31T23:59:60Z").is_ok());
}

/// What would be held at the first or the last instant would come back as another: it is refused, unless a search asks for it.
#[test]
fn a_time_that_is_not_kept_is_refused() {
    let early =
        ["0001-01-01T00:00:00+14:00", "0001-01-01T23:59:59Z", "0001-01-01", "9999-12-30T12:00:00Z", "9999-12-31"];
    for text in early {
        assert_eq!(Dtm::parse_fhir(text), Err(TimeFault::Range), "{text}");
    }
    for text in ["0001-01-01T00:00:00Z", "0001-01-01", "9999-12-30T12:00:00Z"] {
        assert!(Dtm::parse_asked(text).is_ok(), "{text}");
    }
    assert_eq!(Dtm::parse_hl7("00010101000000"), Err(TimeFault::Range));
    assert_eq!(Dtm::parse_xds("00010101000000+1400"), Err(TimeFault::Range));
    for text in ["0001", "0001-01", "0001-01-02T00:00:00Z", "9999-12-30T00:00:00Z"] {
        assert_eq!(Dtm::parse_fhir(text).unwrap().fhir(), text);
    }
}

#[test]
fn fhir_times() {
    for good in ["2026", "2026-11", "2026-11-21", "2026-11-21T08:30:00Z", "2026-11-21T08:30:00.5+02:00"] {
        assert!(Dtm::parse_fhir(good).is_ok(), "{good}");
    }
    for bad in
        ["2026-11-21T08:30Z", "2026-11-21T08:30:00", "20261121", "2026-1-1", "2026-11-21T", "2026-11-21T08:30:00+0100x"]
    {
        assert!(Dtm::parse_fhir(bad).is_err(), "{bad}");
    }
    assert_eq!(at("2026-11-21T08:30:00.5+02:00").rfc3339(), "2026-11-21T06:30:00.500Z");
    assert_eq!(at("1914-07-01T00:00:00Z").rfc3339(), "1914-07-01T00:00:00.000Z");
    assert!(Instant::parse_rfc3339("2026-11-21").is_err());
    assert_eq!(Instant::from_millis(i64::MAX), Instant::MAX);
    assert_eq!(Instant::MAX.plus_years(1), Instant::MAX);
    assert_eq!(Instant::MIN.plus_years(-1), Instant::MIN);
    assert!(from_bytes::<Instant>(&to_bytes(&i64::MAX)).is_err());
}

#[test]
fn a_date_that_is_asked_is_one_of_paris() {
    let interval = |text: &str| {
        let (start, end) = Dtm::parse_asked(text).unwrap().interval();
        format!("{start} {end}")
    };
    assert_eq!(interval("2024-11-21"), "2024-11-20T23:00:00.000Z 2024-11-21T23:00:00.000Z");
    assert_eq!(interval("2024-07"), "2024-06-30T22:00:00.000Z 2024-07-31T22:00:00.000Z");
    assert_eq!(interval("2024"), "2023-12-31T23:00:00.000Z 2024-12-31T23:00:00.000Z");
    // The days on which clocks change have 23 and 25 hours.
    assert_eq!(interval("2024-03-31"), "2024-03-30T23:00:00.000Z 2024-03-31T22:00:00.000Z");
    assert_eq!(interval("2024-10-27"), "2024-10-26T22:00:00.000Z 2024-10-27T23:00:00.000Z");
    // Seconds and zone may be left out of a search, not of a resource.
    assert_eq!(interval("2024-11-21T00:30"), "2024-11-20T23:30:00.000Z 2024-11-20T23:31:00.000Z");
    assert_eq!(interval("2024-11-21T00:30:10"), "2024-11-20T23:30:10.000Z 2024-11-20T23:30:11.000Z");
    assert_eq!(interval("2024-11-21T00:30+01:00"), "2024-11-20T23:30:00.000Z 2024-11-20T23:31:00.000Z");
    for text in ["2024-11-21T00:30", "2024-11-21T00:30:10", "2024-11-21T00:30Z"] {
        assert_eq!(Dtm::parse_fhir(text), Err(TimeFault::Form), "{text}");
    }
    for text in ["2024-11-21T00", "2024-11T00:30", "2024-11-21T", "2024-11-21T00:30:10:10", "2024-11-21T00:30.5"] {
        assert_eq!(Dtm::parse_asked(text), Err(TimeFault::Form), "{text}");
    }
}
