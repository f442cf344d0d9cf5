//! Keeps the key out of errors: some servers quote the request that they refuse.

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

use super::{EmbedCall, Embedded, ModelCall, ModelClient, ModelError, ReplyStream};

/// Shortest key that is looked for; a shorter one would blank out ordinary words.
const KEY_BYTES_MIN: usize = 6;

/// A client whose errors never show its key.
pub(super) struct Discreet {
    pub client: Arc<dyn ModelClient>,
    pub key: SecretString,
}

impl ModelClient for Discreet {
    fn stream(&self, call: ModelCall) -> BoxFuture<'_, Result<ReplyStream, ModelError>> {
        Box::pin(async move {
            let key = self.key.clone();
            let stream = self.client.stream(call).await.map_err(|error| blank(error, &key))?;
            let stream = stream.map(move |part| part.map_err(|error| blank(error, &key)));
            Ok(stream.boxed())
        })
    }

    fn embed(&self, call: EmbedCall) -> BoxFuture<'_, Result<Embedded, ModelError>> {
        Box::pin(
            async move { self.client.embed(call).await.map_err(|error| blank(error, &self.key)) },
        )
    }
}

fn blank(mut error: ModelError, key: &SecretString) -> ModelError {
    let key = key.expose_secret();
    if key.len() >= KEY_BYTES_MIN {
        error.message = error.message.replace(key, "[key]");
    }
    error
}
