//! Tokens that are believed, and every way of not being.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use dmp_auth::{AuthFault, Authenticator, Issuer, KeySet, KeySource, Role, Roles, SetupFault};
use dmp_core::code::{Code, sha256};
use dmp_core::identity::{Means, Professional, Requester};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use support::{ISSUER, b64, ec, ed, fixed, gp, jwks, merge, now, rsa, sign};

fn professional(requester: &Requester) -> &Professional {
    match requester {
        Requester::Professional(one) => one,
        other => panic!("{:?}", other.kind()),
    }
}

#[tokio::test]
async fn each_algorithm_of_the_list() {
    for pair in [ec("k"), ed("k"), rsa("k", Algorithm::RS256), rsa("k", Algorithm::PS256)] {
        let token = sign(&pair, &gp(json!({})));
        let known = fixed(&[&pair]).authenticate(&token, now()).await.unwrap();
        let one = professional(&known.requester);
        assert_eq!(&*one.id, "899700000011");
        assert_eq!(one.profession, Some(Code::new("1.2.250.1.71.1.2.7", "10")));
        assert_eq!(one.specialties, [Code::new("1.2.250.1.71.4.2.5", "SM26")]);
        assert_eq!((one.sector.as_deref(), one.means), (Some("SA07"), Means::Direct));
        assert_eq!(one.structure.as_ref().map(|structure| &*structure.id), Some("499700000011001"));
        assert_eq!(one.credential, sha256(token.as_bytes()));
        assert_eq!(known.expires, now().plus_hours(1));
        assert_eq!((known.mode, known.reason), (None, None));
    }
}

#[tokio::test]
async fn every_fault_has_its_code() {
    let (pair, other) = (ec("k"), ec("k"));
    let good = sign(&pair, &gp(json!({})));
    let parts: Vec<&str> = good.split('.').collect();
    let second = now().millis() / 1000;
    let unsigned = |header: Value| format!("{}.{}.", b64(header.to_string()), parts[1]);
    let hs256 = {
        // The public key as a shared secret: the classic confusion.
        let secret = jsonwebtoken::EncodingKey::from_secret(pair.jwk["x"].as_str().unwrap().as_bytes());
        jsonwebtoken::encode(&jsonwebtoken::Header::new(Algorithm::HS256), &gp(json!({})), &secret).unwrap()
    };
    let with = |more: Value| sign(&pair, &gp(more));
    let unknown_kid = sign(&ec("other"), &gp(json!({})));
    let cases: Vec<(String, &str)> = vec![
        (String::new(), "token-missing"),
        ("x".repeat(16 * 1024 + 1), "token-oversized"),
        ("abc".into(), "token-malformed"),
        ("a.b.c".into(), "token-malformed"),
        (format!("{good}.x"), "token-malformed"),
        (format!("{}.{}.", parts[0], parts[1]), "token-malformed"),
        (format!("{}.{}.{}", parts[0], b64("[]"), parts[2]), "token-malformed"),
        (unsigned(json!({"alg": "none"})) + "x", "token-algorithm"),
        (unsigned(json!({"alg": "none"})), "token-algorithm"),
        (hs256, "token-algorithm"),
        (format!("{}.{}.x", b64(json!({"alg": "ES256", "crit": ["b64"]}).to_string()), parts[1]), "token-algorithm"),
        (format!("{}.{}.x", b64(json!({"alg": "ES384", "kid": "k"}).to_string()), parts[1]), "token-algorithm"),
        (format!("{}.{}.{}", b64(json!({"alg": "EdDSA", "kid": "k"}).to_string()), parts[1], parts[2]), "key-unknown"),
        (sign(&other, &gp(json!({}))), "token-signature"),
        (format!("{}.{}.{}", parts[0], b64(gp(json!({"sub": "x"})).to_string()), parts[2]), "token-signature"),
        (format!("{}.{}.AAAA", parts[0], parts[1]), "token-signature"),
        (unknown_kid, "key-unknown"),
        (with(json!({"iss": "https://other.test"})), "issuer-unknown"),
        (with(json!({"iss": null})), "issuer-unknown"),
        (with(json!({"iss": format!("{ISSUER}/")})), "issuer-unknown"),
        (with(json!({"aud": "other"})), "token-audience"),
        (with(json!({"aud": null})), "token-audience"),
        (with(json!({"aud": ["a", "b"]})), "token-audience"),
        (with(json!({"exp": second - 60})), "token-expired"),
        (with(json!({"exp": null})), "claim-missing"),
        (with(json!({"exp": "tomorrow"})), "claim-invalid"),
        (with(json!({"nbf": second + 61})), "token-early"),
        (with(json!({"iat": second + 61})), "token-early"),
        (with(json!({"SubjectNameID": null})), "claim-missing"),
        (with(json!({"SubjectNameID": "a b"})), "claim-invalid"),
        (with(json!({"Secteur_Activite": "SA07^1.2.3"})), "claim-invalid"),
        (with(json!({"Authentification_mode": "PERHAPS"})), "claim-invalid"),
        (with(json!({"dmp_role": "emperor"})), "claim-invalid"),
        (with(json!({"dmp_role": "holder"})), "claim-missing"),
        (with(json!({"dmp_role": "holder", "ins": "1.2.250.1.213.1.4.10|279035121518988"})), "claim-invalid"),
        (with(json!({"dmp_role": "organisation", "SubjectOrganizationID": null})), "claim-missing"),
    ];
    let authenticator = fixed(&[&pair]);
    for (token, code) in cases {
        // Twice: what is refused is not remembered as good.
        for _ in 0..2 {
            let fault = authenticator.authenticate(&token, now()).await.unwrap_err();
            let start: String = token.chars().take(40).collect();
            assert_eq!(fault.code(), code, "{start}");
            assert!(!fault.french().is_empty() && !fault.english().is_empty());
        }
    }
    for (more, at) in [
        (json!({"exp": second - 59}), now()),
        (json!({"nbf": second + 60}), now()),
        (json!({"aud": ["a", "dmp"]}), now()),
    ] {
        authenticator.authenticate(&with(more), at).await.unwrap();
    }
}

