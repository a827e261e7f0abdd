//! Changes of the life of a dossier, and of what is asked about its documents.

use crate::document::Item;
use crate::record;

record! {
    /// The person objects, before the dossier is open: nobody opens it over his head (facts b.2). Or he does not any more.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OpeningObjected {
        /// In his words.
        1 text: Option<Box<str>>,
        /// The objection is taken back: he is informed again, and the weeks run anew.
        2 withdrawn: bool,
    }
}

record! {
    /// A closed dossier is open again, with all that it had (decisions 27).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Reopened {
        /// In the words of who reopened it.
        1 text: Option<Box<str>>,
    }
}

record! {
    /// Express deletion: within three months instead of ten years (facts b.4).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ExpressDeletionAsked {
        /// In the holder's words.
        1 text: Option<Box<str>>,
    }
}

record! {
    /// The operator suspends the whole dossier: fraud (decisions 8).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DossierSuspended {
        /// Suspended, or not any more.
        1 suspended: bool,
        /// Why.
        2 motive: Option<Box<str>>,
    }
}

record! {
    /// Somebody objects to the suspension of the dossier for fraud, before it closes (decisions 8).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SuspensionObjected {
        /// In his words.
        1 text: Option<Box<str>>,
    }
}

record! {
    /// The holder asks for the deletion of what another deposited.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeletionRequested {
        /// Of which document.
        1 item: Item,
        /// Why.
        2 motive: Option<Box<str>>,
    }
}

record! {
    /// The author, or his structure, decides on a request.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeletionAnswered {
        /// Of which document.
        1 item: Item,
        /// Whether it is deleted.
        2 accepted: bool,
        /// Why.
        3 motive: Option<Box<str>>,
    }
}

record! {
    /// "This document is not mine": a case is open, or closed again (decisions 23).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct NotMineClaimed {
        /// Which document.
        1 item: Item,
        /// Open, or closed.
        2 open: bool,
        /// In the words of who says so.
        3 text: Option<Box<str>>,
    }
}

record! {
    /// A document is erased, the last resort of such a case: its part of the journal, its bytes and what was kept of it go; whoever folds
    /// the journal anew finds no document (the storage contract, section 1).
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct DocumentErased {
        /// Which.
        1 item: Item,
        /// Those who represent the holder did not see it: nor do they see, afterwards, what was done with it.
        2 hidden: bool,
    }
}

record! {
    /// A private note, written anew or taken away: nobody but the account that wrote it ever sees it (decisions 23).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct NoteWritten {
        /// The number of the note.
        1 item: Item,
        /// What it says; absent when it is taken away.
        2 text: Option<Box<str>>,
    }
}

record! {
    /// When results of a class appear to the holder (facts c.7).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ReleaseChosen {
        /// The class of documents.
        1 class_code: Box<str>,
        /// At once, whoever deposits them: a retention then needs its motive. Otherwise as the depositor says.
        2 at_once: bool,
    }
}
