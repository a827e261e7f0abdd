//! How each kind of resource that the holder types in is read: every element that it may have becomes a line of his document, or is refused.
//! What would be lost would be read by a doctor as its contrary (a treatment that was stopped, an allergy that is none).

use crate::problem::Problem;
use crate::read::Node;

/// Longest text of one line, in characters.
const LONGEST: usize = 2_000;

/// Labels and values, in their order.
pub(super) type Lines = Vec<(&'static str, String)>;

/// How a kind of resource is read.
pub(super) struct Form {
    pub(super) resource: &'static str,
    pub(super) title: &'static str,
    pub(super) patient: &'static str,
    /// Its elements, beside those that every resource has.
    pub(super) elements: &'static [&'static str],
    lines: fn(&Node<'_>, &mut Lines) -> Result<(), Problem>,
}

/// A code and what is written of it: nothing where it says what a line says by itself.
type Codes = &'static [(&'static str, Option<&'static str>)];

pub(super) const ALLERGY: Form = Form {
    resource: "AllergyIntolerance",
    title: "Allergie ou intolérance",
    patient: "patient",
    elements: &[
        "clinicalStatus",
        "verificationStatus",
        "code",
        "patient",
        "onsetDateTime",
        "recordedDate",
        "criticality",
        "note",
    ],
    lines: |node, lines| {
        words(node, "code", "À quoi", lines)?;
        clinical(node, lines)?;
        coded(node.text_of("criticality")?, &CRITICALITY, node, "criticality", "Gravité possible", lines)?;
        date(node, "onsetDateTime", "Depuis", lines)?;
        date(node, "recordedDate", "Noté le", lines)
    },
};

pub(super) const CONDITION: Form = Form {
    resource: "Condition",
    title: "Antécédent",
    patient: "subject",
    elements: &[
        "clinicalStatus",
        "verificationStatus",
        "category",
        "code",
        "subject",
        "onsetDateTime",
        "abatementDateTime",
        "recordedDate",
        "note",
    ],
    lines: |node, lines| {
        words(node, "code", "Quoi", lines)?;
        categories(node, lines)?;
        clinical(node, lines)?;
        date(node, "onsetDateTime", "Depuis", lines)?;
        date(node, "abatementDateTime", "Jusque", lines)?;
        date(node, "recordedDate", "Noté le", lines)
    },
};

pub(super) const TREATMENT: Form = Form {
    resource: "MedicationStatement",
    title: "Traitement",
    patient: "subject",
    elements: &[
        "status",
        "medicationCodeableConcept",
        "subject",
        "effectiveDateTime",
        "effectivePeriod",
        "dateAsserted",
        "dosage",
        "note",
    ],
    lines: |node, lines| {
        words(node, "medicationCodeableConcept", "Quoi", lines)?;
        coded(node.text_of("status")?, &TAKEN, node, "status", "Statut", lines)?;
        for dosage in node.list("dosage")? {
            dosage.only(&["id", "text"])?;
            text(&dosage.need("text")?, "Comment", lines)?;
        }
        date(node, "effectiveDateTime", "Depuis", lines)?;
        if let Some(period) = node.get("effectivePeriod") {
            if node.get("effectiveDateTime").is_some() {
                return Err(period.wrong("cardinality", "one of `effectiveDateTime` and `effectivePeriod` is expected"));
            }
            period.only(&["id", "start", "end"])?;
            date(&period, "start", "Depuis", lines)?;
            date(&period, "end", "Jusque", lines)?;
        }
        date(node, "dateAsserted", "Noté le", lines)
    },
};

pub(super) const MEASURE: Form = Form {
    resource: "Observation",
    title: "Mesure",
    patient: "subject",
    elements: &[
        "status",
        "category",
        "code",
        "subject",
        "effectiveDateTime",
        "valueQuantity",
        "valueString",
        "component",
        "note",
    ],
    lines: |node, lines| {
        words(node, "code", "Quoi", lines)?;
        categories(node, lines)?;
        coded(node.text_of("status")?, &MEASURED, node, "status", "Statut", lines)?;
        // A blood pressure has two values, each with its name.
        let components = node.list("component")?;
        for component in &components {
            component.only(&["id", "code", "valueQuantity", "valueString"])?;
            words(component, "code", "Quoi", lines)?;
            value(component, lines)?;
        }
        let whole = node.get("valueQuantity").is_some() || node.get("valueString").is_some();
        if components.is_empty() || whole {
            value(node, lines)?;
        }
        date(node, "effectiveDateTime", "Quand", lines)
    },
};

const CLINICAL: [(&str, Option<&str>); 6] = [
    ("active", None),
    ("recurrence", Some("récidive")),
    ("relapse", Some("rechute")),
    ("inactive", Some("n’est plus actif")),
    ("remission", Some("en rémission")),
    ("resolved", Some("guéri, ou n’existe plus")),
];
/// It is his word, whatever others found; what is not so is not written down.
const VERIFICATION: [(&str, Option<&str>); 5] = [
    ("confirmed", Some("confirmé")),
    ("unconfirmed", None),
    ("presumed", Some("supposé")),
    ("provisional", Some("provisoire")),
    ("differential", Some("possible parmi d’autres")),
];
const CRITICALITY: [(&str, Option<&str>); 3] =
    [("low", Some("faible")), ("high", Some("élevée")), ("unable-to-assess", Some("ne peut être évaluée"))];
const TAKEN: [(&str, Option<&str>); 7] = [
    ("active", None),
    ("completed", Some("terminé")),
    ("intended", Some("prévu")),
    ("stopped", Some("arrêté")),
    ("on-hold", Some("suspendu")),
    ("not-taken", Some("n’est pas pris")),
    ("unknown", Some("inconnu")),
];
const MEASURED: [(&str, Option<&str>); 4] = [
    ("final", None),
    ("amended", Some("modifié")),
    ("corrected", Some("corrigé")),
    ("preliminary", Some("provisoire")),
];
/// FHIR's quantity-comparator.
const COMPARATORS: [&str; 4] = ["<", "<=", ">=", ">"];

impl Form {
    /// What the resource says, line by line.
    pub(super) fn read(&self, node: &Node<'_>) -> Result<Lines, Problem> {
        let mut lines = Lines::new();
        if let Some(narrative) =
            node.get("text").filter(|one| one.value.get("status").is_some_and(|one| one == "additional"))
        {
            return Err(
                narrative.wrong("unknown-element", "what only the narrative says would be lost: write a `note`")
            );
        }
        (self.lines)(node, &mut lines)?;
        for note in node.list("note")? {
            note.only(&["id", "text"])?;
            text(&note.need("text")?, "Précision", &mut lines)?;
        }
        Ok(lines)
    }
}

/// Whether it is still so, and how sure it is.
fn clinical(node: &Node<'_>, lines: &mut Lines) -> Result<(), Problem> {
    for (name, label, codes) in
        [("clinicalStatus", "Statut", &CLINICAL[..]), ("verificationStatus", "Certitude", &VERIFICATION[..])]
    {
        let Some(concept) = node.get(name) else { continue };
        concept.only(&["id", "coding", "text"])?;
        let code = one_coding(&concept)?.map(|one| one.text_of("code")).transpose()?.flatten();
        let code = code.ok_or_else(|| concept.wrong("required", "a `coding` with its `code` is expected"))?;
        coded(Some(code), codes, node, name, label, lines)?;
        if let Some(said) = concept.get("text") {
            text(&said, label, lines)?;
        }
    }
    Ok(())
}

/// The coding of a concept that says one thing: of two, one would be lost.
fn one_coding<'a>(concept: &Node<'a>) -> Result<Option<Node<'a>>, Problem> {
    let mut all = concept.list("coding")?.into_iter();
    match (all.next(), all.next()) {
        (_, Some(second)) => Err(second.wrong("cardinality", "one coding is expected: the other would be lost")),
        (one, None) => Ok(one),
    }
}

