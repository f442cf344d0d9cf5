//! The framing of the adapter contract, without I/O: lines in, lines out, each at most
//! [`LINE_BYTES_MAX`] long. Supervisor and adapters share it, so that both ends have one opinion.

use serde::Serialize;
use serde_json::Value;

use crate::adapter::{LINE_BYTES_MAX, Line, LineError};

/// Our code: the other side may try again later.
pub const NOT_NOW: i64 = -32000;
/// Our code: a `send` failed; `data` says how.
pub const SEND_FAILED: i64 = -32001;

/// What a line means.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// Wants an answer.
    Call {
        /// Id for the answer.
        id: u64,
        /// Method.
        method: String,
        /// Params, `null` when absent.
        params: Value,
    },
    /// Wants none.
    Notification {
        /// Method.
        method: String,
        /// Params, `null` when absent.
        params: Value,
    },
    /// Answers one of our calls.
    Answer {
        /// Id of the call.
        id: u64,
        /// How it went.
        outcome: Result<Value, LineError>,
    },
}

impl Incoming {
    /// Reads a line; `None` when it is not JSON-RPC 2.0 with a numeric id.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        let line: Line = serde_json::from_slice(line).ok()?;
        if line.jsonrpc != "2.0" {
            return None;
        }
        let params = line.params.unwrap_or_default();
        match (line.id, line.method) {
            (Some(id), Some(method)) => Some(Self::Call { id, method, params }),
            (None, Some(method)) => Some(Self::Notification { method, params }),
            (Some(id), None) => {
                let result = line.result.unwrap_or_default();
                Some(Self::Answer { id, outcome: line.error.map_or(Ok(result), Err) })
            }
            (None, None) => None,
        }
    }
}

/// The line would be longer than the other side takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineTooLong {
    /// How long it would be.
    pub n_bytes: usize,
}

impl std::fmt::Display for LineTooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the line has {} bytes; at most {LINE_BYTES_MAX} are sent", self.n_bytes)
    }
}

impl std::error::Error for LineTooLong {}

impl Line {
    /// A call.
    #[must_use]
    pub fn call(id: u64, method: &str, params: Value) -> Self {
        Self { id: Some(id), ..Self::notification(method, params) }
    }

    /// A notification.
    #[must_use]
    pub fn notification(method: &str, params: Value) -> Self {
        Self {
            jsonrpc: "2.0".to_owned(),
            method: Some(method.to_owned()),
            params: Some(params),
            ..Self::default()
        }
    }

    /// An answer to the call `id`.
    #[must_use]
    pub fn answer(id: u64, outcome: Result<Value, LineError>) -> Self {
        let (result, error) = match outcome {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error)),
        };
        Self { jsonrpc: "2.0".to_owned(), id: Some(id), result, error, ..Self::default() }
    }

    /// The bytes to write, newline included.
    ///
    /// # Errors
    /// When the line is too long to be taken.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LineTooLong> {
        let mut bytes = Vec::new();
        // Serializing these types into memory cannot fail: their keys are strings.
        let written = self.serialize(&mut serde_json::Serializer::new(&mut bytes));
        debug_assert!(written.is_ok());
        if bytes.len() > LINE_BYTES_MAX {
            return Err(LineTooLong { n_bytes: bytes.len() });
        }
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Cuts a stream of bytes into lines and holds at most one line and one chunk. What is longer
/// than the limit is skipped up to its newline, and reported for each limit's worth skipped, so
/// that a stream without newlines cannot go unnoticed.
#[derive(Debug)]
pub struct LineBuffer {
    bytes: Vec<u8>,
    /// Where the next line begins in `bytes`.
    start: usize,
    /// Up to where `bytes` is known to hold no newline.
    searched: usize,
    is_skipping: bool,
    bytes_max: usize,
}

