//! What a dossier is: the fold of its journal, and the forms in which the journal is stored.

mod act_code;
mod authorization;
mod change;
mod evolve;
mod facts;
mod holder;
mod opposition;
mod parts;
mod record;
mod rule;
mod snapshot;
mod state;

pub use act_code::ActCode;
pub use authorization::{Authorization, AuthorizationStatus, Block, Ground, Subject};
pub use change::{
    AuthorizationGranted, AuthorizationWithdrawn, Blocked, Change, Closed, ClosingMotive, DocumentAdded,
    DocumentHidden, DocumentStanding, DocumentVisibility, KnownAdded, NameAdded, Opened, OpeningGround, OppositionSet,
    PolicyPublished, SetAdded, Unblocked,
};
pub use evolve::JournalEntry;
pub use facts::{AccessMode, Facts, ItemOutcome, ItemStatus, Outcome, PolicyDigest, Question, RequesterNumber};
pub use holder::{Address, Holder, RepresentativeRecord, Sex};
pub use opposition::{Opposition, OppositionKind};
pub use parts::{Part, PartKind, Who};
pub use record::{DocumentRecord, HolderChoice};
pub use rule::Rule;
pub use snapshot::FOLD_VERSION;
pub use state::{Access, Dossier, DossierStatus, SetRecord};
