//! Whose an address is: this server's, or another's (FHIR R4, 2.3.0.1).

/// What stands behind this server's base in an address: of a relative one, all of it. None where it is another server's.
#[must_use]
pub fn local<'a>(base: &str, address: &'a str) -> Option<&'a str> {
    let before = address.split(['?', '#']).next().unwrap_or_default();
    if !before.contains("://") {
        return Some(address).filter(|_| !address.starts_with('/'));
    }
    let ((scheme, authority, path), (ours, host, root)) = (parts(address)?, parts(base)?);
    let is_here = scheme.eq_ignore_ascii_case(ours) && is_same_place(authority, host);
    path.strip_prefix(root.trim_end_matches('/')).filter(|_| is_here)?.strip_prefix('/')
}

/// The id that a reference to a resource of that type has here.
#[must_use]
pub fn id_of<'a>(base: &str, reference: &'a str, resource: &str) -> Option<&'a str> {
    let id = local(base, reference)?.strip_prefix(resource)?.strip_prefix('/')?;
    (!id.is_empty() && !id.contains(['/', '?'])).then_some(id)
}

/// Scheme, host with port, and the rest.
fn parts(address: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    Some((scheme, authority, path))
}

/// Names have no case (RFC 3986, 6.2.2.1), and a machine has several for itself.
fn is_same_place(one: &str, other: &str) -> bool {
    let split = |authority: &str| {
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host.to_owned(), port.to_owned()),
            _ => (authority.to_owned(), String::new()),
        };
        let host = host.to_ascii_lowercase();
        let own = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        (if own { "localhost".to_owned() } else { host }, port)
    };
    split(one) == split(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_another_server_is_none_of_ours() {
        const BASE: &str = "http://127.0.0.1:8080/fhir";
        for ours in [
            "DocumentReference/a",
            "http://127.0.0.1:8080/fhir/DocumentReference/a",
            "HTTP://LOCALHOST:8080/fhir/DocumentReference/a",
        ] {
            assert_eq!(id_of(BASE, ours, "DocumentReference"), Some("a"), "{ours}");
        }
        for another in [
            "http://evil/fhir/DocumentReference/a",
            "http://127.0.0.1:8081/fhir/DocumentReference/a",
            "https://127.0.0.1:8080/fhir/DocumentReference/a",
            "http://127.0.0.1:8080/other/DocumentReference/a",
            "http://127.0.0.1:8080@evil/fhir/DocumentReference/a",
            "//evil/DocumentReference/a",
            "xx/DocumentReference/a",
            "AuditEvent/a",
            "DocumentReference/",
            "DocumentReference/a/b",
        ] {
            assert_eq!(id_of(BASE, another, "DocumentReference"), None, "{another}");
        }
        let asked = "DocumentReference?identifier=http://evil|1";
        assert_eq!(local(BASE, asked), Some(asked), "what is asked for is no address");
        assert_eq!(local(BASE, "http://localhost:8080/fhir/DocumentReference?a=b"), Some("DocumentReference?a=b"));
        assert_eq!(local(BASE, "http://evil/fhir/DocumentReference?a=b"), None);
    }
}
