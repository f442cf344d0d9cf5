//! `nexus message`: your own words to somebody outside, without an agent.

use clap::Subcommand;
use nexus_client::call;
use nexus_domain::delivery::DeliveryStatus;
use nexus_protocol::message::{SendParams, SendResult};

use super::chat;
use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Output, Sign, text};

const SEND_EXAMPLES: &str = "\
Examples
  nexus message send chat:42 \"I am on my way\"
  nexus message send chat:42 --via telegram/work \"See you at ten\"
  date | nexus message send chat:42 --key today";

/// Messages outward.
#[derive(Debug, Subcommand)]
pub(crate) enum Message {
    /// Send a message as it is, through an adapter; no agent reads or changes it
    #[command(after_help = SEND_EXAMPLES)]
    Send(Send),
}

/// Sends a message.
#[derive(Debug, clap::Args)]
pub(crate) struct Send {
    /// The conversation, in the adapter's own terms
    to: String,
    /// The text; words and piped text are joined
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
    /// The adapter, as channel/account or channel; needed where several run
    #[arg(long, value_name = "ADAPTER")]
    via: Option<String>,
    /// The thread inside the conversation
    #[arg(long, value_name = "ID")]
    thread: Option<String>,
    /// The message that it answers
    #[arg(long, value_name = "ID")]
    reply_to: Option<String>,
    /// Sends once, however often the same is said with this key
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

pub(crate) async fn run(message: Message, context: &Context) -> Result<Exit> {
    let Message::Send(send) = message;
    let Some(text) = chat::message(&send.text, context)? else {
        return Err(CliError::usage("there is nothing to send")
            .fix("say it behind the conversation, or pipe it in"));
    };
    let key = send.key.map_or_else(|| context.fresh_key(), Ok)?;
    let client = context.connect().await?;
    let params = SendParams {
        to: send.to,
        message: text,
        adapter: send.via,
        thread_id: send.thread,
        reply_to_id: send.reply_to,
        idempotency_key: key,
    };
    let result = client.request::<call::MessagesSend>(params).await?;
    match context.output.is_json() {
        true => context.output.document(&result)?,
        false => say(&result, &context.output)?,
    }
    Ok(Exit::Ok)
}

fn say(result: &SendResult, output: &Output) -> Result<()> {
    let delivery = &result.delivery;
    let (sign, what) = match (delivery.state, result.is_duplicate) {
        (DeliveryStatus::Sent, false) => (Sign::Good, "was sent"),
        (DeliveryStatus::Sent, true) => (Sign::Good, "was sent before"),
        (DeliveryStatus::Failed, _) => (Sign::Bad, "failed"),
        (DeliveryStatus::Dropped, _) => (Sign::Idle, "was dropped"),
        (DeliveryStatus::Unknown, _) => (Sign::Warn, "has no certain end"),
        (_, true) => (Sign::Busy, "is in the outbox already"),
        (_, false) => (Sign::Busy, "is in the outbox"),
    };
    let to = text::one_line(&format!("{} on {}", delivery.to, delivery.adapter));
    output.line(&format!("{} {} to {to} {what}", output.sign(sign), delivery.id))?;
    output.note(&format!("how it went: nexus request show {}", result.request_id));
    Ok(())
}
