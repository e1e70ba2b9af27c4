//! The INVITE of a rehearsed call, and what the BYE at its end returns.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use crate::line::OutgoingCall;
use crate::passage::AuthHeaders;
use crate::sip::{Headers, Host, NameAddr, Uri};

use super::dialled::Dialled;

/// Where all sockets of a rehearsal are.
pub(super) const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The call variables that the platform gives beside the two numbers, with the headers that carry them.
pub(super) fn carried(dialled: &Dialled) -> BTreeMap<String, String> {
    let given = dialled.variables.iter().map(|(name, _)| name).filter(|name| !matches!(name.as_str(), "from" | "to"));
    given.map(|name| (name.clone(), format!("X-Rehearsed-{name}"))).collect()
}

/// The INVITE: call variables go as headers, as a PBX sends them.
pub(super) fn invitation(dialled: &Dialled, port: u16, sdp: Vec<u8>) -> OutgoingCall {
    let mut headers = Headers::default();
    for (name, header) in carried(dialled) {
        headers.push(&header, dialled.variable(&name));
    }
    let user = |name: &str| Uri::sip(Host::from(LOOPBACK)).with_user(name);
    OutgoingCall {
        target: user(&dialled.process).with_port(port),
        proxy: None,
        from: NameAddr::new(user(dialled.variable("from"))),
        sdp,
        headers,
        account: None,
    }
}

/// What the headers of a BYE return.
pub(super) fn returned(headers: &Headers) -> Vec<(String, String)> {
    headers.iter().filter_map(|(header, value)| Some((AuthHeaders::returned_name(header)?.to_owned(), value.to_owned()))).collect()
}
