//! Credentials in files that only their owner can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use secrecy::SecretString;
use secrecy::zeroize::{Zeroize, Zeroizing};

use crate::error::SecretError;

/// Largest credential file, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Reads a credential and drops white space around it, such as an editor's last newline.
pub(crate) fn read(path: &Path) -> Result<SecretString, SecretError> {
    let mut file = File::open(path).map_err(|error| problem(path, &error))?;
    // The opened file is looked at, not the path, which may name another one a moment later.
    check_owner_only(&file, path)?;
    let mut text = Zeroizing::new(String::new());
    let n_bytes = (&mut file)
        .take(FILE_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(|error| problem(path, &error))?;
    if n_bytes as u64 > FILE_BYTES_MAX {
        text.zeroize();
        return Err(SecretError::File {
            path: path.to_owned(),
            problem: format!("has more than {FILE_BYTES_MAX} bytes; that is no credential"),
        });
    }
    Ok(SecretString::from(text.trim()))
}

/// Says in words why a file could not be used.
pub(crate) fn problem(path: &Path, error: &io::Error) -> SecretError {
    let problem = match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read or written by this user".to_owned(),
        io::ErrorKind::InvalidData => "is not text".to_owned(),
        _ => format!("cannot be used: {error}"),
    };
    SecretError::File { path: path.to_owned(), problem }
}

#[cfg(unix)]
fn check_owner_only(file: &File, path: &Path) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().map_err(|error| problem(path, &error))?;
    if !metadata.is_file() {
        return Err(SecretError::File { path: path.to_owned(), problem: "is not a file".into() });
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretError::Exposed { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Windows has no mode bits; files below a user's profile are private by inheritance.
#[cfg(not(unix))]
fn check_owner_only(_file: &File, _path: &Path) -> Result<(), SecretError> {
    Ok(())
}

/// Creates a file that never, not for a moment, can be read by others.
pub(crate) fn create_owner_only(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the name of a file survive a power cut: it stands in the folder, not in the file.
#[cfg(unix)]
pub(crate) fn keep_name(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Folders cannot be opened like files there, and names are kept by the file system's own log.
#[cfg(not(unix))]
pub(crate) fn keep_name(_path: &Path) -> io::Result<()> {
    Ok(())
}
