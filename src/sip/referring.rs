//! Transfers by REFER, ours and theirs, with the NOTIFYs of the implicit subscription (RFC 3515, Replaces RFC 3891).

use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::{Call, Phase};
use super::call_news::CallNews;
use super::client_transactions::Answered;
use super::ending::Cause;
use super::errand::Errand;
use super::headers::Headers;
use super::message::{Request, Response};
use super::method::Method;
use super::name_addr::NameAddr;
use super::post::{Post, add};
use super::replaces::Replaces;
use super::server_transactions::ServerId;
use super::status::reason_phrase;
use super::transfer::Transfer;
use super::uri::Uri;

/// How long news of a transfer is waited for.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a NOTIFY of a transfer holds (RFC 3515 §2.4.4).
const SIPFRAG: &str = "message/sipfrag;version=2.0";

impl Call {
    /// Order: the other side is to call somebody else.
    pub fn refer(&mut self, to: Uri, replaces: Option<Replaces>, headers: &Headers, post: &mut Post, now: Instant) {
        if !matches!((&self.phase, &self.transfer), (Phase::Established, Transfer::None)) {
            return self.tell(CallNews::Transfer { status: 491, over: true }, post);
        }
        let mut refer = self.request(Method::Refer, post);
        refer.headers.push("Refer-To", NameAddr::new(with_replaces(to, replaces)));
        refer.headers.push("Referred-By", NameAddr::new(self.dialog.local.uri.clone()));
        add(&mut refer.headers, headers);
        self.transfer = Transfer::Ours { until: now + PATIENCE };
        self.send(refer, Errand::Refer(self.id), post, now);
    }

    /// The answer to our REFER.
    pub fn handle_refer_answer(&mut self, answer: &Answered, post: &mut Post, now: Instant) {
        match answer.response.status {
            ..200 => {}
            status @ 200..300 => {
                if matches!(self.transfer, Transfer::Ours { .. }) {
                    self.tell(CallNews::Transfer { status, over: false }, post);
                }
            }
            status => {
                self.transfer_over(status, post);
                self.check_dialog(status, post, now);
            }
        }
    }

    /// Nothing more will be heard of our transfer.
    pub fn transfer_over(&mut self, status: u16, post: &mut Post) {
        if let Transfer::Ours { .. } = self.transfer {
            self.transfer = Transfer::None;
            self.tell(CallNews::Transfer { status, over: true }, post);
        }
    }

    /// A NOTIFY came: news of our transfer (RFC 3515 §2.4.5).
    pub fn handle_notify(&mut self, id: ServerId, notify: &Request, post: &mut Post, now: Instant) {
        let event = notify.headers.get("Event").unwrap_or_default();
        if !event.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("refer") {
            let mut response = Response::to(notify, 489);
            response.headers.push("Allow-Events", "refer");
            post.answer(id, response, now);
            return;
        }
        if !matches!(self.transfer, Transfer::Ours { .. }) {
            return post.refuse(id, notify, 481, now);
        }
        post.answer(id, self.response(notify, 200, post), now);
        let terminated = notify.headers.subscription_state().is_some_and(|subscription| subscription.state == "terminated");
        match (status_of(&notify.body), terminated) {
            (Some(status), false) if status < 200 => self.tell(CallNews::Transfer { status, over: false }, post),
            (Some(status), _) => self.transfer_over(status, post),
            (None, true) => self.transfer_over(408, post),
            (None, false) => {}
        }
    }

    /// They wish for a transfer.
    pub fn handle_refer(&mut self, id: ServerId, refer: Request, post: &mut Post, now: Instant) {
        let to = refer.headers.refer_to().filter(|_| refer.headers.all("Refer-To").count() == 1);
        let status = match (to, &self.phase, &self.transfer) {
            _ if !post.settings.takes_refer => 603,
            (None, _, _) => 400,
            (Some(to), Phase::Established, Transfer::None) => {
                self.tell(CallNews::ReferAsked(Box::new(to)), post);
                self.transfer = Transfer::Asked { server: id, request: Box::new(refer) };
                return;
            }
            (Some(_), _, _) => 491,
        };
        post.answer(id, self.response(&refer, status, post), now);
    }

