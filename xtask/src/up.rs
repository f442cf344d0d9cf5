//! `cargo xtask up`: from a fresh clone to an open Control UI.

use anyhow::{Context, Result};

use crate::Flags;
use crate::packages::{self, Purpose};
use crate::run::{Program, say, target_dir};
use crate::ui;

/// Installs what is missing, builds, starts the daemon and shows the link.
///
/// The debug profile is the default because a first build takes a third of the time of a release
/// build; the daemon it makes is several times slower, which a person does not notice.
pub(crate) fn run(flags: &mut Flags) -> Result<()> {
    let is_release = flags.take("--release");
    let is_quiet = flags.take("--no-open");
    let port = flags.take_value("--port")?;
    flags.finish_empty()?;

    packages::ensure(Purpose::Run)?;
    ui::ensure_built()?;
    if !is_release {
        say("building the debug profile; `cargo xtask up --release` builds the fast one");
    }
    let profile = if is_release { "--release" } else { "--profile dev" };
    Program::cargo()
        .args("build --locked -p nexus-daemon -p nexus-cli -p nexus-adapter-echo")
        .args(profile)
        .run()
        .context("Nexus does not build")?;

    let folder = target_dir().join(if is_release { "release" } else { "debug" });
    let nexus = folder.join(format!("nexus{}", std::env::consts::EXE_SUFFIX));
    let mut up = Program::new(&nexus.to_string_lossy()).args("up");
    if is_quiet {
        up = up.args("--no-open");
    }
    if let Some(port) = port {
        up = up.args("--port").args(&port);
    }
    up.run()?;
    say(format!("the command line: {}", nexus.display()));
    Ok(())
}
