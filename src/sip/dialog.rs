//! A dialog: what two user agents remember of each other between requests (RFC 3261 §12).

use std::net::{IpAddr, SocketAddr};

use super::headers::Headers;
use super::message::{Request, Response};
use super::method::Method;
use super::name_addr::NameAddr;
use super::peer::{Peer, TransportProtocol};
use super::sequence::CSeq;
use super::uri::Uri;
use crate::address::is_public;

/// How many hops a request may take (§8.1.1.6).
pub(super) const MAX_FORWARDS: u8 = 70;

/// One side's memory of a dialog; without remote tag until the other side has answered.
#[derive(Debug, Clone)]
pub(super) struct Dialog {
    pub call_id: String,
    /// Us, with our tag.
    pub local: NameAddr,
    /// The other side.
    pub remote: NameAddr,
    /// The number of our last request.
    pub local_sequence: u32,
    /// The number of the other side's last request.
    pub remote_sequence: Option<u32>,
    /// The other side's Contact.
    pub target: Uri,
    /// The proxies between us, nearest first.
    pub routes: Vec<NameAddr>,
    /// Where the other side's messages come from.
    pub peer: Peer,
}

impl Dialog {
    /// For an INVITE that came (§12.1.1). `None` without From and To, or with a Contact that is no address. Who tells none, as
    /// RFC 2543 allowed, is reached where From says.
    pub fn answering(invite: &Request, tag: &str, from: Peer) -> Option<Self> {
        let remote = invite.headers.from()?;
        let target = match invite.headers.contact() {
            Some(contact) => contact.address()?.uri.clone(),
            None => without_headers(&remote.uri),
        };
        Some(Self {
            call_id: invite.headers.call_id()?.to_owned(),
            local: invite.headers.to()?.with_tag(tag),
            remote,
            local_sequence: 0,
            remote_sequence: invite.headers.cseq().map(|cseq| cseq.number),
            target,
            routes: invite.headers.record_route(),
            peer: from,
        })
    }

    /// For an INVITE that we are about to send.
    pub fn calling(call_id: String, local: NameAddr, target: &Uri, peer: Peer) -> Self {
        let remote = NameAddr::new(without_headers(target));
        let (target, routes) = (without_headers(target), Vec::new());
        Self { call_id, local, remote, local_sequence: 0, remote_sequence: None, target, routes, peer }
    }

    /// The dialog that a response to our INVITE makes of this one (§12.1.2).
    pub fn answered(&self, response: &Response, from: Peer) -> Self {
        let mut dialog = self.clone();
        dialog.remote = response.headers.to().unwrap_or(dialog.remote);
        dialog.routes = response.headers.record_route();
        dialog.routes.reverse();
        dialog.peer = from;
        dialog.refresh_target(&response.headers);
        dialog
    }

    /// A dialog that nobody waits for, from a 2xx to our INVITE alone.
    pub fn of_stray(response: &Response, from: Peer) -> Option<Self> {
        let headers = &response.headers;
        let target = headers.contact()?.address()?.uri.clone();
        let mut dialog = Self::calling(headers.call_id()?.to_owned(), headers.from()?, &target, from).answered(response, from);
        dialog.local_sequence = headers.cseq()?.number;
        Some(dialog)
    }

    /// Our tag.
    pub fn local_tag(&self) -> &str {
        self.local.tag().unwrap_or_default()
    }

    /// Whether a message of the other side is part of this dialog; before it has a tag, every one with our tag is.
    pub fn is_with(&self, call_id: Option<&str>, remote_tag: Option<&str>) -> bool {
        call_id == Some(self.call_id.as_str()) && self.remote.tag().is_none_or(|tag| Some(tag) == remote_tag)
    }

    /// The next request to the other side, without Via and Contact (§12.2.1.1).
    pub fn request(&mut self, method: Method) -> Request {
        self.local_sequence = self.local_sequence.saturating_add(1);
        self.request_numbered(method, self.local_sequence)
    }

