//! Keys of programs and paired devices. Of a key there is the SHA-256 of its value, of a device its
//! public key: whoever reads this file can sign in as nobody.

use nexus_domain::Timestamp;
use nexus_domain::access::{ApiKey, Device};
use nexus_domain::id::KeyId;
use nexus_domain::principal::{Chain, Principal};
use rusqlite::{Connection, Row, params};

use crate::audit::{Audit, AuditEntry, AuditMut};
use crate::error::LedgerError;
use crate::sql;

pub(crate) const SCHEMA: &str = "
CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY,
    digest       TEXT NOT NULL UNIQUE,
    label        TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    agents       TEXT,
    budget       TEXT,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    revoked_by   TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_open ON api_keys (id) WHERE revoked_at IS NULL;
CREATE TABLE devices (
    id           TEXT PRIMARY KEY,
    public_key   TEXT NOT NULL,
    name         TEXT NOT NULL,
    platform     TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    paired_by    TEXT NOT NULL,
    paired_at    INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    revoked_by   TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_open ON devices (id) WHERE revoked_at IS NULL;
";

/// Reads keys and devices.
pub struct Access<'a>(pub(crate) &'a Connection);

impl Access<'_> {
    /// The keys that are not revoked, the latest first; with `include_ended` those, too. A key
    /// whose time ran out is among the first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn keys(&self, include_ended: bool, limit: u32) -> Result<Vec<ApiKey>, LedgerError> {
        let all = "SELECT * FROM api_keys WHERE id > '' ORDER BY id DESC LIMIT ?1";
        let open = "SELECT * FROM api_keys WHERE revoked_at IS NULL AND id > ''
                    ORDER BY id DESC LIMIT ?1";
        sql::all(self.0, if include_ended { all } else { open }, [sql::limit(limit)], read_key)
    }

    /// The keys that are not revoked with the SHA-256 of their values, lower-case hex.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn digests(&self, limit: u32) -> Result<Vec<(String, ApiKey)>, LedgerError> {
        sql::all(
            self.0,
            "SELECT * FROM api_keys WHERE revoked_at IS NULL AND id > '' ORDER BY id DESC LIMIT ?1",
            [sql::limit(limit)],
            |row| Ok((row.get("digest")?, read_key(row)?)),
        )
    }

    /// The key that a person named: by its label where one key in force has it, by id, by the
    /// beginning of an id, or `@last`.
    ///
    /// # Errors
    /// `NotFound`, or `Invalid` with the candidates when several begin so.
    pub fn find_key(&self, name: &str) -> Result<KeyId, LedgerError> {
        if name == "@last" {
            let latest = "SELECT id FROM api_keys WHERE id > '' ORDER BY id DESC LIMIT 1";
            let latest = sql::first(self.0, latest, (), |row| sql::text(row, "id"))?;
            return latest.ok_or_else(|| LedgerError::not_found("key", name));
        }
        let labelled = "SELECT min(id) AS id FROM api_keys
                        WHERE label = ?1 AND revoked_at IS NULL HAVING count(*) = 1";
        if let Some(id) = sql::first(self.0, labelled, [name], |row| sql::text(row, "id"))? {
            return Ok(id);
        }
        let id = sql::find_id(
            self.0,
            "key",
            "SELECT id FROM api_keys WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 6",
            name,
        )?;
        Ok(KeyId::parse(&id)?)
    }

    /// A key.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn key(&self, id: KeyId) -> Result<Option<ApiKey>, LedgerError> {
        sql::first(self.0, "SELECT * FROM api_keys WHERE id = ?1", [id.to_string()], read_key)
    }

    /// The devices that are paired, the longest id first; with `include_ended` those, too, whose
    /// pairing was taken back.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn devices(&self, include_ended: bool, limit: u32) -> Result<Vec<Device>, LedgerError> {
        let all = "SELECT * FROM devices WHERE id > '' ORDER BY id LIMIT ?1";
        let open = "SELECT * FROM devices WHERE revoked_at IS NULL AND id > ''
                    ORDER BY id LIMIT ?1";
        sql::all(self.0, if include_ended { all } else { open }, [sql::limit(limit)], read_device)
    }

    /// The device that a person named: by its id or the beginning of it.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when several begin so.
    pub fn find_device(&self, name: &str) -> Result<Device, LedgerError> {
        let wanted = name.to_ascii_lowercase();
        let found = sql::all(
            self.0,
            "SELECT * FROM devices WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2",
            (&wanted, format!("{wanted}~")),
            read_device,
        )?;
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(device), None) => Ok(device),
            (None, _) => Err(LedgerError::not_found("device", name)),
            (Some(one), Some(other)) => Err(LedgerError::conflict(format!(
                "several devices begin with `{name}`: {} and {}",
                one.id, other.id
            ))),
        }
    }
}

