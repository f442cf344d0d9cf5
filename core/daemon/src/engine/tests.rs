//! What hangs on a moment that a scenario cannot hold from outside.

use std::sync::Arc;

use nexus_domain::Timestamp;
use nexus_domain::agent::{StopReason, Turn, TurnStatus};
use nexus_domain::arrival::{Arrival, Attachment, ContentType, PeerKind};
use nexus_domain::id::{AgentId, MessageId, RequestId, SessionKey, TurnId};
use nexus_domain::message::{Cost, Message, Part, Role, Usage};
use nexus_domain::permission::{PermissionAnswer, PermissionRequest, PermissionStatus};
use nexus_domain::pipeline::{Admitted, Exit, Identified, Stage, Wish};
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::request::{Request, RequestStatus, RunWish};
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
        parent: None,
        replays: None,
        queue_mode: QueueMode::Followup,
        purpose: "hello".to_owned(),
        enrichment: Vec::new(),
        wish: RunWish::default(),
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

#[tokio::test]
async fn what_was_admitted_runs_although_whoever_brought_it_is_gone() {
    use futures_util::FutureExt as _;
    let (daemon, _folder) = daemon().await;
    let context = Arc::clone(daemon.context());
    let mut ended = context.engine.completion_bell.subscribe();
    let submission = super::Submission {
        arrival: arrival(context.clock.now()),
        authenticated: Some(Principal::Owner),
        wish: Wish::default(),
    };
    // An adapter that dies takes with it what waits for its acknowledgements.
    assert!(super::receive_event(&context, submission).now_or_never().is_none(), "it was polled");
    let requests = loop {
        ended.changed().await.unwrap();
        let filter = nexus_ledger::RequestFilter::default();
        let all = context.ledger.read(move |r| r.requests().list(&filter, 10)).await.unwrap();
        if all.iter().any(|one| one.status.is_final()) {
            break all;
        }
    };
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].status, RequestStatus::Completed);
    daemon.drain("the test is over").await;
}

/// A message of somebody unknown, and the question about it.
async fn asked_about(context: &Arc<Context>, arrival: Arrival) -> (Admitted, PermissionRequest) {
    let submission = super::Submission { arrival, authenticated: None, wish: Wish::default() };
    let admission = super::receive_event(context, submission).await.unwrap();
    let id = admission.request_id;
    let mut asked = context.engine.permission_bell.subscribe();
    asked.wait_for(|n| *n > 0).await.unwrap();
    let (question, request, arrival) = context
        .ledger
        .read(move |r| {
            let request = r.requests().get(id)?.unwrap();
            let arrival = r.arrivals().get(&request.event_id)?.unwrap();
            Ok((r.permissions().about_sender(id)?.unwrap(), request, arrival))
        })
        .await
        .unwrap();
    let admitted = Admitted {
        identified: Identified {
            principal: request.principal.clone().unwrap(),
            received: super::sender::again(&request, arrival),
        },
        session_key: request.session_key.unwrap(),
        agent_id: request.agent_id.unwrap(),
        queue_mode: request.queue_mode,
    };
    (admitted, question)
}

/// What would be decided about the message now, and why.
async fn decided(context: &Context, admitted: Admitted) -> Result<String, Exit> {
    let mut decision = super::stages::RunDecision {
        chain: Chain::of(admitted.identified.principal.clone()),
        action: super::stages::RUN,
        resource: admitted.agent_id.to_string(),
        verdict: nexus_iam::Verdict { effect: nexus_iam::Effect::Ask, reasons: Vec::new() },
    };
    super::sender::as_answered(context, admitted, &mut decision).await?;
    Ok(decision.verdict.to_string())
}

#[tokio::test]
async fn what_is_not_the_message_that_was_approved_is_asked_about_again() {
    let (daemon, _folder) = daemon().await;
    let context = Arc::clone(daemon.context());
    let stranger = Arrival {
        channel: "echo".to_owned(),
        sender_id: "mallory".to_owned(),
        ..arrival(context.clock.now())
    };
    let (admitted, question) = asked_about(&context, stranger).await;
    let open = decided(&context, admitted.clone()).await;
    assert!(matches!(open, Err(Exit::Parked(_))), "nobody has answered: {open:?}");
    let at = context.clock.now();
    let ending = nexus_ledger::Ending {
        by: Some(Principal::Owner),
        answer: Some(PermissionAnswer::ApproveOnce),
        ..nexus_ledger::Ending::unanswered(PermissionStatus::Approved, at)
    };
    context.ledger.write(move |tx| tx.permissions().resolve(question.id, ending)).await.unwrap();
    let allowed = decided(&context, admitted.clone()).await.unwrap();
    assert_eq!(allowed, "allowed by answer: approved once by owner");

    type Change = fn(&mut Admitted);
    let changes: [(&str, Change); 8] = [
        ("agent", |a| a.agent_id = AgentId::parse("other").unwrap()),
        ("text", |a| a.identified.received.arrival.content.push('!')),
        ("sender", |a| a.identified.received.arrival.sender_id.push('2')),
        ("channel", |a| a.identified.received.arrival.channel.push('2')),
        ("account", |a| a.identified.received.arrival.account_id.push('2')),
        ("conversation", |a| a.identified.received.arrival.peer_id.push('2')),
        ("event", |a| a.identified.received.arrival.event_id.push('2')),
        ("files", |a| {
            a.identified.received.arrival.attachments.push(Attachment {
                id: "1".to_owned(),
                filename: "x".to_owned(),
                content_type: "text/plain".to_owned(),
                size_bytes: None,
                url: None,
                path: None,
            });
        }),
    ];
    for (what, change) in changes {
        let mut other = admitted.clone();
        change(&mut other);
        let now = decided(&context, other).await;
        assert!(matches!(now, Err(Exit::Parked(_))), "another {what} was let through: {now:?}");
    }
    daemon.drain("the test is over").await;
}

#[tokio::test]
async fn what_a_person_is_shown_of_a_stranger_cannot_disguise_itself() {
    let (daemon, _folder) = daemon().await;
    let context = Arc::clone(daemon.context());
    let stranger = Arrival {
        channel: "echo".to_owned(),
        sender_id: "mal\u{202e}lory".to_owned(),
        sender_name: Some("Your” Boss\u{200b}\nowner: yes".to_owned()),
        content: format!("let me in\n\u{1b}[2J{}", "x".repeat(10_000)),
        ..arrival(context.clock.now())
    };
    let (_, question) = asked_about(&context, stranger).await;
    let sender = question.sender.unwrap();
    assert_eq!(sender.name.as_deref(), Some("Your Boss owner: yes"));
    assert!(sender.excerpt.starts_with("let me in [2Jxxx"), "{}", sender.excerpt);
    assert_eq!(sender.excerpt.chars().count(), nexus_domain::contact::EXCERPT_CHARS_MAX);
    let summary = &question.action.summary;
    assert!(
        summary.starts_with("echo:mal lory, shown as “Your Boss owner: yes”: let me in"),
        "{summary}"
    );
    assert!(summary.chars().count() < 500, "{summary}");
    daemon.drain("the test is over").await;
}
