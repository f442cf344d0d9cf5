//! Recorded events as server-sent events: `id` is the position, `event` the type, `data` the
//! properties. A client that comes back with the last id it saw misses nothing.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use futures_util::future::BoxFuture;
use nexus_domain::Failure;
use nexus_domain::id::Position;
use nexus_protocol::event::SubscribeParams;
use nexus_protocol::{Method, TICK_INTERVAL_MS};
use serde::Deserialize;
use tokio::sync::watch;

use super::Peer;
use super::answer;
use super::door::Shared;
use super::line::NO_EVENTS;
use super::metrics::Open;
use super::subscription::{self, Feed};
use crate::authorize::{Caller, authorize_method, may_follow};
use crate::bus::Item;

/// Header with which a browser resumes by itself.
const LAST_EVENT_ID: &str = "last-event-id";
/// Pause before a browser connects again, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// What the address may say.
#[derive(Debug, Default, Deserialize)]
pub(super) struct StreamQuery {
    types: Option<String>,
    after: Option<String>,
    transient: Option<String>,
    session: Option<String>,
}

/// `GET /api/events/stream`.
pub(super) async fn stream(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Response<Body> {
    let begun = async {
        let caller = shared.known(&headers, &peer, "/api/events/stream").await?;
        let params = params(&query, &headers)?;
        let permit = authorize_method(&shared.context, &caller, Method::EventsSubscribe).await?;
        drop(permit);
        subscription::of_stream(&shared.context, &caller, params).map(|feed| (caller, feed))
    };
    match begun.await {
        Ok((caller, feed)) => respond(shared.clone(), caller, feed),
        Err(failure) => answer::failure(&failure),
    }
}

/// What a request for the stream means, from its query and its `Last-Event-ID`; for the fuzzer.
#[cfg(feature = "test-util")]
pub fn stream_params(query: &str, last_event_id: &[u8]) -> Option<SubscribeParams> {
    let uri = format!("/?{query}").parse().ok()?;
    let Query(query) = Query::<StreamQuery>::try_from_uri(&uri).ok()?;
    let mut headers = HeaderMap::new();
    if !last_event_id.is_empty() {
        headers.insert(LAST_EVENT_ID, HeaderValue::from_bytes(last_event_id).ok()?);
    }
    params(&query, &headers).ok()
}

fn params(query: &StreamQuery, headers: &HeaderMap) -> Result<SubscribeParams, Failure> {
    // A browser that reconnects repeats the old address and adds where it was: that is newer.
    let last_id = headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or("?"));
    let after = match (last_id, &query.after) {
        (Some(id), _) => Some(position("Last-Event-ID", id)?),
        (None, Some(after)) => Some(position("after", after)?),
        (None, None) => None,
    };
    let types = query.types.as_deref().unwrap_or_default();
    let session_key = match query.session.as_deref() {
        Some(key) => Some(nexus_domain::id::SessionKey::parse(key)?),
        None => None,
    };
    Ok(SubscribeParams {
        types: types
            .split(',')
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
            .collect(),
        after,
        session_key,
        transient: match query.transient.as_deref() {
            None | Some("" | "0" | "false") => false,
            Some("1" | "true") => true,
            Some(_) => {
                return Err(Failure::invalid("`transient` is neither 0 nor 1")
                    .hint("`?transient=1` adds streaming text"));
            }
        },
    })
}

fn position(name: &str, text: &str) -> Result<Position, Failure> {
    text.trim().parse().map(Position).map_err(|_| {
        let shown: String = text.chars().take(40).collect();
        Failure::invalid(format!("`{name}` is not a position: `{}`", shown.escape_debug()))
            .hint("a position is a whole number: the `id` of the last event you have, or 0")
    })
}

fn respond(shared: Arc<Shared>, caller: Caller, feed: Feed) -> Response<Body> {
    let open = shared.metrics.stream();
    let heartbeat = shared.context.clock.sleep(TICK_INTERVAL_MS);
    let mut epochs = shared.context.iam.epochs();
    // What was in force when the request was decided may be out of date by now.
    epochs.mark_changed();
    let stream =
        Stream { shared, caller, epochs, feed, heartbeat, phase: Phase::Opening, _open: open };
    let body = futures_util::stream::unfold(stream, |mut stream| async move {
        let chunk = stream.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(chunk)), stream))
    });
    let mut response =
        answer::with_type(StatusCode::OK, "text/event-stream", Body::from_stream(body));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

