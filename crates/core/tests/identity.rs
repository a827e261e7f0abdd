//! INS, INS-C, and the identifiers of professionals and structures, against the vectors that others computed.

use dmp_core::encoding::{from_bytes, to_bytes};
use dmp_core::identity::insc;
use dmp_core::identity::{
    Ins, InsDomain, InsFault, Means, Professional, ProfessionalId, ProfessionalIdKind, Requester, StructureId,
    StructureIdKind, StructureRef,
};

const NIR: &str = "1.2.250.1.213.1.4.8";

#[test]
fn every_line_of_the_insc_vectors() {
    let mut lines = 0;
    for line in include_str!("../../../codes/insc-vectors.csv").lines().skip(1) {
        let [_seed, first_name, birth, nir13, nir_key, number, key, ..] =
            <[&str; 8]>::try_from(line.splitn(8, ',').collect::<Vec<_>>()).unwrap();
        let ins = insc::compute(first_name, birth, nir13).unwrap();
        assert_eq!(*ins.value, format!("{number}{key}"), "{line}");
        assert!(Ins::new(InsDomain::InsC, &ins.value).is_ok(), "{line}");
        assert!(Ins::parse(NIR, &format!("{nir13}{nir_key}")).is_ok(), "{line}");
        lines += 1;
    }
    assert_eq!(lines, 304);
}

#[test]
fn accents_and_separators_do_not_change_the_insc() {
    let plain = insc::compute("IRENE", "570628", "1570693296428").unwrap();
    assert_eq!(*plain.value, *"1418878867934420256667");
    assert_eq!(insc::compute("Irène", "570628", "1570693296428").unwrap(), plain);
    assert_eq!(insc::compute("I-rè'ne ", "570628", "1570693296428").unwrap(), plain);
    assert_eq!(insc::compute("  ", "570628", "1570693296428"), Err(InsFault::FirstName));
    assert_eq!(insc::compute("IRENE", "5706", "1570693296428"), Err(InsFault::BirthDate));
}

#[test]
fn a_number_is_refused_for_what_is_wrong_with_it() {
    let cases = [
        ("1.2.3", "279035121518989", InsFault::UnknownDomain),
        (NIR, "2790351215189", InsFault::Length { expected: 15, found: 13 }),
        ("1.2.250.1.213.1.4.2", "279035121518989", InsFault::Length { expected: 22, found: 15 }),
        (NIR, "279035121518988", InsFault::Key { expected: 89 }),
        (NIR, "27903512151898A", InsFault::Characters),
        (NIR, "2790C5121518989", InsFault::Characters),
        (NIR, "180032C02040123", InsFault::Characters),
    ];
    for (oid, value, fault) in cases {
        assert_eq!(Ins::parse(oid, value), Err(fault), "{oid}|{value}");
    }
}

#[test]
fn one_number_in_all_its_spellings() {
    let ins = Ins::parse("1.2.250.1.213.1.4.10", "279035121518989").unwrap();
    for text in [
        "1.2.250.1.213.1.4.10|279035121518989",
        "urn:oid:1.2.250.1.213.1.4.10|279035121518989",
        "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
        "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH^^20110101",
        "279035121518989^^^&1.2.250.1.213.1.4.10&ISO",
    ] {
        assert_eq!(Ins::parse_text(text).unwrap(), ins, "{text}");
    }
    assert_eq!(Ins::parse_text(&ins.to_text()).unwrap(), ins);
    assert_eq!(ins.to_cx(), "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH");
    assert_eq!(from_bytes::<Ins>(&to_bytes(&ins)).unwrap(), ins);
    assert!(!format!("{ins:?}").contains("2790"), "a log would hold the number");
    assert_eq!(Ins::parse_text("279035121518989"), Err(InsFault::Form));
}

#[test]
fn nir_vectors_of_another_implementation() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/testdata/give/identities/nir_vectors.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the identity vectors are not beside this checkout");
        return;
    };
    let mut checked = 0;
    for vector in text.split("\"nir\": \"").skip(1) {
        let (value, rest) = vector.split_once('"').unwrap();
        let valid = rest.split_once("\"valid\": ").unwrap().1.starts_with("true");
        assert_eq!(Ins::parse(NIR, value).is_ok(), valid, "{value}");
        checked += 1;
    }
    assert!(checked >= 11);
}

#[test]
fn identifiers_of_professionals_say_their_kind() {
    for (text, kind) in [
        ("899700218896", ProfessionalIdKind::Rpps),
        ("99700218896", ProfessionalIdKind::Rpps),
        ("0759912345", ProfessionalIdKind::Adeli),
        ("02A9912345", ProfessionalIdKind::Adeli),
        ("1759912345/sec1", ProfessionalIdKind::CabinetAdeli),
        ("3750000001/agent.7", ProfessionalIdKind::Finess),
        ("4123456789/x", ProfessionalIdKind::Siren),
        ("512345678901234/x", ProfessionalIdKind::Siret),
        ("699700218896/x", ProfessionalIdKind::CabinetRpps),
        ("ANS20231122132732", ProfessionalIdKind::Other),
        ("3750000001/", ProfessionalIdKind::Other),
    ] {
        assert_eq!(ProfessionalId::parse(text).unwrap().kind(), kind, "{text}");
    }
    assert_eq!(&*ProfessionalId::parse("99700218896").unwrap(), "899700218896");
    for bad in ["", "a b", "a^b", "a|b"] {
        assert!(ProfessionalId::parse(bad).is_err(), "{bad}");
        assert!(StructureId::parse(bad).is_err(), "{bad}");
    }
    for (text, kind) in [
        ("1750803447", StructureIdKind::Finess),
        ("2123456789", StructureIdKind::Siren),
        ("312345678901234", StructureIdKind::Siret),
        ("499700237045007", StructureIdKind::CabinetRpps),
        ("R81311", StructureIdKind::Technical),
    ] {
        assert_eq!(StructureId::parse(text).unwrap().kind(), kind, "{text}");
    }
}

#[test]
fn a_requester_is_the_same_whatever_his_token() {
    let professional = |credential, structure: Option<&str>| {
        Requester::Professional(Professional {
            id: ProfessionalId::parse("899700218896").unwrap(),
            family: Some("DOC0021889".into()),
            given: Some("Kit".into()),
            profession: None,
            specialties: Vec::new(),
            structure: structure.map(|id| StructureRef { id: StructureId::parse(id).unwrap(), name: None }),
            sector: Some("SA07".into()),
            means: Means::Direct,
            level: None,
            software: None,
            credential,
            regulation: false,
            secret: false,
            staff: false,
        })
    };
    let one = professional([1; 32], Some("R81311"));
    assert_eq!(one.key(), professional([2; 32], None).key());
    assert_eq!((one.key().as_str(), one.display_name().as_str()), ("P|899700218896", "Kit DOC0021889"));
    assert_eq!(one.structure().map(|id| &**id), Some("R81311"));
    assert_eq!(from_bytes::<Requester>(&to_bytes(&one)).unwrap(), one);
}
