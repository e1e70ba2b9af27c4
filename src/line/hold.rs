//! What a caller hears while a page is fetched: the page's own sound, or music when that takes long and the page names none.

use std::time::{Duration, Instant};

/// How long a fetch may be silent.
const PATIENCE: Duration = Duration::from_secs(3);

/// The sound of a wait.
#[derive(Debug, Default)]
pub(super) struct Hold {
    due: Option<Instant>,
    is_wanted: bool,
    is_playing: bool,
}

impl Hold {
    /// A fetch begins.
    pub fn handle_fetch(&mut self, now: Instant) {
        self.due = Some(now + PATIENCE);
    }

    /// The page names a sound of its own.
    pub fn want(&mut self) {
        self.due = None;
        self.is_wanted = true;
    }

    /// Whether a sound that was fetched meanwhile is still to be played.
    pub fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    /// The music is to begin.
    pub fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| now >= due)
    }

    /// When it may be due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// It plays.
    pub fn started(&mut self) {
        self.due = None;
        self.is_playing = true;
    }

    /// The wait is over; `true` when something plays that has to stop.
    pub fn stop(&mut self) -> bool {
        std::mem::take(self).is_playing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_fetch_is_not_silent_and_a_short_one_has_no_music() {
        let (mut hold, now) = (Hold::default(), Instant::now());
        hold.handle_fetch(now);

        assert!(!hold.is_due(now + Duration::from_secs(1)));
        assert!(hold.is_due(now + PATIENCE));
        assert!(!hold.stop());
        hold.handle_fetch(now);
        hold.started();
        assert!(hold.stop());
        assert_eq!(hold.poll_timeout(), None);
    }
}
