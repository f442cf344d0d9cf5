//! `nexus agent`.

use clap::Subcommand;
use nexus_client::{Client, call, idempotency_key};
use nexus_domain::id::AgentId;
use nexus_protocol::agent::{
    AgentFacts, CreateParams, DeleteParams, GetParams, GetResult, ListParams, UpdateParams,
};

use super::{agent_file, chat};
use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, style, text};

const LIST_EXAMPLES: &str = "\
Examples
  nexus agent list
  nexus agent list --json";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus agent show main
  nexus agent show coder --json";
const CREATE_EXAMPLES: &str = "\
Examples
  nexus agent create reader
  nexus agent create coder --parent main --preset worker --write src --write docs
  nexus agent create --temp --model openai/gpt-5-mini --prompt \"Answer in one line.\"";
const UPDATE_EXAMPLES: &str = "\
Examples
  nexus agent update coder --write src
  nexus agent update coder --preset sandboxed --disable exec";
const DELETE_EXAMPLES: &str = "\
Examples
  nexus agent delete coder
  nexus agent delete .1";
const SEND_EXAMPLES: &str = "\
Examples
  nexus agent send coder \"fix the failing test\"
  git diff | nexus agent send reader \"review this change\"";

/// Agents.
#[derive(Debug, Subcommand)]
pub(crate) enum Agent {
    /// Which agents there are, as a tree
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// One agent: how far it may go, and how its conversation stands
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its name
        #[arg(value_parser = AgentId::parse)]
        name: AgentId,
    },
    /// Make an agent; those of nexus.toml are made there
    #[command(after_help = CREATE_EXAMPLES)]
    Create(Create),
    /// Change an agent that was made; what is not named stays
    #[command(after_help = UPDATE_EXAMPLES)]
    Update(Update),
    /// Remove an agent that was made, with all beneath it; what it did stays on record
    #[command(after_help = DELETE_EXAMPLES)]
    Delete {
        /// Its name
        #[arg(value_parser = AgentId::parse)]
        name: AgentId,
    },
    /// The files that make up its prompt
    #[command(subcommand, visible_alias = "files")]
    File(agent_file::File),
    /// Say something to an agent, in its own conversation
    #[command(after_help = SEND_EXAMPLES)]
    Send {
        /// Its name
        #[arg(value_parser = AgentId::parse)]
        name: AgentId,
        /// What you say; words and piped text are joined
        #[arg(value_name = "MESSAGE")]
        message: Vec<String>,
    },
}

/// Makes an agent.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// Its name; one is given when left out
    #[arg(value_parser = AgentId::parse)]
    name: Option<AgentId>,
    /// It ends with the daemon and is never saved
    #[arg(long)]
    temp: bool,
    /// The agent above it, which it can never go beyond
    #[arg(long, value_name = "NAME", value_parser = AgentId::parse)]
    parent: Option<AgentId>,
    /// How far it may go: trusted, worker or sandboxed [default: sandboxed]
    #[arg(long, value_name = "PRESET")]
    preset: Option<String>,
    /// The folder it works in
    #[arg(long, value_name = "DIR")]
    cwd: Option<String>,
    /// A folder or file it may write; may be repeated
    #[arg(long, value_name = "PATH")]
    write: Vec<String>,
    /// A tool it does not get; may be repeated
    #[arg(long, value_name = "TOOL")]
    disable: Vec<String>,
    /// Its model, as provider/model
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// What it is told to be
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
}

/// Changes an agent.
#[derive(Debug, clap::Args)]
pub(crate) struct Update {
    /// Its name
    #[arg(value_parser = AgentId::parse)]
    name: AgentId,
    /// How far it may go: trusted, worker or sandboxed
    #[arg(long, value_name = "PRESET")]
    preset: Option<String>,
    /// A folder or file it may write, instead of those so far; may be repeated
    #[arg(long, value_name = "PATH")]
    write: Option<Vec<String>>,
    /// A tool it does not have, instead of those so far; may be repeated
    #[arg(long, value_name = "TOOL")]
    disable: Option<Vec<String>>,
    /// Its model; "" for that of its parent
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// What it is told to be; "" for nothing
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
}

