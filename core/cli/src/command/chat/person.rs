//! Asks the person at the terminal for a decision.

use std::io::BufRead;

use nexus_protocol::acl::ApproveSpan;

use crate::command::acl::Standing;
use crate::failure::Result;
use crate::output::{Output, style};

/// What the person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Approve(Standing),
    /// With what the model is told.
    Deny(Standing),
    /// More time to think.
    Extend,
    /// Stop the whole turn.
    Stop,
}

/// Asks until the answer is clear. Safe to drop: no key press is lost to a question that was
/// answered elsewhere.
pub(super) async fn decide(n_scopes: usize, output: &Output) -> Result<Decision> {
    loop {
        let prompt = match n_scopes {
            0 => "  [a]pprove once, [d]eny, d REASON, [m]ore time, [s]top › ".to_owned(),
            _ => "  [a]pprove once, [f]or a day, al[w]ays, [d]eny, d REASON, never, [m]ore time, \
                  [s]top › "
                .to_owned(),
        };
        let prompt = output.paint_note(style::ASK, &prompt);
        output.note_piece(&prompt);
        let line = tokio::select! {
            line = read_line() => line?,
            _ = tokio::signal::ctrl_c() => {
                output.note("");
                return Ok(Decision::Stop);
            }
        };
        let Some(line) = line else { return Ok(Decision::Stop) };
        match understand(&line, n_scopes) {
            Some(decision) => return Ok(decision),
            None => output.note(&hint(n_scopes)),
        }
    }
}

fn hint(n_scopes: usize) -> String {
    match n_scopes {
        0 => "  answer with a, d, m or s; nothing happens until you do".to_owned(),
        n => format!(
            "  answer with a, d, m or s, or with f, w or never and a number from 1 to {n}; \
             nothing happens until you do"
        ),
    }
}

/// Only a clear answer counts: silence and anything else is asked again. An answer for longer
/// without a number means the narrowest scope, which is the first.
fn understand(line: &str, n_scopes: usize) -> Option<Decision> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (word, rest) = (word.to_lowercase(), rest.trim());
    let approve = |span| Some(Decision::Approve(Standing { span, ..Standing::default() }));
    match (word.as_str(), rest) {
        ("a" | "approve" | "y" | "yes", "") => approve(ApproveSpan::Once),
        ("d" | "deny" | "n" | "no", "") => Some(Decision::Deny(Standing::default())),
        ("d" | "deny" | "n" | "no", reason) => {
            let comment = Some(reason.to_owned());
            Some(Decision::Deny(Standing { comment, ..Standing::default() }))
        }
        ("m" | "more", "") => Some(Decision::Extend),
        ("s" | "stop" | "/stop", "") => Some(Decision::Stop),
        (word @ ("f" | "day" | "w" | "always" | "never"), rest) => {
            let scope = match rest {
                "" => 1,
                number => number.parse().ok()?,
            };
            if scope == 0 || usize::try_from(scope).ok()? > n_scopes {
                return None;
            }
            let standing = Standing { scope: Some(scope), ..Standing::default() };
            Some(match word {
                "f" | "day" => Decision::Approve(Standing { span: ApproveSpan::Day, ..standing }),
                "w" | "always" => {
                    Decision::Approve(Standing { span: ApproveSpan::Always, ..standing })
                }
                _ => Decision::Deny(Standing { is_never: true, ..standing }),
            })
        }
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

    fn said(line: &str) -> Option<Decision> {
        understand(line, 2)
    }

    #[test]
    fn only_a_clear_answer_decides() {
        let once = || Some(Decision::Approve(Standing::default()));
        let deny = |comment: Option<&str>| {
            let comment = comment.map(str::to_owned);
            Some(Decision::Deny(Standing { comment, ..Standing::default() }))
        };
        for (line, expect) in [
            ("a", once()),
            (" Yes \n", once()),
            ("d", deny(None)),
            ("n", deny(None)),
            ("d use the copy", deny(Some("use the copy"))),
            ("m", Some(Decision::Extend)),
            ("s", Some(Decision::Stop)),
            ("", None),
            ("a b", None),
            ("approve everything", None),
            ("ok", None),
        ] {
            assert_eq!(said(line), expect, "{line:?}");
        }
    }

    #[test]
    fn an_answer_for_longer_names_one_of_the_scopes() {
        let standing = |scope| Standing { scope: Some(scope), ..Standing::default() };
        let day = |scope| Standing { span: ApproveSpan::Day, ..standing(scope) };
        let always = |scope| Standing { span: ApproveSpan::Always, ..standing(scope) };
        assert_eq!(said("f"), Some(Decision::Approve(day(1))));
        assert_eq!(said("always 2"), Some(Decision::Approve(always(2))));
        let never = Standing { is_never: true, ..standing(1) };
        assert_eq!(said("never"), Some(Decision::Deny(never)));
        for line in ["w 0", "w 3", "w -1", "w all", "w 1 2", "never mind"] {
            assert_eq!(said(line), None, "{line:?}");
        }
        assert_eq!(understand("w", 0), None, "a question that is asked each time");
    }
}
