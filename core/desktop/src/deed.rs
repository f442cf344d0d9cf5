//! What a line of the menu or a press on a notice asks of the daemon, as calls of its methods:
//! the tray has no way around them.

use nexus_client::{Client, call, idempotency_key};
use nexus_domain::Failure;
use nexus_domain::id::RequestId;
use nexus_domain::pause::PauseMode;
use nexus_protocol::acl::{ApproveParams, ApproveSpan, DenyParams};
use nexus_protocol::request::CancelParams;
use nexus_protocol::runtime::{PauseParams, ResumeParams};

use crate::menu::Act;

/// How long "for 1 hour" is, in milliseconds.
const HOUR_MS: u64 = 60 * 60 * 1000;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum DeedError {
    /// The daemon refused, or went away.
    #[error("{0}")]
    Client(#[from] nexus_client::ClientError),
    /// There is no randomness for a key.
    #[error("no idempotency key can be made: {0}")]
    Key(#[from] std::io::Error),
    /// The menu named something that is no id.
    #[error("{0}")]
    Id(#[from] Failure),
}

/// Whether the daemon is asked for it.
#[must_use]
pub fn is_for_daemon(act: &Act) -> bool {
    use Act::{Allow, Deny, PauseAll, PauseHour, PauseNew, Resume, Stop};
    matches!(act, Allow { .. } | Deny { .. } | Stop(_) | PauseNew | PauseAll | PauseHour | Resume)
}

/// Has the daemon do it; an act that is not for the daemon does nothing.
///
/// # Errors
/// When the daemon refuses, does not answer, or is gone.
pub async fn perform(client: &Client, act: &Act) -> Result<(), DeedError> {
    match act {
        Act::Allow { id, digest } => allow(client, id, digest).await,
        Act::Deny { id, digest } => deny(client, id, digest).await,
        Act::Stop(id) => stop(client, id).await,
        Act::PauseNew => pause(client, PauseMode::NewWork, None).await,
        Act::PauseAll => pause(client, PauseMode::All, None).await,
        Act::PauseHour => pause(client, PauseMode::NewWork, Some(HOUR_MS)).await,
        Act::Resume => {
            let params = ResumeParams { idempotency_key: idempotency_key()? };
            client.request::<call::RuntimeResume>(params).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn allow(client: &Client, id: &str, digest: &str) -> Result<(), DeedError> {
    let params = ApproveParams {
        id: id.to_owned(),
        digest: Some(digest.to_owned()),
        span: ApproveSpan::Once,
        place: None,
        comment: None,
        signature: None,
        idempotency_key: idempotency_key()?,
    };
    client.request::<call::AclRequestsApprove>(params).await?;
    Ok(())
}

async fn deny(client: &Client, id: &str, digest: &str) -> Result<(), DeedError> {
    let params = DenyParams {
        id: id.to_owned(),
        digest: Some(digest.to_owned()),
        always: false,
        place: None,
        comment: None,
        signature: None,
        idempotency_key: idempotency_key()?,
    };
    client.request::<call::AclRequestsDeny>(params).await?;
    Ok(())
}

async fn stop(client: &Client, id: &str) -> Result<(), DeedError> {
    let id = RequestId::parse(id)?;
    let params = CancelParams { id, idempotency_key: idempotency_key()? };
    client.request::<call::RequestsCancel>(params).await?;
    Ok(())
}

async fn pause(client: &Client, mode: PauseMode, for_ms: Option<u64>) -> Result<(), DeedError> {
    let params = PauseParams { mode, for_ms, idempotency_key: idempotency_key()? };
    client.request::<call::RuntimePause>(params).await?;
    Ok(())
}
