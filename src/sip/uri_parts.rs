//! A URI taken apart and checked, nothing of it copied (RFC 3261 §19.1.1, §25.1; RFC 3966).

use std::borrow::Cow;

use super::host::Host;
use super::malformed::Malformed;
use super::params;
use super::scheme::Scheme;
use super::token;

/// Of a byte that begins an escape.
const ESCAPE: u8 = 1;
/// Of a byte that may not stand in a URI, or is part of a character that may not.
const PERHAPS_WRONG: u8 = 2;
/// What is odd about each byte.
const ODD: [u8; 256] = odd();

/// The parts of a URI that can be read.
pub(super) struct UriParts<'a> {
    pub scheme: Scheme,
    pub user: Option<&'a str>,
    pub password: Option<&'a str>,
    pub host: Host<&'a str>,
    pub port: Option<u16>,
    pub params: Cow<'a, str>,
    pub headers: Option<&'a str>,
}

impl<'a> UriParts<'a> {
    /// Takes `text` apart.
    pub fn read(text: &'a str) -> Result<Self, Malformed> {
        let odd = text.bytes().fold(0, |odd, byte| odd | ODD[usize::from(byte)]);
        if odd & PERHAPS_WRONG != 0 && !text.chars().all(may_stand) {
            return Err(Malformed("blank or bracket in a URI"));
        }
        if odd & ESCAPE != 0 && !escapes_are_whole(text) {
            return Err(Malformed("% without two hexadecimal digits"));
        }
        let (scheme, Some(rest)) = token::split_once(text, b':') else { return Err(Malformed("URI without scheme")) };
        let scheme: Scheme = scheme.parse()?;
        if scheme.is_sip() { Self::hierarchical(scheme, rest) } else { Self::opaque(scheme, rest) }
    }

    /// Reads what follows `sip:` or `sips:`.
    fn hierarchical(scheme: Scheme, rest: &'a str) -> Result<Self, Malformed> {
        let (info, rest) = match token::split_once(rest, b'@') {
            (info, Some(rest)) => (Some(info), rest),
            (rest, None) => (None, rest),
        };
        let (rest, headers) = token::split_once(rest, b'?');
        let (place, params) = token::split_once(rest, b';');
        let (user, password) = info.map(user_info).transpose()?.unwrap_or_default();
        let (host, port) = Host::with_port(place)?;
        let params = params.map_or(Ok(Cow::Borrowed("")), some_params)?;
        Ok(Self { scheme, user, password, host, port, params, headers })
    }

    /// Reads what follows another scheme; `tel:` has parameters too.
    fn opaque(scheme: Scheme, rest: &'a str) -> Result<Self, Malformed> {
        let (rest, params) = match token::split_once(rest, b';') {
            (number, Some(params)) if scheme == Scheme::Tel => (number, some_params(params)?),
            (_, Some(_) | None) => (rest, Cow::Borrowed("")),
        };
        if rest.is_empty() {
            return Err(Malformed("nothing after the scheme"));
        }
        Ok(Self { scheme, user: Some(rest), password: None, host: Host::Absent, port: None, params, headers: None })
    }
}

type UserInfo<'a> = (Option<&'a str>, Option<&'a str>);

fn user_info(info: &str) -> Result<UserInfo<'_>, Malformed> {
    let (user, password) = token::split_once(info, b':');
    if user.is_empty() { Err(Malformed("@ without a user")) } else { Ok((Some(user), password)) }
}

fn some_params(text: &str) -> Result<Cow<'_, str>, Malformed> {
    if text.is_empty() { Err(Malformed("parameter without name")) } else { params::checked(text) }
}

/// Whether a character may stand in a URI.
fn may_stand(character: char) -> bool {
    !character.is_whitespace() && !character.is_control() && !matches!(character, '<' | '>' | '"')
}

const fn odd() -> [u8; 256] {
    let mut odd = [PERHAPS_WRONG; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        odd[byte as usize] = match byte {
            b'<' | b'>' | b'"' => PERHAPS_WRONG,
            b'%' => ESCAPE,
            _ => 0,
        };
        byte += 1;
    }
    odd
}

fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}