fn coded(
    code: Option<&str>,
    codes: Codes,
    node: &Node<'_>,
    name: &str,
    label: &'static str,
    lines: &mut Lines,
) -> Result<(), Problem> {
    let Some(code) = code else { return Ok(()) };
    let Some((_, said)) = codes.iter().find(|(known, _)| *known == code) else {
        let known: Vec<&str> = codes.iter().map(|(known, _)| *known).collect();
        let why = format!("`{code}` cannot be kept; one of these is expected: {}", known.join(", "));
        return Err(Problem::element(format!("{}.{name}", node.path), "status", why));
    };
    lines.extend(said.map(|said| (label, said.to_owned())));
    Ok(())
}

/// A CodeableConcept: its text, else the label of its first code; then its codes, as they are.
fn words(node: &Node<'_>, name: &str, label: &'static str, lines: &mut Lines) -> Result<(), Problem> {
    let concept = node.need(name)?;
    concept.only(&["id", "coding", "text"])?;
    let codings = concept.list("coding")?;
    let displays = codings.iter().map(|one| one.text_of("display")).collect::<Result<Vec<_>, _>>()?;
    let said = match concept.text_of("text")? {
        Some(text) => Some(text),
        None => displays.iter().flatten().next().copied(),
    };
    let said =
        said.ok_or_else(|| concept.wrong("required", "`text`, or a `coding` with its `display`, is expected"))?;
    lines.push((label, bounded(&concept, said)?));
    for (coding, display) in codings.iter().zip(displays) {
        coding.only(&["id", "system", "version", "code", "display", "userSelected"])?;
        let Some(code) = coding.text_of("code")? else { continue };
        let system = coding.text_of("system")?.map(|system| format!(" ({system})")).unwrap_or_default();
        let other =
            display.filter(|display| *display != said).map(|display| format!(" : {display}")).unwrap_or_default();
        lines.push(("Code", bounded(coding, &format!("{code}{system}{other}"))?));
    }
    Ok(())
}

