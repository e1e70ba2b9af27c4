//! For tests: user agents in virtual time, joined by a network that loses, doubles, delays and reorders datagrams.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::action::Action;
use super::admission::Admission;
use super::call_news::{CallNews, SessionNews};
use super::ending::Ending;
use super::event::{Account, CallId, Dial, Event, Order, Refused, Seeker};
use super::headers::Headers;
use super::message::Message;
use super::name_addr::NameAddr;
use super::peer::{Peer, TransportProtocol};
use super::post::Settings;
use super::refusal::ParseError;
use super::session_refresh::SessionLimits;
use super::uri::Uri;
use super::user_agent::UserAgent;
use crate::clock::{Chance, Clock};

/// What the network does to a datagram.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weather {
    /// Of 256.
    pub lost: u8,
    /// Of 256.
    pub doubled: u8,
    /// In milliseconds.
    pub longest_delay: u64,
}

pub(super) const FAIR: Weather = Weather { lost: 0, doubled: 0, longest_delay: 0 };
pub(super) const STORM: Weather = Weather { lost: 70, doubled: 40, longest_delay: 300 };

/// What an application does of itself.
pub(super) type Manner = fn(&Action) -> Vec<Order>;

/// The network, and who is on it.
pub(super) struct Network {
    pub now: Instant,
    pub weather: Weather,
    pub agents: Vec<Agent>,
    /// First lines of all that was sent, lost datagrams included.
    pub wire: Vec<String>,
    /// The whole of all that was sent.
    pub texts: Vec<String>,
    /// Where it was sent to.
    pub sent_to: Vec<Peer>,
    /// Where registrars of these names are; those that bear addresses are there.
    pub names: HashMap<&'static str, SocketAddr>,
    /// Datagrams whose text holds one of these are lost, each so many times.
    pub losses: Vec<(&'static str, usize)>,
    start: Instant,
    flying: BTreeMap<Reverse<(Instant, u64)>, Datagram>,
    sent: u64,
    chance: Chance,
    clock: Clock,
}

/// A user agent with its application.
pub(super) struct Agent {
    pub address: SocketAddr,
    pub ua: UserAgent,
    pub manner: Manner,
    /// What it told its application.
    pub heard: Vec<Action>,
}

/// A message on its way.
struct Datagram {
    from: Peer,
    to: Peer,
    bytes: Vec<u8>,
}

impl Network {
    /// With so many user agents, who trust each other.
    pub fn new(count: u8, seed: u64, weather: Weather) -> Self {
        Self::with(count, seed, weather, |_| {})
    }

    /// The same with other settings.
    pub fn with(count: u8, seed: u64, weather: Weather, change: impl Fn(&mut Settings)) -> Self {
        let (now, chance) = (Instant::now(), Chance::seeded(seed));
        let clock = Clock::by_hand(Timestamp::UNIX_EPOCH);
        let agent = |number: u8| {
            let mut settings = settings(address(number));
            change(&mut settings);
            let ua = UserAgent::new(settings, clock.clone(), chance.clone(), now);
            Agent { address: address(number), ua, manner: polite, heard: Vec::new() }
        };
        let agents = (0..count).map(agent).collect();
        let (texts, sent_to, names) = (Vec::new(), Vec::new(), HashMap::new());
        let (wire, losses, flying) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self {
            now,
            weather,
            agents,
            wire,
            texts,
            sent_to,
            names,
            losses,
            start: now,
            flying,
            sent: 0,
            chance: chance.clone(),
            clock: clock.clone(),
        }
    }

    /// One calls another.
    pub fn dial(&mut self, from: usize, to: usize) -> CallId {
        let dial = self.call_to(from, to);
        let call = dial.call;
        self.order(from, Order::Dial(Box::new(dial)));
        call
    }

    /// A call from one to another, to be changed before it is dialled.
    pub fn call_to(&mut self, from: usize, to: usize) -> Dial {
        let target = format!("sip:two-factor@{}", self.agents[to].address);
        Dial {
            call: self.agents[from].ua.reserve_call(),
            target: target.parse().unwrap(),
            peers: vec![Peer::udp(self.agents[to].address)],
            from: NameAddr::new("sip:caller@example.com".parse().unwrap()),
            sdp: b"offer".to_vec().into(),
            headers: one("X-Own", "1"),
            account: None,
            max_forwards: 70,
        }
    }

