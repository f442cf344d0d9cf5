//! People at the door: the password, and browsers that are signed in.

use nexus_domain::Timestamp;
use nexus_domain::principal::Principal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Most bytes of a password.
pub const PASSWORD_BYTES_MAX: usize = 1024;

/// Input of `login.password`.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordParams {
    /// The new password; left out, there is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 12, max = 1024))]
    pub password: Option<String>,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

impl std::fmt::Debug for PasswordParams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordParams").finish_non_exhaustive()
    }
}

/// Result of `login.password`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordResult {
    /// Whether there is a password now.
    pub is_set: bool,
}

/// How a browser proves in its hello that the session in its cookie is its own: it signs the nonce
/// of the challenge with a key that no script can take out of it. The first key that is shown
/// after signing in is the session's from then on. The signed text is made by [`browser_text`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BrowserAuth {
    /// Its ECDSA public key on P-256: the 65 bytes of the uncompressed point, as base64url without
    /// padding.
    #[schemars(length(min = 87, max = 87))]
    pub public_key: String,
    /// The signature with SHA-256: `r` and `s`, 64 bytes, as base64url without padding.
    #[schemars(length(min = 86, max = 86))]
    pub signature: String,
    /// The nonce of the challenge.
    #[schemars(length(max = 128))]
    pub nonce: String,
}

impl std::fmt::Debug for BrowserAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrowserAuth").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}

/// What a browser signs in its hello: `nexus-browser-1|publicKey|nonce`.
#[must_use]
pub fn browser_text(public_key: &str, nonce: &str) -> String {
    format!("nexus-browser-1|{public_key}|{nonce}")
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Browser {
    /// Its id: the digest of its session, lower-case hex.
    pub id: String,
    /// Who it is.
    pub principal: Principal,
    /// What it runs on, as its page says; nothing before the page has connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// When it signed in.
    pub signed_in_at: Timestamp,
    /// Its last visit, to within a few hours.
    pub seen_at: Timestamp,
    /// Since when the session belongs to a key of the browser. Without one it ends two minutes
    /// after signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_at: Option<Timestamp>,
}

/// Input of `login.browsers`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BrowsersParams {}

/// Result of `login.browsers`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrowsersResult {
    /// The browsers, the one that was seen last first; at most 100.
    pub browsers: Vec<Browser>,
}

/// Input of `login.end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndParams {
    /// The browser's id, or the beginning of it.
    #[schemars(length(min = 4, max = 64))]
    pub browser: String,
    /// Lets the command be repeated safely.
    #[schemars(length(min = 1, max = 128))]
    pub idempotency_key: String,
}

/// Result of `login.end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndResult {
    /// The browser that was signed out.
    pub browser: Browser,
}
