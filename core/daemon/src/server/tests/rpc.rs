use serde_json::{Value, json};

use super::support::{Answer, House};

async fn ask(house: &House, body: &Value) -> Answer {
    house.post_json("/rpc", body).await
}

fn call(method: &str, params: Value, id: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params, "id": id })
}

#[tokio::test]
async fn the_table_is_called_by_its_wire_names() {
    let house = House::new().await;
    for path in ["/rpc", "/"] {
        let body = call("health", json!({}), json!(7)).to_string();
        let lines = ["Content-Type: application/json; charset=utf-8", &house.bearer()];
        let answer = house.post(path, &body, &lines).await;
        assert_eq!(answer.status(), 200, "{}", answer.0);
        assert_eq!(answer.json()["id"], 7);
        assert!(answer.json()["result"]["checks"].is_array(), "{}", answer.0);
    }
    let misfit = call("sessions.history", json!({ "key": "main", "limit": "x" }), json!(1));
    let error = ask(&house, &misfit).await.json()["error"].clone();
    assert_eq!(error["code"], -32602);
    assert!(error["message"].as_str().unwrap().contains("params.limit"), "{error}");
    let error = ask(&house, &call("healht", json!({}), json!(1))).await.json()["error"].clone();
    assert_eq!(
        (&error["code"], &error["data"]["hint"]),
        (&json!(-32601), &json!("did you mean `health`?"))
    );
    let error = ask(&house, &call("health", json!([1]), json!(1))).await.json()["error"].clone();
    assert_eq!(error["code"], -32602, "by position: {error}");
    let error = ask(&house, &call("sessions.get", json!({ "key": "none" }), json!(1))).await;
    assert_eq!(error.json()["error"]["code"], -32004);
    let error = ask(&house, &call("events.subscribe", json!({}), json!(1))).await;
    assert_eq!(error.json()["error"]["code"], -32602);
}

#[tokio::test]
async fn notifications_and_batches_are_answered_as_the_specification_says() {
    let house = House::new().await;
    let answer = ask(&house, &json!({ "jsonrpc": "2.0", "method": "health" })).await;
    assert_eq!((answer.status(), answer.body()), (204, ""));
    let batch = json!([
        call("health", json!({}), json!("a")),
        { "jsonrpc": "2.0", "method": "health" },
        1,
        call("nothing", json!({}), json!("b")),
    ]);
    let answer = ask(&house, &batch).await;
    assert_eq!(answer.status(), 200);
    let responses = answer.json();
    let seen: Vec<_> = responses
        .as_array()
        .unwrap()
        .iter()
        .map(|response| (response["id"].clone(), response["error"]["code"].clone()))
        .collect();
    let expected =
        [(json!("a"), Value::Null), (Value::Null, json!(-32600)), (json!("b"), json!(-32601))];
    assert_eq!(seen, expected);
    for (body, code) in [("[]", -32600), ("{", -32700), ("1", -32600)] {
        let lines = ["Content-Type: application/json", &house.bearer()];
        let answer = house.post("/rpc", body, &lines).await;
        assert_eq!(
            (answer.status(), &answer.json()["error"]["code"]),
            (400, &json!(code)),
            "{body}"
        );
        assert_eq!(answer.json()["id"], Value::Null);
    }
}

#[tokio::test]
async fn what_is_no_call_is_refused_by_http() {
    let house = House::new().await;
    let body = call("health", json!({}), json!(1)).to_string();
    let kind = "Content-Type: application/json";
    assert_eq!(house.post("/rpc", &body, &[kind]).await.status(), 401);
    let wrong = house.post("/rpc", &body, &[kind, "Authorization: Bearer no"]).await;
    assert_eq!(wrong.status(), 401);
    assert_eq!(wrong.json()["error"]["code"], -32000);
    let bearer = house.bearer();
    let foreign = [kind, &bearer, "Origin: http://evil.example"];
    assert_eq!(house.post("/rpc", &body, &foreign).await.status(), 403);
    let text = house.post("/rpc", &body, &["Content-Type: text/plain", &bearer]).await;
    assert_eq!((text.status(), &text.json()["error"]["code"]), (415, &json!(-32600)));
    assert_eq!(house.post("/rpc", &body, &[&bearer]).await.status(), 415);
    assert_eq!(house.ask("GET /rpc", &[&bearer]).await.status(), 405);
    let large = call("health", json!({ "x": "x".repeat(1024 * 1024) }), json!(1)).to_string();
    assert_eq!(house.post("/rpc", &large, &[kind, &bearer]).await.status(), 413);
}

#[tokio::test]
async fn a_body_that_drips_is_cut_off() {
    let house = House::new().await;
    let request = format!(
        "POST /rpc HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: 100\r\n\
         Content-Type: application/json\r\n{}\r\n\r\n{{",
        house.address(),
        house.bearer()
    );
    let answer = house.while_time_passes(house.ask_raw(&request)).await;
    assert_eq!(answer.status(), 408);
}
