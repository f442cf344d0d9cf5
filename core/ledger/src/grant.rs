//! Standing answers: what a person allowed or refused beyond one call, and what became of it.
//!
//! Every change of a grant stands in the grant log and, as a decision of the one who made it, in
//! the audit, in the same transaction.

use nexus_domain::Timestamp;
use nexus_domain::grant::{Grant, GrantEffect};
use nexus_domain::id::GrantId;
use nexus_domain::principal::{Chain, Principal};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use crate::audit::{Audit, AuditEntry, AuditMut};
use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE acl_grants (
    id            TEXT PRIMARY KEY,
    principal     TEXT NOT NULL,
    verb          TEXT NOT NULL,
    effect        TEXT NOT NULL,
    scope         TEXT NOT NULL,
    reason        TEXT NOT NULL,
    granted_by    TEXT NOT NULL,
    permission_id TEXT,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER,
    revoked_at    INTEGER,
    revoked_by    TEXT,
    is_closed     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX acl_grants_open ON acl_grants (id) WHERE is_closed = 0;
CREATE INDEX acl_grants_end ON acl_grants (expires_at)
    WHERE is_closed = 0 AND expires_at IS NOT NULL;
CREATE INDEX acl_grants_principal ON acl_grants (principal, id);
CREATE TABLE acl_grant_log (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    grant_id TEXT NOT NULL REFERENCES acl_grants (id),
    at       INTEGER NOT NULL,
    what     TEXT NOT NULL,
    by       TEXT
) STRICT;
CREATE INDEX acl_grant_log_grant ON acl_grant_log (grant_id, position);
";

/// Kept with the grant, because a grant that is used often has a long log.
pub(crate) const USES: &str = "
ALTER TABLE acl_grants ADD COLUMN n_uses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE acl_grants ADD COLUMN last_used_at INTEGER;
UPDATE acl_grants SET
    n_uses = (SELECT count(*) FROM acl_grant_log WHERE grant_id = id AND what = 'used'),
    last_used_at = (SELECT max(at) FROM acl_grant_log WHERE grant_id = id AND what = 'used');
";

/// What happened to a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantChange {
    /// It was made.
    Created,
    /// An action was decided by it.
    Used,
    /// Its time ran out.
    Expired,
    /// It was taken back.
    Revoked,
}

/// One row of the grant log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GrantLogEntry {
    /// The grant.
    pub grant_id: GrantId,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: GrantChange,
    /// Who did it; `None` for the passing of time.
    pub by: Option<Principal>,
}

/// How often a grant decided something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GrantUse {
    /// How many decisions named it.
    pub n_uses: u64,
    /// The latest.
    pub last_at: Option<Timestamp>,
}

/// Which grants a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantFilter {
    /// Also those that ran out or were taken back.
    pub include_ended: bool,
    /// Only those of this principal.
    pub principal: Option<Principal>,
    /// Only those before this one.
    pub before: Option<GrantId>,
}

/// Reads grants.
pub struct Grants<'a>(pub(crate) &'a Connection);

