//! Compares what a line tells with what has happened since the caller acted last.

use serde_json::Value;

use super::call_end::CallEnd;
use super::gateways::address;
use super::moment::{Heard, Moment};
use super::pattern::Bindings;
use super::transcript::{Consent, Ends, Hears, Receives};
use super::trouble::Trouble;

/// How far each kind of line has read in what happened since the caller acted last.
#[derive(Debug, Default)]
pub(super) struct Since {
    heard: usize,
    received: usize,
    asked: usize,
    written: usize,
    transferred: usize,
}

/// Moments of one kind, and what is said when the one that is told is not among them.
struct Kind {
    missed: &'static str,
    holds: fn(&Moment) -> bool,
}

const PROMPTS: Kind = Kind { missed: "this was not heard", holds: |moment| matches!(moment, Moment::Heard(_)) };
const MESSAGES: Kind = Kind { missed: "this did not arrive", holds: |moment| matches!(moment, Moment::Received { .. }) };
const REQUESTS: Kind = Kind { missed: "this was not asked", holds: |moment| matches!(moment, Moment::Asked { .. }) };
const CONSENTS: Kind = Kind { missed: "this was not written down", holds: |moment| matches!(moment, Moment::Written(_)) };
const TRANSFERS: Kind = Kind { missed: "the call did not go there", holds: |moment| matches!(moment, Moment::Transferred(_)) };

impl Since {
    /// A prompt must be heard whole and in order; others may lie between. Where ids are not known, they are not compared.
    pub fn hears(&mut self, hears: &Hears, log: &[Moment]) -> Result<(), Trouble> {
        match hears {
            Hears::Nothing => PROMPTS.none(log),
            Hears::Words(words) => PROMPTS.find(log, &mut self.heard, |moment| words.read(&heard(moment)?.text).map(|_| ())),
            Hears::Prompt(_) if log.iter().filter_map(heard).any(|heard| heard.prompt.is_none()) => Ok(()),
            Hears::Prompt(id) => PROMPTS.find(log, &mut self.heard, |moment| (heard(moment)?.prompt.as_ref() == Some(id)).then_some(())),
        }
    }

    /// A message must have arrived; gives what it binds.
    pub fn receives(&mut self, receives: Option<&Receives>, log: &[Moment]) -> Result<Bindings, Trouble> {
        let Some(told) = receives else { return MESSAGES.none(log).map(|()| Bindings::new()) };
        MESSAGES.find(log, &mut self.received, |moment| {
            let Moment::Received { method, to, text } = moment else { return None };
            let is_meant = *method == told.method && told.to.as_ref().is_none_or(|wanted| address(*method, wanted) == *to);
            told.text.read(text).filter(|_| is_meant)
        })
    }

    /// A service must have been asked with these fields, perhaps among others.
    pub fn asks(&mut self, service: &str, fields: &[(String, String)], log: &[Moment]) -> Result<(), Trouble> {
        REQUESTS.find(log, &mut self.asked, |moment| {
            let Moment::Asked { service: asked, fields: with } = moment else { return None };
            (asked == service && fields.iter().all(|field| with.contains(field))).then_some(())
        })
    }

    /// A consent must have been written down.
    pub fn written(&mut self, consent: Option<&Consent>, log: &[Moment]) -> Result<(), Trouble> {
        let Some(told) = consent else { return CONSENTS.none(log) };
        CONSENTS.find(log, &mut self.written, |moment| (*moment == Moment::Written(told.clone())).then_some(()))
    }

    /// The call must have been transferred there.
    pub fn transfers(&mut self, to: &str, log: &[Moment]) -> Result<(), Trouble> {
        TRANSFERS.find(log, &mut self.transferred, |moment| (*moment == Moment::Transferred(to.to_owned())).then_some(()))
    }
}

/// Nobody may have heard this prompt in the whole conversation.
pub(super) fn never_hears(hears: &Hears, conversation: &[Moment]) -> Result<(), Trouble> {
    match Since::default().hears(hears, conversation) {
        _ if matches!(hears, Hears::Prompt(_)) && conversation.iter().filter_map(heard).all(|heard| heard.prompt.is_none()) => Ok(()),
        Err(_) => Ok(()),
        Ok(()) => Err(Trouble::difference("this was heard", String::new())),
    }
}

/// Nobody may have asked this service.
pub(super) fn never_asks(service: &str, conversation: &[Moment]) -> Result<(), Trouble> {
    let asked = conversation.iter().find(|moment| matches!(moment, Moment::Asked { service: asked, .. } if asked == service));
    asked.map_or(Ok(()), |asked| Err(Trouble::difference("this was asked", asked.to_string())))
}

