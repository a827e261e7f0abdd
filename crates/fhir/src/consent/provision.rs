//! What a Consent asks: its provision as an act. Permit and deny, actor, action, purpose, class, label.
//!
//! | provision | act |
//! |---|---|
//! | permit | declare oneself authorised (TD0.3), or, with an actor, authorise him |
//! | deny, actor | block |
//! | deny or permit, action `access` or `collect`, maybe an actor | oppose consultation or feeding, or take it back |
//! | deny or permit, purpose of an emergency mode | refuse the mode beforehand, or allow it |
//! | deny or permit, label MASQUE_PS | masked documents in emergencies |
//! | deny or permit, class, actor's role a profession | except the class from what the profession reads, or take it back |
//! | permit or deny, class, action `access` | results of the class at once, or as their depositor says |
//! | permit, actor's role PCP | médecin traitant: named, or by the doctor himself declared, the patient agreeing (`verification.verified`); deny: given up |

use dmp_core::access::matrix::HabilitationMatrix;
use dmp_core::act::{
    Act, Block, ChooseRelease, DeclareMedecinTraitant, GrantAccess, LeaveMedecinTraitant, NameMedecinTraitant, Oppose,
    SetException,
};
use dmp_core::code::table::ValueSet;
use dmp_core::code::{Code, Coded, Instant};
use dmp_core::document::Visibility;
use dmp_core::dossier::{AccessMode, OppositionKind, Subject};
use dmp_core::identity::{ProfessionalId, StructureId};

use crate::posted::{NOTICE, extension_text};
use crate::problem::Problem;
use crate::read::{Node, coded_of};
use crate::request::mode;

/// HL7's participation function of a primary care physician: the médecin traitant.
const PRIMARY_CARE: &str = "PCP";
/// The code systems that have it: participation functions, and types with the functions among them.
const PARTICIPATION: &[&str] = &[
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction",
    "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
    "2.16.840.1.113883.5.88",
    "2.16.840.1.113883.5.90",
];
/// The code system of a provision's actions.
const ACTIONS: &str = "http://terminology.hl7.org/CodeSystem/consentaction";

/// The actor of a provision.
#[derive(Debug, Default)]
struct Actor {
    subject: Option<Subject>,
    name: Option<Box<str>>,
    role: Option<Code>,
}

/// The elements that a provision may have. What would narrow it is never passed over: the Consent would give more than it says. Its
/// `period` is the server's to set: one that says as much, or more, is taken.
const ELEMENTS: &[&str] = &["id", "type", "period", "actor", "action", "class", "purpose", "securityLabel"];
/// Those that say what is permitted or denied: one of them at a time, save an action beside a class.
const SUBJECTS: &[&str] = &["class", "purpose", "securityLabel", "action"];

/// Refuses a provision that says more than an act can keep. `until` is when an authorisation given `now` ends.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn check(consent: &Node<'_>, now: Instant, until: Instant) -> Result<(), Problem> {
    let provision = consent.need("provision")?;
    provision.only(ELEMENTS)?;
    period(&provision, now, until)?;
    for actor in provision.list("actor")? {
        actor.only(&["id", "role", "reference"])?;
    }
    // FHIR's JSON has no empty lists: one whose members were left out would mean everybody.
    let emptied = |node: &Node<'_>| node.value.as_array().is_some_and(Vec::is_empty);
    if let Some(empty) = ELEMENTS.iter().filter_map(|name| provision.get(name)).find(emptied) {
        return Err(empty.wrong("empty", "the list is empty: leave the element out, or fill it"));
    }
    let said: Vec<&str> = SUBJECTS.iter().copied().filter(|name| provision.get(name).is_some()).collect();
    let wrong = |name: &str, text: &str| Err(Problem::element(format!("{}.{name}", provision.path), "provision", text));
    match (said.as_slice(), provision.list("actor")?.first()) {
        ([] | ["action"], _) => Ok(()),
        (["class"] | ["class", "action"], actor) => {
            let release = action(&provision)?.is_none_or(|code| *code == *"access");
            match actor {
                _ if !release => wrong("action", "beside a class it is `access`"),
                Some(actor) if actor.get("reference").is_some() => {
                    wrong("actor", "a class is opened or closed to a profession, by its `role`, not to one person")
                }
                _ => Ok(()),
            }
        }
        ([one], None) => match provision.list(one)?.get(1) {
            Some(second) => Err(second.wrong("cardinality", format!("one `{one}` for each Consent"))),
            None => Ok(()),
        },
        ([one], Some(_)) => wrong("actor", &format!("beside `{one}` nobody is named: it holds for all")),
        ([_, second, ..], _) => {
            wrong(second, "one of class, purpose, securityLabel and action is taken at a time: one Consent for each")
        }
    }
}

