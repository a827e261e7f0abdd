//! Give an authorisation: DMP TD0.3 `AJOUT`; the FHIR form is `POST Consent` with `provision.type` permit.

use crate::access::functional_rights::{Action, Right};
use crate::access::sector;
use crate::access::{Admission, Side, judge, standing};
use crate::act::{Answer, Context, Decision, authorization};
use crate::document::Item;
use crate::dossier::{AccessMode, AuthorizationGranted, AuthorizationStatus, Change, Dossier, Ground, Rule, Subject};
use crate::identity::{Requester, StructureId};

/// An authorisation to record.
#[derive(Debug, Clone)]
pub struct GrantAccess {
    /// For whom; absent when the caller declares himself.
    pub subject: Option<Subject>,
    /// His name, for the holder to read.
    pub name: Option<Box<str>>,
}

impl GrantAccess {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::DeclareAuthorization) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        let plan = match self.plan(dossier, context, &admission) {
            Ok(plan) => plan,
            Err(rule) => return Decision::refused(rule),
        };
        // The same request, repeated with the same correlation id, changes nothing (decisions 5).
        let repeated = dossier.authorizations.get(&plan.subject).filter(|known| {
            known.correlation.is_some()
                && known.correlation.as_deref() == context.correlation
                && known.is_valid(context.now)
        });
        if let Some(known) = repeated {
            return answer(dossier, context, admission.side, known.item, Rule::AlreadyDone, None);
        }
        let known = dossier.authorizations.get(&plan.subject);
        let item = known.map_or(dossier.last_item + 1, |known| known.item);
        let valid = known.filter(|known| known.is_valid(context.now));
        // Renewed in a secret connection, what the representatives know of would vanish before their eyes.
        let told = valid.filter(|known| !dossier.requester(known.recorded_by).is_some_and(|by| by.is_secret()));
        if told.is_some() && context.requester.is_secret() {
            return answer(dossier, context, admission.side, item, Rule::AlreadyDone, None);
        }
        // What the holder gave himself stays so when it is renewed: it alone prevails over his opposition (decisions 9).
        let given =
            valid.filter(|known| known.ground == Ground::ExplicitConsent && plan.ground != Ground::ExplicitConsent);
        let granted = AuthorizationGranted {
            item,
            subject: plan.subject,
            ground: given.map_or(plan.ground, |given| given.ground),
            since: given.map(|given| given.since),
            until: context.now.plus_years(i32::from(context.policy.settings.authorization_years)),
            structure: plan.structure,
            name: plan.name,
        };
        answer(dossier, context, admission.side, item, admission.rule, Some(granted))
    }

    fn plan(&self, dossier: &Dossier, context: &Context<'_>, admission: &Admission) -> Result<Plan, Rule> {
        match (admission.side, &**context.requester) {
            (Side::Holder | Side::Representative, _) => {
                let subject = self.subject.clone().ok_or(Rule::UnknownRequester)?;
                Ok(Plan { ground: Ground::ExplicitConsent, structure: None, name: self.name.clone(), subject })
            }
            (Side::Professional(_), Requester::Professional(one)) => {
                // Declaring from a sector that does not read is refused (decisions 4).
                if !one.sector.as_deref().is_some_and(sector::may_read) {
                    return Err(Rule::Sector);
                }
                let structure = one.structure.as_ref().map(|own| own.id.clone());
                let own = match (admission.right, &structure) {
                    // Staff declares its structure, not itself (note Y1 of the rights table).
                    (Right::Structure, Some(structure)) => Subject::Structure(structure.clone()),
                    (Right::Structure, None) => return Err(Rule::FunctionalRight),
                    _ => Subject::Professional(one.id.clone()),
                };
                match &self.subject {
                    // The authorisation that staff records goes to its structure and to nobody else (note Y1).
                    Some(subject) if *subject != own && admission.right == Right::Structure => {
                        Err(Rule::FunctionalRight)
                    }
                    Some(subject) if *subject != own => self.named(dossier, context, subject),
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

    /// Who records for another must be VALIDE himself, in normal mode (decisions 4).
    fn named(&self, dossier: &Dossier, context: &Context<'_>, subject: &Subject) -> Result<Plan, Rule> {
        let held = standing(dossier, context.requester, context.policy, context.now);
        if held.status != AuthorizationStatus::Valide || context.mode != AccessMode::Normal {
            return Err(Rule::NoAuthorization);
        }
        if dossier.blocks.contains_key(subject) {
            return Err(Rule::Blocked);
        }
        Ok(Plan {
            subject: subject.clone(),
            ground: Ground::CollectedByAnother,
            structure: None,
            name: self.name.clone(),
        })
    }
}

/// What will be recorded.
struct Plan {
    subject: Subject,
    ground: Ground,
    structure: Option<StructureId>,
    name: Option<Box<str>>,
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
    let views = authorization::view(&after, context.policy, context.now, side, item).into_iter().collect();
    let mut decision = Decision::allowed(rule, Answer::Authorizations(views)).giving(item, rule);
    decision.changes.extend(change);
    decision
}
