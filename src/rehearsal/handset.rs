//! What a caller with a telephone can do on a turn's page, without a browser: reprompts by count, tries, short entries, bound keys, silence.
//!
//! It must do as `templates/turn.vxml` does in a browser; transcripts that pass both doors hold it to that.

use std::collections::VecDeque;
use std::time::Duration;

use crate::flow::{Act, KeyMeaning, Listen, Piece, Takes, Transfer, Turn, Words};
use crate::secret::Digits;
use crate::switchboard::TurnInput;

use super::moment::Heard;

/// How long a page waits after `*`.
const MORE_TIME: Duration = Duration::from_secs(60);

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
    /// Pressed, and not yet taken by a page.
    typed: VecDeque<char>,
    actions: VecDeque<Action>,
}

struct Page {
    said: Vec<Words>,
    listen: Listen,
    silences: u8,
    wrong: u8,
    say: Say,
    /// Pressed since it listens.
    entry: String,
    /// It has begun to listen since the caller acted last.
    anew: bool,
}

/// What is said when the page listens again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Say {
    All,
    Question,
    AfterSilence,
    AfterWrong { count: usize },
    MoreTime,
    Nothing,
}

/// What the keys so far are to the page's grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    NoMatch,
    More,
    End,
}

impl Handset {
    /// A page has come: its words are said, and keys that were pressed ahead count.
    pub fn handle_page(&mut self, turn: Turn) {
        match turn.act {
            Act::Listen(listen) => {
                self.page = Some(Page { said: turn.said, listen, silences: 0, wrong: 0, say: Say::All, entry: String::new(), anew: true });
                self.listen(Say::All);
                self.take_typed();
            }
            Act::Transfer(transfer) => {
                self.actions.extend(turn.said.iter().map(|words| Action::Hear(spoken(words, None))));
                self.actions.push_back(Action::Transfer(transfer));
            }
        }
    }

    /// The caller presses keys and lets go.
    pub fn handle_keys(&mut self, keys: &str) {
        self.typed.extend(keys.chars());
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
        let Some(page) = &mut self.page else { return };
        if !page.entry.is_empty() {
            return self.end_entry();
        }
        page.silences += 1;
        match page.is_over(page.silences) {
            true => self.post(TurnInput::Silence),
            false => self.listen(Say::AfterSilence),
        }
    }

    pub fn poll(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// How long the page waits for the caller.
    pub fn patience(&self) -> Duration {
        let Some(Page { listen, say, entry, .. }) = &self.page else { return Duration::ZERO };
        match (entry.is_empty(), say) {
            (false, _) => Duration::from_millis(u64::from(listen.between_keys_ms)),
            (true, Say::MoreTime) => MORE_TIME,
            (true, _) => Duration::from_millis(u64::from(listen.first_key_ms)),
        }
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
        let listen = &page.listen;
        let pressed = match (listen.takes.collects(), listen.keys.contains_key(&'#')) {
            (true, false) => page.entry.strip_prefix('#').unwrap_or(&page.entry).to_owned(),
            (true, true) | (false, _) => page.entry.clone(),
        };
        let from = match &listen.takes {
            Takes::Digits { from, .. } => usize::from(*from),
            Takes::OneOf(_) => 0,
        };
        match meaning(listen, &pressed) {
            Some(KeyMeaning::Tell) => self.post(TurnInput::Keys(Digits::new(pressed))),
            Some(KeyMeaning::Repeat) => self.listen(Say::Question),
            Some(KeyMeaning::MoreTime) => self.listen(Say::MoreTime),
            None if pressed.is_empty() => self.listen(Say::All),
            None if listen.takes.collects() && pressed.contains('*') => self.listen(Say::Nothing),
            None if digits(&pressed) < from => self.wrong_entry(),
            None => self.post(TurnInput::Keys(Digits::new(pressed.strip_suffix('#').unwrap_or(&pressed)))),
        }
    }

    fn wrong_entry(&mut self) {
        let Some(page) = &mut self.page else { return };
        page.wrong += 1;
        let count = digits(&page.entry);
        match page.is_over(page.wrong) {
            true => self.post(TurnInput::NoMatch),
            false => self.listen(Say::AfterWrong { count }),
        }
    }

    fn listen(&mut self, say: Say) {
        let Some(page) = &mut self.page else { return };
        page.say = say;
        page.entry.clear();
        page.anew = true;
        let heard = page.heard();
        self.actions.extend(heard.into_iter().map(Action::Hear));
    }

    fn post(&mut self, input: TurnInput) {
        self.page = None;
        self.actions.push_back(Action::Post(input));
    }
}

impl Page {
    fn is_over(&self, tries: u8) -> bool {
        tries >= self.listen.tries || self.silences + self.wrong >= self.listen.tries_together
    }