/// Refuses a period that says less than what will be recorded: an authorisation holds from now on until `until`, anything else until it is
/// taken back.
fn period(provision: &Node<'_>, now: Instant, until: Instant) -> Result<(), Problem> {
    let Some(period) = provision.get("period") else { return Ok(()) };
    period.only(&["id", "start", "end"])?;
    let wrong = |name: &str, why: &str| Err(Problem::element(format!("{}.{name}", period.path), "period", why));
    if period.date_of("start")?.is_some_and(|start| start.interval().0 >= now.paris_day().end()) {
        return wrong("start", "it holds from now on: send it on the day itself");
    }
    let Some(end) = period.date_of("end")? else { return Ok(()) };
    if !is_permit(provision)? || SUBJECTS.iter().any(|name| provision.get(name).is_some()) {
        return wrong("end", "it holds until it is taken back: leave `period.end` out");
    }
    if end.interval().1 < until.paris_day().start() {
        return wrong(
            "end",
            "an authorisation holds for the time that the policy says: leave `period.end` out, and withdraw it that day",
        );
    }
    Ok(())
}

/// The act that a Consent asks for.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn act_of(consent: &Node<'_>, matrix: &HabilitationMatrix) -> Result<Act, Problem> {
    let provision = consent.need("provision")?;
    let permit = is_permit(&provision)?;
    let actor = actor(&provision, matrix)?;
    let action = action(&provision)?;
    let class = class(&provision)?;
    let motive = motive(consent)?;
    let consents = consents(consent)?;
    if actor.role.as_ref().is_some_and(is_primary_care) {
        if let Some(more) = SUBJECTS.iter().find_map(|name| provision.get(name)) {
            return Err(
                more.wrong("provision", "the médecin traitant is named alone: no part of the dossier, no purpose")
            );
        }
        return medecin_traitant(&provision, (permit, consents), actor);
    }
    if !consents {
        return Err(not_agreed());
    }
    if let Some(class_code) = class {
        return of_class(&provision, actor.role, class_code, permit);
    }
    if actor.role.is_some() {
        let path = format!("{}.actor[0].role", provision.path);
        return Err(Problem::element(
            path,
            "role",
            "a profession is named beside a `class`; one person by `reference`",
        ));
    }
    if let Some(purpose) = provision.list("purpose")?.first() {
        let coded = coded_of(purpose)?;
        let kind = match mode(&coded.code.system, &coded.code.code)? {
            AccessMode::Centre15 => OppositionKind::Centre15,
            AccessMode::BrisDeGlace => OppositionKind::BrisDeGlace,
            AccessMode::Normal => return Err(purpose.wrong("purpose", "an emergency mode is expected")),
        };
        return Ok(Act::Oppose(Oppose { kind, subject: None, opposed: !permit, motive }));
    }
    if let Some(label) = provision.list("securityLabel")?.first().map(coded_of).transpose()? {
        if label.code != Code::new(Visibility::SYSTEM, "MASQUE_PS") {
            let path = format!("{}.securityLabel", provision.path);
            return Err(Problem::element(path, "label", "MASQUE_PS is expected: masked documents in emergencies"));
        }
        let kind = OppositionKind::MaskedInEmergency;
        return Ok(Act::Oppose(Oppose { kind, subject: None, opposed: !permit, motive }));
    }
    of_person(consent, &provision, (action, permit, motive), actor)
}

/// Who may consult or feed, in general or one of them; whom access is given or refused.
fn of_person(
    consent: &Node<'_>,
    provision: &Node<'_>,
    (action, permit, motive): (Option<Box<str>>, bool, Option<Box<str>>),
    actor: Actor,
) -> Result<Act, Problem> {
    match (action.as_deref(), permit, actor.subject) {
        (Some("access"), _, subject) => {
            Ok(Act::Oppose(Oppose { kind: OppositionKind::Consultation, subject, opposed: !permit, motive }))
        }
        (Some("collect"), false, _) if motive.is_none() => Err(Problem::element(
            "Consent.sourceAttachment.title",
            "required",
            "an opposition to feeding has a motive (CSP R1111-47): write it there, in words",
        )),
        (Some("collect"), _, subject) => {
            Ok(Act::Oppose(Oppose { kind: OppositionKind::Feeding, subject, opposed: !permit, motive }))
        }
        (Some(_), _, _) => Err(Problem::element(
            format!("{}.action", provision.path),
            "action",
            "`access` (consultation) or `collect` (feeding) is expected",
        )),
        (None, true, subject) => Ok(grant(consent, subject, actor.name)?),
        (None, false, Some(subject)) => Ok(Act::Block(Block { subject, name: actor.name })),
        (None, false, None) => Err(Problem::element(
            format!("{}.actor", provision.path),
            "required",
            "whom to block; or an `action`, to oppose consultation (`access`) or feeding (`collect`)",
        )),
    }
}

