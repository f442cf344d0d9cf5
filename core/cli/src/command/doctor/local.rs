//! What can be seen without the daemon.

use std::path::Path;

use nexus_client::{Token, TokenError};
use serde_json::Value;

use super::Problem;
use super::mend::{self, Mend};
use crate::command::db;
use crate::context::Context;
use crate::environment::now;
use crate::output::text;
use crate::process;

/// Free space below which writing may soon fail, in bytes.
const FREE_BYTES_MIN: u64 = 500 * 1024 * 1024;
/// How far the newest record may be ahead of the clock, in milliseconds.
const CLOCK_MS_MAX: i64 = 5 * 60 * 1000;
/// Files of the state folder that only their owner may read; the token has a check of its own.
const SECRET_FILES: &[&str] =
    &["audit.key", "vault.age", "vault.key.age", "credentials.json", "browser-sessions.json"];
/// Where the daemon looks for a program without a path, after its own folder.
const PROGRAM_FOLDERS: &[&str] = &["/usr/local/bin", "/usr/bin", "/bin"];

pub(super) fn home(home: &Path) -> Vec<Problem> {
    if !home.is_dir() {
        let what = format!("there is no home at {}", home.display());
        return vec![Problem::bad("home", what, "nexus init").mended_by(Mend::MakeHome)];
    }
    let mut problems = Vec::new();
    for folder in [home.to_owned(), home.join("state")] {
        if let Some(mode) = exposed(&folder) {
            let path = folder.display();
            let what = format!("{path} can be read by others (mode {mode:03o})");
            let problem = Problem::warn("home", what, format!("chmod 700 {path}"));
            problems.push(problem.mended_by(Mend::Private(folder.clone())));
        }
    }
    if !home.join("state").is_dir() {
        let problem = Problem::bad("home", "the home is not complete", "nexus init");
        problems.push(problem.mended_by(Mend::MakeHome));
    }
    problems
}

/// Files that hold what nobody else may read, and files that somebody else owns.
pub(super) fn files(home: &Path) -> Vec<Problem> {
    let state = home.join("state");
    let mut problems = Vec::new();
    for name in SECRET_FILES {
        let path = state.join(name);
        if let Some(mode) = exposed(&path) {
            let what = format!("{} can be read by others (mode {mode:03o})", path.display());
            let fix = format!("chmod 600 {}", path.display());
            let problem = Problem::bad("files", what, fix);
            problems.push(problem.mended_by(Mend::Private(path)));
        }
    }
    let mut entries: Vec<_> = std::fs::read_dir(&state)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    entries.sort();
    entries.extend([home.join("nexus.toml"), home.join("home")]);
    let others: Vec<_> = entries.iter().filter(|path| is_anothers(path, home)).collect();
    if let Some(first) = others.first() {
        let more = match others.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let what = format!(
            "{}{more} belongs to another account than the home: was it started with sudo once?",
            first.display()
        );
        let fix = format!("sudo chown -R --reference={0} {0}", home.display());
        problems.push(Problem::bad("files", what, fix));
    }
    problems
}

#[cfg(unix)]
fn is_anothers(path: &Path, home: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let owner = |path: &Path| std::fs::symlink_metadata(path).ok().map(|meta| meta.uid());
    matches!((owner(path), owner(home)), (Some(one), Some(other)) if one != other)
}

#[cfg(not(unix))]
fn is_anothers(_: &Path, _: &Path) -> bool {
    false
}

/// Programs of adapters that are not where the configuration says.
pub(super) fn adapters(context: &Context) -> Vec<Problem> {
    let folder = context.nexusd().ok();
    let folder = folder.as_ref().and_then(|nexusd| nexusd.program().parent());
    let mut problems = Vec::new();
    for (name, program) in configured_adapters(&context.home) {
        let is_there = match program.contains('/') {
            true => Path::new(&program).is_file(),
            false => folder
                .into_iter()
                .chain(PROGRAM_FOLDERS.iter().map(Path::new))
                .any(|folder| folder.join(&program).is_file()),
        };
        if !is_there {
            let what = format!("{name} starts {program}, which is not there");
            let fix = format!("nexus config set adapters.{name}.command '[\"/path/to/program\"]'");
            problems.push(Problem::bad("adapters", what, fix));
        }
    }
    problems
}

