//! `--claims FILE`: any claims at all, in long or in short, so that every rule can be tried over HTTP.

use serde_json::{Map, Value, json};

/// Why a file of claims is not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsFault {
    /// No JSON object.
    #[error("the claims file must hold one JSON object: {0}")]
    Json(String),
    /// A short form with a value that it cannot have.
    #[error("{name}: {expected} is expected")]
    Value {
        /// Which.
        name: &'static str,
        /// What was expected.
        expected: &'static str,
    },
}

/// The claims of a file. Short forms become the claims that they stand for; everything else is taken as it is.
///
/// | short | becomes |
/// |---|---|
/// | `role`: professional, staff, organisation, holder, representative, carer, insurer, operator, helpdesk | `dmp_role` |
/// | `means`: direct, indirect, reinforced | `Authentification_mode` |
/// | `id` | `SubjectNameID` |
/// | `family`, `given` | `family_name`, `given_name` |
/// | `profession`: `28` (TRE_G15), or `system|code` | first of `SubjectRole` |
/// | `specialty`: `SM26`, or several | the others of `SubjectRole` |
/// | `structure`: its id, or `{"id", "name"}` | `SubjectOrganizationID`, `SubjectOrganization` |
/// | `sector`: `SA07` | `Secteur_Activite` |
/// | `regulation`: true | `Acces_Regulation_Medicale` VRAI |
/// | `secret`: true | `confidentiality_code` INVISIBLE_REPRESENTANTS_LEGAUX |
/// | `mode`: normal, centre_15, bris_de_glace; `reason` | `extensions.ihe_iua.purpose_of_use` |
///
/// # Errors
/// [`ClaimsFault`] names what is wrong.
pub fn claims_of(file: &[u8]) -> Result<Value, ClaimsFault> {
    let value: Value = serde_json::from_slice(file).map_err(|error| ClaimsFault::Json(error.to_string()))?;
    let Value::Object(mut claims) = value else { return Err(ClaimsFault::Json("another kind of value".into())) };
    for (short, long) in
        [("role", "dmp_role"), ("id", "SubjectNameID"), ("family", "family_name"), ("given", "given_name")]
    {
        if let Some(value) = claims.remove(short) {
            claims.insert(long.into(), value);
        }
    }
    means(&mut claims)?;
    profession(&mut claims)?;
    structure(&mut claims)?;
    for (short, long, yes) in [
        ("regulation", "Acces_Regulation_Medicale", "VRAI"),
        ("secret", "confidentiality_code", "INVISIBLE_REPRESENTANTS_LEGAUX"),
    ] {
        match claims.remove(short) {
            None | Some(Value::Bool(false)) => {}
            Some(Value::Bool(true)) => drop(claims.insert(long.into(), yes.into())),
            Some(_) => return Err(ClaimsFault::Value { name: short, expected: "true or false" }),
        }
    }
    purpose(&mut claims)?;
    if !claims.contains_key("sub") {
        let id = claims.get("SubjectNameID").or_else(|| claims.get("SubjectOrganizationID"));
        let id = id.and_then(Value::as_str).unwrap_or("claims-file");
        claims.insert("sub".into(), format!("lab:{}", id.replace([' ', '|'], "-")).into());
    }
    Ok(Value::Object(claims))
}

fn text(claims: &mut Map<String, Value>, name: &'static str) -> Result<Option<String>, ClaimsFault> {
    match claims.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ClaimsFault::Value { name, expected: "a text" }),
    }
}

fn means(claims: &mut Map<String, Value>) -> Result<(), ClaimsFault> {
    let Some(means) = text(claims, "means")? else { return Ok(()) };
    let mode = match means.as_str() {
        "direct" => "DIRECTE",
        "indirect" => "INDIRECTE",
        "reinforced" => "INDIRECTE_RENFORCEE",
        _ => return Err(ClaimsFault::Value { name: "means", expected: "direct, indirect or reinforced" }),
    };
    claims.insert("Authentification_mode".into(), mode.into());
    Ok(())
}

fn profession(claims: &mut Map<String, Value>) -> Result<(), ClaimsFault> {
    let role = |code: &str, system: &str| match code.split_once('|') {
        Some((system, code)) => format!("{code}^{system}"),
        None => format!("{code}^{system}"),
    };
    let mut roles: Vec<String> = Vec::new();
    roles.extend(text(claims, "profession")?.map(|code| role(&code, "1.2.250.1.213.1.1.5.5")));
    let wrong = ClaimsFault::Value { name: "specialty", expected: "a code, or an array of codes" };
    let specialties = match claims.remove("specialty") {
        None => Vec::new(),
        Some(Value::Array(several)) => several,
        Some(one) => vec![one],
    };
    for specialty in &specialties {
        roles.push(role(specialty.as_str().ok_or_else(|| wrong.clone())?, "1.2.250.1.71.4.2.5"));
    }
    if !roles.is_empty() {
        claims.insert("SubjectRole".into(), roles.into());
    }
    Ok(())
}

fn structure(claims: &mut Map<String, Value>) -> Result<(), ClaimsFault> {
    match claims.remove("structure") {
        None => {}
        Some(Value::String(id)) => drop(claims.insert("SubjectOrganizationID".into(), id.into())),
        Some(Value::Object(mut parts)) => {
            for (short, long) in [("id", "SubjectOrganizationID"), ("name", "SubjectOrganization")] {
                if let Some(value) = parts.remove(short) {
                    claims.insert(long.into(), value);
                }
            }
        }
        Some(_) => return Err(ClaimsFault::Value { name: "structure", expected: "an id, or {\"id\", \"name\"}" }),
    }
    if let Some(sector) = text(claims, "sector")? {
        let sector = if sector.contains('^') { sector } else { format!("{sector}^1.2.250.1.71.4.2.4") };
        claims.insert("Secteur_Activite".into(), sector.into());
    }
    Ok(())
}

fn purpose(claims: &mut Map<String, Value>) -> Result<(), ClaimsFault> {
    let (mode, reason) = (text(claims, "mode")?, text(claims, "reason")?);
    if mode.is_none() && reason.is_none() {
        return Ok(());
    }
    let mut coding =
        json!({ "system": "urn:oid:1.2.250.1.213.1.1.4.248", "code": mode.as_deref().unwrap_or("normal") });
    if let Some(reason) = reason {
        crate::bundle::put(&mut coding, "display", reason.into());
    }
    claims.insert("extensions".into(), json!({ "ihe_iua": { "purpose_of_use": [coding] } }));
    Ok(())
}
