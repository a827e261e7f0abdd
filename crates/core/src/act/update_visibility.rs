//! Hide a document from professionals or show it, make it visible to the patient: DMP TD3.3a and TD3.3b, IHE ITI-57.

use crate::access::functional_rights::{Action, Column, Right};
use crate::access::{Admission, Relation, Side, judge, relation};
use crate::act::provide_documents::flags_agree;
use crate::act::{Answer, Context, Decision};
use crate::document::{Item, Visibility};
use crate::dossier::{
    Change, DocumentHidden, DocumentRecord, DocumentVisibility, Dossier, HolderChoice, Question, Rule,
};
use crate::identity::Requester;

/// New visibility codes for a document.
#[derive(Debug, Clone, Copy)]
pub struct UpdateVisibility {
    /// Which document.
    pub item: Item,
    /// Hide it from professionals, or show it.
    pub masque_ps: Option<bool>,
    /// Make it visible to the patient; only `false` can be asked.
    pub invisible_patient: Option<bool>,
    /// Make it visible to the representatives; only `false` can be asked; on the holder’s side by himself alone, of what he deposited.
    pub invisible_representants_legaux: Option<bool>,
    /// The médecin traitant says that the holder asked to lift his own mask (decisions 18).
    pub holder_asked: bool,
}

impl UpdateVisibility {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let found = dossier.document(self.item);
        let own = found.is_some_and(|record| relation(dossier, context.requester, record) != Relation::None);
        let admission = match self.admission(dossier, context, own) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let Some(record) = found else {
            return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
        };
        if matches!(admission.side, Side::Professional(_)) && admission.right != Right::Yes && !own {
            // Another's visible document is refused, a hidden one is not there (decisions 2).
            return super::decision::not_own(dossier, context, &admission, record).asking(question);
        }
        if let Err(rule) = admission.document(dossier, context, record) {
            return Decision::hidden(admission.rule, Some(self.item), rule).asking(question);
        }
        match admission.side {
            Side::Holder | Side::Representative | Side::Carer => self.by_holder(dossier, context, &admission, record),
            Side::Professional(_) => self.by_professional(dossier, context, &admission, record),
            Side::InsurerFeed | Side::HelpDesk | Side::Operator | Side::Service => {
                Decision::refused(Rule::FunctionalRight).asking(question)
            }
        }
    }

    /// Each change that is asked is judged; the narrowest right counts.
    fn admission(&self, dossier: &Dossier, context: &Context<'_>, own: bool) -> Result<Admission, Rule> {
        let masking = self.masque_ps.map(|masked| if masked { Action::Mask } else { Action::Unmask });
        let showing = (self.invisible_patient.is_some() || self.invisible_representants_legaux.is_some())
            .then_some(Action::MakeVisible);
        let mut narrowest: Option<Admission> = None;
        for action in masking.into_iter().chain(showing) {
            let admission = judge(dossier, context, action)?;
            super::decision::may_touch(context, &admission, own)?;
            if narrowest.is_none_or(|before| before.right == Right::Yes) {
                narrowest = Some(admission);
            }
        }
        narrowest.ok_or(Rule::FunctionalRight)
    }

    /// The holder's choice makes no metadata version and moves no date. What he hid himself from those who represent him he shows them; what
    /// others hid from them is not his to show.
    fn by_holder(
        &self,
        dossier: &Dossier,
        context: &Context<'_>,
        admission: &Admission,
        record: &DocumentRecord,
    ) -> Decision {
        let own = || matches!(dossier.depositor(record), Some(Requester::Holder(_)));
        let shows = match self.invisible_representants_legaux {
            None => false,
            Some(false) if admission.side == Side::Holder && own() => record.visibility.invisible_representants_legaux,
            Some(_) => return Decision::fault(Rule::FunctionalRight).asking(Question::Item(self.item)),
        };
        if self.invisible_patient == Some(true) {
            return Decision::fault(Rule::FunctionalRight).asking(Question::Item(self.item));
        }
        // Said again of what a professional's code already does, it is his own choice from now on (decisions 18).
        let chosen = self
            .masque_ps
            .filter(|hidden| !dossier.each_copy(self.item, |one| one.holder_choice == Some(choice(*hidden))));
        if chosen.is_none() && !shows {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done).giving(self.item, Rule::AlreadyDone);
        }
        let mut decision = Decision::allowed(admission.rule, Answer::Done).giving(self.item, admission.rule);
        if let Some(hidden) = chosen {
            decision = decision.changing(Change::DocumentHidden(DocumentHidden { item: self.item, hidden }));
        }
        if shows {
            let visibility = Visibility {
                invisible_patient: record.is_withheld(context.now),
                invisible_representants_legaux: false,
                ..record.visibility
            };
            let change = DocumentVisibility { item: self.item, version_item: dossier.last_item + 1, visibility };
            decision = decision.changing(Change::DocumentVisibility(change));
        }
        decision
    }

    fn by_professional(
        &self,
        dossier: &Dossier,
        context: &Context<'_>,
        admission: &Admission,
        record: &DocumentRecord,
    ) -> Decision {
        let one_way = [
            (self.invisible_patient, record.is_withheld(context.now)),
            (self.invisible_representants_legaux, record.visibility.invisible_representants_legaux),
        ];
        if one_way.iter().any(|(asked, now)| *asked == Some(true) && !now) {
            return Decision::fault(Rule::OneWay).asking(Question::Item(self.item));
        }
        // The holder's own mask: he lifts it, or the médecin traitant for him; to all others it is not there.
        let lifts = self.masque_ps == Some(false)
            && record.holder_choice == Some(HolderChoice::Hidden)
            && matches!(admission.side, Side::Professional(Column::MtNormal));
        if lifts && !self.holder_asked {
            return Decision::fault(Rule::HolderMustAsk).asking(Question::Item(self.item));
        }
        let visibility = Visibility {
            masque_ps: self.masque_ps.unwrap_or(record.visibility.masque_ps),
            // Once its month has run out the code is gone (decisions 19).
            invisible_patient: self.invisible_patient.unwrap_or_else(|| record.is_withheld(context.now)),
            invisible_representants_legaux: self
                .invisible_representants_legaux
                .unwrap_or(record.visibility.invisible_representants_legaux),
        };
        if let Err(rule) = flags_agree(context, &record.entry, visibility) {
            return Decision::fault(rule).asking(Question::Item(self.item));
        }
        let masked = |one: &DocumentRecord| one.visibility.masque_ps == visibility.masque_ps;
        let same = visibility == record.visibility && dossier.each_copy(self.item, masked);
        let rule = match (lifts, same) {
            (true, _) => Rule::MedecinTraitant,
            (false, true) => Rule::AlreadyDone,
            (false, false) => admission.rule,
        };
        let mut decision = Decision::allowed(rule, Answer::Done).giving(self.item, rule);
        if lifts {
            decision = decision.changing(Change::DocumentHidden(DocumentHidden { item: self.item, hidden: false }));
        }
        if !same {
            let change = DocumentVisibility { item: self.item, version_item: dossier.last_item + 1, visibility };
            decision = decision.changing(Change::DocumentVisibility(change));
        }
        decision
    }
}

const fn choice(hidden: bool) -> HolderChoice {
    if hidden { HolderChoice::Hidden } else { HolderChoice::Shown }
}
