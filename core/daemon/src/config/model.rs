//! Model providers and prices, from checked values.

use std::collections::BTreeMap;

use super::Finding;
use super::credentials::{Place, check_pointer};
use super::environment::Environment;
use super::typed::{Config, Getter};

/// A model provider as configured.
#[derive(Clone, Debug)]
pub struct ModelConfig {
    /// The name the person gave it.
    pub name: String,
    /// Which protocol it speaks: one of the words of `models.*.kind`.
    pub kind: String,
    /// Its address.
    pub base_url: Option<String>,
    /// Where the key is, as a pointer.
    pub key: Option<String>,
    /// Its models.
    pub models: Vec<String>,
    /// Tokens that fit into one call.
    pub context_tokens_max: Option<u64>,
    /// Most tokens of one reply where a budget bounds it.
    pub output_tokens_max: Option<u32>,
    /// Longest wait for the first byte, in milliseconds.
    pub first_byte_ms_max: u64,
    /// Longest silence inside a reply, in milliseconds.
    pub idle_ms_max: u64,
}

/// A price that the person set, in US dollars per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Price {
    /// Sent.
    pub input: f64,
    /// Received.
    pub output: f64,
    /// Read from the provider's cache.
    pub cached_input: Option<f64>,
}

pub(super) fn models(
    get: &Getter<'_>,
    environment: &Environment,
    errors: &mut Vec<Finding>,
    warnings: &mut Vec<Finding>,
) -> Vec<ModelConfig> {
    let mut models = Vec::new();
    for name in get
        .names("models")
        .into_iter()
        .filter(|n| !matches!(n.as_str(), "prices" | "discover" | "tiers" | "embeddings"))
    {
        let at = |key: &str| ["models", name.as_str(), key].map(str::to_owned).to_vec();
        let kind = get.at(&at("kind")).and_then(|v| v.as_str().map(str::to_owned));
        let Some(kind) = kind else {
            errors.push(Finding {
                line: None,
                text: format!(
                    "`models.{name}` has no `kind`; say which protocol it speaks, \
                               such as kind = \"openai_compatible\""
                ),
            });
            continue;
        };
        let key = get.at(&at("key")).and_then(|v| v.as_str().map(str::to_owned));
        if let Some(key) = &key {
            let place =
                Place { setting: format!("models.{name}.key"), line: get.line_at(&at("key")) };
            check_pointer(&place, key, environment, errors, warnings);
        }
        let base_url = get.at(&at("base_url")).and_then(|v| v.as_str().map(str::to_owned));
        if kind == "openai_compatible" && base_url.is_none() {
            let text = format!(
                "`models.{name}` needs a `base_url`, such as \
                                \"http://127.0.0.1:8000/v1\""
            );
            errors.push(Finding { line: None, text });
        }
        models.push(ModelConfig {
            kind,
            key,
            base_url,
            models: get.texts_at(&at("models")),
            context_tokens_max: get.at(&at("context_tokens_max")).and_then(|v| v.as_u64()),
            output_tokens_max: get
                .at(&at("output_tokens_max"))
                .and_then(|v| v.as_u64())
                .and_then(|n| u32::try_from(n).ok()),
            first_byte_ms_max: get.integer_at(&at("first_byte_ms_max")),
            idle_ms_max: get.integer_at(&at("idle_ms_max")),
            name,
        });
    }
    models
}

/// The models that tiers stand for, by the word of the tier.
pub(super) fn tiers(get: &Getter<'_>) -> BTreeMap<String, String> {
    let of = |tier: String| {
        let path = ["models", "tiers", tier.as_str()].map(str::to_owned);
        get.text_at(&path).map(|model| (tier, model))
    };
    get.names_at(&["models", "tiers"]).into_iter().filter_map(of).collect()
}

pub(super) fn check_model_names(config: &Config, get: &Getter<'_>, errors: &mut Vec<Finding>) {
    for (tier, model) in &config.tiers {
        if !is_known(config, model) {
            let path = ["models", "tiers", tier].map(str::to_owned);
            errors.push(Finding {
                line: get.line_at(&path),
                text: format!(
                    "`models.tiers.{tier}` is `{model}`: write it as \"provider/model\", with a \
                     table [models.<provider>]"
                ),
            });
        }
    }
    for agent in &config.agents {
        for model in &agent.models {
            if !is_known(config, model) {
                let path = ["agents", agent.id.as_str(), "models"].map(str::to_owned);
                errors.push(Finding {
                    line: get.line_at(&path),
                    text: format!(
                        "agent `{}` wants the model `{model}`: write it as \
                                   \"provider/model\", with a table [models.<provider>]",
                        agent.id
                    ),
                });
            }
        }
    }
}

fn is_known(config: &Config, model: &str) -> bool {
    let provider = model.split_once('/').map(|(provider, _)| provider);
    provider.is_some_and(|provider| {
        provider == "offline" || config.models.iter().any(|m| m.name == provider)
    })
}

pub(super) fn prices(get: &Getter<'_>) -> BTreeMap<String, Price> {
    let amount = |model: &str, key: &str| {
        let path = ["models", "prices", model, key].map(str::to_owned);
        get.at(&path).and_then(|value| value.as_f64())
    };
    let of = |model: String| {
        let price = Price {
            input: amount(&model, "input").unwrap_or_default(),
            output: amount(&model, "output").unwrap_or_default(),
            cached_input: amount(&model, "cached_input"),
        };
        (model, price)
    };
    get.names_at(&["models", "prices"]).into_iter().map(of).collect()
}
