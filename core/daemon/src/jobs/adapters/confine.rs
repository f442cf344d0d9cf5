//! What an adapter may reach and use: its own folder, the ports it declares, a cap on memory. What
//! goes beyond stands in nexus.toml, never in the adapter's own word.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nexus_domain::failure::Failure;
use nexus_protocol::adapters::AdapterConfinement;
use nexus_protocol::bridge::Needs;
use nexus_sandbox::{Limits, Network, Posture, Profile, system_folders};
use nexus_supervisor::Confinement;
use serde_json::Value;

use super::manifest;
use crate::config::AdapterConfig;
use crate::context::Context;

/// Processes and threads of an adapter, all together.
const PROCESSES_MAX: u64 = 128;
/// Largest file it may write, in bytes; also the size of its `/tmp`.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The control plane and other adapters go before it when the processor is short.
const NICENESS: i32 = 5;
/// How names become addresses.
const RESOLVER: &[&str] = &["/etc/resolv.conf", "/etc/gai.conf", "/run/systemd/resolve"];

/// The outcome, for the supervisor and for people.
pub(super) struct Confined {
    pub(super) confinement: Option<Confinement>,
    pub(super) view: AdapterConfinement,
}

/// Puts together what an adapter may.
///
/// # Errors
/// When nexus.toml offers it what nobody but the daemon may see, or its needs cannot be read.
pub(super) fn confine(
    context: &Context,
    config: &AdapterConfig,
    needs: &Needs,
) -> Result<Confined, Failure> {
    let sandbox = context.programs.sandbox();
    let free = |why: String| Confined {
        confinement: None,
        view: AdapterConfinement {
            posture: "none".to_owned(),
            may: vec!["whatever the user may who runs the daemon".to_owned()],
            gaps: vec![why],
        },
    };
    if !config.rights.confine {
        return Ok(free(format!("adapters.{}.confine is false in nexus.toml", config.name)));
    }
    if let Posture::None { reason } = sandbox.posture() {
        return Ok(free(reason.clone()));
    }
    let network = network(config, needs)?;
    let profile = profile(context, config, network)?;
    let mut view = AdapterConfinement {
        posture: sandbox.posture().name().to_owned(),
        may: sentences(config, needs, &profile),
        gaps: Vec::new(),
    };
    if let Posture::Partial { reasons } = sandbox.posture() {
        view.gaps.clone_from(reasons);
    }
    if matches!(profile.network, Network::Ports { .. }) {
        let gap = "the network is bounded by port and for TCP only: at a port that is open to it, \
                   it reaches every host, and UDP is open";
        view.gaps.push(gap.to_owned());
    }
    Ok(Confined { confinement: Some(Confinement { sandbox: Arc::clone(sandbox), profile }), view })
}

fn profile(
    context: &Context,
    config: &AdapterConfig,
    network: Network,
) -> Result<Profile, Failure> {
    let own = context.home.adapters().join(&config.name);
    let mut read = system_folders();
    for path in manifest::files(&config.command) {
        if !path.starts_with(&own) {
            check(context, config, &path)?;
        }
        read.push(path);
    }
    if network != Network::None {
        read.extend(RESOLVER.iter().map(PathBuf::from));
    }
    for path in config.rights.read.iter().chain(&config.rights.write) {
        check(context, config, path)?;
    }
    read.extend(config.rights.read.iter().cloned());
    let mut write = vec![own];
    write.extend(config.rights.write.iter().cloned());
    let limits = Limits {
        memory_bytes_max: config.rights.memory_mib_max * 1024 * 1024,
        processes_max: PROCESSES_MAX,
        file_bytes_max: FILE_BYTES_MAX,
        // It runs for months.
        cpu_s_max: u64::MAX,
        niceness: NICENESS,
        ..Limits::default()
    };
    let (hidden, env) = (Vec::new(), std::collections::BTreeMap::new());
    Ok(Profile { read, write, hidden, network, limits, env })
}

