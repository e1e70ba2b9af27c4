//! The fields of the language as a table: what an editor offers and explains, kind by kind.

use super::check_code::CheckCode;
use super::choose_method::ChooseMethod;
use super::collect::Collect;
use super::consent_read::ConsentRead;
use super::consent_set::ConsentSet;
use super::find_methods::FindMethods;
use super::menu::Menu;
use super::require::Require;
use super::say::Say;
use super::send_code::SendCode;
use super::set::Set;
use super::transfer::Transfer;
use super::wait::Wait;
use super::web_service::WebService;
use super::yes_no::YesNo;

/// A field: its name, what it holds (a definition of the schema), what it is for.
pub(super) struct Field {
    pub name: &'static str,
    pub holds: &'static str,
    pub about: &'static str,
    pub required: bool,
}

/// A kind of step.
pub(super) struct KindFields {
    pub name: &'static str,
    pub about: &'static str,
    pub fields: &'static [Field],
    /// Whether it listens: the fields of [`LISTENING`] come on top.
    pub listens: bool,
    pub outcomes: &'static [&'static str],
    /// Outcomes that `then` may name and need not.
    pub optional: &'static [&'static str],
    /// Whether `then` may name others: statuses of a service, exits of a flow.
    pub open: bool,
}

const fn need(name: &'static str, holds: &'static str, about: &'static str) -> Field {
    Field { name, holds, about, required: true }
}

const fn may(name: &'static str, holds: &'static str, about: &'static str) -> Field {
    Field { name, holds, about, required: false }
}

/// The fields of every kind that listens.
pub(super) const LISTENING: &[Field] = &[
    need("ask", "text", "The family of prompts: `code` means code.ask, code.no_input and code.no_match."),
    may("keys", "keys", "Keys with a meaning of their own here, on top of the flow's."),
    may("first_key", "duration", "How long to wait for the first key: 7s, for a code 15s."),
    may("between_keys", "duration", "How long to wait between keys: 5s."),
    may("tries", "tries", "Silences, and wrong entries, until the outcome: 3 of each sort."),
    may("tries_together", "tries", "Silences and wrong entries together: 6."),
    may("barge_in", "switch", "Whether a key interrupts the question: true. False for words of law."),
];

/// The fields of a target written as a map.
pub(super) const TARGET: &[Field] = &[
    need("go", "place", "A step, an exit, settings.NAME of a path setting, or answer.path."),
    may("say", "text", "The prompt said on the way."),
    may("ask", "text", "The prompt with which the next step asks, in place of its own."),
    may("language", "text", "The language from here on."),
    may("set", "expressions", "Variables set on the way."),
    may("at_most", "whole", "How often this way may be taken."),
    may("after_that", "target", "Where callers go once it is used up."),
];

/// The kinds of steps with one map of fields; `branch` is a list of cases.
pub(super) const KIND_FIELDS: &[KindFields] = &[
    kind("say", "Speaks; the words open the next turn.", SAY, false, Say::OUTCOMES),
    KindFields { optional: Menu::OPTIONAL, ..kind("menu", "Lets the caller choose with one key.", MENU, true, Menu::OUTCOMES) },
    kind("yes_no", "Asks: 1 is yes, 2 is no.", &[], true, YesNo::OUTCOMES),
    KindFields { optional: Collect::OPTIONAL, ..kind("collect", "Collects digits.", COLLECT, true, Collect::OUTCOMES) },
    kind("find_methods", "Asks the customer's service how this customer can be reached.", FIND, false, FindMethods::OUTCOMES),
    kind("choose_method", "Lets the caller choose a method; asks only when there is a choice.", CHOOSE, true, ChooseMethod::OUTCOMES),
    kind("send_code", "Sends a code by the method chosen; it kills the one before.", SEND, false, SendCode::OUTCOMES),
    kind("check_code", "Compares the entry with the code.", CHECK, false, CheckCode::OUTCOMES),
    kind("consent.read", "Reads a contact's consent status.", READ, false, ConsentRead::OUTCOMES),
    kind("consent.set", "Writes a contact's consent status.", WRITE, false, ConsentSet::OUTCOMES),
    KindFields { open: true, ..kind("web_service", "Asks a service of the customer's.", SERVICE, false, WebService::OUTCOMES) },
    KindFields { open: true, ..kind("call", "Runs another flow; its exits are the outcomes.", CALL, false, &[]) },
    kind("require", "A guard: is the verdict good enough here?", REQUIRE, false, Require::OUTCOMES),
    kind("transfer", "Puts the caller through.", TRANSFER, false, Transfer::OUTCOMES),
    kind("set", "Writes variables.", SET, false, Set::OUTCOMES),
    kind("wait", "Holds the caller until something is so, or for so long.", WAIT, false, Wait::OUTCOMES),
    kind("return", "Leaves the flow by an exit.", RETURN, false, &[]),
];

