//! Offer and answer: what both sides agree on, over the life of a dialog (RFC 3264).

use super::answer;
use super::codec::{CLOCK_RATE, Encoding, Format};
use super::crypto::SrtpKeys;
use super::direction::Direction;
use super::media_line::{MediaLine, Protocol};
use super::media_settings::{MediaSettings, Srtp};
use super::negotiated::Negotiated;
use super::negotiation_error::NegotiationError;
use super::sdp::Sdp;
use crate::clock::Chance;

/// The payload type that we offer for keys.
const KEYS_PAYLOAD_TYPE: u8 = 101;

/// The descriptions of one dialog. An offer is out, or none is: a second one waits until the first is answered.
#[derive(Debug, Clone)]
pub struct Negotiation {
    settings: MediaSettings,
    session_id: String,
    /// What we said last, agreed or still offered.
    said: Option<Sdp>,
    /// What was said before an offer that is still out.
    before: Option<Option<Sdp>>,
    direction: Direction,
    keys: SrtpKeys,
    negotiated: Option<Negotiated>,
}

impl Negotiation {
    /// Of a dialog in which nothing was said yet.
    pub fn new(settings: MediaSettings, chance: &Chance) -> Self {
        // Some telephones read the number of the session into 31 bits.
        let session_id = (u32::from_be_bytes(chance.bytes()) >> 1).to_string();
        let keys = if settings.srtp == Srtp::Off { SrtpKeys::default() } else { SrtpKeys::draw(chance) };
        Self { settings, session_id, said: None, before: None, direction: Direction::SendRecv, keys, negotiated: None }
    }

    /// What both sides agree on, once they do.
    pub fn negotiated(&self) -> Option<&Negotiated> {
        self.negotiated.as_ref()
    }

    /// Whether an offer of ours waits for its answer.
    pub fn is_offering(&self) -> bool {
        self.before.is_some()
    }

    /// Which way media may flow from our side: `SendOnly` puts the other side on hold. Said with the next offer or answer.
    pub fn set_direction(&mut self, direction: Direction) {
        self.direction = direction;
    }

    /// Reads an offer and gives our answer. On an error all stays as it was before. While an offer of ours is out, theirs is
    /// refused with 491 instead (RFC 3261 §14.2): see [`Negotiation::is_offering`].
    pub fn answer(&mut self, offer: &[u8]) -> Result<Vec<u8>, NegotiationError> {
        let offer = Sdp::parse(offer)?;
        let (media, negotiated) = answer::answer(&offer, &self.settings, self.direction, &self.keys)?;
        self.negotiated = Some(negotiated);
        Ok(self.say(media))
    }

    /// Our offer: the first one, or one more with all media in their old places. It is the same until it is answered or withdrawn.
    pub fn offer(&mut self) -> Vec<u8> {
        let before = self.said.clone();
        let media = self.offered_media();
        let offer = self.say(media);
        self.before.get_or_insert(before);
        offer
    }

    /// Reads the answer to our offer. On an error the offer is withdrawn.
    pub fn accept_answer(&mut self, answer: &[u8]) -> Result<(), NegotiationError> {
        let agreed = self.read_answer(answer);
        match agreed {
            Ok(negotiated) => {
                self.before = None;
                self.negotiated = Some(negotiated);
                Ok(())
            }
            Err(error) => {
                self.withdraw_offer();
                Err(error)
            }
        }
    }

    /// Our offer was refused: what was agreed before it goes on (RFC 3264 §8).
    pub fn withdraw_offer(&mut self) {
        let Some(before) = self.before.take() else { return };
        // The version of an offer that was seen is not used again for what was said before it.
        let version = self.said.as_ref().map_or(1, |said| said.version + 1);
        self.said = before.map(|said| Sdp { version, ..said });
    }

