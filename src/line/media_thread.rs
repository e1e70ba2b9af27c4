//! The media thread: sleeps to the next millisecond of its wheel, reads what has come, sends what is due.
//!
//! It is woken by time alone, not by packets and orders: those that have come are taken together. While nobody says
//! anything it rests for longer, and an order that cannot wait wakes it. Each call has ports of its own, as peers behind
//! NAT need it, and a frame for each port is due every 20 ms: there is one packet for one socket at a time, so `sendmmsg`
//! and `recvmmsg`, which take many for one socket, would save nothing.

use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Instant;

use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;
use tokio::sync::Notify;

use super::media_call::{DATAGRAM_BYTES, Desk, MediaCall, Port};
use super::media_order::{CallOrder, KeyRelay};
use super::moment::{now, sleep_until};
use super::pacing::{Lateness, Pacing, ask_for_real_time};
use super::wheel::Wheel;

/// Milliseconds after which packets are read though nothing is to be sent.
const READ_EVERY: u64 = 10;

/// The same where nobody has said anything for a while: two frames of a caller who begins.
const READ_AT_REST_EVERY: u64 = 40;

/// So long nobody must have said anything.
const REST_AFTER: u64 = 100;

/// Ports with packets that are learnt of at once.
const EVENTS: usize = 512;

/// An order to the thread; calls go by their numbers.
pub(super) enum Order {
    Open(u64, Box<MediaCall>),
    To(u64, CallOrder),
    Quit,
}

/// The thread's state. It never waits for anything but time and orders.
pub(super) struct MediaThread {
    orders: Receiver<Order>,
    lateness: Arc<Lateness>,
    epoll: OwnedFd,
    calls: Vec<Option<Box<MediaCall>>>,
    free: Vec<usize>,
    places: HashMap<u64, usize>,
    wheel: Wheel,
    pacing: Pacing,
    /// When somebody last said something, or listened.
    busy: u64,
    desk: Desk,
    buffer: Box<[u8; DATAGRAM_BYTES]>,
}

impl MediaThread {
    pub fn new(orders: Receiver<Order>, lateness: Arc<Lateness>) -> io::Result<Self> {
        Ok(Self {
            orders,
            lateness,
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            calls: Vec::new(),
            free: Vec::new(),
            places: HashMap::new(),
            wheel: Wheel::default(),
            pacing: Pacing::new(now()),
            busy: 0,
            desk: Desk::default(),
            buffer: Box::new([0; DATAGRAM_BYTES]),
        })
    }

    /// Runs until nobody is left who could give orders.
    pub fn run(mut self) {
        if !ask_for_real_time() {
            tracing::info!("real-time priority is not granted; speech may stutter under load (CAP_SYS_NICE or LimitRTPRIO grants it)");
        }
        while self.turn(now()) {
            match self.due().map(|due| due.saturating_duration_since(now())) {
                Some(wait) if self.is_at_rest() => std::thread::park_timeout(wait),
                Some(wait) => std::thread::sleep(wait),
                None => std::thread::park(),
            }
        }
        self.quit(now());
    }

    /// Does the same in a task, by the time of its runtime; `bell` tells of orders.
    pub async fn run_in_runtime(mut self, bell: Arc<Notify>) {
        while self.turn(now()) {
            let due = self.due();
            tokio::select! {
                () = bell.notified() => {}
                () = sleep_until(due) => {}
            }
        }
        self.quit(now());
    }

    /// Does all that is to be done by now; `false` when nobody is left who could give orders.
    fn turn(&mut self, now: Instant) -> bool {
        if self.is_at_rest() {
            // What is asked for now is not late for the frames that were rested.
            self.send(now);
        }
        let goes_on = self.obey();
        if goes_on {
            self.receive(self.pacing.next(), now);
            self.send(now);
        }
        goes_on
    }

    fn quit(mut self, now: Instant) {
        self.calls.into_iter().flatten().for_each(|mut call| call.close(&mut self.desk, now));
    }

    /// Takes all orders that wait; `false` when the thread shall end.
    fn obey(&mut self) -> bool {
        loop {
            match self.orders.try_recv() {
                Ok(Order::Open(number, call)) => self.open(number, call),
                Ok(Order::To(number, order)) => self.order(number, order),
                Ok(Order::Quit) | Err(TryRecvError::Disconnected) => return false,
                Err(TryRecvError::Empty) => return true,
            }
        }
    }

    fn open(&mut self, number: u64, call: Box<MediaCall>) {
        let place = self.free.pop().unwrap_or(self.calls.len());
        for (port, socket) in call.sockets() {
            let token = epoll::EventData::new_u64(token(place, port));
            if let Err(error) = epoll::add(&self.epoll, socket, token, epoll::EventFlags::IN) {
                tracing::error!(%error, "a port of a call cannot be watched; the caller is not heard");
            }
        }
        if place == self.calls.len() {
            self.calls.push(None);
        }
        if let Some(free) = self.calls.get_mut(place) {
            *free = Some(call);
        }
        self.places.insert(number, place);
        self.wheel.insert(place);
    }

