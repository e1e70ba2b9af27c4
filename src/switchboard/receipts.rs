//! Delivery receipts: what a gateway says of a message after it took it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::secret::{MasterKey, Purpose};
use crate::store::NoteKey;

use super::board::Switchboard;
use super::error::SwitchboardError;
use super::notes::{self, About};
use super::resume::Work;

/// How long a receipt is remembered; a code is dead long before.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(30);
/// Hexadecimal digits of a message's id: half of them are random, half vouch for the others.
const RANDOM: usize = 16;
const MAC: usize = 8;

/// What is known of a message.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Receipt {
    delivered: Option<bool>,
}

impl Switchboard {
    /// The id of a message that is about to go out; nobody else can make one up.
    pub(super) fn message_id(&self) -> String {
        let random = hex(&self.chance.bytes::<{ RANDOM / 2 }>());
        let mac = hex(&mac(&random, &self.key));
        random + &mac
    }

    /// Takes a gateway's word on a message; `false` when there is no such message, or the word says nothing of its fate.
    pub async fn receipt(&self, tenant: &str, message_id: &str, status: &str) -> Result<bool, SwitchboardError> {
        let ours = self.directory.tenants.contains_key(tenant) && self.is_ours(message_id);
        let (Some(delivered), true) = (delivered(status), ours) else { return Ok(false) };
        let expires_at = self.store.now().await? + REMEMBERED;
        let key = receipt_note(tenant, message_id, &self.key);
        let changed = notes::change(self.store.as_ref(), key, |receipt: &mut Receipt| {
            receipt.delivered = Some(delivered);
            Ok::<_, std::convert::Infallible>(((), expires_at))
        });
        Ok(changed.await?.is_ok())
    }

    /// Looks up what the gateway has said of the message with the code under way.
    pub(super) async fn read_receipt(&self, work: &mut Work<'_>) -> Result<(), SwitchboardError> {
        let Some(code) = &mut work.live.verification.code else { return Ok(()) };
        let key = receipt_note(&work.live.call.tenant, &code.message_id, &self.key);
        let receipt: Receipt = notes::read(self.store.as_ref(), key).await?;
        code.undelivered = receipt.delivered == Some(false);
        Ok(())
    }

    fn is_ours(&self, message_id: &str) -> bool {
        let Some((random, vouched)) = message_id.split_at_checked(RANDOM) else { return false };
        bool::from(hex(&mac(random, &self.key)).as_bytes().ct_eq(vouched.as_bytes()))
    }
}

/// The words that gateways have for it; `None` for a message that is still on its way.
fn delivered(status: &str) -> Option<bool> {
    match status.trim().to_lowercase().replace(['-', ' '], "_").as_str() {
        "delivered" | "delivrd" | "read" => Some(true),
        "undelivered" | "undeliverable" | "undeliv" | "not_delivered" | "failed" | "rejected" | "rejectd" | "expired" | "blocked" => {
            Some(false)
        }
        _ => None,
    }
}

fn receipt_note(tenant: &str, message_id: &str, key: &MasterKey) -> NoteKey {
    About::Message { tenant, id: message_id }.key(key)
}

fn mac(random: &str, key: &MasterKey) -> [u8; MAC] {
    let mut mac = [0; MAC];
    mac.copy_from_slice(&key.hash(Purpose::Name, &[b"message id", random.as_bytes()])[..MAC]);
    mac
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gateways_words_are_understood_and_others_say_nothing() {
        for (word, fate) in [("DELIVRD", Some(true)), ("Not delivered", Some(false)), ("failed", Some(false)), ("sent", None), ("", None)] {
            assert_eq!(delivered(word), fate, "{word}");
        }
    }
}
