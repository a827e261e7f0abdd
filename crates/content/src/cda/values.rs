//! The values of attributes, in the types of the rules.

use dmp_core::code::{Code, Coded, Day, Dtm, Oid};
use dmp_xml::Element;

use crate::fault::ContentFault;

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

/// A whole date of birth. Years and months alone, and months or days of 00 (not known to the civil register), are none.
pub(super) fn birth(element: &Element<'_>) -> Result<Option<Day>, ContentFault> {
    let Some(value) = plain(element, "value") else { return Ok(None) };
    let wrong =
        ContentFault::Invalid { element: "recordTarget/patientRole/patient/birthTime", expected: "a date (YYYYMMDD)" };
    if !value.bytes().take(8).all(|byte| byte.is_ascii_digit()) {
        return Err(wrong);
    }
    match (value.get(..8), value.get(4..6), value.get(6..8)) {
        (Some(day), Some(month), Some(of_month)) if month != "00" && of_month != "00" => {
            Day::parse(day).map(Some).map_err(|_| wrong)
        }
        _ => Ok(None),
    }
}
