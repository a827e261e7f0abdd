//! What goes wrong, as FHIR says it: an OperationOutcome that names the element, the rule and the way out.

use axum::response::{IntoResponse, Response};
use dmp_core::act::Fault;
use dmp_core::dossier::Rule;
use dmp_core::history::Language;
use dmp_store::error::StoreError;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// The code system of our rules in `OperationOutcome.issue.details`.
pub const RULE_SYSTEM: &str = "urn:dmp:rule";
/// The code system of IHE's registry error codes (ITI TF-3, table 4.2.4.1-2).
pub const XDS_ERROR_SYSTEM: &str = "urn:oid:1.3.6.1.4.1.19376.1.2.3.error";

/// A request that is not answered with success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// `issue.code` (IssueType).
    pub code: &'static str,
    /// The rule, in our code or the standard's.
    pub rule: &'static str,
    /// The rule of the table that this breaks, where `rule` says more exactly what is wrong.
    pub breaks: Option<&'static str>,
    /// The sentence: French for the user, then English for the engineer.
    pub text: String,
    /// What exactly is wrong and how to mend it.
    pub diagnostics: String,
    /// The element, as a FHIRPath.
    pub expression: Option<String>,
    /// The XDS error code, where one fits.
    pub xds: Option<&'static str>,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
    /// Whether the connection ends with this answer: what the client still sends is not read.
    pub closes: bool,
}

impl Problem {
    /// A problem with a status, an issue type and a rule.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, rule: &'static str, diagnostics: impl Into<String>) -> Self {
        Self {
            status,
            code,
            rule,
            breaks: None,
            text: String::new(),
            diagnostics: diagnostics.into(),
            expression: None,
            xds: None,
            retry_after: None,
            closes: false,
        }
    }

    /// An element that is not what the profile asks for: 422.
    #[must_use]
    pub fn element(path: impl Into<String>, rule: &'static str, diagnostics: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", rule, diagnostics);
        problem.expression = Some(path.into());
        problem.xds = Some("XDSRepositoryMetadataError");
        problem
    }

    /// A request whose form is wrong: 400.
    #[must_use]
    pub fn form(rule: &'static str, diagnostics: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "structure", rule, diagnostics)
    }

    /// A search parameter that is not understood: 400, never ignored.
    #[must_use]
    pub fn parameter(name: &str, diagnostics: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "invalid", "search-parameter", diagnostics);
        problem.expression = Some(format!("http.{name}"));
        problem
    }

    /// There is no such thing: hidden, deleted, unknown, all alike, to the byte.
    #[must_use]
    pub fn not_found() -> Self {
        Self::of_rule(StatusCode::NOT_FOUND, "not-found", Rule::NotFound)
    }

    /// A rule that settled the question against the caller.
    #[must_use]
    pub fn of_rule(status: StatusCode, code: &'static str, rule: Rule) -> Self {
        let french = rule.sentence(Language::French).unwrap_or_default();
        let english = rule.sentence(Language::English).unwrap_or_default();
        let english = way_out(rule).map_or_else(|| english.to_owned(), |way| format!("{english} {way}"));
        let mut problem = Self::new(status, code, rule.code(), english);
        french.clone_into(&mut problem.text);
        problem
    }

    /// The same, of what breaks a rule: with its code, and its sentences before what exactly is wrong.
    #[must_use]
    pub fn breaking(mut self, rule: Rule) -> Self {
        rule.sentence(Language::French).unwrap_or_default().clone_into(&mut self.text);
        self.diagnostics = format!("{} {}", rule.sentence(Language::English).unwrap_or_default(), self.diagnostics);
        self.breaks = Some(rule.code()).filter(|code| *code != self.rule);
        self
    }

    /// A refusal, told with its rule (decisions 1).
    #[must_use]
    pub fn refused(rule: Rule) -> Self {
        let mut problem = match rule {
            Rule::UnknownDossier => Self::of_rule(StatusCode::NOT_FOUND, "not-found", rule),
            _ => Self::of_rule(StatusCode::FORBIDDEN, "forbidden", rule),
        };
        problem.xds = (rule == Rule::UnknownDossier).then_some("XDSUnknownPatientId");
        problem
    }

    /// A request that is wrong in itself; `path` is the element of the item at fault.
    #[must_use]
    pub fn fault(fault: &Fault, path: Option<String>) -> Self {
        let (status, code, xds) = match fault.rule {
            Rule::ReplacedUnknown => (StatusCode::NOT_FOUND, "not-found", "XDSRegistryMetadataError"),
            rule if rule.is_told() => (StatusCode::FORBIDDEN, "forbidden", "XDSRegistryError"),
            Rule::ReservedType | Rule::SecretConnection => (StatusCode::FORBIDDEN, "forbidden", "XDSRepositoryError"),
            Rule::UniqueIdTaken | Rule::SetIdTaken => {
                (StatusCode::UNPROCESSABLE_ENTITY, "duplicate", "XDSDuplicateUniqueIdInRegistry")
            }
            Rule::DuplicateInSet | Rule::EntryUuidTaken | Rule::ResentSet => {
                (StatusCode::UNPROCESSABLE_ENTITY, "duplicate", "XDSRepositoryMetadataError")
            }
            Rule::PatientIdMismatch | Rule::BirthDateMismatch | Rule::SexMismatch => {
                (StatusCode::UNPROCESSABLE_ENTITY, "business-rule", "XDSPatientIdDoesNotMatch")
            }
            Rule::VersionChanged => (StatusCode::PRECONDITION_FAILED, "conflict", "XDSRegistryMetadataError"),
            Rule::SeveralMatch => (StatusCode::PRECONDITION_FAILED, "multiple-matches", "XDSRegistryMetadataError"),
            Rule::UnknownType => (StatusCode::UNPROCESSABLE_ENTITY, "code-invalid", "XDSRepositoryMetadataError"),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, "business-rule", "XDSRepositoryMetadataError"),
        };
        let mut problem = Self::of_rule(status, code, fault.rule);
        problem.xds = Some(xds);
        problem.expression = path;
        problem
    }

    /// The resource.
    #[must_use]
    pub fn outcome(&self) -> Value {
        let rules = [Some(self.rule), self.breaks].into_iter().flatten();
        let mut coding: Vec<Value> = rules.map(|code| json!({"system": RULE_SYSTEM, "code": code})).collect();
        if let Some(xds) = self.xds {
            coding.push(json!({"system": XDS_ERROR_SYSTEM, "code": xds}));
        }
        let mut details = json!({"coding": coding});
        if let (false, Some(details)) = (self.text.is_empty(), details.as_object_mut()) {
            details.insert("text".into(), self.text.clone().into());
        }
        let severity = if self.status.is_server_error() { "fatal" } else { "error" };
        let mut issue = json!({
            "severity": severity, "code": self.code, "details": details, "diagnostics": self.diagnostics,
        });
        if let (Some(expression), Some(issue)) = (&self.expression, issue.as_object_mut()) {
            issue.insert("expression".into(), json!([expression]));
        }
        json!({"resourceType": "OperationOutcome", "issue": [issue]})
    }
}

