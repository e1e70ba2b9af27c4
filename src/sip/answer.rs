//! Our answer to an offer: one sound is taken, all other media are refused (RFC 3264 §6).

use super::codec::Format;
use super::crypto::SrtpKeys;
use super::direction::Direction;
use super::media_line::MediaLine;
use super::media_settings::MediaSettings;
use super::negotiated::{self, Negotiated};
use super::negotiation_error::NegotiationError;
use super::sdp::Sdp;

/// The media of our answer, in the places of the offer's, and what was agreed.
pub(super) fn answer(
    offer: &Sdp,
    settings: &MediaSettings,
    direction: Direction,
    keys: &SrtpKeys,
) -> Result<(Vec<MediaLine>, Negotiated), NegotiationError> {
    let taken = offer.media.iter().enumerate().find_map(|(place, theirs)| {
        let ours = taken(theirs, settings, direction, keys)?;
        let negotiated = Negotiated::of(&ours, theirs)?;
        Some((place, ours, negotiated))
    });
    let (place, ours, negotiated) = taken.ok_or(NegotiationError::NothingInCommon)?;
    let mut media: Vec<MediaLine> = offer.media.iter().map(MediaLine::refused).collect();
    media.splice(place..=place, [ours]);
    Ok((media, negotiated))
}

/// Our side of a medium; `None` when it is not one that we take.
fn taken(theirs: &MediaLine, settings: &MediaSettings, direction: Direction, keys: &SrtpKeys) -> Option<MediaLine> {
    if theirs.kind != "audio" || theirs.port == 0 || !settings.allows(&theirs.protocol) {
        return None;
    }
    let codec = theirs.formats.iter().find(|format| format.codec().is_some_and(|codec| settings.codecs.contains(&codec)))?;
    let telephone_event = theirs.formats.iter().find(|format| format.is_keys());
    let formats: Vec<Format> = [Some(codec), telephone_event].into_iter().flatten().cloned().collect();
    let crypto = if theirs.protocol.is_encrypted() { vec![theirs.crypto.iter().find_map(|line| keys.answer(line))?] } else { Vec::new() };
    Some(MediaLine {
        kind: theirs.kind.clone(),
        port: settings.local.port(),
        protocol: theirs.protocol.clone(),
        formats,
        as_written: String::new(),
        address: Some(settings.local.ip()),
        rtcp: None,
        rtcp_mux: settings.rtcp_mux && theirs.rtcp_mux,
        direction: negotiated::offered_direction(theirs).and(direction),
        packet_time: Some(theirs.packet_time.map_or(settings.packet_time, |_| negotiated::packet_time(theirs))),
        longest_packet_time: None,
        crypto,
    })
}
