//! The values of attributes, in the types of the rules.

use dmp_core::act::PartialBirth;
use dmp_core::code::{Code, Coded, Day, Dtm, Oid};
use dmp_core::dossier::Sex;
use dmp_xml::Element;

use crate::fault::ContentFault;

/// Authors, identifiers and the like: no header has as many.
pub(super) const MOST: usize = 200;

/// An attribute, if it says something.
pub(super) fn plain(element: &Element<'_>, name: &str) -> Option<Box<str>> {
    let value = element.attribute(name)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.into())
}

/// An II as `root` or `root^extension`: XDS's form of a uniqueId. A root is an OID or a UUID.
pub(super) fn identifier(element: &Element<'_>, place: &'static str) -> Result<Option<Box<str>>, ContentFault> {
    let Some(root) = plain(element, "root") else { return Ok(None) };
    if Oid::parse(&root).is_err() && !is_uuid(&root) {
        return Err(ContentFault::Invalid { element: place, expected: "an OID or a UUID in its root" });
    }
    Ok(Some(match plain(element, "extension") {
        Some(extension) => format!("{root}^{extension}").into(),
        None => root,
    }))
}

pub(super) fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

pub(super) fn coded(element: &Element<'_>) -> Option<Coded> {
    let code = Code::new(&plain(element, "codeSystem")?, &plain(element, "code")?).canonical();
    Some(Coded { code, display: plain(element, "displayName").map(Into::into) })
}

pub(super) fn time(element: &Element<'_>, place: &'static str) -> Result<Option<Dtm>, ContentFault> {
    let wrong = ContentFault::Invalid { element: place, expected: "a time of HL7 (YYYYMMDDhhmmss+ZZZZ)" };
    plain(element, "value").map(|value| Dtm::parse_hl7(&value).map_err(|_| wrong)).transpose()
}

/// A date of birth, as far as it is known.
pub(super) enum Birth {
    Whole(Day),
    Partial(PartialBirth),
}

/// A date of birth. A month or a day of 00 is not known to the civil register, as one that is left out.
pub(super) fn birth(element: &Element<'_>) -> Result<Option<Birth>, ContentFault> {
    let Some(value) = plain(element, "value") else { return Ok(None) };
    let wrong = || ContentFault::Invalid {
        element: "recordTarget/patientRole/patient/birthTime",
        expected: "a date (YYYYMMDD, YYYYMM or YYYY)",
    };
    let date = value.get(..value.len().min(8)).filter(|date| date.bytes().all(|byte| byte.is_ascii_digit()));
    let date = date.filter(|date| matches!(date.len(), 4 | 6 | 8)).ok_or_else(wrong)?;
    let known = |range: std::ops::Range<usize>| date.get(range).filter(|part| *part != "00");
    let year = date.get(..4).and_then(|year| year.parse().ok()).ok_or_else(wrong)?;
    match (known(4..6), known(6..8)) {
        (Some(_), Some(_)) => Day::parse(date).map(|day| Some(Birth::Whole(day))).map_err(|_| wrong()),
        (month, _) => {
            let month: Option<i8> = month.map(str::parse).transpose().map_err(|_| wrong())?;
            // The first of the month exists where the month does.
            Day::new(year, month.unwrap_or(1), 1).map_err(|_| wrong())?;
            Ok(Some(Birth::Partial(PartialBirth { year, month })))
        }
    }
}

/// A sex: a code that no table has is not taken for none.
pub(super) fn sex(element: &Element<'_>) -> Result<Option<Sex>, ContentFault> {
    let Some(code) = plain(element, "code") else { return Ok(None) };
    match &*code {
        // HL7 writes "neither" so, TRE_R249 writes U.
        "UN" => Ok(Some(Sex::Unknown)),
        code => Sex::from_code(code).map(Some).ok_or(ContentFault::Invalid {
            element: "recordTarget/patientRole/patient/administrativeGenderCode",
            expected: "M, F or U",
        }),
    }
}

/// What may stand once.
pub(super) fn once<T>(place: &mut Option<T>, value: T, element: &'static str) -> Result<(), ContentFault> {
    if place.replace(value).is_some() { Err(ContentFault::Several(element)) } else { Ok(()) }
}

/// Keeps each text once, and no more of them than a header has.
pub(super) fn push_new(list: &mut Vec<Box<str>>, text: Box<str>) {
    if list.len() < MOST && !list.contains(&text) {
        list.push(text);
    }
}
