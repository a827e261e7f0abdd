//! The acts: what may be asked of a dossier, one file each, every one with its `decide`.

mod activate_dossier;
mod add_name;
mod answer;
mod archive_document;
pub(crate) mod authorization;
mod begin_destruction;
mod block;
mod change_document;
mod change_labels;
mod choices;
mod choose_notice;
mod choose_release;
mod claim_not_mine;
mod close_dossier;
mod contact_persons;
mod correct_identity;
mod decision;
mod delegate;
mod delete_document;
mod dispute_access;
mod erase_document;
mod export_journal;
mod fall_due;
mod find_documents;
mod find_reference;
mod find_submission_sets;
mod grant_access;
mod journal_entry;
mod life_of_dossier;
mod list_authorizations;
mod mandate;
mod medecin_traitant;
mod merge_dossier;
mod names_things;
mod note_copy_posted;
mod notes;
mod object_opening;
mod object_suspension;
mod open_dossier;
mod open_online;
mod oppose;
mod patients;
mod provide_documents;
mod publish_policy;
mod read_administrative;
mod read_document_entry;
mod read_history;
mod record_death;
mod record_destruction;
mod register_insured;
mod rename_document;
mod renewal;
mod reopen_dossier;
mod request_deletion;
mod retrieve_document;
mod review;
mod separate_dossier;
mod set_address;
mod set_contact;
mod set_exception;
mod settle;
mod suspend;
mod take_evidence;
mod tell_holder;
mod test_existence;
mod update_visibility;
mod view;
mod withdraw_access;

pub use crate::access::{Caller, Context};
pub use activate_dossier::ActivateDossier;
pub use add_name::AddName;
pub use answer::{
    Administrative, Answer, AuthorizationView, Candidate, Existence, Found, FoundSets, HistoryWindow, Listed, Provided,
    ProvidedDocument, RecordedBy,
};
pub use archive_document::ArchiveDocument;
pub use begin_destruction::BeginDestruction;
pub use block::{Block, Unblock};
pub use change_document::{ChangeDocument, DocumentChange};
pub use change_labels::{ChangeLabels, LabelChange};
pub use choices::{Choices, Rights};
pub use choose_notice::ChooseNotice;
pub use choose_release::ChooseRelease;
pub use claim_not_mine::ClaimNotMine;
pub use close_dossier::CloseDossier;
pub use contact_persons::{Circle, ReadContactPersons, SetContactPerson};
pub use correct_identity::CorrectIdentity;
pub use decision::{Decision, Fault};
pub use delegate::{DelegateCarer, EndDelegation};
pub use delete_document::DeleteDocument;
pub use dispute_access::DisputeAccess;
pub use erase_document::EraseDocument;
pub use export_journal::ExportJournal;
pub use fall_due::FallDue;
pub use find_documents::FindDocuments;
pub use find_reference::FindReference;
pub use find_submission_sets::{FindSubmissionSets, ReadSubmissionSet};
pub use grant_access::GrantAccess;
pub use journal_entry::{LONGEST_WORDS, journal_entry};
pub use life_of_dossier::LifeOfDossier;
pub use list_authorizations::{ListAuthorizations, ReadAuthorization};
pub use mandate::{EndMandate, RecordMandate};
pub use medecin_traitant::{DeclareMedecinTraitant, LeaveMedecinTraitant, NameMedecinTraitant};
pub use merge_dossier::{AbsorbDossier, MergeDossier};
pub use names_things::OwnId;
pub use note_copy_posted::NoteCopyPosted;
pub use notes::{ListNotes, WriteNote};
pub use object_opening::ObjectOpening;
pub use object_suspension::ObjectSuspension;
pub use open_dossier::{OpenDossier, OpeningProof};
pub use open_online::OpenOnline;
pub use oppose::Oppose;
pub use patients::{FindPatient, ListDossiers, ReadCandidate, ReadListed, Traits};
pub use provide_documents::{
    HeaderFacts, NewAuthor, NewDocument, NewSet, PartialBirth, ProvideDocuments, ReplaceTarget,
};
pub use publish_policy::PublishPolicy;
pub use read_administrative::ReadAdministrative;
pub use read_document_entry::ReadDocumentEntry;
pub use read_history::{ReadHistory, ReadHistoryEntry};
pub use record_death::RecordDeath;
pub use record_destruction::{ListDestructions, RecordDestruction};
pub use register_insured::{InformInsured, NoteMailReturned, ObjectByCode, RegisterInsured};
pub use rename_document::RenameDocument;
pub use reopen_dossier::{AskExpressDeletion, ReopenDossier};
pub use request_deletion::{AnswerDeletion, RequestDeletion};
pub use retrieve_document::RetrieveDocument;
pub use review::{ListReviews, ReadReview, ReviewAccess};
pub use separate_dossier::{ReturnDossier, SeparateDossier};
pub use set_address::SetAddress;
pub use set_contact::{SetContact, is_email_address};
pub use set_exception::SetException;
pub use suspend::{SuspendDossier, SuspendRequester};
pub use take_evidence::TakeEvidence;
pub use tell_holder::TellHolder;
pub use test_existence::TestExistence;
pub use update_visibility::UpdateVisibility;
pub use view::{DocumentView, SetView, Withheld};
pub use withdraw_access::WithdrawAccess;

