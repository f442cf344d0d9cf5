//! Who owns the ledger: one row with an epoch that rises with every new owner. The writer of an
//! owner looks at it inside each of its transactions, so that nothing is committed by one whose
//! epoch is over, however late it wakes up.

use nexus_domain::Timestamp;
use rusqlite::Connection;

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE lease (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    epoch    INTEGER NOT NULL,
    holder   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    since_at INTEGER NOT NULL
) STRICT;
";

/// Who wants to own the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who it is, in words for people, such as `process 4242`.
    pub holder: String,
    /// How it runs: `headless`, `desktop`, `service`.
    pub kind: String,
    /// From when on.
    pub since: Timestamp,
}

/// Who owns the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Rises by one with every new owner, and never falls.
    pub epoch: u64,
    /// Who it is.
    pub holder: String,
    /// How it runs.
    pub kind: String,
    /// Since when.
    pub since: Timestamp,
}

/// Reads who owns the ledger.
pub struct Leases<'a>(pub(crate) &'a Connection);

impl Leases<'_> {
    /// The lease in force; nothing before the first owner.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn current(&self) -> Result<Option<Lease>, LedgerError> {
        let sql = "SELECT epoch, holder, kind, since_at FROM lease WHERE id = 1";
        sql::first(self.0, sql, (), |row| {
            Ok(Lease {
                epoch: sql::count(row, "epoch")?,
                holder: row.get("holder")?,
                kind: row.get("kind")?,
                since: sql::at(row, "since_at")?,
            })
        })
    }
}

/// Puts the next owner in the place of the present one, inside a transaction that is open.
pub(crate) fn take(conn: &Connection, claim: Claim) -> Result<Lease, LedgerError> {
    let epoch = Leases(conn).current()?.map_or(1, |lease| lease.epoch + 1);
    let Claim { holder, kind, since } = claim;
    sql::run(
        conn,
        "INSERT INTO lease (id, epoch, holder, kind, since_at) VALUES (1, ?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET
             epoch = excluded.epoch, holder = excluded.holder,
             kind = excluded.kind, since_at = excluded.since_at",
        (sql::number(epoch), &holder, &kind, since.0),
    )?;
    Ok(Lease { epoch, holder, kind, since })
}

/// Fails when another lease is in force. The whole of it is compared, and not its epoch alone: a
/// file that was put back from a backup counts from an earlier one again.
pub(crate) fn check(conn: &Connection, own: &Lease) -> Result<(), LedgerError> {
    let by = match Leases(conn).current()? {
        Some(lease) if lease == *own => return Ok(()),
        Some(lease) => format!("{} ({})", lease.holder, lease.kind),
        None => "nobody that is known".to_owned(),
    };
    Err(LedgerError::Deposed { epoch: own.epoch, by })
}
