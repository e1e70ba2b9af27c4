//! Requests that come in: to the call they belong to, or, outside of any call, invitations judged and other requests answered
//! (RFC 3261 §8.2).

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::action::{Action, Invitation};
use super::admission::Verdict;
use super::call::{Call, Phase, is_readable};
use super::dialog::Dialog;
use super::event::CallId;
use super::incoming::Incoming;
use super::message::{Request, Response};
use super::method::Method;
use super::peer::Peer;
use super::post::SUPPORTED;
use super::refusal::Refusal;
use super::server_transactions::{Arrived, ServerId};
use super::session_refresh::{Proposal, TooShort};
use super::user_agent::{Draining, UserAgent};

/// How long callers are sent away while the server drains.
const DRAINING: u64 = 30;

/// Which call an INVITE wants to take the place of.
enum Replaced {
    Nothing,
    Call(CallId),
    /// There is none that it may replace: this is answered.
    Refused(u16),
}

impl UserAgent {
    /// A request came.
    pub(super) fn handle_request(&mut self, mut request: Request, from: Peer, now: Instant) {
        let call = self.call_of(&request);
        let recognized = self.post.servers.recognize(&request);
        let is_known = self.is_expected(&request, call) || recognized.as_ref().is_some_and(|known| self.post.servers.is_repeat(known));
        if !is_known && !self.gate.hears(from.address.ip(), now) {
            self.post.tally.unheard += 1;
            return;
        }
        let Some(recognized) = recognized else { return };
        match self.post.servers.handle_request(recognized, &mut request, from, now) {
            Arrived::Known => {}
            Arrived::Ack => self.handle_ack(call, &request, now),
            Arrived::Merged(id) => self.post.refuse(id, &request, 482, now),
            Arrived::New(id) => self.handle_new(id, call, request, from, now),
        }
    }

    /// A request came that cannot be read: it is answered once, as far as we hear its sender.
    pub(super) fn handle_unreadable(&mut self, refusal: Refusal, from: Peer, now: Instant) {
        match self.gate.hears(from.address.ip(), now) {
            true => self.post.answer_unreadable(refusal, from),
            false => self.post.tally.unheard += 1,
        }
    }

    /// Whether a request belongs to something that was let in; an ACK leaves nothing behind, whoever sends it.
    fn is_expected(&self, request: &Request, call: Option<CallId>) -> bool {
        match request.method {
            Method::Ack => true,
            Method::Cancel => self.post.servers.cancelled(request).is_some(),
            _ => call.is_some(),
        }
    }

    fn handle_new(&mut self, id: ServerId, call: Option<CallId>, request: Request, from: Peer, now: Instant) {
        if request.method == Method::Cancel {
            return self.handle_cancel(id, &request, now);
        }
        if let Err(refusal) = request.inspect(&SUPPORTED) {
            self.post.answer(id, Response::refusing(*refusal), now);
            return;
        }
        match call {
            Some(call) => self.with_call(call, |call, post| call.handle_request(id, request, post, now)),
            None if request.headers.to_tag().is_none() => self.handle_outside(id, request, from, now),
            None => self.post.refuse(id, &request, 481, now),
        }
    }

    /// The call in whose dialog a request is.
    fn call_of(&self, request: &Request) -> Option<CallId> {
        let id = *self.by_tag.get(request.headers.to_tag()?)?;
        let dialog = &self.calls.get(&id)?.dialog;
        dialog.is_with(request.headers.call_id(), request.headers.from_tag()).then_some(id)
    }

    fn handle_ack(&mut self, call: Option<CallId>, ack: &Request, now: Instant) {
        if let Some(call) = call {
            self.with_call(call, |call, post| call.handle_ack(ack, post, now));
        }
    }

    /// §9.2: CANCEL is answered itself; what it takes back is refused with 487.
    fn handle_cancel(&mut self, id: ServerId, cancel: &Request, now: Instant) {
        let Some((invite, call)) = self.post.servers.cancelled(cancel) else { return self.post.refuse(id, cancel, 481, now) };
        let mut response = Response::to(cancel, 200);
        if let Some(call) = call.and_then(|call| self.calls.get(&call)) {
            response.tag(call.dialog.local_tag());
        }
        self.post.answer(id, response, now);
        if let Some(call) = call {
            self.with_call(call, |call, post| call.handle_cancel(invite, cancel, post, now));
        }
    }

