//! Pictures beside the ledger: files named by the SHA-256 of their bytes. What comes twice is kept
//! once, and what was changed on disk is not taken for what it was.

mod upload;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use nexus_agent::provider::Pictures;
use nexus_domain::message::Message;
use nexus_domain::{Failure, Timestamp};
use nexus_ledger::put_in_place;
use sha2::{Digest as _, Sha256};

pub use upload::Piece;

/// How long a picture is kept that was not handed in again, in milliseconds: 30 days. A
/// conversation that shows it later says that it is no longer kept.
const KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// Digits of a digest.
const DIGEST_CHARS: usize = 64;

/// How long a file is kept of which only a part has come, in milliseconds: a day.
const PART_KEPT_MS: u64 = 24 * 60 * 60 * 1000;
/// The kinds of pictures that models take, and how their files begin.
pub const PICTURES: [(&str, &[u8]); 4] = [
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/gif", b"GIF8"),
    ("image/webp", b"RIFF"),
];

/// Whether some bytes are a picture of the kind that they are said to be.
#[must_use]
pub fn is_picture(content_type: &str, bytes: &[u8]) -> bool {
    PICTURES.iter().any(|(kind, begin)| *kind == content_type && bytes.starts_with(begin))
}

/// Whether a text can name a file here.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    text.len() == DIGEST_CHARS && text.bytes().all(is_hex)
}

/// The folder of pictures.
#[derive(Clone, Debug)]
pub struct Blobs {
    dir: PathBuf,
    /// Held while a piece of a file is put in its place.
    uploads: Arc<Mutex<()>>,
}

impl Blobs {
    /// The folder below the state of a home. Made with the first file.
    #[must_use]
    pub fn new(state: &Path) -> Self {
        Self { dir: state.join("blobs"), uploads: Arc::default() }
    }

    /// Keeps some bytes from an instant on, and gives their digest.
    ///
    /// # Errors
    /// `Unavailable` when they cannot be written; then nothing is kept.
    pub async fn put(&self, bytes: Vec<u8>, now: Timestamp) -> Result<String, Failure> {
        let dir = self.dir.clone();
        apart(move || {
            let digest = hex::encode(Sha256::digest(&bytes));
            let path = dir.join(&digest);
            let kept = match File::options().write(true).open(&path) {
                Ok(file) => file.set_modified(instant(now)),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    write(&dir, &path, &bytes, now)
                }
                Err(error) => Err(error),
            };
            kept.map(|()| digest).map_err(|error| {
                Failure::unavailable(format!("{} cannot be written: {error}", path.display()))
                    .hint("see whether the disk is full: nexus doctor")
            })
        })
        .await
    }

    /// One file, if it is still kept.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be read, or is not what was put there.
    pub async fn bytes(&self, digest: &str) -> Result<Option<Vec<u8>>, Failure> {
        let (dir, digest) = (self.dir.clone(), digest.to_owned());
        apart(move || read(&dir, &digest)).await
    }

    /// The pictures of some messages, as far as they are still kept.
    ///
    /// # Errors
    /// `Unavailable` when one cannot be read, or is not what was put there.
    pub async fn pictures(&self, messages: &[Message]) -> Result<Pictures, Failure> {
        let mut digests: Vec<_> =
            messages.iter().flat_map(Message::images).map(|image| image.blob.clone()).collect();
        digests.sort();
        digests.dedup();
        if digests.is_empty() {
            return Ok(Pictures::default());
        }
        let dir = self.dir.clone();
        apart(move || {
            let mut found = HashMap::new();
            for digest in digests {
                if let Some(bytes) = read(&dir, &digest)? {
                    found.insert(digest, bytes);
                }
            }
            Ok(Pictures::new(found))
        })
        .await
    }

    /// Removes what was not put here for long enough. Says how many files.
    ///
    /// # Errors
    /// `Internal` when the sweep breaks down.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, Failure> {
        let dir = self.dir.clone();
        let before = move |ms| instant(now).checked_sub(Duration::from_millis(ms));
        apart(move || {
            let mut n_removed = 0;
            for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
                let put_at = entry.metadata().and_then(|facts| facts.modified()).ok();
                let is_part = upload::is_part(&entry.path());
                let oldest = before(if is_part { PART_KEPT_MS } else { KEPT_MS });
                let is_old = put_at.zip(oldest).is_some_and(|(at, oldest)| at < oldest);
                if is_old && fs::remove_file(entry.path()).is_ok() {
                    n_removed += 1;
                }
            }
            Ok(n_removed)
        })
        .await
    }
}

fn instant(now: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or_default())
}

fn write(dir: &Path, path: &Path, bytes: &[u8], now: Timestamp) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    // Whoever writes the same at the same time has a draft of its own.
    static N_DRAFTS: AtomicU64 = AtomicU64::new(0);
    let draft = path.with_extension(N_DRAFTS.fetch_add(1, Ordering::Relaxed).to_string());
    let written = File::create(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.set_modified(instant(now))?;
        file.sync_data()?;
        put_in_place(&draft, path)
    });
    if written.is_err() {
        // What is left of it would be swept in time.
        let _ = fs::remove_file(&draft);
    }
    written
}

fn read(dir: &Path, digest: &str) -> Result<Option<Vec<u8>>, Failure> {
    if !is_digest(digest) {
        return Ok(None);
    }
    let path = dir.join(digest);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::unavailable(format!(
                "{} cannot be read: {error}",
                path.display()
            )));
        }
    };
    if hex::encode(Sha256::digest(&bytes)) != digest {
        let what = format!("{} was changed on disk", path.display());
        return Err(Failure::unavailable(what).hint("restore it from a backup, or remove it"));
    }
    Ok(Some(bytes))
}

/// Files are read and written on a thread that may wait.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::internal)?
}

#[cfg(test)]
mod tests {
    use nexus_domain::id::{MessageId, TurnId};
    use nexus_domain::message::{Image, Part, Role};

    use super::*;

    fn showing(blob: &str) -> Vec<Message> {
        let image = Image { content_type: "image/png".into(), blob: blob.into() };
        vec![Message {
            id: MessageId::from_parts(Timestamp(0), 1),
            turn_id: TurnId::from_parts(Timestamp(0), 1),
            request_id: None,
            role: Role::User,
            parts: vec![Part::Image(image)],
            created_at: Timestamp(0),
        }]
    }

    #[tokio::test]
    async fn pictures_are_kept_once_checked_and_swept() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(dir.path());
        let now = Timestamp(1_700_000_000_000);
        let digest = blobs.put(b"dots".to_vec(), now).await.unwrap();
        assert_eq!(blobs.put(b"dots".to_vec(), now).await.unwrap(), digest);
        assert_eq!(fs::read_dir(dir.path().join("blobs")).unwrap().count(), 1);
        assert!(!format!("{:?}", blobs.pictures(&showing(&digest)).await.unwrap()).contains("{}"));
        let elsewhere = blobs.pictures(&showing("../nexus.db")).await.unwrap();
        assert!(format!("{elsewhere:?}").contains("{}"), "only digests name pictures");
        assert_eq!(blobs.sweep(now.plus_ms(KEPT_MS)).await.unwrap(), 0);
        fs::write(dir.path().join("blobs").join(&digest), b"other").unwrap();
        assert!(blobs.pictures(&showing(&digest)).await.is_err(), "it was changed");
        assert_eq!(blobs.sweep(Timestamp(i64::MAX)).await.unwrap(), 1);
    }
}
