//! Decisions that wait for a person. The first answer wins; silence means no.

use nexus_domain::Timestamp;
use nexus_domain::id::{PermissionId, SessionKey, TurnId};
use nexus_domain::permission::{PermissionRequest, PermissionStatus};
use nexus_domain::principal::Principal;
use rusqlite::{Connection, Row, params};

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE permission_requests (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    request_id   TEXT NOT NULL REFERENCES requests (id),
    turn_id      TEXT NOT NULL REFERENCES turns (id),
    tool_call_id TEXT NOT NULL,
    session_key  TEXT NOT NULL,
    agent_id     TEXT NOT NULL,
    chain        TEXT NOT NULL,
    action       TEXT NOT NULL,
    reason       TEXT NOT NULL,
    status       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    resolved_by  TEXT,
    resolved_at  INTEGER,
    comment      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX permission_requests_due ON permission_requests (expires_at)
    WHERE status = 'pending';
CREATE INDEX permission_requests_pending ON permission_requests (id) WHERE status = 'pending';
CREATE INDEX permission_requests_session ON permission_requests (session_key, id);
CREATE INDEX permission_requests_turn ON permission_requests (turn_id, tool_call_id, id);
";

/// Which permission requests a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionFilter {
    /// Only those that nobody has decided.
    pub pending_only: bool,
    /// Only those of this session.
    pub session: Option<SessionKey>,
    /// Only those before this one.
    pub before: Option<PermissionId>,
}

/// Reads permission requests.
pub struct Permissions<'a>(pub(crate) &'a Connection);

impl Permissions<'_> {
    /// A permission request.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, id: PermissionId) -> Result<Option<PermissionRequest>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM permission_requests WHERE id = ?1",
            [id.to_string()],
            read,
        )
    }

    /// The permission request that a person named: by id, by the beginning of an id, or `@last`:
    /// the latest that waits, else the latest of all.
    ///
    /// # Errors
    /// `NotFound`, or `Invalid` with the candidates when several begin so.
    pub fn find(&self, name: &str) -> Result<PermissionId, LedgerError> {
        if name == "@last" {
            let pending = "SELECT id FROM permission_requests WHERE status = 'pending'
                           ORDER BY id DESC LIMIT 1";
            let any = "SELECT id FROM permission_requests ORDER BY id DESC LIMIT 1";
            for statement in [pending, any] {
                if let Some(id) = sql::first(self.0, statement, (), |row| sql::text(row, "id"))? {
                    return Ok(id);
                }
            }
            return Err(LedgerError::not_found("permission request", name));
        }
        let id = sql::find_id(
            self.0,
            "permission request",
            "SELECT id FROM permission_requests WHERE id >= ?1 AND id < ?2
             ORDER BY id DESC LIMIT 6",
            name,
        )?;
        Ok(PermissionId::parse(&id)?)
    }

    /// A page of permission requests, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list(
        &self,
        filter: &PermissionFilter,
        limit: u32,
    ) -> Result<Vec<PermissionRequest>, LedgerError> {
        let before = filter.before.map_or_else(|| "~".to_owned(), |id| id.to_string());
        let limit = sql::limit(limit);
        match (&filter.session, filter.pending_only) {
            (None, false) => sql::all(
                self.0,
                "SELECT * FROM permission_requests WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                (before, limit),
                read,
            ),
            (None, true) => sql::all(
                self.0,
                "SELECT * FROM permission_requests WHERE status = 'pending' AND id < ?1
                 ORDER BY id DESC LIMIT ?2",
                (before, limit),
                read,
            ),
            (Some(session), false) => sql::all(
                self.0,
                "SELECT * FROM permission_requests WHERE session_key = ?1 AND id < ?2
                 ORDER BY id DESC LIMIT ?3",
                (session.as_str(), before, limit),
                read,
            ),
            (Some(session), true) => sql::all(
                self.0,
                "SELECT * FROM permission_requests
                 WHERE session_key = ?1 AND status = 'pending' AND id < ?2
                 ORDER BY id DESC LIMIT ?3",
                (session.as_str(), before, limit),
                read,
            ),
        }
    }

    /// The latest permission request of a tool call.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn for_call(
        &self,
        turn: TurnId,
        tool_call_id: &str,
    ) -> Result<Option<PermissionRequest>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM permission_requests WHERE turn_id = ?1 AND tool_call_id = ?2
             ORDER BY id DESC LIMIT 1",
            (turn.to_string(), tool_call_id),
            read,
        )
    }

    /// The permission requests of a turn, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_turn(&self, turn: TurnId) -> Result<Vec<PermissionRequest>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM permission_requests WHERE turn_id = ?1 ORDER BY id",
            [turn.to_string()],
            read,
        )
    }

    /// Those that nobody decided in time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn due(&self, at: Timestamp) -> Result<Vec<PermissionId>, LedgerError> {
        sql::all(
            self.0,
            "SELECT id FROM permission_requests WHERE status = 'pending' AND expires_at <= ?1
             ORDER BY expires_at, id",
            [at.0],
            |row| sql::text(row, "id"),
        )
    }

    /// When the next one runs out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        sql::first(
            self.0,
            "SELECT expires_at FROM permission_requests WHERE status = 'pending'
             ORDER BY expires_at LIMIT 1",
            (),
            |row| sql::at(row, "expires_at"),
        )
    }
}

