//! Which packets of a protected stream have been seen: rollover counter and replay window (RFC 3711 §3.3.1, §3.3.2).

/// Packets that the window looks back.
const WINDOW: u64 = 128;

/// The highest index, and which of those below it have come.
#[derive(Debug, Clone, Default)]
pub(super) struct ReplayWindow {
    highest: Option<u64>,
    seen: u128,
}

impl ReplayWindow {
    /// The index that a sequence number means: the one nearest to the highest (§3.3.1, appendix A).
    pub fn estimate(&self, sequence: u16) -> u64 {
        let Some(highest) = self.highest else { return u64::from(sequence) };
        #[expect(clippy::cast_possible_truncation, reason = "the low 16 bits are the sequence number")]
        let ahead = i64::from(sequence.wrapping_sub(highest as u16).cast_signed());
        // Before the first rollover there is nothing below: such a number is far ahead.
        highest.checked_add_signed(ahead).unwrap_or_else(|| u64::from(sequence))
    }

    /// Whether the index is neither too old nor seen.
    pub fn is_fresh(&self, index: u64) -> bool {
        let Some(highest) = self.highest else { return true };
        if index > highest {
            return true;
        }
        let behind = highest - index;
        behind < WINDOW && self.seen & 1 << behind == 0
    }

    /// The packet with this index is authentic.
    pub fn take(&mut self, index: u64) {
        let highest = self.highest.unwrap_or(index);
        if index > highest || self.highest.is_none() {
            let ahead = index - highest;
            self.seen = if ahead < WINDOW { self.seen << ahead } else { 0 } | 1;
            self.highest = Some(index);
        } else if highest - index < WINDOW {
            self.seen |= 1 << (highest - index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_is_fresh_once_and_old_ones_never() {
        let mut window = ReplayWindow::default();
        for index in [1000, 1002, 1001, 1300] {
            assert!(window.is_fresh(index), "{index}");
            window.take(index);
            assert!(!window.is_fresh(index), "{index}");
        }

        assert!(!window.is_fresh(1100));
        assert!(window.is_fresh(1299));
    }

    #[test]
    fn the_rollover_counter_goes_up_and_late_packets_are_before_it() {
        let mut window = ReplayWindow::default();
        window.take(window.estimate(65_534));

        assert_eq!(window.estimate(2), 65_538);
        window.take(65_538);
        assert_eq!(window.estimate(65_535), 65_535);
        assert_eq!(window.estimate(3), 65_539);
    }

    #[test]
    fn a_late_packet_before_the_first_rollover_does_not_underflow() {
        let mut window = ReplayWindow::default();
        window.take(5);

        assert_eq!(window.estimate(65_530), 65_530);
    }
}
