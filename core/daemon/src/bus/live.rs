//! Replies that are being written: the text so far, for whoever joins in the middle.

use std::collections::HashMap;
use std::sync::Arc;

use nexus_domain::event::Transient;
use nexus_domain::id::{MessageId, SessionKey, TurnId};
use nexus_protocol::session::Streaming;
use serde::Serialize;

use super::Passing;

/// Longest text so far that is kept of one reply, in bytes; the end of a longer one is kept.
pub const LIVE_TEXT_BYTES_MAX: usize = 512 * 1024;
/// Most replies that are followed at once; sessions beyond it stream without a text so far.
const LIVE_LEN_MAX: usize = 1024;
/// Type of the event that ends a reply by recording it.
const KIND_MESSAGE_RECORDED: &str = "message.recorded";

/// The replies that are being written, one per session at most: sessions are serial.
#[derive(Default)]
pub(super) struct Live {
    replies: HashMap<SessionKey, Reply>,
}

struct Reply {
    turn_id: TurnId,
    message_id: MessageId,
    /// Number of the last piece of text; reasoning is numbered apart, so that whoever takes only
    /// one of the two sees no gaps.
    seq: u64,
    reasoning_seq: u64,
    text: String,
    /// The text so far as it is sent, until the next piece makes it stale.
    snapshot: Option<Arc<Passing>>,
}

impl Live {
    pub(super) fn start(
        &mut self,
        turn_id: TurnId,
        session_key: &SessionKey,
        message_id: MessageId,
    ) -> Option<Transient> {
        let again = self.replies.get(session_key).filter(|reply| reply.message_id == message_id);
        let (seq, reasoning_seq) = again.map_or((0, 0), |reply| (reply.seq, reply.reasoning_seq));
        if again.is_none()
            && self.replies.len() >= LIVE_LEN_MAX
            && !self.replies.contains_key(session_key)
        {
            tracing::warn!(%session_key, "too many replies at once; this one is not followed");
            return None;
        }
        let text = String::new();
        let reply = Reply { turn_id, message_id, seq, reasoning_seq, text, snapshot: None };
        let snapshot = reply.to_transient(session_key);
        self.replies.insert(session_key.clone(), reply);
        Some(snapshot)
    }

    pub(super) fn text(
        &mut self,
        turn_id: TurnId,
        session_key: &SessionKey,
        message_id: MessageId,
        delta: &str,
    ) -> Option<Transient> {
        let reply = self.reply(session_key, message_id)?;
        reply.seq += 1;
        reply.text.push_str(delta);
        reply.shorten();
        reply.snapshot = None;
        let (seq, delta) = (reply.seq, delta.to_owned());
        let session_key = session_key.clone();
        Some(Transient::Token { turn_id, session_key, message_id, seq, delta })
    }

    pub(super) fn reasoning(
        &mut self,
        turn_id: TurnId,
        session_key: &SessionKey,
        message_id: MessageId,
        delta: &str,
    ) -> Option<Transient> {
        let reply = self.reply(session_key, message_id)?;
        reply.reasoning_seq += 1;
        let (seq, delta) = (reply.reasoning_seq, delta.to_owned());
        let session_key = session_key.clone();
        Some(Transient::Reasoning { turn_id, session_key, message_id, seq, delta })
    }

    pub(super) fn end(&mut self, session_key: &SessionKey, message_id: MessageId) {
        if self.reply(session_key, message_id).is_some() {
            self.replies.remove(session_key);
        }
    }

    /// Ends the reply that an event records. The caller of [`Self::end`] comes a moment later: a
    /// subscriber that joined in between would see the text twice, as a record and as streaming.
    pub(super) fn recorded(&mut self, session_key: &SessionKey, kind: &str, properties: &str) {
        if kind != KIND_MESSAGE_RECORDED {
            return;
        }
        let is_this = |reply: &Reply| properties.contains(&reply.message_id.to_string());
        if self.replies.get(session_key).is_some_and(is_this) {
            self.replies.remove(session_key);
        }
    }

    pub(super) fn streaming(&self, session_key: &SessionKey) -> Option<Streaming> {
        let reply = self.replies.get(session_key)?;
        let (message_id, seq, text) = (reply.message_id, reply.seq, reply.text.clone());
        Some(Streaming { message_id, seq, text })
    }

    /// The text so far of every reply that is wanted, serialized once for all who join before
    /// the next piece.
    pub(super) fn snapshots(
        &mut self,
        is_wanted: impl Fn(&SessionKey) -> bool,
    ) -> Vec<Arc<Passing>> {
        let wanted = self.replies.iter_mut().filter(|(session_key, _)| is_wanted(session_key));
        let snapshot = |(session_key, reply): (&SessionKey, &mut Reply)| {
            if reply.snapshot.is_none() {
                reply.snapshot = Some(Arc::new(passing(&reply.to_transient(session_key))));
            }
            reply.snapshot.clone()
        };
        wanted.filter_map(snapshot).collect()
    }

    /// The reply, if this is still the one that is being written. A late piece of an older reply
    /// is dropped: its record tells the same.
    fn reply(&mut self, session_key: &SessionKey, message_id: MessageId) -> Option<&mut Reply> {
        self.replies.get_mut(session_key).filter(|reply| reply.message_id == message_id)
    }
}

