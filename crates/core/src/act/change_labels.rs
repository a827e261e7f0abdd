//! Change the list of a document's labels, as a patch writes it (PDSm flux 03/04): a list has places, and which code stands at one of them only
//! the list of this caller tells. What the list becomes is compared with what he sees, and what differs is asked as TD3.3a and TD3.3b.

use crate::access::functional_rights::Action;
use crate::access::{Relation, relation};
use crate::act::read_document_entry::read_one;
use crate::act::{Answer, Context, Decision, UpdateVisibility};
use crate::document::{Confidentiality, Item, Visibility};
use crate::dossier::{Dossier, Question, Rule};

/// One change of the list. Its first place holds the confidentiality code, which never changes; the visibility codes follow in the
/// order of their value set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelChange {
    /// These codes come.
    Add(Visibility),
    /// Where these codes stand, those come in their place: none, to take them away.
    Replace {
        /// What stands there.
        from: Visibility,
        /// What comes.
        by: Visibility,
    },
    /// Whatever code stands at that place, those come for it.
    At {
        /// From 0, where the confidentiality code stands.
        place: usize,
        /// What comes.
        by: Visibility,
    },
    /// The confidentiality code `N` for the first place, as PDSM4DMP undoes what it did there (facts e.4): the one visibility code goes.
    Undo,
    /// The whole list.
    All {
        /// Its confidentiality code.
        base: Confidentiality,
        /// Its visibility codes.
        labels: Visibility,
    },
}

/// Changes of the labels of a document.
#[derive(Debug, Clone)]
pub struct ChangeLabels {
    /// Which document.
    pub item: Item,
    /// The changes, in their order.
    pub changes: Vec<LabelChange>,
    /// As in [`UpdateVisibility`].
    pub holder_asked: bool,
}

/// A list on its way from what it was.
struct Labels {
    base: Confidentiality,
    now: Visibility,
    /// The codes of which something was said.
    said: Visibility,
    /// Whether a change cannot be made of this list.
    unfit: bool,
}

impl ChangeLabels {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let seen = seen(dossier, context, self.item);
        let (base, before) = seen.unwrap_or((Confidentiality::Normal, Visibility::default()));
        let mut labels = Labels { base, now: before, said: Visibility::default(), unfit: false };
        for change in &self.changes {
            labels.change(*change);
        }
        let (after, said) = (labels.now, labels.said);
        let asked = |before: bool, after: bool, said: bool| (said || before != after).then_some(after);
        let mut act = UpdateVisibility {
            item: self.item,
            masque_ps: asked(before.masque_ps, after.masque_ps, said.masque_ps),
            invisible_patient: asked(before.invisible_patient, after.invisible_patient, said.invisible_patient),
            invisible_representants_legaux: asked(
                before.invisible_representants_legaux,
                after.invisible_representants_legaux,
                said.invisible_representants_legaux,
            ),
            holder_asked: self.holder_asked,
        };
        let nothing = [act.masque_ps, act.invisible_patient, act.invisible_representants_legaux] == [None; 3];
        if nothing {
            // Whoever may not change it hears so all the same.
            act.masque_ps = Some(before.masque_ps);
        }
        let decision = act.decide(dossier, context);
        match decision.answer {
            Answer::Done if labels.unfit => Decision::fault(Rule::State).asking(Question::Item(self.item)),
            Answer::Done if nothing => {
                Decision::allowed(Rule::AlreadyDone, Answer::Done).giving(self.item, Rule::AlreadyDone)
            }
            _ => decision,
        }
    }
}

impl Labels {
    fn change(&mut self, change: LabelChange) {
        match change {
            LabelChange::Add(codes) => self.put(codes),
            LabelChange::Replace { from, by } => self.replace(from, by),
            LabelChange::At { place, by } => match place.checked_sub(1).and_then(|place| self.now.codes().nth(place)) {
                Some(code) => self.replace(only(code), by),
                None => self.unfit = true,
            },
            LabelChange::Undo => {
                let mut codes = self.now.codes();
                match (codes.next(), codes.next()) {
                    (Some(code), None) => self.replace(only(code), Visibility::default()),
                    (None, _) if self.base == Confidentiality::Normal => {}
                    _ => self.unfit = true,
                }
            }
            LabelChange::All { base, labels } => {
                // `N` undoes, whatever the confidentiality code is.
                self.unfit |= base != self.base && base != Confidentiality::Normal;
                self.now = labels;
            }
        }
    }

    fn put(&mut self, codes: Visibility) {
        codes.codes().for_each(|code| {
            self.now.set(code);
            self.said.set(code);
        });
    }

    fn replace(&mut self, from: Visibility, by: Visibility) {
        let stood = from.codes().any(|code| self.now.codes().any(|one| one == code));
        let mut left = Visibility::default();
        for code in self.now.codes().filter(|code| from.codes().all(|one| one != *code)) {
            left.set(code);
        }
        self.now = left;
        from.codes().for_each(|code| {
            self.said.set(code);
        });
        if stood {
            self.put(by);
        }
    }
}

fn only(code: &str) -> Visibility {
    let mut one = Visibility::default();
    one.set(code);
    one
}

/// The list as the caller sees it; of a document that he may not search and that is his own, what he gave it.
fn seen(dossier: &Dossier, context: &Context<'_>, item: Item) -> Option<(Confidentiality, Visibility)> {
    let record = dossier.document(item)?;
    let codes = match read_one(dossier, context, Action::FindMetadata, item, Answer::Document).answer {
        Answer::Document(view) => view.visibility,
        _ if relation(dossier, context.requester, record) == Relation::None => return None,
        _ => Visibility { invisible_patient: record.is_withheld(context.now), ..record.visibility },
    };
    Some((record.entry.confidentiality_code, codes))
}
