//! A call that we make, until it is answered (RFC 3261 §13.2; PRACK RFC 3262 §4).

use std::collections::VecDeque;
use std::time::Instant;

use super::body::Body;
use super::call::{Call, Phase, answered};
use super::call_news::CallNews;
use super::client_transactions::Answered;
use super::dialog::Dialog;
use super::ending::{Cause, Ending};
use super::errand::Errand;
use super::event::Dial;
use super::headers::Headers;
use super::message::{Request, Response};
use super::method::Method;
use super::outgoing::{Early, Outgoing, Stage};
use super::peer::Peer;
use super::post::{Post, SDP, add};
use super::prover::Prover;
use super::reliable::ReliableHeard;
use super::sequence::RAck;
use super::session_refresh::{Agreement, SessionTimer, session_expires};
use super::session_timer::Refresher;
use super::timing::GIVE_UP;
use super::via::Via;

impl Call {
    /// Makes a call: the first INVITE goes out. `None` without any next hop.
    pub fn dial(dial: Dial, post: &mut Post, now: Instant) -> Option<Self> {
        let mut peers = VecDeque::from(dial.peers);
        let to = peers.pop_front()?;
        let local = dial.from.with_tag(&post.token());
        let dialog = Dialog::calling(post.token(), local, &dial.target, to);
        let outgoing = Outgoing {
            stage: Stage::Calling { cancel: false },
            invite: Request::new(Method::Invite, dial.target),
            via: None,
            to,
            peers,
            contacts: VecDeque::new(),
            redirections: 0,
            early: Vec::new(),
            described: false,
            interval: post.settings.session.interval,
            least: None,
            max_forwards: dial.max_forwards,
            headers: dial.headers,
        };
        let mut call = Self::new(dial.call, dialog, Phase::Outgoing(Box::new(outgoing)), dial.account.map(Prover::new));
        call.sdp = dial.sdp.0;
        call.invite(post, now);
        Some(call)
    }

    /// A response to our INVITE.
    pub fn handle_invite_answer(&mut self, answer: Answered, post: &mut Post, now: Instant) {
        let status = answer.response.status;
        match (&self.phase, status) {
            (Phase::Outgoing(_), ..200) => self.handle_provisional(&answer, post, now),
            (Phase::Outgoing(_), 200..300) => self.handle_accepted(&answer, post, now),
            (Phase::Outgoing(_), _) => self.handle_invite_refused(answer, post, now),
            (Phase::Incoming(_) | Phase::Established | Phase::Leaving(_) | Phase::Over, _) => {
                self.handle_repeat(&answer, post, now);
            }
        }
    }

    /// Nobody answered our INVITE: another next hop, or the end.
    pub fn handle_invite_unanswered(&mut self, post: &mut Post, now: Instant) {
        if self.try_next_hop(post, now) {
            return;
        }
        let Phase::Outgoing(outgoing) = &self.phase else { return };
        if let (Stage::Proceeding, Some(via)) = (outgoing.stage, &outgoing.via) {
            post.cancel(&outgoing.invite, via, outgoing.to, now);
        }
        let cause = if outgoing.is_cancelled() { Cause::Cancelled } else { Cause::NoAnswer };
        self.end(Ending::ours(cause), post);
    }

    /// Where a redirection leads.
    pub fn handle_resolved(&mut self, peers: Vec<Peer>, post: &mut Post, now: Instant) {
        let Phase::Outgoing(outgoing) = &mut self.phase else { return };
        if !matches!(outgoing.stage, Stage::Resolving { .. }) {
            return;
        }
        outgoing.peers = peers.into();
        if !self.try_next_hop(post, now) {
            self.follow_redirection(Ending::ours(Cause::NoAnswer), post, now);
        }
    }

    /// The call is given up before it is answered.
    pub fn cancel(&mut self, post: &mut Post, now: Instant) {
        let Phase::Outgoing(outgoing) = &mut self.phase else { return };
        match outgoing.stage {
            Stage::Calling { .. } => outgoing.stage = Stage::Calling { cancel: true },
            Stage::Proceeding => {
                outgoing.stage = Stage::Cancelling { give_up: now + GIVE_UP };
                if let Some(via) = &outgoing.via {
                    post.cancel(&outgoing.invite, via, outgoing.to, now);
                }
            }
            Stage::Cancelling { .. } => {}
            Stage::Resolving { .. } => self.end(Ending::ours(Cause::Cancelled), post),
        }
    }

    /// Nobody answers a cancelled INVITE, or nobody finds out where a redirection leads.
    pub fn handle_calling_timeout(&mut self, post: &mut Post, now: Instant) {
        let Phase::Outgoing(outgoing) = &self.phase else { return };
        let Some(give_up) = outgoing.poll_timeout().filter(|give_up| now >= *give_up) else { return };
        if outgoing.stage == (Stage::Resolving { give_up }) {
            return self.follow_redirection(Ending::ours(Cause::NoAnswer), post, now);
        }
        if let Some(branch) = outgoing.via.as_ref().and_then(Via::branch) {
            post.clients.abandon_invite(branch);
        }
        self.end(Ending::ours(Cause::Cancelled), post);
    }

