//! Going on after a crash, and making room.

use nexus_domain::agent::{AgentErrorKind, StopReason, ToolCallRecord, ToolCallStatus};
use nexus_domain::message::{Part, Role, ToolCall};
use serde_json::{Value, json};

use super::ports::{Bench, Script, call, input, message, says, turn_id, user};
use crate::provider::ModelError;

fn record(call: &ToolCall, status: ToolCallStatus, result: Option<&str>) -> ToolCallRecord {
    ToolCallRecord {
        id: call.id.clone(),
        turn_id: turn_id(),
        name: call.name.clone(),
        arguments: call.arguments.clone(),
        status,
        result: result.map(str::to_owned),
        record: None,
        started_at: None,
        completed_at: None,
    }
}

fn resumed(bench: &mut Bench, calls: &[(ToolCall, Option<ToolCallRecord>)]) {
    let parts = calls.iter().map(|(call, _)| Part::ToolCall(call.clone())).collect();
    bench.input = input(vec![user(1, "go"), message(2, Role::Assistant, parts)]);
    bench.input.pending = calls.iter().filter_map(|(_, record)| record.clone()).collect();
}

fn write(id: &str) -> ToolCall {
    call(id, "write_file", json!({"path": id, "content": "x"}))
}

#[tokio::test]
async fn recorded_calls_are_kept_and_doubtful_ones_are_asked_about() {
    use ToolCallStatus::{Completed, Failed, Pending, Running, Unknown, Waiting};
    let mut bench = Bench::new(vec![says("on we go")]);
    let with = |call: ToolCall, status, result| (call.clone(), Some(record(&call, status, result)));
    resumed(
        &mut bench,
        &[
            with(write("done"), Completed, Some("wrote it")),
            with(write("bad"), Failed, Some("no room")),
            with(write("doubt"), Running, None),
            with(write("lost"), Unknown, None),
            with(write("asked"), Waiting, None),
            with(call("look", "time", json!({})), Unknown, None),
            with(write("new"), Pending, None),
            (write("bare"), None),
        ],
    );
    let outcome = bench.run().await;
    assert_eq!((outcome.reply.as_str(), outcome.stop_reason), ("on we go", StopReason::EndTurn));
    let asks: Vec<_> = bench.diary.only(&["ask"]);
    let kinds = asks.iter().map(|line| line.split(' ').nth(2).unwrap()).collect::<Vec<_>>();
    assert_eq!(kinds, ["UnknownOutcome", "UnknownOutcome", "Policy", "Policy", "Policy", "Policy"]);
    assert_eq!((bench.read("done"), bench.read("bad")), (None, None));
    assert_eq!(bench.read("new").as_deref(), Some("x"));
    let results = bench.diary.only(&["results"]);
    assert_eq!(results, ["results done bad doubt lost asked look new bare"]);
    assert_eq!(bench.model.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_turn_that_only_lacked_its_end_is_ended() {
    let mut bench = Bench::new(vec![]);
    let said = message(2, Role::Assistant, vec![Part::Text("All done.".into())]);
    bench.input = input(vec![user(1, "go"), said]);
    let outcome = bench.run().await;
    assert_eq!((outcome.reply.as_str(), outcome.stop_reason), ("All done.", StopReason::EndTurn));
    assert!(bench.diary.lines().is_empty());
}

#[tokio::test]
async fn calls_left_open_by_an_earlier_turn_are_answered_for_the_model() {
    let mut bench = Bench::new(vec![says("ok")]);
    let mut left = message(2, Role::Assistant, vec![Part::ToolCall(write("old"))]);
    left.turn_id = nexus_domain::id::TurnId::from_parts(nexus_domain::Timestamp(1), 1);
    bench.input = input(vec![user(1, "go"), left, user(3, "and now?")]);
    bench.run().await;
    assert!(bench.diary.only(&["ask", "finished"]).is_empty());
    let seen = bench.model.seen.lock().unwrap();
    let roles: Vec<_> = seen[0].messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::Tool, Role::User]);
}

