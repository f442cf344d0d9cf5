//! What arrived from outside and what went out: the lasting record of communication. Admission is
//! decided here, once and for all.

use nexus_domain::Timestamp;
use nexus_domain::arrival::{Arrival, ContentType, PeerKind};
use nexus_domain::id::RequestId;
use rusqlite::{Connection, Row, params};
use serde::Serialize;

use crate::error::LedgerError;
use crate::sql;

/// The full-text index keeps no text of its own: it points into the table.
pub(crate) const SCHEMA: &str = "
CREATE TABLE arrivals (
    place        INTEGER PRIMARY KEY,
    channel      TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    direction    TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    request_id   TEXT NOT NULL,
    account_id   TEXT NOT NULL,
    sender_id    TEXT NOT NULL,
    sender_name  TEXT,
    peer_id      TEXT NOT NULL,
    peer_kind    TEXT NOT NULL,
    thread_id    TEXT,
    reply_to_id  TEXT,
    content      TEXT NOT NULL,
    content_type TEXT NOT NULL,
    attachments  TEXT NOT NULL,
    metadata     TEXT NOT NULL,
    timestamp    INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    UNIQUE (channel, event_id)
) STRICT;
CREATE VIRTUAL TABLE arrivals_text USING fts5 (
    content, content = 'arrivals', content_rowid = 'place',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
";

/// Whether an arrival is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It was never seen before and is recorded now.
    New,
    /// It was admitted before; here is its request. Nothing runs again.
    Duplicate(RequestId),
}

/// Which way something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Towards us.
    Inbound,
    /// Away from us.
    Outbound,
}

/// Something that we sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbound {
    /// Our id for it, unique in its channel: the delivery's id.
    pub event_id: String,
    /// The request it answers.
    pub request_id: RequestId,
    /// The medium.
    pub channel: String,
    /// Our account there; also recorded as the sender.
    pub account_id: String,
    /// The conversation.
    pub peer_id: String,
    /// What kind of conversation.
    pub peer_kind: PeerKind,
    /// The thread inside it.
    pub thread_id: Option<String>,
    /// The message it answers.
    pub reply_to_id: Option<String>,
    /// What was said.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// A recorded arrival with what the ledger knows beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrivalRecord {
    /// What was said, by whom, where.
    pub arrival: Arrival,
    /// The request it caused or answers.
    pub request_id: RequestId,
    /// Which way it went.
    pub direction: Direction,
    /// When it was recorded.
    pub received_at: Timestamp,
}

/// Reads arrivals.
pub struct Arrivals<'a>(pub(crate) &'a Connection);

impl Arrivals<'_> {
    /// The arrival named `{channel}:{event_id}`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, ledger_id: &str) -> Result<Option<Arrival>, LedgerError> {
        Ok(self.record(ledger_id)?.map(|record| record.arrival))
    }

    /// The same, with what the ledger knows beside it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn record(&self, ledger_id: &str) -> Result<Option<ArrivalRecord>, LedgerError> {
        // Channels have no colon, so the first one ends the channel.
        let Some((channel, event_id)) = ledger_id.split_once(':') else { return Ok(None) };
        sql::first(
            self.0,
            "SELECT * FROM arrivals WHERE channel = ?1 AND event_id = ?2",
            (channel, event_id),
            read,
        )
    }

    /// Arrivals in which every word of `text` occurs (the last may be unfinished), latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn search(&self, text: &str, limit: u32) -> Result<Vec<ArrivalRecord>, LedgerError> {
        let Some(query) = sql::match_query(text) else { return Ok(Vec::new()) };
        sql::all(
            self.0,
            "SELECT arrivals.* FROM arrivals_text
             JOIN arrivals ON arrivals.place = arrivals_text.rowid
             WHERE arrivals_text MATCH ?1 ORDER BY arrivals_text.rowid DESC LIMIT ?2",
            (query, sql::limit(limit)),
            read,
        )
    }
}

