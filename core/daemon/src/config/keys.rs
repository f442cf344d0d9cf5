//! Every key the configuration knows: one row each, with its kind, its default and its meaning.

use serde_json::{Value, json};

/// What values a key takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A whole number within bounds, both included.
    Integer(i64, i64),
    /// A number that is not negative.
    Amount,
    /// `true` or `false`.
    Bool,
    /// Any text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A table that is handed on as it is.
    Table,
}

impl Kind {
    /// What a value must look like, for error texts.
    pub(super) fn wanted(self) -> String {
        match self {
            Self::Integer(min, max) => format!("a whole number from {min} to {max}"),
            Self::Amount => "a number, zero or more".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Text => "text in quotes".to_owned(),
            Self::Choice(words) => {
                let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("one of {}", quoted.join(", "))
            }
            Self::Texts => "a list of texts, like [\"a\", \"b\"]".to_owned(),
            Self::Table => "a table".to_owned(),
        }
    }

    /// Whether a value is of this kind.
    pub(super) fn fits(self, value: &Value) -> bool {
        match self {
            Self::Integer(min, max) => value.as_i64().is_some_and(|n| (min..=max).contains(&n)),
            Self::Amount => value.as_f64().is_some_and(|n| n.is_finite() && n >= 0.0),
            Self::Bool => value.is_boolean(),
            Self::Text => value.is_string(),
            Self::Choice(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Self::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Self::Table => value.is_object(),
        }
    }

    /// Reads a value given as plain text, from the environment or the command line.
    pub(super) fn read(self, text: &str) -> Option<Value> {
        let value = match self {
            Self::Integer(..) => json!(text.trim().parse::<i64>().ok()?),
            Self::Amount => json!(text.trim().parse::<f64>().ok()?),
            Self::Bool => json!(text.trim().parse::<bool>().ok()?),
            Self::Text | Self::Choice(_) => json!(text),
            Self::Texts => json!(text.split(',').map(str::trim).collect::<Vec<_>>()),
            Self::Table => serde_json::from_str(text).ok()?,
        };
        self.fits(&value).then_some(value)
    }
}

/// A row of the key table. `*` in a name stands for a name that the person chooses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// JSON text of the default; empty for "not set".
    pub(super) default: &'static str,
    pub(super) needs_restart: bool,
    pub(super) doc: &'static str,
}

const fn key(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    needs_restart: bool,
    doc: &'static str,
) -> Key {
    Key { name, kind, default, needs_restart, doc }
}

