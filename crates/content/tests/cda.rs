//! Headers: those of the national samples, ours, and what is refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is not as it must be")]

use dmp_content::cda::{Body, CdaHeader};
use dmp_content::{ContentFault, Limits, agree, read_cda};
use dmp_core::act::PartialBirth;
use dmp_core::code::{Code, Coded, Dtm};
use dmp_core::document::{Blob, Confidentiality, DocumentEntry};
use dmp_core::identity::InsFault;
use dmp_xml::{XmlFault, XmlRule};

const INS: &str = "1.2.250.1.213.1.4.10";

/// A small document of ours; each test changes a part of it.
const SMALL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="1.2.250.1.213.1.1.1.1"/>
  <id root="1.2.3" extension="A"/>
  <code code="11490-0" codeSystem="2.16.840.1.113883.6.1" displayName="Lettre"><translation code="X" codeSystem="1.2"/></code>
  <title>Lettre
     de sortie</title>
  <effectiveTime value="20260101003000+0100"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  <setId root="1.2.3.4"/><versionNumber value="2"/>
  <recordTarget><patientRole>
    <id root="1.2.250.1.213.1.4.10" extension="279035121518989"/><id root="1.2.3.9" extension="IPP"/>
    <patient><name><family qualifier="BR">EXEMPLE</family><given>Ada</given><given>Zoé</given></name>
      <administrativeGenderCode code="F"/><birthTime value="19790328"/></patient></patientRole></recordTarget>
  <author><time value="20260101"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="899700000011"/>
    <code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5"/>
    <assignedPerson><name><prefix>DR</prefix><given>Luc</given><family>MODÈLE</family></name></assignedPerson>
    <representedOrganization><id root="1.2.250.1.71.4.2.2" extension="499700000011001"/><name>Cabinet</name></representedOrganization>
  </assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" extension="1"/><name>Garde</name>
    </representedCustodianOrganization></assignedCustodian></custodian>
  <legalAuthenticator><assignedEntity><id root="1.2.250.1.71.4.2.1" extension="899700000011"/></assignedEntity></legalAuthenticator>
  <documentationOf><serviceEvent><code code="1" codeSystem="1.2"/><effectiveTime><low value="20251230"/><high value="20251231"/></effectiveTime>
    <performer><assignedEntity><representedOrganization><standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9"/>
    </representedOrganization></assignedEntity></performer></serviceEvent></documentationOf>
  <relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.3" extension="OLD"/></parentDocument></relatedDocument>
  <relatedDocument typeCode="APND"><parentDocument><id root="1.2.3" extension="APPENDED"/></parentDocument></relatedDocument>
  <componentOf><encompassingEncounter><location><healthCareFacility><code code="SA07" codeSystem="1.2.250.1.71.4.2.4"/>
    </healthCareFacility></location></encompassingEncounter></componentOf>
  <component><nonXMLBody><text mediaType="application/pdf" representation="B64">JVBERi0=</text></nonXMLBody></component>
</ClinicalDocument>"#;

fn read(text: &str) -> Result<CdaHeader, ContentFault> {
    read_cda(text.as_bytes(), Limits::default())
}

fn changed(from: &str, to: &str) -> Result<CdaHeader, ContentFault> {
    assert!(SMALL.contains(from), "{from}");
    read(&SMALL.replacen(from, to, 1))
}

