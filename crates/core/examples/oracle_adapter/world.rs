//! One case under way: its dossiers, the operator's journal, the budgets; each act decided, written down and folded in.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use dmp_core::access::budget::{BudgetLimits, DisclosureWindow};
use dmp_core::access::{Policy, subjects_of};
use dmp_core::act::{Act, Caller, Context, Decision, decide, journal_entry};
use dmp_core::code::{Day, Instant};
use dmp_core::dossier::{AccessMode, Dossier, Subject, is_destruction_due};
use dmp_core::identity::{Ins, Requester, ins::nir_key};
use serde_json::{Value, json};

use crate::policies::Policies;
use crate::{answers, asked, cast, documents};

/// A dossier of the case.
#[derive(Clone)]
pub struct Place {
    /// The number of its journal.
    pub journal: u32,
    pub dossier: Dossier,
    pub ins: Ins,
    pub born: Day,
    /// Who asks now, for the acts that name nobody else.
    pub person: Option<Box<str>>,
}

pub struct World<'a> {
    case: &'a Value,
    policies: &'a mut Policies,
    policy: Rc<Policy>,
    pub(crate) places: BTreeMap<String, Place>,
    /// Who answers for a dossier that was merged.
    pub(crate) survivors: BTreeMap<String, String>,
    operator: Dossier,
    windows: BTreeMap<Subject, DisclosureWindow<String>>,
}

impl<'a> World<'a> {
    pub fn new(case: &'a Value, policies: &'a mut Policies) -> Self {
        let policy = policies.get(case["policy"].as_str().expect("a policy"), &case["settings"]);
        let places = case["dossiers"].as_array().expect("dossiers").iter().enumerate().map(place).collect();
        let (survivors, windows) = (BTreeMap::new(), BTreeMap::new());
        Self { case, policies, policy, places, survivors, operator: Dossier::empty(), windows }
    }

    pub fn perform(&mut self, act: &Value) -> Value {
        let name = act["act"].as_str().expect("an act");
        let key = act["dossier"].as_str().expect("a dossier").to_owned();
        let now = asked::instant(act["at"].as_str().expect("an instant"));
        match name {
            "set-policy" => {
                self.policy = self.policies.get(act["policy"].as_str().expect("a policy"), &self.case["settings"]);
                return json!({ "code": "ok" });
            }
            "destroy-due" => return self.destroy(&key, now),
            _ => {}
        }
        let token = &self.case["requesters"][act["by"].as_str().expect("a requester")];
        let answering = self.survivors.get(&key).unwrap_or(&key).clone();
        let dossier = &self.places.get(&answering).expect("a dossier").dossier;
        let named = self.places.get(&key).expect("a dossier");
        let place = Place { dossier: dossier.clone(), person: cast::text(token, "person"), ..named.clone() };
        let requester = cast::requester(token, &place.ins, act["secret"] == true);
        match name {
            "merge" => return self.merge(&key, act, &requester, now),
            "unmerge" => return self.separate(&key, act, &requester, now),
            _ => {}
        }
        let Some(acts) = asked::acts(name, act, &place) else { return json!({ "code": "refused" }) };
        let addressed = Some(&place.ins);
        let decide = |one: &Act| self.decide((&answering, addressed), &requester, one, act, now);
        let decisions: Vec<Decision> = acts.iter().map(decide).collect();
        let told: Vec<Value> = decisions.iter().map(answers::answer).collect();
        told.iter().find(|one| one["code"] != "ok").or(told.first()).cloned().expect("an act")
    }

    pub(crate) fn decide(
        &mut self,
        (key, addressed): (&str, Option<&Ins>),
        requester: &Arc<Requester>,
        act: &Act,
        asked: &Value,
        now: Instant,
    ) -> Decision {
        let joint = cast::co_signers(asked, addressed);
        let context = Context {
            now,
            requester,
            on_behalf: None,
            joint: &joint,
            mode: mode(asked),
            // For oppositions and closings the motive is another: that of the choice.
            motive: asked["motive"].as_str(),
            policy: &self.policy,
            correlation: asked["correlation"].as_str(),
            caller: self.caller(key, requester, now),
            addressed,
        };
        let place = self.places.get_mut(key).expect("a dossier");
        if matches!(act, Act::OpenOnline(_)) {
            place.dossier.registration = Some(documents::registration(&place.ins, place.born));
        }
        let journal = if matches!(act, Act::SuspendRequester(_)) { &mut self.operator } else { &mut place.dossier };
        let decision = decide(journal, act, &context);
        journal.evolve(&journal_entry(journal, act.code(), &context, &decision));
        if decision.discloses(act.code()) {
            for subject in subjects_of(requester) {
                self.windows.entry(subject).or_default().note(key.to_owned(), now);
            }
        }
        decision
    }

    /// What other journals say of the caller.
    fn caller(&self, key: &str, requester: &Requester, now: Instant) -> Caller {
        let subjects = subjects_of(requester);
        let spent = |subject: &Subject| {
            let window = self.windows.get(subject);
            window.is_some_and(|window| window.is_spent(&key.to_owned(), now, self.limits(subject)))
        };
        Caller {
            suspended: subjects.iter().any(|subject| self.operator.suspensions.contains_key(subject)),
            budget_spent: subjects.iter().any(spent),
        }
    }

    fn limits(&self, subject: &Subject) -> BudgetLimits {
        let kind = match subject {
            Subject::Professional(_) => "professional",
            Subject::Structure(_) => "structure",
        };
        let limits = &self.case["settings"]["budgets"][kind];
        let limit = |window: &str| limits[window].as_u64().and_then(|limit| u32::try_from(limit).ok());
        BudgetLimits { per_hour: limit("hour"), per_day: limit("day") }
    }

    /// The job of destruction: the journal is gone then.
    fn destroy(&mut self, key: &str, now: Instant) -> Value {
        let place = self.places.get_mut(key).expect("a dossier");
        let destroyed = is_destruction_due(&place.dossier, now);
        if destroyed {
            place.dossier = Dossier::empty();
        }
        json!({ "code": "ok", "value": { "destroyed": destroyed } })
    }
}

fn mode(asked: &Value) -> AccessMode {
    match asked["mode"].as_str().unwrap_or("normal") {
        "normal" => AccessMode::Normal,
        "centre-15" => AccessMode::Centre15,
        "bris-de-glace" => AccessMode::BrisDeGlace,
        other => panic!("no mode: {other}"),
    }
}

fn place((number, told): (usize, &Value)) -> (String, Place) {
    let id = told["id"].as_str().expect("an id").to_owned();
    let digits = format!("27903512151{number:02}");
    let ins = format!("{digits}{:02}", nir_key(&digits).expect("a number"));
    let ins = Ins::parse("1.2.250.1.213.1.4.10", &ins).expect("an INS");
    let born = Day::parse(told["born"].as_str().expect("a day")).expect("a day");
    let journal = u32::try_from(number).expect("few");
    (id, Place { journal, dossier: Dossier::empty(), ins, born, person: None })
}
