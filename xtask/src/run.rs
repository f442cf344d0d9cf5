//! The one place of this program that reads the environment and the clock, starts programs and
//! prints.

#![expect(
    clippy::disallowed_methods,
    reason = "build tooling starts compilers and browsers; it does so here and nowhere else"
)]

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The folder of the repository. Cargo says at run time where it found this program; where it was
/// compiled may be another clone that builds into the same folder.
pub(crate) fn root() -> PathBuf {
    let here = env("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}

/// A variable of the environment, if it is set and not empty.
pub(crate) fn env(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Where cargo builds: outside the clone, so that a fresh clone on a machine that has built before
/// compiles only what changed.
pub(crate) fn target_dir() -> PathBuf {
    if let Some(dir) = env("CARGO_TARGET_DIR") {
        return PathBuf::from(dir);
    }
    let cache = env("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| {
        env("HOME").or_else(|| env("USERPROFILE")).map(|home| PathBuf::from(home).join(".cache"))
    });
    cache.map_or_else(|| root().join("target"), |cache| cache.join("nexus").join("target"))
}

/// The system that cargo compiles for.
pub(crate) fn host() -> Result<String> {
    let version = Program::new("rustc").args("-vV").output()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

/// Prints a line.
pub(crate) fn say(line: impl AsRef<str>) {
    let mut out = std::io::stdout().lock();
    // A closed pipe must not turn a good run into a panic.
    let _ = writeln!(out, "{}", line.as_ref()).and_then(|()| out.flush());
}

/// Prints a line for errors.
pub(crate) fn complain(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", line.as_ref());
}

/// Measures how long a step takes.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A program with its arguments, printable as the line that a person would type.
#[derive(Clone)]
pub(crate) struct Program {
    name: String,
    args: Vec<String>,
    envs: Vec<(String, OsString)>,
    dir: PathBuf,
}

impl Program {
    /// A program that runs in the folder of the repository.
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), args: Vec::new(), envs: Vec::new(), dir: root() }
    }

    /// Cargo of the toolchain that runs this program, with the shared target folder.
    pub(crate) fn cargo() -> Self {
        let mut cargo = Self::new("cargo");
        cargo.envs.push(("CARGO_TARGET_DIR".into(), target_dir().into()));
        cargo
    }

    /// Adds arguments, separated by spaces.
    pub(crate) fn args(mut self, args: &str) -> Self {
        self.args.extend(args.split_whitespace().map(str::to_owned));
        self
    }

    /// Adds one argument as it is.
    pub(crate) fn arg(mut self, arg: impl AsRef<Path>) -> Self {
        self.args.push(arg.as_ref().to_string_lossy().into_owned());
        self
    }

    /// Sets a variable for the program.
    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.envs.push((name.to_owned(), value.into()));
        self
    }

    /// Runs it in another folder of the repository.
    pub(crate) fn inside(mut self, dir: &str) -> Self {
        self.dir = root().join(dir);
        self
    }

    /// The line that a person would type to run it.
    pub(crate) fn line(&self) -> String {
        let mut line = String::new();
        if let Ok(dir) = self.dir.strip_prefix(root())
            && !dir.as_os_str().is_empty()
        {
            line = format!("cd {} && ", dir.display());
        }
        for (name, value) in self.envs.iter().filter(|(name, _)| name != "CARGO_TARGET_DIR") {
            line += &format!("{name}={} ", quoted(&value.to_string_lossy()));
        }
        line += &self.name;
        for arg in &self.args {
            line.push(' ');
            line += &quoted(arg);
        }
        line
    }

    fn command(&self) -> Command {
        let name = match self.name.as_str() {
            // npm is a script there, which only its full name finds.
            "npm" if cfg!(windows) => "npm.cmd",
            name => name,
        };
        let mut command = Command::new(name);
        command.args(&self.args).current_dir(&self.dir);
        command.envs(self.envs.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs it with this program's input and output; fails when it fails.
    pub(crate) fn run(&self) -> Result<()> {
        let status = self.status()?;
        if !status.success() {
            bail!("`{}` ended with {status}", self.line());
        }
        Ok(())
    }

    /// Runs it with this program's input and output.
    pub(crate) fn status(&self) -> Result<ExitStatus> {
        self.command().status().with_context(|| format!("cannot start `{}`", self.name))
    }

    /// Runs it and returns what it prints; its errors go to the terminal.
    pub(crate) fn output(&self) -> Result<String> {
        let output = self
            .command()
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("cannot start `{}`", self.name))?;
        if !output.status.success() {
            bail!("`{}` ended with {}", self.line(), output.status);
        }
        String::from_utf8(output.stdout).context("its output is not UTF-8")
    }

    /// What it prints, if it can be started and succeeds; prints nothing itself.
    pub(crate) fn output_quietly(&self) -> Option<String> {
        let output = self.command().stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Whether it can be started and succeeds; prints nothing.
    pub(crate) fn succeeds(&self) -> bool {
        let quiet = self
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        quiet.is_ok_and(|status| status.success())
    }

    /// Runs it, passing its output on, and returns the output for counting.
    pub(crate) fn tee(&self) -> Result<(ExitStatus, String)> {
        let mut child = self
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", self.name))?;
        let stdout = child.stdout.take().context("no standard output")?;
        let stderr = child.stderr.take().context("no standard error")?;
        let errors = std::thread::spawn(move || pass_on(stderr));
        let mut text = pass_on(stdout);
        text += &errors.join().unwrap_or_default();
        Ok((child.wait()?, text))
    }
}

fn pass_on(source: impl Read) -> String {
    let mut text = String::new();
    for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        say(line.trim_end_matches('\r'));
        text += &line;
        text.push('\n');
    }
    text
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