#[test]
fn what_a_header_says() {
    let header = read(SMALL).unwrap();
    assert_eq!((&*header.unique_id, header.version, header.wrapped), ("1.2.3^A", Some(2), false));
    assert_eq!(header.title.as_deref(), Some("Lettre de sortie"));
    assert_eq!(&*header.type_code.code.code, "11490-0");
    assert_eq!(header.effective_time.fhir(), "2025-12-31T23:30:00Z");
    assert_eq!(
        header.patient.ins.iter().map(|ins| ins.to_text()).collect::<Vec<_>>(),
        [format!("{INS}|279035121518989")]
    );
    assert_eq!((header.patient.ids.len(), header.patient.wrong_ins.len()), (2, 0));
    assert_eq!((header.patient.family.join("/"), header.patient.given.join("/")), ("EXEMPLE".into(), "Ada/Zoé".into()));
    let author = &header.authors[0];
    assert_eq!(
        author.person.as_ref().unwrap().print(),
        "899700000011^MODÈLE^Luc^^^DR^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    );
    assert_eq!(author.institutions[0].print(), "Cabinet^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499700000011001");
    assert_eq!(&*author.specialties[0].code.code, "G15_10/SM26");
    assert_eq!(header.custodian.as_ref().unwrap().name.as_deref(), Some("Garde"));
    assert!(header.legal_authenticator.is_some());
    assert_eq!(header.replaces.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["1.2.3^OLD"]);
    assert_eq!(header.services[0].start.unwrap().fhir(), "2025-12-30");
    assert_eq!(&*header.practice_setting_code.as_ref().unwrap().code.code, "AMBULATOIRE");
    assert_eq!(&*header.healthcare_facility_type_code.as_ref().unwrap().code.code, "SA07");
    assert_eq!(header.body, Body::NonXml { media_type: Some("application/pdf".into()) });
    let facts = header.header_facts();
    assert_eq!((facts.patient.len(), facts.birth.unwrap().to_string()), (1, "1979-03-28".into()));
}

#[test]
fn a_date_of_birth_is_read_as_far_as_it_is_known() {
    for (text, month) in [("19790300", Some(3)), ("197903", Some(3)), ("19790000", None), ("1979", None)] {
        let patient = changed("value=\"19790328\"", &format!("value=\"{text}\"")).unwrap().patient;
        assert_eq!((patient.birth, patient.partial_birth), (None, Some(PartialBirth { year: 1979, month })), "{text}");
    }
    for text in ["197", "19791", "197913", "1979-03-28"] {
        let read = changed("value=\"19790328\"", &format!("value=\"{text}\""));
        assert!(matches!(read, Err(ContentFault::Invalid { .. })), "{text}");
    }
    assert!(matches!(changed("code=\"F\"", "code=\"W\""), Err(ContentFault::Invalid { .. })));
}

#[test]
fn each_fault_is_named() {
    let xml = |fault: ContentFault| match fault {
        ContentFault::Xml(XmlFault { rule, .. }) => Some(rule),
        _ => None,
    };
    assert_eq!(read("<a/>"), Err(ContentFault::NotCda));
    assert_eq!(changed("urn:hl7-org:v3", "urn:hl7-org:v2"), Err(ContentFault::NotCda));
    assert_eq!(changed("<id root=\"1.2.3\" extension=\"A\"/>", ""), Err(ContentFault::Missing("ClinicalDocument/id")));
    assert_eq!(
        changed("<id root=\"1.2.3\" extension=\"A\"/>", "<id root=\"1.2.3\"/><id root=\"1.2.4\"/>"),
        Err(ContentFault::Several("ClinicalDocument/id"))
    );
    assert!(matches!(changed("root=\"1.2.3\" extension=\"A\"", "root=\"x\""), Err(ContentFault::Invalid { .. })));
    assert!(matches!(
        changed("value=\"20260101003000+0100\"", "value=\"20261301\""),
        Err(ContentFault::Invalid { .. })
    ));
    assert!(matches!(changed("value=\"19790328\"", "value=\"19790231\""), Err(ContentFault::Invalid { .. })));
    let second = "</recordTarget><recordTarget/>";
    assert_eq!(changed("</recordTarget>", second), Err(ContentFault::Several("recordTarget")));
    assert!(matches!(changed("<component>", "<!-- "), Err(ContentFault::Xml(_))));
    let cut = &SMALL[..SMALL.len() - 5];
    assert_eq!(xml(read(cut).unwrap_err()), Some(XmlRule::Unfinished));
    assert_eq!(xml(read(&format!("{SMALL}x")).unwrap_err()), Some(XmlRule::OutsideRoot));
    assert_eq!(xml(read(&SMALL.replace("?>\n", "?><!DOCTYPE a>")).unwrap_err()), Some(XmlRule::Doctype));
    let wrong = changed("279035121518989", "279035121518988").unwrap();
    assert_eq!(wrong.patient.wrong_ins[0].1, InsFault::Key { expected: 89 });
    let wrap =
        |inner: &str| format!("<x:stylesheet xmlns:x='http://www.w3.org/1999/XSL/Transform'>{inner}</x:stylesheet>");
    let document = SMALL.split_once("?>").unwrap().1;
    assert!(read(&wrap(&format!("<d>{document}</d><x:template/>"))).unwrap().wrapped);
    assert_eq!(read(&wrap(&format!("{document}{document}"))), Err(ContentFault::Several("ClinicalDocument")));
    assert_eq!(read(&wrap("")), Err(ContentFault::NotCda));
}

fn entry(header: &CdaHeader) -> DocumentEntry {
    DocumentEntry {
        unique_id: header.unique_id.clone(),
        entry_uuid: None,
        type_code: header.type_code.clone(),
        class_code: Code::new("1.2.250.1.213.1.1.4.1", "11"),
        format_code: None,
        practice_setting_code: None,
        healthcare_facility_type_code: None,
        confidentiality_code: Confidentiality::Normal,
        event_codes: Vec::new(),
        title: None,
        comments: None,
        language_code: header.language_code.clone(),
        mime_type: "text/xml".into(),
        creation_time: Some(header.effective_time),
        service_start_time: header.services.first().and_then(|service| service.start),
        service_stop_time: header.services.first().and_then(|service| service.stop),
        authors: Vec::new(),
        legal_authenticator: None,
        source_patient: None,
        reference_ids: Vec::new(),
        content: Blob { id: [0; 16], key: [0; 32], length: 0, sha1: [0; 20], sha256: [0; 32] },
        text: None,
    }
}

#[test]
fn metadata_agree_or_not() {
    let header = read(SMALL).unwrap();
    let with = |change: &dyn Fn(&mut DocumentEntry)| {
        let mut entry = entry(&header);
        change(&mut entry);
        agree(&header, &entry).map_err(|disagreement| disagreement.metadata)
    };
    let time = |text: &str| Some(Dtm::parse_fhir(text).unwrap());
    assert_eq!(with(&|_| ()), Ok(()));
    assert_eq!(with(&|one| one.creation_time = time("2025-12-31")), Ok(()), "the date of UTC");
    assert_eq!(with(&|one| one.creation_time = time("2026-01-01")), Ok(()), "the date of Paris");
    assert_eq!(with(&|one| one.creation_time = time("2026-01-02")), Err("creationTime"));
    assert_eq!(with(&|one| one.creation_time = time("2025-12-31T23:30:01Z")), Err("creationTime"));
    assert_eq!(with(&|one| one.creation_time = None), Ok(()));
    assert_eq!(with(&|one| one.service_start_time = time("2025-12-30T10:00:00Z")), Ok(()));
    assert_eq!(with(&|one| one.service_start_time = time("2025-12-29")), Err("serviceStartTime"));
    assert_eq!(with(&|one| one.service_stop_time = time("2026-01-02")), Err("serviceStopTime"));
    assert_eq!(with(&|one| one.unique_id = "1.2.3".into()), Err("uniqueId"));
    assert_eq!(with(&|one| one.language_code = Some("FR-fr".into())), Ok(()));
    assert_eq!(with(&|one| one.language_code = Some("en".into())), Err("languageCode"));
    let url = |code: &str| Coded::bare(Code::new("http://loinc.org", code));
    assert_eq!(with(&|one| one.type_code = url("11490-0")), Ok(()));
    assert_eq!(with(&|one| one.type_code = url("57833-6")), Err("typeCode"));
    let wrong = changed("279035121518989", "279035121518988").unwrap();
    let fault = agree(&wrong, &entry(&wrong)).unwrap_err();
    assert_eq!((fault.metadata, fault.ins.as_ref().unwrap().1), ("patientId", InsFault::Key { expected: 89 }));
    println!(
        "{fault}\n{}",
        agree(&header, &{
            let mut one = entry(&header);
            one.creation_time = time("2020");
            one
        })
        .unwrap_err()
    );
}

/// Every national and foreign sample, as a table.
#[test]
fn samples() {
    let base = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/testdata/give/");
    let mut files: Vec<_> = ["cda", "cda-foreign", "attack/xml"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(format!("{base}{folder}")).ok())
        .flat_map(|folder| folder.flatten().map(|file| file.path()))
        .collect();
    files.sort();
    if files.is_empty() {
        println!("skipped: no samples");
        return;
    }
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let outcome = read_cda(bytes.as_slice(), Limits::default());
        match &outcome {
            Ok(one) => {
                let wrong =
                    one.patient.wrong_ins.first().map(|(_, fault)| format!(" WRONG INS: {fault}")).unwrap_or_default();
                println!(
                    "{name}: {} {} {} authors={} acts={} start={:?} setting={:?} facility={:?} auth={} {:?} wrapped={}{wrong}",
                    one.unique_id,
                    one.type_code.code.code,
                    one.effective_time.fhir(),
                    one.authors.len(),
                    one.services.len(),
                    one.services.first().and_then(|one| one.start).map(|one| one.fhir()),
                    one.practice_setting_code.as_ref().map(|one| &*one.code.code),
                    one.healthcare_facility_type_code.as_ref().map(|one| &*one.code.code),
                    one.legal_authenticator.is_some(),
                    one.body,
                    one.wrapped
                );
                assert!(
                    !one.patient.ins.is_empty()
                        || !one.patient.wrong_ins.is_empty()
                        || path.to_string_lossy().contains("foreign")
                );
                let expected = if one.patient.wrong_ins.is_empty() { Ok(()) } else { Err("patientId") };
                assert_eq!(agree(one, &entry(one)).map_err(|one| one.metadata), expected);
            }
            Err(fault) => println!("{name}: {} {fault}", fault.code()),
        }
        assert_eq!(outcome.is_err(), path.to_string_lossy().contains("attack"), "{name}");
        assert_eq!(outcome.is_ok_and(|one| one.wrapped), name.contains("Auto-Presentable"));
    }
}

