//! What does not fit into a line: files that an adapter puts into its spool folder. The folder is
//! the adapter's to write, so nothing in it is trusted: no links are followed, no other kind of
//! file is opened, and what is read is counted.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use nexus_domain::brief::Brief;
use nexus_domain::failure::Failure;
use nexus_protocol::caller::{SPOOL, SPOOL_FILE_BYTES_MAX};
use nexus_supervisor::Origin;

use crate::blob::PICTURES;
use crate::context::Context;

/// Most pictures of a brief.
const PICTURES_MAX: usize = 64;
/// Longest name of a file, in bytes.
const NAME_BYTES_MAX: usize = 128;

/// The brief of a submission, checked, with its pictures kept beside the ledger.
pub(super) async fn brief(
    context: &Context,
    origin: &Origin,
    (inline, file): (Option<Brief>, Option<String>),
    is_alone: bool,
) -> Result<Option<Brief>, Failure> {
    let home = origin.adapter.split('/').next().unwrap_or_default();
    let dir = context.home.adapters().join(home).join(SPOOL);
    let mut brief = match (inline, file) {
        (None, None) => return Ok(None),
        (Some(brief), None) => brief,
        (None, Some(name)) => {
            let bytes = read(&dir, &name).await?;
            serde_json::from_slice(&bytes)
                .map_err(|error| Failure::invalid(format!("the brief cannot be read: {error}")))?
        }
        (Some(_), Some(_)) => {
            return Err(Failure::invalid("`brief` and `brief_file` are one too many"));
        }
    };
    brief.check(is_alone)?;
    let mut pictures: Vec<_> = brief.images_mut().collect();
    if pictures.len() > PICTURES_MAX {
        return Err(Failure::invalid(format!(
            "{} pictures came along; at most {PICTURES_MAX} are taken",
            pictures.len()
        )));
    }
    let now = context.clock.now();
    for picture in &mut pictures {
        if !PICTURES.iter().any(|(kind, _)| *kind == picture.content_type) {
            return Err(Failure::invalid(format!(
                "a picture is `{}`; taken are {}",
                picture.content_type.escape_debug(),
                PICTURES.map(|(kind, _)| kind).join(", ")
            )));
        }
        let bytes = read(&dir, &picture.blob).await?;
        picture.blob = context.blobs.put(bytes, now).await?;
    }
    Ok(Some(brief))
}

async fn read(dir: &Path, name: &str) -> Result<Vec<u8>, Failure> {
    let is_plain = !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if !is_plain {
        return Err(Failure::invalid(format!(
            "`{}` is no name in the spool folder: letters, digits, `.`, `_`, `-`",
            name.escape_debug()
        )));
    }
    let (dir, name) = (dir.to_owned(), name.to_owned());
    let read = tokio::task::spawn_blocking(move || read_now(&dir, &name));
    read.await.map_err(Failure::internal)?
}

fn read_now(dir: &Path, name: &str) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |error| Failure::invalid(format!("the file `{name}` of the spool cannot be read: {error}"));
    let file = open(dir, name).map_err(unreadable)?;
    let facts = file.metadata().map_err(unreadable)?;
    if !facts.is_file() {
        return Err(Failure::invalid(format!("`{name}` of the spool is no plain file")));
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(SPOOL_FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > SPOOL_FILE_BYTES_MAX {
        return Err(Failure::invalid(format!(
            "`{name}` of the spool is too large; at most {} MiB are taken",
            SPOOL_FILE_BYTES_MAX / 1024 / 1024
        )));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn open(dir: &Path, name: &str) -> std::io::Result<File> {
    use rustix::fs::{Mode, OFlags, open, openat};

    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = open(dir, flags | OFlags::DIRECTORY, Mode::empty())?;
    // Opening a pipe would wait for its writer.
    Ok(File::from(openat(folder, name, flags | OFlags::NONBLOCK, Mode::empty())?))
}

#[cfg(not(unix))]
fn open(dir: &Path, name: &str) -> std::io::Result<File> {
    let path = dir.join(name);
    let is_link = |path: &Path| path.symlink_metadata().is_ok_and(|facts| facts.is_symlink());
    if is_link(dir) || is_link(&path) {
        return Err(std::io::Error::other("it is a link"));
    }
    File::open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[tokio::test]
    async fn nothing_but_plain_files_of_the_folder_is_read() {
        let home = tempfile::tempdir().unwrap();
        let spool = home.path().join(SPOOL);
        std::fs::create_dir(&spool).unwrap();
        std::fs::write(home.path().join("secret"), "s").unwrap();
        std::fs::write(spool.join("fine.json"), "{}").unwrap();
        assert_eq!(read(&spool, "fine.json").await.unwrap(), b"{}");
        symlink(home.path().join("secret"), spool.join("link")).unwrap();
        std::fs::create_dir(spool.join("folder")).unwrap();
        for name in ["../secret", "/etc/passwd", ".hidden", "", "link", "folder", "missing"] {
            let failure = read(&spool, name).await.unwrap_err();
            assert!(!failure.message.is_empty(), "{name} was read");
        }
        symlink(&spool, home.path().join("elsewhere")).unwrap();
        assert!(read(&home.path().join("elsewhere"), "fine.json").await.is_err());
    }
}
