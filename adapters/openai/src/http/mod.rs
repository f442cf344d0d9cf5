//! The listening part: HTTP/1.1 on one address, with a limit on everything a stranger can do.

mod body;
mod guard;
mod route;

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
use nexus_adapter::{CallerParams, Shown};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service as _;

use crate::app::App;
use crate::error::ApiError;
use crate::id;

pub(crate) use body::{read, require_json};

/// Names a call in answers; that of the daemon's request where there is one.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The version of the API that is spoken, as the original names it.
const VERSION: &str = "2020-10-01";
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

/// Where a request came from.
#[derive(Clone, Copy)]
struct Remote(IpAddr);

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
pub(crate) async fn serve(app: Arc<App>, listener: TcpListener) {
    if let Ok(address) = listener.local_addr() {
        app.daemon.log(&format!("listening on http://{address}/v1")).await;
        app.daemon.report("listening", &format!("http://{address}/v1")).await;
    }
    let router = route::router(Arc::clone(&app));
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let accepted = tokio::select! {
            () = app.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                let connection = connect(Arc::clone(&app), router.clone(), stream, address, place);
                app.tasks.spawn(connection);
            }
            Err(error) => {
                // Out of file handles, most likely: a pause lets others be closed.
                app.daemon.log(&format!("a connection could not be accepted: {error}")).await;
                tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            }
        }
    }
}

async fn connect(
    app: Arc<App>,
    router: Router,
    stream: TcpStream,
    address: SocketAddr,
    _place: OwnedSemaphorePermit,
) {
    // Pieces of a stream are small and wait for nothing; Nagle's algorithm would hold them.
    let _ = stream.set_nodelay(true);
    let service = {
        let app = Arc::clone(&app);
        service_fn(move |request: Request<Incoming>| {
            respond(Arc::clone(&app), router.clone(), address.ip(), request)
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(HEAD_MS_MAX))
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // A connection that ends early is a caller who went away, which they do all the time.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = app.stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Everything that arrives passes here: first the guard, then the routes, then the headers that
/// stand on every answer.
async fn respond(
    app: Arc<App>,
    mut router: Router,
    remote: IpAddr,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let started = nexus_adapter::now();
    let mut response = match guard::check(request.uri(), request.headers(), &app.settings) {
        Err(error) => error.into_response(),
        Ok(page) => {
            request.extensions_mut().insert(Remote(remote));
            let mut response = match page.is_preflight(request.method(), request.headers()) {
                true => guard::preflight(request.headers()),
                false => router.call(request).await?,
            };
            page.allow(response.headers_mut());
            response
        }
    };
    let elapsed_ms = nexus_adapter::now().0.saturating_sub(started.0).max(0);
    put_common_headers(response.headers_mut(), elapsed_ms);
    Ok(response)
}

fn put_common_headers(headers: &mut HeaderMap, elapsed_ms: i64) {
    let fixed = [
        (HeaderName::from_static("openai-version"), VERSION),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert_with(|| HeaderValue::from_static(value));
    }
    headers.insert(HeaderName::from_static("openai-processing-ms"), HeaderValue::from(elapsed_ms));
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
pub(crate) fn caller(headers: &HeaderMap, remote: IpAddr) -> Result<CallerParams, ApiError> {
    let mut shown = headers.get_all(header::AUTHORIZATION).into_iter();
    let (Some(Ok(value)), None) = (shown.next().map(HeaderValue::to_str), shown.next()) else {
        return Err(ApiError::no_key());
    };
    let credential = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, credential)| credential.trim())
        .filter(|credential| !credential.is_empty())
        .ok_or_else(ApiError::no_key)?;
    let credential = Shown::new(credential.to_owned());
    Ok(CallerParams { credential, remote: Some(remote.to_canonical().to_string()) })
}

/// A place among the calls that are worked on.
///
/// # Errors
/// When all are taken.
pub(crate) fn place(app: &App) -> Result<OwnedSemaphorePermit, ApiError> {
    Arc::clone(&app.places).try_acquire_owned().map_err(|_| {
        let calls_max = app.settings.calls_max;
        ApiError::overloaded(format!("{calls_max} calls are being worked on already"))
    })
}
