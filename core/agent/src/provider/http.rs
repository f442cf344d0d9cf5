//! The HTTP side of a provider that streams server-sent events.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use nexus_domain::agent::AgentErrorKind;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::error::ModelError;
use super::sse::{Decoder, EVENT_BYTES_MAX, Event};
use super::{ReplyPart, ReplyStream};

/// Longest reply, in bytes on the wire after decompression.
const REPLY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Longest error body that is read, in bytes.
const ERROR_BYTES_MAX: usize = 64 * 1024;
/// Longest time to connect, in milliseconds.
const CONNECT_MS_MAX: u64 = 15_000;

/// The HTTP client of all providers. It is made on first use, because reading the system's
/// certificates would slow down every start.
#[derive(Clone, Debug, Default)]
pub(super) struct Http(Arc<OnceLock<reqwest::Client>>);

impl Http {
    /// The client: rustls, gzip, and no redirects, since one could carry the key to another host.
    pub(super) fn client(&self) -> Result<&reqwest::Client, ModelError> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .connect_timeout(std::time::Duration::from_millis(CONNECT_MS_MAX))
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .gzip(true)
            .user_agent(concat!("nexus/", env!("CARGO_PKG_VERSION")))
            .build();
        match client {
            Ok(client) => Ok(self.0.get_or_init(|| client)),
            Err(error) => {
                let message = format!("there is no HTTP client: {error}");
                Err(ModelError::new(AgentErrorKind::Internal, message))
            }
        }
    }
}

/// The address of a provider's method: `base_url` with `/v1` added when it names a host only.
pub(super) fn method_url(base_url: &str, method: &str) -> String {
    let base = base_url.trim_end_matches('/');
    let after_scheme = base.split_once("://").map_or(base, |(_, rest)| rest);
    if after_scheme.contains('/') {
        return format!("{base}/{method}");
    }
    format!("{base}/v1/{method}")
}

/// How a reply is cut into events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Server-sent events.
    Events,
    /// One JSON value on each line.
    Lines,
}

/// Reads the events of one reply.
pub(super) trait EventReader: Send + 'static {
    /// Takes an event and appends what it says.
    fn read(&mut self, event: &Event, parts: &mut VecDeque<ReplyPart>) -> Result<(), ModelError>;
    /// Whether the reply is complete, so that nothing more need be read.
    fn is_done(&self) -> bool;
    /// The stream has ended, as it should or not; appends what completes the reply, or says that
    /// it was cut off.
    fn end(&mut self, parts: &mut VecDeque<ReplyPart>) -> Result<(), ModelError>;
}

/// Posts a call and streams its reply through a reader.
pub(super) async fn post(
    request: reqwest::RequestBuilder,
    body: &Value,
    provider: String,
    framing: Framing,
    reader: impl EventReader,
) -> Result<ReplyStream, ModelError> {
    let response =
        request.json(body).send().await.map_err(|error| transport_error(&provider, error))?;
    let status = response.status();
    if !status.is_success() {
        let headers = response.headers().clone();
        let body = read_start(response).await;
        let mut error = ModelError::from_status(&provider, status.as_u16(), &body);
        apply_headers(&mut error, &headers);
        return Err(error);
    }
    if let Some(kind) = foreign_content(response.headers(), framing) {
        let body = read_start(response).await;
        return Err(ModelError::garbage(
            &provider,
            format!("{kind} where a stream should be"),
            &body,
        ));
    }
    let bytes = response.bytes_stream().map_ok(|bytes| bytes.to_vec()).boxed();
    Ok(stream::try_unfold(
        Driver {
            bytes,
            provider,
            reader,
            decoder: Decoder::new(framing == Framing::Lines),
            parts: VecDeque::new(),
            n_bytes: 0,
            has_ended: false,
        },
        |mut driver| async move { Ok(driver.next().await?.map(|part| (part, driver))) },
    )
    .boxed())
}

struct Driver<R> {
    bytes: BoxStream<'static, Result<Vec<u8>, reqwest::Error>>,
    provider: String,
    reader: R,
    decoder: Decoder,
    parts: VecDeque<ReplyPart>,
    n_bytes: usize,
    has_ended: bool,
}

