//! Any bytes as a grammar in ABNF form.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| callward_fuzz::match_all(&[b"#ABNF 1.0;\n", bytes].concat()));
