//! Holds the shape of the repository: who may depend on whom, how large a file may grow, and which
//! one place may do what. A failure names the place and the rule; the tables below are the rules.

#![allow(clippy::disallowed_methods, reason = "the test asks cargo for the dependencies")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Lines of a file without its inline tests.
const FILE_LINES_MAX: usize = 500;

/// The names at the top of the repository, and nothing else.
const TOP_LEVEL: &[&str] = &[
    ".cargo",
    ".ci",
    ".gitattributes",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "adapters",
    "app",
    "clippy.toml",
    "core",
    "deny.toml",
    "docs",
    "icons",
    "rustfmt.toml",
    "tests",
    "ui",
    "xtask",
];

/// Which crate of ours may use which other, outside its tests. Everything may use the vocabulary.
const EDGES: &[(&str, &[&str])] = &[
    ("nexus-domain", &[]),
    ("nexus-iam", &["nexus-domain"]),
    ("nexus-protocol", &["nexus-domain"]),
    ("nexus-ledger", &["nexus-domain", "nexus-iam"]),
    ("nexus-secrets", &["nexus-domain"]),
    ("nexus-supervisor", &["nexus-domain", "nexus-protocol", "nexus-sandbox"]),
    ("nexus-sandbox", &[]),
    ("nexus-agent", &["nexus-domain", "nexus-iam", "nexus-sandbox"]),
    ("nexus-client", &["nexus-domain", "nexus-protocol"]),
    ("nexus-ui", &[]),
    (
        "nexus-daemon",
        &[
            "nexus-agent",
            "nexus-domain",
            "nexus-iam",
            "nexus-ledger",
            "nexus-protocol",
            "nexus-sandbox",
            "nexus-secrets",
            "nexus-supervisor",
            "nexus-ui",
        ],
    ),
    ("nexus-update", &[]),
    ("nexus-desktop", &["nexus-client", "nexus-domain", "nexus-protocol", "nexus-update"]),
    ("nexus-cli", &["nexus-client", "nexus-desktop", "nexus-domain", "nexus-protocol"]),
    (
        "nexus-app",
        &[
            "nexus-client",
            "nexus-daemon",
            "nexus-desktop",
            "nexus-domain",
            "nexus-protocol",
            "nexus-update",
        ],
    ),
    ("nexus-adapter", &["nexus-domain", "nexus-protocol"]),
    ("nexus-adapter-echo", &["nexus-adapter", "nexus-domain"]),
    ("nexus-ingress", &["nexus-adapter"]),
    ("nexus-adapter-webhook", &["nexus-adapter", "nexus-ingress"]),
    ("nexus-adapter-openai", &["nexus-adapter", "nexus-domain", "nexus-ingress"]),
    ("nexus-adapter-openresponses", &["nexus-adapter", "nexus-ingress"]),
    (
        "nexus-tests",
        &[
            "nexus-adapter",
            "nexus-adapter-openai",
            "nexus-adapter-webhook",
            "nexus-adapter-openresponses",
            "nexus-agent",
            "nexus-cli",
            "nexus-client",
            "nexus-daemon",
            "nexus-domain",
            "nexus-iam",
            "nexus-ledger",
            "nexus-protocol",
        ],
    ),
    ("xtask", &[]),
];

/// Dependencies that one crate keeps to itself, so that it can be exchanged or audited alone.
const FENCED: &[(&str, &[&str])] = &[
    ("rusqlite", &["nexus-adapter-openresponses", "nexus-ledger"]),
    ("rusqlite_migration", &["nexus-adapter-openresponses", "nexus-ledger"]),
    ("cedar-policy", &["nexus-iam"]),
    ("keyring-core", &["nexus-secrets"]),
    ("aws-lc-rs", &["nexus-adapter-openresponses", "nexus-daemon", "nexus-ledger"]),
    ("jsonwebtoken", &["nexus-daemon"]),
    ("argon2", &["nexus-daemon"]),
    ("genai", &["nexus-agent"]),
    ("cap-std", &["nexus-agent"]),
    ("process-wrap", &["nexus-cli", "nexus-sandbox", "nexus-supervisor"]),
    ("landlock", &["nexus-sandbox"]),
    ("seccompiler", &["nexus-sandbox"]),
    (
        "axum",
        &[
            "nexus-adapter-openai",
            "nexus-adapter-webhook",
            "nexus-adapter-openresponses",
            "nexus-daemon",
            "nexus-ingress",
            "nexus-tests",
        ],
    ),
    ("auto-launch", &["nexus-desktop"]),
    ("mdns-sd", &["nexus-daemon"]),
    ("notify", &["nexus-daemon"]),
    ("rcgen", &["nexus-daemon", "nexus-tests"]),
    ("tauri", &["nexus-app"]),
    ("clap", &["nexus-cli", "nexus-daemon"]),
];

