//! Machines as programs name them, in the one form in which they are compared and decided about.

use std::fmt;

use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::tools::address;

/// Most machines that a call can name.
const NAMED_MAX: usize = 32;
/// Longest name of a machine, in bytes.
const HOST_BYTES_MAX: usize = 253;
/// Ports that are meant when a machine is named without one: those of http and https.
const USUAL_PORTS: [u16; 2] = [80, 443];

/// A machine and its port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::tools::exec) struct Place {
    /// Name or address in lower case, as in an URL; an IPv6 address has its brackets.
    pub host: String,
    pub port: u16,
}

impl Place {
    /// A machine as somebody wrote it. Numbers in disguise are seen through.
    pub(in crate::tools::exec) fn new(host: &str, port: u16) -> Result<Self, String> {
        let wrong = || {
            let shown: String = host.chars().take(80).collect();
            format!("`{}` names no machine", shown.escape_debug())
        };
        if host.len() > HOST_BYTES_MAX || host.contains(['/', '?', '#', '@', '\\']) || port == 0 {
            return Err(wrong());
        }
        let url = Url::parse(&format!("http://{host}:{port}/")).map_err(|_| wrong())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        Ok(Self { host: host.strip_suffix('.').unwrap_or(host).to_owned(), port })
    }

    /// Whether what can be seen in the address itself allows it: the check of `http_fetch`.
    pub(super) fn check(&self, allow_private_hosts: bool) -> Result<(), String> {
        let url = Url::parse(&format!("http://{self}/")).map_err(|error| error.to_string())?;
        address::check(&url, allow_private_hosts)
    }

    /// The host as the resolver takes it.
    pub(super) fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Whom a call's program may ask for at all, as the call says it: `true` for any machine, or a list
/// of machines with or without a port. Each of them is decided on its own all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(in crate::tools::exec) enum Wanted {
    Any(bool),
    Named(Vec<String>),
}

impl Default for Wanted {
    fn default() -> Self {
        Self::Any(false)
    }
}

impl Wanted {
    /// In canonical form: the same machines, each once and in order.
    pub(in crate::tools::exec) fn settled(self) -> Result<Self, String> {
        let Self::Named(names) = self else { return Ok(self) };
        if names.len() > NAMED_MAX {
            return Err(format!("network names more than {NAMED_MAX} machines"));
        }
        let mut settled = Vec::new();
        for name in names {
            let (host, port) = split(&name)?;
            let place = Place::new(host, port.unwrap_or(USUAL_PORTS[0]))?;
            settled.push(if port.is_some() { place.to_string() } else { place.host });
        }
        settled.sort();
        settled.dedup();
        Ok(if settled.is_empty() { Self::Any(false) } else { Self::Named(settled) })
    }

    /// Whether the program gets a way out.
    pub(in crate::tools::exec) fn is_any(&self) -> bool {
        *self != Self::Any(false)
    }

    /// Whether the call lets its program ask for this machine.
    pub(super) fn covers(&self, place: &Place) -> bool {
        match self {
            Self::Any(is_wanted) => *is_wanted,
            Self::Named(names) => names.iter().any(|name| {
                *name == place.to_string()
                    || (*name == place.host && USUAL_PORTS.contains(&place.port))
            }),
        }
    }

    /// For the line that a person sees.
    pub(in crate::tools::exec) fn in_words(&self) -> Option<String> {
        match self {
            Self::Any(false) => None,
            Self::Any(true) => Some("with network, each machine asked about".to_owned()),
            Self::Named(names) => Some(format!("with network to {}", names.join(", "))),
        }
    }
}

/// A name and its port, if it has one. A colon without brackets around it may only be that of a
/// port.
fn split(name: &str) -> Result<(&str, Option<u16>), String> {
    match name.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            let number: u16 = port
                .parse()
                .map_err(|_| format!("`{}` is no port in `{name}`", port.escape_debug()))?;
            Ok((host, Some(number)))
        }
        _ => Ok((name, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_one_form() {
        #[track_caller]
        fn check(host: &str, port: u16, expected: Option<&str>) {
            let found = Place::new(host, port).ok().map(|place| place.to_string());
            assert_eq!(found.as_deref(), expected, "{host}");
        }
        check("Example.ORG", 443, Some("example.org:443"));
        check("example.org.", 80, Some("example.org:80"));
        check("2130706433", 80, Some("127.0.0.1:80"));
        check("0x7f.1", 8080, Some("127.0.0.1:8080"));
        check("[::ffff:7f00:1]", 1, Some("[::ffff:7f00:1]:1"));
        check("bücher.example", 443, Some("xn--bcher-kva.example:443"));
        for host in ["", "a/b", "user@host", "a b", "::1", "a?b", "a#b", "a\\b"] {
            check(host, 80, None);
        }
        check("example.org", 0, None);
        check(&"a".repeat(300), 80, None);
    }

    #[test]
    fn a_list_is_settled_and_covers_what_it_names() {
        let names = |names: &[&str]| Wanted::Named(names.iter().map(|n| (*n).to_owned()).collect());
        let wanted = names(&["PyPI.org", "b.example:8080", "pypi.org"]).settled().unwrap();
        assert_eq!(wanted, names(&["b.example:8080", "pypi.org"]));
        assert_eq!(wanted.clone().settled().unwrap(), wanted);
        let covers = |host, port| wanted.covers(&Place::new(host, port).unwrap());
        assert!(covers("pypi.org", 443) && covers("pypi.org", 80) && covers("b.example", 8080));
        assert!(!covers("pypi.org", 22) && !covers("b.example", 80));
        assert!(!covers("evil.pypi.org", 443) && !covers("example", 80));
        assert!(Wanted::Any(true).covers(&Place::new("a", 1).unwrap()));
        assert!(!names(&[]).settled().unwrap().is_any());
        assert!(names(&["a:b"]).settled().is_err() && names(&["a:99999"]).settled().is_err());
        assert!(names(&["::1"]).settled().is_err());
        assert!(Wanted::Named(vec!["a".to_owned(); NAMED_MAX + 1]).settled().is_err());
    }
}
