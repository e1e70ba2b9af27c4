//! One press of a key, as its packets show it: which packets belong to it, and when it is over (RFC 4733 §2.5).

use std::time::{Duration, Instant};

use super::key::Key;
use super::packet::sequence_is_newer;
use super::telephone_event::TelephoneEvent;

/// A press of which nothing is heard any more is over, though its end never came.
const PATIENCE: Duration = Duration::from_millis(400);

/// Samples from one packet of an event to the next, at most 60 ms. Two presses of one key cannot begin so close together:
/// a tone and a pause last 40 ms each (ITU-T Q.24).
const MOST_SPACING: u32 = 480;

/// A segment of a long press is as long as a duration can say (§2.5.1.3).
pub(super) const SEGMENT: u32 = 0xffff;

/// One packet of an event, as it came.
#[derive(Debug, Clone, Copy)]
pub struct EventArrival {
    /// Its sequence number.
    pub sequence: u16,
    /// Its timestamp: when the press began.
    pub timestamp: u32,
    /// Its marker bit.
    pub marker: bool,
    /// What it says.
    pub event: TelephoneEvent,
}

/// A press that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Press {
    pub key: Key,
    /// Of its newest packet.
    pub timestamp: u32,
    pub sequence: u16,
    duration: u16,
    pub heard: Instant,
    has_ended: bool,
    /// The sender changes the timestamp within a press.
    moves: bool,
    /// The key was counted. A first packet without any duration is not: some senders send such a one for no key.
    pub is_counted: bool,
    /// The source has changed since: sequence numbers and timestamps cannot be compared.
    pub is_orphan: bool,
}

impl Press {
    /// The press whose first packet this is.
    pub fn begin(key: Key, arrival: &EventArrival, now: Instant) -> Self {
        let EventArrival { sequence, timestamp, event, .. } = *arrival;
        Self {
            key,
            timestamp,
            sequence,
            duration: event.duration,
            heard: now,
            has_ended: event.end,
            moves: false,
            is_counted: event.duration > 0,
            is_orphan: false,
        }
    }

    /// Whether the packet belongs to this press.
    pub fn is_same(&self, key: Key, arrival: &EventArrival, now: Instant) -> bool {
        if key != self.key {
            return false;
        }
        if self.is_orphan {
            return !self.has_ended && !self.is_over(now) && !arrival.marker && arrival.event.duration >= self.duration;
        }
        if arrival.timestamp == self.timestamp {
            return !self.starts_again(arrival, now);
        }
        sequence_is_newer(arrival.sequence, self.sequence) && self.continues_at(arrival)
    }

    /// The timestamp stands still, but the duration has begun anew: another press, from a sender that does not move it.
    fn starts_again(&self, arrival: &EventArrival, now: Instant) -> bool {
        let is_done = self.has_ended || self.is_over(now);
        let begins_anew = !arrival.event.end && arrival.event.duration < self.duration;
        sequence_is_newer(arrival.sequence, self.sequence) && is_done && begins_anew
    }

    /// Whether a packet with the same event and another timestamp still belongs to this press.
    fn continues_at(&self, arrival: &EventArrival) -> bool {
        let later = arrival.timestamp.wrapping_sub(self.timestamp);
        if later <= MOST_SPACING {
            // Behind its end nothing but its end comes: senders that count milliseconds begin the next press as close.
            return !self.has_ended || arrival.event.end;
        }
        if later.abs_diff(SEGMENT) <= MOST_SPACING && !self.has_ended && u32::from(self.duration) + MOST_SPACING * 4 >= SEGMENT {
            return true;
        }
        let packets = u32::from(arrival.sequence.wrapping_sub(self.sequence));
        if self.moves && !arrival.marker && later <= MOST_SPACING.saturating_mul(packets) {
            return !self.has_ended || arrival.event.end;
        }
        let grown = u32::from(arrival.event.duration.saturating_sub(self.duration));
        !self.has_ended && !arrival.marker && grown > 0 && grown.abs_diff(later) <= MOST_SPACING / 3
    }

    /// Takes another packet of this press; gives the key if it had none that counted before.
    pub fn go_on(&mut self, arrival: &EventArrival, now: Instant) -> Option<Key> {
        if self.is_orphan || sequence_is_newer(arrival.sequence, self.sequence) {
            let is_segment = arrival.timestamp.wrapping_sub(self.timestamp) > SEGMENT / 2;
            self.moves |= !self.is_orphan && !is_segment && arrival.timestamp != self.timestamp;
            self.timestamp = arrival.timestamp;
            self.sequence = arrival.sequence;
            self.duration = arrival.event.duration;
            self.is_orphan = false;
            self.heard = now;
        }
        self.has_ended |= arrival.event.end;
        let is_first = !std::mem::replace(&mut self.is_counted, true);
        is_first.then_some(self.key)
    }

    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.heard) >= PATIENCE
    }
}
