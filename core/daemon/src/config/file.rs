//! The file itself: read within bounds, and replaced in one step.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use nexus_domain::Failure;
use sha2::{Digest as _, Sha256};

use super::{CONFIG_BYTES_MAX, Finding};

/// Randomness in the name of a draft, in bytes.
const DRAFT_NAME_BYTES: usize = 6;

/// The text of a configuration, with the digest by which it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileText {
    /// The text.
    pub text: String,
    /// SHA-256 of it, in hex.
    pub hash: String,
}

impl FileText {
    /// Takes the digest of a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        let hash = hex::encode(Sha256::digest(text.as_bytes()));
        Self { text, hash }
    }
}

/// Reads a file; `None` when there is none. Only a regular file is read: whatever else stands
/// there could block, or never end.
///
/// # Errors
/// One finding that says why it cannot be used.
pub fn read(path: &Path) -> Result<Option<FileText>, Finding> {
    let finding = |text: String| Finding { line: None, text };
    let unreadable = |error: &dyn std::fmt::Display| {
        finding(format!("{} cannot be read: {error}", path.display()))
    };
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    };
    let meta = file.metadata().map_err(|error| unreadable(&error))?;
    if !meta.is_file() {
        let what = if meta.is_dir() { "a folder" } else { "no regular file" };
        return Err(finding(format!("{} is {what}; put the file back", path.display())));
    }
    let mut bytes = Vec::new();
    file.take(CONFIG_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > CONFIG_BYTES_MAX {
        let n_bytes = meta.len().max(bytes.len() as u64);
        return Err(finding(format!(
            "{} has {n_bytes} bytes; a configuration has at most {CONFIG_BYTES_MAX}",
            path.display()
        )));
    }
    let text = String::from_utf8(bytes).map_err(|_| unreadable(&"it is not text in UTF-8"))?;
    Ok(Some(FileText::new(text)))
}

/// A pipe in the file's place must not hold us up: without a writer, opening one would wait.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Puts new text in the place of a file, in one step, so that no reader ever sees half of it. The
/// file keeps its mode; a link stays a link, and what it points to is replaced.
///
/// # Errors
/// `Unavailable`, naming the file; then it is as it was.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mode = std::fs::metadata(&target).ok().map(|meta| meta.permissions());
    replace(&target, text, mode).map_err(|error| {
        Failure::unavailable(format!("{} could not be written: {error}", path.display()))
            .hint("check that the folder belongs to you and the disk has room")
    })
}

/// Puts text into a file that its owner alone reads, in one step.
///
/// # Errors
/// Those of the operating system; then the file is as it was.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    replace(path, text, None)
}

/// Without a mode to keep, the new file is for its owner alone.
fn replace(path: &Path, text: &str, mode: Option<std::fs::Permissions>) -> io::Result<()> {
    let mut name = [0_u8; DRAFT_NAME_BYTES];
    getrandom::fill(&mut name).map_err(io::Error::other)?;
    let stem = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let draft = Draft(path.with_file_name(format!(".{stem}.{}", hex::encode(name))));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&draft.0)?;
    file.write_all(text.as_bytes())?;
    if let Some(mode) = mode {
        file.set_permissions(mode)?;
    }
    file.sync_all()?;
    std::fs::rename(&draft.0, path)?;
    keep_name(path)
}

/// Makes the new name survive a power cut: it stands in the folder, not in the file.
fn keep_name(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// A file that is gone when nobody has moved it into place.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_said_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nexus.toml");
        assert_eq!(read(&path).unwrap(), None);
        std::fs::create_dir(&path).unwrap();
        assert!(read(&path).unwrap_err().text.contains("is a folder"));
        std::fs::remove_dir(&path).unwrap();
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(read(&path).unwrap_err().text.contains("UTF-8"));
        let huge = File::create(&path).unwrap();
        huge.set_len(CONFIG_BYTES_MAX * 1_000).unwrap();
        assert!(read(&path).unwrap_err().text.contains("1048576000 bytes"));
        #[cfg(unix)]
        {
            std::fs::remove_file(&path).unwrap();
            let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
            rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0)
                .unwrap();
            assert!(read(&path).unwrap_err().text.contains("no regular file"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_its_mode_and_a_link_stays_a_link() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, real) = (folder.path().join("nexus.toml"), folder.path().join("real.toml"));
        std::fs::write(&real, "a").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, &path).unwrap();
        write(&path, "b").unwrap();
        assert!(path.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "b");
        assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        let private = folder.path().join("private");
        write_private(&private, "c").unwrap();
        assert_eq!(private.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let names: Vec<_> = folder.path().read_dir().unwrap().collect();
        assert_eq!(names.len(), 3, "a draft was left behind: {names:?}");
    }
}
