//! SIP's torture messages (RFC 4475, RFC 5118): half of them from outside of the repository (`CALLWARD_CONFORMANCE`), our own for the other half.

use std::path::{Path, PathBuf};

use callward::sip::{Message, ParseError, SessionPart, ladder_line, session_part};

use crate::skip;

/// Extensions that the messages are inspected with.
const SUPPORTED: [&str; 2] = ["100rel", "timer"];

/// A message, and what is expected of who gets it.
struct Torture {
    name: String,
    bytes: Vec<u8>,
    expected: String,
}

#[test]
fn messages_of_the_standards_are_read_refused_or_dropped_as_they_should_be() {
    let wrong: Vec<String> = ours()
        .iter()
        .filter(|torture| outcome(&torture.bytes) != torture.expected)
        .map(|torture| format!("{}: {} instead of {}", torture.name, outcome(&torture.bytes), torture.expected))
        .collect();

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn messages_from_outside_are_read_refused_or_dropped_as_they_should_be() {
    let wrong: Vec<String> = of_conformance()
        .iter()
        .filter(|torture| !fits(&outcome(&torture.bytes), &torture.expected))
        .map(|torture| format!("{}: {} instead of {}", torture.name, outcome(&torture.bytes), torture.expected))
        .collect();

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_was_read_is_the_same_when_it_is_written_and_read_again() {
    for torture in all() {
        let Ok(message) = Message::parse(&torture.bytes) else { continue };

        let again = Message::parse(&message.to_bytes()).unwrap_or_else(|error| panic!("{}: {error}", torture.name));

        assert_eq!(again.body(), message.body(), "{}", torture.name);
        assert_eq!(again.to_bytes(), message.to_bytes(), "{}", torture.name);
    }
}

#[test]
fn no_message_cut_anywhere_does_harm() {
    for torture in all() {
        (0..torture.bytes.len()).for_each(|end| handle(&torture.bytes[..end]));
    }
}

#[test]
fn no_message_with_another_byte_does_harm() {
    for torture in all() {
        let mut bytes = torture.bytes.clone();
        for at in 0..bytes.len() {
            let kept = bytes[at];
            bytes[at] = others(kept)[at % 10];
            handle(&bytes);
            bytes[at] = kept;
        }
    }
}

#[test]
fn the_descriptions_of_whole_calls_are_found() {
    for name in ["white_space", "several_parts", "as_of_rfc_2543", "ipv4_mapped"] {
        let torture = ours().into_iter().find(|torture| torture.name == name).unwrap();
        let message = Message::parse(&torture.bytes).unwrap();

        assert!(matches!(session_part(message.headers(), message.body()), SessionPart::Sdp(_)), "{name}");
    }
}

fn others(byte: u8) -> [u8; 10] {
    [byte ^ 0x01, byte ^ 0x80, b'\n', b'"', b'<', b';', b',', b'%', b'[', 0]
}

/// All that is done with a message before a dialog sees it.
fn handle(bytes: &[u8]) {
    match Message::parse(bytes) {
        Ok(message) => {
            ladder_line(&message);
            session_part(message.headers(), message.body());
            message.headers().contacts();
            message.to_bytes();
        }
        Err(ParseError::Refuse(refusal)) => assert!((400..700).contains(&refusal.status)),
        Err(ParseError::Drop(_)) => {}
    }
}

/// `read`, `drop`, or the status that the message is refused with.
fn outcome(bytes: &[u8]) -> String {
    let refusal = match Message::parse(bytes) {
        Ok(Message::Request(request)) => match request.inspect(&SUPPORTED) {
            Ok(()) => return "read".to_owned(),
            Err(refusal) => refusal,
        },
        Ok(Message::Response(_)) => return "read".to_owned(),
        Err(ParseError::Drop(_)) => return "drop".to_owned(),
        Err(ParseError::Refuse(refusal)) => refusal,
    };
    refusal.status.to_string()
}

/// Whether an outcome is among those that the list from outside allows. What is judged by what a user agent can do (methods,
/// bodies, hops) is read here.
fn fits(outcome: &str, expected: &str) -> bool {
    if expected.starts_with("discard") {
        return outcome == "drop";
    }
    let judged_later = ["parse OK", "accept", "UA endpoint", "415"].iter().any(|start| expected.starts_with(start));
    let read = judged_later || expected.contains("or ignore");
    outcome == "read" && read || !judged_later && expected.split([' ', ',']).any(|word| word == outcome)
}

/// Requests for a server that is alive: their names, their bytes, and the statuses that it may answer.
pub fn over_the_wire() -> Vec<(String, Vec<u8>, String)> {
    of_conformance().into_iter().map(|torture| (torture.name, torture.bytes, torture.expected)).collect()
}

fn all() -> Vec<Torture> {
    ours().into_iter().chain(of_conformance()).collect()
}

fn ours() -> Vec<Torture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sip");
    let list = std::fs::read_to_string(folder.join("EXPECTED.tsv")).unwrap();
    let rows = list.lines().skip(2).map(|row| row.split('\t').collect::<Vec<_>>());
    rows.map(|row| Torture {
        name: row[0].to_owned(),
        bytes: with_crlf(&folder.join(format!("{}.sip", row[0]))),
        expected: row[2].to_owned(),
    })
    .collect()
}

fn of_conformance() -> Vec<Torture> {
    let root = std::env::var_os("CALLWARD_CONFORMANCE").map_or_else(|| PathBuf::from("../shared/conformance"), PathBuf::from);
    let folder = root.join("sip_torture");
    let Ok(list) = std::fs::read_to_string(folder.join("EXPECTED.tsv")) else {
        skip::loudly(&format!("there are no messages at {}; set CALLWARD_CONFORMANCE", folder.display()));
        return Vec::new();
    };
    let rows = list.lines().skip(1).map(|row| row.split('\t').collect::<Vec<_>>());
    rows.map(|row| Torture { name: row[0].to_owned(), bytes: std::fs::read(folder.join(row[0])).unwrap(), expected: row[5].to_owned() })
        .collect()
}

fn with_crlf(path: &Path) -> Vec<u8> {
    std::fs::read_to_string(path).unwrap().replace('\n', "\r\n").into_bytes()
}
