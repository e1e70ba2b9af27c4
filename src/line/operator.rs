//! The one task of the exchange: carries messages between sockets and user agent, and news between user agent and calls.

use std::collections::HashMap;

use metrics::{counter, gauge};
use tokio::sync::{mpsc, oneshot, watch};

use super::arrival::Arrival;
use super::call_leg::{CallLeg, IncomingCall, MOST_NEWS};
use super::command::{Command, OutgoingCall};
use super::ladder_log::{LadderLog, Way};
use super::moment::{now, sleep_until};
use super::resolver::{Route, resolve};
use super::wires::Wires;
use crate::sip::{
    Action, Body, CallId, CallNews, Dial, Event, Headers, Invitation, Message, Order, ParseError, Peer, Refused, Tally, UserAgent,
};

/// Messages that are read before what they cause is sent.
const AT_ONCE: usize = 64;
/// Hops that a call of ours may take.
const MAX_FORWARDS: u8 = 70;

/// The task's own things.
pub(super) struct Operator {
    agent: UserAgent,
    wires: Wires,
    incoming: mpsc::Sender<IncomingCall>,
    calls: HashMap<CallId, mpsc::Sender<CallNews>>,
    /// For the legs of calls; weak, so that the exchange closes with its last handle.
    commands: mpsc::WeakSender<Command>,
    drained: watch::Sender<bool>,
    ladder: LadderLog,
}

impl Operator {
    pub fn new(
        agent: UserAgent,
        wires: Wires,
        incoming: mpsc::Sender<IncomingCall>,
        commands: mpsc::WeakSender<Command>,
        drained: watch::Sender<bool>,
        ladder: LadderLog,
    ) -> Self {
        Self { agent, wires, incoming, calls: HashMap::new(), commands, drained, ladder }
    }

