//! Who sees which events, and what a client gets without asking for any.

use nexus_domain::principal::Principal;
use nexus_protocol::Scope;
use serde_json::{Value, json};

use super::support::{House, hello};
use crate::authorize::Caller;

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

#[tokio::test]
async fn two_clients_with_different_scopes_see_different_events() {
    let house = House::new().await;
    let owner = |scopes: &[Scope]| Caller::with(Principal::Owner, scopes.to_vec());
    let reader = owner(&[Scope::RuntimeRead, Scope::SessionRead]);
    let judge = owner(&[Scope::RuntimeRead, Scope::SessionRead, Scope::AclRead]);
    let mut seen = Vec::new();
    for caller in [reader, judge] {
        let mut client = house.known(caller).await;
        let ok = client.hear().await;
        let events = &ok["features"]["events"];
        let subscribed = client.call("events.subscribe", json!({ "after": 0 })).await;
        let latest = subscribed["payload"]["latest"].as_u64().unwrap();
        // Everybody sees this one, after all that was before it.
        let writer = &house.daemon.context().ledger;
        let event = nexus_domain::event::Event::SystemStopping { reason: "mark".to_owned() };
        let at = nexus_domain::Timestamp(0);
        writer.write(move |tx| tx.events().record(at, &event).map(|_| ())).await.unwrap();
        let mut kinds = Vec::new();
        loop {
            let frame = client.hear().await;
            let kind = frame["event"].as_str().unwrap().to_owned();
            let is_mark = frame["position"].as_u64().is_some_and(|position| position > latest);
            if is_mark && kind == "system.stopping" {
                break;
            }
            assert!(names(events).contains(&kind.as_str()), "{kind} was not announced");
            kinds.push(kind);
        }
        let has_announced = names(events).contains(&"acl.decision");
        seen.push((has_announced, kinds.iter().any(|kind| kind == "acl.decision")));
        let named = json!({ "types": ["acl.decision"] });
        let answer = client.call("events.subscribe", named).await;
        assert_eq!(answer["ok"], has_announced, "{answer}");
    }
    assert_eq!(seen, [(false, false), (true, true)]);
}

#[tokio::test]
async fn a_challenge_comes_first_and_is_another_each_time() {
    let house = House::new().await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let mut client = house.knock(&[]).await;
        let challenge = client.hear_any().await;
        assert_eq!((&challenge["type"], &challenge["seq"]), (&json!("event"), &json!(0)));
        assert_eq!(challenge["event"], "challenge");
        assert!(challenge["payload"]["ts"].is_number());
        nonces.push(challenge["payload"]["nonce"].as_str().unwrap().to_owned());
    }
    assert_eq!(nonces[0].len(), 64);
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn a_client_hears_of_the_sessions_it_opened_and_of_no_other() {
    let house = House::new().await;
    let (mut one, mut other) = (house.client().await, house.client().await);
    let send =
        |session: &str| json!({ "key": session, "message": "hi", "idempotencyKey": session });
    assert_eq!(one.call("sessions.send", send("a")).await["ok"], true);
    assert_eq!(other.call("sessions.send", send("b")).await["ok"], true);
    for (client, own) in [(&mut one, "a"), (&mut other, "b")] {
        let ended = client.event("turn.completed").await;
        assert_eq!(ended["payload"]["session_key"], own);
        let strays = client
            .events
            .iter()
            .filter(|event| event["payload"]["session_key"].as_str().is_some_and(|key| key != own));
        assert_eq!(strays.count(), 0, "{:?}", client.events);
    }
}

#[tokio::test]
async fn presence_follows_its_rules() {
    let house = House::new().await;
    let mut watching = house.client().await;
    let mut named = house.knock(&[]).await;
    let mut said = hello(Some(&house.token()));
    said["client"]["instanceId"] = json!("Mac-1");
    named.say(&said).await;
    named.hear().await;
    let mut command = house.knock(&[]).await;
    let mut said = hello(Some(&house.token()));
    said["client"]["mode"] = json!("cli");
    command.say(&said).await;
    command.hear().await;
    let answer = watching.call("system-presence", json!({})).await;
    let list = answer["payload"]["presence"].as_array().unwrap();
    assert_eq!((&list[0]["mode"], &list[0]["reason"]), (&json!("gateway"), &json!("self")));
    assert_eq!(list.len(), 3, "a command is not shown: {answer}");
    assert!(list.iter().all(|entry| entry.get("ip").is_none()), "loopback is left out");
    let note = json!({ "text": "asleep", "instanceId": "MAC-1", "lastInputSeconds": 9 });
    assert_eq!(watching.call("system-event", note).await["payload"]["ok"], true);
    drop(named);
    house
        .while_time_passes(async {
            loop {
                let told = watching.event("presence").await;
                let list = told["payload"]["presence"].as_array().unwrap().clone();
                let gone = list.iter().find(|entry| entry["reason"] == "disconnect");
                if let Some(gone) = gone {
                    assert_eq!(
                        (&gone["text"], &gone["lastInputSeconds"]),
                        (&json!("asleep"), &json!(9))
                    );
                    return;
                }
            }
        })
        .await;
}

#[tokio::test]
async fn seed_clients_find_their_methods() {
    let house = House::new().await;
    let mut client = house.client().await;
    let said =
        json!({ "sessionKey": "x", "message": "hi", "deliver": false, "idempotencyKey": "k" });
    let sent = client.call("chat.send", said).await;
    let run_id = sent["payload"]["requestId"].clone();
    let waited = client.call("agent.wait", json!({ "runId": run_id })).await;
    assert_eq!(waited["payload"]["status"], "done", "{waited}");
    assert_eq!(waited["payload"]["turn"]["stopReason"], "end_turn", "{waited}");
    let history = client.call("chat.history", json!({ "sessionKey": "x", "limit": 5 })).await;
    assert_eq!(history["payload"]["messages"].as_array().unwrap().len(), 2);
    let abort = json!({ "sessionKey": "x", "runId": run_id });
    let aborted = client.call("chat.abort", abort).await;
    assert_eq!(aborted["payload"]["summary"], "The run had ended already.", "{aborted}");
    let loud =
        json!({ "sessionKey": "x", "message": "hi", "deliver": true, "idempotencyKey": "l" });
    let refused = client.call("chat.send", loud).await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("deliver"), "{refused}");
}

#[tokio::test]
async fn a_restart_is_announced_with_its_time() {
    let house = House::new().await;
    let mut client = house.client().await;
    let params = json!({ "idempotencyKey": "k", "reason": "update", "restartExpectedMs": 1500 });
    assert_eq!(client.call("runtime.shutdown", params).await["ok"], true);
    let told = client.event("shutdown").await;
    assert_eq!(told["payload"], json!({ "reason": "update", "restartExpectedMs": 1500 }));
    assert_eq!(client.goodbye().await.0, 1012);
    house.drain().await;
}
