//! The file that keeps browsers signed in over a restart: digests of tokens, never tokens.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use nexus_domain::{Failure, Timestamp};
use nexus_ledger::put_in_place;
use serde::{Deserialize, Serialize};

use super::{BIND_MS_MAX, SESSION_TTL_MS};
use crate::ways::Basis;

/// Version of the file's form.
const FORM: u32 = 3;
/// The versions before, in which a session belonged to no key; those sessions have ended.
const FORMS_UNBOUND: [u32; 2] = [1, 2];

/// On whose authority a browser is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrowserHolder {
    /// What it rests on: the way in of whoever made the link, or the password.
    pub basis: Basis,
    /// Its scopes, by name, if they are fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

impl Default for BrowserHolder {
    fn default() -> Self {
        Self { basis: Basis::Token, scopes: None }
    }
}

/// The key of a browser, to which its session belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BrowserKey {
    /// As [`nexus_protocol::login::BrowserAuth`] has it.
    pub(super) public_key: String,
    pub(super) bound_at: Timestamp,
    /// What the browser runs on, as its page says.
    pub(super) platform: String,
}

/// A browser that is signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct BrowserSession {
    pub(super) created_at: Timestamp,
    /// The last visit, to within a few hours.
    pub(super) seen_at: Timestamp,
    #[serde(default)]
    pub(super) holder: BrowserHolder,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<BrowserKey>,
}

impl BrowserSession {
    /// Whether it counts no longer: not seen for too long, or bound to no key in time.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        let is_late = self.key.is_none() && now.ms_since(self.created_at) >= BIND_MS_MAX;
        is_late || now.ms_since(self.seen_at) >= SESSION_TTL_MS
    }
}

#[derive(Serialize, Deserialize)]
struct Document {
    form: u32,
    /// By SHA-256 of the token, lower-case hex.
    sessions: HashMap<String, BrowserSession>,
}

pub(super) struct Store {
    path: PathBuf,
    /// One writer at a time, so that an older list never replaces a newer one.
    turn: Mutex<()>,
}

impl Store {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, turn: Mutex::new(()) }
    }

    pub(super) fn load(&self) -> Result<HashMap<String, BrowserSession>, Failure> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(HashMap::new()),
            Err(error) => return Err(self.failure("read", &error)),
        };
        match serde_json::from_slice::<Document>(&text) {
            Ok(document) if document.form == FORM => Ok(document.sessions),
            Ok(document) if FORMS_UNBOUND.contains(&document.form) => {
                tracing::info!("browsers sign in anew: a session belongs to a browser's key now");
                Ok(HashMap::new())
            }
            Ok(_) | Err(_) => {
                let aside = self.path.with_extension("json.broken");
                tracing::warn!(path = %self.path.display(), aside = %aside.display(),
                    "the list of signed-in browsers cannot be understood and is set aside");
                put_in_place(&self.path, &aside)
                    .map_err(|error| self.failure("set aside", &error))?;
                Ok(HashMap::new())
            }
        }
    }

    /// Replaces the file. `sessions` is asked once it is this writer's turn.
    pub(super) fn save(
        &self,
        sessions: impl FnOnce() -> HashMap<String, BrowserSession>,
    ) -> Result<(), Failure> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let document = Document { form: FORM, sessions: sessions() };
        let text = serde_json::to_vec_pretty(&document).map_err(Failure::internal)?;
        let written = self.path.with_extension("json.new");
        write_private(&written, &text)
            .and_then(|()| put_in_place(&written, &self.path))
            .map_err(|error| self.failure("write", &error))
    }

    fn failure(&self, verb: &str, error: &io::Error) -> Failure {
        let path = self.path.display();
        Failure::unavailable(format!("the list of signed-in browsers could not be {verb}: {error}"))
            .hint(format!("check the disk and the rights of {path}"))
    }
}

fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    file.write_all(text)?;
    file.sync_all()
}
