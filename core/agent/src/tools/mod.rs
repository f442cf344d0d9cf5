//! Tools: what an agent can do. One file each, one line each in [`ToolBox::new`].

mod address;
mod delegate;
mod delete_file;
mod edit_file;
mod exec;
mod http_fetch;
mod list_dir;
mod page;
mod place;
mod read_file;
mod search_files;
#[cfg(test)]
mod tests;
mod time;
mod workspace;
mod write_file;

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use nexus_domain::Failure;
use nexus_domain::agent::ToolEffect;
use nexus_domain::permission::{CanonicalAction, Target};
use nexus_iam::canonical_action_in;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::delegate::Delegate;
use crate::port::{Clock, Exposure, Gate, Watcher};
use crate::provider::ToolSpec;
use crate::stop::StopSignal;
pub use exec::{BACKGROUND_MAX, BACKGROUND_PER_SESSION_MAX, ExecConfig, Programs};
use workspace::Workspace;

/// Longest result of a tool, in bytes; what is longer is cut with a notice.
pub const RESULT_BYTES_MAX: usize = 48 * 1024;
/// Longest time for a tool that works on files, in milliseconds.
const FILE_MS_MAX: u64 = 30_000;

/// Where tools work and what they may reach.
#[derive(Clone)]
pub struct ToolConfig {
    /// The only folder that file tools see. Must exist.
    pub workspace: PathBuf,
    /// Where deleted files go, outside the workspace; made when the first one comes.
    pub trash: PathBuf,
    /// Limits of `http_fetch`.
    pub http: HttpConfig,
    /// Time zone that `time` answers in when none is named, as an IANA name; UTC when left out.
    pub time_zone: Option<String>,
    /// How programs are run; without it there is no `exec`.
    pub exec: Option<ExecConfig>,
    /// How other agents are had to work; without it there are no tools for that.
    pub delegate: Option<Arc<dyn Delegate>>,
}

/// Limits of `http_fetch`.
#[derive(Clone, Copy, Debug)]
pub struct HttpConfig {
    /// Whether hosts on this machine and in private networks may be reached.
    pub allow_private_hosts: bool,
    /// Most bytes that are read of an answer.
    pub bytes_max: usize,
    /// Longest time from request to the last byte, in milliseconds.
    pub duration_ms_max: u64,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { allow_private_hosts: false, bytes_max: 2 * 1024 * 1024, duration_ms_max: 20_000 }
    }
}

/// What a running tool may use besides its arguments.
#[derive(Clone)]
pub struct ToolContext {
    /// Tells it to end; looked at before every effect.
    pub stop: StopSignal,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The call, for work that is watched and decided about while it goes on; left out where
    /// nobody does.
    pub call: Option<RunningCall>,
}

/// A call that runs, and those who have a say in it meanwhile.
#[derive(Clone)]
pub struct RunningCall {
    /// Its id in the turn.
    pub id: String,
    /// Decides about machines that its program wants to reach.
    pub gate: Arc<dyn Gate>,
    /// Shows what its program writes.
    pub watcher: Arc<dyn Watcher>,
}

/// What a tool came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolOutput {
    /// What the model is told.
    pub content: String,
    /// A record for people: for an edit, the unified diff.
    pub record: Option<String>,
    /// What it was made from, besides the targets of the call.
    pub exposure: Exposure,
}

impl ToolOutput {
    pub(crate) fn text(content: impl Into<String>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }
}

/// The result of a tool; an error is a sentence for the model.
pub type ToolResult = Result<ToolOutput, String>;

type Work = Box<dyn FnOnce(ToolContext) -> BoxFuture<'static, ToolResult> + Send>;

/// A call whose arguments are valid and whose effect is known, ready for the gate.
pub struct Prepared {
    /// Exactly what would be done.
    pub action: CanonicalAction,
    /// What it can do to the world.
    pub effect: ToolEffect,
    /// Longest time it may take, in milliseconds.
    pub duration_ms_max: u64,
    work: Work,
}

impl Prepared {
    /// Does it.
    pub async fn run(self, context: ToolContext) -> ToolResult {
        let mut output = (self.work)(context).await?;
        output.content = cut(output.content, RESULT_BYTES_MAX);
        Ok(output)
    }
}

/// One tool.
trait Tool: Send + Sync {
    fn spec(&self) -> ToolSpec;
    fn effect(&self) -> ToolEffect;
    fn duration_ms_max(&self) -> u64 {
        FILE_MS_MAX
    }
    /// Parses arguments that fit the schema into canonical ones, a line for people, and the work.
    fn prepare(&self, arguments: Value) -> Result<Plan, String>;
}

/// What a tool would do with some arguments.
struct Plan {
    summary: String,
    arguments: Value,
    targets: Vec<Target>,
    work: Work,
}

impl Plan {
    /// Names what the work would touch.
    fn on(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }

    /// Work that blocks: it runs on a thread of its own and looks at the stop signal itself.
    fn blocking<A: Serialize + Send + 'static>(
        summary: String,
        arguments: A,
        work: impl FnOnce(A, ToolContext) -> ToolResult + Send + 'static,
    ) -> Result<Self, String> {
        Self::new(summary, arguments, |arguments, context| {
            Box::pin(async move {
                tokio::task::spawn_blocking(move || work(arguments, context))
                    .await
                    .unwrap_or_else(|error| Err(format!("the tool broke down: {error}")))
            })
        })
    }

    fn new<A: Serialize + Send + 'static>(
        summary: String,
        arguments: A,
        work: impl FnOnce(A, ToolContext) -> BoxFuture<'static, ToolResult> + Send + 'static,
    ) -> Result<Self, String> {
        let canonical = serde_json::to_value(&arguments).map_err(|error| error.to_string())?;
        let work: Work = Box::new(move |context| work(arguments, context));
        Ok(Self { summary: one_line(&summary), arguments: canonical, targets: Vec::new(), work })
    }
}

