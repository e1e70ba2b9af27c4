//! Any text as the address of a call: only what we minted is one, and only as we wrote it.

#![no_main]

use callward::clock::{Chance, Clock};
use callward::render::DialogKind;
use callward::secret::MasterKey;
use callward::session::CallAddress;
use libfuzzer_sys::fuzz_target;

const PROCESS: (&str, &str) = ("demo", "two-factor");

fuzz_target!(|text: &str| {
    let (key, chance) = (MasterKey::new([7; 32]), Chance::seeded(1));
    let clock = Clock::by_hand(jiff::Timestamp::UNIX_EPOCH);
    let minted = CallAddress::mint(PROCESS, DialogKind::Main, &key, &chance, clock.now());
    if let Ok(address) = CallAddress::parse(text, PROCESS, &key) {
        assert_eq!((address.text().as_str(), address == minted), (text, true), "a forged address was taken");
    }
});
