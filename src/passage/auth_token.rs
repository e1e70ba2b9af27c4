//! `X-Auth-Token`: the results of a call, signed so that the next hop can check them without asking us (RFC 7515, RFC 8037).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::secret::{MasterKey, Purpose};

/// Seconds for which a token counts.
const LIFETIME: i64 = 300;
/// Who signs.
const ISSUER: &str = "callward";

/// Signs with a key that is derived from the master key, so that every node signs alike.
pub struct TokenSigner {
    pair: Ed25519KeyPair,
    key_id: String,
    clock: Clock,
}

impl TokenSigner {
    /// The signer of an installation.
    #[expect(clippy::expect_used, reason = "every 32 bytes are a seed of Ed25519")]
    pub fn new(key: &MasterKey, clock: Clock) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&key.hash(Purpose::Token, &[b"ed25519"])).expect("a seed has 32 bytes");
        let thumbprint = digest(&SHA256, pair.public_key().as_ref());
        let key_id = URL_SAFE_NO_PAD.encode(thumbprint.as_ref().get(..12).unwrap_or_default());
        Self { pair, key_id, clock }
    }

    /// A token with these claims for `audience`.
    pub fn sign(&self, claims: &[(&str, &str)], audience: &str) -> String {
        let now = self.clock.now().as_second();
        let mut payload = json!({ "iss": ISSUER, "aud": audience, "iat": now, "exp": now + LIFETIME });
        claims.iter().for_each(|(name, value)| payload[*name] = Value::from(*value));
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.key_id });
        let signed = format!("{}.{}", encoded(&header), encoded(&payload));
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// The public key as a JWK set.
    pub fn published(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key());
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.key_id, "use": "sig", "alg": "EdDSA" });
        json!({ "keys": [key] }).to_string()
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    fn decoded(part: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(part).unwrap()
    }

    #[test]
    fn who_has_the_published_key_can_check_a_token() {
        let clock = Clock::by_hand(Timestamp::from_second(1_767_225_600).unwrap());
        let signer = TokenSigner::new(&MasterKey::new([7; 32]), clock);
        let published: Value = serde_json::from_str(&signer.published()).unwrap();

        let token = signer.sign(&[("status", "verified")], "pbx.example.com");

        let parts: Vec<&str> = token.split('.').collect();
        let key = UnparsedPublicKey::new(&ED25519, decoded(published["keys"][0]["x"].as_str().unwrap()));
        key.verify(format!("{}.{}", parts[0], parts[1]).as_bytes(), &decoded(parts[2])).unwrap();
        let claims: Value = serde_json::from_slice(&decoded(parts[1])).unwrap();
        assert_eq!((claims["aud"].as_str(), claims["status"].as_str()), (Some("pbx.example.com"), Some("verified")));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    }
}
