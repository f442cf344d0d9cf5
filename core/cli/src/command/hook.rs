//! `nexus hook`: what platforms send here by themselves.

use std::io::Read as _;
use std::path::Path;

use clap::{Args, Subcommand};
use nexus_client::{Client, call};
use nexus_protocol::config::PatchParams;
use nexus_protocol::hooks::{HookView, ListParams, ListResult, SendParams, SendResult};
use serde_json::{Map, Value, json};

use super::adapter::show::{sign, word};
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign};

const LIST_EXAMPLES: &str = "\
Examples
  nexus hook list
  nexus hook list --json";
const ADD_EXAMPLES: &str = "\
Examples
  nexus credential add github-hook
  nexus hook add github --verify github --secret credential:github-hook --on pull_request.opened
  nexus hook add alarm --verify bearer --secret credential:alarm --agent ops --text 'Look at {{ body.host }}'";
const REMOVE_EXAMPLES: &str = "\
Examples
  nexus hook remove github
  nexus hook remove github && nexus credential remove github-hook";
const SEND_EXAMPLES: &str = "\
Examples
  nexus hook send github --event push --data '{\"ref\": \"refs/heads/main\"}'
  nexus hook send stripe --data @event.json --wait 30
  nexus hook send slack --data - --type application/x-www-form-urlencoded < command.txt";

/// Largest body that is read, in bytes.
const DATA_BYTES_MAX: u64 = 1024 * 1024;

/// Webhooks.
#[derive(Debug, Subcommand)]
pub(crate) enum Hook {
    /// Which there are, where they are, and what they may
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// Write one into nexus.toml and open it
    #[command(after_help = ADD_EXAMPLES)]
    Add(Add),
    /// Take one out of nexus.toml
    #[command(after_help = REMOVE_EXAMPLES)]
    Remove {
        /// Its name
        name: String,
    },
    /// Send one a delivery, signed with its secret, and show the answer; the secret stays where it
    /// is
    #[command(after_help = SEND_EXAMPLES)]
    Send(Send),
}

/// A new one.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its name, and the end of its address
    name: String,
    /// How the sender proves itself: bearer, header, github, standard, stripe or slack
    #[arg(long, value_name = "SCHEME")]
    verify: String,
    /// Where its secret is; `credential:NAME` with the hook's name when left out
    #[arg(long, value_name = "POINTER")]
    secret: Option<String>,
    /// The header with the secret, for `--verify header`
    #[arg(long)]
    header: Option<String>,
    /// An agent that it may have run; the first one runs unless the delivery says otherwise
    #[arg(long = "agent", default_value = "main")]
    agents: Vec<String>,
    /// A kind of event that is wanted; all when left out
    #[arg(long = "on", value_name = "EVENT")]
    on: Vec<String>,
    /// The message, with places such as `{{ body.title }}`; the whole body when left out
    #[arg(long)]
    text: Option<String>,
    /// What the agent is told about these deliveries
    #[arg(long)]
    instructions: Option<String>,
    /// The conversation that remembers, with places; each run stands alone when left out
    #[arg(long)]
    session: Option<String>,
    /// Where replies go, such as `telegram:42`
    #[arg(long, value_name = "CHANNEL:CONVERSATION")]
    deliver: Option<String>,
    /// The adapter that takes it in
    #[arg(long, default_value = "webhook")]
    adapter: String,
}

/// A delivery.
#[derive(Debug, Args)]
pub(crate) struct Send {
    /// The hook
    name: String,
    /// The body: text, `@FILE`, or `-` for stdin
    #[arg(long, default_value = "{}")]
    data: String,
    /// Its type
    #[arg(long = "type", value_name = "TYPE", default_value = "application/json")]
    content_type: String,
    /// The kind of event, where the platform says it in a header, such as GitHub's
    #[arg(long)]
    event: Option<String>,
    /// The delivery's id; sent again with the same one, it is a duplicate
    #[arg(long)]
    id: Option<String>,
    /// Wait for the result, at most so many seconds
    #[arg(long, value_name = "SECONDS")]
    wait: Option<u64>,
}

pub(crate) async fn run(hook: Hook, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    match hook {
        Hook::List => {
            let result = client.request::<call::HooksList>(ListParams {}).await?;
            list(&result, output)
        }
        Hook::Add(add) => {
            let name = add.name.clone();
            patch(&client, add_patch(add), context).await?;
            let added = find(&client, &name).await?;
            show(&added, &format!("hook `{name}` is in nexus.toml"), output)
        }
        Hook::Remove { name } => {
            let found = find(&client, &name).await?;
            let tables = json!({ "hooks": { &name: null }, "credentials": { &name: null } });
            patch(&client, json!({ "adapters": { &found.adapter: tables } }), context).await?;
            match output.is_json() {
                true => output.document(&found)?,
                false => output.line(&format!(
                    "{} hook `{name}` is closed; its secret is kept: nexus credential list",
                    output.sign(Sign::Good)
                ))?,
            }
            Ok(Exit::Ok)
        }
        Hook::Send(send) => {
            let params = SendParams {
                name: send.name,
                data: data(&send.data)?,
                content_type: Some(send.content_type),
                event: send.event,
                id: send.id,
                wait_s: send.wait,
                idempotency_key: context.fresh_key()?,
            };
            let result = client.request::<call::HooksSend>(params).await?;
            answered(&result, output)
        }
    }
}

