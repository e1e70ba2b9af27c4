//! How much a script may use, and the gauge that counts it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// QuickJS asks its interrupt handler once in so many jumps and calls (`JS_INTERRUPT_COUNTER_INIT`).
const STEPS_PER_QUESTION: u64 = 10_000;

/// What one run of a script may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that all objects of the sandbox may hold together.
    pub memory: usize,
    /// Bytes of native stack.
    pub stack: usize,
    /// Jumps and calls in one run, native work counted by its size.
    pub steps: u64,
    /// Largest array or string that a native built-in may work through in one call, in elements.
    pub extent: u64,
    /// Wall time of one run. Only a backstop behind `steps`: the same input shall give the same trace.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 16 << 20, stack: 256 << 10, steps: 5_000_000, extent: 1_000_000, patience: Duration::from_secs(5) }
    }
}

/// The limit that a script ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::memory`].
    Memory,
    /// [`Limits::stack`].
    Stack,
    /// [`Limits::steps`] or [`Limits::patience`].
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
    steps: Arc<AtomicU64>,
    exhausted: Arc<AtomicBool>,
    limits: Limits,
}

impl Gauge {
    pub fn new(limits: Limits) -> Self {
        Self { steps: Arc::default(), exhausted: Arc::default(), limits }
    }

    /// A run begins: its count starts at nothing.
    pub fn reset(&self) {
        self.steps.store(0, Ordering::Relaxed);
        self.exhausted.store(false, Ordering::Relaxed);
    }

    /// Whether the present run has used up its time.
    pub fn is_exhausted(&self) -> bool {
        self.exhausted.load(Ordering::Relaxed)
    }

    /// Counts `work` done by a native built-in; `false` when it is too large for one call, or the run has used up its steps.
    pub fn charge(&self, work: f64) -> bool {
        let work = work.max(0.0) as u64;
        if work > self.limits.extent {
            return false;
        }
        self.spend(work / 8);
        !self.is_exhausted()
    }

    /// The handler for QuickJS: `true` stops the script, and no `catch` of its own can hold that up.
    pub fn interrupt_handler(&self) -> Box<dyn FnMut() -> bool + Send> {
        let gauge = self.clone();
        let mut began: Option<(u64, Instant)> = None;
        Box::new(move || {
            let before = gauge.steps.load(Ordering::Relaxed);
            let same_run = began.filter(|(steps, _)| *steps <= before);
            let (_, since) = same_run.unwrap_or_else(|| (before, Instant::now()));
            gauge.spend(STEPS_PER_QUESTION);
            began = Some((gauge.steps.load(Ordering::Relaxed), since));
            if since.elapsed() > gauge.limits.patience {
                gauge.exhausted.store(true, Ordering::Relaxed);
            }
            gauge.is_exhausted()
        })
    }

    fn spend(&self, steps: u64) {
        let spent = self.steps.fetch_add(steps, Ordering::Relaxed) + steps;
        if spent > self.limits.steps {
            self.exhausted.store(true, Ordering::Relaxed);
        }
    }
}