const fn kind(
    name: &'static str,
    about: &'static str,
    fields: &'static [Field],
    listens: bool,
    outcomes: &'static [&'static str],
) -> KindFields {
    KindFields { name, about, fields, listens, outcomes, optional: &[], open: false }
}

const MEANWHILE: Field = may("meanwhile", "text", "The prompt said before; else 2 s of silence, \"one moment\", music.");
const GIVE_UP_AFTER: Field = may("give_up_after", "duration", "How long it may take: 15s at most; else as the settings say.");

const SAY: &[Field] = &[need("prompt", "text", "The prompt."), may("barge_in", "switch", "Whether a key interrupts it: true.")];
const MENU: &[Field] = &[
    may("choices", "choices", "The lines, numbered in order."),
    may("choices_from", "expression", "A list that has a line for each of its parts, in place of `choices`."),
    may("as", "text", "The variable that holds the part: in the words of the line, and of the chosen one after that."),
    may("choice", "choice", "The line for each part of the list."),
];
const COLLECT: &[Field] = &[
    need("takes", "takes", "code, { digits: 8 }, { digits: { from: 4, to: 10, check: luhn } } or { grammar: file.grxml }."),
    may("keep", "text", "The variable that keeps the digits; not for codes."),
];
const FIND: &[Field] = &[may("of", "methods", "The methods that the flow can use: all."), MEANWHILE, GIVE_UP_AFTER];
const CHOOSE: &[Field] = &[may("only", "others", "others: leaves out the method chosen last, and always asks.")];
const SEND: &[Field] =
    &[need("message", "text", "The family of messages: `message` means message.sms and message.email."), MEANWHILE, GIVE_UP_AFTER];
const CHECK: &[Field] = &[GIVE_UP_AFTER];
const READ: &[Field] = &[need("contact", "expression", "Whose: mostly inputs.contact_id."), MEANWHILE, GIVE_UP_AFTER];
const WRITE: &[Field] = &[
    need("contact", "expression", "Whose: mostly inputs.contact_id."),
    need("status", "status", "What: CONSENTED only after a yes heard in this call."),
    need("evidence", "text", "The yes_no step that asked."),
    MEANWHILE,
    GIVE_UP_AFTER,
];
const SERVICE: &[Field] = &[
    need("service", "service", "settings.NAME of a setting of the kind `service`."),
    may("send", "expressions", "Fields sent beside the usual ones."),
    may("keep", "expressions", "Variables that keep fields of the answer: { account: answer.accountNumber }."),
    MEANWHILE,
    GIVE_UP_AFTER,
];
const CALL: &[Field] = &[
    need("flow", "text", "The flow's name: that of its file."),
    may("process", "text", "The process whose settings it runs with; else the one of the flow's name, else the flow's defaults."),
    may("with", "expressions", "What its inputs are given."),
];
const REQUIRE: &[Field] = &[
    may("strength", "strength", "The weakest method that is good enough: low."),
    may("max_age", "duration", "How old the verdict may be: as long as it counts."),
];
const TRANSFER: &[Field] = &[
    need("to", "expression", "A sip: or tel: address, or a setting that holds one."),
    may("say", "text", "Said before."),
    may("ring_for", "duration", "How long it may ring: 30s."),
    may("kind", "transfer", "bridge: the call comes back; blind: it is gone."),
];
const SET: &[Field] = &[need("to", "expressions", "The variables and what they become.")];
const WAIT: &[Field] = &[
    need("ask", "text", "The family of prompts: `hold` means hold.ask, and hold.no_input while it goes on."),
    may("for", "expression", "The condition it waits for; without one it just lasts."),
    may("give_up_after", "duration", "How long it waits: 60s, and 10m at most."),
    may("say_every", "duration", "How often callers hear that it goes on: 20s."),
    may("keys", "keys", "Keys with a meaning of their own here, on top of the flow's."),
];
const RETURN: &[Field] = &[
    need("path", "place", "An exit, settings.NAME of a path setting, or answer.path."),
    may("say", "text", "Said on the way out."),
    may("reason", "text", "The reason, where it is not the last outcome's."),
];