/// Changes keys and devices, each time with its row in the audit. Whoever does so brings the ways
/// in up to date after the commit.
pub struct AccessMut<'a>(pub(crate) Access<'a>);

impl AccessMut<'_> {
    /// Records a new key under the SHA-256 of its value, lower-case hex.
    ///
    /// # Errors
    /// `Conflict` when the id is taken; `Invalid` when it has ended before it begins.
    pub fn create_key(&self, key: &ApiKey, digest: &str) -> Result<(), LedgerError> {
        if key.expires_at.is_some_and(|end| end <= key.created_at) {
            return Err(LedgerError::Invalid("the key would end before it begins".to_owned()));
        }
        sql::run(
            self.0.0,
            "INSERT INTO api_keys (id, digest, label, scopes, agents, budget, created_by,
                 created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                key.id.to_string(),
                digest,
                key.label,
                serde_json::to_string(&key.scopes)?,
                key.agents.as_ref().map(serde_json::to_string).transpose()?,
                key.budget.as_ref().map(serde_json::to_string).transpose()?,
                serde_json::to_string(&key.created_by)?,
                key.created_at.0,
                key.expires_at.map(|at| at.0),
            ],
        )?;
        let what = format!("a key for `{}` with {}", key.label, key.scopes.join(", "));
        self.audit("create_key", &key.principal(), &key.created_by, key.created_at, what)
    }

    /// Takes a key back and gives it as it stands now.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it was taken back before.
    pub fn revoke_key(
        &self,
        id: KeyId,
        by: &Principal,
        at: Timestamp,
    ) -> Result<ApiKey, LedgerError> {
        let key = self.0.key(id)?.ok_or_else(|| LedgerError::not_found("key", id))?;
        if let Some(by) = &key.revoked_by {
            return Err(LedgerError::conflict(format!("the key was already revoked by {by}")));
        }
        sql::run(
            self.0.0,
            "UPDATE api_keys SET revoked_at = ?2, revoked_by = ?3 WHERE id = ?1",
            (id.to_string(), at.0, serde_json::to_string(by)?),
        )?;
        let what = format!("the key for `{}` no longer opens the door", key.label);
        self.audit("revoke_key", &key.principal(), by, at, what)?;
        Ok(ApiKey { revoked_at: Some(at), revoked_by: Some(by.clone()), ..key })
    }

    /// Notes that a connection was opened with a key; belongs into the transaction of its row.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn key_used(&self, id: &str, at: Timestamp) -> Result<(), LedgerError> {
        let note = "UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1";
        sql::run(self.0.0, note, (id, at.0)).map(drop)
    }

    /// Records a device that was paired. One that was paired before is paired anew.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn pair_device(&self, device: &Device) -> Result<(), LedgerError> {
        sql::run(
            self.0.0,
            "INSERT OR REPLACE INTO devices (id, public_key, name, platform, scopes, paired_by,
                 paired_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                device.id,
                device.public_key,
                device.name,
                device.platform,
                serde_json::to_string(&device.scopes)?,
                serde_json::to_string(&device.paired_by)?,
                device.paired_at.0,
            ],
        )?;
        let what = format!("the device `{}` with {}", device.name, device.scopes.join(", "));
        let by = &device.paired_by;
        self.audit("pair_device", &device.principal(), by, device.paired_at, what)
    }

    /// Gives a device another name.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn rename_device(
        &self,
        name: &str,
        new: &str,
        by: &Principal,
        at: Timestamp,
    ) -> Result<Device, LedgerError> {
        let device = self.0.find_device(name)?;
        sql::run(self.0.0, "UPDATE devices SET name = ?2 WHERE id = ?1", (&device.id, new))?;
        let what = format!("the device `{}` is called `{new}` now", device.name);
        self.audit("rename_device", &device.principal(), by, at, what)?;
        Ok(Device { name: new.to_owned(), ..device })
    }

    /// Takes a pairing back and gives the device as it stands now.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it was taken back before.
    pub fn revoke_device(
        &self,
        name: &str,
        by: &Principal,
        at: Timestamp,
    ) -> Result<Device, LedgerError> {
        let device = self.0.find_device(name)?;
        if let Some(by) = &device.revoked_by {
            return Err(LedgerError::conflict(format!("the device was already revoked by {by}")));
        }
        sql::run(
            self.0.0,
            "UPDATE devices SET revoked_at = ?2, revoked_by = ?3 WHERE id = ?1",
            (&device.id, at.0, serde_json::to_string(by)?),
        )?;
        let what = format!("the device `{}` is no longer paired", device.name);
        self.audit("revoke_device", &device.principal(), by, at, what)?;
        Ok(Device { revoked_at: Some(at), revoked_by: Some(by.clone()), ..device })
    }

    /// Notes that a device opened a connection; belongs into the transaction of its row.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn device_used(&self, id: &str, at: Timestamp) -> Result<(), LedgerError> {
        let note = "UPDATE devices SET last_used_at = ?2 WHERE id = ?1";
        sql::run(self.0.0, note, (id, at.0)).map(drop)
    }

    fn audit(
        &self,
        action: &str,
        about: &Principal,
        by: &Principal,
        at: Timestamp,
        reason: String,
    ) -> Result<(), LedgerError> {
        let entry = AuditEntry::fact(at, Chain::of(by.clone()), action, about.to_string(), reason);
        AuditMut(Audit(self.0.0)).append(&entry).map(drop)
    }
}

