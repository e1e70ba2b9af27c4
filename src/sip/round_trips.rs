//! What is written is read again as it was, and no bytes do harm: messages, streams, session descriptions made by chance.

use std::net::IpAddr;

use proptest::prelude::*;

use super::codec::{Codec, Encoding, Format};
use super::direction::Direction;
use super::framing::{Frame, Framing};
use super::host::Host;
use super::ladder::ladder_line;
use super::media_line::{MediaLine, Protocol};
use super::media_settings::MediaSettings;
use super::message::{Message, Request};
use super::method::Method;
use super::name_addr::NameAddr;
use super::negotiation::Negotiation;
use super::sdp::Sdp;
use super::sequence::CSeq;
use super::transport::Transport;
use super::uri::Uri;
use super::via::Via;
use crate::clock::Chance;

prop_compose! {
    fn host()(octets in any::<[u8; 16]>(), kind in 0..3u8, name in "[a-z][a-z0-9-]{0,10}(\\.[a-z][a-z0-9]{0,5}){0,3}") -> Host {
        match kind {
            0 => Host::Name(name),
            1 => IpAddr::from([octets[0], octets[1], octets[2], octets[3]]).into(),
            _ => IpAddr::from(octets).into(),
        }
    }
}

prop_compose! {
    fn uri()(host in host(), user in "\\PC{1,12}", port in any::<Option<u16>>(), value in "[a-z0-9]{1,5}") -> Uri {
        let mut uri = Uri::sip(host).with_user(&user);
        uri.port = port;
        uri.params.set("p", value);
        uri
    }
}

prop_compose! {
    fn request()(
        uri in uri(), to in uri(), display in "\\PC{0,20}", tag in "[a-z0-9]{1,8}", number in any::<u32>(),
        subject in "[^\\r\\n]{0,40}", body in prop::collection::vec(any::<u8>(), 0..100), port in any::<u16>(),
    ) -> Request {
        let mut request = Request::new(Method::Info, uri);
        request.headers.push("Via", Via::new(Transport::Udp, ([192, 0, 2, 1], port).into(), "z9hG4bKx"));
        request.headers.push("From", NameAddr::new(to.clone()).with_display(display).with_tag(&tag));
        request.headers.push("To", NameAddr::new(to));
        request.headers.push("Call-ID", "one");
        request.headers.push("CSeq", CSeq { number, method: Method::Info });
        request.headers.push("Subject", subject.trim());
        request.body = body;
        request
    }
}

prop_compose! {
    fn sdp()(address in any::<[u8; 4]>(), port in 1..u16::MAX, time in 1..100u16, mux in any::<bool>(), keys in 96..128u8, sends in any::<bool>()) -> Sdp {
        let formats = [(0, Encoding::Sound(Codec::Pcmu)), (8, Encoding::Sound(Codec::Pcma)), (keys, Encoding::TelephoneEvent(8000))];
        let media = MediaLine {
            kind: "audio".to_owned(),
            port,
            protocol: Protocol::Avp,
            formats: formats.map(|(payload_type, encoding)| Format { payload_type, encoding }).into(),
            as_written: format!("0 8 {keys}"),
            address: Some(address.into()),
            rtcp: None,
            rtcp_mux: mux,
            direction: Direction::of(sends, !sends),
            packet_time: Some(time),
            longest_packet_time: None,
            crypto: Vec::new(),
        };
        Sdp { session_id: "7".to_owned(), version: 1, address: Some(address.into()), media: vec![media] }
    }
}

proptest! {
    #[test]
    fn requests_are_read_as_they_were_written(request in request()) {
        let bytes = request.to_bytes();

        let read = Message::parse(&bytes).unwrap();

        prop_assert_eq!(read.body(), &request.body[..]);
        prop_assert_eq!(read.to_bytes(), bytes.clone());
        prop_assert_eq!(read.headers().from(), request.headers.from());
        prop_assert!(!ladder_line(&read).contains('\n'));
        let mut framing = Framing::default();
        framing.handle_bytes(&bytes);
        prop_assert_eq!(framing.poll(), Ok(Some(Frame::Message(bytes))));
    }

    #[test]
    fn descriptions_are_read_as_they_were_written(sdp in sdp()) {
        prop_assert_eq!(Sdp::parse(&sdp.to_bytes()).unwrap(), sdp);
    }

    #[test]
    fn users_are_decoded_as_they_were_encoded(user in "\\PC{1,20}") {
        let uri: Uri = Uri::sip(Host::Name("example.org".to_owned())).with_user(&user).to_string().parse().unwrap();

        prop_assert_eq!(uri.decoded_user(), Some(user));
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        drop(Message::parse(&bytes));
        drop(Sdp::parse(&bytes));
        let mut framing = Framing::default();
        framing.handle_bytes(&bytes);
        while let Ok(Some(_)) = framing.poll() {}
    }

    #[test]
    fn no_damaged_offer_does_harm(sdp in sdp(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = sdp.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;

        let mut ours = Negotiation::new(MediaSettings::new(([192, 0, 2, 7], 9000).into()), &Chance::seeded(1));

        if let Ok(answer) = ours.answer(&bytes) {
            prop_assert!(Sdp::parse(&answer).is_ok());
        }
    }
}
