//! Callers that adapters serve: programs that show a credential of ours to an adapter and wait for
//! what one run comes to. The adapter passes the credential on; whose it is and what it may do is
//! decided here, for every call, by the door and the access control that the control plane has.

mod attend;
mod embed;
mod hook;
mod spool;
mod submit;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_domain::arrival::PeerKind;
use nexus_domain::failure::Failure;
use nexus_domain::id::{AgentId, RequestId};
use nexus_domain::principal::{Chain, Principal};
use nexus_domain::request::{Request, RequestStatus};
use nexus_iam::{Action, Effect, Facts, Query};
use nexus_protocol::Method;
use nexus_protocol::adapter::LineError;
use nexus_protocol::caller::{
    CallerAgent, CallerFacts, CallerParams, CancelParams, CancelResult, Refusal, RefusalKind,
    StreamError,
};
use nexus_protocol::jsonrpc::METHOD_NOT_FOUND;
use nexus_supervisor::Origin;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::authorize::{Caller, DoorEvent, audit_door, authorize_method};
use crate::context::Context;
use crate::engine;
use crate::server::throttle::Throttle;

/// Answers to wrong credentials that are held back at a time. Beyond it they are given at once:
/// guessing a key is hopeless, and whoever has a good one must find room.
const HELD_BACK_MAX: usize = 32;

/// What is known about callers while they wait.
pub struct Callers {
    throttle: Throttle,
    held_back: Semaphore,
    /// Bounded by the requests that are on their way.
    waiting: Mutex<HashMap<RequestId, Waiting>>,
}

/// A caller that waits for an answer.
struct Waiting {
    /// The adapter that serves it, as deliveries find it.
    adapter: String,
    event_id: String,
}

impl Default for Callers {
    fn default() -> Self {
        Self {
            throttle: Throttle::default(),
            held_back: Semaphore::new(HELD_BACK_MAX),
            waiting: Mutex::default(),
        }
    }
}