struct Entry {
    tool: Box<dyn Tool>,
    spec: ToolSpec,
    validator: jsonschema::Validator,
}

/// The tools of one workspace.
pub struct ToolBox {
    entries: Vec<Entry>,
    /// The workspace as people know it; a path in it is another path in another workspace.
    folder: String,
}

impl ToolBox {
    /// Opens the workspace and makes the tools.
    ///
    /// # Errors
    /// `Unavailable` when the workspace cannot be opened; `Invalid` for an unknown time zone.
    pub fn new(config: ToolConfig) -> Result<Self, Failure> {
        let workspace = Arc::new(Workspace::open(&config.workspace)?);
        // Where it really lies, so that a path in it has one absolute name.
        let real = config.workspace.canonicalize().unwrap_or_else(|_| config.workspace.clone());
        let folder = real.display().to_string();
        let mut tools: Vec<Box<dyn Tool>> = vec![
            Box::new(read_file::ReadFile(Arc::clone(&workspace))),
            Box::new(list_dir::ListDir(Arc::clone(&workspace))),
            Box::new(search_files::SearchFiles(Arc::clone(&workspace))),
            Box::new(write_file::WriteFile(Arc::clone(&workspace))),
            Box::new(edit_file::EditFile(Arc::clone(&workspace))),
            Box::new(delete_file::DeleteFile::new(workspace, config.trash)),
            Box::new(http_fetch::HttpFetch::new(config.http)),
            Box::new(time::Time::new(config.time_zone)?),
        ];
        if let Some(exec) = config.exec {
            tools.push(Box::new(exec::Exec::new(exec.clone(), &config.workspace)));
            tools.push(Box::new(exec::ExecProcess::new(exec)));
        }
        if let Some(delegate) = &config.delegate {
            tools.extend(delegate::tools(delegate));
        }
        let entries = tools.into_iter().map(|tool| {
            let spec = tool.spec();
            let validator = jsonschema::validator_for(&spec.schema).map_err(Failure::internal)?;
            Ok(Entry { tool, spec, validator })
        });
        Ok(Self { entries: entries.collect::<Result<_, Failure>>()?, folder })
    }

    /// The names of all tools.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.spec.name.as_str())
    }

    /// Some tools as a model sees them, in our own order so that prompts stay the same; unknown
    /// names are left out.
    #[must_use]
    pub fn specs(&self, names: &[String]) -> Vec<ToolSpec> {
        let wanted = self.entries.iter().filter(|entry| names.contains(&entry.spec.name));
        wanted.map(|entry| entry.spec.clone()).collect()
    }

    /// What a tool can do to the world.
    #[must_use]
    pub fn effect(&self, name: &str) -> Option<ToolEffect> {
        self.entry(name).map(|entry| entry.tool.effect())
    }

    /// Checks arguments against a tool's schema and works out what it would do. Nothing happens
    /// yet.
    ///
    /// # Errors
    /// A sentence for the model that says what is wrong with its call.
    pub fn prepare(&self, name: &str, arguments: &Value) -> Result<Prepared, String> {
        let entry = self.entry(name).ok_or_else(|| {
            let names: Vec<_> = self.names().collect();
            format!("there is no tool `{name}`; the tools are {}", names.join(", "))
        })?;
        if let Value::String(raw) = arguments {
            let start: String = raw.chars().take(100).collect();
            return Err(format!("the arguments of {name} are not JSON: {start}"));
        }
        let wrong: Vec<_> = entry
            .validator
            .iter_errors(arguments)
            .take(3)
            .map(|error| {
                let place = error.instance_path().to_string();
                let text: String = error.to_string().chars().take(200).collect();
                if place.is_empty() { text } else { format!("{place}: {text}") }
            })
            .collect();
        if !wrong.is_empty() {
            return Err(format!("the arguments of {name} are wrong: {}", wrong.join("; ")));
        }
        let plan = entry.tool.prepare(arguments.clone())?;
        let is_in_folder = plan.targets.iter().any(|target| matches!(target, Target::Path { .. }));
        let folder = is_in_folder.then(|| self.folder.clone());
        let Plan { summary, arguments, targets, .. } = plan;
        Ok(Prepared {
            action: canonical_action_in(folder, name, summary, arguments, targets),
            effect: entry.tool.effect(),
            duration_ms_max: entry.tool.duration_ms_max(),
            work: plan.work,
        })
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.spec.name == name)
    }
}

/// The schema has been checked; what is left are values that a schema cannot express.
fn parse<A: DeserializeOwned>(arguments: Value) -> Result<A, String> {
    serde_json::from_value(arguments).map_err(|error| format!("the arguments are wrong: {error}"))
}

/// Cuts a text at a character and says so.
fn cut(mut text: String, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text;
    }
    let n_bytes = text.len();
    let mut end = bytes_max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text.push_str(&format!("\n[cut: {end} of {n_bytes} bytes shown]"));
    text
}

/// A summary is what a person approves: it has one line and no character that could disguise it.
fn one_line(text: &str) -> String {
    let is_disguise = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if is_disguise(c) { '\u{fffd}' } else { c }).collect()
}
