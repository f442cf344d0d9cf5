//! The body of a request: of the right type, not too large, not too slow, and never more in all
//! than there is memory for.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::ingress::{BODY_UNIT_BYTES, Ingress};
use crate::problem::{Problem, ProblemKind};

/// Longest pause within a body, in milliseconds.
const PAUSE_MS_MAX: u64 = 10_000;
/// Time for a whole body, in milliseconds.
const BODY_MS_MAX: u64 = 120_000;

/// A whole body, with its share of the room for all.
#[derive(Debug)]
pub struct Whole {
    /// What it says.
    pub bytes: Vec<u8>,
    _room: Vec<OwnedSemaphorePermit>,
}

/// Refuses what does not say that it is JSON. No page of another site can say so unasked.
///
/// # Errors
/// 415 for any other type.
pub fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = stated.and_then(|stated| stated.split(';').next()).map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ProblemKind::Request,
        "unsupported_content_type",
        "the body must be JSON; send `Content-Type: application/json`",
    ))
}

/// Reads a body.
///
/// # Errors
/// 413 when it is too large, 408 when it is too slow, 503 when too many come at once.
pub async fn read(ingress: &Ingress, headers: &HeaderMap, body: Body) -> Result<Whole, Problem> {
    let bytes_max = ingress.listen.body_bytes_max;
    let stated = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if stated.and_then(|length| length.parse::<u64>().ok()).is_some_and(|n| n > bytes_max as u64) {
        return Err(Problem::too_large(bytes_max));
    }
    let limit = Duration::from_millis(BODY_MS_MAX);
    tokio::time::timeout(limit, gather(ingress, body, bytes_max)).await.map_err(|_| too_slow())?
}

async fn gather(ingress: &Ingress, mut body: Body, bytes_max: usize) -> Result<Whole, Problem> {
    let mut whole = Whole { bytes: Vec::new(), _room: Vec::new() };
    let mut room_bytes = 0;
    while let Some(piece) = next(&mut body).await? {
        let n_bytes = whole.bytes.len() + piece.len();
        if n_bytes > bytes_max {
            return Err(Problem::too_large(bytes_max));
        }
        if n_bytes > room_bytes {
            // Grows by doubling, as the memory does.
            let n_units = (n_bytes - room_bytes).max(room_bytes).div_ceil(BODY_UNIT_BYTES);
            let units = u32::try_from(n_units).unwrap_or(u32::MAX);
            let share = Arc::clone(&ingress.room).try_acquire_many_owned(units).map_err(|_| {
                Problem::overloaded("too many large requests are being read at once")
            })?;
            whole._room.push(share);
            room_bytes += n_units * BODY_UNIT_BYTES;
        }
        whole.bytes.extend_from_slice(&piece);
    }
    Ok(whole)
}

async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    let pause = Duration::from_millis(PAUSE_MS_MAX);
    loop {
        let frame = tokio::time::timeout(pause, body.frame()).await.map_err(|_| too_slow())?;
        let Some(frame) = frame else { return Ok(None) };
        let frame = frame.map_err(|_| {
            let message = "the body ended before it was whole";
            Problem::request("invalid_json", message)
        })?;
        // Trailers say nothing that counts.
        if let Ok(piece) = frame.into_data() {
            return Ok(Some(piece));
        }
    }
}

fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        ProblemKind::Request,
        "request_timeout",
        "the body came too slowly",
    )
}