    /// Sends the INVITE, with the next number.
    pub fn invite(&mut self, post: &mut Post, now: Instant) {
        let mut invite = self.dialog.request(Method::Invite);
        let Phase::Outgoing(outgoing) = &self.phase else { return };
        invite.headers.set("Max-Forwards", outgoing.max_forwards);
        invite.headers.push("Contact", post.contact(outgoing.to, &self.dialog.local.uri));
        post.add_abilities(&mut invite.headers);
        invite.headers.push("Session-Expires", session_expires(outgoing.interval, None));
        if let Some(least) = outgoing.least {
            invite.headers.push("Min-SE", least.as_secs());
        }
        add(&mut invite.headers, &outgoing.headers);
        invite.set_body(SDP, self.sdp.clone());
        self.send_invite(invite, post, now);
    }

    /// Sends this INVITE.
    pub fn send_invite(&mut self, invite: Request, post: &mut Post, now: Instant) {
        let Phase::Outgoing(outgoing) = &mut self.phase else { return };
        outgoing.stage = Stage::Calling { cancel: false };
        outgoing.early.clear();
        outgoing.invite = invite.clone();
        outgoing.via = Some(post.send(invite, outgoing.to, Errand::Invite(self.id), now));
    }

    fn handle_provisional(&mut self, answer: &Answered, post: &mut Post, now: Instant) {
        let Phase::Outgoing(outgoing) = &mut self.phase else { return };
        if let Stage::Calling { cancel } = outgoing.stage {
            outgoing.stage = Stage::Proceeding;
            if cancel {
                return self.cancel(post, now);
            }
        }
        let response = &answer.response;
        if response.status == 100 || outgoing.is_cancelled() {
            return;
        }
        let Some(in_order) = self.confirm_provisional(answer, post, now) else { return };
        let sdp = answered(response);
        if let Phase::Outgoing(outgoing) = &mut self.phase {
            outgoing.described |= in_order && sdp.is_some();
        }
        self.tell(CallNews::Progress { status: response.status, sdp: sdp.map(Body) }, post);
    }

    /// Sends the PRACK that a reliable response asks for. `None` for a repeat or a gap, else whether it was reliable.
    fn confirm_provisional(&mut self, answer: &Answered, post: &mut Post, now: Instant) -> Option<bool> {
        let response = &answer.response;
        let (Some(tag), true) = (response.headers.to_tag().map(str::to_owned), response.headers.lists("Require", "100rel")) else {
            return Some(false);
        };
        let (number, cseq) = (response.headers.rseq()?, response.headers.cseq()?);
        let base = self.dialog.answered(response, answer.to);
        let Phase::Outgoing(outgoing) = &mut self.phase else { return None };
        let known = outgoing.early.iter().position(|early| early.dialog.remote.tag() == Some(tag.as_str()));
        let at = known.unwrap_or_else(|| {
            outgoing.early.push(Early { dialog: base, heard: ReliableHeard::default() });
            outgoing.early.len() - 1
        });
        let early = outgoing.early.get_mut(at).filter(|early| early.heard.clone().take(number))?;
        early.heard.take(number);
        let mut prack = early.dialog.request(Method::Prack);
        prack.headers.push("RAck", RAck { rseq: number, cseq });
        post.send(prack, early.dialog.next_hop(), Errand::Prack(self.id), now);
        Some(true)
    }

    fn handle_accepted(&mut self, answer: &Answered, post: &mut Post, now: Instant) {
        let response = &answer.response;
        let Phase::Outgoing(outgoing) = std::mem::replace(&mut self.phase, Phase::Established) else { return };
        let number = response.headers.cseq().map_or(self.dialog.local_sequence, |cseq| cseq.number);
        self.dialog = self.dialog.answered(response, answer.to);
        let tag = self.dialog.remote.tag().map(str::to_owned);
        let sent = outgoing.early.iter().filter(|early| early.dialog.remote.tag() == tag.as_deref());
        self.dialog.local_sequence = sent.map(|early| early.dialog.local_sequence).fold(self.dialog.local_sequence, u32::max);
        self.acknowledge(number, answer.request.as_ref(), post);
        self.takes_update = response.headers.lists("Allow", "UPDATE");
        if outgoing.is_cancelled() {
            return self.leave(Ending::ours(Cause::Cancelled), &Headers::default(), post, now);
        }
        self.start_timer(response, now);
        let sdp = answered(response).filter(|_| !outgoing.described).map(Body);
        self.tell(CallNews::Answered { sdp, headers: response.headers.clone() }, post);
        self.offer_next(post, now);
    }

    /// Starts the session timer that a 2xx speaks of (RFC 4028 §7.2).
    pub fn start_timer(&mut self, response: &Response, now: Instant) {
        let agreement = Agreement::of(&response.headers);
        self.timer = agreement.map(|agreed| SessionTimer::start(agreed.interval, agreed.refresher == Refresher::Uac, now));
    }

    /// A 2xx came again, or another branch has accepted too.
    fn handle_repeat(&mut self, answer: &Answered, post: &mut Post, now: Instant) {
        if !answer.response.is_success() {
            return;
        }
        let same = answer.response.headers.to_tag() == self.dialog.remote.tag();
        match same {
            true => self.acknowledge_again(&answer.response, post),
            false => post.dismiss(&answer.response, answer.to, now),
        }
    }
}
