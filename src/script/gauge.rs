//! How much a script may use, and the gauge that counts it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// QuickJS asks its interrupt handler once in so many jumps and calls (`JS_INTERRUPT_COUNTER_INIT`).
const STEPS_PER_QUESTION: u64 = 10_000;
/// What coming in costs, in steps.
const STEPS_PER_RUN: u64 = 20;
/// Elements that a native built-in gets through in the time of one step.
const ELEMENTS_PER_STEP: u64 = 8;

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

#[derive(Debug, Default)]
struct Used {
    steps: AtomicU64,
    /// Steps of all runs since the budget was renewed.
    spent: AtomicU64,
    exhausted: AtomicBool,
    /// When the present run must be over, in milliseconds from the epoch.
    deadline: AtomicU64,
}

impl Gauge {
    pub fn new(limits: Limits) -> Self {
        Self { used: Arc::default(), limits, epoch: Instant::now() }
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
        self.used.exhausted.store(false, Ordering::Relaxed);
        self.used.deadline.store(milliseconds(self.epoch.elapsed() + self.limits.patience), Ordering::Relaxed);
        self.spend(STEPS_PER_RUN);
    }

    /// Whether the present run has used up its time.
    pub fn is_exhausted(&self) -> bool {
        self.used.exhausted.load(Ordering::Relaxed)
    }

    /// Counts `elements` that a native built-in is about to work through; `false` when it may not.
    pub fn charge(&self, elements: f64) -> bool {
        let elements = elements.max(0.0) as u64;
        if elements > self.limits.extent {
            return false;
        }
        self.spend(elements / ELEMENTS_PER_STEP);
        !self.is_exhausted()
    }

    /// QuickJS asks whether to stop; once the answer is `true`, no `catch` of the script's own can hold it up.
    pub fn should_interrupt(&self) -> bool {
        self.spend(STEPS_PER_QUESTION);
        if milliseconds(self.epoch.elapsed()) > self.used.deadline.load(Ordering::Relaxed) {
            self.used.exhausted.store(true, Ordering::Relaxed);
        }
        self.is_exhausted()
    }

    fn spend(&self, steps: u64) {
        let in_run = self.used.steps.fetch_add(steps, Ordering::Relaxed).saturating_add(steps);
        let spent = self.used.spent.fetch_add(steps, Ordering::Relaxed).saturating_add(steps);
        if in_run > self.limits.steps || spent > self.limits.budget {
            self.used.exhausted.store(true, Ordering::Relaxed);
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
