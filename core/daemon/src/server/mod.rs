//! The listening part: one port for HTTP, server-sent events and WebSocket; on loopback, and by TLS
//! on the addresses that the configuration opens to others.

mod agent_socket;
mod answer;
mod assets;
mod connection;
mod cookie;
mod document;
mod door;
mod encode;
mod entrance;
mod form;
mod guard;
mod health;
mod jsonrpc;
mod line;
mod link;
pub mod login;
#[cfg(feature = "test-util")]
mod look;
mod make;
mod metrics;
mod orchestrate;
mod pulse;
mod routes;
mod rpc;
mod socket;
mod sse;
mod subscription;
pub(crate) mod throttle;
mod tools;
mod upgrade;

#[cfg(feature = "test-util")]
pub use look::{look_at_head, look_at_invocation};
#[cfg(feature = "test-util")]
pub use orchestrate::orchestrated;
#[cfg(feature = "test-util")]
pub use sse::stream_params;

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::context::Context;
use crate::dispatch::Dispatcher;
use crate::exposure::Door;
use crate::ways::{Basis, Seat};
use door::Shared;
use entrance::Entrance;
use guard::Doorstep;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;
/// Most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Time for a request's head, in milliseconds: nobody holds a connection by dripping.
const HEAD_MS_MAX: u64 = 10_000;
/// Time that connections have to end after a drain began, in milliseconds.
const CLOSE_MS_MAX: u64 = 5_000;
/// How long browsers insist on TLS after a visit, in seconds.
const STRICT_TRANSPORT_S: u64 = 30 * 24 * 60 * 60;

/// Who is at the other end of a connection.
#[derive(Clone)]
struct Peer {
    address: SocketAddr,
    /// Whether it came by TLS.
    is_secure: bool,
    /// Its seat, where it came over the tailnet from another machine.
    seat: Option<Seat>,
    /// Its place among the open connections, given back when the last one who holds it goes: a
    /// WebSocket keeps it beyond the request that began it.
    _place: Arc<OwnedSemaphorePermit>,
    /// By what it was let in last, which stands in the audit.
    recorded: Arc<Mutex<Option<Basis>>>,
}

impl Peer {
    /// Whether the audit does not say yet that this connection was opened by this.
    fn is_first(&self, basis: &Basis) -> bool {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.replace(basis.clone()).as_ref() != Some(basis)
    }
}

/// Binds the listener. Early, so that a port in use is known before anything is started.
///
/// # Errors
/// Those of the operating system: the port is taken, or may not be used.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // On Unix this only lets a restart take the port over from dead connections; on Windows it
    // would let another program take it from us.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves the control plane until the daemon stops: at the door on loopback, and at those that are
/// opened later. Then clients are told, connections end, and this returns.
pub async fn serve(context: Arc<Context>, inside: TcpListener, mut doors: mpsc::Receiver<Door>) {
    let dispatcher = Dispatcher::new(context.clone());
    let tasks = TaskTracker::new();
    let shared = Arc::new(Shared::new(context.clone(), dispatcher, tasks.clone()));
    tasks.spawn(pulse::run(shared.clone()));
    tasks.spawn(metrics::count_turns(shared.clone()));
    let entrance = Entrance::new(shared.clone(), routes::router(shared));
    let inside = Door { listener: inside, certificate: None, closed: CancellationToken::new() };
    tasks.spawn(entrance.clone().keep(inside));
    let mut shutdown = pin!(context.shutdown.begun());
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            door = doors.recv() => match door {
                Some(door) => drop(tasks.spawn(entrance.clone().keep(door))),
                None => (&mut shutdown).await,
            },
        }
    }
    tasks.close();
    tokio::select! {
        () = tasks.wait() => {}
        () = context.clock.sleep(CLOSE_MS_MAX) => {
            tracing::warn!(n_left = tasks.len(), "connections did not end in time and are cut");
        }
    }
}

async fn serve_connection(
    shared: Arc<Shared>,
    router: axum::Router,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
) {
    let service = {
        let shared = shared.clone();
        service_fn(move |request: Request<Incoming>| {
            respond(shared.clone(), router.clone(), peer.clone(), request)
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(std::time::Duration::from_millis(HEAD_MS_MAX))
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shared.context.shutdown.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients vanish all the time.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Everything that arrives passes here: first the guard, then the routes, then the headers that
/// stand on every answer.
async fn respond(
    shared: Arc<Shared>,
    router: axum::Router,
    peer: Peer,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let config = shared.context.config.current();
    let exposure = &shared.context.exposure;
    let names = exposure.names();
    let doorstep = Doorstep {
        is_tls: peer.is_secure,
        allowed_hosts: &config.runtime.allowed_hosts,
        names: &names,
    };
    let checked = guard::check(request.uri(), request.headers(), &doorstep);
    let (mut response, is_secure) = match checked {
        Err(refusal) => (answer::error(refusal.status, &refusal.failure), peer.is_secure),
        Ok(is_secure) => {
            request.extensions_mut().insert(Peer { is_secure, ..peer.clone() });
            (routes::call(router, request).await, is_secure)
        }
    };
    answer::put_common_headers(response.headers_mut());
    if is_secure {
        cookie::make_secure(response.headers_mut());
    }
    // Where browsers warn about the certificate, insisting on it would lock people out for good.
    let is_vouched_for =
        peer.is_secure && exposure.certificate().is_some_and(|own| !own.is_self_signed);
    if is_vouched_for {
        let value = HeaderValue::from_str(&format!("max-age={STRICT_TRANSPORT_S}"));
        value.map(|v| response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, v)).ok();
    }
    shared.metrics.http(response.status());
    Ok(response)
}
