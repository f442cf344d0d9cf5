//! What a child says on stderr: into the log, and its last lines remembered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_protocol::line::LineBuffer;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::Handler;
use crate::clock::Clock;

/// Lines of stderr that are remembered.
pub(crate) const STDERR_LINES_MAX: usize = 50;
/// Longest line of stderr that is kept, in bytes.
pub(crate) const STDERR_LINE_BYTES_MAX: usize = 2_048;
/// Lines per second that go into the log, per child; the rest is counted.
const LOG_LINES_PER_S_MAX: u32 = 50;
/// Bytes read at once.
const CHUNK_BYTES: usize = 8_192;

/// The last lines of stderr.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastLines(Arc<Mutex<VecDeque<String>>>);

impl LastLines {
    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: String) {
        let mut lines = self.lock();
        if lines.len() == STDERR_LINES_MAX {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    pub(crate) fn to_vec(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }
}

/// Reads stderr to its end.
pub(crate) async fn read(
    mut stderr: impl AsyncRead + Unpin,
    adapter: String,
    lines: LastLines,
    clock: Arc<dyn Clock>,
    handler: Arc<dyn Handler>,
) {
    let mut buffer = LineBuffer::new(STDERR_LINE_BYTES_MAX);
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut throttle = Throttle::default();
    while let Ok(n_bytes @ 1..) = stderr.read(&mut chunk).await {
        buffer.push(&chunk[..n_bytes]);
        while let Some(line) = buffer.next_line() {
            let line = match line {
                Ok(line) => String::from_utf8_lossy(line).into_owned(),
                Err(too_long) => format!("[{} bytes without a line break]", too_long.n_bytes),
            };
            if throttle.admits(clock.monotonic_us()) {
                tracing::debug!(adapter, line, "stderr");
                handler.said(&adapter, "stderr", &line);
            }
            lines.push(line);
        }
    }
    if !buffer.rest().is_empty() {
        let line = String::from_utf8_lossy(buffer.rest()).into_owned();
        handler.said(&adapter, "stderr", &line);
        lines.push(line);
    }
}

/// Lets so many lines through per second.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    second: u64,
    n_lines: u32,
}

impl Throttle {
    pub(crate) fn admits(&mut self, now_us: u64) -> bool {
        let second = now_us / 1_000_000;
        if second != self.second {
            *self = Self { second, n_lines: 0 };
        }
        self.n_lines = self.n_lines.saturating_add(1);
        self.n_lines <= LOG_LINES_PER_S_MAX
    }
}
