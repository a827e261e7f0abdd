//! Change the metadata of a document: a conditional PATCH (PDSm flux 03/04; DMP TD3.3a to TD3.3d). Hide and show, archive and take
//! out, delete; nothing else of a document ever changes.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{Act, Answer, ArchiveDocument, ChangeDocument, DeleteDocument, DocumentChange, UpdateVisibility};
use dmp_core::document::Item;
use dmp_core::document::criteria::{Field, Token, Value as Wanted};
use dmp_store::{Ask, Kind, Target};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use crate::iti67::{form, resource_of};
use crate::named::Named;
use crate::patch::{Change, changes, expect_patch};
use crate::path_id::PathId;
use crate::posted::json_of;
use crate::problem::Problem;
use crate::request::json_response;
use crate::search::{Scope, read_parameters};
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The extensions of PDSm, by the ends of their addresses.
const IS_ARCHIVED: &str = "pdsm-ext-is-archived";
const IS_DELETED: &str = "pdsm-ext-is-deleted";
/// The médecin traitant says that the holder asked (decisions 18): `add` of this extension, `valueBoolean`, in the patch that takes the
/// holder's mask away. It stands in the patch as isArchived and isDeleted do: whoever writes one can write the other, in FHIRPath
/// Patch and in JSON Patch; and what is said of this one change is not said by a header, which a proxy may lose. It is not kept on the
/// document.
const HOLDER_ASKED: &str = "urn:dmp:holder-asked";

/// What a patch asks for.
#[derive(Debug, Default)]
struct Asked {
    visibility: Option<UpdateVisibility>,
    archived: Option<bool>,
    deleted: bool,
    superseded: bool,
    holder_asked: Option<bool>,
}

/// Which document is meant.
struct Meant {
    target: Target,
    item: Item,
    identifier: Option<Token>,
}

/// `PATCH DocumentReference/[id]`
pub async fn by_id(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let Named { target, item, .. } = fhir.named(Kind::Document, &id);
    run(&fhir, Meant { target, item, identifier: None }, ask, &headers, &body).await
}

/// `PATCH DocumentReference?identifier=…&patient.identifier=…`
pub async fn by_identifier(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let asked = read_parameters(Scope::Documents, &form(query.as_deref().unwrap_or_default())?)?;
    let [clause] = asked.criteria.all.as_slice() else {
        return Err(Problem::parameter(
            "identifier",
            "`identifier` alone selects the document, with patient.identifier",
        ));
    };
    let (Field::Identifier, [Wanted::Token(token)]) = (clause.field, clause.any.as_slice()) else {
        return Err(Problem::parameter("identifier", "one `identifier` selects the document"));
    };
    let patient =
        asked.patient.ok_or_else(|| Problem::parameter("patient.identifier", "`patient.identifier` must be given"))?;
    let meant = Meant { target: Target::Dossier(patient), item: 0, identifier: Some(token.clone()) };
    run(&fhir, meant, ask, &headers, &body).await
}

/// One act, one entry, whatever the conditions.
async fn run(fhir: &Arc<Fhir>, meant: Meant, ask: Ask, headers: &HeaderMap, body: &[u8]) -> Result<Response, Problem> {
    expect_patch(headers)?;
    let asked = asked(meant.item, &json_of(body)?)?;
    let deleted = asked.deleted;
    let version = if_match(headers)?;
    let act = ChangeDocument { identifier: meant.identifier, version, change: asked.change(meant.item)? };
    let performed = fhir.perform_on_named(meant.target, Act::ChangeDocument(act), ask).await?;
    match &performed.answer {
        Answer::Document(view) => Ok(resource_of(fhir, &performed, view)),
        _ if deleted => Ok(told("deleted")),
        // Whoever may change it but not search is told no more than that it is done.
        _ => Ok(told("informational")),
    }
}

/// An OperationOutcome that says no more than that it went well.
fn told(code: &str) -> Response {
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": code}]});
    json_response(StatusCode::OK, outcome.to_string().into_bytes())
}

