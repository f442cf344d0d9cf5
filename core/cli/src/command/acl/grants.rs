//! `nexus acl grants`: standing answers.

use clap::{Args, Subcommand};
use nexus_client::call;
use nexus_domain::grant::{Grant, GrantEffect, GrantScope, GrantVerb};
use nexus_domain::id::SessionKey;
use nexus_protocol::grant::{CreateParams, ListParams, RevokeParams, ShowParams, ShowResult};

use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, id, style, text};

const CREATE_EXAMPLES: &str = "\
Examples
  nexus acl grants create agent:main --tool http_fetch --host example.org --for 1d --reason \"docs\"
  nexus acl grants create agent:main --tool write_file --path notes/ --deny --reason \"mine\"
  nexus acl grants create api_key:ci --method status --reason \"watches the builds\"";
const LIST_EXAMPLES: &str = "\
Examples
  nexus acl grants list
  nexus acl grants list --all --principal agent:main";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus acl grants show @last
  nexus acl grants show 01JDQ7M2Z3";
const REVOKE_EXAMPLES: &str = "\
Examples
  nexus acl grants revoke @last
  nexus acl grants revoke 01JDQ7M2Z3";
const MS_PER_MINUTE: u64 = 60_000;

/// Standing answers.
#[derive(Debug, Subcommand)]
pub(crate) enum Grants {
    /// Those in force
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Also those that ran out or were revoked
        #[arg(long)]
        all: bool,
        /// Only those of this principal, such as agent:main
        #[arg(long, value_name = "WHO")]
        principal: Option<String>,
        /// At most so many
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: Option<u32>,
    },
    /// One of them, with what happened to it
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id, the beginning of it, or @last
        id: String,
    },
    /// Make one; it holds from the next decision on
    #[command(after_help = CREATE_EXAMPLES)]
    Create(Box<Create>),
    /// Take one back; it ends with the next decision
    #[command(after_help = REVOKE_EXAMPLES)]
    Revoke {
        /// Its id, the beginning of it, or @last
        id: String,
    },
}

/// What a grant is about.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Whom it is about: agent:NAME, person:ID, device:ID, api_key:ID, adapter:ID, job:NAME
    principal: String,
    #[command(flatten)]
    what: What,
    /// Only this file, or everything beneath this folder, which ends with /
    #[arg(long)]
    path: Option<String>,
    /// Only this host
    #[arg(long)]
    host: Option<String>,
    /// Only this port of it
    #[arg(long, requires = "host")]
    port: Option<u16>,
    /// Only commands that begin with these words
    #[arg(long, num_args = 1.., value_name = "WORD")]
    command: Option<Vec<String>>,
    /// Only to this recipient
    #[arg(long)]
    recipient: Option<String>,
    /// Only in this session
    #[arg(long, value_name = "KEY", value_parser = SessionKey::parse)]
    session: Option<SessionKey>,
    /// Refuse instead of allowing
    #[arg(long)]
    deny: bool,
    /// How long it holds, such as 30m, 8h or 7d; until it is revoked when left out
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    duration_ms: Option<u64>,
    /// Why, for whoever looks at it later
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// The tool it may use
    #[arg(long)]
    tool: Option<String>,
    /// The method it may call
    #[arg(long)]
    method: Option<String>,
    /// The agent it may run
    #[arg(long)]
    agent: Option<String>,
    /// The channel it may deliver on
    #[arg(long)]
    channel: Option<String>,
}

impl What {
    fn verb(&self) -> (GrantVerb, Option<String>) {
        let of = |name: &Option<String>, verb| name.clone().map(|name| (verb, Some(name)));
        of(&self.tool, GrantVerb::UseTool)
            .or_else(|| of(&self.method, GrantVerb::Call))
            .or_else(|| of(&self.agent, GrantVerb::StartRun))
            .or_else(|| of(&self.channel, GrantVerb::Deliver))
            .unwrap_or((GrantVerb::UseTool, None))
    }
}

/// Reads `30m`, `8h` or `7d`.
pub(crate) fn duration(text: &str) -> std::result::Result<u64, String> {
    let wrong = || format!("`{text}` is no length of time; write 30m, 8h or 7d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let ms = number.checked_mul(minutes * MS_PER_MINUTE).filter(|ms| *ms > 0);
    ms.ok_or_else(wrong)
}

pub(crate) async fn run(command: Grants, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    let changed = match command {
        Grants::List { all, principal, limit } => {
            let params = ListParams { include_ended: all, principal, before: None, limit };
            let result = client.request::<call::AclGrantsList>(params).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => list(&result.grants, output)?,
            }
            return Ok(Exit::Ok);
        }
        Grants::Show { id } => {
            let result = client.request::<call::AclGrantsShow>(ShowParams { id }).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => details(&result, output)?,
            }
            return Ok(Exit::Ok);
        }
        Grants::Create(create) => {
            let params = create_params(*create, context.fresh_key()?);
            client.request::<call::AclGrantsCreate>(params).await?.grant
        }
        Grants::Revoke { id } => {
            let params = RevokeParams { id, idempotency_key: context.fresh_key()? };
            client.request::<call::AclGrantsRevoke>(params).await?.grant
        }
    };
    if output.is_json() {
        output.document(&changed)?;
    } else {
        let (sign, word) = standing(&changed);
        let about = about(&changed);
        output.line(&format!("{} {word} {} · {about}", output.sign(sign), changed.id))?;
    }
    Ok(Exit::Ok)
}

