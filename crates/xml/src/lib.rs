//! XML bytes to values, safely: a streaming reader that refuses what no health document needs. It knows no DMP.
//!
//! The bytes pass a [`gate`](Gate) that checks encoding, characters and sizes and cuts long text into pieces; `quick-xml`
//! tells the markup apart; [`Reader`] checks what is left of well-formedness (XML 1.0, Namespaces in XML 1.0).

mod element;
mod fault;
mod gate;
mod names;
mod reader;

pub use element::{Attribute, Element};
pub use fault::{XmlFault, XmlRule};
pub use gate::Gate;
pub use reader::{Event, Limits, Reader};
