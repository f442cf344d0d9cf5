use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nexus_adapter::{Part, ReplyForm, Role, ToolChoice};
use proptest::prelude::*;
use serde_json::json;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\npixels";

fn png() -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(PNG))
}

fn wanted(body: &Value) -> Wanted {
    read(body.to_string().as_bytes(), false).unwrap()
}

fn in_session(messages: &Value) -> Result<Wanted, Problem> {
    read(json!({ "model": "main", "messages": messages }).to_string().as_bytes(), true)
}

/// A request with these messages and more fields.
fn asking(messages: &Value, more: &Value) -> Value {
    let mut body = json!({ "model": "nexus/main", "messages": messages });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The code and the field of a refusal.
fn refused(body: &Value) -> (String, String) {
    let error = read(body.to_string().as_bytes(), false).unwrap_err();
    assert!(!error.message.is_empty());
    (error.code.to_owned(), error.param.unwrap_or_default())
}

fn hi() -> Value {
    json!([{ "role": "user", "content": "hi" }])
}

#[test]
fn the_last_message_is_answered_and_the_rest_was_said() {
    let wanted = wanted(&asking(
        &json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "one", "name": "ann" },
            { "role": "assistant", "content": [{ "type": "text", "text": "two" }] },
            { "role": "developer", "content": [{ "type": "text", "text": "Be kind." }] },
            { "role": "user", "content": [
                { "type": "text", "text": "three" },
                { "type": "text", "text": "four" },
            ]},
        ]),
        &json!({ "stream": true, "stream_options": { "include_usage": true } }),
    ));
    assert_eq!(wanted.content, "three");
    assert_eq!(wanted.brief.parts, [Part::Text("three".into()), Part::Text("four".into())]);
    assert_eq!(wanted.brief.instructions.as_deref(), Some("Be brief.\n\nBe kind."));
    let said: Vec<_> = wanted.brief.said.iter().map(|said| (said.role, &said.parts)).collect();
    assert_eq!(said[0], (Role::User, &vec![Part::Text("one".into())]));
    assert_eq!(said[1], (Role::Assistant, &vec![Part::Text("two".into())]));
    assert_eq!(said.len(), 2);
    assert!(wanted.is_streamed && wanted.shows_usage);
}

