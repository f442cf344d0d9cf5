//! What the daemon adds to the audit ledger: the outcomes of commands, facts without a run around
//! them, and the key that signs checkpoints.

use std::path::Path;
use std::sync::Arc;

use nexus_domain::agent::ToolCallStatus;
use nexus_domain::id::{DeliveryId, TurnId};
use nexus_domain::permission::{PermissionRequest, PermissionStatus};
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::{Failure, Timestamp};
use nexus_ledger::{
    AUDIT_CHECKPOINT_FILE, AUDIT_KEYS_FILE, AuditBreak, AuditCheckpoint, AuditEntry, AuditEvidence,
    AuditKey, AuditPosition, Ledger, LedgerError, Tx,
};
use nexus_protocol::health::HealthStatus;
use nexus_secrets::{ExposeSecret as _, Pointer};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use crate::context::Context;

/// Name of the health check of this part.
const HEALTH: &str = "audit";

/// The subject of a tool call, by which its outcome finds its decision.
#[must_use]
pub fn tool_call(turn: TurnId, call: &str) -> String {
    format!("call:{turn}:{call}")
}

/// The subject of a delivery.
#[must_use]
pub fn delivery(id: DeliveryId) -> String {
    format!("delivery:{id}")
}

/// The outcome of a tool call in one word.
#[must_use]
pub fn word(status: ToolCallStatus) -> &'static str {
    match status {
        ToolCallStatus::Completed => "completed",
        ToolCallStatus::Failed => "failed",
        ToolCallStatus::Unknown => "unknown",
        ToolCallStatus::HandedOut => "handed out",
        ToolCallStatus::Pending | ToolCallStatus::Waiting | ToolCallStatus::Running => "not ended",
    }
}

/// Records that the value of a credential was read: its place and for what, never the value. To be
/// called before the value is used.
///
/// # Errors
/// What the ledger says when it cannot be recorded; then the value must not be used.
pub async fn credential_read(
    ledger: &Ledger,
    at: Timestamp,
    reader: Principal,
    pointer: &Pointer,
    purpose: &str,
) -> Result<AuditPosition, Failure> {
    let place = pointer.to_string();
    let entry = AuditEntry::fact(at, Chain::of(reader), "credential.read", place, purpose);
    ledger.write(move |tx| tx.audit().append(&entry)).await.map_err(Failure::from)
}

/// Records how a permission request ended: answered by somebody, or by nobody, which is a no.
///
/// # Errors
/// What the ledger says; then the answer must not count.
pub fn permission_ended(
    tx: &Tx<'_>,
    request: &PermissionRequest,
    at: Timestamp,
) -> Result<(), LedgerError> {
    let (word, verdict) = match request.status {
        PermissionStatus::Approved => ("approved", "allow"),
        PermissionStatus::Denied => ("denied", "deny"),
        PermissionStatus::Expired => ("expired", "deny"),
        PermissionStatus::Withdrawn | PermissionStatus::Pending => ("withdrawn", "deny"),
    };
    let by = request.resolved_by.clone();
    let chain = Chain::of(by.unwrap_or_else(|| Principal::Job("permissions".to_owned())));
    let comment = request.comment.as_deref().unwrap_or("no words with it");
    let resource = format!("{} {}", request.action.tool, request.action.summary);
    let entry = AuditEntry {
        request_id: Some(request.request_id),
        turn_id: request.turn_id,
        verdict: verdict.to_owned(),
        digest: Some(request.action.digest.clone()),
        ..AuditEntry::fact(at, chain, &format!("permission.{word}"), resource, comment)
    };
    tx.audit().append(&entry).map(|_| ())
}

/// The outcome of a command, to be recorded once its decision stands. Dropped without having been
/// settled, it says that the command was broken off.
pub struct Outcome {
    context: Arc<Context>,
    decision: AuditPosition,
    text: String,
}

impl Outcome {
    /// Begins to wait for the outcome of the command decided at this place.
    #[must_use]
    pub fn of_command(context: &Arc<Context>, decision: u64) -> Self {
        Self {
            context: Arc::clone(context),
            decision: AuditPosition(decision),
            text: "broken off".to_owned(),
        }
    }

    /// Says how it went. The code of a failure stands for it: its words may quote what was sent.
    pub fn settle(&mut self, failure: Option<&Failure>) {
        self.text = failure.map_or_else(|| "ok".to_owned(), |f| format!("failed: {}", f.code));
    }
}

impl Drop for Outcome {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (context, decision) = (Arc::clone(&self.context), self.decision);
        let text = std::mem::take(&mut self.text);
        // The answer does not wait for it: what is lost here is found open at the next start.
        runtime.spawn(async move {
            let at = context.clock.now();
            let noted = context.ledger.write(move |tx| tx.audit().outcome(decision, at, &text));
            if let Err(error) = noted.await {
                tracing::warn!(%error, decision = decision.0, "an outcome was not recorded");
            }
        });
    }
}

