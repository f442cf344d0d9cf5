//! `cargo xtask dist`: the packages: Debian packages of the headless programs and of the desktop
//! application, a tarball, the list of what is inside (SBOM), the licences of others, checksums.
//!
//! The same sources at the same commit give the same files: times come from the commit (or from
//! `SOURCE_DATE_EPOCH`), names are sorted, owners are numbers.

mod chroot;
mod deb;
mod inspect;
mod licences;
mod manifest;
mod parts;
mod sbom;
mod stage;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

pub(crate) use chroot::try_out;
pub(crate) use inspect::inspect;

use crate::Flags;
use crate::packages::{self, Purpose};
use crate::run::{self, Program, root, say, target_dir};
use crate::ui;

/// What is made, and for what.
pub(crate) struct Release {
    /// Version of the workspace.
    version: String,
    /// Whether the programs are those that the tests run.
    is_debug: bool,
    /// Debian's name of this machine's architecture.
    architecture: String,
    /// Seconds since 1970 that every time in a package says.
    epoch: String,
    /// Where the packages are put.
    folder: PathBuf,
    /// Where their contents are laid out before.
    stage: PathBuf,
}

impl Release {
    fn of_this_machine(is_debug: bool, folder: Option<PathBuf>) -> Result<Self> {
        let epoch = match run::env("SOURCE_DATE_EPOCH") {
            Some(epoch) => epoch.to_string_lossy().into_owned(),
            None => Program::new("git").args("log -1 --format=%ct").output()?.trim().to_owned(),
        };
        if epoch.is_empty() || !epoch.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!("SOURCE_DATE_EPOCH is a number of seconds since 1970, not `{epoch}`");
        }
        let architecture = Program::new("dpkg").args("--print-architecture").output()?;
        let base = target_dir().join(if is_debug { "dist-debug" } else { "dist" });
        Ok(Self {
            version: parts::version()?,
            is_debug,
            architecture: architecture.trim().to_owned(),
            epoch,
            folder: folder.unwrap_or_else(|| base.join("out")),
            stage: base.join("stage"),
        })
    }

    /// The version as Debian orders it: a debug package gives way to the release.
    fn debian_version(&self) -> String {
        format!("{}{}", self.version, if self.is_debug { "~debug" } else { "" })
    }

    /// A file of the release.
    fn file(&self, ending: &str) -> PathBuf {
        let kind = if self.is_debug { "-debug" } else { "" };
        let (version, architecture) = (&self.version, &self.architecture);
        self.folder.join(format!("nexus-{version}-linux-{architecture}{kind}{ending}"))
    }

    /// A Debian package of the release.
    fn deb(&self, package: &str) -> PathBuf {
        let name = format!("{package}_{}_{}.deb", self.debian_version(), self.architecture);
        self.folder.join(name)
    }
}

/// Builds, lays out and packs.
pub(crate) fn run(flags: &mut Flags) -> Result<()> {
    let is_debug = flags.take("--debug");
    let folder = flags.take_value("--out")?.map(std::path::absolute).transpose()?;
    flags.finish_empty()?;
    if !cfg!(target_os = "linux") {
        bail!("packages for this system come from the bundler: cargo tauri build, inside app/");
    }
    packages::ensure(Purpose::Package)?;
    ui::ensure_built()?;
    let release = make(is_debug, folder)?;
    say(format!("in {}:", release.folder.display()));
    for path in files(&release.folder)? {
        let n_bytes = path.metadata()?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        say(format!("  {:>7.1} MB  {name}", n_bytes as f64 / 1e6));
    }
    Ok(())
}

/// Makes every file of a release.
fn make(is_debug: bool, folder: Option<PathBuf>) -> Result<Release> {
    let release = Release::of_this_machine(is_debug, folder)?;
    parts::build(is_debug)?;
    for folder in [&release.folder, &release.stage] {
        if folder.is_dir() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
    }
    let parts = parts::read()?;
    let sbom = sbom::make(&release, &parts)?;
    fs::write(release.file(".cdx.json"), sbom)?;
    let texts = licences::collect(&parts)?;
    fs::write(release.file("-third-party-licences.txt"), texts)?;

    let headless = stage::headless(&release)?;
    deb::pack(&release, &headless, &deb::HEADLESS)?;
    tarball(&release, &headless)?;
    let desktop = stage::desktop(&release)?;
    deb::pack(&release, &desktop, &deb::DESKTOP)?;
    manifest::write(&release)?;
    checksums(&release.folder)?;
    Ok(release)
}

/// The headless programs for systems without Debian's packages: what the package puts below
/// `/usr`, below one folder.
fn tarball(release: &Release, stage: &Path) -> Result<()> {
    let name = format!("nexus-{}", release.version);
    let tar = release.file(".tar");
    Program::new("tar")
        .args("--create --format=gnu --sort=name --owner=0 --group=0 --numeric-owner")
        .args(&format!("--mtime=@{} --transform=s,^[.],{name},", release.epoch))
        .args("--exclude=./lib/debian --file")
        .arg(&tar)
        .args("--directory")
        .arg(stage.join("usr"))
        .args(".")
        .run()?;
    // Without the name and the time, which would differ.
    let level = if release.is_debug { "-1" } else { "-9" };
    Program::new("gzip").args("--no-name --force").args(level).arg(&tar).run()
}

/// The files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = folder.read_dir().with_context(|| format!("{}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

/// `SHA256SUMS`, as `sha256sum --check` reads it.
fn checksums(folder: &Path) -> Result<()> {
    let mut text = String::new();
    for path in files(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        text += &format!("{}  {name}\n", sha256(&fs::read(&path)?));
    }
    Ok(fs::write(folder.join("SHA256SUMS"), text)?)
}

/// A SHA-256 digest in lower-case hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What packages take from the repository besides programs.
fn packaging(name: &str) -> PathBuf {
    root().join("xtask/packaging").join(name)
}
