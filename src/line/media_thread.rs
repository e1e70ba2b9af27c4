//! The media thread: sleeps to the next millisecond of its wheel, reads what has come, sends what is due.
//!
//! It is woken by time alone, not by packets and orders: those that have come are taken together. Each call has ports of
//! its own, as peers behind NAT need it, and a frame for each port is due every 20 ms: there is one packet for one
//! socket at a time, so `sendmmsg` and `recvmmsg`, which take many for one socket, would save nothing.

use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

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
            match self.due() {
                Some(due) => rest(due.saturating_duration_since(now())),
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
            if let Some(call) = self.calls.get_mut(place).and_then(Option::as_mut) {
                call.receive(port, millisecond, &mut self.buffer, &mut self.desk, now);
            }
        }
        self.relay();
    }

    /// Sends what is due. When the thread was kept waiting, packets are read in between as if it had not been: they
    /// belong between the frames that are made up for.
    fn send(&mut self, now: Instant) {
        let due = self.pacing.take_due(now);
        let last_read = *due.start();
        for millisecond in due {
            if millisecond >= last_read + READ_EVERY {
                self.receive(millisecond + 1, now);
            }
            self.tick(millisecond, now);
        }
    }

    fn tick(&mut self, millisecond: u64, at: Instant) {
        let due = self.wheel.due(millisecond);
        if due.is_empty() {
            return;
        }
        for place in due {
            if let Some(call) = self.calls.get_mut(*place).and_then(Option::as_mut) {
                call.tick(&mut self.desk, at);
            }
        }
        let late = now().saturating_duration_since(self.pacing.due_at(millisecond));
        self.lateness.count(late, due.len() as u64);
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
        (!self.places.is_empty()).then(|| self.pacing.due_at(next + self.wheel.wait(next, READ_EVERY)))
    }
}

fn rest(wait: Duration) {
    if wait > Duration::ZERO {
        std::thread::sleep(wait);
    }
}

fn call_of<'a>(calls: &'a mut [Option<Box<MediaCall>>], places: &HashMap<u64, usize>, number: u64) -> Option<&'a mut MediaCall> {
    calls.get_mut(*places.get(&number)?)?.as_deref_mut()
}

fn token(place: usize, port: Port) -> u64 {
    place as u64 * 2 + u64::from(port == Port::Rtcp)
}

fn place_of(token: u64) -> (usize, Port) {
    let port = if token.is_multiple_of(2) { Port::Rtp } else { Port::Rtcp };
    (usize::try_from(token / 2).unwrap_or(usize::MAX), port)
}
