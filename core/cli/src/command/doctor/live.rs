//! What the running daemon knows, and whether one runs.

use std::path::Path;

use nexus_client::discovery::{Probe, Running, probe};
use nexus_client::{Discovery, call};
use nexus_protocol::credential;
use nexus_protocol::health::{HealthParams, HealthStatus};
use nexus_protocol::model::ListParams;

use super::mend::Mend;
use super::{Problem, configured_port, port};
use crate::context::Context;
use crate::output::Sign;
use crate::process;

/// What shows tray icons on a Linux desktop.
const TRAY_HOST: &str = "org.kde.StatusNotifierWatcher";

pub(super) async fn daemon(found: &Discovery, context: &Context) -> Vec<Problem> {
    match found {
        Discovery::Running(running) if running.version != env!("CARGO_PKG_VERSION") => {
            let what = format!(
                "version {} runs, and version {} is installed",
                running.version,
                env!("CARGO_PKG_VERSION")
            );
            vec![Problem::warn("daemon", what, "nexus daemon restart").mended_by(Mend::Restart)]
        }
        Discovery::Running(_) => Vec::new(),
        Discovery::Unreachable { facts, .. } => {
            let what = format!("process {} holds the home and does not answer", facts.pid);
            vec![Problem::bad("daemon", what, "nexus daemon logs; nexus down --now && nexus up")]
        }
        Discovery::NotRunning => {
            let mut problems =
                vec![Problem::warn("daemon", "the daemon is not running", "nexus up")];
            let port = configured_port(context);
            if probe(&format!("127.0.0.1:{port}")).await != Probe::None {
                let who = port::holder(port).unwrap_or_else(|| "another program".to_owned());
                let what = format!("{who} uses port {port}, so the daemon cannot start");
                let fix = format!("nexus config set runtime.port {}", port.wrapping_add(1));
                problems.push(Problem::bad("port", what, fix));
            }
            problems
        }
    }
}

/// What only the running daemon knows: its own checks, and whether a model can answer.
pub(super) async fn parts(context: &Context, credentials: &mut Option<String>) -> Vec<Problem> {
    let client = match context.connect().await {
        Ok(client) => client,
        Err(error) => return vec![Problem::of("daemon", error)],
    };
    let mut problems = Vec::new();
    match client.request::<call::Health>(HealthParams {}).await {
        Ok(health) => problems.extend(health.checks.into_iter().filter_map(|check| {
            if check.id == "credentials" {
                *credentials = Some(check.reason.clone());
            }
            let sign = match check.status {
                HealthStatus::Healthy | HealthStatus::Starting => return None,
                HealthStatus::Degraded => Sign::Warn,
                HealthStatus::Unhealthy => Sign::Bad,
            };
            let what = format!("{}: {}", check.id, check.reason);
            Some(Problem {
                check: "health",
                sign,
                what,
                fix: check.fix.into_iter().collect(),
                mend: None,
            })
        })),
        Err(error) => problems.push(Problem::of("daemon", error.into())),
    }
    match client.request::<call::ModelsList>(ListParams {}).await {
        Ok(list) => match list.models.iter().find(|model| model.is_active) {
            None => problems.push(Problem::bad(
                "model",
                "no model is in use",
                "nexus models list; nexus config set agents.main.models '[\"provider/model\"]'",
            )),
            Some(model) if !model.is_ready => {
                let what = format!("{} is not ready: {}", model.id, model.reason);
                problems.push(Problem::bad("model", what, "nexus models list; nexus models test"));
            }
            Some(_) => {}
        },
        Err(error) => problems.push(Problem::of("model", error.into())),
    }
    match client.request::<call::CredentialsList>(credential::ListParams {}).await {
        Ok(list) => problems.extend(kept(&list, &context.home)),
        Err(error) => problems.push(Problem::of("credentials", error.into())),
    }
    problems
}

/// Credentials that nobody uses, that are pointed to and missing, and that could move to where new
/// ones go.
fn kept(list: &credential::ListResult, home: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    let unused = list.credentials.iter().filter(|credential| credential.used_by.is_empty());
    let unused: Vec<_> = unused.map(|credential| credential.name.as_str()).collect();
    if !unused.is_empty() {
        let what = format!("nothing uses {}", unused.join(", "));
        let fixes = unused.iter().map(|name| format!("nexus credential remove {name}"));
        let mut problem = Problem::warn("credentials", what, "");
        problem.fix = fixes.collect();
        problems.push(problem);
    }
    // Without a record a pointer may still lead to the keychain, systemd or a variable.
    let is_bad = |credential: &&credential::CredentialFacts| credential.is_good == Some(false);
    for bad in list.credentials.iter().filter(is_bad) {
        let what = format!("{} was not good when it was verified last", bad.name);
        let fix = format!("nexus credential add {} --replace", bad.name);
        problems.push(Problem::warn("credentials", what, fix));
    }
    let chosen = list.stores.iter().find(|store| store.is_chosen && store.is_ready);
    if chosen.is_some_and(|store| store.store == "keychain") {
        let is_beside =
            |kept: &&credential::CredentialFacts| matches!(kept.store.as_str(), "vault" | "file");
        let beside: Vec<_> = list.credentials.iter().filter(is_beside).collect();
        let has_key_file = home.join("state/audit.key").is_file();
        if !beside.is_empty() || has_key_file {
            let names = beside.iter().map(|kept| kept.name.as_str());
            let names: Vec<_> = names.chain(has_key_file.then_some("audit key")).collect();
            let what = format!("in files, while there is a keychain: {}", names.join(", "));
            let fix = "nexus credential migrate --to keychain";
            problems.push(Problem::warn("credentials", what, fix).mended_by(Mend::Migrate));
        }
    }
    problems
}

/// A tray that nobody shows.
pub(super) fn desktop(running: &Running) -> Vec<Problem> {
    if running.kind != "desktop" || !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let asked = process::run_tool("busctl", &["--user", "--no-pager", "status", TRAY_HOST]);
    match asked {
        Ok(tool) if !tool.is_ok => vec![Problem::warn(
            "desktop",
            "no panel shows tray icons, so the application runs unseen",
            "on GNOME: install the extension AppIndicator; else turn the tray of the panel on",
        )],
        _ => Vec::new(),
    }
}