    fn order(&mut self, number: u64, order: CallOrder) {
        let now = now();
        let Some(call) = call_of(&mut self.calls, &self.places, number) else { return };
        if !order.can_wait() {
            self.busy = self.pacing.next();
        }
        match order {
            CallOrder::Remote(remote) => call.set_remote(*remote, now),
            CallOrder::Play { sounds, repeats } => call.speech().play(sounds, repeats),
            CallOrder::Interrupt { remaining } => call.speech().interrupt(remaining),
            CallOrder::Press(keys, timing) => call.press(&keys, timing),
            CallOrder::Record(records) => call.record(records),
            CallOrder::Tap(has_tap) => call.tap(has_tap),
            CallOrder::Join(peer, keys) => self.join(number, peer, keys),
            CallOrder::Part => self.part(number),
            CallOrder::Close => self.close(number, now),
        }
    }

    /// Joins two calls. The keys of the first are relayed as is said; the other's are passed.
    fn join(&mut self, number: u64, peer: u64, keys: KeyRelay) {
        if number == peer || !self.places.contains_key(&peer) {
            return;
        }
        self.part(number);
        self.part(peer);
        for (one, other, keys) in [(number, peer, keys), (peer, number, KeyRelay::Passed)] {
            if let Some(call) = call_of(&mut self.calls, &self.places, one) {
                call.join(Some((other, keys)));
            }
        }
    }

    fn part(&mut self, number: u64) {
        let peer = call_of(&mut self.calls, &self.places, number).and_then(|call| call.joined());
        for number in [Some(number), peer].into_iter().flatten() {
            if let Some(call) = call_of(&mut self.calls, &self.places, number) {
                call.join(None);
            }
        }
    }

    fn close(&mut self, number: u64, now: Instant) {
        self.part(number);
        let Some(place) = self.places.remove(&number) else { return };
        self.wheel.remove(place);
        self.free.push(place);
        if let Some(mut call) = self.calls.get_mut(place).and_then(Option::take) {
            call.close(&mut self.desk, now);
        }
    }

    fn receive(&mut self, millisecond: u64, now: Instant) {
        if self.places.is_empty() {
            return;
        }
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let mut room = [const { MaybeUninit::uninit() }; EVENTS];
        let Ok((events, _)) = epoll::wait(&self.epoll, &mut room, Some(&at_once)) else { return };
        for event in events {
            let (place, port) = place_of(event.data.u64());
            if let Some(call) = self.calls.get_mut(place).and_then(Option::as_mut)
                && call.receive(port, millisecond, &mut self.buffer, &mut self.desk, now)
            {
                self.busy = millisecond;
            }
        }
        self.relay();
    }

    /// Sends what is due. When the thread was kept waiting, packets are read in between as if it had not been: they
    /// belong between the frames that are made up for.
    fn send(&mut self, now: Instant) {
        let due = self.pacing.take_due(now);
        let (last_read, is_at_rest) = (*due.start(), self.is_at_rest());
        for millisecond in due {
            if !is_at_rest && millisecond >= last_read + READ_EVERY {
                self.receive(millisecond + 1, now);
            }
            self.tick(millisecond, now);
        }
    }

    fn tick(&mut self, millisecond: u64, at: Instant) {
        let mut busy = 0;
        for place in self.wheel.due(millisecond) {
            if let Some(call) = self.calls.get_mut(*place).and_then(Option::as_mut) {
                busy += u64::from(call.tick(&mut self.desk, at));
            }
        }
        if busy > 0 {
            self.busy = millisecond;
            self.lateness.count(now().saturating_duration_since(self.pacing.due_at(millisecond)), busy);
        }
        self.relay();
    }

    fn relay(&mut self) {
        for (number, relayed) in self.desk.relayed.drain(..) {
            if let Some(call) = call_of(&mut self.calls, &self.places, number) {
                call.relay(relayed);
            }
        }
    }

    /// When something is due next; an order waits for it, since nothing goes out before.
    fn due(&self) -> Option<Instant> {
        let next = self.pacing.next();
        let wait = if self.is_at_rest() { READ_AT_REST_EVERY } else { self.wheel.wait(next, READ_EVERY) };
        (!self.places.is_empty()).then(|| self.pacing.due_at(next + wait))
    }

    /// Whether nobody has said anything for a while, or listened.
    fn is_at_rest(&self) -> bool {
        self.pacing.next() > self.busy + REST_AFTER
    }
}

/// A call for which something has come.
fn call_of<'a>(calls: &'a mut [Option<Box<MediaCall>>], places: &HashMap<u64, usize>, number: u64) -> Option<&'a mut MediaCall> {
    let call = calls.get_mut(*places.get(&number)?)?.as_deref_mut()?;
    call.stir();
    Some(call)
}

