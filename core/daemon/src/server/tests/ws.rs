use futures_util::{SinkExt as _, StreamExt as _};
use nexus_protocol::{HANDSHAKE_BYTES_MAX, PAYLOAD_BYTES_MAX};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::support::{House, hello};

#[tokio::test]
async fn a_client_is_greeted_with_what_it_may_do() {
    let house = House::new().await;
    let mut client = house.knock(&[]).await;
    client.say(&hello(Some(&house.token()))).await;
    let ok = client.hear().await;
    assert_eq!(ok["type"], "hello-ok");
    assert_eq!(ok["protocol"], 1);
    assert_eq!(ok["policy"]["maxPayload"], PAYLOAD_BYTES_MAX);
    assert_eq!(ok["auth"]["principal"]["kind"], "owner");
    assert!(ok["snapshot"]["position"].as_u64().unwrap() >= 1);
    assert_eq!(ok["snapshot"]["presence"][0]["reason"], "self");
    let methods = ok["features"]["methods"].as_array().unwrap();
    assert_eq!(methods.len(), nexus_protocol::Method::ALL.len());
    let answer = client.call("health", json!({})).await;
    assert_eq!(answer["ok"], true, "{answer}");
    assert!(answer["payload"]["checks"].is_array());
}

#[tokio::test]
async fn the_root_takes_an_upgrade_too() {
    let house = House::new().await;
    let url = format!("ws://{}/", house.address());
    let stream = tokio::net::TcpStream::connect(house.address()).await.unwrap();
    let (mut ws, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    ws.send(Message::text(hello(Some(&house.token())).to_string())).await.unwrap();
    let first = ws.next().await.unwrap().unwrap();
    assert!(first.to_text().unwrap().contains("challenge"));
    let second = ws.next().await.unwrap().unwrap();
    assert!(second.to_text().unwrap().contains("hello-ok"));
}

#[tokio::test]
async fn whoever_does_not_say_hello_is_cut() {
    let house = House::new().await;
    for text in ["nonsense", r#"{"type":"req","id":"1","method":"health"}"#] {
        let mut client = house.knock(&[]).await;
        client.say_text(text).await;
        assert_eq!(client.goodbye().await.0, 1008, "{text}");
    }
    let mut client = house.knock(&[]).await;
    client.say_text(&" ".repeat(HANDSHAKE_BYTES_MAX + 1)).await;
    assert_eq!(client.goodbye().await.0, 1008);
    let mut client = house.knock(&[]).await;
    let goodbye = house.while_time_passes(client.goodbye()).await;
    assert_eq!(goodbye, (1008, "no hello came in time".to_owned()));
}

#[tokio::test]
async fn another_version_and_a_wrong_token_are_told_why() {
    let house = House::new().await;
    let mut client = house.knock(&[]).await;
    client.say(&json!({ "type": "hello", "minProtocol": 7, "maxProtocol": 9 })).await;
    let error = client.hear().await;
    assert_eq!((&error["type"], &error["expectedProtocol"]), (&json!("hello-error"), &json!(1)));
    assert_eq!(client.goodbye().await.0, 1002);
    for token in [None, Some("wrong")] {
        let mut client = house.knock(&[]).await;
        client.say(&hello(token)).await;
        // The second failure of an address is answered late.
        let error = house.while_time_passes(client.hear()).await;
        assert_eq!(error["reason"], "unauthorized");
        assert_eq!(client.goodbye().await.0, 1008);
    }
    let ledger = &house.daemon.context().ledger;
    let audited = ledger.read(|reader| reader.audit().list(10, None)).await.unwrap();
    let n_failed = audited.iter().filter(|row| row.action.as_deref() == Some("authenticate"));
    assert_eq!(n_failed.count(), 2);
}

#[tokio::test]
async fn mistakes_are_answered_and_the_connection_lives_on() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.say_text("{").await;
    let answer = client.hear_answer().await;
    assert_eq!((&answer["id"], &answer["ok"]), (&json!("invalid"), &json!(false)));
    client.ws.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(client.hear_answer().await["error"]["code"], "INVALID_REQUEST");
    let answer = client.call("session.list", json!({})).await;
    assert_eq!(answer["error"]["hint"], "did you mean `sessions.list`?");
    let answer = client.call("sessions.list", json!({ "limit": 501 })).await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("params.limit"), "{answer}");
    assert_eq!(client.call("health", json!({})).await["ok"], true);
    client.say_text(&format!("{{\"x\":\"{}\"}}", "y".repeat(PAYLOAD_BYTES_MAX))).await;
    assert_eq!(client.goodbye().await.0, 1009);
}

