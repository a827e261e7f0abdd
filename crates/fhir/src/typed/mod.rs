//! What the holder types in: an allergy, a condition, a treatment, a measure, as the FHIR resource for it. It becomes a document of his
//! dossier, marked as his word; the answer is its DocumentReference.

mod forms;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use dmp_content::patients_word::PatientsWord;
use dmp_core::act::{Act, Answer, Fault, HeaderFacts, NewDocument, NewSet, ProvideDocuments};
use dmp_core::code::{Code, Coded, Dtm, HumanName, PersonId, Xcn, table};
use dmp_core::document::{Author, Blob, Confidentiality, DocumentEntry, SubmissionSet, Visibility};
use dmp_core::identity::Ins;
use dmp_store::{Ask, Kind, Name, Target};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::iti65::stage_bytes;
use crate::posted::{patient_named, posted};
use crate::problem::Problem;
use crate::read::Node;
use crate::request::resource_response;
use crate::service::Fhir;
use crate::small_body::SmallBody;
use forms::{ALLERGY, CONDITION, Form, MEASURE, TREATMENT};

/// The type of what a patient typed in: his health profile.
const TYPE: (&str, &str) = ("1.2.250.1.213.1.1.4.12", "DOCPAT08");
/// A patient as author (facts d.3).
const WORD: (&str, &str) = ("1.2.250.1.213.1.1.4.6", "EXP_PATIENT");
/// `POST AllergyIntolerance`
pub async fn allergy(fhir: State<Arc<Fhir>>, headers: HeaderMap, body: SmallBody) -> Result<Response, Problem> {
    create(&fhir, &headers, &body.0, &ALLERGY).await
}

/// `POST Condition`
pub async fn condition(fhir: State<Arc<Fhir>>, headers: HeaderMap, body: SmallBody) -> Result<Response, Problem> {
    create(&fhir, &headers, &body.0, &CONDITION).await
}

/// `POST MedicationStatement`
pub async fn treatment(fhir: State<Arc<Fhir>>, headers: HeaderMap, body: SmallBody) -> Result<Response, Problem> {
    create(&fhir, &headers, &body.0, &TREATMENT).await
}

/// `POST Observation`
pub async fn measure(fhir: State<Arc<Fhir>>, headers: HeaderMap, body: SmallBody) -> Result<Response, Problem> {
    create(&fhir, &headers, &body.0, &MEASURE).await
}

async fn create(fhir: &Arc<Fhir>, headers: &HeaderMap, body: &[u8], form: &Form) -> Result<Response, Problem> {
    let mut ask = fhir.ask(headers).await?;
    let mut elements = vec!["resourceType", "id", "meta", "text", "identifier", "language"];
    elements.extend(form.elements);
    let value = posted(headers, body, form.resource, &elements)?;
    let node = Node::root(&value, form.resource);
    let patient = patient_named(&value, &node.need(form.patient)?)?;
    let lines = form.read(&node)?;
    ask.staged_at = Some(fhir.store.now());
    let (act, staged) = deposit(fhir, &patient, &ask, form.title, &lines).await?;
    let target = match fhir.store.find_journal(&Name::Ins(&patient)).await? {
        Some(_) => Target::Dossier(patient),
        None => Target::Nowhere(patient.to_text().into()),
    };
    let performed = fhir.store.perform(target, act, ask).await?;
    if !matches!(performed.answer, Answer::Provided(_)) {
        fhir.store.unstage([staged]).await;
    }
    match &performed.answer {
        Answer::Provided(provided) => {
            let item = provided.documents.first().ok_or_else(Problem::not_found)?.item;
            let id = fhir.store.public_id_of(Kind::Document, &performed.places, item);
            let answer = json!({"resourceType": form.resource, "id": id, "extension": [
                {"url": "urn:dmp:document", "valueReference": {"reference": format!("DocumentReference/{id}")}}]});
            let mut response = resource_response(StatusCode::CREATED, &answer);
            let location = format!("{}/DocumentReference/{id}", fhir.base);
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Ok(response)
        }
        Answer::Refused(rule) => Err(Problem::refused(*rule)),
        Answer::Faulty(Fault { rule, .. }) => Err(Problem::fault(&Fault { index: None, rule: *rule }, None)),
        _ => Err(Problem::not_found()),
    }
}

