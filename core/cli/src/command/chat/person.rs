//! Asks the person at the terminal for a decision.

use std::io::BufRead;

use crate::failure::Result;
use crate::output::{Output, style};

/// What the person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    /// With what the model is told.
    Deny(Option<String>),
    /// Stop the whole turn.
    Stop,
}

/// Asks until the answer is clear. Safe to drop: no key press is lost to a question that was
/// answered elsewhere.
pub(super) async fn decide(output: &Output) -> Result<Decision> {
    loop {
        let prompt = output.paint_note(style::ASK, "  [a]pprove once, [d]eny, d REASON, [s]top › ");
        output.note_piece(&prompt);
        let line = tokio::select! {
            line = read_line() => line?,
            _ = tokio::signal::ctrl_c() => {
                output.note("");
                return Ok(Decision::Stop);
            }
        };
        let Some(line) = line else { return Ok(Decision::Stop) };
        match understand(&line) {
            Some(decision) => return Ok(decision),
            None => output.note("  answer with a, d or s; nothing happens until you do"),
        }
    }
}

/// Only a clear answer counts: silence and anything else is asked again.
fn understand(line: &str) -> Option<Decision> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match (word.to_lowercase().as_str(), rest) {
        ("a" | "approve" | "y" | "yes", "") => Some(Decision::Approve),
        ("d" | "deny" | "n" | "no", "") => Some(Decision::Deny(None)),
        ("d" | "deny" | "n" | "no", reason) => Some(Decision::Deny(Some(reason.to_owned()))),
        ("s" | "stop" | "/stop", "") => Some(Decision::Stop),
        _ => None,
    }
}

/// Pause between two looks at the terminal, in milliseconds: shorter than a person notices.
#[cfg(unix)]
const LOOK_MS: u64 = 40;

/// Waits for a line without a thread that would swallow the next one.
#[cfg(unix)]
async fn read_line() -> Result<Option<String>> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = std::io::stdin();
    // A terminal is readable when a whole line is there.
    loop {
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let n_ready = poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&at_once));
        if n_ready.map_err(std::io::Error::from)? > 0 {
            let mut line = String::new();
            let n = stdin.lock().read_line(&mut line)?;
            return Ok((n > 0).then_some(line));
        }
        tokio::time::sleep(std::time::Duration::from_millis(LOOK_MS)).await;
    }
}

/// Whether something comes on stdin within a time, or its end.
#[cfg(unix)]
pub(super) fn has_input(within_ms: i64) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let within = Timespec { tv_sec: within_ms / 1_000, tv_nsec: within_ms % 1_000 * 1_000_000 };
    let stdin = std::io::stdin();
    // Where asking fails, reading says why.
    poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&within)).is_ok_and(|n| n > 0)
}

/// Whether something comes on stdin is not asked for here; it is read.
#[cfg(not(unix))]
pub(super) fn has_input(_: i64) -> bool {
    true
}

#[cfg(not(unix))]
async fn read_line() -> Result<Option<String>> {
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|n| (n > 0).then_some(line))
    });
    Ok(read.await.map_err(std::io::Error::other)??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_answer_decides() {
        for (line, expect) in [
            ("a", Some(Decision::Approve)),
            (" Yes \n", Some(Decision::Approve)),
            ("d", Some(Decision::Deny(None))),
            ("d use the copy", Some(Decision::Deny(Some("use the copy".into())))),
            ("s", Some(Decision::Stop)),
            ("", None),
            ("a b", None),
            ("approve everything", None),
            ("ok", None),
        ] {
            assert_eq!(understand(line), expect, "{line:?}");
        }
    }
}
