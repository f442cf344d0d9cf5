//! A program that is run once for what it writes, such as one that hands out a credential.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use crate::clock::Clock;
use crate::process::as_group;

/// Bytes asked for at once; what is read is moved into one buffer that never grows.
const CHUNK_BYTES: usize = 4 * 1024;

/// A program to run once.
pub struct Once {
    /// Program and arguments. No secret belongs here: every user of the machine can see it.
    pub command: Vec<String>,
    /// Its whole environment.
    pub environment: Vec<(String, String)>,
    /// Its working directory.
    pub folder: PathBuf,
    /// Time it has, in milliseconds.
    pub duration_ms_max: u64,
    /// Most bytes it may write to its stdout.
    pub stdout_bytes_max: usize,
}

/// Why nothing came of it. Nothing that it wrote is repeated here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnceError {
    /// It could not be started.
    Start(String),
    /// It ended badly, in words such as "exited with code 1".
    Failed(String),
    /// Its time was over.
    Timeout,
    /// It wrote too much.
    TooLong,
}

/// Runs a program without input and with an environment of its own, and hands its stdout to
/// `take`. Whichever way it goes, nothing of its process group is left.
///
/// # Errors
/// When it does not start, ends badly, takes too long or writes too much.
pub async fn run_once(
    once: Once,
    clock: Arc<dyn Clock>,
    take: &mut Vec<u8>,
) -> Result<(), OnceError> {
    let limit = clock.sleep(once.duration_ms_max);
    let run = async {
        let mut child = spawn(&once).map_err(|error| OnceError::Start(error.to_string()))?;
        let stdout = child.stdout().take();
        let stdout = stdout.ok_or_else(|| OnceError::Start("its pipe is missing".to_owned()))?;
        read(stdout, once.stdout_bytes_max, take).await?;
        let status = child.wait().await.map_err(|error| OnceError::Failed(error.to_string()))?;
        // What it left behind in its group goes with it; an error means that nothing is left.
        let _ = child.start_kill();
        match status.success() {
            true => Ok(()),
            false => Err(OnceError::Failed(crate::process::describe(status))),
        }
    };
    tokio::select! { biased; outcome = run => outcome, () = limit => Err(OnceError::Timeout) }
}

fn spawn(once: &Once) -> std::io::Result<Group> {
    let (program, arguments) = once
        .command
        .split_first()
        .ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidInput, "no command"))?;
    #[expect(clippy::disallowed_methods, reason = "this crate is the home of spawning")]
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(once.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&once.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // Its complaints may quote what it found.
        .stderr(Stdio::null());
    Ok(Group(as_group(command).spawn()?))
}

/// Kills the whole group when it is dropped.
struct Group(Box<dyn process_wrap::tokio::ChildWrapper>);

impl std::ops::Deref for Group {
    type Target = dyn process_wrap::tokio::ChildWrapper;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl std::ops::DerefMut for Group {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.0
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // An error means that nothing is left of it.
        let _ = self.0.start_kill();
    }
}

async fn read(
    mut stdout: impl AsyncRead + Unpin,
    n_bytes_max: usize,
    take: &mut Vec<u8>,
) -> Result<(), OnceError> {
    take.reserve_exact(n_bytes_max.saturating_add(CHUNK_BYTES));
    loop {
        let mut rest = (&mut stdout).take(CHUNK_BYTES as u64);
        let n_read = rest
            .read_buf(take)
            .await
            .map_err(|error| OnceError::Failed(format!("could not be read: {error}")))?;
        if n_read == 0 {
            return Ok(());
        }
        if take.len() > n_bytes_max {
            return Err(OnceError::TooLong);
        }
    }
}
