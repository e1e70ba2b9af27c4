//! What arrived on the customers' phones and in their mailboxes, newest first.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::message::{Channel, Message};
use crate::secret::{Digits, SecretText};

/// Messages beyond these many are forgotten, oldest first.
const KEPT: usize = 500;

/// All phones and mailboxes together. Clones are the same inbox.
#[derive(Debug, Clone)]
pub struct Inbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Oldest first.
    messages: Mutex<Vec<Message>>,
    /// How many messages ever arrived.
    arrived: watch::Sender<u64>,
}

/// A message on its way in.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Text message or mail.
    pub channel: Channel,
    /// Number or address of the customer.
    pub to: String,
    /// Number or address of the sender; may be empty.
    pub from: String,
    /// The subject of a mail; empty for a text message.
    pub subject: String,
    /// The words.
    pub text: SecretText,
}

impl Inbox {
    /// An empty inbox.
    pub fn new() -> Self {
        Self(Arc::new(Shared { messages: Mutex::default(), arrived: watch::Sender::new(0) }))
    }

    /// Takes a message in and gives it as it lies in the inbox.
    pub fn deliver(&self, delivery: Delivery, at: Timestamp) -> Message {
        let Delivery { channel, to, from, subject, text } = delivery;
        let mut messages = self.0.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let number = *self.0.arrived.borrow() + 1;
        let message = Message { number, channel, to, from, subject, text, at };
        messages.push(message.clone());
        if messages.len() > KEPT {
            messages.remove(0);
        }
        self.0.arrived.send_replace(number);
        message
    }

    /// All messages, newest first.
    pub fn messages(&self) -> Vec<Message> {
        let messages = self.0.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().rev().cloned().collect()
    }

    /// The messages that came after the one with this number (0: all), oldest first.
    pub fn since(&self, number: u64) -> Vec<Message> {
        let messages = self.0.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().filter(|message| message.number > number).cloned().collect()
    }

    /// The number of the newest message that ever came, 0 before the first.
    pub fn newest_number(&self) -> u64 {
        *self.0.arrived.borrow()
    }

    /// Waits for a message for which `wanted` holds; one that is there already will do, the newest first.
    pub async fn wait_for(&self, wanted: impl Fn(&Message) -> bool) -> Message {
        let mut arrivals = self.arrivals();
        loop {
            arrivals.mark_unchanged();
            if let Some(message) = self.messages().into_iter().find(&wanted) {
                return message;
            }
            // The inbox holds the sender, so there is always a next arrival to wait for.
            let _ = arrivals.changed().await;
        }
    }

    /// The code in the newest message of a channel that holds one.
    pub fn newest_code(&self, channel: Channel) -> Option<Digits> {
        self.messages().into_iter().filter(|message| message.channel == channel).find_map(|message| message.code())
    }

    /// Tells the number of the newest message whenever one arrives.
    pub fn arrivals(&self) -> watch::Receiver<u64> {
        self.0.arrived.subscribe()
    }

    /// Empties the inbox; numbers go on counting.
    pub fn clear(&self) {
        self.0.messages.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.0.arrived.send_modify(|_| ());
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_message(to: &str, text: &str) -> Delivery {
        Delivery { channel: Channel::Sms, to: to.into(), from: String::new(), subject: String::new(), text: SecretText::new(text) }
    }

    #[tokio::test]
    async fn who_waits_hears_of_a_message_that_comes_later() {
        let inbox = Inbox::new();
        let waiting = tokio::spawn({
            let inbox = inbox.clone();
            async move { inbox.wait_for(|message| message.to == "+492").await }
        });
        tokio::task::yield_now().await;

        inbox.deliver(text_message("+491", "111111"), Timestamp::UNIX_EPOCH);
        inbox.deliver(text_message("+492", "222222"), Timestamp::UNIX_EPOCH);

        assert_eq!(waiting.await.unwrap().number, 2);
    }

    #[test]
    fn the_newest_message_with_a_code_gives_the_code() {
        let inbox = Inbox::new();
        inbox.deliver(text_message("+491", "111111 is your code (number 1)."), Timestamp::UNIX_EPOCH);
        inbox.deliver(text_message("+491", "022222 is your code (number 2)."), Timestamp::UNIX_EPOCH);
        inbox.deliver(text_message("+491", "Thank you."), Timestamp::UNIX_EPOCH);

        assert_eq!(inbox.newest_code(Channel::Sms), Some(Digits::new("022222")));
        assert_eq!(inbox.newest_code(Channel::Email), None);
        assert_eq!(inbox.messages()[0].text.expose(), "Thank you.");
        assert_eq!(inbox.since(2).len(), 1);
    }
}
