//! Callers that wait, and what came for them so far.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_adapter::{Outcome, SendParams, StreamPart};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::problem::Problem;

/// Most text that waits for a caller who does not read it, in bytes.
const UNREAD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most pieces that wait for a caller; texts that follow each other are one.
const UNREAD_PIECES_MAX: usize = 1_024;
/// Deliveries that are remembered, so that one that is repeated is answered as before.
const DELIVERIES_MAX: usize = 1_024;

/// What comes for a caller.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// More text of the reply.
    Text(String),
    /// More of what the model thinks before it speaks.
    Reasoning(String),
    /// The agent uses a tool of its own: what was said before is not the end of the reply.
    Tool,
    /// The last.
    End(Box<Result<Answer, Problem>>),
}

impl Piece {
    /// Its text, in bytes.
    fn n_bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Reasoning(text) => text.len(),
            Self::Tool | Self::End(_) => 0,
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The whole reply.
    pub text: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// What came for one caller and has not been taken yet.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    pieces: Mutex<Pieces>,
    bell: Notify,
    end: CancellationToken,
}

#[derive(Debug, Default)]
struct Pieces {
    queue: VecDeque<Piece>,
    n_bytes: usize,
    has_ended: bool,
    is_cut: bool,
}

impl Mailbox {
    /// Waits for the next piece. Nothing comes after the end.
    pub(crate) async fn next(&self) -> Piece {
        loop {
            let rung = self.bell.notified();
            if let Some(piece) = lock(&self.pieces).take() {
                return piece;
            }
            rung.await;
        }
    }

    /// Waits until the last piece has come, taken or not. True when it was cut, because the caller
    /// does not read what comes.
    pub(crate) async fn ended(&self) -> bool {
        self.end.cancelled().await;
        lock(&self.pieces).is_cut
    }

    /// Ends it; a second end is dropped.
    pub(crate) fn end(&self, end: Result<Answer, Problem>) {
        self.put(Piece::End(Box::new(end)));
    }

    fn put(&self, piece: Piece) {
        let has_ended = {
            let mut pieces = lock(&self.pieces);
            pieces.put(piece);
            pieces.has_ended
        };
        if has_ended {
            self.end.cancel();
        }
        self.bell.notify_one();
    }
}

impl Pieces {
    fn take(&mut self) -> Option<Piece> {
        let piece = self.queue.pop_front()?;
        self.n_bytes -= piece.n_bytes();
        Some(piece)
    }

    fn put(&mut self, piece: Piece) {
        if self.has_ended {
            return;
        }
        self.n_bytes += piece.n_bytes();
        match (piece, self.queue.back_mut()) {
            (Piece::Text(text), Some(Piece::Text(before)))
            | (Piece::Reasoning(text), Some(Piece::Reasoning(before))) => before.push_str(&text),
            (Piece::Tool, Some(Piece::Tool)) => {}
            (piece, _) => {
                self.has_ended = matches!(piece, Piece::End(_));
                self.queue.push_back(piece);
            }
        }
        let is_full = self.n_bytes > UNREAD_BYTES_MAX || self.queue.len() > UNREAD_PIECES_MAX;
        if is_full && !self.has_ended {
            let error = Problem::overloaded("the stream was read too slowly and was ended");
            *self = Self { has_ended: true, is_cut: true, ..Self::default() };
            self.queue.push_back(Piece::End(Box::new(Err(error))));
        }
    }
}

/// Everybody who waits, by the id of the event.
#[derive(Debug, Default)]
pub struct Waiting {
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    callers: HashMap<String, Arc<Mailbox>>,
    /// Streams that have begun, with the event each answers.
    streams: HashMap<String, String>,
    delivered: VecDeque<String>,
}

