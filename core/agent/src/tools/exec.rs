//! `exec`: runs a program of the system or the workspace, confined. Words only: no shell comes
//! between what is shown and what runs.

mod command;
mod egress;
mod job;
mod process;
mod programs;
mod running;
mod show;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nexus_domain::agent::ToolEffect;
use nexus_sandbox::Profile;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::command::Command;
use self::egress::Wanted;
use self::job::{Job, run};
use super::workspace::clean;
use super::{Plan, Tool, parse};
use crate::provider::ToolSpec;
pub(super) use process::ExecProcess;
pub use programs::{BACKGROUND_MAX, BACKGROUND_PER_SESSION_MAX, Programs};

/// Time a program has when none is named, in milliseconds.
const DURATION_MS: u64 = 120_000;
/// Longest time a program in the foreground has, in milliseconds.
const DURATION_MS_MAX: u64 = 600_000;
/// Longest time a program in the background has, in milliseconds.
const BACKGROUND_MS_MAX: u64 = 4 * 60 * 60 * 1000;
/// Time beyond a program's own in which its tree is killed and its record made, in milliseconds.
const SLACK_MS: u64 = 5_000;
/// Most words of a command.
const WORDS_MAX: usize = 1_024;
/// Most variables that a call sets.
const VARIABLES_MAX: usize = 32;

/// What programs see and use.
#[derive(Clone)]
pub struct ExecConfig {
    /// The sandbox and what runs in the background.
    pub programs: Arc<Programs>,
    /// The session whose programs these are; those of other sessions are not seen.
    pub session: String,
    /// What programs may reach and use besides the workspace. Its variables are given to each.
    pub profile: Profile,
    /// Files and folders of the workspace that programs may write; `None` for all of it.
    pub writable: Option<Vec<PathBuf>>,
    /// Folders that programs are looked for in.
    pub path: Vec<PathBuf>,
    /// Folder in which sockets of proxies are made, outside of everything that programs see. Its
    /// name is short: sockets bear no long ones.
    pub sockets: PathBuf,
    /// Whether programs may be led to hosts on this machine and in private networks.
    pub allow_private_hosts: bool,
}

impl std::fmt::Debug for ExecConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExecConfig").field("session", &self.session).finish_non_exhaustive()
    }
}

pub(super) struct Exec {
    config: ExecConfig,
    workspace: PathBuf,
}

impl Exec {
    pub(super) fn new(config: ExecConfig, workspace: &Path) -> Self {
        Self { config, workspace: workspace.to_owned() }
    }
}

#[derive(Debug, Deserialize)]
struct Arguments {
    #[serde(default)]
    argv: Vec<String>,
    command: Option<String>,
    #[serde(default = "here")]
    cwd: String,
    timeout_ms: Option<u64>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    pty: bool,
    #[serde(default)]
    background: bool,
    #[serde(default)]
    network: Wanted,
}

fn here() -> String {
    ".".to_owned()
}

/// What is decided about and recorded.
#[derive(Clone, Debug, Serialize)]
struct Canonical {
    argv: Vec<String>,
    cwd: String,
    env: BTreeMap<String, String>,
    timeout_ms: u64,
    pty: bool,
    background: bool,
    network: Wanted,
}

