//! Headers that every part of the room reads, as what they mean (RFC 3261 §20).

use super::header_name::Known;
use super::headers::Headers;
use super::name_addr::{Contact, NameAddr};
use super::params::Params;
use super::replaces::Replaces;
use super::sequence::{CSeq, RAck};
use super::session_timer::SessionExpires;
use super::token;
use super::via::Via;

/// What a subscription is, as a NOTIFY says (RFC 6665 §8.2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionState {
    /// `active`, `pending`, `terminated` or another word.
    pub state: String,
    /// `expires`, `reason`, `retry-after` and others.
    pub params: Params,
}

/// `None` means that the header is absent or cannot be read; [`Headers::read`] tells these two apart.
impl Headers {
    /// The topmost Via.
    pub fn via(&self) -> Option<Via> {
        self.first(Known::VIA)?.parse().ok()
    }

    /// Who sent the request.
    pub fn from(&self) -> Option<NameAddr> {
        self.first(Known::FROM)?.parse().ok()
    }

    /// Whom the request was sent to first.
    pub fn to(&self) -> Option<NameAddr> {
        self.first(Known::TO)?.parse().ok()
    }

    /// The tag of From, as written.
    pub fn from_tag(&self) -> Option<&str> {
        self.first(Known::FROM).and_then(tag)
    }

    /// The tag of To, as written.
    pub fn to_tag(&self) -> Option<&str> {
        self.first(Known::TO).and_then(tag)
    }

    /// The Call-ID, as written.
    pub fn call_id(&self) -> Option<&str> {
        self.first(Known::CALL_ID)
    }

    /// Number and method of the request.
    pub fn cseq(&self) -> Option<CSeq> {
        self.first(Known::CSEQ)?.parse().ok()
    }

    /// The first Contact.
    pub fn contact(&self) -> Option<Contact> {
        self.first(Known::CONTACT)?.parse().ok()
    }

    /// All Contacts; none when one of them cannot be read.
    pub fn contacts(&self) -> Vec<Contact> {
        self.read_all("Contact").unwrap_or_default()
    }

    /// The hops that are still before the request, nearest first.
    pub fn route(&self) -> Vec<NameAddr> {
        self.read_all("Route").unwrap_or_default()
    }

    /// The proxies that want to stay in the dialog, as written.
    pub fn record_route(&self) -> Vec<NameAddr> {
        self.read_all("Record-Route").unwrap_or_default()
    }

    /// How many hops are left.
    pub fn max_forwards(&self) -> Option<u8> {
        self.number("Max-Forwards").and_then(|hops| u8::try_from(hops).ok())
    }

    /// The media type of the body in lower case, without parameters.
    pub fn content_type(&self) -> Option<String> {
        let (media_type, _) = self.get("Content-Type").map(|value| value.split_once(';').unwrap_or((value, "")))?;
        Some(media_type.split_whitespace().collect::<String>().to_ascii_lowercase())
    }

    /// Expires in seconds; a number beyond 32 bits is the greatest of 32 bits.
    pub fn expires(&self) -> Option<u32> {
        self.seconds("Expires")
    }

    /// Min-Expires in seconds.
    pub fn min_expires(&self) -> Option<u32> {
        self.seconds("Min-Expires")
    }

    /// Min-SE in seconds (RFC 4028 §5).
    pub fn min_se(&self) -> Option<u32> {
        self.seconds("Min-SE")
    }

    /// Session-Expires (RFC 4028 §4).
    pub fn session_expires(&self) -> Option<SessionExpires> {
        self.first(Known::SESSION_EXPIRES)?.parse().ok()
    }

    /// Retry-After in seconds; comment and parameters are left out.
    pub fn retry_after(&self) -> Option<u32> {
        self.seconds("Retry-After")
    }

    /// The number of a provisional answer (RFC 3262 §7.1).
    pub fn rseq(&self) -> Option<u32> {
        self.number("RSeq").and_then(|number| u32::try_from(number).ok())
    }

    /// Which provisional answer is confirmed (RFC 3262 §7.2).
    pub fn rack(&self) -> Option<RAck> {
        self.read("RAck").ok()?
    }

    /// Whom to call instead (RFC 3515 §2.1).
    pub fn refer_to(&self) -> Option<NameAddr> {
        self.read("Refer-To").ok()?
    }

    /// Which dialog is replaced (RFC 3891).
    pub fn replaces(&self) -> Option<Replaces> {
        self.read("Replaces").ok()?
    }

    /// The state of a subscription (RFC 6665).
    pub fn subscription_state(&self) -> Option<SubscriptionState> {
        let value = self.get("Subscription-State")?;
        let (state, params) = value.split_once(';').unwrap_or((value, ""));
        Some(SubscriptionState { state: state.trim().to_ascii_lowercase(), params: Params::parse(params).ok()? })
    }

    fn seconds(&self, name: &str) -> Option<u32> {
        self.number(name).map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    /// The number at the start of a header's value.
    fn number(&self, name: &str) -> Option<u64> {
        let value = self.get(name)?.trim_start();
        let end = value.find(|character: char| matches!(character, ';' | '(') || character.is_whitespace());
        token::number(&value[..end.unwrap_or(value.len())])
    }
}

/// The tag of an address that can be read, without reading the rest of it.
fn tag(address: &str) -> Option<&str> {
    let params = &address[token::find(address, b';')? + 1..];
    let params = token::split(params, b';').map(|param| token::split_once(param, b'='));
    let mut tags = params.filter(|(name, _)| token::trim_end(name).eq_ignore_ascii_case("tag")).filter_map(|(_, tag)| tag);
    tags.find(|tag| !tag.is_empty()).map(token::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> Headers {
        let mut headers = Headers::default();
        headers.push(name, value);
        headers
    }

    #[test]
    fn numbers_are_read_without_comment_and_do_not_wrap() {
        assert_eq!(one("Retry-After", "120 (I'm in a meeting)").retry_after(), Some(120));
        assert_eq!(one("Retry-After", "18000;duration=3600").retry_after(), Some(18000));
        assert_eq!(one("Expires", "280297596632815").expires(), Some(u32::MAX));
        assert_eq!(one("Max-Forwards", "0068").max_forwards(), Some(68));
        assert_eq!(one("Max-Forwards", "300").max_forwards(), None);
    }

    #[test]
    fn lists_of_hops_are_read_over_commas() {
        assert_eq!(one("Route", "<sip:a;lr>, <sip:b;lr>").route().len(), 2);
        assert_eq!(one("Route", "<sip:a;lr>, junk").route(), []);
    }

    #[test]
    fn states_and_types_are_read_in_any_case() {
        let state = one("Subscription-State", "Terminated;reason=noresource").subscription_state().unwrap();

        assert_eq!((state.state.as_str(), state.params.get("reason")), ("terminated", Some("noresource")));
        assert_eq!(one("c", "Application / SDP;x=y").content_type().as_deref(), Some("application/sdp"));
    }
}
