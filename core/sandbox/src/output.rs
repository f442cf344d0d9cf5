//! What a program wrote: beginning and end are kept, all bytes are counted.

use std::collections::VecDeque;

/// Keeps the beginning and the end of a stream within a limit.
#[derive(Clone, Debug)]
pub struct Capture {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    half_bytes_max: usize,
    n_bytes: u64,
}

/// A captured stream as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Beginning and end, with a notice where something is missing between them.
    pub text: String,
    /// Everything that was written, in bytes.
    pub n_bytes: u64,
}

impl Capture {
    /// Keeps at most so many bytes, half of them from the end.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { head: Vec::new(), tail: VecDeque::new(), half_bytes_max: bytes_max / 2, n_bytes: 0 }
    }

    /// Takes what was written.
    pub fn push(&mut self, bytes: &[u8]) {
        self.n_bytes += bytes.len() as u64;
        let n_head = bytes.len().min(self.half_bytes_max - self.head.len());
        let (head, rest) = bytes.split_at(n_head);
        self.head.extend_from_slice(head);
        let rest = &rest[rest.len().saturating_sub(self.half_bytes_max)..];
        let n_over = (self.tail.len() + rest.len()).saturating_sub(self.half_bytes_max);
        self.tail.drain(..n_over);
        self.tail.extend(rest);
    }

    /// All bytes that were written.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// What is kept, as text; bytes that are none are shown as `\u{fffd}`.
    #[must_use]
    pub fn text(&self) -> Text {
        let kept = (self.head.len() + self.tail.len()) as u64;
        let n_missing = self.n_bytes - kept;
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        let text = if n_missing == 0 {
            let whole = [self.head.as_slice(), &tail].concat();
            String::from_utf8_lossy(&whole).into_owned()
        } else {
            format!(
                "{}\n[{n_missing} of {} bytes left out]\n{}",
                String::from_utf8_lossy(&self.head),
                self.n_bytes,
                String::from_utf8_lossy(&tail)
            )
        };
        Text { text, n_bytes: self.n_bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pieces: &[&str], expected: &str) {
        let mut capture = Capture::new(8);
        pieces.iter().for_each(|piece| capture.push(piece.as_bytes()));
        let n_bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
        assert_eq!(capture.text(), Text { text: expected.to_owned(), n_bytes: n_bytes as u64 });
    }

    #[test]
    fn beginning_and_end_are_kept() {
        check(&[], "");
        check(&["abc"], "abc");
        check(&["abcd", "efgh"], "abcdefgh");
        check(&["abcdefghi"], "abcd\n[1 of 9 bytes left out]\nfghi");
        check(&["ab", "cdefgh", "ijklmnop", "q"], "abcd\n[9 of 17 bytes left out]\nnopq");
        check(&["aé"], "aé");
    }

    #[test]
    fn a_character_across_two_pieces_stays_whole() {
        let mut capture = Capture::new(8);
        capture.push(&"é".as_bytes()[..1]);
        capture.push(&"é".as_bytes()[1..]);
        assert_eq!(capture.text().text, "é");
    }
}