fn long_bench(scripts: Vec<Script>) -> Bench {
    let mut bench = Bench::new(scripts);
    let mut history = Vec::new();
    for n in 0..20_u128 {
        history.push(user(2 * n + 1, &format!("question {n} {}", "word ".repeat(800))));
        history.push(message(2 * n + 2, Role::Assistant, vec![Part::Text("answer".into())]));
    }
    history.push(user(99, "the last question"));
    bench.input = input(history);
    bench
}

fn system_and_first(bench: &Bench, n: usize) -> (String, String) {
    let seen = bench.model.seen.lock().unwrap();
    (seen[n].system.clone(), seen[n].messages[0].text())
}

#[tokio::test]
async fn a_full_window_is_summarized_and_constraints_stay_verbatim() {
    let bench = long_bench(vec![says("They talked about words."), says("answer")]);
    let outcome = bench.run().await;
    assert_eq!(outcome.reply, "answer");
    let compactions = bench.diary.compactions.lock().unwrap();
    assert_eq!(compactions.len(), 1);
    assert_eq!(compactions[0].summary, "They talked about words.");
    assert!(compactions[0].tokens_saved > 10_000 && compactions[0].spent.usage.input_tokens == 100);
    let (system, first) = system_and_first(&bench, 1);
    assert!(system.contains("\n- Ask before deleting."), "{system}");
    assert!(first.contains("They talked about words."));
    let seen = bench.model.seen.lock().unwrap();
    assert_eq!(seen[1].messages.last().unwrap().text(), "the last question");
}

#[tokio::test]
async fn without_a_usable_summary_the_oldest_is_left_out_with_a_notice() {
    let bench = long_bench(vec![says("  "), says("answer")]);
    assert_eq!(bench.run().await.reply, "answer");
    let (system, first) = system_and_first(&bench, 1);
    assert!(first.contains("earlier messages were left out") && first.contains("empty"));
    assert!(system.contains("Ask before deleting."));
}

#[tokio::test]
async fn an_overflow_that_the_provider_reports_makes_room_once() {
    let overflow = || {
        let body = r#"{"error":{"message":"prompt is too long: 9 tokens > 8 maximum"}}"#;
        let error = ModelError::from_status("one", 400, body);
        assert_eq!(error.kind, AgentErrorKind::ContextOverflow);
        Script::Refuse(error)
    };
    let mut bench = Bench::new(vec![overflow(), says("short"), says("answer")]);
    let long: Value = json!("word ".repeat(400));
    bench.input = input(vec![
        user(1, long.as_str().unwrap()),
        message(2, Role::Assistant, vec![Part::Text("yes".into())]),
        user(3, "and?"),
    ]);
    assert_eq!(bench.run().await.reply, "answer");
    assert_eq!(bench.diary.only(&["compacted"]), ["compacted 2 short"]);

    let bench = Bench::new(vec![overflow()]);
    bench.then_second(vec![overflow()]);
    let outcome = bench.run().await;
    assert_eq!(outcome.error.unwrap().kind, AgentErrorKind::ContextOverflow);
    assert!(bench.diary.only(&["cooled"]).is_empty());
}

#[tokio::test]
async fn the_whole_default_request_is_small() {
    let mut bench = Bench::new(vec![says("hello")]);
    bench.input.agent.tools = bench.world.tools.names().map(str::to_owned).collect();
    bench.run().await;
    let seen = bench.model.seen.lock().unwrap();
    let tools: usize = seen[0]
        .tools
        .iter()
        .map(|tool| tool.name.len() + tool.description.len() + tool.schema.to_string().len() + 90)
        .sum();
    let n_bytes = seen[0].system.len() + tools + 500;
    assert!(n_bytes < 8 * 1024, "{n_bytes} bytes");
}
