//! The addresses of this machine, and which of them a setting means.

use std::net::IpAddr;

use nexus_domain::Failure;

use crate::config::Bind;

/// An address with the name of its interface.
pub(super) type Named = (String, IpAddr);

/// The addresses of this machine that others may reach.
///
/// # Errors
/// `Unavailable` when the operating system does not say.
pub(super) fn of_machine() -> Result<Vec<Named>, Failure> {
    let interfaces = if_addrs::get_if_addrs().map_err(|error| {
        Failure::unavailable(format!("the addresses of this machine are not known: {error}"))
    })?;
    Ok(interfaces.iter().map(|one| (one.name.clone(), one.ip())).collect())
}

/// The addresses outside loopback that a setting means, in order and each once.
pub(super) fn meant(bind: Bind, all: &[Named]) -> Vec<IpAddr> {
    let by = |is_meant: &dyn Fn(&Named) -> bool| {
        let meant = all.iter().filter(|one| is_usable(one.1) && is_meant(one));
        meant.map(|(_, address)| *address).collect::<Vec<_>>()
    };
    let mut addresses = match bind {
        Bind::Loopback(_) => Vec::new(),
        Bind::Lan => by(&|(name, address)| is_local(*address) && !is_tailnet(name, *address)),
        Bind::Tailnet => by(&|(name, address)| is_tailnet(name, *address)),
        Bind::Address(address) if address.is_unspecified() => {
            by(&|(_, one)| address.is_ipv6() || one.is_ipv4())
        }
        Bind::Address(address) => vec![address],
    };
    addresses.sort();
    addresses.dedup();
    addresses
}

/// Link-local addresses of IPv6 mean something only together with an interface.
fn is_usable(address: IpAddr) -> bool {
    let is_link_local = matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local());
    !address.is_loopback() && !address.is_unspecified() && !is_link_local
}

/// Whether an address belongs to a private network (RFC 1918, RFC 3927, RFC 4193): what is
/// reachable from everywhere is never meant by `lan`.
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

/// Tailscale's ranges are also used by others, so its interface must be the one.
fn is_tailnet(interface: &str, address: IpAddr) -> bool {
    let name = interface.to_ascii_lowercase();
    let is_its_interface = name.starts_with("tailscale") || name.starts_with("utun");
    is_its_interface
        && match address {
            IpAddr::V4(v4) => v4.octets()[0] == 100 && (64..128).contains(&v4.octets()[1]),
            IpAddr::V6(v6) => v6.segments()[..3] == [0xfd7a, 0x115c, 0xa1e0],
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bind: Bind, expect: &[&str]) {
        let all = [
            ("lo", "127.0.0.1"),
            ("lo", "::1"),
            ("eth0", "192.168.1.5"),
            ("eth0", "fe80::1"),
            ("eth0", "fd00::5"),
            ("eth0", "2001:db8::5"),
            ("eth1", "203.0.113.7"),
            ("wwan0", "100.70.0.1"),
            ("tailscale0", "100.64.3.2"),
            ("tailscale0", "fd7a:115c:a1e0::3"),
            ("eth2", "192.168.1.5"),
        ];
        let all: Vec<_> =
            all.iter().map(|(name, ip)| ((*name).to_owned(), ip.parse().unwrap())).collect();
        let shown: Vec<_> = meant(bind, &all).iter().map(ToString::to_string).collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn a_setting_means_the_addresses_it_names_and_no_public_one_by_accident() {
        check(Bind::Loopback("127.0.0.1".parse().unwrap()), &[]);
        check(Bind::Lan, &["192.168.1.5", "fd00::5"]);
        check(Bind::Tailnet, &["100.64.3.2", "fd7a:115c:a1e0::3"]);
        check(Bind::Address("127.0.0.2".parse().unwrap()), &["127.0.0.2"]);
        let all_v4 = ["100.64.3.2", "100.70.0.1", "192.168.1.5", "203.0.113.7"];
        check(Bind::Address("0.0.0.0".parse().unwrap()), &all_v4);
    }
}
