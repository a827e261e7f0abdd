//! The pages: for the holder, for who cares for him. They translate, and decide nothing; reading them needs no script.

mod assets;
mod date;
mod page;
mod pages;
mod session;
mod web;

pub use page::{Chrome, ErrorPage, Secured};
pub use pages::objection::router as objection;
pub use session::Sessions;
pub use web::{Web, router};
