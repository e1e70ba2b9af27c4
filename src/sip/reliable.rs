//! Provisional responses that must arrive (RFC 3262): the server's side numbers, repeats and waits; the client's side counts.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::timing::{GIVE_UP, Lapse, Resending};

/// The provisional responses to one INVITE that wait for their PRACK, one after the other (§3).
#[derive(Debug)]
pub(super) struct Reliable<R> {
    /// The number of the next one.
    next: u32,
    waiting: Option<Waiting<R>>,
    queue: VecDeque<(u32, R)>,
}

#[derive(Debug)]
struct Waiting<R> {
    number: u32,
    response: R,
    again: Resending,
    give_up: Instant,
}

/// What has become due.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReliableLapse<'a, R> {
    /// Nothing yet.
    Nothing,
    /// The response goes out again.
    Resend(&'a R),
    /// The client never confirmed: the INVITE is refused.
    Unconfirmed,
}

impl<R> Reliable<R> {
    /// Numbers begin anywhere in the lower half (§3).
    pub fn start(chance: u32) -> Self {
        Self { next: (chance >> 1).max(1), waiting: None, queue: VecDeque::new() }
    }

    /// The number that the next response bears in RSeq.
    pub fn next_number(&self) -> u32 {
        self.next
    }

    /// Takes a response with that number. Gives it back for sending when no other waits for its PRACK.
    pub fn send(&mut self, response: R, now: Instant) -> Option<&R> {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.queue.push_back((number, response));
        if self.waiting.is_some() {
            return None;
        }
        self.send_next(now)
    }

    /// A PRACK with this number came. `None` when nothing with that number waits; else what is sent next, if anything.
    pub fn confirm(&mut self, number: u32, now: Instant) -> Option<Option<&R>> {
        if self.waiting.as_ref()?.number != number {
            return None;
        }
        self.waiting = None;
        Some(self.send_next(now))
    }

    /// Whether a response waits for its PRACK.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> ReliableLapse<'_, R> {
        let Some(waiting) = &mut self.waiting else { return ReliableLapse::Nothing };
        if now >= waiting.give_up {
            return ReliableLapse::Unconfirmed;
        }
        if waiting.again.handle_timeout(now) == Lapse::Resend { ReliableLapse::Resend(&waiting.response) } else { ReliableLapse::Nothing }
    }

    /// When `handle_timeout` has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|waiting| waiting.again.due().min(waiting.give_up))
    }

    fn send_next(&mut self, now: Instant) -> Option<&R> {
        let (number, response) = self.queue.pop_front()?;
        let again = Resending::start(Duration::MAX, now);
        let waiting = self.waiting.insert(Waiting { number, response, again, give_up: now + GIVE_UP });
        Some(&waiting.response)
    }
}

/// The client's count of reliable provisional responses of one early dialog (§4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ReliableHeard(Option<u32>);

impl ReliableHeard {
    /// Whether this one is confirmed and listened to: the first, or the one after the last; repeats and gaps are not.
    pub fn take(&mut self, number: u32) -> bool {
        let expected = self.0.is_none_or(|last| last.checked_add(1) == Some(number));
        if expected {
            self.0 = Some(number);
        }
        expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_response_waits_for_the_prack_of_the_first() {
        let start = Instant::now();
        let mut reliable = Reliable::start(100);
        let first = reliable.next_number();

        assert_eq!(reliable.send("first", start), Some(&"first"));
        assert_eq!(reliable.send("second", start), None);
        assert_eq!(reliable.confirm(first + 1, start), None, "nothing with that number waits");
        assert_eq!(reliable.confirm(first, start), Some(Some(&"second")));
        assert_eq!(reliable.confirm(first, start), None);
        assert_eq!(reliable.confirm(first + 1, start), Some(None));
        assert!(!reliable.is_waiting());
    }

    #[test]
    fn an_unconfirmed_response_is_repeated_and_then_given_up() {
        let start = Instant::now();
        let mut reliable = Reliable::start(1);
        reliable.send("ringing", start);

        assert_eq!(reliable.handle_timeout(start + Duration::from_millis(400)), ReliableLapse::Nothing);
        assert_eq!(reliable.handle_timeout(start + Duration::from_millis(500)), ReliableLapse::Resend(&"ringing"));
        assert_eq!(reliable.handle_timeout(start + GIVE_UP), ReliableLapse::Unconfirmed);
    }

    #[test]
    fn the_client_confirms_each_once_and_none_after_a_gap() {
        let mut heard = ReliableHeard::default();

        let confirmed: Vec<bool> = [7, 7, 9, 8, 9].into_iter().map(|number| heard.take(number)).collect();

        assert_eq!(confirmed, [true, false, false, true, true]);
    }
}
