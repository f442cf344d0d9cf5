//! From checked values to the typed configuration.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use nexus_domain::agent::{AgentSpec, RunLimits};
use nexus_domain::budget::Budget;
use nexus_domain::id::AgentId;
use nexus_iam::{AgentProfile, Pin, Reach};
use nexus_protocol::config::{ConfigSource, ConfigValue};
use nexus_secrets::SeedPlace;
use serde_json::Value;

use super::Finding;
use super::adapter::{AdapterConfig, adapters};
use super::authority;
use super::budget;
use super::constraint;
use super::credentials::{CredentialsConfig, credentials};
use super::environment::Environment;
use super::expose::{self, ExposeConfig};
use super::keys::{self, KEYS};
use super::model::{self, ModelConfig, Price};
use super::parse::Values;
use super::updates::{self, UpdatesConfig};

/// The agent that is always there.
const MAIN_AGENT: &str = "main";

/// The control plane.
#[derive(Clone, Debug)]
pub struct RuntimeConfig {
    /// Port to listen on; 0 takes a free one.
    pub port: u16,
    /// Host names accepted besides loopback.
    pub allowed_hosts: Vec<String>,
    /// Longest drain, in milliseconds.
    pub drain_ms: u64,
    /// Whether the file is watched.
    pub watch_config: bool,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// The log.
#[derive(Clone, Debug)]
pub struct LoggingConfig {
    /// Level or filter.
    pub level: String,
    /// Form.
    pub format: LogFormat,
}

impl Default for LoggingConfig {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Pretty }
    }
}

/// Permission requests.
#[derive(Clone, Copy, Debug)]
pub struct AclConfig {
    /// How long a person has from being shown one, in milliseconds.
    pub answer_ms: u64,
}

/// The record of decisions.
#[derive(Clone, Copy, Debug)]
pub struct AuditConfig {
    /// Days that its rows are kept; 0 for ever.
    pub days: u32,
    /// Where the key that signs it is made.
    pub key_place: SeedPlace,
}

/// Limits of the tool `http_fetch`.
#[derive(Clone, Copy, Debug)]
pub struct HttpFetchConfig {
    /// Whether this machine and private networks may be reached.
    pub allow_private_hosts: bool,
    /// Most bytes read.
    pub bytes_max: u64,
    /// Longest time, in milliseconds.
    pub duration_ms_max: u64,
}

/// What programs that agents run may see and use.
#[derive(Clone, Debug)]
pub struct ExecConfig {
    /// Folders they may read besides the system's and the workspace.
    pub read: Vec<PathBuf>,
    /// Folders programs are looked for in, besides the system's.
    pub path: Vec<PathBuf>,
    /// Names of variables of the daemon's environment that they are given.
    pub env: Vec<String>,
    /// Memory, in MiB.
    pub memory_mib_max: u64,
    /// Processes and threads of one run.
    pub processes_max: u64,
    /// Largest file, in MiB.
    pub file_mib_max: u64,
}

/// Which files bring a label when they are read; paths of a workspace, folders end in `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelConfig {
    /// Files that are the owner's own business.
    pub private_paths: Vec<String>,
    /// Files that come from elsewhere.
    pub untrusted_paths: Vec<String>,
}

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it was read from.
    pub path: PathBuf,
    /// The control plane.
    pub runtime: RuntimeConfig,
    /// Who can reach it.
    pub expose: ExposeConfig,
    /// Whether writes survive a power cut.
    pub is_power_safe: bool,
    /// The log.
    pub logging: LoggingConfig,
    /// Most requests that wait behind one run.
    pub queue_len_max: usize,
    /// What agents may do for people who are not the owner, by the person's id.
    pub people: HashMap<String, Reach>,
    /// Days that sessions are kept which stand alone; 0 keeps them.
    pub call_days: u32,
    /// The agents; the first is the default.
    pub agents: Vec<AgentSpec>,
    /// How far each agent may go, in the order of `agents`.
    pub profiles: Vec<AgentProfile>,
    /// What the owner rules out or wants to be asked about, whatever else is allowed.
    pub pins: Vec<Pin>,
    /// The home of the user who runs the daemon, which `~` stands for.
    pub user_home: Option<PathBuf>,
    /// Model providers.
    pub models: Vec<ModelConfig>,
    /// Whether to look for a model server on this machine.
    pub discover_models: bool,
    /// The model that turns texts into vectors, as `provider/model`.
    pub embeddings: Option<String>,
    /// Prices by `provider/model`.
    pub prices: BTreeMap<String, Price>,
    /// How long deliveries wait so that they can be taken back, in milliseconds by channel.
    pub holds: BTreeMap<String, u64>,
    /// Models by the word of the tier that stands for them.
    pub tiers: BTreeMap<String, String>,
    /// Permission requests.
    pub acl: AclConfig,
    /// The record of decisions.
    pub audit: AuditConfig,
    /// Limits of `http_fetch`.
    pub http_fetch: HttpFetchConfig,
    /// What programs may see and use.
    pub exec: ExecConfig,
    /// Files that bring labels.
    pub labels: LabelConfig,
    /// Where credentials are.
    pub credentials: CredentialsConfig,
    /// Adapters.
    pub adapters: Vec<AdapterConfig>,
    /// Budgets, by name; that of background work is always there.
    pub budgets: Vec<Budget>,
    /// Where new versions come from; nothing while updates are off.
    pub updates: Option<UpdatesConfig>,
    /// Every value with its source, in order of the keys.
    pub values: Vec<ConfigValue>,
}

