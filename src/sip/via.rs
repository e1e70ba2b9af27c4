//! Via: the way a request took and its answers take back (RFC 3261 §18.2, §20.42; RFC 3581).

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use super::host::{self, Host};
use super::malformed::Malformed;
use super::params::{self, Params};
use super::token;
use super::transport::Transport;

/// The magic cookie at the start of every branch since RFC 3261 (§8.1.1.7).
pub const BRANCH_COOKIE: &str = "z9hG4bK";

/// One hop.
#[derive(Debug, Clone, PartialEq)]
pub struct Via {
    /// What carried the request.
    pub transport: Transport,
    /// Who sent it, as the sender says.
    pub host: Host,
    /// Port, when one is written.
    pub port: Option<u16>,
    /// All parameters.
    pub params: Params,
}

/// A hop, taken apart and checked, nothing of it copied.
pub(super) struct ViaParts<'a> {
    pub transport: &'a str,
    pub host: Host<&'a str>,
    pub port: Option<u16>,
    pub params: Cow<'a, str>,
}

impl Via {
    /// The hop of a request of ours, which asks for the answer at the port it came from (RFC 3581 §3).
    pub fn new(transport: Transport, sent_by: SocketAddr, branch: &str) -> Self {
        let mut params = Params::default();
        params.set("branch", branch);
        params.flag("rport");
        Self { transport, host: sent_by.ip().into(), port: Some(sent_by.port()), params }
    }

    /// Names the transaction.
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch").filter(|branch| !branch.is_empty())
    }

    /// Whether the branch is unique as RFC 3261 asks, so that it alone names the transaction.
    pub fn has_unique_branch(&self) -> bool {
        self.branch().is_some_and(is_unique)
    }

    /// Whether the sender asks for the answer at the port it sent from.
    pub fn wants_rport(&self) -> bool {
        self.params.has("rport")
    }

    /// The port that the receiver saw.
    pub fn rport(&self) -> Option<u16> {
        self.params.get("rport")?.parse().ok()
    }

    /// The address that the receiver saw; IPv6 is read with and without brackets (RFC 5118 §4.5).
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.params.get("received")?;
        let inner = text.trim_start_matches('[').trim_end_matches(']');
        inner.parse().ok().or_else(|| host::ipv6(inner).ok().map(IpAddr::V6))
    }

    /// Notes where the request really came from (RFC 3261 §18.2.1, RFC 3581 §4), in place of what the sender may say of it;
    /// whether anything was to be noted.
    pub fn note_source(&mut self, source: SocketAddr) -> bool {
        let wants_rport = self.wants_rport();
        let is_elsewhere = wants_rport || self.host.address() != Some(source.ip());
        if !is_elsewhere && !self.params.has("received") {
            return false;
        }
        self.params.remove("received");
        if wants_rport {
            self.params.set("rport", source.port().to_string());
        }
        if is_elsewhere {
            self.params.set("received", source.ip().to_string());
        }
        true
    }

    /// Where an answer over datagrams goes, once the source is noted (RFC 3261 §18.2.2, RFC 3581 §4). `maddr` is passed over:
    /// with it, or with a `received` of its own, a stranger could have our answers sent to anybody.
    pub fn reply_to(&self) -> (Host, u16) {
        let port = self.port.unwrap_or_else(|| self.transport.default_port());
        match self.received() {
            Some(address) => (address.into(), self.rport().unwrap_or(port)),
            None => (self.host.clone(), port),
        }
    }
}

/// Whether a branch is unique as RFC 3261 asks.
pub(super) fn is_unique(branch: &str) -> bool {
    branch.len() > BRANCH_COOKIE.len() && branch.starts_with(BRANCH_COOKIE)
}

