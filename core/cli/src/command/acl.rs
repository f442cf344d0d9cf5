//! `nexus acl`: decisions that wait for a person.

use clap::Subcommand;
use nexus_client::{Client, call};
use nexus_domain::id::SessionKey;
use nexus_domain::permission::{PermissionKind, PermissionRequest, PermissionStatus};
use nexus_protocol::acl::{ApproveParams, DenyParams, ListParams, ShowParams};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, id, style, text};

const LIST_EXAMPLES: &str = "\
Examples
  nexus acl request list
  nexus acl request list --all --json";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus acl request show @last
  nexus acl request show 01JDQ7M2Z3";
const APPROVE_EXAMPLES: &str = "\
Examples
  nexus acl request approve @last
  nexus acl request approve 01JDQ7M2Z3 --comment \"only this page\"";
const DENY_EXAMPLES: &str = "\
Examples
  nexus acl request deny @last
  nexus acl request deny 01JDQ7M2Z3 --reason \"use the local copy\"";

/// Access control.
#[derive(Debug, Subcommand)]
pub(crate) enum Acl {
    /// Permission requests
    #[command(subcommand, visible_alias = "requests")]
    Request(Request),
    /// The record of decisions: look things up, verify it, export it
    #[command(subcommand)]
    Audit(super::audit::Audit),
}

/// Permission requests.
#[derive(Debug, Subcommand)]
pub(crate) enum Request {
    /// Those that wait for you
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Also those that were decided
        #[arg(long)]
        all: bool,
        /// Only those of this session
        #[arg(long, value_name = "KEY", value_parser = SessionKey::parse)]
        session: Option<SessionKey>,
        /// At most so many
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: Option<u32>,
    },
    /// One of them: what exactly would be done, for whom, and why you are asked
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id, the beginning of it, or @last
        id: String,
    },
    /// Allow it, this time
    #[command(after_help = APPROVE_EXAMPLES)]
    Approve {
        /// Its id, the beginning of it, or @last
        id: String,
        /// Said to the model
        #[arg(long)]
        comment: Option<String>,
    },
    /// Refuse it
    #[command(after_help = DENY_EXAMPLES)]
    Deny {
        /// Its id, the beginning of it, or @last
        id: String,
        /// Said to the model
        #[arg(long, visible_alias = "comment")]
        reason: Option<String>,
    },
}

pub(crate) async fn run(acl: Acl, context: &Context) -> Result<Exit> {
    match acl {
        Acl::Request(request) => run_request(request, context).await,
        Acl::Audit(audit) => super::audit::run(audit, context).await,
    }
}

async fn run_request(request: Request, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    let resolved = match request {
        Request::List { all, session, limit } => {
            let params = ListParams { include_resolved: all, session_key: session, limit };
            let result = client.request::<call::AclRequestsList>(params).await?;
            if output.is_json() {
                output.document(&result)?;
            } else {
                list(&result.requests, output)?;
            }
            return Ok(Exit::Ok);
        }
        Request::Show { id } => {
            let request = show(&client, id).await?;
            if output.is_json() {
                output.document(&request)?;
            } else {
                details(&request, output)?;
            }
            return Ok(Exit::Ok);
        }
        Request::Approve { id, comment } => {
            let shown = show(&client, id).await?;
            output.note(&format!("{} wants: {}", shown.agent_id, action(&shown)));
            approve(&client, &shown, comment, context).await?
        }
        Request::Deny { id, reason } => {
            let shown = show(&client, id).await?;
            deny(&client, &shown, reason, context).await?
        }
    };
    if output.is_json() {
        output.document(&resolved)?;
    } else {
        let (sign, word) = status_words(resolved.status);
        output.line(&format!("{} {word} {}", output.sign(sign), resolved.id))?;
    }
    Ok(Exit::Ok)
}

async fn show(client: &Client, id: String) -> Result<PermissionRequest> {
    Ok(client.request::<call::AclRequestsShow>(ShowParams { id }).await?.request)
}

/// Approves exactly what was shown: the digest goes along, so that the decision cannot land on
/// another action.
pub(crate) async fn approve(
    client: &Client,
    shown: &PermissionRequest,
    comment: Option<String>,
    context: &Context,
) -> Result<PermissionRequest> {
    let params = ApproveParams { comment, ..ApproveParams::once(shown, context.fresh_key()?) };
    Ok(client.request::<call::AclRequestsApprove>(params).await?.request)
}

