//! Transfers of a call: given away by REFER, after consultation, or joined to a second leg (VoiceXML 2.1 §9, RFC 5552 §6).

use std::time::Duration;

use super::bridge::{Bridge, FarNews, NEWS_WITHIN, Transferring};
use super::call::Call;
use super::call_actions::report;
use super::call_leg::CallLeg;
use super::media_order::KeyRelay;
use super::moment::now;
use super::outgoing_call::OutgoingCall;
use super::parties::name;
use super::rendering::Errand;
use super::session_media::SessionMedia;
use crate::audio::ringback;
use crate::browser::{Event, TransferKind, TransferOutcome, TransferRequest};
use crate::sip::{Body, CallNews, Cause, Ending, Headers, Order, Scheme, SessionNews, Srtp, Uri};

impl Call {
    pub(super) fn begin_transfer(&mut self, request: TransferRequest) {
        let Some(target) = self.target(&request.dest) else {
            tracing::warn!("a transfer has nowhere to go: set sip.gateway, or transfer to a sip: address");
            return self.end_transfer(TransferOutcome::NetworkBusy);
        };
        let headers = self.transfer_headers(&request, &target);
        match request.kind {
            TransferKind::Blind => self.refer(target, headers),
            TransferKind::Bridge => self.bridge(request, target, headers, false),
            TransferKind::Consultation => self.bridge(request, target, headers, true),
        }
    }

    /// Lets the far end go, and tells the page how it went.
    pub(super) fn end_transfer(&mut self, outcome: TransferOutcome) {
        let transferring = std::mem::take(&mut self.transferring);
        let joined = match &transferring {
            Transferring::Bridging(bridge) => bridge.joined,
            Transferring::No | Transferring::Referring { .. } => None,
        };
        let duration = joined.map_or(Duration::ZERO, |joined| now().saturating_duration_since(joined));
        // Dropping the second leg hangs it up and closes its ports.
        drop(transferring);
        self.stop_hold();
        report(self.media.stream.part());
        metrics::counter!("callward_sip_transfers_total", "outcome" => outcome.as_str().unwrap_or("completed")).increment(1);
        self.interpreter.handle(Event::Transferred { outcome, duration }, now());
    }

    /// News of our REFER.
    pub(super) fn referred(&mut self, status: u16, over: bool) {
        if !over {
            return self.transferring.goes_on(status, now());
        }
        match &self.transferring {
            Transferring::No => {}
            Transferring::Referring { .. } => self.end_transfer(outcome_of(status)),
            Transferring::Bridging(bridge) if bridge.is_consultation => self.end_transfer(outcome_of(status)),
            Transferring::Bridging(_) => {}
        }
    }

    /// The caller has hung up: who was asked to call somebody else does so after a REFER.
    pub(super) fn caller_left(&mut self) {
        let is_given_away = match &self.transferring {
            Transferring::Referring { is_accepted, .. } => *is_accepted,
            Transferring::Bridging(bridge) => bridge.is_consultation && bridge.joined.is_some(),
            Transferring::No => false,
        };
        if is_given_away {
            self.is_connected = false;
            self.end_transfer(TransferOutcome::Completed);
        } else {
            self.hung_up();
        }
    }

    /// The far end is being called.
    pub(super) fn dialled(&mut self, leg: CallLeg) {
        // Where the transfer is over meanwhile, dropping the leg hangs it up.
        if let Transferring::Bridging(bridge) = &mut self.transferring {
            bridge.leg = Some(leg);
        }
    }

    pub(super) fn handle_far(&mut self, news: FarNews) {
        let FarNews::Signal(signal) = news else { return };
        let Some(news) = signal else { return self.end_transfer(TransferOutcome::FarEndDisconnect) };
        match news {
            CallNews::Progress { sdp, .. } => self.far_described(sdp),
            CallNews::Answered { sdp, .. } => {
                self.far_described(sdp);
                self.far_answered();
            }
            CallNews::Session(news) => self.far_changes(news),
            CallNews::Ended(ending) => self.far_ended(&ending),
            CallNews::Acknowledged | CallNews::Info { .. } | CallNews::ReferAsked(_) | CallNews::Transfer { .. } => {}
        }
    }

    /// It has rung, or was joined, for as long as it may.
    pub(super) fn transfer_overdue(&mut self) {
        match &self.transferring {
            Transferring::No => {}
            Transferring::Referring { is_accepted: true, .. } => self.end_transfer(TransferOutcome::Completed),
            Transferring::Referring { .. } => self.end_transfer(TransferOutcome::NoAnswer),
            Transferring::Bridging(bridge) if bridge.joined.is_none() => self.end_transfer(TransferOutcome::NoAnswer),
            Transferring::Bridging(_) => self.end_transfer(TransferOutcome::MaxtimeDisconnect),
        }
    }

