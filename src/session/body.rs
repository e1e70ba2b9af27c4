//! What is remembered of a call: MessagePack with the names of its fields, encrypted in its row; reduced to its ending when it is over.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::Chance;
use crate::flow::{State, Turn, Words};
use crate::secret::{MasterKey, Sealed};
use crate::verify::{Proof, Verification};

use super::journal::Journal;
use super::results::Results;

/// What a call takes usually; one that takes more makes room as it is written.
const USUAL_BYTES: usize = 4096;

/// A call's row, decrypted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallBody {
    /// It goes on.
    Live(Arc<Live>),
    /// It is over.
    Ended(Arc<Ended>),
}

/// A call that goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// Id of the authentication, which is its record's too (`authId`).
    pub auth_id: String,
    /// The call.
    pub call: Arc<Call>,
    /// Version of the flow that it began with and stays on.
    pub flow_version: String,
    /// Where it stands in its flow.
    pub state: State,
    /// The turn whose answer is awaited; `None` before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Arc<Turn>>,
    /// Its verification.
    pub verification: Verification,
    /// The consent status read or written last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// What was done.
    pub journal: Journal,
}

/// The call itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The tenant.
    pub tenant: String,
    /// Code of the process.
    pub process: String,
    /// Where it comes from: the platform's user or address.
    pub platform: String,
    /// The platform's id of the call; empty where it gave none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The caller's number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The number called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// Whether it is a test call.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// When it began.
    pub started: Timestamp,
    /// Every call variable, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

/// A call that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Said at the end.
    pub say: Vec<Words>,
    /// The language of the call (BCP 47).
    pub language: String,
    /// What it returned.
    pub results: Results,
}

/// A row that does not open: of another key, or damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a call's row does not open: it was written under another master key, or is damaged")]
pub struct Unreadable;

impl Live {
    /// What can be told of the call before it ends. That somebody else was verified in it is not told.
    pub fn results_so_far(&self, now: Timestamp) -> Results {
        let counts = |proof: &&Proof| proof.until > now && (self.state.proven || proof.identity == self.state.identity());
        Results::so_far(self.verification.proof.as_ref().filter(counts), &self.auth_id)
    }
}

impl CallBody {
    /// Encrypts it for the row `row`.
    pub(super) fn seal(&self, row: &[u8; 32], key: &MasterKey, chance: &Chance) -> Sealed {
        let mut plain = Vec::with_capacity(USUAL_BYTES);
        let written = self.serialize(&mut rmp_serde::Serializer::new(&mut plain).with_struct_map());
        debug_assert!(written.is_ok(), "a call refused to be written: {written:?}");
        key.seal(plain, row, chance)
    }

    /// Decrypts what stands in the row `row`.
    pub(super) fn unseal(sealed: &Sealed, row: &[u8; 32], key: &MasterKey) -> Result<Self, Unreadable> {
        let plain = key.open(sealed, row).ok_or(Unreadable)?;
        rmp_serde::from_slice(&plain).map_err(|_| Unreadable)
    }
}

impl Call {
    /// The id that others know the call by: the platform's, else ours.
    pub fn known_as<'c>(&'c self, auth_id: &'c str) -> &'c str {
        if self.id.is_empty() { auth_id } else { &self.id }
    }
}
