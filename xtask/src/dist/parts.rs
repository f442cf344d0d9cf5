//! What goes into a release: our programs, and whose libraries are in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run::{self, Program, root, target_dir};

/// The programs of the headless package besides the adapters.
pub(super) const PROGRAMS: &[&str] = &["nexus", "nexusd"];
/// The program of the desktop package.
pub(super) const DESKTOP: &str = "nexus-app";
/// The packages of our own that these come from, besides the adapters.
const PACKAGES: &[&str] = &["nexus-cli", "nexus-daemon", "nexus-app"];

/// A library that is in a program or in the Control UI.
pub(super) struct Part {
    /// `pkg:cargo/NAME@VERSION` or `pkg:npm/NAME@VERSION`.
    pub(super) purl: String,
    pub(super) name: String,
    pub(super) version: String,
    /// SPDX expression; empty when it says none.
    pub(super) licence: String,
    /// Where its source is, if it says so.
    pub(super) repository: Option<String>,
    /// Algorithm and digest of what the registry serves; nothing for our own.
    pub(super) digest: Option<(&'static str, String)>,
    /// The purls of what it needs.
    pub(super) needs: BTreeSet<String>,
    /// Where its files lie here.
    pub(super) folder: PathBuf,
    pub(super) is_ours: bool,
}

/// Everything of a release, by purl.
pub(super) type Parts = BTreeMap<String, Part>;

/// The version of the workspace.
pub(super) fn version() -> Result<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let section = manifest.lines().skip_while(|line| line.trim() != "[workspace.package]");
    let line = section.skip(1).find_map(|line| line.trim().strip_prefix("version = \""));
    let version = line.and_then(|line| line.strip_suffix('"'));
    Ok(version.context("Cargo.toml names no version")?.to_owned())
}

/// Folder of the programs that cargo built.
pub(super) fn built(is_debug: bool) -> PathBuf {
    target_dir().join(if is_debug { "debug" } else { "release" })
}

/// Builds the programs: for the tests those that the tests run anyway, so that nothing is compiled
/// twice; for a release each without what only tests need.
pub(super) fn build(is_debug: bool) -> Result<()> {
    let build = Program::cargo().args("build --locked");
    let build = if is_debug {
        build.args("--workspace --all-targets")
    } else {
        let adapters = adapters()?.into_iter().flat_map(|name| ["-p".to_owned(), name]);
        let ours = PACKAGES.iter().flat_map(|name| ["-p".to_owned(), (*name).to_owned()]);
        let words = ours.chain(adapters).collect::<Vec<_>>();
        build.args("--release --bins").args(&words.join(" "))
    };
    run::say(build.line());
    build.run().context("Nexus does not build")
}

/// The names of the adapters that are programs, which are those of their packages, too.
pub(super) fn adapters() -> Result<Vec<String>> {
    let metadata = Program::cargo().args("metadata --locked --no-deps --format-version 1");
    let metadata: Value = serde_json::from_str(&metadata.output()?)?;
    let folder = root().join("adapters");
    let mut names = Vec::new();
    for package in list(&metadata["packages"]) {
        if !Path::new(text(&package["manifest_path"])).starts_with(&folder) {
            continue;
        }
        let targets = list(&package["targets"]);
        let is_program = |target: &&Value| list(&target["kind"]).iter().any(|kind| kind == "bin");
        names.extend(targets.iter().filter(is_program).map(|bin| text(&bin["name"]).to_owned()));
    }
    names.sort();
    Ok(names)
}

/// Reads what the programs and the page are made of.
pub(super) fn read() -> Result<Parts> {
    let mut parts = crates()?;
    parts.extend(modules()?);
    Ok(parts)
}

/// The crates that are linked into our programs or expanded in them; what only builds or tests
/// need is left out.
fn crates() -> Result<Parts> {
    let metadata = Program::cargo()
        .args("metadata --locked --format-version 1 --filter-platform")
        .args(&run::host()?)
        .output()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let digests = digests(&lock);
    let packages: BTreeMap<&str, &Value> =
        list(&metadata["packages"]).iter().map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).iter().map(|node| (text(&node["id"]), node)).collect();

    let adapters = adapters()?;
    let is_shipped = |package: &&&Value| {
        let name = text(&package["name"]);
        package["source"].is_null()
            && (PACKAGES.contains(&name) || adapters.iter().any(|adapter| adapter == name))
    };
    let mut open: Vec<&str> =
        packages.values().filter(is_shipped).map(|package| text(&package["id"])).collect();
    let mut seen: BTreeSet<&str> = open.iter().copied().collect();
    let mut parts = Parts::new();
    while let Some(id) = open.pop() {
        let package = packages.get(id).context("a crate without metadata")?;
        let mut needs = BTreeSet::new();
        for edge in list(&nodes.get(id).context("a crate without its place")?["deps"]) {
            // No kind is the normal one.
            if list(&edge["dep_kinds"]).iter().all(|kind| !kind["kind"].is_null()) {
                continue;
            }
            let other = text(&edge["pkg"]);
            needs.insert(purl_of(packages.get(other).context("a crate without metadata")?));
            if seen.insert(other) {
                open.push(other);
            }
        }
        let (name, version) = (text(&package["name"]), text(&package["version"]));
        let digest = digests.get(&(name, version)).map(|digest| ("SHA-256", (*digest).to_owned()));
        let manifest = Path::new(text(&package["manifest_path"]));
        let part = Part {
            purl: purl_of(package),
            name: name.to_owned(),
            version: version.to_owned(),
            // Old manifests write `/` for OR.
            licence: text(&package["license"]).replace('/', " OR ").replace("  ", " "),
            repository: package["repository"].as_str().map(str::to_owned),
            digest,
            needs,
            folder: manifest.parent().unwrap_or(manifest).to_owned(),
            is_ours: package["source"].is_null(),
        };
        parts.insert(part.purl.clone(), part);
    }
    Ok(parts)
}

