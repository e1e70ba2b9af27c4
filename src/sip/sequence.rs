//! Numbers that order requests and provisional answers: CSeq and RAck (RFC 3261 §20.16, RFC 3262 §7.2).

use std::fmt;
use std::str::FromStr;

use super::malformed::Malformed;
use super::method::Method;
use super::token;

/// The place of a request among those of its sender.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CSeq {
    /// Its number.
    pub number: u32,
    /// The request's method.
    pub method: Method,
}

/// Which provisional answer a PRACK confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RAck {
    /// The answer's RSeq.
    pub rseq: u32,
    /// The answer's CSeq.
    pub cseq: CSeq,
}

impl FromStr for CSeq {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut words = text.split_whitespace();
        let (Some(number), Some(method), None) = (words.next(), words.next(), words.next()) else {
            return Err(Malformed("not a number and a method"));
        };
        if !token::is_token(method) {
            return Err(Malformed("method is no token"));
        }
        Ok(Self { number: sequence_number(number)?, method: method.into() })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}

impl FromStr for RAck {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (rseq, cseq) = text.trim().split_once(char::is_whitespace).ok_or(Malformed("not two numbers and a method"))?;
        Ok(Self { rseq: sequence_number(rseq)?, cseq: cseq.parse()? })
    }
}

impl fmt::Display for RAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rseq, self.cseq)
    }
}

fn sequence_number(text: &str) -> Result<u32, Malformed> {
    let number = token::number(text).ok_or(Malformed("not a number"))?;
    u32::try_from(number).map_err(|_| Malformed("number too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_and_blanks_are_let_in() {
        assert_eq!("0009   INVITE".parse(), Ok(CSeq { number: 9, method: Method::Invite }));
        assert_eq!("776656 1 INVITE".parse::<RAck>().unwrap().to_string(), "776656 1 INVITE");
    }

    #[test]
    fn a_number_too_large_is_refused_and_never_wraps() {
        for wrong in ["36893488147419103232 REGISTER", "-1 INVITE", "1", "INVITE", "1 INVITE x", "4294967296 BYE"] {
            assert!(wrong.parse::<CSeq>().is_err(), "{wrong}");
        }
    }
}
