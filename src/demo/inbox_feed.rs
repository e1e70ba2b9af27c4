//! The inbox for programs: all messages as JSON, and news as server-sent events (HTML Living Standard §9.2).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use http::HeaderMap;
use tokio::sync::watch;

use super::customer::Customer;
use super::message::OpenMessage;
use super::world::World;

/// Answers `GET /inbox.json`: every message, newest first.
pub async fn messages(State(world): State<World>) -> Json<Vec<OpenMessage>> {
    Json(world.inbox().messages().iter().map(|message| message.open()).collect())
}

/// Answers `GET /inbox/events`: `message` with the message as JSON for each that arrives, `world` when anything else on the page changes.
pub async fn events(State(world): State<World>, headers: HeaderMap) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let feed = Feed {
        seen: last.unwrap_or_else(|| world.inbox().newest_number()),
        arrivals: world.inbox().arrivals(),
        changes: world.changes(),
        waiting: VecDeque::new(),
        world,
    };
    Sse::new(unfold(feed, Feed::next)).keep_alive(KeepAlive::default())
}

/// One reader's place in the news.
struct Feed {
    world: World,
    arrivals: watch::Receiver<u64>,
    changes: watch::Receiver<()>,
    /// Number of the newest message that the reader has.
    seen: u64,
    waiting: VecDeque<Event>,
}

impl Feed {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            self.collect();
            if let Some(event) = self.waiting.pop_front() {
                return Some((Ok(event), self));
            }
            let other = tokio::select! {
                arrived = self.arrivals.changed() => { arrived.ok()?; None }
                changed = self.changes.changed() => { changed.ok()?; Some("world") }
                () = tokio::time::sleep(next_codes(&self.world)) => Some("world"),
            };
            self.waiting.extend(other.map(|name| Event::default().event(name).data("{}")));
        }
    }

    fn collect(&mut self) {
        for message in self.world.inbox().since(self.seen) {
            self.seen = message.number;
            let event = Event::default().event("message").id(message.number.to_string()).json_data(message.open());
            self.waiting.extend(event.ok());
        }
    }
}

/// When the authenticator apps show other codes: they all turn at once.
fn next_codes(world: &World) -> Duration {
    const NEVER: Duration = Duration::from_secs(3600);
    let apps = world.customers().into_iter().filter(Customer::has_authenticator);
    apps.filter_map(|customer| world.authenticator(&customer.id)).map(|shown| shown.remains).min().unwrap_or(NEVER)
}

#[cfg(test)]
mod tests {
    use crate::demo::testing::{client, post, stand_ins};

    #[tokio::test]
    async fn a_message_is_told_as_it_arrives_and_kept() {
        let stand_ins = stand_ins().await;
        let mut feed = client().get(stand_ins.base_url() + "/inbox/events").send().await.unwrap();
        assert_eq!(feed.headers()["content-type"], "text/event-stream");

        post(&stand_ins, "/sms", &[("to", "+491"), ("from", "Acme"), ("text", "045610 is your code")]).await.unwrap();

        let told = String::from_utf8(feed.chunk().await.unwrap().unwrap().to_vec()).unwrap();
        insta::assert_snapshot!(told.trim_end(), @r#"
        event: message
        id: 1
        data: {"number":1,"method":"sms","to":"+491","from":"Acme","subject":"","text":"045610 is your code","code":"045610","at":"2026-01-01T00:00:00Z"}
        "#);
        let kept = client().get(stand_ins.base_url() + "/inbox.json").send().await.unwrap().text().await.unwrap();
        assert!(kept.starts_with(r#"[{"number":1,"#) && kept.contains(r#""code":"045610""#), "{kept}");
    }

    #[tokio::test]
    async fn a_reader_that_comes_back_hears_what_it_missed() {
        let stand_ins = stand_ins().await;
        for text in ["one", "two"] {
            post(&stand_ins, "/sms", &[("to", "+491"), ("text", text)]).await.unwrap();
        }

        let mut feed = client().get(stand_ins.base_url() + "/inbox/events").header("last-event-id", "1").send().await.unwrap();

        let told = String::from_utf8(feed.chunk().await.unwrap().unwrap().to_vec()).unwrap();
        assert!(told.contains("two") && !told.contains("one"), "{told}");
    }
}
