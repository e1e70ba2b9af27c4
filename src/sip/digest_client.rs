//! Digest authentication as a client: proving a password to a trunk (RFC 7616 §3.4, RFC 3261 §22, RFC 8760).

use super::digest::{self, Challenge, Credentials, Own};
use super::message::{Request, Response};
use crate::clock::Chance;
use crate::secret::SecretText;

/// One account with one server or chain of proxies. It remembers challenges, so that later requests prove at once.
#[derive(Debug)]
pub struct DigestClient {
    username: String,
    password: SecretText,
    asked: Vec<Asked>,
}

/// Why a request cannot be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unprovable {
    /// The server refused what was proved: user name or password are wrong.
    #[error("the SIP server refuses user name or password; check the account in the configuration")]
    WrongPassword,
    /// The server asks in no way that we know.
    #[error("the SIP server asks for a proof other than digest with SHA-256 or MD5")]
    UnknownChallenge,
}

/// A challenge, and how often its nonce was used.
#[derive(Debug)]
struct Asked {
    by: Asker,
    challenge: Challenge,
    count: u32,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asker {
    Server,
    Proxy,
}

impl DigestClient {
    /// For this account.
    pub fn new(username: impl Into<String>, password: SecretText) -> Self {
        Self { username: username.into(), password, asked: Vec::new() }
    }

    /// Takes the challenges of a 401 or 407 in: `request` may be sent again, after [`DigestClient::authorize`], with a higher CSeq.
    pub fn handle_challenge(&mut self, request: &Request, response: &Response) -> Result<(), Unprovable> {
        let by = if response.status == 407 { Asker::Proxy } else { Asker::Server };
        let challenges: Vec<Challenge> = response.headers.all(by.challenge_header()).filter_map(|value| value.parse().ok()).collect();
        let strongest = strongest_by_realm(challenges);
        if strongest.is_empty() {
            return Err(Unprovable::UnknownChallenge);
        }
        let proved = |challenge: &Challenge| {
            let mut sent = request.headers.all(by.header()).filter_map(|value| value.parse::<Credentials>().ok());
            sent.any(|credentials| credentials.realm == challenge.realm)
        };
        if strongest.iter().any(|challenge| !challenge.stale && proved(challenge) && !self.has_newer(by, challenge, request)) {
            return Err(Unprovable::WrongPassword);
        }
        for challenge in strongest {
            self.asked.retain(|asked| asked.by != by || asked.challenge.realm != challenge.realm);
            self.asked.push(Asked { by, challenge, count: 0 });
        }
        Ok(())
    }

    /// Puts a proof for each challenge known into the request, in place of those it had.
    pub fn authorize(&mut self, request: &mut Request, chance: &Chance) {
        [Asker::Server, Asker::Proxy].iter().for_each(|by| request.headers.remove(by.header()));
        for asked in &mut self.asked {
            asked.count += 1;
            let challenge = &asked.challenge;
            let own = challenge.qop.map(|qop| Own { qop, count: asked.count, cnonce: digest::hexadecimal(&chance.bytes::<16>()) });
            let mut credentials = Credentials {
                username: self.username.clone(),
                realm: challenge.realm.clone(),
                nonce: challenge.nonce.clone(),
                uri: request.uri.to_string(),
                response: String::new(),
                algorithm: challenge.algorithm,
                own,
                opaque: challenge.opaque.clone(),
            };
            credentials.response = credentials.sum(request.method.as_str(), &request.body, &self.password);
            request.headers.push(asked.by.header(), credentials);
        }
    }

    /// Whether the request was proved with an earlier nonce than the one known: two requests were under way at once.
    fn has_newer(&self, by: Asker, challenge: &Challenge, request: &Request) -> bool {
        let known = self.asked.iter().find(|asked| asked.by == by && asked.challenge.realm == challenge.realm);
        let mut sent = request.headers.all(by.header()).filter_map(|value| value.parse::<Credentials>().ok());
        known.is_some_and(|known| !sent.any(|credentials| credentials.nonce == known.challenge.nonce))
    }
}

impl Asker {
    fn challenge_header(self) -> &'static str {
        match self {
            Self::Server => "WWW-Authenticate",
            Self::Proxy => "Proxy-Authenticate",
        }
    }