async fn find(client: &Client, name: &str) -> Result<HookView> {
    let result = client.request::<call::HooksList>(ListParams {}).await?;
    result.hooks.into_iter().find(|hook| hook.name == name).ok_or_else(|| {
        CliError::new(Exit::NotFound, "NOT_FOUND", format!("there is no hook `{name}`"))
            .fix("nexus hook list")
    })
}

async fn patch(client: &Client, patch: Value, context: &Context) -> Result<()> {
    let Value::Object(patch) = patch else { return Ok(()) };
    let params = PatchParams {
        patch,
        base_hash: None,
        dry_run: false,
        idempotency_key: context.fresh_key()?,
    };
    client.request::<call::ConfigPatch>(params).await?;
    Ok(())
}

fn add_patch(add: Add) -> Value {
    let secret = add.secret.unwrap_or_else(|| format!("credential:{}", add.name));
    let mut table = Map::new();
    let texts = [
        ("verify", Some(add.verify)),
        ("header", add.header),
        ("text", add.text),
        ("instructions", add.instructions),
        ("session", add.session),
        ("deliver", add.deliver),
    ];
    table.insert("agents".to_owned(), json!(add.agents));
    for (key, text) in texts {
        if let Some(text) = text {
            table.insert(key.to_owned(), text.into());
        }
    }
    if !add.on.is_empty() {
        table.insert("on".to_owned(), json!(add.on));
    }
    let name = add.name;
    let tables = json!({ "credentials": { &name: secret }, "hooks": { &name: table } });
    json!({ "adapters": { add.adapter: tables } })
}

/// A body, from wherever it is.
fn data(text: &str) -> Result<String> {
    let source: Box<dyn std::io::Read> = match text.strip_prefix('@') {
        _ if text == "-" => Box::new(std::io::stdin()),
        None => return Ok(text.to_owned()),
        Some(file) => Box::new(std::fs::File::open(Path::new(file)).map_err(|error| {
            CliError::new(Exit::NotFound, "NOT_FOUND", format!("{file}: {error}"))
        })?),
    };
    let mut body = String::new();
    let n_read = source.take(DATA_BYTES_MAX + 1).read_to_string(&mut body)?;
    match n_read as u64 > DATA_BYTES_MAX {
        true => Err(CliError::usage("the body is too large")),
        false => Ok(body),
    }
}

fn list(result: &ListResult, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(result)?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(
        [("", 0), ("hook", 0), ("verify", 1), ("agents", 2), ("replies", 3), ("address", 0)],
        "no hooks; open one: nexus hook add NAME --verify github --secret credential:NAME",
    );
    for hook in &result.hooks {
        let (mark, style) = output.sign_parts(sign(hook.state));
        let agents: Vec<_> = hook.agents.iter().map(ToString::to_string).collect();
        table.row([
            Cell::styled(mark, style),
            hook.name.clone().into(),
            hook.verify.clone().unwrap_or_default().into(),
            agents.join(", ").into(),
            hook.deliver.clone().unwrap_or_default().into(),
            place(hook).into(),
        ]);
    }
    table.print(output)?;
    Ok(Exit::Ok)
}

/// Its address, or why it has none.
fn place(hook: &HookView) -> String {
    let state = word(hook.state);
    match &hook.url {
        Some(url) => url.clone(),
        None => format!("adapter {} is {state}: nexus adapter info {0}", hook.adapter),
    }
}

fn show(hook: &HookView, what: &str, output: &Output) -> Result<Exit> {
    if output.is_json() {
        output.document(hook)?;
        return Ok(Exit::Ok);
    }
    let (is_open, mark) = match hook.url {
        Some(_) => (true, output.sign(Sign::Good)),
        None => (false, output.sign(Sign::Warn)),
    };
    output.line(&format!("{mark} {what}; {}", place(hook)))?;
    if is_open {
        output.note(&format!("try it: nexus hook send {} --wait 30", hook.name));
    }
    Ok(if is_open { Exit::Ok } else { Exit::Found })
}

fn answered(result: &SendResult, output: &Output) -> Result<Exit> {
    let is_good = (200..300).contains(&result.status);
    if output.is_json() {
        output.document(result)?;
    } else {
        let mark = output.sign(if is_good { Sign::Good } else { Sign::Bad });
        output.line(&format!("{mark} {}", result.status))?;
        let document: Option<Value> = serde_json::from_str(&result.body).ok();
        let body = document.and_then(|body| serde_json::to_string_pretty(&body).ok());
        output.line(&body.unwrap_or_else(|| result.body.clone()))?;
    }
    Ok(if is_good { Exit::Ok } else { Exit::Found })
}
