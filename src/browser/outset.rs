//! What the scopes of a call begin with, and what was done to them before there was an engine (VoiceXML 2.0 §5.1.4).

use rquickjs::{Ctx, Function, Object};

use super::ledger::Ledger;
use super::session_variables::SessionVariables;
use crate::clock::{Chance, Clock};
use crate::script::{Limits, OwnScript, Sandbox, ScriptError};

static SCOPES: OwnScript = OwnScript::new(include_str!("scopes.js"));
static SESSION: OwnScript = OwnScript::new(include_str!("session.js"));

/// What a sandbox begins with.
pub(super) struct Outset {
    session: SessionVariables,
    clock: Clock,
    chance: Chance,
    pub ledger: Ledger,
    /// What earlier sandboxes of the call took of the budget.
    pub spent: u64,
}

impl Outset {
    /// Nothing yet but the session variables.
    pub fn new(session: SessionVariables, clock: Clock, chance: Chance) -> Self {
        Self { session, clock, chance, ledger: Ledger::default(), spent: 0 }
    }

    /// A sandbox in which all is done that was put down.
    pub fn begin(&mut self) -> Result<Sandbox, ScriptError> {
        let mut sandbox = Sandbox::new(Limits::default(), &self.clock, &self.chance)?;
        let (session, entries) = (self.session.tell(), self.ledger.take());
        let names: Vec<String> = session.as_object().map(|session| session.keys().cloned().collect()).unwrap_or_default();
        sandbox.set_spent(self.spent);
        let guards = sandbox.guards();
        sandbox.enter(|ctx| {
            let session = session_maker(ctx, session.to_string())?;
            let host: Object = SCOPES.load(ctx)?.call((session, names, guards.function(ctx)?))?;
            entries.into_iter().try_for_each(|entry| entry.perform(&host))?;
            ctx.store_userdata(host).map(drop).map_err(|_| rquickjs::Error::Unknown)
        })?;
        Ok(sandbox)
    }
}

/// The function that gives the session variables as an object.
fn session_maker<'js>(ctx: &Ctx<'js>, variables: String) -> rquickjs::Result<Function<'js>> {
    Function::new(ctx.clone(), move |ctx: Ctx<'js>| -> rquickjs::Result<Object<'js>> { SESSION.load(&ctx)?.call((variables.as_str(),)) })
}

/// The object that `scopes.js` made.
pub(super) fn host<'js>(ctx: &Ctx<'js>) -> rquickjs::Result<Object<'js>> {
    ctx.userdata::<Object>().map(|host| host.clone()).ok_or(rquickjs::Error::Unknown)
}
