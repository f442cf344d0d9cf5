//! What hangs on a moment that a scenario cannot hold from outside.

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::agent::{StopReason, Turn, TurnStatus};
use nexus_domain::arrival::{Arrival, ContentType, PeerKind};
use nexus_domain::id::{AgentId, MessageId, RequestId, SessionKey, TurnId};
use nexus_domain::message::{Cost, Message, Part, Role, Usage};
use nexus_domain::pipeline::Stage;
use nexus_domain::principal::Principal;
use nexus_domain::request::{Request, RequestStatus};
use nexus_domain::session::QueueMode;

use super::{abort, run};
use crate::config::Environment;
use crate::context::Context;
use crate::home::OwnerKind;
use crate::{Daemon, StartOptions};

async fn daemon() -> (Daemon, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = StartOptions::new(folder.path().join("nexus"), OwnerKind::Headless);
    options.port = Some(0);
    options.environment = Environment::of(&[]);
    (Daemon::assemble(options).await.unwrap(), folder)
}

/// A turn that is open in the ledger and has no run yet.
async fn open_turn(context: &Context, key: &SessionKey) -> TurnId {
    let at = context.clock.now();
    let turn_id = TurnId::from_parts(at, context.clock.entropy());
    let request_id = RequestId::from_parts(at, context.clock.entropy());
    let agent_id = AgentId::parse("main").unwrap();
    let arrival = arrival(at);
    let request = Request {
        id: request_id,
        event_id: arrival.ledger_id(),
        status: RequestStatus::Processing,
        stage: Stage::RunAgent,
        principal: Some(Principal::Owner),
        session_key: Some(key.clone()),
        agent_id: Some(agent_id.clone()),
        turn_id: Some(turn_id),
        queue_mode: QueueMode::Followup,
        purpose: "hello".to_owned(),
        enrichment: Vec::new(),
        error: None,
        started_at: at,
        completed_at: None,
        stages: Vec::new(),
    };
    let turn = Turn {
        id: turn_id,
        session_key: key.clone(),
        request_id,
        agent_id: agent_id.clone(),
        status: TurnStatus::Running,
        model: None,
        usage: Usage::default(),
        cost: Cost::default(),
        n_steps: 0,
        stop_reason: None,
        error: None,
        started_at: at,
        completed_at: None,
    };
    let message = Message {
        id: MessageId::from_parts(at, context.clock.entropy()),
        turn_id,
        request_id: Some(request_id),
        role: Role::User,
        parts: vec![Part::Text("hello".to_owned())],
        created_at: at,
    };
    let key = key.clone();
    let written = context.ledger.write(move |tx| {
        tx.arrivals().insert(&arrival, request_id, at)?;
        tx.requests().create(&request)?;
        tx.sessions().ensure(&key, &agent_id, at)?;
        tx.turns().create(&turn)?;
        tx.turns().add_message(&key, &message)
    });
    written.await.unwrap();
    turn_id
}

fn arrival(at: Timestamp) -> Arrival {
    Arrival {
        event_id: "1".to_owned(),
        timestamp: at,
        content: "hello".to_owned(),
        content_type: ContentType::Text,
        channel: nexus_domain::pipeline::CONTROL_CHANNEL.to_owned(),
        account_id: "local".to_owned(),
        sender_id: "owner".to_owned(),
        peer_id: "main".to_owned(),
        peer_kind: PeerKind::Dm,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata: serde_json::Map::new(),
    }
}

#[tokio::test]
async fn a_turn_whose_run_has_not_begun_is_stopped_all_the_same() {
    let (daemon, _folder) = daemon().await;
    let context = Arc::clone(daemon.context());
    let key = SessionKey::parse("main").unwrap();
    assert_eq!(abort(&context, &key, None).await, None, "nothing runs");

    let turn_id = open_turn(&context, &key).await;
    let other = TurnId::from_parts(Timestamp(1), 1);
    assert_eq!(abort(&context, &key, Some(other)).await, None, "another turn was meant");
    let stopping = {
        let (context, key) = (Arc::clone(&context), key.clone());
        tokio::spawn(async move { abort(&context, &key, None).await })
    };
    while !context.engine.stop_marks().contains(&turn_id) {
        tokio::task::yield_now().await;
    }
    assert!(!stopping.is_finished(), "it was said that nothing ran");
    run::start(&context, turn_id, key);
    assert_eq!(stopping.await.unwrap(), Some(turn_id));
    let turn = context.ledger.read(move |r| r.turns().get(turn_id)).await.unwrap().unwrap();
    assert_eq!((turn.status, turn.stop_reason), (TurnStatus::Aborted, Some(StopReason::Aborted)));
    daemon.drain("the test is over").await;
}
