//! The end of a call: an apology where something went wrong, and results for the next hop.

use std::time::Duration;

use tokio::sync::mpsc;

use super::call::Call;
use super::call_actions::report;
use super::media_news::MediaNews;
use super::metrics;
use super::parties::{next_hop, return_to};
use crate::apology::{Apology, apology};
use crate::audio::{Sound, beep};
use crate::browser::{Ending, Reason, event_class};
use crate::sip::{CallNews, Headers, Order};
use crate::voice::Speech;

/// The longest that it may take.
const APOLOGY_TIME: Duration = Duration::from_secs(10);
/// How long it is waited for that the caller's side goes.
const LEAVING: Duration = Duration::from_secs(35);

impl Call {
    /// Says what is left to say, gives the results away, and closes.
    pub(super) async fn part(mut self: Box<Self>, ending: Ending, news: &mut mpsc::Receiver<MediaNews>) {
        let outcome = if self.fell_silent { "silent" } else { ending.reason.as_str() };
        metrics::call_over(outcome);
        if let Some(event) = &ending.uncaught {
            self.report_break(event, ending.message.as_deref().unwrap_or_default());
        }
        if self.is_connected {
            if broke_off(&ending) {
                self.apologise(news).await;
            }
            self.leave(&ending).await;
        }
        let codec = self.media.negotiated().map_or("none", |negotiated| negotiated.codec.name());
        metrics::media_over(codec);
    }

    /// What others' pages call their events and say in them may be what the caller has keyed.
    fn report_break(&self, event: &str, message: &str) {
        let call = self.leg.id();
        match self.is_own {
            true => tracing::warn!(%call, event, "a page broke off: {message}"),
            false => {
                let event = event_class(event).unwrap_or("one of its own");
                tracing::warn!(%call, event, length = message.len(), "a page of others broke off; callward vxml run tells why");
            }
        }
    }

    async fn apologise(&mut self, news: &mut mpsc::Receiver<MediaNews>) {
        let language = self.playback.language().unwrap_or(&self.equipment.settings.language);
        let Apology { language, words } = apology(language);
        let said = self.equipment.speaker.say(&Speech::plain(words, language)).await.sounds;
        report(self.media.stream.interrupt(0));
        let played = self.media.stream.play(if said.iter().all(Sound::is_empty) { vec![beep()] } else { said }, false);
        let Some(last) = report(played) else { return };
        let heard = async {
            loop {
                tokio::select! {
                    told = news.recv() => match told {
                        Some(MediaNews::Ended { passed }) if passed < last => {}
                        None | Some(MediaNews::Ended { .. } | MediaNews::Closed(_)) => return,
                        Some(_) => {}
                    },
                    signal = self.leg.news() => if matches!(signal, None | Some(CallNews::Ended(_))) {
                        return;
                    },
                }
            }
        };
        if tokio::time::timeout(APOLOGY_TIME, heard).await.is_err() {
            tracing::debug!("an apology was not heard to its end");
        }
    }

    /// Hangs up, or gives the call back to who has sent it; the results go with it.
    async fn leave(&mut self, ending: &Ending) {
        let mut headers = Headers::default();
        let results = match broke_off(ending) {
            _ if !self.is_own => Vec::new(),
            true => self.equipment.results.of_failure(&next_hop(&self.invitation)),
            false => self.equipment.results.of_exit(&ending.exit, &next_hop(&self.invitation)),
        };
        results.iter().for_each(|(name, value)| headers.push(name, value));
        let call = self.leg.id();
        let return_header = self.equipment.settings.return_header.as_deref().filter(|_| ending.reason != Reason::Transfer);
        if let Some(to) = return_header.and_then(|header| return_to(&self.invitation, header)) {
            self.leg.order(Order::Refer { call, to, replaces: None, headers: headers.clone() });
            if tokio::time::timeout(LEAVING, self.is_taken_back()).await.unwrap_or(false) {
                return;
            }
        }
        self.leg.hang_up(headers);
        // Until the BYE is answered, or nobody answers it.
        let gone = async { while self.leg.news().await.is_some() {} };
        if tokio::time::timeout(LEAVING, gone).await.is_err() {
            tracing::debug!(%call, "nobody has answered the end of a call");
        }
    }

    /// Whether the other side has gone by itself after our REFER.
    async fn is_taken_back(&mut self) -> bool {
        loop {
            let news = self.leg.news().await;
            if matches!(news, None | Some(CallNews::Ended(_))) {
                return true;
            }
            if matches!(news, Some(CallNews::Transfer { over: true, .. })) {
                return false;
            }
        }
    }
}

/// Whether the page did not come to an end of its own.
fn broke_off(ending: &Ending) -> bool {
    ending.uncaught.is_some() || ending.reason == Reason::Error
}
