//! The INS-C, computed from what the carte Vitale shows (facts h.1): TD0.2 and TD0.4 still answer with it.

use super::ins::{Ins, InsDomain, InsFault, key_of_digits};
use crate::code::{fold, sha256};

/// Letters of the first name that count, and the width to which it is padded.
const NAME: usize = 10;

/// The INS-C of a first name, a birth date AAMMJJ (unknown parts 00) and a NIR of thirteen characters without key.
///
/// # Errors
/// [`InsFault`] names what cannot be hashed: a name without letters, a date that is not six digits, no NIR.
pub fn compute(first_name: &str, birth: &str, nir13: &str) -> Result<Ins, InsFault> {
    let letters = fold(first_name).chars().filter(char::is_ascii_alphabetic).take(NAME).collect::<String>();
    let letters = letters.to_ascii_uppercase();
    if letters.is_empty() {
        return Err(InsFault::FirstName);
    }
    if birth.len() != 6 || !birth.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InsFault::BirthDate);
    }
    if nir13.len() != 13 {
        return Err(InsFault::Length { expected: 13, found: nir13.chars().count() });
    }
    super::ins::nir_key(nir13)?;
    let digest = sha256(format!("{letters:<NAME$}{birth}{nir13}").as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let number = format!("{number:020}");
    let key = key_of_digits(&number)?;
    Ok(Ins { domain: InsDomain::InsC, value: format!("{number}{key:02}").into() })
}