use crate::dossier::{ActCode, Dossier, Rule};

macro_rules! acts {
    ($($(#[$meta:meta])* $variant:ident($type:ty) = $code:ident),+ $(,)?) => {
        /// One act, with what it asks.
        #[derive(Debug, Clone)]
        pub enum Act {
            $($(#[$meta])* $variant($type),)+
            /// One of those that change a document, with the conditions of a PATCH.
            ChangeDocument(ChangeDocument),
            /// One of those that begin or end the life of a dossier.
            LifeOfDossier(LifeOfDossier),
        }

        impl Act {
            /// Its number in the journal.
            #[must_use]
            pub const fn code(&self) -> ActCode {
                match self {
                    Self::ChangeDocument(act) => act.change.code(),
                    Self::LifeOfDossier(LifeOfDossier::Active) => ActCode::ActivateDossier,
                    Self::LifeOfDossier(LifeOfDossier::Deleted) => ActCode::CloseDossier,
                    $(Self::$variant(_) => ActCode::$code),+
                }
            }
        }

        /// Decides an act on a dossier. Pure: the same dossier, act and context give the same decision.
        #[must_use]
        pub fn decide(dossier: &Dossier, act: &Act, context: &Context<'_>) -> Decision {
            // Another answers for it: whoever comes here all the same hears no more than that.
            if dossier.merged_into.is_some() && !act.is_of_one_journal() {
                return Decision::refused(Rule::Merged);
            }
            let decision = match act {
                Act::ChangeDocument(act) => act.decide(dossier, context),
                Act::LifeOfDossier(_) => return decide(dossier, &act.on(dossier, context), context),
                $(Act::$variant(act) => act.decide(dossier, context)),+
            };
            decision
                .in_secret(dossier, context)
                .in_an_emergency(dossier, act.code(), context)
                .renewing(dossier, act.code(), context)
                .told_to_a_stranger()
        }
    };
}

acts! {
    /// Open a dossier.
    OpenDossier(Box<OpenDossier>) = OpenDossier,
    /// One's own, on line.
    OpenOnline(Box<OpenOnline>) = OpenDossier,
    /// TD0.2.
    TestExistence(TestExistence) = TestExistence,
    /// TD0.3, add.
    GrantAccess(GrantAccess) = GrantAccess,
    /// TD0.3, remove.
    WithdrawAccess(WithdrawAccess) = WithdrawAccess,
    /// Block.
    Block(Block) = Block,
    /// Lift a block.
    Unblock(Unblock) = Unblock,
    /// TD2.1.
    ProvideDocuments(Box<ProvideDocuments>) = ProvideDocuments,
    /// TD3.1.
    FindDocuments(FindDocuments) = FindDocuments,
    /// ITI-66.
    FindSubmissionSets(FindSubmissionSets) = FindSubmissionSets,
    /// ITI-66 by id.
    ReadSubmissionSet(ReadSubmissionSet) = ReadSubmissionSet,
    /// ITI-67 by id.
    ReadDocumentEntry(ReadDocumentEntry) = ReadDocumentEntry,
    /// TD3.2.
    RetrieveDocument(RetrieveDocument) = RetrieveDocument,
    /// TD3.1b.
    FindReference(FindReference) = FindReference,
    /// TD3.3a, TD3.3b.
    UpdateVisibility(UpdateVisibility) = UpdateVisibility,
    /// TD3.3d.
    ArchiveDocument(ArchiveDocument) = ArchiveDocument,
    /// TD3.3c.
    DeleteDocument(DeleteDocument) = DeleteDocument,
    /// TD1.6.
    ListAuthorizations(ListAuthorizations) = ListAuthorizations,
    /// TD1.6, one.
    ReadAuthorization(ReadAuthorization) = ReadAuthorization,
    /// ITI-81.
    ReadHistory(ReadHistory) = ReadHistory,
    /// ITI-81 by id.
    ReadHistoryEntry(ReadHistoryEntry) = ReadHistoryEntry,
    /// TD1.4.
    CloseDossier(CloseDossier) = CloseDossier,
    /// An operator's export of a journal.
    ExportJournal(ExportJournal) = ExportJournal,
    /// The policy in force, in the operator's journal.
    PublishPolicy(PublishPolicy) = PublishPolicy,
    /// The holder activates.
    ActivateDossier(ActivateDossier) = ActivateDossier,
    /// Oppositions and emergency switches.
    Oppose(Oppose) = Oppose,
    /// The holder names his médecin traitant.
    NameMedecinTraitant(NameMedecinTraitant) = NameMedecinTraitant,
    /// TD0.3 with the role.
    DeclareMedecinTraitant(DeclareMedecinTraitant) = DeclareMedecinTraitant,
    /// TD0.3, the role given up.
    LeaveMedecinTraitant(LeaveMedecinTraitant) = LeaveMedecinTraitant,
    /// An exception to the matrix.
    SetException(SetException) = SetException,
    /// When results appear.
    ChooseRelease(ChooseRelease) = ChooseRelease,
    /// A mandate.
    RecordMandate(Box<RecordMandate>) = RecordMandate,
    /// The end of a mandate.
    EndMandate(EndMandate) = EndMandate,
    /// A carer.
    DelegateCarer(DelegateCarer) = DelegateCarer,
    /// The end of a delegation.
    EndDelegation(EndDelegation) = EndDelegation,
    /// Reopen.
    ReopenDossier(ReopenDossier) = ReopenDossier,
    /// Express deletion.
    AskExpressDeletion(AskExpressDeletion) = AskExpressDeletion,
    /// A death.
    RecordDeath(RecordDeath) = RecordDeath,
    /// Suspend a dossier.
    SuspendDossier(SuspendDossier) = SuspendDossier,
    /// Suspend a professional or a structure.
    SuspendRequester(SuspendRequester) = SuspendRequester,
    /// Ask for a deletion.
    RequestDeletion(RequestDeletion) = RequestDeletion,
    /// Answer it.
    AnswerDeletion(AnswerDeletion) = AnswerDeletion,
    /// "This document is not mine".
    ClaimNotMine(ClaimNotMine) = ClaimNotMine,
    /// A private note.
    WriteNote(WriteNote) = WriteNote,
    /// One's own private notes.
    ListNotes(ListNotes) = ListNotes,
    /// TD1.3a.
    ReadAdministrative(ReadAdministrative) = ReadAdministrative,
    /// An objection before the opening.
    ObjectOpening(ObjectOpening) = ObjectOpening,
    /// An objection to a suspension for fraud.
    ObjectSuspension(ObjectSuspension) = ObjectSuspension,
    /// The beginning of a destruction.
    BeginDestruction(BeginDestruction) = BeginDestruction,
    /// "I do not recognise this access".
    DisputeAccess(DisputeAccess) = DisputeAccess,
    /// A destruction, in the operator's journal.
    RecordDestruction(RecordDestruction) = RecordDestruction,
    /// The list of destructions.
    ListDestructions(ListDestructions) = ListDestructions,
    /// A signed extract about one access.
    TakeEvidence(TakeEvidence) = TakeEvidence,
    /// How often one is told.
    ChooseNotice(ChooseNotice) = ChooseNotice,
    /// Where.
    SetContact(SetContact) = SetContact,
    /// A term that came.
    FallDue(FallDue) = FallDue,
    /// A notice to be made.
    TellHolder(TellHolder) = TellHolder,
    /// The review queue.
    ListReviews(ListReviews) = ListReviews,
    /// One line of it.
    ReadReview(ReadReview) = ReadReview,
    /// What was found.
    ReviewAccess(ReviewAccess) = ReviewAccess,
    /// The feed registers.
    RegisterInsured(Box<RegisterInsured>) = RegisterInsured,
    /// The information leaves.
    InformInsured(InformInsured) = InformInsured,
    /// It came back.
    NoteMailReturned(NoteMailReturned) = NoteMailReturned,
    /// Where he lives.
    SetAddress(SetAddress) = SetAddress,
    /// Give one's own document another title.
    RenameDocument(RenameDocument) = RenameDocument,
    /// Erase a document that was filed under the wrong person.
    EraseDocument(EraseDocument) = EraseDocument,
    /// A copy by post.
    NoteCopyPosted(NoteCopyPosted) = NoteCopyPosted,
    /// An objection by its code.
    ObjectByCode(ObjectByCode) = ObjectByCode,
    /// Somebody to call.
    SetContactPerson(SetContactPerson) = SetContactPerson,
    /// Who is to be called.
    ReadContactPersons(ReadContactPersons) = ReadContactPersons,
    /// TD0.4.
    ListDossiers(ListDossiers) = ListDossiers,
    /// TD0.4, one line.
    ReadListed(ReadListed) = ReadListed,
    /// TD0.5.
    FindPatient(Box<FindPatient>) = FindPatient,
    /// TD0.5, one candidate.
    ReadCandidate(Box<ReadCandidate>) = ReadCandidate,
    /// One more name.
    AddName(AddName) = AddName,
    /// Traits that the register had wrong.
    CorrectIdentity(Box<CorrectIdentity>) = CorrectIdentity,
    /// Frozen, for another to answer.
    MergeDossier(Box<MergeDossier>) = MergeDossier,
    /// Taken in.
    AbsorbDossier(Box<AbsorbDossier>) = AbsorbDossier,
    /// Let go.
    SeparateDossier(SeparateDossier) = SeparateDossier,
    /// Back.
    ReturnDossier(Box<ReturnDossier>) = SeparateDossier,
}
