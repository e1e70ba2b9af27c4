//! The voice of a rehearsed house: says each prompt so that the caller can read what was heard.

use std::sync::atomic::{AtomicU16, Ordering};

use async_trait::async_trait;

use crate::voice::{Said, Span, Speak, Speech};

use super::audible::sound_of;

/// Numbers the prompts of a call.
#[derive(Default)]
pub(super) struct Herald(AtomicU16);

#[async_trait]
impl Speak for Herald {
    async fn say(&self, speech: &Speech) -> Said {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        Said { sounds: vec![sound_of(number, &text(speech))], unsaid: Vec::new() }
    }
}

/// The words of a prompt as its page has them: pieces are put together without blanks before what ends a word.
fn text(speech: &Speech) -> String {
    let mut text = String::new();
    for span in &speech.spans {
        let Span::Words(words) = span else { continue };
        let clings = words.text.starts_with(['.', ',', ';', ':', '?', '!', '-', ')']);
        text.push_str(if clings || text.is_empty() { "" } else { " " });
        text.push_str(&words.text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::Words;

    #[test]
    fn pieces_are_put_together_as_they_are_written() {
        let words = |text: &str| Span::Words(Words::plain(text, "en"));
        let speech = Speech { spans: vec![words("The number ending"), words("3 3"), words(". Enter it.")] };

        assert_eq!(text(&speech), "The number ending 3 3. Enter it.");
    }
}
