//! `nexus acl policies|explain|test|who-can`: what is decided, and why.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use nexus_client::call;
use nexus_domain::agent::ToolEffect;
use nexus_domain::id::SessionKey;
use nexus_domain::permission::PathAccess;
use nexus_protocol::policy::{
    ExplainParams, ExplainResult, PoliciesListParams, PoliciesShowParams, PoliciesValidateParams,
    PolicyItem, Question, TestCase, TestParams, Verb, WhoCanParams,
};

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, style, text};

pub(crate) const EXPLAIN_EXAMPLES: &str = "\
Examples
  nexus acl explain agent:main use-tool http_fetch --host example.org
  nexus acl explain agent:main use-tool write_file --path notes/a.md
  nexus acl explain person:anna start-run main
  nexus acl explain owner,agent:main,agent:helper use-tool read_file --path src/main.rs";
const LIST_EXAMPLES: &str = "\
Examples
  nexus acl policies list
  nexus acl policies list --json";
const SHOW_EXAMPLES: &str = "\
Examples
  nexus acl policies show owner-network
  nexus acl policies show agent-no-control --json";
const VALIDATE_EXAMPLES: &str = "\
Examples
  nexus acl policies validate
  nexus acl policies validate state/acl/mine.cedar";
pub(crate) const TEST_EXAMPLES: &str = "\
Examples
  nexus acl test expected.json
  nexus acl test expected.json --json

