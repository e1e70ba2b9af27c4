//! What a user agent checks before it acts on a request that it can read (RFC 3261 §8.2.2, §8.2.3).

use super::message::Request;
use super::method::Method;
use super::refusal::Refusal;
use super::scheme::Scheme;
use super::status::reason_phrase;

/// Ranges of media types that let our session descriptions in.
const DESCRIPTIONS: [&str; 3] = ["application/sdp", "application/*", "*/*"];

impl Request {
    /// Whether it may be acted on: its address has a scheme that we know (416), it requires nothing that `supported` does not
    /// name (420), and an INVITE takes a session description for an answer (406).
    pub fn inspect(&self, supported: &[&str]) -> Result<(), Box<Refusal>> {
        if matches!(self.uri.scheme, Scheme::Other(_)) {
            return Err(self.refused(416));
        }
        // ACK and CANCEL belong to an INVITE that was taken: what they require is passed over (RFC 3261 §8.2.2.3).
        if matches!(self.method, Method::Ack | Method::Cancel) {
            return Ok(());
        }
        let knows = |tag: &str| supported.iter().any(|known| known.eq_ignore_ascii_case(tag));
        let unknown: Vec<&str> = self.headers.values("Require").filter(|tag| !knows(tag)).collect();
        if !unknown.is_empty() {
            return Err(Box::new(self.refused(420).with("Unsupported", &unknown.join(", "))));
        }
        if self.method == Method::Invite && !self.takes_descriptions() {
            return Err(self.refused(406));
        }
        Ok(())
    }

    /// Who says nothing takes session descriptions (RFC 3261 §20.1).
    fn takes_descriptions(&self) -> bool {
        let bare = |range: &str| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        !self.headers.has("Accept") || self.headers.values("Accept").any(|range| DESCRIPTIONS.contains(&bare(range).as_str()))
    }

    fn refused(&self, status: u16) -> Box<Refusal> {
        Box::new(Refusal::new(status, reason_phrase(status), self.method.clone(), &self.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, uri: &str, header: (&str, &str)) -> Request {
        let mut request = Request::new(method, uri.parse().unwrap());
        request.headers.push(header.0, header.1);
        request
    }

    fn status(request: &Request) -> Option<u16> {
        request.inspect(&["timer"]).err().map(|refusal| refusal.status)
    }

    #[test]
    fn unknown_schemes_are_refused() {
        assert_eq!(status(&request(Method::Options, "unknown:opaque", ("Subject", ""))), Some(416));
        assert_eq!(status(&request(Method::Options, "tel:+4930", ("Subject", ""))), None);
    }

    #[test]
    fn extensions_that_nobody_knows_are_refused_by_name() {
        let invite = request(Method::Invite, "sip:a@b", ("Require", "Timer, nothingSupportsThis"));

        let refusal = invite.inspect(&["timer"]).unwrap_err();

        assert_eq!((refusal.status, refusal.headers.get("Unsupported")), (420, Some("nothingSupportsThis")));
        assert_eq!(status(&request(Method::Ack, "sip:a@b", ("Require", "nothingSupportsThis"))), None);
        assert_eq!(status(&request(Method::Invite, "sip:a@b", ("Proxy-Require", "nothingSupportsThis"))), None);
    }

    #[test]
    fn who_takes_no_description_cannot_be_answered() {
        for (accept, refused) in [("text/plain", Some(406)), ("", Some(406)), ("text/plain, Application/SDP;level=1", None), ("*/*", None)]
        {
            assert_eq!(status(&request(Method::Invite, "sip:a@b", ("Accept", accept))), refused, "{accept}");
        }
        assert_eq!(status(&request(Method::Options, "sip:a@b", ("Accept", "text/plain"))), None);
    }
}
