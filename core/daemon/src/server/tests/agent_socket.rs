//! Framing B without a model provider: the daemon's own rules answer.

use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::support::{Client, House, within};

impl House {
    /// Knocks at framing B with these header lines.
    async fn knock_agent(
        &self,
        query: &str,
        lines: &[(&'static str, &str)],
    ) -> Result<Client, u16> {
        let url = format!("ws://{}/ws/agent{query}", self.address());
        let mut request = url.into_client_request().unwrap();
        for (name, value) in lines {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address()).await.unwrap();
        match within(client_async(request, stream)).await {
            Ok((ws, _)) => Ok(Client { ws, events: Vec::new() }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Comes in with the token as a key.
    async fn agent_client(&self) -> Client {
        let token = self.token();
        let mut client = self.knock_agent("", &[("x-api-key", &token)]).await.unwrap();
        let connected = client.hear().await;
        assert_eq!(connected["method"], "connected", "{connected}");
        assert!(connected["params"]["clientId"].is_string());
        client
    }
}

/// Calls a method; notifications on the way are kept as events.
async fn ask(client: &mut Client, method: &str, params: Value) -> Value {
    client
        .say(&json!({ "jsonrpc": "2.0", "id": method, "method": method, "params": params }))
        .await;
    answer(client).await
}

/// The next frame that is no notification.
async fn answer(client: &mut Client) -> Value {
    loop {
        let frame = client.hear().await;
        if frame.get("method").is_none() {
            return frame;
        }
        client.events.push(frame);
    }
}

fn kinds(client: &Client) -> Vec<&str> {
    let events = client.events.iter().filter(|frame| frame["method"] == "agent.event");
    events.map(|frame| frame["params"]["event"]["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_credential_is_shown_at_the_upgrade_or_nobody_comes_in() {
    let house = House::new().await;
    let token = house.token();
    let bearer = format!("Bearer {token}");
    for lines in [("x-api-key", &token), ("authorization", &bearer)] {
        assert!(house.knock_agent("", &[(lines.0, lines.1)]).await.is_ok(), "{}", lines.0);
    }
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "keys.token", "params": { "idempotencyKey": "k" },
    });
    let made = house.post_json("/rpc", &body).await;
    let made = made.json();
    let signed = made["result"]["token"].as_str().unwrap();
    assert!(house.knock_agent(&format!("?token={signed}"), &[]).await.is_ok());
    let names = format!("jsonrpc, {signed}");
    assert!(house.knock_agent("", &[("sec-websocket-protocol", &names)]).await.is_ok());
    let refused = async |query: &str, lines: &[(&'static str, &str)]| {
        house.while_time_passes(house.knock_agent(query, lines)).await.err()
    };
    assert_eq!(refused("", &[]).await, Some(401));
    assert_eq!(refused("", &[("x-api-key", "wrong")]).await, Some(401));
    // A lasting token has no place in an address, nor among names that are said back.
    assert_eq!(refused(&format!("?token={token}"), &[]).await, Some(401));
    assert_eq!(refused("", &[("sec-websocket-protocol", &token)]).await, Some(401));
    assert_eq!(refused("?token=a.b.c", &[]).await, Some(401));
    let plain = house.ask("GET /ws/agent", &[&house.bearer()]).await;
    assert_eq!(plain.status(), 426);
}

#[tokio::test]
async fn a_run_is_told_of_and_answered_on_its_id() {
    let house = House::new().await;
    let mut client = house.agent_client().await;
    let run = json!({ "task": "hello", "sessionId": "s1", "maxTurns": 500, "tier": "sonnet" });
    let answer = ask(&mut client, "agent.run", run).await;
    let result = &answer["result"];
    assert_eq!(
        (&result["sessionId"], &result["success"]),
        (&json!("s1"), &json!(true)),
        "{answer}"
    );
    assert_eq!((&result["stoppedReason"], &result["turns"]), (&json!("complete"), &json!(1)));
    assert!(!result["answer"].as_str().unwrap().is_empty());
    assert!(result["totalInputTokens"].is_number() && result["totalOutputTokens"].is_number());
    let kinds = kinds(&client);
    assert!(kinds.contains(&"chunk"), "{kinds:?}");
    assert_eq!(&kinds[kinds.len() - 2..], ["final_answer", "done"]);
    assert!(client.events.iter().all(|frame| frame["params"]["sessionId"] == "s1"));
    // The conversation goes on under its name.
    let again = ask(&mut client, "agent.run", json!({ "task": "again", "sessionId": "s1" })).await;
    assert_eq!(again["result"]["success"], true, "{again}");
    let history = ask(&mut client, "sessions.history", json!({ "key": "s1" })).await;
    assert_eq!(history["result"]["messages"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_its_code() {
    let house = House::new().await;
    let mut client = house.agent_client().await;
    let code = |answer: &Value| answer["error"]["code"].as_i64();
    for params in [
        json!({ "task": "x", "tier": "gigantic" }),
        json!({ "task": "x", "maxTurns": 0 }),
        json!({ "sessionId": "s" }),
        json!({ "task": "x", "else": 1 }),
        json!(["x"]),
    ] {
        let answer = ask(&mut client, "agent.run", params.clone()).await;
        assert_eq!(code(&answer), Some(-32602), "{params}: {answer}");
    }
    let answer = ask(&mut client, "agent.cancel", json!({ "sessionId": "none" })).await;
    assert_eq!(code(&answer), Some(-32001), "{answer}");
    assert_eq!(answer["error"]["data"]["sessionId"], "none");
    let answer = ask(&mut client, "agent.jump", json!({})).await;
    assert_eq!(code(&answer), Some(-32601), "{answer}");
    let pong = ask(&mut client, "system.ping", json!({})).await;
    assert_eq!(pong["result"]["pong"], true);
    assert!(pong["result"]["timestamp"].is_number());
    let tools = ask(&mut client, "tools.list", json!({})).await;
    let tool = &tools["result"]["tools"][0];
    assert!(tool["name"].is_string() && tool["parameters"]["type"] == "object", "{tool}");
}

/// Section 7 of the JSON-RPC specification, as far as it needs no methods of its own.
#[tokio::test]
async fn batches_and_notifications_are_as_the_specification_says() {
    let house = House::new().await;
    let mut client = house.agent_client().await;
    for (text, code) in [("{", -32700), ("[]", -32600), ("1", -32600), (r#"{"method":1}"#, -32600)]
    {
        client.say_text(text).await;
        let answer = answer(&mut client).await;
        assert_eq!(
            (&answer["error"]["code"], &answer["id"]),
            (&json!(code), &Value::Null),
            "{text}"
        );
    }
    client.say_text(r#"{"jsonrpc":"2.0","method":"system.ping"}"#).await;
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "system.ping" },
        { "jsonrpc": "2.0", "method": "health" },
        7,
        { "jsonrpc": "2.0", "id": "2", "method": "agent.run", "params": { "task": "hi" } },
        { "jsonrpc": "2.0", "id": 3, "method": "health" },
    ]);
    client.say(&batch).await;
    let answers = answer(&mut client).await;
    let ids: Vec<_> = answers.as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, [json!(1), Value::Null, json!("2"), json!(3)], "{answers}");
    assert_eq!(answers[2]["result"]["stoppedReason"], "complete", "{answers}");
}

#[tokio::test]
async fn channels_bring_what_they_are_for() {
    let house = House::new().await;
    let (mut watching, mut other) = (house.agent_client().await, house.agent_client().await);
    let wrong = ask(&mut watching, "notify.subscribe", json!({ "channels": ["radio"] })).await;
    assert_eq!(wrong["error"]["code"], -32602, "{wrong}");
    let channels = json!({ "channels": ["agent:s1"] });
    let answer = ask(&mut watching, "notify.subscribe", channels.clone()).await;
    assert_eq!(answer["result"]["subscribed"], json!(["agent:s1"]));
    for session in ["s2", "s1"] {
        let run = json!({ "task": "hi", "sessionId": session });
        ask(&mut other, "agent.run", run).await;
    }
    let mut names = Vec::new();
    while names.last().is_none_or(|name| name != "agent.completed") {
        let frame = watching.hear().await;
        assert_eq!(
            (&frame["method"], &frame["params"]["channel"]),
            (&json!("notify"), &json!("agent:s1"))
        );
        assert!(frame["params"]["timestamp"].is_number());
        names.push(frame["params"]["event"].as_str().unwrap().to_owned());
    }
    assert!(names.contains(&"agent.started".to_owned()), "{names:?}");
    let answer = ask(&mut watching, "notify.unsubscribe", channels).await;
    assert_eq!(answer["result"]["subscribed"], json!([]));
}

#[tokio::test]
async fn a_stop_ends_the_connection_as_going_away() {
    let house = House::new().await;
    let mut client = house.agent_client().await;
    let stop = json!({ "idempotencyKey": "k" });
    assert!(ask(&mut client, "runtime.shutdown", stop).await["result"]["pid"].is_number());
    assert_eq!(client.goodbye().await.0, 1001);
    house.drain().await;
}

#[tokio::test]
async fn an_idle_client_is_pinged() {
    use futures_util::StreamExt as _;
    let house = House::new().await;
    let mut client = house.agent_client().await;
    house
        .while_time_passes(async {
            loop {
                if client.ws.next().await.unwrap().unwrap().is_ping() {
                    return;
                }
            }
        })
        .await;
}
