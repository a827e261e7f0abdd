//! Searches: parameters into criteria, pages and their sealed tokens.

mod page_token;
mod parameters;
mod question;
mod searched;
mod values;

pub use page_token::PageTokens;
pub use parameters::{Asked, Parameters, Scope, check_size, json_only, once, parameter_names, read_parameters};
pub use question::Question;
pub use searched::Searched;
pub use values::date;