/// Holds the key that signs checkpoints, once it could be read.
#[derive(Default)]
pub struct Signer(OnceCell<Arc<AuditKey>>);

impl Signer {
    /// The key. Made at the first start; its public half is published beside the ledger.
    ///
    /// # Errors
    /// When it can neither be read nor made, such as while the keychain is locked.
    pub async fn key(&self, context: &Context) -> Result<Arc<AuditKey>, Failure> {
        self.0.get_or_try_init(|| read_key(context)).await.map(Arc::clone)
    }
}

async fn read_key(context: &Context) -> Result<Arc<AuditKey>, Failure> {
    let config = context.config.current();
    let secrets = context.credentials.secrets();
    let is_first = !context.home.state().join(AUDIT_KEYS_FILE).exists();
    let name = key_name(context.home.root());
    let seed = secrets.audit_seed(&name, config.audit.key_place, is_first).await?;
    secrets.redactor().learn(&seed);
    let seed = hex::decode(seed.expose_secret()).map_err(Failure::internal)?;
    let key = AuditKey::from_seed(&seed)?;
    // Keys that are published promise a checkpoint, so the first one waits until it is noted.
    if is_first || publish(context, &key).await? {
        let chain = Chain::of(Principal::Job("audit".to_owned()));
        let reason = "it signs checkpoints from now on";
        let id = key.public().id();
        let entry = AuditEntry::fact(context.clock.now(), chain, "audit.key", id, reason);
        context.ledger.write(move |tx| tx.audit().append(&entry)).await?;
    }
    Ok(Arc::new(key))
}

/// True when the key was not among the published ones.
async fn publish(context: &Context, key: &AuditKey) -> Result<bool, Failure> {
    let (file, public) = (context.home.ledger_file(), key.public().clone());
    blocking(move || AuditEvidence::publish(&file, &public)).await
}

/// Several homes share one keychain.
pub(crate) fn key_name(home: &Path) -> String {
    let home = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    let digest = hex::encode(Sha256::digest(home.to_string_lossy().as_bytes()));
    format!("audit/{}", &digest[..16])
}

async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(act).await.map_err(Failure::internal)?;
    Ok(done?)
}

/// Signs the chain as it stands and notes that outside the database. Trouble is shown as the
/// health of the audit: nothing else stops for it.
pub async fn seal(context: &Context) {
    let now = context.clock.now();
    let (status, reason, fix) = match sign(context).await {
        Ok(None) => (HealthStatus::Healthy, "signed".to_owned(), None),
        Ok(Some(broken)) => (
            HealthStatus::Unhealthy,
            format!(
                "row {} does not fit what was noted in state/{AUDIT_CHECKPOINT_FILE}: {}",
                broken.position.0, broken.reason
            ),
            Some("nexus acl audit verify"),
        ),
        Err(failure) => (
            HealthStatus::Degraded,
            format!("the latest rows are not signed: {}", failure.message),
            Some("unlock the keychain, or set acl.audit_key = \"file\""),
        ),
    };
    if status != HealthStatus::Healthy {
        tracing::warn!(reason, "audit");
    }
    context.health.set(HEALTH, status, &reason, fix, now);
}

/// The inner result is what the note outside contradicts; it is the evidence, and stays.
async fn sign(context: &Context) -> Result<Option<AuditBreak>, Failure> {
    let key = context.audit.key(context).await?;
    let now = context.clock.now();
    let signer = Arc::clone(&key);
    let signed = context.ledger.write(move |tx| tx.audit().sign(now, &signer)).await?;
    let latest = match signed {
        Some(signed) => Some(signed),
        None => context.ledger.read(|r| r.audit().checkpoint()).await?,
    };
    let Some(latest) = latest else { return Ok(None) };
    let contradicted = note(context, latest).await?;
    publish(context, &key).await?;
    Ok(contradicted)
}

/// Notes a checkpoint outside the database, unless the one noted there speaks of another chain.
pub(crate) async fn note(
    context: &Context,
    latest: AuditCheckpoint,
) -> Result<Option<AuditBreak>, Failure> {
    let file = context.home.ledger_file();
    let path = context.home.state().join(AUDIT_CHECKPOINT_FILE);
    let noted = blocking(move || AuditEvidence::checkpoint(&path)).await?;
    if let Some(noted) = noted {
        if noted == latest {
            return Ok(None);
        }
        if let Err(broken) = context.ledger.read(move |r| r.audit().holds(&noted)).await? {
            return Ok(Some(broken));
        }
    }
    blocking(move || AuditEvidence::note(&file, &latest)).await?;
    Ok(None)
}