enum Phase {
    Opening,
    Open,
    Ended,
}

struct Stream {
    shared: Arc<Shared>,
    caller: Caller,
    /// Tells when what is in force has changed.
    epochs: watch::Receiver<u64>,
    feed: Feed,
    heartbeat: BoxFuture<'static, ()>,
    phase: Phase,
    _open: Open,
}

impl Stream {
    /// The next piece of the body; `None` when the daemon stops or the ledger cannot be read.
    async fn next(&mut self) -> Option<String> {
        match self.phase {
            Phase::Ended => return None,
            Phase::Opening => {
                // Something at once, so that the client knows it is through.
                self.phase = Phase::Open;
                return Some(format!("retry: {RETRY_MS}\n: connected\n\n"));
            }
            Phase::Open => {}
        }
        let context = &self.shared.context;
        if self.epochs.has_changed().unwrap_or(true) {
            self.epochs.mark_unchanged();
            if !may_follow(context, &self.caller, Method::EventsSubscribe) {
                tracing::info!("an event stream ends: its reader lost its authority");
                self.phase = Phase::Ended;
                let reason = serde_json::json!({ "reason": NO_EVENTS });
                return Some(format!("event: revoked\ndata: {reason}\n\n"));
            }
        }
        tokio::select! {
            biased;
            () = context.shutdown.begun() => {
                self.phase = Phase::Ended;
                let reason = serde_json::json!({ "reason": context.shutdown.reason() });
                Some(format!("event: shutdown\ndata: {reason}\n\n"))
            }
            // Looked at when the next piece is asked for, before anything more is sent.
            Ok(()) = self.epochs.changed() => {
                self.epochs.mark_changed();
                Some(String::from(":\n\n"))
            }
            items = self.feed.next() => match items {
                Ok(items) => {
                    self.shared.metrics.events_sent(items.len() as u64);
                    self.heartbeat = context.clock.sleep(TICK_INTERVAL_MS);
                    let mut chunk = String::new();
                    items.iter().for_each(|item| write(&mut chunk, item));
                    Some(chunk)
                }
                Err(error) => {
                    tracing::error!(%error, "an event stream ends: the ledger cannot be read");
                    None
                }
            },
            () = &mut self.heartbeat => {
                self.heartbeat = context.clock.sleep(TICK_INTERVAL_MS);
                Some(": heartbeat\n\n".to_owned())
            }
        }
    }
}

/// JSON has no line breaks outside of strings and none unescaped in them: one data line is enough.
fn write(chunk: &mut String, item: &Item) {
    // Writing to a string cannot fail.
    let _ = match item {
        Item::Recorded(event) => write!(
            chunk,
            "id: {}\nevent: {}\ndata: {}\n\n",
            event.position.0, event.kind, event.properties
        ),
        Item::Transient(passing) => {
            write!(chunk, "event: {}\ndata: {}\n\n", passing.kind, passing.properties)
        }
        Item::Lagged { after } => {
            write!(chunk, "event: lagged\ndata: {}\n\n", subscription::lagged_json(*after))
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        after: Option<&str>,
        last_id: Option<&'static str>,
    ) -> Result<SubscribeParams, Failure> {
        let mut headers = HeaderMap::new();
        if let Some(id) = last_id {
            headers.insert(LAST_EVENT_ID, HeaderValue::from_static(id));
        }
        let query = StreamQuery { after: after.map(str::to_owned), ..StreamQuery::default() };
        params(&query, &headers)
    }

    #[test]
    fn the_newer_place_wins_and_nonsense_is_explained() {
        assert_eq!(read(Some("3"), None).unwrap().after, Some(Position(3)));
        assert_eq!(read(Some("3"), Some("9")).unwrap().after, Some(Position(9)));
        assert_eq!(read(None, None).unwrap().after, None);
        for bad in ["-1", "x", "", "1.5", "99999999999999999999999"] {
            let failure = read(Some(bad), None).unwrap_err();
            assert_eq!(failure.code, "INVALID_REQUEST");
            assert!(failure.hint.is_some());
        }
    }

    #[test]
    fn types_come_as_a_list() {
        let types = Some("turn.*, message.recorded,".to_owned());
        let query = StreamQuery { types, transient: Some("1".into()), ..StreamQuery::default() };
        let params = params(&query, &HeaderMap::new()).unwrap();
        assert_eq!(params.types, ["turn.*", "message.recorded"]);
        assert!(params.transient);
    }
}
