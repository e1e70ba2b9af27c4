//! Requests of the other side within a call, and answers to ours: each is led to where it is dealt with (RFC 3261 §12.2).

use std::time::Instant;

use super::call::{Call, Phase};
use super::call_news::CallNews;
use super::client_transactions::Answered;
use super::ending::{Cause, Ending};
use super::errand::Errand;
use super::exchange::Exchange;
use super::headers::Headers;
use super::message::Request;
use super::method::Method;
use super::post::Post;
use super::sequence::CSeq;
use super::server_transactions::ServerId;
use crate::secret::SecretText;

impl Call {
    /// A request within the dialog.
    pub fn handle_request(&mut self, id: ServerId, request: Request, post: &mut Post, now: Instant) {
        if !request.headers.cseq().is_some_and(|cseq| self.dialog.takes(&cseq)) {
            return post.refuse(id, &request, 500, now);
        }
        match request.method {
            Method::Invite | Method::Update => self.handle_offer(id, request, post, now),
            Method::Bye => self.handle_bye(id, &request, post, now),
            Method::Prack => self.handle_prack(id, &request, post, now),
            Method::Info => self.handle_info(id, &request, post, now),
            Method::Refer => self.handle_refer(id, request, post, now),
            Method::Notify => self.handle_notify(id, &request, post, now),
            Method::Options => post.describe(id, &request, now),
            Method::Ack | Method::Cancel => {}
            Method::Register | Method::Subscribe | Method::Message | Method::Publish | Method::Other(_) => {
                post.refuse_method(id, &request, now);
            }
        }
    }

    /// A CANCEL of an INVITE of this call came; the CANCEL itself is answered already (§9.2).
    pub fn handle_cancel(&mut self, invite: ServerId, cancel: &Request, post: &mut Post, now: Instant) {
        match (&self.phase, &self.exchange) {
            (Phase::Incoming(_), _) => self.withdrawn(cancel, post, now),
            (_, Exchange::Theirs { server, .. }) if *server == invite => self.offer_withdrawn(post, now),
            (Phase::Outgoing(_) | Phase::Established | Phase::Leaving(_) | Phase::Over, _) => {}
        }
    }

    /// A response to a request of this call.
    pub fn handle_answer(&mut self, mut answer: Answered, post: &mut Post, now: Instant) {
        let asked = matches!(answer.response.status, 401 | 407);
        if asked && !matches!(answer.errand, Errand::Invite(_)) && self.ask_again(&mut answer, post, now) {
            return;
        }
        if let (false, Some(prover)) = (asked, &mut self.prover) {
            prover.content();
        }
        let status = answer.response.status;
        match answer.errand {
            Errand::Invite(_) => self.handle_invite_answer(answer, post, now),
            Errand::Offer(_) if status >= 200 => self.handle_offer_answer(&answer, post, now),
            Errand::Bye(_) if status >= 200 => self.handle_left(post),
            Errand::Refer(_) => self.handle_refer_answer(&answer, post, now),
            Errand::Info(_) => self.handle_info_answer(status, post, now),
            Errand::Notify(_) if status >= 300 => self.nobody_is_told(),
            Errand::Offer(_) | Errand::Bye(_) | Errand::Notify(_) | Errand::Prack(_) | Errand::Register(_) | Errand::Nobody => {}
        }
    }

    /// Nobody answered a request of this call.
    pub fn handle_unanswered(&mut self, errand: Errand, post: &mut Post, now: Instant) {
        match errand {
            Errand::Invite(_) => self.handle_invite_unanswered(post, now),
            Errand::Bye(_) => self.handle_left(post),
            Errand::Refer(_) => {
                self.transfer_over(408, post);
                self.lost(Cause::NoAnswer, post, now);
            }
            Errand::Notify(_) => self.nobody_is_told(),
            Errand::Offer(_) | Errand::Info(_) => self.lost(Cause::NoAnswer, post, now),
            Errand::Prack(_) | Errand::Register(_) | Errand::Nobody => {}
        }
    }

    /// Another call has taken the place of this one (RFC 3891 §3).
    pub fn replaced(&mut self, post: &mut Post, now: Instant) {
        self.hang_up(Ending::ours(Cause::Replaced), Headers::default(), post, now);
    }

    fn handle_info(&mut self, id: ServerId, info: &Request, post: &mut Post, now: Instant) {
        let response = self.response(info, 200, post);
        post.answer(id, response, now);
        if let (Some(content_type), false) = (info.headers.content_type(), info.body.is_empty()) {
            let body = SecretText::new(String::from_utf8_lossy(&info.body));
            self.tell(CallNews::Info { content_type, body }, post);
        }
    }

    /// Somebody wants to know who asks: the same request with the answer. Whether it could be given.
    fn ask_again(&mut self, answer: &mut Answered, post: &mut Post, now: Instant) -> bool {
        let (Some(prover), Some(request)) = (&mut self.prover, &mut answer.request) else { return false };
        if !prover.answer(request, &answer.response, &post.chance) {
            return false;
        }
        let Some(mut request) = answer.request.take() else { return false };
        self.dialog.local_sequence = self.dialog.local_sequence.saturating_add(1);
        let method = request.method.clone();
        request.headers.set("CSeq", CSeq { number: self.dialog.local_sequence, method });
        post.send(request, answer.to, answer.errand, now);
        true
    }
}