pub(crate) async fn run(agent: Agent, context: &Context) -> Result<Exit> {
    let output = &context.output;
    let agent = match agent {
        Agent::Send { name, message } => return chat::send(context, name, message).await,
        other => other,
    };
    let client = context.connect().await?;
    match agent {
        Agent::List => list(&client, output).await?,
        Agent::Show { name } => {
            let params = GetParams { agent_id: name };
            let result = client.request::<call::AgentsGet>(params).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => show(&result, output)?,
            }
        }
        Agent::Create(create) => make(&client, create, output).await?,
        Agent::Update(update) => change(&client, update, output).await?,
        Agent::Delete { name } => delete(&client, name, output).await?,
        Agent::File(file) => agent_file::run(file, &client, context).await?,
        Agent::Send { .. } => {}
    }
    Ok(Exit::Ok)
}

async fn list(client: &Client, output: &Output) -> Result<()> {
    let result = client.request::<call::AgentsList>(ListParams {}).await?;
    if output.is_json() {
        return output.document(&result);
    }
    let columns = [
        ("", 0),
        ("agent", 0),
        ("preset", 0),
        ("model", 3),
        ("writes", 2),
        ("messages", 1),
        ("last", 1),
        ("made for", 4),
    ];
    let mut table = Table::new(columns, "there is no agent");
    for (name, agent) in tree(&result.agents) {
        let sign = if agent.is_busy { Sign::Busy } else { Sign::Idle };
        let (sign, sign_style) = output.sign_parts(sign);
        let preset_style = if agent.preset == "yolo" { style::BAD } else { style::PLAIN };
        let last = agent.last_action_at.map_or("never".to_owned(), |at| match output.is_tty() {
            true => text::ago(at, now()),
            false => text::rfc3339(at),
        });
        let creator = agent.creator.as_ref().map_or("nexus.toml".to_owned(), ToString::to_string);
        table.row([
            Cell::styled(sign, sign_style),
            Cell::styled(name, style::BOLD),
            Cell::styled(text::one_line(&agent.preset), preset_style),
            text::one_line(agent.models.first().map_or("", String::as_str)).into(),
            writes(agent).into(),
            agent.message_count.to_string().into(),
            last.into(),
            text::one_line(&creator).into(),
        ]);
    }
    table.print(output)?;
    if output.is_tty() {
        output.note("\nmake one: nexus agent create NAME --parent main --preset worker");
    }
    Ok(())
}

/// The agents from the top down, each beneath the one above it.
fn tree(agents: &[AgentFacts]) -> Vec<(String, &AgentFacts)> {
    let is_known = |id: &AgentId| agents.iter().any(|agent| agent.id == *id);
    let is_top = |agent: &&AgentFacts| !agent.parent_agent_id.as_ref().is_some_and(is_known);
    let mut rows = Vec::new();
    for top in agents.iter().filter(is_top) {
        rows.push((top.id.to_string(), top));
        branch(agents, top, "", &mut rows);
    }
    rows
}

fn branch<'a>(
    agents: &'a [AgentFacts],
    above: &AgentFacts,
    indent: &str,
    rows: &mut Vec<(String, &'a AgentFacts)>,
) {
    let beneath: Vec<_> =
        agents.iter().filter(|agent| agent.parent_agent_id.as_ref() == Some(&above.id)).collect();
    for (n, agent) in beneath.iter().enumerate() {
        let is_last = n + 1 == beneath.len();
        let (fork, more) = if is_last { ("└ ", "  ") } else { ("├ ", "│ ") };
        rows.push((format!("{indent}{fork}{}", agent.id), agent));
        branch(agents, agent, &format!("{indent}{more}"), rows);
    }
}

fn writes(agent: &AgentFacts) -> String {
    match agent.write_paths.as_slice() {
        [] if matches!(agent.preset.as_str(), "sandboxed" | "worker") => "nothing".to_owned(),
        [] => "its folder".to_owned(),
        paths => text::one_line(&paths.join(", ")),
    }
}

