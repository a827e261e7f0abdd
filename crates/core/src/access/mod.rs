//! Who may do what: the matrix, the functional rights, the sectors, and the one function that judges.

mod allowances;
pub mod budget;
mod context;
pub mod functional_rights;
mod holder_side;
mod judge;
pub mod matrix;
mod named;
mod policy;
mod relation;
pub mod sector;
mod standing;
mod visible;
mod wishes;

pub use allowances::{Allowances, is_large_structure};
pub use context::{Caller, Context};
pub(crate) use holder_side::is_too_young;
pub(crate) use judge::role_rests;
pub use judge::{
    Admission, Side, has_role, is_a_doctor, judge, judge_at_the_counter, judge_opening, right_of_certificate,
};
pub use named::{DeletesOthers, NamedPolicy};
pub use policy::{Occupational, Policy, PolicyName, Settings};
pub use relation::{Relation, relation};
pub use standing::{AuthorizationStanding, is_opposed, standing, subjects_of, suffices};
pub use wishes::{WishRow, profession_in_table, shows_contact, wish_rows};