#[tokio::test]
async fn calls_that_come_together_are_all_answered() {
    let house = House::new().await;
    let mut client = house.client().await;
    for n in 0..1_000 {
        let call = json!({ "type": "req", "id": n.to_string(), "method": "health" });
        client.ws.feed(Message::text(call.to_string())).await.unwrap();
    }
    client.ws.flush().await.unwrap();
    let mut ids = std::collections::BTreeSet::new();
    while ids.len() < 1_000 {
        let frame = client.hear().await;
        if frame["type"] == "res" {
            let is_answer = frame["ok"] == true || frame["error"]["code"] == "OVERLOADED";
            assert!(is_answer, "{frame}");
            assert!(ids.insert(frame["id"].as_str().unwrap().to_owned()), "twice: {frame}");
        }
    }
}

#[tokio::test]
async fn a_repeated_command_is_answered_from_memory() {
    let house = House::new().await;
    let mut client = house.client().await;
    let key = json!({ "idempotencyKey": "k1" });
    let first = client.call("runtime.reload", key.clone()).await;
    assert_eq!(first["ok"], true, "{first}");
    assert_eq!(client.call("runtime.reload", key).await["payload"], first["payload"]);
    let other = json!({ "idempotencyKey": "k1", "reason": "other" });
    let refused = client.call("runtime.shutdown", other).await;
    assert_eq!(refused["error"]["code"], "INVALID_REQUEST", "{refused}");
    let ledger = &house.daemon.context().ledger;
    let audited = ledger.read(|reader| reader.audit().list(10, None)).await.unwrap();
    let is_reload = |row: &&nexus_ledger::AuditRecord| {
        row.resource.as_deref() == Some("runtime.reload") && row.verdict.as_deref() == Some("allow")
    };
    assert_eq!(audited.iter().filter(is_reload).count(), 2, "each call has its row");
}

#[tokio::test]
async fn a_subscription_replays_and_goes_on_without_gap() {
    let house = House::new().await;
    let mut client = house.client().await;
    let begun = client.call("events.subscribe", json!({ "after": 0 })).await;
    assert_eq!(begun["payload"]["after"], 0, "{begun}");
    let mut last = 0;
    let mut other = house.client().await;
    for n in 0..5 {
        let key = json!({ "idempotencyKey": format!("k{n}") });
        assert_eq!(other.call("runtime.reload", key).await["ok"], true);
    }
    let latest = house.daemon.context().ledger.position().0;
    let mut seq = 0;
    while last < latest {
        let frame =
            if client.events.is_empty() { client.hear().await } else { client.events.remove(0) };
        assert_eq!(frame["seq"], seq + 1, "{frame}");
        seq += 1;
        if let Some(position) = frame["position"].as_u64() {
            assert_eq!(position, last + 1);
            last = position;
        }
    }
    let future = client.call("events.subscribe", json!({ "after": 999_999 })).await;
    assert!(future["error"]["details"]["latest"].as_u64() >= Some(latest), "{future}");
}

#[tokio::test]
async fn ticks_and_presence_are_told_unasked() {
    let house = House::new().await;
    let mut client = house.client().await;
    let _other = house.client().await;
    let presence = house.while_time_passes(async {
        loop {
            let presence = client.event("presence").await;
            if presence["payload"]["presence"].as_array().unwrap().len() == 3 {
                return presence;
            }
        }
    });
    assert!(presence.await["stateVersion"]["presence"].as_u64().unwrap() > 1);
    house.while_time_passes(client.event("tick")).await;
}