fn show(result: &GetResult, output: &Output) -> Result<()> {
    let agent = &result.agent;
    let state = if agent.is_busy { (Sign::Busy, "working") } else { (Sign::Idle, "idle") };
    let name = output.paint(style::BOLD, agent.id.as_str());
    output.line(&format!("{} {name} · {}", output.sign(state.0), state.1))?;
    let row = |label: &str, value: &str| match value.is_empty() {
        true => Ok(()),
        false => output.line(&format!("  {label:<12}{}", text::one_line(value))),
    };
    row("preset", &agent.preset)?;
    let above = agent.parent_agent_id.as_ref().map(ToString::to_string).unwrap_or_default();
    row("beneath", &above)?;
    let children: Vec<_> = result.children.iter().map(ToString::to_string).collect();
    row("above", &children.join(", "))?;
    row("folder", &agent.cwd)?;
    row("writes", &writes(agent))?;
    row("tools", &agent.tools.join(", "))?;
    row("not", &agent.disabled_tools.join(", "))?;
    row("models", &agent.models.join(", "))?;
    row("session", agent.session_key.as_str())?;
    row("messages", &agent.message_count.to_string())?;
    row("rules", &agent.constraints.join("; "))?;
    match (&agent.creator, agent.created_at) {
        (Some(creator), Some(at)) => {
            let saved = if agent.is_temp { ", ends with the daemon" } else { "" };
            row("made for", &format!("{creator}, {}{saved}", text::day_and_clock(at)))?;
        }
        _ => row("made", "in nexus.toml")?,
    }
    if let Some(prompt) = &result.system_prompt {
        output.line(&format!("\n{}", text::clean(prompt)))?;
    }
    Ok(())
}

async fn make(client: &Client, create: Create, output: &Output) -> Result<()> {
    let params = CreateParams {
        agent_id: create.name,
        is_temp: create.temp,
        parent_agent_id: create.parent,
        preset: create.preset,
        cwd: create.cwd.map(absolute).transpose()?,
        allowed_write_paths: create.write,
        disable_tools: create.disable,
        model: create.model,
        system_prompt: create.prompt,
        idempotency_key: idempotency_key()?,
    };
    let result = client.request::<call::AgentsCreate>(params).await?;
    if output.is_json() {
        return output.document(&result);
    }
    let agent = &result.agent;
    output.line(&format!("{} {} is {}", output.sign(Sign::Good), agent.id, agent.preset))?;
    output.note(&format!("talk to it: nexus agent send {} \"hello\"", agent.id));
    Ok(())
}

/// A folder as the person named it, from where the person stands.
fn absolute(cwd: String) -> Result<String> {
    Ok(std::path::absolute(cwd)?.display().to_string())
}

async fn change(client: &Client, update: Update, output: &Output) -> Result<()> {
    let params = UpdateParams {
        agent_id: update.name,
        preset: update.preset,
        allowed_write_paths: update.write,
        disable_tools: update.disable,
        model: update.model,
        system_prompt: update.prompt,
        idempotency_key: idempotency_key()?,
    };
    let result = client.request::<call::AgentsUpdate>(params).await?;
    if output.is_json() {
        return output.document(&result);
    }
    let agent = &result.agent;
    output.line(&format!("{} {} is {} now", output.sign(Sign::Good), agent.id, agent.preset))
}

async fn delete(client: &Client, name: AgentId, output: &Output) -> Result<()> {
    let params = DeleteParams { agent_id: name, idempotency_key: idempotency_key()? };
    let result = client.request::<call::AgentsDelete>(params).await?;
    if output.is_json() {
        return output.document(&result);
    }
    let stopped = match result.n_stopped {
        0 => String::new(),
        n => format!("; {} stopped", text::count(n, "request")),
    };
    for agent in &result.deleted {
        output.line(&format!("{} {agent} is gone{stopped}", output.sign(Sign::Good)))?;
    }
    Ok(())
}
