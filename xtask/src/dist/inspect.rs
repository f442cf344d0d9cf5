//! Looks into the packages: what they hold, where it lies, and what they say of themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Release, files, make, manifest, parts, sbom, sha256};
use crate::icons;
use crate::run::{Program, root, say, target_dir};

/// Where packages may put something.
const PLACES: &[&str] = &["usr/bin/", "usr/lib/systemd/", "usr/share/"];

/// Makes the packages of the programs that the tests run, and looks into them.
pub(crate) fn inspect() -> Result<()> {
    let release = make(true, None)?;
    let mut wrong = headless(&release)?;
    wrong.extend(desktop(&release)?);
    wrong.extend(beside(&release)?);
    if !wrong.is_empty() {
        bail!("{} findings:\n  {}", wrong.len(), wrong.join("\n  "));
    }
    say(format!("the packages of {} are as they should be", release.debian_version()));
    Ok(())
}

/// What a package holds: paths with their modes as `tar` writes them.
struct Package {
    name: &'static str,
    entries: BTreeMap<String, String>,
    control: String,
    wrong: Vec<String>,
}

impl Package {
    fn read(release: &Release, name: &'static str) -> Result<Self> {
        let path = release.deb(name);
        let listed = Program::new("dpkg-deb").args("--contents").arg(&path).output()?;
        let control = Program::new("dpkg-deb").args("--field").arg(&path).output()?;
        let mut package = Self { name, entries: BTreeMap::new(), control, wrong: Vec::new() };
        for line in listed.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [mode, owner, _, _, _, path, ..] = words.as_slice() else { continue };
            let path = path.trim_start_matches("./").to_owned();
            let is_placed = mode.starts_with('d') || PLACES.iter().any(|at| path.starts_with(at));
            package.expect(*owner == "root/root", &format!("{path} belongs to {owner}"));
            package.expect(is_placed, &format!("{path} has no business there"));
            package.entries.insert(path, (*mode).to_owned());
        }
        Ok(package)
    }

    fn expect(&mut self, is_good: bool, otherwise: &str) {
        if !is_good {
            self.wrong.push(format!("{}: {otherwise}", self.name));
        }
    }

    /// Something is there, with this mode.
    fn holds(&mut self, path: &str, mode: &str) {
        let found = self.entries.get(path).cloned();
        self.expect(found.as_deref() == Some(mode), &format!("{path} is {found:?}, not {mode}"));
    }

    fn says(&mut self, words: &str) {
        let is_said = self.control.contains(words);
        self.expect(is_said, &format!("it does not say `{words}`:\n{}", self.control));
    }
}

fn headless(release: &Release) -> Result<Vec<String>> {
    let mut package = Package::read(release, "nexus")?;
    let adapters = parts::adapters()?;
    for name in parts::PROGRAMS.iter().copied().chain(adapters.iter().map(String::as_str)) {
        package.holds(&format!("usr/bin/{name}"), "-rwxr-xr-x");
    }
    for path in [
        "usr/lib/systemd/system/nexusd.service",
        "usr/lib/systemd/user/nexusd.service",
        "usr/share/bash-completion/completions/nexus",
        "usr/share/doc/nexus/README",
        "usr/share/doc/nexus/copyright",
        "usr/share/doc/nexus/third-party-licences.txt.gz",
        "usr/share/fish/vendor_completions.d/nexus.fish",
        "usr/share/man/man1/nexus-doctor.1.gz",
        "usr/share/man/man1/nexus.1.gz",
        "usr/share/man/man8/nexusd.8.gz",
        "usr/share/zsh/vendor-completions/_nexus",
    ] {
        package.holds(path, "-rw-r--r--");
    }
    for words in ["Package: nexus\n", "libc6 (>= ", "passwd"] {
        package.says(words);
    }
    for scope in ["system", "user"] {
        let unit = release.stage.join(format!("nexus/usr/lib/systemd/{scope}/nexusd.service"));
        let unit = fs::read_to_string(unit)?;
        let home = if scope == "user" { "%h/nexus" } else { "/var/lib/nexus" };
        let command = format!("ExecStart=\"/usr/bin/nexusd\" --home \"{home}\"\n");
        package.expect(unit.contains(&command), &format!("the {scope} unit:\n{unit}"));
        package.expect(unit.contains("User=nexus\n") == (scope == "system"), "whose unit is it?");
    }
    for name in parts::PROGRAMS {
        let program = release.stage.join("nexus/usr/bin").join(name);
        let sections = Program::new("readelf").args("--section-headers --wide").arg(program);
        let sections = sections.output()?;
        let is_stripped = !sections.contains(".debug_line") && !sections.contains(".symtab");
        package.expect(is_stripped, &format!("{name} was not stripped"));
    }
    Ok(package.wrong)
}

