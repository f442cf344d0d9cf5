//! The one window: the page that the daemon serves, opened by a one-time link.

use anyhow::Context as _;
use tauri::{AppHandle, Manager as _, WebviewUrl, WebviewWindowBuilder};

use crate::owner::Owner;

const LABEL: &str = "main";
const TITLE: &str = "Nexus";
/// Size of a new window, in logical pixels.
const SIZE: (f64, f64) = (1_100.0, 720.0);

/// Shows the window, making it if there is none.
pub(crate) fn open(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window that is just being closed cannot be shown; the next click makes a new one.
        let _ = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let owner = app.state::<Owner>();
        let outcome = match owner.open_link().await {
            Ok(link) => on_main_thread(&app, link),
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::error!(error = format!("{error:#}"), "the window does not open");
        }
    });
}

fn on_main_thread(app: &AppHandle, link: String) -> anyhow::Result<()> {
    let here = app.clone();
    app.run_on_main_thread(move || {
        if let Err(error) = build(&here, &link) {
            tracing::error!(error = format!("{error:#}"), "the window does not open");
        }
    })?;
    Ok(())
}

fn build(app: &AppHandle, link: &str) -> anyhow::Result<()> {
    // Two clicks in a row ask for two links; one window is enough.
    if app.get_webview_window(LABEL).is_some() {
        return Ok(());
    }
    let url: tauri::Url = link.parse().context("the daemon's link is no address")?;
    let origin = url.origin();
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::External(url))
        .title(TITLE)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(360.0, 480.0)
        // The window is for the daemon's page and for nothing a page could lead to.
        .on_navigation(move |target| target.origin() == origin)
        .build()?;
    Ok(())
}
