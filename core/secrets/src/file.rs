//! Credentials in files that only their owner can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use secrecy::SecretString;
use secrecy::zeroize::{Zeroize, Zeroizing};

use crate::error::SecretError;

/// Largest credential file, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Who else may be able to read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Nobody.
    Owner,
    /// Its group.
    Group,
}

/// Reads a credential and drops white space around it, such as an editor's last newline.
pub(crate) fn read(path: &Path, readers: Readers) -> Result<SecretString, SecretError> {
    let mut file = File::open(path).map_err(|error| problem(path, &error))?;
    // The opened file is looked at, not the path, which may name another one a moment later.
    check_readers(&file, path, readers)?;
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
fn check_readers(file: &File, path: &Path, readers: Readers) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().map_err(|error| problem(path, &error))?;
    if !metadata.is_file() {
        return Err(SecretError::File { path: path.to_owned(), problem: "is not a file".into() });
    }
    let mode = metadata.permissions().mode() & 0o777;
    let forbidden = if readers == Readers::Owner { 0o077 } else { 0o037 };
    if mode & forbidden != 0 {
        return Err(SecretError::Exposed { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Windows has no mode bits; files below a user's profile are private by inheritance.
#[cfg(not(unix))]
fn check_readers(_file: &File, _path: &Path, _readers: Readers) -> Result<(), SecretError> {
    Ok(())
}

/// Writes a file whole or not at all, readable by its owner only.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), SecretError> {
    let mut suffix = [0_u8; 8];
    getrandom::fill(&mut suffix).map_err(|error| problem(path, &io::Error::other(error)))?;
    let draft = path.with_extension(format!("draft-{:016x}", u64::from_le_bytes(suffix)));
    let written = create_owner_only(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    });
    written.map_err(|error| {
        // The draft is of no use to anybody; an error here would hide the one that matters.
        let _ = std::fs::remove_file(&draft);
        problem(path, &error)
    })?;
    sync_folder(path).map_err(|error| problem(path, &error))
}

/// Makes a rename survive a power cut.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Folders cannot be opened there; the file system journals renames.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
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
