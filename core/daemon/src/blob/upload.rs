//! Files that are handed in piece by piece. What is there of one lies beside the whole ones and is
//! named for what it will be, so that a page that lost its connection goes on where it was.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use nexus_domain::{Failure, Timestamp};
use nexus_ledger::put_in_place;
use nexus_protocol::blob::{BLOB_BYTES_MAX, PutResult};
use sha2::{Digest as _, Sha256};

use super::{Blobs, apart, instant, is_digest};

/// Ends the name of what is not whole yet.
pub(super) const PART: &str = "part";
/// Most files that are on their way at once.
const PARTS_MAX: usize = 16;
/// Most bytes of all files together; those that were not used for 30 days go first, by the sweep.
const TOTAL_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// One piece of a file.
pub struct Piece {
    /// SHA-256 of the whole file, lower-case hex.
    pub digest: String,
    /// Size of the whole file in bytes.
    pub size_bytes: u64,
    /// Where the piece begins.
    pub offset: u64,
    /// The piece; empty to ask how far the file has come.
    pub bytes: Vec<u8>,
}

impl Blobs {
    /// Takes a piece of a file. One that does not follow what is there changes nothing.
    ///
    /// # Errors
    /// `Invalid` when the file is not what its name says, or is larger than was said; then what was
    /// there of it is gone. `Unavailable` when too much is kept already, or the disk is full.
    pub async fn put_piece(&self, piece: Piece, now: Timestamp) -> Result<PutResult, Failure> {
        if !is_digest(&piece.digest) {
            return Err(Failure::invalid(
                "`digest` is not the SHA-256 of a file in lower-case hex",
            ));
        }
        if piece.size_bytes == 0 || piece.size_bytes > BLOB_BYTES_MAX {
            let mib = BLOB_BYTES_MAX / 1024 / 1024;
            return Err(Failure::invalid(format!("files of 1 byte to {mib} MiB are taken")));
        }
        let (dir, uploads) = (self.dir.clone(), self.uploads.clone());
        apart(move || {
            let _alone = uploads.lock().unwrap_or_else(PoisonError::into_inner);
            put(&dir, &piece, now)
        })
        .await
    }
}

fn put(dir: &Path, piece: &Piece, now: Timestamp) -> Result<PutResult, Failure> {
    let whole = dir.join(&piece.digest);
    let unwritable = |error| {
        Failure::unavailable(format!("{} cannot be written: {error}", whole.display()))
            .hint("see whether the disk is full: nexus doctor")
    };
    if let Ok(file) = File::options().write(true).open(&whole) {
        file.set_modified(instant(now)).map_err(unwritable)?;
        return Ok(PutResult { received_bytes: piece.size_bytes, is_whole: true });
    }
    let part = whole.with_extension(PART);
    let there = match fs::metadata(&part) {
        Ok(facts) => facts.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(unwritable(error)),
    };
    if piece.bytes.is_empty() || piece.offset != there {
        return Ok(PutResult { received_bytes: there, is_whole: false });
    }
    let received_bytes = there + piece.bytes.len() as u64;
    if received_bytes > piece.size_bytes {
        let _ = fs::remove_file(&part);
        return Err(Failure::invalid("the file is larger than was said"));
    }
    if there == 0 {
        fs::create_dir_all(dir).map_err(unwritable)?;
        make_room(dir, piece.size_bytes)?;
    }
    let mut file = File::options().create(true).append(true).open(&part).map_err(unwritable)?;
    file.write_all(&piece.bytes)
        .and_then(|()| file.set_modified(instant(now)))
        .map_err(unwritable)?;
    if received_bytes < piece.size_bytes {
        return Ok(PutResult { received_bytes, is_whole: false });
    }
    file.sync_data().map_err(unwritable)?;
    drop(file);
    if digest_of(&part).map_err(unwritable)? != piece.digest {
        let _ = fs::remove_file(&part);
        return Err(Failure::invalid("the file is not the one that its digest names")
            .hint("it may have changed while it was read; attach it again"));
    }
    put_in_place(&part, &whole).map_err(unwritable)?;
    Ok(PutResult { received_bytes, is_whole: true })
}

