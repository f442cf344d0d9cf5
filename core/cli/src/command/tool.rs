//! `nexus tool`.

use clap::{Args, Subcommand};
use nexus_client::call;
use nexus_client::http::{self, HttpError, HttpRequest};
use nexus_domain::id::{AgentId, SessionKey};
use nexus_protocol::WireError;
use nexus_protocol::tool::{CheckParams, CheckResult, CheckVerdict, Invoked, ListParams};
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::Table;
use crate::output::{Output, Sign, text};

/// Longest wait for a call, in milliseconds: a program that an agent runs may take its time.
const INVOKE_MS_MAX: u64 = 15 * 60 * 1_000;

const LIST_EXAMPLES: &str = "\
Examples
  nexus tool list
  nexus tool list --json               with the schema of every tool's arguments";
const INVOKE_EXAMPLES: &str = "\
Examples
  nexus tool invoke list_dir '{\"path\": \".\"}'
  nexus tool invoke delete_file '{\"path\": \"old.txt\"}' --dry-run
  nexus tool invoke time --session main";

/// Tools.
#[derive(Debug, Subcommand)]
pub(crate) enum Tool {
    /// Which tools an agent has
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// The agent; the default one when left out
        #[arg(long)]
        agent: Option<String>,
    },
    /// Makes one tool call in the name of an agent, decided and recorded like any of its own
    #[command(after_help = INVOKE_EXAMPLES)]
    Invoke(Invoke),
}

/// One call.
#[derive(Debug, Args)]
pub(crate) struct Invoke {
    /// Name of the tool
    tool: String,
    /// Its arguments, as a JSON object
    #[arg(default_value = "{}")]
    arguments: String,
    /// The session whose agent acts; a conversation called `tools` when left out
    #[arg(long)]
    session: Option<String>,
    /// Only say what access control thinks of it
    #[arg(long)]
    dry_run: bool,
    /// The key of an earlier call, to learn what came of it
    #[arg(long)]
    key: Option<String>,
}

pub(crate) async fn run(tool: Tool, context: &Context) -> Result<Exit> {
    match tool {
        Tool::List { agent } => list(agent.as_deref(), context).await,
        Tool::Invoke(invoke) if invoke.dry_run => check(invoke, context).await,
        Tool::Invoke(call) => invoke(call, context).await,
    }
}

async fn list(agent: Option<&str>, context: &Context) -> Result<Exit> {
    let agent_id = agent.map(AgentId::parse).transpose()?;
    let client = context.connect().await?;
    let result = client.request::<call::ToolsList>(ListParams { agent_id }).await?;
    let output = &context.output;
    if output.is_json() {
        output.document(&result)?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new([("tool", 0), ("what it does", 0)], "this agent has no tools");
    for tool in &result.tools {
        let first = tool.description.split_inclusive(". ").next().unwrap_or_default();
        table.row([tool.name.clone().into(), text::one_line(first.trim()).into()]);
    }
    table.print(output)?;
    Ok(Exit::Ok)
}

fn arguments(text: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(|error| {
        CliError::usage(format!("the arguments are no JSON object: {error}"))
            .fix("nexus tool invoke list_dir '{\"path\": \".\"}'")
    })
}

async fn check(invoke: Invoke, context: &Context) -> Result<Exit> {
    let args = arguments(&invoke.arguments)?;
    let session_key = invoke.session.as_deref().map(SessionKey::parse).transpose()?;
    let client = context.connect().await?;
    let params = CheckParams { tool: invoke.tool, args, session_key, agent_id: None };
    let result = client.request::<call::ToolsCheck>(params).await?;
    match context.output.is_json() {
        true => context.output.document(&result)?,
        false => show(&result, &context.output)?,
    }
    Ok(if result.verdict == CheckVerdict::Deny { Exit::Refused } else { Exit::Ok })
}

fn show(result: &CheckResult, output: &Output) -> Result<()> {
    let (sign, word) = match result.verdict {
        CheckVerdict::Allow => (Sign::Good, "it would run"),
        CheckVerdict::Ask => (Sign::Ask, "you would be asked"),
        CheckVerdict::Deny => (Sign::Bad, "it would not run"),
    };
    output.line(&format!("{} {word}: {}", output.sign(sign), text::one_line(&result.reason)))?;
    output.line(&format!("  does     {}", text::one_line(&result.action.summary)))?;
    output.line(&format!("  as       {} in {}", result.agent_id, result.session_key))?;
    output.line(&format!("  digest   {}", result.action.digest))
}

async fn invoke(invoke: Invoke, context: &Context) -> Result<Exit> {
    let key = invoke.key.map_or_else(|| context.fresh_key(), Ok)?;
    let mut body = json!({
        "tool": invoke.tool, "args": arguments(&invoke.arguments)?, "idempotencyKey": key,
    });
    if let Some(session) = invoke.session {
        body["sessionKey"] = json!(session);
    }
    let (address, trust, token) = context.endpoint().await?;
    let request = HttpRequest {
        address: &address,
        trust,
        path: "/tools/invoke",
        token: Some(&token),
        body: Some(body),
        within_ms: INVOKE_MS_MAX,
    };
    let answer = http::send(request).await.map_err(|error| {
        let is_late = matches!(error, HttpError::Timeout(_));
        let exit = if is_late { Exit::Timeout } else { Exit::Unreachable };
        CliError::new(exit, "DAEMON_UNREACHABLE", format!("the call was not answered: {error}"))
            .fix(format!("nexus tool invoke … --key {key}"))
            .fix("nexus daemon status")
    })?;
    if answer.status != 200 {
        return Err(refused(&answer.body, &key));
    }
    let output = &context.output;
    if output.is_json() {
        output.document(&answer.body)?;
    }
    let invoked: Invoked = serde_json::from_value(answer.body)
        .map_err(|error| CliError::failed(format!("the answer cannot be read: {error}")))?;
    if !output.is_json() {
        let content = invoked.result.and_then(|result| result.content).unwrap_or_default();
        content.lines().try_for_each(|line| output.line(&text::one_line(line)))?;
    }
    Ok(if invoked.ok { Exit::Ok } else { Exit::Failed })
}

/// Why there was no call, with the way on when a person is asked.
fn refused(body: &Value, key: &str) -> CliError {
    let Ok(wire) = serde_json::from_value::<WireError>(body["error"].clone()) else {
        return CliError::failed("the daemon refused without saying why").fix("nexus daemon logs");
    };
    let asked = wire.details.as_ref().and_then(|details| details["permissionId"].as_str());
    let is_open =
        wire.details.as_ref().is_some_and(|details| details["idempotencyKey"].is_string());
    match asked.filter(|_| is_open) {
        Some(id) => CliError::new(Exit::Refused, "ASKED", wire.message.clone())
            .why("the call waits for an answer, and runs by itself when it is allowed")
            .fix(format!("nexus acl request approve {id}"))
            .fix(format!("then, for what came of it: nexus tool invoke … --key {key}")),
        None => wire.into(),
    }
}
