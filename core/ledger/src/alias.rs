//! Sessions under more than one name. When an unknown sender becomes a person, the conversation
//! goes on under the person's key with everything that was said, and the old key leads there.

use nexus_domain::Timestamp;
use nexus_domain::id::SessionKey;

use crate::error::LedgerError;
use crate::session::{Sessions, SessionsMut};
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE session_aliases (
    alias       TEXT PRIMARY KEY,
    session_key TEXT NOT NULL,
    reason      TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_aliases_session ON session_aliases (session_key, created_at);
CREATE INDEX turns_session ON turns (session_key);
";

/// Why an alias was made: the sender of a conversation became a person.
const PROMOTION: &str = "identity_promotion";

/// Where the input of a conversation goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The session.
    pub key: SessionKey,
    /// The key it had until now, when it was given this one just now.
    pub earlier_key: Option<SessionKey>,
}

impl Sessions<'_> {
    /// The session that a key names: itself when there is one, else the one it is an alias of.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn resolve(&self, key: &SessionKey) -> Result<SessionKey, LedgerError> {
        if self.exists(key)? {
            return Ok(key.clone());
        }
        let alias = sql::first(
            self.0,
            "SELECT session_key FROM session_aliases WHERE alias = ?1",
            [key.as_str()],
            |row| sql::text(row, "session_key"),
        )?;
        Ok(alias.unwrap_or_else(|| key.clone()))
    }

    fn exists(&self, key: &SessionKey) -> Result<bool, LedgerError> {
        let found = sql::first(
            self.0,
            "SELECT key FROM sessions WHERE key = ?1 AND deleted_at IS NULL",
            [key.as_str()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The keys that lead to a session, the oldest first.
    fn aliases_of(&self, key: &SessionKey) -> Result<Vec<SessionKey>, LedgerError> {
        sql::all(
            self.0,
            "SELECT alias FROM session_aliases WHERE session_key = ?1 ORDER BY created_at, alias",
            [key.as_str()],
            |row| sql::text(row, "alias"),
        )
    }

    fn is_at_work(&self, key: &SessionKey) -> Result<bool, LedgerError> {
        Ok(self.get(key)?.is_some_and(|session| session.is_busy || session.n_waiting > 0))
    }
}

impl SessionsMut<'_> {
    /// Lets a key lead to another session; replaces where it led before.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn alias(
        &self,
        alias: &SessionKey,
        key: &SessionKey,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO session_aliases (alias, session_key, reason, created_at)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (alias) DO UPDATE SET session_key = excluded.session_key,
                 reason = excluded.reason, created_at = excluded.created_at",
            (alias.as_str(), key.as_str(), PROMOTION, at.0),
        )?;
        Ok(())
    }

    /// A key leads nowhere else any more: what is said under it begins anew.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn unalias(&self, alias: &SessionKey) -> Result<(), LedgerError> {
        sql::run(self.0.0, "DELETE FROM session_aliases WHERE alias = ?1", [alias.as_str()])?;
        Ok(())
    }

    /// Where input for a session goes. A session that is there is taken as it is. One that is not
    /// takes over, whole, the oldest conversation whose key leads to it; while a run is at work
    /// there, input joins that conversation and the key changes later.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn settle(&self, key: &SessionKey) -> Result<Settled, LedgerError> {
        let stays = |key: &SessionKey| Settled { key: key.clone(), earlier_key: None };
        if self.0.exists(key)? {
            return Ok(stays(key));
        }
        for earlier in self.0.aliases_of(key)? {
            if !self.0.exists(&earlier)? {
                continue;
            }
            if self.0.is_at_work(&earlier)? {
                return Ok(stays(&earlier));
            }
            self.rename(&earlier, key)?;
            return Ok(Settled { key: key.clone(), earlier_key: Some(earlier) });
        }
        Ok(stays(key))
    }

    /// Gives a session another key, with all that is in it. Events keep the key they were recorded
    /// under: they tell what was, as do the daily sums of usage.
    fn rename(&self, from: &SessionKey, to: &SessionKey) -> Result<(), LedgerError> {
        const MOVES: [&str; 6] = [
            "UPDATE turns SET session_key = ?2 WHERE session_key = ?1",
            "UPDATE messages SET session_key = ?2 WHERE session_key = ?1",
            "UPDATE compactions SET session_key = ?2 WHERE session_key = ?1",
            "UPDATE permission_requests SET session_key = ?2 WHERE session_key = ?1",
            "UPDATE requests SET session_key = ?2 WHERE session_key = ?1",
            "UPDATE session_labels SET session_key = ?2 WHERE session_key = ?1",
        ];
        sql::run(
            self.0.0,
            "INSERT INTO sessions (key, agent_id, title, created_at, updated_at, n_messages,
                 is_titled, defaults, forked_from)
             SELECT ?2, agent_id, title, created_at, updated_at, n_messages, is_titled, defaults,
                 forked_from
             FROM sessions WHERE key = ?1
             ON CONFLICT (key) DO UPDATE SET agent_id = excluded.agent_id,
                 title = excluded.title, created_at = excluded.created_at,
                 updated_at = excluded.updated_at, n_messages = excluded.n_messages,
                 is_titled = excluded.is_titled, defaults = excluded.defaults,
                 forked_from = excluded.forked_from,
                 deleted_at = NULL",
            (from.as_str(), to.as_str()),
        )?;
        for statement in MOVES {
            sql::run(self.0.0, statement, (from.as_str(), to.as_str()))?;
        }
        sql::run(self.0.0, "DELETE FROM sessions WHERE key = ?1", [from.as_str()])?;
        Ok(())
    }
}