fn purl_of(package: &Value) -> String {
    format!("pkg:cargo/{}@{}", text(&package["name"]), text(&package["version"]))
}

/// What the lock file says that the registry serves, by name and version.
fn digests(lock: &str) -> BTreeMap<(&str, &str), &str> {
    let mut digests = BTreeMap::new();
    let field = |block: &'_ str, key: &str| -> Option<(usize, usize)> {
        let start = block.find(&format!("\n{key} = \""))? + key.len() + 5;
        Some((start, start + block[start..].find('"')?))
    };
    for block in lock.split("[[package]]") {
        let of = |key: &str| field(block, key).map(|(start, end)| &block[start..end]);
        if let (Some(name), Some(version), Some(sum)) = (of("name"), of("version"), of("checksum"))
        {
            digests.insert((name, version), sum);
        }
    }
    digests
}

/// The modules that the page is bundled from; what only its build needs is left out.
fn modules() -> Result<Parts> {
    let lock = fs::read_to_string(root().join("ui/package-lock.json"))?;
    let lock: Value = serde_json::from_str(&lock)?;
    let all = lock["packages"].as_object().context("no packages in the lock file")?;
    let is_shipped = |entry: &Value| entry["dev"] != true && entry["devOptional"] != true;
    let purl_at = |path: &str| {
        let entry = all.get(path).filter(|entry| is_shipped(entry))?;
        let name = if path.is_empty() {
            text(&entry["name"])
        } else {
            path.rsplit_once("node_modules/")?.1
        };
        let name = name.replace('@', "%40");
        Some(format!("pkg:npm/{name}@{}", text(&entry["version"])))
    };
    let mut parts = Parts::new();
    for (path, entry) in all {
        let Some(purl) = purl_at(path) else { continue };
        let name = path.rsplit_once("node_modules/").map_or("nexus-ui", |(_, name)| name);
        let wanted = ["dependencies", "optionalDependencies", "peerDependencies"];
        let wanted = wanted.iter().filter_map(|key| entry[key].as_object()).flatten();
        let needs = wanted.filter_map(|(name, _)| {
            // A module is looked for in the nearest folder of modules, then in those above.
            let mut at = path.as_str();
            loop {
                let near = if at.is_empty() { String::new() } else { format!("{at}/") };
                if let Some(purl) = purl_at(&format!("{near}node_modules/{name}")) {
                    return Some(purl);
                }
                if at.is_empty() {
                    return None;
                }
                at = at.rfind("/node_modules/").map_or("", |end| &at[..end]);
            }
        });
        let part = Part {
            name: name.to_owned(),
            version: text(&entry["version"]).to_owned(),
            licence: text(&entry["license"]).to_owned(),
            repository: None,
            digest: entry["integrity"].as_str().and_then(integrity),
            needs: needs.collect(),
            folder: root().join("ui").join(path),
            is_ours: path.is_empty(),
            purl: purl.clone(),
        };
        parts.insert(purl, part);
    }
    Ok(parts)
}

/// `sha512-BASE64` as algorithm and hexadecimal digits.
fn integrity(text: &str) -> Option<(&'static str, String)> {
    use base64::Engine as _;
    let bytes = base64::prelude::BASE64_STANDARD.decode(text.strip_prefix("sha512-")?).ok()?;
    Some(("SHA-512", bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_the_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\
                    source = \"registry\"\nchecksum = \"abc\"\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        let digests = digests(lock);
        assert_eq!(digests.get(&("a", "1.0.0")), Some(&"abc"));
        assert_eq!(digests.len(), 1);
    }

    #[test]
    fn integrity_is_hexadecimal() {
        let (algorithm, digits) = integrity("sha512-AQL/").unwrap();
        assert_eq!((algorithm, digits.as_str()), ("SHA-512", "0102ff"));
        assert_eq!(integrity("md5-AQL/"), None);
    }
}
