//! Requests: one event's way through the eight stages, with a trace per stage.

use nexus_domain::id::{RequestId, SessionKey, TurnId};
use nexus_domain::request::{Request, RequestStatus, StageTrace};
use rusqlite::{Connection, Row, params};

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE requests (
    id           TEXT PRIMARY KEY,
    event_id     TEXT NOT NULL,
    status       TEXT NOT NULL,
    stage        TEXT NOT NULL,
    principal    TEXT,
    session_key  TEXT,
    agent_id     TEXT,
    turn_id      TEXT,
    queue_mode   TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    error        TEXT,
    started_at   INTEGER NOT NULL,
    completed_at INTEGER,
    enrichment   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_session ON requests (session_key, id) WHERE session_key IS NOT NULL;
CREATE INDEX requests_status ON requests (status, id);
CREATE INDEX requests_turn ON requests (turn_id, id) WHERE turn_id IS NOT NULL;
CREATE TABLE request_stages (
    request_id  TEXT NOT NULL REFERENCES requests (id),
    n           INTEGER NOT NULL,
    stage       TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    note        TEXT NOT NULL,
    PRIMARY KEY (request_id, n)
) STRICT, WITHOUT ROWID;
";

/// What a run is asked to be, as JSON; nothing when nothing was wished for.
pub(crate) const WISH: &str = "ALTER TABLE requests ADD COLUMN wish TEXT;\n";

/// The request that this one does again.
pub(crate) const REPLAYS: &str = "
ALTER TABLE requests ADD COLUMN replays TEXT;
CREATE INDEX requests_replays ON requests (replays, id) WHERE replays IS NOT NULL;
";

/// Which requests a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Only those of this session.
    pub session: Option<SessionKey>,
    /// Only those that stand so.
    pub status: Option<RequestStatus>,
    /// Only those before this one.
    pub before: Option<RequestId>,
}

/// Reads requests.
pub struct Requests<'a>(pub(crate) &'a Connection);

impl Requests<'_> {
    /// A request with its stages.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, id: RequestId) -> Result<Option<Request>, LedgerError> {
        let id = id.to_string();
        let found = sql::first(self.0, "SELECT * FROM requests WHERE id = ?1", [&id], read)?;
        found.map(|request| self.with_stages(request)).transpose()
    }

    /// A page of requests with their stages, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list(&self, filter: &RequestFilter, limit: u32) -> Result<Vec<Request>, LedgerError> {
        // `~` sorts after every id, so a missing bound needs no statement of its own. A statement
        // per combination lets each use its index.
        let before = filter.before.map_or_else(|| "~".to_owned(), |id| id.to_string());
        let session = filter.session.as_ref().map(SessionKey::as_str);
        let status = filter.status.as_ref().map(sql::word).transpose()?;
        let limit = sql::limit(limit);
        let found = match (session, status) {
            (None, None) => sql::all(
                self.0,
                "SELECT * FROM requests WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                (before, limit),
                read,
            ),
            (None, Some(status)) => sql::all(
                self.0,
                "SELECT * FROM requests WHERE status = ?1 AND id < ?2
                 ORDER BY id DESC LIMIT ?3",
                (status, before, limit),
                read,
            ),
            (Some(session), None) => sql::all(
                self.0,
                "SELECT * FROM requests WHERE session_key = ?1 AND id < ?2
                 ORDER BY id DESC LIMIT ?3",
                (session, before, limit),
                read,
            ),
            (Some(session), Some(status)) => sql::all(
                self.0,
                "SELECT * FROM requests WHERE session_key = ?1 AND status = ?2 AND id < ?3
                 ORDER BY id DESC LIMIT ?4",
                (session, status, before, limit),
                read,
            ),
        }?;
        found.into_iter().map(|request| self.with_stages(request)).collect()
    }

    /// Every request of which more will happen, the oldest first: what a start has to take up.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unfinished(&self) -> Result<Vec<Request>, LedgerError> {
        let found = sql::all(
            self.0,
            "SELECT * FROM requests WHERE status IN ('processing', 'queued', 'parked')
             ORDER BY id",
            (),
            read,
        )?;
        found.into_iter().map(|request| self.with_stages(request)).collect()
    }

    /// The requests that share a turn, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_turn(&self, turn: TurnId) -> Result<Vec<Request>, LedgerError> {
        let found = sql::all(
            self.0,
            "SELECT * FROM requests WHERE turn_id = ?1 ORDER BY id",
            [turn.to_string()],
            read,
        )?;
        found.into_iter().map(|request| self.with_stages(request)).collect()
    }

    /// The requests that the run of a turn sent to other agents, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sent_by(&self, turn: TurnId) -> Result<Vec<Request>, LedgerError> {
        let found = sql::all(
            self.0,
            "SELECT * FROM requests WHERE parent IS NOT NULL AND parent ->> 'turn_id' = ?1
             ORDER BY id",
            [turn.to_string()],
            read,
        )?;
        found.into_iter().map(|request| self.with_stages(request)).collect()
    }

    /// The requests that did this one again, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn replays_of(&self, request: RequestId) -> Result<Vec<RequestId>, LedgerError> {
        sql::all(
            self.0,
            "SELECT id FROM requests WHERE replays = ?1 ORDER BY id",
            [request.to_string()],
            |row| sql::text(row, "id"),
        )
    }

    /// The request that a person named: by id, by the beginning of an id, or `@last`.
    ///
    /// # Errors
    /// `NotFound`, or `Invalid` with the candidates when several begin so.
    pub fn find(&self, name: &str) -> Result<RequestId, LedgerError> {
        if name == "@last" {
            let last = sql::first(
                self.0,
                "SELECT id FROM requests ORDER BY id DESC LIMIT 1",
                (),
                |row| sql::text(row, "id"),
            )?;
            return last.ok_or_else(|| LedgerError::not_found("request", name));
        }
        let id = sql::find_id(
            self.0,
            "request",
            "SELECT id FROM requests WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 6",
            name,
        )?;
        Ok(RequestId::parse(&id)?)
    }

    /// How many requests are not finished.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn count_active(&self) -> Result<u64, LedgerError> {
        let n_active = sql::first(
            self.0,
            "SELECT count(*) AS n FROM requests
             WHERE status IN ('processing', 'queued', 'parked')",
            (),
            |row| sql::count(row, "n"),
        )?;
        Ok(n_active.unwrap_or(0))
    }

    fn with_stages(&self, mut request: Request) -> Result<Request, LedgerError> {
        request.stages = sql::all(
            self.0,
            "SELECT * FROM request_stages WHERE request_id = ?1 ORDER BY n",
            [request.id.to_string()],
            |row| {
                Ok(StageTrace {
                    stage: sql::text(row, "stage")?,
                    started_at: sql::at(row, "started_at")?,
                    duration_us: sql::count(row, "duration_us")?,
                    outcome: sql::text(row, "outcome")?,
                    note: row.get("note")?,
                })
            },
        )?;
        Ok(request)
    }
}

