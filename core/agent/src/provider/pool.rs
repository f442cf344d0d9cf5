//! All configured models: which can be used, which is left alone for now, what they cost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use nexus_domain::agent::AgentErrorKind;
use nexus_domain::id::{MessageId, TurnId};
use nexus_domain::message::{Cost, Message, Part, Role, Usage};
use nexus_domain::{Failure, Timestamp};

use super::anthropic::AnthropicClient;
use super::chat::ChatClient;
use super::discreet::Discreet;
use super::http::Http;
use super::library::LibraryClient;
use super::offline::Offline;
use super::ollama::OllamaClient;
use super::{
    CallTimes, ModelCall, ModelClient, ModelError, Price, PriceTable, ProviderConfig, ProviderKind,
    ReplyPart, wait,
};
use crate::port::Clock;

/// Tokens assumed to fit into a call of a hosted model that is not in the price table.
const CONTEXT_TOKENS_HOSTED: u64 = 128_000;
/// The same for any other server.
const CONTEXT_TOKENS_DEFAULT: u64 = 32_000;
/// The same for local models, which are mostly run with less.
const CONTEXT_TOKENS_LOCAL: u64 = 8_192;
/// The rules read only the last message, so any size will do, in tokens.
const CONTEXT_TOKENS_OFFLINE: u64 = 1_000_000;
/// Most tokens of the reply to a test.
const TEST_TOKENS_MAX: u32 = 256;

struct Provider {
    config: ProviderConfig,
    client: Arc<dyn ModelClient>,
}

/// The models of this installation.
pub struct ModelPool {
    providers: Vec<Provider>,
    prices: PriceTable,
    cooling: Mutex<HashMap<String, Timestamp>>,
}

/// A model that was chosen for a call.
#[derive(Clone)]
pub struct Picked {
    /// As `provider/model`.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// The model's name at the provider.
    pub model: String,
    /// How the provider is spoken to.
    pub kind: ProviderKind,
    /// How long it may be silent.
    pub times: CallTimes,
    /// Tokens that fit into one call.
    pub context_tokens_max: u64,
    /// Speaks to it.
    pub client: Arc<dyn ModelClient>,
}

/// What is known about a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFacts {
    /// As `provider/model`.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// Whether what it needs was found.
    pub is_ready: bool,
    /// Where the credential or server was found, or what is missing. Never a value.
    pub reason: String,
    /// Tokens that fit into one call.
    pub context_tokens_max: u64,
    /// What it costs, when known.
    pub price: Option<Price>,
    /// Until when it is left alone after failures.
    pub cooling_until: Option<Timestamp>,
}

/// What came of a test call.
#[derive(Clone, Debug)]
pub struct ModelTest {
    /// As `provider/model`.
    pub model: String,
    /// What it said.
    pub outcome: Result<String, ModelError>,
    /// Time to the first token, in milliseconds.
    pub first_token_ms: Option<u64>,
    /// Time to the end, in milliseconds.
    pub total_ms: u64,
    /// Tokens.
    pub usage: Usage,
    /// Cost.
    pub cost: Cost,
}

impl ModelPool {
    /// Makes the clients of all providers; of two with one name the later one counts. Nothing is
    /// sent, not even a connection is made.
    ///
    /// # Errors
    /// `Invalid` when a name or a base URL cannot be one.
    pub fn new(
        configs: Vec<ProviderConfig>,
        prices: PriceTable,
        cooldowns: Vec<(String, Timestamp)>,
    ) -> Result<Self, Failure> {
        let http = Http::default();
        check(&configs)?;
        let providers = configs.into_iter().map(|config| {
            let client = client(&config, &http);
            (config, client)
        });
        Ok(Self::with_clients(providers.collect(), prices, cooldowns))
    }