/// Crates that decide and know nothing of the world.
const PURE: &[&str] = &["core/domain", "core/iam"];

/// What the pure crates never name.
const IMPURE: &[&str] = &[
    "tokio",
    "async fn",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::io",
    "std::thread",
];

/// Words that stand in one place only. A place is a path's beginning.
const HOMES: &[(&str, &[&str], &str)] = &[
    (
        "env::var",
        &[
            "core/daemon/src/config",
            "core/cli/src/environment.rs",
            "app/src/env.rs",
            "xtask/src/run.rs",
        ],
        "one place reads the environment",
    ),
    (
        "SystemTime::now",
        &[
            "core/daemon/src/clock.rs",
            "core/cli/src/environment.rs",
            "xtask/src/run.rs",
            "adapters/sdk/src/clock.rs",
        ],
        "time is passed in",
    ),
    (
        "Instant::now",
        &["core/daemon/src/clock.rs", "core/cli/src/environment.rs", "xtask/src/run.rs"],
        "time is passed in",
    ),
    (
        "Command::new",
        &[
            "core/supervisor/",
            "core/sandbox/",
            "core/cli/src/process.rs",
            "core/desktop/src/opener.rs",
            "core/desktop/src/successor.rs",
            "core/update/src/guard.rs",
            "xtask/src/run.rs",
        ],
        "one place starts processes",
    ),
    ("unbounded_channel", &[], "every queue has a limit"),
    ("use axum", &["core/daemon/src/server", "adapters/"], "handlers know nothing of HTTP"),
    (
        "Permit::after_audit",
        &["core/iam/", "core/daemon/src/authorize.rs"],
        "only `authorize` makes a permit",
    ),
    ("agent::turn", &["core/daemon/src/engine"], "only the engine runs an agent"),
    ("turn::run(", &["core/daemon/src/engine"], "only the engine runs an agent"),
    ("turn::make_calls(", &["core/daemon/src/engine"], "only the engine makes an agent's calls"),
    ("unsafe_code", &["Cargo.toml"], "nothing turns the ban on unsafe code off"),
    ("@tauri-apps", &["ui/src/shell.ts"], "the page works in any browser"),
];