    /// A request with the number of an INVITE: its ACK.
    pub fn request_numbered(&self, method: Method, number: u32) -> Request {
        let (uri, routes) = self.way();
        let mut request = Request::new(method.clone(), uri);
        request.headers.push("Max-Forwards", MAX_FORWARDS);
        routes.iter().for_each(|route| request.headers.push("Route", route));
        request.headers.push("From", &self.local);
        request.headers.push("To", &self.remote);
        request.headers.push("Call-ID", &self.call_id);
        request.headers.push("CSeq", CSeq { number, method });
        request
    }

    /// Whether a request of the other side comes in its order (§12.2.2); its number is noted.
    pub fn takes(&mut self, cseq: &CSeq) -> bool {
        let in_order = self.remote_sequence.is_none_or(|last| cseq.number > last);
        if in_order {
            self.remote_sequence = Some(cseq.number);
        }
        in_order
    }

    /// A target refresh: the other side has moved (§12.2.1.2).
    pub fn refresh_target(&mut self, headers: &Headers) {
        if let Some(contact) = headers.contact().as_ref().and_then(|contact| contact.address()) {
            self.target = contact.uri.clone();
        }
    }

    /// Where the next request goes. A stream's connection is used again (RFC 5923); a name, or a private address told by who comes
    /// from a public one, leads back to where the other side's messages come from.
    pub fn next_hop(&self) -> Peer {
        let uri = self.routes.first().map_or(&self.target, |route| &route.uri);
        match (self.peer.protocol, uri.host.address()) {
            (TransportProtocol::Udp, Some(address)) if is_reachable(address, self.peer.address.ip()) => {
                Peer::udp(SocketAddr::new(address, uri.port.unwrap_or(5060)))
            }
            (TransportProtocol::Udp | TransportProtocol::Tcp | TransportProtocol::Tls, _) => self.peer,
        }
    }

    /// Request-URI and Route headers; the first hop of old proxies stands in the Request-URI (strict routing).
    fn way(&self) -> (Uri, Vec<NameAddr>) {
        match self.routes.split_first() {
            Some((first, rest)) if !first.uri.params.has("lr") => {
                let mut routes = rest.to_vec();
                routes.push(NameAddr::new(self.target.clone()));
                (without_headers(&first.uri), routes)
            }
            Some(_) | None => (self.target.clone(), self.routes.clone()),
        }
    }
}

/// An address as it may stand in a Request-URI (§19.1.1).
fn without_headers(uri: &Uri) -> Uri {
    let mut uri = uri.clone();
    uri.headers = None;
    uri
}

