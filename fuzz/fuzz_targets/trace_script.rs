//! Any text as the `--script` of `callward vxml run`.

#![no_main]

use callward::line::read_script;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = read_script(text);
});
