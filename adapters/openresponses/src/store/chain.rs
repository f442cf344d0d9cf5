//! Responses that go on with each other.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

use super::row::{BEFORE, MADE, SENT, parse};

/// Most responses of one conversation.
const CHAIN_MAX: usize = 2_000;

/// Why a conversation cannot be gone on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// There is no such response for this principal: it never was, or was deleted or forgotten.
    Response(String),
    /// It is not done.
    Unfinished,
    /// It is too long.
    TooLong,
}

/// Which page is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Behind the item of that id.
    pub(crate) after: Option<String>,
    /// Most items.
    pub(crate) limit: usize,
    /// Whether the oldest come first.
    pub(crate) is_ascending: bool,
}

/// A page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Paged {
    pub(crate) items: Vec<Value>,
    pub(crate) has_more: bool,
}

struct Link {
    id: String,
    previous: Option<String>,
    is_final: bool,
}

/// The responses that lead to `id` and itself, oldest first.
fn links(
    db: &Connection,
    principal: &str,
    id: &str,
) -> rusqlite::Result<Result<Vec<Link>, Missing>> {
    let mut statement = db.prepare_cached(
        "SELECT previous, is_final FROM responses WHERE id = ?1 AND principal = ?2",
    )?;
    let mut links = Vec::new();
    let mut next = Some(id.to_owned());
    while let Some(id) = next {
        let found = statement.query_row(params![id, principal], |row| {
            Ok(Link { id: id.clone(), previous: row.get(0)?, is_final: row.get(1)? })
        });
        let Some(link) = found.optional()? else { return Ok(Err(Missing::Response(id))) };
        next = link.previous.clone();
        links.push(link);
        if links.len() > CHAIN_MAX {
            return Ok(Err(Missing::TooLong));
        }
    }
    links.reverse();
    Ok(Ok(links))
}

pub(super) fn conversation(
    db: &Connection,
    principal: &str,
    id: &str,
    bytes_max: usize,
) -> rusqlite::Result<Result<(Vec<Value>, usize), Missing>> {
    let links = match links(db, principal, id)? {
        Ok(links) => links,
        Err(missing) => return Ok(Err(missing)),
    };
    if links.last().is_some_and(|last| !last.is_final) {
        return Ok(Err(Missing::Unfinished));
    }
    let mut statement =
        db.prepare_cached("SELECT item FROM items WHERE response_id = ?1 ORDER BY side, place")?;
    let mut items = Vec::new();
    let mut n_bytes = 0;
    for link in links {
        let mut rows = statement.query([link.id])?;
        while let Some(row) = rows.next()? {
            let item: String = row.get(0)?;
            n_bytes += item.len();
            if n_bytes > bytes_max {
                return Ok(Err(Missing::TooLong));
            }
            items.push(parse(&item)?);
        }
    }
    Ok(Ok((items, n_bytes)))
}

/// Where an item stands.
struct Place {
    response: String,
    side: i64,
    place: i64,
    id: String,
}

pub(super) fn page(
    db: &Connection,
    principal: &str,
    id: &str,
    page: &Page,
) -> rusqlite::Result<Option<Paged>> {
    let Some(mut places) = places(db, principal, id)? else { return Ok(None) };
    if !page.is_ascending {
        places.reverse();
    }
    let begin = match &page.after {
        None => 0,
        Some(after) => places.iter().position(|p| p.id == *after).map_or(places.len(), |n| n + 1),
    };
    let has_more = places.len() - begin > page.limit;
    let mut statement = db.prepare_cached(
        "SELECT item FROM items WHERE response_id = ?1 AND side = ?2 AND place = ?3",
    )?;
    let wanted = places.iter().skip(begin).take(page.limit);
    let items = wanted.map(|at| {
        let item: String =
            statement.query_row(params![at.response, at.side, at.place], |row| row.get(0))?;
        parse(&item)
    });
    Ok(Some(Paged { items: items.collect::<rusqlite::Result<_>>()?, has_more }))
}

/// Where everything stands that a response answers, oldest first. What was deleted of it meanwhile
/// is left out.
fn places(db: &Connection, principal: &str, id: &str) -> rusqlite::Result<Option<Vec<Place>>> {
    let mut next = Some(id.to_owned());
    let mut chain = Vec::new();
    let mut link =
        db.prepare_cached("SELECT previous FROM responses WHERE id = ?1 AND principal = ?2")?;
    while let Some(id) = next.take().filter(|_| chain.len() < CHAIN_MAX) {
        let found = link.query_row(params![id, principal], |row| row.get::<_, Option<String>>(0));
        let Some(previous) = found.optional()? else { break };
        chain.push(id);
        next = previous;
    }
    if chain.is_empty() {
        return Ok(None);
    }
    let mut statement = db.prepare_cached(
        "SELECT side, place, id FROM items WHERE response_id = ?1 ORDER BY side, place",
    )?;
    let mut places = Vec::new();
    for response in chain.into_iter().rev() {
        let is_own = response == id;
        let rows = statement.query_map([&response], |row| {
            Ok(Place {
                response: response.clone(),
                side: row.get(0)?,
                place: row.get(1)?,
                id: row.get(2)?,
            })
        })?;
        for place in rows {
            let place = place?;
            let counts = match place.side {
                BEFORE | SENT => true,
                MADE => !is_own,
                _ => false,
            };
            if counts {
                places.push(place);
            }
        }
    }
    Ok(Some(places))
}
