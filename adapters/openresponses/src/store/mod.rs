//! What is kept of responses: a small database in the adapter's own folder. Each belongs to the
//! principal whose key made it, and nobody else finds it. Bounded in number, bytes and age; what is
//! deleted is overwritten.

mod chain;
mod row;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use nexus_ingress::Problem;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};
use serde_json::Value;

use crate::writing::Writing;

pub(crate) use chain::{Missing, Page, Paged};
pub(crate) use row::{New, Stored, Unfinished};

/// File in the adapter's folder.
const FILE: &str = "responses.db";
/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Bytes of the key that seals compactions.
pub(crate) const KEY_BYTES: usize = 32;

const STEPS: &[M<'static>] = &[M::up(
    "CREATE TABLE responses (
        id            TEXT PRIMARY KEY,
        principal     TEXT NOT NULL,
        created_at    INTEGER NOT NULL, -- milliseconds since 1970
        previous      TEXT,             -- the response whose conversation goes on, if it is stored
        is_background INTEGER NOT NULL,
        is_streamed   INTEGER NOT NULL, -- its events are kept
        is_final      INTEGER NOT NULL,
        writing       TEXT NOT NULL,    -- JSON
        n_bytes       INTEGER NOT NULL  -- of everything that belongs to it
     ) STRICT;
     CREATE INDEX responses_by_age ON responses (created_at, n_bytes);
     CREATE INDEX responses_unfinished ON responses (created_at) WHERE is_final = 0;
     CREATE TABLE items (
        response_id   TEXT NOT NULL REFERENCES responses (id) ON DELETE CASCADE,
        side          INTEGER NOT NULL, -- 0: said before and not stored elsewhere, 1: sent, 2: made
        place         INTEGER NOT NULL,
        id            TEXT NOT NULL,
        item          TEXT NOT NULL,    -- JSON
        PRIMARY KEY (response_id, side, place)
     ) STRICT;
     CREATE INDEX items_by_id ON items (id);
     CREATE TABLE events (
        response_id   TEXT NOT NULL REFERENCES responses (id) ON DELETE CASCADE,
        number        INTEGER NOT NULL,
        event         TEXT NOT NULL,    -- JSON
        PRIMARY KEY (response_id, number)
     ) STRICT;
     CREATE TABLE seal (key BLOB NOT NULL) STRICT;",
)];

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Most responses.
    pub(crate) responses_max: u32,
    /// Most MiB of all together.
    pub(crate) store_mib_max: u32,
    /// Days after which a response is forgotten.
    pub(crate) store_days_max: u32,
}

/// The store. Work on it happens beside the runtime, one after the other.
#[derive(Clone)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
    limits: Limits,
}

impl Store {
    /// The store in `home`, made if need be; with the key that seals compactions.
    ///
    /// # Errors
    /// When the file cannot be used, in words for people.
    pub(crate) fn open(home: &Path, limits: Limits) -> Result<(Self, [u8; KEY_BYTES]), String> {
        let path = home.join(FILE);
        let opened = open(&path).and_then(|mut connection| {
            let key = key(&mut connection)?;
            Ok((connection, key))
        });
        let (connection, key) = opened.map_err(|error| {
            format!("{} cannot be used: {error}; move it away to begin anew", path.display())
        })?;
        Ok((Self { connection: Arc::new(Mutex::new(connection)), limits }, key))
    }

    /// Keeps a response that begins, and forgets what there is no more room for.
    pub(crate) async fn create(&self, new: New, now: i64) -> Result<(), Problem> {
        let limits = self.limits;
        self.write(move |tx| {
            new.insert(tx, now)?;
            forget(tx, limits, now)
        })
        .await
    }

    /// Keeps how far a response has come. False when it was deleted meanwhile.
    pub(crate) async fn save(
        &self,
        id: &str,
        writing: &Writing,
        events: Vec<Value>,
    ) -> Result<bool, Problem> {
        let (id, writing) = (id.to_owned(), writing.clone());
        self.write(move |tx| row::save(tx, &id, &writing, &events)).await
    }

    /// A response of this principal.
    pub(crate) async fn get(&self, principal: &str, id: &str) -> Result<Option<Stored>, Problem> {
        let (principal, id) = (principal.to_owned(), id.to_owned());
        self.read(move |db| row::get(db, &principal, &id)).await
    }

