//! What a call learns from its signalling and its media.

use super::call::Call;
use super::call_actions::report;
use super::key_source::KeyWay;
use super::media_news::{Heard, MediaNews};
use super::moment::now;
use super::playback::Passed;
use crate::browser::Event;
use crate::sip::{CallNews, Headers, InfoKey, Order};

impl Call {
    /// Whether the caller has taken our answer (ACK), or has answered our offer: who has not would miss the first words. What the
    /// caller does before that is heeded; a caller who is not there any longer, or cannot be heard, is left alone.
    pub(super) async fn is_agreed(&mut self) -> bool {
        loop {
            match self.leg.news().await {
                None | Some(CallNews::Ended(_)) => return false,
                Some(CallNews::Acknowledged) => return self.media.negotiated().is_some(),
                Some(news) => self.handle_signal(news),
            }
        }
    }

    pub(super) fn handle_signal(&mut self, news: CallNews) {
        match news {
            CallNews::Session(news) => {
                self.media.follow(news, &self.leg);
                self.keys.handle_agreement();
            }
            CallNews::Info { content_type, body } => {
                if let Some(info) = InfoKey::read(&content_type, body.expose().as_bytes()) {
                    info.key.expose().chars().for_each(|key| self.press(key, KeyWay::Info));
                }
            }
            CallNews::ReferAsked(_) => self.leg.order(Order::AnswerRefer { call: self.leg.id(), status: 603 }),
            CallNews::Transfer { status, over } => self.referred(status, over),
            CallNews::Ended(ending) => {
                tracing::debug!(call = %self.leg.id(), "a call has ended: {:?} by {:?}", ending.cause, ending.by);
                self.caller_left();
            }
            CallNews::Acknowledged | CallNews::Progress { .. } | CallNews::Answered { .. } => {}
        }
    }

    pub(super) fn handle_media(&mut self, news: MediaNews) {
        match news {
            MediaNews::Key { key, .. } => self.press(key.symbol(), KeyWay::Event),
            MediaNews::Ended { passed } => self.played(passed),
            MediaNews::Recorded(heard) => {
                if let Some(recorder) = &mut self.recorder {
                    recorder.hear(&heard, now());
                }
            }
            MediaNews::Heard(heard) => self.listen(&heard),
            MediaNews::Silent if self.media.is_receiving() && self.is_connected => self.fell_silent(),
            MediaNews::Silent | MediaNews::Bye | MediaNews::Closed(_) => {}
        }
    }

    fn press(&mut self, key: char, way: KeyWay) {
        if let Some(key) = self.keys.take(key, way, now()) {
            self.interpreter.handle(Event::Key(key), now());
        }
    }

    fn listen(&mut self, heard: &Heard) {
        let samples: Vec<i16> = heard.payload.iter().map(|byte| heard.codec.decode(*byte)).collect();
        let tones = self.tones.get_or_insert_default();
        for key in tones.hear(&samples) {
            self.press(key, KeyWay::Tone);
        }
    }

    fn played(&mut self, last: u64) {
        for passed in self.playback.ended(last) {
            let event = match passed {
                Passed::Mark(name) => Event::MarkReached(name),
                Passed::Prompt => Event::PromptPlayed,
            };
            self.interpreter.handle(event, now());
        }
    }

    /// No packet has come for too long: nobody is there.
    fn fell_silent(&mut self) {
        self.fell_silent = true;
        tracing::info!(call = %self.leg.id(), "a call is hung up: no sound has come for too long");
        self.leg.hang_up(Headers::default());
        report(self.media.stream.interrupt(0));
        self.hung_up();
    }
}
