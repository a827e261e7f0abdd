//! Give an authorisation: DMP TD0.3 `AJOUT`; the FHIR form is `POST Consent` with `provision.type` permit.

use crate::access::functional_rights::{Action, Right};
use crate::access::sector;
use crate::access::{Admission, Side, judge, suffices};
use crate::act::authorization::Reader;
use crate::act::{Answer, Context, Decision, authorization};
use crate::document::Item;
use crate::dossier::{
    AuthorizationGranted, AuthorizationRequest, Change, Dossier, Ground, Held, OppositionKind, Rule, Subject,
};
use crate::identity::{Professional, Requester, StructureId};

/// An authorisation to record.
#[derive(Debug, Clone, Default)]
pub struct GrantAccess {
    /// For whom; absent when the caller declares himself.
    pub subject: Option<Subject>,
    /// His name, for the holder to read.
    pub name: Option<Box<str>>,
    /// The structure for which he acts, where another is named.
    pub structure: Option<StructureId>,
    /// Another is named as one of the care team that the holder was told of; otherwise his consent was collected
    /// (decisions 4).
    pub care_team: bool,
    /// The version of the notice with which the patient was informed, where the caller names one.
    pub notice: Option<Box<str>>,
}

impl GrantAccess {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, self.action(context)) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        let plan = match self.plan(dossier, context, &admission) {
            Ok(plan) => plan,
            Err(rule) => return Decision::refused(rule),
        };
        // The same request, repeated with the same correlation id, changes nothing (decisions 5), unless what it made was withdrawn
        // since: then it is asked anew. A trace goes through many requests, and tells none of them from another.
        let requester = dossier.number_of(context.requester);
        let correlation = context.correlation.filter(|text| !text.trim().is_empty() && !is_trace(text));
        let repeated = dossier.authorizations.get(&plan.subject).filter(|known| {
            let same = |request: &AuthorizationRequest| {
                Some(&*request.correlation) == correlation && Some(request.requester) == requester
            };
            known.withdrawn.is_none() && known.requests.iter().any(same)
        });
        if let Some(known) = repeated {
            return answer(dossier, context, admission.side, known.item, Rule::AlreadyDone, None);
        }
        let known = dossier.authorizations.get(&plan.subject);
        let item = known.map_or(dossier.last_item + 1, |known| known.item);
        let valid = known.filter(|known| known.is_valid(context.now));
        // Renewed in a secret connection, what the representatives know of would vanish before their eyes.
        let lets_in = |held: Held| context.now < held.until && suffices(context.policy, held.ground);
        let told = valid.filter(|known| !authorization::is_secret(dossier, known) && known.held().any(lets_in));
        if told.is_some() && context.requester.is_secret() {
            return answer(dossier, context, admission.side, item, Rule::AlreadyDone, None);
        }
        // What the holder gave himself stays so when it is renewed: it alone prevails over his opposition. While one stands, a declaration does
        // not, and prolongs nothing: it stands beside the consent, which ends when it ends (decisions 9).
        let given = valid
            .filter(|known| known.ground == Ground::ExplicitConsent && plan.ground != Ground::ExplicitConsent)
            .filter(|_| !plan.is_opposed(dossier));
        let granted = AuthorizationGranted {
            item,
            subject: plan.subject,
            ground: given.map_or(plan.ground, |given| given.ground),
            since: given.map(|given| given.since),
            until: context.now.plus_years(i32::from(context.policy.settings.authorization_years)),
            structure: plan.structure,
            name: plan.name,
            // Of whoever records it now: what another said before is no word of his.
            notice: self.notice.clone(),
        };
        answer(dossier, context, admission.side, item, admission.rule, Some(granted))
    }

    /// Whoever names another must be authorised himself.
    fn action(&self, context: &Context<'_>) -> Action {
        match (&**context.requester, &self.subject) {
            (Requester::Professional(one), Some(subject)) if own(one).as_ref() != Some(subject) => Action::NameAnother,
            _ => Action::DeclareAuthorization,
        }
    }

    fn plan(&self, dossier: &Dossier, context: &Context<'_>, admission: &Admission) -> Result<Plan, Rule> {
        match (admission.side, &**context.requester) {
            (Side::Holder | Side::Representative | Side::Carer, _) => {
                let subject = self.subject.clone().ok_or(Rule::UnknownRequester)?;
                let structure = self.structure.clone();
                Ok(Plan { ground: Ground::ExplicitConsent, structure, name: self.name.clone(), subject })
            }
            (Side::Professional(_), Requester::Professional(one)) => {
                // Declaring from a sector that does not read is refused (decisions 4).
                if !one.sector.as_deref().is_some_and(sector::may_read) {
                    return Err(Rule::Sector);
                }
                let structure = one.structure.as_ref().map(|own| own.id.clone());
                let own = own(one).ok_or(Rule::FunctionalRight)?;
                match &self.subject {
                    // The authorisation that staff records goes to its structure and to nobody else (note Y1).
                    Some(subject) if *subject != own && admission.right == Right::Structure => {
                        Err(Rule::FunctionalRight)
                    }
                    Some(subject) if *subject != own => self.named(dossier, subject),
                    _ => {
                        let structure = matches!(own, Subject::Professional(_)).then_some(structure).flatten();
                        let name = Some(context.requester.display_name().into());
                        Ok(Plan { subject: own, ground: Ground::Declared, structure, name })
                    }
                }
            }
            _ => Err(Rule::FunctionalRight),
        }
    }

    /// Who records for another is VALIDE himself, in normal mode (decisions 4): that was judged before.
    fn named(&self, dossier: &Dossier, subject: &Subject) -> Result<Plan, Rule> {
        if dossier.blocks.contains_key(subject) {
            return Err(Rule::Blocked);
        }
        Ok(Plan {
            subject: subject.clone(),
            ground: if self.care_team { Ground::CareTeamInformed } else { Ground::CollectedByAnother },
            structure: self.structure.clone(),
            name: self.name.clone(),
        })
    }
}

