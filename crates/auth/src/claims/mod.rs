//! The claims of a token as a requester.
//!
//! A token of Pro Santé Connect has its own claims (facts f.3) and is a professional's. Tokens of other issuers say in
//! `dmp_role` what one is, in `sub` and `name` who, and in `ins` (`OID|VALUE` or a CX) whose dossier is concerned; a
//! structure has the claims of Pro Santé Connect for structures.

mod professional;

use dmp_core::code::{Code, turns_others};
use dmp_core::identity::{
    Carer, HelpDesk, HolderRequester, Ins, InsurerFeed, Operator, Organisation, Representative, Requester,
};
use serde_json::Value;

use crate::fault::AuthFault;
use crate::issuer::{Role, Roles};

/// Longer names are cut.
const LONGEST_NAME: usize = 200;

/// Whoever the claims describe.
pub(crate) fn requester(claims: &Value, allows: Roles, credential: [u8; 32]) -> Result<Requester, AuthFault> {
    let role = match claims.get("dmp_role") {
        None => Role::Professional,
        Some(code) => code.as_str().and_then(Role::from_code).ok_or(AuthFault::ClaimInvalid("dmp_role"))?,
    };
    if !allows.allows(role) {
        return Err(AuthFault::RoleNotAllowed);
    }
    let name = name(claims, "name");
    Ok(match role {
        Role::Professional => Requester::Professional(professional::read(claims, credential)?),
        Role::Staff => Requester::Professional(professional::staff(claims, credential)?),
        Role::Organisation => Requester::Organisation(organisation(claims, credential)?),
        Role::Holder => Requester::Holder(HolderRequester { ins: ins(claims)?, credential }),
        Role::Representative => {
            Requester::Representative(Representative { person: subject(claims)?, name, ins: ins(claims)?, credential })
        }
        Role::Carer => Requester::Carer(Carer { person: subject(claims)?, name, ins: ins(claims)?, credential }),
        Role::Insurer => Requester::InsurerFeed(InsurerFeed { id: subject(claims)?, name, credential }),
        Role::Operator => Requester::Operator(Operator { id: subject(claims)?, name, credential }),
        Role::HelpDesk => Requester::HelpDesk(HelpDesk { id: subject(claims)?, name, credential }),
    })
}

/// How he enters and why, where the token says.
pub(crate) fn purpose(claims: &Value) -> (Option<Code>, Option<String>) {
    let coding = claims.pointer("/extensions/ihe_iua/purpose_of_use");
    let coding = coding.map(|coding| coding.get(0).unwrap_or(coding));
    let mode = coding.and_then(|one| Some(Code::new(text(one, "system")?, text(one, "code")?).canonical()));
    let display = coding.and_then(|one| name(one, "display"));
    (mode, name(claims, "Mode_Acces_Raison").or(display).map(Into::into))
}

fn organisation(claims: &Value, credential: [u8; 32]) -> Result<Organisation, AuthFault> {
    use dmp_core::identity::Means;
    let structure = professional::structure(claims)?.ok_or(AuthFault::ClaimMissing("SubjectOrganizationID"))?;
    Ok(Organisation {
        structure,
        sector: professional::sector(claims)?,
        software: professional::software(claims),
        credential,
        regulation: professional::regulation(claims),
        means: professional::means(claims)?.unwrap_or(Means::Indirect),
        secret: professional::secret(claims),
    })
}

/// The text of a claim; an empty one is none.
fn text<'a>(claims: &'a Value, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A claim that people read: without control characters, and not without end.
fn name(claims: &Value, claim: &str) -> Option<Box<str>> {
    let text = text(claims, claim)?;
    let clean: String =
        text.chars().filter(|one| !one.is_control() && !turns_others(*one)).take(LONGEST_NAME).collect();
    (!clean.is_empty()).then(|| clean.into())
}

/// `sub`: the account at its issuer.
fn subject(claims: &Value) -> Result<Box<str>, AuthFault> {
    let subject = text(claims, "sub").ok_or(AuthFault::ClaimMissing("sub"))?;
    let odd = |one: char| one.is_control() || one.is_whitespace() || one == '|';
    if subject.len() > 255 || subject.contains(odd) { Err(AuthFault::ClaimInvalid("sub")) } else { Ok(subject.into()) }
}

fn ins(claims: &Value) -> Result<Ins, AuthFault> {
    let ins = text(claims, "ins").ok_or(AuthFault::ClaimMissing("ins"))?;
    Ins::parse_text(ins).map_err(|_| AuthFault::ClaimInvalid("ins"))
}
