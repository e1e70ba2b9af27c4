//! What a call leaves behind for the next visit of the same call: who was verified, and until when.

use crate::clock::Chance;
use crate::secret::{MasterKey, Sealed};
use crate::session::{Call, Live};
use crate::store::NoteKey;
use crate::verify::Proof;

use super::board::Switchboard;
use super::error::SwitchboardError;
use super::notes::About;

impl Live {
    /// The note that tells the next visit of this call who was verified; what a test call proves is nothing to others.
    pub(super) fn verified_note(&self, key: &MasterKey) -> NoteKey {
        let Call { tenant, platform, id, test, .. } = self.call.as_ref();
        About::Verified { tenant, platform, call: id, test: *test }.key(key)
    }
}

impl Switchboard {
    /// Keeps the proof for the next visit of the same call of the same platform (AMB-14).
    pub(super) async fn keep_proof(&self, live: &Live) -> Result<(), SwitchboardError> {
        let Some(proof) = live.verification.proof.as_ref().filter(|_| !live.call.id.is_empty()) else {
            return Ok(());
        };
        let key = live.verified_note(&self.key);
        let body = seal_proof(proof, &live.call.id, &self.key, &self.chance);
        loop {
            let found = self.store.note(key).await?;
            if self.store.swap_note(key, found.map(|note| note.version), body.clone(), proof.until).await? {
                return Ok(());
            }
        }
    }
}

fn seal_proof(proof: &Proof, call_id: &str, key: &MasterKey, chance: &Chance) -> Vec<u8> {
    key.seal(serde_json::to_vec(proof).unwrap_or_default(), call_id.as_bytes(), chance).0
}

/// The proof in a note; `None` for a note that we did not write.
pub(super) fn open_proof(body: &[u8], call_id: &str, key: &MasterKey) -> Option<Proof> {
    let plain = key.open(&Sealed(body.to_vec()), call_id.as_bytes())?;
    serde_json::from_slice(&plain).ok()
}
