//! A call in which nothing happens: its frames are counted only, and made up for when something does.

use std::time::Instant;

/// The frames that pass by.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    /// When something is due; `None` while every frame is looked at.
    until: Option<Instant>,
    passed: u32,
}

impl Quiet {
    /// Nothing is due before `until`, unless something comes.
    pub fn begin(&mut self, until: Instant) {
        self.until = Some(until);
    }

    /// Lets a frame pass by; `false` when it is to be looked at.
    pub fn pass(&mut self, now: Instant) -> bool {
        let passes = self.until.is_some_and(|until| now < until);
        self.passed += u32::from(passes);
        passes
    }

    /// Something has come, or is due. Gives the frames that have passed by.
    pub fn end(&mut self) -> u32 {
        self.until = None;
        std::mem::take(&mut self.passed)
    }
}