/// Names and programs of the adapters that are turned on.
fn configured_adapters(home: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(home.join("nexus.toml")).unwrap_or_default();
    let Ok(file) = text.parse::<toml_edit::DocumentMut>() else { return Vec::new() };
    let Some(adapters) = file.get("adapters").and_then(|item| item.as_table_like()) else {
        return Vec::new();
    };
    let one = |(name, item): (&str, &toml_edit::Item)| {
        let adapter = item.as_table_like()?;
        let is_off = adapter.get("enabled").and_then(|item| item.as_bool()) == Some(false);
        let program = adapter.get("command")?.as_array()?.get(0)?.as_str()?;
        (!is_off).then(|| (name.to_owned(), program.to_owned()))
    };
    adapters.iter().filter_map(one).collect()
}

/// A clock that was set back: what is recorded is then in the future, and what is due waits.
pub(super) fn clock(home: &Path) -> Vec<Problem> {
    let written = ["state/nexus.db-wal", "state/nexus.db"].iter().filter_map(|name| {
        let modified = std::fs::metadata(home.join(name)).ok()?.modified().ok()?;
        let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok()
    });
    let ahead_ms = written.max().unwrap_or(0).saturating_sub(now().0);
    if ahead_ms <= CLOCK_MS_MAX {
        return Vec::new();
    }
    let what =
        format!("the clock is {} min behind the newest record: it was set back", ahead_ms / 60_000);
    vec![Problem::bad("clock", what, "set the clock: sudo timedatectl set-ntp true")]
}

#[cfg(unix)]
fn exposed(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(folder).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn exposed(_: &Path) -> Option<u32> {
    None
}

pub(super) fn configuration(context: &Context) -> Vec<Problem> {
    let checked = context.nexusd().and_then(|nexusd| db::document(nexusd.ask(&["check"])?));
    let report = match checked {
        Ok(report) => report,
        Err(error) => return vec![Problem::of("config", error)],
    };
    let lines = |key: &str| {
        let list = report[key].as_array().cloned().unwrap_or_default();
        list.into_iter().map(|line| match line {
            Value::String(text) => text,
            other => other.to_string(),
        })
    };
    let edit = format!("edit {}", context.home.join("nexus.toml").display());
    let mut n_errors = 0;
    let errors = lines("errors").map(|line| {
        n_errors += 1;
        let problem = Problem::bad("config", line, edit.clone());
        // One way back mends them all.
        let has_way_back = n_errors == 1 && context.home.join(mend::LAST_GOOD).is_file();
        if has_way_back { problem.mended_by(Mend::LastGood) } else { problem }
    });
    let errors: Vec<_> = errors.collect();
    let warnings = lines("warnings").map(|line| Problem::warn("config", line, edit.clone()));
    errors.into_iter().chain(warnings).collect()
}

pub(super) fn token(home: &Path) -> Vec<Problem> {
    match Token::read(home) {
        // The daemon makes it when it starts for the first time.
        Ok(_) | Err(TokenError::Missing(_)) => Vec::new(),
        Err(error) => {
            let path = home.join("state/control.token");
            let problem = Problem::of("token", error.into());
            let is_exposed = exposed(&path).is_some();
            vec![if is_exposed { problem.mended_by(Mend::Private(path)) } else { problem }]
        }
    }
}

pub(super) fn disk(home: &Path) -> Vec<Problem> {
    match process::disk_bytes(home) {
        Some((free, _)) if free < FREE_BYTES_MIN => vec![Problem::bad(
            "disk",
            format!("only {} are free at {}", text::bytes(free), home.display()),
            "make room; then, with the daemon stopped: nexus db compact",
        )],
        _ => Vec::new(),
    }
}

pub(super) fn database(context: &Context) -> Vec<Problem> {
    // Before the first start there is none.
    if !context.home.join("state/nexus.db").exists() {
        return Vec::new();
    }
    let checked = context.nexusd().and_then(|nexusd| db::document(nexusd.ask(&["db", "check"])?));
    let report = match checked {
        Ok(report) => report,
        Err(error) => return vec![Problem::of("database", error)],
    };
    if db::is_ok(&report) {
        return Vec::new();
    }
    let fix = "keep this file, stop the daemon (nexus down), and go back to a backup";
    let found = db::problems(&report).into_iter();
    found.map(|problem| Problem::bad("database", problem, fix)).collect()
}
