//! Pages on a telephone that is sent to them by its address (RFC 5552): recordings, and what breaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callward::apology::apology;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::caller::{Caller, Line};
use crate::recognition::{assert_hears_in, assert_hears_not};
use crate::sip_torture;
use crate::telephone_house::House;

/// A house, and a line to a page that was sent to it.
pub struct OnAPage {
    pub house: House,
    pub line: Line,
}

/// Calls a page with this form.
pub async fn call(caller: &Caller, form: &str) -> OnAPage {
    let page = page(form);
    let (house, user) = House::beside(async move || page, &[]).await;
    let line = caller.dial(&user, house.udp()).await;
    OnAPage { house, line }
}

/// A page with this form.
pub fn page(form: &str) -> String {
    format!("<?xml version=\"1.0\"?><vxml version=\"2.1\" xmlns=\"http://www.w3.org/2001/vxml\">{form}</vxml>")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_says_is_recorded_until_silence() {
    let form = "<form><record name=\"said\" finalsilence=\"1s\" maxtime=\"20s\"><filled>\
        <var name=\"long\" expr=\"said$.duration &gt; 500 &amp;&amp; said$.size &gt; 8000\"/>\
        <submit next=\"/told\" namelist=\"long\"/></filled></record></form>";
    let caller = Caller::new().await;
    let mut on = call(&caller, form).await;
    on.line.answered().await;

    on.line.says();

    assert_eq!(on.house.told().await, "long=true");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_breaks_off_ends_with_an_apology() {
    let caller = Caller::new().await;
    let mut on = call(&caller, "<form><block><prompt>One moment.</prompt><throw event=\"error.of.ours\"/></block></form>").await;
    on.line.answered().await;

    on.line.hears_at_once().await;

    assert_eq!(on.line.ended().await.headers.get("X-Auth-Status"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_spoken_to_in_spanish_is_apologised_to_in_spanish() {
    let caller = Caller::new().await;
    let form = "<form><block><prompt xml:lang=\"es\">Un momento.</prompt><throw event=\"error.of.ours\"/></block></form>";
    let mut on = call(&caller, form).await;
    on.line.answered().await;

    let heard = on.line.hears_to_the_end().await;

    assert_hears_in("es", &heard, &[apology("es").words]).await;
    assert_hears_not(&heard, &[apology("en").words]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_others_cannot_say_in_our_name_that_somebody_is_verified() {
    let caller = Caller::new().await;
    let form = "<form><block><var name=\"authStatus\" expr=\"'verified'\"/><var name=\"authId\" expr=\"'stolen'\"/>\
        <exit namelist=\"authStatus authId\"/></block></form>";
    let mut on = call(&caller, form).await;
    on.line.answered().await;

    let ending = on.line.ended().await;

    assert!(ending.headers.iter().all(|(name, _)| !name.starts_with("X-Auth-")), "{:?}", ending.headers);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_and_odd_messages_are_answered_as_they_should_be_and_the_house_stays_open() {
    let house = House::open().await;
    let mut wrong = Vec::new();
    for (name, bytes, expected) in sip_torture::over_the_wire() {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect(house.udp()).await.unwrap();

        socket.send(&answered_to_its_source(bytes)).await.unwrap();
        socket.send(OPTIONS.replace("PORT", &socket.local_addr().unwrap().port().to_string()).as_bytes()).await.unwrap();

        let refused = until_options_are_answered(&socket).await;
        if let Some(status) = refused.filter(|status| !allows(&expected, *status)) {
            wrong.push(format!("{name}: {status}, expected {expected}"));
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn pages_that_compute_for_long_keep_nobody_else_waiting() {
    let fetches = Arc::new(AtomicUsize::new(0));
    let counter = fetches.clone();
    let slow = page(
        "<form><block><script>var end = new Date().getTime() + 4000; while (new Date().getTime() &lt; end) {}</script>\
        <submit next=\"page?over=yes\"/></block></form>",
    );
    let served = async move || {
        counter.fetch_add(1, Ordering::SeqCst);
        slow
    };
    let (house, user) = House::beside(served, &[]).await;
    let callers = [Caller::new().await, Caller::new().await, Caller::new().await, Caller::new().await];
    let mut lines = Vec::new();
    for caller in &callers {
        let mut line = caller.dial(&user, house.udp()).await;
        line.answered().await;
        lines.push(line);
    }
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(house.udp()).await.unwrap();

    socket.send(OPTIONS.replace("PORT", &socket.local_addr().unwrap().port().to_string()).as_bytes()).await.unwrap();

    until_options_are_answered(&socket).await;
    assert_eq!(fetches.load(Ordering::SeqCst), callers.len(), "the answer came when a page had done its sums");
}

/// Whether a status is among those that are expected, where any are.
fn allows(expected: &str, status: u16) -> bool {
    let statuses: Vec<&str> = expected.split(|character: char| !character.is_ascii_digit()).filter(|digits| digits.len() == 3).collect();
    let is_free = statuses.is_empty() || ["liberal", "ignore"].iter().any(|word| expected.contains(word));
    is_free || statuses.contains(&status.to_string().as_str())
}

/// The same message, whose answers come to the port that it is sent from (RFC 3581).
fn answered_to_its_source(bytes: Vec<u8>) -> Vec<u8> {
    let at = bytes.windows(7).position(|window| window.eq_ignore_ascii_case(b"branch="));
    at.map_or(bytes.clone(), |at| [&bytes[..at], b"rport;", &bytes[at..]].concat())
}

const OPTIONS: &str = "OPTIONS sip:callward@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:PORT;branch=z9hG4bKalivePORT;rport\r\n\
    From: <sip:a@b>;tag=1\r\nTo: <sip:callward@127.0.0.1>\r\nCall-ID: alive-PORT\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n\r\n";

/// The status that came before the answer to our own question, if any did.
async fn until_options_are_answered(socket: &UdpSocket) -> Option<u16> {
    let (mut status, mut buffer) = (None, vec![0; 65_536]);
    loop {
        let length = timeout(Duration::from_secs(10), socket.recv(&mut buffer)).await.expect("the house is silent").unwrap();
        let answer = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if answer.contains("Call-ID: alive-") {
            assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
            return status;
        }
        let told = answer.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3)).and_then(|digits| digits.parse().ok());
        status = told.filter(|status| *status >= 200).or(status);
    }
}
