//! `nexus session`: conversations.

mod change;
mod export;
mod import;
mod queue;

use clap::Subcommand;
use nexus_client::{Client, call};
use nexus_domain::agent::{ToolCallRecord, ToolCallStatus};
use nexus_domain::id::SessionKey;
use nexus_domain::message::{Message, Part, Role};
use nexus_protocol::session::{GetParams, GetResult, HistoryParams, ListParams};
use serde_json::json;

use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, style, text};

/// Columns of a tool call's arguments on one line.
const ARGUMENTS_COLUMNS_MAX: usize = 70;

const LIST_EXAMPLES: &str = "\
Examples
  nexus session list
  nexus session list --search invoice --json";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus session show main
  nexus session show main --limit 5";

/// Conversations.
#[derive(Debug, Subcommand)]
pub(crate) enum Session {
    /// Conversations, the latest first
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Only those with this text in their messages
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// At most so many
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: Option<u32>,
    },
    /// One conversation: how it stands and its last messages
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its key, or @last for the latest
        #[arg(default_value = "@last")]
        key: String,
        /// The last so many messages
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// All of a conversation, as Markdown or JSON
    #[command(after_help = export::EXAMPLES)]
    Export(export::Export),
    /// Begin a conversation with what was said in an exported one
    #[command(after_help = import::EXAMPLES)]
    Import(import::Import),
    /// Give a conversation another name, or other defaults for its runs
    #[command(after_help = change::SET_EXAMPLES)]
    Set(change::Set),
    /// Forget what was said in a conversation; it goes on empty
    #[command(after_help = change::RESET_EXAMPLES)]
    Reset(change::Reset),
    /// Begin a new conversation with what was said in another one
    #[command(after_help = change::FORK_EXAMPLES)]
    Fork(change::Fork),
    /// Remove a conversation with what was said in it
    #[command(after_help = change::DELETE_EXAMPLES)]
    Delete(change::Delete),
    /// What waits in a conversation: show, move or drop it
    #[command(after_help = queue::EXAMPLES)]
    Queue(queue::Queue),
}

pub(crate) async fn run(session: Session, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    match session {
        Session::List { search, limit } => list(&client, search, limit, &context.output).await?,
        Session::Show { key, limit } => show(&client, &key, limit, &context.output).await?,
        Session::Export(export) => export.run(&client, &context.output).await?,
        Session::Import(import) => import.run(&client, context).await?,
        Session::Set(set) => set.run(&client, context).await?,
        Session::Reset(reset) => reset.run(&client, context).await?,
        Session::Fork(fork) => fork.run(&client, context).await?,
        Session::Delete(delete) => delete.run(&client, context).await?,
        Session::Queue(queue) => queue.run(&client, context).await?,
    }
    Ok(Exit::Ok)
}

async fn list(
    client: &Client,
    search: Option<String>,
    limit: Option<u32>,
    output: &Output,
) -> Result<()> {
    let params = ListParams { limit, cursor: None, search };
    let result = client.request::<call::SessionsList>(params).await?;
    if output.is_json() {
        return output.document(&result);
    }
    let columns = [
        ("", 0),
        ("key", 0),
        ("is", 5),
        ("agent", 4),
        ("messages", 3),
        ("last", 2),
        ("begins with", 0),
    ];
    let mut table = Table::new(columns, "no conversation yet: nexus chat");
    for session in &result.sessions {
        let (sign, word) =
            if session.is_busy { (Sign::Busy, "busy") } else { (Sign::Idle, "idle") };
        let (sign, sign_style) = output.sign_parts(sign);
        let last = match output.is_tty() {
            true => text::ago(session.updated_at, now()),
            false => text::rfc3339(session.updated_at),
        };
        table.row([
            Cell::styled(sign, sign_style),
            Cell::styled(session.key.as_str(), style::BOLD),
            word.into(),
            session.agent_id.as_str().into(),
            session.n_messages.to_string().into(),
            last.into(),
            session.title.as_deref().unwrap_or("").into(),
        ]);
    }
    table.print(output)?;
    if result.next_cursor.is_some() {
        output.note("there are more: --limit N");
    }
    Ok(())
}

/// The key a person named; `@last` is the session in which something happened last.
async fn resolve(client: &Client, key: &str) -> Result<SessionKey> {
    if key != "@last" {
        return Ok(SessionKey::parse(key)?);
    }
    let params = ListParams { limit: Some(1), cursor: None, search: None };
    let result = client.request::<call::SessionsList>(params).await?;
    result.sessions.into_iter().next().map(|session| session.key).ok_or_else(|| {
        CliError::new(Exit::NotFound, "NOT_FOUND", "there is no conversation yet").fix("nexus chat")
    })
}