    /// Order: whether their transfer is done.
    pub fn answer_refer(&mut self, status: u16, post: &mut Post, now: Instant) {
        let Transfer::Asked { server, request } = std::mem::replace(&mut self.transfer, Transfer::None) else { return };
        let accepted = (200..300).contains(&status);
        let status = if accepted { 202 } else { status.clamp(300, 699) };
        let mut response: Response = self.response(&request, status, post);
        response.headers.push("Contact", post.contact(self.dialog.peer, &self.dialog.local.uri));
        post.answer(server, response, now);
        if accepted {
            self.transfer = Transfer::Theirs;
            self.notify(100, post, now);
        }
    }

    /// Order: tells how their transfer goes on; from 200 it is the last that is told.
    pub fn notify(&mut self, status: u16, post: &mut Post, now: Instant) {
        if !matches!((&self.phase, &self.transfer), (Phase::Established, Transfer::Theirs)) {
            return;
        }
        let mut notify = self.request(Method::Notify, post);
        notify.headers.push("Event", "refer");
        let state = if status < 200 { "active;expires=60" } else { "terminated;reason=noresource" };
        notify.headers.push("Subscription-State", state);
        notify.set_body(SIPFRAG, format!("SIP/2.0 {status} {}\r\n", reason_phrase(status)));
        if status >= 200 {
            self.transfer = Transfer::None;
        }
        self.send(notify, Errand::Notify(self.id), post, now);
    }

    /// Who wished for a transfer does not listen: that subscription ends, the call goes on (RFC 5057 §5.1).
    pub fn nobody_is_told(&mut self) {
        if let Transfer::Theirs = self.transfer {
            self.transfer = Transfer::None;
        }
    }

    /// No news of our transfer.
    pub fn handle_referring_timeout(&mut self, post: &mut Post, now: Instant) {
        if self.transfer.poll_timeout().is_some_and(|until| now >= until) {
            self.transfer_over(408, post);
        }
    }

    /// A request in the dialog was refused: does the dialog still stand (§12.2.1.2)?
    pub fn check_dialog(&mut self, status: u16, post: &mut Post, now: Instant) {
        if matches!(status, 408 | 481) {
            self.lost(Cause::Unknown, post, now);
        }
    }
}

fn with_replaces(mut to: Uri, replaces: Option<Replaces>) -> Uri {
    if let Some(replaces) = replaces {
        let value = replaces.to_string();
        to.headers = Some(format!("Replaces={}", utf8_percent_encode(&value, NON_ALPHANUMERIC)));
    }
    to
}

/// The status in the first line of a piece of a response (RFC 3420).
fn status_of(fragment: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(fragment).ok()?;
    let mut words = text.lines().next()?.split_whitespace();
    words.next().filter(|version| version.eq_ignore_ascii_case("SIP/2.0"))?;
    words.next()?.parse().ok().filter(|status| (100..700).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_stands_in_the_first_line_of_the_fragment() {
        assert_eq!(status_of(b"SIP/2.0 180 Ringing\r\nTo: x"), Some(180));
        assert_eq!(status_of(b"SIP/2.0 486"), Some(486));
        for junk in [&b""[..], b"180", b"SIP/2.0 99 x", b"SIP/2.0 abc", b"\xff\xfe"] {
            assert_eq!(status_of(junk), None);
        }
    }

    #[test]
    fn the_dialog_to_be_replaced_is_escaped() {
        let replaces = "a@b;to-tag=1;from-tag=2".parse().unwrap();

        let to = with_replaces("sip:agent@example.com".parse().unwrap(), Some(replaces));

        assert_eq!(to.to_string(), "sip:agent@example.com?Replaces=a%40b%3Bto%2Dtag%3D1%3Bfrom%2Dtag%3D2");
    }
}
