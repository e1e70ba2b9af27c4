//! Transfers: the request, and what its outcome means for the form (VoiceXML 2.0 §2.3.7; 2.1 §9).

use std::time::Duration;

use serde_json::json;

use super::action::{Reason, TransferRequest};
use super::document::Transfer;
use super::event::TransferOutcome;
use super::interpreter::{Afterwards, Interpreter, Line, State};
use super::thrown::{Run, Thrown};
use super::time::designation;

/// How long the far end may ring where the page says nothing.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

impl Interpreter {
    /// Visits a `<transfer>`: the queued prompts play, then the call is made.
    pub(super) fn begin_transfer(&mut self, transfer: &Transfer) -> Run {
        let dest = self.resolved(&transfer.dest)?.trim().to_owned();
        if !["tel:", "sip:", "sips:"].iter().any(|scheme| dest.starts_with(scheme)) {
            return Err(Thrown::with("error.unsupported.uri", "a call can be transferred to tel:, sip: and sips: addresses"));
        }
        let request = TransferRequest {
            dest,
            kind: transfer.kind,
            connecttimeout: time_of(transfer.connecttimeout.as_deref(), CONNECT_TIMEOUT)?,
            maxtime: time_of(transfer.maxtime.as_deref(), Duration::ZERO)?,
            aai: transfer.aai.as_ref().map(|aai| self.resolved(aai)).transpose()?,
        };
        self.play_then(Afterwards::Transfer(request))
    }

    pub(super) fn handle_transferred(&mut self, outcome: TransferOutcome, duration: Duration) -> Run {
        if !matches!(self.state, State::Transferring) {
            return Ok(());
        }
        self.state = State::Running;
        self.odometer.reset(self.now);
        let Some(word) = outcome.as_str() else {
            return self.lost(outcome);
        };
        let Some(run) = &self.current.dialog else { return Ok(()) };
        let Some((index, item)) = run.current.zip(run.item().cloned()) else { return Ok(()) };
        self.fill(&item, &json!(word), &json!({ "duration": duration.as_secs_f64() }))?;
        self.trigger_filled(&[index])
    }

    /// The caller is gone from here: given away, or hung up. The variable stays undefined (§2.3.7.1).
    fn lost(&mut self, outcome: TransferOutcome) -> Run {
        self.speech.forget();
        if outcome == TransferOutcome::CallerHungUp {
            return self.hung_up();
        }
        self.line = Line::Final(Reason::Transfer);
        Err(Thrown::new("connection.disconnect.transfer"))
    }
}

/// The time that an attribute gives, else `default`.
pub(super) fn time_of(text: Option<&str>, default: Duration) -> Run<Duration> {
    match text {
        Some(text) => designation(text).ok_or_else(|| Thrown::semantic(format!("{text:?} is no time"))),
        None => Ok(default),
    }
}
