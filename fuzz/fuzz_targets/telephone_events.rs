//! Any packets of telephone events, twelve bytes each: never more keys than packets, and none that no packet has shown.

#![no_main]

use std::time::{Duration, Instant};

use callward::rtp::{EventArrival, KeyReceiver, TelephoneEvent};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut now = Instant::now();
    let mut receiver = KeyReceiver::default();
    for packet in bytes.chunks_exact(12) {
        let [flags, wait, sequence, sequence_low, timestamp @ ..] = packet else { return };
        let Some((timestamp, payload)) = timestamp.split_first_chunk::<4>() else { return };
        let Some(event) = TelephoneEvent::read(payload) else { return };
        now += Duration::from_millis(u64::from(*wait));
        if flags & 2 != 0 {
            receiver.handle_new_source();
        }
        let sequence = u16::from_be_bytes([*sequence, *sequence_low]);
        let arrival = EventArrival { sequence, timestamp: u32::from_be_bytes(*timestamp), marker: flags & 1 != 0, event };
        if receiver.handle(arrival, now).is_some() {
            assert!(event.event < 16, "event {} is no key", event.event);
        }
    }
});
