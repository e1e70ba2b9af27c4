//! Names of headers: their usual spelling, their compact forms, and what each may hold (RFC 3261 §7.3, §20).

use std::borrow::Cow;

/// The usual spelling of the headers that we know.
const KNOWN: [&str; 56] = [
    "Via",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Contact",
    "Max-Forwards",
    "Content-Length",
    "Content-Type",
    "Route",
    "Record-Route",
    "Allow",
    "Supported",
    "Require",
    "Unsupported",
    "Proxy-Require",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Allow-Events",
    "Authorization",
    "Proxy-Authorization",
    "WWW-Authenticate",
    "Proxy-Authenticate",
    "Authentication-Info",
    "Content-Encoding",
    "Content-Language",
    "Content-Disposition",
    "Date",
    "Timestamp",
    "Subject",
    "User-Agent",
    "Server",
    "Organization",
    "Priority",
    "Warning",
    "Error-Info",
    "Alert-Info",
    "Call-Info",
    "Reply-To",
    "In-Reply-To",
    "MIME-Version",
    "Expires",
    "Min-Expires",
    "Retry-After",
    "RSeq",
    "RAck",
    "Session-Expires",
    "Min-SE",
    "Event",
    "Subscription-State",
    "Refer-To",
    "Referred-By",
    "Replaces",
    "Reason",
    "P-Asserted-Identity",
];

/// The compact forms that IANA has registered.
const COMPACT: [(&str, &str); 20] = [
    ("a", "Accept-Contact"),
    ("b", "Referred-By"),
    ("c", "Content-Type"),
    ("d", "Request-Disposition"),
    ("e", "Content-Encoding"),
    ("f", "From"),
    ("i", "Call-ID"),
    ("j", "Reject-Contact"),
    ("k", "Supported"),
    ("l", "Content-Length"),
    ("m", "Contact"),
    ("n", "Identity-Info"),
    ("o", "Event"),
    ("r", "Refer-To"),
    ("s", "Subject"),
    ("t", "To"),
    ("u", "Allow-Events"),
    ("v", "Via"),
    ("x", "Session-Expires"),
    ("y", "Identity"),
];

/// Headers of which a message has one value (RFC 3261 §7.3.1, RFC 4475 §3.3.8, §3.3.9).
pub(super) const SINGLE: [&str; 11] =
    ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type", "Expires", "Session-Expires", "Min-SE", "Refer-To"];

/// Headers whose values, when several stand in one line, become lines of their own.
const ONE_VALUE_A_LINE: [&str; 5] = ["Via", "Route", "Record-Route", "Contact", "Path"];

/// The usual spelling of `name`, compact forms spelled out; an unknown name stays as it is.
pub(super) fn usual(name: &str) -> Cow<'static, str> {
    let known = || KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name)).copied();
    let found = if name.len() == 1 { compact(name) } else { known() };
    found.map_or_else(|| Cow::Owned(name.to_owned()), Cow::Borrowed)
}

/// `name`, or what it stands for when it is a compact form: what headers are looked for by, in any case of letters.
pub(super) fn spelled_out(name: &str) -> &str {
    if name.len() == 1 { compact(name).unwrap_or(name) } else { name }
}

fn compact(name: &str) -> Option<&'static str> {
    COMPACT.iter().find(|(short, _)| short.eq_ignore_ascii_case(name)).map(|(_, long)| *long)
}

/// Whether values in one line are taken apart.
pub(super) fn has_one_value_a_line(name: &str) -> bool {
    ONE_VALUE_A_LINE.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_and_odd_spellings_lead_to_the_usual_one() {
        assert_eq!(usual("v"), "Via");
        assert_eq!(usual("M"), "Contact");
        assert_eq!(usual("cALL-id"), "Call-ID");
        assert_eq!(usual("X-Own"), "X-Own");
    }
}
