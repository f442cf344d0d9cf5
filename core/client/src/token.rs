//! The control-plane token: what a client on this machine proves itself with.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where the token lies, below the home folder.
pub const TOKEN_FILE: &str = "state/control.token";
/// Longest token file that is read, in bytes.
const TOKEN_BYTES_MAX: u64 = 1_024;

/// A bearer token. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// Why there is no token to use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is no file: no daemon has ever run in this home.
    #[error("there is no control token at {}", .0.display())]
    Missing(PathBuf),
    /// Others may read it, so it proves nothing.
    #[error("the control token at {} can be read by others (mode {mode:03o})", .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It cannot be read, or holds no token.
    #[error("the control token at {} cannot be used: {why}", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl Token {
    /// Wraps a token that came from somewhere else than the file.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Reads the token of a home folder.
    ///
    /// # Errors
    /// When there is none, when others may read it, or when it is no token.
    pub fn read(home: &Path) -> Result<Self, TokenError> {
        Self::read_file(&home.join(TOKEN_FILE))
    }

    /// Reads a token from any file.
    ///
    /// # Errors
    /// When there is none, when others may read it, or when it is no token.
    pub fn read_file(path: &Path) -> Result<Self, TokenError> {
        let path = path.to_owned();
        let unusable = |why: String| TokenError::Unusable { path: path.clone(), why };
        let file = fs::File::open(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => TokenError::Missing(path.clone()),
            _ => unusable(e.to_string()),
        })?;
        // The mode is that of the open file, not of the path: nothing can change in between.
        if let Some(mode) = exposed_mode(&file) {
            return Err(TokenError::Exposed { path, mode });
        }
        let mut text = String::new();
        file.take(TOKEN_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(|e| unusable(e.to_string()))?;
        let token = text.trim();
        let is_token = !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic());
        if is_token {
            Ok(Self(token.to_owned()))
        } else {
            Err(unusable("it holds no token".into()))
        }
    }

    /// The token itself, for the wire only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(unix)]
fn exposed_mode(file: &fs::File) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Elsewhere the home folder's access list protects the file.
#[cfg(not(unix))]
fn exposed_mode(_: &fs::File) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home_with(text: &str) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("state")).unwrap();
        fs::write(home.path().join(TOKEN_FILE), text).unwrap();
        home
    }

    #[cfg(unix)]
    fn chmod(home: &tempfile::TempDir, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(home.path().join(TOKEN_FILE), permissions).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_token_others_can_read_is_refused() {
        let home = home_with("abc\n");
        chmod(&home, 0o644);
        assert!(matches!(Token::read(home.path()), Err(TokenError::Exposed { mode: 0o644, .. })));
        chmod(&home, 0o600);
        assert_eq!(Token::read(home.path()).unwrap().reveal(), "abc");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", "  \n", "two words", "naïve"] {
            let home = home_with(text);
            chmod(&home, 0o600);
            assert!(
                matches!(Token::read(home.path()), Err(TokenError::Unusable { .. })),
                "{text:?}"
            );
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(Token::read(empty.path()), Err(TokenError::Missing(_))));
    }

    #[test]
    fn a_token_is_never_printed() {
        assert_eq!(format!("{:?}", Token::new("geheim")), "Token(…)");
    }
}
