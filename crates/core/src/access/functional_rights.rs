//! Functional rights: which actor may use which transaction in which mode, before any document is looked at.
//!
//! The tables are those of PDT-INF-526 (v1.8, 2024-09-25) and of PDT-INF-606 (AIR; v1.3, 2025-07-08), in `codes/`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::code::csv;
use crate::coded;

coded! {
    /// The rows of the table. `code()` is the transaction of the standard and this project's word for the action.
    pub enum Action {
        /// TD0.1: be authenticated.
        Authenticate = 1 => "TD0.1 authenticate",
        /// TD0.2: ask whether a dossier exists, and how one stands with it.
        TestExistence = 2 => "TD0.2 test-existence",
        /// TD0.3: declare oneself authorised.
        DeclareAuthorization = 3 => "TD0.3 declare",
        /// TD0.3: withdraw one's own authorisation.
        WithdrawAuthorization = 4 => "TD0.3 withdraw",
        /// TD0.3: give up the role of médecin traitant.
        LeaveMedecinTraitant = 5 => "TD0.3 leave-medecin-traitant",
        /// TD0.4: list the dossiers for which one is authorised.
        ListDossiers = 6 => "TD0.4 list-dossiers",
        /// TD0.5: find a person without his INS.
        FindPatient = 7 => "TD0.5 find-patient",
        /// TD0.9, TD0.10: open the pages for professionals.
        OpenWeb = 8 => "TD0.9 open-web",
        /// TD1.3a: read administrative data.
        ReadAdministrative = 9 => "TD1.3a read-administrative",
        /// TD1.6: list who is authorised or blocked.
        ListAuthorizations = 10 => "TD1.6 list-authorizations",
        /// TD2.1: provide documents.
        Feed = 11 => "TD2.1 feed",
        /// TD2.2: provide documents of the professional for whom one works.
        FeedByStaff = 12 => "TD2.2 feed-by-staff",
        /// TD3.1: search metadata.
        FindMetadata = 13 => "TD3.1 find-metadata",
        /// TD3.1b: find the technical identifier of a document whose uniqueId one knows.
        FindReference = 14 => "TD3.1b find-reference",
        /// TD3.2: read documents that are not masked.
        ReadUnmasked = 15 => "TD3.2 read-unmasked",
        /// TD3.2: read documents masked to professionals.
        ReadMasked = 16 => "TD3.2 read-masked",
        /// TD3.2: read documents that the patient or his representatives do not see.
        ReadInvisible = 17 => "TD3.2 read-invisible",
        /// TD3.2: read archived documents.
        ReadArchived = 18 => "TD3.2 read-archived",
        /// TD3.2: read replaced documents.
        ReadObsolete = 19 => "TD3.2 read-obsolete",
        /// TD3.2: read deleted documents. The sheet prints yes; a deleted document is unreadable all the same (facts c.6).
        ReadDeleted = 20 => "TD3.2 read-deleted",
        /// TD3.3a: mask to professionals.
        Mask = 21 => "TD3.3a mask",
        /// TD3.3a: unmask.
        Unmask = 22 => "TD3.3a unmask",
        /// TD3.3b: make visible to the patient or to his representatives.
        MakeVisible = 23 => "TD3.3b make-visible",
        /// TD3.3d: archive.
        Archive = 24 => "TD3.3d archive",
        /// TD3.3d: bring back from the archive.
        Unarchive = 25 => "TD3.3d unarchive",
        /// TD3.3c: delete.
        Delete = 26 => "TD3.3c delete",
        /// A page of TD0.9, not a row of the sheet: read the history of accesses.
        ReadHistory = 27 => "TD0.9 read-history",
        /// No row of the sheet: the holder's choices (blocks, oppositions, exceptions, release, médecin traitant).
        Settle = 28 => "- settle",
        /// No row of the sheet: choose carers.
        Delegate = 29 => "- delegate",
        /// No row of the sheet: a carer ends his delegation.
        LeaveDelegation = 30 => "- leave-delegation",
        /// TD1.4: close.
        CloseDossier = 31 => "TD1.4 close",
        /// No row of the sheet: reopen, ask for express deletion.
        AfterClosing = 32 => "- after-closing",
        /// No row of the sheet: activate.
        Activate = 33 => "- activate",
        /// No row of the sheet: what an operator does to a dossier without seeing a content.
        Administer = 34 => "- administer",
        /// TD2.1b: provide what replaces another document. A block stops it, other than TD2.1 (decisions 8).
        Replace = 35 => "TD2.1b replace",
        /// TD3.3c: answer the holder's request for a deletion. Occupational medicine does not (decisions 14).
        AnswerDeletion = 36 => "TD3.3c answer-deletion",
        /// TD0.3: collect another's consent, or name another of the care team; one must be VALIDE oneself (decisions 4).
        NameAnother = 37 => "TD0.3 name-another",
        /// No row of the sheet: object to the suspension of the dossier (decisions 8).
        ObjectSuspension = 38 => "- object-suspension",
    }
}

