//! Deposits that are refused: whose document it is, what it says of itself, what it replaces, who may see it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dmp_content::{Limits, read_cda};
use dmp_core::code::Day;
use dmp_core::dossier::Sex;
use dmp_lab::bundle::transaction;
use dmp_lab::documents::Kind;
use dmp_lab::{Metadata, Options, Person};
use serde_json::{Value, json};

use crate::provoked::Provoked;
use crate::scene::{CLASSES, Scene, bundle, document, identifier, known, person, prescription};

pub async fn provoke(provoked: &mut Provoked) {
    let scene = Scene::of(&[]);
    let (one, holder) = scene.lived(701).await;
    let desk = Desk { hospital: scene.demo.token("hospital"), scene };
    desk.whose(provoked, &one).await;
    desk.what(provoked, &one).await;
    desk.identifiers(provoked, &one).await;
    desk.replacements(provoked, &one).await;
    desk.visibility(provoked, &one, &holder).await;
}

/// The uniqueId of a document of this theme.
fn named(number: u32) -> String {
    format!("1.2.250.1.999.67.{number}")
}

/// Where the hospital hands in.
struct Desk {
    hospital: String,
    scene: Scene,
}

impl Desk {
    async fn refused(&self, provoked: &mut Provoked, code: &str, bundle: &Value) {
        provoked.told(code, self.scene.demo.post(&self.hospital, "/fhir", bundle).await);
    }

    async fn whose(&self, provoked: &mut Provoked, one: &Person) {
        let mut another = prescription(one, &named(1), &[]);
        let contained = another["entry"][1]["resource"]["contained"].as_array_mut().unwrap();
        let source = contained.iter_mut().find(|one| one["resourceType"] == "Patient").unwrap();
        source["identifier"] = json!([identifier(&person(999))]);
        self.refused(provoked, "patient-id-mismatch", &another).await;
        let born = Person { birth: Day::new(1979, 3, 29).unwrap(), ..one.clone() };
        self.refused(provoked, "birth-date-mismatch", &prescription(&born, &named(2), &[])).await;
        let male = Person { sex: Sex::Male, ..one.clone() };
        self.refused(provoked, "sex-mismatch", &prescription(&male, &named(3), &[])).await;
    }

    async fn what(&self, provoked: &mut Provoked, one: &Person) {
        let reimbursed = document(Kind::Reimbursements, one, &named(11), 2_000);
        self.refused(provoked, "reserved-type", &bundle(&reimbursed, &Options::default())).await;
        let text = String::from_utf8(document(Kind::Prescription, one, &named(12), 2_000)).unwrap();
        let untyped = text.replace("57833-6", "00000-0");
        self.refused(provoked, "unknown-type", &bundle(untyped.as_bytes(), &Options::default())).await;
        let mut none = prescription(one, &named(13), &[]);
        none["entry"][2]["resource"]["data"] = json!(STANDARD.encode("<p>pas un document</p>"));
        self.refused(provoked, "content", &none).await;
        let mut damaged = prescription(one, &named(14), &[]);
        attachment(&mut damaged)["size"] = json!(3);
        self.refused(provoked, "integrity", &damaged).await;
        let mut dated = prescription(one, &named(15), &[]);
        attachment(&mut dated)["creation"] = json!("2001-01-01T00:00:00Z");
        self.refused(provoked, "header", &dated).await;
    }

    async fn identifiers(&self, provoked: &mut Provoked, one: &Person) {
        let uuid = json!([{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:2f0c6d3e-0000-4000-8000-00000000beef"}]);
        let mut first = prescription(one, &named(21), &[]);
        first["entry"][1]["resource"]["identifier"] = uuid.clone();
        self.scene.provides(&self.hospital, &first).await;
        let other = document(Kind::Prescription, one, &named(21), 9_000);
        self.refused(provoked, "unique-id-taken", &bundle(&other, &Options::default())).await;
        let mut second = prescription(one, &named(22), &[]);
        second["entry"][1]["resource"]["identifier"] = uuid;
        self.refused(provoked, "entry-uuid-taken", &second).await;
        let mut of_a_set = prescription(one, &named(24), &[]);
        of_a_set["entry"][0]["resource"]["identifier"] = first["entry"][0]["resource"]["identifier"].clone();
        self.refused(provoked, "set-id-taken", &of_a_set).await;
        let bytes = document(Kind::Prescription, one, &named(23), 2_000);
        let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
        let metadata = Metadata::of_cda(&header, &Options::default());
        let twice = transaction(&[(&bytes, &metadata), (&bytes, &metadata)]);
        self.refused(provoked, "duplicate-in-set", &twice).await;
        let known = document(Kind::Prescription, one, &named(21), 2_000);
        let header = read_cda(known.as_slice(), Limits::default()).unwrap();
        let again = Metadata::of_cda(&header, &Options::default());
        self.refused(provoked, "resent-set", &transaction(&[(&known, &again), (&bytes, &metadata)])).await;
    }

    async fn replacements(&self, provoked: &mut Provoked, one: &Person) {
        let replacing = |number: u32, replaced: &str, flags: &[&'static str]| {
            let bytes = document(Kind::Prescription, one, &named(number), 2_000);
            bundle(&bytes, &Options { replaces: Some(replaced), flags: flags.to_vec(), ..Options::default() })
        };
        self.refused(provoked, "replaced-unknown", &replacing(31, &named(404), &[])).await;
        self.scene.provides(&self.hospital, &prescription(one, &named(32), &[])).await;
        self.refused(provoked, "withheld-late", &replacing(33, &named(32), &["INVISIBLE_PATIENT"])).await;
        self.scene.provides(&self.hospital, &replacing(34, &named(32), &[])).await;
        self.refused(provoked, "not-newest", &replacing(35, &named(32), &[])).await;
        self.refused(provoked, "resent-relation", &replacing(32, &named(34), &[])).await;
    }

    async fn visibility(&self, provoked: &mut Provoked, one: &Person, holder: &str) {
        let both = prescription(one, &named(41), &["MASQUE_PS", "INVISIBLE_PATIENT"]);
        self.refused(provoked, "flags-combined", &both).await;
        self.refused(provoked, "resent-visibility", &prescription(one, &named(32), &["MASQUE_PS"])).await;
        let at_once = json!({"type": "permit", "class": [{"system": CLASSES, "code": "42"}]});
        self.scene.decided(holder, one, at_once).await;
        let withheld = prescription(one, &named(42), &["INVISIBLE_PATIENT"]);
        self.refused(provoked, "retention-motive", &withheld).await;
        let (secret, minor) = (self.scene.in_secret("specialist"), known("dario"));
        let seen = prescription(&minor, &named(43), &[]);
        provoked.told("secret-connection", self.scene.demo.post(&secret, "/fhir", &seen).await);
    }
}

fn attachment(bundle: &mut Value) -> &mut Value {
    &mut bundle["entry"][1]["resource"]["content"][0]["attachment"]
}
