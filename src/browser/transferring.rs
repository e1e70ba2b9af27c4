//! Transfers: the request, and what its outcome means for the form (VoiceXML 2.0 §2.3.7; 2.1 §9).

use std::time::Duration;

use serde_json::json;

use super::action::{Action, Reason, TransferRequest};
use super::collection::Watch;
use super::content::Fetching;
use super::document::Transfer;
use super::event::TransferOutcome;
use super::grammar_shelf::Active;
use super::interpreter::{Afterwards, Interpreter, Line, State};
use super::thrown::{Run, Thrown};
use super::time::designation;

/// How long the far end may ring where the page says nothing.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

impl Interpreter {
    /// Visits a `<transfer>`: the queued prompts play, then the call is made.
    pub(super) fn begin_transfer(&mut self, transfer: &Transfer, active: Vec<Active>) -> Run {
        let dest = self.resolved(&transfer.dest)?.trim().to_owned();
        refuse_destination(&dest)?;
        let audio = match &transfer.audio {
            Some(address) => Some(self.audio_source(address, None, &Fetching::default())?),
            None => None,
        };
        let watch = Watch::new(active);
        let request = TransferRequest {
            dest,
            hears_keys: watch.listens(),
            kind: transfer.kind,
            connecttimeout: time_of(transfer.connecttimeout.as_deref(), CONNECT_TIMEOUT)?,
            maxtime: time_of(transfer.maxtime.as_deref(), Duration::ZERO)?,
            audio,
            aai: transfer.aai.as_ref().map(|aai| self.resolved(aai)).transpose()?,
        };
        self.play_then(Afterwards::Transfer(request, watch))
    }

    pub(super) fn handle_transferred(&mut self, outcome: TransferOutcome, duration: Duration) -> Run {
        let watch = match std::mem::replace(&mut self.state, State::Running) {
            State::Transferring(watch) => watch,
            other => {
                self.state = other;
                return Ok(());
            }
        };
        self.renew();
        let Some(word) = outcome.as_str() else {
            return self.lost(outcome);
        };
        let Some(run) = &self.current.dialog else { return Ok(()) };
        let Some((index, item)) = run.current.zip(run.item().cloned()) else { return Ok(()) };
        let mut shadow = json!({ "duration": duration.as_secs_f64() });
        // §2.3.7.3: an end by the caller has both, though nobody may have pressed a key that was heard here.
        let heard = watch.heard().or((outcome == TransferOutcome::NearEndDisconnect).then_some(""));
        if let Some(utterance) = heard {
            shadow["inputmode"] = json!("dtmf");
            shadow["utterance"] = json!(utterance);
        }
        self.fill(&item, &json!(word), &shadow)?;
        self.trigger_filled(&[index])
    }

    /// A key of the bridged caller: what matches a grammar of the transfer ends it (§2.3.7.2).
    pub(super) fn watch_key(&mut self, key: char) {
        let State::Transferring(watch) = &mut self.state else { return };
        if watch.takes(key) {
            self.actions.push_back(Action::EndTransfer);
        }
    }

    /// The caller is gone from here: given away, or hung up. The variable stays undefined (§2.3.7.1).
    fn lost(&mut self, outcome: TransferOutcome) -> Run {
        self.speech.forget();
        if outcome == TransferOutcome::CallerHungUp {
            return self.hung_up();
        }
        self.line = Line::Final(Reason::Transfer);
        Err(Thrown::new("connection.disconnect.transfer"))
    }
}

/// What is no address at all is another error than one of a sort that cannot be called (§2.3.7.3).
fn refuse_destination(dest: &str) -> Run {
    match dest.split_once(':') {
        Some(("tel" | "sip" | "sips", number)) if !number.is_empty() => Ok(()),
        Some((scheme, rest)) if !rest.is_empty() && !matches!(scheme, "" | "tel" | "sip" | "sips") => {
            Err(Thrown::with("error.unsupported.uri", "a call can be transferred to tel:, sip: and sips: addresses"))
        }
        Some(_) | None => Err(Thrown::with("error.connection.baddestination", "the destination is no address")),
    }
}

/// The time that an attribute gives, else `default`.
pub(super) fn time_of(text: Option<&str>, default: Duration) -> Run<Duration> {
    match text {
        Some(text) => designation(text).ok_or_else(|| Thrown::semantic(format!("{text:?} is no time"))),
        None => Ok(default),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use jiff::Timestamp;
    use url::Url;

    use super::*;
    use crate::browser::{Event, Resource, Start};
    use crate::clock::{Chance, Clock};

    const PAGE: &str = "<vxml version='2.1'><form>
      <transfer name='far' type='bridge' dest='tel:+4930'>
        <grammar mode='dtmf' version='1.0' root='r'><rule id='r'>9 9</rule></grammar>
        <filled><log><value expr='far'/> <value expr='far$.utterance'/> <value expr='far$.duration'/></log></filled>
      </transfer></form></vxml>";

    #[test]
    fn the_callers_keys_end_a_bridge() {
        let now = Instant::now();
        let mut session = session(now);
        assert!(drained(&mut session).iter().any(|action| matches!(action, Action::Transfer(_))));

        for key in "1949".chars() {
            session.handle(Event::Key(key), now);
            assert!(drained(&mut session).is_empty());
        }
        session.handle(Event::Key('9'), now);
        assert!(matches!(drained(&mut session).as_slice(), [Action::EndTransfer]));

        session.handle(Event::Transferred { outcome: TransferOutcome::NearEndDisconnect, duration: Duration::from_secs(7) }, now);
        assert_eq!(logged(&mut session).as_deref(), Some("near_end_disconnect 99 7"));
    }

    #[test]
    fn an_end_by_the_caller_says_how_it_came_about() {
        let now = Instant::now();
        let mut session = session(now);
        drained(&mut session);

        session.handle(Event::Transferred { outcome: TransferOutcome::NearEndDisconnect, duration: Duration::ZERO }, now);

        assert_eq!(logged(&mut session).as_deref(), Some("near_end_disconnect  0"));
    }

    fn logged(session: &mut Interpreter) -> Option<String> {
        drained(session).into_iter().find_map(|action| match action {
            Action::Log { text, .. } => Some(text),
            _ => None,
        })
    }

    fn session(now: Instant) -> Interpreter {
        let url = Url::parse("http://pages.example/page").unwrap();
        let clock = Clock::by_hand(Timestamp::UNIX_EPOCH);
        let start = Start { url: url.clone(), session: json!({}).into(), clock, chance: Chance::seeded(1) };
        let mut session = Interpreter::start(start, now).unwrap();
        let resource = Resource { url, media_type: None, body: PAGE.as_bytes().to_vec() };
        session.handle(Event::Fetched { id: 1, outcome: Ok(resource) }, now);
        session
    }

    fn drained(session: &mut Interpreter) -> Vec<Action> {
        std::iter::from_fn(|| session.poll()).filter(|action| !matches!(action, Action::Fetch(_) | Action::Trace(_))).collect()
    }
}
