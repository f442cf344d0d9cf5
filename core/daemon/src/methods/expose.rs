//! Who can reach the control plane from outside this machine.

use std::sync::Arc;

use nexus_domain::Failure;
use nexus_iam::Permit;
use nexus_protocol::config::ConfigChange;
use nexus_protocol::expose::{ExposeTarget, MdnsMode, SetParams, StatusParams, StatusResult};

use super::person;
use crate::config::{Bind, Edit};
use crate::context::Context;
use crate::exposure;
use crate::reconfigure;

/// Says where others reach the control plane.
pub async fn status(
    context: &Arc<Context>,
    _permit: Permit,
    _params: StatusParams,
) -> Result<StatusResult, Failure> {
    Ok(context.exposure.status())
}

/// Opens the control plane to others, or closes it; the configuration is changed for it.
pub async fn set(
    context: &Arc<Context>,
    permit: Permit,
    params: SetParams,
) -> Result<StatusResult, Failure> {
    person(&permit, "open the control plane to others")?;
    let (bind, is_served) = meant(&params)?;
    exposure::check(context, bind.unwrap_or(INSIDE), is_served == Some(true)).await?;
    let mut changes = Vec::new();
    let mut change =
        |key: &str, value: Option<serde_json::Value>| {
            // Nothing is taken out that is not there.
            let is_set =
                context.config.current().values.iter().any(|v| {
                    v.key == key && v.source == nexus_protocol::config::ConfigSource::File
                });
            if value.is_some() || is_set {
                changes.push(ConfigChange { key: key.to_owned(), value, text: None });
            }
        };
    match (params.target, bind) {
        (ExposeTarget::Off, _) => {
            change("runtime.bind", None);
            change("tailscale.serve", None);
        }
        (ExposeTarget::Lan, _) => change("runtime.bind", Some("lan".into())),
        (ExposeTarget::Address, _) => change("runtime.bind", params.address.map(Into::into)),
        (ExposeTarget::Tailnet, _) => change("tailscale.serve", Some(true.into())),
    }
    if let Some(mode) = params.mdns {
        let word = match mode {
            MdnsMode::Off => "off",
            MdnsMode::Minimal => "minimal",
            MdnsMode::Full => "full",
        };
        change("discovery.mdns", Some(word.into()));
    }
    if !changes.is_empty() {
        let result = reconfigure::change(context, Edit::Set(&changes), None, false).await?;
        if let Some(overruled) = result.overruled.first() {
            return Err(Failure::conflict(format!(
                "nexus.toml says it now, but {} is overruled by {}",
                overruled.key, overruled.name
            ))
            .hint("take that away and start the daemon again"));
        }
    }
    Ok(exposure::apply(context).await)
}

const INSIDE: Bind = Bind::Loopback(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

/// What the params come to for the listeners, and for the tailnet.
fn meant(params: &SetParams) -> Result<(Option<Bind>, Option<bool>), Failure> {
    match (params.target, &params.address) {
        (ExposeTarget::Address, Some(text)) => {
            let address = text.parse().map_err(|_| {
                Failure::invalid(format!("`{}` is no IP address", text.escape_debug()))
                    .hint("give one of this machine, such as 192.168.1.5")
            })?;
            Ok((Some(Bind::Address(address)), None))
        }
        (ExposeTarget::Address, None) => Err(Failure::invalid("which address?")
            .hint("give `address`, such as 192.168.1.5, or take the target `lan`")),
        (_, Some(_)) => Err(Failure::invalid("an address is for the target `address` only")),
        (ExposeTarget::Off, None) => Ok((Some(INSIDE), Some(false))),
        (ExposeTarget::Lan, None) => Ok((Some(Bind::Lan), None)),
        (ExposeTarget::Tailnet, None) => Ok((None, Some(true))),
    }
}