/// Whether a correlation id is a `traceparent` (W3C Trace Context, 2.2): version, trace, parent, flags.
fn is_trace(correlation: &str) -> bool {
    let hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut parts = correlation.split('-');
    [2, 32, 16, 2].into_iter().all(|length| parts.next().is_some_and(|part| part.len() == length && hexadecimal(part)))
}

/// For whom a professional declares: for himself; staff for its structure (note Y1 of the rights table).
pub(super) fn own(one: &Professional) -> Option<Subject> {
    match (&one.structure, one.staff) {
        (structure, true) => structure.as_ref().map(|own| Subject::Structure(own.id.clone())),
        (_, false) => Some(Subject::Professional(one.id.clone())),
    }
}

/// What will be recorded.
struct Plan {
    subject: Subject,
    ground: Ground,
    structure: Option<StructureId>,
    name: Option<Box<str>>,
}

impl Plan {
    /// Whether consultation is opposed, to everybody or to whom it names.
    fn is_opposed(&self, dossier: &Dossier) -> bool {
        let subjects: Vec<Subject> =
            [self.subject.clone()].into_iter().chain(self.structure.clone().map(Subject::Structure)).collect();
        dossier.opposed(OppositionKind::Consultation, &subjects).next().is_some()
    }
}

/// The answer shows the authorisation as it stands afterwards, so that no protocol reads it a second time.
fn answer(
    dossier: &Dossier,
    context: &Context<'_>,
    side: Side,
    item: Item,
    rule: Rule,
    granted: Option<AuthorizationGranted>,
) -> Decision {
    let change = granted.map(Change::AuthorizationGranted);
    let after = super::decision::preview(dossier, context, change.as_ref());
    let views = authorization::view(&after, context.policy, context.now, Reader::of(dossier, context, side), item)
        .into_iter()
        .collect();
    let mut decision = Decision::allowed(rule, Answer::Authorizations(views)).giving(item, rule);
    decision.changes.extend(change);
    decision
}
