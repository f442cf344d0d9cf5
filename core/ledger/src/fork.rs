//! Copies of sessions: a new one with the messages of another up to one of them.

use std::collections::HashMap;

use nexus_domain::Timestamp;
use nexus_domain::id::{MessageId, SessionKey};
use nexus_domain::message::Message;

use crate::error::LedgerError;
use crate::message::{Summary, read_message};
use crate::sql;
use crate::turn::{Turns, TurnsMut};

/// A summary of a session, with the message up to which it stands.
struct Standing {
    through: MessageId,
    summary: String,
    n_messages: u64,
    tokens_saved: u64,
}

impl Turns<'_> {
    /// The messages of a session up to one of them, that one included; all of them when none is
    /// named. At most `limit`.
    ///
    /// # Errors
    /// `NotFound` when `through` names no message of the session.
    pub fn messages_through(
        &self,
        session: &SessionKey,
        through: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<Message>, LedgerError> {
        let through = through.map_or(Ok(i64::MAX), |id| self.place(session, id))?;
        sql::all(
            self.0,
            "SELECT * FROM messages WHERE session_key = ?1 AND place <= ?2
             ORDER BY place LIMIT ?3",
            (session.as_str(), through, sql::limit(limit)),
            read_message,
        )
    }

    /// The last summary that stands for nothing beyond a message.
    fn standing(
        &self,
        session: &SessionKey,
        through: MessageId,
    ) -> Result<Option<Standing>, LedgerError> {
        let place = self.place(session, through)?;
        sql::first(
            self.0,
            "SELECT messages.id AS through, compactions.* FROM compactions
             JOIN messages ON messages.place = compactions.through_place
             WHERE compactions.session_key = ?1 AND compactions.through_place <= ?2
             ORDER BY compactions.place DESC LIMIT 1",
            (session.as_str(), place),
            |row| {
                Ok(Standing {
                    through: sql::text(row, "through")?,
                    summary: row.get("summary")?,
                    n_messages: sql::count(row, "n_messages")?,
                    tokens_saved: sql::count(row, "tokens_saved")?,
                })
            },
        )
    }
}

impl TurnsMut<'_> {
    /// Copies messages of one session into another, under new ids, with the summary that stands
    /// for the first of them. They keep the turn they were said in, which stays where it is.
    ///
    /// # Errors
    /// When the database cannot be written, or a message is none of the session's.
    pub fn copy_messages(
        &self,
        (from, to): (&SessionKey, &SessionKey),
        messages: Vec<Message>,
        fresh_id: impl Fn() -> MessageId,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        let Some(last) = messages.last().map(|message| message.id) else { return Ok(()) };
        let mut copies = HashMap::new();
        for message in messages {
            let copy = Message { id: fresh_id(), ..message };
            copies.insert(message.id, copy.id);
            self.add_message(to, &copy)?;
        }
        let Some(standing) = self.0.standing(from, last)? else { return Ok(()) };
        let Some(through) = copies.get(&standing.through) else { return Ok(()) };
        let summary = Summary {
            through: *through,
            summary: &standing.summary,
            n_messages: standing.n_messages,
            tokens_saved: standing.tokens_saved,
        };
        self.compact(to, summary, at)
    }
}
