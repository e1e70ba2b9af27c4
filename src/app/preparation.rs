//! Makes ready what flows say: where nobody has recorded it, it is synthesised in the background, before a caller waits for it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::interval;
use tracing::info;

use crate::release::{Edition, Flows, Releases};
use crate::voice::{Speaker, Speech};

use super::wanted::{Wanted, wanted};

/// How often it is looked whether other versions have gone live.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Prompts between two lines of the log.
const PART: usize = 50;

/// What was made ready since the start: language and words.
#[derive(Default)]
struct Ready(BTreeSet<(String, String)>);

/// Makes ready what the live versions say, and those that go live later, for as long as it is polled.
pub(super) async fn keep_ready(speaker: &Speaker, releases: &Releases) {
    let (mut ready, mut before, mut look) = (Ready::default(), Vec::new(), interval(LOOK_EVERY));
    loop {
        look.tick().await;
        let live = releases.live();
        let ids: Vec<String> = live.iter().map(|edition| edition.id.clone()).collect();
        if ids != before {
            make_ready(speaker, &ready.add(&live)).await;
            before = ids;
        }
    }
}

async fn make_ready(speaker: &Speaker, speeches: &[Speech]) {
    let (mut looked_at, count) = (0, speeches.len());
    for part in speeches.chunks(PART) {
        let made = speaker.prepare(part).await;
        looked_at += part.len();
        if made > 0 {
            info!("prompts ready: {looked_at} of {count}; sentences synthesised, since nobody has recorded them: {made}");
        }
    }
}

impl Ready {
    /// What these versions say and no version before them.
    fn add(&mut self, live: &[Arc<Edition>]) -> Vec<Speech> {
        let said = live.iter().flat_map(|edition| wanted(&flows(edition), Path::new(""))).filter(is_whole);
        let others = said.filter(|wanted| self.0.insert((wanted.language.clone(), wanted.text.clone())));
        others.map(|wanted| Speech::plain(&wanted.text, &wanted.language)).collect()
    }
}

fn flows(edition: &Edition) -> Flows {
    edition.book.chapters().map(|(name, chapter)| (name.to_owned(), Arc::clone(&chapter.flow))).collect()
}

/// Voices speak whole sentences; one that a variable cuts is not known before the call.
fn is_whole(wanted: &Wanted) -> bool {
    wanted.note.is_empty() || wanted.text.ends_with(['.', '!', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Book, Chapter, Flow, Overrides};

    fn edition(text: &str) -> Arc<Edition> {
        let flow = Arc::new(Flow::read(text).unwrap());
        let settings = flow.settings(&Overrides::default()).unwrap();
        Arc::new(Edition::of(Book::gather("consent", |_| Some(Chapter { flow: flow.clone(), settings: settings.clone() })).unwrap()))
    }

    #[test]
    fn a_version_that_goes_live_has_only_its_own_words_to_make_ready() {
        let text = include_str!("../../flows/consent.yaml");
        let other = text.replace("All right. Nothing changes for you.", "As you like.");
        let mut ready = Ready::default();

        let all = ready.add(&[edition(text)]);

        assert_eq!(all.len(), 16, "seven prompts and an apology in each of two languages");
        assert_eq!(ready.add(&[edition(text)]), []);
        assert_eq!(ready.add(&[edition(&other), edition(text)]), [Speech::plain("As you like.", "en")]);
    }
}
