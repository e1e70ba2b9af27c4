//! A softphone in the terminal: what happens as lines or as JSON, a level meter, keys from the command line or typed.

use std::io::{self, IsTerminal, Write};
use std::time::Instant;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use tokio::signal::unix::{Signal, SignalKind, signal};
use url::Url;

use super::inbox_codes::fill_in;
use super::moment::now;
use super::softphone_user::{Act, SoftphoneEnding, SoftphoneNews, SoftphoneUser};
use super::terminal::Show;
use crate::audio::{Codec, Level};
use crate::sip::{Cause, Ending, Side, reason_phrase};

/// What the other side says came of a call stands in headers that begin so.
const RESULT: &str = "X-Auth-";
/// What is proof for the next hop, and of no use to a reader.
const TOKEN: &str = "X-Auth-Token";

/// The meter's width, and the levels of its ends in dBm0.
const METER_WIDTH: usize = 30;
const METER: (f32, f32) = (-48.0, 0.0);

/// Somebody at a terminal with a softphone.
pub struct SoftphoneTerminal {
    show: Show,
    inbox: Url,
    /// `None` where keys were given, and once nothing more can be typed.
    typed: Option<Lines<BufReader<Stdin>>>,
    interrupt: Signal,
    began: Instant,
    /// The meter stands in the last line of the terminal.
    has_meter: bool,
}

impl SoftphoneTerminal {
    /// Somebody who types keys, or who has given them beforehand. `{sms}` and `{email}` in those are the newest codes in the inbox.
    pub fn new(has_keys: bool, inbox: Url, show: Show) -> io::Result<Self> {
        let typed = (!has_keys).then(|| BufReader::new(tokio::io::stdin()).lines());
        Ok(Self { show, inbox, typed, interrupt: signal(SignalKind::interrupt())?, began: now(), has_meter: false })
    }

    /// Says whom it calls.
    pub fn begin(&mut self, target: &str) {
        let hint = if self.typed.is_some() { " Keys and Enter at any time; h hangs up." } else { "" };
        self.say(&format!("Calling {target}.{hint}"), &json!({ "t": "dial", "to": target }));
    }

    /// Says how it ended.
    pub fn end(&mut self, over: &SoftphoneEnding) {
        let ending = &over.ending;
        let mut words = format!("\nThe call is over: {}.", farewell(ending));
        let results = results(ending);
        for (name, value) in &results {
            words += &format!("\n  {name:<18} {}", value.as_str().unwrap_or_default());
        }
        let media = over.statistics.map(|counts| json!({ "received": counts.received, "lost": counts.lost, "late": counts.late }));
        let status = match ending.cause {
            Cause::Refused(status) => Some(status),
            Cause::HungUp | Cause::Cancelled | Cause::NoAnswer | Cause::Expired | Cause::Unknown | Cause::Replaced => None,
        };
        let by = if ending.by == Side::Us { "us" } else { "them" };
        let line = json!({ "t": "end", "reason": reason(ending.cause), "by": by, "status": status, "exit": results, "rtp": media });
        self.say(&words, &line);
    }

    /// A line of words or of JSON.
    fn say(&mut self, words: &str, line: &Value) {
        self.clear_meter();
        let written = match self.show {
            Show::Words | Show::Trace => words.to_owned(),
            Show::Json => {
                let mut line = line.clone();
                line["ms"] = json!(u64::try_from((now() - self.began).as_millis()).unwrap_or(u64::MAX));
                line.to_string()
            }
        };
        // Nobody looks any more when stdout is closed; the call still ends by itself.
        let _ = writeln!(io::stdout().lock(), "{written}");
    }

    fn draw_meter(&mut self, level: Level) {
        if self.show == Show::Json || !io::stdout().is_terminal() {
            return;
        }
        self.has_meter = true;
        let mut stdout = io::stdout().lock();
        let _ = write!(stdout, "\r\x1b[K  {}", meter(level.mean)).and_then(|()| stdout.flush());
    }

    fn clear_meter(&mut self) {
        if std::mem::take(&mut self.has_meter) {
            let _ = write!(io::stdout().lock(), "\r\x1b[K");
        }
    }
}

impl SoftphoneUser for SoftphoneTerminal {
    fn notice(&mut self, news: &SoftphoneNews) {
        match news {
            SoftphoneNews::Progress(status) => {
                self.say(&format!("{}.", reason_phrase(*status)), &json!({ "t": "progress", "status": status }));
            }
            SoftphoneNews::Answered { codec, has_events } => {
                let (codec, keys) = (name(*codec), if *has_events { "telephone events" } else { "tones" });
                self.say(&format!("Answered: {codec}, keys as {keys}."), &json!({ "t": "answer", "codec": codec, "keys": keys }));
            }
            SoftphoneNews::Level(level) => self.draw_meter(*level),
            SoftphoneNews::Sound if self.show != Show::Words => self.say("  . hears something", &json!({ "t": "sound" })),
            SoftphoneNews::Silence if self.show != Show::Words => self.say("  . hears nothing", &json!({ "t": "silence" })),
            SoftphoneNews::Sound | SoftphoneNews::Silence => {}
            SoftphoneNews::Held(is_held) => {
                self.say(
                    if *is_held { "The other side holds the call." } else { "The call goes on." },
                    &json!({ "t": "hold", "held": is_held }),
                );
            }
        }
    }

