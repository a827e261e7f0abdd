//! Letters that turn the direction of others (Unicode, UAX 9). What somebody else wrote stands in the middle of our sentences: with one of
//! these it would turn around how they read.

/// Whether a letter turns others around: the embeddings, overrides and isolates, and their ends. The marks of Arabic and Hebrew do not.
#[must_use]
pub const fn turns_others(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_turn_others_and_marks_do_not() {
        assert!("\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".chars().all(turns_others));
        assert!(!"Élodie עברית عربية \u{200e}\u{200f}\u{2065}\u{206a}".chars().any(turns_others));
    }
}
