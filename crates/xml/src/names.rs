//! The character classes of XML 1.0 (fifth edition) and of Namespaces in XML 1.0.

/// `Char`, production 2.
pub(crate) const fn is_char(one: char) -> bool {
    matches!(one, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// `S`, production 3.
pub(crate) const fn is_space(one: char) -> bool {
    matches!(one, ' ' | '\t' | '\n' | '\r')
}

/// `NameStartChar` without the colon, production 4.
const fn starts(one: char) -> bool {
    matches!(one,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// `NameChar` without the colon, production 4a.
const fn continues(one: char) -> bool {
    starts(one) || matches!(one, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// `NCName`: a name without colon.
pub(crate) fn is_ncname(text: &str) -> bool {
    // Nearly every name is of ASCII letters and begins with one.
    if text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text.bytes().all(|one| one.is_ascii_alphanumeric())
    {
        return true;
    }
    let mut characters = text.chars();
    characters.next().is_some_and(starts) && characters.all(continues)
}

/// `QName`: a name, or a prefix and a name.
pub(crate) fn is_qname(text: &str) -> bool {
    match memchr::memchr(b':', text.as_bytes()) {
        Some(colon) => [text.get(..colon), text.get(colon + 1..)].into_iter().flatten().all(is_ncname),
        None => is_ncname(text),
    }
}

/// The character for which a reference stands, without `&` and `;`: one of the five, or a valid character's number.
pub(crate) fn resolve(reference: &str) -> Option<char> {
    let number = match reference {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        other => other.strip_prefix('#')?,
    };
    let number = match number.strip_prefix('x') {
        Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
        None if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse().ok()?,
        _ => return None,
    };
    char::from_u32(number).filter(|one| is_char(*one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_references() {
        assert!(is_qname("c:ClinicalDocument") && is_qname("é") && is_qname("_a-1"));
        assert!(!is_qname("1a") && !is_qname("a:b:c") && !is_qname(":a") && !is_qname("a:") && !is_qname(""));
        assert_eq!(resolve("#xE9"), Some('é'));
        assert_eq!(resolve("#233"), Some('é'));
        for wrong in ["#0", "#x0", "#xD800", "#", "#x", "#+5", "#x+5", "#11111111111", "nbsp", "LT", "#X41", "#xFFFE"] {
            assert_eq!(resolve(wrong), None, "{wrong}");
        }
    }
}