impl Config {
    /// An agent by name.
    #[must_use]
    pub fn agent(&self, id: &AgentId) -> Option<&AgentSpec> {
        self.agents.iter().find(|agent| agent.id == *id)
    }
}

/// Builds the configuration; what cannot be used goes to `errors`.
pub(super) fn build(
    values: &Values,
    path: &Path,
    environment: &Environment,
    errors: &mut Vec<Finding>,
    warnings: &mut Vec<Finding>,
) -> Config {
    let get = Getter { values };
    let agents = agents(&get, errors);
    let profiles = authority::profiles(&agents, &get, errors, warnings);
    let user_home = environment.user_home();
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let pins = constraint::pins(&agents, &file, user_home.is_some(), &get, errors);
    let config = Config {
        path: path.to_owned(),
        runtime: RuntimeConfig {
            port: u16::try_from(get.integer("runtime.port")).unwrap_or_default(),
            allowed_hosts: get.texts("runtime.allowed_hosts"),
            drain_ms: get.integer("runtime.drain_ms"),
            watch_config: get.bool("runtime.watch_config"),
        },
        expose: expose::expose(&get, path, errors, warnings),
        is_power_safe: get.text("ledger.durability") == "power",
        logging: LoggingConfig {
            level: get.text("logging.level"),
            format: match get.text("logging.format").as_str() {
                "json" => LogFormat::Json,
                _ => LogFormat::Pretty,
            },
        },
        people: super::people::people(&get, errors),
        call_days: u32::try_from(get.integer("sessions.call_days")).unwrap_or_default(),
        queue_len_max: usize::try_from(get.integer("sessions.queue_len_max")).unwrap_or(20),
        agents,
        profiles,
        pins,
        user_home,
        models: model::models(&get, environment, errors, warnings),
        discover_models: get.bool("models.discover"),
        embeddings: Some(get.text("models.embeddings")).filter(|model| !model.is_empty()),
        prices: model::prices(&get),
        holds: holds(&get),
        tiers: model::tiers(&get),
        acl: AclConfig { answer_ms: get.integer("acl.answer_ms") },
        audit: AuditConfig {
            days: u32::try_from(get.integer("acl.audit_days")).unwrap_or_default(),
            key_place: match get.text("acl.audit_key").as_str() {
                "file" => SeedPlace::File,
                _ => SeedPlace::Keychain,
            },
        },
        http_fetch: HttpFetchConfig {
            allow_private_hosts: get.bool("tools.http_fetch.allow_private_hosts"),
            bytes_max: get.integer("tools.http_fetch.bytes_max"),
            duration_ms_max: get.integer("tools.http_fetch.duration_ms_max"),
        },
        exec: ExecConfig {
            read: get.texts("tools.exec.read").into_iter().map(PathBuf::from).collect(),
            path: get.texts("tools.exec.path").into_iter().map(PathBuf::from).collect(),
            env: get.texts("tools.exec.env"),
            memory_mib_max: get.integer("tools.exec.memory_mib_max"),
            processes_max: get.integer("tools.exec.processes_max"),
            file_mib_max: get.integer("tools.exec.file_mib_max"),
        },
        labels: LabelConfig {
            private_paths: get.texts("labels.private_paths"),
            untrusted_paths: get.texts("labels.untrusted_paths"),
        },
        credentials: credentials(&get, errors),
        adapters: adapters(&get, environment, errors, warnings),
        budgets: budget::budgets(&get, errors),
        updates: updates::updates(&get, errors),
        values: provenance(values),
    };
    model::check_model_names(&config, &get, errors);
    config
}

