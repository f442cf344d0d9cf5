//! `nexus device`: devices that are paired.

use clap::Subcommand;
use nexus_client::{Client, call};
use nexus_domain::access::Device as Paired;
use nexus_protocol::Scope;
use nexus_protocol::device::{
    ApproveParams, DeviceParams, ListParams, ListResult, PairParams, RenameParams, TicketResult,
};
use nexus_protocol::expose::StatusParams;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::key::scope;
use crate::context::Context;
use crate::environment::now;
use crate::failure::{Exit, Result};
use crate::output::table::{Cell, Table};
use crate::output::{Output, Sign, text};

const PAIR_EXAMPLES: &str = "\
Examples
  nexus device pair
  nexus device pair --name \"Anna's phone\" --scope session.read --scope session.write";
const LIST_EXAMPLES: &str = "\
Examples
  nexus device list
  nexus device list --all --json";
const APPROVE_EXAMPLES: &str = "\
Examples
  nexus device approve 482913
  nexus device approve 482913 --name phone --scope session.read";
const REJECT_EXAMPLES: &str = "\
Examples
  nexus device reject 482913
  nexus device reject 9f86d081";
const RENAME_EXAMPLES: &str = "\
Examples
  nexus device rename 9f86d081 tablet
  nexus device rename 9f86 \"Anna's tablet\"";
const ROTATE_EXAMPLES: &str = "\
Examples
  nexus device rotate 9f86d081
  nexus device rotate 9f86 --json";
const REVOKE_EXAMPLES: &str = "\
Examples
  nexus device revoke 9f86d081
  nexus device revoke 9f86";
/// Characters of an id that are shown to people.
const ID_CHARS: usize = 12;

/// Paired devices.
#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// Make a ticket that pairs one device, as a QR code
    #[command(after_help = PAIR_EXAMPLES)]
    Pair {
        /// What it will be called
        #[arg(long)]
        name: Option<String>,
        /// What it may do at most; may be given several times. The usual ones when left out
        #[arg(long, value_name = "SCOPE", value_parser = scope)]
        scope: Vec<Scope>,
    },
    /// Which devices there are, and which ask to be paired
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Also those that were revoked
        #[arg(long)]
        all: bool,
    },
    /// Pair a device that asks; compare its code first
    #[command(after_help = APPROVE_EXAMPLES)]
    Approve {
        /// The code that it shows, or its id
        device: String,
        /// What it will be called
        #[arg(long)]
        name: Option<String>,
        /// What it may do at most; may be given several times. The usual ones when left out
        #[arg(long, value_name = "SCOPE", value_parser = scope)]
        scope: Vec<Scope>,
    },
    /// Turn a device away that asks
    #[command(after_help = REJECT_EXAMPLES)]
    Reject {
        /// The code that it shows, or its id
        device: String,
    },
    /// Give a device another name
    #[command(after_help = RENAME_EXAMPLES)]
    Rename {
        /// Its id or the beginning of it
        device: String,
        /// The new name
        name: String,
    },
    /// End a device's key, and make a ticket with which it comes back with a new one
    #[command(after_help = ROTATE_EXAMPLES)]
    Rotate {
        /// Its id or the beginning of it
        device: String,
    },
    /// Take a pairing back; the device is cut off
    #[command(after_help = REVOKE_EXAMPLES)]
    Revoke {
        /// Its id or the beginning of it
        device: String,
    },
}

