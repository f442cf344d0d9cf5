//! What the calls of one client share: its runs, and what it follows.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_domain::Failure;
use nexus_domain::id::{RequestId, SessionKey};
use nexus_protocol::agent_socket::{
    self, CancelParams, Channel, ChannelsParams, Decision, OwnCall, RUNS_MAX, RespondParams,
    SESSION_UNKNOWN, TOO_MANY_RUNS,
};
use nexus_protocol::jsonrpc::{CONFLICT, RpcError};
use nexus_protocol::{Method, acl, jsonrpc, session};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::run;
use super::tell::Told;
use crate::authorize::{Caller, may_follow};
use crate::bus::{Item, Sessions};
use crate::dispatch::{Answer, Call};
use crate::server::door::Shared;
use crate::server::line::NO_EVENTS;
use crate::server::make::{self, fresh_key};

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is not on record yet.
    Asked,
    /// It is on record under this id.
    Accepted(RequestId),
    /// It is over.
    Ended,
}

/// A run of this client.
pub(super) struct Run {
    pub(super) progress: watch::Sender<Progress>,
    /// What has been told of it.
    pub(super) told: Told,
}

/// What a client follows.
#[derive(Default)]
pub(super) struct Followed {
    pub(super) has_all: bool,
    pub(super) channels: BTreeSet<Channel>,
}

/// What the calls of one client share.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) caller: Arc<Caller>,
    /// The sessions whose text is streamed.
    pub(super) sessions: Sessions,
    /// Told when the client has gone.
    pub(super) gone: CancellationToken,
    runs: Mutex<HashMap<SessionKey, Run>>,
    followed: Mutex<Followed>,
    may_follow: AtomicBool,
    /// Notifications that go out before the next reply.
    asides: Mutex<Vec<String>>,
    /// Position up to which the client was told what there was to tell.
    passed: watch::Sender<u64>,
}

impl Desk {
    pub(super) fn new(shared: Arc<Shared>, caller: Arc<Caller>) -> Self {
        let may_follow = may_follow(&shared.context, &caller, Method::EventsSubscribe);
        Self {
            shared,
            caller,
            sessions: Sessions::default(),
            gone: CancellationToken::new(),
            runs: Mutex::default(),
            followed: Mutex::default(),
            may_follow: AtomicBool::new(may_follow),
            asides: Mutex::default(),
            passed: watch::Sender::new(0),
        }
    }

