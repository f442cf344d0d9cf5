//! Debian packages, by `dpkg-deb`, which every Debian has.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::stage::write;
use super::{Release, packaging, parts};
use crate::run::Program;

/// What a package says of itself.
pub(super) struct Package {
    pub(super) name: &'static str,
    /// Programs whose libraries it depends on.
    programs: &'static [&'static str],
    /// What it needs besides, `{version}` being its own.
    depends: &'static [&'static str],
    recommends: &'static str,
    section: &'static str,
    /// Scripts that run when it is installed and removed.
    scripts: &'static [&'static str],
    /// One line, then paragraphs as Debian's policy writes them.
    description: &'static str,
}

/// The daemon, the command line and the adapters.
pub(super) const HEADLESS: Package = Package {
    name: "nexus",
    programs: parts::PROGRAMS,
    depends: &["passwd"],
    // Without bubblewrap programs are confined less, and every one is asked about.
    recommends: "bubblewrap, ca-certificates, systemd",
    section: "net",
    scripts: &["postinst", "prerm", "postrm"],
    description: "daemon that runs AI agents for you, and its command line\n \
        What arrives from a terminal, a browser or an adapter goes through one pipeline\n \
        that knows who sent it, decides whether it may, lets an agent work, and delivers\n \
        the reply. Every step is in a ledger on your disk.\n .\n \
        This package holds the daemon, the command line and the adapters.",
};

/// The tray application.
pub(super) const DESKTOP: Package = Package {
    name: "nexus-desktop",
    programs: &[parts::DESKTOP],
    // The tray's library is opened while it runs, so that no tool sees it.
    depends: &["nexus (= {version})", "libayatana-appindicator3-1"],
    recommends: "gnome-keyring | org.freedesktop.secrets",
    section: "net",
    scripts: &[],
    description: "tray application around the Nexus daemon\n \
        Shows in the tray how your agents are, asks you what they may, and opens the\n \
        Control UI. The daemon runs inside it, unless one runs already.",
};

/// Packs what was laid out.
pub(super) fn pack(release: &Release, stage: &Path, package: &Package) -> Result<()> {
    let control = stage.join("DEBIAN");
    write(&control.join("control"), describe(release, stage, package)?.as_bytes(), 0o644)?;
    for script in package.scripts {
        write(&control.join(script), &fs::read(packaging(script))?, 0o755)?;
    }
    // Folders are made with whatever mask the person has who builds.
    Program::new("chmod").args("--recursive u=rwX,go=rX").arg(stage).run()?;
    let sums = Program::new("find").arg(stage.join("usr")).args("-type f -printf usr/%P\\n");
    let mut paths: Vec<String> = sums.output()?.lines().map(str::to_owned).collect();
    paths.sort();
    let sums = Program::new("md5sum").args("--").inside(&stage.to_string_lossy());
    let sums = paths.iter().fold(sums, |sums, path| sums.arg(path)).output()?;
    write(&control.join("md5sums"), sums.as_bytes(), 0o644)?;
    let squeeze = if release.is_debug { "-Zgzip -z1" } else { "-Zxz -z6" };
    Program::new("dpkg-deb")
        .args("--root-owner-group")
        .args(squeeze)
        .args("--build")
        .arg(stage)
        .arg(release.deb(package.name))
        .with("SOURCE_DATE_EPOCH", &release.epoch)
        .output()
        .map(|_| ())
}

fn describe(release: &Release, stage: &Path, package: &Package) -> Result<String> {
    let version = release.debian_version();
    let own = package.depends.iter().map(|other| other.replace("{version}", &version));
    let depends: Vec<String> = libraries(release, stage, package)?.into_iter().chain(own).collect();
    let size = Program::new("du")
        .args("--summarize --apparent-size --block-size=1024")
        .arg(stage.join("usr"));
    let size = size.output()?;
    Ok(format!(
        "Package: {}\nVersion: {version}\nArchitecture: {}\nMaintainer: Nexus <nexus@localhost>\n\
         Installed-Size: {}\nDepends: {}\nRecommends: {}\nSection: {}\nPriority: optional\n\
         Homepage: https://github.com/nexus-runtime/nexus\nDescription: {}\n",
        package.name,
        release.architecture,
        size.split_whitespace().next().unwrap_or("0"),
        depends.join(", "),
        package.recommends,
        package.section,
        package.description,
    ))
}

/// The packages of the libraries that the programs are linked with, in the versions they need.
fn libraries(release: &Release, stage: &Path, package: &Package) -> Result<Vec<String>> {
    // It wants to stand beside the sources of a Debian package.
    let folder = release.stage.join(format!("{}-libraries", package.name));
    write(
        &folder.join("debian/control"),
        b"Source: nexus\n\nPackage: nexus\nArchitecture: any\n",
        0o644,
    )?;
    let find =
        Program::new("dpkg-shlibdeps").args("-O --warnings=0").inside(&folder.to_string_lossy());
    let adapters = if package.name == HEADLESS.name { parts::adapters()? } else { Vec::new() };
    let programs = package.programs.iter().map(|name| (*name).to_owned()).chain(adapters);
    let find = programs.fold(find, |find, name| find.arg(stage.join("usr/bin").join(name)));
    let found = find.output()?;
    let line = found.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    let line = line.context("dpkg-shlibdeps does not say what the programs need")?;
    Ok(line.split(", ").map(str::to_owned).collect())
}
