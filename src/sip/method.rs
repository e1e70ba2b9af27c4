//! SIP methods (RFC 3261 §7.1 and its extensions).

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// What a request asks for. Names are compared with their case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Method {
    /// Sets a session up, or changes it (RFC 3261 §13).
    Invite,
    /// Confirms a final answer to INVITE (RFC 3261 §13).
    Ack,
    /// Ends a session (RFC 3261 §15).
    Bye,
    /// Takes an INVITE back (RFC 3261 §9).
    Cancel,
    /// Asks what the other side can do (RFC 3261 §11).
    Options,
    /// Carries what belongs to a call, like keys (RFC 6086).
    Info,
    /// Changes a session before or after it is answered (RFC 3311).
    Update,
    /// Confirms a provisional answer (RFC 3262).
    Prack,
    /// Asks the other side to call somebody else (RFC 3515).
    Refer,
    /// Tells about an event (RFC 6665).
    Notify,
    /// Tells where a user can be reached (RFC 3261 §10).
    Register,
    /// Asks to be told about an event (RFC 6665).
    Subscribe,
    /// Carries a text (RFC 3428).
    Message,
    /// Hands the state of an event in (RFC 3903).
    Publish,
    /// Any other.
    Other(String),
}

impl Method {
    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Invite => "INVITE",
            Self::Ack => "ACK",
            Self::Bye => "BYE",
            Self::Cancel => "CANCEL",
            Self::Options => "OPTIONS",
            Self::Info => "INFO",
            Self::Update => "UPDATE",
            Self::Prack => "PRACK",
            Self::Refer => "REFER",
            Self::Notify => "NOTIFY",
            Self::Register => "REGISTER",
            Self::Subscribe => "SUBSCRIBE",
            Self::Message => "MESSAGE",
            Self::Publish => "PUBLISH",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for Method {
    fn from(name: &str) -> Self {
        match name {
            "INVITE" => Self::Invite,
            "ACK" => Self::Ack,
            "BYE" => Self::Bye,
            "CANCEL" => Self::Cancel,
            "OPTIONS" => Self::Options,
            "INFO" => Self::Info,
            "UPDATE" => Self::Update,
            "PRACK" => Self::Prack,
            "REFER" => Self::Refer,
            "NOTIFY" => Self::Notify,
            "REGISTER" => Self::Register,
            "SUBSCRIBE" => Self::Subscribe,
            "MESSAGE" => Self::Message,
            "PUBLISH" => Self::Publish,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl FromStr for Method {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::from(name))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_in_other_letters_or_with_escapes_is_another_method() {
        assert_eq!(Method::from("REGISTER"), Method::Register);
        assert_eq!(Method::from("register"), Method::Other("register".to_owned()));
        assert_eq!(Method::from("RE%47IST%45R").to_string(), "RE%47IST%45R");
    }
}
