//! What a flow designer should hear about a flow that could run: one rule a file, named after it.

mod bare_digit_key;
mod call_rules;
mod consent_barge_in;
mod cut_words;
mod dead_key;
mod digit_key_beside_short_entry;
mod endless_retry;
mod evidence_not_asked;
mod few_digits;
mod key_twice;
mod key_words;
mod long_prompt;
mod missing_grammar;
mod missing_recording;
mod no_agent_exit;
mod no_way_out;
mod nothing_to_wait_for;
mod phone_number_in_flow;
mod review;
mod roads;
mod sealed_exit;
mod secret_in_flow;
mod silent_circle;
mod silent_key;
mod unknown_service;
mod unplayed_prompt;
mod unreachable_step;
mod unwritten_variable;
mod url_in_flow;

pub use call_rules::check_calls;
pub use missing_grammar::check_grammars;
pub use missing_recording::check_recordings;
pub use review::{Review, has_errors, review};

use crate::finding::Finding;

/// The rules, each about one flow by itself.
const RULES: &[fn(&roads::Roads<'_>) -> Vec<Finding>] = &[
    bare_digit_key::check,
    consent_barge_in::check,
    cut_words::check,
    dead_key::check,
    digit_key_beside_short_entry::check,
    endless_retry::check,
    evidence_not_asked::check,
    few_digits::check,
    key_twice::check,
    long_prompt::check,
    no_agent_exit::check,
    no_way_out::check,
    nothing_to_wait_for::check,
    phone_number_in_flow::check,
    sealed_exit::check,
    secret_in_flow::check,
    silent_circle::check,
    silent_key::check,
    unknown_service::check,
    unplayed_prompt::check,
    unreachable_step::check,
    unwritten_variable::check,
    url_in_flow::check,
];
