//! XML bytes to values, safely: a reader that refuses what no health document needs. It knows no DMP.
//!
//! `quick-xml` tells the markup apart; [`Reader`] checks what is left of well-formedness (XML 1.0, Namespaces in XML 1.0), encoding,
//! characters and sizes, and tells long text in pieces.

mod element;
mod fault;
mod names;
mod reader;

pub use element::{Attribute, Element};
pub use fault::{XmlFault, XmlRule};
pub use reader::{Event, Limits, Reader};
