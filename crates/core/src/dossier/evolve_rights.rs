//! Who may consult, after one more change: authorisations and oppositions, folded in.

use crate::dossier::{
    Authorization, AuthorizationGranted, AuthorizationRequest, AuthorizationWithdrawn, Dossier, Facts, Held,
    Opposition, OppositionKind, OppositionSet,
};
use crate::identity::Requester;

/// How many of the requests that made an authorisation are remembered.
const REQUESTS_KEPT: usize = 16;

impl Dossier {
    pub(super) fn grant(&mut self, granted: &AuthorizationGranted, facts: &Facts) {
        self.last_item = self.last_item.max(granted.item);
        let before = self.authorizations.get(&granted.subject);
        // So does a carer whom he chose himself, who knows what he knows; and an adult keeps nothing from who represents him.
        let knows = |by: &Requester| match by {
            Requester::Holder(_) => true,
            Requester::Carer(_) | Requester::Representative(_) => !self.was_minor(facts) || !self.is_blind(by),
            _ => false,
        };
        let himself = self.requester(facts.requester).is_some_and(|by| knows(by));
        // What is only prolonged is whose it was.
        let prolonged = granted.since.is_some() && before.is_some_and(|before| before.own);
        let held = Held {
            ground: granted.ground,
            since: granted.since.unwrap_or(facts.at),
            until: granted.until,
            structure: granted.structure.clone(),
            own: himself || prolonged,
        };
        let earlier = before.map_or_else(Vec::new, |before| before.left_by(&held, facts.at));
        let mut requests = before.map_or_else(Vec::new, |before| before.requests.clone());
        if let Some(correlation) = &facts.correlation {
            requests.push(AuthorizationRequest { correlation: correlation.clone(), requester: facts.requester });
            // A request comes again soon, or never.
            requests.drain(..requests.len().saturating_sub(REQUESTS_KEPT));
        }
        let is_secret = |by| self.requester(by).is_some_and(|by| by.is_secret());
        let secret = Authorization::secret_after(before, is_secret(facts.requester), granted.item, facts.at);
        let told = before.filter(|_| is_secret(facts.requester)).and_then(|before| {
            let known =
                if is_secret(before.recorded_by) { before.told.clone() } else { Some(Box::new(before.clone())) };
            known.map(|known| Box::new(Authorization { told: None, ..*known }))
        });
        let authorization = Authorization {
            item: granted.item,
            ground: granted.ground,
            since: held.since,
            until: held.until,
            recorded_by: facts.requester,
            structure: held.structure,
            withdrawn: None,
            name: granted.name.clone(),
            earlier,
            requests,
            secret,
            told,
            notice: granted.notice.clone(),
            own: held.own,
        };
        self.authorizations.insert(granted.subject.clone(), authorization);
    }

    /// What is told to representatives may be over while a secret connection runs on; where nothing is secret, it is the authorisation itself.
    pub(super) fn withdraw(&mut self, change: &AuthorizationWithdrawn, facts: &Facts) {
        let known = self.authorizations.get(&change.subject);
        let secret = known.and_then(|one| self.requester(one.recorded_by)).is_some_and(|by| by.is_secret());
        let Some(one) = self.authorizations.get_mut(&change.subject) else { return };
        if !(change.told && secret) {
            one.withdrawn = Some(facts.at);
        } else if let Some(told) = one.told.as_deref_mut() {
            let ended: Vec<Held> = told.held().collect();
            told.withdrawn = Some(facts.at);
            one.earlier.retain(|held| !ended.contains(held));
        }
    }

    pub(super) fn set_opposition(&mut self, set: &OppositionSet, facts: &Facts) {
        if set.kind == OppositionKind::MaskedInEmergency {
            self.masked_in_emergency = !set.opposed;
            return;
        }
        let by = self.requester(facts.requester);
        let blind = by.is_some_and(|by| matches!(&**by, Requester::Representative(_) | Requester::Carer(_)));
        let himself = by.is_some_and(|by| matches!(&**by, Requester::Holder(_)));
        let minor = self.was_minor(facts);
        let own = himself && set.subject.is_some() && minor;
        let same = |one: &Opposition| one.kind == set.kind && one.subject == set.subject;
        let known = self.oppositions.iter().find(|one| same(one)).cloned();
        self.oppositions.retain(|one| !same(one));
        if set.opposed {
            let (kind, subject) = (set.kind, set.subject.clone());
            let mut one = Opposition { kind, subject, since: facts.at, motive: set.motive.clone(), own, shared: false };
            if let Some(known) = known {
                // His motive is his: who said the same without knowing of it did not take it away.
                one.motive = one.motive.take().or(known.motive.clone().filter(|_| known.own));
                one.also(&known);
            }
            self.oppositions.push(one);
        } else if let Some(known) = known.filter(|known| known.own && blind && minor) {
            // What a minor opposes himself is not taken back by whoever did not know of it (decisions 24).
            self.oppositions.push(Opposition { shared: false, ..known });
        }
    }

    /// Whether the holder was not of age then. Of who is only registered, and was merged with this one, his birth is the register's.
    fn was_minor(&self, facts: &Facts) -> bool {
        self.addressee().is_some_and(|holder| facts.at < holder.birth.majority())
    }
}
