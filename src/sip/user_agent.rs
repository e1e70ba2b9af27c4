//! The user agent: messages, orders and time go in; messages and news of calls come out (RFC 3261 §8).

use std::collections::HashMap;
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::action::Action;
use super::admission::Gate;
use super::call::{Call, Phase};
use super::call_news::CallNews;
use super::client_transactions::Answered;
use super::ending::{Cause, Ending};
use super::errand::Errand;
use super::event::{CallId, Dial, Event, Order, Register, RegistrationId, Seeker};
use super::headers::Headers;
use super::message::{Message, Response};
use super::post::{Post, Settings};
use super::registration::Registration;
use super::replaces::Replaces;
use super::tally::Tally;
use super::timer_queue::TimerQueue;
use crate::clock::{Chance, Clock};

/// All calls and registrations of one address.
pub struct UserAgent {
    pub(super) post: Post,
    pub(super) clock: Clock,
    pub(super) gate: Gate,
    /// Each on its own: a table that grows moves all that it holds, and whoever comes meanwhile waits.
    pub(super) calls: FxHashMap<CallId, Box<Call>>,
    /// Calls by our tag.
    pub(super) by_tag: HashMap<String, CallId>,
    registrations: HashMap<RegistrationId, Registration>,
    timers: TimerQueue<Due>,
    pub(super) last_call: u64,
    pub(super) draining: Draining,
}

/// Whether calls are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Draining {
    /// Yes.
    No,
    /// Those that stand are finished.
    Yes,
    /// All are finished, and the application knows.
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Due {
    Call(CallId),
    Registration(RegistrationId),
}

impl UserAgent {
    /// Without calls.
    pub fn new(settings: Settings, clock: Clock, chance: Chance, now: Instant) -> Self {
        Self {
            gate: Gate::new(settings.admission.clone(), &chance, now),
            post: Post::new(settings, chance),
            clock,
            calls: FxHashMap::default(),
            by_tag: HashMap::new(),
            registrations: HashMap::new(),
            timers: TimerQueue::new(),
            last_call: 0,
            draining: Draining::No,
        }
    }

    /// A name for a call that is about to be dialled.
    pub fn reserve_call(&mut self) -> CallId {
        self.last_call += 1;
        CallId(self.last_call)
    }

