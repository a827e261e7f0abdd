//! The person whose dossier it is, as the insurer registered him.

use crate::code::Day;
use crate::dossier::Rule;
use crate::identity::Ins;
use crate::{coded, record};

coded! {
    /// Administrative sex.
    pub enum Sex {
        /// Male.
        Male = 1 => "M",
        /// Female.
        Female = 2 => "F",
        /// Not known, or neither.
        Unknown = 3 => "U",
    }
}

record! {
    /// Where the holder lives.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Address {
        /// Street lines, joined by a line end.
        1 lines: Option<Box<str>>,
        /// Postal code.
        2 postal_code: Option<Box<str>>,
        /// City.
        3 city: Option<Box<str>>,
        /// The code of the region (18 regions), told by the postal code.
        4 region: Option<Box<str>>,
        /// The country, as it was written; absent where it is France.
        5 country: Option<Box<str>>,
    }
}

record! {
    /// The holder lives elsewhere.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AddressSet {
        /// Where.
        1 address: Address,
    }
}

record! {
    /// A legal representative as the insurer recorded him.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RepresentativeRecord {
        /// His own identifier, if known.
        1 ins: Option<Ins>,
        /// Family name.
        2 family: Option<Box<str>>,
        /// Given names.
        3 given: Option<Box<str>>,
        /// The tie, in the code of J11 (`MTH`, `FTH`…).
        4 relationship: Option<Box<str>>,
        /// E-mail.
        5 email: Option<Box<str>>,
        /// Telephone.
        6 phone: Option<Box<str>>,
    }
}

record! {
    /// The registered identity of the holder.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Holder {
        /// Birth family name.
        1 family: Box<str>,
        /// Given names, as the civil register has them.
        2 given: Option<Box<str>>,
        /// Name in use, where it differs.
        3 used_family: Option<Box<str>>,
        /// Date of birth.
        4 birth: Day,
        /// Sex.
        5 sex: Option<Sex>,
        /// INSEE code of the place of birth.
        6 birth_place: Option<Box<str>>,
        /// Address.
        7 address: Option<Address>,
        /// E-mail.
        8 email: Option<Box<str>>,
        /// Telephone.
        9 phone: Option<Box<str>>,
        /// The code of the insurance regime.
        10 regime: Option<Box<str>>,
        /// SHA-256 of the serial number of the carte Vitale: compared at activation, never shown.
        11 card: Option<[u8; 32]>,
        /// Legal representatives.
        12 representatives: Vec<RepresentativeRecord>,
    }
}

record! {
    /// Traits of the holder that the register had wrong (facts h.2); what is absent stays as it is.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct IdentityCorrected {
        /// Birth family name.
        1 family: Option<Box<str>>,
        /// Given names.
        2 given: Option<Box<str>>,
        /// Name in use.
        3 used_family: Option<Box<str>>,
        /// Date of birth.
        4 birth: Option<Day>,
        /// Sex.
        5 sex: Option<Sex>,
    }
}

impl IdentityCorrected {
    /// Whether the holder has these traits already.
    #[must_use]
    pub fn agree_with(&self, holder: &Holder) -> bool {
        let mut corrected = holder.clone();
        corrected.correct(self);
        corrected == *holder
    }
}

impl Holder {
    /// Takes traits over.
    pub(super) fn correct(&mut self, traits: &IdentityCorrected) {
        let taken = |new: &Option<Box<str>>, old: Option<Box<str>>| new.clone().or(old);
        if let Some(family) = &traits.family {
            self.family.clone_from(family);
        }
        self.given = taken(&traits.given, self.given.take());
        // A name in use that is the birth name is none.
        let used = taken(&traits.used_family, self.used_family.take());
        self.used_family = used.filter(|used| *used != self.family);
        self.birth = traits.birth.unwrap_or(self.birth);
        self.sex = traits.sex.or(self.sex);
    }

    /// The rule by which a birth date or a sex that came with a document, or with a number, is not his. What is not told contradicts nothing.
    #[must_use]
    pub fn contradicted(&self, birth: Option<Day>, sex: Option<Sex>) -> Option<Rule> {
        if birth.is_some_and(|birth| birth != self.birth) {
            return Some(Rule::BirthDateMismatch);
        }
        let known = |sex: &Sex| *sex != Sex::Unknown;
        let sexes = self.sex.filter(known).zip(sex.filter(known));
        sexes.is_some_and(|(registered, told)| told != registered).then_some(Rule::SexMismatch)
    }

    /// Whether a letter would reach him.
    #[must_use]
    pub fn has_postal_address(&self) -> bool {
        self.address.as_ref().is_some_and(|one| one.lines.is_some() && one.postal_code.is_some())
    }
}
