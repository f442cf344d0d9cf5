//! Cuts a text into messages that a medium takes: between paragraphs where it can, between lines,
//! between words, and never so that a block of code loses its fences.

/// Least length that a medium may have, in characters: below it fences take more than the text.
pub const CHARS_MIN: usize = 64;

const FENCE: &str = "```";
/// What closes code: a fence on a line of its own.
const CLOSING_CHARS: usize = FENCE.len() + 1;

/// A text in pieces of at most `chars_max` characters; a limit below [`CHARS_MIN`] counts as that.
/// What is cut inside a block of code is closed in one piece and opened anew in the next.
#[must_use]
pub fn split(text: &str, chars_max: usize) -> Vec<String> {
    let chars_max = chars_max.max(CHARS_MIN);
    if text.chars().count() <= chars_max {
        return vec![text.to_owned()];
    }
    let mut cutter = Cutter { chars_max, ..Cutter::default() };
    for line in text.split_inclusive('\n') {
        cutter.take(line);
    }
    cutter.flush();
    cutter.pieces
}

#[derive(Default)]
struct Cutter {
    chars_max: usize,
    pieces: Vec<String>,
    piece: String,
    n_chars: usize,
    /// The line that opened the block of code that goes on.
    fence: Option<String>,
    /// Bytes and characters up to the end of the last paragraph outside of code.
    paragraph: Option<(usize, usize)>,
}

impl Cutter {
    fn take(&mut self, line: &str) {
        let is_fence = line.trim_start().starts_with(FENCE);
        // Whatever opens code has to be closed in the same piece.
        let closing = if is_fence && self.fence.is_none() { CLOSING_CHARS } else { 0 };
        let mut rest = line;
        while self.n_chars + rest.chars().count() + closing > self.room() {
            if self.is_fresh() {
                let (now, later) = cut(rest, self.room() - self.n_chars - closing);
                self.push(now);
                rest = later;
                self.flush();
            } else if !self.cut_at_paragraph() {
                self.flush();
            }
        }
        self.push(rest);
        if is_fence {
            self.fence = match self.fence.take() {
                Some(_) => None,
                None => Some(opening(line)),
            };
        }
        if self.fence.is_none() && line.trim().is_empty() {
            self.paragraph = Some((self.piece.len(), self.n_chars));
        }
    }

    /// Characters that this piece may have before its code has to be closed.
    fn room(&self) -> usize {
        let closing = if self.fence.is_some() { CLOSING_CHARS } else { 0 };
        self.chars_max - closing
    }

    /// Whether there is nothing in the piece but what opens its code.
    fn is_fresh(&self) -> bool {
        self.fence.as_deref().unwrap_or_default() == self.piece
    }

    fn push(&mut self, text: &str) {
        self.piece.push_str(text);
        self.n_chars += text.chars().count();
    }

    /// Ends the piece after its last paragraph, if that does not leave it half empty.
    fn cut_at_paragraph(&mut self) -> bool {
        let Some((n_bytes, n_chars)) = self.paragraph.take() else { return false };
        if n_chars * 2 < self.chars_max || n_bytes == self.piece.len() {
            return false;
        }
        let rest = self.piece.split_off(n_bytes);
        self.n_chars -= n_chars;
        let done = std::mem::replace(&mut self.piece, rest);
        self.keep(&done);
        true
    }

    fn flush(&mut self) {
        self.paragraph = None;
        let mut done = std::mem::take(&mut self.piece);
        let was_fresh = self.fence.as_deref().unwrap_or_default() == done;
        if self.fence.is_some() {
            if !done.ends_with('\n') {
                done.push('\n');
            }
            done.push_str(FENCE);
        }
        if !was_fresh {
            self.keep(&done);
        }
        self.piece = self.fence.clone().unwrap_or_default();
        self.n_chars = self.piece.chars().count();
    }

    fn keep(&mut self, piece: &str) {
        let piece = piece.trim_matches('\n').trim_end();
        if !piece.trim().is_empty() {
            self.pieces.push(piece.to_owned());
        }
    }
}

/// The line that opens a block anew; a long one would leave no room for the code.
fn opening(line: &str) -> String {
    let line = line.trim();
    let is_short = line.chars().count() <= CHARS_MIN / 4;
    format!("{}\n", if is_short { line } else { FENCE })
}

/// Cuts off at most so many characters, between words if that loses less than half.
fn cut(text: &str, chars_max: usize) -> (&str, &str) {
    let end = text.char_indices().nth(chars_max).map_or(text.len(), |(at, _)| at);
    let space = text[..end].rfind(char::is_whitespace).filter(|at| at * 2 >= end);
    // The space stays with what is cut off.
    let mut at = space.map_or(end, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    if text[at..].trim_start().starts_with('`') {
        // At the beginning of a line it could be taken for a fence.
        let is_blank = |c: char| c == '`' || c.is_whitespace();
        let before = text[..at].trim_end_matches(is_blank).char_indices().next_back();
        at = before.map_or(at, |(before, _)| if before > 0 { before } else { at });
    }
    text.split_at(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paragraphs_stay_together() {
        let text = format!("{}\n\n{}\n\n{}", "a ".repeat(30), "b ".repeat(30), "c ".repeat(30));
        let pieces = split(&text, 130);
        assert_eq!(pieces.len(), 2);
        assert!(pieces[0].contains('b') && !pieces[0].contains('c'), "{pieces:?}");
    }

    #[test]
    fn code_is_closed_and_opened_anew() {
        let text = format!("See:\n```rust\n{}```\nDone.", "let x = 1;\n".repeat(20));
        let pieces = split(&text, 100);
        assert!(pieces.len() > 2);
        for piece in &pieces {
            assert_eq!(piece.matches(FENCE).count() % 2, 0, "{piece}");
            assert!(piece.chars().count() <= 100, "{piece}");
        }
        assert!(pieces[1].starts_with("```rust\n"), "{}", pieces[1]);
        let n_lines: usize = pieces.iter().map(|piece| piece.matches("let x = 1;").count()).sum();
        assert_eq!(n_lines, 20);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_too_long(
            text in "([a-z]{1,40}[ \n]{0,3}|```[a-z]{0,5}\n|ä{1,90}|\n\n){0,60}",
            chars_max in CHARS_MIN..200,
        ) {
            let pieces = split(&text, chars_max);
            for piece in &pieces {
                prop_assert!(piece.chars().count() <= chars_max, "{piece:?}");
            }
            let plain = |text: &str| -> String {
                let lines = text.lines().filter(|line| !line.trim_start().starts_with(FENCE));
                lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
            };
            let said: String = pieces.iter().map(|piece| plain(piece)).collect();
            prop_assert_eq!(said, plain(&text));
        }
    }
}
