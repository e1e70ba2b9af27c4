//! Fetches and what they are for (VoiceXML 2.0 §6.1; 2.1 §3, §5).

use std::time::Duration;

use encoding_rs::{Encoding, UTF_8};
use url::Url;

use super::access_control::admits;
use super::action::{Action, Fetch};
use super::content::{DataSource, Fetching, Script, Target};
use super::errand::{Errand, Submission};
use super::event::{FetchFailure, Resource};
use super::interpreter::{Afterwards, Interpreter, State};
use super::meanwhile::Meanwhile;
use super::properties::{Properties, seconds};
use super::thrown::{Run, Thrown, place};
use super::time::designation;
use super::xml_json::nodes;
use crate::xml;

/// How long a fetch may take where the page says nothing.
const FETCH_TIMEOUT: Duration = Duration::from_secs(10);

/// What a page asks of a fetch.
pub(super) struct Patience {
    pub timeout: Duration,
    pub maxage: Option<u64>,
    pub maxstale: Option<u64>,
}

impl Interpreter {
    /// The request for a submission; what the element does not say, properties do (§6.3.5).
    pub(super) fn fetch_of(&mut self, submission: &Submission, fetching: &Fetching, kind: &str) -> Run<Fetch> {
        let Patience { timeout, maxage, maxstale } = self.patience(fetching, kind)?;
        let Submission { url, method, body, .. } = submission.clone();
        Ok(Fetch { id: 0, url, method, body, timeout, maxage, maxstale })
    }

    /// How long a fetch of this kind may take, and how old copies may be: by the element, else by the properties.
    pub(super) fn patience(&self, fetching: &Fetching, kind: &str) -> Run<Patience> {
        let properties = Properties::of(self.current.surroundings());
        let timeout = match &fetching.timeout {
            Some(timeout) => designation(timeout).ok_or_else(|| Thrown::semantic(format!("fetchtimeout {timeout:?} is no time")))?,
            None => properties.time("fetchtimeout", FETCH_TIMEOUT)?,
        };
        let age = |own: &Option<String>, name: &str| match own {
            Some(own) => Ok(seconds(own)),
            None => properties.age(kind, name),
        };
        Ok(Patience { timeout, maxage: age(&fetching.maxage, "maxage")?, maxstale: age(&fetching.maxstale, "maxstale")? })
    }

    /// With `fetchaudio` the queue is played before the fetch begins (§4.1.8, §6.1.1).
    pub(super) fn fetch_with_audio(&mut self, errand: Errand, fetch: Fetch, fetching: &Fetching) -> Run {
        match self.meanwhile(fetching)? {
            Some(meanwhile) => self.play_then(Afterwards::Fetch(Box::new(errand), Box::new(fetch), Some(Box::new(meanwhile)))),
            None => {
                self.send(errand, fetch);
                Ok(())
            }
        }
    }

    /// Asks for it, and waits.
    pub(super) fn send(&mut self, errand: Errand, fetch: Fetch) {
        self.send_meanwhile(errand, fetch, None);
    }

    /// Asks for it, and waits with a sound.
    pub(super) fn send_meanwhile(&mut self, errand: Errand, mut fetch: Fetch, meanwhile: Option<Box<Meanwhile>>) {
        self.fetches += 1;
        fetch.id = self.fetches;
        self.state = State::Fetching { id: fetch.id, errand, meanwhile };
        self.begin_meanwhile();
        self.actions.push_back(Action::Fetch(fetch));
    }

    pub(super) fn handle_fetched(&mut self, id: u64, outcome: Result<Resource, FetchFailure>) -> Run {
        if !matches!(&self.state, State::Fetching { id: expected, .. } if *expected == id) {
            return Ok(());
        }
        let Some(outcome) = self.end_meanwhile(outcome) else { return Ok(()) };
        let errand = match std::mem::replace(&mut self.state, State::Running) {
            State::Fetching { errand, .. } => errand,
            other => {
                self.state = other;
                return Ok(());
            }
        };
        let resource = outcome.map_err(|failure| Thrown::with(failure.event(), failure.to_string()));
        self.odometer.count_bytes(resource.as_ref().map_or(0, |resource| resource.body.len()))?;
        match errand {
            Errand::Document(transition) => self.handle_document(transition, &resource?),
            Errand::Root { transition, document } => self.handle_root(transition, document, &resource?),
            Errand::Script { charset } => self.handle_script(&resource?, charset.as_deref()),
            Errand::Data { name } => self.handle_data(name.as_deref(), &resource?),
            Errand::Grammar { url } => self.handle_grammar(&url, &resource?),
        }
    }

    pub(super) fn run_script(&mut self, script: &Script) -> Run {
        match script {
            Script::Inline(source) => Ok(self.scopes.run(source)?),
            Script::Functions { source, names } => Ok(self.scopes.declare_functions(source, names)?),
            Script::External { target, charset, fetching } => {
                let url = self.absolute_target(target)?;
                let fetch = self.fetch_of(&Submission::plain(url), fetching, "script")?;
                self.send(Errand::Script { charset: charset.clone() }, fetch);
                Ok(())
            }
        }
    }

    /// A byte order mark tells the encoding, else the page does; else it is UTF-8 (§5.3.12).
    fn handle_script(&mut self, resource: &Resource, charset: Option<&str>) -> Run {
        let named = charset.and_then(|label| Encoding::for_label(label.trim().as_bytes())).unwrap_or(UTF_8);
        let (source, _, _) = named.decode(&resource.body);
        Ok(self.scopes.run(&source)?)
    }

    pub(super) fn fetch_data(&mut self, source: &DataSource) -> Run {
        let url = self.absolute_target(&source.target)?;
        let names = source.names.clone().unwrap_or_default();
        let submission = self.submission(url, source.method, source.enctype, &names)?;
        let fetch = self.fetch_of(&submission, &source.fetching, "data")?;
        self.send(Errand::Data { name: source.name.clone() }, fetch);
        Ok(())
    }

    /// Without a name it is fetched and left, whatever it is; else it must be XML (2.1 §5).
    fn handle_data(&mut self, name: Option<&str>, resource: &Resource) -> Run {
        let Some(name) = name else { return Ok(()) };
        let host = self.current.document.url.host_str().unwrap_or_default();
        if !admits(&xml::instructions(&resource.body, "access-control"), host) {
            return Err(Thrown::with("error.noauthorization", format!("{} may not be read by pages of {host}", place(&resource.url))));
        }
        let nodes = nodes(&resource.body).map_err(|error| Thrown::bad_fetch(format!("{}: {error}", place(&resource.url))))?;
        Ok(self.scopes.declare_document(name, &nodes)?)
    }

    /// The address of a grammar, absolute unless it is a built-in one.
    pub(super) fn grammar_address(&mut self, target: &Target) -> Run<Url> {
        let address = self.resolved(target)?;
        match address.trim().starts_with("builtin:") {
            true => Url::parse(address.trim()).map_err(|error| Thrown::bad_fetch(format!("an address cannot be read: {error}"))),
            false => self.absolute(&address),
        }
    }
}
