//! What a call's row holds: encrypted where it leaves this process, and in its memory no sooner than the store wants it.

use std::fmt;
use std::sync::Arc;

use crate::clock::Chance;
use crate::secret::{MasterKey, Sealed};

use super::body::{CallBody, Unreadable};

/// What a call's row holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Encrypted: what stores write down.
    Sealed(Sealed),
    /// As it was handed to the store; never written down.
    Open(Box<OpenRow>),
}

/// A call's body, and how it is encrypted.
#[derive(Clone)]
pub struct OpenRow {
    body: CallBody,
    row: [u8; 32],
    key: Arc<MasterKey>,
    chance: Chance,
}

impl Row {
    /// The body of the call whose row in the store is `row`.
    pub fn open(body: CallBody, row: [u8; 32], key: &Arc<MasterKey>, chance: &Chance) -> Self {
        Self::Open(Box::new(OpenRow { body, row, key: Arc::clone(key), chance: chance.clone() }))
    }

    /// The body of the call in the row `row`.
    pub fn read(&self, row: &[u8; 32], key: &MasterKey) -> Result<CallBody, Unreadable> {
        match self {
            Row::Sealed(sealed) => CallBody::unseal(sealed, row, key),
            Row::Open(open) => Ok(open.body.clone()),
        }
    }

    /// Encrypted.
    pub fn sealed(self) -> Sealed {
        match self {
            Row::Sealed(sealed) => sealed,
            Row::Open(open) => open.body.seal(&open.row, &open.key, &open.chance),
        }
    }
}

impl PartialEq for OpenRow {
    fn eq(&self, other: &Self) -> bool {
        self.row == other.row && self.body == other.body
    }
}

impl Eq for OpenRow {}

impl fmt::Debug for OpenRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenRow(…)")
    }
}
