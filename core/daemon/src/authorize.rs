//! The one place that turns a decision into a permit. Decisions of everything that changes
//! something are on disk, in the hash-chained audit, before the permit exists.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use nexus_domain::Failure;
use nexus_domain::event::Event;
use nexus_domain::id::{RequestId, TurnId};
use nexus_domain::principal::{Chain, Principal};
use nexus_iam::{Action, Effect, Facts, Permit, Query, Verdict};
use nexus_ledger::{AuditEntry, AuditPosition};
use nexus_protocol::{Method, MethodKind, Scope};

use crate::context::Context;
use crate::ways::{Authority, Basis};

/// Verdicts on queries, by method, each with the epoch it was given in. Empty until something is
/// asked: most callers ask for a handful of methods, and many stay for long.
type Kept = Mutex<HashMap<Method, (u64, Verdict)>>;

/// Who is calling, as proved at the door. Clones share what was decided for the caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The principal.
    pub principal: Principal,
    /// What it may ask for at most.
    pub scopes: Vec<Scope>,
    /// What it rests on; looked at again for every call.
    pub authority: Authority,
    /// Within an epoch the engine is a pure function of principal and method, as long as no grant
    /// with an end is at play; such a verdict is not kept.
    verdicts: Arc<Kept>,
}

impl Caller {
    /// The person this installation belongs to, as whoever holds the control-plane token is.
    #[must_use]
    pub fn owner() -> Self {
        Self::with(Principal::Owner, Scope::ALL.to_vec())
    }

    pub(crate) fn with(principal: Principal, scopes: Vec<Scope>) -> Self {
        Self::by(principal, scopes, Basis::Token.into())
    }

    /// Somebody who proved who it is.
    #[must_use]
    pub fn by(principal: Principal, scopes: Vec<Scope>, authority: Authority) -> Self {
        Self { principal, scopes, authority, verdicts: Arc::default() }
    }

    /// Whether the caller may ask for this at all.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    fn may_read(&self, context: &Context, query: &Query, method: Method) -> Option<Permit> {
        // Before the decision: one that is made while the engine is swapped counts as old.
        let epoch = context.iam.epoch();
        let mut kept = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, verdict)) = kept.get(&method).filter(|(of, _)| *of == epoch) {
            return Permit::to_read(query, verdict);
        }
        let verdict = context.iam.decide(query);
        let permit = Permit::to_read(query, &verdict);
        let is_by_grant = verdict.grants().next().is_some();
        match is_by_grant {
            true => drop(kept.remove(&method)),
            false => drop(kept.insert(method, (epoch, verdict))),
        }
        permit
    }
}

/// Whether a caller may still follow what happens. Asked again in each epoch for whoever is
/// connected; who may not is cut off.
#[must_use]
pub fn may_follow(context: &Context, caller: &Caller, method: Method) -> bool {
    let query = method_query(caller, method);
    let has_authority = context.ways.holds(&caller.authority, context.clock.now());
    has_authority
        && caller.has(method.scope())
        && caller.may_read(context, &query, method).is_some()
}

/// Whether a caller may ask for a method at all: it has the scope, and where it is limited to some
/// agents, the method keeps to them.
#[must_use]
pub fn is_offered(context: &Context, caller: &Caller, method: Method) -> bool {
    let is_limited = || context.ways.agents_of(&caller.principal).is_some();
    caller.has(method.scope()) && (keeps_to_agents(method) || !is_limited())
}

/// Whether a method shows and does nothing beyond the agents of its caller. One that is added is
/// closed to callers who are limited to some, until it stands here.
fn keeps_to_agents(method: Method) -> bool {
    matches!(
        method,
        Method::Health
            | Method::AgentsList
            | Method::EventsSubscribe
            | Method::AgentsGet
            | Method::AgentRun
            | Method::ModelsList
            | Method::SessionsList
            | Method::SessionsGet
            | Method::SessionsHistory
            | Method::SessionsSend
            | Method::SessionsAbort
            | Method::SessionsPatch
            | Method::SessionsReset
            | Method::SessionsFork
            | Method::SessionsDelete
            | Method::SessionsExport
            | Method::SessionsImport
            | Method::AgentsFilesList
            | Method::AgentsFilesGet
            | Method::SessionsQueue
            | Method::SessionsQueueMove
            | Method::KeysToken
    )
}