/// Refuses it.
pub(crate) async fn deny(
    client: &Client,
    shown: &PermissionRequest,
    comment: Option<String>,
    context: &Context,
) -> Result<PermissionRequest> {
    let params = DenyParams { comment, ..DenyParams::once(shown, context.fresh_key()?) };
    let resolved = client.request::<call::AclRequestsDeny>(params).await?.request;
    if resolved.status != PermissionStatus::Denied {
        let (_, word) = status_words(resolved.status);
        let what = format!("it is {word} already");
        return Err(CliError::new(Exit::Conflict, "CONFLICT", what));
    }
    Ok(resolved)
}

/// What would be done, on one line.
pub(crate) fn action(request: &PermissionRequest) -> String {
    text::one_line(&format!("{} {}", request.action.tool, request.action.summary))
}

fn status_words(status: PermissionStatus) -> (Sign, &'static str) {
    match status {
        PermissionStatus::Pending => (Sign::Ask, "waiting"),
        PermissionStatus::Approved => (Sign::Good, "approved"),
        PermissionStatus::Denied => (Sign::Bad, "denied"),
        PermissionStatus::Expired => (Sign::Warn, "expired"),
        PermissionStatus::Withdrawn => (Sign::Idle, "withdrawn"),
    }
}

fn list(requests: &[PermissionRequest], output: &Output) -> Result<()> {
    let columns = [("", 0), ("id", 0), ("agent", 2), ("when", 1), ("wants", 0)];
    let mut table = Table::new(columns, "nothing needs you");
    let ids: Vec<_> = requests.iter().map(|request| request.id.to_string()).collect();
    let shown = if output.is_tty() { id::short(&ids) } else { ids };
    for (request, id) in requests.iter().zip(shown) {
        let (sign, word) = status_words(request.status);
        let (sign, sign_style) = output.sign_parts(sign);
        let when = match request.status {
            PermissionStatus::Pending => text::left(request.expires_at, now()),
            _ => word.to_owned(),
        };
        table.row([
            Cell::styled(sign, sign_style),
            id.into(),
            request.agent_id.as_str().into(),
            when.into(),
            action(request).into(),
        ]);
    }
    table.print(output)?;
    if output.is_tty() && requests.iter().any(|r| r.status == PermissionStatus::Pending) {
        output.note("\nnexus acl request show <id> · approve <id> · deny <id>");
    }
    Ok(())
}

/// Everything a person should know before deciding.
pub(crate) fn details(request: &PermissionRequest, output: &Output) -> Result<()> {
    let (sign, word) = status_words(request.status);
    let sign = output.sign(sign);
    let agent = &request.agent_id;
    output.line(&format!("{sign} {word}: {agent} wants to use {}", request.action.tool))?;
    let label = |name: &str| output.paint(style::DIM, &text::pad(name, 10));
    let field = |name: &str, value: &str| {
        output.line(&format!("  {}{}", label(name), text::one_line(value)))
    };
    output.line(&format!(
        "  {}{}",
        label("action"),
        output.paint(style::BOLD, &text::one_line(&request.action.summary))
    ))?;
    let arguments = serde_json::to_string_pretty(&request.action.arguments).unwrap_or_default();
    for (n, line) in text::clean(&arguments).lines().enumerate() {
        let name = if n == 0 { "arguments" } else { "" };
        output.line(&format!("  {}{line}", label(name)))?;
    }
    field("for", &request.chain.to_string())?;
    field("session", request.session_key.as_str())?;
    field("request", &request.request_id.to_string())?;
    field("asked", &text::day_and_clock(request.created_at))?;
    field("why", &request.reason)?;
    if request.kind == PermissionKind::UnknownOutcome {
        field("careful", "the daemon died while this ran; it may have happened already")?;
    }
    if request.status == PermissionStatus::Pending {
        field("until", &text::left(request.expires_at, now()))?;
        output.note(&format!(
            "\nnexus acl request approve {}\nnexus acl request deny {0} --reason TEXT",
            request.id
        ));
    }
    if let Some(by) = &request.resolved_by {
        field("decided", &format!("by {by}"))?;
    }
    if let Some(comment) = &request.comment {
        field("said", comment)?;
    }
    Ok(())
}
