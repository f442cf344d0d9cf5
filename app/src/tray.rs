//! The icon and its menu.

use std::time::Duration;

use tauri::image::Image;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, include_image};
use tokio::time::MissedTickBehavior;

use crate::owner::Owner;
use crate::state::{Look, State};
use crate::window;

/// Pause between two looks at the daemon, in milliseconds.
const REFRESH_MS: u64 = 2_000;

const OPEN: &str = "open";
const STATE: &str = "state";
const QUIT: &str = "quit";

/// Makes the icon and keeps it true.
pub(crate) fn build(app: &AppHandle) -> tauri::Result<()> {
    let quit_label = match &*app.state::<Owner>() {
        Owner::Elsewhere { .. } => "Quit the tray (Nexus keeps running)",
        Owner::Here(_) | Owner::Nobody(_) => "Quit Nexus",
    };
    let first = State { look: Look::Healthy, sentence: "Nexus is starting".into() };
    // The line that informs can be clicked, because screen readers skip lines that cannot.
    let line = MenuItem::with_id(app, STATE, &first.sentence, true, None::<&str>)?;
    let open = MenuItem::with_id(app, OPEN, "Open Nexus", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, quit_label, true, None::<&str>)?;
    let rule = PredefinedMenuItem::separator(app)?;
    let menu = Menu::with_items(app, &[&line, &rule, &open, &quit])?;
    let icon = TrayIconBuilder::with_id("main")
        .icon(image(first.look))
        .icon_as_template(true)
        .title("Nexus")
        .tooltip(&first.sentence)
        .menu(&menu)
        .on_menu_event(chosen)
        .build(app)?;
    tauri::async_runtime::spawn(keep_true(app.clone(), icon, line, first));
    Ok(())
}

fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN | STATE => window::open(app),
        QUIT => app.exit(0),
        _ => {}
    }
}

async fn keep_true(app: AppHandle, icon: TrayIcon, line: MenuItem<tauri::Wry>, first: State) {
    let mut shown = first;
    let mut tick = tokio::time::interval(Duration::from_millis(REFRESH_MS));
    // After sleep, one look is as good as a thousand.
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let state = app.state::<Owner>().state().await;
        if state == shown {
            continue;
        }
        let changed = line
            .set_text(&state.sentence)
            .and_then(|()| icon.set_tooltip(Some(&state.sentence)))
            .and_then(|()| icon.set_icon(Some(image(state.look))));
        if let Err(error) = changed {
            tracing::warn!(%error, "the tray cannot be changed");
        }
        shown = state;
    }
}

/// macOS takes a template and colours it; other panels do not say whether they are light or dark,
/// so that the icon brings its own ground.
fn image(look: Look) -> Image<'static> {
    if cfg!(target_os = "macos") {
        match look {
            Look::Healthy => include_image!("../icons/tray/healthy.png"),
            Look::Degraded => include_image!("../icons/tray/degraded.png"),
            Look::Offline => include_image!("../icons/tray/offline.png"),
        }
    } else {
        match look {
            Look::Healthy => include_image!("../icons/tray/healthy-tile.png"),
            Look::Degraded => include_image!("../icons/tray/degraded-tile.png"),
            Look::Offline => include_image!("../icons/tray/offline-tile.png"),
        }
    }
}
