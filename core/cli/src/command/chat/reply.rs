//! A reply while it arrives: deltas, snapshots and the recorded message, put together so that
//! every letter is shown once.

use nexus_domain::event::Transient;
use nexus_domain::id::MessageId;

/// What there is to show now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Show {
    Nothing,
    /// Goes on where the text stands.
    More(String),
    /// Not what was shown so far: the reply began anew.
    Anew(String),
}

/// What was shown of the reply in hand.
#[derive(Debug, Default)]
pub(super) struct Reply {
    id: Option<MessageId>,
    shown: String,
    last_seq: u64,
}

impl Reply {
    /// Text as it is written. A delta out of order is skipped: a snapshot or the recorded message
    /// brings what is missing.
    pub(super) fn streamed(&mut self, passing: &Transient) -> Show {
        match passing {
            Transient::Token { message_id, seq, delta, .. } => {
                let is_same = self.id == Some(*message_id);
                if is_same && *seq != self.last_seq + 1 {
                    return Show::Nothing;
                }
                self.last_seq = *seq;
                let whole = if is_same { format!("{}{delta}", self.shown) } else { delta.clone() };
                self.catch_up(*message_id, &whole)
            }
            Transient::Snapshot { message_id, seq, text, .. } => {
                self.last_seq = *seq;
                self.catch_up(*message_id, text)
            }
            Transient::Reasoning { .. } | Transient::Output { .. } => Show::Nothing,
        }
    }

    /// The recorded message is the truth: whatever the stream left out is shown now.
    pub(super) fn recorded(&mut self, id: MessageId, whole: &str) -> Show {
        let show = self.catch_up(id, whole);
        *self = Self::default();
        show
    }

    fn catch_up(&mut self, id: MessageId, whole: &str) -> Show {
        let is_same = self.id == Some(id);
        let shown = std::mem::replace(&mut self.shown, whole.to_owned());
        self.id = Some(id);
        match whole.strip_prefix(shown.as_str()) {
            // A reply of another name is another reply, even if it begins alike.
            _ if !is_same && !shown.is_empty() => Show::Anew(whole.to_owned()),
            Some("") => Show::Nothing,
            Some(rest) => Show::More(rest.to_owned()),
            None => Show::Anew(whole.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use nexus_domain::Timestamp;
    use nexus_domain::id::{SessionKey, TurnId};

    use super::*;

    fn id(n: u128) -> MessageId {
        MessageId::from_parts(Timestamp(1), n)
    }

    fn token(n: u128, seq: u64, delta: &str) -> Transient {
        Transient::Token {
            turn_id: TurnId::from_parts(Timestamp(1), 1),
            session_key: SessionKey::parse("main").unwrap(),
            message_id: id(n),
            seq,
            delta: delta.to_owned(),
        }
    }

    fn snapshot(n: u128, seq: u64, text: &str) -> Transient {
        Transient::Snapshot {
            turn_id: TurnId::from_parts(Timestamp(1), 1),
            session_key: SessionKey::parse("main").unwrap(),
            message_id: id(n),
            seq,
            text: text.to_owned(),
        }
    }

    /// Plays a stream, then the recorded message; comes back with what a person sees.
    fn check(stream: &[Transient], expect: &str) {
        let mut reply = Reply::default();
        let mut seen = String::new();
        let mut show = |show| match show {
            Show::Nothing => {}
            Show::More(text) => seen.push_str(&text),
            Show::Anew(text) => seen.push_str(&format!("|{text}")),
        };
        for passing in stream {
            show(reply.streamed(passing));
        }
        show(reply.recorded(id(1), "Hello"));
        assert_eq!(seen, expect, "{stream:?}");
    }

    #[test]
    fn every_letter_is_shown_once_however_it_arrives() {
        check(&[], "Hello");
        check(&[token(1, 1, "Hel"), token(1, 2, "lo")], "Hello");
        check(&[token(1, 1, "Hel"), token(1, 1, "Hel"), token(1, 2, "lo")], "Hello");
        check(&[token(1, 1, "Hel"), token(1, 3, "!")], "Hello");
        check(&[snapshot(1, 2, "Hell"), token(1, 3, "o")], "Hello");
        check(&[token(1, 1, "H"), snapshot(1, 2, "Hell"), token(1, 3, "o")], "Hello");
    }

    #[test]
    fn a_reply_that_begins_anew_is_shown_anew() {
        check(&[token(1, 1, "Good"), snapshot(1, 1, "He"), token(1, 2, "llo")], "Good|Hello");
        check(&[token(2, 1, "Hel")], "Hel|Hello");
        check(&[token(1, 1, "Help")], "Help|Hello");
    }
}
