//! People at work, for the demonstration. They do not exist: their names are words for drafts, their numbers are of the
//! range that tests use.

use serde_json::{Value, json};

/// A persona: whoever asks, as a token says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Persona {
    /// `--as`.
    pub code: &'static str,
    /// What he is, in French.
    pub french: &'static str,
    /// What he is, in English.
    pub english: &'static str,
    /// `PS_IdNat`; none for those who are no person.
    pub id: Option<&'static str>,
    /// Given name.
    pub given: &'static str,
    /// Family name, or the name of who is no person.
    pub family: &'static str,
    /// Code of TRE_G15.
    pub profession: Option<&'static str>,
    /// Code of TRE_R01.
    pub specialty: Option<&'static str>,
    /// The structure: `Struct_IdNat` and name.
    pub structure: Option<(&'static str, &'static str)>,
    /// Code of TRE_R02.
    pub sector: Option<&'static str>,
    /// `dmp_role`, where he is no professional.
    pub role: Option<&'static str>,
    /// Answers the calls of a Centre 15.
    pub regulation: bool,
}

const HOSPITAL: (&str, &str) = ("1990000010", "Centre hospitalier de démonstration");

const NOBODY: Persona = Persona {
    code: "",
    french: "",
    english: "",
    id: None,
    given: "",
    family: "",
    profession: None,
    specialty: None,
    structure: None,
    sector: None,
    role: None,
    regulation: false,
};

const PERSONAS: [Persona; 11] = [
    Persona {
        code: "gp",
        french: "médecin généraliste",
        english: "general practitioner",
        id: Some("899700900014"),
        given: "Jeanne",
        family: "MODÈLE",
        profession: Some("10"),
        specialty: Some("SM26"),
        structure: Some(("499700900014001", "Cabinet du docteur Modèle")),
        sector: Some("SA07"),
        ..NOBODY
    },
    Persona {
        code: "specialist",
        french: "cardiologue",
        english: "cardiologist",
        id: Some("899700900022"),
        given: "Paul",
        family: "SPÉCIMEN",
        profession: Some("10"),
        specialty: Some("SM04"),
        structure: Some(("499700900022001", "Cabinet de cardiologie Spécimen")),
        sector: Some("SA08"),
        ..NOBODY
    },
    Persona {
        code: "pharmacist",
        french: "pharmacienne",
        english: "pharmacist",
        id: Some("899700900030"),
        given: "Inès",
        family: "PROTOTYPE",
        profession: Some("21"),
        structure: Some(("1990000028", "Pharmacie du Prototype")),
        sector: Some("SA33"),
        ..NOBODY
    },
    Persona {
        code: "nurse",
        french: "infirmier libéral",
        english: "nurse",
        id: Some("899700900048"),
        given: "Hugo",
        family: "MAQUETTE",
        profession: Some("60"),
        structure: Some(("499700900048001", "Cabinet infirmier Maquette")),
        sector: Some("SA07"),
        ..NOBODY
    },
    Persona {
        code: "optician",
        french: "opticienne",
        english: "optician",
        id: Some("899700900055"),
        given: "Lise",
        family: "ÉBAUCHE",
        profession: Some("28"),
        structure: Some(("1990000036", "Optique Ébauche")),
        sector: Some("SA42"),
        ..NOBODY
    },
    Persona {
        code: "dentist",
        french: "chirurgien-dentiste",
        english: "dentist",
        id: Some("899700900063"),
        given: "Omar",
        family: "ESQUISSE",
        profession: Some("40"),
        structure: Some(("499700900063001", "Cabinet dentaire Esquisse")),
        sector: Some("SA07"),
        ..NOBODY
    },
    Persona {
        code: "occupational-doctor",
        french: "médecin du travail",
        english: "occupational doctor",
        id: Some("899700900071"),
        given: "Nora",
        family: "GABARIT",
        profession: Some("10"),
        specialty: Some("SM25"),
        structure: Some(("1990000044", "Prévention et santé au travail Gabarit")),
        sector: Some("SA66"),
        ..NOBODY
    },
    Persona {
        code: "dispatcher",
        french: "médecin régulateur du Centre 15",
        english: "emergency dispatcher",
        id: Some("899700900089"),
        given: "Yann",
        family: "ÉPREUVE",
        profession: Some("10"),
        specialty: Some("SM59"),
        structure: Some(("1990000051", "SAMU de démonstration")),
        sector: Some("SA01"),
        regulation: true,
        ..NOBODY
    },
    Persona {
        code: "hospital",
        french: "interniste à l'hôpital",
        english: "internist employed by a hospital",
        id: Some("899700900097"),
        given: "Sofia",
        family: "PATRON",
        profession: Some("10"),
        specialty: Some("SM27"),
        structure: Some(HOSPITAL),
        sector: Some("SA01"),
        ..NOBODY
    },
    Persona {
        code: "hospital-system",
        french: "logiciel de l'hôpital (alimente seulement)",
        english: "the hospital's system (feeds only)",
        family: "Centre hospitalier de démonstration",
        structure: Some(HOSPITAL),
        sector: Some("SA01"),
        role: Some("organisation"),
        ..NOBODY
    },
    Persona {
        code: "insurer",
        french: "flux de l'assurance maladie",
        english: "the insurer's feed",
        family: "Assurance maladie (démonstration)",
        role: Some("insurer"),
        ..NOBODY
    },
];

