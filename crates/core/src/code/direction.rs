//! Letters that turn the direction of others (Unicode, UAX 9). What somebody else wrote stands in the middle of our sentences: with one of
//! these it would turn around how they read.

/// Whether a letter turns others around: the embeddings, overrides and isolates, and their ends. The marks of Arabic and Hebrew do not.
#[must_use]
pub const fn turns_others(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
