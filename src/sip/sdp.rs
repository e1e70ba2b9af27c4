//! Session descriptions: what they say about sound, read by sdp-types, which no other file names (RFC 8866).

use std::borrow::Cow;
use std::net::IpAddr;

use sdp_types::{Attribute, Connection, Media, Session};

use super::codec::Format;
use super::crypto::CryptoLine;
use super::direction::Direction;
use super::malformed::Malformed;
use super::media_line::{MediaLine, Protocol, RtcpPlace};

/// More than any telephone offers.
const MOST_LINES: usize = 64;

/// What ends a line, and may not stand in one (§5).
const BREAKS: [char; 3] = ['\0', '\r', '\n'];

/// A session description.
#[derive(Debug, Clone, PartialEq)]
pub struct Sdp {
    /// Names the session, with the address of who made it.
    pub session_id: String,
    /// Grows when anything else changes.
    pub version: u64,
    /// The address in the origin and, where a media line has none of its own, of the media.
    pub address: Option<IpAddr>,
    /// One for each `m=`, in order.
    pub media: Vec<MediaLine>,
}

impl Sdp {
    /// Reads a description. Letters that are no UTF-8 are passed over, since names and titles mean nothing
    /// here, and so are empty lines, which some gateways add.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let session = Session::parse(lines.join("\n").as_bytes()).map_err(|_| Malformed("session description cannot be read"))?;
        if session.medias.len() > MOST_LINES {
            return Err(Malformed("session description has too many media"));
        }
        let address = session.connection.as_ref().and_then(ip);
        let direction = direction(&session.attributes).unwrap_or_default();
        let media = session.medias.iter().map(|media| media_line(media, address, direction)).collect();
        Ok(Self { session_id: session.origin.sess_id, version: session.origin.sess_version, address, media })
    }

    /// The description as it goes on the wire, keys included.
    pub fn to_bytes(&self) -> Vec<u8> {
        let address = self.address.unwrap_or(IpAddr::from([0, 0, 0, 0]));
        let place = if address.is_ipv4() { format!("IN IP4 {address}") } else { format!("IN IP6 {address}") };
        let mut text = format!("v=0\r\no=- {} {} {place}\r\ns=-\r\nc={place}\r\nt=0 0\r\n", unbroken(&self.session_id), self.version);
        self.media.iter().for_each(|line| write(line, &mut text));
        text.into_bytes()
    }

    /// Whether two descriptions differ in nothing but their version.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.session_id == other.session_id && self.address == other.address && self.media == other.media
    }
}

fn media_line(media: &Media, address: Option<IpAddr>, direction_of_session: Direction) -> MediaLine {
    let named = |name: &'static str| media.attributes.iter().filter(move |attribute| attribute.attribute == name);
    let values = |name: &'static str| named(name).filter_map(|attribute| attribute.value.as_deref());
    let maps: Vec<(u8, &str)> = values("rtpmap").filter_map(numbered).collect();
    let map = |payload_type: u8| maps.iter().find(|(mapped, _)| *mapped == payload_type).map(|(_, map)| *map);
    let payload_types = media.fmt.split_whitespace().filter_map(|word| word.parse().ok()).filter(|number: &u8| *number < 128);
    MediaLine {
        kind: media.media.clone(),
        port: media.port,
        protocol: Protocol::from(media.proto.as_str()),
        formats: payload_types.map(|payload_type| Format::read(payload_type, map(payload_type))).collect(),
        as_written: media.fmt.clone(),
        address: media.connections.first().map_or(address, ip),
        rtcp: values("rtcp").next().and_then(rtcp_place),
        rtcp_mux: named("rtcp-mux").next().is_some(),
        direction: direction(&media.attributes).unwrap_or(direction_of_session),
        packet_time: values("ptime").next().and_then(milliseconds),
        longest_packet_time: values("maxptime").next().and_then(milliseconds),
        crypto: values("crypto").filter_map(|line| line.parse::<CryptoLine>().ok()).collect(),
    }
}

/// `port` or `port IN IP4 address` (RFC 3605 §2.1).
fn rtcp_place(value: &str) -> Option<RtcpPlace> {
    let mut words = value.split_whitespace();
    let port = words.next()?.parse().ok()?;
    Some(RtcpPlace { port, address: words.nth(2).and_then(|address| address.parse().ok()) })
}