impl Waiting {
    /// Begins to wait for what comes of an event.
    pub(crate) fn open(&self, event_id: &str) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox::default());
        lock(&self.table).callers.insert(event_id.to_owned(), Arc::clone(&mailbox));
        mailbox
    }

    /// Waits no longer.
    pub(crate) fn close(&self, event_id: &str) {
        let mut table = lock(&self.table);
        table.callers.remove(event_id);
        table.streams.retain(|_, answered| answered != event_id);
    }

    /// Begins to wait for the answer to an event that goes on when nobody waits any more.
    #[must_use]
    pub fn wait_for(self: &Arc<Self>, event_id: &str) -> Wait {
        let mailbox = self.open(event_id);
        Wait { waiting: Arc::clone(self), event_id: event_id.to_owned(), mailbox }
    }

    /// A piece of a stream came. One that nobody waits for is dropped.
    pub fn take(&self, part: StreamPart) {
        let mut table = lock(&self.table);
        match part {
            StreamPart::Start(start) => {
                if table.callers.contains_key(&start.event_id) {
                    table.streams.insert(start.stream_id, start.event_id);
                }
            }
            StreamPart::Delta(delta) => {
                table.put(&delta.stream_id, Piece::Text(delta.text));
            }
            StreamPart::Tool(tool) => table.put(&tool.stream_id, Piece::Tool),
            StreamPart::Reasoning(delta) => {
                table.put(&delta.stream_id, Piece::Reasoning(delta.text));
            }
            StreamPart::Error(error) => {
                if let Some(mailbox) = table.callers.get(&error.event_id) {
                    mailbox.end(Err(error.error.into()));
                }
            }
        }
    }

    /// A reply came. False when nobody waits for it.
    pub fn deliver(&self, params: SendParams) -> bool {
        let mut table = lock(&self.table);
        if table.delivered.contains(&params.idempotency_key) {
            return true;
        }
        let Some(outcome) = params.outcome else { return false };
        let Some(mailbox) = table.callers.get(&outcome.event_id) else { return false };
        mailbox.end(Ok(Answer { text: params.text, outcome }));
        if table.delivered.len() == DELIVERIES_MAX {
            table.delivered.pop_front();
        }
        table.delivered.push_back(params.idempotency_key);
        true
    }

    /// Nothing more comes for anybody.
    pub(crate) fn end_all(&self, error: &Problem) {
        for mailbox in lock(&self.table).callers.values() {
            mailbox.end(Err(error.clone()));
        }
    }
}

/// Somebody who waits for an answer; dropping it ends the wait and nothing else.
#[derive(Debug)]
pub struct Wait {
    waiting: Arc<Waiting>,
    event_id: String,
    mailbox: Arc<Mailbox>,
}

impl Wait {
    /// Waits for the answer.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn answer(&self) -> Result<Answer, Problem> {
        loop {
            if let Piece::End(end) = self.mailbox.next().await {
                return *end;
            }
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.waiting.close(&self.event_id);
    }
}

impl Table {
    fn put(&self, stream_id: &str, piece: Piece) {
        let event_id = self.streams.get(stream_id);
        if let Some(mailbox) = event_id.and_then(|event_id| self.callers.get(event_id)) {
            mailbox.put(piece);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn texts_that_follow_each_other_are_one_and_nothing_comes_after_the_end() {
        let mailbox = Mailbox::default();
        for text in ["a", "b"] {
            mailbox.put(Piece::Text(text.to_owned()));
        }
        mailbox.put(Piece::Tool);
        mailbox.put(Piece::Tool);
        mailbox.put(Piece::Text("c".to_owned()));
        mailbox.end(Err(Problem::stopped()));
        mailbox.put(Piece::Text("late".to_owned()));
        mailbox.end(Err(Problem::no_key()));
        assert_eq!(mailbox.next().await, Piece::Text("ab".to_owned()));
        assert_eq!(mailbox.next().await, Piece::Tool);
        assert_eq!(mailbox.next().await, Piece::Text("c".to_owned()));
        assert_eq!(mailbox.next().await, Piece::End(Box::new(Err(Problem::stopped()))));
        assert!(lock(&mailbox.pieces).queue.is_empty());
    }

    #[tokio::test]
    async fn a_caller_who_does_not_read_is_cut() {
        let mailbox = Mailbox::default();
        let text = "x".repeat(UNREAD_BYTES_MAX / 4);
        (0..5).for_each(|_| mailbox.put(Piece::Text(text.clone())));
        assert!(mailbox.ended().await);
        let Piece::End(end) = mailbox.next().await else { panic!("not the end") };
        assert!(end.unwrap_err().message.contains("too slowly"));
        let mailbox = Mailbox::default();
        for _ in 0..=UNREAD_PIECES_MAX / 2 {
            mailbox.put(Piece::Tool);
            mailbox.put(Piece::Text("x".to_owned()));
        }
        assert!(mailbox.ended().await);
    }
}
