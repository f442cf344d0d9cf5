//! Scheduled jobs, what became of their times, and texts that wait for a heartbeat.

use nexus_domain::Timestamp;
use nexus_domain::arrival::Arrival;
use nexus_domain::id::{AgentId, JobId, RequestId, SessionKey};
use nexus_domain::principal::Principal;
use nexus_domain::request::{ReplyTarget, RequestStatus};
use nexus_domain::schedule::{Job, JobKind, JobRun, JobSpec, RUNS_KEPT};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::error::LedgerError;
use crate::sql;

/// `spec` is what a person said; what is looked for stands in columns of its own.
pub(crate) const JOBS: &str = "
CREATE TABLE schedule_jobs (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    agent_id   TEXT NOT NULL,
    spec       TEXT NOT NULL,
    maker      TEXT NOT NULL,
    is_enabled INTEGER NOT NULL,
    due_at     INTEGER,
    run_at     INTEGER,
    anchor_at  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_jobs_run ON schedule_jobs (run_at) WHERE run_at IS NOT NULL;
CREATE UNIQUE INDEX schedule_heartbeat ON schedule_jobs (agent_id) WHERE kind = 'heartbeat';
CREATE TABLE schedule_runs (
    id         INTEGER PRIMARY KEY,
    job_id     TEXT NOT NULL,
    due_at     INTEGER NOT NULL,
    decided_at INTEGER NOT NULL,
    request_id TEXT,
    skipped    TEXT,
    n_missed   INTEGER NOT NULL,
    is_manual  INTEGER NOT NULL,
    note       TEXT
) STRICT;
CREATE INDEX schedule_runs_job ON schedule_runs (job_id, id);
";

/// Texts that wait for the next heartbeat of an agent. `event_id` is what the source calls it.
pub(crate) const NOTES: &str = "
CREATE TABLE schedule_notes (
    id       INTEGER PRIMARY KEY,
    agent_id TEXT NOT NULL,
    event_id TEXT NOT NULL UNIQUE,
    note     TEXT NOT NULL
) STRICT;
CREATE INDEX schedule_notes_agent ON schedule_notes (agent_id, id);
";

/// A text that waits for a heartbeat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The agent whose heartbeat brings it.
    pub agent_id: AgentId,
    /// Who said it.
    pub by: Principal,
    /// What arrived.
    pub arrival: Arrival,
    /// What it runs as when it is not the maker's of the heartbeat: the request that was promised.
    pub request_id: RequestId,
    /// The conversation it goes into then.
    pub session_key: SessionKey,
    /// Where the reply goes then.
    pub reply_to: Option<ReplyTarget>,
    /// What the agent is told about it then.
    pub instructions: Option<String>,
}

/// Reads scheduled jobs.
pub struct Schedule<'a>(pub(crate) &'a Connection);

impl Schedule<'_> {
    /// All jobs, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn all(&self) -> Result<Vec<Job>, LedgerError> {
        sql::all(self.0, "SELECT * FROM schedule_jobs ORDER BY id", (), read)
    }

    /// One job.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, id: JobId) -> Result<Option<Job>, LedgerError> {
        sql::first(self.0, "SELECT * FROM schedule_jobs WHERE id = ?1", [id.to_string()], read)
    }

    /// The heartbeat of an agent.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn heartbeat(&self, agent: &AgentId) -> Result<Option<Job>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM schedule_jobs WHERE agent_id = ?1 AND kind = 'heartbeat'",
            [agent.as_str()],
            read,
        )
    }

    /// How many there are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn count(&self) -> Result<u64, LedgerError> {
        let found = sql::first(self.0, "SELECT count(*) AS n FROM schedule_jobs", (), |row| {
            sql::count(row, "n")
        })?;
        Ok(found.unwrap_or_default())
    }

    /// When the first job is due after an instant.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_at(&self, after: Timestamp) -> Result<Option<Timestamp>, LedgerError> {
        sql::first(
            self.0,
            "SELECT run_at FROM schedule_jobs WHERE run_at IS NOT NULL AND run_at > ?1
             ORDER BY run_at LIMIT 1",
            [after.0],
            |row| sql::at(row, "run_at"),
        )
    }

    /// Jobs whose time has come, the longest due first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Job>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM schedule_jobs WHERE run_at IS NOT NULL AND run_at <= ?1
             ORDER BY run_at LIMIT ?2",
            (now.0, sql::limit(limit)),
            read,
        )
    }

    /// The history of a job, the latest first, with how each request stands.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn runs(&self, id: JobId, limit: u32) -> Result<Vec<JobRun>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM schedule_runs WHERE job_id = ?1 ORDER BY id DESC LIMIT ?2",
            (id.to_string(), sql::limit(limit)),
            read_run,
        )
    }

    /// The last run of a job that was handed in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_run(&self, id: JobId) -> Result<Option<JobRun>, LedgerError> {
        sql::first(
            self.0,
            "SELECT * FROM schedule_runs WHERE job_id = ?1 AND request_id IS NOT NULL
             ORDER BY id DESC LIMIT 1",
            [id.to_string()],
            read_run,
        )
    }

    /// Whether the last run of a job has not ended.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_running(&self, id: JobId) -> Result<bool, LedgerError> {
        let Some(request_id) = self.last_run(id)?.and_then(|run| run.request_id) else {
            return Ok(false);
        };
        let status = sql::first(
            self.0,
            "SELECT status FROM requests WHERE id = ?1",
            [request_id.to_string()],
            |row| sql::text::<RequestStatus>(row, "status"),
        )?;
        Ok(status.is_some_and(|status| !status.is_final()))
    }

    /// Texts that wait for the heartbeat of an agent, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn notes(&self, agent: &AgentId) -> Result<Vec<Note>, LedgerError> {
        sql::all(
            self.0,
            "SELECT note FROM schedule_notes WHERE agent_id = ?1 ORDER BY id",
            [agent.as_str()],
            |row| sql::json(row, "note"),
        )
    }

    /// A text that waits, by what its source calls it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn note(&self, event_id: &str) -> Result<Option<Note>, LedgerError> {
        sql::first(
            self.0,
            "SELECT note FROM schedule_notes WHERE event_id = ?1",
            [event_id],
            |row| sql::json(row, "note"),
        )
    }
}

