//! The secrets of the control plane itself: its bearer token, what signs the tokens it issues, and
//! what is kept of the password.

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
/// Name of the file of the secret that signs tokens.
const SIGNING_FILE: &str = "control.jwt";
/// Name of the file of the password's hash.
const PASSWORD_FILE: &str = "control.password";

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
    made(state_dir.join(TOKEN_FILE))
}

/// Reads the secret that signs the tokens a home issues, or makes one, as [`control_token`] does.
///
/// # Errors
/// When the file cannot be read or written, or is not a plain file.
pub fn signing_secret(state_dir: &Path) -> Result<SecretString, SecretError> {
    made(state_dir.join(SIGNING_FILE))
}

/// Replaces the secret that signs tokens: none that was issued before holds any more.
///
/// # Errors
/// When the file cannot be written.
pub fn new_signing_secret(state_dir: &Path) -> Result<SecretString, SecretError> {
    replace(&state_dir.join(SIGNING_FILE))
}

/// What is kept of the password, if there is one.
///
/// # Errors
/// When the file cannot be read, or others than its owner can.
pub fn password_hash(state_dir: &Path) -> Result<Option<SecretString>, SecretError> {
    let path = state_dir.join(PASSWORD_FILE);
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file::problem(&path, &error)),
        Ok(_) => file::read(&path, Readers::Owner).map(Some),
    }
}

/// Keeps the hash of a password, or forgets the one there is.
///
/// # Errors
/// When the file cannot be written or removed.
pub fn keep_password_hash(
    state_dir: &Path,
    hash: Option<&SecretString>,
) -> Result<(), SecretError> {
    let path = state_dir.join(PASSWORD_FILE);
    let Some(hash) = hash else {
        return match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(file::problem(&path, &error))
            }
            Ok(()) | Err(_) => Ok(()),
        };
    };
    put(&path, hash)
}

fn made(path: PathBuf) -> Result<SecretString, SecretError> {
    match fs::symlink_metadata(&path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(SecretError::File {
                path,
                problem: "is not a plain file; remove it, and a new one is made".to_owned(),
            });
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return create(&path),
        Err(error) => return Err(file::problem(&path, &error)),
    }
    match file::read(&path, Readers::Owner) {
        Ok(token) if is_token(&token) => Ok(token),
        Ok(_) => {
            tracing::warn!(path = %path.display(), "a secret of the control plane was damaged; made a new one");
            replace(&path)
        }
        Err(error @ SecretError::Exposed { .. }) => {
            tracing::warn!(%error, "a secret of the control plane was not private; made a new one");
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
    let token = new_token(path)?;
    put(path, &token)?;
    Ok(token)
}

/// Puts a file of its owner in the place of another.
fn put(path: &Path, secret: &SecretString) -> Result<(), SecretError> {
    let draft = write_draft(path, secret)?;
    fs::rename(&draft, path)
        .and_then(|()| file::keep_name(path))
        .map_err(|error| file::problem(path, &error))
}

/// Writes a new token to a file of its own beside `path`.
fn draft(path: &Path) -> Result<(SecretString, PathBuf), SecretError> {
    let token = new_token(path)?;
    let draft = write_draft(path, &token)?;
    Ok((token, draft))
}

fn new_token(path: &Path) -> Result<SecretString, SecretError> {
    let mut bytes = Zeroizing::new([0_u8; TOKEN_BYTES]);
    getrandom::fill(bytes.as_mut())
        .map_err(|error| file::problem(path, &io::Error::other(error)))?;
    Ok(SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

fn write_draft(path: &Path, secret: &SecretString) -> Result<PathBuf, SecretError> {
    let mut suffix = [0_u8; 8];
    getrandom::fill(&mut suffix).map_err(|error| file::problem(path, &io::Error::other(error)))?;
    let draft = path.with_extension(format!("token-{:016x}", u64::from_le_bytes(suffix)));
    let written = file::create_owner_only(&draft).and_then(|mut file| {
        file.write_all(secret.expose_secret().as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| file::problem(&draft, &error))?;
    Ok(draft)
}