async fn show(client: &Client, key: &str, limit: u32, output: &Output) -> Result<()> {
    let key = resolve(client, key).await?;
    let state = client.request::<call::SessionsGet>(GetParams { key: key.clone() }).await?;
    let params =
        HistoryParams { key, limit: Some(limit), before: None, offset: None, turn_id: None };
    let history = client.request::<call::SessionsHistory>(params).await?;
    if output.is_json() {
        return output.document(&json!({ "state": state, "history": history }));
    }
    show_state(&state, output)?;
    if history.has_more {
        output.note("(earlier messages are left out: --limit N, or nexus session export)");
    }
    for message in &history.messages {
        show_message(message, &history.tool_calls, output)?;
    }
    if let Some(streaming) = &state.streaming {
        let now_writing = output.paint(style::BUSY, "writing now");
        output.line(&format!("\n{now_writing}\n{}", text::clean(&streaming.text)))?;
    }
    Ok(())
}

fn show_state(state: &GetResult, output: &Output) -> Result<()> {
    let session = &state.session;
    let (sign, word) = match (session.is_busy, state.waiting.is_empty()) {
        (_, false) => (Sign::Ask, "waits for you"),
        (true, true) => (Sign::Busy, "working"),
        (false, true) => (Sign::Idle, "idle"),
    };
    output.line(&format!(
        "{} {} · {} · {} · {word}",
        output.sign(sign),
        output.paint(style::BOLD, session.key.as_str()),
        session.agent_id,
        text::count(session.n_messages, "message"),
    ))?;
    change::show_settings(session, output)?;
    super::label::show(&state.labels, output)?;
    for request in &state.waiting {
        let id = &request.id;
        let wants = super::acl::action(request);
        output.line(&format!("  {wants}   nexus acl request show {id}"))?;
    }
    for request in &state.queued {
        output.line(&format!("  queued: {}", text::one_line(&request.purpose)))?;
    }
    Ok(())
}

fn speaker(role: Role) -> (&'static str, anstyle::Style) {
    match role {
        Role::User => ("you", style::BOLD),
        Role::Assistant => ("agent", style::GOOD),
        Role::Tool => ("tools", style::DIM),
    }
}

fn show_message(message: &Message, calls: &[ToolCallRecord], output: &Output) -> Result<()> {
    // Results stand with their calls already.
    if message.role == Role::Tool {
        return Ok(());
    }
    let (name, name_style) = speaker(message.role);
    let at = output.paint(style::DIM, &text::day_and_clock(message.created_at));
    output.line(&format!("\n{}  {at}", output.paint(name_style, name)))?;
    for part in &message.parts {
        match part {
            Part::Text(said) => output.line(text::clean(said).trim_end())?,
            Part::ToolCall(asked) => {
                let record = calls
                    .iter()
                    .find(|call| call.id == asked.id && call.turn_id == message.turn_id);
                output.line(&match record {
                    Some(record) => tool_line(record, output),
                    None => {
                        format!("  {} {}", asked.name, text::one_line(&asked.arguments.to_string()))
                    }
                })?;
            }
            Part::Image(image) => output.line(&format!("  [picture, {}]", image.content_type))?,
            Part::Reasoning(_) | Part::ToolResult(_) => {}
        }
    }
    Ok(())
}

/// A tool call on one line: what, with what, how long, how it ended.
pub(crate) fn tool_line(call: &ToolCallRecord, output: &Output) -> String {
    let sign = match call.status {
        ToolCallStatus::Pending => Sign::Idle,
        ToolCallStatus::Waiting => Sign::Ask,
        ToolCallStatus::Running => Sign::Busy,
        ToolCallStatus::Completed | ToolCallStatus::HandedOut => Sign::Good,
        ToolCallStatus::Failed => Sign::Bad,
        ToolCallStatus::Unknown => Sign::Warn,
    };
    let took = match (call.started_at, call.completed_at) {
        (Some(from), Some(to)) => format!("  {}", text::duration_ms(to.ms_since(from))),
        _ => String::new(),
    };
    let arguments = text::one_line(&call.arguments.to_string());
    let arguments = text::cut(&arguments, ARGUMENTS_COLUMNS_MAX);
    let problem = match (&call.status, &call.result) {
        (ToolCallStatus::Failed, Some(result)) => {
            format!("\n      {}", text::cut(&text::one_line(result), ARGUMENTS_COLUMNS_MAX))
        }
        (ToolCallStatus::Unknown, _) => "\n      nobody knows whether it happened".to_owned(),
        _ => String::new(),
    };
    format!("  {} {} {arguments}{took}{problem}", output.sign(sign), call.name)
}