impl<R: EventReader> Driver<R> {
    async fn next(&mut self) -> Result<Option<ReplyPart>, ModelError> {
        if let Some(part) = self.parts.pop_front() {
            return Ok(Some(part));
        }
        if self.has_ended {
            return Ok(None);
        }
        let mut events = Vec::new();
        let mut broken = None;
        match self.bytes.next().await {
            Some(Ok(bytes)) => {
                self.n_bytes += bytes.len();
                let is_fine = self.decoder.push(&bytes, &mut events).is_ok();
                if !is_fine || self.n_bytes > REPLY_BYTES_MAX {
                    let mb = if is_fine { REPLY_BYTES_MAX } else { EVENT_BYTES_MAX } / 1024 / 1024;
                    let why = format!("more than {mb} MB");
                    return Err(ModelError::garbage(&self.provider, why, ""));
                }
            }
            Some(Err(error)) => {
                broken = Some(transport_error(&self.provider, error));
                self.has_ended = true;
            }
            None => {
                self.decoder.finish(&mut events);
                self.has_ended = true;
            }
        }
        for event in &events {
            if self.reader.is_done() {
                break;
            }
            self.reader.read(event, &mut self.parts)?;
        }
        if self.reader.is_done() || self.has_ended {
            self.has_ended = true;
            // What broke the line is worth more than that the reply is incomplete.
            self.reader.end(&mut self.parts).map_err(|cut| broken.unwrap_or(cut))?;
            return Ok(self.parts.pop_front());
        }
        Ok(Some(self.parts.pop_front().unwrap_or(ReplyPart::Alive)))
    }
}

fn foreign_content(headers: &HeaderMap, framing: Framing) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let is_json = framing == Framing::Events && kind.contains("json");
    (kind.contains("html") || is_json).then_some(kind)
}

/// Posts a call and reads its whole answer, up to a size.
pub(super) async fn post_whole(
    request: reqwest::RequestBuilder,
    body: &Value,
    provider: &str,
    bytes_max: usize,
) -> Result<Vec<u8>, ModelError> {
    let lost = |error| transport_error(provider, error);
    let response = request.json(body).send().await.map_err(lost)?;
    let status = response.status();
    if !status.is_success() {
        let headers = response.headers().clone();
        let body = read_start(response).await;
        let mut error = ModelError::from_status(provider, status.as_u16(), &body);
        apply_headers(&mut error, &headers);
        return Err(error);
    }
    let mut stream = response.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(lost)?);
        if bytes.len() > bytes_max {
            let what = format!("it answered more than {bytes_max} bytes");
            return Err(ModelError::garbage(provider, what, ""));
        }
    }
    Ok(bytes)
}

async fn read_start(response: reqwest::Response) -> String {
    let mut stream = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(Ok(bytes)) = stream.next().await {
        body.extend_from_slice(&bytes);
        if body.len() >= ERROR_BYTES_MAX {
            body.truncate(ERROR_BYTES_MAX);
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// Says what a transport error means; the address is left out, as it could carry a key.
pub(super) fn transport_error(provider: &str, error: reqwest::Error) -> ModelError {
    let error = error.without_url();
    let mut why = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        why = cause.to_string();
        source = cause.source();
    }
    if error.is_connect() || error.is_timeout() {
        let mut error = ModelError::broken(format!("{provider} cannot be reached: {why}"));
        error.hint = Some(format!("check `base_url` of [models.{provider}] and the network"));
        return error;
    }
    ModelError::broken(format!("the connection to {provider} broke: {why}"))
}

/// Reads what the headers of a refusal say about trying again.
pub(super) fn apply_headers(error: &mut ModelError, headers: &HeaderMap) {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    error.retry_after_ms = text("retry-after-ms")
        .and_then(|ms| ms.trim().parse::<f64>().ok())
        .and_then(whole_ms)
        .or_else(|| retry_after_ms(headers));
    if text("x-should-retry").as_deref() == Some("false") {
        error.is_retryable = false;
    }
}

/// `retry-after` is a number of seconds or a date; a date is measured against the response's own
/// `date`, so that no clock of ours is needed.
fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return whole_ms(seconds * 1000.0);
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    let wait = until.duration_since(now).unwrap_or_default();
    u64::try_from(wait.as_millis()).ok()
}

fn whole_ms(ms: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked right here"
    )]
    (0.0..=1e12).contains(&ms).then_some(ms.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&'static str, &str)], expect: Option<u64>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let mut error = ModelError::broken("x");
        apply_headers(&mut error, &map);
        assert_eq!(error.retry_after_ms, expect, "{headers:?}");
    }

    #[test]
    fn the_provider_says_when_to_come_back() {
        check(&[], None);
        check(&[("retry-after", "7")], Some(7_000));
        check(&[("retry-after", "0.25"), ("retry-after-ms", "90")], Some(90));
        check(&[("retry-after", "-3")], None);
        check(&[("retry-after", "soon")], None);
        let date = ("date", "Sat, 21 Nov 2026 03:00:00 GMT");
        check(&[date, ("retry-after", "Sat, 21 Nov 2026 03:00:05 GMT")], Some(5_000));
        check(&[date, ("retry-after", "Sat, 21 Nov 2026 02:00:05 GMT")], Some(0));
    }

    #[test]
    fn a_bare_host_gets_the_version_path() {
        assert_eq!(method_url("http://h:1", "messages"), "http://h:1/v1/messages");
        assert_eq!(method_url("http://h/api/", "messages"), "http://h/api/messages");
    }
}
