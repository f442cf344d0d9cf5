//! What the tests build on: a ledger in a folder of its own, and records with invented content.

use std::path::PathBuf;
use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::agent::{Turn, TurnStatus};
use nexus_domain::arrival::Arrival;
use nexus_domain::event::Event;
use nexus_domain::id::{AgentId, MessageId, RequestId, SessionKey, TurnId};
use nexus_domain::message::{Cost, Message, Part, Role, Usage};
use nexus_domain::pipeline::Stage;
use nexus_domain::request::{Request, RequestStatus, RunWish};
use nexus_domain::session::QueueMode;
use tempfile::TempDir;

use crate::file::Tuning;
use crate::{Committed, Durability, Ledger, LedgerError, LedgerOptions, OnCommit, Tx};

/// Impatient: a test that meets a lock should not wait five seconds for it.
pub(crate) const TUNING: Tuning = Tuning { busy_ms_max: 50, pages_max: None };

pub(crate) struct Home {
    pub(crate) folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("nexus.db")
    }

    pub(crate) fn options(&self, on_commit: Option<OnCommit>) -> LedgerOptions {
        LedgerOptions {
            path: self.path(),
            durability: Durability::Process,
            n_readers: 2,
            on_commit,
        }
    }

    pub(crate) fn open(&self) -> Ledger {
        self.try_open().unwrap()
    }

    pub(crate) fn try_open(&self) -> Result<Ledger, LedgerError> {
        Ledger::open_tuned(self.options(None), TUNING)
    }

    pub(crate) fn open_with(
        &self,
        tuning: Tuning,
        on_commit: impl Fn(&[Arc<Committed>]) + Send + Sync + 'static,
    ) -> Ledger {
        Ledger::open_tuned(self.options(Some(Box::new(on_commit))), tuning).unwrap()
    }
}

pub(crate) fn at(n: u64) -> Timestamp {
    Timestamp(1_800_000_000_000).plus_ms(n)
}

pub(crate) fn request_id(n: u64) -> RequestId {
    RequestId::from_parts(at(n), u128::from(n))
}

pub(crate) fn turn_id(n: u64) -> TurnId {
    TurnId::from_parts(at(n), u128::from(n))
}

pub(crate) fn message_id(n: u64) -> MessageId {
    MessageId::from_parts(at(n), u128::from(n))
}

pub(crate) fn session(name: &str) -> SessionKey {
    SessionKey::parse(name).unwrap()
}

pub(crate) fn agent() -> AgentId {
    AgentId::parse("main").unwrap()
}

pub(crate) fn arrival(event_id: &str, content: &str) -> Arrival {
    Arrival {
        event_id: event_id.to_owned(),
        timestamp: at(1),
        content: content.to_owned(),
        content_type: nexus_domain::arrival::ContentType::Text,
        channel: "echo".to_owned(),
        account_id: "main".to_owned(),
        sender_id: "anna".to_owned(),
        peer_id: "anna".to_owned(),
        peer_kind: nexus_domain::arrival::PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: Some("Anna".to_owned()),
        thread_id: None,
        reply_to_id: None,
        metadata: serde_json::Map::new(),
    }
}

pub(crate) fn request(n: u64) -> Request {
    Request {
        id: request_id(n),
        event_id: format!("echo:{n}"),
        status: RequestStatus::Processing,
        stage: Stage::ReceiveEvent,
        principal: None,
        session_key: None,
        agent_id: None,
        turn_id: None,
        parent: None,
        replays: None,
        queue_mode: QueueMode::Followup,
        purpose: format!("request {n}"),
        enrichment: vec!["it rains".to_owned()],
        wish: RunWish { steps_max: Some(3), model: Some("a/b".to_owned()), ..RunWish::default() },
        error: None,
        started_at: at(n),
        completed_at: None,
        stages: Vec::new(),
    }
}

pub(crate) fn turn(n: u64, session_key: &SessionKey) -> Turn {
    Turn {
        id: turn_id(n),
        session_key: session_key.clone(),
        request_id: request_id(n),
        agent_id: agent(),
        status: TurnStatus::Running,
        model: None,
        usage: Usage::default(),
        cost: Cost::default(),
        n_steps: 0,
        stop_reason: None,
        error: None,
        started_at: at(n),
        completed_at: None,
    }
}

pub(crate) fn message(n: u64, turn_id: TurnId, text: &str) -> Message {
    Message {
        id: message_id(n),
        turn_id,
        request_id: None,
        role: Role::User,
        parts: vec![Part::Text(text.to_owned())],
        created_at: at(n),
    }
}

pub(crate) fn event(text: &str) -> Event {
    Event::SystemStarted { version: text.to_owned() }
}

/// A session with a request and a running turn of the same number.
pub(crate) fn begin_turn(tx: &Tx<'_>, n: u64, key: &SessionKey) -> Result<(), LedgerError> {
    tx.sessions().ensure(key, &agent(), at(n))?;
    tx.requests().create(&request(n))?;
    tx.turns().create(&turn(n, key))
}
