//! What is counted at the HTTP door.

use std::collections::BTreeMap;
use std::sync::{LazyLock, PoisonError, RwLock};
use std::time::Instant;

use metrics::{Counter, Histogram, counter, histogram};

/// The counters of every process that took a turn, by tenant and code: to find one by its labels costs more than to count.
static TURNS: RwLock<BTreeMap<String, BTreeMap<String, Turns>>> = RwLock::new(BTreeMap::new());

static TURN_SECONDS: LazyLock<Histogram> = LazyLock::new(|| histogram!("callward_turn_seconds"));

/// The turns of one process.
#[derive(Clone)]
struct Turns {
    served: Counter,
    failed: Counter,
}

/// An entry page was fetched.
pub(super) fn entry(tenant: &str, process: &str) {
    counter!("callward_entries_total", "tenant" => tenant.to_owned(), "process" => process.to_owned()).increment(1);
}

/// A turn began.
pub(super) fn turn_began() -> Instant {
    Instant::now()
}

/// A turn of a process that there is was answered.
pub(super) fn turn_ended((tenant, process): (&str, &str), began: Instant, served: bool) {
    if !count_known(tenant, process, served) {
        Turns::of(tenant, process).count(served);
    }
    TURN_SECONDS.record(began.elapsed().as_secs_f64());
}

/// Counts a turn of a process that took one before; `false` for others.
fn count_known(tenant: &str, process: &str, served: bool) -> bool {
    let known = TURNS.read().unwrap_or_else(PoisonError::into_inner);
    let turns = known.get(tenant).and_then(|processes| processes.get(process));
    turns.inspect(|turns| turns.count(served)).is_some()
}

impl Turns {
    fn count(&self, served: bool) {
        let counted = if served { &self.served } else { &self.failed };
        counted.increment(1);
    }

    fn of(tenant: &str, process: &str) -> Self {
        let count = |outcome: &'static str| counter!("callward_turns_total", "tenant" => tenant.to_owned(), "process" => process.to_owned(), "outcome" => outcome);
        let turns = Self { served: count("served"), failed: count("failed") };
        let mut known = TURNS.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(tenant.to_owned()).or_default().insert(process.to_owned(), turns.clone());
        turns
    }
}
