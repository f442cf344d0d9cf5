//! Which model is used: configured, found by its key, found on this machine, or offline.

use std::collections::HashMap;
use std::str::FromStr;

use nexus_agent::provider::{ModelPool, Price, PriceTable, ProviderConfig, ProviderKind};
use nexus_domain::Timestamp;
use nexus_domain::failure::Failure;
use nexus_secrets::{Found, Pointer, Reach};
use serde_json::Value;

use crate::config::{Config, Environment, ModelConfig};
use crate::credentials::{Credentials, models_job};

/// Longest wait for a model server on this machine, in milliseconds.
const PROBE_MS_MAX: u64 = 400;
/// Most bytes read of a probe's answer.
const PROBE_BYTES_MAX: usize = 256 * 1024;

/// The model in use, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As `provider/model`.
    pub model: String,
    /// Why, in words.
    pub reason: String,
    /// How to change it.
    pub hint: String,
}

impl Choice {
    fn new(model: String, reason: impl Into<String>) -> Self {
        let hint = "set agents.main.models in nexus.toml (nexus config set agents.main.models …)";
        Self { model, reason: reason.into(), hint: hint.to_owned() }
    }

    /// The choice when nothing was found.
    #[must_use]
    pub fn offline() -> Self {
        Self {
            model: "offline/rules".to_owned(),
            reason: "no model is configured and none was found; answers come from simple rules"
                .to_owned(),
            hint: "set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY, or start Ollama, then \
                   restart; or configure a model in nexus.toml"
                .to_owned(),
        }
    }
}

/// A provider that is used as soon as its key is found.
struct Known {
    name: &'static str,
    kind: ProviderKind,
    variables: &'static [&'static str],
    model: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        name: "anthropic",
        kind: ProviderKind::Anthropic,
        variables: &["ANTHROPIC_API_KEY"],
        model: "claude-sonnet-4-5",
    },
    Known {
        name: "openai",
        kind: ProviderKind::OpenAiResponses,
        variables: &["OPENAI_API_KEY"],
        model: "gpt-5",
    },
    Known {
        name: "gemini",
        kind: ProviderKind::Gemini,
        variables: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        model: "gemini-2.5-flash",
    },
];

/// Every variable in which a key is looked for.
pub const KEY_VARIABLES: &[&str] =
    &["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"];

/// The provider whose key a variable holds.
#[must_use]
pub fn provider_of_variable(variable: &str) -> Option<&'static str> {
    KNOWN.iter().find(|known| known.variables.contains(&variable)).map(|known| known.name)
}

/// Servers that speak OpenAI's chat completions on their usual ports.
const LOCAL_SERVERS: &[(&str, &str)] = &[
    ("lmstudio", "http://127.0.0.1:1234/v1"),
    ("llamacpp", "http://127.0.0.1:8080/v1"),
    ("vllm", "http://127.0.0.1:8000/v1"),
];

/// Builds the pool of a configuration.
///
/// # Errors
/// When no HTTP client can be made on this machine.
pub fn pool(
    config: &Config,
    providers: Vec<ProviderConfig>,
    cooldowns: Vec<(String, Timestamp)>,
) -> Result<ModelPool, Failure> {
    let own: HashMap<_, _> = config
        .prices
        .iter()
        .map(|(model, price)| {
            let price = Price {
                input: price.input,
                output: price.output,
                cached_input: price.cached_input,
                cache_write: None,
            };
            (model.clone(), price)
        })
        .collect();
    ModelPool::new(providers, PriceTable::with_own(own), cooldowns)
}