impl Asked {
    fn change(self, item: Item) -> Result<DocumentChange, Problem> {
        if self.deleted != self.superseded {
            let text = "to delete, set isDeleted to true and status to superseded together";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "business-rule", "delete-pair", text));
        }
        if self.holder_asked.is_some() && self.visibility.is_none() {
            let text = format!("`{HOLDER_ASKED}` is taken beside a change of securityLabel, in the same patch");
            return Err(Problem::element("DocumentReference.extension", "holder-asked", text));
        }
        match (self.deleted, self.visibility, self.archived) {
            (true, None, None) => Ok(DocumentChange::Delete(DeleteDocument { item })),
            (false, Some(visibility), None) => {
                let holder_asked = self.holder_asked.unwrap_or(false);
                Ok(DocumentChange::Visibility(UpdateVisibility { holder_asked, ..visibility }))
            }
            (false, None, Some(archived)) => Ok(DocumentChange::Archive(ArchiveDocument { item, archived })),
            _ => {
                let text = "one change a patch: securityLabel, isArchived, or the deletion";
                Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text))
            }
        }
    }
}

fn asked(item: Item, patch: &Value) -> Result<Asked, Problem> {
    let mut asked = Asked::default();
    for change in changes("DocumentReference", patch)? {
        one(&mut asked, item, &change)?;
    }
    Ok(asked)
}

fn one(asked: &mut Asked, item: Item, change: &Change) -> Result<(), Problem> {
    let element = change.element.as_str();
    if element == "DocumentReference.status" && change.value.as_str() == Some("superseded") && !change.removed {
        asked.superseded = true;
        return Ok(());
    }
    // What an extension says is set to another value, never taken away.
    if element.starts_with("DocumentReference.extension") && !change.removed {
        let (url, value) = extension(change);
        match (url, value) {
            (Some(url), Some(value)) if url.contains(IS_ARCHIVED) => asked.archived = Some(value),
            (Some(url), Some(true)) if url.contains(IS_DELETED) => asked.deleted = true,
            (Some(url), Some(value)) if url == HOLDER_ASKED => asked.holder_asked = Some(value),
            _ => return Err(not_taken()),
        }
        return Ok(());
    }
    if element.starts_with("DocumentReference.securityLabel") {
        let visibility = asked.visibility.get_or_insert(UpdateVisibility {
            item,
            masque_ps: None,
            invisible_patient: None,
            invisible_representants_legaux: None,
            holder_asked: false,
        });
        return label(visibility, change);
    }
    Err(not_taken())
}

/// A visibility code added or removed.
fn label(visibility: &mut UpdateVisibility, change: &Change) -> Result<(), Problem> {
    let text = format!("{} {}", change.element, change.value);
    let (on, mut any) = (Some(!change.removed), false);
    for (code, flag) in [
        ("INVISIBLE_REPRESENTANTS_LEGAUX", &mut visibility.invisible_representants_legaux),
        ("INVISIBLE_PATIENT", &mut visibility.invisible_patient),
        ("MASQUE_PS", &mut visibility.masque_ps),
    ] {
        if text.contains(code) {
            *flag = on;
            any = true;
        }
    }
    if any { Ok(()) } else { Err(not_taken()) }
}

fn extension(change: &Change) -> (Option<String>, Option<bool>) {
    let url = change.element.split('\'').nth(1).or_else(|| change.element.split('"').nth(1));
    let url = url.or_else(|| change.value.get("url").and_then(Value::as_str));
    let value = change.value.as_bool().or_else(|| change.value.get("valueBoolean").and_then(Value::as_bool));
    (url.map(str::to_owned), value)
}

fn not_taken() -> Problem {
    let text =
        "status, securityLabel, isArchived and isDeleted can be patched (PDSm, flux 03), and urn:dmp:holder-asked said";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text)
}

fn if_match(headers: &HeaderMap) -> Result<Option<u32>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim_start_matches("W/").trim_matches('"').parse().ok());
    version.map(Some).ok_or_else(|| Problem::form("if-match", "If-Match takes the ETag of the resource: W/\"1\""))
}
