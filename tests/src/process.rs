//! `nexusd` in a process of its own, so that it can be killed.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use nexus_client::{Client, ClientOptions, Discovery, Token};
use nexus_protocol::frame::ClientFacts;
use tokio::sync::mpsc;

/// Pause between two looks at something that another process changes.
const LOOK: Duration = Duration::from_millis(10);
/// Most looks before a scenario gives up. It bounds a hang; nothing is asserted about it.
const LOOKS_MAX: u32 = 3_000;

/// Longest wait for a line of a program. It bounds a hang; nothing is asserted about it.
const LINE_WAIT: Duration = Duration::from_secs(60);

/// What a daemon wrote to its terminal, in its home.
const OUTPUT: &str = "nexusd.out";

/// A port of its own, whatever the configuration says.
const OWN_PORT: &[&str] = &["--port", "0"];

fn output_of(file: &std::fs::File) -> Result<Stdio> {
    Ok(file.try_clone()?.into())
}

/// A running `nexusd`.
pub struct DaemonProcess {
    child: Child,
    home: PathBuf,
    /// Where what it says is kept.
    output: PathBuf,
    address: String,
}

impl DaemonProcess {
    /// Starts a daemon on a home and waits until it listens.
    ///
    /// # Errors
    /// When it ends before, with what it said.
    pub async fn start(program: &str, home: &Path) -> Result<Self> {
        Self::start_with(program, home, &[]).await
    }

    /// Starts a daemon that dies at a crash point, such as `Admitted` or `ResultRecorded:2`.
    ///
    /// # Errors
    /// When it ends before it listens, with what it said.
    pub async fn start_doomed(program: &str, home: &Path, crash_at: &str) -> Result<Self> {
        Self::start_with(program, home, &[("NEXUS_CRASH_AT", crash_at)]).await
    }

    /// Starts a daemon that stands still at such a point, from the file `held` in its home to the
    /// file `go`.
    ///
    /// # Errors
    /// When it ends before it listens, with what it said.
    pub async fn start_held(program: &str, home: &Path, hold_at: &str) -> Result<Self> {
        // What it says comes through this process, so that it can be heard whatever befalls files.
        let (mut said, output) = std::io::pipe()?;
        let mut kept = std::fs::File::create(home.join(OUTPUT))?;
        std::thread::spawn(move || std::io::copy(&mut said, &mut kept));
        let output = [output.try_clone()?.into(), output.into()];
        Self::spawn(program, home, OWN_PORT, &[("NEXUS_HOLD_AT", hold_at)], output)?
            .listening()
            .await
    }

    /// Lets it write files up to this size only, in bytes, or of any size again: what lies beyond
    /// is refused like on a disk that takes nothing more.
    ///
    /// # Errors
    /// When the operating system refuses.
    #[cfg(target_os = "linux")]
    pub fn limit_files(&self, bytes_max: Option<u64>) -> Result<()> {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let pid = Pid::from_raw(i32::try_from(self.child.id())?);
        prlimit(pid, Resource::Fsize, Rlimit { current: bytes_max, maximum: None })?;
        Ok(())
    }