/// The deposit, and the blob that it stages.
async fn deposit(
    fhir: &Fhir,
    patient: &Ins,
    ask: &Ask,
    title: &str,
    lines: &[(&'static str, String)],
) -> Result<(Act, [u8; 16]), Problem> {
    let (system, code) = TYPE;
    let type_code = Coded { code: Code::new(system, code), display: table::label(system, code).map(Into::into) };
    let unique_id = new_oid(fhir);
    let at = fhir.store.now();
    let name = ask.requester.display_name();
    let word = PatientsWord {
        ins: patient,
        unique_id: &unique_id,
        type_code: &type_code,
        title,
        at,
        // The holder has no name here: it is in his dossier.
        written_by: Some(name.as_str()).filter(|name| !name.is_empty()),
        lines,
    };
    let bytes = word.write();
    let journal = fhir.store.find_journal(&Name::Ins(patient)).await?;
    let (content, header) = stage_bytes(fhir, journal, &bytes).await?;
    let staged = content.id;
    let document = NewDocument {
        entry: entry(unique_id.into(), type_code, title, Dtm::second(at), content),
        authors: vec![author(patient)],
        legal_authenticator: None,
        source_patient: None,
        visibility: Visibility::default(),
        replaces: None,
        withhold_motive: None,
        header: header.header_facts(),
    };
    let set = SubmissionSet {
        unique_id: Some(new_oid(fhir).into()),
        entry_uuid: None,
        source_id: None,
        submission_time: Some(Dtm::second(at)),
        content_type_code: Some(Coded::bare(Code::new(WORD.0, WORD.1))),
        authors: Vec::new(),
        title: None,
        comments: None,
    };
    let set = NewSet { set, authors: vec![author(patient)], patient: HeaderFacts::default() };
    let act = ProvideDocuments {
        set,
        documents: vec![document],
        patients: vec![patient.clone()],
        unfit: None,
        patients_word: true,
    };
    Ok((Act::ProvideDocuments(Box::new(act)), staged))
}

fn entry(unique_id: Box<str>, type_code: Coded, title: &str, at: Dtm, content: Blob) -> DocumentEntry {
    DocumentEntry {
        unique_id,
        entry_uuid: None,
        type_code,
        class_code: Code::new("", ""),
        format_code: None,
        practice_setting_code: None,
        healthcare_facility_type_code: Some(Coded::bare(Code::new(WORD.0, WORD.1))),
        confidentiality_code: Confidentiality::Normal,
        event_codes: Vec::new(),
        title: Some(title.into()),
        comments: None,
        language_code: Some("fr-FR".into()),
        mime_type: "text/xml".into(),
        creation_time: Some(at),
        service_start_time: Some(at),
        service_stop_time: None,
        authors: Vec::new(),
        legal_authenticator: None,
        source_patient: None,
        reference_ids: Vec::new(),
        content,
        text: None,
    }
}

/// The patient as author: by his INS, type NH, `EXP_PATIENT` (facts d.3).
fn author(patient: &Ins) -> Author {
    let id = PersonId {
        root: Some(patient.domain.code().into()),
        extension: patient.value.clone(),
        kind: Some("NH".into()),
        namespace: None,
    };
    Author {
        person: Some(Xcn { id: Some(id), name: HumanName::default(), name_type: Some("D".into()) }),
        institutions: Vec::new(),
        specialties: vec![Coded::bare(Code::new(WORD.0, WORD.1))],
        roles: Vec::new(),
    }
}

/// An OID of 122 random bits, under the arc of UUIDs (ITU-T X.667).
fn new_oid(fhir: &Fhir) -> String {
    let mut bytes = [0; 16];
    fhir.store.draw(&mut bytes);
    format!("2.25.{}", u128::from_be_bytes(bytes) >> 6)
}
