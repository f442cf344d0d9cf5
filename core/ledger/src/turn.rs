//! Turns, and what they are made of: messages, tool calls, and the summaries that stand for old
//! history.

use nexus_domain::Timestamp;
use nexus_domain::agent::{ToolCallRecord, Turn};
use nexus_domain::id::{AgentId, MessageId, SessionKey, TurnId};
use nexus_domain::message::{Cost, CostBasis, Message, Usage};
use rusqlite::{Connection, Row, params};

use crate::error::LedgerError;
use crate::sql;

/// A session has one turn at work at most: the partial unique index holds it. The full-text index
/// of messages keeps no text of its own.
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
CREATE TABLE messages (
    place       INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    session_key TEXT NOT NULL REFERENCES sessions (key),
    turn_id     TEXT NOT NULL REFERENCES turns (id),
    request_id  TEXT,
    role        TEXT NOT NULL,
    parts       TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_session ON messages (session_key, place);
CREATE INDEX messages_turn ON messages (turn_id, place);
CREATE VIRTUAL TABLE messages_text USING fts5 (
    text, content = '', contentless_delete = 1,
    tokenize = 'porter unicode61 remove_diacritics 2'
);
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
CREATE TABLE compactions (
    place         INTEGER PRIMARY KEY AUTOINCREMENT,
    session_key   TEXT NOT NULL REFERENCES sessions (key),
    through_place INTEGER NOT NULL REFERENCES messages (place),
    summary       TEXT NOT NULL,
    n_messages    INTEGER NOT NULL,
    tokens_saved  INTEGER NOT NULL,
    at            INTEGER NOT NULL
) STRICT;
CREATE INDEX compactions_session ON compactions (session_key, place);
";

/// A summary that stands for the beginning of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary<'t> {
    /// The last message it stands for.
    pub through: MessageId,
    /// The text.
    pub summary: &'t str,
    /// How many messages it stands for.
    pub n_messages: u64,
    /// Tokens saved, estimated.
    pub tokens_saved: u64,
}

/// What an agent gets to see of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionContext {
    /// What stands for everything before the messages.
    pub summary: Option<String>,
    /// The messages after the last compaction, the oldest first.
    pub messages: Vec<Message>,
}

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

    /// A page of a session's messages, the oldest first: the last `limit` before a message, or
    /// the last of all.
    ///
    /// # Errors
    /// `NotFound` when `before` names no message of the session.
    pub fn messages(
        &self,
        session: &SessionKey,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, LedgerError> {
        let before = match before {
            Some(id) => self.place(session, id)?,
            None => i64::MAX,
        };
        let mut messages = sql::all(
            self.0,
            "SELECT * FROM messages WHERE session_key = ?1 AND place < ?2
             ORDER BY place DESC LIMIT ?3",
            (session.as_str(), before, sql::limit(limit)),
            read_message,
        )?;
        messages.reverse();
        Ok(messages)
    }

    /// The messages of a turn, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_turn(&self, turn: TurnId) -> Result<Vec<Message>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM messages WHERE turn_id = ?1 ORDER BY place",
            [turn.to_string()],
            read_message,
        )
    }

    /// What an agent gets to see: the last summary and everything after it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn context(&self, session: &SessionKey) -> Result<SessionContext, LedgerError> {
        let last = sql::first(
            self.0,
            "SELECT summary, through_place FROM compactions WHERE session_key = ?1
             ORDER BY place DESC LIMIT 1",
            [session.as_str()],
            |row| Ok((row.get::<_, String>("summary")?, row.get::<_, i64>("through_place")?)),
        )?;
        let (summary, after) = last.map_or((None, 0), |(text, place)| (Some(text), place));
        let messages = sql::all(
            self.0,
            "SELECT * FROM messages WHERE session_key = ?1 AND place > ?2 ORDER BY place",
            (session.as_str(), after),
            read_message,
        )?;
        Ok(SessionContext { summary, messages })
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

    /// What all turns that began since an instant cost. Turns in which no model was called do not
    /// count; of the others, one with an unknown price makes the sum unknown.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cost_since(&self, since: Timestamp) -> Result<Cost, LedgerError> {
        let parts = sql::all(
            self.0,
            "SELECT cost_basis, sum(cost_micro_usd) AS cost_micro_usd FROM turns
             WHERE started_at >= ?1 AND (n_steps > 0 OR input_tokens + output_tokens > 0)
             GROUP BY cost_basis",
            [since.0],
            read_cost,
        )?;
        let mut sum = Cost { micro_usd: 0, basis: CostBasis::Free };
        parts.into_iter().for_each(|part| sum.add(part));
        Ok(sum)
    }

    fn place(&self, session: &SessionKey, id: MessageId) -> Result<i64, LedgerError> {
        let place = sql::first(
            self.0,
            "SELECT place FROM messages WHERE id = ?1 AND session_key = ?2",
            (id.to_string(), session.as_str()),
            |row| Ok(row.get("place")?),
        )?;
        place.ok_or_else(|| LedgerError::not_found("message", id))
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

fn read_message(row: &Row<'_>) -> Result<Message, LedgerError> {
    Ok(Message {
        id: sql::text(row, "id")?,
        turn_id: sql::text(row, "turn_id")?,
        request_id: sql::text_opt(row, "request_id")?,
        role: sql::text(row, "role")?,
        parts: sql::json(row, "parts")?,
        created_at: sql::at(row, "created_at")?,
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

    /// Adds a message to a session.
    ///
    /// # Errors
    /// `Conflict` when the id is taken: a recorded step is never recorded again.
    pub fn add_message(&self, session: &SessionKey, message: &Message) -> Result<(), LedgerError> {
        let conn = self.0.0;
        sql::run(
            conn,
            "INSERT INTO messages
                 (id, session_key, turn_id, request_id, role, parts, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                message.id.to_string(),
                session.as_str(),
                message.turn_id.to_string(),
                message.request_id.map(|id| id.to_string()),
                sql::word(&message.role)?,
                serde_json::to_string(&message.parts)?,
                message.created_at.0,
            ],
        )?;
        let place = conn.last_insert_rowid();
        let text = message.text();
        if !text.is_empty() {
            let insert = "INSERT INTO messages_text (rowid, text) VALUES (?1, ?2)";
            sql::run(conn, insert, (place, text))?;
        }
        sql::run(
            conn,
            "UPDATE sessions SET n_messages = n_messages + 1, updated_at = max(updated_at, ?2)
             WHERE key = ?1",
            (session.as_str(), message.created_at.0),
        )?;
        Ok(())
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

    /// Puts a summary in the place of a session's beginning. The messages themselves stay.
    ///
    /// # Errors
    /// `NotFound` when `through` is no message of the session; `Conflict` when an earlier summary
    /// reaches at least as far.
    pub fn compact(
        &self,
        session: &SessionKey,
        summary: Summary<'_>,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        let place = self.0.place(session, summary.through)?;
        let n_rows = sql::run(
            self.0.0,
            "INSERT INTO compactions
                 (session_key, through_place, summary, n_messages, tokens_saved, at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6
             WHERE ?2 > coalesce((SELECT through_place FROM compactions WHERE session_key = ?1
                                  ORDER BY place DESC LIMIT 1), 0)",
            params![
                session.as_str(),
                place,
                summary.summary,
                sql::number(summary.n_messages),
                sql::number(summary.tokens_saved),
                at.0,
            ],
        )?;
        if n_rows == 0 {
            return Err(LedgerError::conflict("an earlier summary reaches at least as far"));
        }
        Ok(())
    }
}
