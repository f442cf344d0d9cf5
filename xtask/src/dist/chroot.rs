//! Tries the packages out in a bare Debian, made by debootstrap: they install, work, and leave
//! homes as they are; systemd's own checks find nothing wrong with the units.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Release, make, packaging, stage};
use crate::count::Count;
use crate::packages::{self, Purpose};
use crate::run::{Program, say, target_dir};

/// Where Debian's packages come from, unless this machine names a mirror.
const MIRROR: &str = "http://deb.debian.org/debian";
/// Exposure that the machine's service may have at most, in tenths of systemd's points.
const EXPOSURE_MAX: u32 = 40;
/// What checks the list of parts against its schema.
const VALIDATOR: &str = "cyclonedx-python-lib[json-validation]==11.5.0";
/// Asks it.
const VALIDATE: &str = "\
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(str(found) if found else 0)
";

/// Makes the packages of the programs that the tests run, and tries them out.
pub(crate) fn try_out() -> Result<Count> {
    if Program::new("id").args("-u").output()?.trim() != "0" {
        bail!("a system of its own can be made by root only: sudo cargo xtask test --step dist");
    }
    packages::ensure(Purpose::Package)?;
    packages::ensure(Purpose::TryOut)?;
    let release = make(true, None)?;
    let mut count = Count::default();
    for (what, outcome) in [
        ("made twice, they are the same", is_same_again(&release)),
        ("the list of parts fits its schema", fits_schema(&release)),
        ("they work in a bare system", in_bare_system(&release)),
    ] {
        match &outcome {
            Ok(()) => say(format!("good: {what}")),
            Err(error) => say(format!("bad: {what}: {error:#}")),
        }
        count.add(Count::one(outcome.is_ok()));
    }
    Ok(count)
}

fn is_same_again(release: &Release) -> Result<()> {
    let sums = |release: &Release| fs::read_to_string(release.folder.join("SHA256SUMS"));
    let before = sums(release)?;
    // Long enough for a time that crept in to be another one.
    let after = sums(&make(true, None)?)?;
    if before != after {
        bail!("these sums\n{before}are now\n{after}");
    }
    Ok(())
}

fn fits_schema(release: &Release) -> Result<()> {
    let folder = target_dir().join("clients/cyclonedx");
    let python = folder.join("bin/python");
    if !python.is_file() {
        Program::new("python3").args("-m venv").arg(&folder).run()?;
    }
    let python = Program::new(&python.to_string_lossy());
    let install = "-m pip install --quiet --disable-pip-version-check";
    python.clone().args(install).args(VALIDATOR).run()?;
    python.args("-c").arg(VALIDATE).arg(release.file(".cdx.json")).run()
}

fn in_bare_system(release: &Release) -> Result<()> {
    let root = fresh(&bare()?)?;
    fs::create_dir_all(root.join("packages"))?;
    fs::copy(release.deb("nexus"), root.join("packages/nexus.deb"))?;
    fs::copy(release.deb("nexus-desktop"), root.join("packages/nexus-desktop.deb"))?;
    stage::write(&root.join("try.sh"), &fs::read(packaging("try.sh"))?, 0o755)?;
    inside(&root, "exec /try.sh")?;
    // The units are checked where their program is, which is gone again by now, and beside those
    // of a system that has systemd.
    let apt = "export DEBIAN_FRONTEND=noninteractive; apt-get update --quiet=2 && \
               apt-get install --yes --quiet=2 --no-install-recommends";
    inside(&root, &format!("{apt} systemd && dpkg --install /packages/nexus.deb"))?;
    units(&root)?;
    // Its libraries are half a gigabyte; whether Debian has them all is found out without them.
    inside(
        &root,
        "apt-get install --simulate --quiet=2 --no-install-recommends \
         /packages/nexus-desktop.deb",
    )?;
    Ok(fs::remove_dir_all(&root)?)
}

/// Runs something inside, in namespaces of its own: whatever it leaves running ends with it, and
/// what it mounts is gone.
fn inside(root: &Path, command: &str) -> Result<()> {
    within(root, command).run()
}

fn within(root: &Path, command: &str) -> Program {
    let script = "mount -t proc proc \"$1/proc\" && mount --rbind /dev \"$1/dev\" && \
                  exec chroot \"$1\" /usr/bin/env -i HOME=/root TERM=dumb \
                  PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 /bin/sh -c \"$2\"";
    Program::new("unshare")
        .args("--mount --pid --ipc --uts --fork --kill-child sh -c")
        .arg(script)
        .args("sh")
        .arg(root)
        .arg(command)
}

/// The bare system, made once for all clones on this machine.
fn bare() -> Result<PathBuf> {
    let release = fs::read_to_string("/etc/os-release").context("/etc/os-release")?;
    let suite = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let suite = suite.context("this is no Debian with a name")?.trim_matches('"');
    let folder = target_dir().join("bare").join(suite);
    if folder.join("ready").is_file() {
        return Ok(folder);
    }
    say(format!("making a bare {suite}, once"));
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let root = folder.join("root");
    let policies = Program::new("apt-cache").args("policy").output()?;
    let mirror = policies.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| *word == format!("{suite}/main"))?;
        Some((*words.get(at.checked_sub(1)?)?).to_owned())
    });
    let mirror = mirror.unwrap_or_else(|| MIRROR.to_owned());
    Program::new("debootstrap")
        .args(&format!("--variant=minbase {suite}"))
        .arg(&root)
        .args(&mirror)
        .output()
        .context("Debian's packages cannot be had")?;
    fs::remove_dir_all(root.join("var/cache/apt/archives"))?;
    fs::write(folder.join("ready"), mirror)?;
    Ok(folder)
}

/// A copy to work in.
fn fresh(bare: &Path) -> Result<PathBuf> {
    let root = target_dir().join("dist-debug/chroot");
    if root.is_dir() {
        fs::remove_dir_all(&root)?;
    }
    Program::new("cp").args("--archive").arg(bare.join("root")).arg(&root).run()?;
    Ok(root)
}

/// What systemd says of the units, inside, where their program is.
fn units(root: &Path) -> Result<()> {
    for scope in ["system", "user"] {
        let unit = format!("/usr/lib/systemd/{scope}/nexusd.service");
        let verify = format!("systemd-analyze verify --man=no --{scope} {unit}");
        say(&verify);
        let verify = within(root, &format!("export XDG_RUNTIME_DIR=/run; {verify}"));
        let (status, said) = verify.tee()?;
        let about_us: Vec<&str> = said.lines().filter(|line| line.contains("nexusd")).collect();
        if !status.success() || !about_us.is_empty() {
            bail!("systemd-analyze verify: {status}, {}", about_us.join("; "));
        }
    }
    let rate = format!(
        "systemd-analyze security --offline=true --no-pager --threshold={EXPOSURE_MAX} \
         nexusd.service"
    );
    let (status, said) = within(root, &rate).tee()?;
    let score = said.lines().find(|line| line.contains("Overall exposure level"));
    let score = score.context("systemd-analyze names no exposure")?;
    say(format!("exposure: {}", score.trim_start_matches(['→', ' '])));
    if !status.success() {
        bail!("the machine's service is exposed too far: {score}");
    }
    Ok(())
}
