//! Texts as vectors, in the form of OpenAI's embeddings, which most servers speak.

use futures_util::future::BoxFuture;
use nexus_domain::agent::AgentErrorKind;
use serde::Deserialize;
use serde_json::json;

use super::error::ModelError;
use super::http::{self, Http};

/// Longest answer, in bytes: 2,048 vectors of 3,072 numbers of about 12 digits.
const ANSWER_BYTES_MAX: usize = 128 * 1024 * 1024;

/// One call.
#[derive(Clone, Debug, Default)]
pub struct EmbedCall {
    /// The model's name at the provider.
    pub model: String,
    /// The texts.
    pub input: Vec<String>,
    /// Length of the vectors, where the model leaves a choice.
    pub dimensions: Option<u32>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embedded {
    /// One vector per text, in their order.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens of the texts, as the provider counted them.
    pub input_tokens: Option<u64>,
}

/// The error of a provider that cannot do this.
pub(super) fn unable(model: &str) -> ModelError {
    ModelError::new(AgentErrorKind::ModelError, format!("`{model}` makes no vectors"))
        .hint("set `embeddings` under [models] to a model that does")
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Datum>,
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Datum {
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Deserialize)]
struct Tokens {
    prompt_tokens: u64,
}

/// Makes one call.
pub(super) fn embed<'a>(
    http: &'a Http,
    provider: &'a str,
    base_url: &'a str,
    key: Option<&'a str>,
    call: EmbedCall,
) -> BoxFuture<'a, Result<Embedded, ModelError>> {
    Box::pin(async move {
        let mut request = http.client()?.post(http::method_url(base_url, "embeddings"));
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        let mut body =
            json!({ "model": call.model, "input": call.input, "encoding_format": "float" });
        if let Some(dimensions) = call.dimensions {
            body["dimensions"] = json!(dimensions);
        }
        let bytes = http::post_whole(request, &body, provider, ANSWER_BYTES_MAX).await?;
        let answer: Answer = serde_json::from_slice(&bytes).map_err(|error| {
            ModelError::garbage(provider, error, &String::from_utf8_lossy(&bytes))
        })?;
        let n_texts = call.input.len();
        let mut vectors = vec![Vec::new(); n_texts];
        for datum in answer.data {
            if let Some(vector) = vectors.get_mut(datum.index) {
                *vector = datum.embedding;
            }
        }
        if vectors.iter().any(Vec::is_empty) {
            let what = format!("it gave fewer than {n_texts} vectors");
            return Err(ModelError::garbage(provider, what, ""));
        }
        Ok(Embedded { vectors, input_tokens: answer.usage.map(|usage| usage.prompt_tokens) })
    })
}
