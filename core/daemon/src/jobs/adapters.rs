//! Adapters of the configuration: kept alive by the supervisor, heard by the engine.

use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use nexus_domain::arrival::Arrival;
use nexus_domain::event::Event;
use nexus_domain::failure::{Failure, FailureKind};
use nexus_domain::pipeline::Wish;
use nexus_domain::principal::Principal;
use nexus_protocol::adapter::{ADAPTER_PROTOCOL, Acknowledgement, HelloParams, LineError};
use nexus_protocol::health::{AdapterCounts, HealthStatus};
use nexus_secrets::{ExposeSecret as _, Pointer, Reach};
use nexus_supervisor::{Child, ChildSpec, Handler, Origin, State, Supervisor};
use serde_json::Value;
use tokio::sync::watch;

use crate::callers;
use crate::clock::SupervisorClock;
use crate::config::AdapterConfig;
use crate::context::Context;
use crate::engine::{self, Submission};

/// PATH of adapters: system programs only.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Pause before an arrival that could not be recorded is tried again, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// The adapters of a running daemon.
#[derive(Clone)]
pub struct Adapters {
    supervisor: Arc<Supervisor>,
}

impl Adapters {
    /// The running adapter that serves a channel and account, if there is one.
    #[must_use]
    pub fn serving(&self, wanted: &str) -> Option<Child> {
        self.supervisor.children().into_iter().find(|child| {
            let account = child.name().rsplit_once('/').map_or("", |(_, account)| account);
            child.facts().is_some_and(|facts| key(&facts.channel, account) == wanted)
        })
    }

    /// What can be delivered through at this moment, as deliveries name it.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let key_of = |child: Child| {
            let account = child.name().rsplit_once('/').map_or("", |(_, account)| account);
            child.facts().map(|facts| key(&facts.channel, account))
        };
        self.supervisor.children().into_iter().filter_map(key_of).collect()
    }

    /// Stops them all.
    pub async fn drain(&self) {
        self.supervisor.drain().await;
    }
}

/// The name under which deliveries find the adapter of a channel and account.
#[must_use]
pub fn key(channel: &str, account: &str) -> String {
    format!("{channel}/{account}")
}

/// Starts every adapter of the configuration; in safe mode none. One whose credential cannot be
/// read waits until something about credentials changes.
pub async fn start(context: &Arc<Context>, is_safe_mode: bool) -> Adapters {
    let clock = Arc::new(SupervisorClock(Arc::clone(&context.clock)));
    let handler = Arc::new(Ear(Arc::downgrade(context)));
    let supervisor = Arc::new(Supervisor::new(clock, handler));
    let adapters = Adapters { supervisor };
    if is_safe_mode {
        return adapters;
    }
    for config in &context.config.current().adapters {
        let bell = context.credentials.bell();
        if !try_start(context, &adapters, config).await {
            let (context, adapters) = (Arc::clone(context), adapters.clone());
            tokio::spawn(start_later(context, adapters, config.clone(), bell));
        }
    }
    adapters
}

async fn start_later(
    context: Arc<Context>,
    adapters: Adapters,
    config: AdapterConfig,
    mut bell: watch::Receiver<u64>,
) {
    loop {
        tokio::select! {
            rung = bell.changed() => if rung.is_err() { return },
            () = context.shutdown.begun() => return,
        }
        if try_start(&context, &adapters, &config).await {
            let reason = format!("{} has its credential", config.name);
            let now = context.clock.now();
            context.health.set(WAITING, HealthStatus::Healthy, &reason, None, now);
            return;
        }
    }
}

/// Whether nothing is left to wait for: it was started, or can never be.
async fn try_start(context: &Arc<Context>, adapters: &Adapters, config: &AdapterConfig) -> bool {
    let now = context.clock.now();
    let spec = match spec(context, config).await {
        Ok(spec) => spec,
        Err(failure) => {
            let reason = format!("{} waits for its credential: {}", config.name, failure.message);
            let fix = failure.hint.as_deref();
            context.health.set(WAITING, HealthStatus::Degraded, &reason, fix, now);
            return false;
        }
    };
    if context.shutdown.has_begun() {
        return true;
    }
    match adapters.supervisor.add(spec) {
        Ok(child) => {
            child.start();
            tokio::spawn(follow(Arc::clone(context), adapters.clone(), child));
        }
        Err(failure) => {
            let reason = format!("{}: {}", config.name, failure.message);
            context.health.set("adapters", HealthStatus::Degraded, &reason, None, now);
        }
    }
    true
}

/// Line on the board for adapters whose credential cannot be read.
const WAITING: &str = "adapter-credentials";

