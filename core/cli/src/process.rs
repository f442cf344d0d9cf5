//! The one place that starts other programs: `nexusd`, and the browser.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::environment::Environment;
use crate::failure::{CliError, Result};

/// Where `nexusd` is, and in which home it works.
#[derive(Clone, Debug)]
pub(crate) struct Nexusd {
    program: PathBuf,
    home: PathBuf,
}

/// How the daemon is to run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wish {
    /// A port for this run.
    pub(crate) port: Option<u16>,
    /// Whether it takes the home over from its owner.
    pub(crate) takes_over: bool,
    /// Whether it does that also when the owner says nothing.
    pub(crate) is_forced: bool,
}

impl Wish {
    fn arguments(self) -> Vec<String> {
        let port = self.port.map(|port| ["--port".to_owned(), port.to_string()]);
        let words = [(self.takes_over, "--take-over"), (self.is_forced, "--force")];
        let words = words.into_iter().filter(|(is_wanted, _)| *is_wanted);
        port.into_iter().flatten().chain(words.map(|(_, word)| word.to_owned())).collect()
    }
}

/// What a subcommand of `nexusd` answered.
#[derive(Debug)]
pub(crate) struct Output {
    /// Its exit code; -1 when a signal ended it.
    pub(crate) code: i32,
    /// Its JSON document; null when it printed none.
    pub(crate) document: Value,
    /// What it said on stderr.
    pub(crate) stderr: String,
}

impl Output {
    fn of(output: std::process::Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            document: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        }
    }
}

/// What a tool of the system answered.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) is_ok: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a tool of the system, such as its service manager, to its end.
#[expect(clippy::disallowed_methods, reason = "this file is the one that starts programs")]
pub(crate) fn run_tool(program: &str, arguments: &[&str]) -> Result<Tool> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| {
        CliError::failed(format!("the program `{program}` cannot be run: {error}"))
    })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Ok(Tool {
        is_ok: output.status.success(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    })
}

impl Nexusd {
    /// Where it is.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Finds it beside this program, then on the PATH.
    pub(crate) fn find(environment: &Environment, home: &Path) -> Result<Self> {
        let name = format!("nexusd{}", std::env::consts::EXE_SUFFIX);
        let folders = environment.program_folder.iter().chain(&environment.path_folders);
        let program = folders.map(|folder| folder.join(&name)).find(|file| file.is_file());
        let Some(program) = program else {
            return Err(CliError::failed("the program `nexusd` was not found")
                .why("it is looked for beside `nexus` and on the PATH")
                .fix("install `nexusd` beside `nexus`; from a clone: cargo xtask up"));
        };
        Ok(Self { program, home: home.to_owned() })
    }

    #[expect(clippy::disallowed_methods, reason = "this file is the one that starts programs")]
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        // First, because arguments may end with a command of somebody else.
        command.arg("--home").arg(&self.home).args(arguments);
        command
    }

    /// Runs a subcommand that answers with one JSON document.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = self.command(arguments);
        command.arg("--json").stdin(Stdio::null());
        Ok(Output::of(command.output().map_err(|e| self.unstartable(&e))?))
    }

    /// The same for one whose arguments say so themselves, because a foreign command ends them.
    pub(crate) fn ask_plain(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null());
        Ok(Output::of(command.output().map_err(|e| self.unstartable(&e))?))
    }

    /// The same for one that reads its input on stdin, because it may be long.
    pub(crate) fn ask_with(&self, arguments: &[&str], input: &str) -> Result<Output> {
        let mut command = self.command(arguments);
        command.arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| self.unstartable(&e))?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may have ended without reading everything; then its answer says why.
            let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
        }
        Ok(Output::of(child.wait_with_output()?))
    }

    /// Starts the daemon in a session of its own, so that it outlives this terminal; what it
    /// prints goes to `log`. Comes back with its process id.
    pub(crate) fn start_detached(&self, wish: Wish, log: &Path) -> Result<Detached> {
        if let Some(folder) = log.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = std::fs::File::create(log)?;
        let arguments = wish.arguments();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut command = self.command(&arguments);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        command.current_dir(&self.home);
        let child = spawn_in_session(command).map_err(|e| self.unstartable(&e))?;
        Ok(child)
    }

    /// Starts the daemon as a child of this terminal.
    pub(crate) fn start_attached(&self, wish: Wish) -> Result<tokio::process::Child> {
        let wanted = wish.arguments();
        let log = ["--log-stderr"].into_iter();
        let arguments: Vec<_> = log.chain(wanted.iter().map(String::as_str)).collect();
        let mut command = tokio::process::Command::from(self.command(&arguments));
        command.spawn().map_err(|e| self.unstartable(&e))
    }

    fn unstartable(&self, error: &std::io::Error) -> CliError {
        CliError::failed(format!("{} does not start: {error}", self.program.display()))
    }
}

#[cfg(unix)]
pub(crate) type Detached = Box<dyn process_wrap::tokio::ChildWrapper>;
#[cfg(not(unix))]
pub(crate) type Detached = tokio::process::Child;

#[cfg(unix)]
fn spawn_in_session(command: Command) -> std::io::Result<Detached> {
    use process_wrap::tokio::{CommandWrap, ProcessSession};
    let command = tokio::process::Command::from(command);
    CommandWrap::from(command).wrap(ProcessSession).spawn()
}

#[cfg(windows)]
fn spawn_in_session(mut command: Command) -> std::io::Result<Detached> {
    use std::os::windows::process::CommandExt;
    const DETACHED_PROCESS: u32 = 0x0000_0008;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
    tokio::process::Command::from(command).spawn()
}

/// Ends a process at once. The ledger is made for that: what was acknowledged is kept.
#[cfg(unix)]
pub(crate) fn kill(pid: u32) -> Result<()> {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    let pid = pid.ok_or_else(|| CliError::failed("the daemon's process id is not known"))?;
    rustix::process::kill_process(pid, rustix::process::Signal::KILL)
        .map_err(|e| CliError::failed(format!("the daemon could not be ended: {e}")))
}

/// Ends a process at once. The ledger is made for that: what was acknowledged is kept.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "this file is the one that starts programs")]
pub(crate) fn kill(pid: u32) -> Result<()> {
    let status = Command::new("taskkill").args(["/F", "/PID", &pid.to_string()]).status()?;
    if status.success() { Ok(()) } else { Err(CliError::failed("taskkill failed")) }
}

/// Opens a link in the person's browser; `false` when that is not possible.
#[expect(clippy::disallowed_methods, reason = "this file is the one that starts programs")]
pub(crate) fn open_in_browser(environment: &Environment, url: &str) -> bool {
    if !environment.has_desktop {
        return false;
    }
    let (program, first): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(first).arg(url);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}

/// Free and total bytes of the file system that holds a path.
#[cfg(unix)]
pub(crate) fn disk_bytes(path: &Path) -> Option<(u64, u64)> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some((stat.f_bavail.saturating_mul(stat.f_frsize), stat.f_blocks.saturating_mul(stat.f_frsize)))
}

/// Free and total bytes are not asked for here.
#[cfg(not(unix))]
pub(crate) fn disk_bytes(_: &Path) -> Option<(u64, u64)> {
    None
}
