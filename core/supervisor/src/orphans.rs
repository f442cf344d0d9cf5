//! Children that outlive their daemon: who runs is written down, and what is still there at the
//! next start is ended. A process is known by its number and the time of its start, so that a
//! stranger who got the number later is left alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// Who a process is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Being {
    pid: u32,
    /// In the ticks of the kernel, since the machine was started.
    started_ticks: u64,
    /// Names this run of the machine.
    boot: String,
}

/// The running children, on disk. Nothing of it is in a folder that a child can write.
#[derive(Debug)]
pub(crate) struct Book {
    path: PathBuf,
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    beings: BTreeMap<String, Being>,
    /// What stands in the file, as long as it is ours.
    written: Vec<u8>,
}

impl Book {
    /// Opens the book and ends whoever is left from an earlier daemon: their names.
    pub(crate) fn open(path: &Path) -> (Self, Vec<String>) {
        let text = std::fs::read(path).unwrap_or_default();
        let left: BTreeMap<String, Being> = serde_json::from_slice(&text).unwrap_or_default();
        let is_there = |being: &Being| being_of(being.pid).as_ref() == Some(being);
        let mut ended = Vec::new();
        for (name, being) in left.into_iter().filter(|(_, being)| is_there(being)) {
            end(being.pid);
            ended.push(name);
        }
        let book = Self { path: path.to_owned(), pages: Mutex::default() };
        book.write(&mut Pages { written: text, ..Pages::default() });
        book.lock().written = b"{}".to_vec();
        (book, ended)
    }

    /// Notes that a child runs, or that it does not any more.
    pub(crate) fn note(&self, name: &str, pid: Option<u32>) {
        let mut pages = self.lock();
        match pid.and_then(being_of) {
            Some(being) => pages.beings.insert(name.to_owned(), being),
            None => pages.beings.remove(name),
        };
        self.write(&mut pages);
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what runs, unless somebody else has written there since: a daemon that was stopped
    /// and wakes up must not take the children of its successor out of the book.
    fn write(&self, pages: &mut Pages) {
        let found = std::fs::read(&self.path).unwrap_or_default();
        if !found.is_empty() && found != pages.written {
            tracing::warn!("the book of running adapters is kept by another daemon");
            return;
        }
        let fresh = self.path.with_extension("new");
        let text = serde_json::to_vec(&pages.beings).unwrap_or_default();
        let written =
            std::fs::write(&fresh, &text).and_then(|()| std::fs::rename(&fresh, &self.path));
        match written {
            Ok(()) => pages.written = text,
            Err(error) => tracing::warn!(%error, "running adapters could not be written down"),
        }
    }
}

#[cfg(target_os = "linux")]
fn being_of(pid: u32) -> Option<Being> {
    /// Place of the start time after the name, which stands in brackets and may hold anything.
    const STARTED: usize = 19;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let started_ticks = fields.nth(STARTED)?.parse().ok()?;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(Being { pid, started_ticks, boot: boot.trim().to_owned() })
}

/// Elsewhere a process cannot be known again, and the closed pipe has to do.
#[cfg(not(target_os = "linux"))]
fn being_of(_: u32) -> Option<Being> {
    None
}

#[cfg(unix)]
fn end(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid
        && let Err(error) = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL)
    {
        tracing::warn!(%error, "an orphan could not be ended");
    }
}

#[cfg(not(unix))]
fn end(_: u32) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_number_alone_ends_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("running.json");
        let me = being_of(std::process::id()).unwrap();
        for other in [
            Being { started_ticks: me.started_ticks + 1, ..me.clone() },
            Being { boot: "another".to_owned(), ..me.clone() },
        ] {
            let text = serde_json::to_vec(&BTreeMap::from([("me".to_owned(), other)])).unwrap();
            std::fs::write(&path, text).unwrap();
            assert_eq!(Book::open(&path).1, Vec::<String>::new());
        }
        let (book, _) = Book::open(&path);
        book.note("me", Some(me.pid));
        let text = std::fs::read(&path).unwrap();
        let read: BTreeMap<String, Being> = serde_json::from_slice(&text).unwrap();
        assert_eq!(read["me"], me);
        book.note("me", None);
        assert_eq!(std::fs::read(&path).unwrap(), b"{}");
        // Whoever comes next keeps it, and the one before writes no more.
        let (next, _) = Book::open(&path);
        next.note("next", Some(me.pid));
        book.note("me", Some(me.pid));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("next") && !text.contains("\"me\""), "{text}");
    }
}