impl Callers {
    fn waiting(&self) -> MutexGuard<'_, HashMap<RequestId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a call of an adapter for one of its callers.
///
/// # Errors
/// A [`Refusal`], or that there is no such method.
pub async fn call(
    context: &Arc<Context>,
    origin: &Origin,
    method: &str,
    params: Value,
) -> Result<Value, LineError> {
    let refused = |failure| Refusal::from(failure);
    Ok(match method {
        "caller" => json!(facts(context, origin, read(params)?).await.map_err(refused)?),
        "submit" => json!(submit::submit(context, origin, read(params)?).await.map_err(refused)?),
        "cancel" => json!(cancel(context, origin, read(params)?).await.map_err(refused)?),
        "hook.submit" => {
            json!(hook::submit(context, origin, read(params)?).await.map_err(refused)?)
        }
        "hook.refused" => {
            json!(hook::refused(context, origin, read(params)?).await.map_err(refused)?)
        }
        "attend" => json!(attend::attend(context, origin, read(params)?).await.map_err(refused)?),
        "embed" => json!(embed::embed(context, origin, read(params)?).await?),
        _ => {
            let message = format!("there is no method `{method}`");
            return Err(LineError { code: METHOD_NOT_FOUND, message, data: None });
        }
    })
}

fn read<P: DeserializeOwned>(params: Value) -> Result<P, LineError> {
    serde_json::from_value(params)
        .map_err(|error| Refusal::new(RefusalKind::Invalid, error.to_string()).into())
}

/// Who shows a credential to an adapter. The token of the control plane is not taken: an adapter
/// is a stranger, and would have all of it.
async fn admit(
    context: &Context,
    origin: &Origin,
    shown: &CallerParams,
) -> Result<Caller, Failure> {
    let now = context.clock.now();
    if let Some(caller) = context.ways.by_secret(shown.credential.expose(), now, false) {
        return Ok(caller);
    }
    let surface = format!("adapter {}", origin.adapter);
    hold_back(context, origin, shown.remote.as_deref(), &surface).await;
    Err(Failure::unauthenticated("this is no key that holds")
        .hint("make one: nexus key create; see which there are: nexus key list"))
}

/// Notes a credential that was wrong, and waits as long as whoever shows such has to wait by now.
async fn hold_back(context: &Context, origin: &Origin, remote: Option<&str>, surface: &str) {
    let now = context.clock.now();
    let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let address = remote.and_then(|remote| remote.parse().ok()).unwrap_or(nowhere);
    let stranger = Principal::Unknown(format!("{}:{address}", origin.channel));
    if let Err(failure) = audit_door(context, DoorEvent::LoginFailed, stranger, surface).await {
        tracing::error!(?failure, "a failed login could not be recorded");
    }
    let delay_ms = context.callers.throttle.failed(address, now);
    if delay_ms > 0
        && let Ok(_held) = context.callers.held_back.try_acquire()
    {
        tokio::select! {
            () = context.clock.sleep(delay_ms) => {}
            () = context.shutdown.begun() => {}
        }
    }
}

/// Whoever asked waits for what comes of a request: the adapter is told if nothing does.
async fn await_answer(context: &Context, origin: &Origin, request_id: RequestId, event_id: String) {
    let waiting = Waiting { adapter: submit::key(origin), event_id };
    context.callers.waiting().insert(request_id, waiting);
    // It may have ended before anybody knew that it is waited for.
    settle(context, vec![request_id]).await;
}

async fn facts(
    context: &Context,
    origin: &Origin,
    shown: CallerParams,
) -> Result<CallerFacts, Failure> {
    let caller = admit(context, origin, &shown).await?;
    // Every key may ask how it stands; which agents it may speak to is decided for each.
    let permit = authorize_method(context, &caller, Method::Health).await?;
    let Some(principal) = permit.chain().invoker() else {
        return Err(Failure::internal("a permit without a principal"));
    };
    let created_at = context.started_at;
    let agents = reachable(context, origin, principal);
    let agents = agents
        .into_iter()
        .map(|(id, made_at)| CallerAgent { id, created_at: made_at.unwrap_or(created_at) });
    Ok(CallerFacts { principal: principal.to_string(), agents: agents.collect() })
}

/// The agents that a principal may speak to through an adapter, its own first.
fn reachable(
    context: &Context,
    origin: &Origin,
    principal: &Principal,
) -> Vec<(AgentId, Option<nexus_domain::Timestamp>)> {
    let book = context.agents.book();
    let limit = context.ways.agents_of(principal);
    let first = match &limit {
        Some(agents) => agents.first().cloned(),
        None => book.default_agent().map(|agent| agent.id().clone()),
    };
    let is_open = |agent: &AgentId| {
        let is_within = limit.as_ref().is_none_or(|agents| agents.contains(agent));
        let query = Query {
            chain: Chain::of(principal.clone()),
            action: Action::StartRun {
                agent: agent.clone(),
                channel: origin.channel.clone(),
                peer_kind: PeerKind::Dm,
            },
            facts: Facts::default(),
        };
        is_within
            && book.check_invoker(principal, agent).is_ok()
            && context.iam.decide(&query).effect == Effect::Allow
    };
    let mut agents: Vec<_> = book
        .all()
        .filter(|agent| is_open(agent.id()))
        .map(|agent| (agent.id().clone(), agent.made.as_ref().map(|made| made.created_at)))
        .collect();
    agents.sort_by_key(|(id, _)| (Some(id) != first.as_ref(), id.clone()));
    agents
}

async fn cancel(
    context: &Context,
    origin: &Origin,
    params: CancelParams,
) -> Result<CancelResult, Failure> {
    let wanted = |waiting: &Waiting| {
        waiting.event_id == params.event_id && waiting.adapter == submit::key(origin)
    };
    // Only what this adapter handed in itself.
    let request_id =
        context.callers.waiting().iter().find(|(_, waiting)| wanted(waiting)).map(|(id, _)| *id);
    let Some(request_id) = request_id else { return Ok(CancelResult { is_cancelled: false }) };
    let cancelled = engine::cancel(context, request_id).await?;
    Ok(CancelResult { is_cancelled: cancelled.is_something() })
}

/// Tells adapters of requests that ended without an answer, until the daemon stops.
pub async fn run(context: Arc<Context>) {
    let mut ended = context.engine.endings();
    loop {
        ended.mark_unchanged();
        let waiting: Vec<_> = context.callers.waiting().keys().copied().collect();
        settle(&context, waiting).await;
        tokio::select! {
            _ = ended.changed() => {}
            () = context.shutdown.begun() => return,
        }
    }
}

/// Looks at requests that are waited for, and forgets those that have ended.
async fn settle(context: &Context, ids: Vec<RequestId>) {
    if ids.is_empty() {
        return;
    }
    let read = context.ledger.read(move |r| {
        let mut ended = Vec::new();
        for id in ids {
            let request = r.requests().get(id)?;
            if request.as_ref().is_none_or(|request| request.status.is_final()) {
                let has_answer = !r.outbox().of_request(id)?.is_empty();
                ended.push((id, request.filter(|_| !has_answer)));
            }
        }
        Ok(ended)
    });
    let ended = match read.await {
        Ok(ended) => ended,
        Err(error) => return tracing::warn!(%error, "callers that wait could not be looked at"),
    };
    for (id, unanswered) in ended {
        let waiting = context.callers.waiting().remove(&id);
        if let (Some(waiting), Some(request)) = (waiting, unanswered) {
            tell(context, waiting, request).await;
        }
    }
}

async fn tell(context: &Context, waiting: Waiting, request: Request) {
    let kind = match request.status {
        RequestStatus::Denied => RefusalKind::Denied,
        RequestStatus::Cancelled => RefusalKind::Cancelled,
        // It never got a turn: the session is full, or the agent has gone meanwhile.
        _ => RefusalKind::Unavailable,
    };
    let message = request.error.unwrap_or_else(|| "the run had nothing to say".to_owned());
    let error = StreamError { event_id: waiting.event_id, error: Refusal::new(kind, message) };
    let child = context.adapters.serving(&waiting.adapter);
    // Without its adapter the caller is gone as well.
    if let Some(child) = child
        && let Err(error) = child.notify("stream.error", json!(error)).await
    {
        tracing::warn!(adapter = waiting.adapter, %error, "a caller could not be told");
    }
}
