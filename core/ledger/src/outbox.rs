//! Effects still to be performed. The intent is committed before the effect, the result after; a
//! delivery of which nobody knows the end is never repeated by itself.

use nexus_domain::Timestamp;
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::id::{DeliveryId, RequestId};
use rusqlite::{Connection, Row, params};
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
    /// What the adapter called it.
    pub message_ids: Vec<String>,
    /// What went wrong last.
    pub error: Option<String>,
    /// Whether an earlier try may have arrived: then no later one says that it did not.
    pub is_in_doubt: bool,
}

/// Reads the outbox.
pub struct Outbox<'a>(pub(crate) &'a Connection);

impl Outbox<'_> {
    /// A delivery.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, id: DeliveryId) -> Result<Option<DeliveryRecord>, LedgerError> {
        sql::first(self.0, "SELECT * FROM deliveries WHERE id = ?1", [id.to_string()], read)
    }

    /// Deliveries of some adapters that are due at an instant, the longest due first: of each
    /// conversation the oldest that has not ended, so that what is tried again is not overtaken.
    /// Those about which a person is being asked are left out, and hold nobody up.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn due(
        &self,
        at: Timestamp,
        adapters: &[String],
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>, LedgerError> {
        sql::all(
            self.0,
            "WITH asked AS (SELECT tool_call_id FROM permission_requests
                            WHERE status = 'pending' AND tool_call_id IS NOT NULL)
             SELECT * FROM deliveries AS mine
             WHERE status = 'pending' AND next_at <= ?1 AND id NOT IN asked
               AND adapter IN (SELECT value FROM json_each(?2))
               AND NOT EXISTS (
                   SELECT 1 FROM deliveries AS before
                   WHERE before.adapter = mine.adapter AND before.id < mine.id
                     AND json_extract(before.target, '$.to') = json_extract(mine.target, '$.to')
                     AND before.status IN ('pending', 'sending') AND before.id NOT IN asked)
             ORDER BY next_at, id LIMIT ?3",
            (at.0, serde_json::to_string(adapters)?, sql::limit(limit)),
            read,
        )
    }

    /// When the next delivery is due.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_at(&self) -> Result<Option<Timestamp>, LedgerError> {
        sql::first(
            self.0,
            "SELECT next_at FROM deliveries WHERE status = 'pending' ORDER BY next_at LIMIT 1",
            (),
            |row| sql::at(row, "next_at"),
        )
    }

    /// Deliveries that were handed over and not confirmed: after a start, these are in doubt.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn in_flight(&self) -> Result<Vec<DeliveryRecord>, LedgerError> {
        sql::all(self.0, "SELECT * FROM deliveries WHERE status = 'sending' ORDER BY id", (), read)
    }

    /// The delivery that a person named: by id, by the beginning of an id, or `@last`.
    ///
    /// # Errors
    /// `NotFound`, or `Invalid` with the candidates when several begin so.
    pub fn find(&self, name: &str) -> Result<DeliveryId, LedgerError> {
        if name == "@last" {
            let last = sql::first(
                self.0,
                "SELECT id FROM deliveries ORDER BY id DESC LIMIT 1",
                (),
                |row| sql::text(row, "id"),
            )?;
            return last.ok_or_else(|| LedgerError::not_found("delivery", name));
        }
        let id = sql::find_id(
            self.0,
            "delivery",
            "SELECT id FROM deliveries WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 6",
            name,
        )?;
        Ok(DeliveryId::parse(&id)?)
    }

    /// Deliveries that stand so, or all, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list(
        &self,
        states: &[DeliveryStatus],
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM deliveries
             WHERE (?1 = '[]' OR status IN (SELECT value FROM json_each(?1)))
               AND (?2 IS NULL OR id < ?2)
             ORDER BY id DESC LIMIT ?3",
            (serde_json::to_string(states)?, before.map(|id| id.to_string()), sql::limit(limit)),
            read,
        )
    }

    /// The deliveries of a request, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_request(&self, request: RequestId) -> Result<Vec<DeliveryRecord>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM deliveries WHERE request_id = ?1 ORDER BY id",
            [request.to_string()],
            read,
        )
    }
}

