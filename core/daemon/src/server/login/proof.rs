//! Whose a browser's session is. The cookie can be copied; the key that signs the challenge of every
//! connection cannot be taken out of the browser that made it.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_domain::Timestamp;
use nexus_protocol::login::{BrowserAuth, browser_text};

use super::Logins;
use super::store::{BrowserKey, BrowserSession};

/// Longest description of a platform that is kept, in characters.
const PLATFORM_CHARS_MAX: usize = 100;

/// How a key and a session stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum Belongs {
    /// The session is this key's.
    Here,
    /// The session is no key's yet.
    Nowhere,
    /// The session is another key's, or is over.
    Elsewhere,
}

/// Whether a browser signed this nonce with the key that it names.
pub(in crate::server) fn is_signed_by(auth: &BrowserAuth, nonce: &str) -> bool {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let text = browser_text(&auth.public_key, nonce);
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decode(&auth.public_key));
    !nonce.is_empty() && key.verify(text.as_bytes(), &decode(&auth.signature)).is_ok()
}

impl Logins {
    /// Whether a session, named by its digest, is this key's.
    pub(in crate::server) fn belongs(&self, digest: &str, key: &str, now: Timestamp) -> Belongs {
        self.state().sessions.get(digest).map_or(Belongs::Elsewhere, |it| belongs(it, key, now))
    }

    /// Makes a session this key's, for good; `false` when it is another's by now, or over. To be
    /// kept by [`Self::save`].
    pub(in crate::server) fn bind(
        &self,
        digest: &str,
        key: &str,
        platform: &str,
        now: Timestamp,
    ) -> bool {
        let mut state = self.state();
        let Some(session) = state.sessions.get_mut(digest) else { return false };
        match belongs(session, key, now) {
            Belongs::Here => true,
            Belongs::Elsewhere => false,
            Belongs::Nowhere => {
                let platform = platform.chars().filter(|c| !c.is_control());
                session.key = Some(BrowserKey {
                    public_key: key.to_owned(),
                    bound_at: now,
                    platform: platform.take(PLATFORM_CHARS_MAX).collect(),
                });
                true
            }
        }
    }
}

fn belongs(session: &BrowserSession, key: &str, now: Timestamp) -> Belongs {
    match &session.key {
        _ if session.is_over(now) => Belongs::Elsewhere,
        Some(known) if known.public_key == key => Belongs::Here,
        Some(_) => Belongs::Elsewhere,
        None => Belongs::Nowhere,
    }
}