fn agents(get: &Getter<'_>, errors: &mut Vec<Finding>) -> Vec<AgentSpec> {
    let mut names = get.names("agents");
    names.remove(MAIN_AGENT);
    let names = std::iter::once(MAIN_AGENT.to_owned()).chain(names);
    let mut agents = Vec::new();
    for name in names {
        match AgentId::parse(&name) {
            Err(failure) => {
                let text = format!("`agents.{name}`: {failure}");
                errors.push(Finding { line: None, text });
            }
            Ok(id) => {
                let at = |key: &str| ["agents", name.as_str(), key].map(str::to_owned).to_vec();
                agents.push(AgentSpec {
                    id,
                    models: get.texts_at(&at("models")),
                    tools: get.texts_at(&at("tools")),
                    constraints: get.texts_at(&at("constraints")),
                    limits: RunLimits {
                        steps_max: u32::try_from(get.integer_at(&at("steps_max"))).unwrap_or(30),
                        tokens_max: get.integer_at(&at("tokens_max")),
                        duration_ms_max: get.integer_at(&at("duration_ms_max")),
                    },
                });
            }
        }
    }
    agents
}

/// How long deliveries wait, by channel.
fn holds(get: &Getter<'_>) -> BTreeMap<String, u64> {
    let of = |channel: String| {
        let path = ["outbox", "hold_ms", channel.as_str()].map(str::to_owned);
        let ms = get.integer_at(&path);
        (channel, ms)
    };
    get.names_at(&["outbox", "hold_ms"]).into_iter().map(of).collect()
}

/// Every value in force with its source: what is set, and the defaults of what is not.
fn provenance(values: &Values) -> Vec<ConfigValue> {
    let set = values.iter().filter_map(|(path, sourced)| {
        let key = keys::find(path)?;
        Some(ConfigValue {
            key: path.join("."),
            value: sourced.value.clone(),
            source: sourced.source,
            doc: key.doc.to_owned(),
            needs_restart: key.needs_restart,
        })
    });
    let mut all: Vec<_> = set.collect();
    for key in KEYS.iter().filter(|key| !key.name.contains('*')) {
        if let (false, Some(value)) = (all.iter().any(|v| v.key == key.name), key.default_value()) {
            all.push(ConfigValue {
                key: key.name.to_owned(),
                value,
                source: ConfigSource::Default,
                doc: key.doc.to_owned(),
                needs_restart: key.needs_restart,
            });
        }
    }
    all.sort_by(|a, b| a.key.cmp(&b.key));
    all
}

/// Reads values that were checked already; what is not set has its default.
pub(super) struct Getter<'a> {
    values: &'a Values,
}

impl Getter<'_> {
    pub(super) fn at(&self, path: &[String]) -> Option<Value> {
        let set = self.values.get(path).map(|sourced| sourced.value.clone());
        set.or_else(|| keys::find(path).and_then(keys::Key::default_value))
    }

    fn path(name: &str) -> Vec<String> {
        name.split('.').map(str::to_owned).collect()
    }

    pub(super) fn text(&self, name: &str) -> String {
        let value = self.at(&Self::path(name));
        value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }

    pub(super) fn bool(&self, name: &str) -> bool {
        self.at(&Self::path(name)).and_then(|value| value.as_bool()).unwrap_or_default()
    }

    pub(super) fn integer(&self, name: &str) -> u64 {
        self.integer_at(&Self::path(name))
    }

    pub(super) fn integer_at(&self, path: &[String]) -> u64 {
        self.at(path).and_then(|value| value.as_u64()).unwrap_or_default()
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.texts_at(&Self::path(name))
    }

    pub(super) fn text_at(&self, path: &[String]) -> Option<String> {
        self.at(path).and_then(|value| value.as_str().map(str::to_owned))
    }

    /// Who set a value; `None` when nobody did.
    pub(super) fn source_at(&self, path: &[String]) -> Option<ConfigSource> {
        self.values.get(path).map(|sourced| sourced.source)
    }

    pub(super) fn texts_at(&self, path: &[String]) -> Vec<String> {
        let list = self.at(path).and_then(|value| value.as_array().cloned()).unwrap_or_default();
        list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    pub(super) fn line(&self, name: &str) -> Option<usize> {
        self.line_at(&Self::path(name))
    }

    pub(super) fn is_set(&self, path: &[String]) -> bool {
        self.values.contains_key(path)
    }

    pub(super) fn line_at(&self, path: &[String]) -> Option<usize> {
        self.values.get(path).and_then(|sourced| sourced.line)
    }

    /// The line of an entry of a list, or of the list.
    pub(super) fn item_line_at(&self, path: &[String], n: usize) -> Option<usize> {
        let sourced = self.values.get(path)?;
        sourced.item_lines.get(n).copied().flatten().or(sourced.line)
    }

    pub(super) fn names(&self, table: &str) -> BTreeSet<String> {
        self.names_at(&[table])
    }

    pub(super) fn names_at(&self, table: &[&str]) -> BTreeSet<String> {
        let is_inside = |path: &&Vec<String>| {
            path.len() > table.len() && path.iter().zip(table).all(|(part, name)| part == name)
        };
        self.values.keys().filter(is_inside).map(|path| path[table.len()].clone()).collect()
    }
}