/// What a class is opened or closed to: a profession, or, at once, the holder.
fn of_class(provision: &Node<'_>, role: Option<Code>, class_code: Box<str>, permit: bool) -> Result<Act, Problem> {
    match role {
        Some(profession) => Ok(Act::SetException(SetException { profession, class_code, set: !permit })),
        None if provision.get("actor").is_some() => {
            let path = format!("{}.actor[0].role", provision.path);
            Err(Problem::element(path, "role", "a profession of the matrix is expected beside a class"))
        }
        None => Ok(Act::ChooseRelease(ChooseRelease { class_code, at_once: permit })),
    }
}

/// Of an operator, a provision without more concerns the whole dossier: denied, it is suspended (fraud); permitted, free again.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn whole_dossier(consent: &Node<'_>) -> Result<Option<bool>, Problem> {
    let provision = consent.need("provision")?;
    let more =
        ["actor", "action", "class", "purpose", "securityLabel"].iter().any(|name| provision.get(name).is_some());
    Ok((!more && consent.get("patient").is_some()).then_some(!is_permit(&provision)?))
}

fn is_permit(provision: &Node<'_>) -> Result<bool, Problem> {
    let kind = provision.need("type")?;
    match kind.text()? {
        "permit" => Ok(true),
        "deny" => Ok(false),
        _ => Err(kind.wrong("provision-type", "`permit` or `deny` is expected")),
    }
}

fn grant(consent: &Node<'_>, subject: Option<Subject>, name: Option<Box<str>>) -> Result<Act, Problem> {
    let ground = consent.concept_of("policyRule").ok().flatten();
    let care_team = ground.is_some_and(|ground| *ground.code.code == *"care_team_informed");
    let notice = extension_text(consent, NOTICE)?.map(Into::into);
    Ok(Act::GrantAccess(GrantAccess { subject, name, structure: structure(consent)?, care_team, notice }))
}

/// The structure for which the named professional acts: `organization`, by identifier.
fn structure(consent: &Node<'_>) -> Result<Option<StructureId>, Problem> {
    let organisations = consent.list("organization")?;
    if let Some(second) = organisations.get(1) {
        return Err(second.wrong("cardinality", "one `organization` for each Consent"));
    }
    let Some(organisation) = organisations.first() else { return Ok(None) };
    let value = organisation.need("identifier")?.need("value")?;
    StructureId::parse(value.text()?).map(Some).map_err(|fault| value.wrong("identifier", fault.to_string()))
}

/// Only of a declaration (TD0.3) it is for the rule to say what follows when the patient does not agree.
fn not_agreed() -> Problem {
    let why = "what the patient does not agree to is no Consent: leave `verification` out, or set `verified` to true once he agrees";
    let mut problem = Problem::element("Consent.verification.verified", "verification", why);
    "Ce que le patient n’accepte pas n’est pas un consentement : retirez verification, ou mettez verified à true quand il accepte."
        .clone_into(&mut problem.text);
    problem
}

/// Whether the patient agreed: `verification.verified` (R4: "verified with the patient, his family or another authorized person"). A
/// Consent without it declares that he did, as TD0.3 does by being sent.
fn consents(consent: &Node<'_>) -> Result<bool, Problem> {
    let mut all = true;
    for one in consent.list("verification")? {
        let verified = one.need("verified")?;
        let agreed = verified.value.as_bool();
        all &= agreed.ok_or_else(|| verified.wrong("type", "`true` or `false` is expected"))?;
    }
    Ok(all)
}

fn medecin_traitant(provision: &Node<'_>, (permit, consent): (bool, bool), actor: Actor) -> Result<Act, Problem> {
    match (permit, actor.subject) {
        (true, Some(_)) | (false, _) if !consent => Err(not_agreed()),
        (true, Some(Subject::Professional(professional))) => {
            Ok(Act::NameMedecinTraitant(NameMedecinTraitant { professional, name: actor.name }))
        }
        (true, None) => Ok(Act::DeclareMedecinTraitant(DeclareMedecinTraitant { consent })),
        (false, None) => Ok(Act::LeaveMedecinTraitant(LeaveMedecinTraitant)),
        _ => Err(Problem::element(
            format!("{}.actor", provision.path),
            "actor",
            "the médecin traitant is a professional; to end the role he denies it himself, without a reference",
        )),
    }
}

