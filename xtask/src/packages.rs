//! Installs what building and testing need and the machine lacks; touches nothing when all is there.

use anyhow::{Result, bail};

use crate::run::{Program, complain, say};

/// What the UI's build tools ask for.
const NODE_MAJOR_MIN: u32 = 20;

/// Needed to compile the daemon and the command line.
const BUILD: &[&str] = &["gcc", "g++", "libc6-dev", "pkg-config"];

/// Needed to compile the tray application.
const DESKTOP: &[&str] = &["libwebkit2gtk-4.1-dev", "libdbus-1-dev"];

/// Needed to run the tests: a private desktop with a tray, a keychain, a browser, a terminal, and
/// `curl` as the program and the client of others, a service manager.
const TESTS: &[&str] = &[
    "libayatana-appindicator3-1",
    "xvfb",
    "dbus",
    "python3-dbusmock",
    "openbox",
    "xfce4-panel",
    "wmctrl",
    "xdotool",
    "imagemagick",
    "gnome-keyring",
    "chromium",
    "tmux",
    "git",
    "procps",
    "curl",
    "systemd",
];

/// Needed to make packages: what finds the libraries that programs are linked with.
const PACKAGING: &[&str] = &["dpkg-dev", "binutils", "git"];

/// Needed to draw the icons.
const ICONS: &[&str] = &["librsvg2-bin"];

/// Needed to try packages out: a bare system, systemd's checks, and the checker of the list of
/// parts.
const TRY_OUT: &[&str] = &["debootstrap", "systemd", "util-linux"];

/// What the machine is to be able to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Build and run the daemon.
    Run,
    /// Build everything and run every test.
    Test,
    /// Build the programs that people use, and pack them.
    Package,
    /// Draw the icons.
    Icons,
    /// Try packages out.
    TryOut,
}

/// Makes sure that everything is there, installing what is missing.
pub(crate) fn ensure(purpose: Purpose) -> Result<()> {
    if Program::new("dpkg-query").args("--version").succeeds() {
        let wanted = match purpose {
            Purpose::Run => BUILD.to_vec(),
            Purpose::Test => [BUILD, DESKTOP, TESTS, PACKAGING].concat(),
            Purpose::Package => [BUILD, DESKTOP, PACKAGING].concat(),
            Purpose::Icons => ICONS.to_vec(),
            Purpose::TryOut => TRY_OUT.to_vec(),
        };
        let mut missing = missing_of(&wanted);
        // Node may well have come from elsewhere than a package.
        if node_major().is_none() {
            missing.extend(["nodejs", "npm"]);
        }
        // As may Python.
        let has_python = || Program::new("python3").args("-m venv --help").succeeds();
        if matches!(purpose, Purpose::Test | Purpose::TryOut) && !has_python() {
            missing.extend(["python3", "python3-venv"]);
        }
        if !missing.is_empty() {
            install(&missing)?;
        }
    } else if purpose == Purpose::Test && cfg!(target_os = "linux") {
        complain(
            "note: packages are installed only on Debian and its kin; here you need the equivalents of",
        );
        complain(format!("      {}", [BUILD, DESKTOP, TESTS].concat().join(" ")));
    }
    match node_major() {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(()),
        Some(major) => bail!(
            "Node.js {major} is too old to build the Control UI: install Node.js {NODE_MAJOR_MIN} or later"
        ),
        None => bail!("Node.js is missing: install Node.js {NODE_MAJOR_MIN} or later, with npm"),
    }
}

fn missing_of(wanted: &[&'static str]) -> Vec<&'static str> {
    let is_there = |package: &&'static str| {
        let query = Program::new("dpkg-query").args("-W -f=${db:Status-Status}").args(package);
        // A package that another one names is known, too: it is `not-installed`.
        query.output_quietly().is_some_and(|status| status.trim() == "installed")
    };
    wanted.iter().copied().filter(|package| !is_there(package)).collect()
}

fn install(packages: &[&str]) -> Result<()> {
    let line = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    let is_root = Program::new("id").args("-u").output()?.trim() == "0";
    let apt = |args: &str| {
        let program = if is_root {
            Program::new("apt-get")
        } else {
            Program::new("sudo").args("-n DEBIAN_FRONTEND=noninteractive apt-get")
        };
        // Waits for another installation instead of failing beside it.
        program
            .args("-q -o DPkg::Lock::Timeout=600")
            .args(args)
            .with("DEBIAN_FRONTEND", "noninteractive")
    };
    say(format!("installing {}", packages.join(" ")));
    if !is_root && !Program::new("sudo").args("-n true").succeeds() {
        bail!("these packages are missing, and installing them needs root:\n  sudo {line}");
    }
    // The lists may be stale, but an unreachable mirror must not matter if they are not.
    if let Err(error) = apt("update").run() {
        complain(format!("note: {error:#}"));
    }
    apt(&format!("install -y --no-install-recommends {}", packages.join(" "))).run()
}

fn node_major() -> Option<u32> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if !Program::new(npm).args("--version").succeeds() {
        return None;
    }
    let version = Program::new("node").args("--version").output_quietly()?;
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}
