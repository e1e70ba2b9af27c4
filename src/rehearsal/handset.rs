//! What a caller with a telephone can do on a turn's page, without a browser: reprompts by count, tries, short entries, bound keys, silence.
//!
//! It must do as `templates/turn.vxml` does in a browser; transcripts that pass every door hold it to that.

use std::collections::VecDeque;
use std::time::Duration;

use crate::flow::{Act, Hold, KeyMeaning, Transfer, Turn};
use crate::secret::Digits;
use crate::switchboard::TurnInput;

use super::moment::Heard;
use super::page::{Page, Say};
use super::pressed::{Judged, digits, is_cut_short, judge, meaning};
use super::spoken::spoken;

/// What comes out.
#[derive(Debug)]
pub(super) enum Action {
    /// The caller hears this.
    Hear(Heard),
    /// The page posts this.
    Post(TurnInput),
    /// The call is put through.
    Transfer(Transfer),
}

/// A telephone on a page.
#[derive(Default)]
pub(super) struct Handset {
    page: Option<Page>,
    /// The caller is on hold.
    held: Option<Hold>,
    /// Pressed, and not yet taken by a page.
    typed: VecDeque<char>,
    actions: VecDeque<Action>,
}

impl Handset {
    /// A page has come: its words are said, and keys that were pressed ahead count.
    pub fn handle_page(&mut self, turn: Turn) {
        match turn.act {
            Act::Listen(listen) => {
                self.page = Some(Page::new(turn.said, listen));
                self.listen(Say::All);
                self.take_typed();
            }
            Act::Transfer(transfer) => {
                self.actions.extend(turn.said.iter().map(|words| Action::Hear(spoken(words, None))));
                self.actions.push_back(Action::Transfer(transfer));
            }
            Act::Hold(hold) => {
                self.actions.extend(turn.said.iter().map(|words| Action::Hear(spoken(words, None))));
                let over = hold.keys.is_empty();
                self.held = Some(hold);
                if over { self.post(TurnInput::Waited) } else { self.take_held() }
            }
        }
    }

    /// The caller presses keys and lets go.
    pub fn handle_keys(&mut self, keys: &str) {
        self.typed.extend(keys.chars());
        self.take_held();
        if let Some(page) = &mut self.page {
            page.anew = false;
        }
        self.take_typed();
        if self.page.as_ref().is_some_and(|page| !page.anew && !page.entry.is_empty()) {
            self.end_entry();
        }
    }

    /// The page has waited for as long as [`Handset::patience`].
    pub fn handle_timeout(&mut self) {
        if self.held.is_some() {
            return self.post(TurnInput::Waited);
        }
        let Some(page) = &mut self.page else { return };
        if !page.entry.is_empty() {
            return self.end_entry();
        }
        match page.count_silence() {
            true => self.post(TurnInput::Silence),
            false => self.listen(Say::AfterSilence),
        }
    }

    pub fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// How long the page waits for the caller.
    pub fn patience(&self) -> Duration {
        let held = self.held.as_ref().map(|hold| Duration::from_millis(u64::from(hold.pause_ms)));
        held.or(self.page.as_ref().map(Page::patience)).unwrap_or_default()
    }

    /// On hold a key that leads on is told at once, and any other only makes the page ask.
    fn take_held(&mut self) {
        let Some(hold) = &self.held else { return };
        let Some(key) = self.typed.pop_front() else { return };
        let leads_on = hold.keys.contains(&key);
        self.post(if leads_on { TurnInput::Keys(Digits::new(key.to_string())) } else { TurnInput::Waited });
    }

    fn take_typed(&mut self) {
        while let Some(page) = &mut self.page {
            let Some(key) = self.typed.pop_front() else { return };
            page.entry.push(key);
            match judge(&page.listen, &page.entry) {
                Judged::More => {}
                Judged::End => self.end_entry(),
                Judged::NoMatch => self.wrong_entry(),
            }
        }
    }

    /// The grammar has what it wants, or the caller pressed no more.
    fn end_entry(&mut self) {
        let Some(page) = &mut self.page else { return };
        let pressed = page.pressed();
        let collects = page.listen.takes.collects();
        match meaning(&page.listen, &pressed) {
            Some(KeyMeaning::Tell) => self.post(TurnInput::Keys(Digits::new(pressed))),
            Some(KeyMeaning::Repeat) => self.listen(Say::Question),
            Some(KeyMeaning::MoreTime) => self.listen(Say::MoreTime),
            None if pressed.is_empty() => self.listen(Say::All),
            None if is_cut_short(&page.listen, &pressed) => self.wrong_entry(),
            None if page.listen.takes.is_grammar() => self.post(TurnInput::Keys(Digits::new(pressed))),
            None if collects && pressed.contains('*') => self.listen(Say::Nothing),
            None if digits(&pressed) < page.fewest() => self.wrong_entry(),
            None if collects => self.post(TurnInput::Keys(Digits::new(pressed.replace('#', "")))),
            None => self.post(TurnInput::Keys(Digits::new(pressed))),
        }
    }