async fn spec(context: &Context, config: &AdapterConfig) -> Result<ChildSpec, Failure> {
    let name = key(&config.name, &config.account);
    let credential = match &config.credential {
        Some(text) => Some(read(context, &name, text).await?),
        None => None,
    };
    let mut settings = config.settings.clone();
    for value in settings.values_mut() {
        if let Value::String(text) = value
            && text.starts_with("credential:")
        {
            *text = read(context, &name, text).await?;
        }
    }
    Ok(ChildSpec {
        name,
        command: config.command.clone(),
        home: context.home.adapters().join(&config.name),
        path: PATH.to_owned(),
        lang: "C.UTF-8".to_owned(),
        hello: HelloParams {
            protocol: ADAPTER_PROTOCOL,
            account_id: config.account.clone(),
            config: settings,
            credential,
        },
    })
}

/// Reads a credential for an adapter. Its `hello` is the one place where it travels.
async fn read(context: &Context, adapter: &str, pointer: &str) -> Result<String, Failure> {
    let reader = Principal::Adapter(adapter.to_owned());
    let pointer = pointer.parse::<Pointer>()?;
    let purpose = format!("credential of the adapter {adapter}");
    let secret = context.credentials.read(reader, &pointer, &purpose, Reach::Programs).await?;
    Ok(secret.expose_secret().to_owned())
}

/// Tells of every change of an adapter's state.
async fn follow(context: Arc<Context>, adapters: Adapters, child: Child) {
    let mut status = child.status();
    loop {
        let now = status.borrow_and_update().clone();
        count(&context, &adapters);
        let event = Event::AdapterStatus {
            adapter: child.name().to_owned(),
            state: now.state.name().to_owned(),
            reason: now.reason,
        };
        let at = context.clock.now();
        let recorded =
            context.ledger.write(move |tx| tx.events().record(at, &event).map(|_| ())).await;
        if let Err(error) = recorded {
            tracing::warn!(%error, "the state of an adapter could not be recorded");
        }
        tokio::select! {
            changed = status.changed() => if changed.is_err() { return },
            () = context.shutdown.begun() => return,
        }
    }
}

fn count(context: &Context, adapters: &Adapters) {
    let mut counts = AdapterCounts::default();
    let mut trouble = Vec::new();
    for child in adapters.supervisor.children() {
        let status = child.status().borrow().clone();
        counts.total += 1;
        match status.state {
            State::Running => counts.running += 1,
            State::BackingOff | State::Failed => {
                counts.errored += 1;
                trouble.push(format!("{}: {}", child.name(), status.reason));
            }
            State::Stopped | State::Starting | State::Draining => {}
        }
    }
    context.health.set_adapters(counts);
    let now = context.clock.now();
    match trouble.is_empty() {
        true => context.health.set("adapters", HealthStatus::Healthy, "as configured", None, now),
        false => {
            let reason = trouble.join("; ");
            context.health.set("adapters", HealthStatus::Degraded, &reason, None, now);
        }
    }
}

/// Hands what adapters hear to the engine.
struct Ear(Weak<Context>);

impl Handler for Ear {
    fn event<'a>(&'a self, adapter: &'a str, arrival: Arrival) -> BoxFuture<'a, Acknowledgement> {
        Box::pin(async move {
            // While the daemon stops an arrival gets no answer: the adapter keeps it.
            let Some(context) = self.0.upgrade() else { return std::future::pending().await };
            let submission = Submission { arrival, authenticated: None, wish: Wish::default() };
            loop {
                if context.shutdown.has_begun() {
                    return std::future::pending().await;
                }
                match engine::receive_event(&context, copy(&submission)).await {
                    Ok(admission) if admission.is_duplicate => return Acknowledgement::Duplicate,
                    Ok(_) => return Acknowledgement::Accepted,
                    // A refusal is final, so only what can never be taken is refused.
                    Err(failure)
                        if matches!(failure.kind, FailureKind::Invalid | FailureKind::Denied) =>
                    {
                        return Acknowledgement::Refused(failure.message);
                    }
                    Err(failure) => {
                        tracing::warn!(adapter, ?failure, "an arrival waits");
                        context.clock.sleep(failure.retry_after_ms.unwrap_or(RETRY_MS)).await;
                    }
                }
            }
        })
    }

    fn call<'a>(
        &'a self,
        origin: &'a Origin,
        method: &'a str,
        params: Value,
    ) -> BoxFuture<'a, Result<Value, LineError>> {
        Box::pin(async move {
            let Some(context) = self.0.upgrade() else { return std::future::pending().await };
            callers::call(&context, origin, method, params).await
        })
    }
}

fn copy(submission: &Submission) -> Submission {
    Submission {
        arrival: submission.arrival.clone(),
        authenticated: submission.authenticated.clone(),
        wish: submission.wish.clone(),
    }
}
