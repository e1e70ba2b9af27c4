//! Changes of the session while a call stands: re-INVITE and UPDATE, and what happens when both sides want one at once
//! (RFC 3261 §14, RFC 3311).

use std::time::{Duration, Instant};

use super::answering::write_refusal;
use super::body::Body;
use super::call::{Call, Phase, answered, described, drawn_below, is_readable};
use super::call_news::{CallNews, SessionNews};
use super::client_transactions::Answered;
use super::ending::Cause;
use super::errand::Errand;
use super::event::Refused;
use super::exchange::Exchange;
use super::headers::Headers;
use super::message::{Request, Response};
use super::method::Method;
use super::post::{Post, SDP, add};
use super::server_transactions::ServerId;
use super::session_refresh::{Proposal, TooShort, session_expires};
use super::session_timer::Refresher;

/// How long who is put off waits, in seconds: less than ten (§14.2).
const PUT_OFF: u64 = 3;

impl Call {
    /// Order: a change of the session.
    pub fn offer(&mut self, sdp: Vec<u8>, post: &mut Post, now: Instant) {
        if matches!(self.phase, Phase::Established | Phase::Outgoing(_)) {
            self.next_offer = Some(sdp);
            self.offer_next(post, now);
        }
    }

    /// Sends the offer that waits, when nothing else is under way.
    pub fn offer_next(&mut self, post: &mut Post, now: Instant) {
        if !self.may_offer() {
            return;
        }
        if let Some(offer) = self.next_offer.take() {
            self.send_offer(Some(offer), post, now);
        }
    }

    /// Whether nothing is under way that forbids an offer of ours (§14.1).
    pub fn may_offer(&self) -> bool {
        matches!(self.phase, Phase::Established) && matches!(self.exchange, Exchange::Idle) && self.unacknowledged.is_none()
    }

    /// Sends an offer by INVITE, or a mere refresh, by UPDATE where the other side takes it (RFC 4028 §7.4).
    pub fn send_offer(&mut self, offer: Option<Vec<u8>>, post: &mut Post, now: Instant) {
        let method = if offer.is_none() && self.takes_update { Method::Update } else { Method::Invite };
        let mut request = self.request(method.clone(), post);
        post.add_abilities(&mut request.headers);
        if let Some(timer) = &self.timer {
            let refresher = if timer.we_refresh() { Refresher::Uac } else { Refresher::Uas };
            request.headers.push("Session-Expires", session_expires(timer.interval(), Some(refresher)));
        }
        if method == Method::Invite {
            request.set_body(SDP, offer.clone().unwrap_or_else(|| self.sdp.clone()));
        }
        self.exchange = Exchange::Ours { offer };
        self.send(request, Errand::Offer(self.id), post, now);
    }

    /// The answer to our change or refresh.
    pub fn handle_offer_answer(&mut self, answer: &Answered, post: &mut Post, now: Instant) {
        let response = &answer.response;
        if answer.request.is_none() {
            if response.is_success() {
                self.acknowledge_again(response, post);
            }
            return;
        }
        let by_invite = response.headers.cseq().filter(|cseq| cseq.method == Method::Invite);
        if let Some(cseq) = by_invite.filter(|_| response.is_success()) {
            self.dialog.refresh_target(&response.headers);
            self.acknowledge(cseq.number, answer.request.as_ref(), post);
        }
        let Exchange::Ours { offer } = std::mem::replace(&mut self.exchange, Exchange::Idle) else { return };
        match response.status {
            200..300 => self.take_answer(offer, response, post, now),
            491 => self.exchange = Exchange::Waiting { until: now + self.glare_pause(post), offer },
            422 => self.offer_for_longer(offer, response, post, now),
            408 | 481 => self.lost(Cause::Unknown, post, now),
            status => self.offer_refused(offer.is_some(), status, post, now),
        }
        self.offer_next(post, now);
    }

    /// Their re-INVITE or UPDATE (§14.2, RFC 3311 §5.2).
    pub fn handle_offer(&mut self, id: ServerId, request: Request, post: &mut Post, now: Instant) {
        let is_offer = request.method == Method::Invite || !request.body.is_empty();
        if !is_readable(&request) {
            return post.refuse_body(id, &request, now);
        }
        match (&self.phase, &self.exchange) {
            (Phase::Leaving(_) | Phase::Over, _) => return post.refuse(id, &request, 481, now),
            (Phase::Established | Phase::Outgoing(_) | Phase::Incoming(_), _) if !is_offer => {}
            (Phase::Incoming(_), _) | (_, Exchange::Theirs { .. }) => return post.put_off(id, &request, 500, PUT_OFF, now),
            (Phase::Outgoing(_), _) | (_, Exchange::Ours { .. }) => return post.refuse(id, &request, 491, now),
            (Phase::Established, Exchange::Idle | Exchange::Waiting { .. }) => {}
        }
        if let Err(TooShort(least)) = post.settings.session.answer(Proposal::of(&request.headers)) {
            let mut response = self.response(&request, 422, post);
            response.headers.push("Min-SE", least.as_secs());
            post.answer(id, response, now);
            return;
        }
        self.dialog.refresh_target(&request.headers);
        if is_offer { self.take_offer(id, request, post, now) } else { self.refreshed(id, &request, post, now) }
    }