coded! {
    /// The columns of the table: an actor in an access mode.
    pub enum Column {
        /// A professional who is no doctor, normal mode.
        NonMedNormal = 1 => "nonmed_normal",
        /// The same as Centre 15.
        NonMedRegulation = 2 => "nonmed_regulation",
        /// The same in bris de glace.
        NonMedBrisDeGlace = 3 => "nonmed_brisdeglace",
        /// A doctor who is not the médecin traitant, normal mode.
        MedNormal = 4 => "med_normal",
        /// The same as Centre 15; the médecin traitant too (decision 15).
        MedRegulation = 5 => "med_regulation",
        /// The same in bris de glace.
        MedBrisDeGlace = 6 => "med_brisdeglace",
        /// An occupational doctor.
        MedecinTravail = 7 => "medecin_travail",
        /// The médecin traitant, normal mode.
        MtNormal = 8 => "MT_normal",
        /// The médecin traitant in bris de glace.
        MtBrisDeGlace = 9 => "MT_brisdeglace",
        /// A staff card, or an employee who is no professional in AIR.
        CpeNormal = 10 => "CPE_normal",
        /// A structure's certificate, normal mode.
        CertEsNormal = 11 => "certES_normal",
        /// A structure's certificate as Centre 15.
        CertEsRegulation = 12 => "certES_regulation",
    }
}

coded! {
    /// What a cell of the table says.
    pub enum Right {
        /// Not allowed.
        No = 1 => "N",
        /// Allowed.
        Yes = 2 => "Y",
        /// Note 1: allowed, and the authorisation goes to the structure.
        Structure = 3 => "Y1",
        /// Note 2: for professionals of the same structure only.
        SameStructure = 4 => "Y2",
        /// Note 3: new authorisations only, by date.
        NewOnly = 5 => "Y3",
        /// Note 4: allowed, and the deposit is the structure's.
        ImputedToStructure = 6 => "Y4",
        /// Note 5: only to find a technical identifier.
        FindReference = 7 => "Y5",
        /// Note 6: documents of which one is the author; it means "own" (decision 15).
        OwnAsAuthor = 8 => "Y6",
        /// Note 7: the documents of others only where the holder lets masked documents be read in emergencies.
        IfMaskedPermitted = 9 => "Y7",
        /// Note 8: one's own documents.
        Own = 10 => "Y8",
        /// Note 9: documents of the structure, or of one of its staff cards.
        OwnStructure = 11 => "Y9",
    }
}

impl Action {
    /// The row of the sheet: it has one for feeding, whatever that replaces, and one for deleting, asked or not.
    const fn row(self) -> Self {
        match self {
            Self::Replace => Self::Feed,
            Self::AnswerDeletion => Self::Delete,
            Self::NameAnother => Self::DeclareAuthorization,
            other => other,
        }
    }

