//! "The caller is verified": a real verification, earlier in the same call, that the transcript does not tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::flow::{Book, Chapter, Flow, Overrides};
use crate::release::{Binding, Shelf};
use crate::render::DialogKind;
use crate::secret::Digits;
use crate::switchboard::{Page, Process, SwitchboardError, TurnInput};
use crate::web::Gateway;

use super::offline::PLATFORM;
use super::world::{State, TENANT, World};

/// Code of the process that verifies.
pub(super) const CODE: &str = "verified-earlier";

const FLOW: &str = r#"
callward: 1
title: Verified earlier
languages: [en]
inputs: { identity: { identity: { required: true } } }
exits:
  success: { needs: verified }
  failed: {}
start: methods
steps:
  methods: { find_methods: { then: { found: choose, any: failed } } }
  choose: { choose_method: { ask: menu, then: { chosen: send, any: failed } } }
  send: { send_code: { message: message, then: { sent: enter, any: failed } } }
  enter: { collect: { ask: code, takes: code, then: { entered: check, any: failed } } }
  check: { check_code: { then: { right: success, any: failed } } }
prompts:
  en:
    menu.ask: "{choices}"
    menu.no_input: "{choices}"
    menu.no_match: "{choices}"
    menu.sms: Press {key}.
    menu.email: Press {key}.
    menu.authenticator: Press {key}.
    code.ask: The code?
    code.no_input: The code?
    code.no_match: The code?
    message.sms: "{code}"
    message.email: "{code}"
"#;

/// The process that verifies; `None` would be a fault of the flow above, which a test excludes.
pub(super) fn process() -> Option<(String, Arc<Process>)> {
    let flow = Flow::read(FLOW).ok()?;
    let (name, settings) = (flow.title.clone(), flow.settings(&Overrides::default()).ok()?);
    let chapter = Chapter { flow: Arc::new(flow), settings };
    let book = Book::gather(CODE, |_| Some(chapter.clone())).ok()?;
    let shelf = Arc::new(Shelf::new(CODE, Binding::default(), book));
    Some((CODE.to_owned(), Arc::new(Process { name, enabled: true, shelf })))
}

/// Verifies `identity` in the call `call_id` by a text message to `number`. The world forgets all of it but the verdict.
pub(super) async fn verify(gateway: &Gateway, world: &World, identity: &str, call_id: &str, number: &str) -> Result<(), SwitchboardError> {
    let kept = world.swap(State::with_customer(identity, number));
    let verified = call(gateway, world, identity, call_id).await;
    world.swap(kept);
    verified
}

async fn call(gateway: &Gateway, world: &World, identity: &str, call_id: &str) -> Result<(), SwitchboardError> {
    let process = (TENANT, CODE);
    let Some(entry) = gateway.switchboard.entry(TENANT, CODE, DialogKind::Main, "").await else { return Ok(()) };
    let variables = [("identity", identity), ("call_id", call_id)];
    let variables: BTreeMap<String, String> = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let first = gateway.switchboard.resume(process, &entry.address, 0, TurnInput::Begin(variables), PLATFORM).await?;
    let Page::Turn { number, .. } = first.page else { return Ok(()) };
    let code = world.state().codes.last().cloned().unwrap_or_else(|| Digits::new(""));
    gateway.switchboard.resume(process, &entry.address, number, TurnInput::Keys(code), PLATFORM).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flow_that_verifies_is_sound() {
        assert!(process().is_some(), "{:?}", Flow::read(FLOW).err());
    }
}
