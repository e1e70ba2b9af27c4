//! What a call returns to the platform: the fixed names, every one a text, never undefined, never a code.

use serde::{Deserialize, Serialize};

use crate::flow::{Farewell, Verdict};
use crate::verify::Proof;

/// The returned names with their values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// `authStatus`.
    pub status: String,
    /// `authPath`.
    pub path: String,
    /// `authReason`.
    pub reason: String,
    /// `authMethod`.
    pub method: String,
    /// `authStrength`.
    pub strength: String,
    /// `authenticatedUntil` (RFC 3339, UTC).
    pub until: String,
    /// `authId`.
    pub id: String,
    /// What the flow returns beside them.
    pub outputs: Vec<(String, String)>,
}

impl Results {
    /// The results of a call that ended so; `proof` is the one that made it verified.
    pub fn of(farewell: &Farewell, auth_id: &str, proof: Option<&Proof>) -> Self {
        let proof = proof.filter(|_| farewell.verdict == Verdict::Verified);
        let outputs =
            farewell.outputs.iter().map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        let told = Self {
            status: farewell.verdict.name().to_owned(),
            path: farewell.path.clone(),
            reason: farewell.reason.clone(),
            outputs: outputs.collect(),
            ..Self::default()
        };
        told.proven(proof, auth_id)
    }

    /// The results of a call that is put through before it ends; `proof` is the one that counts for who is on the line.
    pub fn so_far(proof: Option<&Proof>, auth_id: &str) -> Self {
        let verdict = if proof.is_some() { Verdict::Verified } else { Verdict::NotVerified };
        Self { status: verdict.name().to_owned(), ..Self::default() }.proven(proof, auth_id)
    }

    /// The results of a call that we could not serve.
    pub fn unavailable(reason: &str) -> Self {
        Self { status: Verdict::Unavailable.name().to_owned(), path: "error".to_owned(), reason: reason.to_owned(), ..Self::default() }
    }

    /// The names that have a value, for who goes on with the call.
    pub fn told(&self) -> Vec<(String, String)> {
        let said = self.named().into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Every name with its value, in the order of the contract.
    pub fn named(&self) -> Vec<(&str, &str)> {
        let mut named = vec![
            ("authStatus", self.status.as_str()),
            ("authPath", &self.path),
            ("authReason", &self.reason),
            ("authMethod", &self.method),
            ("authStrength", &self.strength),
            ("authenticatedUntil", &self.until),
            ("authId", &self.id),
        ];
        named.extend(self.outputs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        named
    }

    fn proven(self, proof: Option<&Proof>, auth_id: &str) -> Self {
        Self {
            method: proof.map(|proof| proof.method.name().to_owned()).unwrap_or_default(),
            strength: proof.map(|proof| proof.method.strength().name().to_owned()).unwrap_or_default(),
            until: proof.map(|proof| proof.until.to_string()).unwrap_or_default(),
            id: proof.map_or(auth_id, |proof| &proof.auth_id).to_owned(),
            ..self
        }
    }
}
