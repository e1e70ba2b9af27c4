//! A handset without a line: drives a browser in virtual or real time, with somebody who hears its prompts and answers.

use super::caller::{Caller, Pace};
use super::conversation::Conversation;
use super::fetch::Fetching;
use super::handset_error::HandsetError;
use crate::browser::{Action, Ending, Start};
use crate::clock::Clock;

/// A browser, what fetches for it, and who answers it.
pub struct Handset<F, C> {
    fetcher: F,
    conversation: Conversation<C>,
}

impl<F: Fetching, C: Caller> Handset<F, C> {
    /// A call that is about to fetch its first page.
    pub fn new(start: Start, fetcher: F, caller: C, pace: Pace) -> Result<Self, HandsetError> {
        Ok(Self { fetcher, conversation: Conversation::new(start, caller, pace)? })
    }

    /// The same, that moves `clock` along with the call's own time, as scripts and copies shall see it.
    pub fn moving(mut self, clock: Clock) -> Self {
        self.conversation.move_along(clock);
        self
    }

    /// Plays the call to its end.
    pub async fn run(self) -> Result<Ending, HandsetError> {
        let Self { mut fetcher, mut conversation } = self;
        loop {
            while let Some(action) = conversation.poll() {
                match action {
                    Action::Fetch(fetch) => {
                        let outcome = conversation.during(fetcher.fetch(&fetch)).await;
                        conversation.handle_fetched(&fetch, outcome);
                    }
                    Action::End(ending) => return Ok(ending),
                    other => conversation.perform(other).await?,
                }
            }
            conversation.ask_if_due().await?;
            conversation.wait().await?;
        }
    }
}
