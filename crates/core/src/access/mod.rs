//! Who may do what: the matrix, the functional rights, the sectors, and the one function that judges.

pub mod functional_rights;
mod judge;
pub mod matrix;
mod policy;
mod relation;
pub mod sector;
mod standing;

pub use judge::{Admission, Side, judge};
pub use policy::{Occupational, Policy, PolicyName, Settings};
pub use relation::{Relation, relation};
pub use standing::{AuthorizationStanding, standing, subjects_of};
