//! The tray application on a real desktop: its icon is registered with a panel, its menu is read
//! and clicked over the bus, its window opens, and it leaves nothing behind.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "the test starts a desktop and the application")]

#[path = "desktop/mod.rs"]
mod desktop;
#[path = "desktop/item.rs"]
mod item;
#[path = "tray/keychain.rs"]
mod keychain;
#[path = "desktop/notices.rs"]
mod notices;
#[path = "tray/updates.rs"]
mod updates;
#[path = "tray/window.rs"]
mod window;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use desktop::{Desktop, end, until};
use item::Item;
use nexus_client::discovery::Running;
use nexus_client::{Client, ClientOptions, Discovery, Token, call, idempotency_key};
use nexus_domain::permission::PermissionStatus;
use nexus_protocol::acl::ShowParams;
use nexus_protocol::frame::ClientFacts;
use nexus_protocol::runtime::{ResumeParams, ShutdownParams};
use nexus_tests::{Act, FakeModel, Seen, Talk, TestHome};
use notices::Notices;
use serde_json::json;
use tokio::sync::Semaphore;

const APP: &str = env!("CARGO_BIN_EXE_nexus-app");

/// The application or a daemon; ended with the value if it did not end by itself.
struct Process(Child);

impl Process {
    fn spawn(desktop: &Desktop, program: &Path, home: &Path, args: &[&str]) -> Self {
        Self::spawn_with(desktop, program, home, args, &[])
    }