/// Whatever is done to a document, it is read or refused, and a piece of text never becomes another header.
#[test]
fn mutations_never_stop_the_reader() {
    let mut number: u64 = 7;
    let mut next = |below: usize| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(number >> 33).unwrap() % below
    };
    let (mut read, mut refused) = (0, 0);
    for _ in 0..4000 {
        let mut bytes = SMALL.as_bytes().to_vec();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(4) {
                0 => bytes.truncate(at.max(1)),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, u8::try_from(next(256)).unwrap()),
                _ => bytes.insert(at, b"<>&\"'/![]"[next(9)]),
            }
        }
        match read_cda(bytes.as_slice(), Limits::default()) {
            Ok(_) => read += 1,
            Err(fault) => {
                refused += 1;
                assert!(!fault.to_string().contains("EXEMPLE"));
            }
        }
    }
    println!("{read} read, {refused} refused");
}

/// Who the patient is stands once: of two, one would hide the other. And an OID is one, with its scheme of FHIR or without.
#[test]
fn who_the_patient_is_stands_once() {
    for (from, twice) in [
        (r#"<birthTime value="19790328"/>"#, "recordTarget/patientRole/patient/birthTime"),
        (r#"<administrativeGenderCode code="F"/>"#, "recordTarget/patientRole/patient/administrativeGenderCode"),
    ] {
        let fault = changed(from, &format!("{from}{from}")).unwrap_err();
        assert_eq!(fault, ContentFault::Several(twice));
    }
    let role = "<patientRole><id root=\"1.2\" extension=\"X\"/></patientRole><patientRole>";
    assert_eq!(changed("<patientRole>", role).unwrap_err(), ContentFault::Several("recordTarget/patientRole"));
    let patient = "<patient/><patient>";
    assert_eq!(changed("<patient>", patient).unwrap_err(), ContentFault::Several("recordTarget/patientRole/patient"));
    let header = changed(r#"<id root="1.2.250.1.213.1.4.10""#, r#"<id root="URN:oid:1.2.250.1.213.1.4.10""#).unwrap();
    assert_eq!(header.patient.ins.len(), 1, "{:?}", header.patient.ids);
}