/// In whose course something is decided.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// The request.
    pub request_id: Option<RequestId>,
    /// The turn.
    pub turn_id: Option<TurnId>,
    /// Digest of exactly what would be done.
    pub digest: Option<String>,
}

/// A decision that is on disk.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// Where it stands in the audit.
    pub audit_position: AuditPosition,
}

impl Decision {
    /// The permit, if the answer is yes.
    pub fn permit(&self, query: &Query) -> Option<Permit> {
        Permit::after_audit(query, &self.verdict, self.audit_position.0)
    }
}

/// Decides whether a caller may use a method.
///
/// An allowed query changes nothing and is not audited; everything else is, whichever way it
/// went.
///
/// # Errors
/// `Denied` with the reason, or what the ledger says when the decision cannot be recorded.
pub async fn authorize_method(
    context: &Context,
    caller: &Caller,
    method: Method,
) -> Result<Permit, Failure> {
    let query = method_query(caller, method);
    if !context.ways.holds(&caller.authority, context.clock.now()) {
        let reason = "the credential has ended or was taken back";
        record(context, &query, Effect::Deny.name(), reason, Trail::default()).await?;
        return Err(Failure::unauthenticated(reason).hint("come in again with one that holds"));
    }
    if !caller.has(method.scope()) {
        let reason = format!("the caller lacks the scope `{}`", method.scope().name());
        record(context, &query, Effect::Deny.name(), &reason, Trail::default()).await?;
        return Err(Failure::denied(format!("`{}` is not for you: {reason}", method.name()))
            .hint("ask the owner for a credential with this scope"));
    }
    if !is_offered(context, caller, method) {
        let reason = "the caller is limited to some agents, and this reaches further";
        record(context, &query, Effect::Deny.name(), reason, Trail::default()).await?;
        return Err(Failure::denied(format!("`{}` is not for you: {reason}", method.name()))
            .hint("ask the owner for a credential without that limit"));
    }
    if method.kind() == MethodKind::Query
        && let Some(permit) = caller.may_read(context, &query, method)
    {
        return Ok(permit);
    }
    let decision = decide_and_audit(context, &query, Trail::default()).await?;
    decision.permit(&query).ok_or_else(|| refusal(&query, &decision.verdict))
}

/// Decides a query and commits the decision, with its event, before anything can follow from it.
///
/// # Errors
/// What the ledger says when the decision cannot be recorded; then nothing may follow.
pub async fn decide_and_audit(
    context: &Context,
    query: &Query,
    trail: Trail,
) -> Result<Decision, Failure> {
    let verdict = context.iam.decide(query);
    let reason = verdict.to_string();
    let audit_position = record(context, query, verdict.effect.name(), &reason, trail).await?;
    Ok(Decision { verdict, audit_position })
}

/// Something that was decided at the door, before there is a caller or a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorEvent {
    /// A credential was missing or wrong.
    LoginFailed,
    /// A one-time link was made.
    LinkMade,
    /// A one-time link signed a browser in.
    SignedIn,
    /// The password signed a browser in.
    PasswordGiven,
    /// A browser showed the key to which its session belongs from now on.
    KeyBound,
}

