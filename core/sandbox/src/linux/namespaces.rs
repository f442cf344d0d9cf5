//! Namespaces, made by bubblewrap: the program sees the folders of its profile, its own processes
//! and a network without anybody in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::helper::INSIDE;
use crate::profile::Network;
use crate::wire::Order;

/// Where this program lies inside.
pub(crate) const HELPER: &str = "/run/nexus-sandbox";

/// Where `bwrap` is looked for; never in a folder that an agent could write.
const PLACES: &[&str] = &["/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap"];

/// `bwrap`, if it is installed.
pub(crate) fn find() -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|path| path.is_file())
}

const FIXED: &[&str] = &[
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--die-with-parent",
    "--cap-drop",
    "ALL",
    "--hostname",
    "sandbox",
    "--clearenv",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
];

/// The command that makes the namespaces and starts the stage inside them.
pub(crate) fn command(bwrap: &Path, order: &Order) -> Vec<OsString> {
    let profile = &order.profile;
    let mut command = vec![OsString::from(bwrap)];
    command.extend(FIXED.iter().map(OsString::from));
    if !matches!(profile.network, Network::Ports { .. }) {
        command.push("--unshare-net".into());
    }
    let mut add = |words: &[&std::ffi::OsStr]| {
        command.extend(words.iter().map(|word| word.to_os_string()));
    };
    let size = profile.limits.file_bytes_max.to_string();
    for place in ["/tmp", "/dev/shm"] {
        add(&["--size".as_ref(), size.as_ref(), "--tmpfs".as_ref(), place.as_ref()]);
    }
    for path in &profile.read {
        match path.read_link() {
            Ok(target) => add(&["--symlink".as_ref(), target.as_ref(), path.as_ref()]),
            Err(_) => add(&["--ro-bind".as_ref(), path.as_ref(), path.as_ref()]),
        }
    }
    for path in &profile.write {
        add(&["--bind".as_ref(), path.as_ref(), path.as_ref()]);
    }
    for path in &profile.hidden {
        if path.is_dir() {
            add(&["--tmpfs".as_ref(), path.as_ref(), "--remount-ro".as_ref(), path.as_ref()]);
        } else {
            add(&["--ro-bind".as_ref(), "/dev/null".as_ref(), path.as_ref()]);
        }
    }
    if let Network::Proxy { socket, .. } = &profile.network {
        add(&["--bind".as_ref(), socket.as_ref(), socket.as_ref()]);
    }
    add(&["--ro-bind".as_ref(), order.helper.as_ref(), HELPER.as_ref()]);
    add(&["--remount-ro".as_ref(), "/".as_ref()]);
    add(&["--".as_ref(), HELPER.as_ref(), INSIDE.as_ref()]);
    command
}
