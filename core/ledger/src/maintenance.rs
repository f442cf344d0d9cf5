//! Work on the file itself: check, backup, compact. None of it needs a running daemon; check and
//! backup do not disturb one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use crate::audit::Audit;
use crate::audit::evidence::AuditEvidence;
use crate::audit::verify::{AuditBreak, AuditSummary};
use crate::error::LedgerError;
use crate::file;
use crate::schema::{self, SCHEMA_VERSION};

/// Most findings of one kind in a report.
const FINDINGS_MAX: usize = 100;
/// How long to wait for another program that holds the file, in milliseconds.
const BUSY_MS_MAX: u64 = 2_000;
/// Pages copied at once by a backup.
const BACKUP_PAGES: i32 = 1_024;
/// Most tries to copy a piece while the file is busy.
const BACKUP_TRIES_MAX: u32 = 100;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Whether nothing is wrong.
    pub is_ok: bool,
    /// The file.
    pub path: PathBuf,
    /// Its size without the log, in bytes.
    pub n_bytes: u64,
    /// The schema version in the file.
    pub schema_found: u64,
    /// The schema version of this program.
    pub schema_known: u64,
    /// Damage in the file's structure.
    pub integrity: Vec<String>,
    /// Rows that refer to something that is not there.
    pub foreign_keys: Vec<String>,
    /// The audit chain, when it is whole.
    pub audit: Option<AuditSummary>,
    /// The first row of the audit chain that does not fit.
    pub audit_break: Option<AuditBreak>,
}

/// What a backup made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackupReport {
    /// The copy.
    pub path: PathBuf,
    /// Its size, in bytes.
    pub n_bytes: u64,
    /// The check of the copy.
    pub check: CheckReport,
}

/// What compacting gained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CompactReport {
    /// The size before, log included, in bytes.
    pub n_bytes_before: u64,
    /// The size after, in bytes.
    pub n_bytes_after: u64,
}

/// Reads the whole file and reports what is wrong with it. Works beside a running daemon.
///
/// # Errors
/// `NotFound` when there is no file; `Corrupt` when it cannot even be opened.
pub fn check(path: &Path) -> Result<CheckReport, LedgerError> {
    // Before the snapshot: what is noted later is not in it.
    let evidence = AuditEvidence::beside(path)?;
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.execute_batch("BEGIN DEFERRED")?;
    schema::check(&conn)?;
    let integrity = integrity(&conn)?;
    let foreign_keys = foreign_keys(&conn)?;
    let (audit, audit_break) = match Audit(&conn).verify_by(&evidence)? {
        Ok(summary) => (Some(summary), None),
        Err(broken) => (None, Some(broken)),
    };
    let is_ok = integrity.is_empty() && foreign_keys.is_empty() && audit_break.is_none();
    Ok(CheckReport {
        is_ok,
        path: path.to_owned(),
        n_bytes: size(path),
        schema_found: schema::version(&conn)?,
        schema_known: SCHEMA_VERSION,
        integrity,
        foreign_keys,
        audit,
        audit_break,
    })
}

/// Recomputes the audit chain and holds it against this evidence; the inner result is the first
/// row that does not fit. Works beside a running daemon.
///
/// # Errors
/// `NotFound` when there is no file; `Corrupt` when it cannot even be opened.
pub fn verify_audit(
    path: &Path,
    evidence: &AuditEvidence,
) -> Result<Result<AuditSummary, AuditBreak>, LedgerError> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.execute_batch("BEGIN DEFERRED")?;
    schema::check(&conn)?;
    Audit(&conn).verify_by(evidence)
}