const PROVIDERS: Kind = Kind::Choice(&[
    "openai",
    "openai_responses",
    "anthropic",
    "gemini",
    "ollama",
    "openai_compatible",
]);
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// Every key, in order of its name.
pub(super) const KEYS: &[Key] = &[
    key(
        "acl.answer_ms",
        Kind::Integer(MINUTE_MS / 6, DAY_MS),
        "600000",
        false,
        "how long you have to answer a permission request from being shown it; silence means no",
    ),
    key(
        "acl.audit_days",
        Kind::Integer(0, 36_500),
        "365",
        false,
        "days that the record of decisions is kept; 0 keeps all of it",
    ),
    key(
        "acl.audit_key",
        Kind::Choice(&["keychain", "file"]),
        "\"keychain\"",
        true,
        "where the key that signs the audit is made; without a keychain it is a file in any case",
    ),
    key("adapters.*.account", Kind::Text, "\"main\"", true, "account the adapter serves"),
    key("adapters.*.command", Kind::Texts, "", true, "program and arguments of the adapter"),
    key("adapters.*.settings", Kind::Table, "{}", true, "the adapter's own settings"),
    key(
        "agents.*.constraints",
        Kind::Texts,
        "[]",
        false,
        "rules the agent is always shown, word for word",
    ),
    key(
        "agents.*.duration_ms_max",
        Kind::Integer(1_000, DAY_MS),
        "600000",
        false,
        "longest turn, waiting for people not counted",
    ),
    key(
        "agents.*.models",
        Kind::Texts,
        "[]",
        false,
        "models in order of preference, as \"provider/model\"",
    ),
    key(
        "agents.*.parent",
        Kind::Text,
        "",
        false,
        "the agent above it, which it can never go beyond",
    ),
    key(
        "agents.*.preset",
        Kind::Text,
        "",
        false,
        "how far it may go: sandboxed, worker, trusted, yolo, or one of [presets]",
    ),
    key(
        "agents.*.steps_max",
        Kind::Integer(1, 1_000),
        "30",
        false,
        "most model replies in one turn",
    ),
    key(
        "agents.*.tokens_max",
        Kind::Integer(1_000, 1_000_000_000),
        "1000000",
        false,
        "most tokens sent and received in one turn",
    ),
    key(
        "agents.*.tools",
        Kind::Texts,
        "[\"read_file\",\"list_dir\",\"search_files\",\"write_file\",\"edit_file\",\"http_fetch\",\"time\",\"exec\",\"exec_process\"]",
        false,
        "tools the agent is offered",
    ),
    key(
        "agents.*.write_paths",
        Kind::Texts,
        "[]",
        false,
        "files and folders it may write, relative to the workspace; a folder ends with /",
    ),
    key(
        "budgets.*.class",
        Kind::Choice(&["any", "interactive", "background"]),
        "\"any\"",
        false,
        "work that counts: what somebody asked for, what a schedule began, or both",
    ),
    key(
        "budgets.*.model_ms_max",
        Kind::Integer(1_000, 366 * DAY_MS),
        "",
        false,
        "most time spent waiting for models in one period",
    ),
    key(
        "budgets.*.of",
        Kind::Text,
        "",
        false,
        "the one agent, session or key it is for; each has its own when left out",
    ),
    key(
        "budgets.*.period",
        Kind::Choice(&["day", "month", "total"]),
        "\"day\"",
        false,
        "when it begins anew; a total never does",
    ),
    key(
        "budgets.*.scope",
        Kind::Choice(&["owner", "agent", "session", "key"]),
        "\"owner\"",
        false,
        "what it hangs on: everything, each agent, each session or each API key",
    ),
    key(
        "budgets.*.time_zone",
        Kind::Text,
        "\"UTC\"",
        false,
        "time zone in which days and months begin, such as \"Europe/Berlin\"",
    ),
    key(
        "budgets.*.tokens_max",
        Kind::Integer(1, 1_000_000_000_000_000),
        "",
        false,
        "most tokens sent and received in one period",
    ),
    key(
        "budgets.*.tool_calls_max",
        Kind::Integer(1, 1_000_000_000_000_000),
        "",
        false,
        "most tool calls in one period",
    ),
    key("budgets.*.usd_max", Kind::Amount, "", false, "most US dollars in one period"),
    key(
        "budgets.*.warn_percent",
        Kind::Integer(1, 100),
        "80",
        false,
        "part of a limit from which people are warned",
    ),
    key(
        "ledger.durability",
        Kind::Choice(&["power", "process"]),
        "\"power\"",
        true,
        "what an acknowledged write survives: a power cut, or only the end of the process",
    ),
    key(
        "logging.format",
        Kind::Choice(&["pretty", "json"]),
        "\"pretty\"",
        true,
        "form of the log on the terminal",
    ),
    key(
        "logging.level",
        Kind::Text,
        "\"info\"",
        true,
        "log level, or a filter like \"info,nexus_agent=debug\"",
    ),
    key(
        "models.*.base_url",
        Kind::Text,
        "",
        false,
        "address of the provider; the usual one when left out",
    ),
    key(
        "models.*.context_tokens_max",
        Kind::Integer(1_000, 100_000_000),
        "",
        false,
        "tokens that fit into one call",
    ),
    key(
        "models.*.first_byte_ms_max",
        Kind::Integer(100, 10 * MINUTE_MS),
        "60000",
        false,
        "longest wait for the first byte of a reply",
    ),
    key(
        "models.*.idle_ms_max",
        Kind::Integer(100, 10 * MINUTE_MS),
        "60000",
        false,
        "longest silence inside a reply",
    ),
    key(
        "models.*.key",
        Kind::Text,
        "",
        false,
        "where the key is: env:NAME, keychain:NAME or file:PATH; never the key itself",
    ),
    key("models.*.kind", PROVIDERS, "", false, "which protocol the provider speaks"),
    key("models.*.models", Kind::Texts, "[]", false, "names of its models"),
    key(
        "models.*.output_tokens_max",
        Kind::Integer(1, 10_000_000),
        "",
        false,
        "most tokens of one reply where a budget bounds it; 8192 or 16384 when left out",
    ),
    key(
        "models.discover",
        Kind::Bool,
        "true",
        true,
        "look for a model server on this machine when nothing is configured",
    ),
    key(
        "models.prices.*.cached_input",
        Kind::Amount,
        "",
        false,
        "US dollars per million tokens read from the provider's cache",
    ),
    key("models.prices.*.input", Kind::Amount, "", false, "US dollars per million tokens sent"),
    key(
        "models.prices.*.output",
        Kind::Amount,
        "",
        false,
        "US dollars per million tokens received",
    ),
    key("presets.*.deny_tools", Kind::Texts, "[]", false, "tools its agents may not use"),
    key(
        "presets.*.extends",
        Kind::Choice(&["sandboxed", "worker", "trusted", "yolo"]),
        "",
        false,
        "the preset it starts from",
    ),
    key("presets.*.tools", Kind::Texts, "", false, "the only tools its agents may use"),
    key(
        "runtime.allowed_hosts",
        Kind::Texts,
        "[]",
        false,
        "host names under which browsers may reach the control plane, besides loopback",
    ),
    key(
        "runtime.bind",
        Kind::Text,
        "\"127.0.0.1\"",
        true,
        "address the control plane listens on; loopback only",
    ),
    key(
        "runtime.drain_ms",
        Kind::Integer(0, 10 * MINUTE_MS),
        "30000",
        false,
        "longest wait for runs to end when the daemon stops",
    ),
    key(
        "runtime.port",
        Kind::Integer(0, 65_535),
        "18789",
        true,
        "port of the control plane; 0 takes a free one",
    ),
    key(
        "sessions.queue_len_max",
        Kind::Integer(1, 1_000),
        "20",
        false,
        "most requests that wait behind one session's active run",
    ),
    key(
        "tools.exec.env",
        Kind::Texts,
        "[]",
        false,
        "variables of the daemon's environment that programs are given",
    ),
    key(
        "tools.exec.file_mib_max",
        Kind::Integer(1, 1_048_576),
        "512",
        false,
        "largest file a program may write, and size of its /tmp",
    ),
    key(
        "tools.exec.memory_mib_max",
        Kind::Integer(16, 1_048_576),
        "2048",
        false,
        "memory of a program",
    ),
    key(
        "tools.exec.path",
        Kind::Texts,
        "[]",
        false,
        "folders programs are looked for in, before the system's",
    ),
    key(
        "tools.exec.processes_max",
        Kind::Integer(4, 65_536),
        "256",
        false,
        "processes and threads of one run",
    ),
    key(
        "tools.exec.read",
        Kind::Texts,
        "[]",
        false,
        "folders programs may read besides the system's and the workspace",
    ),
    key(
        "tools.http_fetch.allow_private_hosts",
        Kind::Bool,
        "false",
        false,
        "let http_fetch reach this machine and private networks",
    ),
    key(
        "tools.http_fetch.bytes_max",
        Kind::Integer(1_024, 100 * 1024 * 1024),
        "2097152",
        false,
        "most bytes http_fetch reads",
    ),
    key(
        "tools.http_fetch.duration_ms_max",
        Kind::Integer(100, 10 * MINUTE_MS),
        "30000",
        false,
        "longest time http_fetch takes",
    ),
];