/// Refuses a file for which there is no room; nothing that is kept is thrown away for it.
fn make_room(dir: &Path, size_bytes: u64) -> Result<(), Failure> {
    let (mut n_parts, mut total_bytes) = (0, size_bytes);
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        n_parts += usize::from(is_part(&entry.path()));
        total_bytes += entry.metadata().map_or(0, |facts| facts.len());
    }
    if n_parts >= PARTS_MAX {
        return Err(Failure::unavailable(format!("{n_parts} other files are on their way"))
            .hint("wait until they are there; those that were given up are removed after a day"));
    }
    if total_bytes > TOTAL_BYTES_MAX {
        let gib = TOTAL_BYTES_MAX / 1024 / 1024 / 1024;
        return Err(Failure::unavailable(format!("{gib} GiB of files are kept already"))
            .hint(format!("remove old ones from {}", dir.display())));
    }
    Ok(())
}

pub(super) fn is_part(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == PART)
}

fn digest_of(path: &PathBuf) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BLOB_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(hex::encode(Sha256::digest(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(bytes: &[u8], offset: usize, end: usize) -> Piece {
        Piece {
            digest: hex::encode(Sha256::digest(bytes)),
            size_bytes: bytes.len() as u64,
            offset: offset as u64,
            bytes: bytes[offset..end].to_vec(),
        }
    }

    #[tokio::test]
    async fn a_file_comes_in_pieces_and_goes_on_where_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(dir.path());
        let (bytes, now) = (b"one two three", Timestamp(1_700_000_000_000));
        let put = |offset, end| blobs.put_piece(piece(bytes, offset, end), now);
        assert_eq!(put(0, 0).await.unwrap().received_bytes, 0);
        assert_eq!(put(0, 4).await.unwrap().received_bytes, 4);
        // The same once more, and one that leaves something out.
        assert_eq!(put(0, 4).await.unwrap().received_bytes, 4);
        assert_eq!(put(8, 13).await.unwrap().received_bytes, 4);
        assert!(put(4, 13).await.unwrap().is_whole);
        assert!(put(0, 4).await.unwrap().is_whole, "it is there already");
        let digest = piece(bytes, 0, 0).digest;
        assert_eq!(blobs.bytes(&digest).await.unwrap().unwrap(), bytes);
    }

    #[tokio::test]
    async fn what_is_not_what_its_name_says_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(dir.path());
        let now = Timestamp(1_700_000_000_000);
        let other = Piece { bytes: b"four".to_vec(), ..piece(b"five", 0, 4) };
        assert!(blobs.put_piece(other, now).await.is_err());
        let longer = Piece { bytes: b"five six".to_vec(), ..piece(b"five", 0, 4) };
        assert!(blobs.put_piece(longer, now).await.is_err());
        let escaping = Piece { digest: format!("../{}", "a".repeat(61)), ..piece(b"x", 0, 1) };
        assert!(blobs.put_piece(escaping, now).await.is_err());
        let huge = Piece { size_bytes: BLOB_BYTES_MAX + 1, ..piece(b"x", 0, 1) };
        assert!(blobs.put_piece(huge, now).await.is_err());
        assert_eq!(fs::read_dir(dir.path().join("blobs")).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn no_more_files_are_begun_than_there_is_room_for() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(dir.path());
        let now = Timestamp(1_700_000_000_000);
        for n in 0..PARTS_MAX {
            let bytes = [b"begun ".as_slice(), &[u8::try_from(n).unwrap()]].concat();
            blobs.put_piece(piece(&bytes, 0, 3), now).await.unwrap();
        }
        assert!(blobs.put_piece(piece(b"one too many", 0, 3), now).await.is_err());
        assert_eq!(blobs.sweep(Timestamp(now.0 + 2 * 24 * 60 * 60 * 1000)).await.unwrap(), 16);
        blobs.put_piece(piece(b"one too many", 0, 3), now).await.unwrap();
    }
}
