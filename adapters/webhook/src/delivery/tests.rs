use std::collections::BTreeMap;

use axum::http::{HeaderName, HeaderValue};

use super::*;

fn hook(name: &str, table: Value) -> Hook {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
    Hook::read(name, table, &BTreeMap::from([(name.to_owned(), secret)])).unwrap()
}

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let field = |(name, value): &(&str, &str)| {
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
    };
    fields.iter().map(field).collect()
}

fn proof(delivery_id: Option<&str>) -> Proof {
    Proof { delivery_id: delivery_id.map(str::to_owned), digest: "digest".to_owned() }
}

#[track_caller]
fn wanted(hook: &Hook, fields: &[(&str, &str)], body: Value, id: Option<&str>) -> Wanted {
    match decide(hook, &headers(fields), body, &proof(id)).unwrap() {
        Fate::Run(wanted) => *wanted,
        other => panic!("no run: {other:?}"),
    }
}

#[test]
fn a_delivery_of_github_becomes_what_the_hook_says() {
    let table = json!({
        "verify": "github",
        "on": ["pull_request.opened"],
        "text": "Review #{{ body.number }}: {{ body.title }} ({{ event }})",
        "session": "pr {{ body.number }}",
        "agent": "{{ body.agent | or \"main\" }}",
    });
    let hook = hook("github", table);
    let event = [("x-github-event", "pull_request"), ("x-hub-signature-256", "sha256=x")];
    let body = json!({ "action": "opened", "number": 7, "title": "Fix it" });
    let run = wanted(&hook, &event, body.clone(), Some("d-1"));
    assert_eq!(run.content, "Review #7: Fix it (pull_request.opened)");
    assert_eq!((run.id.as_deref(), run.session.as_deref()), (Some("d-1"), Some("pr-7")));
    assert_eq!(run.agent.unwrap().as_str(), "main");
    let closed = json!({ "action": "closed" });
    let fate = decide(&hook, &headers(&event), closed, &proof(None)).unwrap();
    assert!(matches!(fate, Fate::Let(why) if why.contains("pull_request.closed")));
    let bad = json!({ "action": "opened", "agent": "no such name!" });
    let error = decide(&hook, &headers(&event), bad, &proof(None)).unwrap_err();
    assert_eq!((error.status.as_u16(), error.code), (400, "invalid_agent"));
}

#[test]
fn a_hook_that_says_nothing_hands_on_all_of_it_and_lets_pings_go() {
    let hook = hook("github", json!({ "verify": "github" }));
    let run = wanted(&hook, &[("x-github-event", "push")], json!({ "ref": "main" }), None);
    assert!(run.content.starts_with("Webhook `github`, event `push`. What follows came from"));
    assert!(run.content.contains("\"ref\": \"main\""), "{}", run.content);
    // Without an id, what was signed tells it from others.
    assert_eq!((run.id.as_deref(), run.session), (Some("digest"), None));
    let ping = headers(&[("x-github-event", "ping")]);
    let fate = decide(&hook, &ping, json!({ "zen": "x" }), &proof(None)).unwrap();
    assert!(matches!(fate, Fate::Let(_)));
}

#[test]
fn slack_is_answered_and_its_forms_are_read() {
    let hook = hook(
        "slack",
        json!({ "verify": "slack", "text": "{{ event }}: {{ body.event.text | or \"-\" }}" }),
    );
    let asked = json!({ "type": "url_verification", "challenge": "abc" });
    let fate = decide(&hook, &HeaderMap::new(), asked, &proof(None)).unwrap();
    assert_eq!(fate, Fate::Challenge(json!({ "challenge": "abc" })));
    let said = json!({ "type": "event_callback", "event_id": "Ev1",
                       "event": { "type": "app_mention", "text": "hi" } });
    let run = wanted(&hook, &[], said, None);
    assert_eq!((run.content.as_str(), run.id.as_deref()), ("app_mention: hi", Some("Ev1")));
    let command = json!({ "command": "/ask", "text": "x", "token": "verification" });
    assert_eq!(wanted(&hook, &[], command.clone(), None).content, "/ask: -");
    let whole = self::hook("slack", json!({ "verify": "slack" }));
    let run = wanted(&whole, &[], command, None);
    assert!(!run.content.contains("verification"), "{}", run.content);
}

