//! `nexus services`: everything that runs, listed, stopped and started by the command line, with
//! the daemon and an adapter beside it in one folder, as they are installed.
#![cfg(target_os = "linux")]

use anyhow::{Context as _, Result, ensure};
use nexus_tests::TestHome;
use nexus_tests::process::run_cli;
use serde_json::Value;

const NEXUS: &str = env!("CARGO_BIN_EXE_nexus-scenario");
const NEXUSD: &str = env!("CARGO_BIN_EXE_nexusd-scenario");
const TROUBLE: &str = env!("CARGO_BIN_EXE_trouble");

/// Exit codes of the command line: a wrong call, nothing of that name, no daemon, problems found.
const USAGE: i32 = 2;
const NOT_FOUND: i32 = 3;
const UNREACHABLE: i32 = 5;
const FOUND: i32 = 6;

/// Most looks at something that is about to change, and the pause between two, in milliseconds.
const LOOKS_MAX: usize = 600;
const LOOK_MS: u64 = 50;

/// The programs in a folder of their own.
struct Installed {
    folder: tempfile::TempDir,
    home: TestHome,
}

impl Installed {
    fn new(config: &str) -> Result<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let programs = [(NEXUS, "nexus"), (NEXUSD, "nexusd"), (TROUBLE, "nexus-adapter-files")];
        for (program, name) in programs {
            std::fs::hard_link(program, folder.path().join(name))?;
        }
        let home = TestHome::with_config(&format!(
            "[runtime]\nport = 0\n\n[models]\ndiscover = false\n\n{config}"
        ))?;
        Ok(Self { folder, home })
    }

    fn run(&self, arguments: &[&str]) -> Result<(i32, String)> {
        let mut words = vec!["services"];
        words.extend(arguments);
        run_cli(&self.folder.path().join("nexus"), self.home.path(), &words)
    }

    /// What must go well.
    fn done(&self, arguments: &[&str]) -> Result<String> {
        let (code, said) = self.run(arguments)?;
        ensure!(code == 0, "services {arguments:?} ended with {code}: {said}");
        Ok(said)
    }

    fn rows(&self) -> Result<Vec<Value>> {
        let (_, said) = self.run(&["list", "--json"])?;
        let rows: Value = serde_json::from_str(&said).context(said)?;
        rows.as_array().cloned().context("no list")
    }

    fn row(&self, service: &str) -> Result<Value> {
        let rows = self.rows()?;
        let row = rows.iter().find(|row| row["service"] == service).cloned();
        row.with_context(|| format!("no {service} in {rows:?}"))
    }

    /// Looks until a service is in a state.
    fn until(&self, service: &str, state: &str) -> Result<Value> {
        for _ in 0..LOOKS_MAX {
            match self.row(service) {
                Ok(row) if row["state"] == state => return Ok(row),
                _ => std::thread::sleep(std::time::Duration::from_millis(LOOK_MS)),
            }
        }
        anyhow::bail!("{service} is not {state}: {:?}", self.rows()?)
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        // A test that failed leaves no daemon behind.
        let _ = self.run(&["stop"]);
    }
}

#[test]
fn everything_that_runs_is_listed_stopped_and_started() -> Result<()> {
    let nexus = Installed::new("[adapters.files]\ncommand = [\"nexus-adapter-files\"]\n")?;
    let (code, said) = nexus.run(&["list"])?;
    ensure!(code == 0 && said.contains("stopped") && said.contains("nexus up"), "{said}");
    let (code, said) = nexus.run(&["stop", "files"])?;
    ensure!(code == UNREACHABLE && said.contains("nexus up"), "{code}: {said}");

    nexus.done(&["start"])?;
    ensure!(nexus.row("runtime")?["kind"] == "daemon");
    // Beside the daemon, and by its name alone.
    let files = nexus.until("files", "running")?;
    ensure!(files["kind"] == "adapter", "{files}");
    ensure!(nexus.row("ledger")?["kind"] == "part");
    ensure!(nexus.done(&["status", "files"])?.contains("running"));

    nexus.done(&["stop", "files"])?;
    let stopped = nexus.row("files")?;
    ensure!(stopped["state"] == "stopped" && stopped["reason"] == "stopped by hand", "{stopped}");
    nexus.done(&["start", "files"])?;
    nexus.until("files", "running")?;
    nexus.done(&["restart", "files/main"])?;
    nexus.until("files", "running")?;
    let log = nexus.done(&["logs", "files"])?;
    ensure!(log.matches(" running").count() == 3 && log.contains("draining"), "{log}");
    ensure!(nexus.done(&["logs", "runtime", "-n", "5"])?.lines().count() == 5);
    ensure!(nexus.done(&["logs", "exposure"])?.contains("names `exposure`"));

    let (code, said) = nexus.run(&["stop", "ledger"])?;
    ensure!(code == USAGE && said.contains("lives and ends with it"), "{code}: {said}");
    for words in [["status", "nobody"], ["start", "nobody"], ["logs", "nobody"]] {
        let (code, said) = nexus.run(&words)?;
        ensure!(code == NOT_FOUND && said.contains("there is no service `nobody`"), "{said}");
    }

    let before = nexus.row("runtime")?;
    nexus.done(&["restart", "runtime"])?;
    ensure!(nexus.row("runtime")?["reason"] != before["reason"], "it is the same process");
    nexus.until("files", "running")?;
    nexus.done(&["stop"])?;
    let rows = nexus.rows()?;
    ensure!(rows.len() == 1 && rows[0]["state"] == "stopped", "{rows:?}");
    Ok(())
}

#[test]
fn a_program_that_is_nowhere_is_said_to_be_missing_and_where_was_looked() -> Result<()> {
    let nexus = Installed::new("[adapters.ghost]\ncommand = [\"nexus-adapter-ghost\"]\n")?;
    nexus.done(&["start"])?;
    let ghost = nexus.until("ghost", "stopped")?;
    let reason = ghost["reason"].as_str().unwrap_or_default();
    let beside = nexus.folder.path().canonicalize()?;
    let looked =
        format!("no program `nexus-adapter-ghost` in {}, /usr/local/bin", beside.display());
    ensure!(reason.contains(&looked), "{reason}");
    ensure!(nexus.run(&["list"])?.0 == FOUND, "all is well without it");
    // Put there, it is started with the next look.
    std::fs::hard_link(TROUBLE, nexus.folder.path().join("nexus-adapter-ghost"))?;
    nexus.done(&["restart"])?;
    nexus.until("ghost", "running")?;
    Ok(())
}
