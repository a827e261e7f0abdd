//! What the médecin traitant is told: that somebody entered in an emergency, unless he is blocked; that his role ended, where it was not he
//! who acted (decisions 10, 16 and 17). The mail names no patient: the line of the history that it leads to does, to him alone.

use std::collections::BTreeSet;

use dmp_core::access::is_opposed;
use dmp_core::dossier::{AccessMode, Change, JournalEntry, NoticeKind, Subject};
use dmp_core::history::{Language, kind_of, who_words};
use dmp_core::identity::{ProfessionalId, Requester};

use super::compose::{Told, Wanted, paris};
use super::mail::{Mail, MailSettings};

/// What one of his mails says, in words of his own.
struct Words {
    subject: &'static str,
    sentence: String,
    /// What the line of the history is to him.
    reference: String,
}

/// The mails to the médecin traitant, the former one among them.
pub fn to_medecin_traitant(told: &Told, wanted: &Wanted, settings: &MailSettings) -> Vec<Mail> {
    let mut found = Vec::new();
    for entry in told.entries.iter().filter(|entry| wanted.contains_key(&entry.seq)) {
        // Of the holder's own act there is no other notice.
        let kind = kind_of(&told.dossier, entry).unwrap_or(NoticeKind::MedecinTraitant);
        let Some(requester) = told.dossier.requester(entry.facts.requester) else { continue };
        let itself = |id: &ProfessionalId| matches!(&**requester, Requester::Professional(one) if one.id == *id);
        let Some((id, change)) = concerned(told, entry).filter(|(id, _)| !itself(id)) else { continue };
        let line = told.ids.get(&entry.seq).map(String::as_str).unwrap_or_default();
        // Who had the role under a number that is merged since reads nothing by it any more.
        let reads = told.dossier.medecin_traitant.as_ref().is_some_and(|one| one.professional == *id)
            && !is_opposed(&told.dossier, id, told.now);
        let Words { subject, sentence, reference } = words(change, requester, line, &settings.public, reads);
        found.push(Mail {
            to: settings.medecin_traitant.replace("{id}", &id.to_string()).into(),
            who: format!("professional {id}").into(),
            kind: kind.code(),
            id: format!("{line}-mt"),
            subject: format!("Un de vos patients : {subject}"),
            text: format!(
                "Bonjour,\n\n- {} : {sentence}\n\n{reference}\n\nCe message ne contient aucune donnée de santé.\n",
                paris(entry.facts.at)
            ),
            seqs: BTreeSet::from([entry.seq]),
        });
    }
    found
}

/// Whom an entry concerns as médecin traitant, and by which of its changes.
fn concerned<'a>(told: &'a Told, entry: &'a JournalEntry) -> Option<(&'a ProfessionalId, &'a Change)> {
    let is_him = |subject: &Subject, id: &ProfessionalId| matches!(subject, Subject::Professional(one) if one == id);
    let blocked = |id: &ProfessionalId| told.dossier.blocks.keys().any(|subject| is_him(subject, id));
    entry.changes.iter().flatten().find_map(|change| match change {
        Change::MedecinTraitantLeft(left) => Some((&left.professional, change)),
        Change::EmergencyOpened(_) => {
            // What came before a merge concerns whom the guest had then; while they are one the role is the survivor's (decisions 29).
            let guest = told.dossier.guest(told.journal).map(|guest| &guest.state.medecin_traitant);
            let id = &guest.unwrap_or(&told.dossier.medecin_traitant).as_ref()?.professional;
            (!blocked(id)).then_some((id, change))
        }
        _ => None,
    })
}

fn words(change: &Change, by: &Requester, line: &str, public: &str, reads: bool) -> Words {
    let public = public.trim_end_matches('/');
    let for_the_desk = || format!("Référence à donner à l’assistance de {public} : AuditEvent/{line}");
    if let Change::EmergencyOpened(opened) = change {
        let mode = if opened.mode == AccessMode::Centre15 { "comme Centre 15" } else { "en bris de glace" };
        return Words {
            subject: "un accès en urgence à son dossier",
            sentence: format!(
                "{} est entré, {mode}, dans le dossier d’un patient dont vous êtes le médecin traitant.",
                who_words(by, Language::French)
            ),
            // Where his authorisation rests he reads this line all the same; where the patient wants nobody to read, he reads nothing.
            reference: match reads {
                true => format!("Le patient et le motif se lisent avec votre jeton : {public}/fhir/AuditEvent/{line}"),
                false => for_the_desk(),
            },
        };
    }
    let cause = match by {
        Requester::Professional(_) => "un autre médecin s’est déclaré médecin traitant avec l’accord du patient",
        _ => "le patient, ou qui agit pour lui, en a choisi un autre",
    };
    Words {
        subject: "vous n’êtes plus son médecin traitant",
        sentence: format!("vous n’êtes plus le médecin traitant d’un patient : {cause}."),
        // His role ended at that instant, and with it what he read by it (decisions 10).
        reference: for_the_desk(),
    }
}
