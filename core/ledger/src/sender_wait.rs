//! Messages that wait until a person has said whether their sender may write. A row is there from
//! the moment a message is put aside until its request goes on or ends; the messages of one sender
//! wait in order of arrival, and one of them is asked about.

use nexus_domain::id::{PermissionId, RequestId};
use rusqlite::{Connection, Row};

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE sender_waits (
    request_id    TEXT PRIMARY KEY REFERENCES requests (id),
    channel       TEXT NOT NULL,
    sender_id     TEXT NOT NULL,
    permission_id TEXT REFERENCES permission_requests (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sender_waits_sender ON sender_waits (channel, sender_id, request_id);
";

/// A message that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderWait {
    /// Its request.
    pub request_id: RequestId,
    /// The question about it, if it was asked about.
    pub permission_id: Option<PermissionId>,
    /// Whether that question is open.
    pub is_asked: bool,
}

/// Reads what waits.
pub struct SenderWaits<'a>(pub(crate) &'a Connection);

impl SenderWaits<'_> {
    /// The messages of a sender that wait, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(&self, channel: &str, sender_id: &str) -> Result<Vec<SenderWait>, LedgerError> {
        sql::all(
            self.0,
            "SELECT sender_waits.request_id, sender_waits.permission_id,
                 coalesce(permission_requests.status = 'pending', 0) AS is_asked
             FROM sender_waits
             LEFT JOIN permission_requests ON permission_requests.id = sender_waits.permission_id
             WHERE channel = ?1 AND sender_id = ?2 ORDER BY sender_waits.request_id",
            (channel, sender_id),
            read,
        )
    }

    /// How many senders are asked about.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn n_asked(&self) -> Result<usize, LedgerError> {
        let asked = sql::all(
            self.0,
            "SELECT sender_waits.request_id FROM sender_waits
             JOIN permission_requests ON permission_requests.id = sender_waits.permission_id
             WHERE permission_requests.status = 'pending'",
            (),
            |_| Ok(()),
        )?;
        Ok(asked.len())
    }
}

fn read(row: &Row<'_>) -> Result<SenderWait, LedgerError> {
    Ok(SenderWait {
        request_id: sql::text(row, "request_id")?,
        permission_id: sql::text_opt(row, "permission_id")?,
        is_asked: row.get("is_asked")?,
    })
}

/// Changes what waits.
pub struct SenderWaitsMut<'a>(pub(crate) SenderWaits<'a>);

impl SenderWaitsMut<'_> {
    /// Puts a message aside, or notes the question about one that was put aside before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn put(
        &self,
        request: RequestId,
        channel: &str,
        sender_id: &str,
        question: Option<PermissionId>,
    ) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO sender_waits (request_id, channel, sender_id, permission_id)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (request_id) DO UPDATE SET
                 permission_id = coalesce(excluded.permission_id, permission_id)",
            (request.to_string(), channel, sender_id, question.map(|id| id.to_string())),
        )?;
        Ok(())
    }

    /// A message waits no longer. Nothing happens when it did not.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn remove(&self, request: RequestId) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "DELETE FROM sender_waits WHERE request_id = ?1",
            [request.to_string()],
        )?;
        Ok(())
    }
}