/// What is the daemon's alone stays out of reach, whatever nexus.toml says.
fn check(context: &Context, config: &AdapterConfig, path: &Path) -> Result<(), Failure> {
    let refuse = |why: &str| {
        let (name, path) = (&config.name, path.display());
        Err(Failure::invalid(format!("adapter `{name}` cannot be given `{path}`: {why}"))
            .hint("mend `command`, `read` and `write` of the adapter in nexus.toml"))
    };
    if !path.is_absolute() {
        return refuse("it is not absolute");
    }
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let own = |path: PathBuf| path.canonicalize().unwrap_or(path);
    for kept in [own(context.home.state()), own(context.home.config_file())] {
        if real.starts_with(&kept) || kept.starts_with(&real) {
            return refuse("the daemon's own files are in it");
        }
    }
    Ok(())
}

/// The ports that a manifest names; none means no network at all.
fn network(config: &AdapterConfig, needs: &Needs) -> Result<Network, Failure> {
    let connect = ports(config, &needs.hosts)?;
    let listen = ports(config, &needs.listen)?;
    match connect.is_empty() && listen.is_empty() {
        true => Ok(Network::None),
        false => Ok(Network::Ports { connect, listen }),
    }
}

fn ports(config: &AdapterConfig, places: &[String]) -> Result<Vec<u16>, Failure> {
    let mut ports = Vec::new();
    for place in places {
        let Some(place) = resolve(config, place) else { continue };
        let port = port(&place).ok_or_else(|| {
            let name = &config.name;
            Failure::invalid(format!(
                "adapter `{name}` says it needs `{}`, where no port is",
                place.escape_debug()
            ))
            .hint("a place is `host:port` or a URL")
        })?;
        ports.push(port);
    }
    ports.sort_unstable();
    ports.dedup();
    Ok(ports)
}

/// A place as it is, or the setting that it names: what is set, or else what stands behind `=`.
fn resolve(config: &AdapterConfig, place: &str) -> Option<String> {
    let Some(name) = place.strip_prefix("setting:") else { return Some(place.to_owned()) };
    let (name, unless_set) =
        name.split_once('=').map_or((name, None), |(name, place)| (name, Some(place)));
    let set = config.settings.get(name).and_then(Value::as_str);
    set.or(unless_set).map(str::to_owned)
}

fn port(place: &str) -> Option<u16> {
    let (scheme, rest) = place.split_once("://").unwrap_or(("", place));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let after_host = authority.rsplit_once(']').map_or(authority, |(_, rest)| rest);
    match (after_host.rsplit_once(':'), scheme) {
        (Some((_, port)), _) => port.parse().ok(),
        (None, "https" | "wss") => Some(443),
        (None, "http" | "ws") => Some(80),
        _ => None,
    }
}

/// What it may, for people.
fn sentences(config: &AdapterConfig, needs: &Needs, profile: &Profile) -> Vec<String> {
    let list = |paths: &[PathBuf]| {
        paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    };
    let mut may = vec![format!("write {}", list(&profile.write))];
    let mut read = manifest::files(&config.command);
    read.extend(config.rights.read.iter().cloned());
    may.push(match read.is_empty() {
        true => "read the system's programs and libraries".to_owned(),
        false => format!("read the system's programs and libraries, and {}", list(&read)),
    });
    let places = |places: &[String]| {
        places.iter().filter_map(|place| resolve(config, place)).collect::<Vec<_>>().join(", ")
    };
    match &profile.network {
        Network::Ports { connect, listen } => {
            if !connect.is_empty() {
                may.push(format!("connect to {} (ports {connect:?})", places(&needs.hosts)));
            }
            if !listen.is_empty() {
                may.push(format!("listen at {}", places(&needs.listen)));
            }
        }
        _ => may.push("reach no network".to_owned()),
    }
    let memory = config.rights.memory_mib_max;
    may.push(format!("use {memory} MiB of memory and {PROCESSES_MAX} processes and threads"));
    may
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_a_place_is_found() {
        for (place, expect) in [
            ("api.telegram.org:443", Some(443)),
            ("https://slack.com/api", Some(443)),
            ("http://[::1]:8080/x", Some(8080)),
            ("ws://h", Some(80)),
            ("127.0.0.1:0", Some(0)),
            ("[::1]:9", Some(9)),
            ("nowhere", None),
            ("h:99999", None),
        ] {
            assert_eq!(port(place), expect, "{place}");
        }
    }
}
