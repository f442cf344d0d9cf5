//! What the tray application costs: its start, and doing nothing. On a display and a session bus of
//! its own, with a host for tray icons that only notes when one is registered.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::Bench;
use crate::daemon::{self, Home};
use crate::idle;
use crate::process::Process;
use crate::table::{Row, median};

/// Name of the host for tray icons.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
/// Its object.
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
/// Starts that are timed.
const N_STARTS: usize = 5;
/// Longest start that is waited for, in milliseconds.
const START_MS_MAX: u64 = 60_000;

/// Display and bus.
struct Desktop {
    _display: Process,
    _bus: Process,
    folder: TempDir,
    display_name: String,
    bus_address: String,
    icons: mpsc::Receiver<Instant>,
    _connection: zbus::Connection,
}

/// Notes when an icon is registered.
struct Watcher {
    icons: mpsc::Sender<Instant>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(&self, _service: &str) {
        // Nobody waits any more for an icon that comes late.
        let _ = self.icons.send(Instant::now()).await;
    }

    async fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    async fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    async fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    async fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Desktop {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let screen = ["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"];
        let (display, display_name) = first_line_of("Xvfb", &screen)?;
        let session = ["--session", "--nofork", "--nopidfile", "--print-address=1"];
        let (bus, bus_address) = first_line_of("dbus-daemon", &session)?;
        let (noted, icons) = mpsc::channel(N_STARTS);
        let connection = zbus::connection::Builder::address(bus_address.as_str())?
            .name(WATCHER)?
            .serve_at(WATCHER_PATH, Watcher { icons: noted })?
            .build()
            .await?;
        let display_name = format!(":{display_name}");
        Ok(Self {
            _display: display,
            _bus: bus,
            folder,
            display_name,
            bus_address,
            icons,
            _connection: connection,
        })
    }

    fn command(&self, program: PathBuf, home: &Home) -> Command {
        let place = |name: &str| self.folder.path().join(name);
        let mut command = Command::new(program);
        command.arg("--hidden").arg("--home").arg(home.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", home.path()).env("XDG_RUNTIME_DIR", self.folder.path());
        command.env("XDG_CACHE_HOME", place("cache")).env("XDG_CONFIG_HOME", place("config"));
        command.env("DISPLAY", &self.display_name).env("GDK_BACKEND", "x11");
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address);
        command.env("NO_AT_BRIDGE", "1").env("GSETTINGS_BACKEND", "memory");
        // There is no keychain on this bus: the audit's key is a file.
        command.env("NEXUS__ACL__AUDIT_KEY", "file");
        command
    }
}

fn first_line_of(program: &str, args: &[&str]) -> Result<(Process, String)> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child: Child = command.spawn().with_context(|| {
        format!("{program} cannot be started; `cargo xtask test --step packages` installs it")
    })?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
    anyhow::ensure!(!line.trim().is_empty(), "{program} ended before it was ready");
    Ok((Process::of(child), line.trim().to_owned()))
}

/// A start of the application: until its icon is there, and until its daemon takes work, in
/// milliseconds.
async fn start(desktop: &mut Desktop, bench: &Bench, home: &Home) -> Result<(Process, f64, f64)> {
    let begin = Instant::now();
    let program = daemon::program(bench, "nexus-app");
    let process = Process::spawn(&mut desktop.command(program, home))?;
    let (healthy, icon) = tokio::join!(daemon::healthy_home(begin, home, &process), async {
        let within = Duration::from_millis(START_MS_MAX);
        tokio::time::timeout(within, desktop.icons.recv()).await
    });
    healthy.context("the application's daemon does not start")?;
    let ready_ms = begin.elapsed().as_secs_f64() * 1_000.0;
    let icon = icon.context("no icon is registered")?.context("nobody notes icons")?;
    Ok((process, icon.duration_since(begin).as_secs_f64() * 1_000.0, ready_ms))
}

/// Starts it several times, then watches it doing nothing.
pub(crate) async fn measure(bench: &Bench, base_url: &str) -> Result<Vec<Row>> {
    let mut desktop = Desktop::start().await?;
    let home = Home::new(base_url)?;
    // The first start makes the home; that happens once in a lifetime.
    drop(start(&mut desktop, bench, &home).await?);
    let (mut icons, mut readies) = (Vec::new(), Vec::new());
    for _ in 0..N_STARTS {
        let (process, icon_ms, ready_ms) = start(&mut desktop, bench, &home).await?;
        drop(process);
        icons.push(icon_ms);
        readies.push(ready_ms);
    }
    let (process, _, _) = start(&mut desktop, bench, &home).await?;
    let rest = idle::watch(&process).await;
    Ok(vec![
        Row::new("app.tray", "application start to its icon", median(&icons), "ms")
            .aim("<= 1000 ms"),
        Row::new("app.ready", "... to a daemon that answers", median(&readies), "ms"),
        Row::new("app.rss", "application idle: memory, resident", rest.rss_mb, "MB"),
        Row::new("app.anonymous", "... anonymous", rest.anonymous_mb, "MB").aim("<= 60 MB"),
        Row::new("app.cpu", "... processor a minute", rest.cpu_ms, "ms").aim("<= 18 ms (0.03 %)"),
        Row::new("app.wakeups", "... wake-ups a second", rest.wakeups, "/s").aim("<= 5"),
    ])
}
