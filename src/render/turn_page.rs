//! The page of one turn: asks, reprompts and listens by itself, and tells the engine the answer or that there is none (VoiceXML 2.0 §2.1.6, §5.2, §6.3.3).
//!
//! `say` tells what is said next; `silences` and `wrong` count towards the end of the tries, whatever a platform
//! does to its own counters:
//!
//! ```text
//!                  ┌──── keys that repeat, clear, give time ◄───┐
//!                  ▼                                            │
//!   prompts ──► listen ──► filled ──► an answer ──► submit keys │
//!      ▲           │          ├─────────────────────────────────┘
//!      │           ▼          ▼ too short
//!      └─────── noinput, nomatch ──► tries used up ──► submit outcome
//! ```

use askama::Template;

use crate::flow::{Act, KeyMeaning, Listen, Takes, Turn, Words};

use super::frame::{DialogKind, Frame, Version, fill};
use super::grammar_name::{GrammarName, Grammars};
use super::hold_page::HoldTemplate;
use super::pressed::Pressed;
use super::prompt::{Moment, Prompt};
use super::returned::Returned;
use super::transfer_page::TransferTemplate;

/// A page that says something and awaits an answer.
#[derive(Debug, Clone, Copy)]
pub struct TurnPage<'a> {
    /// What is said and awaited.
    pub turn: &'a Turn,
    /// The address of this turn.
    pub submit: &'a str,
    /// How the platform runs the dialog.
    pub kind: DialogKind,
    /// The version of VoiceXML.
    pub version: Version,
    /// The sound that is heard while the next page takes longer than 2 s.
    pub hold: Option<&'a str>,
    /// Where the grammar is.
    pub grammars: Grammars<'a>,
    /// Where recordings are: what stands before their addresses.
    pub sounds: &'a str,
    /// The address of the music that callers on hold hear.
    pub music: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "turn.vxml")]
struct TurnTemplate<'a> {
    frame: Frame<'a>,
    submit: &'a str,
    grammars: Grammars<'a>,
    grammar: GrammarName,
    said: &'a [Words],
    listen: &'a Listen,
}

impl TurnPage<'_> {
    /// The document.
    pub fn render(&self) -> String {
        let Turn { language, said, act } = self.turn;
        let frame = Frame::new(self.version, self.kind, language, Some(self.submit), Returned::unreachable()).holding(self.hold).sounding(self.sounds);
        match act {
            Act::Listen(listen) => {
                let grammar = GrammarName::of(listen);
                fill(&TurnTemplate { frame, submit: self.submit, grammars: self.grammars, grammar, said, listen }, 8192)
            }
            Act::Transfer(transfer) => fill(&TransferTemplate { frame, submit: self.submit, said, transfer }, 4096),
            Act::Hold(hold) => {
                let (submit, grammars, music) = (self.submit, self.grammars, self.music);
                let frame = frame.holding(music);
                fill(&HoldTemplate { frame, submit, grammars, said, hold, music }, 4096)
            }
        }
    }
}

