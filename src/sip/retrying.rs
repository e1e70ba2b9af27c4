//! An INVITE that was refused is tried again: with a proof, for longer, or elsewhere (RFC 3261 §8.1.3; other next hops RFC 3263 §4.3).

use std::time::{Duration, Instant};

use super::action::Action;
use super::call::{Call, Phase};
use super::client_transactions::Answered;
use super::ending::{Cause, Ending};
use super::event::Seeker;
use super::message::{Request, Response};
use super::method::Method;
use super::name_addr::{Contact, NameAddr};
use super::outgoing::Stage;
use super::post::Post;
use super::sequence::CSeq;
use super::timing::GIVE_UP;
use super::uri::Uri;

/// How many redirections are followed.
const MOST_REDIRECTIONS: u8 = 5;

impl Call {
    /// Our INVITE was refused.
    pub fn handle_invite_refused(&mut self, answer: Answered, post: &mut Post, now: Instant) {
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
    pub fn try_next_hop(&mut self, post: &mut Post, now: Instant) -> bool {
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
    pub fn follow_redirection(&mut self, ending: Ending, post: &mut Post, now: Instant) {
        let Phase::Outgoing(outgoing) = &mut self.phase else { return };
        let next = outgoing.contacts.pop_front().filter(|_| outgoing.redirections < MOST_REDIRECTIONS);
        let Some(target) = next else { return self.end(ending, post) };
        outgoing.redirections += 1;
        outgoing.stage = Stage::Resolving { give_up: now + GIVE_UP };
        self.dialog.target = target.clone();
        post.tell(Action::Resolve(Seeker::Call(self.id), target));
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
