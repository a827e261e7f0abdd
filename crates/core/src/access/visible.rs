//! May a caller who was let in know of this document, and read it? Matrix, flags, exceptions, deletion: in that order.

use crate::access::Context;
use crate::access::functional_rights::{Action, Column, Right};
use crate::access::judge::{Admission, Side};
use crate::access::matrix::Access;
use crate::access::{Relation, relation};
use crate::dossier::{AccessMode, DocumentRecord, Dossier, Rule};
use crate::identity::Requester;

impl Admission {
    /// Judges whether the caller may know of this document and read it. What he may not read, he does not find.
    ///
    /// # Errors
    /// The rule that refuses. It is never told: the document answers as one that does not exist (decisions 1).
    pub fn document(&self, dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> Result<Rule, Rule> {
        let own = self.alone(dossier, context, record)?;
        if record.standing.deleted {
            return Err(Rule::Deleted);
        }
        // The manifest of a signature names every document of its set: it goes only to who sees them all.
        if record.is_signature() {
            let set = dossier.set(record.set).map_or(&[][..], |set| &set.members);
            for member in set.iter().filter_map(|item| dossier.document(*item)).filter(|one| !one.is_signature()) {
                if member.standing.deleted {
                    return Err(Rule::Flags);
                }
                self.alone(dossier, context, member).map_err(|_| Rule::Flags)?;
            }
        }
        Ok(own)
    }

    /// The document by itself, whatever came with it, deleted or not.
    fn alone(&self, dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> Result<Rule, Rule> {
        match self.side {
            Side::Holder if record.is_withheld(context.now) => Err(Rule::Flags),
            Side::Holder => Ok(Rule::Holder),
            Side::Representative if record.is_hidden_from_representatives(context.now) => Err(Rule::Flags),
            Side::Representative => Ok(Rule::Representative),
            Side::Carer => carer(dossier, context, record),
            Side::InsurerFeed | Side::HelpDesk | Side::Operator | Side::Service => Err(Rule::FunctionalRight),
            Side::Professional(column) => self.professional(dossier, context, record, column),
        }
    }

    fn professional(
        &self,
        dossier: &Dossier,
        context: &Context<'_>,
        record: &DocumentRecord,
        column: Column,
    ) -> Result<Rule, Rule> {
        let tie = relation(dossier, context.requester, record);
        if matches!(self.right, Right::FindReference | Right::OwnStructure | Right::Own | Right::OwnAsAuthor)
            && tie == Relation::None
        {
            return Err(Rule::NotAuthor);
        }
        if tie != Relation::Author && !self.reads_by_matrix(context, record) {
            return Err(Rule::Matrix);
        }
        // "This document is not mine": in every mode, until the case is closed (decisions 23).
        if record.claimed && tie == Relation::None {
            return Err(Rule::Flags);
        }
        let mut rule = if tie == Relation::None { Rule::MatrixRead } else { Rule::Own };
        if record.is_masked() && tie == Relation::None {
            match context.policy.rights.right(Action::ReadMasked, column, false) {
                Right::Yes => rule = Rule::MedecinTraitant,
                Right::IfMaskedPermitted if dossier.masked_in_emergency => {}
                _ => return Err(Rule::Flags),
            }
        }
        let by_structure = matches!(self.right, Right::FindReference | Right::OwnStructure);
        if tie != Relation::Author && !by_structure && is_excepted(dossier, context, record) {
            return Err(Rule::Exception);
        }
        Ok(rule)
    }

    fn reads_by_matrix(&self, context: &Context<'_>, record: &DocumentRecord) -> bool {
        // By a structure's certificate, whoever is named, and by its staff: only what is its own, which the caller of this
        // function has checked (decisions 6).
        if matches!(self.right, Right::FindReference | Right::OwnStructure) {
            return true;
        }
        let Some(profession) = context.requester.profession() else {
            return self.right == Right::Own;
        };
        context.policy.matrix.cell(profession, &record.entry.type_code.code).access == Access::Read
    }
}

/// "This profession never sees imaging": the médecin traitant neither; in an emergency only where masked documents are
/// permitted; never the author (decisions 11).
fn is_excepted(dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> bool {
    let Some(profession) = context.requester.profession() else { return false };
    let yields = context.mode != AccessMode::Normal && dossier.masked_in_emergency;
    let named = |one: &crate::dossier::Exception| {
        one.profession == *profession && *one.class_code == *record.entry.class_code.code
    };
    !yields && dossier.exceptions.iter().any(named)
}

/// What the holder sees within his categories; chosen by a representative, no more than he sees (decisions 24 and 25).
fn carer(dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> Result<Rule, Rule> {
    let Requester::Carer(one) = &**context.requester else { return Err(Rule::NotHolder) };
    let carer = dossier.carers.get(&one.person).ok_or(Rule::NotHolder)?;
    let hidden = if carer.by_representative {
        record.is_hidden_from_representatives(context.now)
    } else {
        record.is_withheld(context.now)
    };
    let within =
        carer.categories.is_empty() || carer.categories.iter().any(|one| **one == *record.entry.class_code.code);
    if hidden || !within { Err(Rule::Flags) } else { Ok(Rule::Carer) }
}