fn read(row: &Row<'_>) -> Result<PermissionRequest, LedgerError> {
    Ok(PermissionRequest {
        id: sql::text(row, "id")?,
        kind: sql::text(row, "kind")?,
        request_id: sql::text(row, "request_id")?,
        turn_id: sql::text(row, "turn_id")?,
        tool_call_id: row.get("tool_call_id")?,
        session_key: sql::text(row, "session_key")?,
        agent_id: sql::text(row, "agent_id")?,
        chain: sql::json(row, "chain")?,
        action: sql::json(row, "action")?,
        reason: row.get("reason")?,
        status: sql::text(row, "status")?,
        created_at: sql::at(row, "created_at")?,
        expires_at: sql::at(row, "expires_at")?,
        resolved_by: sql::json_opt(row, "resolved_by")?,
        resolved_at: sql::at_opt(row, "resolved_at")?,
        comment: row.get("comment")?,
    })
}

/// Records permission requests.
pub struct PermissionsMut<'a>(pub(crate) Permissions<'a>);

impl PermissionsMut<'_> {
    /// Records a new permission request.
    ///
    /// # Errors
    /// `Conflict` when the id is taken; `Invalid` when its request or turn is not recorded.
    pub fn create(&self, permission: &PermissionRequest) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO permission_requests (id, kind, request_id, turn_id, tool_call_id,
                 session_key, agent_id, chain, action, reason, status, created_at, expires_at,
                 resolved_by, resolved_at, comment)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                permission.id.to_string(),
                sql::word(&permission.kind)?,
                permission.request_id.to_string(),
                permission.turn_id.to_string(),
                permission.tool_call_id,
                permission.session_key.as_str(),
                permission.agent_id.as_str(),
                serde_json::to_string(&permission.chain)?,
                serde_json::to_string(&permission.action)?,
                permission.reason,
                sql::word(&permission.status)?,
                permission.created_at.0,
                permission.expires_at.0,
                permission.resolved_by.as_ref().map(serde_json::to_string).transpose()?,
                permission.resolved_at.map(|at| at.0),
                permission.comment,
            ],
        )?;
        Ok(())
    }

    /// Decides a permission request and gives it back as decided.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it was decided before, or when somebody answers after it ran
    /// out; `Invalid` when the new status is no decision.
    pub fn resolve(
        &self,
        id: PermissionId,
        status: PermissionStatus,
        by: Option<Principal>,
        at: Timestamp,
        comment: Option<String>,
    ) -> Result<PermissionRequest, LedgerError> {
        let found = self.0.get(id)?;
        let found = found.ok_or_else(|| LedgerError::not_found("permission request", id))?;
        refuse_resolution(&found, status, at)?;
        sql::run(
            self.0.0,
            "UPDATE permission_requests
             SET status = ?2, resolved_by = ?3, resolved_at = ?4, comment = ?5
             WHERE id = ?1 AND status = 'pending'",
            (
                id.to_string(),
                sql::word(&status)?,
                by.as_ref().map(serde_json::to_string).transpose()?,
                at.0,
                &comment,
            ),
        )?;
        Ok(PermissionRequest { status, resolved_by: by, resolved_at: Some(at), comment, ..found })
    }
}

fn refuse_resolution(
    found: &PermissionRequest,
    status: PermissionStatus,
    at: Timestamp,
) -> Result<(), LedgerError> {
    if status == PermissionStatus::Pending {
        return Err(LedgerError::Invalid("`pending` is no decision".to_owned()));
    }
    if found.status != PermissionStatus::Pending {
        let by = found.resolved_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let when = found.resolved_at.map(|at| format!(" at {}", readable(at)));
        return Err(LedgerError::conflict(format!(
            "the permission request was already {}{by}{}",
            sql::word(&found.status)?,
            when.unwrap_or_default()
        )));
    }
    let is_answer = matches!(status, PermissionStatus::Approved | PermissionStatus::Denied);
    if is_answer && at >= found.expires_at {
        return Err(LedgerError::conflict(format!(
            "the permission request ran out at {}; silence means no",
            readable(found.expires_at)
        )));
    }
    Ok(())
}

fn readable(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| format!("{} ms", at.0), |at| format!("{at:.0}"))
}
