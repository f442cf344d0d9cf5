//! `nexus session set`, `reset`, `fork` and `delete`.

use clap::Args;
use nexus_client::{Client, call};
use nexus_domain::id::{MessageId, SessionKey};
use nexus_domain::session::{QueueMode, Session};
use nexus_protocol::session::{DeleteParams, ForkParams, PatchParams, ResetParams};

use super::resolve;
use crate::context::Context;
use crate::failure::{CliError, Result};
use crate::output::{Output, Sign, style, text};

pub(super) const SET_EXAMPLES: &str = "\
Examples
  nexus session set main --title \"Taxes 2026\"
  nexus session set main --model anthropic/claude-sonnet --steps 20
  nexus session set main --queue collect
  nexus session set main --no-model --no-steps";
pub(super) const RESET_EXAMPLES: &str = "\
Examples
  nexus session reset main
  nexus session reset main --stop

The agent no longer knows what was said. Requests, tool calls and events stay on record, and so
does what the conversation was exposed to: for a clean one, begin another.";
pub(super) const FORK_EXAMPLES: &str = "\
Examples
  nexus session fork main
  nexus session fork main --before 01JDQ7M2Z3AAAABBBBCCCCDDDD --to second-try

Ids of messages: nexus session show KEY --json";
pub(super) const DELETE_EXAMPLES: &str = "\
Examples
  nexus session delete fork:main:1
  nexus session delete main --stop";

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Wanted {
    /// Its name
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The first line of the next message is its name
    #[arg(long, conflicts_with = "title")]
    no_title: bool,
    /// The model that is asked first, as provider/model
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// The agent's own models
    #[arg(long, conflicts_with = "model")]
    no_model: bool,
    /// Most model replies of a turn
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    steps: Option<u32>,
    /// The agent's own limit
    #[arg(long, conflicts_with = "steps")]
    no_steps: bool,
    /// How a message queues while a run is at work: steer, interrupt, followup, collect, queue
    #[arg(long, value_name = "MODE", value_parser = queue_mode)]
    queue: Option<QueueMode>,
    /// As messages queue anyway
    #[arg(long, conflicts_with = "queue")]
    no_queue: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// Its key, or @last for the latest
    key: String,
    #[command(flatten)]
    wanted: Wanted,
}

fn queue_mode(text: &str) -> std::result::Result<QueueMode, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "one of steer, interrupt, followup, collect, queue".to_owned())
}

/// What is wanted of a setting: a value, none, or that it stays.
fn given<T>(value: Option<T>, is_cleared: bool) -> Option<Option<T>> {
    value.map(Some).or(is_cleared.then_some(None))
}

impl Set {
    pub(super) async fn run(self, client: &Client, context: &Context) -> Result<()> {
        let Wanted { title, no_title, model, no_model, steps, no_steps, queue, no_queue } =
            self.wanted;
        let params = PatchParams {
            key: resolve(client, &self.key).await?,
            title: given(title, no_title),
            model: given(model, no_model),
            steps_max: given(steps, no_steps),
            queue_mode: given(queue, no_queue),
            idempotency_key: context.fresh_key()?,
        };
        let result = client.request::<call::SessionsPatch>(params).await?;
        let output = &context.output;
        if output.is_json() {
            return output.document(&result);
        }
        line(output, &format!("{} is set", result.session.key))?;
        show_settings(&result.session, output)
    }
}

/// What a person set on a session, a line each.
pub(super) fn show_settings(session: &Session, output: &Output) -> Result<()> {
    let defaults = &session.defaults;
    let mode = defaults.queue_mode.map(|mode| format!("{mode:?}").to_lowercase());
    let from = session.forked_from.as_ref().map(|from| from.session_key.to_string());
    let steps = defaults.steps_max.map(|steps| steps.to_string());
    let settings = [
        ("title", session.title.clone()),
        ("model", defaults.model.clone()),
        ("steps", steps),
        ("queue", mode),
        ("copied from", from),
    ];
    for (name, value) in settings {
        let Some(value) = value else { continue };
        let name = output.paint(style::DIM, &text::pad(name, 12));
        output.line(&format!("  {name}{}", text::one_line(&value)))?;
    }
    Ok(())
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// Its key, or @last for the latest
    key: String,
    /// Also when something runs or waits in it, which is stopped first
    #[arg(long)]
    stop: bool,
}

impl Reset {
    pub(super) async fn run(self, client: &Client, context: &Context) -> Result<()> {
        let params = ResetParams {
            key: resolve(client, &self.key).await?,
            stop: self.stop,
            idempotency_key: context.fresh_key()?,
        };
        let result = client.request::<call::SessionsReset>(params).await.map_err(may_stop)?;
        let output = &context.output;
        if output.is_json() {
            return output.document(&result);
        }
        let messages = text::count(result.n_messages, "message");
        line(output, &format!("{messages} of {} forgotten", result.session.key))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Its key, or @last for the latest
    key: String,
    /// Also when something runs or waits in it, which is stopped first
    #[arg(long)]
    stop: bool,
}

impl Delete {
    pub(super) async fn run(self, client: &Client, context: &Context) -> Result<()> {
        let params = DeleteParams {
            key: resolve(client, &self.key).await?,
            stop: self.stop,
            idempotency_key: context.fresh_key()?,
        };
        let result = client.request::<call::SessionsDelete>(params).await.map_err(may_stop)?;
        let output = &context.output;
        if output.is_json() {
            return output.document(&result);
        }
        let messages = text::count(result.n_messages, "message");
        line(output, &format!("{} removed, {messages} forgotten", result.key))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Fork {
    /// Its key, or @last for the latest
    #[arg(default_value = "@last")]
    key: String,
    /// The last message that comes along [default: all]
    #[arg(long, value_name = "MESSAGE", value_parser = MessageId::parse)]
    through: Option<MessageId>,
    /// The first message that does not come along
    #[arg(long, value_name = "MESSAGE", value_parser = MessageId::parse, conflicts_with = "through")]
    before: Option<MessageId>,
    /// Key of the new one [default: fork:KEY:N]
    #[arg(long, value_name = "KEY", value_parser = SessionKey::parse)]
    to: Option<SessionKey>,
    /// Its name
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
}

impl Fork {
    pub(super) async fn run(self, client: &Client, context: &Context) -> Result<()> {
        let params = ForkParams {
            key: resolve(client, &self.key).await?,
            through: self.through,
            before: self.before,
            to: self.to,
            title: self.title,
            idempotency_key: context.fresh_key()?,
        };
        let result = client.request::<call::SessionsFork>(params).await?;
        let output = &context.output;
        if output.is_json() {
            return output.document(&result);
        }
        let messages = text::count(result.n_messages, "message");
        let key = &result.session.key;
        line(output, &format!("{key} begins with {messages}"))?;
        output.note(&format!("go on there: nexus chat --session {key}"));
        Ok(())
    }
}

/// The daemon's hint in words of the command line.
fn may_stop(error: nexus_client::ClientError) -> CliError {
    let mut error = CliError::from(error);
    if error.code == "CONFLICT" {
        error.fix = vec!["wait until it has ended, or stop it first: the same with --stop".into()];
    }
    error
}

fn line(output: &Output, words: &str) -> Result<()> {
    output.line(&format!("{} {}", output.sign(Sign::Good), text::one_line(words)))
}
