//! Devices: who makes their acquaintance, what they may, and what ends it.

use std::sync::Arc;

use nexus_domain::access::Device;
use nexus_domain::failure::Failure;
use nexus_iam::Permit;
use nexus_ledger::{LedgerError, Tx};
use nexus_protocol::Scope;
use nexus_protocol::device::{
    ApproveParams, ChangeResult, DEVICE_SCOPES_DEFAULT, DeviceParams, LinkParams, LinkResult,
    ListParams, ListResult, PairParams, RejectResult, RenameParams, TicketResult,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::key::{issuer, label, names, refresh, within};
use crate::authorize::{Caller, DoorEvent, audit_door};
use crate::context::Context;
use crate::ways::{DEVICES_MAX, Ticket};

/// Most devices that one list shows.
const LIST_MAX: u32 = 1_000;

/// Makes a ticket that pairs one device, once.
pub async fn pair(
    context: &Arc<Context>,
    caller: &Caller,
    permit: Permit,
    params: PairParams,
) -> Result<TicketResult, Failure> {
    let made_by = issuer(&permit, "pair devices")?;
    let scopes = granted(caller, params.scopes)?;
    let name = params.name.as_deref().map(label).transpose()?;
    issue(context, Ticket { name, scopes: names(&scopes), made_by })
}

/// Makes a link by which a browser signs in: with what the caller has, for as long as it has it.
pub async fn link(
    context: &Arc<Context>,
    caller: &Caller,
    permit: Permit,
    _params: LinkParams,
) -> Result<LinkResult, Failure> {
    let made_by = issuer(&permit, "sign browsers in")?;
    let now = context.clock.now();
    let holder = context.ways.holder_by_link(caller, now)?;
    audit_door(context, DoorEvent::LinkMade, made_by, "devices.link").await?;
    let link = context.logins.issue(holder, now)?;
    context.credentials.redactor().learn(&SecretString::from(link.code.clone()));
    Ok(LinkResult { path: format!("/open?code={}", link.code), expires_at: link.expires_at })
}

/// Lists devices, and those that ask.
pub async fn list(
    context: &Arc<Context>,
    _permit: Permit,
    params: ListParams,
) -> Result<ListResult, Failure> {
    let devices =
        context.ledger.read(move |r| r.access().devices(params.include_ended, LIST_MAX)).await?;
    let pending = context.ways.pairings().pending(context.clock.now());
    Ok(ListResult { devices, pending })
}

/// Pairs a device that asks.
pub async fn approve(
    context: &Arc<Context>,
    caller: &Caller,
    permit: Permit,
    params: ApproveParams,
) -> Result<ChangeResult, Failure> {
    let paired_by = issuer(&permit, "pair devices")?;
    let scopes = names(&granted(caller, params.scopes)?);
    let name = params.name.as_deref().map(label).transpose()?;
    let now = context.clock.now();
    let (pending, public_key) = context.ways.pairings().take(&params.device, now)?;
    let device = Device {
        id: pending.device_id,
        public_key,
        name: name.unwrap_or(pending.name),
        platform: pending.platform,
        scopes,
        paired_by,
        paired_at: now,
        last_used_at: None,
        revoked_at: None,
        revoked_by: None,
    };
    enter(context, device.clone()).await?;
    Ok(ChangeResult { device })
}

/// Turns a device away that asks.
pub async fn reject(
    context: &Arc<Context>,
    _caller: &Caller,
    permit: Permit,
    params: DeviceParams,
) -> Result<RejectResult, Failure> {
    issuer(&permit, "turn devices away")?;
    let (device, _) = context.ways.pairings().take(&params.device, context.clock.now())?;
    Ok(RejectResult { device })
}

/// Gives a device another name.
pub async fn rename(
    context: &Arc<Context>,
    _caller: &Caller,
    permit: Permit,
    params: RenameParams,
) -> Result<ChangeResult, Failure> {
    let by = issuer(&permit, "rename devices")?;
    let (name, now) = (label(&params.name)?, context.clock.now());
    let write = move |tx: &mut Tx<'_>| tx.access().rename_device(&params.device, &name, &by, now);
    let device = context.ledger.write(write).await?;
    refresh(context).await?;
    Ok(ChangeResult { device })
}

/// Ends a device's key and makes a ticket with which it comes back under its name.
pub async fn rotate(
    context: &Arc<Context>,
    caller: &Caller,
    permit: Permit,
    params: DeviceParams,
) -> Result<TicketResult, Failure> {
    let made_by = issuer(&permit, "renew the keys of devices")?;
    let named = params.device.clone();
    let known = context.ledger.read(move |r| r.access().find_device(&named)).await?;
    let scopes = known.scopes.iter().filter_map(|name| Scope::by_name(name)).collect();
    within(caller, scopes)?;
    let device = end(context, &permit, params.device).await?;
    issue(context, Ticket { name: Some(device.name), scopes: device.scopes, made_by })
}

/// Takes a pairing back; the device is cut off.
pub async fn revoke(
    context: &Arc<Context>,
    _caller: &Caller,
    permit: Permit,
    params: DeviceParams,
) -> Result<ChangeResult, Failure> {
    issuer(&permit, "revoke devices")?;
    let device = end(context, &permit, params.device).await?;
    Ok(ChangeResult { device })
}

/// Records a device that was paired, and lets it in.
///
/// # Errors
/// `Conflict` when there are too many.
pub(crate) async fn enter(context: &Context, device: Device) -> Result<(), Failure> {
    let write = move |tx: &mut Tx<'_>| {
        if tx.access().devices(false, LIST_MAX)?.len() >= DEVICES_MAX {
            let message = format!("{DEVICES_MAX} devices are paired; revoke one first");
            return Err(LedgerError::Conflict { message });
        }
        tx.access().pair_device(&device)
    };
    context.ledger.write(write).await?;
    refresh(context).await
}

async fn end(context: &Context, permit: &Permit, device: String) -> Result<Device, Failure> {
    let by = issuer(permit, "revoke devices")?;
    let now = context.clock.now();
    let write = move |tx: &mut Tx<'_>| tx.access().revoke_device(&device, &by, now);
    let device = context.ledger.write(write).await?;
    refresh(context).await?;
    Ok(device)
}

fn granted(caller: &Caller, wanted: Option<Vec<Scope>>) -> Result<Vec<Scope>, Failure> {
    within(caller, wanted.unwrap_or_else(|| DEVICE_SCOPES_DEFAULT.to_vec()))
}

fn issue(context: &Context, ticket: Ticket) -> Result<TicketResult, Failure> {
    let scopes = ticket.scopes.iter().filter_map(|name| Scope::by_name(name)).collect();
    let (value, expires_at) = context.ways.pairings().issue(ticket, context.clock.now())?;
    context.credentials.redactor().learn(&value);
    Ok(TicketResult { ticket: value.expose_secret().to_owned(), scopes, expires_at })
}
