//! SRTP and SRTCP: one direction of a protected stream (RFC 3711 §3.3, §3.4, §4.1, §4.2).

use std::fmt;

use aes::Aes128;
use aes::cipher::{InnerIvInit, KeyInit, StreamCipher};
use ctr::CtrCore;
use ctr::flavors::Ctr128BE;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::packet::Header;
use super::replay::ReplayWindow;
use super::srtp_keys::{SessionKeys, SrtpKeys};

/// The tag of an RTCP packet is ten bytes in both suites (RFC 4568 §6.2.2).
const RTCP_TAG: usize = 10;

/// Header and source of an RTCP packet, which are not encrypted.
const RTCP_CLEAR: usize = 8;

/// The word behind an RTCP packet: whether it is encrypted, and its index.
const RTCP_INDEX: usize = 4;
const ENCRYPTED: u32 = 0x8000_0000;

/// Sources whose windows are kept; a call has one, and another when the peer's media server changes.
const MOST_SOURCES: usize = 16;

/// Why a packet is not let through. It is dropped without an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SrtpError {
    /// Too short, or no RTP.
    #[error("the protected packet is cut short; drop it")]
    Truncated,
    /// The tag does not fit: forged, damaged, or protected with another key.
    #[error("the packet's tag is wrong; drop it")]
    Forged,
    /// It has come before, or is too old to tell.
    #[error("the packet has come before; drop it")]
    Replayed,
    /// The buffer has no room for the tag.
    #[error("no room for the tag behind the packet; take a larger buffer")]
    NoRoom,
}

/// Protects what goes out, or opens what comes in.
pub struct Srtp {
    rtp: Transform,
    rtcp: Transform,
    tag: usize,
    windows: Vec<(u32, ReplayWindow)>,
    rtcp_windows: Vec<(u32, ReplayWindow)>,
    rtcp_index: u32,
}

struct Transform {
    cipher: Aes128,
    mac: Hmac<Sha1>,
    salt: [u8; 14],
}

impl Srtp {
    /// Derives the session keys of one direction.
    pub fn new(keys: &SrtpKeys) -> Self {
        Self {
            rtp: Transform::new(&keys.derive(false)),
            rtcp: Transform::new(&keys.derive(true)),
            tag: keys.suite().tag_bytes(),
            windows: Vec::new(),
            rtcp_windows: Vec::new(),
            rtcp_index: 0,
        }
    }

    /// Encrypts the packet in the first `length` bytes and puts the tag behind it; gives the new length.
    pub fn protect(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, SrtpError> {
        let total = length + self.tag;
        let (packet, behind) = buffer.get_mut(..total).ok_or(SrtpError::NoRoom)?.split_at_mut(length);
        let (header, payload) = Header::read_protected(packet).map_err(|_| SrtpError::Truncated)?;
        let window = window_of(&mut self.windows, header.ssrc);
        let index = window.estimate(header.sequence);
        window.take(index);
        self.rtp.apply(header.ssrc, index, packet.get_mut(payload..).unwrap_or_default());
        let tag = self.rtp.tag(packet, &rollover(index));
        behind.copy_from_slice(&tag[..self.tag]);
        Ok(total)
    }

    /// Checks and decrypts a packet in place; gives its length without the tag.
    pub fn unprotect(&mut self, bytes: &mut [u8]) -> Result<usize, SrtpError> {
        let length = bytes.len().checked_sub(self.tag).ok_or(SrtpError::Truncated)?;
        let (packet, tag) = bytes.split_at_mut(length);
        let (header, payload) = Header::read_protected(packet).map_err(|_| SrtpError::Truncated)?;
        let known = known_window(&self.windows, header.ssrc);
        let index = known.estimate(header.sequence);
        if !known.is_fresh(index) {
            return Err(SrtpError::Replayed);
        }
        self.rtp.check(packet, &rollover(index), tag)?;
        window_of(&mut self.windows, header.ssrc).take(index);
        self.rtp.apply(header.ssrc, index, packet.get_mut(payload..).unwrap_or_default());
        Ok(length)
    }

    /// Encrypts a compound RTCP packet and puts index and tag behind it.
    pub fn protect_rtcp(&mut self, compound: &mut Vec<u8>) -> Result<(), SrtpError> {
        let ssrc = rtcp_ssrc(compound)?;
        self.rtcp_index = self.rtcp_index.wrapping_add(1) & !ENCRYPTED;
        self.rtcp.apply(ssrc, u64::from(self.rtcp_index), compound.get_mut(RTCP_CLEAR..).unwrap_or_default());
        compound.extend((self.rtcp_index | ENCRYPTED).to_be_bytes());
        let tag = self.rtcp.tag(compound, &[]);
        compound.extend(&tag[..RTCP_TAG]);
        Ok(())
    }

    /// Checks and decrypts a compound RTCP packet in place; gives its length without index and tag.
    pub fn unprotect_rtcp(&mut self, bytes: &mut [u8]) -> Result<usize, SrtpError> {
        let length = bytes.len().checked_sub(RTCP_TAG + RTCP_INDEX).ok_or(SrtpError::Truncated)?;
        let (packet, tag) = bytes.split_at_mut(length + RTCP_INDEX);
        let ssrc = rtcp_ssrc(&packet[..length])?;
        let word = packet.last_chunk::<RTCP_INDEX>().map(|word| u32::from_be_bytes(*word)).ok_or(SrtpError::Truncated)?;
        let index = u64::from(word & !ENCRYPTED);
        if !known_window(&self.rtcp_windows, ssrc).is_fresh(index) {
            return Err(SrtpError::Replayed);
        }
        self.rtcp.check(packet, &[], tag)?;
        window_of(&mut self.rtcp_windows, ssrc).take(index);
        if word & ENCRYPTED != 0 {
            self.rtcp.apply(ssrc, index, packet.get_mut(RTCP_CLEAR..length).unwrap_or_default());
        }
        Ok(length)
    }
}

impl fmt::Debug for Srtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Srtp")
    }
}

