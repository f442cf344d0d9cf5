//! Opening the file: rights, pragmas, and the checks that come before any change.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::LedgerError;
use crate::ledger::Durability;
use crate::schema;

/// How long a connection waits for another program to let go of the file, in milliseconds.
const BUSY_MS_MAX: u64 = 5_000;
/// Prepared statements kept per connection; more than this crate has.
const STATEMENTS_MAX: usize = 160;
/// Size to which the write-ahead log is cut back after a checkpoint, in bytes.
const LOG_BYTES_KEPT: i64 = 16 * 1024 * 1024;
/// Page cache of the writer, in KiB.
const WRITER_CACHE_KIB: i64 = 4_096;
/// Page cache of each reader, in KiB.
const READER_CACHE_KIB: i64 = 2_048;

/// What tests set differently.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning {
    pub(crate) busy_ms_max: u64,
    /// Most pages of the file: a disk that is full at a known size.
    pub(crate) pages_max: Option<u32>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { busy_ms_max: BUSY_MS_MAX, pages_max: None }
    }
}

/// Opens the one connection that writes, creating and migrating the file.
pub(crate) fn open_writer(
    path: &Path,
    durability: Durability,
    tuning: Tuning,
) -> Result<Connection, LedgerError> {
    create_private(path)?;
    refuse_lost_file(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    prepare(&conn, tuning)?;
    schema::check(&conn)?;
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(LedgerError::Unusable {
            detail: format!("{}: no write-ahead log here (mode {mode})", path.display()),
        });
    }
    let synchronous = match durability {
        Durability::Power => "FULL",
        Durability::Process => "NORMAL",
    };
    conn.pragma_update(None, "synchronous", synchronous)?;
    conn.pragma_update(None, "journal_size_limit", LOG_BYTES_KEPT)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    schema::migrate(&mut conn)?;
    if let Some(pages_max) = tuning.pages_max {
        conn.query_row(&format!("PRAGMA max_page_count = {pages_max}"), (), |_| Ok(()))?;
    }
    Ok(conn)
}

/// Opens a connection that cannot write.
pub(crate) fn open_reader(path: &Path, tuning: Tuning) -> Result<Connection, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    prepare(&conn, tuning)?;
    conn.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(conn)
}

fn prepare(conn: &Connection, tuning: Tuning) -> Result<(), LedgerError> {
    conn.busy_timeout(Duration::from_millis(tuning.busy_ms_max))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}

/// Makes the file for its owner alone; SQLite gives the files beside it the same rights.
pub(crate) fn create_private(path: &Path) -> Result<(), LedgerError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(drop).map_err(|error| LedgerError::io(path, &error))
}

/// Puts a written and synced file in the place of another, whole or not at all, and makes that
/// survive a power cut.
///
/// # Errors
/// What the operating system says; then the other is still there, or the new one is.
pub fn put_in_place(draft: &Path, path: &Path) -> io::Result<()> {
    fs::rename(draft, path)?;
    keep_name(path)
}

/// Makes the name of a file survive a power cut: it stands in the folder, not in the file.
#[cfg(unix)]
pub(crate) fn keep_name(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Folders cannot be opened like files there, and names are kept by the file system's own log.
#[cfg(not(unix))]
pub(crate) fn keep_name(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// An empty file beside a log with content is a ledger that somebody emptied. SQLite would throw
/// the log away and begin anew; a person should decide that.
fn refuse_lost_file(path: &Path) -> Result<(), LedgerError> {
    let bytes = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    if bytes(path) == 0 && bytes(&log_path(path)) > 0 {
        return Err(LedgerError::corrupt(format!(
            "{} is empty, but its log is not",
            path.display()
        )));
    }
    Ok(())
}

/// The path of the write-ahead log.
pub(crate) fn log_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}