#[test]
fn crates_depend_only_on_whom_they_may() {
    let mut wrong = String::new();
    for package in packages() {
        let name = text(&package["name"]);
        let Some((_, allowed)) = EDGES.iter().find(|(known, _)| *known == name) else {
            let _ = writeln!(wrong, "{name} is not in the table of edges");
            continue;
        };
        for dependency in dependencies(&package) {
            let is_ours = EDGES.iter().any(|(ours, _)| *ours == dependency);
            if is_ours && !allowed.contains(&dependency.as_str()) {
                let _ = writeln!(wrong, "{name} may not depend on {dependency}");
            }
            let fence = FENCED.iter().find(|(fenced, _)| *fenced == dependency);
            if let Some((_, homes)) = fence
                && !homes.contains(&name.as_str())
            {
                let _ =
                    writeln!(wrong, "{name} may not depend on {dependency}: only {homes:?} may");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_crate_inherits_the_lints() {
    for package in packages() {
        let manifest = text(&package["manifest_path"]);
        let toml = std::fs::read_to_string(&manifest).unwrap();
        assert!(toml.contains("[lints]\nworkspace = true"), "{manifest} has lints of its own");
    }
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""));
}

#[test]
fn the_top_level_holds_the_known_names() {
    let mut wrong = BTreeSet::new();
    for entry in root().read_dir().unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !TOP_LEVEL.contains(&name.as_str()) && !is_untracked(&name) {
            wrong.insert(name);
        }
    }
    assert!(wrong.is_empty(), "not at the top of the repository: {wrong:?}");
}

#[test]
fn files_stay_small() {
    let mut wrong = String::new();
    for source in sources() {
        let n_lines = source.code.lines().count();
        if n_lines > FILE_LINES_MAX && !source.is_generated && !source.is_test {
            let _ = writeln!(wrong, "{} has {n_lines} lines", source.path);
        }
    }
    assert!(wrong.is_empty(), "more than {FILE_LINES_MAX} lines net of tests:\n{wrong}");
}

#[test]
fn each_power_has_its_home() {
    let mut wrong = String::new();
    for source in sources().iter().filter(|source| !source.is_test) {
        for (word, homes, why) in HOMES {
            let is_home = homes.iter().any(|home| source.path.starts_with(home));
            for line in source.mentions(word).filter(|_| !is_home) {
                let _ = writeln!(wrong, "{}:{line}: `{word}`: {why}", source.path);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn deciding_crates_know_nothing_of_the_world() {
    let mut wrong = String::new();
    for source in sources().iter().filter(|source| !source.is_test) {
        if !PURE.iter().any(|pure| source.path.starts_with(pure)) {
            continue;
        }
        for word in IMPURE {
            for line in source.mentions(word) {
                let _ = writeln!(
                    wrong,
                    "{}:{line}: `{word}` in a crate that only decides",
                    source.path
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_lock_files_name_no_registry() {
    for folder in ["ui", "tests/clients/openai"] {
        let lock = root().join(folder).join("package-lock.json");
        let Ok(lock) = std::fs::read_to_string(lock) else { continue };
        let hint = format!("set omit-lockfile-registry-resolved in {folder}/.npmrc");
        assert!(!lock.contains("\"resolved\""), "{hint}");
    }
}

#[test]
fn the_pages_link_to_what_exists() {
    let docs = root().join("docs");
    let mut pages = vec![root().join("README.md")];
    pages.extend(docs.read_dir().unwrap().map(|entry| entry.unwrap().path()));
    let mut wrong = String::new();
    for page in pages.iter().filter(|page| page.extension().is_some_and(|ending| ending == "md")) {
        let text = std::fs::read_to_string(page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_ours = !link.is_empty() && !link.contains("://");
            if is_ours && !page.with_file_name(link).exists() {
                let _ = writeln!(wrong, "{} links to {link}", page.display());
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A source file of ours.
struct Source {
    /// Path inside the repository, with `/`.
    path: String,
    /// Its text without inline tests.
    code: String,
    is_test: bool,
    is_generated: bool,
}

impl Source {
    /// The numbers of the lines that name `word` outside comments.
    fn mentions<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let lines = self.code.lines().enumerate();
        let is_mention =
            move |line: &str| !line.trim_start().starts_with("//") && line.contains(word);
        lines.filter(move |(_, line)| is_mention(line)).map(|(number, _)| number + 1)
    }
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    for place in ["core", "adapters", "app", "ui", "tests", "xtask"] {
        collect(&root().join(place), &mut sources);
    }
    assert!(sources.len() > 20, "the sources are not where this test looks for them");
    sources
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !is_untracked(&name) {
                collect(&path, sources);
            }
            continue;
        }
        if ![".rs", ".ts", ".tsx", ".css"].iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let whole = std::fs::read_to_string(&path).unwrap();
        let inside = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        let is_test = inside.starts_with("tests/")
            || inside.contains("/tests/")
            || inside.contains("/examples/")
            || inside.contains("/e2e/")
            || name == "tests.rs"
            || name.contains(".test.");
        sources.push(Source {
            code: without_inline_tests(&whole).to_owned(),
            is_generated: whole
                .lines()
                .take(3)
                .any(|line| line.to_lowercase().contains("generated")),
            path: inside,
            is_test,
        });
    }
}

/// Inline tests stand at the end of a file.
fn without_inline_tests(text: &str) -> &str {
    ["\n#[cfg(test)]\nmod tests", "\n#[cfg(test)]\n#[path"]
        .iter()
        .filter_map(|start| text.find(start))
        .min()
        .map_or(text, |end| &text[..end])
}

/// What tools leave behind and version control ignores.
fn is_untracked(name: &str) -> bool {
    [".git", "target", "node_modules", "dist", "gen", "test-results"].contains(&name)
        || name.ends_with(".log")
}

fn packages() -> Vec<Value> {
    let cargo = Command::new("cargo")
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// What a crate uses to build and to run, without what only its tests use.
fn dependencies(package: &Value) -> Vec<String> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|dependency| dependency["kind"] != "dev").map(|one| text(&one["name"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}
