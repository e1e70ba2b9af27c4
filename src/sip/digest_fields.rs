//! The fields of challenges and credentials (RFC 7616 §3.3, §3.4).

use super::malformed::Malformed;
use super::qop::Qop;
use super::token;

/// The fields after `Digest`.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Takes them apart.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        let (scheme, rest) = text.trim().split_once(char::is_whitespace).ok_or(Malformed("no digest"))?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return Err(Malformed("no digest"));
        }
        let field = |part: &str| {
            let (name, value) = part.split_once('=').ok_or(Malformed("digest field without value"))?;
            Ok((name.trim().to_ascii_lowercase(), token::unquote(value.trim())))
        };
        token::split(rest, b',').filter(|part| !part.is_empty()).map(field).collect::<Result<_, _>>().map(Self)
    }

    /// The value of one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of one that must be there.
    pub fn needed(&self, name: &str) -> Result<String, Malformed> {
        self.get(name).map(str::to_owned).ok_or(Malformed("digest field missing"))
    }

    /// What the sum holds; of a list, what we choose.
    pub fn qop(&self) -> Result<Option<Qop>, Malformed> {
        let chosen = |list| Qop::choose(list).ok_or(Malformed("digest without qop that we know"));
        self.get("qop").map(chosen).transpose()
    }

    /// How often the nonce was used.
    pub fn count(&self) -> Result<u32, Malformed> {
        let count = self.get("nc").filter(|count| count.bytes().all(|byte| byte.is_ascii_hexdigit()));
        count.and_then(|count| u32::from_str_radix(count, 16).ok()).ok_or(Malformed("digest count missing"))
    }
}
