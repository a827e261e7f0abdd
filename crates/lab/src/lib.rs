//! What only a sandbox has: an OpenID provider, people who do not exist, and documents about them.
//!
//! Production is built without this room. Nothing here reads a clock or rolls dice: both are given.

pub mod bundle;
pub mod claims_file;
pub mod documents;
pub mod oidc;
pub mod people;
pub mod personas;
pub mod provider;
pub mod provider_store;

pub use bundle::{Metadata, Options, iti65_bundle};
pub use claims_file::{ClaimsFault, claims_of};
pub use documents::{Kind, Recipe};
pub use people::{Person, people};
pub use personas::{Persona, holder, persona, personas};
pub use provider::{Provider, ProviderFault};
