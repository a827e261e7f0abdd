//! What a DICOM file says of its patient, in the words that the rules compare.

use dmp_core::act::{HeaderFacts, PartialBirth};
use dmp_core::code::Day;
use dmp_core::dossier::Sex;
use dmp_core::identity::{Ins, InsDomain, InsFault};

/// How the national issuers are named in (0010,0021) (DRIM-M): `ASIP-SANTE-INS-NIR`, `-NIA`, `-C`.
const NATIONAL: &str = "ASIP-SANTE-INS-";

/// An identifier of the patient, and who gave it: those of the file, or of an item of `OtherPatientIDsSequence`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DicomIdentity {
    /// (0010,0020), and each of (0010,1000).
    pub values: Vec<Box<str>>,
    /// (0010,0021): `ASIP-SANTE-INS-NIR` where the identifier is an INS (DRIM-M).
    pub issuer: Option<Box<str>>,
    /// (0040,0032) of (0010,0024): the OID of who gave it.
    pub universal: Option<Box<str>>,
}

/// The patient of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DicomPatient {
    /// The identifiers: the file's own first, then one for each item of `OtherPatientIDsSequence`.
    pub identities: Vec<DicomIdentity>,
    /// (0010,0010), where it is plain ASCII: other character sets are not compared.
    pub name: Option<Box<str>>,
    /// (0010,0030).
    pub birth: Option<Box<str>>,
    /// (0010,0040).
    pub sex: Option<Box<str>>,
}

impl DicomPatient {
    /// What the rules compare with the holder of the dossier.
    ///
    /// An image bears its hospital's own number as a rule, which says nothing here. An identifier is a national one where
    /// its issuer says so, by OID or by name; or where no issuer is named and it can be nothing else: fifteen characters
    /// with the right key. Of a birth the year or the month alone is compared as such; the sex `O`, other, contradicts nobody.
    ///
    /// # Errors
    /// The [`InsFault`] of a number that its issuer makes a national one, and that is wrong by itself.
    pub fn header_facts(&self) -> Result<HeaderFacts, InsFault> {
        let mut facts = HeaderFacts::default();
        for identity in &self.identities {
            identity.tell(&mut facts)?;
        }
        match self.birth.as_deref().and_then(birth) {
            Some(Birth::Day(day)) => facts.birth = Some(day),
            Some(Birth::Partial(partial)) => facts.partial_births.push(partial),
            None => {}
        }
        facts.sex = self.sex.as_deref().and_then(sex).flatten();
        let family = self.name.as_deref().and_then(|name| name.split(['^', '=']).next()).map(str::trim);
        facts.family = family.filter(|name| !name.is_empty()).map(Into::into).into_iter().collect();
        Ok(facts)
    }
}

impl DicomIdentity {
    fn tell(&self, facts: &mut HeaderFacts) -> Result<(), InsFault> {
        let domain = self.universal.as_deref().and_then(InsDomain::from_code);
        let named = self.issuer.as_deref().and_then(kind_of);
        for value in &self.values {
            if let Some(domain) = domain {
                facts.patient.push(Ins::new(domain, value)?);
            } else if let Some(kind) = named {
                // The name does not tell the domain of a test from the real one: the numbers are compared.
                Ins::new(if kind.eq_ignore_ascii_case("C") { InsDomain::InsC } else { InsDomain::Nir }, value)?;
                facts.numbers.push(value.clone());
            } else if self.issuer.is_none() && self.universal.is_none() && is_nir(value) {
                facts.numbers.push(value.clone());
            }
        }
        Ok(())
    }
}

/// Whether a number whose issuer is not named can be nothing but a NIR: its first digit is that of a sex, its key is right.
fn is_nir(value: &str) -> bool {
    value.starts_with(['1', '2', '3', '4', '7', '8']) && Ins::new(InsDomain::Nir, value).is_ok()
}

/// Which national number an issuer gives; its name has no case.
fn kind_of(issuer: &str) -> Option<&str> {
    let (name, kind) = issuer.split_at_checked(NATIONAL.len())?;
    name.eq_ignore_ascii_case(NATIONAL).then_some(kind)
}

/// A birth as a file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Birth {
    /// The day.
    Day(Day),
    /// The year, and perhaps the month.
    Partial(PartialBirth),
}

/// `YYYYMMDD`, `YYYY.MM.DD` as before 1993 (PS3.5, table 6.2-1), or its year, or year and month, where no more is known.
pub(super) fn birth(value: &str) -> Option<Birth> {
    let parts: Vec<&str> = value.split('.').collect();
    let digits = match parts.as_slice() {
        [_] => value.to_owned(),
        [year, month, day] if (year.len(), month.len(), day.len()) == (4, 2, 2) => parts.concat(),
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<i16>().ok());
    let year = part(0, 4).filter(|year| *year > 0)?;
    match digits.len() {
        4 => Some(Birth::Partial(PartialBirth { year, month: None })),
        6 => {
            let month = part(4, 6).and_then(|month| i8::try_from(month).ok()).filter(|month| (1..=12).contains(month));
            month.map(|month| Birth::Partial(PartialBirth { year, month: Some(month) }))
        }
        8 => Day::parse(&digits).ok().map(Birth::Day),
        _ => None,
    }
}

/// A sex that can be read, and the one that it is; `O`, other, is none.
pub(super) fn sex(value: &str) -> Option<Option<Sex>> {
    match value {
        "O" | "o" => Some(None),
        other => Sex::from_code(&other.to_ascii_uppercase()).map(Some),
    }
}
