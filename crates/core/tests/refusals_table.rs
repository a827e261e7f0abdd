//! `docs/refusals.md` is made from the rules and their sentences: every refusal with its code, in French and in English.
//! `UPDATE_SNAPSHOTS=1` writes it again.

use std::path::Path;

use dmp_core::dossier::Rule;
use dmp_core::history::Language;

/// What becomes of a rule: told with its code, told as a fault of the request, or kept for the journal alone.
fn told(rule: Rule) -> Option<&'static str> {
    match rule {
        _ if rule.allows() => None,
        Rule::UnknownDossier => Some("404"),
        _ if rule.is_told() => Some("403"),
        Rule::ReservedType | Rule::SecretConnection => Some("403"),
        Rule::ReplacedUnknown => Some("404"),
        Rule::VersionChanged | Rule::SeveralMatch => Some("412"),
        Rule::Matrix | Rule::Flags | Rule::Exception | Rule::Deleted | Rule::NotFound => {
            Some("404, in the journal only")
        }
        _ => Some("422"),
    }
}

#[test]
fn every_refusal_is_in_the_table() {
    let mut page = String::from(
        "# The refusals\n\nMade from the rules and `codes/rules.csv` by a test (`UPDATE_SNAPSHOTS=1 cargo test -p dmp-core --test refusals_table`). A refusal \
         that concerns the dossier is told with its code; one that concerns a document answers as what does not exist, and its code stands in the journal \
         for the holder and the operator (decisions 1). Each is provoked over HTTP \
         by `crates/dmp/tests/refusals.rs`, but for the few that no request can meet, which that test names.\n\n| code | answer | French | English |\n|---|---|---|---|\n",
    );
    for rule in Rule::ALL {
        let Some(status) = told(*rule) else { continue };
        let sentence = |language| rule.sentence(language).unwrap();
        page.push_str(&format!(
            "| `{}` | {status} | {} | {} |\n",
            rule.code(),
            sentence(Language::French),
            sentence(Language::English)
        ));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/refusals.md");
    if std::env::var("UPDATE_SNAPSHOTS").is_ok() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page, "docs/refusals.md is not what the rules say");
}