    /// The address that is called: telephone numbers are the gateway's.
    fn target(&self, dest: &str) -> Option<Uri> {
        let uri: Uri = dest.parse().ok()?;
        match uri.scheme {
            Scheme::Sip | Scheme::Sips => Some(uri),
            Scheme::Tel => {
                let gateway = self.equipment.settings.gateway.clone()?;
                Some(gateway.with_user(uri.user.as_deref().unwrap_or_default()))
            }
            Scheme::Other(_) => None,
        }
    }

    fn transfer_headers(&self, request: &TransferRequest, target: &Uri) -> Headers {
        let mut headers = Headers::default();
        if let Some(aai) = request.aai.as_ref().filter(|_| self.is_own) {
            let results = self.equipment.results.of_transfer(aai, &target.host.to_string());
            results.iter().for_each(|(name, value)| headers.push(name, value));
        }
        headers
    }

    fn refer(&mut self, to: Uri, headers: Headers) {
        self.transferring = Transferring::Referring { is_accepted: false, until: now() + NEWS_WITHIN };
        let order = Order::Refer { call: self.leg.id(), to, replaces: None, headers };
        self.leg.order(order);
    }

    fn bridge(&mut self, request: TransferRequest, target: Uri, headers: Headers, is_consultation: bool) {
        let settings = &self.equipment.settings;
        let srtp = if target.scheme == Scheme::Sips { Srtp::Required } else { Srtp::Off };
        let opened =
            SessionMedia::open(&self.equipment.media, Some(&self.media.stream), settings.media_address, srtp, &self.equipment.chance);
        let Ok((mut media, news)) = opened else { return self.end_transfer(TransferOutcome::NetworkBusy) };
        let call = OutgoingCall {
            proxy: settings.gateway.clone(),
            target,
            from: name(&self.invitation),
            sdp: media.offer(),
            headers: headers.clone(),
            account: settings.account.clone(),
        };
        let until = Some(now() + request.connecttimeout);
        let (hides_keys, maxtime) = (request.hears_keys, request.maxtime);
        let target = call.target.clone();
        let bridge = Bridge { target, headers, leg: None, media, news, is_consultation, hides_keys, maxtime, until, joined: None };
        self.transferring = Transferring::Bridging(Box::new(bridge));
        let exchange = self.equipment.exchange.clone();
        self.errands.spawn(async move { Errand::Dialled(exchange.dial(call).await) });
        match request.audio {
            Some(source) => self.play_meanwhile(source),
            None => self.play_hold(Some(ringback())),
        }
    }

    fn far_described(&mut self, sdp: Option<Body>) {
        let Transferring::Bridging(bridge) = &mut self.transferring else { return };
        if let Some(error) = sdp.and_then(|sdp| bridge.media.take_answer(&sdp.0).err()) {
            tracing::info!("the far end of a transfer answers so that nothing can be heard: {error}");
        }
    }

    fn far_answered(&mut self) {
        self.stop_hold();
        let Transferring::Bridging(bridge) = &mut self.transferring else { return };
        let now = now();
        bridge.joined = Some(now);
        bridge.until = (!bridge.maxtime.is_zero()).then(|| now + bridge.maxtime);
        if bridge.is_consultation {
            bridge.until = Some(now + NEWS_WITHIN);
            let Some(far) = &bridge.leg else { return };
            let (call, replaces) = (self.leg.id(), Some(far.id()));
            let (to, headers) = (bridge.target.clone(), bridge.headers.clone());
            return self.leg.order(Order::Refer { call, to, replaces, headers });
        }
        let keys = if bridge.hides_keys { KeyRelay::Hidden } else { KeyRelay::Passed };
        report(self.media.stream.join(&bridge.media.stream, keys));
    }

    /// The far end holds, resumes, or has moved.
    fn far_changes(&mut self, news: SessionNews) {
        let Transferring::Bridging(bridge) = &mut self.transferring else { return };
        if let Some(leg) = &bridge.leg {
            bridge.media.follow(news, leg);
        }
    }

    fn far_ended(&mut self, ending: &Ending) {
        let Transferring::Bridging(bridge) = &self.transferring else { return };
        let outcome = match (bridge.joined, ending.cause) {
            (Some(_), Cause::Replaced) => TransferOutcome::Completed,
            (Some(_), _) => TransferOutcome::FarEndDisconnect,
            (None, Cause::Refused(status)) => outcome_of(status),
            (None, Cause::NoAnswer | Cause::Expired | Cause::Cancelled) => TransferOutcome::NoAnswer,
            (None, Cause::HungUp | Cause::Unknown | Cause::Replaced) => TransferOutcome::NetworkBusy,
        };
        self.end_transfer(outcome);
    }
}

/// What a status says to a page (RFC 5552 §6.2).
fn outcome_of(status: u16) -> TransferOutcome {
    match status {
        200..300 => TransferOutcome::Completed,
        486 | 600 => TransferOutcome::Busy,
        408 | 480 | 487 => TransferOutcome::NoAnswer,
        403 | 404 | 603 => TransferOutcome::NetworkDisconnect,
        _ => TransferOutcome::NetworkBusy,
    }
}
