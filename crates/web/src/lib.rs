//! The pages: for the holder, for who cares for him. They translate, and decide nothing; reading them needs no script.

mod assets;
mod date;
mod page;
mod pages;
mod session;
mod visit;
mod web;

pub use page::{Chrome, ErrorPage, Secured};
pub use session::Sessions;
pub use visit::Visit;
pub use web::{Web, open, router};
