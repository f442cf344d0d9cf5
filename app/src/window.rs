//! The one window: the page that the daemon serves, opened by a one-time link.

use std::sync::Arc;

use anyhow::Context as _;
use nexus_desktop::facts::Reach;
use nexus_desktop::notice::Sight;
use nexus_desktop::placement::{Placement, Remembered, SIZE_MIN, SIZE_USUAL, Screen, Store};
use tauri::webview::PageLoadEvent;
use tauri::{
    AppHandle, Manager as _, PhysicalPosition, PhysicalSize, Url, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, Window, WindowEvent,
};

use crate::desk::Desk;
use crate::owner::Owner;

const LABEL: &str = "main";
const TITLE: &str = "Nexus";

/// Shows a page, making the window if there is none.
pub(crate) fn open(app: &AppHandle, page: &str) {
    let (app, page) = (app.clone(), page.to_owned());
    tauri::async_runtime::spawn(async move {
        if let Err(error) = bring(&app, &page).await {
            app.state::<Desk>().complain(&format!("The window does not open: {error:#}")).await;
        }
    });
}

/// What a person sees of us: the page of a window that has the keyboard.
pub(crate) fn sight(app: &AppHandle) -> Sight {
    let window = app.get_webview_window(LABEL);
    let watched = window.filter(|window| window.is_focused().unwrap_or(false));
    Sight { page: watched.and_then(|window| window.url().ok()).map(|url| url.path().to_owned()) }
}

/// Whether there is a window to be seen.
pub(crate) fn is_shown(app: &AppHandle) -> bool {
    let window = app.get_webview_window(LABEL);
    window.is_some_and(|window| window.is_visible().unwrap_or(true))
}

/// Remembers where the window is.
pub(crate) fn remember(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let store = Store::of(app.state::<Desk>().home());
    let remembered = Remembered { placement: placement_of(&window), ..store.read() };
    if remembered.placement.is_some()
        && let Err(error) = store.write(&remembered)
    {
        tracing::debug!(%error, "the place of the window is not remembered");
    }
}

/// Closing the window hides it: the daemon goes on, and the next look is at once. The first time,
/// the person is told so.
pub(crate) fn changed(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else { return };
    api.prevent_close();
    let app = window.app_handle().clone();
    remember(&app);
    // A window that cannot be hidden stays, which is no harm.
    let _ = window.hide();
    let store = Store::of(app.state::<Desk>().home());
    let remembered = store.read();
    if remembered.was_told_of_closing {
        return;
    }
    if let Err(error) = store.write(&Remembered { was_told_of_closing: true, ..remembered }) {
        tracing::debug!(%error, "that closing was explained is not remembered");
    }
    tauri::async_runtime::spawn(async move {
        let words = "Your agents go on. Quit by the menu of the icon.";
        app.state::<Desk>().say("Nexus keeps running in the tray", words).await;
    });
}

async fn bring(app: &AppHandle, page: &str) -> anyhow::Result<()> {
    let address = app.state::<Desk>().facts().address;
    if let Some(window) = app.get_webview_window(LABEL) {
        let host = window
            .url()
            .ok()
            .and_then(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?)));
        if address.is_none() || address == host {
            return show(&window, page);
        }
        // The daemon listens somewhere else now: the window is bound to where it was.
        window.destroy()?;
    }
    let link = app.state::<Arc<Owner>>().open_link().await?;
    let (here, page) = (app.clone(), page.to_owned());
    app.run_on_main_thread(move || {
        if let Err(error) = build(&here, &link, page) {
            tracing::error!(error = format!("{error:#}"), "the window does not open");
        }
    })?;
    Ok(())
}

fn show(window: &WebviewWindow, page: &str) -> anyhow::Result<()> {
    // A page that was asked for by its address alone is the one that is shown.
    if page != "/" {
        go_to(window, page)?;
    }
    window.show()?;
    window.unminimize()?;
    window.set_focus()?;
    Ok(())
}

/// Leads the page that is loaded to another one, without loading it anew: what was typed stays.
fn go_to(window: &WebviewWindow, page: &str) -> anyhow::Result<()> {
    let page = serde_json::to_string(page)?;
    Ok(window.eval(format!("history.pushState(null, \"\", {page})"))?)
}

fn build(app: &AppHandle, link: &str, page: String) -> anyhow::Result<()> {
    // Two clicks in a row ask for two links; one window is enough.
    if let Some(window) = app.get_webview_window(LABEL) {
        return show(&window, &page);
    }
    let url: Url = link.parse().context("the daemon's link is no address")?;
    let origin = url.origin();
    let usual = (f64::from(SIZE_USUAL.0), f64::from(SIZE_USUAL.1));
    let wanted = std::sync::Mutex::new(Some(page).filter(|page| page != "/"));
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::External(url))
        .title(TITLE)
        .inner_size(usual.0, usual.1)
        .min_inner_size(f64::from(SIZE_MIN.0), f64::from(SIZE_MIN.1))
        .visible(false)
        // The window is for the daemon's page and for nothing a page could lead to.
        .on_navigation(move |target| target.origin() == origin)
        .on_page_load(move |window, load| {
            let is_there = load.event() == PageLoadEvent::Finished && load.url().path() == "/";
            let wanted = wanted.lock().ok().filter(|_| is_there).and_then(|mut page| page.take());
            if let Some(page) = wanted
                && let Err(error) = go_to(&window, &page)
            {
                tracing::warn!(%error, "the page does not open");
            }
        })
        .build()?;
    place(app, &window)?;
    window.show()?;
    window.set_focus()?;
    Ok(())
}

/// Puts the window where it was, as far as there are screens.
fn place(app: &AppHandle, window: &WebviewWindow) -> tauri::Result<()> {
    let monitors = window.available_monitors()?;
    let screens: Vec<Screen> = monitors
        .iter()
        .map(|monitor| {
            let area = monitor.work_area();
            let (at, size) = (area.position, area.size);
            Screen { x: at.x, y: at.y, width: size.width, height: size.height }
        })
        .collect();
    let remembered = Store::of(app.state::<Desk>().home()).read().placement;
    let Some(placed) = remembered.and_then(|placement| placement.clamped(&screens)) else {
        return Ok(());
    };
    window.set_size(PhysicalSize::new(placed.width, placed.height))?;
    window.set_position(PhysicalPosition::new(placed.x, placed.y))?;
    if placed.is_maximized {
        window.maximize()?;
    }
    Ok(())
}

fn placement_of(window: &WebviewWindow) -> Option<Placement> {
    let (at, size) = (window.outer_position().ok()?, window.inner_size().ok()?);
    let is_maximized = window.is_maximized().unwrap_or(false);
    // Where it goes back to from the whole screen is not known; the place before is kept.
    let is_seen = window.is_visible().unwrap_or(false) && !window.is_minimized().unwrap_or(true);
    let (width, height) = (size.width, size.height);
    is_seen.then_some(Placement { x: at.x, y: at.y, width, height, is_maximized })
}

/// Whether a page can be asked for: a daemon that is away serves none.
pub(crate) fn can_open(app: &AppHandle) -> bool {
    !matches!(app.state::<Desk>().facts().reach, Reach::Away { .. })
}
