//! How much a script may use, and the gauge that counts it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// QuickJS asks its interrupt handler once in so many jumps and calls (`JS_INTERRUPT_COUNTER_INIT`).
const STEPS_PER_QUESTION: u64 = 10_000;
/// What coming in costs, in steps.
const STEPS_PER_RUN: u64 = 20;
/// Elements that a native built-in gets through, or bytes that it makes, in the time of one step.
const ELEMENTS_PER_STEP: u64 = 8;
/// Who asks for so many bytes at once is asked for the time, too.
const WORTH_A_LOOK: usize = 4 << 10;
/// How much a run may still ask for when it must stop, in [`Limits::memory`]: what it is in the midst of ends with less.
const INDULGENCE: usize = 4;

/// What one run of a script may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that all objects of the sandbox may hold together.
    pub memory: usize,
    /// Bytes of native stack.
    pub stack: usize,
    /// Jumps and calls in one run, native work counted by its size.
    pub steps: u64,
    /// The same in all runs together, until the budget is renewed.
    pub budget: u64,
    /// Largest array or string that a native built-in may work through in one call, in elements.
    pub extent: u64,
    /// Wall time of one run. Only a backstop behind `steps`: the same input shall give the same trace.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 16 << 20,
            stack: 256 << 10,
            steps: 5_000_000,
            budget: 20_000_000,
            extent: 1_000_000,
            patience: Duration::from_secs(5),
        }
    }
}

/// The limit that a script ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::memory`].
    Memory,
    /// [`Limits::stack`].
    Stack,
    /// [`Limits::steps`], [`Limits::budget`] or [`Limits::patience`].
    Time,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::Memory => "memory",
            Limit::Stack => "stack",
            Limit::Time => "time",
        })
    }
}

/// Counts what the present run has used. Clones share the count.
#[derive(Debug, Clone)]
pub(super) struct Gauge {
    used: Arc<Used>,
    limits: Limits,
    /// From here wall time is counted; it never reaches a script.
    epoch: Instant,
}

/// What stands for the two limits that are counted here.
const OUT_OF_TIME: u8 = 1;
const OUT_OF_MEMORY: u8 = 2;

#[derive(Debug, Default)]
struct Used {
    steps: AtomicU64,
    /// Steps of all runs since the budget was renewed.
    spent: AtomicU64,
    exhausted: AtomicU8,
    /// Bytes that are in use, about.
    held: AtomicUsize,
    /// Bytes that were asked for since a limit was passed.
    overdrawn: AtomicUsize,
    /// When the present run must be over, in milliseconds from the epoch.
    deadline: AtomicU64,
}

impl Gauge {
    pub fn new(limits: Limits) -> Self {
        let used = Used { deadline: AtomicU64::new(u64::MAX), ..Used::default() };
        Self { used: Arc::new(used), limits, epoch: Instant::now() }
    }

    /// From here on there is a whole budget again.
    pub fn renew(&self) {
        self.used.spent.store(0, Ordering::Relaxed);
    }

    /// Steps of all runs since the budget was renewed.
    pub fn spent(&self) -> u64 {
        self.used.spent.load(Ordering::Relaxed)
    }

    /// From here on so much of the budget is gone.
    pub fn set_spent(&self, steps: u64) {
        self.used.spent.store(steps, Ordering::Relaxed);
    }

    /// A run begins: its count starts at nothing, but for what coming in costs.
    pub fn reset(&self) {
        self.used.steps.store(0, Ordering::Relaxed);
        self.used.exhausted.store(0, Ordering::Relaxed);
        self.used.overdrawn.store(0, Ordering::Relaxed);
        self.used.deadline.store(milliseconds(self.epoch.elapsed() + self.limits.patience), Ordering::Relaxed);
        self.spend(STEPS_PER_RUN);
    }

    /// The limit that the present run has passed, if it has.
    pub fn exhausted(&self) -> Option<Limit> {
        match self.used.exhausted.load(Ordering::Relaxed) {
            OUT_OF_TIME => Some(Limit::Time),
            OUT_OF_MEMORY => Some(Limit::Memory),
            _ => None,
        }
    }

    /// Counts `elements` that a native built-in is about to work through; `false` when it may not.
    pub fn charge(&self, elements: f64) -> bool {
        let elements = elements.max(0.0) as u64;
        if elements > self.limits.extent {
            return false;
        }
        self.spend(elements / ELEMENTS_PER_STEP);
        !self.is_over()
    }

    /// Counts `bytes` that are given out; `false` when the run must stop.
    pub fn take(&self, bytes: usize) -> bool {
        let held = self.used.held.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if held > self.limits.memory {
            self.exhaust(OUT_OF_MEMORY);
        }
        self.spend(bytes as u64 / ELEMENTS_PER_STEP);
        if bytes >= WORTH_A_LOOK { !self.is_over() } else { self.exhausted().is_none() }
    }

    /// Counts `bytes` that are asked for though the run must stop; `false` when that is no longer suffered.
    pub fn indulges(&self, bytes: usize) -> bool {
        let overdrawn = self.used.overdrawn.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        bytes == 0 || overdrawn <= self.limits.memory.saturating_mul(INDULGENCE)
    }

    /// So many bytes have come back.
    pub fn give_back(&self, bytes: usize) {
        self.used.held.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Bytes that are in use, about.
    pub fn held(&self) -> usize {
        self.used.held.load(Ordering::Relaxed)
    }

    /// QuickJS asks whether to stop; once the answer is `true`, no `catch` of the script's own can hold it up.
    pub fn should_interrupt(&self) -> bool {
        self.spend(STEPS_PER_QUESTION);
        self.is_over()
    }

    /// Whether a limit is passed, with a look at the clock.
    fn is_over(&self) -> bool {
        if milliseconds(self.epoch.elapsed()) > self.used.deadline.load(Ordering::Relaxed) {
            self.exhaust(OUT_OF_TIME);
        }
        self.exhausted().is_some()
    }

    fn spend(&self, steps: u64) {
        let in_run = self.used.steps.fetch_add(steps, Ordering::Relaxed).saturating_add(steps);
        let spent = self.used.spent.fetch_add(steps, Ordering::Relaxed).saturating_add(steps);
        if in_run > self.limits.steps || spent > self.limits.budget {
            self.exhaust(OUT_OF_TIME);
        }
    }

    /// What comes first counts.
    fn exhaust(&self, limit: u8) {
        let _ = self.used.exhausted.compare_exchange(0, limit, Ordering::Relaxed, Ordering::Relaxed);
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
