//! Clients of the Open Responses API against a real daemon, through the adapter: the cases of the
//! public compliance suite, written anew from the specification, and what stands beside them.

#[path = "openresponses/stage.rs"]
mod stage;

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use nexus_tests::{Act, DaemonProcess, FakeModel, Seen};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use stage::{NEXUSD, Stage, fits, make_key, told};

const PICTURE: &str = "data:image/png;base64,iVBORw0KGgpwaWN0dXJl";

/// Says what came along, so that a client can tell.
fn answer(seen: &Seen) -> Act {
    let said = seen.body["messages"].to_string();
    let asked = seen.asked();
    if seen.brings_results() {
        return Act::Say(format!("The tool said: {}", seen.last_text()));
    }
    match asked.as_str() {
        "hello" => Act::Say("Hello from the model.".to_owned()),
        "hold" => Act::SayHeld("begun and never ended".to_owned(), Arc::new(Semaphore::new(1))),
        "refuse" => Act::Refuse(401, None),
        "form" => Act::Say(json!({ "city": "Oslo", "degrees": 4 }).to_string()),
        _ if asked.starts_with("echo ") => Act::Say(asked),
        // What is said twice in a row by the same arrives together.
        _ if asked.ends_with("recall") => {
            let words = ["cobalt", "sealed in short", "pirate"];
            let known: Vec<_> = words.iter().filter(|word| said.contains(**word)).collect();
            Act::Say(format!("I remember {known:?}."))
        }
        _ if asked.contains("Write down this whole conversation") => {
            Act::Say("The word is sealed in short.".to_owned())
        }
        _ if asked.contains("weather") => {
            Act::Call(vec![("get_weather".to_owned(), json!({ "city": "Oslo" }))])
        }
        _ if asked.contains("picture") => {
            Act::Say(format!("I see {} picture.", said.matches("data:image/png;base64,").count()))
        }
        _ => Act::Say("So be it.".to_owned()),
    }
}

fn weather() -> Value {
    json!([{ "type": "function", "name": "get_weather",
             "parameters": { "type": "object", "properties": { "city": { "type": "string" } } } }])
}

fn message(role: &str, content: Value) -> Value {
    json!({ "type": "message", "role": role, "content": content })
}

