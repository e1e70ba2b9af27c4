//! `callward records show`: what came of a call, for people and programs.

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

use serde_json::Value;

use crate::clock::Clock;
use crate::config::Config;
use crate::store::{self, Record};

/// Which records are shown, and how.
pub(super) struct Wanted {
    /// The record of this authentication.
    pub auth_id: Option<String>,
    /// All records of this call, by the platform's id, else ours.
    pub call: Option<String>,
    /// The configuration that names the store.
    pub config: Option<PathBuf>,
    /// The folder of `callward demo --data`, in place of a configuration.
    pub data: Option<PathBuf>,
    /// One JSON object a line.
    pub json: bool,
}

/// Shows them; `false` when there are none.
pub(super) async fn show(wanted: Wanted) -> Result<bool, Box<dyn Error>> {
    let url = match &wanted.data {
        Some(folder) => format!("sqlite://{}?mode=rw", folder.join("callward.db").display()),
        None => Config::load(wanted.config.as_deref(), std::env::vars())?.storage.url.expose().to_owned(),
    };
    let store = store::open(&url, Clock::system()).await?;
    let records = match (&wanted.auth_id, &wanted.call) {
        (Some(id), _) => store.record(id).await?.into_iter().collect(),
        (None, Some(call)) => store.records_of_call(call).await?,
        (None, None) => Vec::new(),
    };
    for record in &records {
        println!("{}", if wanted.json { record.body.clone() } else { describe(record)? });
    }
    if records.is_empty() {
        eprintln!("callward: there is no such record: it may be older than records.keep_days, or of another store");
    }
    Ok(!records.is_empty())
}

/// A record as a person reads it.
fn describe(record: &Record) -> Result<String, Box<dyn Error>> {
    let body: Value = serde_json::from_str(&record.body)?;
    let text = |name: &str| match &body[name] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let mut lines = format!("{}  {} ({}, {})\n", text("auth_id"), text("status"), text("path"), text("reason"));
    for name in [
        "tenant",
        "process",
        "flow",
        "flow_version",
        "call_id",
        "from",
        "identity",
        "test",
        "started_at",
        "ended_at",
        "method",
        "strength",
        "authenticated_until",
        "sends",
        "sends_left",
        "checks_left",
    ] {
        let value = text(name);
        if !value.is_empty() {
            writeln!(lines, "  {name:<20} {value}")?;
        }
    }
    for event in body["events"].as_array().into_iter().flatten() {
        let word = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let whom = [word("method"), word("to")].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        writeln!(lines, "  {}  {:<14} {:<18} {whom}", word("at"), word("step"), word("outcome"))?;
        for why in event["why"].as_array().into_iter().flatten() {
            writeln!(lines, "      {}", why.as_str().unwrap_or_default())?;
        }
        if let Some(evidence) = event["evidence"].as_object() {
            let part = |name: &str| evidence.get(name).and_then(Value::as_str).unwrap_or_default();
            writeln!(lines, "      key {} after {} ({}) at {}", part("key"), part("prompt"), part("language"), part("at"))?;
        }
    }
    Ok(lines)
}