fn read(row: &Row<'_>) -> Result<DeliveryRecord, LedgerError> {
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
    })
}

/// What a change of status brings with it.
struct Step<'t> {
    from: &'t [DeliveryStatus],
    to: DeliveryStatus,
    at: Timestamp,
    next_at: Option<Timestamp>,
    message_ids: &'t [String],
    error: Option<&'t str>,
    /// How often more it was handed over.
    n_tries: i64,
    is_in_doubt: bool,
}

/// Changes the outbox.
pub struct OutboxMut<'a>(pub(crate) Outbox<'a>);

impl OutboxMut<'_> {
    /// Commits the intent; due at once. The same idempotency key again changes nothing and gives
    /// `false`.
    ///
    /// # Errors
    /// `Invalid` when the request is not recorded.
    pub fn enqueue(&self, delivery: &Delivery) -> Result<bool, LedgerError> {
        let n_rows = sql::run(
            self.0.0,
            "INSERT INTO deliveries (id, request_id, adapter, target, text, idempotency_key,
                 created_at, status, next_at, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending', ?8, ?7)
             ON CONFLICT (idempotency_key) DO NOTHING",
            params![
                delivery.id.to_string(),
                delivery.request_id.to_string(),
                delivery.adapter,
                serde_json::to_string(&delivery.target)?,
                delivery.text,
                delivery.idempotency_key,
                delivery.created_at.0,
                delivery.due_at.0,
            ],
        )?;
        Ok(n_rows == 1)
    }

    /// Notes that a delivery is about to be handed over. Hand it over after the commit.
    ///
    /// # Errors
    /// `Conflict` unless it is pending: whoever comes second must not send.
    pub fn sending(&self, id: DeliveryId, at: Timestamp) -> Result<(), LedgerError> {
        let step = Step::to(DeliveryStatus::Sending, &[DeliveryStatus::Pending], at);
        self.step(id, &Step { n_tries: 1, ..step })
    }

    /// Notes that a delivery was not handed over after all, because nobody was there to take it:
    /// it waits on, and that was no try.
    ///
    /// # Errors
    /// `Conflict` unless it was about to be handed over.
    pub fn untried(&self, id: DeliveryId, at: Timestamp, error: &str) -> Result<(), LedgerError> {
        let step = Step::to(DeliveryStatus::Pending, &[DeliveryStatus::Sending], at);
        self.step(id, &Step { error: Some(error), n_tries: -1, ..step })
    }

    /// Notes that nobody knows how a try ended, and that the next one does no harm.
    ///
    /// # Errors
    /// `Conflict` unless it was handed over.
    pub fn doubted(
        &self,
        id: DeliveryId,
        at: Timestamp,
        error: &str,
        retry_at: Timestamp,
    ) -> Result<(), LedgerError> {
        let step = Step::to(DeliveryStatus::Pending, &[DeliveryStatus::Sending], at);
        let next_at = Some(retry_at);
        self.step(id, &Step { error: Some(error), next_at, is_in_doubt: true, ..step })
    }

    /// Notes that a delivery was confirmed, be it late.
    ///
    /// # Errors
    /// `Conflict` unless it was handed over.
    pub fn sent(
        &self,
        id: DeliveryId,
        at: Timestamp,
        message_ids: &[String],
    ) -> Result<(), LedgerError> {
        let from = &[DeliveryStatus::Sending, DeliveryStatus::Unknown];
        self.step(id, &Step { message_ids, ..Step::to(DeliveryStatus::Sent, from, at) })
    }

    /// Notes that a delivery surely did not happen; with `retry_at` it is tried again then, else
    /// it is given up.
    ///
    /// # Errors
    /// `Conflict` when it had ended before.
    pub fn failed(
        &self,
        id: DeliveryId,
        at: Timestamp,
        error: &str,
        retry_at: Option<Timestamp>,
    ) -> Result<(), LedgerError> {
        let to = if retry_at.is_some() { DeliveryStatus::Pending } else { DeliveryStatus::Failed };
        let from = &[DeliveryStatus::Pending, DeliveryStatus::Sending];
        self.step(id, &Step { next_at: retry_at, error: Some(error), ..Step::to(to, from, at) })
    }

    /// Notes that nobody knows how a delivery ended.
    ///
    /// # Errors
    /// `Conflict` unless it was handed over.
    pub fn unknown(&self, id: DeliveryId, at: Timestamp, error: &str) -> Result<(), LedgerError> {
        let step = Step::to(DeliveryStatus::Unknown, &[DeliveryStatus::Sending], at);
        self.step(id, &Step { error: Some(error), ..step })
    }

    /// Tries a delivery again that had failed or was dropped, or of which nobody knows the end; a
    /// person decides that, or the adapter's promise that a repetition does no harm.
    ///
    /// # Errors
    /// `Conflict` when it is pending or confirmed.
    pub fn retry(&self, id: DeliveryId, at: Timestamp) -> Result<(), LedgerError> {
        let from = &[
            DeliveryStatus::Sending,
            DeliveryStatus::Failed,
            DeliveryStatus::Unknown,
            DeliveryStatus::Dropped,
        ];
        let found = self.0.get(id)?.map(|found| found.status);
        let is_in_doubt = matches!(found, Some(DeliveryStatus::Sending | DeliveryStatus::Unknown));
        let step = Step::to(DeliveryStatus::Pending, from, at);
        self.step(id, &Step { next_at: Some(at), is_in_doubt, ..step })
    }

    /// Takes a delivery back that was not handed over, or has no certain end: it is not sent, or not
    /// again.
    ///
    /// # Errors
    /// `Conflict` when it is on its way, confirmed, or was dropped before.
    pub fn drop(&self, id: DeliveryId, at: Timestamp) -> Result<(), LedgerError> {
        let from = &[DeliveryStatus::Pending, DeliveryStatus::Failed, DeliveryStatus::Unknown];
        self.step(id, &Step::to(DeliveryStatus::Dropped, from, at))
    }

    /// Cuts a delivery that was not handed over into several, each behind the one before: the
    /// first keeps its name.
    ///
    /// # Errors
    /// `Conflict` unless it is pending.
    pub fn cut(&self, id: DeliveryId, pieces: &[(DeliveryId, String)]) -> Result<(), LedgerError> {
        let found = self.0.get(id)?.ok_or_else(|| LedgerError::not_found("delivery", id))?;
        if found.status != DeliveryStatus::Pending {
            return Err(LedgerError::conflict(format!("delivery {id} is on its way already")));
        }
        for (n, (piece_id, text)) in pieces.iter().enumerate() {
            if n == 0 {
                let values = (id.to_string(), text);
                sql::run(self.0.0, "UPDATE deliveries SET text = ?2 WHERE id = ?1", values)?;
                continue;
            }
            let idempotency_key = format!("{}/{n}", found.delivery.idempotency_key);
            let text = text.clone();
            self.enqueue(&Delivery {
                id: *piece_id,
                text,
                idempotency_key,
                ..found.delivery.clone()
            })?;
        }
        Ok(())
    }

    fn step(&self, id: DeliveryId, step: &Step<'_>) -> Result<(), LedgerError> {
        let found = self.0.get(id)?.ok_or_else(|| LedgerError::not_found("delivery", id))?;
        if !step.from.contains(&found.status) {
            return Err(LedgerError::conflict(format!(
                "delivery {id} is {}, so it cannot become {}",
                sql::word(&found.status)?,
                sql::word(&step.to)?
            )));
        }
        sql::run(
            self.0.0,
            "UPDATE deliveries SET status = ?2, changed_at = ?3, next_at = ?4, message_ids = ?5,
                 error = ?6, n_tries = n_tries + ?7, is_in_doubt = max(is_in_doubt, ?8)
             WHERE id = ?1",
            params![
                id.to_string(),
                sql::word(&step.to)?,
                step.at.0,
                step.next_at.unwrap_or(found.next_at).0,
                serde_json::to_string(step.message_ids)?,
                step.error,
                step.n_tries,
                step.is_in_doubt,
            ],
        )?;
        Ok(())
    }
}

impl<'t> Step<'t> {
    fn to(to: DeliveryStatus, from: &'t [DeliveryStatus], at: Timestamp) -> Self {
        let (next_at, error) = (None, None);
        Self { from, to, at, next_at, message_ids: &[], error, n_tries: 0, is_in_doubt: false }
    }
}
