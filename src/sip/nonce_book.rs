//! Nonces that proved a password, and how often: what was counted once is not taken again (RFC 7616 §5.5).

use std::collections::BTreeMap;

use jiff::Timestamp;

/// More than callers who can prove a password within the life of a nonce.
const MOST_NONCES: usize = 10_000;

/// The counts of used nonces, oldest nonce first. When it is full the oldest are forgotten, and all as old as they with them.
#[derive(Debug, Default)]
pub(super) struct NonceBook {
    counts: BTreeMap<(Timestamp, String), u32>,
    forgotten_until: Option<Timestamp>,
}

impl NonceBook {
    /// Notes that `nonce` was used for the `count`-th time; whether that is news. Nonces from before `oldest` are over.
    pub fn take(&mut self, issued: Timestamp, nonce: &str, count: u32, oldest: Timestamp) -> bool {
        self.forget(oldest);
        if count == 0 || self.forgotten_until.is_some_and(|until| issued <= until) {
            return false;
        }
        let last = self.counts.entry((issued, nonce.to_owned())).or_default();
        let fresh = count > *last;
        *last = count.max(*last);
        fresh
    }

    fn forget(&mut self, oldest: Timestamp) {
        while let Some((issued, _)) = self.counts.keys().next() {
            let (issued, full) = (*issued, self.counts.len() >= MOST_NONCES);
            if issued >= oldest && !full {
                return;
            }
            self.counts.pop_first();
            if issued >= oldest {
                self.forgotten_until = Some(issued);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    #[test]
    fn a_count_is_taken_once_and_only_upwards() {
        let mut book = NonceBook::default();

        let taken = [1, 1, 3, 2, 0, 4].map(|count| book.take(at(5), "a", count, at(0)));

        assert_eq!(taken, [true, false, true, false, false, true]);
    }

    #[test]
    fn a_full_book_forgets_the_oldest_and_does_not_take_them_again() {
        let mut book = NonceBook::default();
        for number in 0..MOST_NONCES as i64 + 2 {
            assert!(book.take(at(number), "a", 1, at(0)));
        }

        assert_eq!(book.counts.len(), MOST_NONCES);
        assert!(!book.take(at(1), "a", 2, at(0)));
        assert!(book.take(at(5), "a", 2, at(0)));
    }
}