    fn spawn_with(
        desktop: &Desktop,
        program: &Path,
        home: &Path,
        args: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = desktop.command(program);
        command.envs(variables.iter().copied());
        command.args(args).env("NEXUS_ROOT", home).env("NEXUS__RUNTIME__PORT", "0");
        command.env("FAKE_KEY", "not-a-secret").env("NEXUS__ACL__AUDIT_KEY", "file");
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

    assert!(!item.line("Start at login").await.is_on);
    item.click("Start at login").await;
    let entry = desktop.path().join("home/.config/autostart/nexus.desktop");
    until("it starts at login", async || entry.is_file().then_some(())).await;
    let text = std::fs::read_to_string(&entry).unwrap();
    assert!(text.contains(&format!("{APP} --hidden --home")), "{text}");
    until("the menu shows it", async || item.line("Start at login").await.is_on.then_some(()))
        .await;
    item.click("Start at login").await;
    until("it does not start at login", async || (!entry.exists()).then_some(())).await;

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

    // The daemon goes, and comes back: the tray says so and attaches again.
    end(&mut daemon.0);
    item.until_it_says("○ Nexus is not running").await;
    assert!(item.menu().await.iter().any(|line| line.label == "Start Nexus"));
    let mut daemon = Process::spawn(&desktop, &nexusd(), &home, &[]);
    item.until_it_says(&format!("in process {}", daemon.0.id())).await;
    let before = running(&home).await;

    item.click("Quit the tray (Nexus keeps running)").await;
    assert_eq!(app.exit_code().await, 0);
    assert_eq!(running(&home).await, before);
    assert_eq!(daemon.0.try_wait().unwrap(), None);
}

#[tokio::test]
async fn the_daemon_goes_from_one_process_to_the_other_and_back() {
    let desktop = Desktop::start();
    let home = desktop.path().join("nexus");
    let mut daemon = Process::spawn(&desktop, &nexusd(), &home, &[]);
    let before = running(&home).await;
    let mut app = Process::spawn(&desktop, Path::new(APP), &home, &["--hidden"]);
    let item = registered(&desktop).await;
    item.until_it_says(&format!("in process {}", daemon.0.id())).await;
    item.until_it_says("Take over here").await;

    // The tray runs, and takes the daemon in.
    item.click("Take over here").await;
    item.until_it_says("Hand over to nexusd").await;
    assert_eq!(daemon.exit_code().await, 0);
    let here = running(&home).await;
    assert_eq!((here.pid, here.kind.as_str()), (app.0.id(), "desktop"));
    assert_eq!(here.address, before.address, "clients find it where it was");

    // A second nexusd says who owns the home; one that takes over leaves the tray attached.
    let mut refused = Process::spawn(&desktop, &nexusd(), &home, &[]);
    assert_eq!(refused.exit_code().await, 1);
    assert_eq!(running(&home).await, here);
    let mut daemon = Process::spawn(&desktop, &nexusd(), &home, &["--take-over"]);
    item.until_it_says(&format!("in process {}", daemon.0.id())).await;
    assert_eq!(running(&home).await.address, before.address);
    assert_eq!(app.0.try_wait().unwrap(), None, "the tray stays");

    // And once more, out again by the menu.
    item.click("Take over here").await;
    item.until_it_says("Hand over to nexusd").await;
    assert_eq!(daemon.exit_code().await, 0);
    item.click("Hand over to nexusd").await;
    item.until_it_says("· in process").await;
    item.until_it_says("Take over here").await;
    let there = running(&home).await;
    assert_eq!(there.kind, "headless");
    assert!(there.pid != app.0.id() && there.address == before.address, "{there:?}");
    item.click("Quit the tray (Nexus keeps running)").await;
    assert_eq!(app.exit_code().await, 0);
    assert_eq!(running(&home).await, there);
    let client = client(&home).await;
    let params =
        ShutdownParams { idempotency_key: idempotency_key().unwrap(), ..ShutdownParams::default() };
    client.request::<call::RuntimeShutdown>(params).await.unwrap();
    until("the daemon ends", async || {
        (Discovery::find(&home).await == Discovery::NotRunning).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_daemon_that_crashes_starts_anew_and_at_last_waits_for_a_person() {
    let desktop = Desktop::start();
    let home = desktop.path().join("nexus");
    let variables = [("NEXUS_PANIC_IN", "outbox:3")];
    let app = ["--hidden"];
    let mut app = Process::spawn_with(&desktop, Path::new(APP), &home, &app, &variables);
    let item = registered(&desktop).await;
    item.until_it_says("crashed, three times in five minutes").await;
    assert_eq!(app.0.try_wait().unwrap(), None, "the tray stays");
    item.until_it_says("○ Nexus is not running").await;
    item.click("Start safely, without adapters").await;
    item.until_it_says("adapters stay off until a restart").await;
    assert_eq!(running(&home).await.pid, app.0.id());
    item.click("Quit Nexus").await;
    assert_eq!(app.exit_code().await, 0);
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

/// Fetches the address it is told, and holds when it is told.
fn brain(seen: &Seen, gate: &Arc<Semaphore>) -> Act {
    if seen.brings_results() {
        return Act::Say(format!("It says: {}", seen.last_text()));
    }
    let asked = seen.asked();
    match asked.split_once(' ') {
        Some(("fetch", url)) => Act::Call(vec![("http_fetch".to_owned(), json!({ "url": url }))]),
        Some(("hold", text)) => Act::SayHeld(text.to_owned(), Arc::clone(gate)),
        _ => Act::Say("Nothing to do.".to_owned()),
    }
}

/// A tray whose daemon has a model that does as it is told.
struct Scene {
    app: Process,
    item: Item,
    notices: Notices,
    talk: Talk,
    page: String,
    gate: Arc<Semaphore>,
    home: TestHome,
    desktop: Desktop,
    _model: FakeModel,
}

impl Scene {
    async fn set() -> Self {
        let desktop = Desktop::start();
        let notices = Notices::serve(desktop.bus()).await;
        let gate = Arc::new(Semaphore::new(0));
        let held = Arc::clone(&gate);
        let model = FakeModel::openai(move |seen| brain(seen, &held)).await.unwrap();
        let config = model.config().replace("2000", "60000")
            + "\n[tools.http_fetch]\nallow_private_hosts = true\n";
        let home = TestHome::with_config(&config).unwrap();
        let app = Process::spawn(&desktop, Path::new(APP), home.path(), &["--hidden"]);
        let item = registered(&desktop).await;
        item.until_it_says("Nothing needs you").await;
        let talk = Talk::over(client(home.path()).await);
        let page = format!("fetch {}", model.page());
        Self { app, item, notices, talk, page, gate, home, desktop, _model: model }
    }

    async fn status_of(&self, id: &str) -> PermissionStatus {
        let params = ShowParams { id: id.to_owned() };
        let shown = self.talk.client().request::<call::AclRequestsShow>(params).await.unwrap();
        shown.request.status
    }

    /// The question of a run.
    async fn asked(&self, request: nexus_domain::id::RequestId) -> String {
        let request = request.to_string();
        let is_meant =
            |payload: &serde_json::Value| payload["permission"]["request_id"] == *request;
        let event = self.talk.until("permission.requested", |event| is_meant(&event.payload)).await;
        event.unwrap().payload["permission"]["id"].as_str().unwrap().to_owned()
    }

    async fn until_decided(&self, id: &str) -> PermissionStatus {
        until("somebody decides", async || {
            let status = self.status_of(id).await;
            (status != PermissionStatus::Pending).then_some(status)
        })
        .await
    }
}

fn resume() -> ResumeParams {
    ResumeParams { idempotency_key: idempotency_key().unwrap() }
}

async fn client(home: &Path) -> Client {
    let running = running(home).await;
    let facts = ClientFacts {
        name: "test".to_owned(),
        version: "0".to_owned(),
        platform: "test".to_owned(),
        mode: "test".to_owned(),
        instance_id: None,
    };
    let token = Token::read(home).unwrap();
    Client::connect(ClientOptions::new(running.address, Some(token), facts)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_from_the_menu_and_from_the_notice() {
    let mut scene = Scene::set().await;
    let icon = scene.item.property("IconName").await;

    // From the menu.
    let request = scene.talk.say("one", &scene.page).await.unwrap();
    let id = scene.asked(request).await;
    scene.item.until_it_says("1 approval is waiting").await;
    assert_eq!(scene.item.headline().await, "1 approval is waiting");
    assert_ne!(scene.item.property("IconName").await, icon, "the icon stays as it is");
    let notice = scene.notices.told("main wants to use http_fetch").await;
    assert!(notice.body.starts_with("GET http://"), "{notice:?}");
    assert_eq!(notice.labels(), ["Allow once", "Deny", "Review…"]);
    scene.desktop.picture("tray-asks.png");
    scene.item.click("Allow once").await;
    assert_eq!(scene.until_decided(&id).await, PermissionStatus::Approved);
    scene.notices.are_gone().await;
    scene.item.until_it_does_not_say("approval").await;

    // From the notice; what others on the bus press counts for nothing.
    let request = scene.talk.say("two", &scene.page).await.unwrap();
    let id = scene.asked(request).await;
    let notice = scene.notices.told("main wants to use http_fetch").await;
    notices::forge(scene.desktop.bus(), notice.number(), &notice.action("Allow once")).await;
    scene.notices.press(&notice, "allow:guessed").await;
    until("the press opens the page", async || has_window(&scene.desktop).then_some(())).await;
    assert_eq!(scene.status_of(&id).await, PermissionStatus::Pending);
    scene.item.click("Deny").await;
    assert_eq!(scene.until_decided(&id).await, PermissionStatus::Denied);
    scene.desktop.run("wmctrl", &["-c", "Nexus"]);
    until("the window closes", async || (!has_window(&scene.desktop)).then_some(())).await;

    let request = scene.talk.say("three", &scene.page).await.unwrap();
    let id = scene.asked(request).await;
    let notice = scene.notices.told("main wants to use http_fetch").await;
    scene.notices.press(&notice, &notice.action("Allow once")).await;
    assert_eq!(scene.until_decided(&id).await, PermissionStatus::Approved);

    scene.item.until_it_does_not_say("approval").await;
    scene.item.until_it_does_not_say("Working now").await;
    scene.item.click("Quit Nexus").await;
    assert_eq!(scene.app.exit_code().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_at_work_is_shown_and_stopped() {
    let mut scene = Scene::set().await;
    let request = scene.talk.say("one", "hold one two three").await.unwrap();
    scene.item.until_it_says("Working now (1)").await;
    scene.item.until_it_says("Stop main: hold one two three").await;
    scene.item.until_it_says("Quit Nexus…").await;
    scene.desktop.picture("tray-works.png");
    scene.item.click("Stop main: hold one two three").await;
    scene.talk.ended(request).await.unwrap();
    scene.item.until_it_does_not_say("Working now").await;

    // A pause is the daemon's: it holds whoever set it.
    scene.item.click("New work").await;
    scene.item.until_it_says("❚❚ Paused").await;
    scene.talk.say("three", "nothing much").await.unwrap();
    scene.item.until_it_says("1 run on hold").await;
    scene.desktop.picture("tray-paused.png");
    scene.item.click("Resume").await;
    scene.item.until_it_does_not_say("Paused").await;
    scene.item.until_it_does_not_say("Working now").await;
    scene.item.click("New work for 1 hour").await;
    scene.item.until_it_says("❚❚ Paused until").await;
    scene.talk.client().request::<call::RuntimeResume>(resume()).await.unwrap();
    scene.item.until_it_does_not_say("Paused").await;

    // Quitting waits for what is at work, when it is told to.
    scene.talk.say("two", "hold one").await.unwrap();
    scene.item.until_it_says("Finish 1 request first, then quit").await;
    scene.item.click("Finish 1 request first, then quit").await;
    scene.item.until_it_says("Quitting after 1 request").await;
    assert_eq!(scene.app.0.try_wait().unwrap(), None);
    scene.gate.add_permits(100);
    assert_eq!(scene.app.exit_code().await, 0);
    assert_eq!(Discovery::find(scene.home.path()).await, Discovery::NotRunning);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_launch_brings_its_link_and_ends() {
    let mut scene = Scene::set().await;
    let launch = async |args: &[&str]| {
        let mut second = Process::spawn(&scene.desktop, Path::new(APP), scene.home.path(), args);
        assert_eq!(second.exit_code().await, 0);
    };
    launch(&["--hidden"]).await;
    assert!(!has_window(&scene.desktop), "a start at login needs no window");
    launch(&["nexus://chat/garden"]).await;
    until("the window opens", async || has_window(&scene.desktop).then_some(())).await;
    until("the page is painted", async || scene.desktop.is_painted().then_some(())).await;
    scene.desktop.picture("tray-link.png");
    // A link that is none of ours is refused before anybody is bothered.
    let mut wrong =
        Process::spawn(&scene.desktop, Path::new(APP), scene.home.path(), &["nexus://allow/1"]);
    assert_eq!(wrong.exit_code().await, 64);
    assert!(scene.notices.shown().is_empty(), "{:?}", scene.notices.shown());

    scene.desktop.run("wmctrl", &["-c", "Nexus"]);
    let told = scene.notices.told("Nexus keeps running in the tray").await;
    assert!(told.body.contains("Quit by the menu"), "{told:?}");
    scene.item.click("Quit Nexus").await;
    assert_eq!(scene.app.exit_code().await, 0);
}
