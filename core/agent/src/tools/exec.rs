//! `exec`: runs a program of the system or the workspace, confined. Words only: no shell comes
//! between what is shown and what runs.

mod command;
mod process;
mod programs;
mod running;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use nexus_domain::agent::ToolEffect;
use nexus_sandbox::{Ended, Network, Profile, Spawn};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use self::command::Command;
use self::programs::Entry;
use self::running::{Cut, Output, Watch, attend};
use super::workspace::clean;
use super::{Plan, Tool, ToolContext, ToolOutput, ToolResult, parse};
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
}

impl Tool for Exec {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "exec".to_owned(),
            description: "Run a program in the workspace, confined: it sees the workspace and the \
                system's programs, has no network, and its whole process tree ends with it. Give \
                its words as argv; there is no shell unless you run one as argv \
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
        let Arguments { argv, command, cwd, timeout_ms, env, pty, background } = parse(arguments)?;
        let argv = match (argv.is_empty(), command) {
            (false, None) => argv,
            (true, Some(line)) => words::split(&line)?,
            _ => return Err("give either argv or command, and not both".to_owned()),
        };
        if let Some(bad) = argv.iter().find(|word| word.contains('\0')) {
            return Err(format!("a word holds a NUL character: {}", bad.escape_debug()));
        }
        check_variables(&env)?;
        let longest = if background { BACKGROUND_MS_MAX } else { DURATION_MS_MAX };
        let usual = if background { BACKGROUND_MS_MAX } else { DURATION_MS };
        let timeout_ms = timeout_ms.unwrap_or(usual).min(longest);
        let cwd = clean(&cwd)?;
        let command = Command::settle(argv, &self.workspace, &cwd, &self.config.path)?;
        self.check_is_visible(&command.program)?;
        let variables: Vec<_> = self.variables(&env).into_keys().collect();
        let canonical = Canonical {
            argv: command.argv.clone(),
            cwd: cwd.display().to_string(),
            env,
            timeout_ms,
            pty,
            background,
        };
        let mut summary = format!("run {}", words::join(&command.argv));
        if cwd != Path::new(".") {
            summary.push_str(&format!(" (in {})", canonical.cwd));
        }
        if background {
            summary.push_str(" in the background");
        }
        let targets = command.targets(variables, false);
        let (config, profile) = (self.config.clone(), self.profile(&canonical));
        let plan = Plan::new(summary, canonical, move |canonical, context| {
            Box::pin(run(Job { config, command, profile, canonical, context }))
        })?;
        Ok(targets.into_iter().fold(plan, Plan::on))
    }
}

impl Exec {
    fn variables(&self, env: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut all = self.config.profile.env.clone();
        all.extend(env.clone());
        all
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
        profile.env = self.variables(&canonical.env);
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
        let is_ours = ["PATH", "HOME", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY"];
        if name.starts_with("LD_")
            || name.starts_with("DYLD_")
            || is_ours.contains(&name.to_ascii_uppercase().as_str())
        {
            return Err(format!("`{name}` is set by the sandbox and cannot be changed"));
        }
    }
    Ok(())
}

/// A call that is allowed.
struct Job {
    config: ExecConfig,
    command: Command,
    profile: Profile,
    canonical: Canonical,
    context: ToolContext,
}

async fn run(job: Job) -> ToolResult {
    let command = job.command.clone();
    let checked = tokio::task::spawn_blocking(move || command.check()).await;
    checked.map_err(|error| format!("the tool broke down: {error}"))??;
    match job.canonical.background {
        true => in_background(job).await,
        false => in_foreground(job).await,
    }
}

impl Job {
    async fn start(&self) -> Result<nexus_sandbox::Child, String> {
        if self.context.stop.is_now() {
            return Err("the run was stopped".to_owned());
        }
        let spawn = Spawn {
            program: self.command.program.clone(),
            argv: self.command.argv.clone(),
            cwd: self.command.cwd.clone(),
            profile: self.profile.clone(),
            pty: self.canonical.pty,
        };
        let started = self.config.programs.sandbox().spawn(spawn).await;
        started.map_err(|error| error.to_string())
    }

    fn watch(&self, stop: CancellationToken) -> Watch {
        Watch {
            stop,
            duration_ms_max: self.canonical.timeout_ms,
            output_bytes_max: self.profile.limits.output_bytes_max,
        }
    }

    /// What people see of the run beside its output.
    fn record(&self, how: &str) -> String {
        let network = match self.profile.network {
            Network::None => "none",
            Network::Proxy { .. } => "through the proxy, each host decided",
        };
        format!(
            "program: {}\nconfinement: {}\nnetwork: {network}\nend: {how}",
            self.command.program.display(),
            self.config.programs.posture(),
        )
    }
}

async fn in_foreground(job: Job) -> ToolResult {
    let child = job.start().await?;
    let output = Output::new();
    // A stop drops this future, which kills the program.
    let watch = job.watch(CancellationToken::new());
    let (ended, cut) = attend(child, &output, watch, &*job.context.clock).await;
    let how = in_words(ended, cut);
    let output = output.lock().unwrap_or_else(PoisonError::into_inner);
    let content = format!("[{how}]{}", output.text());
    match (ended, cut) {
        (_, None) => {
            Ok(ToolOutput { content, record: Some(job.record(&how)), ..ToolOutput::default() })
        }
        _ => Err(content),
    }
}

async fn in_background(job: Job) -> ToolResult {
    let stop = CancellationToken::new();
    let entry = Entry {
        session: job.config.session.clone(),
        line: words::join(&job.command.argv),
        output: Output::new(),
        ended: None,
        stop: stop.clone(),
    };
    let output = Arc::clone(&entry.output);
    let programs = Arc::clone(&job.config.programs);
    let handle = programs.enter(entry)?;
    let child = match job.start().await {
        Ok(child) => child,
        Err(why) => {
            programs.withdraw(handle);
            return Err(why);
        }
    };
    let record = job.record("goes on in the background");
    let seconds = job.canonical.timeout_ms.div_ceil(1000);
    tokio::spawn(async move {
        let watch = job.watch(stop.clone());
        let attending = attend(child, &output, watch, &*job.context.clock);
        tokio::pin!(attending);
        // The run that started it takes it along when it is stopped; not when it ends.
        let (ended, _) = tokio::select! {
            biased;
            end = &mut attending => end,
            () = job.context.stop.now() => {
                stop.cancel();
                attending.await
            }
        };
        programs.leave(handle, ended);
    });
    let content = format!(
        "[runs in the background as {handle}, for {seconds} s at most; see it with exec_process]"
    );
    Ok(ToolOutput { content, record: Some(record), ..ToolOutput::default() })
}

fn in_words(ended: Ended, cut: Option<Cut>) -> String {
    match cut {
        None => ended.to_string(),
        Some(Cut::Stopped) => "stopped".to_owned(),
        Some(Cut::Timeout { ms }) => format!("killed: it took longer than {ms} ms"),
        Some(Cut::Output { bytes_max }) => {
            format!("killed: it wrote more than {bytes_max} bytes")
        }
    }
}