#[tokio::test]
async fn a_stop_is_announced_and_what_is_in_hand_is_answered() {
    let house = House::new().await;
    let mut client = house.client().await;
    let answer = client.call("runtime.shutdown", json!({ "idempotencyKey": "k" })).await;
    assert_eq!(answer["ok"], true, "{answer}");
    let shutdown = client.event("shutdown").await;
    assert!(shutdown["payload"]["reason"].is_string());
    assert_eq!(client.goodbye().await.0, 1012);
    house.drain().await;
}

/// Events of a hundred kilobytes each, so many that no socket holds them.
const N_LARGE: u64 = 400;

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_and_others_miss_nothing() {
    let house = House::new().await;
    let (mut slow, mut other) = (house.client().await, house.client().await);
    let follow = json!({ "type": "req", "id": "x", "method": "events.subscribe",
                         "params": { "after": 0 } });
    // Asks for far more than the sockets hold, and reads nothing.
    slow.say(&follow).await;
    other.say(&follow).await;
    let writer = house.daemon.context().ledger.clone();
    let writing = async {
        for _ in 0..N_LARGE / 10 {
            let reason = "x".repeat(100_000);
            let event = nexus_domain::event::Event::SystemStopping { reason };
            let write = move |tx: &mut nexus_ledger::Tx<'_>| {
                for _ in 0..10 {
                    tx.events().record(nexus_domain::Timestamp(0), &event)?;
                }
                Ok(())
            };
            writer.write(write).await.unwrap();
        }
    };
    let hearing = async {
        let (mut last, mut n_large) = (0, 0);
        while n_large < N_LARGE {
            let frame = other.hear().await;
            assert_ne!(frame["event"], "lagged", "{frame}");
            if let Some(position) = frame["position"].as_u64() {
                assert_eq!(position, last + 1);
                (last, n_large) =
                    (position, n_large + u64::from(frame["event"] == "system.stopping"));
            }
        }
    };
    tokio::join!(writing, hearing);
    // Nothing was cut: to be slow is no fault as long as no tick passes without a byte.
    let answer = house.ask("GET /metrics", &[&house.bearer()]).await;
    assert!(answer.body().contains("nexus_websocket_connections 2"), "{}", answer.body());
    house
        .while_time_passes(async {
            let cut = "nexus_slow_consumers_total 1";
            let gone = "nexus_websocket_connections 1";
            loop {
                let answer = house.ask("GET /metrics", &[&house.bearer()]).await;
                if answer.body().contains(cut) && answer.body().contains(gone) {
                    return;
                }
                other.events.clear();
                assert_eq!(other.call("health", json!({})).await["ok"], true);
            }
        })
        .await;
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_refused_and_the_client_stays() {
    let house = House::new().await;
    let key = nexus_domain::id::SessionKey::parse("long").unwrap();
    let write = move |tx: &mut nexus_ledger::Tx<'_>| {
        use nexus_domain::session::SessionDefaults;
        let agent = nexus_domain::id::AgentId::parse("main").unwrap();
        tx.sessions().ensure(&key, &agent, nexus_domain::Timestamp(1))?;
        let title = "t".repeat(4_000_000);
        tx.sessions().set(&key, Some(Some(&title)), &SessionDefaults::default())
    };
    house.daemon.context().ledger.write(write).await.unwrap();
    let mut client = house.client().await;
    let refused = client.call("sessions.get", json!({ "key": "long" })).await;
    assert_eq!(refused["error"]["code"], "INVALID_REQUEST", "{}", refused["error"]);
    assert!(refused["error"]["hint"].as_str().unwrap().contains("POST /rpc"), "{refused}");
    assert_eq!(client.call("health", json!({})).await["ok"], true);
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "sessions.get",
                       "params": { "key": "long" } });
    let answer = house.post_json("/rpc", &call).await;
    assert_eq!(answer.json()["result"]["session"]["title"].as_str().unwrap().len(), 4_000_000);
}
