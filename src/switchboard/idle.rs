//! Calls that no platform asks for any more end by themselves, and what is old is swept away.

use std::sync::Arc;
use std::time::Duration;

use tracing::{info, warn};

use crate::flow::{Farewell, Verdict};
use crate::session::{CallBody, Ended, Results};
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

    async fn time_out(&self, key: CallKey, row: CallRow) -> Result<(), SwitchboardError> {
        let CallBody::Live(live) = CallBody::open(&row.body, &key.0, &self.key)? else { return Ok(()) };
        let now = self.store.now().await?;
        let Some((_, process)) = self.directory.process(&live.call.tenant, &live.call.process) else { return Ok(()) };
        let farewell = Farewell {
            path: "timeout".to_owned(),
            verdict: Verdict::Abandoned,
            reason: "timed_out".to_owned(),
            say: Vec::new(),
            language: live.state.language.clone(),
            outputs: serde_json::Map::new(),
        };
        let results = Results::of(&farewell, &live.auth_id, None);
        let record = record::record(&live, &Arc::clone(process), &results, now);
        let ended = Ended { at: now, say: farewell.say, language: farewell.language, results: results.clone() };
        let body = CallBody::Ended(Box::new(ended)).seal(&key.0, &self.key, &self.chance);
        let next = Next { turn: row.turn + 1, body, claim: None, ended: true };
        if self.store.save(key, row.unchanged(), next, vec![record]).await? {
            metrics::ended(&live.call, &results);
            info!(auth_id = live.auth_id, "call {} ends: no platform came back", live.auth_id);
        }
        Ok(())
    }
}
