//! Looking things up in the record of decisions. A page looks at a bounded number of rows: when few
//! match it comes back short, with the place to go on from.

use std::collections::HashMap;

use nexus_domain::Timestamp;
use nexus_domain::id::RequestId;
use nexus_domain::principal::Chain;
use rusqlite::{Connection, Params};

use super::{Audit, AuditPosition, AuditRecord};
use crate::error::LedgerError;
use crate::sql;

/// Most rows that one page looks at, whatever it finds.
const LOOKED_MAX: u32 = 20_000;

/// Which rows are wanted; what is left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// A principal anywhere in the chain, as it is printed, such as `owner` or `agent:main`.
    pub principal: Option<String>,
    /// The verdict: `allow`, `ask` or `deny`.
    pub verdict: Option<String>,
    /// The action, such as `tool.exec`, `deliver` or `sign_in`; or the first part of it, before a
    /// point.
    pub action: Option<String>,
    /// A part of the resource, in small or capital letters.
    pub resource: Option<String>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Until then, itself not included.
    pub until: Option<Timestamp>,
    /// In the course of this request.
    pub request_id: Option<RequestId>,
    /// In this session.
    pub session_key: Option<String>,
}

/// A decision with how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditDecision {
    /// The decision.
    pub record: AuditRecord,
    /// The session of its request.
    pub session_key: Option<String>,
    /// The outcomes of its effect, the oldest first; most have one.
    pub outcomes: Vec<AuditRecord>,
}

/// A page of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage<T> {
    /// What matched.
    pub items: Vec<T>,
    /// Where the next page goes on; `None` when this was the last one.
    pub next: Option<AuditPosition>,
}

impl Audit<'_> {
    /// A page of decisions, the latest first, from before a place.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn decisions(
        &self,
        filter: &AuditFilter,
        limit: u32,
        before: Option<AuditPosition>,
    ) -> Result<AuditPage<AuditDecision>, LedgerError> {
        let before = before.map_or(i64::MAX, |position| sql::number(position.0));
        let found = match filter.request_id {
            Some(request) => self.collect(
                "SELECT * FROM audit
                 WHERE request_id = ?1 AND position < ?2 AND verdict IS NOT NULL
                 ORDER BY position DESC LIMIT ?3",
                (request.to_string(), before, LOOKED_MAX),
                filter,
                limit,
            )?,
            None => self.collect(
                "SELECT * FROM audit WHERE position < ?1 AND verdict IS NOT NULL
                 ORDER BY position DESC LIMIT ?2",
                (before, LOOKED_MAX),
                filter,
                limit,
            )?,
        };
        let items = found.items.into_iter().map(|record| self.decision(record));
        Ok(AuditPage { items: items.collect::<Result<_, _>>()?, next: found.next })
    }

    /// A decision with its outcomes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn decision(&self, record: AuditRecord) -> Result<AuditDecision, LedgerError> {
        let outcomes = sql::all(
            self.0,
            "SELECT * FROM audit WHERE decision = ?1 ORDER BY position",
            [sql::number(record.position.0)],
            super::read,
        )?;
        let session_key = match &record.request_id {
            Some(request) => session_of(self.0, request)?,
            None => None,
        };
        Ok(AuditDecision { record, session_key, outcomes })
    }

    /// A page of rows as they stand in the chain, outcomes too, the oldest first, from after a
    /// place. An outcome matches when its decision does.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn rows_after(
        &self,
        filter: &AuditFilter,
        limit: u32,
        after: AuditPosition,
    ) -> Result<AuditPage<AuditRecord>, LedgerError> {
        self.collect(
            "SELECT * FROM audit WHERE position > ?1 ORDER BY position LIMIT ?2",
            (sql::number(after.0), LOOKED_MAX),
            filter,
            limit,
        )
    }

    fn collect(
        &self,
        query: &str,
        params: impl Params,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<AuditPage<AuditRecord>, LedgerError> {
        #[cfg(test)]
        crate::tests::plan::check(self.0, query);
        let mut statement = self.0.prepare_cached(query)?;
        let mut rows = statement.query(params)?;
        let limit = sql::limit(limit).max(1) as usize;
        let mut matcher = Matcher { conn: self.0, filter, sessions: HashMap::new() };
        let mut page = AuditPage { items: Vec::new(), next: None };
        let mut n_looked = 0;
        while let Some(row) = rows.next()? {
            let record = super::read(row)?;
            n_looked += 1;
            let position = record.position;
            if matcher.takes(&record)? {
                page.items.push(record);
            }
            if page.items.len() == limit || n_looked == LOOKED_MAX {
                page.next = Some(position);
                break;
            }
        }
        Ok(page)
    }
}

