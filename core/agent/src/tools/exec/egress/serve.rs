//! The proxy's side of the wire: CONNECT for everything, and plain http forwarded request by
//! request, so that each one is decided by the machine it names.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{Either, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::UnixListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::desk::{Desk, Refusal};
use super::{CONNECTIONS_MAX, HEAD_BYTES_MAX, HEAD_FIELDS_MAX, HEAD_MS_MAX};

type Body = Either<Full<Bytes>, Either<Incoming, Empty<Bytes>>>;
type Answer = Result<Response<Body>, Refusal>;

/// Fields that are for the next machine only, and say nothing to the one behind it.
const HOP_FIELDS: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

/// Everything that serves one program; ends when it is told to.
#[derive(Clone)]
pub(super) struct Counter {
    pub desk: Arc<Desk>,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
}

impl Counter {
    /// Serves whoever comes to the socket.
    pub(super) async fn serve(self, listener: UnixListener) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            // An error of one connection is that connection's.
            let Ok((stream, _)) = listener.accept().await else { continue };
            let counter = self.clone();
            self.spawn(async move {
                let service = service_fn(|request| counter.answer(request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(Duration::from_millis(HEAD_MS_MAX))
                    .max_headers(HEAD_FIELDS_MAX)
                    .max_buf_size(HEAD_BYTES_MAX)
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades();
                // A connection that breaks is the program's to notice.
                let _ = connection.await;
                drop(place);
            });
        }
    }

    /// Does something until it is done, or the program has ended, or too much has passed.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let (stop, over) = (self.stop.clone(), self.desk.over.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                () = work => {}
                () = stop.cancelled() => {}
                () = over.cancelled() => {}
            }
        });
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let done = match request.method() {
            &Method::CONNECT => self.connect(request).await,
            _ => self.forward(request).await,
        };
        Ok(done.unwrap_or_else(|refusal| said(&refusal)))
    }

    /// A way through, whatever is spoken on it.
    async fn connect(&self, request: Request<Incoming>) -> Answer {
        let (host, port) = machine(request.uri(), None)?;
        let mut outside = self.desk.let_through(&host, port).await?;
        let counter = self.clone();
        counter.spawn(async move {
            if let Ok(inside) = hyper::upgrade::on(request).await {
                let mut inside = TokioIo::new(inside);
                // Whichever side breaks it off, both are done with it.
                let _ = tokio::io::copy_bidirectional(&mut inside, &mut outside).await;
            }
        });
        Ok(Response::new(Either::Right(Either::Right(Empty::new()))))
    }

    /// One request of plain http, sent on as the program meant it.
    async fn forward(&self, mut request: Request<Incoming>) -> Answer {
        if request.uri().scheme_str() != Some("http") {
            return Err(Refusal {
                status: StatusCode::BAD_REQUEST,
                why: "this is a proxy: ask for a whole http address, or CONNECT".to_owned(),
            });
        }
        let (host, port) = machine(request.uri(), Some(80))?;
        let outside = self.desk.let_through(&host, port).await?;
        let authority = request.uri().authority().map_or(String::new(), ToString::to_string);
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let wrong = |_| Refusal::gateway("the request cannot be sent on");
        *request.uri_mut() = path.parse::<Uri>().map_err(|_| Refusal::gateway("no path"))?;
        strip(request.headers_mut());
        // The machine that was decided about is the one that is spoken to.
        let authority = HeaderValue::try_from(authority).map_err(wrong)?;
        request.headers_mut().insert(header::HOST, authority);
        let broken = |error: hyper::Error| Refusal::gateway(format!("{host}: {error}"));
        let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
            .max_headers(HEAD_FIELDS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .handshake(TokioIo::new(outside))
            .await
            .map_err(broken)?;
        self.spawn(async move {
            // Its trouble shows in the answer.
            let _ = connection.await;
        });
        let mut response = sender.send_request(request).await.map_err(broken)?;
        strip(response.headers_mut());
        Ok(response.map(|body| Either::Right(Either::Left(body))))
    }
}

/// The machine that a request names.
fn machine(uri: &Uri, usual: Option<u16>) -> Result<(String, u16), Refusal> {
    let wrong = || Refusal {
        status: StatusCode::BAD_REQUEST,
        why: "the request names no machine and port".to_owned(),
    };
    let authority = uri.authority().ok_or_else(wrong)?;
    let has_user = authority.as_str().contains('@');
    let port = authority.port_u16().or(usual).filter(|_| !has_user).ok_or_else(wrong)?;
    Ok((authority.host().to_owned(), port))
}

fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in HOP_FIELDS {
        headers.remove(*name);
    }
}

fn said(refusal: &Refusal) -> Response<Body> {
    let text = format!("nexus: {}\n", refusal.why);
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(text))));
    *response.status_mut() = refusal.status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}
