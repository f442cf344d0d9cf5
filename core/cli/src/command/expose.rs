//! `nexus expose`: who can reach the control plane from outside this machine, tried from outside.

use clap::{Subcommand, ValueEnum};
use nexus_client::stranger::{self, Try};
use nexus_client::{Fingerprint, Target, call};
use nexus_protocol::expose::{
    Endpoint, EndpointKind, ExposeTarget, MdnsMode, SetParams, StatusParams, StatusResult,
};
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{CliError, Exit, Result};
use crate::output::{Output, Sign, style, text};

const LAN_EXAMPLES: &str = "\
Examples
  nexus expose lan
  nexus expose lan --address 192.168.1.5 --mdns minimal";
const TAILNET_EXAMPLES: &str = "\
Examples
  nexus expose tailnet
  nexus expose tailnet --json";
const OFF_EXAMPLES: &str = "\
Examples
  nexus expose off
  nexus expose off && nexus expose status";
const STATUS_EXAMPLES: &str = "\
Examples
  nexus expose status
  nexus expose status --json";

/// Who can reach the control plane.
#[derive(Debug, Subcommand)]
pub(crate) enum Expose {
    /// Open it to the local network, by TLS, and try what a stranger sees
    #[command(after_help = LAN_EXAMPLES)]
    Lan {
        /// One address of this machine instead of all that are in local networks
        #[arg(long, value_name = "IP")]
        address: Option<String>,
        /// What is announced there
        #[arg(long, value_enum)]
        mdns: Option<Mdns>,
    },
    /// Open it to your tailnet, by `tailscale serve`, and try what a stranger sees
    #[command(after_help = TAILNET_EXAMPLES)]
    Tailnet,
    /// Close it to everybody but this machine
    #[command(after_help = OFF_EXAMPLES)]
    Off,
    /// Where it is reached, with which certificate, and what a stranger sees
    #[command(after_help = STATUS_EXAMPLES)]
    Status,
}

/// What is announced on the local network.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Mdns {
    /// Nothing
    Off,
    /// Protocol and port
    Minimal,
    /// Also the machine's name and the fingerprint
    Full,
}

/// An address with what a stranger sees there.
struct Checked {
    endpoint: Endpoint,
    tries: Vec<Try>,
}

pub(crate) async fn run(expose: Expose, context: &Context) -> Result<Exit> {
    let client = context.connect().await?;
    let params = |target, address, mdns| -> Result<SetParams> {
        Ok(SetParams { target, address, mdns, idempotency_key: context.fresh_key()? })
    };
    let mode = |mdns: Mdns| match mdns {
        Mdns::Off => MdnsMode::Off,
        Mdns::Minimal => MdnsMode::Minimal,
        Mdns::Full => MdnsMode::Full,
    };
    let params = match expose {
        Expose::Lan { address: Some(address), mdns } => {
            Some(params(ExposeTarget::Address, Some(address), mdns.map(mode))?)
        }
        Expose::Lan { address: None, mdns } => {
            Some(params(ExposeTarget::Lan, None, mdns.map(mode))?)
        }
        Expose::Tailnet => Some(params(ExposeTarget::Tailnet, None, None)?),
        Expose::Off => Some(params(ExposeTarget::Off, None, None)?),
        Expose::Status => None,
    };
    let status = match params {
        Some(params) => client.request::<call::ExposeSet>(params).await?,
        None => client.request::<call::ExposeStatus>(StatusParams {}).await?,
    };
    let mut checked = Vec::new();
    for endpoint in &status.endpoints {
        let tries = stranger::look(&target(endpoint)?).await;
        checked.push(Checked { endpoint: endpoint.clone(), tries });
    }
    let is_fine =
        status.problems.is_empty() && checked.iter().all(|c| c.tries.iter().all(|t| t.is_fine));
    match context.output.is_json() {
        true => context.output.document(&document(&status, &checked, is_fine)?)?,
        false => show(&status, &checked, &context.output)?,
    }
    Ok(if is_fine { Exit::Ok } else { Exit::Found })
}

fn target(endpoint: &Endpoint) -> Result<Target> {
    let fingerprint = endpoint.fingerprint.as_deref().map(str::parse::<Fingerprint>).transpose();
    let unreadable = |e: &dyn std::fmt::Display| CliError::failed(e.to_string());
    Target::parse(&endpoint.url, fingerprint.map_err(|e| unreadable(&e))?)
        .map_err(|e| unreadable(&e))
}

fn document(status: &StatusResult, checked: &[Checked], is_fine: bool) -> Result<Value> {
    let of_try = |one: &Try| json!({ "what": one.what, "seen": one.seen, "ok": one.is_fine });
    let of_checked = |one: &Checked| json!({ "url": one.endpoint.url, "tries": one.tries.iter().map(of_try).collect::<Vec<_>>() });
    let mut document = serde_json::to_value(status).map_err(|e| CliError::failed(e.to_string()))?;
    document["stranger"] = checked.iter().map(of_checked).collect();
    document["ok"] = is_fine.into();
    Ok(document)
}

fn show(status: &StatusResult, checked: &[Checked], output: &Output) -> Result<()> {
    output.line(&format!("  this machine  http://{}", status.inside))?;
    for one in checked {
        show_endpoint(one, output)?;
    }
    if let Some(announced) = &status.announced {
        output.line(&format!("  announced as  {}", text::one_line(announced)))?;
    }
    for access in &status.tailnet_logins {
        let may = match &access.scopes {
            None => "as you".to_owned(),
            Some(scopes) => scopes.iter().map(|s| s.name()).collect::<Vec<_>>().join(", "),
        };
        output.line(&format!("  lets in       {}  {may}", text::one_line(&access.login)))?;
    }
    for problem in &status.problems {
        output.line(&format!("{} {}", output.sign(Sign::Bad), text::one_line(problem)))?;
    }
    if checked.is_empty() && status.problems.is_empty() {
        output.line(&format!("{} nobody else reaches it", output.sign(Sign::Good)))?;
    }
    Ok(())
}

fn show_endpoint(one: &Checked, output: &Output) -> Result<()> {
    let endpoint = &one.endpoint;
    let who = match endpoint.kind {
        EndpointKind::Direct => "others",
        EndpointKind::Tailscale => "your tailnet",
    };
    let url = output.paint(style::BOLD, &endpoint.url);
    output.line(&format!("  {}  {url}", text::pad(who, 12)))?;
    if let Some(fingerprint) = &endpoint.fingerprint {
        let until = endpoint.expires_at.map(text::day_and_clock).unwrap_or_default();
        output.line(&format!("    certificate  {fingerprint}"))?;
        let made = if endpoint.is_self_signed {
            "self-signed: browsers warn; compare the fingerprint, then trust it"
        } else {
            "signed by somebody else"
        };
        output.line(&output.paint(style::DIM, &format!("    good until {until}, {made}")))?;
    }
    // The key of a certificate of yours is yours to keep or change.
    if let Some(key) = endpoint.key_fingerprint.as_ref().filter(|_| endpoint.is_self_signed) {
        output.line(&format!("    its key      {key}"))?;
        let why = "    stays when the certificate is renewed: pin this one (--fingerprint)";
        output.line(&output.paint(style::DIM, why))?;
    }
    output.line("    what a stranger sees there:")?;
    for one in &one.tries {
        let sign = output.sign(if one.is_fine { Sign::Good } else { Sign::Bad });
        let what = text::pad(&one.what, 23);
        output.line(&format!("      {sign} {what}  {}", text::one_line(&one.seen)))?;
    }
    Ok(())
}