impl Reply {
    fn to_transient(&self, session_key: &SessionKey) -> Transient {
        Transient::Snapshot {
            turn_id: self.turn_id,
            session_key: session_key.clone(),
            message_id: self.message_id,
            seq: self.seq,
            text: self.text.clone(),
        }
    }

    /// Keeps the end of a text that became too long; half at a time, so that it is rare.
    fn shorten(&mut self) {
        if self.text.len() <= LIVE_TEXT_BYTES_MAX {
            return;
        }
        let mut cut = self.text.len() - LIVE_TEXT_BYTES_MAX / 2;
        while !self.text.is_char_boundary(cut) {
            cut += 1;
        }
        self.text.replace_range(..cut, "…");
    }
}

#[derive(Serialize)]
struct Properties<'a> {
    turn_id: TurnId,
    session_key: &'a SessionKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    n_skipped: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delta: Option<&'a str>,
}

/// Serializes the properties once, for all subscribers.
pub(super) fn passing(transient: &Transient) -> Passing {
    let session_key = transient.session_key();
    let of = |turn_id: &TurnId, seq: &u64| Properties {
        turn_id: *turn_id,
        session_key,
        message_id: None,
        tool_call_id: None,
        seq: *seq,
        n_skipped: None,
        text: None,
        delta: None,
    };
    let properties = match transient {
        Transient::Snapshot { turn_id, message_id, seq, text, .. } => {
            Properties { message_id: Some(*message_id), text: Some(text), ..of(turn_id, seq) }
        }
        Transient::Token { turn_id, message_id, seq, delta, .. }
        | Transient::Reasoning { turn_id, message_id, seq, delta, .. } => {
            Properties { message_id: Some(*message_id), delta: Some(delta), ..of(turn_id, seq) }
        }
        Transient::Output { turn_id, tool_call_id, seq, n_skipped, delta, .. } => Properties {
            tool_call_id: Some(tool_call_id),
            n_skipped: Some(*n_skipped),
            delta: Some(delta),
            ..of(turn_id, seq)
        },
    };
    // Plain strings and numbers: there is nothing in it that serialization could refuse.
    let properties = serde_json::to_string(&properties).unwrap_or_default();
    Passing { kind: transient.type_name(), session_key: session_key.clone(), properties }
}

#[cfg(test)]
mod tests {
    use nexus_domain::Timestamp;

    use super::*;

    fn ids() -> (TurnId, SessionKey, MessageId) {
        let at = Timestamp(1);
        let key = SessionKey::parse("main").unwrap();
        (TurnId::from_parts(at, 1), key, MessageId::from_parts(at, 2))
    }

    #[test]
    fn what_is_sent_is_what_the_vocabulary_says() {
        let (turn_id, session_key, message_id) = ids();
        let samples = [
            Transient::Snapshot {
                turn_id,
                session_key: session_key.clone(),
                message_id,
                seq: 3,
                text: "a\"b".to_owned(),
            },
            Transient::Token {
                turn_id,
                session_key: session_key.clone(),
                message_id,
                seq: 4,
                delta: "ü\n".to_owned(),
            },
            Transient::Reasoning {
                turn_id,
                session_key: session_key.clone(),
                message_id,
                seq: 1,
                delta: "x".into(),
            },
            Transient::Output {
                turn_id,
                session_key,
                tool_call_id: "call_1".into(),
                seq: 2,
                n_skipped: 7,
                delta: "line\n".into(),
            },
        ];
        for transient in samples {
            let expect = serde_json::to_value(&transient).unwrap();
            let passing = passing(&transient);
            let properties: serde_json::Value = serde_json::from_str(&passing.properties).unwrap();
            assert_eq!(properties, expect["properties"]);
            assert_eq!(passing.kind, expect["type"]);
        }
    }

    #[test]
    fn the_text_so_far_grows_restarts_and_ends() {
        let (turn, key, message) = ids();
        let mut live = Live::default();
        assert!(live.text(turn, &key, message, "early").is_none(), "nothing began");
        live.start(turn, &key, message);
        live.text(turn, &key, message, "Hel");
        live.text(turn, &key, message, "lo");
        let streaming = live.streaming(&key).unwrap();
        assert_eq!((streaming.text.as_str(), streaming.seq), ("Hello", 2));
        live.start(turn, &key, message);
        live.text(turn, &key, message, "Hi");
        let streaming = live.streaming(&key).unwrap();
        assert_eq!((streaming.text.as_str(), streaming.seq), ("Hi", 3), "numbers go on");
        live.end(&key, MessageId::from_parts(Timestamp(9), 9));
        assert!(live.streaming(&key).is_some(), "another message ended");
        live.recorded(&key, KIND_MESSAGE_RECORDED, &format!("{{\"id\":\"{message}\"}}"));
        assert!(live.streaming(&key).is_none());
    }

    #[test]
    fn a_giant_reply_keeps_its_end() {
        let (turn, key, message) = ids();
        let mut live = Live::default();
        live.start(turn, &key, message);
        for n in 0..40 {
            live.text(turn, &key, message, &format!("{n}{}", "ä".repeat(10_000)));
            assert!(live.streaming(&key).unwrap().text.len() <= LIVE_TEXT_BYTES_MAX);
        }
        let text = live.streaming(&key).unwrap().text;
        assert!(text.starts_with('…') && text.ends_with('ä'));
    }
}
