//! The process that watches over a new version, run from the version before.
//!
//! It waits until the old program has ended, starts the new one, and gives it the time of the
//! [`Record`]. A new version that ends by an error, or does not say in time that it is well, is
//! ended, the version before is put back and started. One that was quit by a person is left alone.
//!
//! The old program holds the other end of the guard's standard input: that it has ended is seen by
//! its closing, whatever became of it.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::record::{Record, Verdict};
use crate::stage::{Staged, swap_back};
use crate::{Installation, UpdateError};

/// The word that a program is started with to be the guard.
pub const WORD: &str = "guard-update";
/// Longest time for the old program to end, in milliseconds: longer than the daemon's longest drain.
const LEAVE_MS_MAX: u64 = 11 * 60_000;
/// Time for a program that is told to end, in milliseconds.
const END_MS_MAX: u64 = 10_000;
/// Pause between two looks, in milliseconds.
const LOOK_PAUSE_MS: u64 = 100;

/// Swaps the versions and starts the guard, which waits for this process to end. What is returned
/// is to be kept till then.
///
/// # Errors
/// When the versions cannot be swapped or the guard does not start; nothing has changed then.
pub fn begin(home: &Path, staged: &Staged, record: &Record) -> Result<ChildStdin, UpdateError> {
    staged.swap()?;
    let started = record.write(home).and_then(|()| start(home, &record.installation));
    if started.is_err()
        && let Err(error) = swap_back(&record.installation)
    {
        tracing::error!(%error, "the version before cannot be put back");
    }
    started
}

fn start(home: &Path, installation: &Installation) -> Result<ChildStdin, UpdateError> {
    let program = installation.previous_program();
    let mut command = apart(&program);
    command.arg(WORD).arg(home).stdin(Stdio::piped());
    let mut child = command.spawn().map_err(UpdateError::file(&program))?;
    child
        .stdin
        .take()
        .ok_or(UpdateError::File { path: program, why: "it hears nothing".to_owned() })
}

/// Is the guard, if this process was started to be one. A program that can update itself calls it
/// first of all.
#[must_use]
pub fn run_if_asked() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != WORD {
        return None;
    }
    let home = PathBuf::from(words.next()?);
    let (ended, has_ended) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let mut rest = Vec::new();
        // However it ends, the other side is gone.
        let _ = std::io::stdin().read_to_end(&mut rest);
        let _ = ended.send(());
    });
    let within = Duration::from_millis(LEAVE_MS_MAX);
    let has_left = has_ended.recv_timeout(within) != Err(mpsc::RecvTimeoutError::Timeout);
    Some(if watch(&home, has_left) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Starts the new version and watches it; says whether it stays.
fn watch(home: &Path, has_left: bool) -> bool {
    let Some(record) = Record::read(home).filter(|record| record.verdict == Verdict::Trial) else {
        return false;
    };
    if !has_left {
        let why = "the version before did not end".to_owned();
        return take_back(home, &record, why, false);
    }
    let mut child = match run(&record) {
        Ok(child) => child,
        Err(error) => return take_back(home, &record, format!("it does not start: {error}"), true),
    };
    let within = Duration::from_millis(record.start_ms.saturating_add(record.trial_ms));
    let mut rest = within;
    loop {
        match Record::read(home).map(|record| record.verdict) {
            Some(Verdict::Trial) => {}
            _ => return true,
        }
        match child.try_wait() {
            // Quit in the middle of its trial: that goes on when it is started again.
            Ok(Some(status)) if status.success() => return true,
            Ok(Some(status)) => {
                return take_back(home, &record, format!("it ended: {status}"), true);
            }
            Ok(None) if !rest.is_zero() => {
                let pause = Duration::from_millis(LOOK_PAUSE_MS);
                std::thread::sleep(pause);
                rest = rest.saturating_sub(pause);
            }
            Ok(None) => {
                end(&mut child);
                let seconds = within.as_secs_f64();
                let why = format!("it was not well within {seconds:.0} s");
                return take_back(home, &record, why, true);
            }
            Err(error) => return take_back(home, &record, error.to_string(), true),
        }
    }
}

/// Puts the version before back, and starts it.
fn take_back(home: &Path, record: &Record, why: String, is_to_run: bool) -> bool {
    if !record.can_return {
        let stuck = Record { verdict: Verdict::Stuck(why), ..record.clone() };
        // There is nobody to tell but the next start.
        let _ = stuck.write(home);
        let _ = run(&stuck);
        return false;
    }
    let back = swap_back(&record.installation);
    let verdict = match back {
        Ok(()) => Verdict::TakenBack(why),
        Err(error) => Verdict::Stuck(format!("{why}; and the version before: {error}")),
    };
    let record = Record { verdict, ..record.clone() };
    let _ = record.write(home);
    if is_to_run {
        let _ = run(&record);
    }
    false
}

fn run(record: &Record) -> std::io::Result<Child> {
    apart(&record.installation.program()).args(&record.args).spawn()
}

/// A program that outlives this one, and neither hears nor says anything.
#[expect(clippy::disallowed_methods, reason = "a version is watched by none of its own processes")]
fn apart(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// Ends a program: it is told to, and made to.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // One that is gone already needs no word.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        for _ in 0..END_MS_MAX / LOOK_PAUSE_MS {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(LOOK_PAUSE_MS));
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
#[path = "guard/tests.rs"]
mod tests;