pub(crate) async fn run(device: Device, context: &Context) -> Result<Exit> {
    let address = context.running().await?.address;
    let client = context.connect().await?;
    let output = &context.output;
    let some = |scopes: Vec<Scope>| (!scopes.is_empty()).then_some(scopes);
    let key = context.fresh_key()?;
    match device {
        Device::Pair { name, scope } => {
            let params = PairParams { name, scopes: some(scope), idempotency_key: key };
            let made = client.request::<call::DevicesPair>(params).await?;
            ticket(&made, &place(&client, &address).await, output)?;
        }
        Device::List { all } => {
            let params = ListParams { include_ended: all };
            let result = client.request::<call::DevicesList>(params).await?;
            match output.is_json() {
                true => output.document(&result)?,
                false => list(&result, output)?,
            }
        }
        Device::Approve { device, name, scope } => {
            let params = ApproveParams { device, name, scopes: some(scope), idempotency_key: key };
            let result = client.request::<call::DevicesApprove>(params).await?;
            say(&result.device, "is paired", Sign::Good, output)?;
        }
        Device::Reject { device } => {
            let params = DeviceParams { device, idempotency_key: key };
            let away = client.request::<call::DevicesReject>(params).await?.device;
            match output.is_json() {
                true => output.document(&away)?,
                false => output.line(&format!(
                    "{} {} was turned away",
                    output.sign(Sign::Idle),
                    text::one_line(&away.name)
                ))?,
            }
        }
        Device::Rename { device, name } => {
            let params = RenameParams { device, name, idempotency_key: key };
            let result = client.request::<call::DevicesRename>(params).await?;
            say(&result.device, "is its name now", Sign::Good, output)?;
        }
        Device::Rotate { device } => {
            let params = DeviceParams { device, idempotency_key: key };
            let made = client.request::<call::DevicesRotate>(params).await?;
            ticket(&made, &place(&client, &address).await, output)?;
        }
        Device::Revoke { device } => {
            let params = DeviceParams { device, idempotency_key: key };
            let result = client.request::<call::DevicesRevoke>(params).await?;
            say(&result.device, "is no longer paired", Sign::Idle, output)?;
        }
    }
    Ok(Exit::Ok)
}

fn short(id: &str) -> String {
    id.chars().take(ID_CHARS).collect()
}

fn say(device: &Paired, word: &str, sign: Sign, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.document(device);
    }
    let name = text::one_line(&device.name);
    output.line(&format!("{} {name} {word} · {}", output.sign(sign), short(&device.id)))
}

/// Where a device finds the daemon.
struct Place {
    /// The address, with the pin of its key if it has one, as in the ticket's link.
    text: String,
    /// Whether other machines reach it there.
    is_outside: bool,
}

/// Where others reach the daemon, if they do.
async fn place(client: &Client, inside: &str) -> Place {
    let status = client.request::<call::ExposeStatus>(StatusParams {}).await;
    let endpoint = status.ok().and_then(|status| status.endpoints.into_iter().next());
    let Some(endpoint) = endpoint else {
        return Place { text: inside.to_owned(), is_outside: false };
    };
    let pin = endpoint.key_fingerprint.filter(|_| endpoint.is_self_signed);
    let pin = pin.map(|pin| format!("&pin={pin}")).unwrap_or_default();
    Place { text: format!("{}{pin}", endpoint.url), is_outside: true }
}

/// A ticket as a device reads it: where the daemon is, and the ticket.
fn ticket(made: &TicketResult, place: &Place, output: &Output) -> Result<()> {
    if output.is_json() {
        return output.document(made);
    }
    let link = format!("nexus://pair?at={}&ticket={}", place.text, made.ticket);
    if let Ok(code) = QrCode::new(link.as_bytes()) {
        // Light on dark, as terminals mostly are.
        let picture = code
            .render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build();
        for line in picture.lines() {
            output.line(line)?;
        }
    }
    output.line(&link)?;
    output.line(&format!(
        "Scan it with the device, or type it there. It pairs one device; {}.",
        text::left(made.expires_at, now())
    ))?;
    if !place.is_outside {
        output.note("only this machine reaches that address; for others, first: nexus expose lan");
    }
    Ok(())
}

fn list(result: &ListResult, output: &Output) -> Result<()> {
    let columns = [("", 0), ("id", 0), ("name", 0), ("last here", 1), ("scopes", 2)];
    let mut table = Table::new(columns, "no devices; `nexus device pair` makes a ticket for one");
    for device in &result.devices {
        let sign = if device.revoked_at.is_none() { Sign::Good } else { Sign::Idle };
        let (sign, style) = output.sign_parts(sign);
        let here = match (device.revoked_at, device.last_used_at) {
            (Some(_), _) => "revoked".to_owned(),
            (None, Some(at)) => text::ago(at, now()),
            (None, None) => "never".to_owned(),
        };
        table.row([
            Cell::styled(sign, style),
            short(&device.id).into(),
            text::one_line(&device.name).into(),
            here.into(),
            device.scopes.join(", ").into(),
        ]);
    }
    table.print(output)?;
    for pending in &result.pending {
        output.line(&format!(
            "{} {} ({}, from {}) asks to be paired. If it shows {}: nexus device approve {}",
            output.sign(Sign::Ask),
            text::one_line(&pending.name),
            text::one_line(&pending.platform),
            pending.address,
            pending.code,
            pending.code
        ))?;
    }
    Ok(())
}
