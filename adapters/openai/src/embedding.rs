//! `POST /v1/embeddings`: passed through to the model that is configured for it.

use std::net::IpAddr;

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nexus_adapter::{CallerParams, EmbedParams};
use nexus_ingress::{Ingress, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;

/// Most texts of one call, as in the original.
const INPUTS_MAX: usize = 2_048;
/// Texts that are handed to the daemon together: the vectors of so many fit into a line.
const BATCH_LEN: usize = 16;
/// Most bytes of the texts that are handed over together, as they stand in the line.
const BATCH_BYTES_MAX: usize = 768 * 1024;

#[derive(Deserialize)]
struct Wire {
    input: Value,
    model: String,
    dimensions: Option<u32>,
    encoding_format: Option<String>,
}

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    texts: Vec<String>,
    model: String,
    dimensions: Option<u32>,
    is_base64: bool,
}

/// Answers a call.
pub(crate) async fn embed(
    app: &App,
    remote: IpAddr,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let ingress = &app.ingress;
    let (head, body) = request.into_parts();
    let caller = nexus_ingress::caller(&head.headers, remote)?;
    nexus_ingress::require_json(&head.headers)?;
    let body = nexus_ingress::read(ingress, &head.headers, body).await?;
    let wanted = read(&body.bytes)?;
    drop(body);
    let _place = ingress.place()?;
    answer(ingress, caller, wanted).await.map_err(for_embedding)
}

async fn answer(
    ingress: &Ingress,
    caller: CallerParams,
    wanted: Wanted,
) -> Result<Json<Value>, Problem> {
    let mut data = Vec::new();
    let mut input_tokens = 0_u64;
    let mut model = wanted.model;
    for input in batches(wanted.texts) {
        let n_texts = input.len();
        let (asked, caller) = (model.clone(), caller.clone());
        let params = EmbedParams { caller, input, model: asked, dimensions: wanted.dimensions };
        let embedded = ingress.daemon.embed(&params).await?;
        if embedded.vectors.len() != n_texts {
            return Err(Problem::internal("the model did not answer every text"));
        }
        input_tokens = input_tokens.saturating_add(embedded.input_tokens);
        for vector in embedded.vectors {
            let embedding = encode(&vector, wanted.is_base64);
            let index = data.len();
            data.push(json!({ "object": "embedding", "index": index, "embedding": embedding }));
        }
        model = embedded.model;
    }
    Ok(Json(json!({
        "object": "list",
        "data": data,
        "model": model,
        "usage": { "prompt_tokens": input_tokens, "total_tokens": input_tokens },
    })))
}

/// What was not found is a model; the daemon says more about it.
fn for_embedding(problem: Problem) -> Problem {
    match problem.status {
        StatusCode::NOT_FOUND => Problem { message: problem.message, ..Problem::no_model("") },
        _ => problem,
    }
}

fn read(body: &[u8]) -> Result<Wanted, Problem> {
    let wire: Wire = serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body cannot be read: {error}");
        Problem::request("invalid_value", message)
    })?;
    let is_base64 = match wire.encoding_format.as_deref() {
        None | Some("float") => false,
        Some("base64") => true,
        Some(_) => {
            let message = "`encoding_format` is float or base64";
            return Err(Problem::invalid("encoding_format", "invalid_value", message));
        }
    };
    if wire.dimensions == Some(0) {
        let message = "`dimensions` must be at least 1";
        return Err(Problem::invalid("dimensions", "integer_below_min_value", message));
    }
    let Wire { model, dimensions, .. } = wire;
    Ok(Wanted { texts: texts(wire.input)?, model, dimensions, is_base64 })
}

