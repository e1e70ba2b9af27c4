//! A call that we make, until it is answered (RFC 3261 §13.2; redirection §8.1.3.4; other next hops RFC 3263 §4.3; PRACK RFC 3262 §4).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::action::{Action, Cause, Ending};
use super::call::{Call, Phase, answered};
use super::client_transactions::Answered;
use super::dialog::{Dialog, tag_of};
use super::errand::Errand;
use super::event::Dial;
use super::message::{Request, Response};
use super::method::Method;
use super::name_addr::{Contact, NameAddr};
use super::outgoing::{Early, Outgoing, Stage};
use super::peer::Peer;
use super::post::{Post, SDP, add};
use super::prover::Prover;
use super::reliable::ReliableHeard;
use super::sequence::{CSeq, RAck};
use super::session_refresh::{Agreement, SessionTimer, session_expires};
use super::session_timer::Refresher;
use super::timing::GIVE_UP;
use super::uri::Uri;
use super::via::Via;

/// How many redirections are followed.
const MOST_REDIRECTIONS: u8 = 5;

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
        call.sdp = dial.sdp;
        call.invite(post, now);
        Some(call)
    }

    /// A response to our INVITE.
    pub fn handle_invite_answer(&mut self, answer: Answered, post: &mut Post, now: Instant) {
        let status = answer.response.status;
        match (&self.phase, status) {
            (Phase::Outgoing(_), ..200) => self.handle_provisional(&answer, post, now),
            (Phase::Outgoing(_), 200..300) => self.handle_accepted(&answer, post, now),
            (Phase::Outgoing(_), _) => self.handle_refused(answer, post, now),
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
    fn invite(&mut self, post: &mut Post, now: Instant) {
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

    fn send_invite(&mut self, invite: Request, post: &mut Post, now: Instant) {
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
        post.tell(Action::Progress { call: self.id, status: response.status, sdp });
    }

    /// Sends the PRACK that a reliable response asks for. `None` for a repeat or a gap, else whether it was reliable.
    fn confirm_provisional(&mut self, answer: &Answered, post: &mut Post, now: Instant) -> Option<bool> {
        let response = &answer.response;
        let (Some(tag), true) = (tag_of(response.headers.to()), response.headers.lists("Require", "100rel")) else {
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
        self.acknowledgement = Some(post.acknowledge(&self.dialog, number, answer.request.as_ref()));
        self.takes_update = response.headers.lists("Allow", "UPDATE");
        if outgoing.is_cancelled() {
            return self.leave(Ending::ours(Cause::Cancelled), &Vec::new(), post, now);
        }
        self.start_timer(response, now);
        let sdp = answered(response).filter(|_| !outgoing.described);
        post.tell(Action::Answered { call: self.id, sdp, headers: response.headers.clone() });
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
        let same = tag_of(answer.response.headers.to()).as_deref() == self.dialog.remote.tag();
        match (&self.acknowledgement, same) {
            (Some((to, bytes)), true) => post.transmit(*to, bytes.clone()),
            (None, true) => {}
            (_, false) => post.dismiss(&answer.response, answer.to, now),
        }
    }

    fn handle_refused(&mut self, answer: Answered, post: &mut Post, now: Instant) {
        let Phase::Outgoing(outgoing) = &mut self.phase else { return };
        let response = answer.response;
        if outgoing.is_cancelled() {
            return self.end(Ending::ours(Cause::Cancelled), post);
        }
        let ending = Ending::theirs(Cause::Refused(response.status), response.headers.clone());
        match response.status {
            300..=399 => {
                outgoing.contacts.extend(contacts(&response));
                self.follow_redirection(ending, post, now);
            }
            401 | 407 => self.answer_challenge(answer.request, &response, ending, post, now),
            422 => self.invite_for_longer(&response, ending, post, now),
            503 if self.try_next_hop(post, now) => {}
            _ if self.has_contacts() => self.follow_redirection(ending, post, now),
            _ => self.end(ending, post),
        }
    }

    fn answer_challenge(&mut self, invite: Option<Request>, response: &Response, ending: Ending, post: &mut Post, now: Instant) {
        let (Some(mut invite), Some(prover)) = (invite, &mut self.prover) else { return self.end(ending, post) };
        if !prover.answer(&mut invite, response, &post.chance) {
            return self.end(ending, post);
        }
        self.dialog.local_sequence = self.dialog.local_sequence.saturating_add(1);
        invite.headers.set("CSeq", CSeq { number: self.dialog.local_sequence, method: Method::Invite });
        self.send_invite(invite, post, now);
    }

    /// 422: once more with the interval that is asked for (RFC 4028 §7.3).
    fn invite_for_longer(&mut self, response: &Response, ending: Ending, post: &mut Post, now: Instant) {
        let least = response.headers.min_se().map(|seconds| Duration::from_secs(seconds.into()));
        let Phase::Outgoing(outgoing) = &mut self.phase else { return };
        let Some(least) = least.filter(|least| *least > outgoing.interval) else { return self.end(ending, post) };
        outgoing.interval = least;
        outgoing.least = Some(least);
        self.invite(post, now);
    }

    /// The same INVITE to the next hop that was not tried. Whether there was one.
    fn try_next_hop(&mut self, post: &mut Post, now: Instant) -> bool {
        let Phase::Outgoing(outgoing) = &mut self.phase else { return false };
        if outgoing.is_cancelled() {
            return false;
        }
        let Some(to) = outgoing.peers.pop_front() else { return false };
        outgoing.to = to;
        self.dialog.peer = to;
        self.invite(post, now);
        true
    }

    fn has_contacts(&self) -> bool {
        matches!(&self.phase, Phase::Outgoing(outgoing) if !outgoing.contacts.is_empty())
    }

    /// The next address that redirections have named; `ending` when there is none.
    fn follow_redirection(&mut self, ending: Ending, post: &mut Post, now: Instant) {
        let Phase::Outgoing(outgoing) = &mut self.phase else { return };
        let next = outgoing.contacts.pop_front().filter(|_| outgoing.redirections < MOST_REDIRECTIONS);
        let Some(target) = next else { return self.end(ending, post) };
        outgoing.redirections += 1;
        outgoing.stage = Stage::Resolving { give_up: now + GIVE_UP };
        self.dialog.target = target.clone();
        post.tell(Action::Resolve(self.id, target));
    }
}

/// What a redirection names, the likeliest first (§20.10).
fn contacts(response: &Response) -> Vec<Uri> {
    let mut named: Vec<NameAddr> = response.headers.contacts().into_iter().filter_map(one).collect();
    named.sort_by_key(|contact| std::cmp::Reverse(likelihood(contact)));
    named.into_iter().map(|contact| contact.uri).filter(Uri::is_sip).collect()
}

fn one(contact: Contact) -> Option<NameAddr> {
    match contact {
        Contact::All => None,
        Contact::One(address) => Some(address),
    }
}

/// The `q` parameter in thousandths.
fn likelihood(contact: &NameAddr) -> u32 {
    let thousandths = |q: f32| (q.clamp(0.0, 1.0) * 1000.0) as u32;
    contact.params.get("q").and_then(|q| q.parse().ok()).map_or(1000, thousandths)
}