/// These words may stand nowhere in what was written.
pub(super) fn never_logs(text: &str, written: &str) -> Result<(), Trouble> {
    let line = written.lines().find(|line| line.contains(text));
    line.map_or(Ok(()), |line| Err(Trouble::difference("this was logged or recorded", format!("it says:\n{line}"))))
}

/// The call must have ended so.
pub(super) fn returns(ends: &Ends, end: Option<&CallEnd>) -> Result<(), Trouble> {
    let wrong = |came: String| Err(Trouble::difference("the call did not end so", came));
    match end {
        None => wrong("the call goes on: it waits for the caller".to_owned()),
        Some(end) if !end.by_caller && end.fault.is_none() && ends.fits(&end.ends()) => Ok(()),
        Some(end) => wrong(format!("it ended like this:\n{end}")),
    }
}

/// The call's record must say so.
pub(super) fn recorded(ends: &Ends, record: Option<&Value>) -> Result<(), Trouble> {
    let wrong = |came: String| Err(Trouble::difference("this was not recorded", came));
    let Some(record) = record else { return wrong("a record is written when a call ends".to_owned()) };
    let value = |name: &str| Some(record.get(name)?.as_str()?.to_owned()).filter(|value| !value.is_empty());
    let path = value("path").unwrap_or_default();
    let came = Ends { path, verdict: value("status"), method: value("method"), reason: value("reason") };
    if ends.fits(&came) { Ok(()) } else { wrong(format!("the record says:\nrecorded  {came}")) }
}

impl Kind {
    /// The first moment from `place` on that fits; `place` moves behind it.
    fn find<T>(&self, log: &[Moment], place: &mut usize, fits: impl Fn(&Moment) -> Option<T>) -> Result<T, Trouble> {
        let rest = log.get(*place..).unwrap_or_default();
        let Some((at, found)) = rest.iter().enumerate().find_map(|(at, moment)| Some((at, fits(moment)?))) else {
            return Err(self.trouble(rest));
        };
        *place += at + 1;
        Ok(found)
    }

    fn none(&self, log: &[Moment]) -> Result<(), Trouble> {
        if log.iter().any(self.holds) { Err(self.trouble(log)) } else { Ok(()) }
    }

    fn trouble(&self, log: &[Moment]) -> Trouble {
        let came: Vec<String> = log.iter().filter(|moment| (self.holds)(moment)).map(Moment::to_string).collect();
        let came = match came.is_empty() {
            true => "nothing more of the kind has come since the caller acted last".to_owned(),
            false => format!("since the caller acted last came:\n{}", came.join("\n")),
        };
        Trouble::difference(self.missed, came)
    }
}

fn heard(moment: &Moment) -> Option<&Heard> {
    if let Moment::Heard(heard) = moment { Some(heard) } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::*;

    fn prompt(id: Option<&str>, text: &str) -> Moment {
        Moment::Heard(Heard { prompt: id.map(str::to_owned), text: text.to_owned() })
    }

    fn words(text: &str) -> Hears {
        Hears::Words(Pattern::words(text).unwrap())
    }

    #[test]
    fn prompts_come_in_order_with_others_between() {
        let log = [prompt(None, "One."), prompt(None, "Two."), prompt(None, "Three.")];
        let mut since = Since::default();

        assert_eq!(since.hears(&words("One."), &log), Ok(()));
        assert_eq!(since.hears(&words("Three."), &log), Ok(()));
        assert!(since.hears(&words("Two."), &log).is_err());
    }

    #[test]
    fn what_came_instead_is_told() {
        let log = [prompt(None, "One."), Moment::HungUp, prompt(None, "Two.")];
        let mut since = Since::default();
        since.hears(&words("One."), &log).unwrap();

        let came = since.hears(&words("Three."), &log).unwrap_err().hint;

        assert_eq!(came, "since the caller acted last came:\nhears     Two.");
        assert!(since.hears(&Hears::Nothing, &log).is_err());
        assert_eq!(since.hears(&Hears::Nothing, &[]), Ok(()));
    }

    #[test]
    fn an_id_is_compared_where_ids_are_known() {
        let (known, unknown) = ([prompt(Some("code.ask"), "One.")], [prompt(None, "One.")]);
        let id = |id: &str| Hears::Prompt(id.to_owned());

        assert_eq!(Since::default().hears(&id("code.ask"), &known), Ok(()));
        assert!(Since::default().hears(&id("code.wrong"), &known).is_err());
        assert_eq!(Since::default().hears(&id("code.wrong"), &unknown), Ok(()));
        assert!(Since::default().hears(&id("code.ask"), &[]).is_err());
    }
}
