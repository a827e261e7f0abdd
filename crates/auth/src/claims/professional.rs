//! The claims of Pro Santé Connect as a professional (facts f.3).

use dmp_core::code::{Code, table};
use dmp_core::identity::{Means, Professional, ProfessionalId, StructureId, StructureRef};
use serde_json::Value;

use super::{name, text};
use crate::fault::AuthFault;

/// TRE_G15, the professions.
const PROFESSIONS: &str = "1.2.250.1.71.1.2.7";
/// TRE_G16, the professions of those in training, under its OID.
const IN_TRAINING: &str = "1.2.250.1.71.1.2.8";
/// TRE_R01, know-how: specialties, competences, diplomas.
const KNOW_HOW: &str = "1.2.250.1.71.4.2.5";
/// TRE_R02, sectors of activity.
const SECTORS: &str = "1.2.250.1.71.4.2.4";
/// VIHF's `confidentiality-code` of a secret connection (facts b.5).
const SECRET: &str = "INVISIBLE_REPRESENTANTS_LEGAUX";

/// A professional. Without a profession he is one whom the rules refuse, not one who is not authenticated.
pub(super) fn read(claims: &Value, credential: [u8; 32]) -> Result<Professional, AuthFault> {
    let roles = roles(claims);
    let practices = practices(claims);
    let profession = profession(&roles, &practices);
    let practice = practices.iter().find(|one| profession.as_ref().is_none_or(|own| is_practice_of(one, own)));
    let mut one = staff(claims, credential)?;
    one.family = practice.and_then(|one| name(one, "nomDexercice")).or(one.family);
    one.given = practice.and_then(|one| name(one, "prenomDexercice")).or(one.given);
    one.specialties = specialties(&roles, &practices, profession.as_ref());
    one.structure = one.structure.or_else(|| only_structure(&practices));
    one.sector = one
        .sector
        .or_else(|| only_activity(&practices).and_then(|one| sector_code(text(one, "codeSecteurDactivite")?)));
    one.profession = profession;
    one.staff = false;
    Ok(one)
}

/// A member of a structure's staff: what does not depend on a profession.
pub(super) fn staff(claims: &Value, credential: [u8; 32]) -> Result<Professional, AuthFault> {
    let id = text(claims, "SubjectNameID").or_else(|| text(claims, "preferred_username"));
    let id = ProfessionalId::parse(id.ok_or(AuthFault::ClaimMissing("SubjectNameID"))?);
    Ok(Professional {
        id: id.map_err(|_| AuthFault::ClaimInvalid("SubjectNameID"))?,
        family: name(claims, "family_name"),
        given: name(claims, "given_name"),
        profession: None,
        specialties: Vec::new(),
        structure: structure(claims)?,
        sector: sector(claims)?,
        means: means(claims)?.unwrap_or(Means::Direct),
        level: text(claims, "Palier_Authentification").map(Into::into),
        software: software(claims),
        credential,
        regulation: regulation(claims),
        secret: secret(claims),
        staff: true,
    })
}

/// `SubjectRole`: `80^1.2.250.1.213.1.1.5.5`, the system spelt canonically.
fn roles(claims: &Value) -> Vec<Code> {
    let roles = claims.get("SubjectRole").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let one = |role: &Value| {
        let (code, system) = role.as_str()?.split_once('^')?;
        Some(Code::new(system.trim(), &capital(code.trim())).canonical()).filter(|code| !code.code.is_empty())
    };
    roles.iter().filter_map(one).collect()
}

/// `SubjectRefPro.exercices`.
fn practices(claims: &Value) -> Vec<&Value> {
    let list = claims.pointer("/SubjectRefPro/exercices").and_then(Value::as_array);
    list.map(|list| list.iter().collect()).unwrap_or_default()
}

/// The profession in which he acts: the one of `SubjectRole`, else the only one that he has. In training where his
/// category says so (E, student): 10 is then a doctor in training.
fn profession(roles: &[Code], practices: &[&Value]) -> Option<Code> {
    let acting = roles.iter().find(|role| *role.system != *KNOW_HOW).cloned();
    let acting = acting.or_else(|| {
        let mut codes = practices.iter().filter_map(|one| text(one, "codeProfession"));
        let only = codes.next()?;
        codes.all(|code| code == only).then(|| Code::new(PROFESSIONS, only))
    })?;
    let own: Vec<_> = practices.iter().filter(|one| is_practice_of(one, &acting)).collect();
    let student = !own.is_empty() && own.iter().all(|one| text(one, "codeCategorieProfessionnelle") == Some("E"));
    if student && *acting.system == *PROFESSIONS {
        let system = table::canonical_system(IN_TRAINING).unwrap_or(IN_TRAINING);
        return Some(Code::new(system, &acting.code));
    }
    Some(acting)
}

