//! Names of headers: their usual spelling, their compact forms, and what each may hold (RFC 3261 §7.3, §20).

/// How many headers we know.
pub(super) const COUNT: usize = 62;

/// The usual spelling of the headers that we know, the shortest first.
const KNOWN: [&str; COUNT] = [
    "To",
    "Via",
    "From",
    "Path",
    "CSeq",
    "Date",
    "RSeq",
    "RAck",
    "Route",
    "Allow",
    "Event",
    "Accept",
    "Server",
    "Min-SE",
    "Reason",
    "Call-ID",
    "Contact",
    "Require",
    "Subject",
    "Warning",
    "Expires",
    "Priority",
    "Reply-To",
    "Refer-To",
    "Replaces",
    "Identity",
    "Supported",
    "Timestamp",
    "Call-Info",
    "User-Agent",
    "Error-Info",
    "Alert-Info",
    "Unsupported",
    "In-Reply-To",
    "Min-Expires",
    "Retry-After",
    "Referred-By",
    "Max-Forwards",
    "Content-Type",
    "Record-Route",
    "Allow-Events",
    "Organization",
    "MIME-Version",
    "Proxy-Require",
    "Authorization",
    "Identity-Info",
    "Content-Length",
    "Accept-Contact",
    "Reject-Contact",
    "Accept-Encoding",
    "Accept-Language",
    "Session-Expires",
    "WWW-Authenticate",
    "Content-Encoding",
    "Content-Language",
    "Proxy-Authenticate",
    "Subscription-State",
    "Proxy-Authorization",
    "Authentication-Info",
    "Content-Disposition",
    "P-Asserted-Identity",
    "Request-Disposition",
];

/// Where names of so many letters begin among those that we know.
const BY_LENGTH: [usize; 21] = by_length();

/// The compact forms that IANA has registered.
const COMPACT: [(u8, &str); 20] = [
    (b'a', "Accept-Contact"),
    (b'b', "Referred-By"),
    (b'c', "Content-Type"),
    (b'd', "Request-Disposition"),
    (b'e', "Content-Encoding"),
    (b'f', "From"),
    (b'i', "Call-ID"),
    (b'j', "Reject-Contact"),
    (b'k', "Supported"),
    (b'l', "Content-Length"),
    (b'm', "Contact"),
    (b'n', "Identity-Info"),
    (b'o', "Event"),
    (b'r', "Refer-To"),
    (b's', "Subject"),
    (b't', "To"),
    (b'u', "Allow-Events"),
    (b'v', "Via"),
    (b'x', "Session-Expires"),
    (b'y', "Identity"),
];

/// Headers of which a message has one value (RFC 3261 §7.3.1, RFC 4475 §3.3.8, §3.3.9).
pub(super) const SINGLE: [Known; 11] = [
    Known::FROM,
    Known::TO,
    Known::CALL_ID,
    Known::CSEQ,
    Known::MAX_FORWARDS,
    Known::CONTENT_LENGTH,
    Known::named("Content-Type"),
    Known::named("Expires"),
    Known::SESSION_EXPIRES,
    Known::named("Min-SE"),
    Known::REFER_TO,
];

/// Headers whose values, when several stand in one line, become lines of their own.
const ONE_VALUE_A_LINE: [Known; 5] = [Known::VIA, Known::ROUTE, Known::RECORD_ROUTE, Known::CONTACT, Known::named("Path")];

/// A name that we know: its place among all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known(usize);

impl Known {
    pub const VIA: Self = Self::named("Via");
    pub const FROM: Self = Self::named("From");
    pub const TO: Self = Self::named("To");
    pub const CALL_ID: Self = Self::named("Call-ID");
    pub const CSEQ: Self = Self::named("CSeq");
    pub const CONTACT: Self = Self::named("Contact");
    pub const ROUTE: Self = Self::named("Route");
    pub const RECORD_ROUTE: Self = Self::named("Record-Route");
    pub const REFER_TO: Self = Self::named("Refer-To");
    pub const SESSION_EXPIRES: Self = Self::named("Session-Expires");
    pub const MAX_FORWARDS: Self = Self::named("Max-Forwards");
    pub const CONTENT_LENGTH: Self = Self::named("Content-Length");

    /// What `name` stands for, in any case of letters or as a compact form; `None` for a name that we do not know.
    pub fn of(name: &str) -> Option<Self> {
        if let [letter] = name.as_bytes() {
            let found = COMPACT.iter().find(|(short, _)| short.eq_ignore_ascii_case(letter));
            return found.and_then(|(_, long)| Self::of(long));
        }
        let (start, end) = (*BY_LENGTH.get(name.len())?, *BY_LENGTH.get(name.len() + 1)?);
        (start..end).find(|at| is_same(KNOWN[*at], name)).map(Self)
    }

    /// The name that is spelled like this.
    pub const fn named(spelling: &str) -> Self {
        let mut at = 0;
        while !are_same_bytes(KNOWN[at].as_bytes(), spelling.as_bytes()) {
            at += 1;
        }
        Self(at)
    }

    /// Whether values in one line are taken apart.
    pub fn has_one_value_a_line(self) -> bool {
        ONE_VALUE_A_LINE.contains(&self)
    }

    /// Its usual spelling.
    pub fn spelling(self) -> &'static str {
        KNOWN[self.0]
    }

    /// Its place among all that we know, less than [`COUNT`].
    pub fn place(self) -> usize {
        self.0
    }
}

/// Whether two names are the same, in any case of letters; nearly all are written in the same one.
pub(super) fn is_same(one: &str, two: &str) -> bool {
    let first = |name: &str| name.bytes().next().map(|letter| letter | 0x20);
    one.len() == two.len() && first(one) == first(two) && (one == two || one.eq_ignore_ascii_case(two))
}

const fn by_length() -> [usize; 21] {
    let mut starts = [0; 21];
    let mut at = 0;
    while at < COUNT {
        let mut longer = KNOWN[at].len() + 1;
        while longer < starts.len() {
            starts[longer] = at + 1;
            longer += 1;
        }
        at += 1;
    }
    starts
}

const fn are_same_bytes(one: &[u8], two: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < two.len() && one[at] == two[at] {
        at += 1;
    }
    at == one.len() && at == two.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_and_odd_spellings_lead_to_the_usual_one() {
        let spelled = |name| Known::of(name).map(Known::spelling);

        assert_eq!(spelled("v"), Some("Via"));
        assert_eq!(spelled("M"), Some("Contact"));
        assert_eq!(spelled("cALL-id"), Some("Call-ID"));
        assert_eq!(spelled("X-Own"), None);
    }

    #[test]
    fn every_name_is_found_by_its_spelling_and_by_its_compact_form() {
        for name in KNOWN {
            assert_eq!(Known::of(name), Some(Known::named(name)));
        }
        for (letter, name) in COMPACT {
            assert_eq!(Known::of(&char::from(letter).to_string()), Some(Known::named(name)));
        }
    }
}