    async fn keys(&mut self, group: String) -> String {
        let filled = fill_in(group, Some(&self.inbox)).await;
        let keys: String = filled.chars().filter(|key| key.is_ascii_digit() || matches!(key, '*' | '#' | 'A'..='D')).collect();
        let words = if keys.is_empty() { "  (there is no code in the inbox to press)".to_owned() } else { format!("  > {keys}") };
        self.say(&words, &json!({ "t": "keys", "keys": keys }));
        keys
    }

    async fn act(&mut self) -> Act {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return Act::HangUp,
                line = next_line(&mut self.typed) => match line {
                    Some(line) if line.trim() == "h" => return Act::HangUp,
                    Some(line) => return Act::Press(line),
                    // Ctrl-D; a pipe that has ended leaves the call to the other side.
                    None if io::stdin().is_terminal() => return Act::HangUp,
                    None => self.typed = None,
                },
            }
        }
    }
}

async fn next_line(typed: &mut Option<Lines<BufReader<Stdin>>>) -> Option<String> {
    match typed {
        Some(lines) => lines.next_line().await.ok().flatten(),
        None => std::future::pending().await,
    }
}

fn meter(mean: f32) -> String {
    let share = ((mean - METER.0) / (METER.1 - METER.0)).clamp(0.0, 1.0);
    let filled = (share * METER_WIDTH as f32).round() as usize;
    let level = if mean.is_finite() { format!("{mean:.0} dBm0") } else { "silence".to_owned() };
    format!("[{}{}] {level}", "#".repeat(filled), " ".repeat(METER_WIDTH.saturating_sub(filled)))
}

fn name(codec: Codec) -> &'static str {
    match codec {
        Codec::Pcmu => "PCMU",
        Codec::Pcma => "PCMA",
    }
}

/// What came of the call, by the headers of the other side's BYE.
fn results(ending: &Ending) -> Map<String, Value> {
    let told = ending.headers.iter().filter(|(name, _)| *name != TOKEN);
    told.filter_map(|(name, value)| Some((returned_name(name.strip_prefix(RESULT)?), Value::from(value)))).collect()
}

/// The name of a result as pages return it.
fn returned_name(header: &str) -> String {
    match header {
        "Until" => "authenticatedUntil".to_owned(),
        name => format!("auth{name}"),
    }
}

fn reason(cause: Cause) -> &'static str {
    match cause {
        Cause::HungUp => "hangup",
        Cause::Cancelled => "cancelled",
        Cause::Refused(_) => "refused",
        Cause::NoAnswer => "noanswer",
        Cause::Expired => "expired",
        Cause::Unknown => "unknown",
        Cause::Replaced => "replaced",
    }
}

fn farewell(ending: &Ending) -> String {
    match (ending.cause, ending.by) {
        (Cause::HungUp, Side::Us) => "you have hung up".to_owned(),
        (Cause::HungUp, Side::Them) => "the other side has hung up".to_owned(),
        (Cause::Cancelled, _) => "taken back before anybody answered".to_owned(),
        (Cause::Refused(status), _) => format!("refused with {status} {}", reason_phrase(status)),
        (Cause::NoAnswer, _) => "nobody answers there".to_owned(),
        (Cause::Expired, _) => "the other side has not refreshed the session".to_owned(),
        (Cause::Unknown, _) => "the other side knows nothing of it any longer".to_owned(),
        (Cause::Replaced, _) => "another call has taken its place".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::Headers;

    #[test]
    fn a_meter_grows_with_the_level() {
        assert_eq!(meter(-24.0), format!("[{}{}] -24 dBm0", "#".repeat(15), " ".repeat(15)));
        assert_eq!(meter(f32::NEG_INFINITY), format!("[{}] silence", " ".repeat(30)));
        assert!(meter(6.0).starts_with(&format!("[{}]", "#".repeat(30))));
    }

    #[test]
    fn a_refusal_is_said_with_its_status_and_results_without_their_token() {
        let mut headers = Headers::default();
        headers.push("X-Auth-Status", "verified");
        headers.push("X-Auth-Until", "2026-03-02T09:15:00Z");
        headers.push("X-Auth-Token", "a.b.c");
        let hung_up = Ending { by: Side::Them, cause: Cause::HungUp, headers };

        assert_eq!(Value::from(results(&hung_up)), json!({ "authStatus": "verified", "authenticatedUntil": "2026-03-02T09:15:00Z" }));
        assert_eq!(farewell(&Ending { cause: Cause::Refused(404), ..hung_up }), "refused with 404 Not Found");
    }
}