/// `101 telephone-event/8000` in its two parts.
fn numbered(value: &str) -> Option<(u8, &str)> {
    let (number, rest) = value.trim().split_once(' ')?;
    Some((number.parse().ok()?, rest))
}

/// Old senders write `20.0`.
fn milliseconds(value: &str) -> Option<u16> {
    value.trim().split('.').next()?.parse().ok()
}

fn direction(attributes: &[Attribute]) -> Option<Direction> {
    attributes.iter().find_map(|attribute| Direction::named(&attribute.attribute))
}

fn ip(connection: &Connection) -> Option<IpAddr> {
    connection.connection_address.split('/').next()?.parse().ok()
}

fn write(line: &MediaLine, text: &mut String) {
    let (port, protocol, formats) = (line.port.to_string(), line.protocol.to_string(), line.payload_types());
    text.extend(["m=", &unbroken(&line.kind), " ", &port, " ", &unbroken(&protocol), " ", &unbroken(&formats), "\r\n"]);
    if line.port == 0 {
        return;
    }
    let mut say = |name: &str, value: String| text.extend(["a=", name, ":", &value, "\r\n"]);
    line.formats.iter().filter_map(Format::rtpmap).for_each(|map| say("rtpmap", map));
    line.formats.iter().filter_map(Format::fmtp).for_each(|fmtp| say("fmtp", fmtp));
    line.crypto.iter().for_each(|crypto| say("crypto", crypto.expose()));
    line.packet_time.iter().for_each(|time| say("ptime", time.to_string()));
    line.rtcp.iter().for_each(|place| say("rtcp", place.to_string()));
    let mut flag = |name: &str| text.extend(["a=", name, "\r\n"]);
    flag(line.direction.as_str());
    if line.rtcp_mux {
        flag("rtcp-mux");
    }
}

/// What the other side wrote, and we say again, must not become lines of its own.
fn unbroken(text: &str) -> Cow<'_, str> {
    if text.contains(BREAKS) { text.replace(BREAKS, "").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 7 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\na=sendonly\r\n\
        m=audio 4000 RTP/AVP 96 0 101\r\na=rtpmap:96 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n\
        a=ptime:30\r\na=rtcp:4009 IN IP4 192.0.2.9\r\na=rtcp-mux\r\n\
        m=video 4002 RTP/AVP 31\r\nc=IN IP6 2001:db8::1\r\na=inactive\r\n";

    #[test]
    fn a_description_without_a_name_is_read_and_media_say_what_the_session_does_not() {
        let sdp = Sdp::parse(OFFER.as_bytes()).unwrap();

        let [audio, video] = &sdp.media[..] else { panic!("{sdp:?}") };
        assert_eq!((audio.direction, video.direction), (Direction::SendOnly, Direction::Inactive));
        assert_eq!(video.address, Some("2001:db8::1".parse().unwrap()));
        assert_eq!(audio.formats.len(), 3);
        assert_eq!((audio.packet_time, audio.rtcp_mux), (Some(30), true));
        assert_eq!(audio.rtcp_address(), Some("192.0.2.9:4009".parse().unwrap()));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut sdp = Sdp::parse(format!("\r\n{OFFER}  \r\n\r\n").as_bytes()).unwrap();
        sdp.media.truncate(1);

        assert_eq!(Sdp::parse(&sdp.to_bytes()).unwrap(), sdp);
    }

    #[test]
    fn what_they_wrote_and_we_say_again_adds_no_line() {
        let mut sdp = Sdp::parse(OFFER.as_bytes()).unwrap();
        sdp.media = sdp.media.iter().map(MediaLine::refused).skip(1).collect();
        sdp.media[0].as_written = "31\r\na=x\0y".to_owned();

        let written = String::from_utf8(sdp.to_bytes()).unwrap();

        assert_eq!(written, "v=0\r\no=- 1 7 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=video 0 RTP/AVP 31a=xy\r\n");
    }

    #[test]
    fn what_is_no_description_is_refused() {
        for wrong in [&b""[..], b"<audio/>", b"v=1\r\n", b"v=0\r\nm=audio x RTP/AVP 0\r\n", b"v=0\r\nm=\r\n"] {
            assert!(Sdp::parse(wrong).is_err());
        }
    }
}
