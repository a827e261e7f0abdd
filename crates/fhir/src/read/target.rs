//! The document that a reference, or the address of a PATCH, names: by our id, by its masterIdentifier, or by the entryUUID of its sender.

use super::address::local;
use super::document_reference::unique_id;
use super::{Node, patients_of_address};
use crate::problem::Problem;

/// The parameters that may stand beside `identifier`: whom they name is asked of the whole bundle.
const PATIENT: &[&str] = &["patient.identifier", "patient:identifier", "subject.identifier", "subject:identifier"];

/// A document named by an Identifier.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn target_of_identifier(identifier: &Node<'_>) -> Result<Box<str>, Problem> {
    Ok(plain(&unique_id(identifier)?).into())
}

/// A document named by an address: `DocumentReference/[id]`, `DocumentReference?identifier=…`, or a URN. An absolute address stays whole: whose
/// it is [`id_here`] says.
///
/// # Errors
/// A [`Problem`] that names the element, when it is the address of something else.
pub fn target_of_address(path: &str, address: &str) -> Result<Box<str>, Problem> {
    let wrong = |text: &str| Problem::element(path.to_owned(), "document", text.to_owned());
    let expected = "write DocumentReference/[id], or DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:…";
    if address.starts_with("urn:") {
        return Ok(plain(address).into());
    }
    let Some((what, query)) = address.split_once('?') else {
        return match address.strip_prefix("DocumentReference/") {
            Some(id) if !id.is_empty() && !id.contains('/') => Ok(plain(id).into()),
            _ if is_absolute(address) && address.rsplit('/').nth(1) == Some("DocumentReference") => Ok(address.into()),
            _ => Err(wrong(expected)),
        };
    };
    let named_so = if is_absolute(what) { what.rsplit('/').next() } else { Some(what) };
    if named_so != Some("DocumentReference") {
        return Err(wrong(expected));
    }
    patients_of_address(path, address, &mut Vec::new())?;
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| wrong("the conditions of the address are not well-formed"))?;
    let mut named = None;
    for (name, value) in &pairs {
        match name.as_str() {
            "identifier" if named.is_none() => named = Some(of_token(value).ok_or_else(|| wrong(expected))?),
            name if PATIENT.contains(&name) => {}
            name => return Err(wrong(&format!("`{name}` is not taken here, or not twice: {expected}"))),
        }
    }
    let named = named.ok_or_else(|| wrong(expected))?;
    Ok(if is_absolute(what) { address.into() } else { named })
}

/// What a name of a document is at this server, whose base that is: of an address of ours its id. Another server's is left as it is, which
/// is no name of any document here.
pub fn id_here(base: &str, named: &str) -> Box<str> {
    let here = local(base, named).filter(|_| is_absolute(named));
    here.and_then(|here| target_of_address("", here).ok()).unwrap_or_else(|| named.into())
}

fn is_absolute(address: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|one| one.eq_ignore_ascii_case(scheme)))
}

/// A token as a uniqueId: `urn:oid:root|extension` is `root^extension`, exactly that.
fn of_token(value: &str) -> Option<Box<str>> {
    let (system, value) = value.split_once('|').unwrap_or(("", value));
    match system {
        "" | "urn:ietf:rfc:3986" => Some(plain(value).into()).filter(|_| !value.is_empty()),
        root => {
            let root = dmp_core::code::Oid::parse(root).ok()?;
            (!value.is_empty()).then(|| format!("{root}^{value}").into())
        }
    }
}

/// Without `urn:`; a UUID is one whatever its capitals.
fn plain(id: &str) -> String {
    match id.strip_prefix("urn:oid:") {
        Some(oid) => oid.to_owned(),
        None => {
            let bare = id.strip_prefix("urn:uuid:").unwrap_or(id);
            if is_uuid(bare) { bare.to_ascii_lowercase() } else { bare.to_owned() }
        }
    }
}

/// Whether a text is a UUID, in either case.
pub(super) fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