impl Tool for Exec {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "exec".to_owned(),
            description: "Run a program in the workspace, confined: it sees the workspace and the \
                system's programs, and its whole process tree ends with it. It has no network \
                unless you ask for it; then it reaches other machines through a proxy that its \
                variables name, and each machine is decided on. Give its words as argv; there is no shell unless you run one as argv \
                [\"sh\", \"-c\", \"…\"]. With background true it goes on beside the conversation \
                and a handle for exec_process comes back."
                .to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "argv": {
                        "type": "array", "minItems": 1, "maxItems": WORDS_MAX,
                        "items": { "type": "string" },
                        "description": "program and arguments",
                    },
                    "command": {
                        "type": "string", "minLength": 1,
                        "description": "the same as one line, instead of argv; quotes work, \
                            pipes, redirections, variables and patterns do not",
                    },
                    "cwd": { "type": "string", "description": "folder, from the workspace" },
                    "timeout_ms": { "type": "integer", "minimum": 1 },
                    "env": {
                        "type": "object", "maxProperties": VARIABLES_MAX,
                        "additionalProperties": { "type": "string" },
                    },
                    "pty": { "type": "boolean", "description": "give it a terminal" },
                    "background": { "type": "boolean" },
                    "network": {
                        "description": "true, or better the machines it needs, such as \
                            [\"pypi.org\", \"git.example:8443\"]; not with background",
                        "anyOf": [
                            { "type": "boolean" },
                            { "type": "array", "items": { "type": "string", "minLength": 1 } },
                        ],
                    },
                },
                "additionalProperties": false,
            }),
        }
    }

    fn effect(&self) -> ToolEffect {
        ToolEffect::Execute
    }

    fn duration_ms_max(&self) -> u64 {
        DURATION_MS_MAX + SLACK_MS
    }

    fn prepare(&self, arguments: Value) -> Result<Plan, String> {
        let Arguments { argv, command, cwd, timeout_ms, env, pty, background, network } =
            parse(arguments)?;
        let argv = match (argv.is_empty(), command) {
            (false, None) => argv,
            (true, Some(line)) => words::split(&line)?,
            _ => return Err("give either argv or command, and not both".to_owned()),
        };
        if let Some(bad) = argv.iter().find(|word| word.contains('\0')) {
            return Err(format!("a word holds a NUL character: {}", bad.escape_debug()));
        }
        check_variables(&env)?;
        let network = network.settled()?;
        self.check_network(&network, background)?;
        let longest = if background { BACKGROUND_MS_MAX } else { DURATION_MS_MAX };
        // A person may have to be asked while it runs.
        let usual = if background || network.is_any() { longest } else { DURATION_MS };
        let timeout_ms = timeout_ms.unwrap_or(usual).min(longest);
        let cwd = clean(&cwd)?;
        let command = Command::settle(argv, &self.workspace, &cwd, &self.config.path)?;
        self.check_is_visible(&command.program)?;
        let variables: Vec<_> = self.variables(&env, &network).into_keys().collect();
        let canonical = Canonical {
            argv: command.argv.clone(),
            cwd: cwd.display().to_string(),
            env,
            timeout_ms,
            pty,
            background,
            network,
        };
        let mut summary = format!("run {}", words::join(&command.argv));
        if cwd != Path::new(".") {
            summary.push_str(&format!(" (in {})", canonical.cwd));
        }
        if background {
            summary.push_str(" in the background");
        }
        if let Some(words) = canonical.network.in_words() {
            summary.push_str(&format!(", {words}"));
        }
        let targets = command.targets(variables, canonical.network.is_any());
        let (config, profile) = (self.config.clone(), self.profile(&canonical));
        let plan = Plan::new(summary, canonical, move |canonical, context| {
            Box::pin(run(Job { config, command, profile, canonical, context }))
        })?;
        Ok(targets.into_iter().fold(plan, Plan::on))
    }
}

impl Exec {
    fn variables(
        &self,
        env: &BTreeMap<String, String>,
        network: &Wanted,
    ) -> BTreeMap<String, String> {
        let mut all = self.config.profile.env.clone();
        all.extend(env.clone());
        if network.is_any() {
            all.extend(egress::variables());
        }
        all
    }

    /// A way out exists only where a program can be given a network of its own.
    fn check_network(&self, network: &Wanted, background: bool) -> Result<(), String> {
        if !network.is_any() {
            return Ok(());
        }
        if background {
            return Err("a program in the background has no network, because nobody would see \
                        whom it asks for; run it without `background`"
                .to_owned());
        }
        match self.config.programs.has_own_network() {
            true => Ok(()),
            false => Err(format!(
                "programs have no network here, because none of their own can be made for them \
                 (confinement: {}); leave `network` out",
                self.config.programs.posture()
            )),
        }
    }

    fn profile(&self, canonical: &Canonical) -> Profile {
        let mut profile = self.config.profile.clone();
        match &self.config.writable {
            // First: what lies in it is laid over it.
            None => profile.write.insert(0, self.workspace.clone()),
            Some(places) => {
                profile.read.insert(0, self.workspace.clone());
                let root = self.workspace.canonicalize().unwrap_or_default();
                let places = places.iter().filter_map(|place| {
                    // A link may not lead the permission elsewhere.
                    let place = self.workspace.join(place).canonicalize().ok()?;
                    place.starts_with(&root).then_some(place)
                });
                profile.write.extend(places);
            }
        }
        profile.env = self.variables(&canonical.env, &canonical.network);
        profile
    }

    /// A program that lies where programs cannot see it would fail without saying why.
    fn check_is_visible(&self, program: &Path) -> Result<(), String> {
        let profile = &self.config.profile;
        let places = profile.read.iter().chain(&profile.write).chain([&self.workspace]);
        let is_in =
            |place: &PathBuf| place.canonicalize().is_ok_and(|place| program.starts_with(place));
        let is_hidden = profile.hidden.iter().any(is_in);
        if !is_hidden && places.into_iter().any(is_in) {
            return Ok(());
        }
        Err(format!(
            "`{}` lies where confined programs see nothing; the owner can add its folder to read \
             of [tools.exec] in nexus.toml",
            program.display()
        ))
    }
}

/// Names that would change how every program is loaded, or that the sandbox sets itself.
fn check_variables(env: &BTreeMap<String, String>) -> Result<(), String> {
    for (name, value) in env {
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name || value.contains('\0') {
            return Err(format!("`{name}` is not a variable that can be set"));
        }
        let is_ours =
            ["PATH", "HOME", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];
        if name.starts_with("LD_")
            || name.starts_with("DYLD_")
            || is_ours.contains(&name.to_ascii_uppercase().as_str())
        {
            return Err(format!("`{name}` is set by the sandbox and cannot be changed"));
        }
    }
    Ok(())
}
