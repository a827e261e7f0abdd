//! The FHIR face: PDSm 3.1 / MHD 4.2 (ITI-65 to ITI-68), Patient, Consent, AuditEvent. It translates, and decides nothing.

mod accept;
mod audit_event;
mod communication;
mod consent;
mod document_patch;
mod fragments;
mod gate;
mod iti65;
mod iti66;
mod iti67;
mod iti68;
mod joint;
mod label_patch;
mod metadata;
mod named;
mod patch;
mod path_id;
mod patient;
mod posted;
mod problem;
mod read;
mod related_person;
pub mod render;
mod request;
mod search;
mod service;
mod small_body;
mod subscription;
mod task;
mod typed;

pub use gate::check;
pub use iti65::drained;
pub use patient::read_registered;
pub use problem::Problem;
pub use service::{Fhir, Limits, router};