fn token(place: usize, port: Port) -> u64 {
    place as u64 * 2 + u64::from(port == Port::Rtcp)
}

fn place_of(token: u64) -> (usize, Port) {
    let port = if token.is_multiple_of(2) { Port::Rtp } else { Port::Rtcp };
    (usize::try_from(token / 2).unwrap_or(usize::MAX), port)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, UdpSocket};
    use std::sync::mpsc::{SyncSender, sync_channel};
    use std::time::Duration;

    use tokio::sync::mpsc;
    use tokio::time::advance;

    use super::super::media_news::MediaNews;
    use super::super::media_order::MediaRemote;
    use super::super::ports::Ports;
    use super::*;
    use crate::audio::{Codec, Sound};
    use crate::clock::Chance;
    use crate::rtp::{Format, Stream, StreamSettings};

    const MILLISECOND: Duration = Duration::from_millis(1);
    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    /// A thread with one call.
    struct Fixture {
        media: MediaThread,
        orders: SyncSender<Order>,
        lateness: Arc<Lateness>,
        _news: mpsc::Receiver<MediaNews>,
    }

    impl Fixture {
        fn new() -> Self {
            let (orders, taken) = sync_channel(8);
            let lateness = Arc::new(Lateness::default());
            let media = MediaThread::new(taken, lateness.clone()).unwrap();
            let ports = Ports::new(LOOPBACK, 42_900, 42_999).unwrap().open().unwrap();
            let (teller, news) = mpsc::channel(8);
            let stream = Stream::new(StreamSettings::draw(&Chance::seeded(1), None), Format::new(Codec::Pcmu, None), now());
            let call = MediaCall::new(ports, stream, teller, Duration::from_secs(15), None);
            orders.send(Order::Open(1, Box::new(call))).unwrap();
            Self { media, orders, lateness, _news: news }
        }

        fn order(&self, order: CallOrder) {
            self.orders.send(Order::To(1, order)).unwrap();
        }

        fn play(&self, time: Duration) {
            self.order(CallOrder::Play { sounds: vec![Sound::silence(time)], repeats: false });
        }

        /// Does what is due; how long the thread sleeps then.
        fn turn(&mut self) -> Duration {
            assert!(self.media.turn(now()));
            self.media.due().unwrap().saturating_duration_since(now())
        }

        async fn pass(&mut self, time: Duration) {
            let end = now() + time;
            while now() < end {
                let wait = self.turn();
                advance(wait).await;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_lets_the_thread_rest_and_who_begins_to_speak_is_not_late() {
        let mut fixture = Fixture::new();
        advance(MILLISECOND * 1000).await;
        assert_eq!(fixture.turn(), MILLISECOND * 41);

        fixture.play(MILLISECOND * 60);
        advance(MILLISECOND * 35).await;
        let first = fixture.turn();
        advance(first).await;
        fixture.turn();

        assert!(first <= MILLISECOND * 10, "{first:?}");
        assert!(fixture.lateness.take_quantile(100) <= MILLISECOND, "what was asked for while it rested is not late");
        fixture.pass(MILLISECOND * 200).await;
        assert_eq!(fixture.turn(), MILLISECOND * 41, "it rests again");
    }

    #[tokio::test(start_paused = true)]
    async fn timestamps_count_the_time_in_which_nothing_was_said_and_silence_keeps_the_way_open() {
        let peer = UdpSocket::bind((LOOPBACK, 0)).unwrap();
        peer.set_nonblocking(true).unwrap();
        let mut fixture = Fixture::new();
        let rtp = Some(peer.local_addr().unwrap());
        let format = Format::new(Codec::Pcmu, None);
        fixture.order(CallOrder::Remote(Box::new(MediaRemote { rtp, rtcp: None, rtcp_mux: false, format, srtp: None })));
        fixture.pass(MILLISECOND * 31_000).await;

        fixture.play(MILLISECOND * 40);
        fixture.pass(MILLISECOND * 100).await;

        let mut buffer = [0; 2048];
        let packets = std::iter::from_fn(|| peer.recv(&mut buffer).ok().map(|_| [buffer[4], buffer[5], buffer[6], buffer[7]]));
        let times: Vec<u32> = packets.map(u32::from_be_bytes).collect();
        let [first, again, third, speech, rest] = times[..] else { panic!("{times:?}") };
        let milliseconds = |from: u32, to: u32| to.wrapping_sub(from) / 8;
        assert_eq!([milliseconds(first, again), milliseconds(again, third)], [15_020, 15_020]);
        assert!(milliseconds(first, speech).abs_diff(31_000) <= 60, "{}", milliseconds(first, speech));
        assert_eq!(milliseconds(speech, rest), 20);
    }
}
