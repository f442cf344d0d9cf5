//! `nexus acl request`: decisions that wait for a person.

use clap::{Subcommand, ValueEnum};
use nexus_client::{Client, call};
use nexus_domain::id::SessionKey;
use nexus_domain::permission::{
    PermissionAnswer, PermissionKind, PermissionRequest, PermissionStatus,
};
use nexus_protocol::acl::{
    ApproveParams, ApproveSpan, ClockParams, DenyParams, ListParams, ShowParams, StandingPlace,
};

use super::details::details;
use crate::context::Context;
use crate::environment::now;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, id, text};

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
  nexus acl request approve @last --for day
  nexus acl request approve 01JDQ7M2Z3 --for always --scope 2
  nexus acl request approve 01JDQ7M2Z3 --comment \"only this page\"";
const DENY_EXAMPLES: &str = "\
Examples
  nexus acl request deny @last
  nexus acl request deny @last --always --scope 1
  nexus acl request deny 01JDQ7M2Z3 --reason \"use the local copy\"";
const EXTEND_EXAMPLES: &str = "\
Examples
  nexus acl request extend @last
  nexus acl request extend 01JDQ7M2Z3";

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
    /// One of them: what exactly would be done, for whom, why you are asked, and what each answer
    /// would allow
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id, the beginning of it, or @last
        id: String,
    },
    /// Allow it
    #[command(after_help = APPROVE_EXAMPLES)]
    Approve {
        /// Its id, the beginning of it, or @last
        id: String,
        /// For how long
        #[arg(long = "for", value_name = "SPAN", default_value = "once")]
        span: Span,
        /// Where an answer for longer holds: a number that `show` lists, the narrowest first
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        scope: Option<u32>,
        /// Said to the model
        #[arg(long)]
        comment: Option<String>,
    },
    /// Refuse it
    #[command(after_help = DENY_EXAMPLES)]
    Deny {
        /// Its id, the beginning of it, or @last
        id: String,
        /// Also the like of it from now on
        #[arg(long)]
        always: bool,
        /// Where that holds: a number that `show` lists, the narrowest first
        #[arg(long, value_name = "N", requires = "always",
              value_parser = clap::value_parser!(u32).range(1..))]
        scope: Option<u32>,
        /// Said to the model
        #[arg(long, visible_alias = "comment")]
        reason: Option<String>,
    },
    /// Give yourself more time to decide
    #[command(after_help = EXTEND_EXAMPLES)]
    Extend {
        /// Its id, the beginning of it, or @last
        id: String,
    },
}

/// How long an approval holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Span {
    /// This call
    Once,
    /// The like of it for a day
    Day,
    /// The like of it until it is revoked
    Always,
}

impl Span {
    fn on_wire(self) -> ApproveSpan {
        match self {
            Self::Once => ApproveSpan::Once,
            Self::Day => ApproveSpan::Day,
            Self::Always => ApproveSpan::Always,
        }
    }
}

/// What goes with an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// How long an approval holds.
    pub(crate) span: ApproveSpan,
    /// Whether a denial is for good.
    pub(crate) is_never: bool,
    /// Where a standing answer holds: a number of the list, counted from 1.
    pub(crate) scope: Option<u32>,
    /// Said to the model.
    pub(crate) comment: Option<String>,
}

impl Standing {
    fn place(&self, shown: &PermissionRequest) -> Result<Option<StandingPlace>> {
        let Some(scope) = self.scope else { return Ok(None) };
        let n_offered = shown.proposals.len();
        let index = scope.saturating_sub(1);
        if usize::try_from(index).is_ok_and(|index| index < n_offered) {
            return Ok(Some(StandingPlace::Proposal(index)));
        }
        let what = match n_offered {
            0 => "this question is asked each time; it has no scopes".to_owned(),
            n => format!("there is no scope {scope}; it has 1 to {n}"),
        };
        Err(CliError::new(Exit::Usage, "NO_SCOPE", what)
            .fix(format!("nexus acl request show {}", shown.id)))
    }
}

pub(super) async fn run(request: Request, context: &Context) -> Result<Exit> {
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
            // A program that reads this is no person; the clock starts for people.
            let request = match output.is_json() {
                true => request,
                false => seen(&client, request, context).await?,
            };
            if output.is_json() {
                output.document(&request)?;
            } else {
                details(&request, output)?;
            }
            return Ok(Exit::Ok);
        }
        Request::Approve { id, span, scope, comment } => {
            if span == Span::Once && scope.is_some() {
                let what = "--scope says where an answer for longer holds";
                return Err(
                    CliError::new(Exit::Usage, "USAGE", what).fix("add --for day or --for always")
                );
            }
            let shown = show(&client, id).await?;
            output.note(&match shown.kind {
                PermissionKind::Sender => format!("to {}: {}", shown.agent_id, action(&shown)),
                _ => format!("{} wants: {}", shown.agent_id, action(&shown)),
            });
            let span = span.on_wire();
            let standing = Standing { span, scope, comment, ..Standing::default() };
            approve(&client, &shown, standing, context).await?
        }
        Request::Deny { id, always, scope, reason } => {
            let shown = show(&client, id).await?;
            let standing =
                Standing { is_never: always, scope, comment: reason, ..Standing::default() };
            deny(&client, &shown, standing, context).await?
        }
        Request::Extend { id } => {
            let shown = show(&client, id).await?;
            extend(&client, &shown, context).await?
        }
    };
    if output.is_json() {
        output.document(&resolved)?;
        return Ok(Exit::Ok);
    }
    let (sign, _) = status_words(resolved.status);
    output.line(&format!("{} {} {}", output.sign(sign), outcome(&resolved), resolved.id))?;
    if let Some(sender) = became_person(&resolved) {
        output.note(&format!(
            "{sender} is a person you know from now on · who: nexus contact show {sender} · take \
             it back: nexus contact unlink {sender}"
        ));
    }
    if let Some(grant) = resolved.grant_id {
        output.note(&format!("grant {grant} · take it back: nexus acl grants revoke {grant}"));
    }
    Ok(Exit::Ok)
}

