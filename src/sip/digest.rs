//! Digest authentication: challenges, credentials and the sum that proves a password (RFC 7616 §3, RFC 8760).

use std::fmt;
use std::str::FromStr;

use md5::{Digest, Md5};

use super::digest_fields::Fields;
use super::malformed::Malformed;
use super::qop::Qop;
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
    /// What the client protects, with a count and a word of its own.
    pub qop: Option<Qop>,
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
    /// The client's own count and word, when it protects more than its password.
    pub own: Option<Own>,
    /// What the server wants back.
    pub opaque: Option<String>,
}

/// The client's part of the sum, with a quality of protection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// What the sum holds.
    pub qop: Qop,
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
    pub(super) fn hash(self, text: impl AsRef<[u8]>) -> String {
        match self {
            Self::Md5 => hexadecimal(&Md5::digest(text)),
            Self::Sha256 => hexadecimal(ring::digest::digest(&ring::digest::SHA256, text.as_ref()).as_ref()),
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
    pub(super) fn sum(&self, method: &str, body: &[u8], password: &SecretText) -> String {
        let hash = |text: String| self.algorithm.hash(text);
        let secret = hash(format!("{}:{}:{}", self.username, self.realm, password.expose()));
        let request = match self.own.as_ref().map(|own| own.qop) {
            None | Some(Qop::Auth) => hash(format!("{method}:{}", self.uri)),
            Some(Qop::AuthInt) => hash(format!("{method}:{}:{}", self.uri, self.algorithm.hash(body))),
        };
        match &self.own {
            Some(own) => hash(format!("{secret}:{}:{:08x}:{}:{}:{request}", self.nonce, own.count, own.cnonce, own.qop.as_str())),
            None => hash(format!("{secret}:{}:{request}", self.nonce)),
        }
    }
}

impl FromStr for Challenge {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let fields = Fields::read(text)?;
        Ok(Self {
            realm: fields.needed("realm")?,
            nonce: fields.needed("nonce")?,
            opaque: fields.get("opaque").map(str::to_owned),
            algorithm: algorithm(&fields)?,
            qop: fields.qop()?,
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
        if let Some(qop) = self.qop {
            write!(f, ", qop=\"{}\"", qop.as_str())?;
        }
        if self.stale { f.write_str(", stale=true") } else { Ok(()) }
    }
}

impl FromStr for Credentials {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let fields = Fields::read(text)?;
        let own = match fields.qop()? {
            Some(qop) => Some(Own { qop, count: fields.count()?, cnonce: fields.needed("cnonce")? }),
            None => None,
        };
        Ok(Self {
            username: fields.needed("username")?,
            realm: fields.needed("realm")?,
            nonce: fields.needed("nonce")?,
            uri: fields.needed("uri")?,
            response: fields.needed("response")?,
            algorithm: algorithm(&fields)?,
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
            write!(f, ", qop={}, nc={:08x}, cnonce={}", own.qop.as_str(), own.count, token::quote(&own.cnonce))?;
        }
        self.opaque.as_ref().map_or(Ok(()), |opaque| write!(f, ", opaque={}", token::quote(opaque)))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials for {:?}", self.realm)
    }
}

/// Who names none means MD5.
fn algorithm(fields: &Fields) -> Result<Algorithm, Malformed> {
    fields.get("algorithm").map_or(Ok(Algorithm::Md5), str::parse)
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
            own: Some(Own { qop: Qop::Auth, count: 1, cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ".to_owned() }),
            opaque: None,
        }
    }

    #[test]
    fn the_examples_of_the_standard_give_the_sums_of_the_standard() {
        let password = SecretText::new("Circle of Life");

        assert_eq!(example(Algorithm::Md5).sum("GET", b"", &password), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(
            example(Algorithm::Sha256).sum("GET", b"", &password),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    #[test]
    fn without_qop_the_old_sum_is_made() {
        let old = Credentials { own: None, realm: "testrealm@host.com".to_owned(), ..example(Algorithm::Md5) };

        assert_ne!(old.sum("GET", b"", &SecretText::new("x")), example(Algorithm::Md5).sum("GET", b"", &SecretText::new("x")));
    }

    /// RFC 7616 §3.4.3: the hash of the body stands behind method and address.
    #[test]
    fn who_protects_the_body_sums_it_too() {
        let mut credentials = example(Algorithm::Md5);
        let own = credentials.own.as_mut().unwrap();
        own.qop = Qop::AuthInt;

        let (secret, request) =
            ("3d78807defe7de2157e2b0b6573a855f", Algorithm::Md5.hash(format!("POST:/dir/index.html:{}", Algorithm::Md5.hash("hi"))));
        let (nonce, cnonce) = (&credentials.nonce, &credentials.own.as_ref().unwrap().cnonce);
        let expected = Algorithm::Md5.hash(format!("{secret}:{nonce}:00000001:{cnonce}:auth-int:{request}"));
        assert_eq!(credentials.sum("POST", b"hi", &SecretText::new("Circle of Life")), expected);
        assert_eq!(Qop::choose("auth-int, auth"), Some(Qop::Auth));
        assert_eq!(Qop::choose("auth-int"), Some(Qop::AuthInt));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let challenge = Challenge {
            realm: "a \"b\", c".to_owned(),
            nonce: "n".to_owned(),
            opaque: Some("o".to_owned()),
            algorithm: Algorithm::Sha256,
            qop: Some(Qop::AuthInt),
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
            "Digest realm=\"a\", nonce=\"b\", qop=\"auth-conf\"",
        ] {
            assert!(wrong.parse::<Challenge>().is_err(), "{wrong}");
        }
        assert!("Digest username=a, realm=b, nonce=c, uri=d, response=e, qop=auth, nc=+1, cnonce=f".parse::<Credentials>().is_err());
    }
}
