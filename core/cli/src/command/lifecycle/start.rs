//! Starting the daemon and waiting until it is ready, honestly.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nexus_client::Discovery;
use nexus_client::discovery::Running;
use nexus_client::http::{self, HttpRequest};

use super::{down, init};
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Sign, text};
use crate::process::{Detached, Wish};
use crate::service::Manager;

/// Time the daemon has to become ready, in milliseconds: a large ledger may have to be migrated.
const READY_MS_MAX: u64 = 60_000;
/// Pause between two looks, in milliseconds.
const LOOK_MS: u64 = 50;
/// Time after which the wait is explained, in milliseconds.
const EXPLAIN_AFTER_MS: u64 = 2_000;
/// Time between two words while waiting, in milliseconds.
const EXPLAIN_EVERY_MS: u64 = 5_000;
/// Time a readiness probe has, in milliseconds.
const PROBE_MS_MAX: u64 = 2_000;
/// Lines of the log that are shown when the start failed.
const LOG_LINES: usize = 8;

/// What the daemon prints before its log works.
pub(crate) fn printed_log(home: &Path) -> PathBuf {
    home.join("state/logs/nexusd.out")
}

/// A daemon that is up, and whether it was before.
pub(crate) struct Started {
    pub(crate) running: Running,
    pub(crate) was_running: bool,
}

/// Makes sure that a daemon runs in this home and is ready.
pub(crate) async fn ensure(port: Option<u16>, context: &Context) -> Result<Started> {
    let found = Discovery::find(&context.home).await;
    if let Discovery::Unreachable { .. } = found {
        context.output.note("a daemon is starting or stopping in this home; waiting for it");
    }
    if found != Discovery::NotRunning {
        match wait_ready(context, None).await {
            Ok(running) => return Ok(Started { running, was_running: true }),
            // It was on its way down, and its place is free now.
            Err(error) if error.code == "DAEMON_NOT_RUNNING" => {}
            Err(error) => return Err(error),
        }
    }
    let made = init::make(context)?;
    if made["made"].as_array().is_some_and(|made| !made.is_empty()) {
        let sign = context.output.sign_note(Sign::Good);
        context.output.note(&format!("{sign} made the home {}", context.home.display()));
    }
    // A port for this run only is no matter of the service.
    let service = Manager::for_home(&context.home, &context.environment);
    if let (Some((manager, _)), None) = (service, port) {
        manager.start()?;
        let running = wait_ready_beside(context).await?;
        return Ok(Started { running, was_running: false });
    }
    let wish = Wish { port, ..Wish::default() };
    let mut child = context.nexusd()?.start_detached(wish, &printed_log(&context.home))?;
    let running = wait_ready(context, Some(&mut child)).await?;
    Ok(Started { running, was_running: false })
}

