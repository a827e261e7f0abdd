//! The words of the documents. Nothing in them happened to anybody.

use super::Kind;
use crate::people::Person;
use crate::personas::Persona;

/// A section: LOINC code, title, paragraphs, and a table whose first row is its head.
pub(super) struct Section {
    pub code: &'static str,
    pub title: &'static str,
    pub paragraphs: &'static [&'static str],
    pub table: &'static [&'static [&'static str]],
}

const fn section(
    code: &'static str,
    title: &'static str,
    paragraphs: &'static [&'static str],
    table: &'static [&'static [&'static str]],
) -> Section {
    Section { code, title, paragraphs, table }
}

const PRESCRIPTION: &[Section] = &[section(
    "57828-6",
    "Prescription",
    &["À renouveler deux fois. Ce document est fictif : aucune pharmacie ne doit le délivrer."],
    &[
        &["Médicament", "Posologie", "Durée"],
        &["Ramipril 2,5 mg, comprimé", "1 le matin", "3 mois"],
        &["Metformine 500 mg, comprimé", "1 matin et soir, pendant les repas", "3 mois"],
        &["Paracétamol 1 g, comprimé", "1 en cas de douleur, au plus 3 par jour", "5 jours"],
    ],
)];

const DISCHARGE_LETTER: &[Section] = &[
    section("46239-0", "Motif d'hospitalisation", &["Douleur thoracique à l'effort, apparue la veille."], &[]),
    section(
        "8648-8",
        "Synthèse du séjour",
        &[
            "Électrocardiogramme et marqueurs répétés normaux. Épreuve d'effort négative, menée à 90 % de la fréquence théorique.",
            "La douleur a cédé au repos le premier jour et n'est pas revenue. Sortie au domicile, marche reprise sans gêne.",
        ],
        &[],
    ),
    section(
        "75311-1",
        "Traitement de sortie",
        &["Aucun traitement n'a été arrêté."],
        &[
            &["Médicament", "Posologie", "Statut"],
            &["Ramipril 2,5 mg", "1 le matin", "poursuivi"],
            &["Atorvastatine 20 mg", "1 le soir", "ajouté"],
        ],
    ),
    section(
        "18776-5",
        "Suites à donner",
        &["Consultation de cardiologie à un mois. Bilan lipidique à trois mois."],
        &[],
    ),
];

const LAB_REPORT: &[Section] = &[section(
    "18723-7",
    "Hématologie et biochimie",
    &["Prélèvement veineux à jeun. Les résultats en dehors des valeurs de référence sont marqués d'un astérisque."],
    &[
        &["Analyse", "Résultat", "Unité", "Valeurs de référence"],
        &["Hémoglobine", "132", "g/L", "120 à 160"],
        &["Leucocytes", "6,1", "G/L", "4,0 à 10,0"],
        &["Plaquettes", "241", "G/L", "150 à 400"],
        &["Glycémie à jeun", "7,4 *", "mmol/L", "3,9 à 6,1"],
        &["HbA1c", "6,9 *", "%", "4,0 à 6,0"],
        &["Créatinine", "71", "µmol/L", "45 à 84"],
        &["Potassium", "4,2", "mmol/L", "3,5 à 5,0"],
    ],
)];

const IMAGING_REPORT: &[Section] = &[
    section("55111-9", "Technique", &["Radiographie du thorax de face, debout, en inspiration."], &[]),
    section(
        "59776-5",
        "Résultats",
        &["Silhouette cardiaque de taille normale. Pas de foyer parenchymateux. Culs-de-sac libres."],
        &[],
    ),
    section("19005-8", "Conclusion", &["Radiographie thoracique sans anomalie décelable."], &[]),
];

const VACCINATION_NOTE: &[Section] = &[section(
    "11369-6",
    "Vaccination",
    &["Vaccination bien tolérée, surveillance de quinze minutes."],
    &[
        &["Vaccin", "Dose", "Voie", "Lot"],
        &["Diphtérie, tétanos, poliomyélite", "rappel", "intramusculaire", "DEMO-0001"],
    ],
)];

const REIMBURSEMENTS: &[Section] = &[section(
    "REMB",
    "Soins remboursés",
    &["Douze derniers mois, données de démonstration."],
    &[
        &["Date", "Soin", "Professionnel", "Quantité"],
        &["2026-02-03", "Consultation", "Médecin généraliste", "1"],
        &["2026-02-04", "Ramipril 2,5 mg", "Pharmacie", "3"],
        &["2026-05-19", "Analyses de biologie", "Laboratoire", "1"],
    ],
)];

const CONSULTATION_REPORT: &[Section] = &[
    section("29299-5", "Motif", &["Suivi à six mois. Fatigue en fin de journée depuis trois semaines."], &[]),
    section(
        "29545-1",
        "Examen clinique",
        &["Bon état général. Pression artérielle 132/78, pouls 68. Auscultation sans particularité."],
        &[],
    ),
    section(
        "51847-2",
        "Conclusion",
        &["Poursuite du traitement. Bilan sanguin demandé. À revoir dans trois mois."],
        &[],
    ),
];

/// The sections of a kind.
pub(super) const fn sections(kind: Kind) -> &'static [Section] {
    match kind {
        Kind::Prescription => PRESCRIPTION,
        Kind::DischargeLetter => DISCHARGE_LETTER,
        Kind::LabReport => LAB_REPORT,
        Kind::ImagingReport => IMAGING_REPORT,
        Kind::VaccinationNote => VACCINATION_NOTE,
        Kind::Reimbursements => REIMBURSEMENTS,
        Kind::ConsultationReport | Kind::ScannedLetter => CONSULTATION_REPORT,
    }
}

/// The same as lines of a letter.
pub(super) fn lines(kind: Kind, patient: &Person, author: &Persona) -> Vec<String> {
    let mut lines = vec![
        format!("{} {}", author.given, author.family),
        author.structure.map(|(_, name)| name).unwrap_or_default().to_owned(),
        String::new(),
        format!("Patient : {} {}, {}", patient.given, patient.family, patient.birth),
        String::new(),
        kind.title().to_owned(),
    ];
    for section in sections(kind) {
        lines.extend([String::new(), section.title.to_owned()]);
        lines.extend(section.paragraphs.iter().map(|text| (*text).to_owned()));
        lines.extend(section.table.iter().map(|row| row.join("   ")));
    }
    lines.push("Document fictif, écrit pour une démonstration.".to_owned());
    lines
}
