//! The tray application on a real desktop: its icon is registered with a panel, its menu is read
//! and clicked over the bus, its window opens, and it leaves nothing behind.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "the test starts a desktop and the application")]

#[path = "desktop/mod.rs"]
mod desktop;
#[path = "desktop/item.rs"]
mod item;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use desktop::{Desktop, end, until};
use item::Item;
use nexus_client::Discovery;
use nexus_client::discovery::Running;

const APP: &str = env!("CARGO_BIN_EXE_nexus-app");

/// The application or a daemon; ended with the value if it did not end by itself.
struct Process(Child);

impl Process {
    fn spawn(desktop: &Desktop, program: &Path, home: &Path, args: &[&str]) -> Self {
        let mut command = desktop.command(program);
        command.args(args).env("NEXUS_ROOT", home).env("NEXUS__RUNTIME__PORT", "0");
        command.stdout(Stdio::null()).stderr(Stdio::inherit());
        Self(command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display())))
    }

    async fn exit_code(&mut self) -> i32 {
        until("the process ends", async || self.0.try_wait().unwrap()).await.code().unwrap_or(-1)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

#[test]
fn without_a_display_it_says_what_to_do_instead() {
    let app = Command::new(APP).env_clear().env("HOME", "/nonexistent").output().unwrap();
    assert_eq!(app.status.code(), Some(2));
    let text = String::from_utf8_lossy(&app.stderr).into_owned();
    assert!(text.contains("DISPLAY") && text.contains("nexus up"), "{text}");
}

#[tokio::test]
async fn the_tray_hosts_the_daemon() {
    let desktop = Desktop::start();
    let home = desktop.path().join("nexus");
    let mut app = Process::spawn(&desktop, Path::new(APP), &home, &["--hidden"]);
    let item = registered(&desktop).await;
    assert_eq!(item.property("Title").await.as_deref(), Some("nexus-app"));
    assert_eq!(item.property("Status").await.as_deref(), Some("Active"));
    item.until_it_says("Nexus is running").await;
    let labels: Vec<String> = item.menu().await.into_iter().map(|line| line.label).collect();
    assert!(labels.iter().any(|label| label == "Open Nexus"), "{labels:?}");
    assert!(labels.iter().any(|label| label == "Quit Nexus"), "{labels:?}");
    let running = running(&home).await;
    assert_eq!((running.kind.as_str(), running.pid), ("desktop", app.0.id()));
    assert!(!has_window(&desktop), "started hidden, yet there is a window");

    item.click("Open Nexus").await;
    until("the window opens", async || has_window(&desktop).then_some(())).await;
    until("the page is painted", async || desktop.is_painted().then_some(())).await;
    desktop.picture("tray.png");

    desktop.run("wmctrl", &["-c", "Nexus"]);
    until("the window closes", async || (!has_window(&desktop)).then_some(())).await;
    assert_eq!(app.0.try_wait().unwrap(), None, "closing the window must not quit");
    assert!(matches!(Discovery::find(&home).await, Discovery::Running(_)));

    item.click("Quit Nexus").await;
    assert_eq!(app.exit_code().await, 0);
    assert_eq!(Discovery::find(&home).await, Discovery::NotRunning);
}

#[tokio::test]
async fn a_running_daemon_is_shown_and_left_alone() {
    let desktop = Desktop::start();
    let home = desktop.path().join("nexus");
    let mut daemon = Process::spawn(&desktop, &nexusd(), &home, &[]);
    let before = running(&home).await;
    assert_eq!(before.kind, "headless");
    let mut app = Process::spawn(&desktop, Path::new(APP), &home, &["--hidden"]);
    let item = registered(&desktop).await;
    item.until_it_says(&format!("in process {}", daemon.0.id())).await;
    item.click("Open Nexus").await;
    until("the window opens", async || has_window(&desktop).then_some(())).await;
    until("the page is painted", async || desktop.is_painted().then_some(())).await;
    desktop.picture("tray-attached.png");

    item.click("Quit the tray (Nexus keeps running)").await;
    assert_eq!(app.exit_code().await, 0);
    assert_eq!(running(&home).await, before);
    assert_eq!(daemon.0.try_wait().unwrap(), None);
}

async fn registered(desktop: &Desktop) -> Item {
    let builder = zbus::connection::Builder::address(desktop.bus()).unwrap();
    let connection = builder.build().await.unwrap();
    until("the icon is registered", async || Item::registered(&connection).await).await
}

async fn running(home: &Path) -> Running {
    until("the daemon answers", async || match Discovery::find(home).await {
        Discovery::Running(running) => Some(running),
        _ => None,
    })
    .await
}

fn has_window(desktop: &Desktop) -> bool {
    desktop.window_titles().iter().any(|title| title == "Nexus")
}

fn nexusd() -> PathBuf {
    let nexusd = Path::new(APP).with_file_name("nexusd");
    assert!(nexusd.is_file(), "build it first: cargo build --workspace");
    nexusd
}
