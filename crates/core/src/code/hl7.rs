//! The delimiters of HL7 v2: components between `^`, subcomponents between `&`, and what stands for them in text.

/// Why a text is not an XCN, XON or CX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonFault {
    /// Neither identifier nor name.
    #[error("neither an identifier nor a name is given")]
    Empty,
    /// A field or repetition separator (`|`, `~`) in what must be one value.
    #[error("a separator of fields or repetitions stands in one value")]
    Separator,
    /// The OID of the assigning authority is none.
    #[error("the assigning authority is not an OID: {0}")]
    Authority(super::oid::OidFault),
    /// The assigning authority is of another type than `ISO` (ITI TF-3, table 4.2.3.1.7-2).
    #[error("the assigning authority is not of type ISO")]
    AuthorityType,
    /// More characters than HL7 gives to any such field.
    #[error("the value is longer than 1024 characters")]
    Long,
}

/// Longer than any value these types are used for.
const LONGEST: usize = 1024;

/// The components of one value.
pub(super) fn split(text: &str) -> Result<Vec<&str>, PersonFault> {
    if text.len() > LONGEST {
        return Err(PersonFault::Long);
    }
    if text.contains(['|', '~']) {
        return Err(PersonFault::Separator);
    }
    Ok(text.split('^').collect())
}

/// The component of this number, counted from 1 as HL7 does; `None` where it is empty.
pub(super) fn component<'a>(parts: &[&'a str], number: usize) -> Option<&'a str> {
    parts.get(number.checked_sub(1)?).copied().filter(|part| !part.is_empty())
}

/// A component as text.
pub(super) fn text(part: Option<&str>) -> Option<Box<str>> {
    part.filter(|part| !part.is_empty()).map(|part| unescape(part).into())
}

/// The value whose components of these numbers are given, in ascending order, without empty ones at its end.
pub(super) fn join(parts: &[(usize, Option<String>)]) -> String {
    let mut value = String::new();
    let mut reached = 1;
    for (number, part) in parts {
        let Some(part) = part.as_deref().filter(|part| !part.is_empty()) else { continue };
        while reached < *number {
            value.push('^');
            reached += 1;
        }
        value.push_str(part);
    }
    value
}

/// The pairs of HL7 v2.5, section 2.7.1, the escape character first.
const ESCAPES: [(&str, &str); 5] = [("\\", "\\E\\"), ("^", "\\S\\"), ("&", "\\T\\"), ("|", "\\F\\"), ("~", "\\R\\")];

/// Text with its delimiters written as escape sequences.
pub(super) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        let mut own = [0; 4];
        let own = character.encode_utf8(&mut own);
        escaped.push_str(ESCAPES.iter().find(|(plain, _)| *plain == own).map_or(own, |(_, sequence)| sequence));
        escaped
    })
}

/// Text with its escape sequences read; others than those of delimiters stay as they are.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        match ESCAPES.iter().find(|(_, sequence)| from.starts_with(sequence)) {
            Some((own, sequence)) => {
                plain.push_str(own);
                rest = from.get(sequence.len()..).unwrap_or_default();
            }
            None => {
                plain.push('\\');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}