    /// The same with clients made elsewhere, such as a scripted one in a test.
    #[must_use]
    pub fn with_clients(
        providers: Vec<(ProviderConfig, Arc<dyn ModelClient>)>,
        prices: PriceTable,
        cooldowns: Vec<(String, Timestamp)>,
    ) -> Self {
        let mut kept: Vec<Provider> = Vec::new();
        for (config, client) in providers {
            kept.retain(|provider| provider.config.name != config.name);
            kept.push(Provider { config, client });
        }
        Self { providers: kept, prices, cooling: Mutex::new(cooldowns.into_iter().collect()) }
    }

    /// Finds a model by its id.
    ///
    /// # Errors
    /// `ModelError` or `AuthFailure` with a hint when it cannot be used as configured.
    pub fn pick(&self, id: &str) -> Result<Picked, ModelError> {
        let unknown = |what: String| {
            ModelError::new(AgentErrorKind::ModelError, what).hint("see: nexus models list")
        };
        let (name, model) = id
            .split_once('/')
            .filter(|(_, model)| !model.is_empty())
            .ok_or_else(|| unknown(format!("`{id}` is not a model id like provider/model")))?;
        let provider = self
            .providers
            .iter()
            .find(|provider| provider.config.name == name)
            .ok_or_else(|| unknown(format!("no provider `{name}` is configured for `{id}`")))?;
        let config = &provider.config;
        if let Err(missing) = readiness(config) {
            let kind = AgentErrorKind::AuthFailure;
            return Err(ModelError::new(kind, format!("{id} cannot be used: {missing}"))
                .hint(format!("see [models.{name}] in nexus.toml, then: nexus models test {id}")));
        }
        Ok(Picked {
            id: id.to_owned(),
            provider: name.to_owned(),
            model: model.to_owned(),
            kind: config.kind,
            times: CallTimes {
                first_byte_ms_max: config.first_byte_ms_max,
                idle_ms_max: config.idle_ms_max,
            },
            context_tokens_max: self.context_tokens_max(config, model),
            client: Arc::clone(&provider.client),
        })
    }

