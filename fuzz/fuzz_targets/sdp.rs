//! Any bytes as a description of a session: as an offer, as the answer to ours, and as the next offer of a session that stands.

#![no_main]

use callward::clock::Chance;
use callward::sip::{MediaSettings, Negotiation, Sdp, Srtp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(sdp) = Sdp::parse(bytes) {
        Sdp::parse(&sdp.to_bytes()).expect("what we write can be read");
    }
    for srtp in [Srtp::Off, Srtp::Accepted, Srtp::Required] {
        negotiate(bytes, srtp);
    }
});

fn negotiate(bytes: &[u8], srtp: Srtp) {
    let local = "192.0.2.1:4000".parse().expect("an address");
    let new = || Negotiation::new(MediaSettings { srtp, ..MediaSettings::new(local) }, &Chance::seeded(1));
    let mut asked = new();
    if let Ok(answer) = asked.answer(bytes) {
        Sdp::parse(&answer).expect("an answer of ours can be read");
        let _ = (asked.offer(), asked.accept_answer(bytes), asked.answer(bytes));
    }
    let mut asking = new();
    asking.offer();
    let _ = asking.accept_answer(bytes);
}
