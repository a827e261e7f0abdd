//! To whom a document does not show: the three codes of `TRE_A07`, set beside the confidentiality code.

use crate::record;

record! {
    /// The visibility codes of a document (facts c.6). All false: whoever the matrix lets read it, reads it.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct Visibility {
        /// `MASQUE_PS`: hidden from professionals, save its author and the médecin traitant.
        1 masque_ps: bool,
        /// `INVISIBLE_PATIENT`: withheld from the holder until it is told to him in person (R1111-53).
        2 invisible_patient: bool,
        /// `INVISIBLE_REPRESENTANTS_LEGAUX`: not shown to those who represent a minor.
        3 invisible_representants_legaux: bool,
    }
}

impl Visibility {
    /// The code system of the three codes.
    pub const SYSTEM: &'static str = "1.2.250.1.213.1.1.4.13";
    /// `MASQUE_PS`.
    pub const MASQUE_PS: &'static str = "MASQUE_PS";
    /// `INVISIBLE_PATIENT`.
    pub const INVISIBLE_PATIENT: &'static str = "INVISIBLE_PATIENT";
    /// `INVISIBLE_REPRESENTANTS_LEGAUX`.
    pub const INVISIBLE_REPRESENTANTS_LEGAUX: &'static str = "INVISIBLE_REPRESENTANTS_LEGAUX";

    /// The codes that are set, in the order of the value set.
    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        [
            (self.invisible_patient, Self::INVISIBLE_PATIENT),
            (self.invisible_representants_legaux, Self::INVISIBLE_REPRESENTANTS_LEGAUX),
            (self.masque_ps, Self::MASQUE_PS),
        ]
        .into_iter()
        .filter_map(|(set, code)| set.then_some(code))
    }

    /// Sets the code of that name; false when the value set has no such code.
    pub fn set(&mut self, code: &str) -> bool {
        match code {
            Self::MASQUE_PS => self.masque_ps = true,
            Self::INVISIBLE_PATIENT => self.invisible_patient = true,
            Self::INVISIBLE_REPRESENTANTS_LEGAUX => self.invisible_representants_legaux = true,
            _ => return false,
        }
        true
    }
}
