//! Who may knock: the `Host` a request names and the `Origin` it comes from.
//!
//! A page of another site can make a browser send requests here, and by rebinding a name of its
//! own to this address even read the answers. Both are stopped before anything else looks at the
//! request: the name must be one of ours, and a page that asks must be ours, whatever it asks for.
//! Following a link from elsewhere still works: browsers name no origin for that.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderMap, StatusCode, Uri, header};
use nexus_domain::Failure;

/// A request that is turned away, with the status it gets.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) failure: Failure,
}

/// Checks a request.
///
/// # Errors
/// 400 without a `Host` that can be read, 421 with a foreign one, 403 with a foreign `Origin`.
pub(super) fn check(
    uri: &Uri,
    headers: &HeaderMap,
    allowed_hosts: &[String],
) -> Result<(), Refusal> {
    let host = the_host(headers)?;
    check_host(host, allowed_hosts)?;
    // A request line may name the host a second time; then both must be ours.
    if let Some(authority) = uri.authority() {
        check_host(authority.as_str(), allowed_hosts)?;
    }
    check_origin(headers, host)
}

/// Whether a request wants to become a WebSocket.
pub(super) fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(header::UPGRADE)
}

fn the_host(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut hosts = headers.get_all(header::HOST).into_iter();
    match (hosts.next().map(|host| host.to_str()), hosts.next()) {
        (Some(Ok(host)), None) if !host.is_empty() => Ok(host),
        _ => Err(Refusal {
            status: StatusCode::BAD_REQUEST,
            failure: Failure::invalid("the request must name exactly one host")
                .hint("send a `Host` header such as `127.0.0.1:18789`"),
        }),
    }
}

fn check_host(authority: &str, allowed_hosts: &[String]) -> Result<(), Refusal> {
    let name = host_name(authority);
    let is_ours = name.is_some_and(|name| {
        is_loopback(name)
            || allowed_hosts.iter().any(|allowed| is_allowed(name, authority, allowed))
    });
    if is_ours {
        return Ok(());
    }
    let shown: String = authority.chars().take(100).collect();
    let key = "runtime.allowed_hosts";
    Err(Refusal {
        status: StatusCode::MISDIRECTED_REQUEST,
        failure: Failure::denied(format!(
            "this daemon does not answer to the host name `{}`",
            shown.escape_debug()
        ))
        .hint(format!("open it as http://127.0.0.1 with its port, or add the name to `{key}`")),
    })
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
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    match name.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Ok(IpAddr::V6(address)) => address == Ipv6Addr::LOCALHOST,
        Err(_) => false,
    }
}

/// A configured host may carry a port; then the port must be the same as well.
fn is_allowed(name: &str, authority: &str, allowed: &str) -> bool {
    let allowed = allowed.trim();
    name.eq_ignore_ascii_case(allowed) || authority.eq_ignore_ascii_case(allowed)
}

/// Programs send no `Origin` and pass; the origin a browser names must be our own.
fn check_origin(headers: &HeaderMap, host: &str) -> Result<(), Refusal> {
    let mut origins = headers.get_all(header::ORIGIN).into_iter();
    let Some(origin) = origins.next() else { return Ok(()) };
    let is_ours = origins.next().is_none()
        && origin.to_str().ok().and_then(origin_authority).is_some_and(|origin| {
            // A port that is the scheme's own is left out by browsers, in both places.
            origin.eq_ignore_ascii_case(host)
        });
    if is_ours {
        return Ok(());
    }
    Err(Refusal {
        status: StatusCode::FORBIDDEN,
        failure: Failure::denied("pages of other sites may not use this daemon")
            .hint("use the Control UI of this daemon: run `nexus ui`"),
    })
}

fn origin_authority(origin: &str) -> Option<&str> {
    origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn knock(fields: &[(&str, &str)]) -> Result<(), u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: axum::http::HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let allowed = ["nexus.example".to_owned(), "box:9000".to_owned()];
        check(&Uri::from_static("/"), &headers, &allowed).map_err(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let own = [
            "127.0.0.1",
            "127.0.0.1:18789",
            "127.8.9.1:1",
            "localhost:18789",
            "LocalHost",
            "localhost.:80",
            "[::1]:18789",
            "[::1]",
            "nexus.example",
            "NEXUS.example:443",
            "box:9000",
        ];
        for host in own {
            assert_eq!(knock(&[("host", host)]), Ok(()), "{host}");
        }
        let foreign = [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "10.0.0.1:18789",
            "0.0.0.0:18789",
            "[::]:18789",
            "[::ffff:127.0.0.1]:1",
            "box:9001",
            "127.0.0.1:port",
            "127.0.0.1:1:2",
            "[::1",
            ":80",
            "user@127.0.0.1",
        ];
        for host in foreign {
            assert_eq!(knock(&[("host", host)]), Err(421), "{host}");
        }
    }

    #[test]
    fn a_host_is_required_once() {
        assert_eq!(knock(&[]), Err(400));
        assert_eq!(knock(&[("host", "")]), Err(400));
        assert_eq!(knock(&[("host", "localhost"), ("host", "localhost")]), Err(400));
    }

    #[test]
    fn the_request_line_cannot_name_another_host() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        let uri = Uri::from_static("http://evil.example/");
        let refusal = check(&uri, &headers, &[]).unwrap_err();
        assert_eq!(refusal.status, 421);
    }

    #[test]
    fn pages_of_other_sites_are_not_answered() {
        let host = ("host", "127.0.0.1:18789");
        let foreign = [
            "http://evil.example",
            "null",
            "http://127.0.0.1",
            "file://",
            "http://localhost:18789",
        ];
        for origin in foreign {
            assert_eq!(knock(&[host, ("origin", origin)]), Err(403), "{origin:?}");
        }
        let own = ("origin", "http://127.0.0.1:18789");
        assert_eq!(knock(&[host, own]), Ok(()));
        assert_eq!(knock(&[host, own, ("origin", "http://evil.example")]), Err(403));
        assert_eq!(knock(&[host]), Ok(()), "programs send no origin, and links followed neither");
    }
}