    /// Until nobody holds the exchange any longer.
    pub async fn run(mut self, mut commands: mpsc::Receiver<Command>, mut arrivals: mpsc::Receiver<Arrival>) {
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.handle_command(command),
                    None => return,
                },
                Some(arrival) = arrivals.recv() => self.handle_arrival(arrival),
                () = sleep_until(self.agent.poll_timeout()) => self.agent.handle_timeout(now()),
            }
            for _ in 0..AT_ONCE {
                let Ok(arrival) = arrivals.try_recv() else { break };
                self.handle_arrival(arrival);
            }
            self.drain_actions();
            count(self.agent.take_tally());
            gauge!("callward_sip_calls").set(self.agent.calls() as f64);
        }
    }

    fn handle_command(&mut self, command: Command) {
        match command {
            Command::Order(order) => self.agent.handle(Event::Order(order), now()),
            Command::Dial { call, route, answer } => self.dial(*call, route, answer),
            Command::HangUpAll => {
                let calls: Vec<CallId> = self.calls.keys().copied().collect();
                calls.into_iter().for_each(|call| self.hang_up(call, stopping()));
            }
        }
    }

    fn handle_arrival(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Bytes(bytes, from) => self.handle_bytes(&bytes, from),
            Arrival::Unreachable(peer) => {
                self.wires.forget(peer);
                self.agent.handle(Event::Unreachable(peer), now());
            }
            Arrival::Connected(peer, stream) => self.wires.note_connection(peer, stream),
            Arrival::Closed(peer) => self.wires.forget(peer),
            Arrival::Resolved(seeker, route) => {
                self.wires.note_route(&route);
                self.agent.handle(Event::Resolved(seeker, route.peers), now());
            }
        }
    }

    fn handle_bytes(&mut self, bytes: &[u8], from: Peer) {
        match Message::parse(bytes) {
            Ok(message) => {
                counter!("callward_sip_messages_total", "way" => "in").increment(1);
                self.ladder.note(Way::In, from, &message);
                self.agent.handle(Event::Received { message, from }, now());
            }
            Err(ParseError::Refuse(refusal)) => {
                counter!("callward_sip_unreadable_total").increment(1);
                tracing::debug!(peer = %from.address, "{refusal}");
                self.agent.handle(Event::Unreadable(refusal, from), now());
            }
            Err(ParseError::Drop(why)) => {
                counter!("callward_sip_unreadable_total").increment(1);
                tracing::debug!(peer = %from.address, "a datagram was dropped: {why}");
            }
        }
    }

    fn dial(&mut self, call: OutgoingCall, route: Route, answer: oneshot::Sender<(CallId, mpsc::Receiver<CallNews>)>) {
        let id = self.agent.reserve_call();
        // Who asked may be gone: there is no call then.
        if answer.send((id, self.news_of(id))).is_err() {
            self.calls.remove(&id);
            return;
        }
        self.wires.note_route(&route);
        let dial = Dial {
            call: id,
            target: call.target,
            peers: route.peers,
            from: call.from,
            sdp: Body(call.sdp),
            headers: call.headers,
            account: call.account,
            max_forwards: MAX_FORWARDS,
        };
        self.agent.handle(Event::Order(Order::Dial(Box::new(dial))), now());
    }

    fn news_of(&mut self, id: CallId) -> mpsc::Receiver<CallNews> {
        let (sender, news) = mpsc::channel(MOST_NEWS);
        self.calls.insert(id, sender);
        news
    }

    fn drain_actions(&mut self) {
        while let Some(action) = self.agent.poll() {
            self.perform(action);
        }
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Transmit(peer, Body(bytes)) => {
                counter!("callward_sip_messages_total", "way" => "out").increment(1);
                self.ladder.note_bytes(Way::Out, peer, &bytes);
                self.wires.send(peer, bytes);
            }
            Action::Resolve(seeker, uri) => {
                let arrivals = self.wires.arrivals();
                tokio::spawn(async move {
                    let route = resolve(&uri).await;
                    // The exchange has closed meanwhile.
                    let _ = arrivals.send(Arrival::Resolved(seeker, route)).await;
                });
            }
            Action::Incoming(call, invitation) => self.take(call, invitation),
            Action::Call(call, news) => self.tell(call, news),
            Action::Registered(registration, time) => tracing::info!("registration {} holds for {} s", registration.0, time.as_secs()),
            Action::Unregistered(registration, status, _) => tracing::warn!(?status, "registration {} does not hold", registration.0),
            Action::Drained => {
                self.drained.send_replace(true);
            }
        }
    }

    /// A call comes in: somebody takes it, or it is refused.
    fn take(&mut self, call: CallId, invitation: Box<Invitation>) {
        let Some(commands) = self.commands.upgrade() else { return };
        let leg = CallLeg::new(call, self.news_of(call), commands);
        if let Err(refused) = self.incoming.try_send(IncomingCall { leg, invitation }) {
            tracing::warn!("nobody takes the calls that come in: one is refused");
            self.agent.handle(Event::Order(Order::Refuse(call, Refused::with(503))), now());
            drop(refused);
        }
    }

    /// Brings a call its news; who does not read them is hung up.
    fn tell(&mut self, call: CallId, news: CallNews) {
        let is_last = matches!(news, CallNews::Ended(_));
        let Some(sender) = self.calls.get(&call) else { return };
        let is_told = sender.try_send(news).is_ok();
        if is_last || !is_told {
            self.calls.remove(&call);
        }
        if !is_told {
            self.hang_up(call, Headers::default());
        }
    }

    fn hang_up(&mut self, call: CallId, headers: Headers) {
        self.agent.handle(Event::Order(Order::HangUp { call, headers }), now());
    }
}

fn count(tally: Tally) {
    if tally.unheard > 0 {
        counter!("callward_sip_unheard_total").increment(tally.unheard);
    }
    for (status, refused) in tally.refused {
        counter!("callward_sip_refused_total", "status" => status.to_string()).increment(refused);
    }
}

/// Why a call ends that nobody on it has ended (RFC 3326 §2).
fn stopping() -> Headers {
    let mut headers = Headers::default();
    headers.push("Reason", "SIP ;cause=503 ;text=\"Service Unavailable\"");
    headers
}