#[tokio::test]
async fn a_remembered_token_still_ends() {
    let pair = ec("k");
    let (authenticator, token) = (fixed(&[&pair]), sign(&pair, &gp(json!({}))));
    let first = authenticator.authenticate(&token, now()).await.unwrap();
    assert_eq!(authenticator.authenticate(&token, now().plus_millis(3_659_000)).await.unwrap(), first);
    assert_eq!(authenticator.authenticate(&token, now().plus_millis(3_660_000)).await, Err(AuthFault::Expired));
    let mut took: Vec<u128> = Vec::new();
    for _ in 0..2000 {
        #[expect(clippy::disallowed_methods, reason = "measures, decides nothing")]
        let start = std::time::Instant::now();
        authenticator.authenticate(&token, now()).await.unwrap();
        took.push(start.elapsed().as_nanos());
    }
    took.sort_unstable();
    println!("a remembered token: {} ns (median), token of {} bytes", took[took.len() / 2], token.len());
}

#[tokio::test]
async fn only_trusted_roles_and_only_public_keys() {
    let pair = ec("k");
    let keys = KeySource::Fixed(KeySet::parse(&jwks(&[&pair])).unwrap());
    let psc = Issuer { allows: Roles::professionals(), ..support::issuer(keys) };
    let authenticator = Authenticator::new(vec![psc.clone()]).unwrap();
    let ins = "1.2.250.1.213.1.4.10|279035121518989";
    for role in Role::ALL {
        let token = sign(&pair, &gp(json!({"dmp_role": role.code(), "ins": ins})));
        let outcome = authenticator.authenticate(&token, now()).await;
        assert_eq!(outcome.is_ok(), *role == Role::Professional, "{role:?}");
        assert_eq!(outcome.err(), (*role != Role::Professional).then_some(AuthFault::RoleNotAllowed));
        let known = fixed(&[&pair]).authenticate(&token, now()).await.unwrap();
        println!("{}: {}", role.code(), known.requester.key());
    }
    assert_eq!(Authenticator::new(vec![psc.clone(), psc]).unwrap_err(), SetupFault::Twice(ISSUER.into()));
    let secret = json!({"keys": [{"kty": "oct", "k": b64("secret"), "alg": "HS256"}]}).to_string();
    assert_eq!(KeySet::parse(secret.as_bytes()).unwrap_err(), SetupFault::Keys);
    let mut encryption = ec("k").jwk;
    merge(&mut encryption, json!({"use": "enc"}));
    assert_eq!(KeySet::parse(json!({"keys": [encryption]}).to_string().as_bytes()).unwrap_err(), SetupFault::Keys);
    for url in ["http://issuer.test/x", "file:///etc/passwd", "x"] {
        let issuer = support::issuer(KeySource::Discovery { url: url.into() });
        assert!(matches!(Authenticator::new(vec![issuer]), Err(SetupFault::Address(_))), "{url}");
    }
}