/// Finds the providers and chooses the model. Looks on this machine only when nothing else was
/// found and `may_probe` allows it: the start path makes no network call and runs no program.
pub async fn choose_models(
    config: &Config,
    environment: &Environment,
    credentials: &Credentials,
    may_probe: bool,
) -> (Vec<ProviderConfig>, Choice) {
    let reach = if may_probe { Reach::Programs } else { Reach::AtHand };
    let mut providers = vec![ProviderConfig::offline()];
    for model in &config.models {
        providers.push(configured(model, credentials, reach).await);
    }
    let wished = config.agents.first().and_then(|agent| agent.models.first());
    let listed = config.models.iter().find_map(|provider| {
        provider.models.first().map(|model| format!("{}/{model}", provider.name))
    });
    let mut choice = wished
        .cloned()
        .or(listed)
        .map(|model| Choice::new(model, format!("configured in {}", config.path.display())));
    for known in KNOWN {
        if providers.iter().any(|provider| provider.name == known.name) {
            continue;
        }
        if let Some(found) = find_key(known, credentials, reach).await {
            let mut provider = ProviderConfig::new(known.name, known.kind);
            provider.found_in = Some(format!("key found in {}", found.pointer));
            provider.key = Some(found.secret);
            provider.models = vec![known.model.to_owned()];
            choice = choice.or_else(|| {
                let model = format!("{}/{}", known.name, known.model);
                Some(Choice::new(model, format!("a key was found in {}", found.pointer)))
            });
            providers.push(provider);
        }
    }
    if choice.is_none()
        && may_probe
        && config.discover_models
        && let Some((provider, found)) = probe_this_machine(environment).await
    {
        providers.push(provider);
        choice = Some(found);
    }
    (providers, choice.unwrap_or_else(Choice::offline))
}

async fn configured(
    model: &ModelConfig,
    credentials: &Credentials,
    reach: Reach,
) -> ProviderConfig {
    let kind = ProviderKind::parse(&model.kind).unwrap_or(ProviderKind::OpenAiCompatible);
    let mut provider = ProviderConfig::new(model.name.clone(), kind);
    provider.base_url.clone_from(&model.base_url);
    provider.models.clone_from(&model.models);
    provider.context_tokens_max = model.context_tokens_max;
    provider.output_tokens_max = model.output_tokens_max;
    provider.first_byte_ms_max = model.first_byte_ms_max;
    provider.idle_ms_max = model.idle_ms_max;
    if let Some(text) = &model.key {
        let purpose = format!("key of the model provider {}", model.name);
        let found = match Pointer::from_str(text) {
            Ok(pointer) => credentials.read(models_job(), &pointer, &purpose, reach).await,
            Err(failure) => Err(failure),
        };
        match found {
            Ok(key) => {
                provider.found_in = Some(format!("key from {text}"));
                provider.key = Some(key);
            }
            Err(failure) => {
                tracing::warn!(provider = %model.name, %failure, "the key of a model provider was not found");
                provider.found_in = Some(failure.message);
            }
        }
    }
    provider
}

async fn find_key(known: &Known, credentials: &Credentials, reach: Reach) -> Option<Found> {
    if let Some(found) = credentials.provider_key(known.name, reach).await {
        return Some(found);
    }
    for variable in known.variables {
        let pointer = Pointer::Env((*variable).to_owned());
        if !credentials.has_variable(variable).await {
            continue;
        }
        let purpose = format!("key of the model provider {}", known.name);
        if let Ok(secret) = credentials.read(models_job(), &pointer, &purpose, reach).await {
            return Some(Found { pointer, secret });
        }
    }
    None
}

async fn probe_this_machine(environment: &Environment) -> Option<(ProviderConfig, Choice)> {
    let http = reqwest::Client::builder()
        .timeout(std::time::Duration::from_millis(PROBE_MS_MAX))
        .no_proxy()
        .build()
        .ok()?;
    let ollama = environment.get("OLLAMA_HOST").unwrap_or("http://127.0.0.1:11434");
    let ollama =
        if ollama.contains("://") { ollama.to_owned() } else { format!("http://{ollama}") };
    if let Some(answer) = get(&http, &format!("{ollama}/api/tags")).await
        && let Some(model) = answer["models"][0]["name"].as_str()
    {
        let mut provider = ProviderConfig::new("ollama", ProviderKind::Ollama);
        provider.base_url = Some(ollama.clone());
        return Some(found_server(provider, model, &ollama));
    }
    for (name, base_url) in LOCAL_SERVERS {
        if let Some(answer) = get(&http, &format!("{base_url}/models")).await
            && let Some(model) = answer["data"][0]["id"].as_str()
        {
            let mut provider = ProviderConfig::new(*name, ProviderKind::OpenAiCompatible);
            provider.base_url = Some((*base_url).to_owned());
            return Some(found_server(provider, model, base_url));
        }
    }
    None
}