    fn read_answer(&self, answer: &[u8]) -> Result<Negotiated, NegotiationError> {
        if self.before.is_none() {
            return Err(NegotiationError::NothingOffered);
        }
        let offer = self.said.as_ref().ok_or(NegotiationError::NothingOffered)?;
        let answer = Sdp::parse(answer)?;
        if answer.media.len() != offer.media.len() {
            return Err(NegotiationError::NotAnAnswer);
        }
        let spoken = |(ours, theirs): &(&MediaLine, &MediaLine)| ours.port != 0 && theirs.port != 0 && ours.kind == theirs.kind;
        let (ours, theirs) = offer.media.iter().zip(&answer.media).find(spoken).ok_or(NegotiationError::NothingInCommon)?;
        Negotiated::of(ours, theirs).ok_or(NegotiationError::NothingInCommon)
    }

    /// The media of our last description with our sound in its place, or our sound alone.
    fn offered_media(&self) -> Vec<MediaLine> {
        let Some(said) = &self.said else { return vec![self.sound(self.settings.srtp == Srtp::Required)] };
        said.media.iter().map(|line| self.offered_again(line)).collect()
    }

    fn offered_again(&self, line: &MediaLine) -> MediaLine {
        if line.port == 0 {
            return line.clone();
        }
        let mut sound = self.sound(line.protocol.is_encrypted());
        sound.protocol = line.protocol.clone();
        sound.formats = keeping(sound.formats, &line.formats);
        sound
    }

    fn sound(&self, encrypted: bool) -> MediaLine {
        let codecs = self.settings.codecs.iter().map(|codec| (codec.payload_type(), Encoding::Sound(*codec)));
        let keys = (KEYS_PAYLOAD_TYPE, Encoding::TelephoneEvent(CLOCK_RATE));
        let formats = codecs.chain([keys]).map(|(payload_type, encoding)| Format { payload_type, encoding }).collect();
        MediaLine {
            kind: "audio".to_owned(),
            port: self.settings.local.port(),
            protocol: if encrypted { Protocol::Savp } else { Protocol::Avp },
            formats,
            as_written: String::new(),
            address: Some(self.settings.local.ip()),
            rtcp: None,
            rtcp_mux: self.settings.rtcp_mux,
            direction: self.direction,
            packet_time: Some(self.settings.packet_time),
            longest_packet_time: None,
            crypto: if encrypted { self.keys.lines() } else { Vec::new() },
        }
    }

    /// The version grows when anything else has changed (RFC 3264 §8).
    fn say(&mut self, media: Vec<MediaLine>) -> Vec<u8> {
        let address = Some(self.settings.local.ip());
        let mut sdp = Sdp { session_id: self.session_id.clone(), version: 1, address, media };
        if let Some(said) = &self.said {
            sdp.version = said.version + u64::from(!said.says_the_same(&sdp));
        }
        let bytes = sdp.to_bytes();
        self.said = Some(sdp);
        bytes
    }
}

