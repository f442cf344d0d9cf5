use nexus_adapter::{ReplyForm, ToolChoice};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn reading(more: &Value) -> Result<Wanted, Problem> {
    let mut body = json!({ "model": "nexus/main", "input": "hi" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    read(body.to_string().as_bytes())
}

fn refused(more: Value) -> (String, &'static str) {
    let problem = reading(&more).expect_err(&more.to_string());
    (problem.param.unwrap_or_default(), problem.code)
}

fn weather() -> Value {
    json!({ "type": "function", "name": "get_weather", "parameters": { "type": "object" } })
}

#[test]
fn a_text_is_a_message_of_the_user() {
    let wanted = reading(&json!({})).unwrap();
    let item = &wanted.items[0];
    assert!(item["id"].as_str().unwrap().starts_with("msg_"));
    assert_eq!((&item["role"], &item["status"]), (&json!("user"), &json!("completed")));
    assert_eq!(item["content"], json!([{ "type": "input_text", "text": "hi" }]));
    assert!(wanted.is_stored && wanted.generates && !wanted.is_streamed && !wanted.is_background);
}

#[test]
fn the_response_repeats_the_request_with_every_field() {
    let wanted = reading(&json!({
        "instructions": "Be brief.", "temperature": 0.5, "max_output_tokens": 100,
        "metadata": { "a": "b" }, "parallel_tool_calls": false, "truncation": "auto",
        "tools": [weather()], "user": "u", "reasoning": { "effort": "low", "summary": "auto" },
        "text": { "format": { "type": "json_object" }, "verbosity": "low" },
    }))
    .unwrap();
    let shown = &wanted.shown;
    assert_eq!((&shown["temperature"], &shown["top_p"]), (&json!(0.5), &json!(1.0)));
    assert_eq!(shown["reasoning"], json!({ "effort": "low", "summary": "auto" }));
    assert_eq!(shown["text"], json!({ "format": { "type": "json_object" }, "verbosity": "low" }));
    let tool = json!({ "type": "function", "name": "get_weather", "description": null,
                       "parameters": { "type": "object" }, "strict": null });
    assert_eq!(shown["tools"], json!([tool]));
    for name in ["previous_response_id", "max_tool_calls", "safety_identifier"] {
        assert_eq!(shown[name], Value::Null, "{name}");
    }
    assert!(wanted.is_one_call && wanted.shows_reasoning && wanted.truncates);
    assert_eq!(wanted.brief.instructions.as_deref(), Some("Be brief."));
    assert_eq!(wanted.brief.reply_form, ReplyForm::Json);
    assert_eq!(wanted.metadata["metadata"], json!({ "a": "b" }));
}

#[test]
fn items_are_made_whole() {
    let input = json!([
        { "role": "system", "content": "Be kind." },
        { "type": "message", "role": "assistant", "phase": "commentary", "id": "msg_mine",
          "content": [{ "type": "output_text", "text": "I look." }] },
        { "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" },
        { "type": "function_call_output", "call_id": "c",
          "output": [{ "type": "input_text", "text": "4" }] },
        { "type": "reasoning", "summary": [{ "type": "summary_text", "text": "Hm." }] },
        { "id": "msg_stored" },
        { "type": "compaction", "encrypted_content": "sealed" },
        { "role": "user", "content": [{ "type": "input_image", "image_url": "data:x" }] },
    ]);
    let items = reading(&json!({ "input": input })).unwrap().items;
    assert_eq!((&items[1]["id"], &items[1]["phase"]), (&json!("msg_mine"), &json!("commentary")));
    assert_eq!(items[1]["content"][0]["annotations"], json!([]));
    assert_eq!(items[5], json!({ "type": "item_reference", "id": "msg_stored" }));
    assert_eq!(items[7]["content"][0]["detail"], "auto");
    for item in items.iter().filter(|item| item["type"] != "item_reference") {
        assert!(item["id"].as_str().is_some_and(|id| !id.is_empty()), "{item}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let item = |item: Value| json!({ "input": [item] });
    let message = |content: Value| item(json!({ "role": "user", "content": content }));
    let wrong = [
        (json!({ "model": null }), "model", "missing_required_parameter"),
        (json!({ "model": 5 }), "model", "invalid_type"),
        (json!({ "input": 5 }), "input", "invalid_type"),
        (item(json!(5)), "input[0]", "invalid_type"),
        (item(json!({ "role": "robot", "content": "x" })), "input[0].role", "invalid_value"),
        (item(json!({ "role": "user" })), "input[0].content", "missing_required_parameter"),
        (item(json!({ "type": "web_search_call" })), "input[0].type", "unsupported_value"),
        (
            item(json!({ "type": "function_call", "name": "f", "arguments": "" })),
            "input[0].call_id",
            "missing_required_parameter",
        ),
        (
            message(json!([{ "type": "input_audio" }])),
            "input[0].content[0].type",
            "unsupported_value",
        ),
        (
            message(json!([{ "type": "input_image", "file_id": "f" }])),
            "input[0].content[0].image_url",
            "missing_required_parameter",
        ),
        (json!({ "temperature": 3 }), "temperature", "invalid_value"),
        (json!({ "max_output_tokens": 15 }), "max_output_tokens", "integer_below_min_value"),
        (json!({ "include": ["message.output_text.logprobs"] }), "include[0]", "unsupported_value"),
        (json!({ "include": ["anything"] }), "include[0]", "invalid_value"),
        (json!({ "background": true, "store": false }), "store", "invalid_value"),
        (json!({ "conversation": "conv_1" }), "conversation", "unsupported_parameter"),
        (json!({ "max_tool_calls": 3 }), "max_tool_calls", "unsupported_parameter"),
        (json!({ "presence_penalty": 1 }), "presence_penalty", "unsupported_parameter"),
        (json!({ "truncation": "some" }), "truncation", "invalid_value"),
        (json!({ "reasoning": { "effort": "huge" } }), "reasoning.effort", "invalid_value"),
        (
            json!({ "text": { "format": { "type": "xml" } } }),
            "text.format.type",
            "unsupported_value",
        ),
        (
            json!({ "text": { "format": { "type": "json_schema", "name": "f" } } }),
            "text.format.schema",
            "missing_required_parameter",
        ),
        (json!({ "tools": [{ "type": "web_search" }] }), "tools[0].type", "unsupported_value"),
        (json!({ "tools": [weather(), weather()] }), "tools", "invalid_value"),
        (json!({ "tool_choice": "required" }), "tool_choice", "invalid_value"),
        (json!({ "stream_options": {} }), "stream_options", "invalid_value"),
        (json!({ "metadata": { "a": 1 } }), "metadata", "invalid_value"),
    ];
    for (more, param, code) in wrong {
        assert_eq!(refused(more.clone()), (param.to_owned(), code), "{more}");
    }
    let problem = read(b"{").unwrap_err();
    assert_eq!((problem.code, problem.param), ("invalid_json", None));
    // What says what is done anyway is taken.
    reading(&json!({
        "presence_penalty": 0, "top_logprobs": 0, "include": ["reasoning.encrypted_content"],
        "service_tier": "auto", "context_management": [], "max_tool_calls": null, "unknown": 1,
    }))
    .unwrap();
}

#[test]
fn only_tools_that_are_allowed_can_be_called() {
    let other = json!({ "type": "function", "name": "send_mail" });
    let choosing = |choice: Value| {
        reading(&json!({ "tools": [weather(), other], "tool_choice": choice })).unwrap()
    };
    let named = choosing(json!({ "type": "function", "name": "send_mail" }));
    assert_eq!(named.brief.tool_choice, ToolChoice::Named("send_mail".to_owned()));
    let allowed = choosing(json!({
        "type": "allowed_tools", "tools": [{ "type": "function", "name": "get_weather" }],
    }));
    let names: Vec<_> = allowed.brief.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!((names, allowed.brief.tool_choice), (vec!["get_weather"], ToolChoice::Auto));
    assert_eq!(allowed.shown["tools"].as_array().unwrap().len(), 2, "all of them are shown");
    assert_eq!(allowed.shown["tool_choice"]["mode"], "auto");
    let unknown = json!({ "tools": [weather()], "tool_choice": {
        "type": "allowed_tools", "tools": [{ "type": "function", "name": "nothing" }],
    } });
    assert_eq!(refused(unknown).0, "tool_choice.tools[0].name");
}

#[test]
fn a_compaction_needs_a_model() {
    let problem = read_compact(br#"{"input": "hi"}"#).unwrap_err();
    assert_eq!(problem.code, "missing_required_parameter");
    assert_eq!(read_compact(br#"{"model": "main", "input": "hi"}"#).unwrap().items.len(), 1);
}

fn some_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "message",
        "user",
        "assistant",
        "function_call",
        "function_call_output",
        "input_text",
        "input_image",
        "reasoning",
        "item_reference",
        "auto",
        "data:image/png;base64,AAAA",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "type",
        "role",
        "content",
        "text",
        "call_id",
        "name",
        "arguments",
        "output",
        "summary",
        "id",
        "input",
        "tools",
        "tool_choice",
        "image_url",
        "format",
        "model",
        "metadata",
    ]);
    leaf.prop_recursive(4, 48, 6, move |inner| {
        let fields = prop::collection::vec((names.clone(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            fields.prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(name, v)| (name.to_owned(), v)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_sent_is_read_or_refused(
        input in some_json(), tools in some_json(), tool_choice in some_json(), text in some_json(),
    ) {
        let body = json!({ "model": "m", "input": input, "tools": tools,
                           "tool_choice": tool_choice, "text": text });
        if let Ok(wanted) = read(body.to_string().as_bytes()) {
            for item in &wanted.items {
                prop_assert!(item["type"].is_string() && item["id"].is_string(), "{}", item);
            }
        }
    }
}
