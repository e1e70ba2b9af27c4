//! The quality of protection: what a digest's sum holds beside the password (RFC 7616 §3.4.3).

/// What the sum is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qop {
    /// The request's method and address.
    Auth,
    /// Its body too.
    AuthInt,
}

impl Qop {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }

    /// The one that we choose of a list; `None` when we know none of them. Bodies may change on their way, so `auth` comes first.
    pub(super) fn choose(list: &str) -> Option<Self> {
        [Self::Auth, Self::AuthInt].into_iter().find(|known| list.split(',').any(|word| word.trim().eq_ignore_ascii_case(known.as_str())))
    }
}