/// Decides row by row what belongs to a page.
struct Matcher<'a> {
    conn: &'a Connection,
    filter: &'a AuditFilter,
    sessions: HashMap<String, Option<String>>,
}

impl Matcher<'_> {
    fn takes(&mut self, record: &AuditRecord) -> Result<bool, LedgerError> {
        let AuditFilter { since, until, .. } = self.filter;
        if since.is_some_and(|since| record.at < since)
            || until.is_some_and(|until| record.at >= until)
        {
            return Ok(false);
        }
        match record.decision {
            Some(decision) if self.asks_for_decisions() => {
                let decision = Audit(self.conn).get(decision)?;
                decision.map_or(Ok(false), |decision| self.fits(&decision))
            }
            Some(_) => Ok(true),
            None => self.fits(record),
        }
    }

    fn asks_for_decisions(&self) -> bool {
        let timeless = AuditFilter { since: None, until: None, ..self.filter.clone() };
        timeless != AuditFilter::default()
    }

    fn fits(&mut self, record: &AuditRecord) -> Result<bool, LedgerError> {
        let AuditFilter { principal, verdict, action, resource, request_id, session_key, .. } =
            self.filter;
        let is = |wanted: &Option<String>, found: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| found.as_ref() == Some(wanted))
        };
        let is_action = action.as_ref().is_none_or(|wanted| {
            record.action.as_ref().is_some_and(|found| {
                found == wanted
                    || found.strip_prefix(wanted.as_str()).is_some_and(|r| r.starts_with('.'))
            })
        });
        let is_resource = resource.as_ref().is_none_or(|wanted| {
            let wanted = wanted.to_lowercase();
            record.resource.as_ref().is_some_and(|found| found.to_lowercase().contains(&wanted))
        });
        let is_principal = principal.as_ref().is_none_or(|wanted| names(record, wanted));
        let is_request = request_id.is_none_or(|id| record.request_id == Some(id.to_string()));
        if !(is(verdict, &record.verdict) && is_action && is_resource && is_principal && is_request)
        {
            return Ok(false);
        }
        match (session_key, &record.request_id) {
            (None, _) => Ok(true),
            (Some(_), None) => Ok(false),
            (Some(wanted), Some(request)) => Ok(self.session(request)?.as_ref() == Some(wanted)),
        }
    }

    fn session(&mut self, request: &str) -> Result<Option<String>, LedgerError> {
        if let Some(known) = self.sessions.get(request) {
            return Ok(known.clone());
        }
        let found = session_of(self.conn, request)?;
        self.sessions.insert(request.to_owned(), found.clone());
        Ok(found)
    }
}

fn session_of(conn: &Connection, request: &str) -> Result<Option<String>, LedgerError> {
    let found =
        sql::first(conn, "SELECT session_key FROM requests WHERE id = ?1", [request], |row| {
            Ok(row.get::<_, Option<String>>(0)?)
        })?;
    Ok(found.flatten())
}

fn names(record: &AuditRecord, wanted: &str) -> bool {
    let chain = record.chain.as_deref().and_then(|text| serde_json::from_str::<Chain>(text).ok());
    chain.is_some_and(|chain| chain.links().iter().any(|link| link.to_string() == wanted))
}