    /// Deletes a response of this principal, with everything that belongs to it. False when there
    /// is none.
    pub(crate) async fn delete(&self, principal: &str, id: &str) -> Result<bool, Problem> {
        let (principal, id) = (principal.to_owned(), id.to_owned());
        self.run(move |db| {
            let deleted = db.execute(
                "DELETE FROM responses WHERE id = ?1 AND principal = ?2",
                params![id, principal],
            )?;
            // What was deleted stands no longer in the log either.
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(deleted > 0)
        })
        .await
    }

    /// The conversation that led to a response and the response itself, oldest first, and how
    /// many bytes it has; at most `bytes_max` of it.
    pub(crate) async fn conversation(
        &self,
        principal: &str,
        id: &str,
        bytes_max: usize,
    ) -> Result<Result<(Vec<Value>, usize), Missing>, Problem> {
        let (principal, id) = (principal.to_owned(), id.to_owned());
        self.read(move |db| chain::conversation(db, &principal, &id, bytes_max)).await
    }

    /// A page of what a response answers; `None` when there is no such response.
    pub(crate) async fn page(
        &self,
        principal: &str,
        id: &str,
        page: Page,
    ) -> Result<Option<Paged>, Problem> {
        let (principal, id) = (principal.to_owned(), id.to_owned());
        self.read(move |db| chain::page(db, &principal, &id, &page)).await
    }

    /// A stored item by its id, whichever response of this principal it belongs to.
    pub(crate) async fn item(&self, principal: &str, id: &str) -> Result<Option<Value>, Problem> {
        let (principal, id) = (principal.to_owned(), id.to_owned());
        self.read(move |db| {
            let found = db.query_row(
                "SELECT item FROM items JOIN responses ON responses.id = response_id
                 WHERE items.id = ?1 AND principal = ?2 LIMIT 1",
                params![id, principal],
                |row| row.get::<_, String>(0),
            );
            found.optional()?.map(|text| row::parse(&text)).transpose()
        })
        .await
    }

    /// Events of a response after the one of that number, in their order.
    pub(crate) async fn events(
        &self,
        id: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(i64, String)>, Problem> {
        let id = id.to_owned();
        self.read(move |db| row::events(db, &id, after, limit)).await
    }

    /// Whether there is such a response that ran without its caller, and is done.
    pub(crate) async fn has_ended(&self, id: &str) -> Result<bool, Problem> {
        let id = id.to_owned();
        self.read(move |db| {
            db.query_row(
                "SELECT count(*) FROM responses
                 WHERE id = ?1 AND is_background = 1 AND is_final = 1",
                [id],
                |row| row.get(0),
            )
        })
        .await
    }

    /// Responses that were being written when the adapter ended.
    pub(crate) async fn unfinished(&self) -> Result<Vec<Unfinished>, Problem> {
        self.read(row::unfinished).await
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(move |db| {
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&tx)?;
            tx.commit()?;
            Ok(done)
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run(move |db| work(db)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        });
        let done = done.await.map_err(|error| Problem::internal(error.to_string()))?;
        done.map_err(|error| Problem::internal(format!("the store of responses failed: {error}")))
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(path)?;
    // Nobody else uses the file; what is deleted is overwritten.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    let steps = Migrations::from_slice(STEPS).to_latest(&mut connection);
    steps.map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err,
        other => rusqlite::Error::ToSqlConversionFailure(Box::new(other)),
    })?;
    Ok(connection)
}

fn key(connection: &mut Connection) -> rusqlite::Result<[u8; KEY_BYTES]> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute("INSERT INTO seal SELECT randomblob(32) WHERE NOT EXISTS (SELECT 1 FROM seal)", [])?;
    let key = tx.query_row("SELECT key FROM seal", [], |row| row.get(0))?;
    tx.commit()?;
    Ok(key)
}

/// Forgets what is too old, and the oldest of what is too much.
fn forget(tx: &Transaction<'_>, limits: Limits, now: i64) -> rusqlite::Result<()> {
    let oldest = now - i64::from(limits.store_days_max) * DAY_MS;
    tx.execute("DELETE FROM responses WHERE created_at < ?1 AND is_final = 1", [oldest])?;
    // From the newest on, everything is kept that still fits.
    let bytes_max = i64::from(limits.store_mib_max) * 1024 * 1024;
    tx.execute(
        "DELETE FROM responses WHERE is_final = 1 AND id IN (
            SELECT id FROM (
                SELECT id,
                    row_number() OVER newest AS place,
                    sum(n_bytes) OVER newest AS together
                FROM responses WINDOW newest AS (ORDER BY created_at DESC, id)
            ) WHERE place > ?1 OR together > ?2)",
        params![limits.responses_max, bytes_max],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests;