impl Grants<'_> {
    /// A grant.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get(&self, id: GrantId) -> Result<Option<Grant>, LedgerError> {
        sql::first(self.0, "SELECT * FROM acl_grants WHERE id = ?1", [id.to_string()], read)
    }

    /// The grant that a person named: by id, by the beginning of an id, or `@last`.
    ///
    /// # Errors
    /// `NotFound`, or `Invalid` with the candidates when several begin so.
    pub fn find(&self, name: &str) -> Result<GrantId, LedgerError> {
        if name == "@last" {
            let latest = sql::first(
                self.0,
                "SELECT id FROM acl_grants ORDER BY id DESC LIMIT 1",
                (),
                |row| sql::text(row, "id"),
            )?;
            return latest.ok_or_else(|| LedgerError::not_found("grant", name));
        }
        let id = sql::find_id(
            self.0,
            "grant",
            "SELECT id FROM acl_grants WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 6",
            name,
        )?;
        Ok(GrantId::parse(&id)?)
    }

    /// Every grant that holds at an instant, the oldest first; those that end later included.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn in_force(&self, now: Timestamp) -> Result<Vec<Grant>, LedgerError> {
        let open = sql::all(
            self.0,
            "SELECT * FROM acl_grants WHERE is_closed = 0 AND id > '' ORDER BY id",
            (),
            read,
        )?;
        Ok(open.into_iter().filter(|grant| grant.is_in_force(now)).collect())
    }

    /// A page of grants, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list(&self, filter: &GrantFilter, limit: u32) -> Result<Vec<Grant>, LedgerError> {
        let before = filter.before.map_or_else(|| "~".to_owned(), |id| id.to_string());
        let limit = sql::limit(limit);
        match (&filter.principal, filter.include_ended) {
            (None, true) => sql::all(
                self.0,
                "SELECT * FROM acl_grants WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                (before, limit),
                read,
            ),
            (None, false) => sql::all(
                self.0,
                "SELECT * FROM acl_grants WHERE is_closed = 0 AND id < ?1
                 ORDER BY id DESC LIMIT ?2",
                (before, limit),
                read,
            ),
            (Some(principal), true) => sql::all(
                self.0,
                "SELECT * FROM acl_grants WHERE principal = ?1 AND id < ?2
                 ORDER BY id DESC LIMIT ?3",
                (serde_json::to_string(principal)?, before, limit),
                read,
            ),
            (Some(principal), false) => sql::all(
                self.0,
                "SELECT * FROM acl_grants WHERE principal = ?1 AND is_closed = 0 AND id < ?2
                 ORDER BY id DESC LIMIT ?3",
                (serde_json::to_string(principal)?, before, limit),
                read,
            ),
        }
    }

    /// How far the grant log has come.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log_position(&self) -> Result<u64, LedgerError> {
        let latest = sql::first(
            self.0,
            "SELECT position FROM acl_grant_log ORDER BY position DESC LIMIT 1",
            (),
            |row| sql::count(row, "position"),
        )?;
        Ok(latest.unwrap_or(0))
    }

    /// The grants that were made or have ended after a position of the grant log, as they stand
    /// now, and the position up to which that holds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn changed_since(&self, position: u64) -> Result<(u64, Vec<Grant>), LedgerError> {
        let changed = sql::all(
            self.0,
            "SELECT DISTINCT acl_grants.* FROM acl_grant_log
             JOIN acl_grants ON acl_grants.id = acl_grant_log.grant_id
             WHERE acl_grant_log.position > ?1 AND acl_grant_log.what <> 'used'",
            [sql::number(position)],
            read,
        )?;
        Ok((self.log_position()?, changed))
    }

    /// What happened to a grant, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log(&self, id: GrantId, limit: u32) -> Result<Vec<GrantLogEntry>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM acl_grant_log WHERE grant_id = ?1 ORDER BY position DESC LIMIT ?2",
            (id.to_string(), sql::limit(limit)),
            |row| {
                Ok(GrantLogEntry {
                    grant_id: sql::text(row, "grant_id")?,
                    at: sql::at(row, "at")?,
                    what: sql::text(row, "what")?,
                    by: sql::json_opt(row, "by")?,
                })
            },
        )
    }

    /// How often a grant decided something.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn uses(&self, id: GrantId) -> Result<GrantUse, LedgerError> {
        let found = sql::first(
            self.0,
            "SELECT n_uses, last_used_at FROM acl_grants WHERE id = ?1",
            [id.to_string()],
            |row| {
                Ok(GrantUse {
                    n_uses: sql::count(row, "n_uses")?,
                    last_at: sql::at_opt(row, "last_used_at")?,
                })
            },
        )?;
        Ok(found.unwrap_or_default())
    }

    /// When the next grant ends.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_end(&self) -> Result<Option<Timestamp>, LedgerError> {
        sql::first(
            self.0,
            "SELECT expires_at FROM acl_grants WHERE is_closed = 0 AND expires_at IS NOT NULL
             ORDER BY expires_at LIMIT 1",
            (),
            |row| sql::at(row, "expires_at"),
        )
    }
}

fn read(row: &Row<'_>) -> Result<Grant, LedgerError> {
    Ok(Grant {
        id: sql::text(row, "id")?,
        principal: sql::json(row, "principal")?,
        verb: sql::text(row, "verb")?,
        effect: sql::text(row, "effect")?,
        scope: sql::json(row, "scope")?,
        reason: row.get("reason")?,
        granted_by: sql::json(row, "granted_by")?,
        permission_id: sql::text_opt(row, "permission_id")?,
        created_at: sql::at(row, "created_at")?,
        expires_at: sql::at_opt(row, "expires_at")?,
        revoked_at: sql::at_opt(row, "revoked_at")?,
        revoked_by: sql::json_opt(row, "revoked_by")?,
    })
}

/// Makes grants and takes them back. Whoever does so tells the engine after the commit, or the
/// next decision does not know of it.
pub struct GrantsMut<'a>(pub(crate) Grants<'a>);

