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
    /// A prompt must be heard whole and in order; others may lie between.
    pub fn hears(&mut self, hears: &Hears, log: &[Moment]) -> Result<(), Unmet> {
        let is_prompt = |moment: &Moment| heard(moment).is_some();
        match hears {
            Hears::Nothing => nothing(log, is_prompt),
            Hears::Words(words) => find(log, &mut self.heard, |moment| words.read(&heard(moment)?.text).map(|_| ()), is_prompt),
            Hears::Prompt(_) if log.iter().filter_map(heard).any(|heard| heard.prompt.is_none()) => Ok(()),
            Hears::Prompt(id) => {
                let is_meant = |moment: &Moment| (heard(moment)?.prompt.as_ref() == Some(id)).then_some(());
                find(log, &mut self.heard, is_meant, is_prompt)
            }
        }
    }

    /// A message must have arrived; gives what it binds.
    pub fn receives(&mut self, receives: Option<&Receives>, log: &[Moment]) -> Result<Bindings, Unmet> {
        let is_message = |moment: &Moment| matches!(moment, Moment::Received { .. });
        let Some(told) = receives else { return nothing(log, is_message).map(|()| Bindings::new()) };
        let fits = |moment: &Moment| {
            let Moment::Received { method, to, text } = moment else { return None };
            let is_meant = *method == told.method && told.to.as_ref().is_none_or(|wanted| address(*method, wanted) == *to);
            told.text.read(text).filter(|_| is_meant)
        };
        find(log, &mut self.received, fits, is_message)
    }

    /// A service must have been asked with these fields, perhaps among others.
    pub fn asks(&mut self, service: &str, fields: &[(String, String)], log: &[Moment]) -> Result<(), Unmet> {
        let fits = |moment: &Moment| {
            let Moment::Asked { service: asked, fields: with } = moment else { return None };
            (asked == service && fields.iter().all(|field| with.contains(field))).then_some(())
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

fn heard(moment: &Moment) -> Option<&Heard> {
    if let Moment::Heard(heard) = moment { Some(heard) } else { None }
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

        let Err(Unmet(came)) = since.hears(&words("Three."), &log) else { panic!() };

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