#[test]
fn results_of_tools_are_the_message() {
    let call = |id: &str, arguments: &str| {
        json!({ "id": id, "type": "function",
                "function": { "name": "look", "arguments": arguments } })
    };
    let calls = json!([call("a", "{\"x\":1}"), call("b", ""), call("c", "no json")]);
    let messages = json!([
        { "role": "user", "content": "look" },
        { "role": "assistant", "content": null, "tool_calls": calls },
        { "role": "tool", "tool_call_id": "a", "content": "1" },
        { "role": "tool", "tool_call_id": "c", "content": [{ "type": "text", "text": "3" }] },
        { "role": "tool", "tool_call_id": "b", "content": "" },
    ]);
    let wanted = wanted(&asking(&messages, &json!({})));
    assert_eq!(wanted.content, "results of 3 tool calls");
    assert_eq!(wanted.brief.parts.len(), 3);
    let Part::ToolResult(result) = &wanted.brief.parts[1] else { panic!() };
    assert_eq!((result.call_id.as_str(), result.content.as_str()), ("c", "3"));
    let arguments: Vec<_> = wanted.brief.said[1]
        .parts
        .iter()
        .map(|part| match part {
            Part::ToolCall(call) => call.arguments.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(arguments, [json!({ "x": 1 }), json!({}), json!("no json")]);
    // Results stay together before a next message.
    let mut longer = messages.clone();
    longer.as_array_mut().unwrap().push(json!({ "role": "user", "content": "and?" }));
    let wanted = super::read(asking(&longer, &json!({})).to_string().as_bytes(), false).unwrap();
    assert_eq!(wanted.brief.said.len(), 3);
    assert_eq!(wanted.brief.said[2].parts.len(), 3);
    // A call without a result is nothing a model takes.
    let mut torn = messages;
    torn.as_array_mut().unwrap().pop();
    assert_eq!(refused(&asking(&torn, &json!({}))), ("invalid_value".into(), "messages".into()));
}

#[test]
fn pictures_come_along() {
    let picture = json!({ "type": "image_url", "image_url": { "url": png(), "detail": "low" } });
    let messages = json!([
        { "role": "user", "content": [picture, { "type": "text", "text": "before" }] },
        { "role": "assistant", "content": "I see." },
        { "role": "user", "content": [picture] },
    ]);
    let wanted = wanted(&asking(&messages, &json!({})));
    assert_eq!(wanted.content, "(a picture)");
    assert_eq!(wanted.pictures.len(), 2);
    assert_eq!(wanted.pictures[0], Picture { content_type: "image/png", bytes: PNG.to_vec() });
    assert!(matches!(wanted.brief.parts[..], [Part::Image(_)]));
    assert!(matches!(wanted.brief.said[0].parts[..], [Part::Image(_), Part::Text(_)]));
    // In a session the first one is remembered.
    let wanted = in_session(&messages).unwrap();
    assert_eq!((wanted.pictures.len(), wanted.brief.said.len()), (1, 0));
    let url = json!({ "type": "image_url", "image_url": { "url": "https://example.org/a.png" } });
    let (code, param) =
        refused(&asking(&json!([{ "role": "user", "content": [url] }]), &json!({})));
    assert_eq!(
        (code.as_str(), param.as_str()),
        ("invalid_image_url", "messages[0].content[0].image_url.url")
    );
}

#[test]
fn in_a_session_only_what_is_new_is_handed_in() {
    let user = |text: &str| json!({ "role": "user", "content": text });
    let spoken = json!({ "role": "assistant", "content": "so" });
    let wanted = in_session(&json!([user("old"), spoken, user("a"), user("b")])).unwrap();
    assert_eq!((wanted.content.as_str(), wanted.brief.said.len()), ("a", 0));
    assert_eq!(wanted.brief.parts.len(), 2);
    let wanted = in_session(&json!([user("new")])).unwrap();
    assert_eq!((wanted.content.as_str(), wanted.brief.parts.len()), ("new", 0));
    let result = json!({ "role": "tool", "tool_call_id": "a", "content": "1" });
    let wanted = in_session(&json!([result])).unwrap();
    assert_eq!(wanted.brief.parts.len(), 1);
    let wanted = in_session(&json!([result, user("and")])).unwrap();
    assert_eq!((wanted.content.as_str(), wanted.brief.parts.len()), ("and", 2));
    let body = asking(&json!([user("a")]), &json!({ "parallel_tool_calls": false }));
    assert!(super::read(body.to_string().as_bytes(), true).is_err());
}

#[test]
fn how_the_model_speaks() {
    let more = json!({
        "temperature": 0.5, "top_p": 1, "seed": -3, "stop": ["a", "b"], "max_tokens": 5,
        "max_completion_tokens": 7, "n": 1, "logprobs": false, "presence_penalty": 0,
        "logit_bias": {}, "modalities": ["text"], "user": "u", "metadata": { "k": "v" },
        "store": true, "reasoning_effort": "low", "no_such_field": [1, 2], "audio": null,
        "response_format": { "type": "json_schema", "json_schema": {
            "name": "f", "strict": true, "schema": { "type": "object" }, "description": "d" } },
    });
    let wanted = wanted(&asking(&hi(), &more));
    let sampling = &wanted.brief.sampling;
    assert_eq!(
        (sampling.temperature, sampling.top_p, sampling.seed),
        (Some(0.5), Some(1.0), Some(-3))
    );
    assert_eq!((sampling.stops.len(), sampling.output_tokens_max), (2, Some(7)));
    let form = ReplyForm::Schema {
        name: "f".into(),
        schema: json!({ "type": "object" }),
        is_strict: true,
    };
    assert_eq!(wanted.brief.reply_form, form);
    let kept = json!({ "user": "u", "metadata": { "k": "v" }, "store": true });
    assert_eq!(Value::Object(wanted.metadata), kept);
    let json = json!({ "response_format": { "type": "json_object" }, "stop": "x" });
    let wanted = super::tests::wanted(&asking(&hi(), &json));
    assert_eq!(wanted.brief.reply_form, ReplyForm::Json);
    assert_eq!(wanted.brief.sampling.stops, ["x"]);
}

#[test]
fn tools_are_those_of_the_client() {
    let tool = json!({ "type": "function", "function": {
        "name": "look", "description": "looks", "strict": true,
        "parameters": { "type": "object" } } });
    let bare = json!({ "type": "function", "function": { "name": "go" } });
    let choose = |choice: Value| {
        wanted(&asking(&hi(), &json!({ "tools": [tool, bare], "tool_choice": choice }))).brief
    };
    assert_eq!(choose(json!("none")).tool_choice, ToolChoice::None);
    assert_eq!(choose(json!("required")).tool_choice, ToolChoice::Required);
    let named = json!({ "type": "function", "function": { "name": "go" } });
    let brief = choose(named.clone());
    assert_eq!(brief.tool_choice, ToolChoice::Named("go".into()));
    assert_eq!(brief.tools[1].schema, json!({ "type": "object", "properties": {} }));
    let refuse = |more: Value| refused(&asking(&hi(), &more)).1;
    assert_eq!(refuse(json!({ "tool_choice": named })), "tool_choice");
    assert_eq!(refuse(json!({ "tool_choice": "required" })), "tool_choice");
    assert_eq!(refuse(json!({ "tools": [{ "type": "custom", "custom": {} }] })), "tools[0].type");
    assert_eq!(refuse(json!({ "tools": [{ "type": "function" }] })), "tools[0].function");
    assert_eq!(refuse(json!({ "tools": [bare, bare] })), "tools");
    let one = wanted(&asking(&hi(), &json!({ "tools": [tool], "parallel_tool_calls": false })));
    assert!(one.is_one_call);
}

#[test]
fn what_would_change_the_meaning_is_refused_by_name() {
    let cases = [
        (json!({ "n": 2 }), "unsupported_value", "n"),
        (json!({ "logprobs": true }), "unsupported_parameter", "logprobs"),
        (json!({ "top_logprobs": 3 }), "unsupported_parameter", "top_logprobs"),
        (json!({ "logit_bias": { "1": 2 } }), "unsupported_parameter", "logit_bias"),
        (json!({ "frequency_penalty": 1 }), "unsupported_parameter", "frequency_penalty"),
        (json!({ "presence_penalty": 1 }), "unsupported_parameter", "presence_penalty"),
        (json!({ "audio": {} }), "unsupported_parameter", "audio"),
        (json!({ "modalities": ["audio"] }), "unsupported_value", "modalities"),
        (json!({ "prediction": {} }), "unsupported_parameter", "prediction"),
        (json!({ "functions": [] }), "unsupported_parameter", "functions"),
        (json!({ "web_search_options": {} }), "unsupported_parameter", "web_search_options"),
        (json!({ "stream_options": {} }), "invalid_value", "stream_options"),
        (json!({ "temperature": 3 }), "invalid_value", "temperature"),
        (json!({ "top_p": -1 }), "invalid_value", "top_p"),
        (json!({ "max_tokens": 0 }), "integer_below_min_value", "max_tokens"),
        (json!({ "max_tokens": -1 }), "invalid_type", "max_tokens"),
        (json!({ "stop": [""] }), "invalid_value", "stop"),
        (json!({ "stop": ["1", "2", "3", "4", "5"] }), "invalid_value", "stop"),
        (json!({ "stream": "yes" }), "invalid_type", "stream"),
        (
            json!({ "response_format": { "type": "xml" } }),
            "unsupported_value",
            "response_format.type",
        ),
        (json!({ "user": "x".repeat(600) }), "string_above_max_length", "user"),
        (json!({ "metadata": { "k": 1 } }), "invalid_value", "metadata"),
        (json!({ "model": "" }), "missing_required_parameter", "model"),
        (json!({ "messages": [] }), "invalid_value", "messages"),
        (
            json!({ "messages": [{ "role": "system", "content": "x" }] }),
            "invalid_value",
            "messages",
        ),
        (json!({ "messages": [{ "role": "user", "content": " " }] }), "invalid_value", "messages"),
        (
            json!({ "messages": [{ "role": "user" }] }),
            "missing_required_parameter",
            "messages[0].content",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": 1 }] }),
            "invalid_type",
            "messages[0].content",
        ),
        (
            json!({ "messages": [{ "role": "king", "content": "x" }] }),
            "invalid_value",
            "messages[0].role",
        ),
        (
            json!({ "messages": [{ "role": "assistant", "content": "x" }] }),
            "invalid_value",
            "messages",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": [{ "type": "input_audio" }] }] }),
            "unsupported_value",
            "messages[0].content[0].type",
        ),
    ];
    for (more, code, param) in cases {
        let body = asking(&hi(), &more);
        assert_eq!(refused(&body), (code.to_owned(), param.to_owned()), "{code} {param}");
    }
    for body in ["", "{", "[]", "nul", "{} {}", "{\"model\":\"a\",\"model\":\"b\"}"] {
        let error = read(body.as_bytes(), false).unwrap_err();
        assert_eq!(error.status, 400, "{body}");
    }
}

#[test]
fn a_long_text_comes_along_under_a_title() {
    let messages = json!([{ "role": "user", "content": "x".repeat(600_000) }]);
    let wanted = wanted(&asking(&messages, &json!({})));
    assert_eq!(wanted.content.len(), 200);
    assert!(matches!(&wanted.brief.parts[..], [Part::Text(text)] if text.len() == 600_000));
}

fn content() -> impl Strategy<Value = Value> {
    let text = prop_oneof![Just(json!(null)), ".{0,20}".prop_map(|text| json!(text))];
    let piece = prop_oneof![
        ".{0,20}".prop_map(|text| json!({ "type": "text", "text": text })),
        Just(json!({ "type": "image_url", "image_url": { "url": png() } })),
        "[a-z:/;,]{0,12}"
            .prop_map(|url| json!({ "type": "image_url", "image_url": { "url": url } })),
        "[a-z_]{0,8}".prop_map(|kind| json!({ "type": kind })),
    ];
    prop_oneof![text, prop::collection::vec(piece, 0..4).prop_map(Value::Array)]
}

fn message() -> impl Strategy<Value = Value> {
    let role = prop::sample::select(vec!["system", "developer", "user", "assistant", "tool", "x"]);
    let calls = prop::collection::vec("[ab]", 0..3).prop_map(|ids| {
        let call = |id| json!({ "id": id, "type": "function", "function": { "name": "f" } });
        ids.into_iter().map(call).collect::<Vec<_>>()
    });
    (role, content(), calls, "[ab]").prop_map(|(role, content, calls, id)| {
        let mut message = json!({ "role": role, "content": content });
        match role {
            "assistant" => message["tool_calls"] = json!(calls),
            "tool" => message["tool_call_id"] = json!(id),
            _ => {}
        }
        message
    })
}

proptest! {
    /// Whatever messages come: they are refused with a field, or what is handed over is fit to be
    /// handed over.
    #[test]
    fn what_is_taken_is_fit(messages in prop::collection::vec(message(), 0..8), remembers: bool) {
        let body = json!({ "model": "m", "messages": messages });
        match read(body.to_string().as_bytes(), remembers) {
            Ok(mut wanted) => {
                prop_assert!(!wanted.content.trim().is_empty());
                prop_assert_eq!(wanted.brief.images_mut().count(), wanted.pictures.len());
                if remembers {
                    prop_assert!(wanted.brief.said.is_empty());
                } else {
                    prop_assert!(wanted.brief.check(true).is_ok());
                }
            }
            Err(error) => {
                prop_assert_eq!(error.status.as_u16(), 400);
                prop_assert!(error.param.is_some_and(|param| param.starts_with("messages")));
            }
        }
    }
}
