//! Compares what a line tells with what has happened since the caller acted last.

use super::call_end::CallEnd;
use super::gateways::address;
use super::moment::{Heard, Moment};
use super::pattern::Bindings;
use super::transcript::{Consent, Ends, Hears, Receives};

/// What happened since the caller acted last, and how far each kind of line has read in it.
#[derive(Debug, Default)]
pub(super) struct Since {
    heard: usize,
    received: usize,
    asked: usize,
    written: usize,
    transferred: usize,
}

/// Nothing that happened is what the line tells; in words, what happened instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unmet(pub String);

impl Unmet {
    fn came<'m>(moments: impl Iterator<Item = &'m Moment>) -> Self {
        let came: Vec<String> = moments.map(Moment::to_string).collect();
        Self(match came.is_empty() {
            true => "nothing more of the kind has come since the caller acted last".to_owned(),
            false => format!("since the caller acted last came:\n{}", came.join("\n")),
        })
    }
}

impl Since {
    /// A prompt must be heard whole and in order; others may lie between. Prompts by id are known to the offline door only.
    pub fn hears(&mut self, hears: &Hears, log: &[Moment]) -> Result<(), Unmet> {
        let heard = |moment: &Moment| match moment {
            Moment::Heard(heard) => Some(heard.clone()),
            _ => None,
        };
        let fits = |heard: &Heard| match hears {
            Hears::Words(words) => words.read(&heard.text).is_some(),
            Hears::Prompt(id) => heard.prompt.as_ref().is_none_or(|prompt| prompt == id),
            Hears::Nothing => false,
        };
        if matches!(hears, Hears::Nothing) {
            return nothing(log, |moment| heard(moment).is_some());
        }
        find(log, &mut self.heard, |moment| heard(moment).filter(&fits).map(|_| ()), |moment| heard(moment).is_some())
    }

    /// A message must have arrived; gives what it binds.
    pub fn receives(&mut self, receives: Option<&Receives>, log: &[Moment]) -> Result<Bindings, Unmet> {
        let is_message = |moment: &Moment| matches!(moment, Moment::Received { .. });
        let Some(told) = receives else { return nothing(log, is_message).map(|()| Bindings::new()) };
        let fits = |moment: &Moment| match moment {
            Moment::Received { method, to, text } => {
                let is_meant = *method == told.method && told.to.as_ref().is_none_or(|wanted| address(*method, wanted) == *to);
                told.text.read(text).filter(|_| is_meant)
            }
            _ => None,
        };
        find(log, &mut self.received, fits, is_message)
    }

    /// A service must have been asked with these fields, perhaps among others.
    pub fn asks(&mut self, service: &str, fields: &[(String, String)], log: &[Moment]) -> Result<(), Unmet> {
        let fits = |moment: &Moment| match moment {
            Moment::Asked { service: asked, fields: with } => {
                (asked == service && fields.iter().all(|field| with.contains(field))).then_some(())
            }
            _ => None,
        };
        find(log, &mut self.asked, fits, |moment| matches!(moment, Moment::Asked { .. }))
    }

    /// A consent must have been written down.
    pub fn written(&mut self, consent: Option<&Consent>, log: &[Moment]) -> Result<(), Unmet> {
        let is_consent = |moment: &Moment| matches!(moment, Moment::Written(_));
        let Some(told) = consent else { return nothing(log, is_consent) };
        find(log, &mut self.written, |moment| (*moment == Moment::Written(told.clone())).then_some(()), is_consent)
    }

    /// The call must have been transferred there.
    pub fn transfers(&mut self, to: &str, log: &[Moment]) -> Result<(), Unmet> {
        let is_transfer = |moment: &Moment| matches!(moment, Moment::Transferred(_));
        find(log, &mut self.transferred, |moment| (*moment == Moment::Transferred(to.to_owned())).then_some(()), is_transfer)
    }
}

/// The call must have ended so.
pub(super) fn returns(ends: &Ends, end: Option<&CallEnd>) -> Result<(), Unmet> {
    match end {
        None => Err(Unmet("the call goes on: it waits for the caller".to_owned())),
        Some(end) if !end.by_caller && end.fault.is_none() && ends.fits(&end.ends()) => Ok(()),
        Some(end) => Err(Unmet(format!("it ended like this:\n{end}"))),
    }
}

/// The first moment from `place` on that fits; `place` moves behind it.
fn find<T>(
    log: &[Moment],
    place: &mut usize,
    fits: impl Fn(&Moment) -> Option<T>,
    is_of_kind: impl Fn(&Moment) -> bool,
) -> Result<T, Unmet> {
    let rest = log.iter().enumerate().skip(*place);
    match rest.clone().find_map(|(at, moment)| Some((at, fits(moment)?))) {
        Some((at, found)) => {
            *place = at + 1;
            Ok(found)
        }
        None => Err(Unmet::came(rest.map(|(_, moment)| moment).filter(|moment| is_of_kind(moment)))),
    }
}

fn nothing(log: &[Moment], is_of_kind: impl Fn(&Moment) -> bool) -> Result<(), Unmet> {
    match log.iter().any(&is_of_kind) {
        true => Err(Unmet::came(log.iter().filter(|moment| is_of_kind(moment)))),
        false => Ok(()),
    }
}
