//! The payload of a telephone-event packet (RFC 4733 §2.3).

use std::fmt;

/// Bytes of one event.
const EVENT_BYTES: usize = 4;
const END: u8 = 0x80;

/// What one packet says of an event. The volume and the reserved bit are not kept: senders fill them with anything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TelephoneEvent {
    /// The event code (§3.2).
    pub event: u8,
    /// The event is over.
    pub end: bool,
    /// How long it has lasted, in samples.
    pub duration: u16,
}

impl TelephoneEvent {
    /// Reads a payload; bytes behind the first event are ignored.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let [event, flags, high, low, ..] = *payload else { return None };
        Some(Self { event, end: flags & END != 0, duration: u16::from_be_bytes([high, low]) })
    }

    /// The payload of this event, at a level of −10 dBm0.
    pub fn to_bytes(self) -> [u8; EVENT_BYTES] {
        const VOLUME: u8 = 10;
        let [high, low] = self.duration.to_be_bytes();
        [self.event, if self.end { END | VOLUME } else { VOLUME }, high, low]
    }
}

impl fmt::Debug for TelephoneEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[event, end {}, duration {}]", self.end, self.duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_bit_volume_and_trailing_bytes_do_not_matter() {
        let event = TelephoneEvent { event: 5, end: true, duration: 800 };

        assert_eq!(TelephoneEvent::read(&event.to_bytes()), Some(event));
        assert_eq!(TelephoneEvent::read(&[5, 0xff, 3, 0x20, 1, 2, 3]), Some(event));
    }

    #[test]
    fn an_event_cut_short_is_none_and_debug_hides_it() {
        for cut in 0..EVENT_BYTES {
            assert_eq!(TelephoneEvent::read(&[5, 0x80, 3, 0x20][..cut]), None);
        }
        let shown = format!("{:?}", TelephoneEvent { event: 5, end: false, duration: 160 });
        assert!(!shown.contains('5'), "{shown}");
    }
}