    pub fn order(&mut self, who: usize, order: Order) {
        self.agents[who].ua.handle(Event::Order(order), self.now);
        self.collect(who);
    }

    pub fn event(&mut self, who: usize, event: Event) {
        self.agents[who].ua.handle(event, self.now);
        self.collect(who);
    }

    /// A text comes in that no user agent of ours has written; what is answered to that address is in the wire only.
    pub fn receive(&mut self, who: usize, from: SocketAddr, text: &str) {
        let from = Peer::udp(from);
        match Message::parse(text.as_bytes()) {
            Ok(message) => self.event(who, Event::Received { message, from }),
            Err(ParseError::Refuse(refusal)) => self.event(who, Event::Unreadable(refusal, from)),
            Err(ParseError::Drop(_)) => {}
        }
    }

    /// Lets time pass.
    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.next().filter(|next| *next <= end) {
            self.pass_to(next.max(self.now));
            self.deliver();
            for who in 0..self.agents.len() {
                if self.agents[who].ua.poll_timeout().is_some_and(|due| due <= self.now) {
                    self.agents[who].ua.handle_timeout(self.now);
                    self.collect(who);
                }
            }
        }
        self.pass_to(end);
    }

    pub fn run_seconds(&mut self, seconds: u64) {
        self.run(Duration::from_secs(seconds));
    }

    /// What the one who is asked has heard of its calls.
    pub fn news(&self, who: usize) -> impl DoubleEndedIterator<Item = &CallNews> {
        self.agents[who].heard.iter().filter_map(|action| if let Action::Call(_, news) = action { Some(news) } else { None })
    }

    /// How the call ended, at the one who is asked.
    pub fn ending(&self, who: usize, call: CallId) -> Option<&Ending> {
        self.agents[who].heard.iter().find_map(|action| match action {
            Action::Call(ended, CallNews::Ended(ending)) if *ended == call => Some(ending),
            _ => None,
        })
    }

    /// The call that came in at the one who is asked, the last of them.
    pub fn incoming(&self, who: usize) -> CallId {
        let mut calls = self.agents[who].heard.iter().rev().filter_map(|action| match action {
            Action::Incoming(call, _) => Some(*call),
            _ => None,
        });
        calls.next().expect("somebody called")
    }

    /// The whole of what was sent last.
    pub fn last_sent(&self) -> &str {
        self.texts.last().expect("something was sent")
    }

    /// Methods and statuses in the order in which they were sent.
    pub fn ladder(&self) -> Vec<&str> {
        self.wire.iter().map(|line| ladder_word(line)).collect()
    }

    /// Forgets what was sent.
    pub fn clear(&mut self) {
        self.wire.clear();
    }

    /// Nobody has anything left in memory, once all timers have run out.
    pub fn assert_empty(&mut self) {
        self.run_seconds(300);
        for agent in &self.agents {
            assert!(agent.ua.is_empty(), "{} keeps {:?} {:?}", agent.address, agent.ua.calls, agent.ua.post);
        }
    }

    fn next(&self) -> Option<Instant> {
        let flying = self.flying.last_key_value().map(|(Reverse((at, _)), _)| *at);
        self.agents.iter().filter_map(|agent| agent.ua.poll_timeout()).chain(flying).min()
    }

    fn pass_to(&mut self, now: Instant) {
        self.clock.advance(now.duration_since(self.start).saturating_sub(self.now.duration_since(self.start)));
        self.now = now;
    }

    fn deliver(&mut self) {
        while let Some(entry) = self.flying.last_entry().filter(|entry| entry.key().0.0 <= self.now) {
            let datagram = entry.remove();
            let message = Message::parse(&datagram.bytes).unwrap_or_else(|error| panic!("{error}: {}", text(&datagram.bytes)));
            let Some(who) = self.agents.iter().position(|agent| agent.address == datagram.to.address) else { continue };
            self.event(who, Event::Received { message, from: datagram.from });
        }
    }