    /// The usable models of an agent in the order in which they are to be tried. Those that cool
    /// down are left out, unless all do: then the one that is due first is tried.
    ///
    /// # Errors
    /// The first model's error when none can be used.
    pub fn line_up(&self, models: &[String], now: Timestamp) -> Result<Vec<Picked>, ModelError> {
        let mut first_error = None;
        let mut picked = Vec::new();
        for id in models {
            match self.pick(id) {
                Ok(model) => picked.push(model),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        let until = |model: &Picked| self.cooling_until(&model.id, now);
        let (ready, mut cooling): (Vec<_>, Vec<_>) =
            picked.into_iter().partition(|model| until(model).is_none());
        if !ready.is_empty() {
            return Ok(ready);
        }
        cooling.sort_by_key(until);
        cooling.truncate(1);
        if cooling.is_empty() {
            return Err(first_error.unwrap_or_else(|| {
                ModelError::new(AgentErrorKind::ModelError, "the agent has no model")
                    .hint("set `models` of the agent in nexus.toml, or run: nexus up")
            }));
        }
        Ok(cooling)
    }

    /// Leaves a model alone until then. The caller records it.
    pub fn cool(&self, id: &str, until: Timestamp) {
        self.lock().insert(id.to_owned(), until);
    }

    /// A model answered: it is not left alone any more.
    pub fn warm(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Until when a model is left alone.
    #[must_use]
    pub fn cooling_until(&self, id: &str, now: Timestamp) -> Option<Timestamp> {
        self.lock().get(id).copied().filter(|until| *until > now)
    }

    /// What a call cost.
    #[must_use]
    pub fn cost(&self, picked: &Picked, usage: Usage) -> Cost {
        self.prices.cost(picked.kind, &picked.provider, &picked.model, usage)
    }

    /// What is known about all configured models, in the order of the configuration.
    #[must_use]
    pub fn models(&self, now: Timestamp) -> Vec<ModelFacts> {
        let facts = |provider: &Provider, model: &String| {
            let config = &provider.config;
            let id = format!("{}/{model}", config.name);
            let readiness = readiness(config);
            ModelFacts {
                provider: config.name.clone(),
                is_ready: readiness.is_ok(),
                reason: readiness.unwrap_or_else(|missing| missing),
                context_tokens_max: self.context_tokens_max(config, model),
                price: self.prices.price(config.kind, &config.name, model),
                cooling_until: self.cooling_until(&id, now),
                id,
            }
        };
        let of = |provider| move |model| facts(provider, model);
        self.providers.iter().flat_map(|p| p.config.models.iter().map(of(p))).collect()
    }

    /// Makes one small call.
    pub async fn test(&self, id: &str, clock: &dyn Clock) -> ModelTest {
        let started_us = clock.monotonic_us();
        let elapsed_ms = || clock.monotonic_us().saturating_sub(started_us) / 1000;
        let mut test = ModelTest {
            model: id.to_owned(),
            outcome: Ok(String::new()),
            first_token_ms: None,
            total_ms: 0,
            usage: Usage::default(),
            cost: Cost::default(),
        };
        match self.pick(id) {
            Ok(picked) => {
                test.outcome = try_out(&picked, clock, |part| match part {
                    ReplyPart::Text(_) | ReplyPart::Reasoning { .. } => {
                        test.first_token_ms.get_or_insert_with(elapsed_ms);
                    }
                    ReplyPart::Usage(usage) => test.usage = *usage,
                    _ => {}
                })
                .await;
                test.cost = self.cost(&picked, test.usage);
            }
            Err(error) => test.outcome = Err(error),
        }
        if test.outcome.is_ok() {
            self.warm(id);
        }
        test.total_ms = elapsed_ms();
        test
    }

    fn context_tokens_max(&self, config: &ProviderConfig, model: &str) -> u64 {
        config.context_tokens_max.unwrap_or_else(|| match config.kind {
            ProviderKind::Offline => CONTEXT_TOKENS_OFFLINE,
            ProviderKind::Ollama => CONTEXT_TOKENS_LOCAL,
            kind => self.prices.context_tokens_max(model).unwrap_or(if kind.needs_key() {
                CONTEXT_TOKENS_HOSTED
            } else {
                CONTEXT_TOKENS_DEFAULT
            }),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Timestamp>> {
        self.cooling.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(configs: &[ProviderConfig]) -> Result<(), Failure> {
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

fn client(config: &ProviderConfig, http: &Http) -> Arc<dyn ModelClient> {
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
fn readiness(config: &ProviderConfig) -> Result<String, String> {
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

async fn try_out(
    picked: &Picked,
    clock: &dyn Clock,
    mut watch: impl FnMut(&ReplyPart),
) -> Result<String, ModelError> {
    let question = Message {
        id: MessageId::from_parts(clock.now(), clock.entropy()),
        turn_id: TurnId::from_parts(clock.now(), clock.entropy()),
        request_id: None,
        role: Role::User,
        parts: vec![Part::Text("Reply with the single word: ready".to_owned())],
        created_at: clock.now(),
    };
    let call = ModelCall {
        model: picked.model.clone(),
        messages: vec![question],
        output_tokens_max: Some(TEST_TOKENS_MAX),
        ..ModelCall::default()
    };
    let mut stream = wait::open(&*picked.client, call, picked.times, clock).await?;
    let mut text = String::new();
    let mut is_first = true;
    while let Some(part) = wait::next_part(&mut stream, is_first, picked.times, clock).await {
        let part = part?;
        is_first = false;
        watch(&part);
        match part {
            ReplyPart::Text(more) => text.push_str(&more),
            ReplyPart::Stop(_) => return Ok(text),
            _ => {}
        }
    }
    Err(ModelError::cut_off(&picked.provider))
}
