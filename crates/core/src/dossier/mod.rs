//! What a dossier is: the fold of its journal, and the forms in which the journal is stored.

mod act_code;
mod authorization;
mod change;
mod contact;
mod destruction;
mod due;
mod emergency;
mod evolve;
mod evolve_documents;
mod evolve_rights;
mod evolve_told;
mod facts;
mod family;
mod holder;
mod merge;
mod notice;
mod opposition;
mod parts;
mod record;
mod registration;
mod review;
mod rule;
mod snapshot;
mod state;

pub use act_code::ActCode;
pub use authorization::{
    Authorization, AuthorizationRequest, AuthorizationStatus, Block, Ground, Held, SecretSpan, Subject,
};
pub use change::{
    Absorbed, AccessDisputed, Activated, AuthorizationGranted, AuthorizationWithdrawn, Blocked, CarerEnded, CarerSet,
    Change, Closed, ClosingMotive, DeletionAnswered, DeletionRequested, DestructionBegun, DestructionCompleted,
    DestructionGround, DisputeOutcome, DocumentAdded, DocumentErased, DocumentHidden, DocumentRenamed,
    DocumentStanding, DocumentVisibility, DossierDestroyed, DossierSuspended, EmergencyOpened, ExceptionSet,
    ExpressDeletionAsked, KnownAdded, MedecinTraitantLeft, MedecinTraitantSet, MergeDeclined, MergeId, MergedInto,
    NameAdded, NotMineClaimed, NoteWritten, Opened, OpeningGround, OpeningObjected, OppositionSet, PolicyPublished,
    ReleaseChosen, Reopened, RepresentativeEnded, RepresentativeSet, RequesterSuspended, Returned, Separated, SetAdded,
    SuspensionObjected, Unblocked,
};
pub use contact::{ContactKind, ContactPerson, ContactPersonSet};
pub use destruction::{Destruction, DestructionStart, Dispute, destruction_begins, is_destruction_due};
pub use due::Due;
pub use emergency::Emergency;
pub use evolve::JournalEntry;
pub use facts::{AccessMode, Facts, ItemOutcome, ItemStatus, Outcome, PolicyDigest, Question, RequesterNumber};
pub use family::{CarerRecord, CarerScope, Mandate, MandateScope, Spokesperson};
pub use holder::{Address, AddressSet, Holder, IdentityCorrected, RepresentativeRecord, Sex};
pub use merge::{Aside, Departed, FOREIGN, Guest, Lent, MergeStanding, Moved, Span};
pub use notice::{ContactSet, DueKind, FellDue, NoticeChannel, NoticeChosen, NoticeFrequency, NoticeKind};
pub use opposition::{Exception, Opposition, OppositionKind};
pub use parts::{Part, PartKind, Who};
pub use record::{DocumentRecord, Erased, HolderChoice};
pub use registration::{Informed, InformedBy, MailReturned, Registered, Registration, WEEKS_TO_OBJECT, code_digest};
pub use review::{ReviewOutcome, Reviewed, ToReview};
pub use rule::Rule;
pub use snapshot::FOLD_VERSION;
pub use state::{Access, Dossier, DossierStatus, MedecinTraitant, Note, SetRecord};
