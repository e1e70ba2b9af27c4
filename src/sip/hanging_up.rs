//! The end of an answered call: BYE, ours and theirs (RFC 3261 §15).

use std::time::Instant;

use super::call::{Call, Phase};
use super::ending::{Cause, Ending};
use super::errand::Errand;
use super::event::Refused;
use super::exchange::Exchange;
use super::headers::Headers;
use super::message::Request;
use super::method::Method;
use super::post::{Post, add};
use super::server_transactions::ServerId;
use super::transfer::Transfer;

/// What a call is refused with that we hang up without having answered.
const TEMPORARILY_UNAVAILABLE: u16 = 480;

impl Call {
    /// Ends the call, wherever it stands.
    pub fn hang_up(&mut self, ending: Ending, headers: Headers, post: &mut Post, now: Instant) {
        match &self.phase {
            Phase::Incoming(_) => self.refuse(&Refused { headers, ..Refused::with(TEMPORARILY_UNAVAILABLE) }, post, now),
            Phase::Outgoing(_) => self.cancel(post, now),
            // §15: no BYE from who accepted before the ACK has come.
            Phase::Established if self.unacknowledged.is_some() => self.parting = Some((ending, headers)),
            Phase::Established => self.leave(ending, &headers, post, now),
            Phase::Leaving(_) | Phase::Over => {}
        }
    }

    /// Goes, once the ACK has come that this waits for.
    pub fn part(&mut self, post: &mut Post, now: Instant) {
        if self.unacknowledged.is_none()
            && let Some((ending, headers)) = self.parting.take()
        {
            self.leave(ending, &headers, post, now);
        }
    }

    /// Sends BYE.
    pub fn leave(&mut self, ending: Ending, headers: &Headers, post: &mut Post, now: Instant) {
        self.refuse_pending(post, now);
        let mut bye = self.request(Method::Bye, post);
        add(&mut bye.headers, headers);
        self.phase = Phase::Leaving(ending);
        self.send(bye, Errand::Bye(self.id), post, now);
    }

    /// The other side knows nothing of the call any longer, or does not answer: it is over, and a BYE tells so (§12.2.1.2).
    pub fn lost(&mut self, cause: Cause, post: &mut Post, now: Instant) {
        if matches!(self.phase, Phase::Established) {
            self.unacknowledged = None;
            self.leave(Ending::ours(cause), &Headers::default(), post, now);
        }
    }

    /// Our BYE was answered, or nobody answered it.
    pub fn handle_left(&mut self, post: &mut Post) {
        if let Phase::Leaving(ending) = &self.phase {
            self.end(ending.clone(), post);
        }
    }

    /// The other side hangs up.
    pub fn handle_bye(&mut self, id: ServerId, bye: &Request, post: &mut Post, now: Instant) {
        let response = self.response(bye, 200, post);
        post.answer(id, response, now);
        match &self.phase {
            Phase::Incoming(_) => self.withdrawn(bye, post, now),
            Phase::Established => {
                self.refuse_pending(post, now);
                self.end(Ending::theirs(Cause::HungUp, bye.headers.clone()), post);
            }
            Phase::Leaving(_) => self.handle_left(post),
            Phase::Outgoing(_) | Phase::Over => {}
        }
    }

    /// What the application has not answered when the call ends, it never answers (§15.1.2).
    fn refuse_pending(&mut self, post: &mut Post, now: Instant) {
        if let Exchange::Theirs { server, request } = std::mem::replace(&mut self.exchange, Exchange::Idle) {
            let response = self.response(&request, 487, post);
            post.answer(server, response, now);
        }
        if let Transfer::Asked { server, request } = std::mem::replace(&mut self.transfer, Transfer::None) {
            let response = self.response(&request, 487, post);
            post.answer(server, response, now);
        }
    }
}