impl LineBuffer {
    /// An empty buffer for lines of at most `bytes_max` bytes, newline not counted.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { bytes: Vec::new(), start: 0, searched: 0, is_skipping: false, bytes_max }
    }

    /// Takes what was read. Call [`Self::next_line`] until it has no more before the next chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        self.bytes.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        self.bytes.extend_from_slice(chunk);
    }

    /// The next whole line, without its newline; an error in the place of one that was too long.
    pub fn next_line(&mut self) -> Option<Result<&[u8], LineTooLong>> {
        let newline = self.bytes[self.searched..].iter().position(|&byte| byte == b'\n');
        let Some(offset) = newline else {
            return self.too_long_so_far();
        };
        let (start, end) = (self.start, self.searched + offset);
        self.start = end + 1;
        self.searched = self.start;
        let n_bytes = end - start;
        if std::mem::take(&mut self.is_skipping) || n_bytes > self.bytes_max {
            return Some(Err(LineTooLong { n_bytes }));
        }
        Some(Ok(self.bytes[start..end].strip_suffix(b"\r").unwrap_or(&self.bytes[start..end])))
    }

    fn too_long_so_far(&mut self) -> Option<Result<&[u8], LineTooLong>> {
        self.searched = self.bytes.len();
        let n_bytes = self.bytes.len() - self.start;
        if n_bytes <= self.bytes_max {
            return None;
        }
        self.bytes.clear();
        (self.start, self.searched) = (0, 0);
        self.is_skipping = true;
        Some(Err(LineTooLong { n_bytes }))
    }

    /// What is left when the stream has ended: a last line without a newline.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        if self.is_skipping { &[] } else { &self.bytes[self.start..] }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cut(bytes_max: usize, chunks: &[&str]) -> Vec<String> {
        let mut buffer = LineBuffer::new(bytes_max);
        let mut lines = Vec::new();
        for chunk in chunks {
            buffer.push(chunk.as_bytes());
            while let Some(line) = buffer.next_line() {
                lines.push(line.map_or("!".to_owned(), |l| String::from_utf8_lossy(l).into()));
            }
            assert!(buffer.bytes.len() <= bytes_max + chunk.len());
        }
        lines.push(format!("rest {}", String::from_utf8_lossy(buffer.rest())));
        lines
    }

    #[test]
    fn lines_are_cut_wherever_the_chunks_end() {
        assert_eq!(cut(9, &["a\nb", "b\r\n", "\nc"]), ["a", "bb", "", "rest c"]);
        assert_eq!(cut(3, &["abc\nabcd\nx\n"]), ["abc", "!", "x", "rest "]);
    }

    #[test]
    fn a_line_without_end_is_reported_again_and_again_and_never_kept() {
        assert_eq!(cut(3, &["abcdef", "ghijkl", "m\nok\n"]), ["!", "!", "!", "ok", "rest "]);
        assert_eq!(cut(3, &["abcdef", "gh"]), ["!", "rest "]);
    }

    #[test]
    fn a_line_reads_back_as_what_it_was() {
        let back = |line: Line| Incoming::parse(line.to_bytes().unwrap().trim_ascii_end()).unwrap();
        assert_eq!(
            back(Line::call(7, "send", json!({"a": 1}))),
            Incoming::Call { id: 7, method: "send".into(), params: json!({"a": 1}) }
        );
        assert_eq!(
            back(Line::notification("log", json!("x"))),
            Incoming::Notification { method: "log".into(), params: json!("x") }
        );
        assert_eq!(
            back(Line::answer(7, Ok(Value::Null))),
            Incoming::Answer { id: 7, outcome: Ok(Value::Null) }
        );
        for garbage in ["", "hi", "{}", "[]", r#"{"id":1,"method":"x"}"#, r#"{"jsonrpc":"2.0"}"#] {
            assert_eq!(Incoming::parse(garbage.as_bytes()), None, "{garbage}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_not_written() {
        let line = Line::notification("log", json!("x".repeat(LINE_BYTES_MAX)));
        assert!(line.to_bytes().is_err());
    }
}
