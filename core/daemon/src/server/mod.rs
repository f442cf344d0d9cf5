//! The listening part: one port for HTTP, server-sent events and WebSocket.

mod agent_socket;
mod answer;
mod assets;
mod connection;
mod cookie;
mod document;
mod door;
mod encode;
mod guard;
mod health;
mod jsonrpc;
mod line;
mod link;
pub mod login;
mod make;
mod metrics;
mod pulse;
mod routes;
mod rpc;
mod socket;
mod sse;
mod subscription;
mod throttle;
mod tools;
mod upgrade;

#[cfg(feature = "test-util")]
pub use sse::stream_params;

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use crate::context::Context;
use crate::dispatch::Dispatcher;
use door::Shared;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;
/// Most connections that are open at once; later ones wait in the backlog.
const CONNECTIONS_MAX: usize = 8192;
/// Most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Time for a request's head, in milliseconds: nobody holds a connection by dripping.
const HEAD_MS_MAX: u64 = 10_000;
/// Time that connections have to end after a drain began, in milliseconds.
const CLOSE_MS_MAX: u64 = 5_000;
/// Pause after the operating system refused to accept, in milliseconds.
const ACCEPT_PAUSE_MS: u64 = 100;

/// Who is at the other end of a connection.
#[derive(Clone)]
struct Peer {
    address: SocketAddr,
    /// Its place among the open connections, given back when the last one who holds it goes: a
    /// WebSocket keeps it beyond the request that began it.
    _place: Arc<OwnedSemaphorePermit>,
    /// Whether its login stands in the audit.
    is_recorded: Arc<AtomicBool>,
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

/// Serves the control plane until the daemon stops: then clients are told, connections end, and
/// this returns.
pub async fn serve(context: Arc<Context>, listener: TcpListener) {
    let dispatcher = Dispatcher::new(context.clone());
    let tasks = TaskTracker::new();
    let shared = Arc::new(Shared::new(context.clone(), dispatcher, tasks.clone()));
    tasks.spawn(pulse::run(shared.clone()));
    tasks.spawn(metrics::count_turns(shared.clone()));
    let router = routes::router(shared.clone());
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut shutdown = pin!(context.shutdown.begun());
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                tasks.spawn(serve_connection(shared.clone(), router.clone(), stream, peer));
            }
            Err(error) => {
                // Out of file handles, most likely: a pause lets others be closed.
                tracing::warn!(%error, "a connection could not be accepted");
                context.clock.sleep(ACCEPT_PAUSE_MS).await;
            }
        }
    }
    drop(listener);
    tasks.close();
    tokio::select! {
        () = tasks.wait() => {}
        () = context.clock.sleep(CLOSE_MS_MAX) => {
            tracing::warn!(n_left = tasks.len(), "connections did not end in time and are cut");
        }
    }
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> io::Result<(TcpStream, Peer)> {
    let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    // Answers are small and wait for nothing; Nagle's algorithm would hold them for 40 ms.
    stream.set_nodelay(true)?;
    Ok((stream, Peer { address, _place: Arc::new(place), is_recorded: Arc::default() }))
}

async fn serve_connection(
    shared: Arc<Shared>,
    router: axum::Router,
    stream: TcpStream,
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
    let hosts = &config.runtime.allowed_hosts;
    let checked = guard::check(request.uri(), request.headers(), hosts);
    let mut response = match checked {
        Err(refusal) => answer::error(refusal.status, &refusal.failure),
        Ok(()) => {
            request.extensions_mut().insert(peer);
            routes::call(router, request).await
        }
    };
    answer::put_common_headers(response.headers_mut());
    shared.metrics.http(response.status());
    Ok(response)
}
