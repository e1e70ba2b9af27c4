//! Digest authentication: challenges, credentials and the sum that proves a password (RFC 7616 §3, RFC 8760).

use std::fmt;
use std::str::FromStr;

use md5::{Digest, Md5};

use super::malformed::Malformed;
use super::token;
use crate::secret::SecretText;

/// How texts are hashed; the stronger one is the greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// MD5, which old telephones know alone.
    Md5,
    /// SHA-256 (RFC 8760).
    Sha256,
}

/// What a server asks for: the value of WWW-Authenticate or Proxy-Authenticate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Whose passwords are asked for.
    pub realm: String,
    /// The server's word that goes into the sum.
    pub nonce: String,
    /// Something that the client gives back.
    pub opaque: Option<String>,
    /// How texts are hashed.
    pub algorithm: Algorithm,
    /// Whether the client counts and adds a word of its own (`qop=auth`).
    pub qop_auth: bool,
    /// Whether only the nonce was too old.
    pub stale: bool,
}

/// What a client proves: the value of Authorization or Proxy-Authorization. `Debug` shows only to whom.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Who.
    pub username: String,
    /// To whom.
    pub realm: String,
    /// The server's word.
    pub nonce: String,
    /// What the request was sent for, as the client says.
    pub uri: String,
    /// The sum, in hexadecimal digits.
    pub response: String,
    /// How texts are hashed.
    pub algorithm: Algorithm,
    /// The client's own count and word, when it uses `qop=auth`.
    pub own: Option<Own>,
    /// What the server wants back.
    pub opaque: Option<String>,
}

/// The client's part of the sum with `qop=auth`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// How often the nonce was used, this time included.
    pub count: u32,
    /// The client's word.
    pub cnonce: String,
}

impl Algorithm {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// `text` hashed, in hexadecimal digits.
    pub(super) fn hash(self, text: &str) -> String {
        match self {
            Self::Md5 => hexadecimal(&Md5::digest(text)),
            Self::Sha256 => hexadecimal(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()).as_ref()),
        }
    }
}

impl FromStr for Algorithm {
    type Err = Malformed;

    fn from_str(name: &str) -> Result<Self, Malformed> {
        let known = [Self::Md5, Self::Sha256].into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name));
        known.ok_or(Malformed("digest algorithm unknown"))
    }
}

impl Credentials {
    /// The sum that this password gives (RFC 7616 §3.4.1), whatever [`Credentials::response`] says.
    pub(super) fn sum(&self, method: &str, password: &SecretText) -> String {
        let hash = |text: String| self.algorithm.hash(&text);
        let secret = hash(format!("{}:{}:{}", self.username, self.realm, password.expose()));
        let request = hash(format!("{method}:{}", self.uri));
        match &self.own {
            Some(own) => hash(format!("{secret}:{}:{:08x}:{}:auth:{request}", self.nonce, own.count, own.cnonce)),
            None => hash(format!("{secret}:{}:{request}", self.nonce)),
        }
    }
}

impl FromStr for Challenge {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let fields = Fields::read(text)?;
        let qop_auth = fields.get("qop").map(|qop| qop.split(',').any(|word| word.trim().eq_ignore_ascii_case("auth")));
        if qop_auth == Some(false) {
            return Err(Malformed("digest without qop that we know"));
        }
        Ok(Self {
            realm: fields.needed("realm")?,
            nonce: fields.needed("nonce")?,
            opaque: fields.get("opaque").map(str::to_owned),
            algorithm: fields.algorithm()?,
            qop_auth: qop_auth.is_some(),
            stale: fields.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest realm={}, nonce={}", token::quote(&self.realm), token::quote(&self.nonce))?;
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque={}", token::quote(opaque))?;
        }
        write!(f, ", algorithm={}", self.algorithm.as_str())?;
        if self.qop_auth {
            f.write_str(", qop=\"auth\"")?;
        }
        if self.stale { f.write_str(", stale=true") } else { Ok(()) }
    }
}

