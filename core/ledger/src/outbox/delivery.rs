//! Deliveries, as they stand in the ledger.

use nexus_domain::Timestamp;
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::id::{DeliveryId, RequestId};
use rusqlite::Row;
use serde_json::Value;

use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE deliveries (
    id              TEXT PRIMARY KEY,
    request_id      TEXT NOT NULL REFERENCES requests (id),
    adapter         TEXT NOT NULL,
    target          TEXT NOT NULL,
    text            TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL,
    status          TEXT NOT NULL,
    n_tries         INTEGER NOT NULL DEFAULT 0,
    next_at         INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL,
    message_ids     TEXT NOT NULL DEFAULT '[]',
    error           TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (next_at, id) WHERE status = 'pending';
CREATE INDEX deliveries_sending ON deliveries (id) WHERE status = 'sending';
CREATE INDEX deliveries_request ON deliveries (request_id, id);
";

/// Added in step 5: what is still to be sent to one conversation, in order.
pub(crate) const LANES: &str = "
CREATE INDEX deliveries_lane ON deliveries (adapter, json_extract(target, '$.to'), id)
    WHERE status IN ('pending', 'sending');
";

/// Added in step 6: what may have arrived although it is tried again, and replies that grow.
pub(crate) const GROWTH: &str = "
ALTER TABLE deliveries ADD COLUMN is_in_doubt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN growth INTEGER NOT NULL DEFAULT 0;
";

/// What is to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The request it answers.
    pub request_id: RequestId,
    /// The adapter that sends it.
    pub adapter: String,
    /// Where to, in the adapter's own terms.
    pub target: Value,
    /// What.
    pub text: String,
    /// Lets an adapter recognize a repetition.
    pub idempotency_key: String,
    /// When it was decided.
    pub created_at: Timestamp,
    /// When it is to be sent at the earliest: until then it can be taken back.
    pub due_at: Timestamp,
}

/// Whether a delivery is a message that grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// It is sent as it is.
    Whole,
    /// Its first part is out or on its way; the whole text is not known yet, and it waits for that.
    Growing,
    /// The whole text is known: what is out is to be replaced by it.
    Grown,
}

impl Growth {
    fn read(number: i64) -> Self {
        match number {
            1 => Self::Growing,
            2 => Self::Grown,
            _ => Self::Whole,
        }
    }
}

/// A delivery as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryRecord {
    /// What is to be sent.
    pub delivery: Delivery,
    /// How it stands.
    pub status: DeliveryStatus,
    /// How often it was handed over.
    pub n_tries: u32,
    /// When it is due, while it is pending.
    pub next_at: Timestamp,
    /// When its status changed last.
    pub changed_at: Timestamp,
    /// What the adapter called it; of one that grows, its first part.
    pub message_ids: Vec<String>,
    /// What went wrong last.
    pub error: Option<String>,
    /// Whether an earlier try may have arrived: then no later one says that it did not.
    pub is_in_doubt: bool,
    /// Whether it grows.
    pub growth: Growth,
}

pub(super) fn read(row: &Row<'_>) -> Result<DeliveryRecord, LedgerError> {
    Ok(DeliveryRecord {
        delivery: Delivery {
            id: sql::text(row, "id")?,
            request_id: sql::text(row, "request_id")?,
            adapter: row.get("adapter")?,
            target: sql::json(row, "target")?,
            text: row.get("text")?,
            idempotency_key: row.get("idempotency_key")?,
            created_at: sql::at(row, "created_at")?,
            due_at: sql::at(row, "next_at")?,
        },
        status: sql::text(row, "status")?,
        n_tries: row.get("n_tries")?,
        next_at: sql::at(row, "next_at")?,
        changed_at: sql::at(row, "changed_at")?,
        message_ids: sql::json(row, "message_ids")?,
        error: row.get("error")?,
        is_in_doubt: row.get("is_in_doubt")?,
        growth: Growth::read(row.get("growth")?),
    })
}
