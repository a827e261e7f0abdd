//! One dossier, one observer: what both worlds have, what happens in one alone, and a series of exchanges.

use std::time::{Duration, Instant};

use dmp_lab::Person;
use dmp_lab::documents::Kind;
use serde_json::json;

use crate::chance::Chance;
use crate::compare::Mapping;
use crate::exchange::{Answer, Exchange};
use crate::observers::{MEDECIN_TRAITANT, Observer};
use crate::questions::Known;
use crate::secrets::{Left, Place, Secret, contact, related};
use crate::world::{Deposit, Who, Worlds, consent, deposited, medecin_traitant, query, subject};

/// How often a read is repeated to be timed.
const REPEATED: usize = 20;

/// What came of a round.
#[derive(Default)]
pub struct Outcome {
    pub exchanges: usize,
    pub differences: Vec<String>,
    /// How long the world with the secrets took, and the one without.
    pub times: [Vec<Duration>; 2],
    /// The same, of nothing but an id: what is hidden in the one is nothing in the other.
    pub hidden_times: [Vec<Duration>; 2],
    /// Answers of success: a round of refusals alone shows little.
    pub given: usize,
}

/// A round about to be played.
pub struct Round<'a> {
    pub observer: &'a Observer,
    pub secrets: Vec<Secret>,
    pub person: Person,
    pub other: Person,
    /// Which of all: uniqueIds are made of it.
    pub number: usize,
    pub exchanges: usize,
}

