//! Text compared as people mean it: neither case nor accents count, nor in how many letters one is written.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Small letters, without accents (FHIR R4, string search).
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // An accent is one whether it is written with its letter or behind it.
    for letter in text.chars().flat_map(char::to_lowercase).nfd().filter(|letter| !is_combining_mark(*letter)) {
        match plain(letter) {
            Some(plain) => folded.push_str(plain),
            None => folded.push(letter),
        }
    }
    folded
}

/// A name as it is compared: folded, letters alone, so that a space, a hyphen or an apostrophe more or less is the same name.
#[must_use]
pub fn fold_name(text: &str) -> String {
    // U+02BC and its like are apostrophes, although Unicode calls them letters.
    fold(text).chars().filter(|letter| letter.is_alphabetic() && !('\u{2b0}'..='\u{2ff}').contains(letter)).collect()
}

/// A small letter that is no letter with an accent, as it is written without it, in one letter or two. No table of another kind stands
/// beside this one: what is one name here is one everywhere.
const fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'æ' => "ae",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' | 'ŀ' => "l",
        'ø' => "o",
        'œ' => "oe",
        'ß' => "ss",
        'ŧ' => "t",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_however_it_is_written() {
        for (one, other) in [
            ("NGUYỄN", "Nguye\u{302}\u{303}n"),
            ("Nguyễn", "NGUYEN"),
            ("Đặng", "dang"),
            ("LEBŒUF", "Le Boeuf"),
            ("ŠIMIĆ", "simic"),
            ("D\u{2bc}ALMA", "d'alma"),
            ("Łukasz Ørsted", "lukasz orsted"),
            ("Weiß", "WEISS"),
        ] {
            assert_eq!(fold_name(one), fold_name(other), "{one} {other}");
        }
        assert_ne!(fold_name("Й"), fold_name("Я"));
        assert_ne!(fold_name("Martin"), fold_name("Martine"));
    }
}
