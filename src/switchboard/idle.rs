//! Calls that no platform asks for any more end by themselves, and what is old is swept away.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tracing::{info, warn};

use crate::flow::{Farewell, Rules, Verdict};
use crate::session::{CallBody, Ended, Live, Results};
use crate::store::{CallKey, CallRow, Next, Retention};

use super::answer::ENDED_FOR;
use super::board::Switchboard;
use super::error::SwitchboardError;
use super::{metrics, record};

/// How many idle calls are ended in one go.
const AT_ONCE: u32 = 500;

impl Switchboard {
    /// Ends calls that were left alone for `idle`, and removes what need not be kept; `records` says how long records are.
    pub async fn tidy(&self, idle: Duration, records: Duration) -> Result<(), SwitchboardError> {
        for (key, row) in self.store.idle_calls(idle, AT_ONCE).await? {
            if let Err(error) = self.time_out(key, row).await {
                warn!(error = super::effects::chain(&error), "an idle call could not be ended");
            }
        }
        let ended_calls = ENDED_FOR.try_into().unwrap_or(Duration::from_secs(600));
        self.store.sweep(Retention { ended_calls, records }).await?;
        Ok(())
    }

    /// Whatever became of its process, and whether or not its row can be read: a call that stayed would stand in the way of others.
    async fn time_out(&self, key: CallKey, row: CallRow) -> Result<(), SwitchboardError> {
        let now = self.store.now().await?;
        let opened = row.body.read(&key.0, &self.key);
        let (ended, live) = match opened {
            Ok(CallBody::Ended(ended)) => (ended, None),
            Ok(CallBody::Live(live)) => (Arc::new(timed_out(&live, now)), Some(live)),
            Err(unreadable) => {
                warn!("an idle call is ended without a record: {unreadable}");
                let results = Results::unavailable("call_ended");
                (Arc::new(Ended { at: now, say: Vec::new(), language: String::new(), results }), None)
            }
        };
        let record = live.as_ref().map(|live| record::record(live, &self.rules(live), &ended.results, now));
        let body = self.row(key, CallBody::Ended(Arc::clone(&ended)));
        let next = Next { turn: row.turn + 1, body, claim: None, ended: true };
        let saved = self.store.save(key, row.unchanged(), next, record.into_iter().collect()).await?;
        if let (true, Some(live)) = (saved, live) {
            metrics::ended(&live.call, &ended.results);
            info!(auth_id = live.auth_id, "call {} ends: no platform came back", live.auth_id);
        }
        Ok(())
    }

    /// The rules that a call went by, as far as they are at hand; the usual ones where its process is no longer there.
    fn rules(&self, live: &Live) -> Rules {
        let Some((_, process)) = self.directory.process(&live.call.tenant, &live.call.process) else { return Rules::default() };
        let edition = process.shelf.edition(&live.flow_version).unwrap_or_else(|| process.shelf.live());
        edition.rules().cloned().unwrap_or_default()
    }
}

fn timed_out(live: &Live, now: Timestamp) -> Ended {
    let farewell = Farewell {
        path: "timeout".to_owned(),
        verdict: Verdict::Abandoned,
        reason: "timed_out".to_owned(),
        say: Vec::new(),
        language: live.state.language.clone(),
        outputs: serde_json::Map::new(),
    };
    Ended { at: now, results: Results::of(&farewell, &live.auth_id, None), say: farewell.say, language: farewell.language }
}