fn read(row: &Row<'_>) -> Result<ArrivalRecord, LedgerError> {
    let arrival = Arrival {
        event_id: row.get("event_id")?,
        timestamp: sql::at(row, "timestamp")?,
        content: row.get("content")?,
        content_type: sql::text(row, "content_type")?,
        channel: row.get("channel")?,
        account_id: row.get("account_id")?,
        sender_id: row.get("sender_id")?,
        peer_id: row.get("peer_id")?,
        peer_kind: sql::text(row, "peer_kind")?,
        attachments: sql::json(row, "attachments")?,
        sender_name: row.get("sender_name")?,
        thread_id: row.get("thread_id")?,
        reply_to_id: row.get("reply_to_id")?,
        metadata: sql::json(row, "metadata")?,
    };
    let direction = match row.get_ref("direction")?.as_str().unwrap_or_default() {
        "outbound" => Direction::Outbound,
        _ => Direction::Inbound,
    };
    Ok(ArrivalRecord {
        arrival,
        request_id: sql::text(row, "request_id")?,
        direction,
        received_at: sql::at(row, "received_at")?,
    })
}

/// Records arrivals.
pub struct ArrivalsMut<'a>(pub(crate) Arrivals<'a>);

impl ArrivalsMut<'_> {
    /// Admits an arrival exactly once. Create its request in the same transaction.
    ///
    /// # Errors
    /// `Invalid` when the channel's name has a colon, which would make ids ambiguous.
    pub fn insert(
        &self,
        arrival: &Arrival,
        request: RequestId,
        received_at: Timestamp,
    ) -> Result<Admission, LedgerError> {
        if self.put(arrival, request, Direction::Inbound, received_at)? {
            return Ok(Admission::New);
        }
        let earlier = sql::first(
            self.0.0,
            "SELECT request_id FROM arrivals WHERE channel = ?1 AND event_id = ?2",
            (&arrival.channel, &arrival.event_id),
            |row| sql::text(row, "request_id"),
        )?;
        earlier
            .map(Admission::Duplicate)
            .ok_or_else(|| LedgerError::corrupt("an arrival is indexed, but not there"))
    }

    /// Records what we sent. The same id again is not recorded twice.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn outbound(&self, sent: &Outbound) -> Result<(), LedgerError> {
        let arrival = Arrival {
            event_id: sent.event_id.clone(),
            timestamp: sent.at,
            content: sent.text.clone(),
            content_type: ContentType::Text,
            channel: sent.channel.clone(),
            account_id: sent.account_id.clone(),
            sender_id: sent.account_id.clone(),
            peer_id: sent.peer_id.clone(),
            peer_kind: sent.peer_kind,
            attachments: Vec::new(),
            sender_name: None,
            thread_id: sent.thread_id.clone(),
            reply_to_id: sent.reply_to_id.clone(),
            metadata: serde_json::Map::new(),
        };
        self.put(&arrival, sent.request_id, Direction::Outbound, sent.at).map(drop)
    }

    fn put(
        &self,
        arrival: &Arrival,
        request: RequestId,
        direction: Direction,
        received_at: Timestamp,
    ) -> Result<bool, LedgerError> {
        if arrival.channel.contains(':') {
            return Err(LedgerError::Invalid(format!(
                "the channel `{}` has a colon in its name",
                arrival.channel.escape_debug()
            )));
        }
        let conn = self.0.0;
        let n_rows = sql::run(
            conn,
            "INSERT INTO arrivals (channel, event_id, direction, request_id, account_id,
                 sender_id, sender_name, peer_id, peer_kind, thread_id, reply_to_id, content,
                 content_type, attachments, metadata, timestamp, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (channel, event_id) DO NOTHING",
            params![
                arrival.channel,
                arrival.event_id,
                sql::word(&direction)?,
                request.to_string(),
                arrival.account_id,
                arrival.sender_id,
                arrival.sender_name,
                arrival.peer_id,
                sql::word(&arrival.peer_kind)?,
                arrival.thread_id,
                arrival.reply_to_id,
                arrival.content,
                sql::word(&arrival.content_type)?,
                serde_json::to_string(&arrival.attachments)?,
                serde_json::to_string(&arrival.metadata)?,
                arrival.timestamp.0,
                received_at.0,
            ],
        )?;
        if n_rows == 0 {
            return Ok(false);
        }
        sql::run(
            conn,
            "INSERT INTO arrivals_text (rowid, content) VALUES (?1, ?2)",
            (conn.last_insert_rowid(), &arrival.content),
        )?;
        Ok(true)
    }
}
