//! The page where a browser gives the password. It needs no script: it works before anything of
//! the Control UI is trusted with a session, and in any browser.

use std::sync::Arc;

use axum::Form;
use axum::body::Body;
use axum::extract::{Extension, FromRequest as _, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nexus_domain::Failure;
use secrecy::SecretString;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Peer;
use super::answer;
use super::door::{Shared, Visitor};
use super::link;
use super::login::BrowserHolder;
use super::rpc;
use crate::authorize::DoorEvent;

/// Where the form is.
pub(super) const PATH: &str = "/login";
/// Largest form, in bytes: the longest password with every byte written as three.
const FORM_BYTES_MAX: usize = 4 * 1024;
/// What a form comes as.
const FORM_TYPE: &str = "application/x-www-form-urlencoded";
const STYLE: &str = include_str!("form/style.css");

/// What the form sends.
#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    password: String,
}

/// `GET /login`: the form, for a browser that is not signed in.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response<Body> {
    match shared.visitor(&headers, &peer).await {
        Visitor::Known(..) => link::go_to("/"),
        _ => page(&shared, StatusCode::OK, None),
    }
}

/// `POST /login`: signs the browser in that gives the password. Whether it is wrong or there is
/// none, the answer is the same and comes as late.
pub(super) async fn take(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response<Body> {
    let headers = request.headers().clone();
    let password = match read(&shared, request).await {
        Ok(password) => password,
        Err((status, why)) => return answer::error(status, &Failure::invalid(why)),
    };
    match shared.by_password(password, &peer).await {
        Ok(caller) => {
            let holder = BrowserHolder { basis: caller.authority.basis, scopes: None };
            let (logins, now) = (shared.context.logins.clone(), shared.context.clock.now());
            let admit = tokio::task::spawn_blocking(move || logins.admit(holder, now)).await;
            match admit.unwrap_or_else(|error| Err(Failure::internal(error))) {
                Ok(token) => {
                    let event = DoorEvent::PasswordGiven;
                    link::sign_in(&shared, &headers, &token, event, PATH).await
                }
                Err(failure) => answer::failure(&failure),
            }
        }
        Err(failure) => {
            shared.refuse_login(peer.address.ip(), PATH).await;
            let status = answer::status(&failure);
            let mut response = match status {
                StatusCode::UNAUTHORIZED => {
                    page(&shared, status, Some("That is not the password. Try again."))
                }
                StatusCode::TOO_MANY_REQUESTS => page(
                    &shared,
                    status,
                    Some("Too many passwords are being tried right now. Wait a few seconds."),
                ),
                _ => return answer::failure(&failure),
            };
            answer::say_how(status, &failure, response.headers_mut());
            response
        }
    }
}

async fn read(shared: &Shared, request: Request) -> Result<SecretString, (StatusCode, String)> {
    let (head, body) = request.into_parts();
    let mut kinds = head.headers.get_all(header::CONTENT_TYPE).into_iter();
    let is_form = |kind: &HeaderValue| {
        let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case(FORM_TYPE)
    };
    if !matches!((kinds.next(), kinds.next()), (Some(kind), None) if is_form(kind)) {
        let why = format!("the body must be the form: send `Content-Type: {FORM_TYPE}`");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    let bytes = rpc::read(shared, body, FORM_BYTES_MAX).await?;
    let request = Request::post(PATH).header(header::CONTENT_TYPE, FORM_TYPE);
    let unreadable = |_| (StatusCode::BAD_REQUEST, "the form cannot be read".to_owned());
    let request = request.body(Body::from(bytes)).map_err(|_| unreadable(()))?;
    let form = Form::<Given>::from_request(request, &()).await;
    form.map(|Form(given)| given.password.into()).map_err(|_| unreadable(()))
}

fn page(shared: &Shared, status: StatusCode, wrong: Option<&str>) -> Response<Body> {
    let has_password = shared.context.ways.has_password();
    let text = if has_password || wrong.is_some() { form(wrong) } else { NO_PASSWORD.to_owned() };
    let title = match wrong {
        Some(_) => "Not signed in: Nexus",
        None => "Sign in to Nexus",
    };
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<section>\n\
         <h1>Sign in to Nexus</h1>\n{text}</section>\n</main>\n</body>\n</html>\n"
    );
    let mut response = answer::with_type(status, "text/html; charset=utf-8", text);
    let headers = response.headers_mut();
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Without any, the browser would hide from us that the form is ours: `Origin: null`.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

fn form(wrong: Option<&str>) -> String {
    let (said, marks) = match wrong {
        Some(wrong) => (
            format!("<p id=\"wrong\" class=\"wrong\" role=\"alert\">{wrong}</p>\n"),
            " aria-invalid=\"true\" aria-describedby=\"wrong\"",
        ),
        None => (String::new(), ""),
    };
    format!(
        "<p>With the password of this installation.</p>\n{said}\
         <form method=\"post\" action=\"{PATH}\">\n\
         <input type=\"hidden\" name=\"username\" value=\"owner\" autocomplete=\"username\">\n\
         <label for=\"password\">Password</label>\n\
         <input id=\"password\" name=\"password\" type=\"password\" required autofocus \
         autocomplete=\"current-password\" maxlength=\"1024\"{marks}>\n\
         <button type=\"submit\">Sign in</button>\n</form>\n{FOOTER}"
    )
}

const FOOTER: &str = "<footer><p>On the machine where Nexus runs, <code>nexus ui</code> opens it \
                      without one.</p></footer>\n";
const NO_PASSWORD: &str = "<p>There is no password. On the machine where Nexus runs, open it with \
                           <code>nexus ui</code>, or set a password there with \
                           <code>nexus login password set</code> and come back.</p>\n";