fn read(row: &Row<'_>) -> Result<Job, LedgerError> {
    Ok(Job {
        id: sql::text(row, "id")?,
        kind: sql::text(row, "kind")?,
        spec: sql::json::<JobSpec>(row, "spec")?,
        maker: sql::json(row, "maker")?,
        is_enabled: row.get("is_enabled")?,
        due_at: sql::at_opt(row, "due_at")?,
        run_at: sql::at_opt(row, "run_at")?,
        anchor_at: sql::at(row, "anchor_at")?,
        created_at: sql::at(row, "created_at")?,
        updated_at: sql::at(row, "updated_at")?,
    })
}

fn read_run(row: &Row<'_>) -> Result<JobRun, LedgerError> {
    Ok(JobRun {
        job_id: sql::text(row, "job_id")?,
        due_at: sql::at(row, "due_at")?,
        decided_at: sql::at(row, "decided_at")?,
        request_id: sql::text_opt(row, "request_id")?,
        skipped: sql::text_opt(row, "skipped")?,
        n_missed: row.get("n_missed")?,
        is_manual: row.get("is_manual")?,
        note: row.get("note")?,
    })
}

/// Changes scheduled jobs.
pub struct ScheduleMut<'a>(pub(crate) Schedule<'a>);

impl ScheduleMut<'_> {
    /// Keeps a job as it is now.
    ///
    /// # Errors
    /// `Conflict` for a second heartbeat of one agent, or when the database cannot be written.
    pub fn put(&self, job: &Job) -> Result<(), LedgerError> {
        if job.kind == JobKind::Heartbeat
            && self.heartbeat(&job.spec.agent_id)?.is_some_and(|other| other.id != job.id)
        {
            let agent = &job.spec.agent_id;
            return Err(LedgerError::conflict(format!("agent `{agent}` has a heartbeat already")));
        }
        sql::run(
            self.0.0,
            "INSERT INTO schedule_jobs
                 (id, kind, agent_id, spec, maker, is_enabled, due_at, run_at, anchor_at,
                  created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (id) DO UPDATE SET
                 agent_id = excluded.agent_id, spec = excluded.spec, maker = excluded.maker,
                 is_enabled = excluded.is_enabled, due_at = excluded.due_at,
                 run_at = excluded.run_at, anchor_at = excluded.anchor_at,
                 updated_at = excluded.updated_at",
            params![
                job.id.to_string(),
                sql::word(&job.kind)?,
                job.spec.agent_id.as_str(),
                serde_json::to_string(&job.spec)?,
                serde_json::to_string(&job.maker)?,
                job.is_enabled,
                job.due_at.map(|at| at.0),
                job.run_at.map(|at| at.0),
                job.anchor_at.0,
                job.created_at.0,
                job.updated_at.0,
            ],
        )?;
        Ok(())
    }

    /// Gives a job its next time.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn plan(&self, id: JobId, next: Option<(Timestamp, Timestamp)>) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "UPDATE schedule_jobs SET due_at = ?2, run_at = ?3 WHERE id = ?1",
            (id.to_string(), next.map(|(due, _)| due.0), next.map(|(_, run)| run.0)),
        )?;
        Ok(())
    }

    /// Forgets a job with its history and says whether there was one; its requests stay.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn remove(&self, id: JobId) -> Result<bool, LedgerError> {
        let id = id.to_string();
        sql::run(self.0.0, "DELETE FROM schedule_runs WHERE job_id = ?1", [&id])?;
        Ok(sql::run(self.0.0, "DELETE FROM schedule_jobs WHERE id = ?1", [&id])? == 1)
    }

    /// Adds a line to the history of a job, and forgets what is older than the last lines.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn record(&self, run: &JobRun) -> Result<(), LedgerError> {
        let id = run.job_id.to_string();
        sql::run(
            self.0.0,
            "INSERT INTO schedule_runs
                 (job_id, due_at, decided_at, request_id, skipped, n_missed, is_manual, note)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                id,
                run.due_at.0,
                run.decided_at.0,
                run.request_id.map(|id| id.to_string()),
                run.skipped.map(|why| sql::word(&why)).transpose()?,
                run.n_missed,
                run.is_manual,
                run.note,
            ],
        )?;
        sql::run(
            self.0.0,
            "DELETE FROM schedule_runs WHERE job_id = ?1 AND id <=
                 (SELECT id FROM schedule_runs WHERE job_id = ?1 ORDER BY id DESC
                  LIMIT 1 OFFSET ?2)",
            (&id, RUNS_KEPT),
        )?;
        Ok(())
    }

    /// Has a text wait. One that waits already stays as it is.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn add_note(&self, event_id: &str, note: &Note) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO schedule_notes (agent_id, event_id, note) VALUES (?1, ?2, ?3)
             ON CONFLICT (event_id) DO NOTHING",
            (note.agent_id.as_str(), event_id, serde_json::to_string(note)?),
        )?;
        Ok(())
    }

    /// Forgets a text that was brought.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn remove_note(&self, event_id: &str) -> Result<(), LedgerError> {
        sql::run(self.0.0, "DELETE FROM schedule_notes WHERE event_id = ?1", [event_id])?;
        Ok(())
    }
}
