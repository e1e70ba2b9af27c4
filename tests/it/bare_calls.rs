//! What telephones of others may do, message by message on the wire: late offers, reliable answers, UPDATE, sessions, silence.

use std::sync::Arc;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::bare_telephone::{BareTelephone, header};
use crate::telephone_house::House;
use crate::telephone_pages::page;

/// A person with one telephone: the code is sent at once.
const ONE_PHONE: &str = "two-factor;identity=1002";

#[tokio::test(flavor = "multi_thread")]
async fn who_makes_no_offer_is_made_one_and_hears_prompts_where_the_answer_says() {
    let house = House::open().await;
    let mut bare = BareTelephone::new(ONE_PHONE, house.udp()).await;

    bare.requests("INVITE", "", "").await;
    let offer = bare.hears("SIP/2.0 200 ", "INVITE").await;
    let answer = bare.sdp("");
    bare.requests("ACK", "", &answer).await;

    assert!(offer.contains("m=audio ") && offer.contains("telephone-event/8000"), "{offer}");
    assert_eq!(bare.next_packet().await[1] & 0x7f, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_have_reliable_answers_confirms_the_ringing_before_the_call_is_answered() {
    let may_go = Arc::new(Notify::new());
    let waiting = may_go.clone();
    let form = async move || {
        waiting.notified().await;
        page("<form><block><prompt>Hello.</prompt></block></form>")
    };
    let (house, user) = House::beside(form, &[]).await;
    let mut bare = BareTelephone::new(&user, house.udp()).await;

    let offer = bare.sdp("");
    bare.requests("INVITE", "Require: 100rel\r\n", &offer).await;
    let ringing = bare.hears("SIP/2.0 180 ", "INVITE").await;
    let confirmed = format!("RAck: {} {}\r\n", header(&ringing, "RSeq"), header(&ringing, "CSeq"));
    bare.requests("PRACK", &confirmed, "").await;
    bare.hears("SIP/2.0 200 ", "PRACK").await;
    may_go.notify_one();

    assert_eq!(header(&ringing, "Require"), "100rel");
    bare.hears("SIP/2.0 200 ", "INVITE").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_held_and_goes_on_by_update() {
    let house = House::open().await;
    let mut bare = BareTelephone::new(ONE_PHONE, house.udp()).await;
    bare.calls("").await;
    bare.next_packet().await;

    let mut answered = Vec::new();
    for direction in ["a=sendonly\r\n", "a=sendrecv\r\n"] {
        let offer = bare.sdp(direction);
        bare.requests("UPDATE", "", &offer).await;
        answered.push(bare.hears("SIP/2.0 200 ", "UPDATE").await);
    }

    assert!(answered[0].contains("a=recvonly"), "{}", answered[0]);
    assert!(answered[1].contains("a=sendrecv"), "{}", answered[1]);
    bare.next_packet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_changes_that_come_before_the_acknowledgement_count() {
    let form = page(
        "<form><field name=\"keys\" type=\"digits?length=2\"><prompt>Two digits, please.</prompt>\
         <filled><submit next=\"/told\" namelist=\"keys\"/></filled></field></form>",
    );
    let (mut house, user) = House::beside(async move || form, &[]).await;
    let mut bare = BareTelephone::new(&user, house.udp()).await;
    let offer = bare.sdp("");
    bare.requests("INVITE", "", &offer).await;
    let accepted = bare.hears("SIP/2.0 200 ", "INVITE").await;

    bare.presses("42").await;
    let offer = bare.sdp("a=sendonly\r\n");
    bare.requests("UPDATE", "", &offer).await;
    let held = bare.hears("SIP/2.0 200 ", "UPDATE").await;
    bare.acknowledges(&accepted).await;

    assert!(held.contains("a=recvonly"), "{held}");
    assert_eq!(house.told().await, "keys=42");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_agreed_on_and_too_short_a_one_is_refused() {
    let house = House::open().await;
    let (mut bare, mut hasty) = (BareTelephone::new(ONE_PHONE, house.udp()).await, BareTelephone::new(ONE_PHONE, house.udp()).await);

    let answer = bare.calls("Supported: timer\r\nSession-Expires: 1200;refresher=uac\r\n").await;
    let offer = hasty.sdp("");
    hasty.requests("INVITE", "Supported: timer\r\nSession-Expires: 20\r\n", &offer).await;
    let refusal = hasty.hears("SIP/2.0 422 ", "INVITE").await;

    assert_eq!((header(&answer, "Session-Expires"), header(&answer, "Require")), ("1200;refresher=uac", "timer"));
    assert_eq!(header(&refusal, "Min-SE"), "90");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_from_which_no_sound_comes_is_ended() {
    let house = House::with(&[("CALLWARD_SIP__RTP_TIMEOUT_SECONDS", "1")]).await;
    let mut bare = BareTelephone::new(ONE_PHONE, house.udp()).await;
    bare.calls("").await;

    bare.is_hung_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packets_are_as_long_as_the_offer_asks() {
    let house = House::open().await;
    for (asked, answered, bytes) in [("a=ptime:40\r\n", "a=ptime:40", 320), ("a=ptime:30\r\na=maxptime:10\r\n", "a=ptime:10", 80)] {
        let mut bare = BareTelephone::new(ONE_PHONE, house.udp()).await;

        let offer = bare.sdp(asked);
        bare.requests("INVITE", "", &offer).await;
        let answer = bare.hears("SIP/2.0 200 ", "INVITE").await;
        bare.requests("ACK", "", "").await;

        assert!(answer.contains(answered), "{answer}");
        while bare.next_packet().await.len() != 12 + bytes {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn abilities_are_told_in_a_call_and_outside_of_one() {
    let house = House::open().await;
    let mut bare = BareTelephone::new(ONE_PHONE, house.udp()).await;

    bare.requests("OPTIONS", "", "").await;
    let outside = bare.hears("SIP/2.0 200 ", "OPTIONS").await;
    let mut bare = BareTelephone::new(ONE_PHONE, house.udp()).await;
    bare.calls("").await;
    bare.requests("OPTIONS", "", "").await;
    let inside = bare.hears("SIP/2.0 200 ", "OPTIONS").await;

    for answer in [&outside, &inside] {
        assert!(header(answer, "Allow").contains("UPDATE") && header(answer, "Accept").contains("application/sdp"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_registers_proves_itself_and_refreshes_before_its_time_is_over() {
    let anywhere = "127.0.0.1:9".parse().unwrap();
    let mut registrar = BareTelephone::new("ivr", anywhere).await;
    let table =
        format!("\n[[sip.registrations]]\naddress = \"sip:ivr@{}\"\nusername = \"ivr\"\npassword = \"hush\"\n", registrar.address());
    let house = House::built(&table, &[]).await;
    registrar.calls_back(house.udp());

    let first = registrar.hears("REGISTER ", "REGISTER").await;
    let challenge = "WWW-Authenticate: Digest realm=\"trunk\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n";
    registrar.answers(&first, "401 Unauthorized", challenge).await;
    let proven = registration_after(&first, &mut registrar).await;
    registrar.answers(&proven, "200 OK", "Expires: 2\r\n").await;
    let refreshed = timeout(Duration::from_secs(5), registration_after(&proven, &mut registrar)).await.unwrap();

    assert_eq!(header(&first, "Authorization"), "");
    assert_eq!(credential(&proven, "response"), expected(&proven));
    assert_eq!(credential(&refreshed, "response"), expected(&refreshed));
    assert_eq!(header(&refreshed, "Call-ID"), header(&first, "Call-ID"));
}

/// The next REGISTER that is none of this one's copies.
async fn registration_after(before: &str, registrar: &mut BareTelephone) -> String {
    loop {
        let register = registrar.hears("REGISTER ", "REGISTER").await;
        if header(&register, "CSeq") != header(before, "CSeq") {
            return register;
        }
    }
}

/// A value of the credentials.
fn credential<'m>(message: &'m str, name: &str) -> &'m str {
    let parts = header(message, "Authorization").trim_start_matches("Digest ").split(',').map(str::trim);
    let value = |part: &'m str| part.split_once('=').filter(|(known, _)| *known == name).map(|(_, value)| value.trim_matches('"'));
    parts.into_iter().find_map(value).unwrap_or_default()
}

/// What the response has to be (RFC 7616 §3.4.1).
fn expected(message: &str) -> String {
    let hash = |text: String| digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let of = |name: &str| credential(message, name);
    let (secret, request) = (hash("ivr:trunk:hush".to_owned()), hash(format!("REGISTER:{}", of("uri"))));
    hash(format!("{secret}:{}:{}:{}:{}:{request}", of("nonce"), of("nc"), of("cnonce"), of("qop")))
}