#[tokio::test]
async fn claims_of_pro_sante_connect() {
    let pair = ec("k");
    let authenticator = fixed(&[&pair]);
    let read = async |more: Value| {
        let token = sign(&pair, &gp(more));
        professional(&authenticator.authenticate(&token, now()).await.unwrap().requester).clone()
    };
    let g15 = |code: &str| Some(Code::new("1.2.250.1.71.1.2.7", code));
    let practice = |profession: &str, category: &str, know_how: &str| {
        json!({"codeProfession": profession, "codeCategorieProfessionnelle": category, "codeSavoirFaire": know_how,
            "nomDexercice": "PRATIQUE", "prenomDexercice": "Zoé",
            "activities": [{"codeSecteurDactivite": "SA33", "identifiantTechniqueDeLaStructure": "R1",
                "raisonSocialeSite": "Site"}]})
    };
    let none = json!({"SubjectRole": null});
    assert_eq!(read(none.clone()).await.profession, None);
    let pharmacist = read(json!({"SubjectRole": null, "SubjectOrganizationID": null, "Secteur_Activite": null,
        "SubjectRefPro": {"exercices": [practice("21", "C", "")]}}))
    .await;
    assert_eq!((pharmacist.profession, pharmacist.specialties.len()), (g15("21"), 0));
    assert_eq!((pharmacist.sector.as_deref(), pharmacist.family.as_deref()), (Some("SA33"), Some("PRATIQUE")));
    assert_eq!(pharmacist.structure.map(|one| one.id.to_string()), Some("R1".into()));
    let mut two = none.clone();
    merge(&mut two, json!({"SubjectRefPro": {"exercices": [practice("21", "C", ""), practice("10", "C", "")]}}));
    assert_eq!(read(two).await.profession, None, "two professions and no SubjectRole: unknown");
    let mut student = none;
    merge(&mut student, json!({"SubjectRefPro": {"exercices": [practice("10", "E", "")]}}));
    let student = read(student).await.profession.unwrap();
    assert!(student.system.contains("TRE_G16") && &*student.code == "10", "{student}");
    let competent =
        read(json!({"SubjectRefPro": {"exercices": [practice("10", "C", "SM26"), practice("10", "C", "C41"),
        practice("60", "C", "X")]}}))
        .await;
    let codes: Vec<&str> = competent.specialties.iter().map(|code| &*code.code).collect();
    assert_eq!(codes, ["SM26", "C41"]);
    // What keeps somebody out keeps him out in small letters too.
    let small =
        read(json!({"Secteur_Activite": "sa23", "SubjectRole": ["10^1.2.250.1.71.1.2.7", "sm25^1.2.250.1.71.4.2.5"],
        "SubjectRefPro": {"exercices": [practice("10", "C", "capa11")]}}))
        .await;
    let codes: Vec<&str> = small.specialties.iter().map(|code| &*code.code).collect();
    assert_eq!((small.sector.as_deref(), codes), (Some("SA23"), vec!["SM25", "CAPA11"]));
    for (mode, means) in [("INDIRECTE_RENFORCEE", Means::Reinforced), ("INDIRECTE", Means::Indirect)] {
        assert_eq!(read(json!({"Authentification_mode": mode})).await.means, means);
    }
    assert!(read(json!({"Acces_Regulation_Medicale": "VRAI"})).await.regulation);
    assert!(!read(json!({"Acces_Regulation_Medicale": "FAUX"})).await.regulation);
    assert!(
        read(json!({"confidentiality_code": "INVISIBLE_REPRESENTANTS_LEGAUX^1.2.250.1.213.1.1.4.13"})).await.secret
    );
    assert_eq!(read(json!({"family_name": "A\u{0}B"})).await.family.as_deref(), Some("AB"));
    let token = sign(
        &pair,
        &gp(json!({"extensions": {"ihe_iua": {"purpose_of_use": [{"system":
        "urn:oid:1.2.250.1.213.1.1.4.248", "code": "bris_de_glace", "display": "inconscient"}]}}})),
    );
    let known = authenticator.authenticate(&token, now()).await.unwrap();
    assert_eq!(known.mode, Some(Code::new("1.2.250.1.213.1.1.4.248", "bris_de_glace")));
    assert_eq!(known.reason.as_deref(), Some("inconscient"));
}

#[tokio::test]
async fn the_sample_of_pro_sante_connect() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/testdata/give/identities/psc_userinfo_pedicure_podologue.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no sample of Pro Santé Connect");
        return;
    };
    let mut claims: Value = serde_json::from_str(&text).unwrap();
    let second = now().millis() / 1000;
    merge(&mut claims, json!({"iss": ISSUER, "aud": "dmp", "exp": second + 60}));
    let pair = rsa("k", Algorithm::RS256);
    let known = fixed(&[&pair]).authenticate(&sign(&pair, &claims), now()).await.unwrap();
    let one = professional(&known.requester);
    assert_eq!(one.profession, Some(Code::new("1.2.250.1.71.1.2.7", "80")));
    assert_eq!(&*one.id, "ANS20231122132732");
    assert_eq!(one.structure.as_ref().map(|one| &*one.id), Some("R81311"));
    assert_eq!((one.sector.as_deref(), one.means, one.regulation), (Some("SA07"), Means::Direct, false));
    assert_eq!((one.family.as_deref(), one.given.as_deref()), (Some("Grominoch"), Some("Fistinien")));
    assert_eq!((one.specialties.len(), known.reason), (0, None));
}
