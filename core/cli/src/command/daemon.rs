//! `nexus daemon`: the daemon as a process.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use nexus_client::call;
use nexus_protocol::runtime::{ReloadParams, ReloadResult};
use serde_json::{Value, json};

use super::install::{self, Install, Uninstall};
use super::lifecycle::{down, start};
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Output, Sign, style, text};
use crate::service::Manager;

/// Most bytes that are read from the end of a log, in bytes.
const TAIL_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Pause between two looks at a log that is followed, in milliseconds.
const FOLLOW_MS: u64 = 250;

const START_EXAMPLES: &str = "\
Examples
  nexus daemon start
  nexus daemon start --port 18790";
const STOP_EXAMPLES: &str = "\
Examples
  nexus daemon stop
  nexus daemon stop --now";
const RESTART_EXAMPLES: &str = "\
Examples
  nexus daemon restart
  nexus daemon restart --now";
const STATUS_EXAMPLES: &str = "\
Examples
  nexus daemon status
  nexus daemon status --json";
const RELOAD_EXAMPLES: &str = "\
Examples
  nexus daemon reload
  nexus daemon reload --json";
const LOGS_EXAMPLES: &str = "\
Examples
  nexus daemon logs -n 50
  nexus daemon logs -f
  nexus daemon logs --json | grep ERROR";

/// The process.
#[derive(Debug, Subcommand)]
pub(crate) enum Daemon {
    /// Start it in the background
    #[command(after_help = START_EXAMPLES)]
    Start {
        /// Port of the control plane for this run
        #[arg(long, value_name = "PORT")]
        port: Option<u16>,
    },
    /// Drain and stop it
    #[command(after_help = STOP_EXAMPLES)]
    Stop {
        /// Do not wait for runs
        #[arg(long)]
        now: bool,
    },
    /// Stop and start it
    #[command(after_help = RESTART_EXAMPLES)]
    Restart {
        /// Do not wait for runs
        #[arg(long)]
        now: bool,
    },
    /// Whether it runs, where, and since when
    #[command(after_help = STATUS_EXAMPLES)]
    Status,
    /// Read the configuration again; an invalid one changes nothing
    #[command(after_help = RELOAD_EXAMPLES)]
    Reload,
    /// Have the system start it and look after it
    Install(Install),
    /// Take it out of the system's hands
    Uninstall(Uninstall),
    /// What it logged
    #[command(visible_alias = "log", after_help = LOGS_EXAMPLES)]
    Logs {
        /// Go on with what comes
        #[arg(long, short)]
        follow: bool,
        /// The last so many lines
        #[arg(long, short = 'n', value_name = "N", default_value_t = 100)]
        lines: usize,
    },
}

pub(crate) async fn run(daemon: Daemon, context: &Context) -> Result<Exit> {
    match daemon {
        Daemon::Start { port } => started(port, context).await,
        Daemon::Stop { now } => {
            let pid = down::stop(now, "nexus daemon stop", context).await?;
            let word = if pid.is_some() { "has stopped" } else { "was not running" };
            said(&json!({ "wasRunning": pid.is_some(), "pid": pid }), word, context)
        }
        Daemon::Restart { now } => {
            // A port that was chosen for this run only must not change under open links.
            let port = match Manager::for_home(&context.home, &context.environment) {
                Some(_) => None,
                None => {
                    let running = context.running().await.ok();
                    running.and_then(|running| port_of(&running.address))
                }
            };
            down::stop(now, "nexus daemon restart", context).await?;
            started(port, context).await
        }
        Daemon::Status => status(context).await,
        Daemon::Reload => {
            let result = reload(context).await?;
            if context.output.is_json() {
                context.output.document(&result)?;
            } else {
                show_reload(&result, context)?;
            }
            Ok(Exit::Ok)
        }
        Daemon::Install(order) => install::install(order, context).await,
        Daemon::Uninstall(order) => install::uninstall(order, context).await,
        Daemon::Logs { follow, lines } => logs(follow, lines, context).await,
    }
}

fn port_of(address: &str) -> Option<u16> {
    address.rsplit_once(':').and_then(|(_, port)| port.parse().ok())
}

async fn started(port: Option<u16>, context: &Context) -> Result<Exit> {
    let started = start::ensure(port, context).await?;
    let running = &started.running;
    let word = if started.was_running { "runs already at" } else { "is up at" };
    let document = json!({
        "address": running.address, "pid": running.pid, "wasRunning": started.was_running,
    });
    said(&document, &format!("{word} {} (process {})", running.address, running.pid), context)
}

fn said(document: &Value, words: &str, context: &Context) -> Result<Exit> {
    if context.output.is_json() {
        context.output.document(document)?;
    } else {
        let sign = context.output.sign(Sign::Good);
        context.output.line(&format!("{sign} the daemon {words}"))?;
    }
    Ok(Exit::Ok)
}

async fn status(context: &Context) -> Result<Exit> {
    let service = Manager::for_home(&context.home, &context.environment);
    let service = service.map(|(manager, installed)| install::line(&manager, &installed));
    let running = context.running().await?;
    let client = context.connect().await?;
    let uptime_ms = client.hello().snapshot.uptime_ms;
    let output = &context.output;
    if output.is_json() {
        output.document(&json!({
            "isRunning": true, "pid": running.pid, "address": running.address,
            "kind": running.kind, "version": running.version, "uptimeMs": uptime_ms,
            "home": context.home, "service": service,
        }))?;
    } else {
        output.line(&format!(
            "{} running · nexus {} ({}) · {} · process {} · up {}",
            output.sign(Sign::Good),
            running.version,
            running.kind,
            running.address,
            running.pid,
            text::duration_ms(uptime_ms)
        ))?;
        if let Some(service) = service {
            output.line(&format!("  {service}"))?;
        }
    }
    Ok(Exit::Ok)
}

