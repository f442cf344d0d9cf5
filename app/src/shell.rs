//! The life of the application: take the home's one place for a tray, decide who owns the daemon,
//! put up the icon, run until it is told to quit, and leave nothing behind.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, anyhow};
use nexus_daemon::config::{self, Environment, Finding, Overlay};
use nexus_daemon::home::Home;
use nexus_desktop::arguments::Arguments;
use nexus_desktop::single::{Claim, Single};
use nexus_desktop::updates::{Settings, Updates};
use tauri::async_runtime::{self, JoinHandle};
use tauri::{AppHandle, Manager as _, RunEvent};

use crate::desk::Desk;
use crate::owner::Owner;
use crate::{desk, window};

/// Whoever listens for further launches; ended before another process takes the place.
struct Launches(Mutex<Option<JoinHandle<()>>>);

/// Runs the application until it is quit.
pub(crate) fn run(
    home: PathBuf,
    environment: Environment,
    words: &[String],
    arguments: Arguments,
) -> Result<()> {
    Home::new(home.clone()).init().map_err(|failure| anyhow!("{failure}"))?;
    let single = match async_runtime::block_on(Single::claim(&home, words))? {
        Claim::First(single) => single,
        Claim::Told => return Ok(()),
    };
    let is_usual =
        environment.get("HOME").is_some_and(|own| PathBuf::from(own).join("nexus") == home);
    let updates = updates(&home, environment.clone());
    let owner = async_runtime::block_on(Owner::settle(home.clone(), environment))?;
    let app = tauri::Builder::default()
        .on_window_event(window::changed)
        .setup(move |app| {
            let app = app.handle();
            let owner = Arc::new(owner);
            app.manage(Arc::clone(&owner));
            app.manage(Desk::new(home, is_usual, updates));
            desk::start(app, owner)?;
            quit_on_signals(app.clone());
            quit_with_daemon(app.clone());
            let launches = async_runtime::spawn(listen(app.clone(), single));
            app.manage(Launches(Mutex::new(Some(launches))));
            if let Some(page) = arguments.page() {
                window::open(app, &page);
            }
            Ok(())
        })
        .build(tauri::generate_context!())
        .context("the desktop cannot be reached")?;
    app.run(|app, event| match event {
        // The last window is closed: the icon stays. Only `exit` carries a code.
        RunEvent::ExitRequested { api, code: None, .. } => api.prevent_exit(),
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            for url in urls {
                launched(app, &[url.to_string()]);
            }
        }
        RunEvent::Exit => leave(app),
        _ => {}
    });
    Ok(())
}

/// The updater of this program.
fn updates(home: &Path, environment: Environment) -> Updates {
    let program = std::env::current_exe().unwrap_or_default();
    let image = environment.get("APPIMAGE").map(PathBuf::from);
    let file = Home::new(home.to_owned()).config_file();
    let settings = move || {
        let loaded = config::load(&file, &Overlay::new(environment.clone(), vec![]));
        let said = |findings: Vec<Finding>| {
            findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("; ")
        };
        Ok(loaded.map_err(said)?.config.updates.map(|on| Settings {
            endpoint: on.endpoint,
            keys: on.keys,
            check_ms: on.check_ms,
            installs_when_idle: on.installs_when_idle,
            trial_ms: on.trial_ms,
        }))
    };
    let version = semver::Version::parse(env!("CARGO_PKG_VERSION"));
    let version = version.unwrap_or_else(|_| semver::Version::new(0, 0, 0));
    let ours = (version, nexus_daemon::SCHEMA_VERSION);
    Updates::new(home, ours, (&program, image.as_deref()), Arc::new(settings))
}

fn leave(app: &AppHandle) {
    window::remember(app);
    async_runtime::block_on(app.state::<Arc<Owner>>().release());
    let launches = app.state::<Launches>();
    let listening = launches.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(listening) = listening {
        listening.abort();
        // It was told to end: that it did is no news.
        let _ = async_runtime::block_on(listening);
    }
    let desk = app.state::<Desk>();
    match desk.updates().begin(desk.words()) {
        // Its other end sees by this one that the process has ended.
        Ok(Some(guard)) => drop(app.manage(guard)),
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "the update is not installed; this version goes on");
            app.restart();
        }
    }
}

/// Does what further launches ask for.
async fn listen(app: AppHandle, mut single: Single) {
    loop {
        let words = single.next().await;
        launched(&app, &words);
    }
}

fn launched(app: &AppHandle, words: &[String]) {
    match Arguments::read(words) {
        // Whoever starts it a second time wants to see it, unless that happened at login.
        Ok(arguments) => {
            if let Some(page) = arguments.page() {
                window::open(app, &page);
            }
        }
        Err(why) => {
            let app = app.clone();
            async_runtime::spawn(async move { app.state::<Desk>().complain(&why).await });
        }
    }
}

/// A daemon that was told to stop by somebody else takes its shell along.
fn quit_with_daemon(app: AppHandle) {
    async_runtime::spawn(async move {
        app.state::<Arc<Owner>>().ended().await;
        app.exit(0);
    });
}

/// Ending the session ends the daemon properly, too.
fn quit_on_signals(app: AppHandle) {
    async_runtime::spawn(async move {
        if let Err(error) = signalled().await {
            tracing::warn!(%error, "signals are not heard; quit by the menu");
            return;
        }
        app.exit(0);
    });
}

#[cfg(unix)]
async fn signalled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signalled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
