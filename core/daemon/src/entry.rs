//! The command line of `nexusd`. A function of the library, so that scenarios run the very same
//! program with their crash points armed.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use crate::config::{self, Environment, Overlay, home_from_environment};
use crate::home::{Home, OwnerKind};
use crate::jobs::guard::Crashes;
use crate::maintenance::{self, Command};
use crate::{Daemon, StartOptions, handover, logging, signals};
use clap::Parser;
use nexus_sandbox::SandboxOptions;

/// What `nexusd --version` says: an update is a way without return where the tables move on.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!("{}\nledger schema {}", env!("CARGO_PKG_VERSION"), nexus_ledger::SCHEMA_VERSION)
});

/// Runs the Nexus daemon in the foreground.
#[derive(Parser)]
#[command(name = "nexusd", version, long_version = VERSION.as_str())]
struct Arguments {
    /// Home folder [default: $NEXUS_ROOT, else ~/nexus]
    #[arg(long, global = true)]
    home: Option<PathBuf>,
    /// Port of the control plane; 0 takes a free one
    #[arg(long)]
    port: Option<u16>,
    /// Take the home over from the daemon that owns it, which finishes what is in hand first
    #[arg(long)]
    take_over: bool,
    /// Take it also from one that does not answer
    #[arg(long, requires = "take_over")]
    force: bool,
    /// Start in safe mode: no adapter runs
    #[arg(long)]
    safe: bool,
    /// Also write the log to the terminal
    #[arg(long)]
    log_stderr: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Does what the command line says.
#[must_use]
pub fn main() -> ExitCode {
    if let Some(code) = run_helper_if_asked() {
        return code;
    }
    let arguments = Arguments::parse();
    let environment = Environment::of_process();
    let home = match home_from_environment(arguments.home, &environment) {
        Ok(home) => home,
        Err(text) => return maintenance::complain(&text, None),
    };
    if let Some(command) = arguments.command {
        return maintenance::run(command, &Home::new(home), &environment);
    }
    let mut options = StartOptions::new(home, OwnerKind::Headless);
    options.port = arguments.port;
    // Before there are threads: it takes what it reads out of the environment.
    options.listener = match listenfd::ListenFd::from_env().take_tcp_listener(0) {
        Ok(listener) => listener,
        Err(error) => {
            let text =
                format!("the socket that the service manager handed over is of no use: {error}");
            return maintenance::complain(
                &text,
                Some("use ListenStream=127.0.0.1:PORT in the socket unit"),
            );
        }
    };
    if options.listener.is_some() || environment.get("NOTIFY_SOCKET").is_some() {
        options.kind = OwnerKind::Service;
    }
    options.sandbox = sandbox(&environment);
    options.environment = environment;
    options.is_safe = arguments.safe;
    let how = How {
        log_stderr: arguments.log_stderr,
        takes_over: arguments.take_over,
        is_forced: arguments.force,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return maintenance::complain(&error.to_string(), None),
    };
    let code = runtime.block_on(run(options, &how));
    // Whatever a deposed daemon still waits for must not keep it here.
    runtime.shutdown_background();
    code
}

/// Exit code of a daemon whose home was taken without its consent.
const EXIT_DEPOSED: u8 = 3;
/// Exit code of a daemon that crashed and is not started again by its own process: that of
/// `sysexits.h` for a defect of the program.
const EXIT_CRASHED: u8 = 70;

/// How it is run.
struct How {
    log_stderr: bool,
    takes_over: bool,
    is_forced: bool,
}

/// Does the work of a helper if this process was started for one; a program that holds a daemon
/// calls it first of all.
#[must_use]
pub fn run_helper_if_asked() -> Option<ExitCode> {
    nexus_sandbox::helper::run_if_asked()
}

/// The daemon is its own helper: it starts itself again to run programs.
#[must_use]
#[cfg_attr(not(feature = "test-util"), allow(unused_variables, reason = "only scenarios ask"))]
pub fn sandbox(environment: &Environment) -> SandboxOptions {
    let helper = std::env::current_exe();
    let helper = helper.inspect_err(|error| tracing::warn!(%error, "no path to this program"));
    #[cfg(feature = "test-util")]
    let without = environment
        .get("NEXUS_SANDBOX_WITHOUT")
        .map(|names| names.split(',').filter_map(nexus_sandbox::Mechanism::of_name).collect())
        .unwrap_or_default();
    #[cfg(not(feature = "test-util"))]
    let without = Vec::new();
    SandboxOptions { helper: helper.ok(), without }
}

async fn run(mut options: StartOptions, how: &How) -> ExitCode {
    #[cfg(feature = "test-util")]
    if let Some(tick_ms) =
        options.environment.get("NEXUS_POWER_TICK_MS").and_then(|ms| ms.parse().ok())
    {
        options.power.tick_ms = tick_ms;
    }
    #[cfg(feature = "test-util")]
    if let Some(point) = options.environment.get("NEXUS_CRASH_AT") {
        crate::crash::arm(point);
    }
    #[cfg(feature = "test-util")]
    if let Some(point) = options.environment.get("NEXUS_HOLD_AT") {
        crate::crash::hold(point, &options.home);
    }
    #[cfg(feature = "test-util")]
    if let Some(part) = options.environment.get("NEXUS_PANIC_IN") {
        crate::crash::arm_panic(part);
    }
    signals::survive_file_limits();
    let home = Home::new(options.home.clone());
    if let Err(failure) = home.init() {
        return maintenance::complain(&failure.message, failure.hint.as_deref());
    }
    // A configuration that cannot be read is reported by the start; until then logs go as usual.
    let loaded =
        config::load(&home.config_file(), &Overlay::new(options.environment.clone(), vec![])).ok();
    let logging = loaded.map(|loaded| loaded.config.logging).unwrap_or_default();
    logging::init(&logging, &home.logs(), how.log_stderr, &options.redactor);
    if how.takes_over
        && let Err(failure) = handover::take_over(&mut options, how.is_forced, &say).await
    {
        tracing::error!(?failure, "the home was not taken over");
        return maintenance::complain(&failure.message, failure.hint.as_deref());
    }
    let clock = Arc::clone(&options.clock);
    let mut crashes = Crashes::default();
    loop {
        let mut next = options.again();
        let daemon = match Daemon::assemble(options).await {
            Ok(daemon) => daemon,
            Err(failure) => {
                tracing::error!(?failure, "the daemon did not start");
                return maintenance::complain(&failure.message, failure.hint.as_deref());
            }
        };
        next.port = Some(daemon.address().port());
        let reason = signals::until_stopped(&daemon).await;
        if daemon.context().shutdown.is_deposed() {
            daemon.abandon().await;
            return ExitCode::from(EXIT_DEPOSED);
        }
        let crashed = daemon.context().shutdown.crashed();
        daemon.drain(&reason).await;
        let Some(part) = crashed else { return ExitCode::SUCCESS };
        // A service manager starts it anew, and counts for itself.
        let pause_ms = match next.kind {
            OwnerKind::Service => None,
            _ => crashes.pause_ms(clock.monotonic_us() / 1_000),
        };
        let Some(pause_ms) = pause_ms else {
            let _ = maintenance::complain(
                &format!("the daemon ended because its part {part:?} crashed"),
                Some("see the log: nexus logs; without adapters it starts by: nexusd --safe"),
            );
            return ExitCode::from(EXIT_CRASHED);
        };
        tracing::warn!(pause_ms, "the daemon starts anew");
        tokio::select! {
            () = clock.sleep(pause_ms) => options = next,
            _ = signals::told_to_end() => return ExitCode::SUCCESS,
        }
    }
}

/// Tells whoever started it what is waited for.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}
