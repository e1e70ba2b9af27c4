//! How long nobody has spoken on a line, as its caller hears it: the time of prompts does not count.

use std::time::{Duration, Instant};

/// A pause within a prompt, such as packets that are lost, is none.
const BREATH: Duration = Duration::from_millis(450);

/// Counts silence.
pub(super) struct Quiet {
    before: Duration,
    since: Instant,
    has_sounded: bool,
}

impl Quiet {
    /// From now on.
    pub fn start(now: Instant) -> Self {
        Self { before: Duration::ZERO, since: now, has_sounded: false }
    }

    /// Something is heard.
    pub fn handle_sound(&mut self, now: Instant) {
        self.before = self.total(now);
        self.since = self.since.max(now);
        self.has_sounded = true;
    }

    /// The silence of all pauses so far.
    pub fn total(&self, now: Instant) -> Duration {
        let pause = now.saturating_duration_since(self.since);
        self.before + if pause > BREATH { pause } else { Duration::ZERO }
    }

    /// When there will have been so much silence, if nothing is heard until then.
    pub fn reaches(&self, total: Duration) -> Instant {
        self.since + total.saturating_sub(self.before)
    }

    /// Whether something was heard since this was asked last.
    pub fn take_sounded(&mut self) -> bool {
        std::mem::take(&mut self.has_sounded)
    }

    /// Since when it is silent.
    pub fn since(&self) -> Instant {
        self.since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_prompts_does_not_count() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut quiet = Quiet::start(start);

        (20..30).for_each(|tenth| quiet.handle_sound(start + second * tenth / 10));

        assert_eq!(quiet.total(start + second * 3), second * 2);
        assert_eq!(quiet.reaches(second * 5), start + Duration::from_millis(5_900));
        assert_eq!(quiet.total(start + Duration::from_millis(5_900)), second * 5);
    }
}
