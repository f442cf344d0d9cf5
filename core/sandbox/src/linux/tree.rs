//! The keeper's descendants, found in `/proc`. It is the parent of every orphan among them
//! (subreaper), so that neither `setsid` nor a double fork leads out of the tree.

use std::collections::HashMap;

use rustix::process::{Pid, Signal, kill_process};

/// Most rounds of stopping and killing. Each round leaves fewer: what is stopped starts nothing.
const ROUNDS_MAX: usize = 1_000;

/// Kills everything below this process, and waits until it is gone.
pub(crate) fn kill_descendants() {
    for _ in 0..ROUNDS_MAX {
        let found = descendants();
        if found.is_empty() {
            return;
        }
        // First all are stopped, so that none makes new ones while others are being killed.
        for signal in [Signal::STOP, Signal::KILL] {
            for pid in found.iter().filter_map(|pid| Pid::from_raw(*pid)) {
                // An error means that it has ended already.
                let _ = kill_process(pid, signal);
            }
        }
        reap();
        std::thread::yield_now();
    }
}

/// Takes leave of the orphans. The program itself is left for the one who waits for it.
fn reap() {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let me = rustix::process::getpid().as_raw_nonzero().get();
    let table = table();
    let orphans = table.iter().filter(|(_, task)| task.parent == me && task.is_dead);
    for pid in orphans.filter_map(|(pid, _)| Pid::from_raw(*pid)) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        if !is_main(pid) {
            let _ = waitid(WaitId::Pid(pid), options);
        }
    }
}

/// The first child is the program; whoever came later came as an orphan.
fn is_main(pid: Pid) -> bool {
    MAIN.get().is_none_or(|main| *main == pid.as_raw_nonzero().get())
}

static MAIN: std::sync::OnceLock<i32> = std::sync::OnceLock::new();

/// Names the process that is waited for elsewhere.
pub(crate) fn set_main(pid: u32) {
    // There is one in the life of a keeper.
    let _ = MAIN.set(i32::try_from(pid).unwrap_or_default());
}

/// Whether a tree without namespaces is held together.
pub(super) fn is_held() -> Result<(), String> {
    if std::path::Path::new("/proc/self/stat").exists() {
        return Ok(());
    }
    Err("/proc is not mounted, so that the processes of a run cannot be found".to_owned())
}

/// Tasks that the kernel counts for the user of this process.
pub(super) fn n_tasks_of_user() -> u64 {
    use std::os::unix::fs::MetadataExt;
    let me = rustix::process::getuid().as_raw();
    let Ok(all) = std::fs::read_dir("/proc") else { return 0 };
    let ours = all.flatten().filter(|entry| {
        entry.file_name().to_string_lossy().parse::<u32>().is_ok()
            && entry.metadata().is_ok_and(|metadata| metadata.uid() == me)
    });
    let n_tasks = ours.map(|entry| std::fs::read_dir(entry.path().join("task")));
    n_tasks.map(|tasks| tasks.map_or(0, |tasks| tasks.count() as u64)).sum()
}

struct Task {
    parent: i32,
    is_dead: bool,
}

/// Living processes below this one.
fn descendants() -> Vec<i32> {
    let table = table();
    let mut found = vec![rustix::process::getpid().as_raw_nonzero().get()];
    let mut at = 0;
    while at < found.len() {
        let parent = found[at];
        found.extend(table.iter().filter(|(_, task)| task.parent == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    found.remove(0);
    found.retain(|pid| table.get(pid).is_some_and(|task| !task.is_dead));
    found
}

fn table() -> HashMap<i32, Task> {
    let Ok(all) = std::fs::read_dir("/proc") else { return HashMap::new() };
    let pids = all.flatten().filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
    pids.filter_map(|pid: i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in brackets and may hold anything, brackets too.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let is_dead = matches!(fields.next()?, "Z" | "X");
        let parent = fields.next()?.parse().ok()?;
        Some((pid, Task { parent, is_dead }))
    })
    .collect()
}
