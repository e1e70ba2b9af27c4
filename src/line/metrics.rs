//! What is counted of calls. Handles are kept: to find one by its labels costs more than to count.

use std::sync::{LazyLock, PoisonError, RwLock};
use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};

use crate::rtp::Statistics;

static CALLS: Labelled = Labelled::new("callward_sip_calls_total", "outcome");
static MEDIA_CALLS: Labelled = Labelled::new("callward_media_calls_total", "codec");
static SETUP_SECONDS: LazyLock<Histogram> = LazyLock::new(|| histogram!("callward_call_setup_seconds"));
static PACKETS: LazyLock<Packets> = LazyLock::new(Packets::new);

/// Counters that differ in the value of one label, of which the code knows few.
struct Labelled {
    name: &'static str,
    label: &'static str,
    known: RwLock<Vec<(&'static str, Counter)>>,
}

struct Packets {
    received: Counter,
    sent: Counter,
    lost: Counter,
    late: Counter,
    refused: Counter,
    jitter: Histogram,
}

/// A call was answered, so long after it came.
pub(super) fn call_answered(after: Duration) {
    SETUP_SECONDS.record(after.as_secs_f64());
}

/// A call is over, or did not come about.
pub(super) fn call_over(outcome: &'static str) {
    CALLS.count(outcome);
}

/// A call was refused with this status.
pub(super) fn call_refused(status: u16) {
    call_over("refused");
    counter!("callward_sip_refused_total", "status" => status.to_string()).increment(1);
}

/// A call whose sound was in this codec is over.
pub(super) fn media_over(codec: &'static str) {
    MEDIA_CALLS.count(codec);
}

/// The packets of a call.
pub(super) fn packets(statistics: &Statistics) {
    PACKETS.count(statistics);
}

impl Labelled {
    const fn new(name: &'static str, label: &'static str) -> Self {
        Self { name, label, known: RwLock::new(Vec::new()) }
    }

    fn count(&self, value: &'static str) {
        self.known(value).unwrap_or_else(|| self.learn(value)).increment(1);
    }

    fn known(&self, value: &'static str) -> Option<Counter> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| *known == value).map(|(_, counter)| counter.clone())
    }

    fn learn(&self, value: &'static str) -> Counter {
        let counter = counter!(self.name, self.label => value);
        self.known.write().unwrap_or_else(PoisonError::into_inner).push((value, counter.clone()));
        counter
    }
}

impl Packets {
    fn new() -> Self {
        Self {
            received: counter!("callward_rtp_received_total"),
            sent: counter!("callward_rtp_sent_total"),
            lost: counter!("callward_rtp_lost_total"),
            late: counter!("callward_rtp_late_total"),
            refused: counter!("callward_rtp_refused_total"),
            jitter: histogram!("callward_rtp_jitter_seconds"),
        }
    }

    fn count(&self, statistics: &Statistics) {
        self.received.increment(statistics.received);
        self.sent.increment(statistics.sent);
        self.lost.increment(statistics.lost);
        self.late.increment(statistics.late);
        self.refused.increment(statistics.refused);
        self.jitter.record(statistics.jitter.as_secs_f64());
    }
}