/// Records what was decided at the door, before anything follows from it.
///
/// # Errors
/// What the ledger says when it cannot be recorded; then nothing may follow.
pub async fn audit_door(
    context: &Context,
    event: DoorEvent,
    principal: Principal,
    surface: &str,
) -> Result<AuditPosition, Failure> {
    let (action, effect, reason) = match event {
        DoorEvent::LoginFailed => {
            ("authenticate", Effect::Deny, "the credential is missing or wrong")
        }
        DoorEvent::LinkMade => ("make_link", Effect::Allow, "the caller is signed in"),
        DoorEvent::SignedIn => ("sign_in", Effect::Allow, "a one-time link was used"),
        DoorEvent::PasswordGiven => ("sign_in", Effect::Allow, "the password was given"),
        DoorEvent::KeyBound => ("bind_key", Effect::Allow, "the browser showed a key of its own"),
    };
    let entry = AuditEntry {
        verdict: effect.name().to_owned(),
        ..AuditEntry::fact(context.clock.now(), Chain::of(principal), action, surface, reason)
    };
    commit(context, entry, Kind::Fact).await
}

/// Records that somebody known opened a connection, and by what.
///
/// # Errors
/// What the ledger says when it cannot be recorded.
pub async fn audit_connection(
    context: &Context,
    caller: &Caller,
    surface: &str,
) -> Result<AuditPosition, Failure> {
    let chain = Chain::of(caller.principal.clone());
    let shown = caller.authority.shown();
    let entry = AuditEntry::fact(context.clock.now(), chain, "connect", surface, shown);
    commit(context, entry, Kind::Connection(caller.authority.basis.clone())).await
}

/// What an audit row is about.
enum Kind {
    /// A command that has an outcome.
    Effect,
    /// Somebody came in by this.
    Connection(Basis),
    /// Anything else.
    Fact,
}

fn method_query(caller: &Caller, method: Method) -> Query {
    let action = Action::Method {
        name: method.name().to_owned(),
        scope: method.scope().name().to_owned(),
        kind: method.kind().name().to_owned(),
    };
    Query { chain: Chain::of(caller.principal.clone()), action, facts: Facts::default() }
}

async fn record(
    context: &Context,
    query: &Query,
    verdict: &str,
    reason: &str,
    trail: Trail,
) -> Result<AuditPosition, Failure> {
    // A command that is allowed has an effect, and its outcome is recorded by the dispatcher.
    let is_effect =
        verdict == Effect::Allow.name() && matches!(query.action, Action::Method { .. });
    let entry = AuditEntry {
        at: context.clock.now(),
        request_id: trail.request_id,
        turn_id: trail.turn_id,
        chain: query.chain.clone(),
        action: query.action.verb().to_owned(),
        resource: query.action.resource(),
        verdict: verdict.to_owned(),
        reason: reason.to_owned(),
        digest: trail.digest,
    };
    commit(context, entry, if is_effect { Kind::Effect } else { Kind::Fact }).await
}

async fn commit(
    context: &Context,
    entry: AuditEntry,
    kind: Kind,
) -> Result<AuditPosition, Failure> {
    let at = entry.at;
    let write = move |tx: &mut nexus_ledger::Tx<'_>| {
        let position = match &kind {
            Kind::Effect => tx.audit().begin(&entry, None)?,
            Kind::Connection(_) | Kind::Fact => tx.audit().append(&entry)?,
        };
        match &kind {
            Kind::Connection(Basis::Key(id)) => tx.access().key_used(id, at)?,
            Kind::Connection(Basis::Device(id)) => tx.access().device_used(id, at)?,
            _ => {}
        }
        let event = Event::AclDecision {
            request_id: entry.request_id,
            action: format!("{} {}", entry.action, entry.resource),
            chain: entry.chain,
            verdict: entry.verdict,
            reason: entry.reason,
        };
        tx.events().record(at, &event)?;
        Ok(position)
    };
    context.ledger.write(write).await.map_err(Failure::from)
}

fn refusal(query: &Query, verdict: &Verdict) -> Failure {
    Failure::denied(format!("may not {}: {verdict}", query.action))
        .hint("the owner can allow it: see `nexus acl --help`")
}
