//! Who signs with the caller: what all representatives of a holder must sign, closing and deleting (decisions 24).
//!
//! `Joint-Authorization: Bearer <token>`, once for each of the others: their own tokens, verified as the caller's is. A header, for it
//! proves who asks, as `Authorization` does, and serves a request without a body (`DELETE`) as well. Whether they are all there is
//! for the rule to say.

use std::sync::Arc;

use dmp_auth::AuthFault;
use dmp_core::act::Act;
use dmp_core::identity::{Representative, Requester};
use http::{HeaderMap, StatusCode};

use crate::problem::Problem;
use crate::service::Fhir;

/// The header.
const HEADER: &str = "joint-authorization";
/// Others who may sign one request.
const MOST: usize = 4;

impl Fhir {
    /// The representatives who sign with the caller.
    ///
    /// # Errors
    /// A [`Problem`] that names the header: 401 for a token that is not accepted, 400 for one of nobody who signs here.
    pub(crate) async fn joint(
        &self,
        headers: &HeaderMap,
        requester: &Requester,
    ) -> Result<Vec<Arc<Requester>>, Problem> {
        let tokens = tokens(headers)?;
        let caller = match requester {
            Requester::Representative(caller) => caller,
            _ if tokens.is_empty() => return Ok(Vec::new()),
            _ => return Err(not_signing()),
        };
        let mut joint = Vec::with_capacity(tokens.len());
        for token in tokens {
            let who = self.authenticator.authenticate(token, self.store.now()).await.map_err(refused)?;
            match &*who.requester {
                Requester::Representative(other) if signs_with(caller, other) => joint.push(who.requester),
                _ => return Err(not_signing()),
            }
        }
        Ok(joint)
    }
}

/// Only what all must sign is signed by several.
///
/// # Errors
/// A [`Problem`]: 400, that names the header.
pub(crate) fn signed_together(act: &Act) -> Result<(), Problem> {
    match act {
        Act::CloseDossier(_)
        | Act::LifeOfDossier(_)
        | Act::ChangeDocument(_)
        | Act::DeleteDocument(_)
        | Act::RequestDeletion(_) => Ok(()),
        _ => Err(not_signing()),
    }
}

/// Another person, for the same holder, by the same identifier.
fn signs_with(caller: &Representative, other: &Representative) -> bool {
    other.ins == caller.ins && other.person != caller.person
}

/// The tokens of the header; a proxy may have joined several into one, by commas.
fn tokens(headers: &HeaderMap) -> Result<Vec<&str>, Problem> {
    let mut tokens = Vec::new();
    for value in headers.get_all(HEADER) {
        let text = value.to_str().map_err(|_| malformed())?;
        for one in text.split(',') {
            let (scheme, token) = one.trim().split_once(' ').ok_or_else(malformed)?;
            if !scheme.eq_ignore_ascii_case("bearer") || tokens.len() == MOST {
                return Err(malformed());
            }
            tokens.push(token.trim());
        }
    }
    Ok(tokens)
}

fn malformed() -> Problem {
    told(
        Problem::form("joint-authorization", "`Joint-Authorization: Bearer <token>`, at most four times"),
        "L’en-tête Joint-Authorization s’écrit « Bearer <jeton> », quatre fois au plus.",
    )
}

fn not_signing() -> Problem {
    let english = "`Joint-Authorization` takes the token of another representative of the same holder, by the same \
                   identifier, beside the token of a representative, to close, to delete or to ask for a deletion";
    let french = "L’en-tête Joint-Authorization prend le jeton d’un autre représentant du même titulaire, sous le même \
                  identifiant, à côté de celui d’un représentant, pour fermer, pour supprimer ou pour demander une suppression.";
    told(Problem::form("joint-authorization", english), french)
}

fn refused(fault: AuthFault) -> Problem {
    let english = format!("`Joint-Authorization`: {}", fault.english());
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "login", fault.code(), english);
    told(problem, &format!("Joint-Authorization : {}", fault.french()))
}

fn told(mut problem: Problem, french: &str) -> Problem {
    french.clone_into(&mut problem.text);
    problem.expression = Some("http.Joint-Authorization".into());
    problem
}
