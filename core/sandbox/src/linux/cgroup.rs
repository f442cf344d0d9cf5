//! A control group of its own for a run, where the user may make one: root everywhere, others
//! where the system hands them a part of the tree. It bounds all processes of a run together.

use std::fs;
use std::path::{Path, PathBuf};

use crate::posture::Mechanism;
use crate::wire::Order;

/// Where the controllers are mounted.
const MOUNT: &str = "/sys/fs/cgroup";

/// Most names that are tried for a group.
const NAMES_MAX: u32 = 16;

/// The groups of a run: one in the common tree, or one per controller in the older layout.
pub(crate) struct Group {
    folders: Vec<PathBuf>,
}

impl Group {
    /// Makes the groups and puts this process into them; what it starts is born there. Where none
    /// can be made, there is none: the stage inside sees it and says so.
    pub(crate) fn make(order: &Order) -> Self {
        if order.without.contains(&Mechanism::Limits) {
            return Self { folders: Vec::new() };
        }
        let limits = &order.profile.limits;
        let processes = limits.processes_max.to_string();
        let memory = limits.memory_bytes_max.to_string();
        let mine = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let wanted: &[(&str, &[(&str, &str)])] = match mine.lines().any(|l| !l.starts_with("0::")) {
            true => &[
                ("pids", &[("pids.max", &processes)]),
                ("memory", &[("memory.limit_in_bytes", &memory)]),
            ],
            false => &[("", &[("pids.max", &processes), ("memory.max", &memory)])],
        };
        let made = wanted.iter().filter_map(|(controller, settings)| {
            let folder = make_folder(&place(&mine, controller)?)?;
            let is_set = settings.iter().all(|(file, value)| write(&folder, file, value));
            let is_in = is_set && write(&folder, "cgroup.procs", &std::process::id().to_string());
            if !is_in {
                let _ = fs::remove_dir(&folder);
            }
            is_in.then_some(folder)
        });
        Self { folders: made.collect() }
    }

    /// Leaves the groups and removes them; by now nobody else is in them.
    pub(crate) fn remove(self) {
        let me = std::process::id().to_string();
        for folder in self.folders {
            if let Some(parent) = folder.parent() {
                write(parent, "cgroup.procs", &me);
            }
            // One that stays is empty and costs nothing.
            let _ = fs::remove_dir(&folder);
        }
    }
}

/// Makes a folder for this process. One that bears its number was left by another process that had
/// the number before and was killed: it is taken away, or passed over while somebody is in it.
fn make_folder(parent: &Path) -> Option<PathBuf> {
    let me = std::process::id();
    (0..NAMES_MAX).find_map(|n| {
        let folder = parent.join(format!("nexus-run-{me}-{n}"));
        let _ = fs::remove_dir(&folder);
        fs::create_dir(&folder).ok().map(|()| folder)
    })
}

/// Whether this process is in a group of a run that bounds the number of processes.
pub(super) fn limits_processes() -> bool {
    let mine = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let is_ours = |line: &str| {
        let mut parts = line.splitn(3, ':');
        let controllers = parts.nth(1).unwrap_or_default();
        let path = parts.next().unwrap_or_default();
        (controllers.is_empty() || controllers.split(',').any(|name| name == "pids"))
            && path.contains("/nexus-run-")
    };
    mine.lines().any(is_ours)
}

fn place(mine: &str, controller: &str) -> Option<PathBuf> {
    let path = mine.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':');
        let controllers = parts.nth(1)?;
        let path = parts.next()?;
        controllers.split(',').any(|name| name == controller).then_some(path)
    })?;
    let folder = Path::new(MOUNT).join(controller).join(path.trim_start_matches('/'));
    folder.is_dir().then_some(folder)
}

fn write(folder: &Path, file: &str, value: &str) -> bool {
    fs::write(folder.join(file), value).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_was_left_behind_is_no_hindrance() {
        let parent = tempfile::tempdir().unwrap();
        let first = make_folder(parent.path()).unwrap();
        assert_eq!(make_folder(parent.path()).unwrap(), first, "an empty one is made anew");
        fs::write(first.join("somebody"), "").unwrap();
        let second = make_folder(parent.path()).unwrap();
        assert!(second != first && second.is_dir(), "one in use is passed over");
    }
}
