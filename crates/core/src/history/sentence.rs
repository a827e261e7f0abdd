//! A line of the history as a sentence, from the table `codes/sentences.csv`: a template an act and an outcome, no default.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::dossier::{AccessMode, Rule};
use crate::history::HistoryLine;

/// The language of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// French, the first.
    French,
    /// English.
    English,
}

/// One row: the two sentences.
struct Row {
    french: &'static str,
    english: &'static str,
}

fn read(text: &'static str) -> BTreeMap<&'static str, Row> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim);
            Some((cells.next()?, Row { french: cells.next()?, english: cells.next()? }))
        })
        .collect()
}

static ACTS: LazyLock<BTreeMap<&'static str, Row>> =
    LazyLock::new(|| read(include_str!("../../../../codes/sentences.csv")));
static RULES: LazyLock<BTreeMap<&'static str, Row>> =
    LazyLock::new(|| read(include_str!("../../../../codes/rules.csv")));

impl Row {
    const fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::French => self.french,
            Language::English => self.english,
        }
    }
}

impl Rule {
    /// The rule in a sentence, for whoever is told of it; `None` only if the table lacks the rule, which a test forbids.
    #[must_use]
    pub fn sentence(self, language: Language) -> Option<&'static str> {
        RULES.get(self.code()).map(|row| row.in_language(language))
    }
}

/// What happened, in one sentence without its subject: "a lu « … »". The page puts who before it, when and why behind.
#[must_use]
pub fn sentence(line: &HistoryLine, language: Language) -> String {
    let outcome = if line.refused {
        "refused"
    } else if line.not_found {
        "not-found"
    } else {
        "done"
    };
    let of = |outcome: &str| ACTS.get(format!("{}.{outcome}", line.act.code()).as_str());
    // What is taken back has a sentence of its own where the act is one and its undoing.
    let undone = of("undone").filter(|_| outcome == "done" && line.said.undone);
    let template = undone.or_else(|| of(outcome)).map_or("", |row| row.in_language(language));
    let titles: Vec<&str> = line.documents.iter().map(|document| &*document.title).collect();
    let (open, close) = match language {
        Language::French => ("«\u{a0}", "\u{a0}»"),
        Language::English => ("“", "”"),
    };
    let named = match (titles.is_empty(), language) {
        (false, _) => titles.iter().map(|title| format!("{open}{title}{close}")).collect::<Vec<_>>().join(", "),
        (true, Language::French) => "un document".to_owned(),
        (true, Language::English) => "a document".to_owned(),
    };
    // A count that is not told leaves no empty parentheses.
    let template = match line.count {
        Some(count) => template.replace("{count}", &count.to_string()),
        None => template.replace(" ({count})", ""),
    };
    let mut text = template.replace("{documents}", &named);
    if let Some(whom) = &line.said.whom {
        let colon = if language == Language::French { "\u{a0}: " } else { ": " };
        text.push_str(colon);
        text.push_str(&whom.called());
    }
    if line.mode != AccessMode::Normal {
        text.push_str(match (line.mode, language) {
            (AccessMode::BrisDeGlace, Language::French) => ", en urgence, sans votre accord (bris de glace)",
            (AccessMode::BrisDeGlace, Language::English) => ", in an emergency, without your agreement",
            (_, Language::French) => ", pour la régulation médicale (Centre 15)",
            (_, Language::English) => ", for the emergency dispatcher (Centre 15)",
        });
    }
    if let Some(holder) = &line.delegated_by {
        let on_behalf = if language == Language::French { "au nom de" } else { "on behalf of" };
        text.push_str(&format!(", {on_behalf} {}", holder.name));
    }
    if !line.joint.is_empty() {
        let names: Vec<String> = line.joint.iter().map(|one| one.display_name()).collect();
        let (also, and) = match language {
            Language::French => ("signé aussi par", " et "),
            Language::English => ("also signed by", " and "),
        };
        text.push_str(&format!(" ({also} {})", names.join(and)));
    }
    text
}
