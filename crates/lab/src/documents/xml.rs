//! The CDA around the words.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dmp_core::code::{Dtm, Instant, table};

use super::texts::Section;
use super::{Kind, Recipe};
use crate::personas::Persona;

const PROFESSIONALS: &str = "1.2.250.1.71.4.2.1";
const STRUCTURES: &str = "1.2.250.1.71.4.2.2";
const SECTORS: &str = "1.2.250.1.71.4.2.4";

/// The header.
pub(super) fn header(out: &mut String, recipe: &Recipe<'_>) {
    let time = hl7(recipe.created);
    let code = recipe.kind.type_code();
    let label = table::label(&code.system, &code.code).unwrap_or(recipe.kind.title());
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\">\n");
    out.push_str(
        "  <realmCode code=\"FR\"/>\n  <typeId root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/>\n",
    );
    for template in ["2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1"] {
        line(out, format_args!("  <templateId root=\"{template}\"/>"));
    }
    if recipe.kind == Kind::ScannedLetter {
        out.push_str("  <templateId root=\"1.3.6.1.4.1.19376.1.2.20\"/>\n");
    }
    line(out, format_args!("  <id {}/>", identifier(recipe.unique_id)));
    line(
        out,
        format_args!(
            "  <code code=\"{}\" codeSystem=\"{}\" displayName=\"{}\"/>",
            code.code,
            code.system,
            escape(label)
        ),
    );
    line(out, format_args!("  <title>{}</title>\n  <effectiveTime value=\"{time}\"/>", escape(recipe.kind.title())));
    out.push_str("  <confidentialityCode code=\"N\" codeSystem=\"2.16.840.1.113883.5.25\" displayName=\"Normal\"/>\n");
    let version = if recipe.replaces.is_some() { 2 } else { 1 };
    line(out, format_args!("  <languageCode code=\"fr-FR\"/>\n  <versionNumber value=\"{version}\"/>"));
    patient(out, recipe);
    author(out, recipe.author, &time);
    custodian(out, recipe.author);
    authenticator(out, recipe.author, &time);
    act(out, recipe, &time);
    if let Some(replaced) = recipe.replaces {
        let replaced = identifier(replaced);
        line(
            out,
            format_args!(
                "  <relatedDocument typeCode=\"RPLC\"><parentDocument><id {replaced}/></parentDocument></relatedDocument>"
            ),
        );
    }
    let (_, facility) = settings(recipe.author);
    line(
        out,
        format_args!(
            "  <componentOf><encompassingEncounter><effectiveTime><low value=\"{time}\"/></effectiveTime><location>\
             <healthCareFacility><code code=\"{facility}\" codeSystem=\"{SECTORS}\"/></healthCareFacility></location>\
             </encompassingEncounter></componentOf>"
        ),
    );
}

fn patient(out: &mut String, recipe: &Recipe<'_>) {
    let one = recipe.patient;
    let (postal_code, city) = one.home;
    let used = one.used_family.map(|name| format!("<family qualifier=\"CL\">{}</family>", escape(name)));
    line(
        out,
        format_args!(
            "  <recordTarget><patientRole>\n    <id root=\"{}\" extension=\"{}\"/>\n    \
             <addr><postalCode>{postal_code}</postalCode><city>{}</city></addr>\n    <patient>\n      \
             <name><family qualifier=\"BR\">{}</family>{}<given>{}</given></name>\n      \
             <administrativeGenderCode code=\"{}\" codeSystem=\"2.16.840.1.113883.5.1\"/>\n      \
             <birthTime value=\"{:08}\"/>\n    </patient>\n  </patientRole></recordTarget>",
            one.ins.domain.code(),
            one.ins.value,
            escape(city),
            escape(one.family),
            used.unwrap_or_default(),
            escape(one.given),
            one.sex.code(),
            one.birth.number()
        ),
    );
}

/// Who wrote it: a person, or a system that speaks for a structure.
fn author(out: &mut String, one: &Persona, time: &str) {
    line(out, format_args!("  <author>\n    <time value=\"{time}\"/>\n    <assignedAuthor>"));
    match one.id {
        Some(id) => {
            let (code, label) = specialty(one);
            line(
                out,
                format_args!(
                    "      <id root=\"{PROFESSIONALS}\" extension=\"{id}\"/>\n      \
                     <code code=\"{code}\" codeSystem=\"1.2.250.1.213.1.1.4.5\" displayName=\"{}\"/>\n      \
                     <assignedPerson>{}</assignedPerson>",
                    escape(&label),
                    name(one)
                ),
            );
        }
        None => line(
            out,
            format_args!(
                "      <id root=\"2.16.840.1.113883.19.99\" extension=\"{}\"/>\n      <assignedAuthoringDevice>\
                 <manufacturerModelName>{}</manufacturerModelName><softwareName>Démonstration</softwareName>\
                 </assignedAuthoringDevice>",
                one.code,
                escape(one.family)
            ),
        ),
    }
    line(out, format_args!("      <representedOrganization>{}</representedOrganization>", organisation(one)));
    out.push_str("    </assignedAuthor>\n  </author>\n");
}

fn custodian(out: &mut String, one: &Persona) {
    line(
        out,
        format_args!(
            "  <custodian><assignedCustodian><representedCustodianOrganization>{}</representedCustodianOrganization>\
             </assignedCustodian></custodian>",
            organisation(one)
        ),
    );
}

