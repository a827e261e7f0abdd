//! Who is speaking: bearer tokens become a [`Requester`](dmp_core::identity::Requester), or a fault that says why not.
//!
//! Tokens are JWS (RFC 7515) of the issuers that the deployment trusts: Pro Santé Connect for professionals, others for
//! the roles that each is trusted for. What a token does not say is not known; rules refuse what they must know.

mod authenticator;
mod claims;
mod fault;
mod issuer;
mod jws;
mod keys;

pub use authenticator::{Authenticated, Authenticator};
pub use fault::{AuthFault, SetupFault};
pub use issuer::{Issuer, KeySource, Role, Roles};
pub use keys::KeySet;