fn create_params(create: Create, idempotency_key: String) -> CreateParams {
    let (verb, resource) = create.what.verb();
    CreateParams {
        principal: create.principal,
        verb,
        effect: if create.deny { GrantEffect::Deny } else { GrantEffect::Allow },
        scope: GrantScope {
            resource,
            digest: None,
            path: create.path,
            host: create.host,
            port: create.port,
            command: create.command,
            recipient: create.recipient,
            session_key: create.session,
        },
        reason: create.reason,
        duration_ms: create.duration_ms,
        idempotency_key,
    }
}

fn standing(grant: &Grant) -> (Sign, &'static str) {
    match (&grant.revoked_at, grant.effect) {
        (Some(_), _) => (Sign::Idle, "revoked"),
        (None, _) if !grant.is_in_force(now()) => (Sign::Idle, "ran out"),
        (None, GrantEffect::Allow) => (Sign::Good, "allows"),
        (None, GrantEffect::Deny) => (Sign::Bad, "denies"),
    }
}

/// What a grant is about, on one line.
fn about(grant: &Grant) -> String {
    let verb = match grant.verb {
        GrantVerb::Call => "call",
        GrantVerb::StartRun => "run",
        GrantVerb::UseTool => "use",
        GrantVerb::Deliver => "deliver on",
    };
    let scope = &grant.scope;
    let mut words = vec![format!("{verb} {}", scope.resource.as_deref().unwrap_or("anything"))];
    let mut add = |name: &str, value: Option<&str>| {
        words.extend(value.map(|value| format!("{name} {value}")));
    };
    add("path", scope.path.as_deref());
    add("host", scope.host.as_deref());
    let port = scope.port.map(|port| port.to_string());
    add("port", port.as_deref());
    add("command", scope.command.as_ref().map(|words| words.join(" ")).as_deref());
    add("to", scope.recipient.as_deref());
    add("in session", scope.session_key.as_ref().map(SessionKey::as_str));
    add("exactly", scope.digest.as_deref());
    words.join(", ")
}

fn list(grants: &[Grant], output: &Output) -> Result<()> {
    let columns = [("", 0), ("id", 0), ("says", 0), ("who", 0), ("until", 1), ("what", 0)];
    let mut table = Table::new(columns, "no grants; `nexus acl grants create --help` makes one");
    let ids: Vec<_> = grants.iter().map(|grant| grant.id.to_string()).collect();
    let shown = if output.is_tty() { id::short(&ids) } else { ids };
    for (grant, id) in grants.iter().zip(shown) {
        let (sign, word) = standing(grant);
        let (sign, sign_style) = output.sign_parts(sign);
        let until = match grant.expires_at {
            Some(end) if grant.is_in_force(now()) => text::left(end, now()),
            _ => "-".to_owned(),
        };
        table.row([
            Cell::styled(sign, sign_style),
            id.into(),
            word.into(),
            grant.principal.to_string().into(),
            until.into(),
            about(grant).into(),
        ]);
    }
    table.print(output)
}

fn details(shown: &ShowResult, output: &Output) -> Result<()> {
    let grant = &shown.grant;
    let (sign, word) = standing(grant);
    let title = format!("{} {word} {}: {}", output.sign(sign), grant.principal, about(grant));
    output.line(&title)?;
    let field = |name: &str, value: &str| {
        let label = output.paint(style::DIM, &text::pad(name, 10));
        output.line(&format!("  {label}{}", text::one_line(value)))
    };
    field("id", &grant.id.to_string())?;
    field("why", &grant.reason)?;
    field("made by", &grant.granted_by.to_string())?;
    if let Some(permission) = &grant.permission_id {
        field("from", &format!("permission request {permission}"))?;
    }
    field("made", &text::day_and_clock(grant.created_at))?;
    let end = grant.expires_at.map_or("when it is revoked".to_owned(), text::day_and_clock);
    field("ends", &end)?;
    field("used", &text::count(shown.n_uses, "time"))?;
    for entry in &shown.log {
        let by = entry.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        field("", &format!("{}  {}{by}", text::day_and_clock(entry.at), entry.what))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read() {
        assert_eq!(duration("30m"), Ok(1_800_000));
        assert_eq!(duration("8h"), Ok(28_800_000));
        assert_eq!(duration("7d"), Ok(604_800_000));
        for bad in ["", "7", "d", "-1d", "0m", "1w", "99999999999999999999d", "1é"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
