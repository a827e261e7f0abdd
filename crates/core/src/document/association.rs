//! How documents and sets are tied: membership and replacement follow from the entries themselves; `signs` is kept apart.

use super::Item;
use crate::{coded, record};

coded! {
    /// The kinds of association that a submission may bring (ITI TF-3, 4.2.2).
    pub enum Association {
        /// A set or a folder has a member.
        HasMember = 1 => "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember",
        /// A document replaces another.
        Rplc = 2 => "urn:ihe:iti:2007:AssociationType:RPLC",
        /// A signature document signs a set.
        Signs = 3 => "urn:ihe:iti:2007:AssociationType:signs",
        /// A document is another, transformed.
        Xfrm = 4 => "urn:ihe:iti:2007:AssociationType:XFRM",
    }
}

record! {
    /// A signature document and the set that it signs (facts d.5).
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Signs {
        /// The signature document.
        1 signature: Item,
        /// The set.
        2 set: Item,
    }
}