fn is_practice_of(practice: &Value, profession: &Code) -> bool {
    text(practice, "codeProfession") == Some(&*profession.code)
}

/// Know-how: of `SubjectRole`, and of every practice of his profession, for one qualification may be what keeps him out.
fn specialties(roles: &[Code], practices: &[&Value], profession: Option<&Code>) -> Vec<Code> {
    let mut specialties: Vec<Code> =
        roles.iter().filter(|role| Some(*role) != profession && *role.system != *PROFESSIONS).cloned().collect();
    let own = practices.iter().filter(|one| profession.is_some_and(|profession| is_practice_of(one, profession)));
    for know_how in own.filter_map(|one| text(one, "codeSavoirFaire")) {
        let code = Code::new(KNOW_HOW, &capital(know_how));
        if !specialties.contains(&code) {
            specialties.push(code);
        }
    }
    specialties
}

/// The only activity of the only practice.
fn only_activity<'a>(practices: &[&'a Value]) -> Option<&'a Value> {
    let mut activities = practices.iter().filter_map(|one| one.get("activities")?.as_array()).flatten();
    let only = activities.next()?;
    activities.next().is_none().then_some(only)
}

fn only_structure(practices: &[&Value]) -> Option<StructureRef> {
    let activity = only_activity(practices)?;
    let id = StructureId::parse(text(activity, "identifiantTechniqueDeLaStructure")?).ok()?;
    Some(StructureRef { id, name: name(activity, "raisonSocialeSite") })
}

/// `SubjectOrganizationID` and `SubjectOrganization`.
pub(super) fn structure(claims: &Value) -> Result<Option<StructureRef>, AuthFault> {
    let Some(id) = text(claims, "SubjectOrganizationID") else { return Ok(None) };
    let id = StructureId::parse(id).map_err(|_| AuthFault::ClaimInvalid("SubjectOrganizationID"))?;
    Ok(Some(StructureRef { id, name: name(claims, "SubjectOrganization") }))
}

/// `Secteur_Activite`: `SA07^1.2.250.1.71.4.2.4`, or the bare code.
pub(super) fn sector(claims: &Value) -> Result<Option<Box<str>>, AuthFault> {
    let Some(text) = text(claims, "Secteur_Activite") else { return Ok(None) };
    let (code, system) = text.split_once('^').unwrap_or((text, SECTORS));
    match sector_code(code) {
        Some(code) if system == SECTORS => Ok(Some(code)),
        _ => Err(AuthFault::ClaimInvalid("Secteur_Activite")),
    }
}

fn sector_code(code: &str) -> Option<Box<str>> {
    let plain = code.len() <= 16 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (plain && !code.is_empty()).then(|| capital(code).into())
}

/// The codes of the NOS are in capitals: written small, what keeps somebody out keeps him out.
fn capital(code: &str) -> String {
    code.to_ascii_uppercase()
}

/// `Authentification_mode`, in the words of VIHF.
pub(super) fn means(claims: &Value) -> Result<Option<Means>, AuthFault> {
    let Some(code) = claims.get("Authentification_mode") else { return Ok(None) };
    let means = code.as_str().and_then(Means::from_code).ok_or(AuthFault::ClaimInvalid("Authentification_mode"))?;
    Ok(Some(means))
}

/// The software: `LPS_Nom` as in VIHF, else the client that got the token.
pub(super) fn software(claims: &Value) -> Option<Box<str>> {
    ["LPS_Nom", "azp", "client_id"].into_iter().find_map(|claim| name(claims, claim))
}

/// `Acces_Regulation_Medicale`: `VRAI`.
pub(super) fn regulation(claims: &Value) -> bool {
    let value = claims.get("Acces_Regulation_Medicale");
    value.is_some_and(|value| value.as_bool() == Some(true) || value.as_str() == Some("VRAI"))
}

/// `confidentiality_code`, VIHF's attribute as a claim: one code or several.
pub(super) fn secret(claims: &Value) -> bool {
    let is = |value: &Value| value.as_str().is_some_and(|text| text.split('^').next() == Some(SECRET));
    match claims.get("confidentiality_code") {
        Some(Value::Array(several)) => several.iter().any(is),
        Some(one) => is(one),
        None => false,
    }
}
