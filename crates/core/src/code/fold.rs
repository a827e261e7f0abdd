//! Text compared as people mean it: case and the accents of French do not count.

/// Lower case, without accents (FHIR R4, string search).
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(unaccented).collect()
}

/// A name as it is compared: folded, letters alone, so that a space, a hyphen or an apostrophe more or less is the same name.
#[must_use]
pub fn fold_name(text: &str) -> String {
    fold(text).chars().filter(|letter| letter.is_alphabetic()).collect()
}

const fn unaccented(letter: char) -> char {
    match letter {
        'à' | 'â' | 'ä' | 'á' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' => 'i',
        'ô' | 'ö' | 'ó' | 'õ' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        'ç' => 'c',
        'ÿ' => 'y',
        'ñ' => 'n',
        other => other,
    }
}