/// Starts a daemon in the place of whoever owns the home, and waits until it is ready.
pub(crate) async fn take_over(wish: Wish, context: &Context) -> Result<Running> {
    init::make(context)?;
    let service = Manager::for_home(&context.home, &context.environment);
    if let (Some((manager, _)), None) = (service, wish.port) {
        // The service starts as it is written down: its way is free once the owner is gone.
        down::stop(false, "nexus up --take-over", context).await?;
        manager.start()?;
        return wait_ready_beside(context).await;
    }
    let mut child = context.nexusd()?.start_detached(wish, &printed_log(&context.home))?;
    let pid = child.id();
    let (mut waited_ms, mut explain_at_ms) = (0, EXPLAIN_AFTER_MS);
    loop {
        if let Discovery::Running(running) = Discovery::find(&context.home).await
            && Some(running.pid) == pid
            && is_ready(&running).await
        {
            return Ok(running);
        }
        if let Some(status) = child.try_wait().ok().flatten() {
            return Err(ended(context, &status.to_string()));
        }
        if waited_ms >= READY_MS_MAX {
            return Err(too_slow(context, "it waits for the present owner to let go"));
        }
        if waited_ms >= explain_at_ms {
            let printed = std::fs::read_to_string(printed_log(&context.home)).unwrap_or_default();
            let said = printed.lines().last().unwrap_or("waiting for the present owner");
            context.output.note(&format!("  {}", text::one_line(said)));
            explain_at_ms += EXPLAIN_EVERY_MS;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        waited_ms += LOOK_MS;
    }
}

/// Waits until the daemon of this home says that it is ready.
pub(crate) async fn wait_ready(
    context: &Context,
    mut child: Option<&mut Detached>,
) -> Result<Running> {
    let mut waited_ms = 0;
    let mut explain_at_ms = EXPLAIN_AFTER_MS;
    let mut state;
    loop {
        match Discovery::find(&context.home).await {
            Discovery::Running(running) => {
                if is_ready(&running).await {
                    return Ok(running);
                }
                state = "it answers and takes up unfinished work";
            }
            Discovery::Unreachable { .. } => state = "it has not opened its port yet",
            Discovery::NotRunning => {
                state = "it has not taken its home yet";
                // Without a child of ours, somebody else's daemon has ended while we waited.
                if child.is_none() {
                    return Err(CliError::not_running(&context.home));
                }
            }
        }
        let status = child.as_mut().and_then(|child| child.try_wait().ok().flatten());
        if let Some(status) = status {
            if Discovery::find(&context.home).await == Discovery::NotRunning {
                return Err(ended(context, &status.to_string()));
            }
            // Somebody else started a daemon at the same moment and was first: that one will do.
            child = None;
        }
        if waited_ms >= READY_MS_MAX {
            return Err(too_slow(context, state));
        }
        if waited_ms >= explain_at_ms {
            let waited = text::duration_ms(waited_ms);
            context.output.note(&format!("  waiting for the daemon ({waited}): {state}"));
            explain_at_ms += EXPLAIN_EVERY_MS;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        waited_ms += LOOK_MS;
    }
}

async fn is_ready(running: &Running) -> bool {
    let request = HttpRequest {
        address: &running.address,
        trust: None,
        path: "/ready",
        token: None,
        body: None,
        within_ms: PROBE_MS_MAX,
    };
    matches!(http::send(request).await, Ok(answer) if answer.status == 200)
}

/// The daemon ended while it started: its own words are the reason.
fn ended(context: &Context, status: &str) -> CliError {
    let printed = std::fs::read_to_string(printed_log(&context.home)).unwrap_or_default();
    let lines: Vec<_> = printed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let said = lines.iter().find_map(|line| line.strip_prefix("error: "));
    let mut error = CliError::failed(match said {
        Some(said) => format!("the daemon did not start: {said}"),
        None => format!("the daemon ended while it started ({status})"),
    });
    error.fix.extend(
        lines.iter().filter_map(|line| line.strip_prefix("fix ")).map(|fix| fix.trim().to_owned()),
    );
    if said.is_none() && !lines.is_empty() {
        let from = lines.len().saturating_sub(LOG_LINES);
        error = error.why(lines[from..].join("\n       "));
    }
    if error.fix.is_empty() {
        error.fix.extend(["nexus doctor".to_owned(), "nexus daemon logs".to_owned()]);
    }
    error
}

fn too_slow(context: &Context, state: &str) -> CliError {
    let what = format!("the daemon was not ready within {}", text::duration_ms(READY_MS_MAX));
    let mut error = CliError::new(Exit::Timeout, "START_TIMEOUT", what);
    error.is_retryable = true;
    let tail = crate::command::daemon::last_lines(&context.home, LOG_LINES).join("\n       ");
    let why = if tail.is_empty() { state.to_owned() } else { format!("{state}\n       {tail}") };
    error.why(why).fix("nexus daemon logs -f").fix("nexus down --now && nexus up")
}

/// Waits for a daemon that somebody else watches: only its readiness is looked at.
pub(crate) async fn wait_ready_beside(context: &Context) -> Result<Running> {
    let mut waited_ms = 0;
    loop {
        if let Discovery::Running(running) = Discovery::find(&context.home).await
            && is_ready(&running).await
        {
            return Ok(running);
        }
        if waited_ms >= READY_MS_MAX {
            return Err(too_slow(context, "it does not say that it is ready"));
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        waited_ms += LOOK_MS;
    }
}
