//! What a patient typed in, as a CDA of ours: a narrative table, marked as his own word (`EXP_PATIENT`). It names him by his INS alone:
//! the dossier knows the rest, and a document that repeats it would one day contradict it.

use dmp_core::code::{Coded, Dtm, Instant};
use dmp_core::identity::Ins;

/// The code of a patient's own word (value set J59).
const WORD: (&str, &str, &str) = ("EXP_PATIENT", "1.2.250.1.213.1.1.4.6", "Expression personnelle du patient");

/// What was typed in.
#[derive(Debug, Clone)]
pub struct PatientsWord<'a> {
    /// Whose dossier it is.
    pub ins: &'a Ins,
    /// The document's `uniqueId`: an OID.
    pub unique_id: &'a str,
    /// Its type.
    pub type_code: &'a Coded,
    /// Its title.
    pub title: &'a str,
    /// When it was typed in.
    pub at: Instant,
    /// Who typed it in for the patient, where that was another.
    pub written_by: Option<&'a str>,
    /// Labels and values, in their order.
    pub lines: &'a [(&'static str, String)],
}

impl PatientsWord<'_> {
    /// The document.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let time = Dtm::second(self.at).xds();
        let zone = format!("{time}+0000");
        let (root, number) = (self.ins.domain.code(), &self.ins.value);
        let code = &self.type_code.code;
        let label = self.type_code.display.as_deref().unwrap_or_default();
        let rows: String = self.lines.iter().map(|(label, value)| row(label, value)).collect();
        let by = self.written_by.map(|name| row("Saisi par", name)).unwrap_or_default();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\">\n  <realmCode code=\"FR\"/>\n  \
             <typeId root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/>\n  <templateId root=\"2.16.840.1.113883.2.8.2.1\"/>\n  \
             <id root=\"{}\"/>\n  <code code=\"{}\" codeSystem=\"{}\" displayName=\"{}\"/>\n  <title>{}</title>\n  \
             <effectiveTime value=\"{zone}\"/>\n  <confidentialityCode code=\"N\" codeSystem=\"2.16.840.1.113883.5.25\"/>\n  \
             <languageCode code=\"fr-FR\"/>\n  <recordTarget><patientRole><id root=\"{root}\" extension=\"{number}\"/></patientRole></recordTarget>\n  \
             <author>\n    <time value=\"{zone}\"/>\n    <assignedAuthor><id root=\"{root}\" extension=\"{number}\"/><code code=\"{}\" codeSystem=\"{}\" \
             displayName=\"{}\"/><assignedPerson/></assignedAuthor>\n  </author>\n  \
             <custodian><assignedCustodian><representedCustodianOrganization><id nullFlavor=\"NA\"/></representedCustodianOrganization></assignedCustodian></custodian>\n  \
             <documentationOf><serviceEvent><effectiveTime><low value=\"{zone}\"/></effectiveTime></serviceEvent></documentationOf>\n  \
             <component><structuredBody><component><section><title>{}</title><text><table><tbody>{rows}{by}</tbody></table></text></section></component></structuredBody></component>\n\
             </ClinicalDocument>\n",
            escape(self.unique_id),
            escape(&code.code),
            escape(&code.system),
            escape(label),
            escape(self.title),
            WORD.0,
            WORD.1,
            WORD.2,
            escape(self.title),
        )
        .into_bytes()
    }
}

fn row(label: &str, value: &str) -> String {
    format!("<tr><th>{}</th><td>{}</td></tr>", escape(label), escape(value))
}

/// What XML cannot hold at all is left out: a control character is nobody's word.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, read_cda};
    use dmp_core::code::Code;

    #[test]
    fn what_is_written_is_read_again_and_escapes_everything() {
        let ins = Ins::parse("1.2.250.1.213.1.4.10", "279035121518989").expect("an INS");
        let type_code = Coded { code: Code::new("1.2.250.1.213.1.1.4.12", "DOCPAT08"), display: Some("Profil".into()) };
        let word = PatientsWord {
            ins: &ins,
            unique_id: "2.25.12345678901234567890",
            type_code: &type_code,
            title: "Allergie <b>&\u{0}\"",
            at: Instant::from_millis(1_795_341_600_000),
            written_by: Some("A & B"),
            lines: &[("À quoi", "]]><script>\u{7}é".into())],
        };
        let header = read_cda(word.write().as_slice(), Limits::default()).expect("a CDA");
        assert_eq!(header.patient.ins, std::slice::from_ref(&ins));
        assert_eq!(
            (&*header.unique_id, header.title.as_deref()),
            ("2.25.12345678901234567890", Some("Allergie <b>&\""))
        );
        assert_eq!(header.effective_time, Dtm::second(word.at));
    }
}
