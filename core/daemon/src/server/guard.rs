//! Who may knock: the `Host` a request names and the `Origin` it comes from.
//!
//! A page of another site can make a browser send requests here, and by rebinding a name of its
//! own to this address even read the answers. Both are stopped before anything else looks at the
//! request: the name must be one of ours, and a page that asks must be ours, whatever it asks for.
//! Following a link from elsewhere still works: browsers name no origin for that.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderMap, StatusCode, Uri, header};
use nexus_domain::Failure;

use crate::exposure::Names;

/// A request that is turned away, with the status it gets.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) failure: Failure,
}

/// Where a request arrived, and by which names it may call us there.
#[derive(Debug)]
pub(super) struct Doorstep<'a> {
    /// Whether it came from outside, by our TLS.
    pub(super) is_tls: bool,
    /// Names that a person configured.
    pub(super) allowed_hosts: &'a [String],
    /// Names that come from how we are open to others.
    pub(super) names: &'a Names,
}

/// How a browser that calls us by a name speaks to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
    /// A configured name may stand before a proxy that brings TLS, or not.
    Either,
}

/// Checks a request; says whether the browser has TLS, ours or that of Tailscale.
///
/// # Errors
/// 400 without a `Host` that can be read, 421 with a foreign one, 403 with a foreign `Origin`.
pub(super) fn check(
    uri: &Uri,
    headers: &HeaderMap,
    doorstep: &Doorstep<'_>,
) -> Result<bool, Refusal> {
    let host = the_host(headers)?;
    let scheme = check_host(host, doorstep)?;
    // A request line may name the host a second time; then both must be ours.
    if let Some(authority) = uri.authority() {
        check_host(authority.as_str(), doorstep)?;
    }
    check_origin(headers, host, scheme)?;
    Ok(scheme == Scheme::Https)
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

fn check_host(authority: &str, doorstep: &Doorstep<'_>) -> Result<Scheme, Refusal> {
    if let Some(scheme) = host_name(authority).and_then(|name| doorstep.scheme(name, authority)) {
        return Ok(scheme);
    }
    let shown: String = authority.chars().take(100).collect();
    let hint = match doorstep.is_tls {
        true => {
            "open it by an address that `nexus expose status` shows, or add the name to \
                 `runtime.allowed_hosts`"
        }
        false => {
            "open it as http://127.0.0.1 with its port, or add the name to \
                  `runtime.allowed_hosts`"
        }
    };
    Err(Refusal {
        status: StatusCode::MISDIRECTED_REQUEST,
        failure: Failure::denied(format!(
            "this daemon does not answer to the host name `{}`",
            shown.escape_debug()
        ))
        .hint(hint),
    })
}

impl Doorstep<'_> {
    /// How a browser speaks to us by this name here; `None` when the name is not ours.
    fn scheme(&self, name: &str, authority: &str) -> Option<Scheme> {
        let is =
            |own: &Option<String>| own.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name));
        let is_configured =
            self.allowed_hosts.iter().any(|allowed| is_allowed(name, authority, allowed));
        if self.is_tls {
            let is_own_address =
                name.parse::<IpAddr>().is_ok_and(|ip| self.names.outside.contains(&ip));
            let is_ours = is_own_address
                || is_configured
                || is(&self.names.tailnet)
                || is(&self.names.announced);
            return is_ours.then_some(Scheme::Https);
        }
        match () {
            () if is_loopback(name) => Some(Scheme::Http),
            // `tailscale serve` hands on what came to it by TLS.
            () if is(&self.names.tailnet) => Some(Scheme::Https),
            () => is_configured.then_some(Scheme::Either),
        }
    }
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
fn check_origin(headers: &HeaderMap, host: &str, scheme: Scheme) -> Result<(), Refusal> {
    let mut origins = headers.get_all(header::ORIGIN).into_iter();
    let Some(origin) = origins.next() else { return Ok(()) };
    let is_ours = origins.next().is_none()
        && origin.to_str().ok().and_then(|text| origin_authority(text, scheme)).is_some_and(
            // A port that is the scheme's own is left out by browsers, in both places.
            |origin| origin.eq_ignore_ascii_case(host),
        );
    if is_ours {
        return Ok(());
    }
    Err(Refusal {
        status: StatusCode::FORBIDDEN,
        failure: Failure::denied("pages of other sites may not use this daemon")
            .hint("use the Control UI of this daemon: run `nexus ui`"),
    })
}

fn origin_authority(origin: &str, scheme: Scheme) -> Option<&str> {
    let (http, https) = (origin.strip_prefix("http://"), origin.strip_prefix("https://"));
    match scheme {
        Scheme::Http => http,
        Scheme::Https => https,
        Scheme::Either => http.or(https),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn knock(fields: &[(&str, &str)]) -> Result<bool, u16> {
        knock_at(false, fields)
    }

    fn knock_at(is_tls: bool, fields: &[(&str, &str)]) -> Result<bool, u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: axum::http::HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let allowed = ["nexus.example".to_owned(), "box:9000".to_owned()];
        let names = Names {
            outside: vec!["192.168.1.5".parse().unwrap(), "fd00::5".parse().unwrap()],
            announced: Some("studio.local".to_owned()),
            tailnet: Some("studio.tail1.ts.net".to_owned()),
        };
        let doorstep = Doorstep { is_tls, allowed_hosts: &allowed, names: &names };
        check(&Uri::from_static("/"), &headers, &doorstep)
            .map_err(|refusal| refusal.status.as_u16())
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
            assert_eq!(knock(&[("host", host)]), Ok(false), "{host}");
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
        let names = Names::default();
        let doorstep = Doorstep { is_tls: false, allowed_hosts: &[], names: &names };
        let refusal = check(&uri, &headers, &doorstep).unwrap_err();
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
        assert_eq!(knock(&[host, own]), Ok(false));
        assert_eq!(knock(&[host, own, ("origin", "http://evil.example")]), Err(403));
        assert_eq!(
            knock(&[host]),
            Ok(false),
            "programs send no origin, and links followed neither"
        );
    }

    #[test]
    fn from_outside_other_names_are_ours_and_pages_must_have_tls() {
        let outside = |host: &str| knock_at(true, &[("host", host)]);
        let own = [
            "192.168.1.5:18789",
            "[fd00::5]:18789",
            "studio.local:18789",
            "studio.tail1.ts.net",
            "nexus.example",
        ];
        for host in own {
            assert_eq!(outside(host), Ok(true), "{host}");
        }
        for host in ["127.0.0.1:18789", "localhost", "[::1]", "192.168.1.6", "evil.example"] {
            assert_eq!(outside(host), Err(421), "{host}");
        }
        let host = ("host", "192.168.1.5:18789");
        let post = |origin: &str| knock_at(true, &[host, ("origin", origin)]);
        assert_eq!(post("https://192.168.1.5:18789"), Ok(true));
        for origin in ["http://192.168.1.5:18789", "https://192.168.1.5", "https://evil.example"] {
            assert_eq!(post(origin), Err(403), "{origin}");
        }
    }

    #[test]
    fn what_tailscale_hands_on_came_to_it_by_tls() {
        let host = ("host", "studio.tail1.ts.net");
        assert_eq!(knock(&[host]), Ok(true));
        let post = |origin: &str| knock(&[host, ("origin", origin)]);
        assert_eq!(post("https://studio.tail1.ts.net"), Ok(true));
        assert_eq!(post("http://studio.tail1.ts.net"), Err(403));
        assert_eq!(knock(&[("host", "studio.local")]), Err(421), "not from here");
    }
}
