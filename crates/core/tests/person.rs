//! XCN, XON and CX: what was read is printed again as it came.

use dmp_core::code::person::PersonFault;
use dmp_core::code::{Cx, PersonId, Xcn, Xon};
use dmp_core::encoding::{from_bytes, to_bytes};
use proptest::prelude::*;

#[test]
fn xcn_in_both_spellings() {
    for text in [
        "899700218896^DOC0021889^KIT^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
        "3750000001/agent7^MARTIN^Eve^^^DR^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI",
        "1.2.3.4^Automate^X^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI",
        "279035121518989^PAT-TROIS^DOMINIQUE^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH",
        "801234567897^Réault^Pierre^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
        "12345^Smith^John^Q^Jr^Dr^^^&1.2.840.113619.6.197&ISO",
        "^Welby^Marcus",
    ] {
        let xcn = Xcn::parse(text).unwrap();
        assert_eq!(xcn.print(), text);
        assert_eq!(from_bytes::<Xcn>(&to_bytes(&xcn)).unwrap(), xcn);
    }
    let doctor = Xcn::parse("899700218896^DOC0021889^KIT^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS").unwrap();
    assert!(doctor.is_professional("899700218896") && !doctor.is_professional("899700218897"));
    assert_eq!(doctor.name.display(), "KIT DOC0021889");
    assert_eq!(doctor.id.unwrap().kind.as_deref(), Some(PersonId::IDNPS));
}

#[test]
fn xon_in_both_spellings() {
    for text in [
        "Cabinet Dr DOC0021889^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499700218896007",
        "Some Hospital^^^^^^^^^1.2.3.4.5.6.7.8.9.1789.45",
        "Some Hospital^^^^^&1.2.3.4.5.6.7.8.9.1789&ISO^^^^45",
        "Some Hospital",
    ] {
        let xon = Xon::parse(text).unwrap();
        assert_eq!(xon.print(), text);
        assert_eq!(from_bytes::<Xon>(&to_bytes(&xon)).unwrap(), xon);
    }
}

#[test]
fn cx_in_both_spellings() {
    for text in [
        "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
        "IPP-42^^^CHU-X&1.2.3.4&ISO^PI",
        "IPP-42^^^&1.2.3.4&ISO",
        "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH^^20110101",
        "2.16.1234^^^&1.2.3&ISO^urn:ihe:iti:xds:2016:studyInstanceUID",
    ] {
        assert_eq!(Cx::parse(text).unwrap().print(), text);
    }
}

#[test]
fn what_is_wrong_is_named() {
    assert_eq!(Cx::parse(""), Err(PersonFault::Empty));
    assert_eq!(Cx::parse("^^^&1.2.3&ISO"), Err(PersonFault::Empty));
    assert_eq!(Cx::parse("1^^^&1.2.3&DNS"), Err(PersonFault::AuthorityType));
    assert!(matches!(Cx::parse("1^^^&1.02.3&ISO"), Err(PersonFault::Authority(_))));
    assert_eq!(Cx::parse("1^^^&1.2.3&ISO~2^^^&1.2.3&ISO"), Err(PersonFault::Separator));
    assert_eq!(Xcn::parse("^^^^^^^^&1.2.3&ISO"), Err(PersonFault::Empty));
    assert_eq!(Xon::parse(&"x".repeat(2000)), Err(PersonFault::Long));
}

proptest! {
    #[test]
    fn any_name_survives_its_delimiters(family in "\\PC{1,40}", given in "\\PC{0,20}", extension in "[!-~]{1,20}") {
        let id = PersonId::new("1.2.250.1.71.4.2.1", &extension, Some(PersonId::EI));
        let given = Some(given).filter(|given| !given.is_empty());
        let name = dmp_core::code::HumanName {
            family: Some(family.into()), given: given.map(Into::into), ..Default::default()
        };
        let xcn = Xcn { id: Some(id), name, name_type: Some("D".into()) };
        prop_assert_eq!(Xcn::parse(&xcn.print()).unwrap(), xcn);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        for printed in [Xcn::parse(&text).map(|x| x.print()), Xon::parse(&text).map(|x| x.print())].into_iter().flatten() {
            prop_assert!(Xcn::parse(&printed).is_ok() || Xon::parse(&printed).is_ok());
        }
        let _ = Cx::parse(&text);
        let _ = dmp_core::identity::Ins::parse_text(&text);
        let _ = dmp_core::code::Dtm::parse_fhir(&text);
        let _ = dmp_core::code::Dtm::parse_hl7(&text);
    }
}
