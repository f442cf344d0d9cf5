//! Turns and their tool calls. What is said in them stands in `message.rs`.

use nexus_domain::agent::{ToolCallRecord, Turn};
use nexus_domain::id::{AgentId, SessionKey, TurnId};
use nexus_domain::message::{Cost, Usage};
use rusqlite::{Connection, Row, params};

use crate::error::LedgerError;
use crate::sql;

/// A session has one turn at work at most: the partial unique index holds it.
pub(crate) const SCHEMA: &str = "
CREATE TABLE turns (
    id                  TEXT PRIMARY KEY,
    session_key         TEXT NOT NULL REFERENCES sessions (key),
    request_id          TEXT NOT NULL REFERENCES requests (id),
    agent_id            TEXT NOT NULL,
    status              TEXT NOT NULL,
    model               TEXT,
    input_tokens        INTEGER NOT NULL,
    output_tokens       INTEGER NOT NULL,
    cached_input_tokens INTEGER NOT NULL,
    cache_write_tokens  INTEGER NOT NULL,
    reasoning_tokens    INTEGER NOT NULL,
    cost_micro_usd      INTEGER NOT NULL,
    cost_basis          TEXT NOT NULL,
    n_steps             INTEGER NOT NULL,
    stop_reason         TEXT,
    error               TEXT,
    started_at          INTEGER NOT NULL,
    completed_at        INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX turns_active ON turns (session_key) WHERE status IN ('running', 'parked');
CREATE INDEX turns_started ON turns (started_at);
CREATE TABLE tool_calls (
    place        INTEGER PRIMARY KEY AUTOINCREMENT,
    turn_id      TEXT NOT NULL REFERENCES turns (id),
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    arguments    TEXT NOT NULL,
    status       TEXT NOT NULL,
    result       TEXT,
    record       TEXT,
    started_at   INTEGER,
    completed_at INTEGER,
    UNIQUE (turn_id, id)
) STRICT;
CREATE INDEX tool_calls_turn ON tool_calls (turn_id, place);
";

/// Reads turns.
pub struct Turns<'a>(pub(crate) &'a Connection);

impl Turns<'_> {
    /// A turn.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, id: TurnId) -> Result<Option<Turn>, LedgerError> {
        sql::first(self.0, "SELECT * FROM turns WHERE id = ?1", [id.to_string()], read_turn)
    }

    /// Turns in the order of their ids' list; unknown ids are passed over.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn by_ids(&self, ids: &[TurnId]) -> Result<Vec<Turn>, LedgerError> {
        ids.iter().filter_map(|id| self.get(*id).transpose()).collect()
    }

    /// The turn at work or parked in a session.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn active(&self, session: &SessionKey) -> Result<Option<Turn>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM turns WHERE session_key = ?1 AND status IN ('running', 'parked')",
            [session.as_str()],
            read_turn,
        )
    }

    /// The turn of a session that began last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last(&self, session: &SessionKey) -> Result<Option<Turn>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM turns WHERE session_key = ?1 ORDER BY id DESC LIMIT 1",
            [session.as_str()],
            read_turn,
        )
    }

    /// Every turn at work or parked, the oldest first: what a start has to take up.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn running(&self) -> Result<Vec<Turn>, LedgerError> {
        sql::all(
            self.0,
            // Left alone, SQLite walks all turns in the order of their ids to save the sorting.
            "SELECT * FROM turns INDEXED BY turns_active
             WHERE status IN ('running', 'parked') ORDER BY id",
            (),
            read_turn,
        )
    }

    /// The tool calls of some turns, turn by turn, in the order in which they were asked for.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn tool_calls(&self, turns: &[TurnId]) -> Result<Vec<ToolCallRecord>, LedgerError> {
        let mut calls = Vec::new();
        for turn in turns {
            calls.extend(sql::all(
                self.0,
                "SELECT * FROM tool_calls WHERE turn_id = ?1 ORDER BY place",
                [turn.to_string()],
                read_tool_call,
            )?);
        }
        Ok(calls)
    }
}

fn read_cost(row: &Row<'_>) -> Result<Cost, LedgerError> {
    Ok(Cost { micro_usd: sql::count(row, "cost_micro_usd")?, basis: sql::text(row, "cost_basis")? })
}

