//! A wheel of twenty slots, a millisecond each: every call is in one, and sends when it comes round.

/// Slots of the wheel: the milliseconds of a frame.
const SLOTS: usize = 20;

/// Calls that share a millisecond before another slot is begun: each waking of the thread costs as much as some packets.
const TOGETHER: usize = 100;

/// The order in which slots are begun, so that those in use lie evenly.
const ORDER: [usize; SLOTS] = [0, 10, 5, 15, 2, 12, 7, 17, 3, 13, 8, 18, 1, 11, 6, 16, 4, 14, 9, 19];

/// Which calls are due in which millisecond.
#[derive(Debug, Default)]
pub(super) struct Wheel {
    slots: [Vec<usize>; SLOTS],
}

impl Wheel {
    /// Puts a call where few are already, so that few calls wake the thread seldom; many are spread evenly.
    pub fn insert(&mut self, call: usize) {
        let has_room = |slot: &&usize| self.slots.get(**slot).is_some_and(|calls| (1..TOGETHER).contains(&calls.len()));
        let first = ORDER.iter().find(has_room).copied();
        let emptiest = || ORDER.iter().min_by_key(|slot| self.slots.get(**slot).map_or(usize::MAX, Vec::len)).copied();
        if let Some(slot) = first.or_else(emptiest).and_then(|slot| self.slots.get_mut(slot)) {
            slot.push(call);
        }
    }

    /// Takes a call out.
    pub fn remove(&mut self, call: usize) {
        self.slots.iter_mut().for_each(|slot| slot.retain(|other| *other != call));
    }

    /// The calls that are due in a millisecond.
    pub fn due(&self, millisecond: u64) -> &[usize] {
        let slot = usize::try_from(millisecond % SLOTS as u64).unwrap_or_default();
        self.slots.get(slot).map(Vec::as_slice).unwrap_or_default()
    }

    /// Milliseconds from `millisecond` to the next in which a call is due, itself counted as 0, at most `most`.
    pub fn wait(&self, millisecond: u64, most: u64) -> u64 {
        (0..most).find(|ahead| !self.due(millisecond + ahead).is_empty()).unwrap_or(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_calls_are_together_and_many_are_spread() {
        let used = |calls: usize| {
            let mut wheel = Wheel::default();
            (0..calls).for_each(|call| wheel.insert(call));
            (0..20).map(|millisecond| wheel.due(millisecond).len()).filter(|calls| *calls > 0).collect::<Vec<usize>>()
        };

        assert_eq!(used(20), [20]);
        assert_eq!(used(100), [100]);
        assert_eq!(used(2000), [100; 20]);
    }

    #[test]
    fn a_call_is_due_once_in_a_round_until_it_is_taken_out() {
        let mut wheel = Wheel::default();
        (0..45).for_each(|call| wheel.insert(call));
        wheel.remove(7);

        let mut round: Vec<usize> = (100..120).flat_map(|millisecond| wheel.due(millisecond).to_vec()).collect();

        round.sort_unstable();
        assert_eq!(round, (0..45).filter(|call| *call != 7).collect::<Vec<usize>>());
    }

    #[test]
    fn empty_slots_are_waited_over_but_not_for_long() {
        let mut wheel = Wheel::default();
        assert_eq!(wheel.wait(3, 5), 5);
        wheel.insert(1);

        assert_eq!([wheel.wait(0, 5), wheel.wait(18, 5), wheel.wait(5, 5)], [0, 2, 5]);
    }
}