/// Every persona, in the order in which they are shown.
#[must_use]
pub const fn personas() -> &'static [Persona] {
    &PERSONAS
}

/// The persona of this code.
#[must_use]
pub fn persona(code: &str) -> Option<&'static Persona> {
    PERSONAS.iter().find(|one| one.code == code)
}

/// The claims of the holder of a dossier: `ins` as `OID|VALUE`.
#[must_use]
pub fn holder(ins: &dmp_core::identity::Ins) -> Value {
    json!({ "dmp_role": "holder", "sub": format!("holder:{}", ins.to_text().replace('|', ":")), "ins": ins.to_text() })
}

impl Persona {
    /// His claims, as Pro Santé Connect gives them (facts f.3).
    #[must_use]
    pub fn claims(&self) -> Value {
        let mut claims = json!({ "sub": format!("lab:{}", self.id.unwrap_or(self.code)) });
        let mut put = |name: &str, value: Value| {
            if let Some(claims) = claims.as_object_mut() {
                claims.insert(name.to_owned(), value);
            }
        };
        if let Some(role) = self.role {
            put("dmp_role", role.into());
            put("name", self.family.into());
        }
        if let Some((id, name)) = self.structure {
            put("SubjectOrganizationID", id.into());
            put("SubjectOrganization", name.into());
        }
        if let Some(sector) = self.sector {
            put("Secteur_Activite", format!("{sector}^1.2.250.1.71.4.2.4").into());
        }
        if let Some(id) = self.id {
            put("SubjectNameID", id.into());
            put("preferred_username", id.into());
            put("given_name", self.given.into());
            put("family_name", self.family.into());
            put("Palier_Authentification", "APPPRIP3^1.2.250.1.213.1.5.1.1.1".into());
            put("Acces_Regulation_Medicale", if self.regulation { "VRAI" } else { "FAUX" }.into());
            let profession = self.profession.map(|code| format!("{code}^1.2.250.1.213.1.1.5.5"));
            let specialty = self.specialty.map(|code| format!("{code}^1.2.250.1.71.4.2.5"));
            put("SubjectRole", profession.into_iter().chain(specialty).collect::<Vec<_>>().into());
            put("SubjectRefPro", json!({ "exercices": [self.practice()] }));
        }
        claims
    }

    fn practice(&self) -> Value {
        json!({
            "codeProfession": self.profession.unwrap_or_default(),
            "codeCategorieProfessionnelle": "C",
            "nomDexercice": self.family,
            "prenomDexercice": self.given,
            "codeTypeSavoirFaire": if self.specialty.is_some() { "S" } else { "" },
            "codeSavoirFaire": self.specialty.unwrap_or_default(),
            "activities": [{
                "codeModeExercice": if self.sector == Some("SA01") { "S" } else { "L" },
                "codeSecteurDactivite": self.sector.unwrap_or_default(),
                "identifiantTechniqueDeLaStructure": self.structure.map(|(id, _)| id).unwrap_or_default(),
                "raisonSocialeSite": self.structure.map(|(_, name)| name).unwrap_or_default(),
            }],
        })
    }
}
