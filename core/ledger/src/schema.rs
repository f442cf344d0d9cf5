//! The schema: each ledger brings its own tables, the steps stand here in order.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::error::LedgerError;
use crate::{
    access, agent, alias, arrival, audit, brief, budget, cooldown, event, grant, idempotency,
    identity, job, label, lease, message, outbox, pause, permission, queue, request, schedule,
    sender_wait, session, turn, usage,
};

/// Marks the file as ours: `NXLG`.
const APPLICATION_ID: i64 = 0x4E58_4C47;

/// The steps from an empty file to today. A step that was released is never changed again; a
/// change is a new step.
const STEPS: &[&[&str]] = &[
    &[
        "PRAGMA application_id = 0x4E584C47;",
        event::SCHEMA,
        arrival::SCHEMA,
        request::SCHEMA,
        session::SCHEMA,
        turn::SCHEMA,
        message::SCHEMA,
        queue::SCHEMA,
        permission::schema::SCHEMA,
        audit::SCHEMA,
        identity::SCHEMA,
        outbox::SCHEMA,
        job::SCHEMA,
        idempotency::SCHEMA,
        cooldown::SCHEMA,
    ],
    &[
        permission::schema::STANDING,
        grant::SCHEMA,
        budget::SCHEMA,
        usage::SCHEMA,
        audit::checkpoint::SCHEMA,
        audit::open::SCHEMA,
        label::SCHEMA,
    ],
    &[
        grant::USES,
        permission::schema::WITHOUT_TURN,
        identity::CONFIDENCE,
        sender_wait::SCHEMA,
        alias::SCHEMA,
    ],
    &[access::SCHEMA, agent::SCHEMA, request::WISH],
    &[
        brief::SCHEMA,
        outbox::LANES,
        session::SETTINGS,
        request::REPLAYS,
        message::THROUGH,
        event::BEGINNINGS,
    ],
    &[outbox::GROWTH],
    &[pause::SCHEMA],
    &[lease::SCHEMA],
    &[schedule::JOBS, schedule::NOTES],
];

/// The schema version this program writes.
pub const SCHEMA_VERSION: u64 = STEPS.len() as u64;

/// The schema version of a file.
pub(crate) fn version(conn: &Connection) -> Result<u64, LedgerError> {
    let version: i64 = conn.query_row("PRAGMA user_version", (), |row| row.get(0))?;
    u64::try_from(version)
        .map_err(|_| LedgerError::corrupt(format!("schema version {version} cannot be")))
}

/// Refuses a file that this program must not touch; changes nothing.
pub(crate) fn check(conn: &Connection) -> Result<(), LedgerError> {
    let found = version(conn)?;
    let application: i64 = conn.query_row("PRAGMA application_id", (), |row| row.get(0))?;
    let n_tables: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    let is_new = found == 0 && application == 0 && n_tables == 0;
    if !is_new && application != APPLICATION_ID {
        return Err(LedgerError::corrupt("it is an SQLite file, but not a ledger of Nexus"));
    }
    if found > SCHEMA_VERSION {
        return Err(LedgerError::NewerSchema { found, known: SCHEMA_VERSION });
    }
    Ok(())
}

/// Brings the schema up to date, each step in a transaction of its own.
pub(crate) fn migrate(conn: &mut Connection) -> Result<(), LedgerError> {
    migrate_to(conn, STEPS.len())
}

/// The same for the first steps only, which is how an older program left the file.
pub(crate) fn migrate_to(conn: &mut Connection, n_steps: usize) -> Result<(), LedgerError> {
    let steps: Vec<String> = STEPS.iter().map(|pieces| pieces.concat()).collect();
    let migrations = Migrations::new(steps.iter().map(|sql| M::up(sql)).collect());
    migrations.to_version(conn, n_steps).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => LedgerError::from(err),
        other => LedgerError::corrupt(format!("the schema could not be brought up: {other}")),
    })
}
