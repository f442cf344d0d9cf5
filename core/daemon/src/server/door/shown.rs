//! What a request shows of itself: the first credential among its headers and its address. What is
//! shown first decides alone: a wrong one is not made good by another.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use crate::server::cookie;

/// Header in which a program may send its key.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// Name of the token in an address.
const TOKEN: &str = "token";
/// Parts of a signed token between dots.
const SIGNED_PARTS: usize = 3;

/// A credential as it was shown.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::server) enum Shown<'a> {
    /// The control-plane token, a key or a signed token, in a header.
    Secret(&'a str),
    /// A signed token that stands in the address.
    InAddress(Cow<'a, str>),
    /// A signed token among the names of subprotocols.
    Subprotocol(&'a str),
    /// The session of a browser.
    Session(&'a str),
    /// Something is there and cannot be read.
    Unreadable,
    /// Nothing.
    Nothing,
}

/// What the headers of any request show.
pub(in crate::server) fn in_headers(headers: &HeaderMap) -> Shown<'_> {
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        return bearer(authorization).map_or(Shown::Unreadable, Shown::Secret);
    }
    if let Some(key) = headers.get(API_KEY) {
        return key.to_str().map_or(Shown::Unreadable, |key| Shown::Secret(key.trim()));
    }
    cookie::session_token(headers).map_or(Shown::Nothing, Shown::Session)
}

/// What a request to become a WebSocket shows: the same, or a signed token where a browser can put
/// one.
pub(in crate::server) fn in_upgrade<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Shown<'a> {
    let session = match in_headers(headers) {
        session @ (Shown::Session(_) | Shown::Nothing) => session,
        shown => return shown,
    };
    if let Some(token) = address_token(uri) {
        return Shown::InAddress(token);
    }
    let is_signed = |name: &&str| name.split('.').count() == SIGNED_PARTS;
    match subprotocols(headers).find(is_signed) {
        Some(token) => Shown::Subprotocol(token),
        None => session,
    }
}

/// The subprotocol to agree on: browsers hang up unless one they named is named back. A token is
/// only named back where it is all there is.
pub(in crate::server) fn agreed_subprotocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let is_name = |name: &&str| name.split('.').count() != SIGNED_PARTS;
    let agreed = subprotocols(headers).find(is_name).or_else(|| subprotocols(headers).next());
    agreed.and_then(|name| HeaderValue::from_str(name).ok())
}

fn subprotocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter();
    let names = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    names.map(str::trim).filter(|name| !name.is_empty())
}

/// A signed token has no character that an address writes otherwise.
fn address_token(uri: &Uri) -> Option<Cow<'_, str>> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(name, _)| *name == TOKEN).map(|(_, token)| Cow::Borrowed(token))
}

fn bearer(authorization: &HeaderValue) -> Option<&str> {
    let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        let read = |text| bearer(&HeaderValue::from_static(text)).map(str::to_owned);
        assert_eq!(read("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(read("bearer  abc "), Some("abc".to_owned()));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("abc"), None);
    }

    #[test]
    fn what_is_shown_first_decides() {
        #[track_caller]
        fn check(fields: &[(&'static str, &str)], address: &'static str, expected: &Shown<'_>) {
            assert_eq!(in_upgrade(&headers(fields), &Uri::from_static(address)), *expected);
        }
        let session = ("cookie", "nexus_session=s");
        let key = ("x-api-key", " nxk_1 ");
        let bearer = ("authorization", "Bearer t");
        let names = ("sec-websocket-protocol", "jsonrpc, a.b.c");
        check(&[], "/ws", &Shown::Nothing);
        check(&[session], "/ws", &Shown::Session("s"));
        check(&[session, names], "/ws", &Shown::Subprotocol("a.b.c"));
        check(&[session, names], "/ws?x=1&token=d.e.f", &Shown::InAddress("d.e.f".into()));
        check(&[session, key, names], "/ws?token=d.e.f", &Shown::Secret("nxk_1"));
        check(&[session, key, bearer], "/ws?token=d.e.f", &Shown::Secret("t"));
        check(&[("authorization", "Basic x"), key], "/ws", &Shown::Unreadable);
    }

    #[test]
    fn a_token_is_named_back_only_where_nothing_else_is() {
        let agreed = |names: &str| {
            let name = agreed_subprotocol(&headers(&[("sec-websocket-protocol", names)]));
            name.map(|name| name.to_str().unwrap().to_owned())
        };
        assert_eq!(agreed("a.b.c, jsonrpc").as_deref(), Some("jsonrpc"));
        assert_eq!(agreed("a.b.c").as_deref(), Some("a.b.c"));
        assert_eq!(agreed_subprotocol(&HeaderMap::new()), None);
    }
}
