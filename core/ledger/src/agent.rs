//! Agents that were made while the daemon ran, and the requests that one of them sent to another.

use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::made::MadeAgent;
use rusqlite::{Connection, Row, params};

use crate::error::LedgerError;
use crate::sql;

/// Which request made which: the column is empty for all that came from outside.
pub(crate) const SCHEMA: &str = "
CREATE TABLE agents (
    id             TEXT PRIMARY KEY,
    parent         TEXT,
    preset         TEXT NOT NULL,
    cwd            TEXT,
    base           TEXT,
    write_paths    TEXT NOT NULL,
    disabled_tools TEXT NOT NULL,
    model          TEXT,
    system_prompt  TEXT,
    creator        TEXT NOT NULL,
    origin         TEXT,
    session_key    TEXT NOT NULL UNIQUE,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE requests ADD COLUMN parent TEXT;
CREATE INDEX requests_parent ON requests (parent ->> 'turn_id', id) WHERE parent IS NOT NULL;
";

/// Reads made agents.
pub struct Agents<'a>(pub(crate) &'a Connection);

impl Agents<'_> {
    /// All of them, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn all(&self) -> Result<Vec<MadeAgent>, LedgerError> {
        let mut all = sql::all(self.0, "SELECT * FROM agents ORDER BY id", (), read)?;
        all.sort_by_key(|agent| agent.created_at);
        Ok(all)
    }
}

fn read(row: &Row<'_>) -> Result<MadeAgent, LedgerError> {
    Ok(MadeAgent {
        id: sql::text(row, "id")?,
        parent: sql::text_opt(row, "parent")?,
        preset: row.get("preset")?,
        cwd: row.get("cwd")?,
        base: row.get("base")?,
        write_paths: sql::json(row, "write_paths")?,
        disabled_tools: sql::json(row, "disabled_tools")?,
        model: row.get("model")?,
        system_prompt: row.get("system_prompt")?,
        creator: sql::json(row, "creator")?,
        origin: sql::text_opt(row, "origin")?,
        session_key: sql::text(row, "session_key")?,
        created_at: sql::at(row, "created_at")?,
        updated_at: sql::at(row, "updated_at")?,
    })
}

/// Keeps made agents.
pub struct AgentsMut<'a>(pub(crate) Agents<'a>);

impl AgentsMut<'_> {
    /// Keeps an agent as it is now.
    ///
    /// # Errors
    /// `Invalid` for an agent that is not to be kept; `Conflict` when its conversation belongs to
    /// another one.
    pub fn put(&self, agent: &MadeAgent) -> Result<(), LedgerError> {
        if agent.is_temp() {
            return Err(LedgerError::Invalid(format!("agent `{}` is never saved", agent.id)));
        }
        sql::run(
            self.0.0,
            "INSERT INTO agents
                 (id, parent, preset, cwd, base, write_paths, disabled_tools, model,
                  system_prompt, creator, origin, session_key, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT (id) DO UPDATE SET
                 preset = excluded.preset, write_paths = excluded.write_paths,
                 disabled_tools = excluded.disabled_tools, model = excluded.model,
                 system_prompt = excluded.system_prompt, origin = excluded.origin,
                 updated_at = excluded.updated_at",
            params![
                agent.id.as_str(),
                agent.parent.as_ref().map(AgentId::as_str),
                agent.preset,
                agent.cwd,
                agent.base,
                serde_json::to_string(&agent.write_paths)?,
                serde_json::to_string(&agent.disabled_tools)?,
                agent.model,
                agent.system_prompt,
                serde_json::to_string(&agent.creator)?,
                agent.origin.as_ref().map(SessionKey::as_str),
                agent.session_key.as_str(),
                agent.created_at.0,
                agent.updated_at.0,
            ],
        )?;
        Ok(())
    }

    /// Forgets an agent and says whether there was one. What it did stays on record.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn remove(&self, id: &AgentId) -> Result<bool, LedgerError> {
        let n_rows = sql::run(self.0.0, "DELETE FROM agents WHERE id = ?1", [id.as_str()])?;
        Ok(n_rows == 1)
    }
}
