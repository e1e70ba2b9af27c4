//! Digest authentication as a server: who may call in (RFC 7616 §3.3, §3.4; RFC 3261 §22).

use std::time::Duration;

use jiff::Timestamp;
use ring::hmac;
use subtle::ConstantTimeEq;

use super::digest::{self, Algorithm, Challenge, Credentials};
use super::message::Request;
use super::nonce_book::NonceBook;
use super::qop::Qop;
use crate::clock::Chance;
use crate::secret::SecretText;

/// How long a nonce is good for.
pub(super) const LIFETIME: Duration = Duration::from_secs(300);

/// Bytes of chance in a nonce.
const SALT_BYTES: usize = 8;

/// Bytes of the MAC in a nonce.
const MAC_BYTES: usize = 16;

/// Checks passwords. A nonce carries its time and a MAC, so that nothing is kept of it until somebody has proved a password with it.
pub struct DigestServer {
    realm: String,
    key: hmac::Key,
    used: NonceBook,
}

/// What a request proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// This user sent it.
    Good {
        /// Who.
        username: String,
    },
    /// It proves nothing yet: ask with [`DigestServer::challenges`].
    Missing,
    /// The password is right or wrong, nobody looked: the nonce is too old, not ours or used already. Ask again and say `stale`.
    Stale,
    /// The password is wrong, or nobody has that name.
    Wrong,
}

impl DigestServer {
    /// A server for this realm, with a key of its own: nonces of another one, or from before a start, are stale.
    pub fn new(realm: impl Into<String>, chance: &Chance) -> Self {
        Self { realm: realm.into(), key: hmac::Key::new(hmac::HMAC_SHA256, &chance.bytes::<32>()), used: NonceBook::default() }
    }

    /// The values of WWW-Authenticate, the strongest first (RFC 8760 §2.4).
    pub fn challenges(&self, stale: bool, now: Timestamp, chance: &Chance) -> Vec<Challenge> {
        let challenge = |algorithm| Challenge {
            realm: self.realm.clone(),
            nonce: self.nonce(now, &chance.bytes()),
            opaque: None,
            algorithm,
            qop: Some(Qop::Auth),
            stale,
        };
        [Algorithm::Sha256, Algorithm::Md5].map(challenge).into()
    }

    /// Looks at a request's Authorization. The address inside of it may differ from the Request-URI, which proxies change
    /// (RFC 3261 §22.4); what binds the proof to this request is the count.
    pub fn check(&mut self, request: &Request, password_of: impl FnOnce(&str) -> Option<SecretText>, now: Timestamp) -> Proof {
        let all = request.headers.all("Authorization").filter_map(|value| value.parse().ok());
        let Some(credentials) = all.into_iter().find(|credentials: &Credentials| credentials.realm == self.realm) else {
            return Proof::Missing;
        };
        let Some(issued) = self.issued(&credentials.nonce, now) else { return Proof::Stale };
        let password = password_of(&credentials.username);
        // A name that nobody has takes as long as a wrong password.
        let expected = credentials.sum(request.method.as_str(), &request.body, password.as_ref().unwrap_or(&SecretText::default()));
        let right = bool::from(expected.as_bytes().ct_eq(credentials.response.to_ascii_lowercase().as_bytes()));
        if password.is_none() || !right {
            return Proof::Wrong;
        }
        // Without a count a nonce is good once.
        let count = credentials.own.as_ref().map_or(1, |own| own.count);
        let fresh = self.used.take(issued, &credentials.nonce, count, oldest(now));
        if fresh { Proof::Good { username: credentials.username } } else { Proof::Stale }
    }

    fn nonce(&self, now: Timestamp, salt: &[u8; SALT_BYTES]) -> String {
        let mut bytes = now.as_millisecond().to_be_bytes().to_vec();
        bytes.extend_from_slice(salt);
        let mac = hmac::sign(&self.key, &bytes);
        bytes.extend(mac.as_ref().iter().take(MAC_BYTES));
        digest::hexadecimal(&bytes)
    }

