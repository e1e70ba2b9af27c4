//! A message as one line for the trace of a call: what it is, whose numbers masked, nothing of keys and passwords.

use super::codec::Format;
use super::dtmf_info;
use super::headers::Headers;
use super::message::Message;
use super::name_addr::NameAddr;
use super::sdp::Sdp;

/// Headers that tell how a call goes on and hold nothing of anybody.
const TOLD: [&str; 7] = ["Require", "RSeq", "Session-Expires", "Retry-After", "Subscription-State", "Event", "Unsupported"];

/// One line, like `INVITE sip:…01@example.com  CSeq 1  from +49…21@example.org  [sdp audio 9000 0 8 101 sendrecv]`.
pub fn ladder_line(message: &Message) -> String {
    let headers = message.headers();
    let start = match message {
        Message::Request(request) => format!("{} {}", request.method, request.uri.masked()),
        Message::Response(response) => format!("{} {}", response.status, response.reason),
    };
    let sequence = headers.cseq().map(|cseq| format!("CSeq {cseq}"));
    let from = headers.from().filter(|_| matches!(message, Message::Request(_))).map(|from| format!("from {}", masked_name(&from)));
    let refer_to = headers.refer_to().map(|to| format!("refer-to {}", masked_name(&to)));
    let told = TOLD.iter().filter_map(|name| headers.get(name).map(|value| format!("{name} {value}")));
    let proved = ["Authorization", "Proxy-Authorization"].iter().any(|name| headers.has(name)).then(|| "with proof".to_owned());
    let parts =
        [Some(start), sequence, from, refer_to].into_iter().flatten().chain(told).chain(proved).chain(body(headers, message.body()));
    // A stranger's text may not move the cursor of whoever reads the trace.
    parts.collect::<Vec<_>>().join("  ").replace(char::is_control, " ")
}

fn masked_name(name: &NameAddr) -> String {
    let uri = name.uri.masked();
    uri.split_once(':').map_or(uri.clone(), |(_, rest)| rest.to_owned())
}

fn body(headers: &Headers, body: &[u8]) -> Option<String> {
    if body.is_empty() {
        return None;
    }
    let content_type = headers.content_type().unwrap_or_default();
    if dtmf_info::carries_keys(&content_type) {
        return Some("[key …]".to_owned());
    }
    let sdp = (content_type == "application/sdp").then(|| Sdp::parse(body).ok()).flatten();
    Some(sdp.map_or_else(|| format!("[{content_type}, {} bytes]", body.len()), |sdp| described(&sdp)))
}

fn described(sdp: &Sdp) -> String {
    let numbers = |formats: &[Format]| formats.iter().map(|format| format!(" {}", format.payload_type)).collect::<String>();
    let media = sdp.media.iter().map(|line| format!(" {} {}{} {}", line.kind, line.port, numbers(&line.formats), line.direction.as_str()));
    format!("[sdp{}]", media.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(start: &str, more: &str) -> String {
        let text = format!(
            "{start}\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nFrom: \"Ana\" <sip:+491701234521@example.org;x=1>;tag=1\r\n\
             To: <sip:1001@b>\r\nCall-ID: secret-id\r\n{more}"
        );
        ladder_line(&Message::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_call_is_told_with_masked_numbers_and_without_its_proof() {
        let told = line(
            "INVITE sip:two-factor:pin@example.com;x=y SIP/2.0",
            "CSeq: 1 INVITE\r\nAuthorization: Digest username=\"ana\"\r\nContent-Type: application/sdp\r\n\r\n\
             v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0 101\r\na=sendonly\r\n",
        );

        assert_eq!(told, "INVITE sip:…or@example.com  CSeq 1 INVITE  from +49…21@example.org  with proof  [sdp audio 4000 0 101 sendonly]");
    }

    #[test]
    fn keys_are_never_told() {
        let told = line("INFO sip:1001@b SIP/2.0", "CSeq: 2 INFO\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=7\r\n");

        assert_eq!(told, "INFO sip:…@b  CSeq 2 INFO  from +49…21@example.org  [key …]");
    }

    #[test]
    fn an_answer_is_told_by_its_status() {
        assert_eq!(line("SIP/2.0 503 Busy", "CSeq: 1 INVITE\r\nRetry-After: 10\r\n\r\n"), "503 Busy  CSeq 1 INVITE  Retry-After 10");
    }
}
