//! Watches `nexus.toml`, so that what a person saves in an editor is in force a moment later.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nexus_protocol::health::HealthStatus;
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use crate::context::Context;
use crate::reconfigure;

/// How long a file must be left alone before it is read, in milliseconds: editors write in
/// several steps.
const SETTLE_MS: u64 = 300;
/// Id of the line on the health board.
const HEALTH: &str = "config-watch";
/// What to do where files cannot be watched.
const FIX: &str = "after each edit: nexus daemon reload; or turn this off: nexus config set \
                   runtime.watch_config false";

/// Watches until the daemon stops. Where the operating system cannot watch, that is said, and the
/// configuration is read again on command only.
pub async fn run(context: Arc<Context>) {
    if !context.config.current().runtime.watch_config {
        return;
    }
    // A doorbell: however often it is rung, one look is enough.
    let (doorbell, mut rung) = mpsc::channel(1);
    let _watcher = match watch(context.config.path(), doorbell) {
        Ok(watcher) => watcher,
        Err(error) => {
            let reason = lament(&error);
            tracing::warn!(%reason, "nexus.toml is not watched");
            let now = context.clock.now();
            context.health.set(HEALTH, HealthStatus::Degraded, &reason, Some(FIX), now);
            return;
        }
    };
    // It may have been edited while the daemon was starting.
    reconfigure::notice(&context).await;
    loop {
        tokio::select! {
            () = context.shutdown.begun() => return,
            ring = rung.recv() => if ring.is_none() { return },
        }
        context.clock.sleep(SETTLE_MS).await;
        while rung.try_recv().is_ok() {}
        reconfigure::notice(&context).await;
    }
}

/// Watches the folder, because an editor puts a new file in the place of the old one; and the
/// folder that a link leads to.
fn watch(path: &Path, doorbell: mpsc::Sender<()>) -> notify::Result<RecommendedWatcher> {
    let mut files = vec![path.to_owned()];
    files.extend(path.canonicalize().ok().filter(|real| real != path));
    let folders: Vec<PathBuf> =
        files.iter().filter_map(|file| file.parent().map(Path::to_owned)).collect();
    let names: Vec<_> = files.iter().filter_map(|file| file.file_name().map(Into::into)).collect();
    let ring = move |event: notify::Result<Event>| {
        if event.map_or(true, |event| concerns(&event, &names)) {
            // A full channel has been rung already.
            let _ = doorbell.try_send(());
        }
    };
    let mut watcher = notify::recommended_watcher(ring)?;
    for folder in folders {
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
}

/// Whether an event may mean another text. Reading does not, or we would ring our own bell.
fn concerns(event: &Event, names: &[PathBuf]) -> bool {
    let is_change = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    };
    let is_ours = |path: &PathBuf| {
        path.file_name().is_some_and(|name| names.iter().any(|ours| ours.as_os_str() == name))
    };
    is_change && (event.need_rescan() || event.paths.iter().any(is_ours))
}

fn lament(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "nexus.toml is not watched: the system's limit on watched files is reached \
             (fs.inotify.max_user_watches, fs.inotify.max_user_instances)"
                .to_owned()
        }
        _ => format!("nexus.toml is not watched: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, Flag, ModifyKind, RenameMode};

    use super::*;

    #[test]
    fn only_what_may_change_the_file_rings() {
        let names = [PathBuf::from("nexus.toml")];
        let rings = |kind: EventKind, path: &str| {
            concerns(&Event::new(kind).add_path(PathBuf::from(path)), &names)
        };
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        assert!(rings(renamed, "/h/nexus.toml"));
        assert!(rings(EventKind::Create(CreateKind::File), "/h/nexus.toml"));
        assert!(rings(EventKind::Access(AccessKind::Close(AccessMode::Write)), "/h/nexus.toml"));
        assert!(!rings(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/h/nexus.toml"));
        assert!(!rings(renamed, "/h/.nexus.toml.0a1b"));
        assert!(!rings(renamed, "/h/AGENTS.md"));
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert!(concerns(&lost, &names), "events were lost, and it may have been among them");
    }

    #[test]
    fn the_limit_of_watches_is_named() {
        let error = notify::Error::new(notify::ErrorKind::MaxFilesWatch);
        assert!(lament(&error).contains("max_user_watches"));
        let error = watch(Path::new("/nowhere/at/all/nexus.toml"), mpsc::channel(1).0);
        assert!(lament(&error.unwrap_err()).starts_with("nexus.toml is not watched: "));
    }
}
