//! A whole session over one page: fetches get the page again, the caller presses and says something, and hangs up in the end.

use std::time::{Duration, Instant};

use callward::browser::{Action, Event, Fetch, FetchFailure, Interpreter, Recording, RecordingEnd, Resource, Start, TransferOutcome};
use callward::clock::{Chance, Clock};
use serde_json::json;
use url::Url;

/// What the caller does, one after the other, before hanging up.
const ACTS: [char; 8] = ['1', '#', 'w', 's', 't', '*', 'u', '0'];
/// A page that says something may go to itself as often as it likes: after so many fetches there is no page any more.
const MOST_FETCHES: u32 = 50;
/// A page may put its caller through, and record, as often as it likes: after so many times the caller has enough.
const MOST_ERRANDS: u32 = 50;
/// More than any session needs after its caller hung up.
const MOST_TURNS: u32 = 20_000;

/// Browses `page` to the end of the session.
///
/// # Panics
/// When the browser waits for nothing, or goes on for ever.
pub fn browse(page: &[u8]) {
    let url = Url::parse("http://pages.example/page").expect("an address");
    let clock = Clock::by_hand(jiff::Timestamp::UNIX_EPOCH);
    let start = Start { url, session: json!({ "connection": { "local": { "uri": "sip:a" } } }).into(), clock, chance: Chance::seeded(1) };
    let mut session = Session {
        browser: Interpreter::start(start, Instant::now()).expect("a browser"),
        page,
        now: Instant::now(),
        pending: Vec::new(),
        acts: ACTS.into_iter().collect(),
        fetches: 0,
        errands: 0,
        is_over: false,
    };
    for _ in 0..MOST_TURNS {
        if session.is_over {
            return;
        }
        session.turn();
    }
    panic!("the session goes on for ever");
}

struct Session<'p> {
    browser: Interpreter,
    page: &'p [u8],
    now: Instant,
    pending: Vec<Event>,
    acts: Vec<char>,
    fetches: u32,
    errands: u32,
    is_over: bool,
}

impl Session<'_> {
    fn turn(&mut self) {
        while let Some(action) = self.browser.poll() {
            self.perform(action);
        }
        if self.is_over {
            return;
        }
        if !self.pending.is_empty() {
            let event = self.pending.remove(0);
            return self.browser.handle(event, self.now);
        }
        match (self.browser.is_listening() && !self.acts.is_empty(), self.browser.poll_timeout()) {
            (true, _) => self.act(),
            (false, Some(time)) => {
                self.now = self.now.max(time);
                self.browser.handle_timeout(self.now);
                if self.acts.is_empty() {
                    self.pending.push(Event::HungUp);
                }
            }
            (false, None) => panic!("the browser waits for nothing"),
        }
    }

    fn act(&mut self) {
        let event = match self.acts.remove(0) {
            'w' => Event::Said("yes please".to_owned()),
            's' => Event::SpeechBegan,
            'u' => Event::Unrecognised,
            't' => {
                self.now += Duration::from_secs(60);
                return self.browser.handle_timeout(self.now);
            }
            key => Event::Key(key),
        };
        self.browser.handle(event, self.now);
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Fetch(fetch) => self.fetched(&fetch),
            Action::Play(prompts) => self.pending.extend(prompts.iter().map(|_| Event::PromptPlayed)),
            Action::Interrupt { remaining } => {
                self.pending.retain(|event| !matches!(event, Event::PromptPlayed));
                self.pending.extend((0..remaining).map(|_| Event::PromptPlayed));
            }
            Action::Transfer(_) => {
                let outcome = TransferOutcome::FarEndDisconnect;
                self.happened(Event::Transferred { outcome, duration: Duration::from_secs(3) });
            }
            Action::Record(_) => self.happened(Event::Recorded(Recording {
                duration: Duration::from_secs(1),
                audio: vec![0xff; 80],
                media_type: "audio/basic".to_owned(),
                end: RecordingEnd::Silence,
            })),
            Action::End(_) => self.is_over = true,
            _ => {}
        }
    }

    fn happened(&mut self, event: Event) {
        self.errands += 1;
        self.pending.push(if self.errands > MOST_ERRANDS { Event::HungUp } else { event });
    }

    /// Every other address leads nowhere.
    fn fetched(&mut self, fetch: &Fetch) {
        self.fetches += 1;
        let outcome = match fetch.url.path().len() % 2 {
            1 if self.fetches < MOST_FETCHES => Ok(Resource { url: fetch.url.clone(), media_type: None, body: self.page.to_vec() }),
            _ => Err(FetchFailure::Status(404)),
        };
        self.pending.push(Event::Fetched { id: fetch.id, outcome });
    }
}
