//! Who may call, and how many at once: trusted addresses, digest users, limits (RFC 3261 §22, RFC 6357).

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use ipnet::IpNet;
use jiff::Timestamp;

use super::digest_server::{DigestServer, Proof};
use super::message::{Request, Response};
use super::proven::Proven;
use super::rate::{RateLimit, RateSettings};
use crate::clock::Chance;
use crate::secret::SecretText;

/// What is waited for before calls that are too many are tried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Who may call, and how many.
#[derive(Debug, Clone)]
pub struct Admission {
    /// Peers that may call without further proof.
    pub trusted: Vec<IpNet>,
    /// Others may call as one of these: names and passwords.
    pub users: HashMap<String, SecretText>,
    /// Whose passwords these are.
    pub realm: String,
    /// Calls at once.
    pub most_calls: usize,
    /// Calls that begin in a second.
    pub calls_per_second: u32,
    /// Requests outside of calls from one address that is not trusted; what is more is dropped without answer.
    pub strangers: RateSettings,
}

/// Whether a caller is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// By address.
    Trusted,
    /// By password.
    User(String),
    /// Refused or asked, with this answer.
    Refused(Box<Asked>),
}

/// The answer to who is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub status: u16,
    /// Values of WWW-Authenticate.
    pub challenges: Vec<String>,
}

/// Admission at work: nonces given out, and counts.
pub(super) struct Gate {
    admission: Admission,
    digest: DigestServer,
    calls: Window,
    strangers: RateLimit,
    proven: Proven,
}

/// How many there were in a stretch of time.
#[derive(Debug, Clone, Copy)]
struct Window {
    since: Instant,
    count: u32,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            trusted: Vec::new(),
            users: HashMap::new(),
            realm: "callward".to_owned(),
            most_calls: 2_000,
            calls_per_second: 100,
            strangers: RateSettings { burst: 20, one_each: Duration::from_secs(1), most_sources: 10_000 },
        }
    }
}

impl Admission {
    /// Whether peers at this address may call without further proof.
    pub fn trusts(&self, source: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&source.to_canonical()))
    }
}

impl Gate {
    /// Opens at `now`.
    pub fn new(admission: Admission, chance: &Chance, now: Instant) -> Self {
        let digest = DigestServer::new(admission.realm.clone(), chance);
        let strangers = RateLimit::new(admission.strangers);
        Self { admission, digest, calls: Window { since: now, count: 0 }, strangers, proven: Proven::default() }
    }

    /// Whether a request from there is looked at at all.
    pub fn hears(&mut self, source: IpAddr, now: Instant) -> bool {
        self.admission.trusts(source) || self.proven.holds(source, now) || self.strangers.admit(source, now)
    }

    /// Whether this caller may call. Who has proved a password is no stranger for a while.
    pub fn judge(&mut self, invite: &Request, source: IpAddr, time: Timestamp, chance: &Chance, now: Instant) -> Verdict {
        if self.admission.trusts(source) {
            return Verdict::Trusted;
        }
        if self.admission.users.is_empty() {
            return Verdict::Refused(Box::new(Asked { status: 403, challenges: Vec::new() }));
        }
        let users = &self.admission.users;
        match self.digest.check(invite, |name| users.get(name).cloned(), time) {
            Proof::Good { username } => {
                self.proven.note(source, now);
                Verdict::User(username)
            }
            Proof::Missing | Proof::Wrong => self.ask(false, time, chance),
            Proof::Stale => self.ask(true, time, chance),
        }
    }

    /// Whether one more call can be taken beside `calls` others; if not, when to try again.
    ///
    /// # Errors
    /// When there are too many, or too many have begun in this second.
    pub fn make_room(&mut self, calls: usize, now: Instant) -> Result<(), Duration> {
        let begun = self.calls.count(now, Duration::from_secs(1));
        if calls >= self.admission.most_calls {
            Err(RETRY_AFTER)
        } else if begun > self.admission.calls_per_second {
            Err(Duration::from_secs(1))
        } else {
            Ok(())
        }
    }

    fn ask(&self, stale: bool, time: Timestamp, chance: &Chance) -> Verdict {
        let challenges = self.digest.challenges(stale, time, chance).iter().map(ToString::to_string).collect();
        Verdict::Refused(Box::new(Asked { status: 401, challenges }))
    }
}

impl Asked {
    /// As the response to `request`.
    pub fn response(&self, request: &Request) -> Response {
        let mut response = Response::to(request, self.status);
        self.challenges.iter().for_each(|challenge| response.headers.push("WWW-Authenticate", challenge));
        response
    }
}

impl Window {
    /// One more; how many there are in this stretch.
    fn count(&mut self, now: Instant, length: Duration) -> u32 {
        if now >= self.since + length {
            *self = Self { since: now, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(admission: Admission) -> (Gate, Instant) {
        let now = Instant::now();
        (Gate::new(admission, &Chance::seeded(1), now), now)
    }

    #[test]
    fn trusted_addresses_are_always_heard_and_strangers_in_measure() {
        let trusted = vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
        let strangers = RateSettings { burst: 2, one_each: Duration::from_secs(1), most_sources: 10 };
        let (mut gate, now) = gate(Admission { trusted, strangers, ..Admission::default() });
        let mut heard = |source: &str| (0..5).filter(|_| gate.hears(source.parse().unwrap(), now)).count();

        assert_eq!(heard("192.0.2.7"), 5);
        assert_eq!(heard("::ffff:192.0.2.7"), 5, "IPv4 on a socket for both");
        assert_eq!(heard("2001:db8::1"), 5);
        assert_eq!(heard("198.51.100.1"), 2);
    }

    #[test]
    fn too_many_calls_at_once_or_in_a_second_are_sent_away() {
        let (mut gate, now) = gate(Admission { most_calls: 10, calls_per_second: 2, ..Admission::default() });

        assert_eq!(gate.make_room(10, now), Err(RETRY_AFTER));
        assert_eq!(gate.make_room(9, now), Ok(()));
        assert_eq!(gate.make_room(9, now), Err(Duration::from_secs(1)));
        assert_eq!(gate.make_room(9, now + Duration::from_secs(1)), Ok(()));
    }
}