    pub(super) fn runs(&self) -> MutexGuard<'_, HashMap<SessionKey, Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn followed(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_subscribed(&self) -> bool {
        let followed = self.followed();
        followed.has_all || !followed.channels.is_empty()
    }

    /// Whether there is nothing to look at events for.
    pub(super) fn is_idle(&self) -> bool {
        self.runs().is_empty() && !self.is_subscribed()
    }

    pub(super) fn may_follow(&self) -> bool {
        self.may_follow.load(Ordering::Acquire)
    }

    pub(super) fn set_may_follow(&self, may_follow: bool) {
        self.may_follow.store(may_follow, Ordering::Release);
    }

    /// Puts a notification before the next reply.
    pub(super) fn say_aside(&self, notification: String) {
        self.asides.lock().unwrap_or_else(PoisonError::into_inner).push(notification);
    }

    pub(super) fn take_asides(&self) -> Vec<String> {
        std::mem::take(&mut self.asides.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes how far the client has been told.
    pub(super) fn has_passed(&self, item: &Item) {
        if let Item::Recorded(event) = item {
            self.passed.send_replace(event.position.0);
        }
    }

    pub(super) fn passed(&self) -> watch::Receiver<u64> {
        self.passed.subscribe()
    }

    /// Takes a place for a run.
    ///
    /// # Errors
    /// When the client has as many as it may have, or the session has one already.
    pub(super) fn take_place(self: &Arc<Self>, key: SessionKey) -> Result<Place, RpcError> {
        let mut runs = self.runs();
        if runs.contains_key(&key) {
            return Err(busy(&key));
        }
        if runs.len() >= RUNS_MAX {
            let mut error = RpcError::new(
                TOO_MANY_RUNS,
                format!("{RUNS_MAX} of your runs are at work already"),
            );
            error.data = Some(json!({ "limit": RUNS_MAX, "hint": "wait for one, or cancel one" }));
            return Err(error);
        }
        let run = Run { progress: watch::Sender::new(Progress::Asked), told: Told::default() };
        runs.insert(key.clone(), run);
        drop(runs);
        self.sessions.add(key.clone());
        Ok(Place { desk: Arc::clone(self), key })
    }
}

/// A session that has a run.
pub(super) fn busy(key: &SessionKey) -> RpcError {
    let mut error = RpcError::new(CONFLICT, format!("session `{key}` is at work already"));
    error.data = Some(json!({ "sessionId": key, "hint": "wait until it has ended, or cancel it" }));
    error
}

/// A place among the runs of a client; given back when the run is over.
pub(super) struct Place {
    pub(super) desk: Arc<Desk>,
    pub(super) key: SessionKey,
}

impl Place {
    /// Says how far the run has come.
    pub(super) fn progress(&self, progress: Progress) {
        if let Some(run) = self.desk.runs().get(&self.key) {
            run.progress.send_replace(progress);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.progress(Progress::Ended);
        self.desk.runs().remove(&self.key);
        self.desk.sessions.remove(&self.key);
    }
}

/// Makes a call: one of this framing's own, or one of the method table.
///
/// # Errors
/// What the decision or the handler says, and what does not fit.
pub(super) async fn make(desk: Arc<Desk>, call: jsonrpc::Call) -> Result<String, RpcError> {
    let Some(own) = agent_socket::read(&call.method, call.params.as_ref()) else {
        let (shared, caller) = (Arc::clone(&desk.shared), Arc::clone(&desk.caller));
        return crate::server::jsonrpc::make(shared, caller, call).await;
    };
    let result = match own.map_err(|failure| RpcError::from(&failure))? {
        OwnCall::Run(params) => return run::run(desk, params).await,
        OwnCall::Cancel(params) => cancel(&desk, params).await?,
        OwnCall::Ping => json!({ "pong": true, "timestamp": desk.shared.context.clock.now() }),
        OwnCall::Respond(params) => respond(&desk, params).await?,
        OwnCall::Subscribe(params) => subscribe(&desk, params)?,
        OwnCall::Unsubscribe(params) => unsubscribe(&desk, params),
    };
    Ok(result.to_string())
}

/// Makes a call of the table, and reads its one result.
async fn make_row(desk: &Desk, call: Call) -> Result<Value, RpcError> {
    let made = make::make(Arc::clone(&desk.shared), Arc::clone(&desk.caller), call).await;
    match made.map_err(|failure| RpcError::from(&failure))? {
        Answer::Once(text) => {
            serde_json::from_str(&text).map_err(|error| RpcError::from(&Failure::internal(error)))
        }
        Answer::Twice(..) | Answer::Subscribe(_) => {
            Err(RpcError::from(&Failure::internal("a command was answered as a stream")))
        }
    }
}

/// Stops a run of this client, and nobody else's.
async fn cancel(desk: &Desk, params: CancelParams) -> Result<Value, RpcError> {
    let key = params.session_id;
    let progress = desk.runs().get(&key).map(|run| run.progress.subscribe());
    let Some(mut progress) = progress else { return not_running(desk, key).await };
    // An error means that it is over: the run is gone from the desk.
    let reached = progress.wait_for(|at| *at != Progress::Asked).await.map(|at| *at);
    let Ok(Progress::Accepted(run_id)) = reached else { return not_running(desk, key).await };
    let call = Call::SessionsAbort(session::AbortParams {
        key: key.clone(),
        turn_id: None,
        run_id: Some(run_id),
        drop_queue: false,
        idempotency_key: fresh_key(&desk.shared),
    });
    let result = make_row(desk, call).await?;
    let is_cancelled = !result["turnId"].is_null() || result["nDropped"] != 0;
    Ok(match is_cancelled {
        true => json!({ "sessionId": key, "cancelled": true }),
        false => json!({ "sessionId": key, "cancelled": false, "reason": result["summary"] }),
    })
}

async fn not_running(desk: &Desk, key: SessionKey) -> Result<Value, RpcError> {
    let wanted = key.clone();
    let found = desk.shared.context.ledger.read(move |r| {
        let key = r.sessions().resolve(&wanted)?;
        r.sessions().get(&key)
    });
    match found.await {
        Ok(Some(_)) => {
            let reason = "no run of yours is at work in it";
            Ok(json!({ "sessionId": key, "cancelled": false, "reason": reason }))
        }
        Ok(None) => {
            let mut error = RpcError::new(SESSION_UNKNOWN, format!("there is no session `{key}`"));
            error.data = Some(json!({ "sessionId": key }));
            Err(error)
        }
        Err(error) => Err(RpcError::from(&Failure::from(error))),
    }
}

/// Answers a question; the row of the table decides whether this client may.
async fn respond(desk: &Desk, params: RespondParams) -> Result<Value, RpcError> {
    let RespondParams { request_id, decision, reason, digest } = params;
    let idempotency_key = fresh_key(&desk.shared);
    let call = match decision {
        Decision::Approve => Call::AclRequestsApprove(acl::ApproveParams {
            id: request_id.clone(),
            digest,
            span: acl::ApproveSpan::Once,
            place: None,
            comment: reason,
            signature: None,
            idempotency_key,
        }),
        Decision::Deny => Call::AclRequestsDeny(acl::DenyParams {
            id: request_id.clone(),
            digest,
            always: false,
            place: None,
            comment: reason,
            signature: None,
            idempotency_key,
        }),
    };
    make_row(desk, call).await?;
    Ok(json!({ "ok": true, "requestId": request_id, "decision": decision }))
}

fn subscribe(desk: &Desk, params: ChannelsParams) -> Result<Value, RpcError> {
    if !may_follow(&desk.shared.context, &desk.caller, Method::EventsSubscribe) {
        return Err(RpcError::from(&Failure::denied(NO_EVENTS)));
    }
    let mut followed = desk.followed();
    let n_channels = followed.channels.len() + params.channels.len();
    if n_channels > agent_socket::CHANNELS_MAX {
        let failure = Failure::invalid(format!(
            "{n_channels} channels are followed then, at most {} can be",
            agent_socket::CHANNELS_MAX
        ));
        return Err(RpcError::from(&failure.hint("name none to follow all of them")));
    }
    followed.has_all |= params.channels.is_empty();
    followed.channels.extend(params.channels);
    Ok(json!({ "subscribed": followed.names() }))
}

fn unsubscribe(desk: &Desk, params: ChannelsParams) -> Value {
    let mut followed = desk.followed();
    match params.channels.is_empty() {
        true => *followed = Followed::default(),
        false => followed.channels.retain(|channel| !params.channels.contains(channel)),
    }
    json!({ "subscribed": followed.names() })
}

impl Followed {
    /// What is followed, by name; nothing stands for nothing, and `*` for everything.
    fn names(&self) -> Vec<String> {
        let all = self.has_all.then(|| "*".to_owned());
        all.into_iter().chain(self.channels.iter().cloned().map(String::from)).collect()
    }

    pub(super) fn wants(&self, channel: &Channel) -> bool {
        self.has_all || self.channels.contains(channel)
    }
}