async fn set() -> Result<(FakeModel, Stage)> {
    let model = FakeModel::openai(answer).await?;
    let stage = Stage::set(&model).await?;
    Ok((model, stage))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cases_of_the_suite_pass_over_http() -> Result<()> {
    let (_model, stage) = set().await?;
    let basic = stage.create(&json!({ "input": [message("user", json!("hello"))] })).await?;
    ensure!(basic["status"] == "completed" && stage::text(&basic) == "Hello from the model.");
    ensure!(basic["output"][0]["phase"] == "final_answer", "{basic}");
    let streamed = told(&stage.stream(&json!({})).await?)?;
    ensure!(streamed["status"] == "completed" && stage::text(&streamed) == stage::text(&basic));
    let input =
        json!([message("system", json!("You are a pirate.")), message("user", json!("recall"))]);
    let system = stage.create(&json!({ "input": input })).await?;
    ensure!(stage::text(&system).contains("pirate"), "{system}");
    let input = json!([
        message("user", json!("It is cobalt.")),
        { "type": "message", "role": "assistant", "content": "Well.", "phase": "final_answer" },
        message("user", json!("recall")),
    ]);
    let turns = stage.create(&json!({ "input": input })).await?;
    ensure!(stage::text(&turns).contains("cobalt"), "{turns}");
    let parts = json!([{ "type": "input_text", "text": "a picture" },
                       { "type": "input_image", "image_url": PICTURE }]);
    let seen = stage.create(&json!({ "input": [message("user", parts)] })).await?;
    ensure!(stage::text(&seen) == "I see 1 picture.", "{seen}");
    let calling = json!({ "input": "What is the weather?", "tools": weather() });
    let called = stage.create(&calling).await?;
    ensure!(called["output"][0]["type"] == "function_call", "{called}");
    let events = stage.stream(&calling).await?;
    for name in ["function_call_arguments.delta", "function_call_arguments.done"] {
        ensure!(events.iter().any(|event| event["type"] == format!("response.{name}")), "{name}");
    }
    let missing = json!({ "input": "hello" });
    let refused = stage.ask(400, Method::POST, "/responses/compact", &missing).await?;
    ensure!(refused["error"]["param"] == "model", "{refused}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cases_of_the_suite_pass_over_websockets() -> Result<()> {
    let (_model, stage) = set().await?;
    let mut socket = stage.socket().await?;
    let first = socket.create(&json!({})).await?;
    ensure!(first["status"] == "completed" && first["store"] == true);
    let unstored = |input: &str| json!({ "input": input, "store": false });
    for _ in 0..2 {
        socket.create(&unstored("hello")).await?;
    }
    let kept = socket.create(&unstored("It is cobalt.")).await?;
    let going_on = |id: &Value, input: Value| json!({ "input": input, "store": false, "previous_response_id": id });
    let recalled = socket.create(&going_on(&kept["id"], json!("recall"))).await?;
    ensure!(stage::text(&recalled).contains("cobalt"), "{recalled}");
    // Another connection does not know it, and goes on all the same.
    let mut other = stage.socket().await?;
    let code = other.fail(&going_on(&recalled["id"], json!("recall"))).await?;
    ensure!(code == "previous_response_not_found", "{code}");
    other.create(&unstored("hello")).await?;
    let code = other.fail(&going_on(&json!("resp_never"), json!("hello"))).await?;
    ensure!(code == "previous_response_not_found", "{code}");
    // What fails cannot be gone on with a second time.
    let orphan = json!([{ "type": "function_call_output", "call_id": "call_x", "output": "4" }]);
    socket.fail(&going_on(&recalled["id"], orphan)).await?;
    let code = socket.fail(&going_on(&recalled["id"], json!("hello"))).await?;
    ensure!(code == "previous_response_not_found", "{code}");
    // Nothing is run, and still it can be gone on with.
    let warm = json!({ "input": "It is cobalt.", "store": false, "generate": false });
    let warm = socket.create(&warm).await?;
    ensure!(warm["output"] == json!([]) && warm["status"] == "completed", "{warm}");
    let recalled = socket.create(&going_on(&warm["id"], json!("recall"))).await?;
    ensure!(stage::text(&recalled).contains("cobalt"), "{recalled}");
    // What is no response.create is told, and the connection lives.
    socket.say(&json!({ "type": "response.cancel" })).await?;
    fits("socket_error", &socket.hear().await?[0])?;
    socket.create(&unstored("hello")).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_stands_for_what_it_was_made_of() -> Result<()> {
    let (_model, mut stage) = set().await?;
    let compact = json!({ "model": "nexus/main", "prompt_cache_key": "k", "input": [
        message("user", json!("We launch on Tuesday.")),
        message("assistant", json!("Understood.")),
    ] });
    let compacted = stage.ask(200, Method::POST, "/responses/compact", &compact).await?;
    fits("compacted", &compacted)?;
    let mut input = compacted["output"].as_array().context("no output")?.clone();
    ensure!(input.len() == 1 && input[0]["type"] == "compaction", "{compacted}");
    ensure!(!compacted.to_string().contains("sealed in short"), "it can be read");
    input.push(message("user", json!("recall")));
    let going_on = json!({ "input": input, "store": false });
    let mut socket = stage.socket().await?;
    let recalled = socket.create(&going_on).await?;
    ensure!(stage::text(&recalled).contains("sealed in short"), "{recalled}");
    // It is its maker's alone.
    stage.key = make_key(&stage.talk).await?;
    let body = stage::asking(&going_on);
    let refused = stage.ask(400, Method::POST, "/responses", &body).await?;
    ensure!(refused["error"]["code"] == "invalid_encrypted_content", "{refused}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_go_on_and_are_their_makers_own() -> Result<()> {
    let (_model, mut stage) = set().await?;
    let first =
        stage.create(&json!({ "input": "It is cobalt.", "metadata": { "a": "b" } })).await?;
    let id = first["id"].as_str().context("no id")?.to_owned();
    let going_on = json!({ "input": "recall", "previous_response_id": id });
    let second = stage.create(&going_on).await?;
    ensure!(second["previous_response_id"] == id.as_str(), "{second}");
    ensure!(stage::text(&second).contains("cobalt"), "{second}");
    let second_id = second["id"].as_str().context("no id")?.to_owned();
    let items = stage.get(&format!("/responses/{second_id}/input_items?order=asc&limit=2")).await?;
    fits("page", &items)?;
    ensure!(items["data"][0]["content"][0]["text"] == "It is cobalt." && items["has_more"] == true);
    let after = items["last_id"].as_str().context("no id")?;
    let path = format!("/responses/{second_id}/input_items?order=asc&after={after}");
    let rest = stage.get(&path).await?;
    ensure!(rest["data"][0]["content"][0]["text"] == "recall" && rest["has_more"] == false);
    ensure!(stage.get(&format!("/responses/{id}")).await? == first);
    // The call of a tool and its result are one conversation too.
    let calling = json!({ "input": "What is the weather?", "tools": weather() });
    let called = stage.create(&calling).await?;
    let result = json!({ "previous_response_id": called["id"], "tools": weather(), "input": [{
        "type": "function_call_output", "call_id": called["output"][0]["call_id"], "output": "4 degrees",
    }] });
    ensure!(stage::text(&stage.create(&result).await?) == "The tool said: 4 degrees");
    // An item that is kept can be named.
    let named = json!({ "input": [{ "type": "item_reference", "id": first["output"][0]["id"] },
                                  message("user", json!("recall"))] });
    stage.create(&named).await?;
    // Somebody else finds none of it.
    let own = std::mem::take(&mut stage.key);
    stage.key = make_key(&stage.talk).await?;
    for (method, path) in [
        (Method::GET, format!("/responses/{id}")),
        (Method::DELETE, format!("/responses/{id}")),
        (Method::POST, format!("/responses/{id}/cancel")),
        (Method::GET, format!("/responses/{id}/input_items")),
    ] {
        let refused = stage.ask(404, method, &path, &Value::Null).await?;
        ensure!(refused["error"]["message"] == format!("Response with id '{id}' not found."));
    }
    let body = stage::asking(&going_on);
    let refused = stage.ask(400, Method::POST, "/responses", &body).await?;
    let expected = json!({ "error": {
        "type": "invalid_request_error", "code": "previous_response_not_found",
        "message": format!("Previous response with id '{id}' not found."),
        "param": "previous_response_id",
    } });
    ensure!(refused == expected, "{refused}");
    // What is deleted is gone, and so is what went on with it.
    stage.key = own;
    let deleted = stage.ask(200, Method::DELETE, &format!("/responses/{id}"), &Value::Null).await?;
    ensure!(deleted == json!({ "id": id, "object": "response", "deleted": true }), "{deleted}");
    stage.ask(404, Method::GET, &format!("/responses/{id}"), &Value::Null).await?;
    let broken = stage::asking(&json!({ "previous_response_id": second_id }));
    stage.ask(400, Method::POST, "/responses", &broken).await?;
    // And what is not to be stored never was.
    let unstored = stage.create(&json!({ "store": false })).await?;
    let path = format!("/responses/{}", unstored["id"].as_str().unwrap_or_default());
    stage.ask(404, Method::GET, &path, &Value::Null).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_in_the_background_needs_nobody() -> Result<()> {
    let gate = Arc::new(Semaphore::new(1));
    let opened = Arc::clone(&gate);
    let model = FakeModel::openai(move |seen: &Seen| match seen.asked().as_str() {
        "slowly" => Act::SayHeld("word by word".to_owned(), Arc::clone(&opened)),
        _ => answer(seen),
    })
    .await?;
    let stage = Stage::set(&model).await?;
    let begun = stage.create(&json!({ "input": "slowly", "background": true })).await?;
    ensure!(begun["status"] == "queued" && begun["background"] == true, "{begun}");
    let id = begun["id"].as_str().context("no id")?.to_owned();
    let early = stage::asking(&json!({ "previous_response_id": id }));
    let refused = stage.ask(400, Method::POST, "/responses", &early).await?;
    ensure!(refused["error"]["code"] == "response_in_progress", "{refused}");
    // Its events are read while they come, again from anywhere, and by as many as like.
    let streamed = stage.begin_streamed("slowly").await?;
    gate.add_permits(20);
    let whole = stage.until(&id, "completed").await?;
    fits("response", &whole)?;
    ensure!(stage::text(&whole) == "word by word", "{whole}");
    let again =
        |query: &str| stage.call(Method::GET, &format!("/responses/{streamed}?stream=true{query}"));
    let events = stage.events(again("")).await?;
    ensure!(stage::text(&told(&events)?) == "word by word");
    let later = stage.events(again("&starting_after=3")).await?;
    ensure!(later == events[4..], "{later:?}");
    let path = format!("/responses/{id}?stream=true");
    stage.ask(400, Method::GET, &path, &Value::Null).await?;
    // One that would never end is cancelled, once and again.
    let held = stage.create(&json!({ "input": "hold", "background": true })).await?;
    let id = held["id"].as_str().context("no id")?.to_owned();
    stage.until(&id, "in_progress").await?;
    for _ in 0..2 {
        let path = format!("/responses/{id}/cancel");
        let cancelled = stage.ask(200, Method::POST, &path, &Value::Null).await?;
        ensure!(cancelled["status"] == "cancelled", "{cancelled}");
    }
    let whole = stage.create(&json!({})).await?;
    let path = format!("/responses/{}/cancel", whole["id"].as_str().unwrap_or_default());
    stage.ask(400, Method::POST, &path, &Value::Null).await?;
    Ok(())
}

/// Kills the daemon and with it the adapter, and starts both again.
async fn start_anew(stage: Stage) -> Result<Stage> {
    let Stage { home, mut daemon, key, .. } = stage;
    daemon.kill()?;
    daemon.died().await?;
    std::fs::remove_file(home.path().join("state/logs/adapters/openresponses.log"))?;
    let daemon = DaemonProcess::start(NEXUSD, home.path()).await?;
    let stage = Stage::on(home, daemon).await?;
    Ok(Stage { key, ..stage })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_in_the_background_survives_the_daemon() -> Result<()> {
    let gate = Arc::new(Semaphore::new(1));
    let opened = Arc::clone(&gate);
    let model = FakeModel::openai(move |seen: &Seen| match seen.asked().as_str() {
        "slowly" => Act::SayHeld("word by word".to_owned(), Arc::clone(&opened)),
        _ => answer(seen),
    })
    .await?;
    let stage = Stage::set(&model).await?;
    let id = stage.begin_streamed("slowly").await?;
    let held = stage.create(&json!({ "input": "hold", "background": true })).await?;
    let held = held["id"].as_str().context("no id")?.to_owned();
    for id in [&id, &held] {
        stage.until(id, "in_progress").await?;
    }
    gate.add_permits(100);
    let stage = start_anew(stage).await?;
    let whole = stage.until(&id, "completed").await?;
    ensure!(stage::text(&whole).contains("word by word"), "{whole}");
    // The events go on where they were interrupted.
    let again = stage.call(Method::GET, &format!("/responses/{id}?stream=true"));
    ensure!(told(&stage.events(again).await?)? == whole);
    let going_on = json!({ "input": "hello", "previous_response_id": id });
    stage.create(&going_on).await?;
    // The other one can still be cancelled, there as well as here.
    let path = format!("/responses/{held}/cancel");
    let cancelled = stage.ask(200, Method::POST, &path, &Value::Null).await?;
    ensure!(cancelled["status"] == "cancelled", "{cancelled}");
    stage.nothing_is_held().await
}

/// What the scripts check, in this order.
const CHECKS: &str = "models whole streamed tools tools_streamed picture form chain background \
                      compacted errors concurrent left";

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_for_python_works() -> Result<()> {
    let (_model, stage) = set().await?;
    let good = stage.run(stage::clients().join("python/bin/python"), "script.py").await?;
    ensure!(good.join(" ") == CHECKS, "{good:?}");
    stage.nothing_is_held().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_for_node_works() -> Result<()> {
    let (_model, stage) = set().await?;
    let good = stage.run("node".into(), "script.cjs").await?;
    let left_out = ["tools_streamed", "form"];
    let checks = CHECKS.split_whitespace().filter(|check| !left_out.contains(check));
    ensure!(good == checks.collect::<Vec<_>>(), "{good:?}");
    stage.nothing_is_held().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_told_in_the_form_of_the_specification() -> Result<()> {
    let (_model, mut stage) = set().await?;
    let cases = [
        (json!({ "model": "nobody" }), 404, "model_not_found"),
        (json!({ "tools": [{ "type": "web_search" }] }), 400, "unsupported_value"),
        (json!({ "input": [] }), 400, "invalid_value"),
        (json!({ "previous_response_id": "resp_x" }), 400, "previous_response_not_found"),
        (json!({ "input": [{ "type": "item_reference", "id": "x" }] }), 400, "item_not_found"),
        (json!({ "input": "refuse" }), 502, "provider_auth_failure"),
    ];
    for (more, status, code) in cases {
        let body = stage::asking(&more);
        let refused = stage.ask(status, Method::POST, "/responses", &body).await?;
        ensure!(refused["error"]["code"] == code, "{more}: {refused}");
    }
    stage.ask(426, Method::GET, "/responses", &Value::Null).await?;
    stage.ask(404, Method::GET, "/nowhere", &Value::Null).await?;
    stage.ask(405, Method::DELETE, "/models", &Value::Null).await?;
    let models = stage.get("/models").await?;
    ensure!(models["data"][0]["id"] == "nexus/main", "{models}");
    stage.key = "nxk_wrong".to_owned();
    stage.ask(401, Method::POST, "/responses", &stage::asking(&json!({}))).await?;
    ensure!(stage.socket().await.is_err(), "a socket for nobody");
    // Nothing is left behind of what failed.
    let spool = stage.home.path().join("state/adapters/openresponses/spool");
    ensure!(spool.read_dir()?.next().is_none(), "something was left behind");
    ensure!(stage.daemon.pid() > 0);
    Ok(())
}
