//! People and organisations of a header, as XDS writes them (facts d.3).

use dmp_core::code::{Coded, HumanName, PersonId, Xcn, Xon};
use dmp_core::document::Author;
use dmp_core::identity::{InsDomain, ProfessionalId, ProfessionalIdKind};

/// The domain of `Struct_IdNat`.
const STRUCTURES: &str = "1.2.250.1.71.4.2.2";

/// An author, an authenticator or a custodian, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub ids: Vec<(Box<str>, Box<str>)>,
    pub name: HumanName,
    pub device: bool,
    pub code: Option<Coded>,
    pub function: Option<Box<str>>,
    pub organisation_id: Option<(Box<str>, Box<str>)>,
    pub organisation_name: Option<Box<str>>,
}

impl Draft {
    /// The author.
    pub fn author(self) -> Author {
        let kind = |(root, extension): &(Box<str>, Box<str>)| kind_of(root, extension, self.device);
        let national = self.ids.iter().find(|one| kind(one) == Some(PersonId::IDNPS));
        let id = national.or(self.ids.first()).map(|one| PersonId::new(&one.0, &one.1, kind(one)));
        let named = id.is_some() || self.name != HumanName::default();
        let name_type = Some(if self.device { "U" } else { "D" }.into());
        let person = named.then_some(Xcn { id, name: self.name, name_type });
        let institution = organisation(self.organisation_id, self.organisation_name);
        Author {
            person,
            institutions: institution.into_iter().collect(),
            specialties: self.code.into_iter().collect(),
            roles: self.function.into_iter().collect(),
        }
    }

    /// The organisation alone.
    pub fn organisation(self) -> Option<Xon> {
        organisation(self.organisation_id, self.organisation_name)
    }
}

/// The type of an identifier, by the domain that gave it.
fn kind_of(root: &str, extension: &str, device: bool) -> Option<&'static str> {
    if device {
        return Some(PersonId::RI);
    }
    if root == ProfessionalId::DOMAIN {
        let kind = ProfessionalId::parse(extension).ok()?.kind();
        let national = matches!(kind, ProfessionalIdKind::Rpps | ProfessionalIdKind::Adeli | ProfessionalIdKind::Other);
        return Some(if national { PersonId::IDNPS } else { PersonId::EI });
    }
    InsDomain::from_code(root).map(|_| PersonId::NH)
}

fn organisation(id: Option<(Box<str>, Box<str>)>, name: Option<Box<str>>) -> Option<Xon> {
    let id = id.map(|(root, extension)| {
        let kind = (*root == *STRUCTURES).then_some(PersonId::IDNST);
        PersonId::new(&root, &extension, kind)
    });
    (id.is_some() || name.is_some()).then_some(Xon { name, id })
}
