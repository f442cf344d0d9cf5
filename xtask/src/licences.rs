//! Checks the licences and the duplicate versions of all dependencies against `deny.toml`.
//!
//! The file is written for `cargo deny`, which reads it as it is; this check needs no extra tool
//! and no network, so that it runs in every test run.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::{self, Program, root, say};

/// Fails when a dependency has a licence that is not allowed, or when a crate is pulled in twice
/// that is not a known exception.
pub(crate) fn check() -> Result<()> {
    let rules = std::fs::read_to_string(root().join("deny.toml")).context("deny.toml")?;
    let allowed = list(&rules, "licenses", "allow");
    let excepted = list(&rules, "licenses", "exceptions");
    let known = list(&rules, "bans", "skip");
    // Without the filter, cargo would download what only other systems need.
    let metadata = Program::cargo()
        .args("metadata --locked --format-version 1 --filter-platform")
        .args(&run::host()?)
        .output()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("no packages in the metadata")?;

    let mut wrong = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let version = package["version"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or_default();
        // The names of crates among the words are harmless: no licence is called like that.
        let is_excepted = excepted.contains(name) && is_allowed(licence, &excepted);
        if !is_excepted && !is_allowed(licence, &allowed) {
            wrong.push(format!("{name} {version}: licence `{licence}` is not in deny.toml"));
        }
        versions.entry(name).or_default().insert(version);
    }
    let n_packages = packages.len();
    versions.retain(|_, versions| versions.len() > 1);
    for (name, versions) in &versions {
        if !known.contains(*name) {
            let versions: Vec<&str> = versions.iter().copied().collect();
            wrong.push(format!(
                "{name} is there as {}: unify it, or name it in `skip` of deny.toml",
                versions.join(" and ")
            ));
        }
    }
    for name in known.iter().filter(|name| !versions.contains_key(name.as_str())) {
        wrong.push(format!("{name} is there once: take it out of `skip` of deny.toml"));
    }
    if !wrong.is_empty() {
        bail!("{} findings:\n  {}", wrong.len(), wrong.join("\n  "));
    }
    say(format!("{n_packages} packages, {} in more than one version", versions.len()));
    Ok(())
}

/// The quoted words of the list `key = [ … ]` in a section. Enough of TOML for one plain file.
fn list(text: &str, section: &str, key: &str) -> BTreeSet<String> {
    let header = format!("[{section}]");
    let section = text.lines().skip_while(|line| line.trim() != header).skip(1);
    let section = section.take_while(|line| !line.starts_with('['));
    let opening = format!("{key} = [");
    let lines = section.skip_while(|line| !line.trim_start().starts_with(&opening));
    let mut words = BTreeSet::new();
    for line in lines {
        let code = line.split('#').next().unwrap_or_default();
        words.extend(code.split('"').skip(1).step_by(2).map(str::to_owned));
        if code.trim() == "]" || code.trim_start().starts_with(&opening) && code.contains(']') {
            break;
        }
    }
    words
}

/// Whether an SPDX expression can be satisfied with the allowed licences.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    // Old manifests write `/` for OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Expression { words: &words, allowed };
    let is_good = parser.any();
    is_good && parser.words.is_empty()
}

/// What is left of an SPDX expression: `OR` of `AND` of names and brackets.
struct Expression<'a> {
    words: &'a [&'a str],
    allowed: &'a BTreeSet<String>,
}

impl Expression<'_> {
    fn any(&mut self) -> bool {
        let mut is_good = self.all();
        while self.take("OR") {
            // Both sides are read, whatever the first one said.
            is_good |= self.all();
        }
        is_good
    }

    fn all(&mut self) -> bool {
        let mut is_good = self.one();
        while self.take("AND") {
            is_good &= self.one();
        }
        is_good
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let is_good = self.any();
            return self.take(")") && is_good;
        }
        let Some((name, rest)) = self.words.split_first() else { return false };
        self.words = rest;
        let mut name = (*name).to_owned();
        if let ["WITH", exception, rest @ ..] = self.words {
            name = format!("{name} WITH {exception}");
            self.words = rest;
        }
        self.allowed.contains(&name)
    }

    fn take(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_expressions() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Zlib"];
        let allowed: BTreeSet<String> = allowed.into_iter().map(str::to_owned).collect();
        let check = |expression: &str, expected: bool| {
            assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
        };
        check("MIT", true);
        check("GPL-3.0", false);
        check("", false);
        check("MIT/Apache-2.0", true);
        check("GPL-3.0 OR MIT", true);
        check("GPL-3.0 AND MIT", false);
        check("(MIT OR GPL-2.0) AND Zlib", true);
        check("MIT OR (GPL-2.0 AND Zlib)", true);
        check("GPL-2.0 OR (GPL-3.0 AND Zlib)", false);
        check("Apache-2.0 WITH LLVM-exception", true);
        check("MIT WITH LLVM-exception", false);
        check("MIT OR", true);
        check("(MIT", false);
    }

    #[test]
    fn lists_of_the_file() {
        let text =
            "[licenses]\nallow = [\n  \"MIT\", # why\n  \"ISC\",\n]\n[bans]\nallow = [\"x\"]\n";
        assert_eq!(list(text, "licenses", "allow").into_iter().collect::<Vec<_>>(), ["ISC", "MIT"]);
        assert!(list(text, "bans", "skip").is_empty());
    }
}
