//! The life of the application: decide who owns the home, put up the icon, run until it is told
//! to quit, and leave nothing behind.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use nexus_daemon::config::Environment;
use tauri::{AppHandle, Manager as _, RunEvent};

use crate::owner::Owner;
use crate::{tray, window};

/// Runs the application until it is quit.
pub(crate) fn run(home: PathBuf, environment: Environment, is_hidden: bool) -> Result<()> {
    let owner = tauri::async_runtime::block_on(Owner::settle(home, environment))?;
    let app = tauri::Builder::default()
        .setup(move |app| {
            app.manage(owner);
            tray::build(app.handle())?;
            quit_on_signals(app.handle().clone());
            quit_with_daemon(app.handle().clone());
            if !is_hidden {
                window::open(app.handle());
            }
            Ok(())
        })
        .build(tauri::generate_context!())
        .context("the desktop cannot be reached")?;
    app.run(|app, event| match event {
        // The last window is closed: the icon stays. Only `exit` carries a code.
        RunEvent::ExitRequested { api, code: None, .. } => api.prevent_exit(),
        RunEvent::Exit => tauri::async_runtime::block_on(app.state::<Owner>().release()),
        _ => {}
    });
    Ok(())
}

/// A daemon that was told to stop by somebody else takes its shell along.
fn quit_with_daemon(app: AppHandle) {
    tauri::async_runtime::spawn(async move {
        app.state::<Owner>().ended().await;
        app.exit(0);
    });
}

/// Ending the session ends the daemon properly, too.
fn quit_on_signals(app: AppHandle) {
    tauri::async_runtime::spawn(async move {
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