impl Key {
    /// The default, if there is one.
    pub(super) fn default_value(&self) -> Option<Value> {
        serde_json::from_str(self.default).ok()
    }

    /// Whether a dotted name, split into its parts, is an instance of this key.
    pub(super) fn matches(&self, parts: &[String]) -> bool {
        let own: Vec<_> = self.name.split('.').collect();
        own.len() == parts.len()
            && own.iter().zip(parts).all(|(own, part)| *own == "*" || own == part)
    }
}

/// The row for a name; exact names win over patterns.
pub(super) fn find(parts: &[String]) -> Option<&'static Key> {
    let matching = || KEYS.iter().filter(|key| key.matches(parts));
    matching().find(|key| !key.name.contains('*')).or_else(|| matching().next())
}

/// Whether keys can stand in a table of this name.
pub(super) fn is_table(path: &[String]) -> bool {
    KEYS.iter().any(|key| {
        let own: Vec<_> = key.name.split('.').collect();
        own.len() > path.len() && own.iter().zip(path).all(|(own, part)| *own == "*" || own == part)
    })
}

/// The known table nearest to an unknown one, if it is near enough to be a slip.
pub(super) fn suggest_table(path: &[String]) -> Option<String> {
    let name = path.join(".");
    let filled = KEYS.iter().filter_map(|key| {
        let own: Vec<_> = key.name.split('.').collect();
        let fill = |(own, part): (&&str, &String)| {
            if *own == "*" { part.clone() } else { (*own).to_owned() }
        };
        (own.len() > path.len())
            .then(|| own.iter().zip(path).map(fill).collect::<Vec<_>>().join("."))
    });
    nearest(filled, &name)
}

fn nearest(candidates: impl Iterator<Item = String>, name: &str) -> Option<String> {
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&candidate, name), candidate))
        .min()
        // In a short name three slips would be another word.
        .filter(|(n, _)| *n <= 3 && n * 2 < name.chars().count())
        .map(|(_, candidate)| candidate)
}

/// The known name nearest to an unknown one, if it is near enough to be a slip.
pub(super) fn suggest(name: &str) -> Option<String> {
    let parts: Vec<_> = name.split('.').collect();
    let filled = KEYS.iter().filter_map(|key| {
        let own: Vec<_> = key.name.split('.').collect();
        (own.len() == parts.len()).then(|| {
            own.iter().zip(&parts).map(|(o, p)| if *o == "*" { *p } else { *o }).collect::<Vec<_>>()
        })
    });
    nearest(filled.map(|candidate| candidate.join(".")), name)
}