/// Copies the ledger into a new file and checks the copy. Works beside a running daemon.
///
/// # Errors
/// `Conflict` when the target exists; `Corrupt` when the copy does not check out, which removes
/// it again.
pub fn backup(path: &Path, to: &Path) -> Result<BackupReport, LedgerError> {
    let from = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    schema::check(&from)?;
    if to.exists() {
        return Err(LedgerError::conflict(format!("{} exists already", to.display())));
    }
    file::create_private(to)?;
    let copied = copy(&from, to).and_then(|()| check(to)).and_then(|check| {
        if check.is_ok {
            return Ok(check);
        }
        let findings = check.integrity.len() + check.foreign_keys.len();
        Err(LedgerError::corrupt(format!(
            "the copy does not check out ({findings} findings{}); `nexus db check` lists them",
            if check.audit_break.is_some() { ", broken audit chain" } else { "" }
        )))
    });
    let copied = copied.and_then(|check| {
        file::keep_name(to).map_err(|error| LedgerError::io(to, &error))?;
        Ok(check)
    });
    match copied {
        Ok(check) => Ok(BackupReport { path: to.to_owned(), n_bytes: size(to), check }),
        Err(error) => {
            // A half copy must never pass for a backup.
            fs::remove_file(to).map_err(|error| LedgerError::io(to, &error))?;
            Err(error)
        }
    }
}

fn copy(from: &Connection, to: &Path) -> Result<(), LedgerError> {
    let mut target = Connection::open_with_flags(
        to,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    // One snapshot for the whole copy: a busy daemon cannot make it start over again and again.
    from.execute_batch("BEGIN DEFERRED; SELECT count(*) FROM sqlite_schema;")?;
    let backup = Backup::new(from, &mut target)?;
    let mut n_tries = 0;
    loop {
        match backup.step(BACKUP_PAGES)? {
            StepResult::Done => break,
            StepResult::More => n_tries = 0,
            _ if n_tries < BACKUP_TRIES_MAX => {
                n_tries += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            _ => return Err(LedgerError::Locked),
        }
    }
    drop(backup);
    // A backup is one file, without a log beside it.
    target.query_row("PRAGMA journal_mode = DELETE", (), |_| Ok(()))?;
    Ok(())
}

/// Rewrites the file without its gaps and tidies the full-text indices. Nobody else may use the
/// file meanwhile.
///
/// # Errors
/// `Locked` when somebody does; `DiskFull` when there is no room for a second copy, before
/// anything is changed.
pub fn compact(path: &Path) -> Result<CompactReport, LedgerError> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // In this mode the first access takes the file for this connection alone, or fails.
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    conn.execute_batch("BEGIN EXCLUSIVE; COMMIT;")?;
    schema::check(&conn)?;
    if let Some(damage) = integrity(&conn)?.first() {
        return Err(LedgerError::corrupt(damage.clone()));
    }
    let n_bytes_before = size(path) + size(&file::log_path(path));
    refuse_without_room(path, n_bytes_before)?;
    conn.execute_batch(
        "INSERT INTO arrivals_text (arrivals_text) VALUES ('optimize');
         INSERT INTO messages_text (messages_text) VALUES ('optimize');
         VACUUM;",
    )?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?;
    drop(conn);
    Ok(CompactReport { n_bytes_before, n_bytes_after: size(path) })
}

/// The rewritten file exists twice for a moment: beside the old one and in the log.
fn refuse_without_room(path: &Path, n_bytes: u64) -> Result<(), LedgerError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let free = fs4::available_space(folder).map_err(|error| LedgerError::io(folder, &error))?;
    if free < n_bytes.saturating_mul(2) {
        return Err(LedgerError::DiskFull);
    }
    Ok(())
}

fn open(path: &Path, access: OpenFlags) -> Result<Connection, LedgerError> {
    if !path.exists() {
        return Err(LedgerError::not_found("database", path.display()));
    }
    let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_millis(BUSY_MS_MAX))?;
    Ok(conn)
}

fn integrity(conn: &Connection) -> Result<Vec<String>, LedgerError> {
    let mut statement = conn.prepare(&format!("PRAGMA integrity_check({FINDINGS_MAX})"))?;
    let lines = statement.query_map((), |row| row.get::<_, String>(0))?;
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

fn foreign_keys(conn: &Connection) -> Result<Vec<String>, LedgerError> {
    let mut statement = conn.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query(())?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if found.len() == FINDINGS_MAX {
            break;
        }
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        found.push(format!("a row of `{table}` refers to a row of `{parent}` that is not there"));
    }
    Ok(found)
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}
