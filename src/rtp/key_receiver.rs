//! One key from many telephone-event packets, whatever was lost, doubled, reordered or sent wrongly (RFC 4733 §2.5.2).
//!
//! A key counts with the first packet that shows it. What follows either belongs to a press that is known, by its
//! timestamp, or begins another:
//!
//! ```text
//! same timestamp, same event .......... the same press; its start again after its end is a new one (timestamps stand still)
//! older sequence number ............... late: never a new key
//! other event ......................... a new press
//! same event, later timestamp ......... the same press, if timestamps move within it (old senders) or a long press goes
//!                                       on in a new segment (§2.5.1.3); else a new one
//! ```

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::key::Key;
use super::packet::sequence_is_newer;
use super::press::{EventArrival, Press};

/// After this long no packet of a press can still be under way; sequence numbers would come round again.
const MEMORY: Duration = Duration::from_secs(5);

/// How many presses are remembered, for packets that come late.
const REMEMBERED: usize = 8;

/// Finds the presses in a stream of events.
#[derive(Debug, Default)]
pub struct KeyReceiver {
    current: Option<Press>,
    earlier: VecDeque<Press>,
}

impl KeyReceiver {
    /// Takes a packet, and gives the key if this is the first that is seen of it.
    pub fn handle(&mut self, arrival: EventArrival, now: Instant) -> Option<Key> {
        let key = Key::from_event(arrival.event.event)?;
        self.forget(now);
        let Some(press) = &mut self.current else { return self.begin(key, arrival, now) };
        if press.is_same(key, &arrival, now) {
            return press.go_on(&arrival, now);
        }
        if !press.is_orphan && !sequence_is_newer(arrival.sequence, press.sequence) || self.knows(key, &arrival) {
            return None;
        }
        self.begin(key, arrival, now)
    }

    /// The source of the stream has changed: its numbers start anew, a press may go on.
    pub fn handle_new_source(&mut self) {
        self.earlier.clear();
        if let Some(press) = &mut self.current {
            press.is_orphan = true;
        }
    }

    fn begin(&mut self, key: Key, arrival: EventArrival, now: Instant) -> Option<Key> {
        let fresh = Press::begin(key, &arrival, now);
        if let Some(over) = self.current.replace(fresh) {
            self.remember(over);
        }
        fresh.is_counted.then_some(key)
    }

    fn forget(&mut self, now: Instant) {
        if self.current.is_some_and(|press| now.saturating_duration_since(press.heard) >= MEMORY) {
            *self = Self::default();
        }
    }

    fn remember(&mut self, press: Press) {
        if self.earlier.len() == REMEMBERED {
            self.earlier.pop_front();
        }
        if !press.is_orphan {
            self.earlier.push_back(press);
        }
    }

    /// Whether a packet, though its sequence number is new, belongs to a press before the current one. Senders whose
    /// timestamps stand still repeat those of earlier presses: for them a new number is a new press.
    fn knows(&self, key: Key, arrival: &EventArrival) -> bool {
        let stands_still = self.current.is_some_and(|press| press.timestamp == arrival.timestamp);
        !stands_still && self.earlier.iter().any(|press| press.key == key && press.timestamp == arrival.timestamp)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::press::SEGMENT;
    use super::super::telephone_event::TelephoneEvent;
    use super::*;

    /// How an old sender gets it wrong.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Oddity {
        None,
        TimestampsMove,
        TimestampsMoveDurationsDoNot,
        TimestampsStandStill,
        NoEnd,
        NoMarker,
        FirstWithoutDuration,
        NoDuration,
    }

    const ODDITIES: [Oddity; 8] = [
        Oddity::None,
        Oddity::TimestampsMove,
        Oddity::TimestampsMoveDurationsDoNot,
        Oddity::TimestampsStandStill,
        Oddity::NoEnd,
        Oddity::NoMarker,
        Oddity::FirstWithoutDuration,
        Oddity::NoDuration,
    ];

    /// A packet and when it is sent, in milliseconds.
    type Sent = (u64, EventArrival);

    #[test]
    fn each_press_is_one_key_whatever_the_sender_gets_wrong() {
        for oddity in ODDITIES {
            assert_eq!(received(&sent("112233#*00", oddity)), "112233#*00", "{oddity:?}");
        }
    }

    #[test]
    fn any_single_packet_may_be_missing() {
        for oddity in ODDITIES {
            let packets = sent("1123", oddity);
            for missing in 0..packets.len() {
                let mut packets = packets.clone();
                packets.remove(missing);
                assert_eq!(received(&packets), "1123", "{oddity:?} without {missing}");
            }
        }
    }

    #[test]
    fn only_the_start_or_only_the_end_is_enough() {
        let packets = sent("55", Oddity::None);
        let (starts, ends): (Vec<Sent>, Vec<Sent>) = packets.into_iter().partition(|(_, arrival)| !arrival.event.end);

        assert_eq!(received(&starts), "55");
        assert_eq!(received(&ends), "55");
        assert_eq!(received(&[starts[0], starts[5]]), "55");
        assert_eq!(received(&[ends[2], ends[3]]), "55");
    }

    #[test]
    fn ends_that_come_after_the_next_start_are_no_keys() {
        let mut packets = sent("77", Oddity::None);
        let end = packets.iter().position(|(_, arrival)| arrival.event.end).unwrap();
        packets.swap(end, end + 3);
        packets.swap(end + 2, end + 4);

        assert_eq!(received(&packets), "77");
    }

