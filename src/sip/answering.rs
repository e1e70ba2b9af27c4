//! A call that comes in, until it is answered (RFC 3261 §13.3; reliable provisional responses RFC 3262 §3).

use std::time::Instant;

use super::call::{Call, Phase, described};
use super::call_news::{CallNews, SessionNews};
use super::ending::{Cause, Ending};
use super::event::Refused;
use super::headers::Headers;
use super::incoming::REMIND;
use super::message::{Request, Response};
use super::name_addr::NameAddr;
use super::post::{Post, SDP, add};
use super::reliable::ReliableLapse;
use super::server_transactions::ServerId;
use super::session_refresh::{Proposal, SessionTimer};
use super::session_timer::Refresher;

impl Call {
    /// Order: it rings, or more.
    pub fn ring(&mut self, status: u16, sdp: Option<Vec<u8>>, post: &mut Post, now: Instant) {
        let Phase::Incoming(incoming) = &self.phase else { return };
        let reliable = incoming.is_reliable(sdp.is_some());
        let mut response = self.response(&incoming.request, status.clamp(101, 199), post);
        if let Some(sdp) = &sdp {
            response.set_body(SDP, sdp.clone());
        }
        let Phase::Incoming(incoming) = &mut self.phase else { return };
        (incoming.trying, incoming.remind) = (None, now + REMIND);
        if !reliable {
            incoming.last = Some(post.answer_and_keep(incoming.invite, response, now));
            return;
        }
        response.headers.push("Require", "100rel");
        response.headers.push("RSeq", incoming.reliable.next_number());
        incoming.described |= sdp.is_some();
        self.sdp = sdp.unwrap_or_else(|| std::mem::take(&mut self.sdp));
        if let Some(bytes) = incoming.reliable.send(response.to_bytes(), now).cloned() {
            incoming.send_reliably(bytes, post, now);
        }
    }

    /// Order: the call is taken; after the PRACK that is still to come.
    pub fn accept(&mut self, sdp: Vec<u8>, headers: Headers, post: &mut Post, now: Instant) {
        let Phase::Incoming(incoming) = &mut self.phase else { return };
        if incoming.reliable.is_waiting() {
            incoming.accepting = Some((sdp, headers));
            return;
        }
        let Phase::Incoming(incoming) = std::mem::replace(&mut self.phase, Phase::Established) else { return };
        let mut response = self.response(&incoming.request, 200, post);
        add(&mut response.headers, &headers);
        if !incoming.described {
            response.set_body(SDP, sdp.clone());
            self.sdp = sdp;
        }
        self.agree_on_timer(&incoming.request, &mut response, post, now);
        self.takes_update = incoming.request.headers.lists("Allow", "UPDATE");
        let offer = !incoming.described && incoming.request.body.is_empty();
        let to = post.servers.reply_to(incoming.invite).unwrap_or(self.dialog.peer);
        let bytes = post.answer_and_keep(incoming.invite, response, now);
        self.await_ack(incoming.number(), to, bytes, offer, now);
    }

    /// Order: the call is refused, or redirected.
    pub fn refuse(&mut self, refused: &Refused, post: &mut Post, now: Instant) {
        let Phase::Incoming(incoming) = &self.phase else { return };
        let status = refused.status.clamp(300, 699);
        let mut response = self.response(&incoming.request, status, post);
        write_refusal(&mut response, refused);
        post.answer(incoming.invite, response, now);
        self.end(Ending::ours(Cause::Refused(status)), post);
    }

    /// The caller takes the call back, by CANCEL or by BYE in the early dialog (§9.2, §15).
    pub fn withdrawn(&mut self, by: &Request, post: &mut Post, now: Instant) {
        let Phase::Incoming(incoming) = &self.phase else { return };
        let response = self.response(&incoming.request, 487, post);
        post.answer(incoming.invite, response, now);
        self.end(Ending::theirs(Cause::Cancelled, by.headers.clone()), post);
    }

    /// A PRACK came (RFC 3262 §3).
    pub fn handle_prack(&mut self, id: ServerId, prack: &Request, post: &mut Post, now: Instant) {
        let Phase::Incoming(incoming) = &mut self.phase else { return post.refuse(id, prack, 481, now) };
        let number = incoming.number();
        let rack = prack.headers.rack().filter(|rack| rack.cseq.number == number);
        let Some(next) = rack.and_then(|rack| incoming.reliable.confirm(rack.rseq, now).map(|next| next.cloned())) else {
            return post.refuse(id, prack, 481, now);
        };
        if let Some(bytes) = next {
            incoming.send_reliably(bytes, post, now);
        }
        let (late_offer, accepting) = (incoming.request.body.is_empty(), incoming.accepting.take());
        match described(prack) {
            Some(answer) if late_offer => self.tell(CallNews::Session(SessionNews::Answered(answer.into())), post),
            Some(_) => return post.refuse(id, prack, 488, now),
            None => {}
        }
        post.answer(id, self.response(prack, 200, post), now);
        if let Some((sdp, headers)) = accepting {
            self.accept(sdp, headers, post, now);
        }
    }

    /// Repeats what is not confirmed, and reminds proxies.
    pub fn handle_answering_timeout(&mut self, post: &mut Post, now: Instant) {
        let Phase::Incoming(incoming) = &mut self.phase else { return };
        if incoming.trying.take_if(|due| now >= *due).is_some() {
            post.answer(incoming.invite, Response::to(&incoming.request, 100), now);
        }
        if now >= incoming.remind {
            incoming.remind = now + REMIND;
            if let Some(bytes) = incoming.last.clone() {
                post.servers.respond(incoming.invite, 180, bytes, now);
            }
        }
        match incoming.reliable.handle_timeout(now) {
            ReliableLapse::Nothing => {}
            ReliableLapse::Resend(bytes) => post.servers.respond(incoming.invite, 183, bytes.clone(), now),
            ReliableLapse::Unconfirmed => self.refuse(&Refused::with(504), post, now),
        }
        post.forward();
    }

    /// Starts the session timer that request and settings agree on, and writes it into the response (RFC 4028 §9).
    pub fn agree_on_timer(&mut self, request: &Request, response: &mut Response, post: &Post, now: Instant) {
        let agreement = post.settings.session.answer(Proposal::of(&request.headers)).ok().flatten();
        if let Some(agreement) = &agreement {
            agreement.write(&mut response.headers);
        }
        self.timer = agreement.map(|agreed| SessionTimer::start(agreed.interval, agreed.refresher == Refresher::Uas, now));
    }
}

/// Writes what a refusal says besides its status.
pub(super) fn write_refusal(response: &mut Response, refused: &Refused) {
    if let Some(after) = refused.retry_after {
        response.headers.push("Retry-After", after.as_secs());
    }
    refused.contacts.iter().for_each(|contact| response.headers.push("Contact", NameAddr::new(contact.clone())));
    add(&mut response.headers, &refused.headers);
}