    /// What a sector that does not read may not do (decisions 4 and 12). TD3.3 is not among them: on one's own document
    /// it stays open, and whether a document is one's own is known only when it is looked at.
    #[must_use]
    pub const fn is_reading(self) -> bool {
        matches!(
            self,
            Self::DeclareAuthorization
                | Self::NameAnother
                | Self::ListDossiers
                | Self::ReadAdministrative
                | Self::ListAuthorizations
                | Self::FindMetadata
                | Self::ReadHistory
        ) || self.is_consultation()
    }

    /// What the help desk records for a person whose identity it checked (issue 4, Life and death).
    #[must_use]
    pub const fn is_for_the_help_desk(self) -> bool {
        matches!(self, Self::Settle | Self::CloseDossier | Self::ObjectSuspension)
    }

    /// Reading documents and their metadata.
    #[must_use]
    pub const fn reads_documents(self) -> bool {
        matches!(self, Self::FindMetadata | Self::FindReference) || self.is_consultation()
    }

    /// Whether the action changes nothing.
    #[must_use]
    pub const fn only_looks(self) -> bool {
        matches!(self, Self::TestExistence | Self::ReadAdministrative | Self::ListAuthorizations | Self::ReadHistory)
            || self.reads_documents()
    }

    /// Whether it counts against a budget: something of a dossier is disclosed (decisions 32).
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::ReadAdministrative | Self::ListAuthorizations | Self::FindMetadata)
            || self.is_consultation()
    }

    /// TD3.2 in all its rows.
    #[must_use]
    pub const fn is_consultation(self) -> bool {
        matches!(
            self,
            Self::ReadUnmasked
                | Self::ReadMasked
                | Self::ReadInvisible
                | Self::ReadArchived
                | Self::ReadObsolete
                | Self::ReadDeleted
        )
    }

    /// Whether the action needs a valid authorisation in normal mode: TD1.6 and TD3, save what reaches only one's own
    /// (TD3.1b, TD3.3c; decisions 2 and 3).
    #[must_use]
    pub const fn needs_authorization(self) -> bool {
        matches!(
            self,
            Self::ListAuthorizations
                | Self::NameAnother
                | Self::FindMetadata
                | Self::Mask
                | Self::Unmask
                | Self::MakeVisible
                | Self::Archive
                | Self::Unarchive
                | Self::ReadHistory
                | Self::Settle
        ) || self.is_consultation()
    }
}

/// The two tables of functional rights.
#[derive(Debug, Clone, Copy)]
pub struct FunctionalRights {
    plain: &'static HashMap<(Action, Column), Right>,
    air: &'static HashMap<(Action, Column), Right>,
}

const SHEET: &str = include_str!("../../../../codes/functional-rights.csv");
const AIR_SHEET: &str = include_str!("../../../../codes/functional-rights-air.csv");
static PLAIN: LazyLock<HashMap<(Action, Column), Right>> = LazyLock::new(|| read(SHEET));
static AIR: LazyLock<HashMap<(Action, Column), Right>> = LazyLock::new(|| read(AIR_SHEET));

impl FunctionalRights {
    /// The tables compiled in.
    #[must_use]
    pub fn built_in() -> Self {
        Self { plain: &PLAIN, air: &AIR }
    }

    /// Both sheets as they are compiled in, for the policy's digest.
    pub fn text(&self) -> impl Iterator<Item = &'static str> {
        [SHEET, AIR_SHEET].into_iter()
    }

    /// The cell of an action and a column, outside AIR.
    #[must_use]
    pub fn cell(&self, action: Action, column: Column) -> Right {
        let action = action.row();
        if action == Action::ReadHistory {
            return history(self.cell(Action::OpenWeb, column), column);
        }
        if action == Action::Settle {
            // The médecin traitant blocks at the patient's request (facts c.5); no other professional does.
            return if column == Column::MtNormal { Right::Yes } else { Right::No };
        }
        self.plain.get(&(action, column)).copied().unwrap_or(Right::No)
    }

    /// The cell of an action and a column, in AIR where `air`.
    #[must_use]
    pub fn right(&self, action: Action, column: Column, air: bool) -> Right {
        let action = action.row();
        let differs = air.then(|| self.air.get(&(action, column)).copied()).flatten();
        differs.unwrap_or_else(|| self.cell(action, column))
    }
}

