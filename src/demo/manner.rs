//! How a stand-in behaves: good, slow, broken, lying or down.

use std::collections::HashMap;
use std::time::Duration;

use super::service::Service;

/// A service's behaviour, until it is given another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Manner {
    /// Answers truly and at once.
    #[default]
    Good,
    /// Answers truly after this long.
    Slow(Duration),
    /// Answers with rubbish.
    Broken(Fault),
    /// Answers with these words, whatever is asked, one after the other; the last one stays. A web service gives them as
    /// status, consent as state; the SMS gateway as HTTP status when it is one, else as its body; the mail server as reply.
    Lying(Vec<String>),
    /// Resets the connection.
    Down,
}

/// What a broken service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// HTTP 500, SMTP 554.
    ServerError,
    /// Hangs up without an answer.
    Closed,
    /// Stops in the middle of the answer, as if that were all.
    Cut,
    /// Answers well, with nothing.
    Empty,
}

/// What is to be done with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conduct {
    /// Answer truly.
    Answer,
    /// Wait, then answer truly.
    AnswerAfter(Duration),
    /// Do this instead.
    Fail(Fault),
    /// Say this instead.
    Say(String),
    /// Reset the connection.
    Reset,
}

/// Words that a lying service says; the handlers find them among a request's extensions.
#[derive(Debug, Clone)]
pub struct Lie(pub String);

/// The manners of all services; who is not named is good.
#[derive(Debug, Clone, Default)]
pub struct Manners(HashMap<Service, Manner>);

impl Manners {
    /// Gives a service a manner.
    pub fn set(&mut self, service: Service, manner: Manner) {
        self.0.insert(service, manner);
    }

    /// The manner of a service.
    pub fn of(&self, service: &Service) -> Manner {
        self.0.get(service).cloned().unwrap_or_default()
    }

    /// The services that were given a manner and that not every installation has, by name.
    pub fn others(&self) -> Vec<Service> {
        let mut others: Vec<Service> = self.0.keys().filter(|service| matches!(service, Service::Other(_))).cloned().collect();
        others.sort();
        others
    }

    /// What to do with the next request to a service. A liar moves on to its next lie.
    pub fn next(&mut self, service: &Service) -> Conduct {
        match self.0.get_mut(service) {
            None | Some(Manner::Good) => Conduct::Answer,
            Some(Manner::Slow(by)) => Conduct::AnswerAfter(*by),
            Some(Manner::Broken(fault)) => Conduct::Fail(*fault),
            Some(Manner::Down) => Conduct::Reset,
            Some(Manner::Lying(lies)) if lies.len() > 1 => Conduct::Say(lies.remove(0)),
            Some(Manner::Lying(lies)) => Conduct::Say(lies.first().cloned().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lie_stays() {
        let mut manners = Manners::default();
        manners.set(Service::CodeAuthentication, Manner::Lying(vec!["incorrect code".into(), "success".into()]));

        let said: Vec<Conduct> = (0..3).map(|_| manners.next(&Service::CodeAuthentication)).collect();

        assert_eq!(said, ["incorrect code", "success", "success"].map(|status| Conduct::Say(status.into())));
        assert_eq!(manners.next(&Service::SmsGateway), Conduct::Answer);
    }
}
