//! When to press keys on a call that is only heard: each group once a prompt has gone silent, as a person would.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A pause that is longer than those between two sentences: the prompt is over.
const PROMPT_IS_OVER: Duration = Duration::from_millis(1200);
/// Who hears nothing at all presses after so long.
const NOTHING_IS_HEARD: Duration = Duration::from_secs(4);

/// Groups of keys that wait for their prompts. No `Debug`: it knows the keys.
pub(super) struct KeyPlan {
    groups: VecDeque<String>,
    /// Since when nothing is heard; `None` while nobody has answered.
    quiet_since: Option<Instant>,
    has_heard: bool,
}

impl KeyPlan {
    /// One group for each prompt, between blanks.
    pub fn new(keys: &str) -> Self {
        Self { groups: keys.split_whitespace().map(str::to_owned).collect(), quiet_since: None, has_heard: false }
    }

    /// The call was answered: prompts come from now on.
    pub fn handle_answered(&mut self, now: Instant) {
        self.quiet_since = Some(now);
    }

    /// Something is heard.
    pub fn handle_sound(&mut self, now: Instant) {
        self.has_heard = true;
        self.quiet_since = self.quiet_since.map(|since| since.max(now));
    }

    /// The keys whose prompt has gone silent.
    pub fn take(&mut self, now: Instant) -> Option<String> {
        self.poll_timeout().filter(|due| now >= *due)?;
        self.has_heard = false;
        self.quiet_since = Some(now);
        self.groups.pop_front()
    }

    /// When keys are due if nothing is heard until then.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let since = self.quiet_since.filter(|_| !self.groups.is_empty())?;
        Some(since + if self.has_heard { PROMPT_IS_OVER } else { NOTHING_IS_HEARD })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_group_waits_for_the_end_of_its_prompt() {
        let (mut plan, start) = (KeyPlan::new("2 1234#"), Instant::now());
        assert_eq!(plan.poll_timeout(), None);
        plan.handle_answered(start);

        (1..=5).for_each(|second| plan.handle_sound(start + SECOND * second));
        assert_eq!(plan.take(start + SECOND * 6), None);
        assert_eq!(plan.take(start + SECOND * 7).as_deref(), Some("2"));
        plan.handle_sound(start + SECOND * 9);
        assert_eq!(plan.take(start + SECOND * 9 + PROMPT_IS_OVER).as_deref(), Some("1234#"));

        assert_eq!(plan.poll_timeout(), None);
    }

    #[test]
    fn who_hears_nothing_presses_after_a_while() {
        let (mut plan, start) = (KeyPlan::new("1"), Instant::now());

        plan.handle_answered(start);

        assert_eq!(plan.poll_timeout(), Some(start + NOTHING_IS_HEARD));
    }
}