    /// Order: their change is taken.
    pub fn accept_offer(&mut self, sdp: Vec<u8>, headers: &Headers, post: &mut Post, now: Instant) {
        let Exchange::Theirs { server, request } = std::mem::replace(&mut self.exchange, Exchange::Idle) else { return };
        let mut response = self.response(&request, 200, post);
        add(&mut response.headers, headers);
        response.set_body(SDP, sdp.clone());
        self.sdp = sdp;
        self.agree_on_timer(&request, &mut response, post, now);
        let to = post.servers.reply_to(server).unwrap_or(self.dialog.peer);
        let bytes = post.answer_and_keep(server, response, now);
        if request.method == Method::Invite {
            let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
            self.await_ack(number, to, bytes, request.body.is_empty(), now);
        }
        self.offer_next(post, now);
    }

    /// Order: their change is refused; the session stays as it was.
    pub fn refuse_offer(&mut self, refused: &Refused, post: &mut Post, now: Instant) {
        let Exchange::Theirs { server, request } = std::mem::replace(&mut self.exchange, Exchange::Idle) else { return };
        let mut response = self.response(&request, refused.status.clamp(300, 699), post);
        write_refusal(&mut response, refused);
        post.answer(server, response, now);
        self.offer_next(post, now);
    }

    /// They take their change back (§9.2).
    pub fn offer_withdrawn(&mut self, post: &mut Post, now: Instant) {
        self.refuse_offer(&Refused::with(487), post, now);
    }

    /// After a glare ours comes again.
    pub fn handle_offering_timeout(&mut self, post: &mut Post, now: Instant) {
        if !matches!(&self.exchange, Exchange::Waiting { until, .. } if now >= *until) {
            return;
        }
        if let Exchange::Waiting { offer, .. } = std::mem::replace(&mut self.exchange, Exchange::Idle)
            && self.may_offer()
        {
            let offer = self.next_offer.take().or(offer);
            self.send_offer(offer, post, now);
        }
    }

    fn take_offer(&mut self, id: ServerId, request: Request, post: &mut Post, now: Instant) {
        // Our offer in the 2xx waits for its answer in the ACK (RFC 3311 §5.2).
        if self.unacknowledged.as_ref().is_some_and(|waiting| waiting.offer) {
            return post.refuse(id, &request, 491, now);
        }
        // Who sends another INVITE has our 2xx, even when the ACK was lost; an UPDATE may come before it.
        if request.method == Method::Invite && self.unacknowledged.take().is_some() {
            self.tell(CallNews::Acknowledged, post);
        }
        if let Exchange::Waiting { offer: Some(offer), .. } = std::mem::replace(&mut self.exchange, Exchange::Idle) {
            self.next_offer.get_or_insert(offer);
        }
        if self.parting.is_some() {
            post.refuse(id, &request, 487, now);
            return self.part(post, now);
        }
        post.servers.belongs_to(id, self.id);
        if request.method == Method::Invite {
            post.refuse(id, &request, 100, now);
        }
        self.tell(CallNews::Session(SessionNews::Offered(described(&request).map(Body))), post);
        self.exchange = Exchange::Theirs { server: id, request: Box::new(request) };
    }

    /// An UPDATE that only refreshes.
    fn refreshed(&mut self, id: ServerId, request: &Request, post: &mut Post, now: Instant) {
        let mut response = self.response(request, 200, post);
        if matches!(self.phase, Phase::Established) {
            self.agree_on_timer(request, &mut response, post, now);
        }
        post.answer(id, response, now);
    }

    fn take_answer(&mut self, offer: Option<Vec<u8>>, response: &Response, post: &mut Post, now: Instant) {
        self.dialog.refresh_target(&response.headers);
        self.start_timer(response, now);
        if let Some(offer) = offer {
            self.sdp = offer;
        }
        if let Some(answer) = answered(response) {
            self.tell(CallNews::Session(SessionNews::Answered(answer.into())), post);
        }
    }

    fn offer_for_longer(&mut self, offer: Option<Vec<u8>>, response: &Response, post: &mut Post, now: Instant) {
        let least = response.headers.min_se().map(|seconds| Duration::from_secs(seconds.into()));
        let known = self.timer.as_ref().map(|timer| timer.interval());
        match least.filter(|least| known.is_some_and(|known| *least > known)) {
            Some(least) => {
                self.lengthen_timer(least, now);
                self.send_offer(offer, post, now);
            }
            None => self.offer_refused(offer.is_some(), 422, post, now),
        }
    }

    fn offer_refused(&mut self, was_offer: bool, status: u16, post: &mut Post, now: Instant) {
        match was_offer {
            true => self.tell(CallNews::Session(SessionNews::Refused(status)), post),
            false => self.refresh_later(now),
        }
    }

    /// §14.1: who owns the Call-ID waits 2.1 to 4 seconds, the other less than 2, in steps of 10 ms.
    fn glare_pause(&self, post: &Post) -> Duration {
        let steps = |end| drawn_below(post.chance.bytes(), end) * 10;
        if self.is_ours { Duration::from_millis(2100) + steps(191) } else { steps(200) }
    }
}
