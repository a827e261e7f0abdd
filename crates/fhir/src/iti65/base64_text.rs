//! Base64 as a JSON text writes it: FHIR lets it be wrapped in lines, and JSON lets any letter be escaped. Decoded piece by
//! piece: of a document of 48 MiB there is never a second copy.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Letters decoded at a time: whole groups of four.
const PIECE: usize = 4096;

/// The bytes that a JSON text (without its quotes) holds in base64; none when it holds anything else.
pub fn base64_of_json(text: &str) -> Option<Vec<u8>> {
    // Nearly always neither lines nor escapes.
    if let Ok(bytes) = STANDARD.decode(text) {
        return Some(bytes);
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut piece = Vec::with_capacity(PIECE);
    let mut letters = text.bytes();
    while let Some(letter) = next(&mut letters) {
        let letter = letter?;
        if letter.is_ascii_whitespace() {
            continue;
        }
        if piece.len() == PIECE {
            decode(&mut piece, &mut bytes)?;
        }
        piece.push(letter);
    }
    decode(&mut piece, &mut bytes)?;
    Some(bytes)
}

/// Decodes a piece. Padding ends the text: another piece must not follow it.
fn decode(piece: &mut Vec<u8>, bytes: &mut Vec<u8>) -> Option<()> {
    if !bytes.len().is_multiple_of(3) && !piece.is_empty() {
        return None;
    }
    STANDARD.decode_vec(&*piece, bytes).ok()?;
    piece.clear();
    Some(())
}

/// The next letter, unescaped; `Some(None)` when it cannot be one of base64.
fn next(letters: &mut std::str::Bytes<'_>) -> Option<Option<u8>> {
    let first = letters.next()?;
    if first != b'\\' {
        return Some(Some(first));
    }
    Some(match letters.next() {
        Some(b'/') => Some(b'/'),
        Some(b'n' | b'r' | b't') => Some(b'\n'),
        Some(b'u') => {
            let mut digits = (0..4).map(|_| letters.next().and_then(|digit| char::from(digit).to_digit(16)));
            let number = digits.try_fold(0_u32, |number, digit| Some(number << 4 | digit?));
            number.and_then(|number| u8::try_from(number).ok())
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_escapes_and_padding() {
        let bytes: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        let plain = STANDARD.encode(&bytes);
        assert_eq!(base64_of_json(&plain), Some(bytes.clone()));
        let lines = plain.replace('/', "\\/").replace('A', "A\\r\\n").replace('B', "\\u0042");
        assert_eq!(base64_of_json(&lines), Some(bytes));
        assert_eq!(base64_of_json("YQ==\\n"), Some(b"a".to_vec()));
        for wrong in ["YQ==YQ==\\n", "\\", "\\u004", "\\u0100YQ==", "Y Q", "\\q", "YQ=", "Y\\\"Q="] {
            assert_eq!(base64_of_json(wrong), None, "{wrong}");
        }
        let early = format!("{}YQ==\\n{}", "AAAA".repeat(1023), "AAAA".repeat(4));
        assert_eq!(base64_of_json(&early), None, "nothing follows padding");
    }
}
