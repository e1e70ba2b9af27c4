//! Who calls, who is called, and who gets the call back, as an INVITE says it (RFC 3261 §8.1.1, RFC 3325).

use crate::sip::{Invitation, NameAddr, Scheme, Uri};

/// Who calls: what a trusted peer asserts (RFC 3325), else what From says.
pub(super) fn caller(invitation: &Invitation) -> String {
    let headers = &invitation.request.headers;
    let is_trusted = invitation.user.is_none();
    let asserted = headers.values("P-Asserted-Identity").find_map(|value| value.parse::<NameAddr>().ok()).filter(|_| is_trusted);
    asserted.or_else(|| headers.from()).map(|name| number(&name.uri)).unwrap_or_default()
}

/// What stands for the person in an address.
pub(super) fn number(uri: &Uri) -> String {
    match uri.scheme {
        Scheme::Sip | Scheme::Sips => uri.decoded_user().unwrap_or_default(),
        Scheme::Tel | Scheme::Other(_) => uri.user.clone().unwrap_or_default(),
    }
}

/// The address of who called, for calls that we make in their name.
pub(super) fn name(invitation: &Invitation) -> NameAddr {
    let from = invitation.request.headers.from().map(|from| from.uri);
    NameAddr::new(from.unwrap_or_else(|| invitation.request.uri.clone()))
}

/// The host that gets results.
pub(super) fn next_hop(invitation: &Invitation) -> String {
    let contact = invitation.request.headers.contact();
    let host = contact.and_then(|contact| Some(contact.address()?.uri.host.to_string()));
    host.unwrap_or_else(|| invitation.from.address.ip().to_string())
}

/// Where the call is given back to when its dialog has ended: what the header of this name says.
pub(super) fn return_to(invitation: &Invitation, header: &str) -> Option<Uri> {
    let name: NameAddr = invitation.request.headers.get(header)?.parse().ok()?;
    Some(name.uri)
}