    fn handle_outside(&mut self, id: ServerId, request: Request, from: Peer, now: Instant) {
        match request.method {
            Method::Invite => self.handle_invite(id, request, from, now),
            Method::Options => self.describe(id, &request, now),
            Method::Bye | Method::Info | Method::Update | Method::Prack | Method::Notify => self.post.refuse(id, &request, 481, now),
            Method::Ack | Method::Cancel => {}
            Method::Refer if self.post.settings.takes_refer => self.post.refuse(id, &request, 603, now),
            Method::Refer | Method::Register | Method::Subscribe | Method::Message | Method::Publish | Method::Other(_) => {
                self.post.refuse_method(id, &request, now);
            }
        }
    }

    /// OPTIONS is answered as an INVITE would be (§11.2): monitors see that the server drains.
    fn describe(&mut self, id: ServerId, request: &Request, now: Instant) {
        match self.draining {
            Draining::No => self.post.describe(id, request, now),
            Draining::Yes | Draining::Done => self.post.put_off(id, request, 503, DRAINING, now),
        }
    }

    fn handle_invite(&mut self, id: ServerId, request: Request, from: Peer, now: Instant) {
        let user = match self.gate.judge(&request, from.address.ip(), self.clock.now(), &self.post.chance, now) {
            Verdict::Trusted => None,
            Verdict::User(name) => Some(name),
            Verdict::Refused(asked) => return self.post.answer_once(id, asked.response(&request), now),
        };
        if self.draining != Draining::No {
            return self.post.put_off(id, &request, 503, DRAINING, now);
        }
        if let Err(after) = self.gate.make_room(self.calls.len(), now) {
            return self.post.put_off(id, &request, 503, after.as_secs(), now);
        }
        if !is_readable(&request) {
            return self.post.refuse_body(id, &request, now);
        }
        if let Err(TooShort(least)) = self.post.settings.session.answer(Proposal::of(&request.headers)) {
            return self.refuse_interval(id, &request, least, now);
        }
        match self.replaced(&request) {
            Replaced::Refused(status) => self.post.refuse(id, &request, status, now),
            Replaced::Nothing => self.take(id, request, from, user, None, now),
            Replaced::Call(call) => self.take(id, request, from, user, Some(call), now),
        }
    }

    /// A call begins.
    fn take(&mut self, id: ServerId, request: Request, from: Peer, user: Option<String>, replaces: Option<CallId>, now: Instant) {
        let tag = self.post.token();
        let Some(dialog) = Dialog::answering(&request, &tag, from) else { return self.post.refuse(id, &request, 400, now) };
        let call_id = self.reserve_call();
        self.post.servers.belongs_to(id, call_id);
        let chance = u32::from_be_bytes(self.post.chance.bytes());
        let request = Arc::new(request);
        let incoming = Incoming::new(id, Arc::clone(&request), chance, now);
        let mut call = Call::new(call_id, dialog, Phase::Incoming(Box::new(incoming)), None);
        call.replaces = replaces;
        self.keep(call);
        self.post.tell(Action::Incoming(call_id, Box::new(Invitation { request, from, user, replaces })));
    }

    fn refuse_interval(&mut self, id: ServerId, request: &Request, least: Duration, now: Instant) {
        let mut response = Response::to(request, 422);
        response.headers.push("Min-SE", least.as_secs());
        self.post.answer(id, response, now);
    }

    /// RFC 3891 §3: which call is replaced.
    fn replaced(&self, invite: &Request) -> Replaced {
        if !invite.headers.has("Replaces") {
            return Replaced::Nothing;
        }
        let one = invite.headers.all("Replaces").count() == 1;
        let Some(replaces) = invite.headers.replaces().filter(|_| one) else { return Replaced::Refused(400) };
        let found = self.by_tag.get(&replaces.to_tag).and_then(|id| self.calls.get(id));
        let Some(call) = found.filter(|call| call.dialog.is_with(Some(&replaces.call_id), Some(&replaces.from_tag))) else {
            return Replaced::Refused(481);
        };
        match &call.phase {
            Phase::Established if replaces.early_only => Replaced::Refused(486),
            Phase::Established => Replaced::Call(call.id),
            Phase::Outgoing(_) => Replaced::Call(call.id),
            Phase::Incoming(_) | Phase::Over => Replaced::Refused(481),
            Phase::Leaving(_) => Replaced::Refused(603),
        }
    }
}