    fn header(self) -> &'static str {
        match self {
            Self::Server => "Authorization",
            Self::Proxy => "Proxy-Authorization",
        }
    }
}

/// One challenge for each realm: of equally strong ones the first.
fn strongest_by_realm(challenges: Vec<Challenge>) -> Vec<Challenge> {
    let mut strongest: Vec<Challenge> = Vec::new();
    for challenge in challenges {
        match strongest.iter_mut().find(|known| known.realm == challenge.realm) {
            Some(known) if known.algorithm < challenge.algorithm => *known = challenge,
            Some(_) => {}
            None => strongest.push(challenge),
        }
    }
    strongest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::digest::Algorithm;
    use crate::sip::method::Method;

    fn register() -> Request {
        Request::new(Method::Register, "sip:example.com".parse().unwrap())
    }

    fn asked(status: u16, header: &str, challenges: &[&str]) -> Response {
        let mut response = Response::new(status);
        challenges.iter().for_each(|challenge| response.headers.push(header, challenge));
        response
    }

    fn client() -> DigestClient {
        DigestClient::new("ana", SecretText::new("pass"))
    }

    fn proof(request: &Request, header: &str) -> Credentials {
        request.headers.get(header).unwrap().parse().unwrap()
    }

    const MD5: &str = r#"Digest realm="r", nonce="n1", algorithm=MD5, qop="auth,auth-int", opaque="o""#;
    const SHA: &str = r#"Digest realm="r", nonce="n2", algorithm=SHA-256, qop="auth""#;

    #[test]
    fn the_strongest_challenge_is_answered_and_counted() {
        let (mut client, mut request) = (client(), register());
        client
            .handle_challenge(&request, &asked(401, "WWW-Authenticate", &[MD5, "Digest realm=\"r\", nonce=\"x\", algorithm=Z", SHA]))
            .unwrap();

        let counts: Vec<u32> = (0..3)
            .map(|_| {
                client.authorize(&mut request, &Chance::seeded(1));
                let proof = proof(&request, "Authorization");
                assert_eq!((proof.algorithm, proof.nonce.as_str()), (Algorithm::Sha256, "n2"));
                proof.own.unwrap().count
            })
            .collect();

        assert_eq!(counts, [1, 2, 3]);
        assert_eq!(request.headers.all("Authorization").count(), 1);
    }

    #[test]
    fn proxy_and_server_are_proved_side_by_side() {
        let (mut client, mut request) = (client(), register());
        client.handle_challenge(&request, &asked(407, "Proxy-Authenticate", &[r#"Digest realm="p", nonce="old""#])).unwrap();
        client.authorize(&mut request, &Chance::seeded(1));
        client.handle_challenge(&request, &asked(401, "WWW-Authenticate", &[MD5])).unwrap();

        client.authorize(&mut request, &Chance::seeded(1));

        assert_eq!(proof(&request, "Proxy-Authorization").own, None);
        assert_eq!(proof(&request, "Authorization").opaque.as_deref(), Some("o"));
    }

    #[test]
    fn a_refused_proof_ends_it_unless_the_nonce_was_only_old() {
        let (mut client, mut request) = (client(), register());
        client.handle_challenge(&request, &asked(401, "WWW-Authenticate", &[MD5])).unwrap();
        client.authorize(&mut request, &Chance::seeded(1));

        let stale = asked(401, "WWW-Authenticate", &[r#"Digest realm="r", nonce="n3", stale=TRUE"#]);
        assert_eq!(client.handle_challenge(&request, &stale), Ok(()));
        client.authorize(&mut request, &Chance::seeded(1));
        let refused = asked(401, "WWW-Authenticate", &[r#"Digest realm="r", nonce="n4""#]);
        assert_eq!(client.handle_challenge(&request, &refused), Err(Unprovable::WrongPassword));
    }

    #[test]
    fn a_challenge_of_another_kind_cannot_be_answered() {
        let basic = asked(401, "WWW-Authenticate", &["Basic realm=\"r\""]);

        assert_eq!(client().handle_challenge(&register(), &basic), Err(Unprovable::UnknownChallenge));
    }
}
