//! Programs that hand out credentials: 1Password's own, and whatever is configured.
//!
//! This crate starts no processes itself. The daemon passes in a [`Runner`], which does it with
//! the supervisor: an empty environment, a time limit, a process group that is killed whole.

use std::fmt;

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::error::SecretError;
use crate::pointer::Pointer;

/// Longest run of a program that hands out a credential, in milliseconds: it may ask a person.
const CHILD_MS_MAX: u64 = 30_000;
/// Most bytes it may write.
const CHILD_BYTES_MAX: usize = 64 * 1024;
/// What stands for the item in a configured command.
const ITEM_MARK: &str = "{}";

/// Variables that `op` needs to find its account and to talk to the desktop app.
const ONE_PASSWORD_VARIABLES: &[&str] = &[
    "HOME",
    "PATH",
    "LANG",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "OP_ACCOUNT",
    "OP_SERVICE_ACCOUNT_TOKEN",
    "OP_CONNECT_HOST",
    "OP_CONNECT_TOKEN",
    "OP_BIOMETRIC_UNLOCK_ENABLED",
];
/// Variables that every configured program is given.
const EXEC_VARIABLES: &[&str] = &["HOME", "PATH", "LANG"];

/// A program to run once.
pub struct ChildCommand {
    /// Program and arguments. Holds no secret: every user of the machine can see it.
    pub argv: Vec<String>,
    /// Its whole environment.
    pub environment: Vec<(String, String)>,
    /// Time it has, in milliseconds.
    pub duration_ms_max: u64,
    /// Most bytes read of its stdout.
    pub stdout_bytes_max: usize,
}

impl fmt::Debug for ChildCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.environment.iter().map(|(name, _)| name).collect();
        f.debug_struct("ChildCommand").field("argv", &self.argv).field("names", &names).finish()
    }
}

/// Why a program brought nothing. Never quotes what it wrote: that may be the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// It could not be started.
    #[error("does not start: {0}")]
    Start(String),
    /// It ended badly.
    #[error("{0}")]
    Failed(String),
    /// It took too long and was killed.
    #[error("did not end in time")]
    Timeout,
    /// It wrote more than a credential is long.
    #[error("wrote too much")]
    TooLong,
}

/// Runs a program once and hands back what it wrote to its stdout.
pub trait Runner: Send + Sync {
    /// Runs it; whatever happens, nothing of it is left running.
    fn run(
        &self,
        command: ChildCommand,
    ) -> BoxFuture<'static, Result<Zeroizing<Vec<u8>>, RunError>>;
}

/// A configured program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecProvider {
    /// Program and arguments; `{}` stands for the item.
    pub command: Vec<String>,
    /// Names of further variables it is given.
    pub variables: Vec<String>,
}

impl ExecProvider {
    pub(crate) fn child(
        &self,
        item: Option<&str>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> ChildCommand {
        let fill = |word: &String| word.replace(ITEM_MARK, item.unwrap_or_default());
        let names = EXEC_VARIABLES.iter().copied().chain(self.variables.iter().map(String::as_str));
        command(self.command.iter().map(fill).collect(), names, environment)
    }
}

/// The call of 1Password's program for one reference.
pub(crate) fn one_password(
    reference: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> ChildCommand {
    let argv = ["op", "read", "--no-newline", reference].map(str::to_owned).to_vec();
    command(argv, ONE_PASSWORD_VARIABLES.iter().copied(), environment)
}

fn command<'a>(
    argv: Vec<String>,
    names: impl Iterator<Item = &'a str>,
    environment: impl Fn(&str) -> Option<String>,
) -> ChildCommand {
    let variable = |name: &str| environment(name).map(|value| (name.to_owned(), value));
    ChildCommand {
        argv,
        environment: names.filter_map(variable).collect(),
        duration_ms_max: CHILD_MS_MAX,
        stdout_bytes_max: CHILD_BYTES_MAX,
    }
}

/// What a program wrote, as a credential.
pub(crate) fn read(
    pointer: &Pointer,
    outcome: Result<Zeroizing<Vec<u8>>, RunError>,
) -> Result<SecretString, SecretError> {
    let failed = |problem: String| SecretError::Child { pointer: pointer.clone(), problem };
    let bytes = outcome.map_err(|error| failed(error.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| failed("wrote no text".to_owned()))?;
    Ok(SecretString::from(text.trim()))
}
