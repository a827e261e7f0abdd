//! `docs/notices.md`: what is told of each act, by its outcome and who asked, without a blank; and the words of each kind.
//! `UPDATE_SNAPSHOTS=1` writes it again.

use std::fmt::Write as _;
use std::path::Path;

use dmp_core::dossier::{ActCode, NoticeKind};
use dmp_core::history::{Language, Told, told, words};
use dmp_core::identity::RequesterKind;

/// Words that no notice may have: what a document is, and what it says.
const CLINICAL: &[&str] =
    &["ordonnance", "biologie", "radio", "scanner", "traitement", "allergie", "diagnostic", "résultat", "vaccin"];

fn cell(told: Told) -> String {
    match told {
        Told::Kind(kind) => format!("`{}`", kind.code()),
        Told::Own => "his own".into(),
        Told::Private => "private".into(),
        Told::Machine => "machine".into(),
    }
}

#[test]
fn every_act_outcome_and_requester_has_its_notice() {
    let mut page = String::from(
        "# What is told of, and how\n\nMade from the rules and `codes/notices.csv` by a test (`UPDATE_SNAPSHOTS=1 cargo test -p dmp-core --test notices_table`).\n\n\
         Every kind is on by default, by e-mail, at once. The holder groups by day or week, or turns a kind off (`POST Subscription`); never a first access\n\
         (`ACCES_DMP_PS`) or an emergency (`ACCES_BRIS_GLACE`, `ACCES_CENTRE_15`). *His own*: the holder did it. *Private*: a note that nobody else sees.\n\
         *Machine*: the program's work for itself. A request that opens an emergency access, a first access, the first reimbursements and a term that comes\n\
         have kinds of their own, whatever the act. Somebody who looks around, or is refused, is told of once an hour for the same.\n\n## By act\n\n| act | outcome |",
    );
    for kind in RequesterKind::ALL {
        write!(page, " {} |", kind.code()).unwrap();
    }
    page.push_str("\n|---|---|");
    page.push_str(&"---|".repeat(RequesterKind::ALL.len()));
    for act in ActCode::ALL {
        for (outcome, allowed) in [("done", true), ("refused", false)] {
            write!(page, "\n| {} | {outcome} |", act.code()).unwrap();
            for kind in RequesterKind::ALL {
                write!(page, " {} |", cell(told(*act, allowed, *kind))).unwrap();
            }
        }
    }
    page.push_str("\n\n## In words\n\n| kind | French | English |\n|---|---|---|\n");
    for kind in NoticeKind::ALL {
        let (french, english) = (words(*kind, Language::French).unwrap(), words(*kind, Language::English).unwrap());
        for text in [french.subject, french.sentence] {
            assert!(!CLINICAL.iter().any(|word| text.to_lowercase().contains(word)), "{text}");
        }
        writeln!(
            page,
            "| `{}` | **{}**. {} | **{}**. {} |",
            kind.code(),
            french.subject,
            french.sentence,
            english.subject,
            english.sentence
        )
        .unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/notices.md");
    if std::env::var("UPDATE_SNAPSHOTS").is_ok() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page, "docs/notices.md is not what the rules say");
}
