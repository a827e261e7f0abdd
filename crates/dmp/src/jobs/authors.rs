//! What the author of a document is told: that its deletion is asked for, or that somebody says it is not his (decisions 22 and 23). He
//! decides, so he must know; the mail names neither patient nor document, both are read after signing in.

use std::collections::BTreeSet;

use dmp_core::document::Item;
use dmp_core::dossier::Change;
use dmp_core::identity::{ProfessionalId, Requester};

use super::compose::{Told, Wanted, paris};
use super::mail::{Mail, MailSettings};

/// The header's word for it.
const KIND: &str = "DEMANDE_AUTEUR";

/// The mails to who deposited the documents that these entries ask something of. A structure's machine reads no mail.
pub fn to_authors(told: &Told, wanted: &Wanted, settings: &MailSettings) -> Vec<Mail> {
    let mut found = Vec::new();
    for entry in told.entries.iter().filter(|entry| wanted.contains_key(&entry.seq)) {
        // Named by its place: the number of a document is another where its dossier is merged.
        for (place, (item, sentence)) in entry.changes.iter().flatten().filter_map(asked).enumerate() {
            let (Some(author), Some(document)) = (author(told, item), told.documents.get(&item)) else { continue };
            found.push(Mail {
                to: settings.medecin_traitant.replace("{id}", &author.to_string()).into(),
                who: format!("professional {author}").into(),
                kind: KIND,
                id: format!("{}-author-{place}", told.ids.get(&entry.seq).map(String::as_str).unwrap_or_default()),
                subject: "Un document que vous avez déposé : une demande du patient".to_owned(),
                text: format!(
                    "Bonjour,\n\nAu sujet d’un document que vous avez déposé :\n\n- {} : {sentence}\n\nLe document et la \
                     demande se lisent après connexion : {}/fhir/DocumentReference?identifier={document}\n\nCe message ne contient aucune donnée de santé.\n",
                    paris(entry.facts.at),
                    settings.public
                ),
                seqs: BTreeSet::from([entry.seq]),
            });
        }
    }
    found
}

/// Of which document something is asked, and what.
pub const fn asked(change: &Change) -> Option<(Item, &'static str)> {
    match change {
        Change::DeletionRequested(one) => {
            Some((one.item, "le patient demande sa suppression ; vous acceptez ou refusez, avec votre motif."))
        }
        Change::NotMineClaimed(one) if one.open => Some((
            one.item,
            "le patient dit que ce document n’est pas le sien ; il est masqué aux autres professionnels jusqu’à la fin de l’examen.",
        )),
        _ => None,
    }
}

fn author(told: &Told, item: Item) -> Option<ProfessionalId> {
    match told.dossier.depositor(told.dossier.document(item)?)? {
        Requester::Professional(one) => Some(one.id.clone()),
        _ => None,
    }
}
