//! Every table reads, and says what the sources say.

use super::*;

#[test]
fn every_table_reads_to_its_last_line() {
    let counts: Vec<usize> = ValueSet::ALL.iter().map(|set| set.values().len()).collect();
    assert_eq!(counts, [13, 12, 69, 62, 99, 6, 56, 54, 265, 396, 10, 37, 7]);
    assert_eq!(document_types().len(), 131);
    assert_eq!(document_types().iter().filter(|row| row.in_dmp).count(), 108);
    assert_eq!(TYPE_BY_CODE.len(), 131);
    assert_eq!((regions().count(), regimes().len()), (18, 8));
}

#[test]
fn every_class_has_a_label() {
    for row in document_types() {
        assert!(class_label(&row.class_code).is_some(), "{}", row.code);
    }
    assert_eq!(class_of(&Code::new("2.16.840.1.113883.6.1", "57833-6")), Some("42"));
    assert_eq!(label("2.16.840.1.113883.6.1", "11502-2"), Some("CR d'examens biologiques"));
    assert_eq!(label("1.2.250.1.71.1.2.7", "10"), Some("Médecin"));
}

#[test]
fn spellings_of_a_system_are_one() {
    let class = "1.2.250.1.213.1.1.4.1";
    for spelling in [
        "1.2.250.1.213.1.1.4.1",
        "urn:oid:1.2.250.1.213.1.1.4.1",
        "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument",
        "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument-CISIS/FHIR/TRE-A03-ClasseDocument-CISIS",
    ] {
        assert_eq!(canonical_system(spelling), Some(class), "{spelling}");
    }
    assert_eq!(canonical_system("http://loinc.org"), Some("2.16.840.1.113883.6.1"));
    assert_eq!(canonical_system("urn:oid:1.2.3"), None);
    assert_eq!(canonical_system("https://mos.esante.gouv.fr/NOS/TRE_A03-X/FHIR/TRE-A05-X"), None);
    let training = canonical_system("1.2.250.1.71.1.2.8").unwrap();
    assert_eq!(canonical_system(training), Some(training));
    assert_eq!(label(training, "10"), Some("Médecin en formation"));
}

#[test]
fn regions_by_postal_code() {
    for (postal_code, expected) in
        [("75001", "11"), ("20090", "94"), ("97410", "04"), ("97600", "06"), ("69003", "84"), ("97133", "01")]
    {
        assert_eq!(region_of_postal_code(postal_code).map(|region| region.code), Some(expected), "{postal_code}");
    }
    for none in ["97500", "98000", "7500", "abcde", "2A004"] {
        assert_eq!(region_of_postal_code(none), None, "{none}");
    }
    assert_eq!(regime("cavimac").map(|regime| regime.label), Some("Cavimac"));
    assert_eq!(regime("régime GÉNÉRAL").map(|regime| regime.code), Some("REGIME-GENERAL"));
    assert_eq!(regime("RSI"), None);
}
