//! The one-time link that signs a browser in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use nexus_domain::Failure;
use nexus_protocol::routes::SignInLink;
use serde::Deserialize;

use super::Peer;
use super::answer;
use super::cookie;
use super::door::Shared;
use super::login::{SESSION_TTL_MS, session_digest};
use crate::authorize::{DoorEvent, audit_door};
use crate::ways::Basis;

/// Shown for a link that was used or is too old. It carries no style and no script: the content
/// policy forbids both inline, and it needs neither.
const LINK_IS_SPENT: &str = "<!doctype html>
<html lang=\"en\">
<head><meta charset=\"utf-8\"><title>This link no longer works</title></head>
<body>
<h1>This link no longer works</h1>
<p>A sign-in link works once, within two minutes.</p>
<p>To get a new one, run this in a terminal on the machine where Nexus runs:</p>
<pre>nexus ui</pre>
<p>If this browser is signed in already, just open <a href=\"/\">the Control UI</a>.</p>
</body>
</html>
";

/// Input of `GET /open`.
#[derive(Deserialize)]
pub(super) struct OpenQuery {
    #[serde(default)]
    code: String,
}

/// `POST /api/link`: makes a one-time link for a browser.
pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response<Body> {
    let made = async {
        let caller = shared.known(&headers, &peer, "/api/link").await?;
        let now = shared.context.clock.now();
        let holder = shared.context.ways.holder_by_link(&caller, now)?;
        audit_door(&shared.context, DoorEvent::LinkMade, caller.principal, "/api/link").await?;
        let link = shared.context.logins.issue(holder, now)?;
        // The guard let this host name pass, and the cookie will belong to it.
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.ok_or_else(|| Failure::invalid("the request names no host"))?;
        let scheme = if peer.is_secure { "https" } else { "http" };
        let url = format!("{scheme}://{host}/open?code={}", link.code);
        Ok(SignInLink { url, expires_at: link.expires_at })
    };
    match made.await {
        Ok(link) => answer::json(StatusCode::OK, &link),
        Err(failure) => answer::failure(&failure),
    }
}

/// `GET /open?code=…`: turns the link into a session cookie and goes on to the UI.
pub(super) async fn open(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    method: Method,
    headers: HeaderMap,
    Query(query): Query<OpenQuery>,
) -> Response<Body> {
    if method == Method::HEAD {
        // Programs that only look at a link must not use it up.
        return Response::new(Body::empty());
    }
    let (logins, now) = (shared.context.logins.clone(), shared.context.clock.now());
    let redeemed = tokio::task::spawn_blocking(move || logins.redeem(&query.code, now)).await;
    let token = match redeemed.unwrap_or_else(|error| Err(Failure::internal(error))) {
        Ok(Some(token)) => token,
        Ok(None) => {
            shared.refuse_login(peer.address.ip(), "/open").await;
            return answer::with_type(StatusCode::GONE, "text/html; charset=utf-8", LINK_IS_SPENT);
        }
        Err(failure) => return answer::failure(&failure),
    };
    sign_in(&shared, &headers, &token, DoorEvent::SignedIn, "/open").await
}

/// Hands a session to the browser that has earned it, once that is on record, and sends it on to
/// the Control UI. The session that it had before ends: nobody is left to use it but a thief.
pub(super) async fn sign_in(
    shared: &Shared,
    headers: &HeaderMap,
    token: &str,
    event: DoorEvent,
    surface: &str,
) -> Response<Body> {
    let basis = Basis::Browser(session_digest(token));
    let Some(caller) = shared.context.ways.caller(basis, shared.context.clock.now()) else {
        return answer::failure(&Failure::unauthenticated(
            "what this browser would be signed in by does not hold any more",
        ));
    };
    let audited = audit_door(&shared.context, event, caller.principal, surface).await;
    if let Err(failure) = audited {
        // The session exists, and nobody will ever hold its token.
        return answer::failure(&failure);
    }
    let Some(set_cookie) = cookie::set_session(token, SESSION_TTL_MS) else {
        return answer::failure(&Failure::internal("the session token is no header value"));
    };
    if let Err(failure) = end_former(shared, headers).await {
        return answer::failure(&failure);
    }
    let mut response = go_to("/");
    response.headers_mut().insert(header::SET_COOKIE, set_cookie);
    response
}

async fn end_former(shared: &Shared, headers: &HeaderMap) -> Result<(), Failure> {
    let Some(former) = cookie::session_token(headers).map(session_digest) else { return Ok(()) };
    let context = &shared.context;
    let logins = context.logins.clone();
    let ended = tokio::task::spawn_blocking(move || logins.sign_out(&former)).await;
    if ended.map_err(Failure::internal)?? {
        context.ways.refresh(&context.ledger, &context.policies, context.clock.now()).await?;
    }
    Ok(())
}

/// Sends a browser on to another page of ours.
pub(super) fn go_to(path: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(path));
    response
}