fn categories(node: &Node<'_>, lines: &mut Lines) -> Result<(), Problem> {
    for category in node.list("category")? {
        category.only(&["id", "coding", "text"])?;
        let mut said = category.text_of("text")?;
        if let Some(coding) = one_coding(&category)? {
            let display = coding.text_of("display")?;
            said = said.or(display).or(coding.text_of("code")?);
        }
        let said = said.ok_or_else(|| category.wrong("required", "`text` or a `coding` is expected"))?;
        lines.push(("Catégorie", bounded(&category, said)?));
    }
    Ok(())
}

fn value(node: &Node<'_>, lines: &mut Lines) -> Result<(), Problem> {
    match (node.get("valueQuantity"), node.get("valueString")) {
        (Some(value), None) => lines.push(("Valeur", quantity(&value)?)),
        (None, Some(value)) => text(&value, "Valeur", lines)?,
        _ => return Err(node.wrong("required", "one of `valueQuantity` and `valueString` is expected")),
    }
    Ok(())
}

/// A quantity, as it is written: a value without its comparator would be another.
fn quantity(quantity: &Node<'_>) -> Result<String, Problem> {
    quantity.only(&["id", "value", "comparator", "unit", "system", "code"])?;
    let value = quantity.need("value")?;
    if !value.value.is_number() {
        return Err(value.wrong("number", "a number is expected"));
    }
    let comparator = quantity.text_of("comparator")?;
    if comparator.is_some_and(|one| !COMPARATORS.contains(&one)) {
        return Err(quantity.wrong("comparator", "`<`, `<=`, `>=` or `>` is expected"));
    }
    let unit = match (quantity.text_of("unit")?, quantity.text_of("code")?) {
        // Two units: whoever reads it sees both.
        (Some(unit), Some(code)) if unit != code => format!("{unit} ({code})"),
        (unit, code) => unit.or(code).unwrap_or_default().to_owned(),
    };
    bounded(quantity, format!("{} {} {unit}", comparator.unwrap_or_default(), value.value).trim())
}

fn date(node: &Node<'_>, name: &str, label: &'static str, lines: &mut Lines) -> Result<(), Problem> {
    if node.date_of(name)?.is_some()
        && let Some(date) = node.get(name)
    {
        text(&date, label, lines)?;
    }
    Ok(())
}

fn text(node: &Node<'_>, label: &'static str, lines: &mut Lines) -> Result<(), Problem> {
    lines.push((label, bounded(node, node.text()?)?));
    Ok(())
}

fn bounded(node: &Node<'_>, text: &str) -> Result<String, Problem> {
    match text.trim() {
        "" => Err(node.wrong("required", "a text is expected")),
        text if text.chars().count() > LONGEST => Err(node.wrong("too-long", "at most 2,000 characters are expected")),
        text => Ok(text.to_owned()),
    }
}
