//! Signed tokens: JWT (RFC 7519) with HS256. The algorithm is fixed here and never read from the
//! token; the clock is ours, not the library's.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use nexus_domain::{Failure, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Authority, Basis, Signed, Ways};

/// How long a token lives when nothing else is said, in milliseconds.
pub const SIGNED_MS_DEFAULT: u64 = 10 * 60 * 1000;
/// Longest life of a token, in milliseconds.
pub const SIGNED_MS_MAX: u64 = 24 * 60 * 60 * 1000;
/// Longest life of a token that is taken from an address, in milliseconds: addresses end up in
/// histories and logs of others.
pub const SIGNED_URL_MS_MAX: u64 = 60 * 60 * 1000;
/// Longest text that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 4 * 1024;
/// How far the clock that made a token may be ahead, in milliseconds.
const SKEW_MS_MAX: u64 = 60 * 1000;
/// Length of the mark of a secret, in hexadecimal characters.
const MARK_CHARS: usize = 16;

/// What a token says, as it stands in it.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    /// Who: a principal.
    sub: String,
    /// What it may ask for at most.
    scopes: Vec<String>,
    /// By which way its holder came in.
    via: Basis,
    /// When it was made, in seconds.
    iat: u64,
    /// When it ends, in seconds.
    exp: u64,
}

/// What a token says, once it was found to hold.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) sub: String,
    pub(super) scopes: Vec<String>,
    pub(super) via: Basis,
    pub(super) ends_at: Timestamp,
}

/// The secret that signs tokens and checks them.
pub(super) struct Signer {
    encoding: EncodingKey,
    decoding: DecodingKey,
    mark: String,
}

impl Signer {
    pub(super) fn new(secret: &SecretString) -> Self {
        let bytes = secret.expose_secret().as_bytes();
        let mut mark = hex::encode(Sha256::digest(bytes));
        mark.truncate(MARK_CHARS);
        Self {
            encoding: EncodingKey::from_secret(bytes),
            decoding: DecodingKey::from_secret(bytes),
            mark,
        }
    }

    /// Tells one secret from another, and nothing about it.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    fn sign(&self, claims: &Claims) -> Result<SecretString, Failure> {
        encode(&Header::new(Algorithm::HS256), claims, &self.encoding)
            .map(SecretString::from)
            .map_err(Failure::internal)
    }

    /// What a token says, if it is ours and holds now.
    pub(super) fn read(&self, token: &str, now: Timestamp, is_address: bool) -> Option<Checked> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "sub"]);
        let claims: Claims = decode(token, &self.decoding, &validation).ok()?.claims;
        let ms = |seconds: u64| i64::try_from(seconds.checked_mul(1_000)?).ok().map(Timestamp);
        let (made_at, ends_at) = (ms(claims.iat)?, ms(claims.exp)?);
        let life_ms_max = if is_address { SIGNED_URL_MS_MAX } else { SIGNED_MS_MAX };
        let is_short = ends_at > made_at && ends_at.ms_since(made_at) <= life_ms_max;
        let is_now = now < ends_at && made_at <= now.plus_ms(SKEW_MS_MAX);
        let Claims { sub, scopes, via, .. } = claims;
        (is_short && is_now).then_some(Checked { sub, scopes, via, ends_at })
    }
}

