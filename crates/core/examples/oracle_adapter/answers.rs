//! Answers of the rules in the words of the oracle.

use dmp_core::act::{Answer, Decision, DocumentView, Found};
use dmp_core::dossier::{DossierStatus, ItemStatus, Rule};
use serde_json::{Value, json};

/// The refusals that are told under their own word (decisions 3).
const WORDS: &str = " suspended closed unknown-requester specialty-missing sector blocked mode mode-opposed motive-missing \
                     opposition no-authorisation functional-right budget opposition-feeding not-author ";

pub fn answer(decision: &Decision) -> Value {
    match &decision.answer {
        // TD0.2 of a dossier that is not open is an answer (facts a.3).
        Answer::Refused(Rule::UnknownDossier) => json!({ "code": "ok", "value": { "dossier": "none" } }),
        Answer::Refused(rule) => json!({ "code": refusal(*rule) }),
        // What is to be replaced and is not there answers 404.
        Answer::Faulty(fault) if fault.rule == Rule::ReplacedUnknown => hidden(decision),
        Answer::Faulty(_) => json!({ "code": "fault" }),
        Answer::NotFound => hidden(decision),
        Answer::Existence(found) => {
            let value = match found.status {
                DossierStatus::Open => json!({
                    "dossier": "open",
                    "authorisation": found.authorization.code(),
                    "medecin_traitant": found.medecin_traitant,
                }),
                DossierStatus::Closed => json!({ "dossier": "closed" }),
                DossierStatus::Unopened => json!({ "dossier": "none" }),
            };
            json!({ "code": "ok", "value": value })
        }
        Answer::Documents(found) => json!({ "code": "ok", "list": titles(found) }),
        Answer::Notes(notes) => {
            json!({ "code": "ok", "list": notes.iter().map(|note| &*note.text).collect::<Vec<_>>() })
        }
        _ => given(decision),
    }
}

fn refusal(rule: Rule) -> &'static str {
    if WORDS.contains(&format!(" {} ", rule.code())) { rule.code() } else { "refused" }
}

fn hidden(decision: &Decision) -> Value {
    // TD3.1b names no dossier, so that a dossier's refusal is told as what is not there; the journal has its rule.
    if decision.outcome.rule.is_told() {
        return json!({ "code": refusal(decision.outcome.rule) });
    }
    let rule = decision.outcome.items.first().and_then(|item| item.rule);
    json!({ "code": "not-found", "item": rule.map(Rule::code) })
}

fn given(decision: &Decision) -> Value {
    match decision.outcome.items.first() {
        Some(item) if item.status == ItemStatus::Given => json!({ "code": "ok", "item": "given" }),
        _ => json!({ "code": "ok" }),
    }
}

/// In the order of deposit; where two dossiers were merged it is not that of the numbers.
fn titles(found: &Found) -> Vec<&str> {
    let mut documents: Vec<&DocumentView> = found.documents.iter().collect();
    documents.sort_by_key(|view| (view.deposited_at, view.item));
    documents.into_iter().map(|view| &*view.entry.unique_id).collect()
}