A file is JSON: a list of cases.
  [{ \"name\": \"nobody shuts down\", \"who\": [\"api_key:ci\"],
     \"question\": { \"verb\": \"call\", \"resource\": \"runtime.shutdown\" }, \"expect\": \"deny\" }]

Exit code 6 when a verdict is not the expected one.";
pub(crate) const WHO_CAN_EXAMPLES: &str = "\
Examples
  nexus acl who-can call runtime.shutdown
  nexus acl who-can use-tool http_fetch --host example.org";

/// Policies.
#[derive(Debug, Subcommand)]
pub(crate) enum Policies {
    /// Those in force
    #[command(after_help = LIST_EXAMPLES)]
    List,
    /// The text of one
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id
        id: String,
    },
    /// Check policies without putting them in force
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate {
        /// A file; the folder state/acl when left out
        file: Option<PathBuf>,
    },
}

/// What would be done.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum VerbWord {
    Call,
    StartRun,
    UseTool,
    Deliver,
    Approve,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EffectWord {
    Read,
    Write,
    Network,
    Execute,
    Delegate,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AccessWord {
    Read,
    Write,
    Delete,
}

/// What would be done, and under which circumstances.
#[derive(Debug, Args)]
pub(crate) struct What {
    /// The verb
    verb: VerbWord,
    /// On what: a method, an agent, a tool, a channel
    resource: String,
    /// What the tool can do to the world, where the daemon does not know
    #[arg(long)]
    effect: Option<EffectWord>,
    /// A path it would touch
    #[arg(long)]
    path: Option<String>,
    /// How it would touch it
    #[arg(long)]
    access: Option<AccessWord>,
    /// A host it would talk to
    #[arg(long)]
    host: Option<String>,
    /// A command it would run, in words
    #[arg(long, num_args = 1.., value_name = "WORD")]
    command: Option<Vec<String>>,
    /// The conversation it would reach
    #[arg(long)]
    recipient: Option<String>,
    /// The session
    #[arg(long, value_name = "KEY", value_parser = SessionKey::parse)]
    session: Option<SessionKey>,
    /// The channel of the conversation
    #[arg(long)]
    channel: Option<String>,
    /// What the session has been exposed to: untrusted, private, secret
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// How far it would be confined: full, partial, none
    #[arg(long)]
    posture: Option<String>,
}

impl What {
    fn question(self) -> Question {
        Question {
            verb: match self.verb {
                VerbWord::Call => Verb::Call,
                VerbWord::StartRun => Verb::StartRun,
                VerbWord::UseTool => Verb::UseTool,
                VerbWord::Deliver => Verb::Deliver,
                VerbWord::Approve => Verb::Approve,
            },
            resource: self.resource,
            effect: self.effect.map(|effect| match effect {
                EffectWord::Read => ToolEffect::Read,
                EffectWord::Write => ToolEffect::Write,
                EffectWord::Network => ToolEffect::Network,
                EffectWord::Execute => ToolEffect::Execute,
                EffectWord::Delegate => ToolEffect::Delegate,
            }),
            path: self.path,
            access: self.access.map(|access| match access {
                AccessWord::Read => PathAccess::Read,
                AccessWord::Write => PathAccess::Write,
                AccessWord::Delete => PathAccess::Delete,
            }),
            host: self.host,
            command: self.command,
            recipient: self.recipient,
            session_key: self.session,
            channel: self.channel,
            peer_kind: None,
            labels: self.labels,
            posture: self.posture,
        }
    }
}

pub(crate) async fn policies(command: Policies, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    match command {
        Policies::List => {
            let params = PoliciesListParams {};
            let result = client.request::<call::AclPoliciesList>(params).await?;
            if output.is_json() {
                output.document(&result)?;
                return Ok(Exit::Ok);
            }
            list(&result.policies, output)?;
            output
                .note(&format!("\nyour own: {}/*.cedar, then nexus daemon reload", result.folder));
        }
        Policies::Show { id } => {
            let result = client.request::<call::AclPoliciesShow>(PoliciesShowParams { id }).await?;
            if output.is_json() {
                output.document(&result)?;
                return Ok(Exit::Ok);
            }
            let place = format!("{}, line {}", result.policy.source, result.policy.line);
            output.line(&output.paint(style::DIM, &place))?;
            output.line(&text::clean(&result.text))?;
        }
        Policies::Validate { file } => {
            let text = file.as_ref().map(read).transpose()?;
            let params = PoliciesValidateParams { text };
            let result = client.request::<call::AclPoliciesValidate>(params).await?;
            if output.is_json() {
                output.document(&result)?;
            } else if result.is_valid {
                output.line(&format!("{} the policies are valid", output.sign(Sign::Good)))?;
            }
            if !output.is_json() {
                for finding in &result.findings {
                    let given = file.as_ref().map(|file| file.display().to_string());
                    let source = given.unwrap_or_else(|| finding.source.clone());
                    let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
                    let problem = text::clean(&finding.problem);
                    output
                        .line(&format!("{} {source}{line}: {problem}", output.sign(Sign::Bad)))?;
                }
            }
            return Ok(if result.is_valid { Exit::Ok } else { Exit::Found });
        }
    }
    Ok(Exit::Ok)
}

fn read(file: &PathBuf) -> Result<String> {
    std::fs::read_to_string(file).map_err(|error| {
        let what = format!("{} cannot be read: {error}", file.display());
        CliError::new(Exit::Usage, "INVALID_REQUEST", what)
    })
}

fn list(policies: &[PolicyItem], output: &Output) -> Result<()> {
    let columns = [("", 0), ("policy", 0), ("says", 1), ("from", 2), ("why", 0)];
    let mut table = Table::new(columns, "no policies");
    for policy in policies {
        let (sign, sign_style) = output.sign_parts(kind_sign(&policy.kind));
        let place = match policy.source.as_str() {
            "built in" => policy.source.clone(),
            file => format!("{file}:{}", policy.line),
        };
        table.row([
            Cell::styled(sign, sign_style),
            policy.id.as_str().into(),
            policy.kind.as_str().into(),
            place.into(),
            policy.reason.as_str().into(),
        ]);
    }
    table.print(output)
}

fn kind_sign(kind: &str) -> Sign {
    match kind {
        "permit" => Sign::Good,
        "ask" | "guard" => Sign::Ask,
        _ => Sign::Bad,
    }
}

fn verdict_sign(verdict: &str) -> Sign {
    match verdict {
        "allow" => Sign::Good,
        "ask" => Sign::Ask,
        _ => Sign::Bad,
    }
}

pub(crate) async fn explain(who: Vec<String>, what: What, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let params = ExplainParams { who, question: what.question() };
    let result = client.request::<call::AclExplain>(params).await?;
    match context.output.is_json() {
        true => context.output.document(&result)?,
        false => explained(&result, &context.output)?,
    }
    Ok(Exit::Ok)
}

fn explained(result: &ExplainResult, output: &Output) -> Result<()> {
    let sign = output.sign(verdict_sign(&result.verdict));
    let verdict = output.paint(style::BOLD, &result.verdict);
    output.line(&format!("{sign} {verdict}: {}", text::one_line(&result.action)))?;
    output.line(&format!("  {}", text::one_line(&result.reason)))?;
    for link in &result.links {
        let preset = link.preset.as_ref().map(|name| {
            let style = if name == "yolo" { style::BAD } else { style::PLAIN };
            format!(" ({})", output.paint(style, name))
        });
        let preset = preset.unwrap_or_default();
        let sign = output.sign(verdict_sign(&link.verdict));
        output.line(&format!("\n{sign} {}{preset}: {}", link.principal, link.verdict))?;
        if link.policies.is_empty() {
            output.line("    nothing permits it")?;
        }
        for policy in &link.policies {
            let sign = output.sign(kind_sign(&policy.kind));
            let place = output.paint(style::DIM, &policy.place);
            output.line(&format!("    {sign} {} {} · {place}", policy.kind, policy.id))?;
            output.line(&format!("        {}", text::one_line(&policy.reason)))?;
        }
    }
    if !result.needed.is_empty() {
        output.line("\nWhat it would need")?;
        for needed in &result.needed {
            output.line(&format!("  {}", text::one_line(needed)))?;
        }
    }
    Ok(())
}

pub(crate) async fn test(file: PathBuf, context: &Context) -> Result<Exit> {
    let cases: Vec<TestCase> = serde_json::from_str(&read(&file)?).map_err(|error| {
        let what = format!("{} is no list of cases: {error}", file.display());
        CliError::new(Exit::Usage, "INVALID_REQUEST", what)
    })?;
    let client = context.connect().await?;
    let output = &context.output;
    let result = client.request::<call::AclTest>(TestParams { cases }).await?;
    if output.is_json() {
        output.document(&result)?;
    } else {
        for outcome in &result.outcomes {
            let sign = if outcome.has_passed { Sign::Good } else { Sign::Bad };
            output.line(&format!("{} {}", output.sign(sign), text::one_line(&outcome.name)))?;
            if !outcome.has_passed {
                let reason = text::one_line(&outcome.reason);
                output.line(&format!("    expected {}, but {reason}", outcome.expected))?;
            }
        }
        let n_passed = result.outcomes.iter().filter(|outcome| outcome.has_passed).count();
        output.note(&format!("\n{n_passed} of {} as expected", result.outcomes.len()));
    }
    Ok(if result.has_passed { Exit::Ok } else { Exit::Found })
}

pub(crate) async fn who_can(what: What, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let output = &context.output;
    let params = WhoCanParams { question: what.question() };
    let result = client.request::<call::AclWhoCan>(params).await?;
    if output.is_json() {
        output.document(&result)?;
        return Ok(Exit::Ok);
    }
    let columns = [("", 0), ("who", 0), ("verdict", 0), ("why", 0)];
    let mut table = Table::new(columns, "nobody");
    for item in &result.items {
        let (sign, sign_style) = output.sign_parts(verdict_sign(&item.verdict));
        table.row([
            Cell::styled(sign, sign_style),
            item.who.as_str().into(),
            item.verdict.as_str().into(),
            item.reason.as_str().into(),
        ]);
    }
    table.print(output)?;
    Ok(Exit::Ok)
}
