//! A program that is measured: its processor time and its memory, from `/proc`.

use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

/// A running program; ended with the value.
pub(crate) struct Process(Child);

impl Process {
    /// Starts a program that says nothing.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let name = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.spawn().with_context(|| format!("cannot start {name}"))?))
    }

    /// Takes over a program that was started by other means.
    pub(crate) fn of(child: Child) -> Self {
        Self(child)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Processor time of all its threads so far, in microseconds.
    pub(crate) fn cpu_us(&self) -> f64 {
        self.threads().values().map(|thread| thread.cpu_us).sum()
    }

    /// Resident memory in kilobytes: all of it, and the part that no file backs.
    pub(crate) fn memory_kb(&self) -> (f64, f64) {
        let rollup = format!("/proc/{}/smaps_rollup", self.0.id());
        let text = std::fs::read_to_string(rollup).unwrap_or_default();
        let of = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            let number = line.and_then(|line| line.split_whitespace().nth(1));
            number.and_then(|number| number.parse().ok()).unwrap_or(f64::NAN)
        };
        (of("Rss:"), of("Anonymous:"))
    }

    /// What each of its threads has done so far, by its id.
    pub(crate) fn threads(&self) -> BTreeMap<u32, Thread> {
        let tasks = format!("/proc/{}/task", self.0.id());
        let entries = std::fs::read_dir(Path::new(&tasks)).into_iter().flatten().flatten();
        let read = |entry: DirEntry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            Some((id, Thread::read(&entry.path())?))
        };
        entries.filter_map(read).collect()
    }
}

/// What one thread has done so far.
#[derive(Clone, Copy, Default)]
pub(crate) struct Thread {
    /// Processor time, in microseconds.
    pub(crate) cpu_us: f64,
    /// How often it has gone to sleep: about as often as it was woken.
    pub(crate) wakeups: f64,
}

impl Thread {
    fn read(task: &Path) -> Option<Self> {
        let times = std::fs::read_to_string(task.join("schedstat")).ok()?;
        let status = std::fs::read_to_string(task.join("status")).ok()?;
        let slept = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"))?;
        Some(Self {
            cpu_us: times.split_whitespace().next()?.parse::<f64>().ok()? / 1_000.0,
            wakeups: slept.split_whitespace().nth(1)?.parse().ok()?,
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended by itself needs nothing.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
