//! What a program writes, shown while it writes: gathered for a moment, and what comes faster than
//! anybody reads is left out. Nothing of it is kept; the result has beginning and end.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::port::{Clock, Piece};
use crate::tools::RunningCall;

/// Pause between two pieces, in milliseconds.
const PAUSE_MS: u64 = 100;
/// Largest piece, in bytes; of more, the end is shown.
const PIECE_BYTES_MAX: usize = 4 * 1024;

/// Both streams of a program, on their way to whoever watches its call.
pub(super) struct Show {
    call: Option<RunningCall>,
    gathered: Mutex<Gathered>,
    bell: Notify,
}

#[derive(Default)]
struct Gathered {
    text: String,
    n_skipped: u64,
    n_shown: u64,
}

/// One of the streams.
pub(super) struct Stream<'a> {
    show: &'a Show,
    /// The beginning of a character whose end is still to come.
    rest: Vec<u8>,
}

impl Show {
    /// Shows it to those who watch a call; to nobody without one.
    pub(super) fn to(call: Option<RunningCall>) -> Self {
        Self { call, gathered: Mutex::default(), bell: Notify::new() }
    }

    pub(super) fn stream(&self) -> Stream<'_> {
        Stream { show: self, rest: Vec::new() }
    }

    /// Shows the first piece at once and further ones after a pause each; never ends.
    pub(super) async fn go_on(&self, clock: &dyn Clock) {
        loop {
            self.bell.notified().await;
            self.pass_on();
            clock.sleep(PAUSE_MS).await;
        }
    }

    fn pass_on(&self) {
        let piece = {
            let mut gathered = self.gathered();
            if gathered.text.is_empty() {
                return;
            }
            gathered.n_shown += 1;
            Piece {
                seq: gathered.n_shown,
                n_skipped: std::mem::take(&mut gathered.n_skipped),
                text: std::mem::take(&mut gathered.text),
            }
        };
        if let Some(call) = &self.call {
            call.watcher.tool_output(&call.id, piece);
        }
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream<'_> {
    /// Takes what was written.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.show.call.is_none() {
            return;
        }
        self.rest.extend_from_slice(bytes);
        let n_whole = self.rest.len() - n_unfinished(&self.rest);
        let text = String::from_utf8_lossy(&self.rest[..n_whole]).into_owned();
        self.rest.drain(..n_whole);
        let mut gathered = self.show.gathered();
        gathered.text.push_str(&text);
        gathered.shorten();
        drop(gathered);
        self.show.bell.notify_one();
    }
}

impl Gathered {
    /// Keeps the end of a text that became too long.
    fn shorten(&mut self) {
        let mut cut = self.text.len().saturating_sub(PIECE_BYTES_MAX);
        while !self.text.is_char_boundary(cut) {
            cut += 1;
        }
        self.n_skipped += cut as u64;
        self.text.drain(..cut);
    }
}

/// How many bytes at the end are the beginning of a character.
fn n_unfinished(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    (0..tail.len())
        .find(|at| {
            std::str::from_utf8(&tail[*at..])
                .is_err_and(|e| e.valid_up_to() == 0 && e.error_len().is_none())
        })
        .map_or(0, |at| tail.len() - at)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nexus_domain::id::MessageId;

    use super::*;
    use crate::port::{Answer, Ask, Gate, Watcher};

    #[derive(Default)]
    struct Eyes(Mutex<Vec<Piece>>);

    impl Watcher for Eyes {
        fn started(&self, _: MessageId) {}
        fn text(&self, _: MessageId, _: &str) {}
        fn reasoning(&self, _: MessageId, _: &str) {}
        fn ended(&self, _: MessageId) {}
        fn tool_output(&self, _: &str, piece: Piece) {
            self.0.lock().unwrap().push(piece);
        }
    }

    struct Nobody;

    impl Gate for Nobody {
        fn ask(&self, _: Ask) -> futures_util::future::BoxFuture<'_, Answer> {
            Box::pin(async { Answer::Refused(String::new()) })
        }
    }

    #[track_caller]
    fn check(pushes: &[&[u8]], expected: &[(&str, u64)]) {
        let eyes = Arc::new(Eyes::default());
        let watcher = Arc::clone(&eyes) as Arc<dyn Watcher>;
        let call = RunningCall { id: "c".to_owned(), gate: Arc::new(Nobody), watcher };
        let show = Show::to(Some(call));
        let mut stream = show.stream();
        for bytes in pushes {
            stream.push(bytes);
            show.pass_on();
        }
        let seen = eyes.0.lock().unwrap();
        let seen: Vec<_> = seen.iter().map(|one| (one.text.as_str(), one.n_skipped)).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_written_is_shown_in_whole_characters() {
        check(&[b"one\n", b"", b"two"], &[("one\n", 0), ("two", 0)]);
        check(&["é".as_bytes()], &[("é", 0)]);
        check(&[&"é".as_bytes()[..1], &"é".as_bytes()[1..]], &[("é", 0)]);
        check(&[&"a😀".as_bytes()[..4], &"😀".as_bytes()[3..]], &[("a", 0), ("😀", 0)]);
        check(&[b"\xff\xfeb"], &[("\u{fffd}\u{fffd}b", 0)]);
    }

    #[test]
    fn what_is_too_much_is_left_out_and_counted() {
        let much = [vec![b'a'; 10], vec![b'b'; PIECE_BYTES_MAX]].concat();
        let end = "b".repeat(PIECE_BYTES_MAX);
        check(&[&much, b"c"], &[(end.as_str(), 10), ("c", 0)]);
    }
}