async fn show(client: &Client, id: String) -> Result<PermissionRequest> {
    Ok(client.request::<call::AclRequestsShow>(ShowParams { id }).await?.request)
}

/// Tells the daemon that a person is shown this, which starts the clock. Somebody may have decided
/// meanwhile: then it is shown as it was.
pub(crate) async fn seen(
    client: &Client,
    shown: PermissionRequest,
    context: &Context,
) -> Result<PermissionRequest> {
    if shown.status != PermissionStatus::Pending || shown.seen_at.is_some() {
        return Ok(shown);
    }
    let params = ClockParams { id: shown.id.to_string(), idempotency_key: context.fresh_key()? };
    match client.request::<call::AclRequestsSeen>(params).await.map_err(CliError::from) {
        Ok(result) => Ok(result.request),
        // Also who may look and not answer is shown it; then it starts no clock.
        Err(error) if matches!(error.exit, Exit::Conflict | Exit::NotFound | Exit::Denied) => {
            Ok(shown)
        }
        Err(error) => Err(error),
    }
}

/// Asks for more time.
pub(crate) async fn extend(
    client: &Client,
    shown: &PermissionRequest,
    context: &Context,
) -> Result<PermissionRequest> {
    let params = ClockParams { id: shown.id.to_string(), idempotency_key: context.fresh_key()? };
    Ok(client.request::<call::AclRequestsExtend>(params).await?.request)
}

/// Approves exactly what was shown: the digest goes along, so that the decision cannot land on
/// another action.
pub(crate) async fn approve(
    client: &Client,
    shown: &PermissionRequest,
    standing: Standing,
    context: &Context,
) -> Result<PermissionRequest> {
    let params = ApproveParams {
        span: standing.span,
        place: standing.place(shown)?,
        comment: standing.comment,
        ..ApproveParams::once(shown, context.fresh_key()?)
    };
    Ok(client.request::<call::AclRequestsApprove>(params).await?.request)
}

/// Refuses it.
pub(crate) async fn deny(
    client: &Client,
    shown: &PermissionRequest,
    standing: Standing,
    context: &Context,
) -> Result<PermissionRequest> {
    let params = DenyParams {
        always: standing.is_never,
        place: standing.place(shown)?,
        comment: standing.comment,
        ..DenyParams::once(shown, context.fresh_key()?)
    };
    Ok(client.request::<call::AclRequestsDeny>(params).await?.request)
}

/// The sender that an approval for good has made a person.
pub(crate) fn became_person(request: &PermissionRequest) -> Option<String> {
    let is_for_good = request.answer == Some(PermissionAnswer::ApproveAlways);
    let sender = request.sender.as_ref().filter(|_| is_for_good && request.grant_id.is_none())?;
    Some(text::one_line(&format!("{}:{}", sender.channel, sender.sender_id)))
}

/// What would be done, on one line.
pub(crate) fn action(request: &PermissionRequest) -> String {
    if request.kind == PermissionKind::Sender {
        return text::one_line(&request.action.summary);
    }
    text::one_line(&format!("{} {}", request.action.tool, request.action.summary))
}

pub(super) fn status_words(status: PermissionStatus) -> (Sign, &'static str) {
    match status {
        PermissionStatus::Pending => (Sign::Ask, "waiting"),
        PermissionStatus::Approved => (Sign::Good, "approved"),
        PermissionStatus::Denied => (Sign::Bad, "denied"),
        PermissionStatus::Expired => (Sign::Warn, "expired"),
        PermissionStatus::Withdrawn => (Sign::Idle, "withdrawn"),
    }
}

/// How it stands, with how long an answer holds.
pub(super) fn outcome(request: &PermissionRequest) -> String {
    match (request.answer, request.status) {
        (Some(answer), _) => answer.words().to_owned(),
        (None, PermissionStatus::Pending) => {
            format!("waiting, {}", text::left(request.expires_at, now()))
        }
        (None, status) => status_words(status).1.to_owned(),
    }
}

fn list(requests: &[PermissionRequest], output: &Output) -> Result<()> {
    let columns = [("", 0), ("id", 0), ("agent", 2), ("when", 1), ("wants", 0)];
    let mut table = Table::new(columns, "nothing needs you");
    let ids: Vec<_> = requests.iter().map(|request| request.id.to_string()).collect();
    let shown = if output.is_tty() { id::short(&ids) } else { ids };
    for (request, id) in requests.iter().zip(shown) {
        let (sign, _) = status_words(request.status);
        let (sign, sign_style) = output.sign_parts(sign);
        let when = match request.status {
            PermissionStatus::Pending => text::left(request.expires_at, now()),
            _ => outcome(request),
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
