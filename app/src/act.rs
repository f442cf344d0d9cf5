//! Does what a line of the menu or a press on a notice asks for. What concerns agents is done by
//! methods of the daemon, as the owner, like everywhere else.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use nexus_desktop::menu::Act;
use nexus_desktop::{deed, opener};
use tauri::{AppHandle, Manager as _};

use crate::desk::Desk;
use crate::owner::Owner;
use crate::window;

/// Does it, without waiting for its end; what does not work is told.
pub(crate) fn perform(app: &AppHandle, act: Act) {
    tracing::debug!(?act, "chosen");
    match act {
        Act::Page(page) if window::can_open(app) => window::open(app, &page),
        Act::Page(_) => perform(app, Act::Logs),
        Act::Quit => app.exit(0),
        Act::Update => {
            app.state::<Desk>().updates().choose();
            app.exit(0);
        }
        // Starting anew is what settles who runs the daemon.
        Act::Start | Act::Restart => app.request_restart(),
        act => {
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                if let Err(error) = done(&app, &act).await {
                    app.state::<Desk>().complain(&format!("{error:#}")).await;
                    if let Act::Allow { .. } | Act::Deny { .. } = act {
                        window::open(&app, "/approvals");
                    }
                }
            });
        }
    }
}

async fn done(app: &AppHandle, act: &Act) -> Result<()> {
    let desk = app.state::<Desk>();
    if deed::is_for_daemon(act) {
        let client = desk.line().client().await.context("Nexus is not running")?;
        return Ok(deed::perform(&client, act).await?);
    }
    match act {
        Act::Browser => {
            let link = app.state::<Arc<Owner>>().open_link().await?;
            opener::open(&link).context("no browser opens")
        }
        Act::Logs => {
            let folder = desk.home().join("state/logs");
            opener::open(&folder.to_string_lossy()).context("the folder of the logs does not open")
        }
        Act::Autostart(is_on) => {
            let outcome = desk.autostart().and_then(|entry| entry.set(*is_on));
            desk.look_again();
            Ok(outcome?)
        }
        Act::QuitWhenDone | Act::Stay => {
            desk.leave_when_done(*act == Act::QuitWhenDone);
            Ok(())
        }
        Act::LookForUpdate => {
            desk.updates().look_now();
            Ok(())
        }
        Act::StartSafely | Act::TakeOver | Act::HandOver => {
            let owner = app.state::<Arc<Owner>>();
            let outcome = match act {
                Act::StartSafely => owner.start_safely().await,
                Act::TakeOver => owner.take_over().await,
                _ => owner.hand_over().await,
            };
            desk.line().look_now();
            outcome
        }
        // Done above, or on the spot.
        _ => Ok(()),
    }
}
