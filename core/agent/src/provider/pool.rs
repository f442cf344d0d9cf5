//! All configured models: which can be used, which is left alone for now, what they cost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use nexus_domain::agent::AgentErrorKind;
use nexus_domain::message::{Cost, Usage};
use nexus_domain::{Failure, Timestamp};

use super::build::{check, client, readiness};
use super::http::Http;
use super::{CallTimes, ModelClient, ModelError, Price, PriceTable, ProviderConfig, ProviderKind};

/// Tokens assumed to fit into a call of a hosted model that is not in the price table.
const CONTEXT_TOKENS_HOSTED: u64 = 128_000;
/// The same for any other server.
const CONTEXT_TOKENS_DEFAULT: u64 = 32_000;
/// The same for local models, which are mostly run with less.
pub(super) const CONTEXT_TOKENS_LOCAL: u64 = 8_192;
/// Most tokens of a reply where a budget bounds it, unless configured otherwise: what every common
/// model of that provider can be asked for.
const OUTPUT_TOKENS_ANTHROPIC: u32 = 8_192;
/// The same for all others.
const OUTPUT_TOKENS_DEFAULT: u32 = 16_384;
/// The rules read only the last message, so any size will do, in tokens.
const CONTEXT_TOKENS_OFFLINE: u64 = 1_000_000;

struct Provider {
    config: ProviderConfig,
    client: Arc<dyn ModelClient>,
}

/// How a model is left alone.
#[derive(Clone, Copy)]
struct Cooling {
    until: Timestamp,
    /// It was not reached: a change of the network may end it.
    is_unreached: bool,
}

/// The models of this installation.
pub struct ModelPool {
    providers: Vec<Provider>,
    prices: PriceTable,
    cooling: Mutex<HashMap<String, Cooling>>,
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
    /// Most tokens of a reply where a budget bounds it.
    pub output_tokens_max: u32,
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
        let cooling = cooldowns.into_iter().map(|(id, until)| {
            let is_unreached = false;
            (id, Cooling { until, is_unreached })
        });
        Self { providers: kept, prices, cooling: Mutex::new(cooling.collect()) }
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
            output_tokens_max: self.output_tokens_max(config, model),
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

    /// Leaves a model alone until then. The caller records it. One that was not reached comes back
    /// earlier when the network changes.
    pub fn cool(&self, id: &str, until: Timestamp, is_unreached: bool) {
        self.lock().insert(id.to_owned(), Cooling { until, is_unreached });
    }

    /// Leaves those alone no longer that were not reached, and says which they were.
    pub fn reach_again(&self) -> Vec<String> {
        let mut reached = Vec::new();
        self.lock().retain(|id, cooling| {
            if cooling.is_unreached {
                reached.push(id.clone());
            }
            !cooling.is_unreached
        });
        reached
    }

    /// A model answered: it is not left alone any more.
    pub fn warm(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Until when a model is left alone.
    #[must_use]
    pub fn cooling_until(&self, id: &str, now: Timestamp) -> Option<Timestamp> {
        self.lock().get(id).map(|cooling| cooling.until).filter(|until| *until > now)
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

    fn output_tokens_max(&self, config: &ProviderConfig, model: &str) -> u32 {
        config.output_tokens_max.unwrap_or_else(|| {
            let usual = match config.kind {
                ProviderKind::Anthropic => OUTPUT_TOKENS_ANTHROPIC,
                _ => OUTPUT_TOKENS_DEFAULT,
            };
            // A small window must hold the question as well.
            let half = self.context_tokens_max(config, model) / 2;
            usual.min(u32::try_from(half).unwrap_or(u32::MAX))
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cooling>> {
        self.cooling.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
