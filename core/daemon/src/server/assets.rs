//! The Control UI. Its files are public: there is no data in them, and the socket that has the
//! data asks who comes.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use nexus_domain::Failure;
use nexus_ui::Asset;

use super::Peer;
use super::answer;
use super::door::{Shared, Visitor};
use super::{form, link};

/// A file of the bundle.
pub(super) async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response<Body> {
    match nexus_ui::asset(&path) {
        Some(asset) => serve(asset, &headers),
        None => answer::failure(
            &Failure::not_found("the Control UI has no such file")
                .hint("reload the page: it may be of an older version"),
        ),
    }
}

/// The document that every page begins with; renews the cookie of a browser that comes back. One
/// that is not signed in is sent to where it can give the password, if there is one.
pub(super) async fn page(
    shared: &Arc<Shared>,
    asset: Asset,
    headers: &HeaderMap,
    peer: &Peer,
) -> Response<Body> {
    let visitor = shared.visitor(headers, peer).await;
    if !matches!(visitor, Visitor::Known(..)) && shared.context.ways.has_password() {
        return link::go_to(form::PATH);
    }
    let mut response = serve(asset, headers);
    if let Visitor::Known(_, Some(set_cookie)) = visitor {
        response.headers_mut().insert(header::SET_COOKIE, set_cookie);
    }
    response
}

/// `GET /` and the pages the bundle tells apart by itself.
pub(super) async fn index(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response<Body> {
    page(&shared, nexus_ui::index(), &headers, &peer).await
}

fn serve(asset: Asset, headers: &HeaderMap) -> Response<Body> {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let accepts = |coding: &str| accepted.is_some_and(|list| accepts_coding(list, coding));
    let cache_control = asset.cache_control();
    let (bytes, coding) = match (asset.br, asset.gz) {
        (Some(br), _) if accepts("br") => (br, Some("br")),
        (_, Some(gz)) if accepts("gzip") => (gz, Some("gzip")),
        _ => (asset.bytes, None),
    };
    let mut response = answer::with_type(StatusCode::OK, asset.content_type, body(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

fn body(bytes: Cow<'static, [u8]>) -> Body {
    Body::from(match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    })
}

/// Whether a list such as `gzip, br;q=0` takes a coding. Wildcards are not taken as consent: the
/// plain form always works.
pub(super) fn accepts_coding(list: &str, coding: &str) -> bool {
    list.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let is_refused = parts.any(|part| {
            let weight =
                part.strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
            weight.is_some_and(|weight| weight <= 0.0)
        });
        is_named && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_used_only_when_it_is_taken() {
        assert!(accepts_coding("gzip, deflate, br", "br"));
        assert!(accepts_coding("GZIP;q=0.5", "gzip"));
        assert!(!accepts_coding("gzip, br;q=0", "br"));
        assert!(!accepts_coding("br2, identity", "br"));
        assert!(!accepts_coding("", "gzip"));
    }

    #[test]
    fn compressed_twins_are_served_with_what_caches_need() {
        let asset = Asset {
            bytes: Cow::Borrowed(b"plain"),
            content_type: "text/javascript; charset=utf-8",
            br: Some(Cow::Borrowed(b"br")),
            gz: None,
            is_immutable: true,
        };
        let mut headers = HeaderMap::new();
        let response = serve(asset.clone(), &headers);
        assert!(response.headers().get(header::CONTENT_ENCODING).is_none());
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        let response = serve(asset, &headers);
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(response.headers()[header::VARY], "accept-encoding");
        let cache_control = response.headers()[header::CACHE_CONTROL].to_str().unwrap();
        assert!(cache_control.contains("immutable"));
    }
}
