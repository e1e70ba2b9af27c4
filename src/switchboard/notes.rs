//! Small documents that many calls change at once: read, change, swap, and again if somebody was quicker.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::secret::{MasterKey, Purpose};
use crate::store::{NoteKey, Store};

use super::error::SwitchboardError;

/// What a note is about; the store sees a keyed hash of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum About<'a> {
    /// A person's guesses.
    Person { tenant: &'a str, identity: &'a str },
    /// Messages to a destination.
    Destination { tenant: &'a str, target: &'a str },
    /// A tenant's messages.
    Tenant { tenant: &'a str },
    /// What became of a message.
    Message { tenant: &'a str, id: &'a str },
    /// Who was verified in a platform's call.
    Verified { tenant: &'a str, platform: &'a str, call: &'a str, test: bool },
}

impl About<'_> {
    pub fn key(self, key: &MasterKey) -> NoteKey {
        let hash = |parts: &[&str]| {
            let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
            NoteKey(key.hash(Purpose::Name, &parts))
        };
        match self {
            About::Person { tenant, identity } => hash(&["person", tenant, identity]),
            About::Destination { tenant, target } => hash(&["destination", tenant, target]),
            About::Tenant { tenant } => hash(&["tenant", tenant]),
            About::Message { tenant, id } => hash(&["message", tenant, id]),
            About::Verified { tenant, platform, call, test } => {
                hash(&[if test { "verified in a test" } else { "verified" }, tenant, platform, call])
            }
        }
    }
}

/// The note, or an empty one.
pub(super) async fn read<N: DeserializeOwned + Default>(store: &dyn Store, key: NoteKey) -> Result<N, SwitchboardError> {
    match store.note(key).await? {
        Some(note) => serde_json::from_slice(&note.body).map_err(SwitchboardError::Note),
        None => Ok(N::default()),
    }
}

/// Changes the note by `change`, which gives the answer and until when the note counts. An `Err` of `change` leaves the note alone.
pub(super) async fn change<N, A, E>(
    store: &dyn Store,
    key: NoteKey,
    change: impl Fn(&mut N) -> Result<(A, Timestamp), E>,
) -> Result<Result<A, E>, SwitchboardError>
where
    N: DeserializeOwned + Serialize + Default,
{
    loop {
        let found = store.note(key).await?;
        let mut note: N = match &found {
            Some(found) => serde_json::from_slice(&found.body).map_err(SwitchboardError::Note)?,
            None => N::default(),
        };
        let (answer, expires_at) = match change(&mut note) {
            Ok(changed) => changed,
            Err(refused) => return Ok(Err(refused)),
        };
        let body = serde_json::to_vec(&note).map_err(SwitchboardError::Note)?;
        if store.swap_note(key, found.map(|found| found.version), body, expires_at).await? {
            return Ok(Ok(answer));
        }
    }
}
