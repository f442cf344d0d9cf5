//! For any series of pieces, the events tell exactly of the response that comes out.

use nexus_adapter::{AgentErrorKind, Outcome, StopReason, ToolCall, Usage};
use nexus_ingress::{Answer, Piece, Problem};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::writing::{Manner, Writing};

pub(crate) fn outcome(stop_reason: StopReason) -> Outcome {
    let ulid = json!("01ARZ3NDEKTSV4RRFFQ69G5FAV");
    Outcome {
        event_id: "resp_1".to_owned(),
        request_id: serde_json::from_value(ulid.clone()).unwrap(),
        turn_id: serde_json::from_value(ulid).unwrap(),
        model: Some("fake/model".to_owned()),
        stop_reason,
        tool_calls: Vec::new(),
        usage: Usage { input_tokens: 10, output_tokens: 5, ..Usage::default() },
        error: None,
    }
}

fn end(stop_reason: StopReason, text: &str, calls: usize) -> Piece {
    let call = |n: usize| ToolCall {
        id: format!("call_{n}"),
        name: "look".to_owned(),
        arguments: json!({ "n": n }),
    };
    let outcome = Outcome { tool_calls: (0..calls).map(call).collect(), ..outcome(stop_reason) };
    Piece::End(Box::new(Ok(Answer { text: text.to_owned(), outcome })))
}

fn fresh(manner: Manner) -> Writing {
    let shown = json!({ "store": true, "tools": [] });
    Writing::new("resp_1", "nexus/main", 7, shown.as_object().unwrap().clone(), manner)
}

fn written(manner: Manner, pieces: Vec<Piece>) -> (Vec<Value>, Writing) {
    let mut writing = fresh(manner);
    let mut events = writing.begin();
    for piece in pieces {
        // It may be put away between any two pieces.
        let kept = serde_json::to_string(&writing).unwrap();
        writing = serde_json::from_str(&kept).unwrap();
        events.extend(writing.take(piece, 9));
    }
    (events, writing)
}

/// What a client knows in the end that only heard the events.
fn heard(events: &[Value]) -> Vec<Value> {
    let mut output: Vec<Value> = Vec::new();
    let mut open: Option<usize> = None;
    for (n, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], n, "{event}");
        let name = event["type"].as_str().unwrap();
        let index = event["output_index"].as_u64().map(|index| usize::try_from(index).unwrap());
        if let Some(index) = index.filter(|_| name != "response.output_item.added") {
            assert_eq!(Some(index), open, "an event of an item that is not open: {event}");
            let id = event.get("item_id").unwrap_or(&event["item"]["id"]);
            assert_eq!(*id, output[index]["id"], "{event}");
        }
        let last = output.last_mut();
        match name {
            "response.output_item.added" => {
                assert_eq!((open, index), (None, Some(output.len())), "{event}");
                assert_eq!(event["item"]["status"], "in_progress");
                open = index;
                output.push(event["item"].clone());
            }
            "response.content_part.added" => last.unwrap()["content"] = json!([event["part"]]),
            "response.reasoning_summary_part.added" => {
                last.unwrap()["summary"] = json!([event["part"]]);
            }
            "response.output_text.delta" => grow(&mut last.unwrap()["content"][0]["text"], event),
            "response.reasoning_summary_text.delta" => {
                grow(&mut last.unwrap()["summary"][0]["text"], event);
            }
            "response.function_call_arguments.delta" => {
                grow(&mut last.unwrap()["arguments"], event);
            }
            "response.output_text.done" => {
                assert_eq!(last.unwrap()["content"][0]["text"], event["text"]);
            }
            "response.reasoning_summary_text.done" => {
                assert_eq!(last.unwrap()["summary"][0]["text"], event["text"]);
            }
            "response.content_part.done" => assert_eq!(last.unwrap()["content"][0], event["part"]),
            "response.reasoning_summary_part.done" => {
                assert_eq!(last.unwrap()["summary"][0], event["part"]);
            }
            "response.function_call_arguments.done" => {
                assert_eq!(last.unwrap()["arguments"], event["arguments"]);
            }
            "response.output_item.done" => {
                let item = last.unwrap();
                item["status"] = event["item"]["status"].clone();
                assert_ne!(item["status"], "in_progress");
                if let Some(phase) = event["item"].get("phase") {
                    item["phase"] = phase.clone();
                }
                assert_eq!(*item, event["item"]);
                open = None;
            }
            "response.created" | "response.queued" | "response.in_progress" => {
                assert!(output.is_empty());
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                assert_eq!((open, n + 1), (None, events.len()), "the last, and nothing open");
                assert_eq!(event["response"]["output"], json!(output));
            }
            other => panic!("{other}"),
        }
    }
    output
}

fn grow(text: &mut Value, event: &Value) {
    let whole = format!("{}{}", text.as_str().unwrap(), event["delta"].as_str().unwrap());
    *text = json!(whole);
}

fn names(events: &[Value]) -> Vec<&str> {
    let names = events.iter().map(|event| event["type"].as_str().unwrap());
    names.map(|name| name.strip_prefix("response.").unwrap()).collect()
}

fn some_end() -> impl Strategy<Value = Piece> {
    let reasons = prop::sample::select(vec![
        StopReason::EndTurn,
        StopReason::MaxTokens,
        StopReason::Limit,
        StopReason::ClientTools,
        StopReason::Aborted,
        StopReason::Error,
    ]);
    prop_oneof![
        (reasons, "[a-c ]{0,6}", 0_usize..3).prop_map(|(why, text, calls)| end(why, &text, calls)),
        Just(Piece::End(Box::new(Err(Problem::overloaded("not now"))))),
    ]
}