    /// When a nonce was given out; `None` when it is not ours, too old, or from the future.
    fn issued(&self, nonce: &str, now: Timestamp) -> Option<Timestamp> {
        let millisecond = i64::from_str_radix(nonce.get(..16)?, 16).ok()?;
        let salt = u64::from_str_radix(nonce.get(16..32)?, 16).ok()?;
        let issued = Timestamp::from_millisecond(millisecond).ok()?;
        let ours = self.nonce(issued, &salt.to_be_bytes());
        let genuine = bool::from(ours.as_bytes().ct_eq(nonce.as_bytes()));
        (genuine && issued >= oldest(now) && issued <= now).then_some(issued)
    }
}

fn oldest(now: Timestamp) -> Timestamp {
    now.checked_sub(LIFETIME).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::digest_client::DigestClient;
    use crate::sip::message::Response;
    use crate::sip::method::Method;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    struct Scene {
        server: DigestServer,
        chance: Chance,
        now: Timestamp,
    }

    impl Scene {
        fn new() -> Self {
            let chance = Chance::seeded(1);
            Self { server: DigestServer::new("callward", &chance), chance, now: START }
        }

        fn challenge(&self, request: &Request) -> Response {
            let mut response = Response::to(request, 401);
            self.server
                .challenges(false, self.now, &self.chance)
                .iter()
                .for_each(|challenge| response.headers.push("WWW-Authenticate", challenge));
            response
        }

        /// A request as a client with this password sends it after a challenge.
        fn proved(&self, password: &str) -> (DigestClient, Request) {
            let mut client = DigestClient::new("ana", SecretText::new(password));
            let mut request = invite();
            client.handle_challenge(&request, &self.challenge(&request)).unwrap();
            client.authorize(&mut request, &self.chance);
            (client, request)
        }

        fn check(&mut self, request: &Request) -> Proof {
            self.server.check(request, |name| (name == "ana").then(|| SecretText::new("right")), self.now)
        }
    }

    fn invite() -> Request {
        Request::new(Method::Invite, "sip:1001@example.com".parse().unwrap())
    }

    #[test]
    fn who_knows_the_password_is_let_in_once_for_each_count() {
        let mut scene = Scene::new();
        assert_eq!(scene.check(&invite()), Proof::Missing);

        let (mut client, request) = scene.proved("right");

        assert_eq!(scene.check(&request), Proof::Good { username: "ana".to_owned() });
        assert_eq!(scene.check(&request), Proof::Stale);
        let mut again = invite();
        client.authorize(&mut again, &scene.chance);
        assert_eq!(scene.check(&again), Proof::Good { username: "ana".to_owned() });
    }

    #[test]
    fn wrong_passwords_and_unknown_names_look_the_same() {
        let mut scene = Scene::new();
        let (_, wrong) = scene.proved("wrong");
        let mut unknown = scene.proved("right").1;
        let header = unknown.headers.get("Authorization").unwrap().replace("ana", "bob");
        unknown.headers.set("Authorization", header);

        assert_eq!(scene.check(&wrong), Proof::Wrong);
        assert_eq!(scene.check(&unknown), Proof::Wrong);
    }

    #[test]
    fn an_old_nonce_or_one_of_another_server_is_stale() {
        let mut scene = Scene::new();
        let (_, request) = scene.proved("right");
        scene.now += LIFETIME + Duration::from_millis(1);
        assert_eq!(scene.check(&request), Proof::Stale);

        let (_, of_another) = Scene { server: DigestServer::new("callward", &Chance::seeded(9)), ..Scene::new() }.proved("right");
        assert_eq!(Scene::new().check(&of_another), Proof::Stale);
    }

    #[test]
    fn another_method_makes_another_sum() {
        let mut scene = Scene::new();
        let (_, mut request) = scene.proved("right");
        request.method = Method::Refer;

        assert_eq!(scene.check(&request), Proof::Wrong);
    }
}
