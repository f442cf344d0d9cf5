//! Makes clients from the configuration, and says what is missing in it.

use std::sync::Arc;

use nexus_domain::Failure;

use super::anthropic::AnthropicClient;
use super::chat::ChatClient;
use super::discreet::Discreet;
use super::http::Http;
use super::library::LibraryClient;
use super::offline::Offline;
use super::ollama::OllamaClient;
use super::pool::CONTEXT_TOKENS_LOCAL;
use super::{ModelClient, ProviderConfig, ProviderKind};

pub(super) fn check(configs: &[ProviderConfig]) -> Result<(), Failure> {
    for config in configs {
        let name = &config.name;
        if name.is_empty() || name.contains('/') {
            return Err(Failure::invalid(format!("`{name}` cannot be the name of a provider")));
        }
        let url = config.base_url.as_deref().map(reqwest::Url::parse);
        let is_http = |url: &reqwest::Url| matches!(url.scheme(), "http" | "https");
        if url.is_some_and(|url| !url.as_ref().is_ok_and(is_http)) {
            return Err(Failure::invalid(format!(
                "`base_url` of [models.{name}] is no web address"
            ))
            .hint("it is like https://api.example.org/v1"));
        }
    }
    Ok(())
}

pub(super) fn client(config: &ProviderConfig, http: &Http) -> Arc<dyn ModelClient> {
    let (http, provider, key) = (http.clone(), config.name.clone(), config.key.clone());
    let base_url = config.base_url.clone().or(config.kind.default_base_url().map(str::to_owned));
    let base_url = base_url.unwrap_or_default();
    let client: Arc<dyn ModelClient> = match config.kind {
        ProviderKind::Offline => return Arc::new(Offline),
        ProviderKind::OpenAi | ProviderKind::OpenAiCompatible => {
            let is_openai = config.kind == ProviderKind::OpenAi;
            Arc::new(ChatClient { http, provider, base_url, key, is_openai })
        }
        ProviderKind::Anthropic => Arc::new(AnthropicClient { http, provider, base_url, key }),
        ProviderKind::Ollama => {
            let context_tokens_max = config.context_tokens_max.unwrap_or(CONTEXT_TOKENS_LOCAL);
            Arc::new(OllamaClient { http, provider, base_url, key, context_tokens_max })
        }
        ProviderKind::OpenAiResponses | ProviderKind::Gemini => {
            Arc::new(LibraryClient::new(http, provider, config.kind, &base_url, key))
        }
    };
    match config.key.clone() {
        Some(key) => Arc::new(Discreet { client, key }),
        None => client,
    }
}

/// Where what a provider needs was found, or what is missing.
pub(super) fn readiness(config: &ProviderConfig) -> Result<String, String> {
    if config.kind == ProviderKind::Offline {
        return Ok("built in: rule-based, no language model".to_owned());
    }
    if config.kind == ProviderKind::OpenAiCompatible && config.base_url.is_none() {
        return Err("its `base_url` is missing".to_owned());
    }
    if config.kind.needs_key() && config.key.is_none() && config.base_url.is_none() {
        return Err("no key was found".to_owned());
    }
    Ok(config.found_in.clone().unwrap_or_else(|| match &config.key {
        Some(_) => "key configured".to_owned(),
        None => "needs no key".to_owned(),
    }))
}