impl Round<'_> {
    /// Plays it.
    pub async fn play(&self, worlds: &mut Worlds, chance: &mut Chance, mapping: &mut Mapping) -> Outcome {
        let shown = self.prepare(worlds).await;
        let rich = chance.place(2);
        let who = (self.observer.who)(&self.person, &self.other);
        let tokens = worlds.token(&who);
        let root = format!("1.2.250.1.999.9.{}", self.number);
        let mut known = Known {
            person: &self.person,
            hidden: Vec::new(),
            foreign: Vec::new(),
            hidden_unique_ids: Vec::new(),
            unique_ids: ["1", "2", "3"].map(|number| format!("{root}.{number}")).into(),
            root,
            used: 0,
            mode: self.observer.mode,
        };
        let mut outcome = Outcome::default();
        let mut happened = Vec::new();
        for number in 0..self.exchanges {
            if number % 9 == 0 {
                self.happen(worlds, chance, rich, &shown, &mut known, &mut happened).await;
            }
            known.person = self.either(chance);
            let exchange = known.question(chance, mapping);
            let (answers, times) = ask_both(worlds, &tokens, &exchange, chance.place(2)).await;
            outcome.exchanges += 1;
            outcome.given += usize::from(answers[0].status < 300);
            for (place, world) in [rich, 1 - rich].into_iter().enumerate() {
                outcome.times[place].push(times[world]);
            }
            let bases = [0, 1].map(|world| worlds.demos[world].base.as_str());
            if let Some(why) = mapping.difference(bases, [&answers[0], &answers[1]]) {
                outcome.differences.push(self.told(&why, rich, &happened, &exchange, &answers));
                break;
            }
        }
        self.time(worlds, &tokens, &known, rich, &mut outcome).await;
        outcome
    }

    /// Reads what is hidden in the one world and nothing in the other, many times.
    async fn time(&self, worlds: &Worlds, tokens: &[String; 2], known: &Known<'_>, rich: usize, outcome: &mut Outcome) {
        let Some(id) = known.foreign.last() else { return };
        for number in 0..REPEATED {
            let exchange = Exchange::get("/fhir/Binary/‹0›").naming(&[id]);
            let (answers, times) = ask_both(worlds, tokens, &exchange, number % 2).await;
            if answers[0] != answers[1] {
                outcome.differences.push(format!("{}: {:?} and {:?}", self.observer.name, answers[0], answers[1]));
            }
            for (place, world) in [rich, 1 - rich].into_iter().enumerate() {
                outcome.hidden_times[place].push(times[world]);
            }
        }
    }

    /// What both worlds have; the ids of what is shown.
    async fn prepare(&self, worlds: &mut Worlds) -> [String; 2] {
        worlds.import(&self.person);
        worlds.import(&self.other);
        let (person, holder) = (&self.person, Who::holder(&self.person));
        let active = |value: bool| json!([{"op": "replace", "path": "/active", "value": value}]);
        let path = format!("/fhir/Patient?identifier={}", query(person));
        worlds.both(&holder, &Exchange::send("PATCH", path, active(true))).await;
        if self.observer.minor || self.observer.guarded {
            worlds.both(&Who::operator(), &mandate(person, self.observer.guarded)).await;
        }
        worlds.both(&holder, &related(person, &format!("lab:carer-{}", person.ins.value), Some("52"))).await;
        worlds.both(&holder, &contact(person, "Jean ESSAI")).await;
        let excepted = json!({
            "type": "deny", "class": [{"system": "urn:oid:1.2.250.1.213.1.1.4.1", "code": "31"}],
            "actor": [{"role": {"coding": [{"system": "urn:oid:1.2.250.1.71.1.2.7", "code": "10"}]}}],
        });
        worlds.both(&holder, &consent(person, &excepted)).await;
        worlds.both(&Who::Persona("specialist"), &consent(person, &json!({"type": "permit"}))).await;
        let mut shown = None;
        for (number, kind) in [Kind::VaccinationNote, Kind::DischargeLetter, Kind::LabReport].into_iter().enumerate() {
            let deposit = Deposit::new(person, kind, format!("1.2.250.1.999.9.{}.{}", self.number, number + 1));
            let answers = worlds.both(&Who::Persona("hospital"), &deposit.exchange()).await;
            shown.get_or_insert(answers.map(|answer| deposited(&answer)));
        }
        if self.observer.declares {
            let who = (self.observer.who)(person, &self.other);
            worlds.both(&who, &consent(person, &json!({"type": "permit"}))).await;
        }
        if self.observer.name == MEDECIN_TRAITANT {
            worlds.both(&holder, &medecin_traitant(person, "permit", dmp_lab::persona("gp").unwrap().id)).await;
        }
        if self.observer.name == "holder of another dossier" {
            let path = format!("/fhir/Patient?identifier={}", query(&self.other));
            let holder = Who::holder(&self.other);
            worlds.both(&holder, &Exchange::send("PATCH", path, active(true))).await;
        }
        if self.observer.united {
            let path = format!("/fhir/Patient?identifier={}", query(&self.other));
            worlds.both(&Who::holder(&self.other), &Exchange::send("PATCH", &path, active(true))).await;
            let link = json!([{"type": "replaced-by", "other": subject(person)}]);
            let merged = json!({"resourceType": "Patient", "active": false, "link": link});
            worlds.both(&Who::operator(), &Exchange::send("PUT", path, merged)).await;
        }
        shown.unwrap()
    }

    /// Under whose number it is: of dossiers that are one, either's.
    fn either(&self, chance: &mut Chance) -> &Person {
        if self.observer.united && chance.below(2) == 0 { &self.other } else { &self.person }
    }

    /// Something happens in the rich world; or one thing in each, of another kind.
    async fn happen(
        &self,
        worlds: &mut Worlds,
        chance: &mut Chance,
        rich: usize,
        shown: &[String; 2],
        known: &mut Known<'_>,
        happened: &mut Vec<(usize, Secret)>,
    ) {
        let mut left = [Left::default(), Left::default()];
        for world in [rich, 1 - rich] {
            if world != rich && chance.below(2) == 0 {
                break;
            }
            let secret = self.secrets[chance.place(self.secrets.len())];
            // A document is replaced once.
            if secret == Secret::HiddenVersion && happened.contains(&(world, secret)) {
                continue;
            }
            let place = Place {
                world,
                person: self.either(chance),
                other: &self.other,
                root: format!("1.2.250.1.999.9.{}.7.{}", self.number, happened.len()),
                shown: shown[world].clone(),
                letter: format!("1.2.250.1.999.9.{}.2", self.number),
            };
            left[world] = secret.happen(worlds, &place).await;
            // In an emergency mode whoever names a document enters its dossier.
            if secret == Secret::Elsewhere && self.observer.mode.is_some() {
                left[world].unique_id = None;
            }
            happened.push((world, secret));
        }
        known.hidden_unique_ids.extend(left.iter().filter_map(|left| left.unique_id.clone()));
        match left.map(|left| left.id) {
            [Some(one), Some(two)] => known.hidden.push([one, two]),
            // An id that the other world never gave.
            mut ids if self.observer.lets_in => {
                known.foreign.extend(ids[rich].take().map(|id| [id.clone(), id]));
            }
            _ => {}
        }
    }

    fn told(
        &self,
        why: &str,
        rich: usize,
        happened: &[(usize, Secret)],
        exchange: &Exchange,
        answers: &[Answer; 2],
    ) -> String {
        let name = self.observer.name;
        let lines: Vec<String> = (0..2)
            .map(|world| format!("{} → {} {}", exchange.told(world), answers[world].status, answers[world].text()))
            .collect();
        format!(
            "{name}, round {}: {why}\nsecrets (rich is {rich}): {happened:?}\n{}\n",
            self.number,
            lines.join("\n--\n")
        )
    }
}

/// A mandate: of a minor's mother, or of the same person as the guardian of who is of age.
fn mandate(person: &Person, guardian: bool) -> Exchange {
    let mandate = related(person, &format!("lab:mother-{}", person.ins.value), None);
    let system = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
    let tie = json!([{"coding": [{"system": system, "code": if guardian { "GUARD" } else { "MTH" }}]}]);
    let full = mandate.body.as_ref().map(|body| {
        let body = body.replace("\"read\"", "\"full\"");
        body.replacen('{', &format!("{{\"relationship\":{tie},"), 1)
    });
    Exchange { body: full, ..mandate }
}

/// Asks both worlds, one after the other, `first` first.
pub async fn ask_both(
    worlds: &Worlds,
    tokens: &[String; 2],
    exchange: &Exchange,
    first: usize,
) -> ([Answer; 2], [Duration; 2]) {
    let mut asked = [None, None];
    for world in [first, 1 - first] {
        let since = now();
        let answer = worlds.ask(world, &tokens[world], exchange).await;
        asked[world] = Some((answer, since.elapsed()));
    }
    let [one, two] = asked.map(Option::unwrap);
    ([one.0, two.0], [one.1, two.1])
}

#[expect(clippy::disallowed_methods, reason = "a figure that is printed; no rule sees it")]
fn now() -> Instant {
    Instant::now()
}