/// Asks the daemon to read its configuration again.
pub(crate) async fn reload(context: &Context) -> Result<ReloadResult> {
    let client = context.connect().await?;
    let params = ReloadParams { idempotency_key: context.fresh_key()? };
    Ok(client.request::<call::RuntimeReload>(params).await?)
}

/// Says what a reload changed.
pub(crate) fn show_reload(result: &ReloadResult, context: &Context) -> Result<()> {
    let output = &context.output;
    match result.changed.as_slice() {
        [] if result.needs_restart.is_empty() => output.line("nothing has changed")?,
        [] => {}
        changed => {
            let sign = output.sign(Sign::Good);
            output.line(&format!("{sign} in force: {}", changed.join(", ")))?;
        }
    }
    if !result.needs_restart.is_empty() {
        let keys = result.needs_restart.join(", ");
        let sign = output.sign(Sign::Warn);
        output.line(&format!("{sign} after a restart: {keys}   nexus daemon restart"))?;
    }
    for warning in &result.warnings {
        let sign = output.sign_note(Sign::Warn);
        output.note(&format!("{sign} {}", text::one_line(warning)));
    }
    Ok(())
}

fn log_file(home: &Path) -> PathBuf {
    home.join("state/logs/nexusd.log")
}

/// The last lines of the log, as people read them.
pub(crate) fn last_lines(home: &Path, n: usize) -> Vec<String> {
    let (lines, _) = tail(&log_file(home), n).unwrap_or_default();
    lines.iter().map(|line| readable(line, |_, text| text.to_owned())).collect()
}

/// The last whole lines of a file, and where it ended.
fn tail(path: &Path, n: usize) -> std::io::Result<(Vec<String>, u64)> {
    let mut file = File::open(path)?;
    let end = file.metadata()?.len();
    let from = end.saturating_sub(TAIL_BYTES_MAX);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(end - from).read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let position = from + whole as u64;
    let text = String::from_utf8_lossy(&bytes[..whole]).into_owned();
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    let skip = lines.len().saturating_sub(n);
    Ok((lines[skip..].to_vec(), position))
}

async fn logs(follow: bool, n: usize, context: &Context) -> Result<Exit> {
    let path = log_file(&context.home);
    let (lines, mut position) = match tail(&path, n) {
        Ok(tail) => tail,
        Err(_) if follow => (Vec::new(), 0),
        Err(e) => {
            let what = format!("there is no log at {}: {e}", path.display());
            return Err(CliError::new(Exit::NotFound, "NOT_FOUND", what).fix("nexus up"));
        }
    };
    let output = &context.output;
    for line in &lines {
        show_line(line, output)?;
    }
    if !follow {
        return Ok(Exit::Ok);
    }
    loop {
        tokio::time::sleep(Duration::from_millis(FOLLOW_MS)).await;
        let length = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        // A shorter file is a new one: the old one was put aside.
        if length < position {
            position = 0;
        }
        if length > position {
            let mut file = File::open(&path)?;
            file.seek(SeekFrom::Start(position))?;
            let mut bytes = Vec::new();
            file.take(TAIL_BYTES_MAX).read_to_end(&mut bytes)?;
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            position += whole as u64;
            for line in String::from_utf8_lossy(&bytes[..whole]).lines() {
                show_line(line, output)?;
            }
        }
    }
}

fn show_line(line: &str, output: &Output) -> Result<()> {
    if output.is_json() || !output.is_tty() {
        return output.line(line);
    }
    output.line(&readable(line, |level, text| {
        let level_style = match level {
            "ERROR" => style::BAD,
            "WARN" => style::WARN,
            "INFO" => style::GOOD,
            _ => style::DIM,
        };
        output.paint(level_style, text)
    }))
}

/// A line of the log for people: time, level, what happened, the fields.
fn readable(line: &str, paint: impl Fn(&str, &str) -> String) -> String {
    let Ok(Value::Object(record)) = serde_json::from_str(line) else {
        return text::clean(line);
    };
    let text_of = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default();
    let time = text_of("timestamp").get(11..19).unwrap_or_default();
    let level = text_of("level");
    let fields = record.get("fields").and_then(Value::as_object);
    let message = fields.and_then(|fields| fields.get("message")).and_then(Value::as_str);
    let rest = fields.into_iter().flatten().filter(|(key, _)| *key != "message");
    let rest = rest.map(|(key, value)| match value {
        Value::String(text) => format!("{key}={text}"),
        other => format!("{key}={other}"),
    });
    let rest = rest.collect::<Vec<_>>().join(" ");
    text::one_line(&format!("{time} ")).to_owned()
        + " "
        + &paint(level, &text::pad(level, 5))
        + " "
        + &text::one_line(&format!("{} {rest}", message.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_reads_as_a_sentence() {
        let line = r#"{"timestamp":"2026-11-20T14:02:11.5Z","level":"WARN","fields":{"message":"model failed","model":"a/b","tries":2},"target":"x"}"#;
        assert_eq!(
            readable(line, |_, text| text.to_owned()),
            "14:02:11 WARN  model failed model=a/b tries=2"
        );
        assert_eq!(readable("plain\x1b[2J", |_, t| t.to_owned()), "plain\\u{1b}[2J");
    }

    #[test]
    fn the_tail_holds_whole_lines_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "a\nb\nc\nhalf").unwrap();
        assert_eq!(tail(&path, 2).unwrap(), (vec!["b".to_owned(), "c".to_owned()], 6));
    }
}