    /// Something has happened, or is wanted. Drain [`UserAgent::poll`] afterwards.
    pub fn handle(&mut self, event: Event, now: Instant) {
        match event {
            Event::Received { message: Message::Request(request), from } => self.handle_request(request, from, now),
            Event::Received { message: Message::Response(response), from: _ } => self.handle_response(response, now),
            Event::Unreadable(refusal, from) => self.handle_unreadable(*refusal, from, now),
            Event::Unreachable(peer) => self.post.clients.handle_unreachable(peer),
            Event::Resolved(Seeker::Call(id), peers) => self.with_call(id, |call, post| call.handle_resolved(peers, post, now)),
            Event::Resolved(Seeker::Registration(id), peers) => {
                self.with_registration(id, |registration, post| registration.handle_resolved(peers, post, now));
            }
            Event::Order(order) => self.handle_order(order, now),
        }
        self.settle(now);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.post.servers.handle_timeout(now);
        self.post.clients.handle_timeout(now);
        while let Some(due) = self.timers.pop(now) {
            match due {
                Due::Call(id) => self.with_call(id, |call, post| call.handle_timeout(post, now)),
                Due::Registration(id) => self.with_registration(id, |registration, post| registration.handle_timeout(post, now)),
            }
        }
        self.settle(now);
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.timers.next(), self.post.clients.poll_timeout(), self.post.servers.poll_timeout()].into_iter().flatten().min()
    }

    /// What comes out, one after the other.
    pub fn poll(&mut self) -> Option<Action> {
        self.post.actions.pop_front()
    }

    /// What was turned away since this was asked last.
    pub fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.post.tally)
    }

    /// How many calls there are, those included that are about to end.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// Whether nothing is left in memory: no call, no registration, no transaction.
    pub fn is_empty(&self) -> bool {
        let no_transactions = self.post.clients.is_empty() && self.post.servers.is_empty();
        self.calls.is_empty() && self.by_tag.is_empty() && self.registrations.is_empty() && self.timers.is_empty() && no_transactions
    }

    /// Lets a call do something; afterwards its timer is set, and it is forgotten when it is over.
    pub(super) fn with_call(&mut self, id: CallId, act: impl FnOnce(&mut Call, &mut Post)) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        act(call, &mut self.post);
        self.timers.set(Due::Call(id), call.poll_timeout());
        if call.is_over() {
            self.by_tag.remove(call.dialog.local_tag());
            self.calls.remove(&id);
        }
    }

    /// Takes a call in.
    pub(super) fn keep(&mut self, call: Call) {
        self.by_tag.insert(call.dialog.local_tag().to_owned(), call.id);
        self.timers.set(Due::Call(call.id), call.poll_timeout());
        self.calls.insert(call.id, Box::new(call));
    }

    fn with_registration(&mut self, id: RegistrationId, act: impl FnOnce(&mut Registration, &mut Post)) {
        let Some(registration) = self.registrations.get_mut(&id) else { return };
        act(registration, &mut self.post);
        self.timers.set(Due::Registration(id), registration.poll_timeout());
        if registration.is_over() {
            self.registrations.remove(&id);
        }
    }

    fn handle_response(&mut self, response: Response, now: Instant) {
        let Some(answer) = self.post.clients.handle_response(response, now) else { return };
        self.post.forward();
        match answer.errand {
            Errand::Register(id) => self.with_registration(id, |registration, post| registration.handle_answer(answer, post, now)),
            errand => match errand.call().filter(|id| self.calls.contains_key(id)) {
                Some(id) => self.with_call(id, |call, post| call.handle_answer(answer, post, now)),
                None => self.handle_late(&answer, now),
            },
        }
    }

    /// An answer to who is gone: a call that is accepted after all is hung up.
    fn handle_late(&mut self, answer: &Answered, now: Instant) {
        if matches!(answer.errand, Errand::Invite(_)) && answer.response.is_success() {
            self.post.dismiss(&answer.response, answer.to, now);
        }
    }

    fn handle_unanswered(&mut self, errand: Errand, now: Instant) {
        if let Errand::Register(id) = errand {
            self.with_registration(id, |registration, post| registration.handle_unanswered(post, now));
        }
        if let Some(id) = errand.call() {
            self.with_call(id, |call, post| call.handle_unanswered(errand, post, now));
        }
    }

    fn handle_order(&mut self, order: Order, now: Instant) {
        match order {
            Order::Ring { call, status, sdp } => self.with_call(call, |call, post| call.ring(status, sdp.map(|sdp| sdp.0), post, now)),
            Order::Accept { call, sdp, headers } => self.accept(call, sdp.0, &headers, now),
            Order::Refuse(call, refused) => self.with_call(call, |call, post| match call.phase {
                Phase::Incoming(_) => call.refuse(&refused, post, now),
                Phase::Outgoing(_) | Phase::Established | Phase::Leaving(_) | Phase::Over => call.refuse_offer(&refused, post, now),
            }),
            Order::HangUp { call, headers } => {
                self.with_call(call, |call, post| call.hang_up(Ending::ours(Cause::HungUp), headers, post, now));
            }
            Order::Dial(dial) => self.dial(*dial, now),
            Order::Offer { call, sdp } => self.with_call(call, |call, post| call.offer(sdp.0, post, now)),
            Order::Refer { call, to, replaces, headers } => {
                let replaces = replaces.and_then(|other| self.taken_over(other));
                self.with_call(call, |call, post| call.refer(to, replaces, &headers, post, now));
            }
            Order::AnswerRefer { call, status } => self.with_call(call, |call, post| call.answer_refer(status, post, now)),
            Order::Notify { call, status } => self.with_call(call, |call, post| call.notify(status, post, now)),
            Order::Info { call, content_type, body } => {
                self.with_call(call, |call, post| call.inform(content_type, body, post, now));
            }
            Order::Register(register) => self.register(*register),
            Order::Unregister(id) => self.with_registration(id, |registration, post| registration.withdraw(post, now)),
            Order::Drain => self.drain(now),
        }
    }

    fn accept(&mut self, id: CallId, sdp: Vec<u8>, headers: &Headers, now: Instant) {
        let mut replaced = None;
        self.with_call(id, |call, post| match call.phase {
            Phase::Incoming(_) => {
                replaced = call.replaces.take();
                call.accept(sdp, headers.clone(), post, now);
            }
            Phase::Outgoing(_) | Phase::Established | Phase::Leaving(_) | Phase::Over => call.accept_offer(sdp, headers, post, now),
        });
        if let Some(replaced) = replaced {
            self.with_call(replaced, |call, post| call.replaced(post, now));
        }
    }

    fn dial(&mut self, dial: Dial, now: Instant) {
        let id = dial.call;
        // A name that was never given out, or is taken, would mix two calls up.
        if id.0 > self.last_call || self.calls.contains_key(&id) {
            return;
        }
        match Call::dial(dial, &mut self.post, now) {
            Some(call) => self.keep(call),
            None => self.post.tell(Action::Call(id, CallNews::Ended(Ending::ours(Cause::NoAnswer)))),
        }
    }

    fn register(&mut self, register: Register) {
        let id = register.registration;
        if self.draining == Draining::No && !self.registrations.contains_key(&id) {
            let registration = Registration::start(register, &mut self.post);
            self.registrations.insert(id, registration);
            self.with_registration(id, |_, _| {});
        }
    }

    /// The call that a transfer takes over, as the other side of it knows it (RFC 3891 §4).
    fn taken_over(&self, other: CallId) -> Option<Replaces> {
        let dialog = &self.calls.get(&other)?.dialog;
        let (to_tag, from_tag) = (dialog.remote.tag()?.to_owned(), dialog.local_tag().to_owned());
        Some(Replaces { call_id: dialog.call_id.clone(), to_tag, from_tag, early_only: false })
    }

    fn drain(&mut self, now: Instant) {
        self.draining = Draining::Yes;
        let all: Vec<RegistrationId> = self.registrations.keys().copied().collect();
        for id in all {
            self.with_registration(id, |registration, post| registration.withdraw(post, now));
        }
    }

    /// What the transactions gave up is told to who waits for it, until nothing more comes of it.
    fn settle(&mut self, now: Instant) {
        self.post.forward();
        while let Some(errand) = self.post.clients.poll_unanswered() {
            self.handle_unanswered(errand, now);
            self.post.forward();
        }
        if self.draining == Draining::Yes && self.calls.is_empty() && self.registrations.is_empty() {
            self.draining = Draining::Done;
            self.post.tell(Action::Drained);
        }
    }
}