    /// What is said now.
    fn heard(&self) -> Vec<Heard> {
        let Page { said, listen, .. } = self;
        let question = || listen.ask.iter().map(|words| spoken(words, None)).collect();
        let by_count = |reprompts: &[Words], times: u8, count| match reprompts.get(usize::from(times) - 1).or(reprompts.last()) {
            Some(words) => vec![spoken(words, count)],
            None => question(),
        };
        match self.say {
            Say::All => said.iter().chain(&listen.ask).map(|words| spoken(words, None)).collect(),
            Say::Question => question(),
            Say::AfterSilence => by_count(&listen.no_input, self.silences.max(1), None),
            Say::AfterWrong { count } => by_count(&listen.no_match, self.wrong.max(1), Some(count)),
            Say::MoreTime | Say::Nothing => Vec::new(),
        }
    }
}

/// A prompt as a caller hears it; `count` is how many digits were entered, where that is known.
pub(super) fn spoken(words: &Words, count: Option<usize>) -> Heard {
    let mut text = String::new();
    speak(&words.pieces, count, &mut text);
    Heard { prompt: Some(words.id.clone()), text: text.trim().to_owned() }
}

fn speak(pieces: &[Piece], count: Option<usize>, text: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Text(run) => text.push_str(run),
            Piece::Digits(digits) => text.push_str(&digits.chars().map(String::from).collect::<Vec<_>>().join(" ")),
            Piece::EntryCount => text.push_str(&count.map(|count| count.to_string()).unwrap_or_default()),
            Piece::Code => {}
            Piece::Line { pieces, .. } => speak(pieces, count, text),
        }
    }
}

fn digits(keys: &str) -> usize {
    keys.bytes().filter(u8::is_ascii_digit).count()
}

/// The grammar of the question: one key of a menu; digits up to their number, or fewer and then `#` or `*`. A `#` in front is a habit.
fn judge(listen: &Listen, entry: &str) -> Judged {
    let most = match &listen.takes {
        Takes::OneOf(keys) => {
            let known = entry.chars().all(|key| keys.contains(&key) || listen.keys.contains_key(&key));
            return if known { Judged::End } else { Judged::NoMatch };
        }
        Takes::Digits { to, .. } => usize::from(*to),
    };
    let hash_acts = listen.keys.contains_key(&'#');
    let body = match entry.strip_prefix('#') {
        Some("") => return if hash_acts { Judged::End } else { Judged::More },
        Some(body) if !hash_acts => body,
        Some(_) | None => entry,
    };
    let (digits, end) = body.split_at(body.find(|key: char| !key.is_ascii_digit()).unwrap_or(body.len()));
    match (end, digits.len()) {
        ("", count) if count == most => Judged::End,
        ("", count) if count < most => Judged::More,
        ("*", count) if count < most => Judged::End,
        ("#", count) if (1..most).contains(&count) => Judged::End,
        _ => Judged::NoMatch,
    }
}

/// What a bound key does: alone in a menu, a digit with `#` where digits are collected. The lines of a menu win over bound keys.
fn meaning(listen: &Listen, pressed: &str) -> Option<KeyMeaning> {
    let collects = listen.takes.collects();
    let is_line = |key: char| matches!(&listen.takes, Takes::OneOf(keys) if keys.contains(&key));
    let is_pressed = |key: char| match collects && key.is_ascii_digit() {
        true => pressed.strip_suffix('#').is_some_and(|digit| digit.chars().eq([key])),
        false => pressed.chars().eq([key]),
    };
    let bound = listen.keys.iter().find(|(key, _)| is_pressed(**key) && !is_line(**key)).map(|(_, meaning)| *meaning);
    bound.or((collects && pressed == "*").then_some(KeyMeaning::MoreTime))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use crate::grammar::{Grammar, Library, Matcher, Surroundings, Verdict};
    use crate::render::GrammarName;

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

    #[test]
    fn the_grammar_that_is_served_judges_the_same() {
        let keys = ['1', '5', '*', '#'];
        let mut entries: Vec<String> = vec![String::new()];
        for length in 0..4 {
            let longer: Vec<String> =
                entries.iter().filter(|entry| entry.len() == length).flat_map(|entry| keys.map(|key| format!("{entry}{key}"))).collect();
            entries.extend(longer);
        }
        let bound_hash = BTreeMap::from([('#', KeyMeaning::Tell)]);
        let short = |to, keys| Listen { takes: Takes::Digits { from: 1, to }, keys, ..code() };
        for listen in [menu(), short(3, BTreeMap::new()), short(1, BTreeMap::new()), short(3, bound_hash)] {
            for entry in &entries[1..] {
                assert_eq!(judge_first(&listen, entry), served(&listen, entry), "{entry} {:?}", listen.takes);
            }
        }
    }

    /// What the grammar says of an entry, as far as it does not say so of its beginning.
    fn judge_first(listen: &Listen, entry: &str) -> Judged {
        let ended = (1..entry.len()).any(|length| judge(listen, &entry[..length]) != Judged::More);
        if ended { Judged::NoMatch } else { judge(listen, entry) }
    }

    fn served(listen: &Listen, entry: &str) -> Judged {
        let document = GrammarName::of(listen).render();
        let grammar = Grammar::parse(document.as_bytes(), &Surroundings::default()).unwrap();
        match Matcher::new([Arc::new(grammar.link(&Library::default()).unwrap())]).push(entry) {
            Verdict::NoMatch => Judged::NoMatch,
            Verdict::Partial | Verdict::Match => Judged::More,
            Verdict::MatchEnd => Judged::End,
        }
    }

    fn words(pieces: Vec<Piece>) -> Words {
        Words { id: "code.ask".into(), language: "en".into(), pieces, barge_in: true }
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