impl Transform {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn new(keys: &SessionKeys) -> Self {
        let mac = Hmac::new_from_slice(&keys.auth).expect("HMAC takes twenty bytes");
        Self { cipher: Aes128::new(&keys.cipher.into()), mac, salt: keys.salt }
    }

    /// AES in counter mode; the counter begins at salt ⊕ source ⊕ index (§4.1.1).
    fn apply(&self, ssrc: u32, index: u64, body: &mut [u8]) {
        let mut start = [0; 16];
        start[..14].copy_from_slice(&self.salt);
        start[4..8].iter_mut().zip(ssrc.to_be_bytes()).for_each(|(byte, other)| *byte ^= other);
        start[8..14].iter_mut().zip(&index.to_be_bytes()[2..]).for_each(|(byte, other)| *byte ^= other);
        let core = CtrCore::<&Aes128, Ctr128BE>::inner_iv_init(&self.cipher, &start.into());
        aes::cipher::StreamCipherCoreWrapper::from_core(core).apply_keystream(body);
    }

    fn tag(&self, packet: &[u8], rollover: &[u8]) -> [u8; 20] {
        self.mac.clone().chain_update(packet).chain_update(rollover).finalize().into_bytes().into()
    }

    fn check(&self, packet: &[u8], rollover: &[u8], tag: &[u8]) -> Result<(), SrtpError> {
        let expected = self.tag(packet, rollover);
        let is_authentic = expected.get(..tag.len()).is_some_and(|expected| expected.ct_eq(tag).into());
        is_authentic.then_some(()).ok_or(SrtpError::Forged)
    }
}

/// The rollover counter, which is authenticated though not sent (§4.2).
fn rollover(index: u64) -> [u8; 4] {
    let [_, _, rollover @ .., _, _] = index.to_be_bytes();
    rollover
}

fn rtcp_ssrc(compound: &[u8]) -> Result<u32, SrtpError> {
    let word = compound.get(4..RTCP_CLEAR).and_then(|word| word.try_into().ok()).ok_or(SrtpError::Truncated)?;
    Ok(u32::from_be_bytes(word))
}

/// The window of a source, without making one: nobody may fill the list with forged packets.
fn known_window(windows: &[(u32, ReplayWindow)], ssrc: u32) -> ReplayWindow {
    windows.iter().find(|(known, _)| *known == ssrc).map(|(_, window)| window.clone()).unwrap_or_default()
}