fn desktop(release: &Release) -> Result<Vec<String>> {
    let mut package = Package::read(release, "nexus-desktop")?;
    package.holds("usr/bin/nexus-app", "-rwxr-xr-x");
    for size in icons::SIZES {
        package
            .holds(&format!("usr/share/icons/hicolor/{size}x{size}/apps/nexus.png"), "-rw-r--r--");
    }
    package.holds("usr/share/icons/hicolor/scalable/apps/nexus.svg", "-rw-r--r--");
    package.holds("usr/share/applications/nexus.desktop", "-rw-r--r--");
    let entry = release.stage.join("nexus-desktop/usr/share/applications/nexus.desktop");
    let is_linked = fs::read_to_string(entry)?.contains("x-scheme-handler/nexus;");
    package.expect(is_linked, "links of nexus:// do not lead to it");
    for words in ["libwebkit2gtk-4.1-0", "libayatana-appindicator3-1"] {
        package.says(words);
    }
    package.says(&format!("nexus (= {})", release.debian_version()));
    Ok(package.wrong)
}

/// The files beside the packages.
fn beside(release: &Release) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let sbom = serde_json::from_slice(&fs::read(release.file(".cdx.json"))?)?;
    wrong.extend(sbom::problems(&sbom));
    let licences = fs::read_to_string(release.file("-third-party-licences.txt"))?;
    for library in ["tokio ", "react "] {
        if !licences.lines().any(|line| line.starts_with(library)) {
            wrong.push(format!("the licence of {library}is not named"));
        }
    }
    let place = target_dir().display().to_string();
    for (what, text) in [("the list of parts", sbom.to_string()), ("the licences", licences)] {
        if text.contains(&place) || text.contains(&root().display().to_string()) {
            wrong.push(format!("{what} names folders of this machine"));
        }
    }
    let sums = fs::read_to_string(release.folder.join("SHA256SUMS"))?;
    let mut summed = BTreeSet::new();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").context("a line without a sum")?;
        if sha256(&fs::read(release.folder.join(name))?) != sum {
            wrong.push(format!("the sum of {name} is another"));
        }
        summed.insert(name.to_owned());
    }
    for path in files(&release.folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name != "SHA256SUMS" && !summed.contains(&name) {
            wrong.push(format!("{name} has no sum"));
        }
    }
    let offered: Value = serde_json::from_slice(&fs::read(release.folder.join(manifest::NAME))?)?;
    let tarball = &offered["artifacts"][0];
    if tarball["sha256"] != sha256(&fs::read(release.file(".tar.gz"))?) {
        wrong.push(format!("the manifest does not offer the tarball: {offered}"));
    }
    if offered["ledger_schema"].as_u64().is_none_or(|schema| schema == 0) {
        wrong.push("the manifest does not say its ledger schema".to_owned());
    }
    let listed = Program::new("tar").args("--list --gzip --file").arg(release.file(".tar.gz"));
    let listed = listed.output()?;
    for name in ["bin/nexusd", "bin/nexus", "lib/systemd/user/nexusd.service"] {
        let name = format!("nexus-{}/{name}", release.version);
        if !listed.lines().any(|line| line == name) {
            wrong.push(format!("the tarball has no {name}"));
        }
    }
    Ok(wrong)
}
