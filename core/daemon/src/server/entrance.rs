//! The way in: accepts connections at one door, with TLS where the door leads outside.

use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, PoisonError};
use std::task::{Context as Wake, Poll};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::door::Shared;
use super::{Peer, serve_connection};
use crate::config::Bind;
use crate::exposure::{self, CurrentCertificate, Door};

/// Most connections from this machine that are open at once; later ones wait in the backlog.
const INSIDE_CONNECTIONS_MAX: usize = 8192;
/// Most connections from outside: they never take the places of those from this machine.
const OUTSIDE_CONNECTIONS_MAX: usize = 4096;
/// Most connections that shake hands at once; later ones wait in the backlog.
const HANDSHAKES_MAX: usize = 128;
/// Time for shaking hands, in milliseconds.
const HANDSHAKE_MS_MAX: u64 = 10_000;
/// Pause after the operating system refused to accept, in milliseconds.
const ACCEPT_PAUSE_MS: u64 = 100;

/// What every door has in common.
#[derive(Clone)]
pub(super) struct Entrance {
    shared: Arc<Shared>,
    router: axum::Router,
    inside: Arc<Semaphore>,
    outside: Arc<Semaphore>,
    handshakes: Arc<Semaphore>,
}

impl Entrance {
    pub(super) fn new(shared: Arc<Shared>, router: axum::Router) -> Self {
        Self {
            shared,
            router,
            inside: Arc::new(Semaphore::new(INSIDE_CONNECTIONS_MAX)),
            outside: Arc::new(Semaphore::new(OUTSIDE_CONNECTIONS_MAX)),
            handshakes: Arc::new(Semaphore::new(HANDSHAKES_MAX)),
        }
    }

    /// Lets in whoever knocks, until the door is closed or the daemon stops.
    pub(super) async fn keep(self, door: Door) {
        let context = self.shared.context.clone();
        let mut ended = pin!(async {
            tokio::select! {
                () = context.shutdown.begun() => {}
                () = door.closed.cancelled() => {}
            }
        });
        loop {
            let accepted = tokio::select! {
                () = &mut ended => return,
                accepted = self.accept(&door) => accepted,
            };
            if let Err(error) = accepted {
                // Out of file handles, most likely: a pause lets others be closed.
                tracing::warn!(%error, "a connection could not be accepted");
                context.clock.sleep(ACCEPT_PAUSE_MS).await;
            }
        }
    }

    async fn accept(&self, door: &Door) -> io::Result<()> {
        let places = if door.certificate.is_some() { &self.outside } else { &self.inside };
        let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
        let handshake = match door.certificate {
            Some(_) => {
                Some(self.handshakes.clone().acquire_owned().await.map_err(io::Error::other)?)
            }
            None => None,
        };
        let (stream, address) = door.listener.accept().await?;
        // Answers are small and wait for nothing; Nagle's algorithm would hold them for 40 ms.
        stream.set_nodelay(true)?;
        let context = &self.shared.context;
        let is_tailnet = door.certificate.is_some()
            && context.config.current().expose.bind == Bind::Tailnet
            // Any program of this machine could pass for whoever the machine belongs to.
            && !exposure::is_own(address.ip());
        let peer = Peer {
            address,
            is_secure: door.certificate.is_some(),
            seat: is_tailnet.then(|| context.ways.tailnet().arrive(address)),
            _place: Arc::new(place),
            recorded: Arc::default(),
        };
        let (shared, router) = (self.shared.clone(), self.router.clone());
        match (&door.certificate, handshake) {
            (Some(certificate), Some(handshake)) => {
                // Without a certificate nobody is let in: the door is about to be closed.
                let Some(config) = config_of(certificate) else { return Ok(()) };
                let closed = door.closed.clone();
                let task = shake_hands(self.clone(), stream, config, handshake, closed, peer);
                shared.tasks.spawn(task);
            }
            _ => {
                shared.tasks.spawn(serve_connection(shared.clone(), router, stream, peer));
            }
        }
        Ok(())
    }
}

fn config_of(certificate: &CurrentCertificate) -> Option<Arc<ServerConfig>> {
    let certificate = certificate.read().unwrap_or_else(PoisonError::into_inner);
    certificate.as_ref().map(|certificate| Arc::clone(&certificate.config))
}

async fn shake_hands(
    entrance: Entrance,
    stream: TcpStream,
    config: Arc<ServerConfig>,
    handshake: OwnedSemaphorePermit,
    closed: CancellationToken,
    peer: Peer,
) {
    let context = entrance.shared.context.clone();
    let stream = Severable { stream, closed: Box::pin(closed.cancelled_owned()) };
    let shaken = tokio::select! {
        shaken = TlsAcceptor::from(config).accept(stream) => shaken,
        () = context.clock.sleep(HANDSHAKE_MS_MAX) => return,
        () = context.shutdown.begun() => return,
    };
    drop(handshake);
    match shaken {
        Ok(stream) => {
            serve_connection(entrance.shared.clone(), entrance.router, stream, peer).await;
        }
        // Scanners, and browsers that do not trust the certificate yet.
        Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
    }
}

/// A connection that is cut when its door is closed, whatever it has become in the meantime.
struct Severable {
    stream: TcpStream,
    closed: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Severable {
    fn check(&mut self, wake: &mut Wake<'_>) -> io::Result<()> {
        match self.closed.as_mut().poll(wake) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Severable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        wake: &mut Wake<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(wake)?;
        Pin::new(&mut self.stream).poll_read(wake, buffer)
    }
}

impl AsyncWrite for Severable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        wake: &mut Wake<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(wake)?;
        Pin::new(&mut self.stream).poll_write(wake, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, wake: &mut Wake<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(wake)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, wake: &mut Wake<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(wake)
    }
}