    /// Puts what a user agent sends on the way, and lets its application do what it does of itself.
    fn collect(&mut self, who: usize) {
        while let Some(action) = self.agents[who].ua.poll() {
            match action {
                Action::Transmit(to, wire) => self.send(who, to, wire.0),
                Action::Resolve(seeker @ Seeker::Registration(_), registrar) => {
                    let peers = self.resolve(&registrar);
                    self.agents[who].ua.handle(Event::Resolved(seeker, peers), self.now);
                }
                other => {
                    let orders = (self.agents[who].manner)(&other);
                    self.agents[who].heard.push(other);
                    orders.into_iter().for_each(|order| self.agents[who].ua.handle(Event::Order(order), self.now));
                }
            }
        }
    }

    fn resolve(&self, uri: &Uri) -> Vec<Peer> {
        let address = uri.host.address().map(|address| SocketAddr::new(address, uri.port.unwrap_or(5060)));
        address.or_else(|| self.names.get(uri.host.to_string().as_str()).copied()).map(Peer::udp).into_iter().collect()
    }

    fn send(&mut self, who: usize, to: Peer, bytes: Vec<u8>) {
        let text = text(&bytes);
        self.wire.push(text.lines().next().unwrap_or_default().to_owned());
        self.texts.push(text.clone());
        self.sent_to.push(to);
        let from = Peer { protocol: to.protocol, address: self.agents[who].address };
        if to.protocol == TransportProtocol::Udp && self.is_lost(&text) {
            return;
        }
        let [doubled] = self.chance.bytes::<1>();
        for _ in 0..(if doubled < self.weather.doubled { 2 } else { 1 }) {
            let delay = u64::from_be_bytes(self.chance.bytes()) % (self.weather.longest_delay + 1);
            let at = self.now + Duration::from_millis(delay);
            self.sent += 1;
            self.flying.insert(Reverse((at, self.sent)), Datagram { from, to, bytes: bytes.clone() });
        }
    }

    fn is_lost(&mut self, text: &str) -> bool {
        if let Some(loss) = self.losses.iter_mut().find(|(part, left)| *left > 0 && text.contains(part)) {
            loss.1 -= 1;
            return true;
        }
        let [chance] = self.chance.bytes::<1>();
        chance < self.weather.lost
    }
}

/// Accepts what comes.
pub(super) fn polite(action: &Action) -> Vec<Order> {
    match action {
        Action::Incoming(call, _) => vec![accept(*call)],
        Action::Call(call, CallNews::Session(SessionNews::Offered(_))) => vec![accept(*call)],
        _ => Vec::new(),
    }
}

/// Does nothing of itself.
pub(super) fn patient(_: &Action) -> Vec<Order> {
    Vec::new()
}

/// Is busy.
pub(super) fn busy(action: &Action) -> Vec<Order> {
    match action {
        Action::Incoming(call, _) => vec![Order::Refuse(*call, Refused::with(486))],
        _ => Vec::new(),
    }
}

pub(super) fn accept(call: CallId) -> Order {
    Order::Accept { call, sdp: b"answer".to_vec().into(), headers: Headers::default() }
}

pub(super) fn hang_up(call: CallId) -> Order {
    Order::HangUp { call, headers: one("X-Auth-Status", "verified") }
}

/// One header.
pub(super) fn one(name: &str, value: &str) -> Headers {
    let mut headers = Headers::default();
    headers.push(name, value);
    headers
}

pub(super) fn account(username: &str, password: &str) -> Option<Account> {
    Some(Account { username: username.to_owned(), password: crate::secret::SecretText::new(password) })
}

pub(super) fn address(number: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, number + 1], 5060))
}

fn settings(address: SocketAddr) -> Settings {
    let admission = Admission { trusted: vec!["10.0.0.0/8".parse().unwrap()], users: HashMap::new(), ..Admission::default() };
    Settings {
        listening: vec![(TransportProtocol::Udp, address), (TransportProtocol::Tcp, address)],
        product: "callward".to_owned(),
        session: SessionLimits::default(),
        admission,
        takes_refer: true,
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn ladder_word(line: &str) -> &str {
    let mut words = line.split(' ');
    match words.next() {
        Some("SIP/2.0") => words.next().unwrap_or_default(),
        Some(method) => method,
        None => "",
    }
}
