//! `nexus request`: what came in, and its way through the eight stages.

mod waterfall;

use clap::Subcommand;
use nexus_client::{Client, call};
use nexus_domain::id::SessionKey;
use nexus_domain::request::{Request as Record, RequestStatus};
use nexus_protocol::request::{GetParams, GetResult, ListParams, ReplayParams};
use nexus_protocol::session::AbortParams;

use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, id, request_status, text};

const LIST_EXAMPLES: &str = "\
Examples
  nexus request list
  nexus request list --session main --status failed";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus request show @last
  nexus request show 01JDQ7M2Z3 --json";
const STOP_EXAMPLES: &str = "\
Examples
  nexus request stop @last
  nexus request stop 01JDQ7M2Z3 --queue";

const REPLAY_EXAMPLES: &str = "\
Examples
  nexus request replay @last
  nexus request replay 01JDQ7M2Z3 --json

What you said is said again by you. What an adapter brought is said again by its sender, and the
reply goes to the same place.";

/// Requests.
#[derive(Debug, Subcommand)]
pub(crate) enum Request {
    /// Requests, the latest first
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Only those of this session
        #[arg(long, value_name = "KEY", value_parser = SessionKey::parse)]
        session: Option<SessionKey>,
        /// Only those that stand so: processing, queued, parked, completed, denied, failed, …
        #[arg(long, value_name = "STATUS", value_parser = parse_status)]
        status: Option<RequestStatus>,
        /// At most so many
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: Option<u32>,
    },
    /// One request: its eight stages as a waterfall, its tool calls, its cost
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id, the beginning of it, or @last
        #[arg(default_value = "@last")]
        id: String,
    },
    /// Stop the run of a request
    #[command(after_help = STOP_EXAMPLES)]
    Stop {
        /// Its id, the beginning of it, or @last
        id: String,
        /// Also drop the requests that wait behind it
        #[arg(long)]
        queue: bool,
    },
    /// Do a request again that has ended, as a new one
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay {
        /// Its id, the beginning of it, or @last
        id: String,
    },
}

fn parse_status(text: &str) -> std::result::Result<RequestStatus, String> {
    let text = match text {
        "working" => "processing",
        "waiting" => "parked",
        "stopped" => "cancelled",
        other => other,
    };
    serde_json::from_value(text.into()).map_err(|_| {
        "one of processing, queued, parked, completed, denied, handled_by_automation, cancelled, \
         failed"
            .to_owned()
    })
}

pub(crate) async fn run(request: Request, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    match request {
        Request::List { session, status, limit } => {
            let params = ListParams { limit, before: None, session_key: session, status };
            let result = client.request::<call::RequestsList>(params).await?;
            if output.is_json() {
                output.document(&result)?;
            } else {
                list(&result.requests, output)?;
                if result.has_more {
                    output.note("there are more: --limit N");
                }
            }
        }
        Request::Show { id } => {
            let result = get(&client, id).await?;
            if output.is_json() {
                output.document(&result)?;
            } else {
                waterfall::show(&result, output)?;
            }
        }
        Request::Stop { id, queue } => stop(&client, id, queue, context).await?,
        Request::Replay { id } => replay(&client, id, context).await?,
    }
    Ok(Exit::Ok)
}

async fn get(client: &Client, id: String) -> Result<GetResult> {
    Ok(client.request::<call::RequestsGet>(GetParams { id }).await?)
}

fn list(requests: &[Record], output: &Output) -> Result<()> {
    let columns = [
        ("", 0),
        ("id", 0),
        ("status", 2),
        ("session", 4),
        ("took", 3),
        ("when", 1),
        ("purpose", 0),
    ];
    let mut table = Table::new(columns, "no request yet: nexus chat");
    let ids: Vec<_> = requests.iter().map(|request| request.id.to_string()).collect();
    let shown = if output.is_tty() { id::short(&ids) } else { ids };
    for (request, id) in requests.iter().zip(shown) {
        let (sign, word) = request_status(request.status);
        let (sign, sign_style) = output.sign_parts(sign);
        let took = request.completed_at.unwrap_or_else(now).ms_since(request.started_at);
        let when = match output.is_tty() {
            true => text::ago(request.started_at, now()),
            false => text::rfc3339(request.started_at),
        };
        table.row([
            Cell::styled(sign, sign_style),
            id.into(),
            Cell::styled(word, sign_style),
            request.session_key.as_ref().map_or("", SessionKey::as_str).into(),
            text::duration_ms(took).into(),
            when.into(),
            request.purpose.as_str().into(),
        ]);
    }
    table.print(output)
}

async fn stop(client: &Client, id: String, queue: bool, context: &Context) -> Result<()> {
    let request = get(client, id).await?.request;
    let (_, word) = request_status(request.status);
    if request.status.is_final() {
        let what = format!("request {} has ended already: {word}", request.id);
        return Err(CliError::new(Exit::Conflict, "CONFLICT", what));
    }
    let (Some(key), Some(turn_id)) = (request.session_key, request.turn_id) else {
        let what = format!("request {} has no run to stop: it is {word}", request.id);
        return Err(CliError::new(Exit::Conflict, "CONFLICT", what)
            .why("it waits behind another run of its session")
            .fix("stop that run and drop what waits: nexus request stop <id of the run> --queue"));
    };
    let params = AbortParams {
        key,
        turn_id: Some(turn_id),
        run_id: None,
        drop_queue: queue,
        idempotency_key: context.fresh_key()?,
    };
    let result = client.request::<call::SessionsAbort>(params).await?;
    let output = &context.output;
    if output.is_json() {
        return output.document(&result);
    }
    let sign = output.sign(Sign::Good);
    output.line(&format!("{sign} {}", text::one_line(&result.summary)))?;
    if result.n_dropped > 0 {
        output.line(&format!("  {} dropped", text::count(result.n_dropped, "waiting request")))?;
    }
    Ok(())
}

async fn replay(client: &Client, id: String, context: &Context) -> Result<()> {
    let id = get(client, id).await?.request.id;
    let params = ReplayParams { id, idempotency_key: context.fresh_key()? };
    let result = client.request::<call::RequestsReplay>(params).await?;
    let output = &context.output;
    if output.is_json() {
        return output.document(&result);
    }
    let (sign, word) = request_status(result.status);
    let (new, old) = (result.request_id, result.replays);
    output.line(&format!("{} {new} does {old} again: {word}", output.sign(sign)))?;
    output.note(&format!("follow it: nexus request show {new}"));
    Ok(())
}