/// A payload type keeps its meaning as long as the dialog lasts (RFC 3264 §8.3.2).
fn keeping(formats: Vec<Format>, said: &[Format]) -> Vec<Format> {
    let kept = |format: Format| match said.iter().find(|old| old.encoding == format.encoding) {
        Some(old) => Some(old.clone()),
        None => (!said.iter().any(|old| old.payload_type == format.payload_type)).then_some(format),
    };
    formats.into_iter().filter_map(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::codec::Codec;

    const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
    const AUDIO: &str = "m=audio 4000 RTP/AVP 9 8 0 96 97\r\na=rtpmap:9 G722/8000\r\na=rtpmap:96 telephone-event/48000\r\n\
        a=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-15\r\n";
    const VIDEO: &str = "m=video 4002 RTP/AVP 31 34\r\na=rtpmap:31 H261/90000\r\n";
    const KEY: &str = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

    fn settings() -> MediaSettings {
        MediaSettings::new("198.51.100.7:9000".parse().unwrap())
    }

    fn negotiation(settings: MediaSettings) -> Negotiation {
        Negotiation::new(settings, &Chance::seeded(1))
    }

    fn answer(negotiation: &mut Negotiation, offer: &str) -> Result<Sdp, NegotiationError> {
        negotiation.answer(format!("{OFFER}{offer}").as_bytes()).map(|answer| Sdp::parse(&answer).unwrap())
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_first_codec_that_both_speak_is_answered_with_keys_at_the_offered_payload_type() {
        let mut ours = negotiation(settings());

        let answer = text(ours.answer(format!("{OFFER}{AUDIO}a=ptime:30\r\na=rtcp-mux\r\n{VIDEO}").as_bytes()).unwrap());

        assert!(answer.contains("m=audio 9000 RTP/AVP 8 97\r\n"), "{answer}");
        assert!(
            answer.contains("a=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-16\r\na=ptime:30\r\na=sendrecv\r\na=rtcp-mux\r\n"),
            "{answer}"
        );
        assert!(answer.contains("c=IN IP4 198.51.100.7\r\n"), "{answer}");
        assert!(answer.ends_with("m=video 0 RTP/AVP 31 34\r\n"), "{answer}");
        let negotiated = ours.negotiated().unwrap();
        assert_eq!((negotiated.codec, negotiated.payload_type, negotiated.telephone_event), (Codec::Pcma, 8, Some(97)));
        assert_eq!((negotiated.remote, negotiated.rtcp), ("192.0.2.1:4000".parse().unwrap(), Some("192.0.2.1:4000".parse().unwrap())));
        assert_eq!((negotiated.packet_time, negotiated.direction), (30, Direction::SendRecv));
    }

    #[test]
    fn nothing_in_common_is_refused_with_488_and_leaves_all_as_it_was() {
        let mut ours = negotiation(settings());
        answer(&mut ours, AUDIO).unwrap();

        for other in ["m=audio 4000 RTP/AVP 9\r\n", VIDEO, "m=audio 0 RTP/AVP 0\r\n", "m=audio 4000 UDP/TLS/RTP/SAVP 0\r\n", ""] {
            let refused = answer(&mut ours, other).unwrap_err();
            assert_eq!((refused.status(), ours.negotiated().unwrap().codec), (488, Codec::Pcma), "{other}");
        }
        assert_eq!(ours.answer(b"<audio/>").unwrap_err().status(), 400);
    }

    #[test]
    fn hold_and_resume_are_answered_in_either_way_of_saying_it() {
        let mut ours = negotiation(settings());
        for (said, answered) in [
            ("a=sendonly\r\n", Direction::RecvOnly),
            ("a=inactive\r\n", Direction::Inactive),
            ("c=IN IP4 0.0.0.0\r\n", Direction::RecvOnly),
            ("a=sendrecv\r\n", Direction::SendRecv),
        ] {
            let answer = answer(&mut ours, &format!("{AUDIO}{said}")).unwrap();
            assert_eq!((answer.media[0].direction, ours.negotiated().unwrap().direction), (answered, answered), "{said}");
        }
    }

    #[test]
    fn the_version_grows_only_with_a_change() {
        let mut ours = negotiation(settings());
        let versions: Vec<u64> = [AUDIO.to_owned(), AUDIO.to_owned(), format!("{AUDIO}a=sendonly\r\n"), AUDIO.to_owned()]
            .iter()
            .map(|offer| answer(&mut ours, offer).unwrap().version)
            .collect();

        assert_eq!(versions, [1, 1, 2, 3]);
    }

    #[test]
    fn payload_types_may_change_with_a_new_offer() {
        let mut ours = negotiation(settings());
        answer(&mut ours, AUDIO).unwrap();

        answer(&mut ours, "m=audio 4000 RTP/AVP 110 0\r\na=rtpmap:110 telephone-event/8000\r\n").unwrap();

        let negotiated = ours.negotiated().unwrap();
        assert_eq!((negotiated.codec, negotiated.telephone_event), (Codec::Pcmu, Some(110)));
    }

    #[test]
    fn a_late_offer_is_ours_and_its_answer_counts() {
        let mut ours = negotiation(settings());
        let offer = text(ours.offer());
        assert!(offer.contains("m=audio 9000 RTP/AVP 0 8 101\r\n"), "{offer}");
        assert_eq!(text(ours.offer()), offer);

        ours.accept_answer(format!("{OFFER}m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=recvonly\r\n").as_bytes())
            .unwrap();

        let negotiated = ours.negotiated().unwrap();
        assert_eq!((negotiated.codec, negotiated.telephone_event), (Codec::Pcma, Some(101)));
        assert_eq!((negotiated.direction, negotiated.rtcp), (Direction::SendOnly, Some("192.0.2.1:4001".parse().unwrap())));
        assert!(!ours.is_offering());
        assert_eq!(ours.accept_answer(OFFER.as_bytes()), Err(NegotiationError::NothingOffered));
    }

    #[test]
    fn our_later_offer_keeps_the_places_and_the_payload_types() {
        let mut ours = negotiation(settings());
        answer(&mut ours, &format!("{VIDEO}{AUDIO}")).unwrap();
        ours.set_direction(Direction::SendOnly);

        let offer = text(ours.offer());

        assert!(offer.contains("m=video 0 RTP/AVP 31 34\r\nm=audio 9000 RTP/AVP 0 8 97\r\n"), "{offer}");
        assert!(offer.contains("a=sendonly"), "{offer}");
        ours.withdraw_offer();
        assert_eq!(ours.negotiated().unwrap().direction, Direction::SendRecv);
        assert_eq!(answer(&mut ours, &format!("{VIDEO}{AUDIO}a=recvonly\r\n")).unwrap().version, 4);
    }

    #[test]
    fn an_answer_that_does_not_fit_withdraws_the_offer() {
        for (wrong, error) in [
            ("", NegotiationError::NotAnAnswer),
            ("m=audio 0 RTP/AVP 0\r\n", NegotiationError::NothingInCommon),
            ("m=audio 4000 RTP/AVP 9\r\n", NegotiationError::NothingInCommon),
            ("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 224.2.1.1/127\r\n", NegotiationError::NothingInCommon),
            ("m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\n", NegotiationError::NothingInCommon),
        ] {
            let mut ours = negotiation(settings());
            ours.offer();
            assert_eq!(ours.accept_answer(format!("{OFFER}{wrong}").as_bytes()), Err(error));
            assert!(!ours.is_offering());
        }
    }

    #[test]
    fn srtp_is_agreed_where_it_is_asked_for() {
        let savp = format!("m=audio 4000 RTP/SAVP 0\r\na=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:{KEY}\r\n");
        assert!(answer(&mut negotiation(settings()), &savp).is_err());

        let mut ours = negotiation(MediaSettings { srtp: Srtp::Accepted, ..settings() });
        let answer = answer(&mut ours, &savp).unwrap();

        let crypto = ours.negotiated().unwrap().crypto.clone().unwrap();
        assert_eq!(answer.media[0].protocol, Protocol::Savp);
        assert_eq!(answer.media[0].crypto.iter().map(|line| (line.tag, &line.key)).collect::<Vec<_>>(), [(3, &crypto.local)]);
        assert_ne!(crypto.local, crypto.remote);
    }

    #[test]
    fn two_of_us_agree_on_srtp() {
        let required = MediaSettings { srtp: Srtp::Required, ..settings() };
        let (mut caller, mut callee) = (negotiation(required.clone()), Negotiation::new(required, &Chance::seeded(2)));

        let answer = callee.answer(&caller.offer()).unwrap();
        caller.accept_answer(&answer).unwrap();

        let (one, two) = (caller.negotiated().unwrap().crypto.clone().unwrap(), callee.negotiated().unwrap().crypto.clone().unwrap());
        assert_eq!((&one.local, &one.remote, one.suite), (&two.remote, &two.local, two.suite));
    }

    #[test]
    fn ipv6_is_spoken_where_both_sides_have_it() {
        let mut ours = negotiation(MediaSettings::new("[2001:db8::7]:9000".parse().unwrap()));

        let answer = text(ours.answer(b"v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\nc=IN IP6 2001:db8::1\r\nm=audio 4000 RTP/AVP 0\r\n").unwrap());

        assert!(answer.contains("c=IN IP6 2001:db8::7\r\n"), "{answer}");
        assert!(ours.answer(format!("{OFFER}{AUDIO}").as_bytes()).is_err());
    }
}
