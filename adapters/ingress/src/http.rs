//! The listening part: HTTP/1.1 on one address, with a limit on everything a stranger can do.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use nexus_adapter::{AgentId, CallerParams, SessionKey, Shown};
use serde_json::Value;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service as _;

use crate::ingress::Ingress;
use crate::problem::Problem;
use crate::{guard, id, model};

/// Names a call in answers; that of the daemon's request where there is one.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the session that remembers the conversation.
const SESSION: &str = "x-nexus-session";
/// Names the agent, whatever the model is.
const AGENT: &str = "x-nexus-agent";
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;
/// Most connections that are open at once; later ones wait in the backlog.
const CONNECTIONS_MAX: usize = 1_024;
/// Most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Time for a request's head, in milliseconds: nobody holds a connection by dripping.
const HEAD_MS_MAX: u64 = 10_000;
/// Pause after the operating system refused to accept, in milliseconds.
const ACCEPT_PAUSE_MS: u64 = 100;

/// Where a request came from; an extension of every request.
#[derive(Clone, Copy, Debug)]
pub struct Remote(pub IpAddr);

/// What an adapter serves.
#[derive(Debug)]
pub struct Api {
    /// Where it begins, such as `/v1`; only said to people.
    pub path: &'static str,
    /// Its routes.
    pub router: Router,
    /// How it tells a problem, as the body of an answer.
    pub tell: fn(&Problem) -> Value,
    /// Adds the headers that stand on every answer; the number is the time that it took, in
    /// milliseconds.
    pub adorn: fn(&mut HeaderMap, i64),
    /// The headers of an answer that a page may read.
    pub shown_headers: &'static str,
}

/// Binds the listener.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // On Unix this only lets a restart take the port over from dead connections; on Windows it
    // would let another program take it from us.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves callers until the adapter stops.
pub(crate) async fn serve(ingress: Arc<Ingress>, api: Arc<Api>, listener: TcpListener) {
    if let Ok(address) = listener.local_addr() {
        let url = format!("http://{address}{}", api.path);
        ingress.daemon.log(&format!("listening on {url}")).await;
        ingress.daemon.report("listening", &url).await;
    }
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let accepted = tokio::select! {
            () = ingress.stopped() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                let (ingress, api) = (Arc::clone(&ingress), Arc::clone(&api));
                let connection = connect(Arc::clone(&ingress), api, stream, address, place);
                ingress.tasks.spawn(connection);
            }
            Err(error) => {
                // Out of file handles, most likely: a pause lets others be closed.
                ingress.daemon.log(&format!("a connection could not be accepted: {error}")).await;
                tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            }
        }
    }
}

async fn connect(
    ingress: Arc<Ingress>,
    api: Arc<Api>,
    stream: TcpStream,
    address: SocketAddr,
    _place: OwnedSemaphorePermit,
) {
    // Pieces of a stream are small and wait for nothing; Nagle's algorithm would hold them.
    let _ = stream.set_nodelay(true);
    let service = {
        let ingress = Arc::clone(&ingress);
        service_fn(move |request: Request<Incoming>| {
            respond(Arc::clone(&ingress), Arc::clone(&api), address.ip(), request)
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(HEAD_MS_MAX))
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    // A connection that ends early is a caller who went away, which they do all the time.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = ingress.stopped() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Everything that arrives passes here: first the guard, then the routes, then problems take the
/// form of the API, and the headers come that stand on every answer.
async fn respond(
    ingress: Arc<Ingress>,
    api: Arc<Api>,
    remote: IpAddr,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let started = nexus_adapter::now();
    let mut response = match guard::check(request.uri(), request.headers(), &ingress.listen) {
        Err(problem) => problem.into_response(),
        Ok(page) => {
            request.extensions_mut().insert(Remote(remote));
            let mut response = match page.is_preflight(request.method(), request.headers()) {
                true => guard::preflight(request.headers()),
                false => api.router.clone().call(request).await?,
            };
            page.allow(response.headers_mut(), api.shown_headers);
            response
        }
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        *response.body_mut() = Body::from((api.tell)(&problem).to_string());
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    let elapsed_ms = nexus_adapter::now().0.saturating_sub(started.0).max(0);
    put_common_headers(response.headers_mut());
    (api.adorn)(response.headers_mut(), elapsed_ms);
    Ok(response)
}

fn put_common_headers(headers: &mut HeaderMap) {
    let fixed = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert_with(|| HeaderValue::from_static(value));
    }
    if !headers.contains_key(REQUEST_ID)
        && let Ok(value) = HeaderValue::from_str(&id::random("req_"))
    {
        headers.insert(REQUEST_ID, value);
    }
}

/// What the caller shows, and where it comes from.
///
/// # Errors
/// When it shows nothing.
pub fn caller(headers: &HeaderMap, remote: IpAddr) -> Result<CallerParams, Problem> {
    let mut shown = headers.get_all(header::AUTHORIZATION).into_iter();
    let (Some(Ok(value)), None) = (shown.next().map(HeaderValue::to_str), shown.next()) else {
        return Err(Problem::no_key());
    };
    let credential = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, credential)| credential.trim())
        .filter(|credential| !credential.is_empty())
        .ok_or_else(Problem::no_key)?;
    let credential = Shown::new(credential.to_owned());
    Ok(CallerParams { credential, remote: Some(remote.to_canonical().to_string()) })
}

/// The session that a caller names in `X-Nexus-Session`, if it does.
///
/// # Errors
/// When it is no name of a session.
pub fn session(headers: &HeaderMap) -> Result<Option<SessionKey>, Problem> {
    let Some(value) = headers.get(SESSION) else { return Ok(None) };
    let key = value.to_str().map_err(|_| "the header `X-Nexus-Session` is not text".to_owned());
    let key = key.and_then(|key| SessionKey::parse(key.trim()).map_err(|f| f.message));
    key.map(Some).map_err(|message| Problem::invalid(SESSION, "invalid_value", message))
}

/// The agent that a caller names in `X-Nexus-Agent`, or else by `model`.
///
/// # Errors
/// When there can be no such agent.
pub fn agent(headers: &HeaderMap, model: &str) -> Result<AgentId, Problem> {
    let Some(value) = headers.get(AGENT) else { return model::agent(model) };
    model::agent(value.to_str().unwrap_or_default())
}
