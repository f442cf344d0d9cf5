//! `nexus chat`: talk to an agent; once, or for as long as you like.

mod asking;
mod driver;
mod painter;
mod person;
mod repl;
mod reply;
mod turn;

use std::io::Read;

use nexus_client::call;
use nexus_domain::agent::StopReason;
use nexus_domain::id::{AgentId, SessionKey};
use nexus_domain::request::RequestStatus;
use nexus_protocol::agent::GetParams;
use serde_json::json;

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use driver::Driver;
use turn::Ended;

/// Largest message that is read from stdin, in bytes.
const MESSAGE_BYTES_MAX: u64 = nexus_domain::arrival::CONTENT_BYTES_MAX as u64;
/// Time a stdin beside words has to bring its first byte, in milliseconds.
const SILENCE_MS_MAX: i64 = 2_000;
/// The session when nobody names one.
const SESSION_DEFAULT: &str = "main";

const EXAMPLES: &str = "\
Examples
  nexus chat
  nexus chat \"what can you do?\"
  nexus chat --session trip \"plan a day in Kyoto\"
  git diff | nexus chat \"review this change\"

In a conversation: /help, /stop, /session KEY, /quit. Ctrl-C stops the turn, twice leaves.";

/// Talks to an agent.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Chat {
    /// The conversation; it is created when it does not exist [default: main]
    #[arg(long, short, value_name = "KEY", value_parser = SessionKey::parse)]
    session: Option<SessionKey>,
    /// The agent; the session's own when left out
    #[arg(long, short, value_name = "NAME", value_parser = AgentId::parse)]
    agent: Option<AgentId>,
    /// Wait for decisions made elsewhere instead of ending with 2 when nobody can be asked here
    #[arg(long)]
    wait: bool,
    /// What you say; words and piped text are joined
    #[arg(value_name = "MESSAGE")]
    message: Vec<String>,
}

pub(crate) async fn run(chat: Chat, context: &Context) -> Result<Exit> {
    let session = match (&chat.session, &chat.agent) {
        (Some(key), _) => key.clone(),
        // An agent that is named without a session has a conversation of its own.
        (None, Some(agent)) => own_session(context, agent).await?,
        (None, None) => SessionKey::parse(SESSION_DEFAULT)?,
    };
    let message = message(&chat.message, context)?;
    let environment = &context.environment;
    let is_person = environment.is_stdin_tty && context.output.is_error_tty();
    let can_converse = is_person && environment.is_stdout_tty && !context.output.is_json();
    if message.is_none() && !can_converse {
        return Err(CliError::usage("there is nothing to say")
            .why("no message was given, and this is not a terminal to talk at")
            .fix("nexus chat \"what can you do?\""));
    }
    let mut driver = Driver::begin(context.clone(), session, chat.agent.clone()).await?;
    driver.asks_here = is_person && !context.output.is_json();
    driver.waits_elsewhere = chat.wait;
    match message {
        Some(message) => once(&mut driver, &message, context).await,
        None => repl::run(driver, context).await,
    }
}

async fn own_session(context: &Context, agent: &AgentId) -> Result<SessionKey> {
    let params = GetParams { agent_id: agent.clone() };
    let client = context.connect().await?;
    Ok(client.request::<call::AgentsGet>(params).await?.agent.session_key)
}

/// Says one thing to an agent, in its own conversation.
pub(crate) async fn send(context: &Context, agent: AgentId, message: Vec<String>) -> Result<Exit> {
    run(Chat { session: None, agent: Some(agent), wait: false, message }, context).await
}

/// The message: words of the command line, then what is piped in.
pub(super) fn message(words: &[String], context: &Context) -> Result<Option<String>> {
    let mut message = words.join(" ");
    let is_piped = !context.environment.is_stdin_tty;
    // With words, a stdin that stays open and silent (a scheduler's, an editor's) is no input.
    if is_piped && (message.is_empty() || person::has_input(SILENCE_MS_MAX)) {
        let piped = piped()?;
        if !piped.trim().is_empty() {
            if !message.is_empty() {
                message.push_str("\n\n");
            }
            message.push_str(piped.trim_end());
        }
    }
    Ok(if message.trim().is_empty() { None } else { Some(message) })
}

fn piped() -> Result<String> {
    let mut piped = Vec::new();
    std::io::stdin().lock().take(MESSAGE_BYTES_MAX + 1).read_to_end(&mut piped)?;
    if piped.len() as u64 > MESSAGE_BYTES_MAX {
        return Err(CliError::usage(format!("more than {MESSAGE_BYTES_MAX} bytes came on stdin"))
            .fix("put long text into a file of the workspace and name the file"));
    }
    Ok(String::from_utf8_lossy(&piped).into_owned())
}

/// Says one thing and waits for its end.
async fn once(driver: &mut Driver, message: &str, context: &Context) -> Result<Exit> {
    let ended = driver.say(message).await?;
    if context.output.is_json() {
        context.output.document(&json!({
            "runId": ended.run.run_id, "sessionKey": driver.session, "turnId": ended.run.turn_id,
            "status": ended.run.request_status, "text": ended.text, "summary": ended.run.summary,
            "toolCalls": ended.tool_calls, "usage": ended.usage, "cost": ended.cost,
        }))?;
    }
    verdict(&ended)
}

/// How a run ended, as an exit code; why, when it did not end well.
fn verdict(ended: &Ended) -> Result<Exit> {
    let id = ended.run.run_id;
    let failed = |exit: Exit, code: &str, what: &str| {
        let mut error = CliError::new(exit, code, what);
        error.why = ended.error.clone().or_else(|| ended.run.summary.clone());
        Err(error.fix(format!("nexus request show {id}")))
    };
    match ended.run.request_status {
        Some(RequestStatus::Failed) => failed(Exit::Failed, "RUN_FAILED", "the run failed"),
        Some(RequestStatus::Denied) => failed(Exit::Refused, "DENIED", "the request was denied"),
        Some(RequestStatus::Cancelled) => Ok(Exit::Interrupted),
        _ if ended.stop_reason == Some(StopReason::Limit) => {
            failed(Exit::Failed, "LIMIT", "the run reached its limit")
        }
        _ => Ok(Exit::Ok),
    }
}