    /// Waits until something is true, such as that a file is there.
    ///
    /// # Errors
    /// When it does not become true.
    pub async fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) -> Result<()> {
        for _ in 0..LOOKS_MAX {
            if is_so() {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("{what} did not happen:\n{}", self.said())
    }

    /// Starts a daemon with further variables in its environment.
    ///
    /// # Errors
    /// When it ends before it listens, with what it said.
    pub async fn start_with(
        program: &str,
        home: &Path,
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        Self::begin_with(program, home, variables)?.listening().await
    }

    /// The same, without waiting for anything.
    ///
    /// # Errors
    /// When it does not start.
    pub fn begin_with(program: &str, home: &Path, variables: &[(&str, &str)]) -> Result<Self> {
        let output = std::fs::File::create(home.join(OUTPUT))?;
        let output = [output.try_clone()?.into(), output.into()];
        Self::spawn(program, home, OWN_PORT, variables, output)
    }

    #[expect(clippy::disallowed_methods, reason = "scenarios start the daemon here and only here")]
    fn spawn(
        program: &str,
        home: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        [stdout, stderr]: [Stdio; 2],
    ) -> Result<Self> {
        let child = Command::new(program)
            .arg("--home")
            .arg(home)
            .args(arguments)
            .arg("--log-stderr")
            .env_clear()
            .env("HOME", home)
            .env("PATH", "/usr/bin:/bin")
            .env("FAKE_KEY", "not-a-secret")
            // Homes of a minute must not leave keys in the keychain of whoever runs the tests.
            .env("NEXUS__ACL__AUDIT_KEY", "file")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .with_context(|| format!("{program} does not start"))?;
        let output = home.join(OUTPUT);
        Ok(Self { child, home: home.to_owned(), output, address: String::new() })
    }

    /// Has another daemon take the home over from the one that owns it, and waits until it listens.
    ///
    /// # Errors
    /// When it ends before, with what it said.
    pub async fn take_over(program: &str, home: &Path, arguments: &[&str]) -> Result<Self> {
        Self::begin_to_take_over(program, home, arguments)?.listening().await
    }

    /// The same, without waiting for anything.
    ///
    /// # Errors
    /// When it does not start.
    pub fn begin_to_take_over(program: &str, home: &Path, arguments: &[&str]) -> Result<Self> {
        let arguments = [&["--take-over"], arguments].concat();
        let (output, file) = tempfile::Builder::new()
            .prefix(OUTPUT)
            .tempfile_in(home)?
            .keep()
            .map(|(file, path)| (path, file))?;
        let streams = [output_of(&file)?, output_of(&file)?];
        let mut daemon = Self::spawn(program, home, &arguments, &[], streams)?;
        daemon.output = output;
        Ok(daemon)
    }

    /// Waits until it listens as the owner of its home.
    ///
    /// # Errors
    /// When it ends before, with what it said.
    pub async fn listening(mut self) -> Result<Self> {
        self.address = self.wait_until_listening().await?;
        Ok(self)
    }

    async fn wait_until_listening(&mut self) -> Result<String> {
        let pid = self.child.id();
        for _ in 0..LOOKS_MAX {
            if let Discovery::Running(running) = Discovery::find(&self.home).await
                && running.pid == pid
            {
                return Ok(running.address);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("nexusd ended with {status}:\n{}", self.said());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("nexusd does not listen:\n{}", self.said())
    }

    /// What it wrote to its terminal.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap_or_default()
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens, as `host:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The control-plane token.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn token(&self) -> Result<Token> {
        Ok(Token::read(&self.home)?)
    }

    /// Connects a client.
    ///
    /// # Errors
    /// When the daemon does not take it.
    pub async fn client(&self) -> Result<Client> {
        Ok(Client::connect(self.client_options()?).await?)
    }

    /// How a client connects.
    ///
    /// # Errors
    /// When the token cannot be read.
    pub fn client_options(&self) -> Result<ClientOptions> {
        let facts = ClientFacts {
            name: "scenario".to_owned(),
            version: "0".to_owned(),
            platform: "test".to_owned(),
            mode: "test".to_owned(),
            instance_id: None,
        };
        Ok(ClientOptions::new(self.address.clone(), Some(self.token()?), facts))
    }

    /// Memory it holds, in bytes; nothing where the system does not say.
    #[must_use]
    pub fn memory_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        let n_kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(n_kib * 1024)
    }

    /// Files, sockets and pipes it has open; nothing where the system does not say.
    #[must_use]
    pub fn n_open_files(&self) -> Option<usize> {
        Some(std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).ok()?.count())
    }

    /// Stops it as a frozen machine is stopped, or lets it go on.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn freeze(&self, is_frozen: bool) -> Result<()> {
        let (is_sent, said) = signal(self.child.id(), if is_frozen { "-STOP" } else { "-CONT" })?;
        anyhow::ensure!(is_sent, "it cannot be frozen: {said}");
        Ok(())
    }

    /// Kills it as `kill -9` does.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop, as a service manager does.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn stop(&self) -> Result<()> {
        let (is_sent, said) = signal(self.child.id(), "-TERM")?;
        anyhow::ensure!(is_sent, "it cannot be told to stop: {said}");
        Ok(())
    }

    /// Waits until it has died of its own.
    ///
    /// # Errors
    /// When it does not.
    pub async fn died(&mut self) -> Result<()> {
        for _ in 0..LOOKS_MAX {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("nexusd lives on:\n{}", self.said())
    }

    /// Waits until it has ended by itself, and says with which code.
    ///
    /// # Errors
    /// When it does not, or a signal ended it.
    pub async fn ended(&mut self) -> Result<i32> {
        self.died().await?;
        self.child.wait()?.code().context("a signal ended it")
    }

    /// Whether it lives.
    ///
    /// # Errors
    /// When the operating system does not say.
    pub fn is_alive(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }
}

/// Sends a signal to a process.
#[expect(clippy::disallowed_methods, reason = "the standard library sends no other than KILL")]
fn signal(pid: u32, name: &str) -> Result<(bool, String)> {
    let output = Command::new("/bin/kill").args([name, &pid.to_string()]).output()?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// Runs a subcommand of `nexusd` on a home: whether it succeeded, and all it said.
///
/// # Errors
/// When it does not start.
#[expect(clippy::disallowed_methods, reason = "scenarios start the daemon here and only here")]
pub fn run_command(program: &str, home: &Path, arguments: &[&str]) -> Result<(bool, String)> {
    let output = Command::new(program)
        .arg("--home")
        .arg(home)
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{program} does not start"))?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// Runs the command line on a home: its exit code, and all it said.
///
/// # Errors
/// When it does not start.
#[expect(clippy::disallowed_methods, reason = "this is where scenarios start programs")]
pub fn run_cli(program: &Path, home: &Path, arguments: &[&str]) -> Result<(i32, String)> {
    let output = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("NEXUS_ROOT", home)
        .env("NEXUS__ACL__AUDIT_KEY", "file")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} does not start", program.display()))?;
    let said = [output.stdout, output.stderr].concat();
    let code = output.status.code().context("it was killed")?;
    Ok((code, String::from_utf8_lossy(&said).into_owned()))
}

/// Runs a script of `docs/examples` by its interpreter, with these variables: whether it succeeded,
/// and all it said.
///
/// # Errors
/// When it does not start.
#[expect(clippy::disallowed_methods, reason = "this is where scenarios start programs")]
pub fn run_example(
    interpreter: &str,
    script: &Path,
    variables: &[(&str, &str)],
) -> Result<(bool, String)> {
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
    let output = Command::new(interpreter)
        .arg(script)
        .env_clear()
        .env("PATH", path)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} does not start", script.display()))?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// A program that goes on talking, heard line by line.
pub struct Example {
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Example {
    /// Starts a program of ours with the home as its argument.
    ///
    /// # Errors
    /// When it does not start.
    #[expect(clippy::disallowed_methods, reason = "this is where scenarios start programs")]
    pub fn start(program: &str, home: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .arg(home)
            .env_clear()
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{program} does not start"))?;
        let stdout = child.stdout.take().context("no output")?;
        let (tell, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in std::io::BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        Ok(Self { child, lines })
    }

    /// Waits for its next line.
    ///
    /// # Errors
    /// When it ends, or says nothing for too long.
    pub async fn line(&mut self) -> Result<String> {
        let line = tokio::time::timeout(LINE_WAIT, self.lines.recv()).await;
        line.context("nothing is said")?.context("the program has ended")
    }

    /// Waits for a line, and hands out those up to it.
    ///
    /// # Errors
    /// As for [`Self::line`].
    pub async fn until(&mut self, wanted: &str) -> Result<Vec<String>> {
        let mut heard = Vec::new();
        while heard.last().is_none_or(|line| line != wanted) {
            let line = self.line().await.with_context(|| format!("after {heard:?}"))?;
            heard.push(line);
        }
        Ok(heard)
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for DaemonProcess {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
