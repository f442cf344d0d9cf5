//! Who can reach the control plane, from checked values.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use super::Finding;
use super::tailnet::{self, TailnetLogin};
use super::typed::Getter;

/// Where the control plane listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind {
    /// On this machine only, by this address.
    Loopback(IpAddr),
    /// On the machine's addresses in local networks, too.
    Lan,
    /// On the machine's addresses in its tailnet, too.
    Tailnet,
    /// On one address, too; an unspecified one stands for all of the machine.
    Address(IpAddr),
}

impl Bind {
    /// The address that is there in any case, for programs on this machine.
    #[must_use]
    pub fn inside(self) -> IpAddr {
        match self {
            Self::Loopback(address) => address,
            _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }
}

/// What TLS is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsConfig {
    /// Files of an own certificate and its key.
    pub own: Option<(PathBuf, PathBuf)>,
    /// Whether a certificate is made where none is given.
    pub generate: bool,
}

/// What is announced on the local network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mdns {
    /// Nothing.
    #[default]
    Off,
    /// Protocol and port.
    Minimal,
    /// Also the machine's name, the certificate's fingerprint and the path.
    Full,
}

/// Who can reach the control plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExposeConfig {
    /// Where it listens.
    pub bind: Bind,
    /// What whoever is outside gets TLS from.
    pub tls: TlsConfig,
    /// What is announced.
    pub mdns: Mdns,
    /// Whether `tailscale serve` is to be on.
    pub tailscale_serve: bool,
    /// The program of Tailscale.
    pub tailscale_command: String,
    /// Where `tailscaled` answers, if not at its usual place.
    pub tailscale_socket: Option<PathBuf>,
    /// Who is let in by being somebody in the tailnet, in order of their names.
    pub tailnet_logins: Vec<TailnetLogin>,
}

impl ExposeConfig {
    /// Who is let in by being somebody in the tailnet: only where that is listened on.
    #[must_use]
    pub fn let_in(&self) -> &[TailnetLogin] {
        if self.bind == Bind::Tailnet { &self.tailnet_logins } else { &[] }
    }
}

pub(super) fn expose(
    get: &Getter<'_>,
    path: &Path,
    errors: &mut Vec<Finding>,
    warnings: &mut Vec<Finding>,
) -> ExposeConfig {
    let bind = bind(get, errors);
    let tls = tls(get, path, errors);
    let is_inside = matches!(bind, Bind::Loopback(_));
    if !is_inside && tls.own.is_none() && !tls.generate {
        errors.push(Finding {
            line: get.line("runtime.bind"),
            text: format!(
                "`runtime.bind` is `{}`, where others can reach the control plane, and there is \
                 no TLS: give tls.certificate and tls.key, or let tls.generate be true",
                get.text("runtime.bind")
            ),
        });
    }
    let tailnet_logins = tailnet::logins(get, errors);
    let names = get.names_at(&["tailscale", "logins"]);
    if let (false, Some(first)) = (bind == Bind::Tailnet, names.first()) {
        warnings.push(Finding {
            line: get.line_at(&tailnet::path(first)),
            text: format!(
                "`tailscale.logins` lets nobody in while `runtime.bind` is `{}`: who somebody is \
                 can be asked only where the tailnet is listened on, with bind = \"tailnet\"",
                get.text("runtime.bind")
            ),
        });
    }
    let socket = get.text("tailscale.socket");
    let home = path.parent().unwrap_or(Path::new(""));
    ExposeConfig {
        bind,
        tls,
        mdns: match get.text("discovery.mdns").as_str() {
            "minimal" => Mdns::Minimal,
            "full" => Mdns::Full,
            _ => Mdns::Off,
        },
        tailscale_serve: get.bool("tailscale.serve"),
        tailscale_command: get.text("tailscale.command"),
        tailscale_socket: (!socket.is_empty()).then(|| home.join(socket)),
        tailnet_logins,
    }
}

fn bind(get: &Getter<'_>, errors: &mut Vec<Finding>) -> Bind {
    let text = get.text("runtime.bind");
    let inside = Bind::Loopback(IpAddr::V4(Ipv4Addr::LOCALHOST));
    match (text.as_str(), text.parse::<IpAddr>()) {
        ("loopback", _) => inside,
        ("lan", _) => Bind::Lan,
        ("tailnet", _) => Bind::Tailnet,
        // Any other address of 127.0.0.0/8 is one that the person set up, and is treated with the
        // same care as one that others reach.
        (_, Ok(ip)) if ip == Ipv4Addr::LOCALHOST || ip == Ipv6Addr::LOCALHOST => Bind::Loopback(ip),
        (_, Ok(ip)) if !ip.is_multicast() => Bind::Address(ip),
        _ => {
            errors.push(Finding {
                line: get.line("runtime.bind"),
                text: format!(
                    "`runtime.bind` must be loopback, lan, tailnet or an address of this machine \
                     such as 192.168.1.5, not `{text}`"
                ),
            });
            inside
        }
    }
}

fn tls(get: &Getter<'_>, path: &Path, errors: &mut Vec<Finding>) -> TlsConfig {
    let mut file = |key: &str| {
        let text = get.text(key);
        // The text of a key is never repeated, even where it stands in the wrong place.
        if text.contains("-----BEGIN") {
            let text = format!(
                "`{key}` must be the path of a file with the PEM text, not the text itself"
            );
            errors.push(Finding { line: get.line(key), text });
            return None;
        }
        let home = path.parent().unwrap_or(Path::new(""));
        (!text.is_empty()).then(|| home.join(text))
    };
    let (certificate, key) = (file("tls.certificate"), file("tls.key"));
    let generate = get.bool("tls.generate");
    let lone = match (&certificate, &key) {
        (Some(_), None) => Some(("tls.certificate", "tls.key")),
        (None, Some(_)) => Some(("tls.key", "tls.certificate")),
        _ => None,
    };
    if let (Some((given, missing)), true) = (lone, errors.is_empty()) {
        let text = format!("`{given}` is given without `{missing}`; each needs the other");
        errors.push(Finding { line: get.line(given), text });
    }
    TlsConfig { own: certificate.zip(key), generate }
}
