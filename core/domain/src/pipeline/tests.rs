//! The order, and what each stage decides.

use super::*;
use crate::arrival::ContentType;
use crate::id::SESSION_KEY_CHARS_MAX;

fn arrival(peer_kind: PeerKind) -> Arrival {
    Arrival {
        event_id: "1".into(),
        timestamp: Timestamp(1),
        content: "hi".into(),
        content_type: ContentType::Text,
        channel: "telegram".into(),
        account_id: "bot".into(),
        sender_id: "casey".into(),
        peer_id: "the team".into(),
        peer_kind,
        attachments: Vec::new(),
        sender_name: None,
        thread_id: None,
        reply_to_id: None,
        metadata: serde_json::Map::new(),
    }
}

fn received(peer_kind: PeerKind) -> Received {
    Received {
        request_id: RequestId::from_parts(Timestamp(1), 1),
        arrival: arrival(peer_kind),
        authenticated: None,
        wish: Wish::default(),
        received_at: Timestamp(1),
    }
}

fn access(is_allowed: bool) -> AccessFacts {
    AccessFacts {
        access: if is_allowed { Access::Allowed } else { Access::Denied },
        reason: "because".into(),
        default_agent: AgentId::parse("main").unwrap(),
        session_agent: None,
    }
}

#[test]
fn a_sender_is_who_a_mapping_says_and_unknown_otherwise() {
    let unknown = resolve_identity(received(PeerKind::Dm), IdentityFacts::default());
    assert_eq!(unknown.principal, Principal::Unknown("telegram:casey".into()));
    let facts = IdentityFacts { entity_id: Some("e1".into()), is_owner: false };
    let known = resolve_identity(received(PeerKind::Dm), facts.clone());
    assert_eq!(known.principal, Principal::Known("e1".into()));
    let owner = IdentityFacts { is_owner: true, ..facts };
    assert_eq!(resolve_identity(received(PeerKind::Dm), owner).principal, Principal::Owner);
}

#[test]
fn who_may_not_leaves_with_the_reason() {
    let identified = resolve_identity(received(PeerKind::Dm), IdentityFacts::default());
    let exit = resolve_access(identified, access(false)).unwrap_err();
    assert!(matches!(exit, Exit::Denied { reason } if reason == "because"));
}

#[test]
fn who_is_asked_about_waits_with_its_place_known() {
    let identified = resolve_identity(received(PeerKind::Dm), IdentityFacts::default());
    let asked = AccessFacts { access: Access::Asked, ..access(true) };
    let exit = resolve_access(identified, asked).unwrap_err();
    let Exit::Parked(admitted) = exit else { panic!("{exit:?}") };
    assert_eq!(admitted.session_key.as_str(), "dm:telegram:casey");
    assert_eq!(admitted.agent_id.as_str(), "main");
}

#[test]
fn who_may_is_routed_by_the_kind_of_conversation() {
    let route = |peer_kind| {
        let identified = resolve_identity(received(peer_kind), IdentityFacts::default());
        let admitted = resolve_access(identified, access(true)).unwrap();
        (admitted.session_key.to_string(), admitted.queue_mode)
    };
    let dm = ("dm:telegram:casey".to_owned(), QueueMode::Followup);
    assert_eq!(route(PeerKind::Dm), dm);
    let group = ("group:telegram:the%20team".to_owned(), QueueMode::Collect);
    assert_eq!(route(PeerKind::Group), group);
}

#[test]
fn a_foreign_agent_cannot_take_over_a_session() {
    let mut received = received(PeerKind::Dm);
    received.wish.agent_id = Some(AgentId::parse("other").unwrap());
    let identified = resolve_identity(received, IdentityFacts::default());
    let facts =
        AccessFacts { session_agent: Some(AgentId::parse("main").unwrap()), ..access(true) };
    let exit = resolve_access(identified, facts).unwrap_err();
    assert!(matches!(exit, Exit::Failed(failure) if failure.code == "CONFLICT"));
}

#[test]
fn the_first_hook_that_replies_ends_the_request() {
    let admitted = || {
        let identified = resolve_identity(received(PeerKind::Dm), IdentityFacts::default());
        resolve_access(identified, access(true)).unwrap()
    };
    let adds = HookAnswer {
        hook: "a".into(),
        has_fired: true,
        enrichment: Some("it rains".into()),
        reply: None,
    };
    let replies = HookAnswer {
        hook: "b".into(),
        has_fired: true,
        enrichment: None,
        reply: Some("hello".into()),
    };
    let automated = run_automations(admitted(), vec![adds.clone()]).unwrap();
    assert_eq!(automated.enrichment, ["it rains"]);
    let exit = run_automations(admitted(), vec![adds, replies]).unwrap_err();
    assert!(matches!(exit, Exit::HandledByAutomation { by, .. } if by == "b"));
}

#[test]
fn an_error_is_told_where_there_is_no_reply() {
    let ran = |reply: &str, error: Option<&str>| Ran {
        request_ids: Vec::new(),
        turn_id: TurnId::from_parts(Timestamp(1), 1),
        arrival: arrival(PeerKind::Dm),
        is_awaited: false,
        outcome: RunOutcome {
            reply: reply.into(),
            stop_reason: StopReason::EndTurn,
            error: error.map(|message| AgentError {
                kind: crate::agent::AgentErrorKind::ModelError,
                message: message.into(),
                hint: None,
                is_retryable: false,
            }),
        },
    };
    let send = |text: &str| DeliveryPlan::Send { text: text.into() };
    assert_eq!(plan_delivery(&ran("hi", Some("broken"))), send("hi"));
    assert_eq!(plan_delivery(&ran(" ", Some("broken"))), send("broken"));
    assert_eq!(plan_delivery(&ran("", None)), DeliveryPlan::Nothing);
    let mut awaited = Ran { is_awaited: true, ..ran("", None) };
    assert_eq!(plan_delivery(&awaited), send(""), "a program is answered with nothing");
    awaited.outcome.stop_reason = StopReason::Aborted;
    assert_eq!(plan_delivery(&awaited), DeliveryPlan::Nothing);
}

#[test]
fn a_long_conversation_name_still_makes_a_session_key() {
    let mut long = received(PeerKind::Group);
    long.arrival.peer_id = "x".repeat(SESSION_KEY_CHARS_MAX * 2);
    let identified = resolve_identity(long, IdentityFacts::default());
    assert!(resolve_access(identified, access(true)).is_ok());
}
