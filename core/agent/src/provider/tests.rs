//! Providers against a server that frames, stalls, cuts and refuses as real ones do.

mod fake;
mod framing;
mod library;
mod trouble;

use std::sync::Arc;

use futures_util::StreamExt;
use nexus_domain::Timestamp;
use nexus_domain::id::{MessageId, TurnId};
use nexus_domain::message::{Message, Part, Role};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    ModelCall, ModelError, ModelPool, Picked, PriceTable, ProviderConfig, ProviderKind, ReplyPart,
    ToolSpec,
};

/// The key of all tests; no error may show it.
const KEY: &str = "sk-very-secret";

fn config(kind: ProviderKind, base_url: &str) -> ProviderConfig {
    let mut config = ProviderConfig::new("acme", kind);
    config.base_url = Some(base_url.to_owned());
    config.key = Some(SecretString::from(KEY));
    config.models = vec!["m".to_owned()];
    config
}

fn pick(kind: ProviderKind, base_url: &str) -> Picked {
    let pool =
        ModelPool::new(vec![config(kind, base_url)], PriceTable::default(), Vec::new()).unwrap();
    pool.pick("acme/m").unwrap()
}

fn message(role: Role, parts: Vec<Part>) -> Message {
    Message {
        id: MessageId::from_parts(Timestamp(0), 1),
        turn_id: TurnId::from_parts(Timestamp(0), 1),
        request_id: None,
        role,
        parts,
        created_at: Timestamp(0),
    }
}

fn hello() -> ModelCall {
    ModelCall {
        model: "m".to_owned(),
        system: "Be kind.".to_owned(),
        messages: vec![message(Role::User, vec![Part::Text("hi".to_owned())])],
        tools: vec![ToolSpec {
            name: "time".to_owned(),
            description: "Tells the time.".to_owned(),
            schema: json!({ "type": "object", "properties": {} }),
        }],
        ..ModelCall::default()
    }
}

/// A whole reply, without the signs of life in between.
async fn collect(picked: &Picked, call: ModelCall) -> Result<Vec<ReplyPart>, ModelError> {
    let client = Arc::clone(&picked.client);
    let mut stream = client.stream(call).await?;
    let mut parts = Vec::new();
    while let Some(part) = stream.next().await {
        match part? {
            ReplyPart::Alive => {}
            part => parts.push(part),
        }
    }
    Ok(parts)
}

fn text(parts: &[ReplyPart]) -> String {
    let texts = parts.iter().filter_map(|part| match part {
        ReplyPart::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn data(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

fn assert_no_key(error: &ModelError) {
    assert!(!format!("{error:?}").contains(KEY), "{error:?}");
}