/// How FHIR says what a rule asks for, where the rule's own sentence cannot name it.
const fn way_out(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::HolderMustAsk => Some("Add the extension `urn:dmp:holder-asked`, valueBoolean true, in the same patch."),
        Rule::RetentionMotive => {
            Some("Add the extension `urn:dmp:withhold-motive`, valueString, to the DocumentReference.")
        }
        Rule::AllRepresentatives => Some("Send `Joint-Authorization: Bearer <token>` once for each of the others."),
        Rule::ConsentMissing => Some("Add the extension `urn:dmp:notice`, valueString: the version that was read."),
        _ => None,
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let rule = match error {
            StoreError::Unavailable => "journal-unavailable",
            StoreError::NotKnown => "journal-not-known",
            StoreError::Busy => "dossier-busy",
            StoreError::ClockBehind => "clock-behind",
            StoreError::StageTooOld => "stage-too-old",
            StoreError::Unreadable => "journal-unreadable",
            StoreError::Damaged(_) | StoreError::Engine(_) => "engine",
        };
        let text = "Nothing was disclosed. Try again.";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "transient", rule, text);
        "Le service ne peut pas répondre pour l’instant. Réessayez.".clone_into(&mut problem.text);
        problem.retry_after = Some(1);
        problem.xds = Some("XDSRepositoryBusy");
        problem
    }
}

impl Problem {
    /// When to come again, and that the connection ends: whatever the form of the answer.
    pub fn tell_when(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.outcome().to_string();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/fhir+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        self.tell_when(headers);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
