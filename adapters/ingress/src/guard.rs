//! Who may knock: the `Host` a request names and the `Origin` it comes from; the rules are those
//! of the control plane.
//!
//! A page can make a browser send requests here, and by rebinding a name of its own to this
//! address even read the answers. So the name must be ours, and pages may call only if a person
//! named them. Programs name no origin and pass.

use std::net::IpAddr;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header};

use crate::listen::Listen;
use crate::problem::{Problem, ProblemKind};

/// The page that calls, if it is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    origin: Option<HeaderValue>,
}

/// Checks a request.
///
/// # Errors
/// 400 without a `Host` that can be read, 421 with a foreign one, 403 with a foreign `Origin`.
pub(crate) fn check(uri: &Uri, headers: &HeaderMap, listen: &Listen) -> Result<Page, Problem> {
    let mut hosts = headers.get_all(header::HOST).into_iter();
    let host = match (hosts.next().map(HeaderValue::to_str), hosts.next()) {
        (Some(Ok(host)), None) if !host.is_empty() => host,
        _ => {
            let message = "the request must name exactly one `Host`";
            return Err(refused(StatusCode::BAD_REQUEST, "invalid_host", message));
        }
    };
    // A request line may name the host a second time; then both must be ours.
    for authority in [Some(host), uri.authority().map(|authority| authority.as_str())] {
        if authority.is_some_and(|authority| !is_ours(authority, listen)) {
            let message = "this address is not called by that name; use the address it listens \
                           on, or add the name to `allowed_hosts` in the adapter's settings";
            return Err(refused(StatusCode::MISDIRECTED_REQUEST, "invalid_host", message));
        }
    }
    let mut origins = headers.get_all(header::ORIGIN).into_iter();
    let Some(origin) = origins.next() else { return Ok(Page::default()) };
    let is_allowed = origin.to_str().is_ok_and(|origin| {
        listen.allowed_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    });
    if is_allowed && origins.next().is_none() {
        return Ok(Page { origin: Some(origin.clone()) });
    }
    let message = "pages may not use this address, since a key does not belong into a page; if it \
                   has to be, add the page's origin to `allowed_origins` in the adapter's settings";
    Err(refused(StatusCode::FORBIDDEN, "origin_not_allowed", message))
}

fn refused(status: StatusCode, code: &'static str, message: &str) -> Problem {
    Problem::new(status, ProblemKind::Request, code, message)
}

fn is_ours(authority: &str, listen: &Listen) -> bool {
    let Some(name) = host_name(authority) else { return false };
    let is_configured = listen.allowed_hosts.iter().any(|allowed| {
        let allowed = allowed.trim();
        name.eq_ignore_ascii_case(allowed) || authority.eq_ignore_ascii_case(allowed)
    });
    // Rebinding needs a name; whoever writes an address means that address.
    let is_address = || name.parse::<IpAddr>().is_ok() && !listen.listen.ip().is_loopback();
    is_configured || is_loopback(name) || is_address()
}

/// The name of an authority without its port; `None` when it is malformed.
fn host_name(authority: &str) -> Option<&str> {
    let (name, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (name, rest) = rest.split_once(']')?;
            (name, rest.strip_prefix(':').or(rest.is_empty().then_some("0"))?)
        }
        None => authority.split_once(':').unwrap_or((authority, "0")),
    };
    port.parse::<u16>().ok()?;
    let name = name.strip_suffix('.').unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

fn is_loopback(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Page {
    /// Whether a browser asks on behalf of the page whether it may call.
    pub(crate) fn is_preflight(&self, method: &Method, headers: &HeaderMap) -> bool {
        self.origin.is_some()
            && method == Method::OPTIONS
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// Lets the page read an answer.
    ///
    /// `shown` names the headers of the answer that it may read.
    pub(crate) fn allow(&self, headers: &mut HeaderMap, shown: &'static str) {
        let Some(origin) = &self.origin else { return };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.append(header::VARY, HeaderValue::from_name(header::ORIGIN));
        let shown = HeaderValue::from_static(shown);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, shown);
    }
}

/// Tells a browser that a page may call: as JSON, with whatever headers it wants to send.
pub(crate) fn preflight(headers: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let allowed = response.headers_mut();
    let methods = HeaderValue::from_static("GET, POST, DELETE");
    allowed.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    let wanted: HeaderName = header::ACCESS_CONTROL_REQUEST_HEADERS;
    if let Some(wanted) = headers.get(wanted) {
        allowed.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    allowed.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knock(listen: &Listen, fields: &[(&str, &str)]) -> Result<Page, u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        check(&Uri::from_static("/"), &headers, listen).map_err(|error| error.status.as_u16())
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let listen = Listen {
            allowed_hosts: vec!["api.example".to_owned(), "box:9000".to_owned()],
            ..Listen::on(18790)
        };
        let own = [
            "127.0.0.1",
            "127.0.0.1:18790",
            "localhost.:80",
            "LocalHost",
            "[::1]:1",
            "API.example:443",
            "box:9000",
        ];
        for host in own {
            assert_eq!(knock(&listen, &[("host", host)]), Ok(Page::default()), "{host}");
        }
        let foreign = [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "10.0.0.1",
            "0.0.0.0:1",
            "box:9001",
            "127.0.0.1:port",
            "[::1",
            ":80",
            "user@127.0.0.1",
        ];
        for host in foreign {
            assert_eq!(knock(&listen, &[("host", host)]), Err(421), "{host}");
        }
        assert_eq!(knock(&listen, &[]), Err(400));
        assert_eq!(knock(&listen, &[("host", "localhost"), ("host", "localhost")]), Err(400));
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        let uri = Uri::from_static("http://evil.example/");
        assert_eq!(check(&uri, &headers, &listen).unwrap_err().status, 421);
    }

    #[test]
    fn from_outside_addresses_are_ours_and_foreign_names_are_not() {
        let listen = Listen {
            listen: "0.0.0.0:18790".parse().unwrap(),
            allow_plain_http: true,
            ..Listen::on(18790)
        };
        for host in ["192.168.1.5:18790", "[fd00::5]:18790", "localhost"] {
            assert_eq!(knock(&listen, &[("host", host)]), Ok(Page::default()), "{host}");
        }
        assert_eq!(knock(&listen, &[("host", "evil.example")]), Err(421));
    }

    #[test]
    fn pages_call_only_when_somebody_named_them() {
        let host = ("host", "127.0.0.1:18790");
        let mut listen = Listen::on(18790);
        for origin in ["http://evil.example", "null", "http://127.0.0.1:18790"] {
            assert_eq!(knock(&listen, &[host, ("origin", origin)]), Err(403), "{origin}");
        }
        listen.allowed_origins = vec!["https://app.example".to_owned()];
        let own = ("origin", "https://app.example");
        let page = knock(&listen, &[host, own]).unwrap();
        let mut headers = HeaderMap::new();
        page.allow(&mut headers, "retry-after");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example");
        assert_eq!(knock(&listen, &[host, own, own]), Err(403));
        assert_eq!(knock(&listen, &[host, ("origin", "https://app.example.evil")]), Err(403));
    }
}
