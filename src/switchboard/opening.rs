//! How a call begins: the entry page stores nothing; turn 0 brings the call's variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::flow::{Chapter, Frame, State};
use crate::release::Edition;
use crate::render::{DialogKind, Version};
use crate::session::{Call, CallAddress, Journal, Live};
use crate::verify::Verification;

use super::board::Switchboard;
use super::directory::Tenant;
use super::facts::Known;

/// The names that every entry page takes, whatever the flow.
const CALL_VARIABLES: &[&str] = &["identity", "lang", "email", "phone", "contact_id", "test", "from", "to", "call_id"];

/// What a platform says of a call, by name.
pub type CallVariables = BTreeMap<String, String>;

/// What an entry page needs.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The address of the call that may begin.
    pub address: CallAddress,
    /// The names it takes: call variables and the flow's inputs.
    pub names: Vec<String>,
    /// The language of the page (BCP 47).
    pub language: String,
    /// The version of VoiceXML that the page is written in.
    pub version: Version,
}

impl Switchboard {
    /// Whether there is such a process, and it may be called.
    pub fn takes_calls(&self, tenant: &str, process: &str) -> bool {
        self.directory.process(tenant, process).is_some_and(|(_, found)| found.shelf.live().root().is_some())
    }

    /// The entry of a process; `None` when it is unknown or disabled. Its time is the store's, which another node will look at; a
    /// store that cannot be asked for the time keeps nobody from hearing the entry page.
    pub async fn entry(&self, tenant: &str, process: &str, kind: DialogKind, language: &str) -> Option<Entry> {
        let (_, found) = self.directory.process(tenant, process)?;
        let live = found.shelf.live();
        let root = live.root()?;
        let now = self.store.now().await.unwrap_or_else(|_| self.clock.now());
        let address = CallAddress::mint((tenant, process), kind, &self.key, &self.chance, now);
        Some(Entry {
            address,
            names: entry_names(root),
            language: root.flow.language(language).to_owned(),
            version: Version::named(&root.settings.rules.vxml_version),
        })
    }
}

/// Call variables, inputs, and the variables that settings name; the page leaves out what cannot be a variable.
fn entry_names(root: &Chapter) -> Vec<String> {
    let rules = &root.settings.rules;
    let mut names: Vec<String> = CALL_VARIABLES.iter().map(|name| (*name).to_owned()).collect();
    let more = root.flow.inputs.keys().chain([&rules.email_variable, &rules.phone_variable]);
    for name in more {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// Whether the platform marks the call as a test.
pub(super) fn is_test(variables: &CallVariables) -> bool {
    variables.get("test").is_some_and(|mark| mark == "true")
}

/// A call that has just begun, and stays on this version; `None` for one without a flow.
pub(super) fn begin(edition: &Edition, tenant: &Tenant, mut call: Call, auth_id: String, started: Timestamp) -> Option<Live> {
    let variable = |name: &str| call.variables.get(name).cloned().unwrap_or_default();
    (call.id, call.from, call.to) = (variable("call_id"), variable("from"), variable("to"));
    call.test = is_test(&call.variables);
    call.started = started;
    let flow = &edition.root()?.flow;
    let language = flow.language(&variable("lang")).to_owned();
    let mut live = Live {
        auth_id,
        flow_version: edition.id.clone(),
        state: State::new(&language, Frame::default()),
        turn: None,
        verification: Verification::default(),
        consent: None,
        journal: Journal::default(),
        call: Arc::new(call),
    };
    let given = |name: &str| live.call.variables.get(name).filter(|value| !value.is_empty()).map(|value| Value::from(value.as_str()));
    let frame = Frame::of(flow, edition.book.root(), given, &Known { live: &live, tenant, now: started });
    live.state.frames = vec![frame];
    Some(live)
}