fn texts(input: Value) -> Result<Vec<String>, Problem> {
    let invalid = |message: String| Err(Problem::invalid("input", "invalid_value", message));
    let list = match input {
        Value::String(text) => vec![Value::String(text)],
        Value::Array(list) => list,
        _ => return invalid("`input` is a text or a list of texts".to_owned()),
    };
    if list.is_empty() || list.len() > INPUTS_MAX {
        return invalid(format!("`input` takes 1 to {INPUTS_MAX} texts"));
    }
    let mut texts = Vec::with_capacity(list.len());
    for one in list {
        match one {
            Value::String(text) if text.is_empty() => {
                return invalid("a text in `input` is empty".to_owned());
            }
            Value::String(text) if n_bytes(&text) > BATCH_BYTES_MAX => {
                return invalid(format!("a text in `input` has more than {BATCH_BYTES_MAX} bytes"));
            }
            Value::String(text) => texts.push(text),
            Value::Number(_) | Value::Array(_) => {
                let message = "`input` as tokens is not supported, because models count \
                               differently; send the texts";
                return Err(Problem::unsupported_value("input", message));
            }
            _ => return invalid("`input` is a text or a list of texts".to_owned()),
        }
    }
    Ok(texts)
}

/// The length of a text in a line.
fn n_bytes(text: &str) -> usize {
    serde_json::to_string(text).map_or(usize::MAX, |text| text.len())
}

fn batches(texts: Vec<String>) -> Vec<Vec<String>> {
    let mut batches: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for text in texts {
        let own = n_bytes(&text);
        match batches.last_mut() {
            Some(last) if last.len() < BATCH_LEN && bytes + own <= BATCH_BYTES_MAX => {
                bytes += own;
                last.push(text);
            }
            _ => {
                bytes = own;
                batches.push(vec![text]);
            }
        }
    }
    batches
}

fn encode(vector: &[f32], is_base64: bool) -> Value {
    match is_base64 {
        true => {
            let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
            json!(STANDARD.encode(bytes))
        }
        false => json!(vector),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(body: &Value) -> Result<Wanted, Problem> {
        read(body.to_string().as_bytes())
    }

    #[test]
    fn texts_are_taken_and_tokens_are_not() {
        let one = reading(&json!({ "model": "m", "input": "a", "user": "u" })).unwrap();
        assert_eq!((one.texts, one.is_base64), (vec!["a".to_owned()], false));
        let body = json!({ "model": "m", "input": ["a", "b"], "encoding_format": "base64" });
        assert!(reading(&body).unwrap().is_base64);
        for tokens in [json!([1, 2]), json!([[1], [2]])] {
            let error = reading(&json!({ "model": "m", "input": tokens })).unwrap_err();
            assert_eq!((error.code, error.param.as_deref()), ("unsupported_value", Some("input")));
        }
        for wrong in [json!(""), json!([]), json!([""]), json!({}), json!(null)] {
            let error = reading(&json!({ "model": "m", "input": wrong })).unwrap_err();
            assert_eq!(error.param.as_deref(), Some("input"), "{wrong}");
        }
        assert!(reading(&json!({ "model": "m", "input": "a", "dimensions": 0 })).is_err());
        assert!(reading(&json!({ "model": "m", "input": "a", "encoding_format": "x" })).is_err());
        assert!(reading(&json!({ "input": "a" })).is_err());
    }

    #[test]
    fn many_texts_go_in_batches_that_fit_a_line() {
        let texts: Vec<_> = (0..40).map(|n| n.to_string()).collect();
        let made = batches(texts.clone());
        assert_eq!(made.iter().map(Vec::len).collect::<Vec<_>>(), [16, 16, 8]);
        assert_eq!(made.concat(), texts);
        let made = batches(vec!["x".repeat(BATCH_BYTES_MAX / 2); 3]);
        assert_eq!(made.len(), 3);
    }

    #[test]
    fn base64_is_the_numbers_one_after_the_other() {
        assert_eq!(encode(&[1.0, -2.5], false), json!([1.0, -2.5]));
        assert_eq!(encode(&[1.0], true), json!(STANDARD.encode([0, 0, 128, 63])));
    }
}
