//! What somebody wants an agent to be, and whether that can be.

use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::made::{
    DISABLED_TOOLS_MAX, LINE_LEN_MAX, MadeAgent, SYSTEM_PROMPT_BYTES_MAX, WRITE_PATHS_MAX,
};
use nexus_domain::principal::Principal;
use nexus_iam::{Preset, check_ceilings};

use super::book::Book;
use crate::config::Config;
use crate::methods::policy::{effect_of, tool_names};
use crate::suggest::closest;

/// An agent that somebody wants.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its name; eight hexadecimal digits when left out.
    pub id: Option<AgentId>,
    /// Whether it ends with the daemon; it is named `.1`, `.2` and so on then.
    pub is_temp: bool,
    /// The agent above it.
    pub parent: Option<AgentId>,
    /// Its preset; `sandboxed` when left out.
    pub preset: Option<String>,
    /// The folder it works in.
    pub cwd: Option<String>,
    /// What it may write, absolute or relative to its folder.
    pub write_paths: Vec<String>,
    /// Tools it does not get.
    pub disabled_tools: Vec<String>,
    /// Its model.
    pub model: Option<String>,
    /// What it is told to be.
    pub system_prompt: Option<String>,
    /// For whom it is made.
    pub creator: Principal,
    /// The conversation whose agent makes it.
    pub origin: Option<SessionKey>,
}

/// What is to change about a made agent; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct Alteration {
    /// Its preset.
    pub preset: Option<String>,
    /// What it may write.
    pub write_paths: Option<Vec<String>>,
    /// Tools it does not have.
    pub disabled_tools: Option<Vec<String>>,
    /// Its model; empty for that of its parent.
    pub model: Option<String>,
    /// What it is told to be; empty for nothing.
    pub system_prompt: Option<String>,
}

/// The preset of that name, if an agent may be made with it.
pub(super) fn preset(name: &str) -> Result<Preset, Failure> {
    match Preset::by_name(name) {
        Some(Preset::Yolo) => {
            Err(Failure::denied("no agent is made `yolo` over the control plane")
                .hint("the owner chooses that in nexus.toml: [agents.NAME] preset = \"yolo\""))
        }
        Some(preset) => Ok(preset),
        None => Err(Failure::invalid(format!("there is no preset `{}`", name.escape_debug()))
            .hint("the presets are trusted, worker and sandboxed")
            .details(serde_json::json!({ "path": "params.preset" }))),
    }
}

pub(super) fn check_tools(tools: &[String]) -> Result<(), Failure> {
    check_count(tools.len(), DISABLED_TOOLS_MAX, "disabled tools")?;
    let Some(stranger) = tools.iter().find(|tool| effect_of(tool).is_none()) else {
        return Ok(());
    };
    let failure = Failure::invalid(format!("there is no tool `{}`", stranger.escape_debug()));
    let near = closest(stranger, tool_names());
    Err(failure.hint(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the tools are {}", tool_names().collect::<Vec<_>>().join(", ")),
    }))
}

pub(super) fn check_write_paths(paths: &[String]) -> Result<(), Failure> {
    check_count(paths.len(), WRITE_PATHS_MAX, "paths to write")
}

fn check_count(n: usize, n_max: usize, what: &str) -> Result<(), Failure> {
    match n > n_max {
        true => Err(Failure::invalid(format!("{n} {what}; an agent has at most {n_max}"))),
        false => Ok(()),
    }
}

pub(super) fn check_prompt(prompt: Option<&str>) -> Result<(), Failure> {
    let n_bytes = prompt.map_or(0, str::len);
    match n_bytes > SYSTEM_PROMPT_BYTES_MAX {
        true => Err(Failure::invalid(format!(
            "the system prompt has {n_bytes} bytes; it has at most {SYSTEM_PROMPT_BYTES_MAX}"
        ))),
        false => Ok(()),
    }
}

/// Holds an agent against everybody above it.
///
/// # Errors
/// `Denied`, naming what goes further than it may and what would be right.
pub(super) fn check_ceiling(
    config: &Config,
    made: &[MadeAgent],
    agent: &MadeAgent,
) -> Result<(), Failure> {
    let others = made.iter().filter(|other| other.id != agent.id);
    let all: Vec<_> = others.chain([agent]).cloned().collect();
    let book = Book::new(config, &all);
    let n_line = book.line(&agent.id).len();
    if n_line > LINE_LEN_MAX {
        return Err(Failure::denied(format!(
            "{n_line} agents would stand in one line; at most {LINE_LEN_MAX} may"
        ))
        .hint("have an agent further up make it"));
    }
    let findings: Vec<_> = check_ceilings(&book.profiles())
        .into_iter()
        .filter(|(id, _)| *id == agent.id)
        .map(|(_, problem)| problem)
        .collect();
    if findings.is_empty() {
        return Ok(());
    }
    Err(Failure::denied(format!("agent `{}` cannot be: {}", agent.id, findings.join("; ")))
        .hint("an agent is narrower than the one above it, in preset, paths and tools"))
}
