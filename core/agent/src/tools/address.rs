//! Which network addresses a tool may connect to. The check sits in the resolver that the
//! connection itself uses, so that the address that was checked is the one that is connected to:
//! a name cannot answer with a public address first and a private one later.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Resolves names and leaves out the addresses that may not be reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct PublicResolver {
    pub allow_private_hosts: bool,
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private_hosts = self.allow_private_hosts;
        Box::pin(async move {
            let fit = resolve(name.as_str(), 0, allow_private_hosts).await?;
            Ok(Box::new(fit.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a host that may be connected to; none when the host has none.
///
/// # Errors
/// When the name cannot be resolved, or none of its addresses may be reached.
pub(super) async fn resolve(
    host: &str,
    port: u16,
    allow_private_hosts: bool,
) -> Result<Vec<SocketAddr>, Box<dyn Error + Send + Sync>> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    let n_found = found.len();
    let fit: Vec<_> = found
        .into_iter()
        .filter(|address| allow_private_hosts || is_public(address.ip()))
        .collect();
    if fit.is_empty() && n_found > 0 {
        return Err(private_host(host).into());
    }
    Ok(fit)
}

/// Checks what can be seen in the address itself: the scheme, and a host given as a number, which
/// no resolver is asked about.
pub(super) fn check(url: &Url, allow_private_hosts: bool) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("only http and https can be fetched, not {}", url.scheme()));
    }
    let host = url.host_str().ok_or("the address names no host")?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(ip) if !allow_private_hosts && !is_public(ip) => Err(private_host(host)),
        _ => Ok(()),
    }
}

fn private_host(host: &str) -> String {
    format!(
        "{host} is on this machine or in a private network, which is not allowed; \
         allow_private_hosts of [tools.http_fetch] in nexus.toml would allow it"
    )
}

/// Whether an address is meant for the whole internet. Everything that is not, is refused: loop
/// back, private, link-local (where clouds keep their metadata), shared, reserved, multicast, and
/// any of those wrapped into IPv6.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| {
        is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
    };
    if let Some(mapped) = ip.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    // Translation prefixes carry an IPv4 address: NAT64 at the end, 6to4 behind its prefix.
    if s[0] == 0x64 && s[1] == 0xff9b {
        return s[2..6] == [0; 4] && v4(s[6], s[7]);
    }
    if s[0] == 0x2002 {
        return v4(s[1], s[2]);
    }
    // Global unicast is 2000::/3; of it, 2001::/23 is for protocols and two blocks for documents.
    let is_global = s[0] & 0xe000 == 0x2000;
    let is_special =
        (s[0] == 0x2001 && (s[1] < 0x200 || s[1] == 0xdb8)) || (s[0] == 0x3fff && s[1] < 0x1000);
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for ip in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "240.0.0.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
            "fec0::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip} was let through");
        }
        for ip in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "172.32.0.1"]
        {
            assert!(is_public(ip.parse().unwrap()), "{ip} was refused");
        }
    }

    #[test]
    fn hosts_in_disguise_are_seen_through() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]:80/",
            "http://[::ffff:7f00:1]/",
            "file:///etc/passwd",
            "ftp://example.org/",
            "http://0/",
        ] {
            assert!(check(&Url::parse(url).unwrap(), false).is_err(), "{url} was let through");
        }
        assert!(check(&Url::parse("https://example.org/").unwrap(), false).is_ok());
        assert!(check(&Url::parse("http://127.0.0.1/").unwrap(), true).is_ok());
    }
}
