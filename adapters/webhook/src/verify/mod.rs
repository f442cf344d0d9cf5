//! Does a delivery come from whom it says? One function per scheme, all without clock and without
//! network: headers, body, secrets and the time in, a proof or a refusal out.
//!
//! Every comparison takes the same time wherever two values differ, and every secret is tried
//! against every signature, so that nothing shows which of them was nearly right.

mod signed;
mod token;

#[cfg(test)]
mod tests;

use std::fmt;

use axum::http::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

pub(crate) use signed::PROOFS;

/// Shortest secret that a person chose, in bytes: what is shorter can be guessed.
const CHOSEN_BYTES_MIN: usize = 16;
/// Most signatures of one delivery that are looked at.
const SIGNATURES_MAX: usize = 16;
/// What secrets of Standard Webhooks begin with.
const STANDARD_PREFIX: &str = "whsec_";

/// How the sender of a delivery proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// `Authorization: Bearer <secret>`.
    Bearer,
    /// The secret in a header of its own, as GitLab does.
    Header,
    /// `X-Hub-Signature-256`.
    Github,
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature`, as in Standard Webhooks.
    Standard,
    /// `Stripe-Signature`.
    Stripe,
    /// `X-Slack-Signature` and `X-Slack-Request-Timestamp`.
    Slack,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Bearer, Self::Header, Self::Github, Self::Standard, Self::Stripe, Self::Slack];

    /// The name in the settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Header => "header",
            Self::Github => "github",
            Self::Standard => "standard",
            Self::Stripe => "stripe",
            Self::Slack => "slack",
        }
    }

    /// Whether the body is signed; a token only says who sends.
    #[must_use]
    pub fn is_signed(self) -> bool {
        !matches!(self, Self::Bearer | Self::Header)
    }
}

/// A secret, ready to be used. Never shown.
pub struct Secret(Zeroizing<Vec<u8>>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// Reads a secret in the form in which a scheme hands it out.
    ///
    /// # Errors
    /// What is wrong with it, in words that do not repeat it.
    pub fn read(scheme: Scheme, text: &str) -> Result<Self, String> {
        let text = text.trim();
        let is_chosen = matches!(scheme, Scheme::Bearer | Scheme::Header | Scheme::Github);
        let bytes_min = if is_chosen { CHOSEN_BYTES_MIN } else { 1 };
        if text.len() < bytes_min {
            return Err(format!(
                "it has {} characters, and what is shorter than {bytes_min} can be guessed; make \
                 one with: openssl rand -hex 32",
                text.chars().count()
            ));
        }
        let bytes = match scheme {
            Scheme::Standard => {
                let text = text.strip_prefix(STANDARD_PREFIX).unwrap_or(text);
                let bytes = STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty());
                bytes
                    .ok_or("it is not `whsec_` with base64 behind it, as Standard Webhooks want")?
            }
            _ => text.as_bytes().to_vec(),
        };
        Ok(Self(Zeroizing::new(bytes)))
    }

    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        // Takes keys of every length; a shorter buffer is never asked for.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0)
            .unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()));
        parts.iter().for_each(|part| mac.update(part));
        mac
    }

    fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Whether one of the signatures is ours.
    fn has_signed(&self, parts: &[&[u8]], signatures: &[[u8; 32]]) -> bool {
        let mac = self.mac(parts);
        let is_one = |signature: &[u8; 32]| mac.clone().verify_slice(signature).is_ok();
        // No early end: which one fits is nobody's business.
        signatures.iter().fold(false, |fits, signature| fits | is_one(signature))
    }
}

/// What has been proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The delivery's own id, where the scheme has one.
    pub delivery_id: Option<String>,
    /// SHA-256 of exactly what was signed, in hex: the same for each repetition.
    pub digest: String,
}

impl Proof {
    fn of(delivery_id: Option<&str>, signed: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        signed.iter().for_each(|part| hash.update(part));
        let delivery_id = delivery_id.map(str::to_owned);
        Self { delivery_id, digest: hex::encode(hash.finalize()) }
    }
}

/// Why a delivery is not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It shows nothing.
    Missing(String),
    /// What it shows cannot be read.
    Malformed(&'static str),
    /// What it shows is wrong, or the body was altered.
    Wrong,
    /// It is right, and too old, or from the future.
    Stale {
        /// How far it is off, in seconds.
        off_s: u64,
        /// How far it may be off.
        tolerance_s: u64,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => write!(f, "there is no {what}"),
            Self::Malformed(what) => f.write_str(what),
            Self::Wrong => f.write_str("the signature or token is wrong, or the body was altered"),
            Self::Stale { off_s, tolerance_s } => write!(
                f,
                "it was signed {off_s} s from now, and {tolerance_s} s are the most; a repetition \
                 of an old delivery looks like this, and so does a wrong clock"
            ),
        }
    }
}

/// How one hook is proved.
#[derive(Debug)]
pub struct Verifier {
    /// The scheme.
    pub scheme: Scheme,
    /// The header of [`Scheme::Header`].
    pub header: Option<HeaderName>,
    /// Secrets that hold; several while one is being replaced by another.
    pub secrets: Vec<Secret>,
    /// How far a timestamp may be off, in seconds.
    pub tolerance_s: u64,
}

impl Verifier {
    /// Checks a delivery at an instant, given in seconds since 1970.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn check(&self, headers: &HeaderMap, body: &[u8], now_s: i64) -> Result<Proof, Refused> {
        match self.scheme {
            Scheme::Bearer => token::bearer(self, headers, body),
            Scheme::Header => token::header(self, headers, body),
            Scheme::Github => signed::github(self, headers, body),
            Scheme::Standard => signed::standard(self, headers, body, now_s),
            Scheme::Stripe => signed::stripe(self, headers, body, now_s),
            Scheme::Slack => signed::slack(self, headers, body, now_s),
        }
    }

    /// Headers with which a delivery of our own proves itself, signed with the first secret.
    #[must_use]
    pub fn prove(&self, delivery_id: &str, body: &[u8], now_s: i64) -> Vec<(HeaderName, String)> {
        let Some(secret) = self.secrets.first() else { return Vec::new() };
        match self.scheme {
            Scheme::Bearer | Scheme::Header => token::prove(self, secret),
            _ => signed::prove(self.scheme, secret, delivery_id, body, now_s),
        }
    }

    /// Whether one of the secrets made one of the signatures.
    fn is_signed(&self, parts: &[&[u8]], signatures: &[[u8; 32]]) -> Result<(), Refused> {
        let fits = |secret: &Secret| secret.has_signed(parts, signatures);
        match self.secrets.iter().fold(false, |is_one, secret| is_one | fits(secret)) {
            true => Ok(()),
            false => Err(Refused::Wrong),
        }
    }

    fn is_fresh(&self, signed_at_s: i64, now_s: i64) -> Result<(), Refused> {
        let off_s = now_s.abs_diff(signed_at_s);
        if off_s <= self.tolerance_s {
            return Ok(());
        }
        Err(Refused::Stale { off_s, tolerance_s: self.tolerance_s })
    }
}

/// The one header of a name. A second one would let two readers see two things.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refused> {
    let mut values = headers.get_all(name).into_iter();
    match (values.next(), values.next()) {
        (None, _) => Err(Refused::Missing(format!("header `{name}`"))),
        (Some(_), Some(_)) => Err(Refused::Malformed("a header that proves it came twice")),
        (Some(value), None) => {
            value.to_str().map_err(|_| Refused::Malformed("a header that proves it is not text"))
        }
    }
}

/// A time in seconds since 1970.
fn seconds(text: &str) -> Result<i64, Refused> {
    /// Digits of a time: enough until the year 33658.
    const DIGITS_MAX: usize = 12;
    let is_plain =
        (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_plain
        .then(|| text.parse().ok())
        .flatten()
        .ok_or(Refused::Malformed("the time it was signed at is no number of seconds"))
}
