//! Pages that nobody would write: whatever a page is, its session ends, in an event and without a panic.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use callward::browser::{Fetch, FetchFailure, Reason, Resource, Start, time_designation};
use callward::clock::{Chance, Clock};
use callward::grammar::{Grammar, Library, Mode, Surroundings, match_keys};
use callward::line::{Asked, Caller, Fetching, Handset, Happening, Pace, Reply, read_script, session_variables};
use proptest::prelude::*;
use url::Url;

#[tokio::test]
async fn a_page_cut_short_ends_in_an_event() {
    let page = fs::read(fixture("2.1.5-mixed-initiative.vxml")).unwrap();

    for end in (0..page.len() - 1).step_by(5) {
        let reason = browse(page[..end].to_vec()).await;
        let is_whole = page[..end].trim_ascii_end().ends_with(b"</vxml>");
        assert_eq!(reason == Reason::Error, !is_whole, "cut at {end}");
    }
}

#[tokio::test]
async fn a_page_with_any_byte_changed_ends() {
    let page = fs::read(fixture("5.3-variables.vxml")).unwrap();

    for place in (0..page.len()).step_by(41) {
        for byte in [0, b'<', b'"', b'\'', b'(', 0xff] {
            let mut changed = page.clone();
            changed[place] = byte;
            browse(changed).await;
        }
    }
}

#[tokio::test]
async fn pages_changed_by_chance_end() {
    let pages = fixtures(&["vxml"]);
    let mut mutator = Mutator { chance: Chance::seeded(6), pieces: pages.clone() };

    for round in 0..4 {
        for page in &pages {
            let changed = mutator.changed(page);
            let before = cpu();
            browse(changed.clone()).await;
            assert!(cpu() - before < Duration::from_secs(20), "round {round}: {}", String::from_utf8_lossy(&changed));
        }
    }
}

#[test]
fn grammars_changed_by_chance_are_read_or_refused() {
    let grammars = fixtures(&["grxml", "gram"]);
    let mut mutator = Mutator { chance: Chance::seeded(7), pieces: grammars.clone() };

    for _ in 0..150 {
        for grammar in &grammars {
            let changed = mutator.changed(grammar);
            let surroundings = Surroundings { mode: Mode::Dtmf, ..Surroundings::default() };
            let Ok(grammar) = Grammar::parse(&changed, &surroundings) else { continue };
            let _ = match_keys(&[&grammar], &Library::default(), ["1", "2#", "*"]);
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_a_time_or_none(text in "[0-9.]{0,30}(s|ms|| |e9s|\\PC)") {
        prop_assert!(time_designation(&text).is_none_or(|time| time <= Duration::from_secs(86_400)));
    }

    #[test]
    fn any_text_is_a_script_of_replies_or_a_mistake(text in "\\PC{0,60}") {
        let _ = read_script(&text);
        let _ = read_script(&format!("[{{\"keys\":{text:?},\"at_ms\":{}}}]", u64::MAX));
    }
}

/// The bytes of all fixtures with one of these endings.
fn fixtures(endings: &[&str]) -> Vec<Vec<u8>> {
    let folders = ["fixtures/browser", "fixtures/grammars"].map(|folder| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder));
    let mut paths: Vec<PathBuf> =
        folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| endings.iter().any(|own| ending == *own)));
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Changes bytes by chance, the same ones in each run: some are overwritten, cut out, doubled, or come from another fixture.
struct Mutator {
    chance: Chance,
    pieces: Vec<Vec<u8>>,
}

impl Mutator {
    fn changed(&mut self, original: &[u8]) -> Vec<u8> {
        let mut bytes = original.to_vec();
        for _ in 0..=self.below(4) {
            let (from, length) = (self.below(bytes.len().max(1)), self.below(80));
            let end = (from + length).min(bytes.len());
            match self.below(4) {
                0 => bytes.iter_mut().skip(from).take(1).for_each(|byte| *byte = b"<>&\"'(){}[]#/\x00\xff 09*"[length % 19]),
                1 => drop(bytes.drain(from..end)),
                2 => {
                    let doubled = bytes[from..end].to_vec();
                    bytes.splice(from..from, doubled);
                }
                _ => {
                    let other = self.below(self.pieces.len());
                    let other = self.pieces[other].clone();
                    let start = self.below(other.len().max(1));
                    bytes.splice(from..end, other.into_iter().skip(start).take(length));
                }
            }
        }
        bytes
    }

    fn below(&self, limit: usize) -> usize {
        u32::from_le_bytes(self.chance.bytes()) as usize % limit
    }
}

#[tokio::test]
async fn nesting_as_deep_as_a_page_may_be_is_no_stack_overflow() {
    let ifs = format!("{}{}", "<if cond='true'>".repeat(190), "</if>".repeat(190));
    let page = format!("<vxml version='2.1'><form><block>{ifs}Done.</block></form></vxml>");
    let audio = format!("{}{}", "<prosody>".repeat(190), "</prosody>".repeat(190));
    let prompt = format!("<vxml version='2.1'><form><block><prompt>{audio}</prompt></block></form></vxml>");

    assert_eq!(browse(page.into_bytes()).await, Reason::Exit);
    assert_eq!(browse(prompt.into_bytes()).await, Reason::Exit);
}

#[tokio::test]
async fn an_expression_as_long_as_a_page_may_be_is_no_stack_overflow() {
    for (first, more) in [("1", "+1"), ("true", "&amp;&amp;true"), ("", "!"), ("", "(")] {
        let condition = format!("{first}{}", more.repeat(50_000));
        let page = format!("<vxml version='2.1'><form><block><if cond=\"{condition}\"/>Done.</block></form></vxml>");

        let reason = browse(page.into_bytes()).await;

        assert!(matches!(reason, Reason::Exit | Reason::Error), "{more}: {reason:?}");
    }
}

/// CPU time of this thread: other tests may need the machine too.
fn cpu() -> Duration {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(statistics.split_whitespace().next().unwrap().parse().unwrap())
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/browser").join(name)
}

/// Browses `page` with a caller who presses a few keys and then hangs up.
async fn browse(page: Vec<u8>) -> Reason {
    let start = Start {
        url: Url::parse("http://pages.example/page").unwrap(),
        session: session_variables("tel:+493099", "tel:+4930901820"),
        clock: Clock::by_hand(jiff::Timestamp::UNIX_EPOCH),
        chance: Chance::seeded(1),
    };
    let handset = Handset::new(start, OnePage(page, 0), Impatient(0), Pace::Virtual).unwrap();
    tokio::spawn(handset.run()).await.unwrap().unwrap().reason
}

/// The same page everywhere, but not for ever: a page that says something may go to itself as often as it likes.
struct OnePage(Vec<u8>, u32);

impl Fetching for OnePage {
    async fn fetch(&mut self, request: &Fetch) -> Result<Resource, FetchFailure> {
        self.1 += 1;
        if self.1 > 50 {
            return Err(FetchFailure::Status(410));
        }
        Ok(Resource { url: request.url.clone(), media_type: None, body: self.0.clone() })
    }
}

struct Impatient(u32);

impl Caller for Impatient {
    fn witness(&mut self, _happening: &Happening<'_>, _at: Duration) {}

    async fn answer(&mut self, _asked: Asked) -> Option<Reply> {
        self.0 += 1;
        Some(if self.0 < 5 { Reply::keys("1") } else { Reply::HangUp })
    }
}
