//! Which of thousands of calls and transactions is due next: a heap, in which a timer that was moved leaves a stale entry.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::Hash;
use std::time::Instant;

use rustc_hash::FxHashMap;

/// One timer for each key, which is a number of ours that no stranger can choose.
#[derive(Debug)]
pub(super) struct TimerQueue<K> {
    heap: BinaryHeap<Reverse<(Instant, K)>>,
    /// When each key is really due; what else the heap holds is stale.
    due: FxHashMap<K, Instant>,
}

impl<K: Copy + Ord + Hash> TimerQueue<K> {
    /// No timers.
    pub fn new() -> Self {
        Self { heap: BinaryHeap::new(), due: FxHashMap::default() }
    }

    /// Sets, moves or stops the timer of `key`.
    pub fn set(&mut self, key: K, due: Option<Instant>) {
        match due {
            Some(due) => {
                if self.due.insert(key, due) != Some(due) {
                    self.heap.push(Reverse((due, key)));
                }
            }
            None => {
                self.due.remove(&key);
            }
        }
        self.drop_stale();
    }

    /// A key that is due at `now`; its timer is stopped.
    pub fn pop(&mut self, now: Instant) -> Option<K> {
        let Reverse((due, key)) = *self.heap.peek()?;
        if due > now {
            return None;
        }
        self.heap.pop();
        self.due.remove(&key);
        self.drop_stale();
        Some(key)
    }

    /// When the first key is due.
    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((due, _))| *due)
    }

    /// Whether no timer runs.
    pub fn is_empty(&self) -> bool {
        self.due.is_empty()
    }

    /// The top of the heap is always a timer that runs.
    fn drop_stale(&mut self) {
        while let Some(Reverse((due, key))) = self.heap.peek() {
            if self.due.get(key) == Some(due) {
                break;
            }
            self.heap.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_timer_that_was_moved_or_stopped_is_not_heard_at_its_old_time() {
        let start = Instant::now();
        let second = |seconds| start + Duration::from_secs(seconds);
        let mut timers = TimerQueue::new();

        timers.set('a', Some(second(1)));
        timers.set('b', Some(second(2)));
        timers.set('c', Some(second(3)));
        timers.set('a', Some(second(4)));
        timers.set('b', None);

        assert_eq!(timers.next(), Some(second(3)));
        assert_eq!(timers.pop(second(2)), None);
        assert_eq!(timers.pop(second(9)), Some('c'));
        assert_eq!(timers.pop(second(9)), Some('a'));
        assert_eq!(timers.pop(second(9)), None);
        assert!(timers.is_empty());
    }

    #[test]
    fn a_timer_that_is_set_to_and_fro_is_heard_once() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let mut timers = TimerQueue::new();

        timers.set(1, Some(start));
        timers.set(1, Some(later));
        timers.set(1, Some(start));

        assert_eq!(timers.pop(later), Some(1));
        assert_eq!(timers.pop(later), None);
    }
}
