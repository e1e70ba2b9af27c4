//! The keys that a prompt's words name: "press 8 and hash", "pulse asterisco", "drücken Sie die 1".

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::flow::{FlowStep, Kind, Part, Prompt};

use super::roads::Roads;

/// A key that words name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NamedKey {
    pub key: char,
    /// Whether the words add "and hash".
    pub then_hash: bool,
}

const KEY: &str = r"([0-9]|star|asterisk|asterisco|estrella|stern(?:taste)?|étoile|hash|pound|almohadilla|numeral|raute(?:taste)?|dièse|cancelletto|[#*])";
const HASH: &str = r"(?:hash|pound|almohadilla|numeral|raute(?:taste)?|dièse|cancelletto|#)";
const AND: &str = r"(?:and|then|and then|followed by|y|y luego|und|und dann|et|puis|e|e poi)";
const VERB: &str = r"(?:press|push|pulse|presione|oprima|drücken sie|drücke|wählen sie|appuyez sur|tapez|prema|premere|pressione|tecle)";
const ARTICLE: &str = r"(?:the|la|el|le|il|o|a|auf|die|den|das|tecla|touche|taste|tasto|key|button|then|only|just|solo)";
const OR: &str = r"(?:or|o|u|oder|ou)";
const FOR: &str = r"(?:for|to|para|für|um|pour|per)";

/// After a word for pressing; after "or" and before "for"; or before "and hash".
static NAMED: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let tail = format!(r"(?:\s+{AND}\s+({HASH}))?(?:[\s.,;:!?)]|$)");
    let patterns = [
        format!(r"(?i)\b{VERB}\s+(?:{ARTICLE}\s+)*{KEY}{tail}"),
        format!(r"(?i)\b{OR}\s+(?:{VERB}\s+)?{KEY}(?:\s+{AND}\s+({HASH}))?\s+{FOR}\b"),
        format!(r"(?i)\b([0-9])\s+{AND}\s+({HASH})"),
    ];
    patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
});

/// The keys that `prompt` names, in any of its wordings.
pub(super) fn named_keys(prompt: &Prompt) -> BTreeSet<NamedKey> {
    let texts = prompt.wordings.iter().map(|wording| {
        let words = wording.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Choices | Part::Key | Part::EntryCount | Part::Code | Part::Value { .. } => "…",
        });
        words.collect::<String>()
    });
    texts.flat_map(|text| named_in(&text)).collect()
}

fn named_in(text: &str) -> BTreeSet<NamedKey> {
    let found = NAMED.iter().flat_map(|pattern| pattern.captures_iter(text));
    let named: BTreeSet<NamedKey> = found
        .filter_map(|captures| Some(NamedKey { key: key(captures.get(1)?.as_str())?, then_hash: captures.get(2).is_some() }))
        .collect();
    let with_hash = |named_key: &NamedKey| named.contains(&NamedKey { then_hash: true, ..*named_key });
    named.iter().copied().filter(|named_key| named_key.then_hash || !with_hash(named_key)).collect()
}

fn key(word: &str) -> Option<char> {
    match word.to_lowercase().as_str() {
        "star" | "asterisk" | "asterisco" | "estrella" | "stern" | "sterntaste" | "étoile" | "*" => Some('*'),
        "hash" | "pound" | "almohadilla" | "numeral" | "raute" | "rautetaste" | "dièse" | "cancelletto" | "#" => Some('#'),
        digit => digit.chars().next().filter(char::is_ascii_digit),
    }
}

/// How people call a key.
pub(super) fn spoken_key(key: char) -> String {
    match key {
        '*' => "star".to_owned(),
        '#' => "hash".to_owned(),
        digit => digit.to_string(),
    }
}

/// The prompts with which a step asks, its reprompts and lines included, and those that ways to it put in place of its question.
pub(super) fn asking_prompts<'f>(roads: &Roads<'f>, number: usize, step: &FlowStep) -> Vec<&'f Prompt> {
    let mut ids: BTreeSet<String> = step.spoken().into_iter().map(|spoken| spoken.id).collect();
    let ways = roads.steps.iter().flat_map(|(_, ways)| ways).chain([]);
    let leading = ways.filter(|way| roads.steps_at(way).contains(&number));
    ids.extend(leading.filter_map(|way| Some(way.target?.ask.as_ref()?.text.clone())));
    roads.flow.prompts.tables.values().flat_map(|table| ids.iter().filter_map(|id| table.get(id))).collect()
}

/// The keys that choose in a step: of a menu, of yes and no, of a list of methods.
pub(super) fn choice_keys(step: &FlowStep) -> Vec<char> {
    match &step.kind {
        Kind::Menu(menu) => menu.keys(),
        Kind::YesNo(_) => vec!['1', '2'],
        Kind::ChooseMethod(_) => vec!['1', '2', '3'],
        Kind::Say(_) | Kind::Collect(_) | Kind::FindMethods(_) | Kind::SendCode(_) | Kind::CheckCode(_) => Vec::new(),
        Kind::ConsentRead(_) | Kind::ConsentSet(_) | Kind::WebService(_) | Kind::Call(_) | Kind::Require(_) => Vec::new(),
        Kind::Transfer(_) | Kind::Branch(_) | Kind::Set(_) | Kind::Wait(_) | Kind::Return(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_languages_name_their_keys() {
        let cases: [(&str, &[(char, bool)]); 8] = [
            ("For an agent, press 0.", &[('0', false)]),
            ("Enter the code, press 8 and hash to send it again, or 7 and hash for another way.", &[('7', true), ('8', true)]),
            ("Please press 1 for yes or 2 for no.", &[('1', false), ('2', false)]),
            ("Si necesita más tiempo, pulse asterisco.", &[('*', false)]),
            ("Para hablar con un agente, pulse 0 y almohadilla.", &[('0', true)]),
            ("Drücken Sie die 1 oder 2 für Hilfe.", &[('1', false), ('2', false)]),
            ("Please press only one of these.", &[]),
            ("Press 15 for nothing; that was 3 of 6 digits.", &[]),
        ];
        for (text, keys) in cases {
            let named: Vec<(char, bool)> = named_in(text).into_iter().map(|named| (named.key, named.then_hash)).collect();
            assert_eq!(named, keys, "{text}");
        }
    }
}
