//! Private notes: nobody but the account that wrote them ever sees them, emergencies included (decisions 23).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision};
use crate::document::Item;
use crate::dossier::{Change, Dossier, NoteWritten, Question, Rule};

/// A note to write, or to take away.
#[derive(Debug, Clone)]
pub struct WriteNote {
    /// Which; a new one when absent.
    pub item: Option<Item>,
    /// What it says; taken away when absent.
    pub text: Option<Box<str>>,
}

/// The caller's own notes.
#[derive(Debug, Clone, Copy)]
pub struct ListNotes;

impl WriteNote {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let account = account(dossier, context);
        let Some(item) = self.item else {
            return match account {
                Ok(rule) => self.written(dossier.last_item + 1, rule),
                Err(rule) => Decision::refused(rule),
            };
        };
        let key = context.requester.account();
        let own = dossier.notes.iter().any(|note| note.item == item && *note.key == *key);
        let question = Question::Item(item);
        match account {
            Ok(rule) if own => self.written(item, rule),
            Ok(rule) => Decision::hidden(rule, None, Rule::NotFound).asking(question),
            // Of another dossier every holder has the same account as this one's.
            Err(rule) if own && rule != Rule::NotHolder => Decision::refused(rule).asking(question),
            // That there is a note is its account's alone to know: no refusal tells others that the dossier is there.
            Err(rule) => Decision { answer: Answer::NotFound, ..Decision::refused(rule).asking(question) },
        }
    }

    fn written(&self, item: Item, rule: Rule) -> Decision {
        let change = NoteWritten { item, text: self.text.clone() };
        Decision::allowed(rule, Answer::Done).giving(item, rule).changing(Change::NoteWritten(change))
    }
}

impl ListNotes {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match account(dossier, context) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        let key = context.requester.account();
        let notes: Vec<_> = dossier.notes.iter().filter(|note| *note.key == *key).cloned().collect();
        let count = notes.len();
        Decision::allowed(rule, Answer::Notes(notes)).counting(count)
    }
}

fn account(dossier: &Dossier, context: &Context<'_>) -> Result<Rule, Rule> {
    let admission = judge(dossier, context, Action::FindMetadata)?;
    match admission.side {
        Side::Holder | Side::Representative => Ok(admission.rule),
        // Carers: never private notes (decisions 25).
        Side::Carer => Err(Rule::Scope),
        _ => Err(Rule::NotHolder),
    }
}
