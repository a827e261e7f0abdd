//! A line of the history as a sentence, from the table `codes/sentences.csv`: a template an act and an outcome, no default.

use std::sync::LazyLock;

use crate::dossier::{AccessMode, Rule};
use crate::history::{HistoryLine, Language, Texts};
use crate::identity::{Operator, Requester};

static ACTS: LazyLock<Texts> = LazyLock::new(|| Texts::read(include_str!("../../../../codes/sentences.csv")));
static RULES: LazyLock<Texts> = LazyLock::new(|| Texts::read(include_str!("../../../../codes/rules.csv")));

impl Rule {
    /// The rule in a sentence, for whoever is told of it; `None` only if the table lacks the rule, which a test forbids.
    #[must_use]
    pub fn sentence(self, language: Language) -> Option<&'static str> {
        RULES.get(self.code(), language)
    }
}

/// What a line says to a reader: who did it, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The subject, as a sentence begins.
    pub who: String,
    /// The rest.
    pub what: String,
}

/// A line as it is told to a reader: he is "you" in what he did himself; the program is the service, whichever of its jobs it was at; and
/// the holder, who has no name here, is the holder.
#[must_use]
pub fn clause(line: &HistoryLine, reader: &Requester, language: Language) -> Clause {
    let french = language == Language::French;
    let you = line.requester.account() == reader.account();
    let who = match (&*line.requester, french) {
        _ if you => if french { "Vous" } else { "You" }.to_owned(),
        (Requester::System(_), true) => "Le service".to_owned(),
        (Requester::System(_), false) => "The service".to_owned(),
        (Requester::Holder(_), true) => "Le titulaire".to_owned(),
        (Requester::Holder(_), false) => "The holder".to_owned(),
        (Requester::Operator(one), false) if one.name.as_deref() == Some(Operator::AT_THE_COMMAND_LINE) => {
            "The operator, at the command line,".to_owned()
        }
        (other, _) => other.display_name(),
    };
    // It is the table's words that are turned to him: a title, or a name, says what it says.
    let template = template(line, language);
    let turned = if you { to_you(template, language) } else { template.to_owned() };
    Clause { who, what: filled(line, &turned, language) }
}

/// The verbs with which the sentences of `codes/sentences.csv` begin, as they are said to who acted.
const VERBS: [(&str, &str); 3] = [("a ", "avez "), ("s’est ", "vous êtes "), ("n’est plus ", "n’êtes plus ")];
/// And what else in them is his.
const HIS: [(&str, &str); 6] = [
    ("relu ses ", "relu vos "),
    ("relire ses ", "relire vos "),
    ("de ses dossiers", "de vos dossiers"),
    ("s’il peut", "si vous pouvez"),
    ("qu’il a déposé", "que vous avez déposé"),
    ("voulu s’opposer", "voulu vous opposer"),
];
const THEIR: [(&str, &str); 3] =
    [("of their own", "of your own"), ("whether they may", "whether you may"), ("they added", "you added")];

fn to_you(what: &str, language: Language) -> String {
    let verb = |(his, yours): &(&str, &str)| what.strip_prefix(his).map(|rest| format!("{yours}{rest}"));
    let (begun, others) = match language {
        Language::French => (VERBS.iter().find_map(verb), &HIS[..]),
        Language::English => (None, &THEIR[..]),
    };
    let begun = begun.unwrap_or_else(|| what.to_owned());
    others.iter().fold(begun, |text, (his, yours)| text.replace(his, yours))
}

/// What happened, in one sentence without its subject: "a lu « … »". The page puts who before it, when and why behind.
#[must_use]
pub fn sentence(line: &HistoryLine, language: Language) -> String {
    filled(line, template(line, language), language)
}

/// The sentence of the table for what a line says.
fn template(line: &HistoryLine, language: Language) -> &'static str {
    let outcome = if line.refused {
        "refused"
    } else if line.not_found {
        "not-found"
    } else {
        "done"
    };
    let of = |outcome: &str| ACTS.get(&format!("{}.{outcome}", line.act.code()), language);
    // What is taken back has a sentence of its own where the act is one and its undoing.
    let undone = of("undone").filter(|_| outcome == "done" && line.said.undone);
    undone.or_else(|| of(outcome)).unwrap_or_default()
}

/// A sentence with what the line names.
fn filled(line: &HistoryLine, template: &str, language: Language) -> String {
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
    // "de un" and "que un" are no French.
    let elided = match (titles.is_empty(), language) {
        (true, Language::French) => {
            template.replace("de {documents}", "d’{documents}").replace("que {documents}", "qu’{documents}")
        }
        _ => template,
    };
    let mut text = elided.replace("{documents}", &named);
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
