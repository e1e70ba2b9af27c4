//! Any bytes as the form of an entry and of a turn, each to the HTTP door of a house in memory: what comes back can be heard.

#![no_main]

use std::cell::RefCell;

use callward_fuzz::Door;
use libfuzzer_sys::fuzz_target;

/// After so many calls the house is built anew, or its store would grow for as long as the target runs.
const MOST_CALLS: u32 = 20_000;

thread_local! {
    static DOOR: RefCell<(Door, u32)> = RefCell::new((Door::open(), 0));
}

fuzz_target!(|form: &[u8]| DOOR.with_borrow_mut(|(door, calls)| {
    *calls += 1;
    if *calls > MOST_CALLS {
        (*door, *calls) = (Door::open(), 0);
    }
    door.call(form);
}));