fn read_turn(row: &Row<'_>) -> Result<Turn, LedgerError> {
    Ok(Turn {
        id: sql::text(row, "id")?,
        session_key: sql::text(row, "session_key")?,
        request_id: sql::text(row, "request_id")?,
        agent_id: sql::text(row, "agent_id")?,
        status: sql::text(row, "status")?,
        model: row.get("model")?,
        usage: Usage {
            input_tokens: sql::count(row, "input_tokens")?,
            output_tokens: sql::count(row, "output_tokens")?,
            cached_input_tokens: sql::count(row, "cached_input_tokens")?,
            cache_write_tokens: sql::count(row, "cache_write_tokens")?,
            reasoning_tokens: sql::count(row, "reasoning_tokens")?,
        },
        cost: read_cost(row)?,
        n_steps: row.get("n_steps")?,
        stop_reason: sql::text_opt(row, "stop_reason")?,
        error: sql::json_opt(row, "error")?,
        started_at: sql::at(row, "started_at")?,
        completed_at: sql::at_opt(row, "completed_at")?,
    })
}

fn read_tool_call(row: &Row<'_>) -> Result<ToolCallRecord, LedgerError> {
    Ok(ToolCallRecord {
        id: row.get("id")?,
        turn_id: sql::text(row, "turn_id")?,
        name: row.get("name")?,
        arguments: sql::json(row, "arguments")?,
        status: sql::text(row, "status")?,
        result: row.get("result")?,
        record: row.get("record")?,
        started_at: sql::at_opt(row, "started_at")?,
        completed_at: sql::at_opt(row, "completed_at")?,
    })
}

/// Records turns.
pub struct TurnsMut<'a>(pub(crate) Turns<'a>);

impl TurnsMut<'_> {
    /// Records a new turn.
    ///
    /// # Errors
    /// `Conflict` when the id is taken, or when another turn of the session is at work;
    /// `Invalid` when its session or request is not recorded.
    pub fn create(&self, turn: &Turn) -> Result<(), LedgerError> {
        self.put(
            turn,
            "INSERT INTO turns (id, session_key, request_id, agent_id, status, model,
                 input_tokens, output_tokens, cached_input_tokens, cache_write_tokens,
                 reasoning_tokens, cost_micro_usd, cost_basis, n_steps, stop_reason, error,
                 started_at, completed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18)",
        )?;
        Ok(())
    }

    /// Records how a turn stands now.
    ///
    /// # Errors
    /// `NotFound` when it was never created.
    pub fn save(&self, turn: &Turn) -> Result<(), LedgerError> {
        let n_rows = self.put(
            turn,
            "UPDATE turns SET session_key = ?2, request_id = ?3, agent_id = ?4, status = ?5,
                 model = ?6, input_tokens = ?7, output_tokens = ?8, cached_input_tokens = ?9,
                 cache_write_tokens = ?10, reasoning_tokens = ?11, cost_micro_usd = ?12,
                 cost_basis = ?13, n_steps = ?14, stop_reason = ?15, error = ?16,
                 started_at = ?17, completed_at = ?18
             WHERE id = ?1",
        )?;
        if n_rows == 0 {
            return Err(LedgerError::not_found("turn", turn.id));
        }
        Ok(())
    }

    fn put(&self, turn: &Turn, statement: &str) -> Result<usize, LedgerError> {
        sql::run(
            self.0.0,
            statement,
            params![
                turn.id.to_string(),
                turn.session_key.as_str(),
                turn.request_id.to_string(),
                AgentId::as_str(&turn.agent_id),
                sql::word(&turn.status)?,
                turn.model,
                sql::number(turn.usage.input_tokens),
                sql::number(turn.usage.output_tokens),
                sql::number(turn.usage.cached_input_tokens),
                sql::number(turn.usage.cache_write_tokens),
                sql::number(turn.usage.reasoning_tokens),
                sql::number(turn.cost.micro_usd),
                sql::word(&turn.cost.basis)?,
                turn.n_steps,
                turn.stop_reason.as_ref().map(sql::word).transpose()?,
                turn.error.as_ref().map(serde_json::to_string).transpose()?,
                turn.started_at.0,
                turn.completed_at.map(|at| at.0),
            ],
        )
    }

    /// Records a tool call, or how it stands now.
    ///
    /// # Errors
    /// `Invalid` when its turn is not recorded.
    pub fn put_tool_call(&self, call: &ToolCallRecord) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO tool_calls (turn_id, id, name, arguments, status, result, record,
                 started_at, completed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (turn_id, id) DO UPDATE SET name = excluded.name,
                 arguments = excluded.arguments, status = excluded.status,
                 result = excluded.result, record = excluded.record,
                 started_at = excluded.started_at, completed_at = excluded.completed_at",
            params![
                call.turn_id.to_string(),
                call.id,
                call.name,
                serde_json::to_string(&call.arguments)?,
                sql::word(&call.status)?,
                call.result,
                call.record,
                call.started_at.map(|at| at.0),
                call.completed_at.map(|at| at.0),
            ],
        )?;
        Ok(())
    }
}