fn window_of(windows: &mut Vec<(u32, ReplayWindow)>, ssrc: u32) -> &mut ReplayWindow {
    let place = windows.iter().position(|(known, _)| *known == ssrc).unwrap_or_else(|| {
        if windows.len() == MOST_SOURCES {
            windows.remove(0);
        }
        windows.push((ssrc, ReplayWindow::default()));
        windows.len() - 1
    });
    &mut windows[place].1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::srtp_keys::CryptoSuite;
    use super::*;
    use crate::clock::Chance;

    #[test]
    fn the_key_stream_is_that_of_rfc_3711_b_2() {
        let keys = SessionKeys {
            cipher: 0x2B7E_1516_28AE_D2A6_ABF7_1588_09CF_4F3C_u128.to_be_bytes(),
            auth: [0; 20],
            salt: [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd],
        };
        let mut stream = [0; 32];

        Transform::new(&keys).apply(0, 0, &mut stream);

        assert_eq!(stream[..16], 0xE03E_AD09_35C9_5E80_E166_B16D_D92B_4EB4_u128.to_be_bytes());
        assert_eq!(stream[16..], 0xD235_1316_2B02_D0F7_2A43_A2FE_4A5F_97AB_u128.to_be_bytes());
    }

    #[test]
    fn a_known_packet_of_another_implementation_is_made_and_opened() {
        let (mut sender, mut receiver) = (Srtp::new(&known_keys()), Srtp::new(&known_keys()));
        let plain = bytes("800f1234decafbadcafebabeabababababababababababababababab");
        let protected = bytes("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
        let mut buffer = plain.clone();
        buffer.resize(plain.len() + 10, 0);

        assert_eq!(sender.protect(&mut buffer, plain.len()), Ok(protected.len()));
        assert_eq!(buffer, protected);
        assert_eq!(receiver.unprotect(&mut buffer), Ok(plain.len()));
        assert_eq!(buffer[..plain.len()], plain);
    }

    #[test]
    fn packets_pass_in_both_suites_over_the_rollover_and_only_once() {
        for suite in [CryptoSuite::Tag80, CryptoSuite::Tag32] {
            let (mut sender, mut receiver) = pair(suite);
            for step in 0..70_000_u32 {
                let sequence = (step as u16).wrapping_add(65_000);
                let Ok(mut packet) = protected(&mut sender, sequence) else { panic!("{step}") };
                if step % 1000 < 3 {
                    let mut copy = packet.clone();
                    assert_eq!(receiver.unprotect(&mut packet).map(|length| &packet[12..length] == b"hello"), Ok(true), "{step}");
                    assert_eq!(receiver.unprotect(&mut copy), Err(SrtpError::Replayed));
                }
            }
        }
    }

    #[test]
    fn a_packet_that_is_changed_or_cut_anywhere_is_refused() {
        let (mut sender, mut receiver) = pair(CryptoSuite::Tag80);
        let packet = protected(&mut sender, 9).unwrap();
        for place in 0..packet.len() {
            let mut changed = packet.clone();
            changed[place] ^= 1;
            assert!(receiver.unprotect(&mut changed).is_err(), "{place}");
            assert!(receiver.unprotect(&mut packet.clone()[..place]).is_err(), "{place}");
        }
        assert!(receiver.unprotect(&mut packet.clone()).is_ok());
    }

    #[test]
    fn reports_pass_once_and_unchanged() {
        let (mut sender, mut receiver) = pair(CryptoSuite::Tag32);
        let plain = [0x80, 201, 0, 1, 0, 0, 0, 7, 0x81, 203, 0, 1, 0, 0, 0, 7];
        let mut packet = plain.to_vec();
        sender.protect_rtcp(&mut packet).unwrap();
        assert_ne!(packet[8..16], plain[8..]);

        let mut changed = packet.clone();
        changed[17] ^= 1;
        assert_eq!(receiver.unprotect_rtcp(&mut changed), Err(SrtpError::Forged));
        assert_eq!(receiver.unprotect_rtcp(&mut packet.clone()[..13]), Err(SrtpError::Truncated));
        let mut copy = packet.clone();
        assert_eq!(receiver.unprotect_rtcp(&mut packet), Ok(plain.len()));
        assert_eq!(packet[..plain.len()], plain);
        assert_eq!(receiver.unprotect_rtcp(&mut copy), Err(SrtpError::Replayed));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall(mut bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let (_, mut receiver) = pair(CryptoSuite::Tag32);
            prop_assert!(receiver.unprotect(&mut bytes).is_err());
            prop_assert!(receiver.unprotect_rtcp(&mut bytes).is_err());
        }
    }

    fn pair(suite: CryptoSuite) -> (Srtp, Srtp) {
        let keys = SrtpKeys::draw(suite, &Chance::seeded(3));
        (Srtp::new(&keys), Srtp::new(&keys))
    }

    fn protected(sender: &mut Srtp, sequence: u16) -> Result<Vec<u8>, SrtpError> {
        let mut buffer = [0; 64];
        let header = Header { payload_type: 0, marker: false, sequence, timestamp: 1, ssrc: 2 };
        let length = header.write(b"hello", &mut buffer).unwrap();
        sender.protect(&mut buffer, length).map(|length| buffer[..length].to_vec())
    }

    /// The master key and salt of RFC 3711 B.3.
    fn known_keys() -> SrtpKeys {
        SrtpKeys::read("AES_CM_128_HMAC_SHA1_80 inline:4fl6DT4Bi+DWT6MsBt5BOQ7Gda1Jiv7rtpYLOqvm").unwrap()
    }

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap()).collect()
    }
}
