//! Keys as telephone-event packets: a marked start sent twice, an update every frame, three ends, a pause (RFC 4733 §2.5.1).

use std::collections::VecDeque;

use super::key::Key;

use super::telephone_event::TelephoneEvent;
use crate::audio::FRAME_SAMPLES;

/// The start and the end are sent more than once, since nobody asks for them again.
const STARTS: u8 = 2;
const ENDS: u8 = 3;

/// How long a key is pressed and the pause behind it, in frames of 20 ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyTiming {
    /// Frames of the press; two are the least that a detector takes for a key.
    pub tone: u16,
    /// Frames of silence until the next.
    pub pause: u16,
}

/// What is to be sent in one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventFrame {
    /// The event so far.
    pub event: TelephoneEvent,
    /// It begins with this frame.
    pub is_start: bool,
    /// How many packets say so.
    pub copies: u8,
}

/// Keys that wait, and the one that is pressed.
#[derive(Debug, Default)]
pub struct KeySender {
    waiting: VecDeque<(Key, KeyTiming)>,
    pressed: Option<Pressed>,
}

#[derive(Debug)]
struct Pressed {
    key: Key,
    timing: KeyTiming,
    frame: u16,
}

impl Default for KeyTiming {
    fn default() -> Self {
        Self { tone: 5, pause: 4 }
    }
}

impl KeySender {
    /// Lines a key up behind those that wait.
    pub fn push(&mut self, key: Key, timing: KeyTiming) {
        self.waiting.push_back((key, KeyTiming { tone: timing.tone.clamp(2, 400), pause: timing.pause.max(2) }));
    }

    /// Whether keys or a pause between them are under way.
    pub fn is_busy(&self) -> bool {
        self.pressed.is_some() || !self.waiting.is_empty()
    }

    /// One frame has passed; what is to be sent of a key in it.
    pub(super) fn next_frame(&mut self) -> Option<EventFrame> {
        if self.pressed.is_none() {
            let (key, timing) = self.waiting.pop_front()?;
            self.pressed = Some(Pressed { key, timing, frame: 0 });
        }
        let pressed = self.pressed.as_mut()?;
        pressed.frame += 1;
        let frame = pressed.as_frame();
        if pressed.frame >= pressed.timing.tone.saturating_add(pressed.timing.pause) {
            self.pressed = None;
        }
        frame
    }
}

impl Pressed {
    fn as_frame(&self) -> Option<EventFrame> {
        if self.frame > self.timing.tone {
            return None;
        }
        let duration = u16::try_from(FRAME_SAMPLES).unwrap_or(u16::MAX).saturating_mul(self.frame);
        let (is_start, end) = (self.frame == 1, self.frame == self.timing.tone);
        let copies = if end {
            ENDS
        } else if is_start {
            STARTS
        } else {
            1
        };
        Some(EventFrame { event: TelephoneEvent { event: self.key.event(), end, duration }, is_start, copies })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_starts_twice_ends_three_times_and_is_followed_by_a_pause() {
        let mut sender = KeySender::default();
        sender.push(Key::from_symbol('5').unwrap(), KeyTiming { tone: 3, pause: 2 });
        sender.push(Key::from_symbol('6').unwrap(), KeyTiming { tone: 2, pause: 2 });

        let frames: Vec<Option<(u8, u16, bool, u8)>> = std::iter::from_fn(|| sender.is_busy().then(|| sender.next_frame()))
            .map(|frame| frame.map(|frame| (frame.event.event, frame.event.duration, frame.event.end, frame.copies)))
            .collect();

        let five = [Some((5, 160, false, 2)), Some((5, 320, false, 1)), Some((5, 480, true, 3)), None, None];
        let six = [Some((6, 160, false, 2)), Some((6, 320, true, 3)), None, None];
        assert_eq!(frames, [&five[..], &six[..]].concat());
    }
}