    #[test]
    fn a_key_held_for_half_a_minute_is_one_key_in_segments() {
        let mut packets = Vec::new();
        for step in 1..=1500_u32 {
            let (segment, duration) = ((step * 160 - 1) / SEGMENT, (step * 160 - 1) % SEGMENT + 1);
            packets.push(packet(u64::from(step) * 20, step as u16, 1000 + segment * SEGMENT, step == 1, 9, false, duration as u16));
        }

        assert_eq!(received(&packets), "9");
    }

    #[test]
    fn a_press_goes_on_under_another_source() {
        let start = Instant::now();
        let mut receiver = KeyReceiver::default();
        let keys = |receiver: &mut KeyReceiver, sent: Sent| receiver.handle(sent.1, start + Duration::from_millis(sent.0)).is_some();

        assert!(keys(&mut receiver, packet(0, 100, 5000, true, 4, false, 160)));
        receiver.handle_new_source();
        assert!(!keys(&mut receiver, packet(20, 9000, 77, false, 4, false, 320)));
        receiver.handle_new_source();
        assert!(keys(&mut receiver, packet(900, 50, 12, true, 4, false, 160)));
    }

    #[test]
    fn what_is_no_key_is_none() {
        assert_eq!(received(&[packet(0, 1, 0, true, 16, false, 160), packet(20, 2, 0, false, 255, true, 320)]), "");
        assert_eq!(received(&[packet(0, 1, 0, true, 0, false, 0), packet(20, 2, 160, true, 5, false, 160)]), "5");
    }

    #[test]
    fn a_press_after_twenty_minutes_of_sound_is_heard() {
        let late = 65_000 * 20;

        assert_eq!(
            received(&[packet(0, 500, 0, true, 1, true, 800), packet(late, 500 + 64_700_u16, 9_999_999, true, 1, false, 160)]),
            "11"
        );
    }

    proptest! {
        #[test]
        fn loss_doubles_and_reordering_neither_add_keys_nor_take_them(
            keys in "[0-9*#]{1,12}",
            oddity in proptest::sample::select(ODDITIES.to_vec()),
            mishaps in proptest::collection::vec(0_u8..20, 200),
        ) {
            let packets = disturbed(&sent(&keys, oddity), &mishaps);

            prop_assert_eq!(received(&packets), keys);
        }

        #[test]
        fn no_events_make_the_receiver_fall(events in proptest::collection::vec(any::<(u16, u32, bool, u8, bool, u16)>(), 0..60)) {
            let packets: Vec<Sent> =
                events.into_iter().map(|(sequence, time, mark, event, end, length)| packet(0, sequence, time, mark, event, end, length)).collect();
            prop_assert!(received(&packets).len() <= packets.len());
        }
    }

    /// Every eighth packet or so is doubled, every eighth changes place with the next; one of a press is lost at most.
    fn disturbed(packets: &[Sent], mishaps: &[u8]) -> Vec<Sent> {
        let mut out: Vec<Sent> = Vec::new();
        let mut lost = None;
        for (index, sent) in packets.iter().enumerate() {
            let mishap = mishaps[index % mishaps.len()];
            let press = sent.0 / 180;
            if mishap == 0 && lost != Some(press) {
                lost = Some(press);
                continue;
            }
            out.push(*sent);
            if mishap == 1 {
                out.push(*sent);
            }
        }
        for index in 1..out.len() {
            if mishaps[(index * 7) % mishaps.len()] == 2 {
                let times = (out[index - 1].0, out[index].0);
                out.swap(index - 1, index);
                (out[index - 1].0, out[index].0) = times;
            }
        }
        out
    }

    fn received(packets: &[Sent]) -> String {
        let start = Instant::now();
        let mut receiver = KeyReceiver::default();
        let heard = packets.iter().filter_map(|(at, arrival)| receiver.handle(*arrival, start + Duration::from_millis(*at)));
        heard.map(Key::symbol).collect()
    }

    /// Presses of 100 ms with pauses of 80 ms, in which sound is sent; three ends each.
    fn sent(keys: &str, oddity: Oddity) -> Vec<Sent> {
        let mut packets = Vec::new();
        let mut sequence = 65_500_u16;
        for (press, symbol) in keys.chars().enumerate() {
            let event = Key::from_symbol(symbol).unwrap().event();
            let began = press as u64 * 180;
            for step in 0..7_u16 {
                let elapsed = step.min(4) * 160;
                let mut timestamp = began as u32 * 8;
                let (mut marker, mut end, mut duration) = (step == 0, step >= 4, elapsed + 160);
                match oddity {
                    Oddity::None => {}
                    Oddity::TimestampsMove => timestamp += u32::from(elapsed),
                    Oddity::TimestampsMoveDurationsDoNot => (timestamp, duration) = (timestamp + u32::from(elapsed), 160),
                    Oddity::TimestampsStandStill => timestamp = 4711,
                    Oddity::NoEnd => end = false,
                    Oddity::NoMarker => marker = false,
                    Oddity::FirstWithoutDuration => duration = elapsed,
                    Oddity::NoDuration => duration = 0,
                }
                sequence = sequence.wrapping_add(1);
                packets.push(packet(began + u64::from(step.min(4)) * 20, sequence, timestamp, marker, event, end, duration));
            }
            sequence = sequence.wrapping_add(4);
        }
        packets
    }

    fn packet(at: u64, sequence: u16, timestamp: u32, marker: bool, event: u8, end: bool, duration: u16) -> Sent {
        (at, EventArrival { sequence, timestamp, marker, event: TelephoneEvent { event, end, duration } })
    }
}
