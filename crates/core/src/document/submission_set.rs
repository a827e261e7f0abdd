//! What was submitted together, by whom, when (ITI TF-3, 4.2.3.3).

use crate::code::{Coded, Dtm};
use crate::document::KnownNumber;
use crate::record;

record! {
    /// One submission set. Its members are the documents that name it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SubmissionSet {
        /// `uniqueId`.
        1 unique_id: Option<Box<str>>,
        /// The `entryUUID` that the sender chose, if he chose one.
        2 entry_uuid: Option<Box<str>>,
        /// `sourceId`: the OID of the sending software.
        3 source_id: Option<Box<str>>,
        /// `submissionTime`, as sent.
        4 submission_time: Option<Dtm>,
        /// `contentTypeCode`.
        5 content_type_code: Option<Coded>,
        /// `author`: numbers of [`crate::document::Known::Author`].
        6 authors: Vec<KnownNumber>,
        /// `title`.
        7 title: Option<Box<str>>,
        /// `comments`.
        8 comments: Option<Box<str>>,
    }
}