impl TurnTemplate<'_> {
    fn prompts(&self) -> impl Iterator<Item = Prompt<'_>> {
        let (page, sounds) = (self.frame.language, self.frame.sounds);
        let at = move |moment: fn(usize) -> Moment| move |(place, words)| Prompt { words, page, moment: moment(place + 1), sounds };
        let said = self.said.iter().map(move |words| Prompt { words, page, moment: Moment::Opening, sounds });
        let ask = self.listen.ask.iter().map(move |words| Prompt { words, page, moment: Moment::Question, sounds });
        let no_input = self.listen.no_input.iter().enumerate().map(at(Moment::Silence));
        let no_match = self.listen.no_match.iter().enumerate().map(at(Moment::WrongEntry));
        said.chain(ask).chain(no_input).chain(no_match)
    }

    /// A grammar's document as it stands in a page: without a prologue, in the page's namespace.
    fn inside(&self, text: &str) -> String {
        let from = text.find("<grammar").unwrap_or(text.len());
        text[from..].replace(r#" xmlns="http://www.w3.org/2001/06/grammar""#, "")
    }

    fn told(&self) -> Pressed {
        Pressed::of(self.listen, KeyMeaning::Tell)
    }

    fn repeats(&self) -> Pressed {
        Pressed::of(self.listen, KeyMeaning::Repeat)
    }

    fn waits(&self) -> Pressed {
        Pressed::of(self.listen, KeyMeaning::MoreTime)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::flow::{KeyMeaning, Takes};
    use crate::xml::parse;

    use super::super::sample::{HOSTILE, code, code_question, hostile, menu, menu_question, on_hold};
    use super::*;

    #[test]
    fn a_code_is_asked_for_with_everything_in_the_page() {
        assert_page("code", &page(&code()).render());
    }

    #[test]
    fn a_menu_acts_on_single_keys() {
        let turn = menu();

        assert_page("menu", &TurnPage { grammars: Grammars::Inline, kind: DialogKind::Subdialog, ..page(&turn) }.render());
    }

    #[test]
    fn a_caller_on_hold_hears_music_and_can_press_keys() {
        assert_page("hold", &page(&on_hold(&['0', '9'])).render());
    }

    #[test]
    fn a_recording_has_the_words_inside_for_when_it_cannot_be_had() {
        let mut turn = code();
        turn.said[0].audio = Some("0123456789abcdef/en/code.wrong.wav".to_owned());

        let prompt =
            r#"><audio src="https://gw.example/prompts/0123456789abcdef/en/code.wrong.wav">That code did not match.</audio></prompt>"#;
        assert!(page(&turn).render().contains(prompt), "{}", page(&turn).render());
    }

    #[test]
    fn hostile_words_are_only_words() {
        let document = parse(page(&hostile()).render().as_bytes()).unwrap();

        let field = document.child("form").unwrap().child("field").unwrap();
        let prompt = field.elements().find(|element| element.name == "prompt").unwrap();
        let allowed: String = HOSTILE.chars().filter(|c| !matches!(c, '\0' | '\u{b}' | '\u{1f}' | '\u{fffe}' | '\r')).collect();
        assert!(prompt.text().replace('\r', "").starts_with(&allowed), "{:?}", prompt.text());
        assert!(prompt.elements().all(|element| element.name == "break"));
    }

    #[test]
    fn an_answer_of_a_menu_wins_over_a_bound_key() {
        let listen = Listen { keys: BTreeMap::from([('1', KeyMeaning::Repeat)]), ..menu_question() };
        let turn = Turn { act: Act::Listen(listen), ..menu() };

        assert!(!page(&turn).render().contains("pressed == '1'"));
    }

    #[test]
    fn a_hash_with_a_meaning_is_not_taken_for_a_habit() {
        let keys = BTreeMap::from([('#', KeyMeaning::Tell)]);
        let turn = Turn { act: Act::Listen(Listen { takes: Takes::Digits { from: 4, to: 8 }, keys, ..code_question() }), ..code() };

        let page = page(&turn).render();

        assert!(page.contains("digits-8-hash.grxml"), "{page}");
        assert!(page.contains(r#"<elseif cond="pressed == '#'"/>"#), "{page}");
        assert!(!page.contains("replace(/^#/"), "{page}");
    }

    fn page(turn: &Turn) -> TurnPage<'_> {
        let grammars = Grammars::Served { base: "https://gw.example" };
        TurnPage {
            turn,
            submit: "/vxml/acme/two-factor/a1b2/3",
            kind: DialogKind::Main,
            version: Version::V21,
            grammars,
            hold: Some("https://gw.example/prompts/one_moment.en.wav"),
            sounds: "https://gw.example/prompts",
            music: Some("https://gw.example/prompts/hold.wav"),
        }
    }

    fn assert_page(name: &str, page: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../fixtures/pages");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, page));
    }
}
