//! Any bytes as what the customer's XML web services answer.

#![no_main]

use callward::clients::{read_answer, read_contacts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok((status, contacts)) = read_contacts(body) {
        let _ = (status.path(), format!("{contacts:?}"));
    }
    for root in [None, Some("sendAuthenticationCode")] {
        if let Ok(answer) = read_answer(body, root) {
            let path = answer.status.path();
            assert!(!path.contains(char::is_whitespace), "{path:?} is the name of a path");
        }
    }
});