fn some_piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        4 => "[a-c ]{0,3}".prop_map(Piece::Text),
        2 => "[x-z]{0,3}".prop_map(Piece::Reasoning),
        1 => Just(Piece::Tool),
    ]
}

proptest! {
    #[test]
    fn the_events_add_up_to_the_response(
        pieces in prop::collection::vec(some_piece(), 0..12),
        last in some_end(),
        flags in any::<[bool; 3]>(),
    ) {
        let manner =
            Manner { is_held: flags[0], is_one_call: flags[1], shows_reasoning: flags[2] };
        let (events, writing) = written(manner, [pieces, vec![last]].concat());
        prop_assert!(writing.is_final());
        let output = heard(&events);
        prop_assert_eq!(output.as_slice(), writing.output());
        prop_assert_eq!(&events.last().unwrap()["response"], &writing.response());
        let incomplete = output.iter().position(|item| item["status"] == "incomplete");
        prop_assert!(incomplete.is_none_or(|place| place + 1 == output.len()));
    }

    #[test]
    fn a_response_can_be_cancelled_at_any_time(pieces in prop::collection::vec(some_piece(), 0..6)) {
        let manner = Manner { shows_reasoning: true, ..Manner::default() };
        let (mut events, mut writing) = written(manner, pieces);
        events.extend(writing.cancel());
        heard(&events);
        prop_assert_eq!(writing.status(), "cancelled");
    }
}

#[test]
fn a_text_is_told_in_the_order_of_the_specification() {
    let pieces = vec![
        Piece::Text("Hel".to_owned()),
        Piece::Text("lo.".to_owned()),
        end(StopReason::EndTurn, "Hello.", 0),
    ];
    let (events, writing) = written(Manner::default(), pieces);
    let order = "created in_progress output_item.added content_part.added output_text.delta \
                 output_text.delta output_text.done content_part.done output_item.done completed";
    assert_eq!(names(&events).join(" "), order);
    let response = writing.response();
    assert_eq!((&response["status"], &response["completed_at"]), (&json!("completed"), &json!(9)));
    assert_eq!(response["usage"]["total_tokens"], 15);
}

#[test]
fn calls_are_told_with_their_arguments() {
    let (events, writing) = written(Manner::default(), vec![end(StopReason::ClientTools, "", 2)]);
    let call = "output_item.added function_call_arguments.delta function_call_arguments.done \
                output_item.done";
    assert_eq!(names(&events).join(" "), format!("created in_progress {call} {call} completed"));
    assert_eq!(writing.output()[1]["arguments"], "{\"n\":1}");
    let one = Manner { is_one_call: true, ..Manner::default() };
    let (_, writing) = written(one, vec![end(StopReason::ClientTools, "", 2)]);
    assert_eq!(writing.output().len(), 1);
}

#[test]
fn what_came_before_tools_is_commentary() {
    let pieces = vec![
        Piece::Reasoning("Hm.".to_owned()),
        Piece::Text("I look.".to_owned()),
        Piece::Tool,
        Piece::Text("It is 42.".to_owned()),
        end(StopReason::EndTurn, "It is 42.", 0),
    ];
    let manner = Manner { shows_reasoning: true, ..Manner::default() };
    let (_, writing) = written(manner, pieces);
    let kinds: Vec<_> = writing.output().iter().map(|item| item["type"].clone()).collect();
    assert_eq!(kinds, ["reasoning", "message", "message"]);
    let phases: Vec<_> = writing.output().iter().map(|item| item["phase"].clone()).collect();
    assert_eq!(phases, [Value::Null, json!("commentary"), json!("final_answer")]);
}

#[test]
fn one_that_was_cut_says_so() {
    let pieces = vec![Piece::Text("Once".to_owned()), end(StopReason::MaxTokens, "Once upon", 0)];
    let (events, writing) = written(Manner::default(), pieces);
    assert_eq!(events.last().unwrap()["type"], "response.incomplete");
    let response = writing.response();
    assert_eq!(response["incomplete_details"], json!({ "reason": "max_output_tokens" }));
    assert_eq!(response["output"][0]["status"], "incomplete");
    assert_eq!(response["output"][0]["content"][0]["text"], "Once upon");
}

#[test]
fn one_that_failed_has_a_code_that_strict_clients_know() {
    let failed = |kind| {
        let outcome = Outcome { error: Some(kind), ..outcome(StopReason::Error) };
        let answer = Answer { text: "It went wrong.".to_owned(), outcome };
        let (_, writing) = written(Manner::default(), vec![Piece::End(Box::new(Ok(answer)))]);
        assert_eq!(writing.status(), "failed");
        writing.response()["error"]["code"].clone()
    };
    assert_eq!(failed(AgentErrorKind::ModelError), "server_error");
    assert_eq!(failed(AgentErrorKind::RateLimit), "rate_limit_exceeded");
    assert_eq!(failed(AgentErrorKind::BudgetExhausted), "rate_limit_exceeded");
    assert_eq!(failed(AgentErrorKind::ContextOverflow), "invalid_prompt");
}

#[test]
fn one_in_the_background_waits_first() {
    let mut writing = fresh(Manner::default());
    writing.queue();
    assert_eq!(writing.response()["status"], "queued");
    let events = writing.begin();
    assert_eq!(names(&events), ["created", "queued", "in_progress"]);
    assert_eq!(writing.status(), "in_progress");
}