impl<'a> ViaParts<'a> {
    /// Takes `text` apart.
    pub fn read(text: &'a str) -> Result<Self, Malformed> {
        let (name, rest) = token::split_once(text, b'/');
        let (version, rest) = rest.map_or(("", None), |rest| token::split_once(rest, b'/'));
        if !token::trim(name).eq_ignore_ascii_case("SIP") || token::trim(version) != "2.0" {
            return Err(Malformed("another protocol than SIP/2.0"));
        }
        let rest = token::trim(rest.ok_or(Malformed("transport missing"))?);
        let (transport, rest) = rest.split_once(char::is_whitespace).ok_or(Malformed("sender missing"))?;
        if !token::is_token(transport) {
            return Err(Malformed("transport is no token"));
        }
        let (sent_by, params) = token::split_once(rest, b';');
        let params = match params {
            Some(params) if token::trim(params).is_empty() => return Err(Malformed("parameter without name")),
            Some(params) => params::checked(params)?,
            None => Cow::Borrowed(""),
        };
        let (host, port) = Host::with_port(token::trim(sent_by))?;
        Ok(Self { transport, host, port, params })
    }
}

impl From<ViaParts<'_>> for Via {
    fn from(parts: ViaParts<'_>) -> Self {
        Self { transport: parts.transport.into(), host: parts.host.into(), port: parts.port, params: parts.params.into() }
    }
}

impl FromStr for Via {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        ViaParts::read(text).map(Self::from)
    }
}

impl Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SIP/2.0/")?;
        f.write_str(self.transport.as_str())?;
        f.write_str(" ")?;
        host::write(&self.host, self.port, f)?;
        self.params.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Via {
        text.parse().unwrap_or_else(|malformed| panic!("{text}: {malformed}"))
    }

    #[test]
    fn blanks_are_let_in_wherever_the_grammar_has_them() {
        let via = read("SIP  /   2.0  /TCP     spindle.example.com : 5060  ; branch  =   z9hG4bK9ikj8");

        assert_eq!(via.to_string(), "SIP/2.0/TCP spindle.example.com:5060;branch=z9hG4bK9ikj8");
        assert!(via.has_unique_branch());
        assert!(!read("SIP/2.0/UDP h;branch=z9hG4bK").has_unique_branch());
    }

    #[test]
    fn answers_go_to_the_source_when_rport_asks_for_it() {
        let mut via = read("SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bKx;rport");
        via.note_source("192.0.2.9:40000".parse().unwrap());

        assert_eq!(via.to_string(), "SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bKx;rport=40000;received=192.0.2.9");
        assert_eq!(via.reply_to(), ("192.0.2.9".parse().unwrap(), 40000));
    }

    #[test]
    fn answers_go_to_the_sender_port_without_rport() {
        let mut via = read("SIP/2.0/UDP host.example.com;branch=z9hG4bKx");
        via.note_source("192.0.2.9:40000".parse().unwrap());

        assert_eq!(via.reply_to(), ("192.0.2.9".parse().unwrap(), 5060));
        assert_eq!(via.rport(), None);
    }

    #[test]
    fn a_stranger_cannot_have_answers_sent_to_others() {
        let mut via = read("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx;received=198.51.100.1;maddr=198.51.100.2");
        via.note_source("192.0.2.9:5060".parse().unwrap());

        assert_eq!(via.reply_to(), ("192.0.2.9".parse().unwrap(), 5060));
    }

    #[test]
    fn received_is_read_with_and_without_brackets() {
        for text in ["SIP/2.0/UDP [::1];received=[2001:db8::9:255];branch=x", "SIP/2.0/UDP [::1];received=2001:db8::9:255;branch=x"] {
            assert_eq!(read(text).received(), Some("2001:db8::9:255".parse().unwrap()));
        }
    }

    #[test]
    fn what_is_no_via_is_refused() {
        for wrong in ["", "SIP/2.0/UDP", "SIP/7.0/UDP a", "HTTP/2.0/UDP a", "SIP/2.0/UDP 192.0.2.15;;,;,,", "SIP/2.0/UDP ;branch=a"] {
            assert!(wrong.parse::<Via>().is_err(), "{wrong}");
        }
    }
}
