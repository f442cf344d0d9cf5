//! `nexus session queue`: what waits behind the run of a conversation.

use clap::Args;
use nexus_client::{Client, call};
use nexus_domain::id::RequestId;
use nexus_protocol::request::{CancelParams, GetParams};
use nexus_protocol::session::{QueueMoveParams, QueueParams, QueueResult};

use super::resolve;
use crate::context::Context;
use crate::environment::now;
use crate::failure::Result;
use crate::output::table::Table;
use crate::output::{Output, Sign, id, text};

pub(super) const EXAMPLES: &str = "\
Examples
  nexus session queue main
  nexus session queue main --move 01JDQ7M2Z3 --to 1
  nexus session queue main --drop 01JDQ7M2Z3";

#[derive(Debug, Args)]
pub(crate) struct Queue {
    /// Its key, or @last for the latest
    #[arg(default_value = "@last")]
    key: String,
    /// Move this request; its id or the beginning of it
    #[arg(long = "move", value_name = "ID")]
    moved: Option<String>,
    /// The place it moves to, counted from 1
    #[arg(long, value_name = "PLACE", requires = "moved", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    to: u32,
    /// Drop this request; its id or the beginning of it
    #[arg(long, value_name = "ID", conflicts_with = "moved")]
    drop: Option<String>,
}

impl Queue {
    pub(super) async fn run(self, client: &Client, context: &Context) -> Result<()> {
        let key = resolve(client, &self.key).await?;
        if let Some(named) = self.moved {
            let params = QueueMoveParams {
                run_id: request(client, named).await?,
                to: self.to - 1,
                idempotency_key: context.fresh_key()?,
                key,
            };
            let result = client.request::<call::SessionsQueueMove>(params).await?;
            return show(&result, &context.output);
        }
        if let Some(named) = self.drop {
            let id = request(client, named).await?;
            let params = CancelParams { id, idempotency_key: context.fresh_key()? };
            client.request::<call::RequestsCancel>(params).await?;
        }
        let result = client.request::<call::SessionsQueue>(QueueParams { key }).await?;
        show(&result, &context.output)
    }
}

async fn request(client: &Client, named: String) -> Result<RequestId> {
    Ok(client.request::<call::RequestsGet>(GetParams { id: named }).await?.request.id)
}

fn show(result: &QueueResult, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.document(result);
    }
    if let Some(active) = result.active {
        output.line(&format!("{} {active} is at work", output.sign(Sign::Busy)))?;
    }
    let columns = [("", 0), ("id", 0), ("mode", 2), ("waits", 1), ("purpose", 0)];
    let mut table = Table::new(columns, "nothing waits");
    let ids: Vec<_> = result.waiting.iter().map(|request| request.id.to_string()).collect();
    let shown = if output.is_tty() { id::short(&ids) } else { ids };
    for (n, (request, id)) in result.waiting.iter().zip(shown).enumerate() {
        table.row([
            (n + 1).to_string().into(),
            id.into(),
            format!("{:?}", request.queue_mode).to_lowercase().into(),
            text::duration_ms(now().ms_since(request.started_at)).into(),
            request.purpose.as_str().into(),
        ]);
    }
    table.print(output)
}
