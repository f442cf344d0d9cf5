//! The bearer token of the control plane.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::error::SecretError;
use crate::file::{self, Readers};

/// Randomness of a token, in bytes.
const TOKEN_BYTES: usize = 32;
/// Length of a token as text.
const TOKEN_CHARS: usize = 43;
/// Name of the token's file in the state folder.
const TOKEN_FILE: &str = "control.token";

/// Reads the control token of a home, or makes one: 32 random bytes as base64url, in
/// `control.token`, readable by its owner only from its first moment on.
///
/// Two processes that start at once agree on one token. A token that other users could read, or
/// that is damaged, is replaced and the reason logged: whoever read it holds nothing then, and
/// our own clients read the file anew.
///
/// # Errors
/// When the file cannot be read or written, or is not a plain file.
pub fn control_token(state_dir: &Path) -> Result<SecretString, SecretError> {
    let path = state_dir.join(TOKEN_FILE);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(SecretError::File {
                path,
                problem: "is not a plain file; remove it, and a new token is made".to_owned(),
            });
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return create(&path),
        Err(error) => return Err(file::problem(&path, &error)),
    }
    match file::read(&path, Readers::Owner) {
        Ok(token) if is_token(&token) => Ok(token),
        Ok(_) => {
            tracing::warn!(path = %path.display(), "the control token was damaged; made a new one");
            replace(&path)
        }
        Err(error @ SecretError::Exposed { .. }) => {
            tracing::warn!(%error, "the control token was not private; made a new one");
            replace(&path)
        }
        Err(error) => Err(error),
    }
}

fn is_token(token: &SecretString) -> bool {
    let text = token.expose_secret();
    text.len() == TOKEN_CHARS
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Makes the file appear whole and never over another: a process that came first wins.
fn create(path: &Path) -> Result<SecretString, SecretError> {
    let (token, draft) = draft(path)?;
    let linked = fs::hard_link(&draft, path);
    let removed = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            file::read(path, Readers::Owner)
        }
        Err(error) => Err(file::problem(path, &error)),
        Ok(()) => removed
            .and_then(|()| file::keep_name(path))
            .map(|()| token)
            .map_err(|error| file::problem(&draft, &error)),
    }
}

fn replace(path: &Path) -> Result<SecretString, SecretError> {
    let (token, draft) = draft(path)?;
    fs::rename(&draft, path)
        .and_then(|()| file::keep_name(path))
        .map_err(|error| file::problem(path, &error))?;
    Ok(token)
}

/// Writes a new token to a file of its own beside `path`.
fn draft(path: &Path) -> Result<(SecretString, PathBuf), SecretError> {
    let mut bytes = Zeroizing::new([0_u8; TOKEN_BYTES]);
    let mut suffix = [0_u8; 8];
    getrandom::fill(bytes.as_mut())
        .and_then(|()| getrandom::fill(&mut suffix))
        .map_err(|error| file::problem(path, &io::Error::other(error)))?;
    let token = SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()));
    let draft = path.with_extension(format!("token-{:016x}", u64::from_le_bytes(suffix)));
    let written = file::create_owner_only(&draft).and_then(|mut file| {
        file.write_all(token.expose_secret().as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| file::problem(&draft, &error))?;
    Ok((token, draft))
}
