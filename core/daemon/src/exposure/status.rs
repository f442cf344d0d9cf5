//! How open we are, for people: what `nexus expose status` shows, and the line on the health board.

use std::net::{IpAddr, SocketAddr};

use nexus_domain::Failure;
use nexus_protocol::expose::{Endpoint, EndpointKind, StatusResult, TailnetAccess};
use nexus_protocol::health::HealthStatus;

use super::{Certificate, Held, Names};
use crate::config::{ExposeConfig, Gives, TailnetLogin};
use crate::context::Context;
use crate::ways::LocalApi;

/// Id of the line on the health board.
const HEALTH: &str = "exposure";

/// Whether the tailnet says who is who, where somebody is let in by that.
pub(super) async fn ask_tailnet(
    context: &Context,
    config: &ExposeConfig,
    open: &[IpAddr],
    problems: &mut Vec<String>,
) {
    let port = context.address.get().map_or(0, SocketAddr::port);
    let Some(own) = open.first().filter(|_| !config.let_in().is_empty()) else { return };
    let api = LocalApi::at(config.tailscale_socket.as_deref(), &*context.clock);
    if let Err(failure) = api.check(SocketAddr::new(*own, port)).await {
        problems.push(sentence(&failure));
    }
}

/// What there is to say.
pub(super) fn of(
    context: &Context,
    held: &Held,
    names: &Names,
    certificate: Option<&Certificate>,
    problems: Vec<String>,
) -> StatusResult {
    let inside = context.address.get();
    let port = inside.map_or(0, SocketAddr::port);
    let direct = names.outside.iter().filter_map(|ip| {
        let (address, certificate) = (SocketAddr::new(*ip, port), certificate?);
        Some(Endpoint {
            kind: EndpointKind::Direct,
            url: format!("https://{address}"),
            address: address.to_string(),
            fingerprint: Some(certificate.fingerprint.clone()),
            key_fingerprint: Some(certificate.key_fingerprint.clone()),
            is_self_signed: certificate.is_self_signed,
            expires_at: certificate.expires_at,
        })
    });
    let served = names.tailnet.iter().filter(|_| held.is_served).map(|name| Endpoint {
        kind: EndpointKind::Tailscale,
        url: format!("https://{name}"),
        address: format!("{name}:443"),
        fingerprint: None,
        key_fingerprint: None,
        is_self_signed: false,
        expires_at: None,
    });
    let bind = context.config.current();
    let bind = bind.values.iter().find(|value| value.key == "runtime.bind");
    StatusResult {
        inside: inside.map(ToString::to_string).unwrap_or_default(),
        bind: bind.and_then(|value| value.value.as_str()).unwrap_or_default().to_owned(),
        endpoints: direct.chain(served).collect(),
        announced: held
            .announcement
            .as_ref()
            .map(|a| format!("{}._nexus._tcp.local on port {}", a.record.instance, a.record.port)),
        tailnet_logins: context.config.current().expose.let_in().iter().map(login).collect(),
        problems,
    }
}

fn login(login: &TailnetLogin) -> TailnetAccess {
    let scopes = match &login.gives {
        Gives::Owner => None,
        Gives::Scopes(scopes) => Some(scopes.clone()),
    };
    TailnetAccess { login: login.name.clone(), scopes }
}

/// Writes the line on the health board.
pub(super) fn show(context: &Context, status: &StatusResult, certificate: Option<&Certificate>) {
    let now = context.clock.now();
    let urls: Vec<_> = status.endpoints.iter().map(|endpoint| endpoint.url.as_str()).collect();
    let mut reason = match urls.as_slice() {
        [] => "only this machine".to_owned(),
        urls => urls.join(", "),
    };
    if let Some(certificate) = certificate {
        reason = format!("{reason} with {}", certificate.fingerprint);
    }
    match status.problems.as_slice() {
        [] => context.health.set(HEALTH, HealthStatus::Healthy, &reason, None, now),
        problems => {
            let reason = format!("{reason}; {}", problems.join("; "));
            let fix = Some("nexus expose status");
            context.health.set(HEALTH, HealthStatus::Degraded, &reason, fix, now);
        }
    }
}

/// A failure with what to do about it, in one line.
pub(super) fn sentence(failure: &Failure) -> String {
    match &failure.hint {
        Some(hint) => format!("{} ({hint})", failure.message),
        None => failure.message.clone(),
    }
}
