//! What `nexusd` does besides running: make a home, check a configuration, care for the database.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use nexus_domain::Timestamp;
use nexus_domain::failure::Failure;
use nexus_ledger::{AuditEvidence, AuditPublicKey, maintenance as ledger};
use serde_json::{Value, json};

use crate::clock::{SupervisorClock, SystemClock};
use crate::config::{self, Environment, Overlay};
use crate::entry;
use crate::home::{Home, HomeLock, Owner, OwnerKind};
use crate::jobs::adapters::program;

/// Exit code when the command worked and found problems.
const EXIT_FOUND: u8 = 6;
/// PATH of adapters, as they are given it.
const ADAPTER_PATH: &str = crate::jobs::adapters::PATH;
/// Most bytes of the params of a method, in bytes.
const PARAMS_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// What to do instead of running.
#[derive(Subcommand)]
pub enum Command {
    /// Make whatever the home lacks
    Init {
        /// Answer as one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Check the configuration
    Check {
        /// A file to check in place of the home's nexus.toml
        #[arg(long)]
        config: Option<PathBuf>,
        /// Answer as one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Answer a method of the configuration without a daemon; its params come as JSON on stdin
    Config {
        /// The method, such as `config.set`
        method: String,
        /// Answer as one JSON document, which is the only way
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of nexus.toml
    Schema,
    /// Care for the database
    Db {
        #[command(subcommand)]
        command: DbCommand,
    },
    /// Find out whether a program keeps the adapter contract
    AdapterCheck {
        /// Its settings, as a JSON object
        #[arg(long, default_value = "{}")]
        config: String,
        /// Answer as one JSON document, which is the only way
        #[arg(long)]
        json: bool,
        /// Program and arguments
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Check the record of decisions
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}

/// What to do with the record of decisions.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Recompute the chain and check its signatures; works beside a running daemon and without one
    Verify {
        /// Trust only this public key instead of those beside the ledger; may be repeated
        #[arg(long)]
        key: Vec<String>,
        /// Check against this copy of state/audit.checkpoint
        #[arg(long)]
        checkpoint: Option<PathBuf>,
        /// Answer as one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// What to do with the database.
#[derive(Subcommand)]
pub enum DbCommand {
    /// Read all of it and report damage; works beside a running daemon
    Check {
        /// Answer as one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Copy it to a file and check the copy; works beside a running daemon
    Backup {
        /// The new file
        to: PathBuf,
        /// Answer as one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Give back unused space; the daemon must be stopped
    Compact {
        /// Answer as one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// An answer: whether all is well, for programs, for people.
struct Answer {
    is_ok: bool,
    json: Value,
    text: String,
}

/// Does what the command says.
#[must_use]
pub fn run(command: Command, home: &Home, environment: &Environment) -> ExitCode {
    let (as_json, answer) = match command {
        Command::Init { json } => (json, init(home)),
        Command::Check { config, json } => {
            (json, Ok(check(&config.unwrap_or_else(|| home.config_file()), environment)))
        }
        Command::Config { method, .. } => (true, config_method(&method, home, environment)),
        Command::Schema => (false, schema()),
        Command::AdapterCheck { config, command, .. } => {
            (true, adapter_check(&config, command, environment))
        }
        Command::Db { command: DbCommand::Check { json } } => (json, db_check(home)),
        Command::Db { command: DbCommand::Backup { to, json } } => (json, db_backup(home, &to)),
        Command::Db { command: DbCommand::Compact { json } } => (json, db_compact(home)),
        Command::Audit { command: AuditCommand::Verify { key, checkpoint, json } } => {
            (json, audit_verify(home, &key, checkpoint.as_deref()))
        }
    };
    match answer {
        Ok(answer) => {
            let text = if as_json { answer.json.to_string() } else { answer.text };
            // A reader that went away needs no answer.
            let _ = writeln!(std::io::stdout(), "{text}");
            if answer.is_ok { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FOUND) }
        }
        Err(failure) if as_json => {
            let error = nexus_protocol::WireError::from(&failure);
            let _ = writeln!(std::io::stdout(), "{}", json!({ "error": error }));
            ExitCode::FAILURE
        }
        Err(failure) => complain(&failure.message, failure.hint.as_deref()),
    }
}

/// Says what went wrong and how to mend it.
#[must_use]
pub fn complain(message: &str, hint: Option<&str>) -> ExitCode {
    let mut terminal = std::io::stderr();
    let _ = writeln!(terminal, "error: {message}");
    if let Some(hint) = hint {
        let _ = writeln!(terminal, "  fix  {hint}");
    }
    ExitCode::FAILURE
}

fn init(home: &Home) -> Result<Answer, Failure> {
    let made = home.init()?;
    let names: Vec<_> = made.iter().map(|path| path.display().to_string()).collect();
    let text = match names.is_empty() {
        true => format!("{} is complete", home.root().display()),
        false => format!("made {}", names.join("\n     ")),
    };
    let json = json!({ "home": home.root(), "made": names });
    Ok(Answer { is_ok: true, json, text })
}

fn check(file: &std::path::Path, environment: &Environment) -> Answer {
    let overlay = Overlay::new(environment.clone(), Vec::new());
    let (errors, warnings, values) = match config::load(file, &overlay) {
        Ok(loaded) => (Vec::new(), loaded.warnings, loaded.config.values),
        Err(errors) => (errors, Vec::new(), Vec::new()),
    };
    let lines = |findings: &[config::Finding]| -> Vec<String> {
        findings.iter().map(ToString::to_string).collect()
    };
    let (errors, warnings) = (lines(&errors), lines(&warnings));
    let is_ok = errors.is_empty();
    let mut text: Vec<_> = errors.iter().map(|line| format!("error: {line}")).collect();
    text.extend(warnings.iter().map(|line| format!("warning: {line}")));
    if is_ok {
        text.push(format!("{} is valid", file.display()));
    }
    let json = json!({
        "ok": is_ok, "path": file, "errors": errors, "warnings": warnings, "values": values,
    });
    Answer { is_ok, json, text: text.join("\n") }
}

fn config_method(method: &str, home: &Home, environment: &Environment) -> Result<Answer, Failure> {
    let mut params = String::new();
    let stdin = std::io::stdin().lock().take(PARAMS_BYTES_MAX).read_to_string(&mut params);
    stdin.map_err(|error| Failure::invalid(format!("the params cannot be read: {error}")))?;
    let json = config::offline::answer(method, &params, home, environment)?;
    let text = json.to_string();
    Ok(Answer { is_ok: true, json, text })
}

/// Starts an adapter again and again, in a folder that is gone afterwards, and tells what it did.
fn adapter_check(
    config: &str,
    command: Vec<String>,
    environment: &Environment,
) -> Result<Answer, Failure> {
    use nexus_supervisor::conformance::{Outcome, Subject, check};
    let config = serde_json::from_str(config).map_err(|error| {
        Failure::invalid(format!("the settings are no JSON object: {error}"))
            .hint("such as '{\"listen\": \"127.0.0.1:0\"}'")
    })?;
    let folder = tempfile::tempdir().map_err(Failure::internal)?;
    let own = entry::sandbox(environment).helper;
    let mut command = command;
    if let Some(program) = command.first_mut() {
        *program = program::find(program, own.as_deref().and_then(Path::parent))?;
    }
    let subject = Subject {
        command,
        folder: folder.path().to_owned(),
        path: ADAPTER_PATH.to_owned(),
        config,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let clock = std::sync::Arc::new(SupervisorClock(std::sync::Arc::new(SystemClock::new())));
    let card = runtime.map_err(Failure::internal)?.block_on(check(&subject, clock));
    let is_ok = !card.iter().any(|check| matches!(check.outcome, Outcome::Failed(_)));
    Ok(Answer { is_ok, json: json!({ "ok": is_ok, "checks": card }), text: String::new() })
}

fn schema() -> Result<Answer, Failure> {
    let text = config::schema_text().map_err(Failure::internal)?;
    Ok(Answer { is_ok: true, json: Value::Null, text: text.trim_end().to_owned() })
}

fn db_check(home: &Home) -> Result<Answer, Failure> {
    let report = ledger::check(&home.ledger_file())?;
    let mut text = vec![format!(
        "{}: schema {}, {} bytes",
        report.path.display(),
        report.schema_found,
        report.n_bytes
    )];
    text.extend(report.integrity.iter().map(|line| format!("damage: {line}")));
    text.extend(report.foreign_keys.iter().map(|line| format!("dangling: {line}")));
    if let Some(audit) = &report.audit {
        text.push(format!("audit chain: {} rows, whole", audit.n_rows));
    }
    if let Some(broken) = &report.audit_break {
        text.push(format!("audit chain: broken at {}: {}", broken.position.0, broken.reason));
    }
    let verdict = match report.is_ok {
        true => "nothing is wrong",
        false => "keep this file, stop the daemon, and go back to a backup",
    };
    text.push(verdict.to_owned());
    let json = serde_json::to_value(&report).map_err(Failure::internal)?;
    Ok(Answer { is_ok: report.is_ok, json, text: text.join("\n") })
}

fn audit_verify(
    home: &Home,
    keys: &[String],
    checkpoint: Option<&std::path::Path>,
) -> Result<Answer, Failure> {
    let file = home.ledger_file();
    let mut evidence = AuditEvidence::beside(&file)?;
    if !keys.is_empty() {
        evidence.keys =
            keys.iter().map(|key| AuditPublicKey::read(key)).collect::<Result<_, _>>()?;
    }
    if let Some(path) = checkpoint {
        let noted = AuditEvidence::checkpoint(path)?;
        evidence.noted =
            Some(noted.ok_or_else(|| {
                Failure::not_found(format!("there is no file {}", path.display()))
            })?);
    }
    let (is_ok, json, text) = match ledger::verify_audit(&file, &evidence)? {
        Ok(summary) => {
            let text = format!(
                "audit chain: {} rows, whole; signed to row {}",
                summary.n_rows, summary.signed_to.0
            );
            (true, serde_json::to_value(&summary).map_err(Failure::internal)?, text)
        }
        Err(broken) => {
            let text =
                format!("audit chain: broken at row {}: {}", broken.position.0, broken.reason);
            (false, json!({ "broken": broken }), text)
        }
    };
    let mut json = json;
    json["is_ok"] = is_ok.into();
    Ok(Answer { is_ok, json, text })
}

fn db_backup(home: &Home, to: &std::path::Path) -> Result<Answer, Failure> {
    let report = ledger::backup(&home.ledger_file(), to)?;
    let text = format!("{}: {} bytes, checked", report.path.display(), report.n_bytes);
    let json = serde_json::to_value(&report).map_err(Failure::internal)?;
    Ok(Answer { is_ok: report.check.is_ok, json, text })
}

fn db_compact(home: &Home) -> Result<Answer, Failure> {
    let owner = Owner::of_process(OwnerKind::Headless, Timestamp::default());
    let lock = HomeLock::take(home, owner)?;
    let report = ledger::compact(&home.ledger_file())?;
    drop(lock);
    let text = format!("{} bytes before, {} after", report.n_bytes_before, report.n_bytes_after);
    let json = serde_json::to_value(&report).map_err(Failure::internal)?;
    Ok(Answer { is_ok: true, json, text })
}
