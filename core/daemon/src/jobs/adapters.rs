//! Adapters of the configuration: kept alive by the supervisor, heard by the engine.

use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use nexus_domain::Timestamp;
use nexus_domain::arrival::Arrival;
use nexus_domain::event::Event;
use nexus_domain::failure::FailureKind;
use nexus_domain::pipeline::Wish;
use nexus_protocol::adapter::{ADAPTER_PROTOCOL, Acknowledgement, HelloParams};
use nexus_protocol::health::{AdapterCounts, HealthStatus};
use nexus_supervisor::{Child, ChildSpec, Clock, Handler, State, Supervisor};

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

/// Starts every adapter of the configuration; in safe mode none.
#[must_use]
pub fn start(context: &Arc<Context>, is_safe_mode: bool) -> Adapters {
    let clock = Arc::new(SupervisorClock(Arc::clone(&context.clock)));
    let handler = Arc::new(Ear(Arc::downgrade(context)));
    let supervisor = Arc::new(Supervisor::new(clock, handler));
    let adapters = Adapters { supervisor };
    if is_safe_mode {
        return adapters;
    }
    for config in &context.config.current().adapters {
        match adapters.supervisor.add(spec(context, config)) {
            Ok(child) => {
                child.start();
                tokio::spawn(follow(Arc::clone(context), adapters.clone(), child));
            }
            Err(failure) => {
                let reason = format!("{}: {}", config.name, failure.message);
                let now = context.clock.now();
                context.health.set("adapters", HealthStatus::Degraded, &reason, None, now);
            }
        }
    }
    adapters
}

fn spec(context: &Context, config: &AdapterConfig) -> ChildSpec {
    ChildSpec {
        name: key(&config.name, &config.account),
        command: config.command.clone(),
        home: context.home.adapters().join(&config.name),
        path: PATH.to_owned(),
        lang: "C.UTF-8".to_owned(),
        hello: HelloParams {
            protocol: ADAPTER_PROTOCOL,
            account_id: config.account.clone(),
            config: config.settings.clone(),
            credential: None,
        },
    }
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
}

fn copy(submission: &Submission) -> Submission {
    Submission {
        arrival: submission.arrival.clone(),
        authenticated: submission.authenticated.clone(),
        wish: submission.wish.clone(),
    }
}

struct SupervisorClock(Arc<dyn nexus_agent::port::Clock>);

impl Clock for SupervisorClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
    fn monotonic_us(&self) -> u64 {
        self.0.monotonic_us()
    }
    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        self.0.sleep(ms)
    }
    fn entropy(&self) -> u128 {
        self.0.entropy()
    }
}
