//! Tool calls by name.

use serde_json::{Value, json};

use super::support::{Answer, House};

async fn post(house: &House, body: &Value) -> Answer {
    house.post_json("/tools/invoke", body).await
}

#[tokio::test]
async fn a_call_is_decided_audited_and_recorded_as_any() {
    let house = House::new().await;
    let call = json!({ "tool": "list_dir", "args": { "path": "." }, "idempotencyKey": "k" });
    let answer = post(&house, &call).await;
    assert_eq!(answer.status(), 200, "{}", answer.0);
    let first = answer.json();
    assert_eq!((&first["ok"], &first["result"]["sessionKey"]), (&json!(true), &json!("tools")));
    let again = post(&house, &call).await.json();
    assert_eq!(again["result"]["runId"], first["result"]["runId"], "{again}");
    assert_eq!(again["result"]["content"], first["result"]["content"]);
    let ledger = &house.daemon.context().ledger;
    let rows = ledger.read(|reader| reader.audit().list(50, None)).await.unwrap();
    let is_call = |row: &&nexus_ledger::AuditRecord| {
        row.action.as_deref() == Some("tool.list_dir") && row.verdict.as_deref() == Some("allow")
    };
    assert_eq!(rows.iter().filter(is_call).count(), 1, "once, for two requests");
}

#[tokio::test]
async fn each_way_out_has_its_status() {
    let house = House::new().await;
    let missing = post(&house, &json!({ "tool": "fly", "args": {} })).await;
    assert_eq!(missing.status(), 404, "{}", missing.0);
    let misfit = post(&house, &json!({ "tool": "read_file", "args": { "path": 7 } })).await;
    assert_eq!(misfit.status(), 400, "{}", misfit.0);
    let unread = post(&house, &json!({ "tool": "read_file", "args": [] })).await;
    assert_eq!(unread.json()["error"]["details"]["path"], "params.args", "{}", unread.0);
    let gone = post(&house, &json!({ "tool": "read_file", "args": { "path": "no.txt" } })).await;
    assert_eq!((gone.status(), &gone.json()["ok"]), (200, &json!(false)), "{}", gone.0);
    assert_eq!(house.ask("GET /tools/invoke", &[&house.bearer()]).await.status(), 405);
    assert_eq!(
        house.ask("POST /tools/invoke", &["Content-Type: application/json"]).await.status(),
        401
    );
    let large = json!({ "tool": "time", "args": { "x": "x".repeat(2 * 1024 * 1024) } });
    assert_eq!(post(&house, &large).await.status(), 413);
}

#[tokio::test]
async fn what_a_person_decides_is_a_question_and_a_dry_run_is_nothing() {
    let house = House::new().await;
    let args = json!({ "path": "notes.txt" });
    let workspace = house.daemon.context().home.workspace(&"main".to_owned().try_into().unwrap());
    std::fs::create_dir_all(&workspace).unwrap();
    std::fs::write(workspace.join("notes.txt"), "x").unwrap();
    let dry = json!({ "tool": "delete_file", "args": args, "dryRun": true });
    let foreseen = post(&house, &dry).await.json();
    let foreseen = &foreseen["dryRun"];
    assert_eq!(foreseen["verdict"], "ask", "{foreseen}");
    assert_eq!(foreseen["action"]["tool"], "delete_file");
    assert!(!foreseen["reason"].as_str().unwrap().is_empty());
    let ledger = &house.daemon.context().ledger;
    let asked = ledger.read(|r| r.permissions().list(&Default::default(), 10)).await.unwrap();
    assert!(asked.is_empty(), "a dry run asks nobody");

    let call = json!({ "tool": "delete_file", "args": args, "idempotencyKey": "k" });
    let answer = post(&house, &call).await;
    assert_eq!(answer.status(), 403, "{}", answer.0);
    let details = answer.json()["error"]["details"].clone();
    assert!(workspace.join("notes.txt").exists());
    let mut person = house.client().await;
    let yes = json!({ "id": details["permissionId"], "idempotencyKey": "yes" });
    let approved = person.call("acl.requests.approve", yes).await;
    assert_eq!(approved["ok"], true, "{approved}");
    let wait = json!({ "runId": details["runId"] });
    assert_eq!(person.call("agent.wait", wait).await["payload"]["status"], "done");
    assert!(!workspace.join("notes.txt").exists());
    let again = post(&house, &call).await;
    assert_eq!((again.status(), &again.json()["ok"]), (200, &json!(true)), "{}", again.0);
}

#[tokio::test]
async fn the_rows_answer_twice_over_the_socket() {
    let house = House::new().await;
    let mut client = house.client().await;
    let params = json!({ "tool": "time", "sessionKey": "clock", "idempotencyKey": "k" });
    let first = client.call("tools.invoke", params).await;
    assert_eq!(first["payload"]["status"], "accepted", "{first}");
    let last = loop {
        let frame = client.hear().await;
        if frame["type"] == "res" {
            break frame;
        }
    };
    assert_eq!((&last["id"], &last["payload"]["ok"]), (&first["id"], &json!(true)), "{last}");
    let history = client.call("sessions.history", json!({ "key": "clock" })).await;
    let roles: Vec<_> = history["payload"]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["role"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(roles, ["user", "assistant", "tool"], "no model was asked");
}
