//! What `nexus doctor --fix` does about a problem.

use std::io::Write as _;
use std::path::PathBuf;

use nexus_client::call;
use nexus_protocol::credential::{MigrateParams, MigrateTo};

use super::Problem;
use crate::command::install;
use crate::command::lifecycle::init;
use crate::context::Context;
use crate::failure::{CliError, Result};
use crate::output::text;
use crate::service::{File, Manager};

/// The last configuration that could be used, below the home.
pub(super) const LAST_GOOD: &str = "state/nexus.last-good.toml";
/// Where the configuration goes that makes way for it.
const BROKEN: &str = "nexus.toml.broken";

/// A way to mend something.
pub(super) enum Mend {
    /// Takes the rights of others away from a file or folder.
    Private(PathBuf),
    /// Makes what is missing in the home.
    MakeHome,
    /// Goes back to the last configuration that could be used.
    LastGood,
    /// Writes the files of the service anew, and starts it with them.
    Service {
        /// Whose it is.
        manager: Manager,
        /// What is written.
        files: Vec<File>,
    },
    /// Lets services outlive the session.
    Linger,
    /// Starts the daemon anew.
    Restart,
    /// Moves credentials out of files into the keychain.
    Migrate,
}

impl Mend {
    /// What it does, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Private(path) => {
                format!("takes the rights of others away from {}", path.display())
            }
            Self::MakeHome => "makes what is missing".to_owned(),
            Self::LastGood => format!("goes back to {LAST_GOOD}, and keeps this one as {BROKEN}"),
            Self::Service { .. } => "writes its files anew, and restarts the daemon".to_owned(),
            Self::Linger => "has your services run without you being logged in".to_owned(),
            Self::Restart => "restarts the daemon".to_owned(),
            Self::Migrate => "moves them into the keychain".to_owned(),
        }
    }

    /// Whether it cannot be undone by the opposite, or interrupts what is at work.
    pub(super) fn is_asked_about(&self) -> bool {
        match self {
            Self::Private(_) | Self::MakeHome | Self::Linger => false,
            Self::LastGood | Self::Service { .. } | Self::Restart | Self::Migrate => true,
        }
    }

    /// Does it.
    pub(super) async fn apply(&self, context: &Context) -> Result<()> {
        match self {
            Self::Private(path) => make_private(path),
            Self::MakeHome => init::make(context).map(|_| ()),
            Self::LastGood => go_back(context),
            Self::Service { manager, files } => {
                manager.install(files)?;
                manager.restart()
            }
            Self::Linger => install::linger(),
            Self::Restart => crate::command::daemon::run(
                crate::command::daemon::Daemon::Restart { now: false },
                context,
            )
            .await
            .map(|_| ()),
            Self::Migrate => migrate(context).await,
        }
    }
}

/// Asks the person; where there is none, says which flag answers.
pub(super) fn agrees(problem: &Problem, mend: &Mend, context: &Context) -> Result<bool> {
    let environment = &context.environment;
    let question = format!("{}: {}", problem.check, text::one_line(&problem.what));
    if !environment.is_stdin_tty || !environment.is_stderr_tty || context.output.is_json() {
        context
            .output
            .note(&format!("{question}: left alone, because --fix asks before; answer with --yes"));
        return Ok(false);
    }
    let mut terminal = std::io::stderr();
    write!(terminal, "{question}\n--fix {}. Do it? [y/N] ", mend.words())?;
    terminal.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

#[cfg(unix)]
fn make_private(path: &std::path::Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut rights = std::fs::symlink_metadata(path)?.permissions();
    rights.set_mode(rights.mode() & 0o700);
    let set = std::fs::set_permissions(path, rights);
    set.map_err(|error| {
        CliError::failed(format!("the rights of {} stay as they are: {error}", path.display()))
            .fix(format!("sudo chmod go= {}", path.display()))
    })
}

#[cfg(not(unix))]
fn make_private(_: &std::path::Path) -> Result<()> {
    Ok(())
}

/// Both files stay: nothing that somebody wrote is lost.
fn go_back(context: &Context) -> Result<()> {
    let (config, broken) = (context.home.join("nexus.toml"), context.home.join(BROKEN));
    if broken.exists() {
        let what = format!("{} is there from another time", broken.display());
        return Err(
            CliError::failed(what).fix(format!("move it away: mv {0} {0}.old", broken.display()))
        );
    }
    std::fs::copy(&config, &broken)?;
    let draft = context.home.join("nexus.toml.new");
    std::fs::copy(context.home.join(LAST_GOOD), &draft)?;
    Ok(std::fs::rename(draft, config)?)
}

async fn migrate(context: &Context) -> Result<()> {
    let client = context.connect().await?;
    let params = MigrateParams {
        to: MigrateTo::Keychain,
        names: Vec::new(),
        dry_run: false,
        idempotency_key: context.fresh_key()?,
    };
    let result = client.request::<call::CredentialsMigrate>(params).await?;
    match result.migrated.into_iter().find(|one| one.to.is_none()) {
        None => Ok(()),
        Some(stayed) => Err(CliError::failed(format!("{} {}", stayed.name, stayed.note))),
    }
}
