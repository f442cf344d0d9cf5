//! The programs that are measured: the daemon in a home of its own, and the raw limit.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Bench;
use crate::load::{self, Target};
use crate::process::Process;

/// Longest start that is waited for, in milliseconds.
const START_MS_MAX: u128 = 30_000;
/// Pause between two looks at a starting program, in microseconds.
const LOOK_PAUSE_US: u64 = 200;

/// A home of its own; ends with the value.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    /// Makes a home whose model is the provider at `base_url`.
    pub(crate) fn new(base_url: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let toml = format!(
            "[runtime]\nport = 0\n\n[logging]\nlevel = \"warn\"\n\n[agents.main]\n\
             models = [\"bench/instant\"]\n\n[models]\ndiscover = false\n\n[models.bench]\n\
             kind = \"openai_compatible\"\nbase_url = \"{base_url}\"\nmodels = [\"instant\"]\n"
        );
        std::fs::write(folder.path().join("nexus.toml"), toml)?;
        Ok(Self { folder })
    }

    /// Adds to the configuration.
    pub(crate) fn add(&self, toml: &str) -> Result<()> {
        let file = self.path().join("nexus.toml");
        let before = std::fs::read_to_string(&file)?;
        Ok(std::fs::write(file, before + toml)?)
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The token of the control plane.
    pub(crate) fn token(&self) -> Result<String> {
        let token = std::fs::read_to_string(self.path().join("state/control.token"))?;
        Ok(token.trim().to_owned())
    }

    /// Where the daemon says it listens, if it is the one with this process id.
    fn address(&self, pid: u32) -> Option<String> {
        let lock = std::fs::read(self.path().join("state/nexus.lock")).ok()?;
        let lock: Value = serde_json::from_slice(&lock).ok()?;
        (lock["pid"] == pid).then(|| lock["address"].as_str().map(str::to_owned))?
    }
}

/// A running server with its address.
pub(crate) struct Server {
    /// The process.
    pub(crate) process: Process,
    /// How it is called.
    pub(crate) target: Target,
    /// From the start of the process to the first good answer, in milliseconds.
    pub(crate) start_ms: f64,
}

/// Starts the daemon and waits until `/health` answers.
pub(crate) async fn start(bench: &Bench, home: &Home) -> Result<Server> {
    start_with(bench, home, &[]).await
}

/// The same in the place of the daemon that owns the home.
pub(crate) async fn take_over(bench: &Bench, home: &Home) -> Result<Server> {
    start_with(bench, home, &["--take-over"]).await
}

async fn start_with(bench: &Bench, home: &Home, arguments: &[&str]) -> Result<Server> {
    let begin = Instant::now();
    let mut command = Command::new(program(bench, "nexusd"));
    command.arg("--home").arg(home.path()).args(arguments).env_clear().env("HOME", home.path());
    let process = Process::spawn(&mut command)?;
    let address = healthy_home(begin, home, &process).await.context("nexusd does not start")?;
    let start_ms = begin.elapsed().as_secs_f64() * 1_000.0;
    let token = home.token()?;
    let hello = json!({
        "type": "hello", "minProtocol": 1, "maxProtocol": 1,
        "client": { "name": "bench", "version": "0", "platform": "linux", "mode": "test" },
        "auth": { "token": token },
    });
    let target = Target { address, hello: Some(hello.to_string()), token };
    Ok(Server { process, target, start_ms })
}

/// Starts the raw limit and waits until it answers.
pub(crate) async fn start_raw() -> Result<Server> {
    let begin = Instant::now();
    let mut command = Command::new(std::env::current_exe()?);
    let mut child = command.arg("raw").stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let address = first_line(&mut child)?;
    let process = Process::of(child);
    healthy(begin, || Some(address.clone())).await.context("the raw limit does not start")?;
    let start_ms = begin.elapsed().as_secs_f64() * 1_000.0;
    Ok(Server { process, target: Target { address, hello: None, token: String::new() }, start_ms })
}

fn first_line(child: &mut Child) -> Result<String> {
    let stdout = child.stdout.take().context("no output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Waits until the daemon of a home answers, which this process is to hold.
pub(crate) async fn healthy_home(begin: Instant, home: &Home, process: &Process) -> Result<String> {
    healthy(begin, || home.address(process.id())).await
}

async fn healthy(begin: Instant, look: impl Fn() -> Option<String>) -> Result<String> {
    while begin.elapsed().as_millis() < START_MS_MAX {
        if let Some(address) = look()
            && load::is_healthy(&address).await
        {
            return Ok(address);
        }
        tokio::time::sleep(Duration::from_micros(LOOK_PAUSE_US)).await;
    }
    bail!("no answer within {START_MS_MAX} ms")
}

/// A release program, with the ending of the system.
pub(crate) fn program(bench: &Bench, name: &str) -> PathBuf {
    bench.programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
