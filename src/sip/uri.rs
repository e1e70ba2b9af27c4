//! SIP, SIPS and tel URIs, and when two of them are the same (RFC 3261 §19.1, RFC 3966).

use std::fmt::{self, Display};
use std::str::FromStr;

use percent_encoding::percent_decode_str;

use super::host::{self, Host};
use super::malformed::Malformed;
use super::params::Params;
use super::scheme::Scheme;
use super::uri_parts::UriParts;
use crate::secret::{SecretText, mask};

/// Parameters that make a difference even when only one of two URIs has them (RFC 3261 §19.1.4).
const TELLING: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

/// A URI. `==` is the comparison of RFC 3261 §19.1.4, which is not transitive; `Debug` shows a masked user and the host.
#[derive(Clone)]
pub struct Uri {
    /// What it begins with.
    pub scheme: Scheme,
    /// Before the `@`, as written; of another scheme than `sip` and `sips` what follows the colon.
    pub user: Option<String>,
    /// After the user's colon.
    pub password: Option<SecretText>,
    /// Where it leads.
    pub host: Host,
    /// Port, when one is written.
    pub port: Option<u16>,
    /// Parameters, their values as written.
    pub params: Params,
    /// What follows the question mark, as written.
    pub headers: Option<String>,
}

impl Uri {
    /// A `sip:` URI without user, port and parameters.
    pub fn sip(host: Host) -> Self {
        Self { scheme: Scheme::Sip, user: None, password: None, host, port: None, params: Params::default(), headers: None }
    }

    /// The same with a user, who is written with the escapes that are needed.
    pub fn with_user(mut self, user: &str) -> Self {
        self.user = Some(escape(user));
        self
    }

    /// The same with a port.
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// The user with all escapes resolved.
    pub fn decoded_user(&self) -> Option<String> {
        self.user.as_deref().map(|user| percent_decode_str(user).decode_utf8_lossy().into_owned())
    }

    /// The scheme, the masked user and the host, for logs: parameters and headers may hold anything.
    pub fn masked(&self) -> String {
        match (&self.user, self.is_sip()) {
            (Some(user), true) => format!("{}:{}@{}", self.scheme, mask(&user.replace('@', "%40")), self.host),
            (Some(user), false) => format!("{}:{}", self.scheme, mask(&user.replace('@', "%40"))),
            (None, _) => format!("{}:{}", self.scheme, self.host),
        }
    }

    /// Whether requests to it name a host.
    pub fn is_sip(&self) -> bool {
        self.scheme.is_sip()
    }
}

impl From<UriParts<'_>> for Uri {
    fn from(parts: UriParts<'_>) -> Self {
        Self {
            scheme: parts.scheme,
            user: parts.user.map(str::to_owned),
            password: parts.password.map(SecretText::new),
            host: parts.host.into(),
            port: parts.port,
            params: parts.params.into(),
            headers: parts.headers.map(str::to_owned),
        }
    }
}

impl FromStr for Uri {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        UriParts::read(text).map(Self::from)
    }
}

impl Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme.as_str())?;
        f.write_str(":")?;
        f.write_str(self.user.as_deref().unwrap_or_default())?;
        if let Some(password) = &self.password {
            f.write_str(":")?;
            f.write_str(password.expose())?;
        }
        if self.user.is_some() && self.is_sip() {
            f.write_str("@")?;
        }
        host::write(&self.host, self.port, f)?;
        self.params.fmt(f)?;
        self.headers.as_ref().map_or(Ok(()), |headers| write!(f, "?{headers}"))
    }
}

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl PartialEq for Uri {
    fn eq(&self, other: &Self) -> bool {
        let password = |uri: &Self| uri.password.as_ref().map(|password| normal(password.expose()));
        let user = |uri: &Self| uri.user.as_deref().map(normal);
        self.scheme == other.scheme
            && user(self) == user(other)
            && password(self) == password(other)
            && self.host == other.host
            && self.port == other.port
            && same_params(&self.params, &other.params)
            && same_headers(self.headers.as_deref(), other.headers.as_deref())
    }
}

/// One spelling for all: escapes of characters that need none are resolved, the others are in upper case.
fn normal(text: &str) -> String {
    let mut parts = text.split('%');
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (hex, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        match u8::from_str_radix(hex, 16) {
            Ok(byte) if needs_no_escape(byte) => spelled.push(char::from(byte)),
            Ok(_) | Err(_) => spelled.extend(['%'].into_iter().chain(hex.chars().map(|digit| digit.to_ascii_uppercase()))),
        }
        spelled.push_str(rest);
    }
    spelled
}

/// Escapes all that a user may not be written with (RFC 3261 §25.1, `user`).
fn escape(user: &str) -> String {
    let plain = |byte: u8| needs_no_escape(byte) || b"&=+$,;?/".contains(&byte);
    user.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn needs_no_escape(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte)
}

fn same_params(one: &Params, two: &Params) -> bool {
    let telling = TELLING.iter().all(|name| one.has(name) == two.has(name));
    telling
        && one.iter().all(|(name, value)| {
            let value = normal(value.unwrap_or_default());
            two.get(name).is_none_or(|other| normal(other).eq_ignore_ascii_case(&value))
        })
}

/// Both have the same headers, in any order.
fn same_headers(one: Option<&str>, two: Option<&str>) -> bool {
    let sorted = |headers: Option<&str>| {
        let mut headers: Vec<String> = headers.unwrap_or_default().split('&').map(lower_name).collect();
        headers.sort();
        headers
    };
    sorted(one) == sorted(two)
}

fn lower_name(header: &str) -> String {
    let (name, value) = header.split_once('=').unwrap_or((header, ""));
    format!("{}={}", name.to_ascii_lowercase(), normal(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap_or_else(|malformed| panic!("{text}: {malformed}"))
    }

    #[test]
    fn uris_are_written_as_they_were_read() {
        for text in [
            "sip:alice@atlanta.com",
            "sip:alice:secretword@atlanta.com;transport=tcp",
            "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:+1-212-555-1212:1234@gateway.com;user=phone",
            "sip:alice;day=tuesday@atlanta.com",
            "sip:user;par=u%40example.net@example.com",
            "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
            "sip:[2001:db8::10]:5070;lr",
            "tel:+358-555-1234567;postd=pp22",
            "nobodyknowsthisscheme:totallyopaquecontent",
        ] {
            assert_eq!(uri(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_uri_is_refused() {
        for wrong in
            ["", "sip", "sip:", ":a@b", "<sip:a@b>", "sip:a b@c", "sip:@b", "sip:a@", "sip:%ZZ@b", "sip:a@b; lr", "sip:a@b;", "tel:"]
        {
            assert!(wrong.parse::<Uri>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn equal_uris_of_rfc_3261_are_equal() {
        for (one, two) in [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            ),
            ("sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x"),
        ] {
            assert_eq!(uri(one), uri(two));
            assert_eq!(uri(two), uri(one));
        }
    }

    #[test]
    fn different_uris_of_rfc_3261_are_different() {
        for (one, two) in [
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
            ("sip:a@b", "sips:a@b"),
        ] {
            assert_ne!(uri(one), uri(two));
            assert_ne!(uri(two), uri(one));
        }
    }

    #[test]
    fn users_are_escaped_and_decoded() {
        let sales = Uri::sip("example.com".parse().unwrap()).with_user("sales@bank/ä");

        assert_eq!(sales.to_string(), "sip:sales%40bank/%C3%A4@example.com");
        assert_eq!(sales.decoded_user().as_deref(), Some("sales@bank/ä"));
    }
}