fn found_server(mut provider: ProviderConfig, model: &str, url: &str) -> (ProviderConfig, Choice) {
    provider.models = vec![model.to_owned()];
    provider.found_in = Some(format!("a server answers at {url}"));
    let choice = Choice::new(
        format!("{}/{model}", provider.name),
        format!("a model server was found on this machine at {url}"),
    );
    (provider, choice)
}

async fn get(http: &reqwest::Client, url: &str) -> Option<Value> {
    let answer = http.get(url).send().await.ok()?;
    if !answer.status().is_success() {
        return None;
    }
    let bytes = answer.bytes().await.ok()?;
    if bytes.len() > PROBE_BYTES_MAX {
        return None;
    }
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    async fn choose(config: &str, variables: &[(&str, &str)]) -> Choice {
        let environment = Environment::of(variables);
        let config = crate::config::parse_text(
            config,
            Path::new("nexus.toml"),
            &crate::config::Overlay::new(environment.clone(), Vec::new()),
        )
        .unwrap()
        .config;
        let folder = tempfile::tempdir().unwrap();
        let home = crate::home::Home::new(folder.path().to_owned());
        home.init().unwrap();
        let ledger = nexus_ledger::Ledger::open(nexus_ledger::LedgerOptions {
            path: home.ledger_file(),
            durability: nexus_ledger::Durability::Process,
            n_readers: 1,
            on_commit: None,
        })
        .unwrap();
        let clock = std::sync::Arc::new(crate::clock::SystemClock::new());
        let redactor = nexus_secrets::Redactor::default();
        let credentials = Credentials::open(&home, &environment, redactor, ledger, clock);
        choose_models(&config, &environment, &credentials, true).await.1
    }

    /// Answers every request as an Ollama does that has one model.
    async fn ollama() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0_u8; 2048];
                let body = r#"{"models":[{"name":"llama3.2:3b"}]}"#;
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                // The prober decides by what arrives; a broken pipe is its own affair.
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all((head + body).as_bytes()).await;
            }
        });
        address.to_string()
    }

    const CONFIGURED: &str = "[agents.main]\nmodels = [\"mine/one\"]\n[models.mine]\n\
        kind = \"openai_compatible\"\nbase_url = \"http://127.0.0.1:9/v1\"\nmodels = [\"one\"]\n";

    #[tokio::test]
    async fn what_is_configured_wins_over_what_is_found() {
        let local = ollama().await;
        let variables = [("ANTHROPIC_API_KEY", "x"), ("OLLAMA_HOST", local.as_str())];
        let choice = choose(CONFIGURED, &variables).await;
        assert_eq!(choice.model, "mine/one");
        assert!(choice.reason.starts_with("configured in "), "{}", choice.reason);
    }

    #[tokio::test]
    async fn a_key_wins_over_a_server_and_is_not_shown() {
        let local = ollama().await;
        let variables = [("ANTHROPIC_API_KEY", "sk-secret"), ("OLLAMA_HOST", local.as_str())];
        let choice = choose("", &variables).await;
        assert!(choice.model.starts_with("anthropic/"), "{}", choice.model);
        assert!(!format!("{choice:?}").contains("sk-secret"));
    }

    #[tokio::test]
    async fn a_server_on_this_machine_wins_over_nothing() {
        let local = ollama().await;
        let choice = choose("", &[("OLLAMA_HOST", local.as_str())]).await;
        assert_eq!(choice.model, "ollama/llama3.2:3b");
        assert!(choice.reason.contains(&local), "{}", choice.reason);
    }

    #[tokio::test]
    async fn without_anything_answers_are_offline_and_say_how_to_change_it() {
        let choice = choose("[models]\ndiscover = false", &[]).await;
        assert_eq!(choice, Choice::offline());
        assert!(choice.hint.contains("ANTHROPIC_API_KEY"));
    }
}
