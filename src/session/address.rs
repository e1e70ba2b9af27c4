//! The address of a call: 128 random bits, time and kind of dialog under a MAC; whoever knows it speaks for the call.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq;

use crate::clock::Chance;
use crate::render::DialogKind;
use crate::secret::{MasterKey, Purpose};

/// How long turn 0 may be posted after the entry page was fetched.
const ENTRY_LIFETIME: SignedDuration = SignedDuration::from_secs(60);
const RANDOM: usize = 16;
const TIME: usize = 8;
const SIGNED: usize = RANDOM + TIME + 1;
const MAC: usize = 16;
const LENGTH: usize = SIGNED + MAC;

/// The address of a call: a bearer secret, masked in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct CallAddress {
    bytes: [u8; LENGTH],
    row: [u8; 32],
}

/// What a call's address names cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not one of ours, or of another process.
    #[error("this is no call's address")]
    Forged,
}

impl CallAddress {
    /// Makes the address of a call that may begin within a minute.
    pub fn mint(process: (&str, &str), kind: DialogKind, key: &MasterKey, chance: &Chance, now: Timestamp) -> Self {
        let mut bytes = [0; LENGTH];
        bytes[..RANDOM].copy_from_slice(&chance.bytes::<RANDOM>());
        bytes[RANDOM..RANDOM + TIME].copy_from_slice(&now.as_millisecond().to_be_bytes());
        bytes[SIGNED - 1] = match kind {
            DialogKind::Main => 0,
            DialogKind::Subdialog => 1,
        };
        let row = mac(process, &bytes, key);
        bytes[SIGNED..].copy_from_slice(&row[..MAC]);
        Self { bytes, row }
    }

    /// Reads an address of a call of this tenant and process.
    pub fn parse(text: &str, process: (&str, &str), key: &MasterKey) -> Result<Self, AddressError> {
        let mut decoded = [0; LENGTH + 3];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut decoded).map_err(|_| AddressError::Forged)?;
        let bytes: [u8; LENGTH] = decoded[..length].try_into().map_err(|_| AddressError::Forged)?;
        let row = mac(process, &bytes, key);
        match bool::from(row[..MAC].ct_eq(&bytes[SIGNED..])) {
            true => Ok(Self { bytes, row }),
            false => Err(AddressError::Forged),
        }
    }

    /// As it stands in a URL.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text);
        text
    }

    /// Writes it as it stands in a URL.
    pub fn write_to(&self, text: &mut String) {
        URL_SAFE_NO_PAD.encode_string(self.bytes, text);
    }

    /// The row it has in the store: the MAC, of which the address shows half. It says nothing about the random bits, so nobody who
    /// reads the store can speak for a call.
    pub fn row(&self) -> [u8; 32] {
        self.row
    }

    /// How its dialog ends.
    pub fn kind(&self) -> DialogKind {
        if self.bytes[SIGNED - 1] == 0 { DialogKind::Main } else { DialogKind::Subdialog }
    }

    /// Whether the call may still begin.
    pub fn may_begin(&self, now: Timestamp) -> bool {
        let mut minted = [0; TIME];
        minted.copy_from_slice(&self.bytes[RANDOM..RANDOM + TIME]);
        let minted = Timestamp::from_millisecond(i64::from_be_bytes(minted)).unwrap_or(Timestamp::MIN);
        now.duration_since(minted).abs() <= ENTRY_LIFETIME
    }
}

fn mac(process: (&str, &str), bytes: &[u8; LENGTH], key: &MasterKey) -> [u8; 32] {
    key.hash(Purpose::Call, &[process.0.as_bytes(), process.1.as_bytes(), &bytes[..SIGNED]])
}

impl fmt::Debug for CallAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESS: (&str, &str) = ("acme", "two-factor");

    #[test]
    fn an_address_is_read_back_for_its_own_process_only() {
        let key = MasterKey::new([1; 32]);
        let address = CallAddress::mint(PROCESS, DialogKind::Subdialog, &key, &Chance::seeded(1), Timestamp::UNIX_EPOCH);

        assert_eq!(CallAddress::parse(&address.text(), PROCESS, &key), Ok(address.clone()));
        assert_eq!(address.kind(), DialogKind::Subdialog);
        assert!(CallAddress::parse(&address.text(), ("acme", "consent"), &key).is_err());
        assert!(CallAddress::parse(&address.text(), PROCESS, &MasterKey::new([2; 32])).is_err());
        assert!(CallAddress::parse("", PROCESS, &key).is_err());
    }

    #[test]
    fn a_changed_letter_makes_it_nobodys() {
        let key = MasterKey::new([1; 32]);
        let text = CallAddress::mint(PROCESS, DialogKind::Main, &key, &Chance::seeded(1), Timestamp::UNIX_EPOCH).text();

        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(CallAddress::parse(&changed, PROCESS, &key).is_err(), "{at}");
        }
    }

    #[test]
    fn a_call_begins_within_a_minute_or_not_at_all() {
        let key = MasterKey::new([1; 32]);
        let address = CallAddress::mint(PROCESS, DialogKind::Main, &key, &Chance::seeded(1), Timestamp::UNIX_EPOCH);

        assert!(address.may_begin(Timestamp::UNIX_EPOCH + ENTRY_LIFETIME));
        assert!(!address.may_begin(Timestamp::UNIX_EPOCH + ENTRY_LIFETIME + SignedDuration::from_millis(1)));
    }
}