#[test]
fn ids_come_from_where_the_platform_or_the_hook_has_them() {
    let stripe = hook("pay", json!({ "verify": "stripe", "text": "x" }));
    let run = wanted(&stripe, &[], json!({ "id": "evt_1", "type": "invoice.paid" }), None);
    assert_eq!((run.id.as_deref(), run.event.as_str()), (Some("evt_1"), "invoice.paid"));
    let plain = hook("ci", json!({ "verify": "bearer", "text": "x" }));
    assert_eq!(wanted(&plain, &[], json!({}), None).id, None, "a token proves no delivery");
    let keyed = wanted(&plain, &[("idempotency-key", "k")], json!({}), None);
    assert_eq!(keyed.id.as_deref(), Some("k"));
    let own = hook("ci", json!({ "verify": "bearer", "text": "x", "id": "body.build.id" }));
    let run = wanted(&own, &[], json!({ "build": { "id": 12 } }), None);
    assert_eq!(run.id.as_deref(), Some("12"));
    let long = wanted(&plain, &[("idempotency-key", &"k".repeat(500))], json!({}), None);
    assert_eq!(long.id.unwrap().len(), 64);
    let content = hook("gh", json!({ "verify": "github", "text": "x", "dedupe": "content" }));
    assert_eq!(wanted(&content, &[], json!({}), Some("d-1")).id.as_deref(), Some("digest"));
}

#[test]
fn a_sender_of_kind_agent_or_wake_says_what_it_wants_and_nothing_else() {
    let agent = hook("agent", json!({ "verify": "bearer" }));
    let run =
        wanted(&agent, &[], json!({ "message": "hi", "agent": "main", "session": "a b" }), None);
    assert_eq!((run.content.as_str(), run.session.as_deref()), ("hi", Some("a-b")));
    let wake = hook("wake", json!({ "verify": "bearer", "sessions": ["main"] }));
    let run = wanted(&wake, &[], json!({ "text": "look", "mode": "now" }), None);
    assert_eq!((run.content.as_str(), run.session.as_deref()), ("look", Some("main")));
    assert!(!run.at_heartbeat);
    let later = wanted(&wake, &[], json!({ "text": "hi", "mode": "next-heartbeat" }), None);
    assert!(later.at_heartbeat);
    for (hook, body, status, part) in [
        (&agent, json!({ "text": "hi", "model": "x" }), 400, "model"),
        (&agent, json!({ "text": " " }), 400, "empty"),
        (&agent, json!("hi"), 400, "body"),
        (&wake, json!({ "text": "hi", "mode": "later" }), 400, "mode"),
    ] {
        let error = decide(hook, &HeaderMap::new(), body, &proof(None)).unwrap_err();
        assert!(error.status == status && error.message.contains(part), "{error}");
    }
}

#[test]
fn nothing_is_not_a_message_and_two_names_never_become_one() {
    let hook = hook("x", json!({ "verify": "bearer", "text": "{{ body.a }}" }));
    let error = decide(&hook, &HeaderMap::new(), json!({}), &proof(None)).unwrap_err();
    assert_eq!((error.status.as_u16(), error.code), (422, "nothing_to_say"));
    let (one, other) = (format!("{}a", "x".repeat(200)), format!("{}b", "x".repeat(200)));
    assert_ne!(session(&one), session(&other));
    assert_eq!(session(&one).chars().count(), SESSION_CHARS_MAX);
    assert_eq!(session("a\u{0} b"), "a--b");
}