fn read(row: &Row<'_>) -> Result<Request, LedgerError> {
    Ok(Request {
        id: sql::text(row, "id")?,
        event_id: row.get("event_id")?,
        status: sql::text(row, "status")?,
        stage: sql::text(row, "stage")?,
        principal: sql::json_opt(row, "principal")?,
        session_key: sql::text_opt(row, "session_key")?,
        agent_id: sql::text_opt(row, "agent_id")?,
        turn_id: sql::text_opt(row, "turn_id")?,
        parent: sql::json_opt(row, "parent")?,
        replays: sql::text_opt(row, "replays")?,
        queue_mode: sql::text(row, "queue_mode")?,
        purpose: row.get("purpose")?,
        enrichment: sql::json(row, "enrichment")?,
        wish: sql::json_opt(row, "wish")?.unwrap_or_default(),
        error: row.get("error")?,
        started_at: sql::at(row, "started_at")?,
        completed_at: sql::at_opt(row, "completed_at")?,
        stages: Vec::new(),
    })
}

/// Records requests.
pub struct RequestsMut<'a>(pub(crate) Requests<'a>);

impl RequestsMut<'_> {
    /// Records a new request, with the stages it has so far.
    ///
    /// # Errors
    /// `Conflict` when the id is taken.
    pub fn create(&self, request: &Request) -> Result<(), LedgerError> {
        let n_rows = self.put(
            request,
            "INSERT INTO requests (id, event_id, status, stage, principal, session_key,
                 agent_id, turn_id, queue_mode, purpose, error, started_at, completed_at,
                 enrichment, parent, wish, replays)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (id) DO NOTHING",
        )?;
        if n_rows == 0 {
            return Err(LedgerError::conflict(format!("request {} exists already", request.id)));
        }
        request.stages.iter().try_for_each(|stage| self.trace(request.id, stage))
    }

    /// Records how a request stands now; all but its stages.
    ///
    /// # Errors
    /// `NotFound` when it was never created.
    pub fn save(&self, request: &Request) -> Result<(), LedgerError> {
        let n_rows = self.put(
            request,
            "UPDATE requests SET event_id = ?2, status = ?3, stage = ?4, principal = ?5,
                 session_key = ?6, agent_id = ?7, turn_id = ?8, queue_mode = ?9, purpose = ?10,
                 error = ?11, started_at = ?12, completed_at = ?13, enrichment = ?14,
                 parent = ?15, wish = ?16, replays = ?17
             WHERE id = ?1",
        )?;
        if n_rows == 0 {
            return Err(LedgerError::not_found("request", request.id));
        }
        Ok(())
    }

    /// Adds what a stage recorded.
    ///
    /// # Errors
    /// `Invalid` when the request was never created.
    pub fn trace(&self, request: RequestId, trace: &StageTrace) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO request_stages
                 (request_id, n, stage, started_at, duration_us, outcome, note)
             SELECT ?1, coalesce(max(n), 0) + 1, ?2, ?3, ?4, ?5, ?6
             FROM request_stages WHERE request_id = ?1",
            params![
                request.to_string(),
                trace.stage.name(),
                trace.started_at.0,
                sql::number(trace.duration_us),
                sql::word(&trace.outcome)?,
                trace.note,
            ],
        )?;
        Ok(())
    }

    fn put(&self, request: &Request, statement: &str) -> Result<usize, LedgerError> {
        let wish = (!request.wish.is_none()).then(|| serde_json::to_string(&request.wish));
        sql::run(
            self.0.0,
            statement,
            params![
                request.id.to_string(),
                request.event_id,
                sql::word(&request.status)?,
                request.stage.name(),
                request.principal.as_ref().map(serde_json::to_string).transpose()?,
                request.session_key.as_ref().map(SessionKey::as_str),
                request.agent_id.as_ref().map(nexus_domain::id::AgentId::as_str),
                request.turn_id.map(|id| id.to_string()),
                sql::word(&request.queue_mode)?,
                request.purpose,
                request.error,
                request.started_at.0,
                request.completed_at.map(|at| at.0),
                serde_json::to_string(&request.enrichment)?,
                request.parent.as_ref().map(serde_json::to_string).transpose()?,
                wish.transpose()?,
                request.replays.map(|id| id.to_string()),
            ],
        )
    }
}
