//! What can go wrong with the ledger, and how people are told.

use std::path::Path;
use std::sync::Arc;

use nexus_domain::Failure;
use rusqlite::{ErrorCode, ffi};

/// A failure of the ledger. Cheap to clone: one failed commit answers a whole group.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file was written by a newer Nexus.
    #[error("the database has schema version {found}, this program knows versions up to {known}")]
    NewerSchema {
        /// The version in the file.
        found: u64,
        /// The newest version this program knows.
        known: u64,
    },
    /// Somebody else holds the file.
    #[error("the database is locked by another program")]
    Locked,
    /// The file is damaged, or is no ledger at all.
    #[error("the database is damaged: {detail}")]
    Corrupt {
        /// What was found.
        detail: String,
    },
    /// There is no room for the change; nothing of it was kept.
    #[error("the disk is full")]
    DiskFull,
    /// The file cannot be reached: missing folder, missing rights, a broken disk.
    #[error("the database cannot be used: {detail}")]
    Unusable {
        /// What the system said.
        detail: String,
    },
    /// The thing named does not exist.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// Its name as asked for.
        id: String,
    },
    /// The thing is no longer in the state that the change needs.
    #[error("{message}")]
    Conflict {
        /// What stands against it.
        message: String,
    },
    /// The input cannot be recorded.
    #[error("{0}")]
    Invalid(String),
    /// The caller's own decision inside a write; the write was rolled back.
    #[error("{0}")]
    Refused(Box<Failure>),
    /// The ledger was closed.
    #[error("the ledger is closed")]
    Closed,
    /// Somebody else owns the ledger by now; nothing of the change was kept.
    #[error("{by} has taken over (the lease of epoch {epoch} is over): nothing more is written")]
    Deposed {
        /// The epoch that is over.
        epoch: u64,
        /// Who owns it now.
        by: String,
    },
    /// The closure of a read or write panicked; nothing of it was kept.
    #[error("a ledger operation panicked: {message}")]
    Panicked {
        /// The panic's message.
        message: String,
    },
    /// SQLite failed in a way that is our fault or that of the machine.
    #[error("sqlite: {0}")]
    Sqlite(Arc<rusqlite::Error>),
    /// A record could not be written as JSON or read from it.
    #[error("json: {0}")]
    Json(Arc<serde_json::Error>),
}

impl LedgerError {
    pub(crate) fn corrupt(detail: impl Into<String>) -> Self {
        Self::Corrupt { detail: detail.into() }
    }

    /// The thing is no longer in the state that the change needs.
    #[must_use]
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict { message: message.into() }
    }

    /// The thing named does not exist.
    #[must_use]
    pub fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            _ => Self::Unusable { detail: format!("{}: {error}", path.display()) },
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Self::Sqlite(Arc::new(error));
        };
        let detail = || message.clone().unwrap_or_else(|| failure.to_string());
        match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked,
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                Self::Corrupt { detail: detail() }
            }
            ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::SystemIoFailure => Self::Unusable { detail: detail() },
            ErrorCode::ConstraintViolation => constraint(failure.extended_code, detail()),
            _ => Self::Sqlite(Arc::new(error)),
        }
    }
}

/// A constraint of the schema held back a change that the caller should not have asked for.
fn constraint(extended_code: i32, detail: String) -> LedgerError {
    match extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_TRIGGER => LedgerError::Conflict { message: detail },
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => LedgerError::Invalid(
            "the record refers to another one that is not recorded yet".to_owned(),
        ),
        _ => LedgerError::Invalid(detail),
    }
}

impl From<serde_json::Error> for LedgerError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(Arc::new(error))
    }
}

impl From<Failure> for LedgerError {
    fn from(failure: Failure) -> Self {
        Self::Refused(Box::new(failure))
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let text = error.to_string();
        match error {
            LedgerError::Refused(failure) => *failure,
            LedgerError::NotFound { .. } => Self::not_found(text),
            LedgerError::Conflict { .. } => Self::conflict(text),
            LedgerError::Invalid(_) => Self::invalid(text),
            LedgerError::NewerSchema { .. } => Self::conflict(text)
                .hint("install that newer Nexus again, or start from a backup made before it"),
            LedgerError::Locked => Self::unavailable(text).hint(
                "end the other program that uses state/nexus.db (nexus status shows a running \
                 daemon), then try again",
            ),
            LedgerError::DiskFull => Self::unavailable(
                "the disk is full; this change was not kept, everything before it is safe",
            )
            .hint("free some space; the daemon goes on by itself"),
            LedgerError::Unusable { .. } => Self::unavailable(text)
                .hint("check that the folder exists, belongs to you and is writable"),
            LedgerError::Deposed { .. } => Self::unavailable(text)
                .hint("this daemon ends itself; whoever took over answers: nexus status"),
            LedgerError::Closed => Self::unavailable("the daemon is stopping"),
            LedgerError::Corrupt { .. } => {
                let mut failure = Self::internal(&text)
                    .hint("run `nexus db check`; restore a backup if it finds damage");
                failure.message = text;
                failure
            }
            LedgerError::Panicked { .. } | LedgerError::Sqlite(_) | LedgerError::Json(_) => {
                Self::internal(text)
            }
        }
    }
}
