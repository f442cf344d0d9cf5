//! Decisions that wait for a person. The first answer wins; silence means no.

use nexus_domain::Timestamp;
use nexus_domain::id::{GrantId, PermissionId, RequestId, SessionKey, TurnId};
use nexus_domain::permission::{
    AnswerSignature, PermissionAnswer, PermissionRequest, PermissionStatus,
};
use nexus_domain::principal::Principal;
use rusqlite::{Connection, Row, params};

use crate::error::LedgerError;
use crate::sql;

pub(crate) mod schema;

/// How a permission request ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// How it stands from now on.
    pub status: PermissionStatus,
    /// Who decided; `None` for the passing of time and the end of a run.
    pub by: Option<Principal>,
    /// When.
    pub at: Timestamp,
    /// What the person said.
    pub comment: Option<String>,
    /// The person's answer.
    pub answer: Option<PermissionAnswer>,
    /// The grant that a standing answer made.
    pub grant_id: Option<GrantId>,
    /// What the answering device signed.
    pub signature: Option<AnswerSignature>,
}

impl Ending {
    /// An end that nobody decided.
    #[must_use]
    pub fn unanswered(status: PermissionStatus, at: Timestamp) -> Self {
        let (by, comment, answer, grant_id, signature) = (None, None, None, None, None);
        Self { status, by, at, comment, answer, grant_id, signature }
    }
}

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

    /// The latest question about the sender of a request.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn about_sender(
        &self,
        request: RequestId,
    ) -> Result<Option<PermissionRequest>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM permission_requests WHERE request_id = ?1 AND kind = 'sender'
             ORDER BY id DESC LIMIT 1",
            [request.to_string()],
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
        turn_id: sql::text_opt(row, "turn_id")?,
        tool_call_id: row.get("tool_call_id")?,
        sender: sql::json_opt(row, "sender")?,
        session_key: sql::text(row, "session_key")?,
        agent_id: sql::text(row, "agent_id")?,
        chain: sql::json(row, "chain")?,
        action: sql::json(row, "action")?,
        reason: row.get("reason")?,
        status: sql::text(row, "status")?,
        created_at: sql::at(row, "created_at")?,
        proposals: sql::json(row, "proposals")?,
        expires_at: sql::at(row, "expires_at")?,
        seen_at: sql::at_opt(row, "seen_at")?,
        answer: sql::text_opt(row, "answer")?,
        resolved_by: sql::json_opt(row, "resolved_by")?,
        resolved_at: sql::at_opt(row, "resolved_at")?,
        comment: row.get("comment")?,
        grant_id: sql::text_opt(row, "grant_id")?,
        signature: sql::json_opt(row, "signature")?,
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
                 resolved_by, resolved_at, comment, proposals, seen_at, answer, grant_id, signature,
                 sender)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?20, ?21, ?22)",
            params![
                permission.id.to_string(),
                sql::word(&permission.kind)?,
                permission.request_id.to_string(),
                permission.turn_id.map(|id| id.to_string()),
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
                serde_json::to_string(&permission.proposals)?,
                permission.seen_at.map(|at| at.0),
                permission.answer.as_ref().map(sql::word).transpose()?,
                permission.grant_id.map(|id| id.to_string()),
                permission.signature.as_ref().map(serde_json::to_string).transpose()?,
                permission.sender.as_ref().map(serde_json::to_string).transpose()?,
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
        ending: Ending,
    ) -> Result<PermissionRequest, LedgerError> {
        let found = self.0.get(id)?;
        let found = found.ok_or_else(|| LedgerError::not_found("permission request", id))?;
        let Ending { status, by, at, comment, answer, grant_id, signature } = ending;
        check_open(&found, status, at)?;
        sql::run(
            self.0.0,
            "UPDATE permission_requests
             SET status = ?2, resolved_by = ?3, resolved_at = ?4, comment = ?5, answer = ?6,
                 grant_id = ?7, signature = ?8
             WHERE id = ?1 AND status = 'pending'",
            (
                id.to_string(),
                sql::word(&status)?,
                by.as_ref().map(serde_json::to_string).transpose()?,
                at.0,
                &comment,
                answer.as_ref().map(sql::word).transpose()?,
                grant_id.map(|id| id.to_string()),
                signature.as_ref().map(serde_json::to_string).transpose()?,
            ),
        )?;
        let resolved_at = Some(at);
        let resolved = PermissionRequest { status, resolved_by: by, resolved_at, ..found };
        Ok(PermissionRequest { comment, answer, grant_id, signature, ..resolved })
    }

    /// Notes that a person was shown an open permission request, the first time only, and when
    /// silence becomes no from then on. Never later than the request may be open at most.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is no longer open.
    pub fn seen(
        &self,
        id: PermissionId,
        at: Timestamp,
        answer_ms: u64,
    ) -> Result<PermissionRequest, LedgerError> {
        let found = self.open(id, at)?;
        if found.seen_at.is_some() {
            return Ok(found);
        }
        self.set_clock(PermissionRequest { seen_at: Some(at), ..found }, at.plus_ms(answer_ms))
    }

    /// Gives an open permission request more time from now on; never less than it has, and never
    /// more than it may be open at most.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is no longer open.
    pub fn extend(
        &self,
        id: PermissionId,
        at: Timestamp,
        answer_ms: u64,
    ) -> Result<PermissionRequest, LedgerError> {
        let found = self.open(id, at)?;
        let until = found.expires_at.max(at.plus_ms(answer_ms));
        self.set_clock(found, until)
    }

    /// Gives every open permission request so much more time, for a time in which nobody could
    /// answer, and hands them out as they are then.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn postpone(&self, ms: u64) -> Result<Vec<PermissionRequest>, LedgerError> {
        sql::all(
            self.0.0,
            "UPDATE permission_requests SET expires_at = expires_at + ?1
             WHERE status = 'pending' RETURNING *",
            [i64::try_from(ms).unwrap_or(i64::MAX)],
            read,
        )
    }

    fn open(&self, id: PermissionId, at: Timestamp) -> Result<PermissionRequest, LedgerError> {
        let found = self.0.get(id)?;
        let found = found.ok_or_else(|| LedgerError::not_found("permission request", id))?;
        check_open(&found, PermissionStatus::Approved, at)?;
        Ok(found)
    }

    fn set_clock(
        &self,
        found: PermissionRequest,
        until: Timestamp,
    ) -> Result<PermissionRequest, LedgerError> {
        // The time for which the machine slept was added to what it has.
        let latest = found.open_until().max(found.expires_at);
        let expires_at = until.min(latest);
        sql::run(
            self.0.0,
            "UPDATE permission_requests SET seen_at = ?2, expires_at = ?3
             WHERE id = ?1 AND status = 'pending'",
            (found.id.to_string(), found.seen_at.map(|at| at.0), expires_at.0),
        )?;
        Ok(PermissionRequest { expires_at, ..found })
    }
}

/// Refuses a change of a permission request that is decided already, and an answer that comes
/// after its time.
fn check_open(
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
            "the permission request was already resolved{by}{}: {}",
            when.unwrap_or_default(),
            match found.answer {
                Some(answer) => answer.words().to_owned(),
                None => sql::word(&found.status)?,
            }
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
