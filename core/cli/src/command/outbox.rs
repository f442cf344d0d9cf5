//! `nexus outbox`.

use clap::{Subcommand, ValueEnum};
use nexus_client::{call, idempotency_key};
use nexus_domain::delivery::DeliveryStatus;
use nexus_protocol::outbox::{ChangeParams, DeliveryFacts, ListParams};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, text};

/// Longest text in a list, in columns.
const TEXT_COLUMNS_MAX: usize = 48;

const LIST_EXAMPLES: &str = "\
Examples
  nexus outbox list                     what waits, failed, or has no certain end
  nexus outbox list --all
  nexus outbox list --state unknown --json";
const RETRY_EXAMPLES: &str = "\
Examples
  nexus outbox retry 01J8ZQ             once more; after `unknown` it may then arrive twice
  nexus outbox retry @last";
const DROP_EXAMPLES: &str = "\
Examples
  nexus outbox drop @last               takes back what still waits
  nexus config set outbox.hold_ms.telegram 10000     gives you ten seconds to do so";

/// What was sent, and what is to be sent.
#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// What waits, failed, or has no certain end
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Only what stands so
        #[arg(long, value_enum)]
        state: Option<State>,
        /// Everything, also what was sent or dropped
        #[arg(long, conflicts_with = "state")]
        all: bool,
        /// Most lines
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Sends something once more
    #[command(after_help = RETRY_EXAMPLES)]
    Retry {
        /// The delivery: its id, the beginning of it, or @last
        id: String,
    },
    /// Takes something back, or settles what nobody knows the end of
    #[command(after_help = DROP_EXAMPLES)]
    Drop {
        /// The delivery: its id, the beginning of it, or @last
        id: String,
    },
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum State {
    Pending,
    Sending,
    Sent,
    Failed,
    Unknown,
    Dropped,
}

impl State {
    fn wire(self) -> DeliveryStatus {
        match self {
            Self::Pending => DeliveryStatus::Pending,
            Self::Sending => DeliveryStatus::Sending,
            Self::Sent => DeliveryStatus::Sent,
            Self::Failed => DeliveryStatus::Failed,
            Self::Unknown => DeliveryStatus::Unknown,
            Self::Dropped => DeliveryStatus::Dropped,
        }
    }
}

pub(crate) async fn run(outbox: Outbox, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    match outbox {
        Outbox::List { state, all, limit } => {
            let open = [State::Pending, State::Sending, State::Failed, State::Unknown];
            let states = match (state, all) {
                (Some(state), _) => vec![state.wire()],
                (None, true) => Vec::new(),
                (None, false) => open.map(State::wire).to_vec(),
            };
            let params = ListParams { states, limit: Some(limit), before: None };
            let result = client.request::<call::OutboxList>(params).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => list(&result.deliveries, all, output)?,
            }
        }
        Outbox::Retry { id } => {
            let params = ChangeParams { id, idempotency_key: idempotency_key()? };
            let result = client.request::<call::OutboxRetry>(params).await?;
            said(&result.delivery, &result, "is sent once more", output)?;
        }
        Outbox::Drop { id } => {
            let params = ChangeParams { id, idempotency_key: idempotency_key()? };
            let result = client.request::<call::OutboxDrop>(params).await?;
            said(&result.delivery, &result, "was dropped", output)?;
        }
    }
    Ok(Exit::Ok)
}

fn said(
    delivery: &DeliveryFacts,
    document: &impl serde::Serialize,
    what: &str,
    output: &Output,
) -> Result<()> {
    if output.is_json() {
        return output.document(document);
    }
    let to = text::one_line(&format!("{} on {}", delivery.to, delivery.adapter));
    output.line(&format!("{} to {to} {what}", delivery.id))
}

fn list(deliveries: &[DeliveryFacts], is_all: bool, output: &Output) -> Result<()> {
    let columns = [("", 0), ("id", 0), ("to", 0), ("text", 1), ("stands", 0), ("tries", 2)];
    let none = if is_all { "nothing was sent" } else { "nothing waits, nothing failed" };
    let mut table = Table::new(columns, none);
    for delivery in deliveries {
        let (sign, style) = output.sign_parts(sign(delivery.state));
        table.row([
            Cell::styled(sign, style),
            delivery.id.to_string().into(),
            text::one_line(&format!("{} {}", delivery.adapter, delivery.to)).into(),
            text::cut(&text::one_line(&delivery.text), TEXT_COLUMNS_MAX).into(),
            standing(delivery).into(),
            delivery.n_tries.to_string().into(),
        ]);
    }
    table.print(output)
}

fn sign(state: DeliveryStatus) -> Sign {
    match state {
        DeliveryStatus::Pending => Sign::Idle,
        DeliveryStatus::Sending => Sign::Busy,
        DeliveryStatus::Sent => Sign::Good,
        DeliveryStatus::Failed => Sign::Bad,
        DeliveryStatus::Unknown => Sign::Warn,
        DeliveryStatus::Dropped => Sign::Idle,
    }
}

fn standing(delivery: &DeliveryFacts) -> String {
    let why = delivery.error.as_deref().map(|why| format!(": {}", text::one_line(why)));
    let why = why.unwrap_or_default();
    match delivery.state {
        DeliveryStatus::Pending => match delivery.next_at {
            Some(at) if at > now() => {
                format!("waits {}{why}", text::duration_ms(at.ms_since(now())))
            }
            _ => format!("waits for its adapter{why}"),
        },
        DeliveryStatus::Sending => "on its way".to_owned(),
        DeliveryStatus::Sent => "sent".to_owned(),
        DeliveryStatus::Failed => format!("failed{why}"),
        DeliveryStatus::Unknown => format!("may have been sent{why}"),
        DeliveryStatus::Dropped => "dropped".to_owned(),
    }
}