/// A private address behind a public one cannot be reached from here.
fn is_reachable(address: IpAddr, seen: IpAddr) -> bool {
    address.is_ipv4() == seen.is_ipv4() && (is_public(address) || !is_public(seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &str = "sip:two-factor@192.0.2.1";

    fn invite(contact: &str, record_routes: &[&str]) -> Request {
        let mut invite = Request::new(Method::Invite, INVITE.parse().unwrap());
        invite.headers.push("From", "<sip:ana@example.com>;tag=theirs");
        invite.headers.push("To", format!("<{INVITE}>"));
        invite.headers.push("Call-ID", "c");
        invite.headers.push("CSeq", "7 INVITE");
        invite.headers.push("Contact", format!("<{contact}>"));
        record_routes.iter().for_each(|route| invite.headers.push("Record-Route", format!("<{route}>")));
        invite
    }

    fn dialog(contact: &str, record_routes: &[&str], from: &str) -> Dialog {
        Dialog::answering(&invite(contact, record_routes), "ours", Peer::udp(from.parse().unwrap())).unwrap()
    }

    fn routes(request: &Request) -> Vec<&str> {
        request.headers.all("Route").collect()
    }

    #[test]
    fn a_request_takes_the_way_that_proxies_recorded() {
        let mut dialog = dialog("sip:ana@192.0.2.9", &["sip:198.51.100.1;lr", "sip:198.51.100.2:5080;lr"], "198.51.100.1:5060");

        let bye = dialog.request(Method::Bye);

        assert_eq!(bye.uri.to_string(), "sip:ana@192.0.2.9");
        assert_eq!(routes(&bye), ["<sip:198.51.100.1;lr>", "<sip:198.51.100.2:5080;lr>"]);
        assert_eq!(dialog.next_hop(), Peer::udp("198.51.100.1:5060".parse().unwrap()));
        assert_eq!((bye.headers.get("From"), bye.headers.get("CSeq")), (Some("<sip:two-factor@192.0.2.1>;tag=ours"), Some("1 BYE")));
    }

    #[test]
    fn who_called_takes_the_recorded_way_from_its_other_end() {
        let peer = Peer::udp("198.51.100.1:5060".parse().unwrap());
        let local = NameAddr::new("sip:callward@192.0.2.1".parse().unwrap()).with_tag("ours");
        let calling = Dialog::calling("c".to_owned(), local, &"sip:ana@example.com".parse().unwrap(), peer);
        let mut response = Response::to(&invite("sip:ana@192.0.2.9", &[]), 200);
        response.headers.push("Record-Route", "<sip:198.51.100.2;lr>, <sip:198.51.100.1;lr>");
        response.headers.push("Contact", "<sip:ana@192.0.2.9:5062>");

        let mut dialog = calling.answered(&response, peer);

        let ack = dialog.request(Method::Ack);
        assert_eq!(routes(&ack), ["<sip:198.51.100.1;lr>", "<sip:198.51.100.2;lr>"]);
        assert_eq!(ack.uri.to_string(), "sip:ana@192.0.2.9:5062");
    }

    #[test]
    fn a_strict_router_stands_in_the_request_uri() {
        let mut dialog = dialog("sip:ana@192.0.2.9", &["sip:198.51.100.1", "sip:198.51.100.2;lr"], "198.51.100.1:5060");

        let bye = dialog.request(Method::Bye);

        assert_eq!(bye.uri.to_string(), "sip:198.51.100.1");
        assert_eq!(routes(&bye), ["<sip:198.51.100.2;lr>", "<sip:ana@192.0.2.9>"]);
    }

    #[test]
    fn who_is_behind_nat_is_reached_where_its_messages_come_from() {
        let hop = |contact: &str, from: &str| dialog(contact, &[], from).next_hop().address.to_string();

        assert_eq!(hop("sip:ana@192.168.1.5:5062", "8.8.8.8:40000"), "8.8.8.8:40000");
        assert_eq!(hop("sip:ana@192.168.1.5:5062", "192.168.1.1:5060"), "192.168.1.5:5062");
        assert_eq!(hop("sip:ana@phone.example.com", "8.8.8.8:40000"), "8.8.8.8:40000");
        assert_eq!(hop("sip:ana@9.9.9.9", "8.8.8.8:40000"), "9.9.9.9:5060");
    }

    #[test]
    fn a_telephone_of_old_without_contact_is_reached_where_from_says() {
        let mut old = invite("sip:ana@192.0.2.9", &[]);
        old.headers.remove("Contact");

        let mut dialog = Dialog::answering(&old, "ours", Peer::udp("192.0.2.9:5062".parse().unwrap())).unwrap();

        assert_eq!(dialog.request(Method::Bye).uri.to_string(), "sip:ana@example.com");
        assert_eq!(dialog.next_hop().address.to_string(), "192.0.2.9:5062");
    }

    #[test]
    fn requests_are_taken_in_their_order() {
        let mut dialog = dialog("sip:ana@192.0.2.9", &[], "192.0.2.9:5060");
        let mut takes = |number| dialog.takes(&CSeq { number, method: Method::Info });

        assert_eq!([takes(7), takes(9), takes(8), takes(9), takes(10)], [false, true, false, false, true]);
    }
}
