//! The answer as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use nexus_ingress::{Answer, Piece, Problem, Run};
use serde_json::{Value, json};

use super::answer::{self, Completion};
use crate::error;

/// Between what was said before tools were used and what is said after.
const BREAK: &str = "\n\n";

/// What of a reply has been shown, and what is still to be shown.
#[derive(Debug, Default)]
pub(super) struct Writing {
    /// Text since tools were used last.
    segment: String,
    /// Whether anything has been shown at all.
    has_shown: bool,
    /// Whether tools were used since.
    is_broken: bool,
    /// Nothing is shown before the end: text before a use of tools would spoil the form.
    is_held: bool,
}

impl Writing {
    pub(super) fn new(is_held: bool) -> Self {
        Self { is_held, ..Self::default() }
    }

    /// More text; what of it is to be shown.
    pub(super) fn add(&mut self, text: &str) -> String {
        if self.is_held || text.is_empty() {
            return String::new();
        }
        self.segment.push_str(text);
        self.show(text)
    }

    /// The agent uses a tool of its own.
    pub(super) fn pause(&mut self) {
        self.segment.clear();
        self.is_broken = self.has_shown;
    }

    /// The end, with the whole reply; what of it has not been shown.
    pub(super) fn finish(&mut self, whole: &str) -> String {
        match whole.strip_prefix(self.segment.as_str()) {
            Some(rest) => self.show(rest),
            // Shown already, but for white space or what came before tools.
            None if whole.trim_end().ends_with(self.segment.trim()) => String::new(),
            None => {
                self.is_broken = self.has_shown;
                self.show(whole)
            }
        }
    }

    fn show(&mut self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        self.has_shown = true;
        match std::mem::take(&mut self.is_broken) {
            true => format!("{BREAK}{text}"),
            false => text.to_owned(),
        }
    }
}

/// A stream on its way.
pub(super) struct Stream {
    run: Run,
    completion: Completion,
    writing: Writing,
    keep_alive: Duration,
    /// What is to be sent next.
    ready: VecDeque<String>,
    has_ended: bool,
}

impl Stream {
    pub(super) fn new(
        run: Run,
        completion: Completion,
        is_held: bool,
        keep_alive: Duration,
    ) -> Self {
        let role = json!({ "role": "assistant", "content": "", "refusal": null });
        let first = event(&completion.chunk(&role));
        Self {
            run,
            completion,
            writing: Writing::new(is_held),
            keep_alive,
            ready: VecDeque::from([first]),
            has_ended: false,
        }
    }

    /// Takes a piece that came before the stream began.
    pub(super) fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) => {
                let shown = self.writing.add(&text);
                self.say(&shown);
            }
            // Chat completions have no place for it.
            Piece::Reasoning(_) => {}
            Piece::Tool => self.writing.pause(),
            Piece::End(end) => {
                self.has_ended = true;
                match *end {
                    Ok(answer) => self.finish(&answer),
                    Err(error) => self.fail(&error),
                }
            }
        }
    }

    fn finish(&mut self, answer: &Answer) {
        if let Some(error) = answer::failure(answer) {
            return self.fail(&error);
        }
        let rest = self.writing.finish(&answer.text);
        self.say(&rest);
        self.ready.extend(self.completion.last_chunks(&answer.outcome).iter().map(event));
        self.ready.push_back("data: [DONE]\n\n".to_owned());
    }

    fn fail(&mut self, error: &Problem) {
        self.ready.push_back(format!("event: error\n{}", event(&error::body(error))));
    }

    fn say(&mut self, text: &str) {
        if !text.is_empty() {
            self.ready.push_back(event(&self.completion.chunk(&json!({ "content": text }))));
        }
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if !self.ready.is_empty() {
                // What is ready goes at once, in one piece.
                let together: String = self.ready.drain(..).collect();
                return Some(Bytes::from(together));
            }
            if self.has_ended {
                return None;
            }
            match tokio::time::timeout(self.keep_alive, self.run.next()).await {
                Ok(piece) => self.take(piece),
                Err(_silence) => return Some(Bytes::from_static(b": keep-alive\n\n")),
            }
        }
    }

    /// The body of the answer. Dropping it, as a lost connection does, cancels the run.
    pub(super) fn into_body(self) -> Body {
        let pieces = futures_util::stream::unfold(self, |mut stream| async {
            let piece = stream.next().await?;
            Some((Ok::<_, Infallible>(piece), stream))
        });
        Body::from_stream(pieces)
    }
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader has seen in the end; `|` in `pieces` is a tool.
    fn shown(is_held: bool, pieces: &[&str], whole: &str) -> String {
        let mut writing = Writing::new(is_held);
        let mut shown = String::new();
        for piece in pieces {
            match *piece {
                "|" => writing.pause(),
                text => shown += &writing.add(text),
            }
        }
        shown + &writing.finish(whole)
    }

    #[test]
    fn a_reader_has_seen_the_whole_reply_in_the_end() {
        assert_eq!(shown(false, &[], "Hello."), "Hello.");
        assert_eq!(shown(false, &["Hel", "lo."], "Hello."), "Hello.");
        assert_eq!(shown(false, &["Hel"], "Hello."), "Hello.");
        assert_eq!(shown(false, &["Hello. "], "Hello."), "Hello. ");
        assert_eq!(shown(false, &["I look.", "|", "It is 4"], "It is 42."), "I look.\n\nIt is 42.");
        assert_eq!(shown(false, &["I look.", "|"], "It is 42."), "I look.\n\nIt is 42.");
        assert_eq!(shown(false, &["|", "It is 42."], "It is 42."), "It is 42.");
        assert_eq!(shown(false, &["I look.", "|", "42."], "I look.42."), "I look.\n\n42.");
        assert_eq!(shown(false, &["Other"], "Hello."), "Other\n\nHello.");
        assert_eq!(shown(false, &["Text", "|"], ""), "Text");
    }

    #[test]
    fn nothing_spoils_a_form() {
        assert_eq!(shown(true, &["I look.", "|", "{\"a\":"], "{\"a\":1}"), "{\"a\":1}");
    }
}
