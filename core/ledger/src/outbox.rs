//! Effects still to be performed. The intent is committed before the effect, the result after; a
//! delivery of which nobody knows the end is never repeated by itself.

mod delivery;

use nexus_domain::Timestamp;
use nexus_domain::delivery::DeliveryStatus;
use nexus_domain::id::{DeliveryId, RequestId};
use rusqlite::{Connection, params};

use self::delivery::read;
pub use self::delivery::{Delivery, DeliveryRecord, Growth};
pub(crate) use self::delivery::{GROWTH, LANES, SCHEMA};
use crate::error::LedgerError;
use crate::sql;

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
    /// Those about which a person is being asked, and those that still grow, are left out and hold
    /// nobody up.
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
             WHERE status = 'pending' AND next_at <= ?1 AND growth <> 1 AND id NOT IN asked
               AND adapter IN (SELECT value FROM json_each(?2))
               AND NOT EXISTS (
                   SELECT 1 FROM deliveries AS before
                   WHERE before.adapter = mine.adapter AND before.id < mine.id
                     AND json_extract(before.target, '$.to') = json_extract(mine.target, '$.to')
                     AND before.status IN ('pending', 'sending') AND before.growth <> 1
                     AND before.id NOT IN asked)
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

    /// The message in which the reply to a request grows, if there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn growing(&self, request: RequestId) -> Result<Option<DeliveryRecord>, LedgerError> {
        let found = self.of_request(request)?;
        Ok(found.into_iter().find(|record| record.growth == Growth::Growing))
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

    /// Notes that the first part of a reply is about to be handed over, whose whole text is not
    /// known yet: hand it over after the commit. `false` when the request has a delivery already,
    /// or others wait in its conversation: they would be overtaken.
    ///
    /// # Errors
    /// `Invalid` when the request is not recorded.
    pub fn grow(&self, delivery: &Delivery) -> Result<bool, LedgerError> {
        let n_before: i64 = self.0.0.query_row(
            "SELECT count(*) FROM deliveries
             WHERE request_id = ?1 OR (
                 adapter = ?2 AND json_extract(target, '$.to') = json_extract(?3, '$.to')
                 AND status IN ('pending', 'sending') AND growth <> 1)",
            (
                delivery.request_id.to_string(),
                &delivery.adapter,
                serde_json::to_string(&delivery.target)?,
            ),
            |row| row.get(0),
        )?;
        if n_before > 0 || !self.enqueue(delivery)? {
            return Ok(false);
        }
        self.sending(delivery.id, delivery.created_at)?;
        let id = delivery.id.to_string();
        sql::run(self.0.0, "UPDATE deliveries SET growth = 1 WHERE id = ?1", [id])?;
        Ok(true)
    }

    /// Notes that the first part is there: what follows replaces it.
    ///
    /// # Errors
    /// `Conflict` unless it was handed over.
    pub fn grown(
        &self,
        id: DeliveryId,
        at: Timestamp,
        message_ids: &[String],
    ) -> Result<(), LedgerError> {
        let step = Step::to(DeliveryStatus::Pending, &[DeliveryStatus::Sending], at);
        self.step(id, &Step { message_ids, next_at: Some(at), n_tries: -1, ..step })
    }

    /// Gives a message that grows its whole text; it is due unless nobody knows whether its first
    /// part arrived, or a person dropped it.
    ///
    /// # Errors
    /// `NotFound` when there is no such delivery.
    pub fn finish(&self, id: DeliveryId, at: Timestamp, text: &str) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "UPDATE deliveries SET text = ?2, growth = 2,
                 next_at = CASE status WHEN 'pending' THEN ?3 ELSE next_at END
             WHERE id = ?1",
            (id.to_string(), text, at.0),
        )
        .map(drop)
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

    /// Has everything that failed and waits for its next try be tried at once. What was never tried
    /// waits for its time. How many there are.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn hurry(&self, at: Timestamp) -> Result<usize, LedgerError> {
        sql::run(
            self.0.0,
            "UPDATE deliveries SET next_at = ?1
             WHERE status = 'pending' AND next_at > ?1 AND n_tries > 0",
            [at.0],
        )
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
        let message_ids = match step.message_ids {
            [] => found.message_ids.as_slice(),
            fresh => fresh,
        };
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
                serde_json::to_string(message_ids)?,
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
