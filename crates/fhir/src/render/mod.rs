//! Views of the rules, as FHIR resources.

mod audit_event;
mod bundle;
mod choices;
mod coded;
mod consent;
mod document_reference;
mod list;
mod patient;
mod people;

pub use audit_event::audit_event;
pub use bundle::{Link, Listed, listing, searchset, searchset_of};
pub use choices::chosen;
pub use consent::consent;
pub use document_reference::document_reference;
pub use list::submission_set;
pub use patient::{identity, patient};

use dmp_core::identity::Ins;
use dmp_store::{Kind, Places, Store};

/// What rendering needs to know of the deployment.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Makes public ids.
    pub store: &'a Store,
    /// Where the things of the dossier are numbered.
    pub places: &'a Places,
    /// The base address of the FHIR service, without a slash at its end.
    pub base: &'a str,
}

impl Ground<'_> {
    /// The public id of an item of this dossier.
    #[must_use]
    pub fn id(&self, kind: Kind, item: u32) -> String {
        self.store.public_id_of(kind, self.places, item)
    }
}

/// An INS as an Identifier.
#[must_use]
pub fn ins_identifier(ins: &Ins) -> serde_json::Value {
    let system = format!("urn:oid:{}", ins.domain.code());
    serde_json::json!({
        "use": "official",
        "type": {"coding": [{"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": ins_type(ins)}]},
        "system": system, "value": ins.value,
    })
}

fn ins_type(ins: &Ins) -> &'static str {
    use dmp_core::identity::InsDomain;
    match ins.domain {
        InsDomain::Nia => "INS-NIA",
        InsDomain::InsC => "INS-C",
        InsDomain::Nir | InsDomain::Test | InsDomain::Demonstration => "INS-NIR",
    }
}
