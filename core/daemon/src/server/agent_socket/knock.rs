//! Who knocks at `/ws/agent`: the credential comes with the upgrade, and a wrong one is answered by
//! HTTP.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use nexus_domain::Failure;
use nexus_protocol::Method;

use crate::authorize::may_follow;
use crate::server::door::Shared;
use crate::server::{Peer, answer, upgrade};

/// What is spoken, for clients that name protocols.
const PROTOCOL: &str = "jsonrpc";
/// Where it is spoken, for the audit.
const SURFACE: &str = "/ws/agent";
/// Parts of a JSON Web Token.
const JWT_PARTS: usize = 3;

/// `GET /ws/agent`: framing B.
pub(in crate::server) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response<Body> {
    let shown = Shown::read(request.headers(), request.uri());
    let caller = match shared.known(&shown.headers, &peer, SURFACE).await {
        Ok(caller) => caller,
        Err(failure) => return answer::failure(&failure),
    };
    if !may_follow(&shared.context, &caller, Method::Health) {
        return answer::failure(&Failure::denied("no policy lets you see this daemon"));
    }
    let serving = Arc::clone(&shared);
    upgrade::accept(&shared, request, shown.protocol, |socket| {
        super::run(serving, socket, peer, caller)
    })
}

/// What a client shows.
struct Shown {
    /// Its headers, with the credential where the door looks for one.
    headers: HeaderMap,
    /// The protocol to answer with, if it named any.
    protocol: Option<HeaderValue>,
}

impl Shown {
    /// Takes the first credential there is: `X-API-Key`, `?token=`, one of the protocols; or leaves
    /// the headers as they are, for `Authorization` or the cookie of a browser.
    fn read(headers: &HeaderMap, uri: &Uri) -> Self {
        let offered: Vec<_> = headers
            .get_all(header::SEC_WEBSOCKET_PROTOCOL)
            .into_iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        let in_header = headers.get("x-api-key").and_then(|value| value.to_str().ok());
        let in_protocol = || offered.iter().copied().find(|name| *name != PROTOCOL);
        let credential = in_header.or_else(|| in_address(uri)).or_else(in_protocol);
        let mut headers = headers.clone();
        let bearer = credential.map(|text| HeaderValue::from_str(&format!("Bearer {text}")));
        if let Some(Ok(mut bearer)) = bearer {
            bearer.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, bearer);
        }
        // A client that names protocols hangs up unless one of them is spoken.
        let spoken = offered.iter().find(|name| **name == PROTOCOL).or(offered.first());
        let protocol = spoken.and_then(|name| HeaderValue::from_str(name).ok());
        Self { headers, protocol }
    }
}

/// The token in the address. Addresses get into logs and histories, so that only what ends soon is
/// taken there: a JSON Web Token, never the control-plane token or a key.
fn in_address(uri: &Uri) -> Option<&str> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let token = pairs.into_iter().find_map(|(name, value)| (name == "token").then_some(value))?;
    (token.split('.').count() == JWT_PARTS).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[(&'static str, &'static str)], uri: &'static str) -> (String, String) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let shown = Shown::read(&headers, &Uri::from_static(uri));
        let text = |value: Option<&HeaderValue>| {
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        (text(shown.headers.get(header::AUTHORIZATION)), text(shown.protocol.as_ref()))
    }

    #[test]
    fn a_credential_is_found_wherever_it_may_be() {
        let of = |bearer: &str, protocol: &str| (bearer.to_owned(), protocol.to_owned());
        assert_eq!(check(&[("x-api-key", "k")], "/ws/agent"), of("Bearer k", ""));
        assert_eq!(check(&[], "/ws/agent?x=1&token=a.b.c"), of("Bearer a.b.c", ""));
        assert_eq!(check(&[], "/ws/agent?token=control"), of("", ""));
        let protocol = "sec-websocket-protocol";
        assert_eq!(check(&[(protocol, "jsonrpc, a.b.c")], "/"), of("Bearer a.b.c", "jsonrpc"));
        assert_eq!(check(&[(protocol, "a.b.c")], "/"), of("Bearer a.b.c", "a.b.c"));
        assert_eq!(check(&[(protocol, "jsonrpc")], "/"), of("", "jsonrpc"));
        let both = [("x-api-key", "k"), ("authorization", "Bearer other")];
        assert_eq!(check(&both, "/?token=a.b.c"), of("Bearer k", ""));
        assert_eq!(check(&[("authorization", "Bearer own")], "/"), of("Bearer own", ""));
    }
}