/// A token that was made.
pub struct Minted {
    /// The token.
    pub token: SecretString,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Ways {
    /// Makes a token for whoever has an authority, with some of its scopes. It holds as long as
    /// that authority does, and no longer than it would.
    ///
    /// # Errors
    /// `Invalid` when it would live too long or not at all; `Denied` for whoever came in by the
    /// tailnet; `Internal` when it cannot be signed.
    pub fn mint(
        &self,
        sub: &str,
        scopes: Vec<String>,
        authority: &Authority,
        life_ms: u64,
        now: Timestamp,
    ) -> Result<Minted, Failure> {
        if !(1_000..=SIGNED_MS_MAX).contains(&life_ms) {
            return Err(Failure::invalid("a signed token lives from one second to 24 hours"));
        }
        super::not_by_tailnet(&authority.basis, "a signed token")?;
        let mut ends_at = now.plus_ms(life_ms);
        if let Some(Signed { ends_at: parent, .. }) = &authority.signed {
            // Otherwise a token could be renewed by itself for ever.
            ends_at = ends_at.min(*parent);
        }
        let seconds = |at: Timestamp| u64::try_from(at.0 / 1_000).unwrap_or(0);
        let (iat, exp) = (seconds(now), seconds(ends_at));
        if exp <= iat {
            return Err(Failure::invalid("the token that was shown has no time left to pass on")
                .hint("make it with the credential that the first one was made with"));
        }
        let via = authority.basis.clone();
        let claims = Claims { sub: sub.to_owned(), scopes, via, iat, exp };
        let token = self.signer(|signer| signer.sign(&claims))?;
        let expires_at = Timestamp(i64::try_from(exp * 1_000).map_err(Failure::internal)?);
        Ok(Minted { token, expires_at })
    }

    /// Replaces the secret: no token that was made before holds any more. Whoever calls this begins
    /// an epoch.
    ///
    /// # Errors
    /// `Unavailable` when the new secret cannot be kept.
    pub fn rotate_signer(&self) -> Result<(), Failure> {
        let secret = nexus_secrets::new_signing_secret(&self.0.state_dir).map_err(Failure::from)?;
        let mut signer = self.0.signer.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *signer = Signer::new(&secret);
        Ok(())
    }
}

/// Reads a token as the door does, with a secret that nobody knows; for the fuzzer.
#[cfg(feature = "test-util")]
pub fn signed_token(token: &str) -> bool {
    let signer = Signer::new(&SecretString::from("a secret of the fuzzer"));
    signer.read(token, Timestamp(1_700_000_000_000), false).is_some()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn signer() -> Signer {
        Signer::new(&SecretString::from("our secret"))
    }

    fn claims(life_s: u64) -> Claims {
        Claims {
            sub: "owner".to_owned(),
            scopes: vec!["runtime.read".to_owned()],
            via: Basis::Token,
            iat: 1_700_000_000,
            exp: 1_700_000_000 + life_s,
        }
    }

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    #[test]
    fn a_token_holds_until_its_end() {
        let token = signer().sign(&claims(600)).unwrap();
        let read = |at| signer().read(token.expose_secret(), at, true);
        assert_eq!(read(NOW).unwrap().sub, "owner");
        assert!(read(NOW.plus_ms(599_999)).is_some());
        assert!(read(NOW.plus_ms(600_000)).is_none());
        let stranger = Signer::new(&SecretString::from("another secret"));
        assert!(stranger.read(token.expose_secret(), NOW, true).is_none());
        assert!(read(Timestamp(NOW.0 - 61_000)).is_none(), "made in the future");
    }

    #[test]
    fn in_an_address_it_lives_an_hour_and_nowhere_longer_than_a_day() {
        let day = signer().sign(&claims(24 * 3_600)).unwrap();
        assert!(signer().read(day.expose_secret(), NOW, false).is_some());
        assert!(signer().read(day.expose_secret(), NOW, true).is_none());
        let longer = signer().sign(&claims(24 * 3_600 + 1)).unwrap();
        assert!(signer().read(longer.expose_secret(), NOW, false).is_none());
    }

    #[test]
    fn the_algorithm_is_ours_to_choose() {
        let body = part(&serde_json::to_value(claims(600)).unwrap());
        for alg in ["none", "None", "HS384", "RS256", "ES256", "hs256", ""] {
            let head = part(&json!({ "alg": alg, "typ": "JWT" }));
            for signature in ["", "AAAA"] {
                let token = format!("{head}.{body}.{signature}");
                assert!(signer().read(&token, NOW, false).is_none(), "{alg}");
            }
        }
        // Signed with our secret, by another algorithm.
        let key = EncodingKey::from_secret(b"our secret");
        let other = encode(&Header::new(Algorithm::HS384), &claims(600), &key).unwrap();
        assert!(signer().read(&other, NOW, false).is_none());
    }

    #[test]
    fn what_lacks_something_is_no_token() {
        let key = EncodingKey::from_secret(b"our secret");
        let whole = serde_json::to_value(claims(600)).unwrap();
        for field in ["sub", "scopes", "via", "iat", "exp"] {
            let mut claims = whole.clone();
            claims.as_object_mut().unwrap().remove(field);
            let token = encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
            assert!(signer().read(&token, NOW, false).is_none(), "{field}");
            claims[field] = json!([true]);
            let token = encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
            assert!(signer().read(&token, NOW, false).is_none(), "{field}");
        }
        for text in ["", ".", "..", "a.b.c", "eyJhbGciOiJIUzI1NiJ9..", &"a.".repeat(5_000)] {
            assert!(signer().read(text, NOW, false).is_none(), "{text}");
        }
    }
}