fn authenticator(out: &mut String, one: &Persona, time: &str) {
    let id = one.id.map_or_else(
        || format!("<id root=\"2.16.840.1.113883.19.99\" extension=\"{}\"/>", one.code),
        |id| format!("<id root=\"{PROFESSIONALS}\" extension=\"{id}\"/>"),
    );
    line(
        out,
        format_args!(
            "  <legalAuthenticator><time value=\"{time}\"/><signatureCode code=\"S\"/><assignedEntity>{id}\
             <assignedPerson>{}</assignedPerson><representedOrganization>{}</representedOrganization></assignedEntity>\
             </legalAuthenticator>",
            name(one),
            organisation(one)
        ),
    );
}

fn act(out: &mut String, recipe: &Recipe<'_>, time: &str) {
    let (setting, _) = settings(recipe.author);
    line(
        out,
        format_args!(
            "  <documentationOf><serviceEvent><effectiveTime><low value=\"{time}\"/></effectiveTime>\
             <performer typeCode=\"PRF\"><assignedEntity><id root=\"{PROFESSIONALS}\" extension=\"{}\"/>\
             <representedOrganization>{}<standardIndustryClassCode code=\"{setting}\" \
             codeSystem=\"1.2.250.1.213.1.1.4.9\"/></representedOrganization></assignedEntity></performer>\
             </serviceEvent></documentationOf>",
            recipe.author.id.unwrap_or(recipe.author.code),
            organisation(recipe.author)
        ),
    );
}

/// The sections; rows of follow-up make it as long as it is to be.
pub(super) fn structured_body(out: &mut String, sections: &[Section], bulk: usize) {
    out.push_str("  <component><structuredBody>\n");
    for section in sections {
        section_of(out, section);
    }
    let mut row = 0;
    if out.len() < bulk {
        out.push_str("    <component><section><title>Suivi</title><text><table><tbody>\n");
        while out.len() < bulk {
            row += 1;
            line(
                out,
                format_args!(
                    "      <tr><td>Relevé {row}</td><td>{} mmHg</td><td>{} bpm</td><td>sans plainte</td></tr>",
                    118 + row % 23,
                    61 + row % 17
                ),
            );
        }
        out.push_str("    </tbody></table></text></section></component>\n");
    }
    out.push_str("  </structuredBody></component>\n");
}

fn section_of(out: &mut String, section: &Section) {
    let system = if section.code.contains('-') { super::LOINC } else { "1.2.250.1.213.1.1.4.12" };
    line(
        out,
        format_args!(
            "    <component><section>\n      <code code=\"{}\" codeSystem=\"{system}\"/>\n      <title>{}</title>\n      <text>",
            section.code,
            escape(section.title)
        ),
    );
    for paragraph in section.paragraphs {
        line(out, format_args!("        <paragraph>{}</paragraph>", escape(paragraph)));
    }
    if let Some((head, rows)) = section.table.split_first() {
        let cells = |row: &[&str], cell: &str| -> String {
            row.iter().map(|text| format!("<{cell}>{}</{cell}>", escape(text))).collect()
        };
        line(out, format_args!("        <table><thead><tr>{}</tr></thead><tbody>", cells(head, "th")));
        for row in rows {
            line(out, format_args!("          <tr>{}</tr>", cells(row, "td")));
        }
        out.push_str("        </tbody></table>\n");
    }
    out.push_str("      </text>\n    </section></component>\n");
}

/// A body of another media type, in base64.
pub(super) fn non_xml_body(out: &mut String, media_type: &str, bytes: &[u8]) {
    let text = STANDARD.encode(bytes);
    line(
        out,
        format_args!(
            "  <component><nonXMLBody><text mediaType=\"{media_type}\" representation=\"B64\">{text}</text></nonXMLBody></component>"
        ),
    );
}

/// `authorSpecialty`: `G15_10/SM26`, and its label.
fn specialty(one: &Persona) -> (String, String) {
    let profession = one.profession.unwrap_or_default();
    let code = match one.specialty {
        Some(specialty) => format!("G15_{profession}/{specialty}"),
        None => format!("G15_{profession}"),
    };
    let label = table::label("1.2.250.1.213.1.1.4.5", &code).unwrap_or(one.french).to_owned();
    (code, label)
}

/// `practiceSettingCode` and `healthcareFacilityTypeCode`.
fn settings(one: &Persona) -> (&'static str, &'static str) {
    match one.sector {
        Some("SA01") if one.regulation => ("SAMU_SMUR", "SA01"),
        Some("SA01") => ("ETABLISSEMENT", "SA01"),
        Some(sector) => ("AMBULATOIRE", sector),
        None => ("AMO", "SA24"),
    }
}

fn name(one: &Persona) -> String {
    format!("<name><given>{}</given><family>{}</family></name>", escape(one.given), escape(one.family))
}

fn organisation(one: &Persona) -> String {
    match one.structure {
        Some((id, name)) => format!("<id root=\"{STRUCTURES}\" extension=\"{id}\"/><name>{}</name>", escape(name)),
        None => format!("<name>{}</name>", escape(one.family)),
    }
}

fn identifier(id: &str) -> String {
    match id.split_once('^') {
        Some((root, extension)) => format!("root=\"{}\" extension=\"{}\"", escape(root), escape(extension)),
        None => format!("root=\"{}\"", escape(id)),
    }
}

fn hl7(time: Instant) -> String {
    format!("{}+0000", Dtm::second(time).xds())
}

/// Writing to a text does not fail.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _infallible = out.write_fmt(text);
    out.push('\n');
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
