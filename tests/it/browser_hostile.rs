//! Pages that nobody would write: whatever a page is, its session ends, in an event and without a panic.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use callward::browser::{Fetch, FetchFailure, Reason, Resource, Start};
use callward::clock::{Chance, Clock};
use callward::line::{Asked, Caller, Fetching, Handset, Happening, Pace, Reply, session_variables};
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
async fn nesting_as_deep_as_a_page_may_be_is_no_stack_overflow() {
    let ifs = format!("{}{}", "<if cond='true'>".repeat(190), "</if>".repeat(190));
    let page = format!("<vxml version='2.1'><form><block>{ifs}Done.</block></form></vxml>");
    let audio = format!("{}{}", "<prosody>".repeat(190), "</prosody>".repeat(190));
    let prompt = format!("<vxml version='2.1'><form><block><prompt>{audio}</prompt></block></form></vxml>");

    assert_eq!(browse(page.into_bytes()).await, Reason::Exit);
    assert_eq!(browse(prompt.into_bytes()).await, Reason::Exit);
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
    let handset = Handset::new(start, OnePage(page), Impatient(0), Pace::Virtual).unwrap();
    tokio::spawn(handset.run()).await.unwrap().unwrap().reason
}

struct OnePage(Vec<u8>);

impl Fetching for OnePage {
    async fn fetch(&mut self, request: &Fetch) -> Result<Resource, FetchFailure> {
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
