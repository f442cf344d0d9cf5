//! macOS: a Seatbelt profile, put in force by `sandbox-exec`, and the limits of the kernel.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::helper::INSIDE;
use crate::posture::Mechanism;
use crate::profile::{Network, Profile};
use crate::wire::Order;

const SANDBOX_EXEC: &str = "/usr/bin/sandbox-exec";

/// What every program needs of the system to start at all.
const BASE: &str = r#"(version 1)
(deny default)
(allow process-fork)
(allow process-exec)
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))
(allow file-read-metadata)
(allow file-read* file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty"))
(allow file-read* (literal "/") (literal "/dev/random") (literal "/dev/urandom"))
(allow file-read* (subpath "/usr/lib") (subpath "/private/var/db/dyld"))
"#;

/// The command that puts the profile in force and starts the stage inside.
pub(crate) fn command(order: &Order) -> Vec<OsString> {
    let helper = order.helper.clone().into_os_string();
    if order.without.contains(&Mechanism::Seatbelt) || !Path::new(SANDBOX_EXEC).exists() {
        return vec![helper, INSIDE.into()];
    }
    let text = profile(&order.profile, &order.helper);
    vec![SANDBOX_EXEC.into(), "-p".into(), text.into(), helper, INSIDE.into()]
}

/// Later rules win, so that what is hidden comes last.
fn profile(profile: &Profile, helper: &Path) -> String {
    let mut text = BASE.to_owned();
    let mut rule = |what: &str, path: &Path| {
        let quoted = path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(text, "({what} (subpath \"{quoted}\"))");
    };
    rule("allow file-read*", helper);
    for path in &profile.read {
        rule("allow file-read*", path);
    }
    for path in &profile.write {
        rule("allow file-read* file-write*", path);
    }
    for path in &profile.hidden {
        rule("deny file-read* file-write*", path);
    }
    if let Network::Proxy { port, .. } = profile.network {
        let _ = writeln!(text, "(allow network-outbound (remote ip \"localhost:{port}\"))");
    }
    if let Network::Ports { connect, listen } = &profile.network {
        for port in connect {
            let _ = writeln!(text, "(allow network-outbound (remote ip \"*:{port}\"))");
        }
        for port in listen {
            let port = if *port == 0 { "*".to_owned() } else { port.to_string() };
            let _ = writeln!(text, "(allow network-bind (local ip \"*:{port}\"))");
            let _ = writeln!(text, "(allow network-inbound (local ip \"*:{port}\"))");
        }
    }
    text
}

/// Sets the limits, and says whether `sandbox-exec` stood before.
pub(crate) fn confine(order: &Order) -> Result<(Vec<Mechanism>, Vec<String>), String> {
    let mut enforced = Vec::new();
    // Children that leave the group are not found again here.
    let mut gaps = vec!["no tree: a process that leaves the group survives".to_owned()];
    match command(order).len() {
        2 => gaps.push(format!("no seatbelt: {SANDBOX_EXEC} is missing or switched off")),
        _ => enforced.push(Mechanism::Seatbelt),
    }
    let limits = &order.profile.limits;
    let wanted = [
        (Resource::Data, limits.memory_bytes_max),
        (Resource::Nofile, limits.files_max),
        (Resource::Cpu, limits.cpu_s_max),
        (Resource::Fsize, limits.file_bytes_max),
        (Resource::Core, 0),
    ];
    for (resource, value) in wanted {
        let limit = Rlimit { current: Some(value), maximum: Some(value) };
        setrlimit(resource, limit).map_err(|error| format!("a limit: {error}"))?;
    }
    enforced.push(Mechanism::Limits);
    Ok((enforced, gaps))
}