/// For whom: the actor, where it is not the caller.
fn actor(provision: &Node<'_>, matrix: &HabilitationMatrix) -> Result<Actor, Problem> {
    let actors = provision.list("actor")?;
    let Some(actor) = actors.first() else { return Ok(Actor::default()) };
    if let Some(second) = actors.get(1) {
        return Err(second.wrong("actor", "one actor for each Consent"));
    }
    let role = actor.get("role").map(|role| one_coding(&role)).transpose()?.map(|role| role.code);
    let role = meant(actor, role, matrix)?;
    let Some(reference) = actor.get("reference") else {
        return match role {
            Some(_) => Ok(Actor { role, ..Actor::default() }),
            None => {
                Err(actor.wrong("required", "`reference` names a person or a structure, `role` a profession: give one"))
            }
        };
    };
    let identifier = reference.need("identifier")?;
    let system = identifier.need("system")?;
    let value = identifier.need("value")?;
    let bad = |fault: dmp_core::identity::IdFault| value.wrong("identifier", fault.to_string());
    let subject = match system.text()?.strip_prefix("urn:oid:").unwrap_or(system.text()?) {
        ProfessionalId::DOMAIN => Subject::Professional(ProfessionalId::parse(value.text()?).map_err(bad)?),
        StructureId::DOMAIN => Subject::Structure(StructureId::parse(value.text()?).map_err(bad)?),
        _ => {
            let text = format!(
                "a PS_IdNat (urn:oid:{}) or a Struct_IdNat (urn:oid:{})",
                ProfessionalId::DOMAIN,
                StructureId::DOMAIN
            );
            return Err(system.wrong("identifier", text));
        }
    };
    Ok(Actor { subject: Some(subject), name: reference.text_of("display")?.map(Into::into), role })
}

/// What a role says: that of the médecin traitant, or a profession. Beside a person it may be any other, which changes nothing; alone it is all
/// that is said, and one that nobody knows would mean everybody.
fn meant(actor: &Node<'_>, role: Option<Code>, matrix: &HabilitationMatrix) -> Result<Option<Code>, Problem> {
    match role {
        Some(role) if is_primary_care(&role) || matrix.knows(&role) => Ok(Some(role)),
        Some(role) if actor.get("reference").is_none() || *role.code == *PRIMARY_CARE => {
            let known =
                format!("a profession of the matrix is expected, or {PRIMARY_CARE} ({})", PARTICIPATION.join(", "));
            Err(Problem::element(format!("{}.role", actor.path), "role", known))
        }
        _ => Ok(None),
    }
}

fn is_primary_care(role: &Code) -> bool {
    *role.code == *PRIMARY_CARE && PARTICIPATION.contains(&&*role.system)
}

/// The one action of a provision.
fn action(provision: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let list = provision.list("action")?;
    let Some(first) = list.first() else { return Ok(None) };
    if let Some(second) = list.get(1) {
        return Err(second.wrong("cardinality", "one `action` for each Consent"));
    }
    let code = one_coding(first)?.code;
    if *code.system != *ACTIONS {
        return Err(first.wrong("action", format!("a code of {ACTIONS} is expected")));
    }
    Ok(Some(code.code.into()))
}

/// The coding of a concept that has one: of two, one would be done and the other not.
fn one_coding(concept: &Node<'_>) -> Result<Coded, Problem> {
    match concept.list("coding")?.get(1) {
        Some(second) => Err(second.wrong("cardinality", "one coding is expected: one Consent for each")),
        None => concept.concept(),
    }
}

/// The class of documents: a code of ours for classes (TRE_A03).
fn class(provision: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let classes = provision.list("class")?;
    let Some(first) = classes.first() else { return Ok(None) };
    if let Some(second) = classes.get(1) {
        return Err(second.wrong("cardinality", "one `class` for each Consent"));
    }
    let code = coded_of(first)?.code;
    if ValueSet::DocumentClass.get(&code).is_none() {
        return Err(first.wrong("class", "a class of documents (TRE_A03) is expected: 10, 11, 31, 42…"));
    }
    Ok(Some(code.code.into()))
}

/// The motive, in words: the title of the source attachment.
pub fn motive(consent: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let attachment = consent.get("sourceAttachment");
    if let Some(attachment) = attachment.as_ref().filter(|one| !one.value.is_object()) {
        return Err(attachment.wrong("type", "an object is expected here, with the motive as its `title`"));
    }
    let title = attachment.as_ref().map(|one| one.text_of("title")).transpose()?.flatten();
    Ok(title.map(Into::into))
}