impl GrantsMut<'_> {
    /// Records a new grant, with its row in the grant log and in the audit.
    ///
    /// # Errors
    /// `Conflict` when the id is taken; `Invalid` when an agent would make it, or when it has
    /// ended before it begins.
    pub fn create(&self, grant: &Grant) -> Result<(), LedgerError> {
        if matches!(grant.granted_by, Principal::Agent(_)) {
            return Err(LedgerError::Invalid("an agent cannot make grants".to_owned()));
        }
        if grant.revoked_at.is_some() || grant.expires_at.is_some_and(|end| end <= grant.created_at)
        {
            return Err(LedgerError::Invalid("the grant would end before it begins".to_owned()));
        }
        sql::run(
            self.0.0,
            "INSERT INTO acl_grants (id, principal, verb, effect, scope, reason, granted_by,
                 permission_id, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                grant.id.to_string(),
                serde_json::to_string(&grant.principal)?,
                sql::word(&grant.verb)?,
                sql::word(&grant.effect)?,
                serde_json::to_string(&grant.scope)?,
                grant.reason,
                serde_json::to_string(&grant.granted_by)?,
                grant.permission_id.map(|id| id.to_string()),
                grant.created_at.0,
                grant.expires_at.map(|at| at.0),
            ],
        )?;
        self.note(grant.id, grant.created_at, GrantChange::Created, Some(&grant.granted_by))?;
        let verb = sql::word(&grant.verb)?;
        let what = match grant.effect {
            GrantEffect::Allow => "allows",
            GrantEffect::Deny => "denies",
        };
        let scope = serde_json::to_string(&grant.scope)?;
        let reason = format!("{what} {} to {verb} {scope}: {}", grant.principal, grant.reason);
        self.audit(grant.id, "grant", &grant.granted_by, grant.created_at, reason)
    }

    /// Takes a grant back and gives it as it stands now.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it ran out or was taken back before; `Invalid` when an agent
    /// would do it.
    pub fn revoke(&self, id: GrantId, by: &Principal, at: Timestamp) -> Result<Grant, LedgerError> {
        if matches!(by, Principal::Agent(_)) {
            return Err(LedgerError::Invalid("an agent cannot revoke grants".to_owned()));
        }
        let grant = self.0.get(id)?.ok_or_else(|| LedgerError::not_found("grant", id))?;
        if let Some(by) = &grant.revoked_by {
            return Err(LedgerError::conflict(format!("the grant was already revoked by {by}")));
        }
        if !grant.is_in_force(at) {
            return Err(LedgerError::conflict("the grant has already run out"));
        }
        sql::run(
            self.0.0,
            "UPDATE acl_grants SET revoked_at = ?2, revoked_by = ?3, is_closed = 1
             WHERE id = ?1",
            (id.to_string(), at.0, serde_json::to_string(by)?),
        )?;
        self.note(id, at, GrantChange::Revoked, Some(by))?;
        self.audit(id, "revoke", by, at, "the grant no longer holds".to_owned())?;
        Ok(Grant { revoked_at: Some(at), revoked_by: Some(by.clone()), ..grant })
    }

    /// Notes that a decision rested on a grant; belongs into the transaction of the decision.
    ///
    /// # Errors
    /// `Invalid` when there is no such grant.
    pub fn used(&self, id: GrantId, by: &Principal, at: Timestamp) -> Result<(), LedgerError> {
        self.note(id, at, GrantChange::Used, Some(by))?;
        sql::run(
            self.0.0,
            "UPDATE acl_grants SET n_uses = n_uses + 1,
                 last_used_at = max(ifnull(last_used_at, 0), ?2) WHERE id = ?1",
            (id.to_string(), at.0),
        )?;
        Ok(())
    }

    /// Closes the grants whose time has run out, and says which. They had no effect any more: the
    /// engine looks at the clock itself.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn close_ended(&self, now: Timestamp, limit: u32) -> Result<Vec<GrantId>, LedgerError> {
        let ended: Vec<GrantId> = sql::all(
            self.0.0,
            "SELECT id FROM acl_grants WHERE is_closed = 0 AND expires_at IS NOT NULL
                 AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2",
            (now.0, sql::limit(limit)),
            |row| sql::text(row, "id"),
        )?;
        for id in &ended {
            sql::run(
                self.0.0,
                "UPDATE acl_grants SET is_closed = 1 WHERE id = ?1",
                [id.to_string()],
            )?;
            self.note(*id, now, GrantChange::Expired, None)?;
            let daemon = Principal::Job("grants".to_owned());
            self.audit(*id, "expire", &daemon, now, "the time of the grant ran out".to_owned())?;
        }
        Ok(ended)
    }

    fn note(
        &self,
        id: GrantId,
        at: Timestamp,
        what: GrantChange,
        by: Option<&Principal>,
    ) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT INTO acl_grant_log (grant_id, at, what, by) VALUES (?1, ?2, ?3, ?4)",
            (id.to_string(), at.0, sql::word(&what)?, by.map(serde_json::to_string).transpose()?),
        )?;
        Ok(())
    }

    fn audit(
        &self,
        id: GrantId,
        action: &str,
        by: &Principal,
        at: Timestamp,
        reason: String,
    ) -> Result<(), LedgerError> {
        AuditMut(Audit(self.0.0)).append(&AuditEntry {
            at,
            request_id: None,
            turn_id: None,
            chain: Chain::of(by.clone()),
            action: action.to_owned(),
            resource: id.to_string(),
            verdict: "allow".to_owned(),
            reason,
            digest: None,
        })?;
        Ok(())
    }
}
