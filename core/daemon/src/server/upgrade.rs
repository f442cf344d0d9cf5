//! From an HTTP request to a WebSocket.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use nexus_domain::Failure;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Peer;
use super::answer;
use super::connection::{self, Arrived};
use super::door::{Shared, Visitor};
use super::socket::Socket;

/// A socket that an upgrade brings.
pub(super) type Upgraded = Box<Socket<TokioIo<hyper::upgrade::Upgraded>>>;

/// `GET /ws`: framing A.
pub(super) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response<Body> {
    let cookie_caller = match shared.visitor(request.headers(), &peer).await {
        Visitor::Known(caller, _) => Some(caller),
        // Whoever has no cookie, or an old one, may still prove itself in its hello.
        _ => None,
    };
    let arrived = Arrived { peer, cookie_caller };
    let serving = shared.clone();
    accept(&shared, request, None, |socket| connection::run(serving, socket, arrived))
}

/// Answers an opening handshake, and has the socket served once it is there. `protocol` is the
/// one that is spoken of those the client named.
pub(super) fn accept<F: Future<Output = ()> + Send + 'static>(
    shared: &Arc<Shared>,
    mut request: Request,
    protocol: Option<HeaderValue>,
    serve: impl FnOnce(Upgraded) -> F + Send + 'static,
) -> Response<Body> {
    let accept_key = match check(request.headers()) {
        Ok(key) => derive_accept_key(key.as_bytes()),
        Err(response) => return response,
    };
    let Ok(accept_key) = HeaderValue::from_str(&accept_key) else {
        return answer::failure(&Failure::internal("the accept key is no header value"));
    };
    let upgraded = hyper::upgrade::on(&mut request);
    shared.tasks.spawn(async move {
        match upgraded.await {
            Ok(upgraded) => serve(Box::new(Socket::new(TokioIo::new(upgraded)).await)).await,
            Err(error) => tracing::debug!(%error, "an upgrade was not completed"),
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept_key);
    if let Some(protocol) = protocol {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    response
}

/// The client's key, if this is an opening handshake as RFC 6455 (section 4.2.1) wants it.
pub(super) fn check(headers: &HeaderMap) -> Result<&HeaderValue, Response<Body>> {
    let has = |name: header::HeaderName, token: &str| {
        headers
            .get_all(name)
            .into_iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
    };
    if !has(header::CONNECTION, "upgrade") || !has(header::UPGRADE, "websocket") {
        let failure = Failure::invalid("this address speaks WebSocket")
            .hint("connect with a WebSocket client, for example with the `nexus` command");
        let mut response = answer::error(StatusCode::UPGRADE_REQUIRED, &failure);
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        return Err(response);
    }
    if !has(header::SEC_WEBSOCKET_VERSION, "13") {
        let failure = Failure::invalid("only version 13 of the WebSocket protocol is spoken");
        let mut response = answer::error(StatusCode::UPGRADE_REQUIRED, &failure);
        let version = HeaderValue::from_static("13");
        response.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, version);
        return Err(response);
    }
    headers.get(header::SEC_WEBSOCKET_KEY).ok_or_else(|| {
        answer::failure(&Failure::invalid("the handshake lacks `Sec-WebSocket-Key`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shake(fields: &[(&'static str, &'static str)]) -> Result<(), u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        check(&headers).map(|_| ()).map_err(|response| response.status().as_u16())
    }

    #[test]
    fn only_a_whole_handshake_is_taken() {
        let connection = ("connection", "keep-alive, Upgrade");
        let upgrade = ("upgrade", "WebSocket");
        let version = ("sec-websocket-version", "13");
        let key = ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(shake(&[connection, upgrade, version, key]), Ok(()));
        assert_eq!(shake(&[upgrade, version, key]), Err(426));
        assert_eq!(shake(&[connection, version, key]), Err(426));
        assert_eq!(shake(&[connection, upgrade, key]), Err(426));
        assert_eq!(shake(&[connection, upgrade, version]), Err(400));
    }
}