impl FromStr for Credentials {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let fields = Fields::read(text)?;
        let own = match fields.get("qop") {
            Some(qop) if qop.eq_ignore_ascii_case("auth") => Some(Own { count: fields.count()?, cnonce: fields.needed("cnonce")? }),
            Some(_) => return Err(Malformed("digest without qop that we know")),
            None => None,
        };
        Ok(Self {
            username: fields.needed("username")?,
            realm: fields.needed("realm")?,
            nonce: fields.needed("nonce")?,
            uri: fields.needed("uri")?,
            response: fields.needed("response")?,
            algorithm: fields.algorithm()?,
            own,
            opaque: fields.get("opaque").map(str::to_owned),
        })
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [username, realm, nonce, uri] = [&self.username, &self.realm, &self.nonce, &self.uri].map(|text| token::quote(text));
        write!(f, "Digest username={username}, realm={realm}, nonce={nonce}, uri={uri}, response=\"{}\"", self.response)?;
        write!(f, ", algorithm={}", self.algorithm.as_str())?;
        if let Some(own) = &self.own {
            write!(f, ", qop=auth, nc={:08x}, cnonce={}", own.count, token::quote(&own.cnonce))?;
        }
        self.opaque.as_ref().map_or(Ok(()), |opaque| write!(f, ", opaque={}", token::quote(opaque)))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials for {:?}", self.realm)
    }
}

/// The fields after `Digest`.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(text: &str) -> Result<Self, Malformed> {
        let (scheme, rest) = text.trim().split_once(char::is_whitespace).ok_or(Malformed("no digest"))?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return Err(Malformed("no digest"));
        }
        let field = |part: &str| {
            let (name, value) = part.split_once('=').ok_or(Malformed("digest field without value"))?;
            Ok((name.trim().to_ascii_lowercase(), token::unquote(value.trim())))
        };
        token::split(rest, ',').into_iter().filter(|part| !part.is_empty()).map(field).collect::<Result<_, _>>().map(Self)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn needed(&self, name: &str) -> Result<String, Malformed> {
        self.get(name).map(str::to_owned).ok_or(Malformed("digest field missing"))
    }

    fn algorithm(&self) -> Result<Algorithm, Malformed> {
        self.get("algorithm").map_or(Ok(Algorithm::Md5), str::parse)
    }

    fn count(&self) -> Result<u32, Malformed> {
        let count = self.get("nc").filter(|count| count.bytes().all(|byte| byte.is_ascii_hexdigit()));
        count.and_then(|count| u32::from_str_radix(count, 16).ok()).ok_or(Malformed("digest count missing"))
    }
}

/// Bytes as lower case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7616 §3.9.1.
    fn example(algorithm: Algorithm) -> Credentials {
        Credentials {
            username: "Mufasa".to_owned(),
            realm: "http-auth@example.org".to_owned(),
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v".to_owned(),
            uri: "/dir/index.html".to_owned(),
            response: String::new(),
            algorithm,
            own: Some(Own { count: 1, cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ".to_owned() }),
            opaque: None,
        }
    }

    #[test]
    fn the_examples_of_the_standard_give_the_sums_of_the_standard() {
        let password = SecretText::new("Circle of Life");

        assert_eq!(example(Algorithm::Md5).sum("GET", &password), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(example(Algorithm::Sha256).sum("GET", &password), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    #[test]
    fn without_qop_the_old_sum_is_made() {
        let old = Credentials { own: None, realm: "testrealm@host.com".to_owned(), ..example(Algorithm::Md5) };

        assert_ne!(old.sum("GET", &SecretText::new("x")), example(Algorithm::Md5).sum("GET", &SecretText::new("x")));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let challenge = Challenge {
            realm: "a \"b\", c".to_owned(),
            nonce: "n".to_owned(),
            opaque: Some("o".to_owned()),
            algorithm: Algorithm::Sha256,
            qop_auth: true,
            stale: true,
        };
        let credentials = Credentials { opaque: Some("o".to_owned()), ..example(Algorithm::Sha256) };

        assert_eq!(challenge.to_string().parse(), Ok(challenge));
        assert_eq!(credentials.to_string().parse(), Ok(credentials));
    }

    #[test]
    fn what_we_cannot_sum_is_refused() {
        for wrong in [
            "",
            "Basic abc",
            "Digest realm",
            "Digest realm=\"a\"",
            "Digest realm=\"a\", nonce=\"b\", algorithm=MD5-sess",
            "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"",
        ] {
            assert!(wrong.parse::<Challenge>().is_err(), "{wrong}");
        }
        assert!("Digest username=a, realm=b, nonce=c, uri=d, response=e, qop=auth, nc=+1, cnonce=f".parse::<Credentials>().is_err());
    }
}