    fn wrong_entry(&mut self) {
        let Some(page) = &mut self.page else { return };
        let count = digits(&page.entry);
        match page.count_wrong() {
            true => self.post(TurnInput::NoMatch),
            false => self.listen(Say::AfterWrong { count }),
        }
    }

    fn listen(&mut self, say: Say) {
        if let Some(page) = &mut self.page {
            self.actions.extend(page.listen(say).into_iter().map(Action::Hear));
        }
    }

    fn post(&mut self, input: TurnInput) {
        self.page = None;
        self.held = None;
        self.actions.push_back(Action::Post(input));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::flow::{Listen, Piece, Takes, Words};

    use super::super::page::MORE_TIME;
    use super::*;

    #[test]
    fn silences_are_counted_until_the_engine_is_told() {
        let mut phone = on(code());

        for expected in ["no_input 1", "no_input 2", "posts silence"] {
            phone.handle_timeout();
            assert_eq!(told(&mut phone), [expected]);
        }
    }

    #[test]
    fn short_entries_are_counted_and_end_too() {
        let mut phone = on(code());

        phone.handle_keys("123#");
        assert_eq!(told(&mut phone), ["3 of 6"]);
        phone.handle_keys("12");
        assert_eq!(told(&mut phone), ["2 of 6"]);
        phone.handle_keys("1#");
        assert_eq!(told(&mut phone), ["posts no match"]);
    }

    #[test]
    fn both_sorts_together_end_sooner() {
        let mut phone = on(Listen { tries_together: 2, ..code() });

        phone.handle_timeout();
        phone.handle_keys("1#");

        assert_eq!(told(&mut phone), ["no_input 1", "posts no match"]);
    }

    #[test]
    fn an_action_is_its_key_and_hash_and_nine_repeats() {
        let mut phone = on(code());

        phone.handle_keys("9#");
        phone.handle_keys("8#");

        assert_eq!(told(&mut phone), ["the code?", "posts 8#"]);
    }

    #[test]
    fn a_star_gives_more_time_and_clears_digits() {
        let mut phone = on(code());

        phone.handle_keys("*");
        assert_eq!(phone.patience(), MORE_TIME);
        phone.handle_keys("12*");
        assert_eq!(phone.patience(), Duration::from_secs(15));
        phone.handle_keys("123456");

        assert_eq!(told(&mut phone), ["posts 123456"]);
    }

    #[test]
    fn a_hash_after_the_last_digit_belongs_to_nobody() {
        let mut phone = on(code());

        phone.handle_keys("123456#");
        assert_eq!(told(&mut phone), ["posts 123456"]);
        phone.handle_page(page(code()));
        assert_eq!(phone.patience(), Duration::from_secs(5));
        phone.handle_keys("654321");

        assert_eq!(told(&mut phone), ["the code?", "posts 654321"]);
    }

    #[test]
    fn a_menu_takes_one_key() {
        let mut phone = on(menu());

        phone.handle_keys("4");
        phone.handle_keys("9");
        phone.handle_keys("2");

        assert_eq!(told(&mut phone), ["1 of 6", "the code?", "posts 2"]);
    }

    fn words(pieces: Vec<Piece>) -> Words {
        Words { id: "code.ask".into(), language: "en".into(), pieces, barge_in: true, audio: None }
    }

    fn text(text: &str) -> Words {
        words(vec![Piece::Text(text.into())])
    }

    fn code() -> Listen {
        Listen {
            ask: vec![text("the code?")],
            no_input: vec![text("no_input 1"), text("no_input 2")],
            no_match: vec![words(vec![Piece::EntryCount, Piece::Text(" of 6".into())])],
            takes: Takes::Digits { from: 6, to: 6 },
            keys: BTreeMap::from([('0', KeyMeaning::Tell), ('8', KeyMeaning::Tell), ('9', KeyMeaning::Repeat)]),
            tries: 3,
            tries_together: 6,
            first_key_ms: 15_000,
            between_keys_ms: 5_000,
        }
    }

    fn menu() -> Listen {
        Listen { takes: Takes::OneOf(vec!['1', '2']), ..code() }
    }

    fn page(listen: Listen) -> Turn {
        Turn { language: "en".into(), said: Vec::new(), act: Act::Listen(listen) }
    }

    /// A telephone on a page whose question was heard.
    fn on(listen: Listen) -> Handset {
        let mut phone = Handset::default();
        phone.handle_page(page(listen));
        assert_eq!(told(&mut phone), ["the code?"]);
        phone
    }

    fn told(phone: &mut Handset) -> Vec<String> {
        let actions = std::iter::from_fn(|| phone.poll());
        let told = actions.map(|action| match action {
            Action::Hear(heard) => heard.text,
            Action::Post(TurnInput::Keys(keys)) => format!("posts {}", keys.expose()),
            Action::Post(TurnInput::Silence) => "posts silence".to_owned(),
            Action::Post(TurnInput::NoMatch) => "posts no match".to_owned(),
            Action::Post(other) => format!("posts {other:?}"),
            Action::Transfer(transfer) => format!("transfers to {}", transfer.to),
        });
        told.collect()
    }
}