fn read_key(row: &Row<'_>) -> Result<ApiKey, LedgerError> {
    Ok(ApiKey {
        id: sql::text(row, "id")?,
        label: row.get("label")?,
        scopes: sql::json(row, "scopes")?,
        agents: sql::json_opt(row, "agents")?,
        budget: sql::json_opt(row, "budget")?,
        created_by: sql::json(row, "created_by")?,
        created_at: sql::at(row, "created_at")?,
        expires_at: sql::at_opt(row, "expires_at")?,
        last_used_at: sql::at_opt(row, "last_used_at")?,
        revoked_at: sql::at_opt(row, "revoked_at")?,
        revoked_by: sql::json_opt(row, "revoked_by")?,
    })
}

fn read_device(row: &Row<'_>) -> Result<Device, LedgerError> {
    Ok(Device {
        id: row.get("id")?,
        public_key: row.get("public_key")?,
        name: row.get("name")?,
        platform: row.get("platform")?,
        scopes: sql::json(row, "scopes")?,
        paired_by: sql::json(row, "paired_by")?,
        paired_at: sql::at(row, "paired_at")?,
        last_used_at: sql::at_opt(row, "last_used_at")?,
        revoked_at: sql::at_opt(row, "revoked_at")?,
        revoked_by: sql::json_opt(row, "revoked_by")?,
    })
}