impl Column {
    /// The same mode's column of the médecin traitant; in regulation he has the doctor's (decisions 15).
    #[must_use]
    pub const fn of_medecin_traitant(self) -> Self {
        match self {
            Self::MedNormal => Self::MtNormal,
            Self::MedBrisDeGlace => Self::MtBrisDeGlace,
            other => other,
        }
    }
}

/// A professional sees his own accesses, the médecin traitant all of them (facts g).
const fn history(web: Right, column: Column) -> Right {
    match (web, column) {
        (Right::No, _) => Right::No,
        (_, Column::MtNormal | Column::MtBrisDeGlace) => Right::Yes,
        _ => Right::Own,
    }
}

/// The cells of a sheet; its rows are recognised by transaction and French action.
fn read(sheet: &str) -> HashMap<(Action, Column), Right> {
    let Ok((header, rows)) = csv::read(sheet) else { return HashMap::new() };
    let mut cells = HashMap::new();
    for row in rows {
        let Some(action) = action(row.field(0), row.field(1)) else { continue };
        for (name, right) in header.fields.iter().zip(&row.fields).skip(2) {
            if let (Some(column), Some(right)) = (Column::from_code(name), Right::from_code(right)) {
                cells.insert((action, column), right);
            }
        }
    }
    cells
}

fn action(transaction: &str, name: &str) -> Option<Action> {
    Some(match (transaction, name) {
        ("TD0.1", _) => Action::Authenticate,
        ("TD0.2", _) => Action::TestExistence,
        ("TD0.3", "Se déclarer autorisé") => Action::DeclareAuthorization,
        ("TD0.3", "Supprimer son autorisation") => Action::WithdrawAuthorization,
        ("TD0.3", "Se supprimer médecin traitant (MT)") => Action::LeaveMedecinTraitant,
        ("TD0.4", _) => Action::ListDossiers,
        ("TD0.5", _) => Action::FindPatient,
        ("TD0.9", _) => Action::OpenWeb,
        ("TD1.3a", _) => Action::ReadAdministrative,
        ("TD1.6", _) => Action::ListAuthorizations,
        ("TD2.1", _) => Action::Feed,
        ("TD2.2", _) => Action::FeedByStaff,
        ("TD3.1", "Rechercher les métadonnées") => Action::FindMetadata,
        ("TD3.1", "Rechercher la référence d'un document") => Action::FindReference,
        ("TD3.2", "Consulter: documents non masqués aux PS") => Action::ReadUnmasked,
        ("TD3.2", "Consulter: documents masqués aux PS") => Action::ReadMasked,
        ("TD3.2", "Consulter: non visibles du patient / représentant légal") => Action::ReadInvisible,
        ("TD3.2", "Consulter: archivés") => Action::ReadArchived,
        ("TD3.2", "Consulter: obsolètes") => Action::ReadObsolete,
        ("TD3.2", "Consulter: supprimés (as printed)") => Action::ReadDeleted,
        ("TD3.3a", "Masquer aux PS") => Action::Mask,
        ("TD3.3a", "Démasquer aux PS") => Action::Unmask,
        ("TD3.3b", _) => Action::MakeVisible,
        ("TD3.3d", "Archiver*") => Action::Archive,
        ("TD3.3d", "Désarchiver*") => Action::Unarchive,
        ("TD3.3c", _) => Action::Delete,
        _ => return None,
    })
}
