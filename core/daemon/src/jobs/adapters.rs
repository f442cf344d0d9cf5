//! Adapters of the configuration: kept alive by the supervisor, heard by the engine. A change of
//! the configuration is a change of what runs.

mod confine;
mod follow;
mod log;
mod manifest;
pub(crate) mod program;
mod spec;
mod view;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use futures_util::future::{BoxFuture, join_all};
use nexus_domain::Timestamp;
use nexus_domain::arrival::Arrival;
use nexus_domain::event::Event;
use nexus_domain::failure::{Failure, FailureKind};
use nexus_domain::pipeline::Wish;
use nexus_protocol::adapter::{Acknowledgement, AdapterFacts, LineError};
use nexus_protocol::adapters::AdapterConfinement;
use nexus_protocol::bridge::Manifest;
use nexus_protocol::health::HealthStatus;
use nexus_secrets::Redactor;
use nexus_supervisor::{Child, Handler, Origin, State, Supervisor};
use serde_json::Value;

pub(crate) use self::spec::PATH;
pub use self::view::Shown;
use crate::callers;
use crate::clock::SupervisorClock;
use crate::config::AdapterConfig;
use crate::context::Context;
use crate::engine::{self, Submission};
use crate::home::Home;
use crate::jobs::outbox::grow::Writing;

/// Pause before an arrival that could not be recorded is tried again, in milliseconds.
const RETRY_MS: u64 = 1_000;
/// Line on the board for adapters that cannot be started as they are configured.
const WAITING: &str = "adapter-settings";
/// Where running adapters are written down, in their folder.
const RUNNING_FILE: &str = "running.json";

/// The adapters of a daemon.
#[derive(Clone)]
pub struct Adapters(Arc<Inner>);

struct Inner {
    supervisor: Supervisor,
    /// Set once, when the adapters are started: until then nobody listens.
    listener: Arc<OnceLock<Weak<Context>>>,
    /// One change at a time.
    gate: tokio::sync::Mutex<()>,
    placed: Mutex<BTreeMap<String, Placed>>,
    log: Arc<log::Logs>,
    orphans: Vec<String>,
    /// Where the daemon's own program lies, and adapters that come with it.
    beside: Option<PathBuf>,
    writing: Writing,
}

/// An adapter as it was taken from the configuration.
#[derive(Clone)]
struct Placed {
    config: AdapterConfig,
    standing: Standing,
    since: Timestamp,
    manifest: Option<Manifest>,
    confinement: AdapterConfinement,
    /// What it was told at its start, when credentials are part of that.
    told: Option<spec::Told>,
    /// Whether it was told what is not so any more.
    is_outdated: bool,
}

#[derive(Clone)]
enum Standing {
    /// The supervisor keeps it.
    Kept(Child),
    /// It cannot be started as things are, and why.
    Waits(String),
    /// It is not to be started.
    Off,
    /// Nothing is started in safe mode.
    Safe,
}

impl Adapters {
    /// Keeps nothing yet. Ends what is left of adapters whose daemon was killed. Programs that are
    /// named alone are looked for `beside` the daemon's own first.
    #[must_use]
    pub fn new(
        home: &Home,
        clock: Arc<dyn nexus_agent::port::Clock>,
        redactor: &Redactor,
        beside: Option<PathBuf>,
    ) -> Self {
        let log = Arc::new(log::Logs::new(&home.logs(), Arc::clone(&clock), redactor.clone()));
        let listener = Arc::new(OnceLock::new());
        let ear = Ear { context: Arc::clone(&listener), log: Arc::clone(&log) };
        let mut supervisor = Supervisor::new(Arc::new(SupervisorClock(clock)), Arc::new(ear));
        let orphans = supervisor.write_down(&home.adapters().join(RUNNING_FILE));
        let (gate, placed) = (tokio::sync::Mutex::default(), Mutex::default());
        let writing = Writing::default();
        Self(Arc::new(Inner { supervisor, listener, gate, placed, log, orphans, beside, writing }))
    }

    fn placed(&self) -> MutexGuard<'_, BTreeMap<String, Placed>> {
        self.0.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The running adapter that serves a channel and account, if there is one.
    #[must_use]
    pub fn serving(&self, wanted: &str) -> Option<Child> {
        self.0.supervisor.children().into_iter().find(|child| {
            let account = child.name().rsplit_once('/').map_or("", |(_, account)| account);
            facts(child).is_some_and(|facts| key(&facts.channel, account) == wanted)
        })
    }

    /// What can be delivered through at this moment, as deliveries name it.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let key_of = |child: Child| {
            let account = child.name().rsplit_once('/').map_or("", |(_, account)| account);
            facts(&child).map(|facts| key(&facts.channel, account))
        };
        self.0.supervisor.children().into_iter().filter_map(key_of).collect()
    }

    /// Messages that grow at this moment.
    pub(crate) fn writing(&self) -> &Writing {
        &self.0.writing
    }

    /// Stops them all.
    pub async fn drain(&self) {
        self.0.supervisor.drain().await;
    }

    /// Gives adapters nothing more: the machine is going to sleep.
    pub(crate) fn suspend(&self) {
        self.0.supervisor.suspend();
    }

    /// Asks every adapter at once how it is: the machine woke up.
    pub fn wake(&self) {
        self.0.supervisor.wake();
    }

    /// Looks at every adapter at once: the network changed.
    pub fn look(&self) {
        self.0.supervisor.look();
    }

    /// How many of those that are to run were not heard since then.
    pub(crate) fn n_unheard_since(&self, at: Timestamp) -> usize {
        let is_unheard = |child: &Child| {
            let status = child.status();
            let status = status.borrow();
            match status.state {
                State::Stopped | State::Failed => false,
                State::Running | State::Degraded => status.since < at,
                _ => true,
            }
        };
        self.0.supervisor.children().iter().filter(|child| is_unheard(child)).count()
    }

    /// Makes what runs fit the configuration in force: what is new is started, what is gone is
    /// drained, and what has other settings is drained and started with them. Before the
    /// daemon has come so far, nothing is.
    pub async fn apply(&self, context: &Arc<Context>) {
        if context.shutdown.has_begun() || self.0.listener.get().is_none() {
            return;
        }
        let _gate = self.0.gate.lock().await;
        let wanted = context.config.current().adapters.clone();
        let is_stale = |placed: &Placed| {
            matches!(placed.standing, Standing::Waits(_) | Standing::Safe)
                || placed.is_outdated
                || !wanted.contains(&placed.config)
        };
        let stale: Vec<Placed> =
            self.placed().values().filter(|placed| is_stale(placed)).cloned().collect();
        join_all(stale.iter().map(|placed| self.take_away(placed))).await;
        let missing: Vec<_> = {
            let placed = self.placed();
            wanted.iter().filter(|config| !placed.contains_key(&config.name)).collect()
        };
        let fresh = join_all(missing.into_iter().map(|config| self.place(context, config))).await;
        let fresh = fresh.into_iter().map(|placed| (placed.config.name.clone(), placed));
        self.placed().extend(fresh);
        self.tell_waiting(context, &stale);
        follow::count(context, self);
    }

    async fn take_away(&self, placed: &Placed) {
        let config = &placed.config;
        self.0.supervisor.remove(&key(&config.name, &config.account)).await;
        self.placed().remove(&config.name);
    }

    async fn place(&self, context: &Arc<Context>, config: &AdapterConfig) -> Placed {
        let mut placed = Placed {
            config: config.clone(),
            standing: Standing::Off,
            since: context.clock.now(),
            manifest: None,
            confinement: AdapterConfinement::default(),
            told: None,
            is_outdated: false,
        };
        if context.config.standing().safe_mode.is_some() {
            placed.standing = Standing::Safe;
            return placed;
        }
        let resolved = program::resolved(config, self.0.beside.as_deref());
        let config = match &resolved {
            Ok(resolved) => resolved,
            Err(failure) => {
                if config.enabled {
                    placed.standing = waits(failure.clone());
                }
                return placed;
            }
        };
        placed.manifest = manifest::read(context, config).await;
        let needs = placed.manifest.clone().unwrap_or_default().needs;
        let confined = confine::confine(context, config, &needs);
        if let Ok(confined) = &confined {
            placed.confinement = confined.view.clone();
        }
        if !config.enabled {
            return placed;
        }
        let started = match confined {
            Ok(confined) => spec::spec(context, config, confined.confinement).await,
            Err(failure) => Err(failure),
        };
        let started = started.and_then(|spec| {
            placed.told = spec::told(config, &spec);
            self.0.supervisor.add(spec)
        });
        placed.standing = match started {
            Ok(child) => {
                let (context, adapters) = (Arc::clone(context), self.clone());
                tokio::spawn(follow::follow(context, adapters, child.clone()));
                Standing::Kept(child)
            }
            Err(failure) => waits(failure),
        };
        placed
    }

    /// Marks the adapters whose credentials are others by now, or are gone. What cannot be read at
    /// this moment is not taken for changed.
    async fn compare_credentials(&self, context: &Context) {
        let kept: Vec<_> = self.placed().values().cloned().collect();
        for placed in kept {
            let Some(told) = &placed.told else { continue };
            let now = match spec::spec(context, &placed.config, None).await {
                Ok(spec) => spec::told(&placed.config, &spec),
                Err(failure) if failure.kind == FailureKind::NotFound => None,
                Err(_) => continue,
            };
            if now.as_ref() == Some(told) {
                continue;
            }
            let name = &placed.config.name;
            self.0.log.write(name, "supervisor", "its credential was changed: it is started anew");
            if let Some(placed) = self.placed().get_mut(name) {
                placed.is_outdated = true;
            }
        }
    }

    /// Says on the board which adapters cannot be started, and when that is over.
    fn tell_waiting(&self, context: &Context, before: &[Placed]) {
        let waits: Vec<_> = self
            .placed()
            .values()
            .filter_map(|placed| match &placed.standing {
                Standing::Waits(why) => Some(format!("{}: {why}", placed.config.name)),
                _ => None,
            })
            .collect();
        let now = context.clock.now();
        let had = before.iter().any(|placed| matches!(placed.standing, Standing::Waits(_)));
        if !waits.is_empty() {
            let fix = Some("nexus adapter list");
            context.health.set(WAITING, HealthStatus::Degraded, &waits.join("; "), fix, now);
        } else if had {
            context.health.set(WAITING, HealthStatus::Healthy, "all can be started", None, now);
        }
    }
}

/// What an adapter said about itself, if it can be given anything now.
fn facts(child: &Child) -> Option<AdapterFacts> {
    let status = child.status();
    let status = status.borrow();
    (status.state != State::Suspended).then(|| status.facts.clone()).flatten()
}

fn waits(failure: Failure) -> Standing {
    let hint = failure.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
    Standing::Waits(format!("cannot be started: {}{hint}", failure.message))
}

/// The name under which deliveries find the adapter of a channel and account.
#[must_use]
pub fn key(channel: &str, account: &str) -> String {
    format!("{channel}/{account}")
}

/// Starts every adapter of the configuration, and looks again at those that could not be started
/// whenever something about credentials changes.
pub async fn run(context: Arc<Context>) {
    let adapters = &context.adapters;
    // A second start would be a mistake of ours, and changes nothing.
    let _ = adapters.0.listener.set(Arc::downgrade(&context));
    for name in &adapters.0.orphans {
        let line = "was left over from a daemon that was killed, and was ended";
        adapters.0.log.write(name, "supervisor", line);
        tracing::warn!(adapter = name, "{line}");
    }
    let mut bell = context.credentials.bell();
    loop {
        adapters.apply(&context).await;
        tokio::select! {
            rung = bell.changed() => match rung {
                Ok(()) => adapters.compare_credentials(&context).await,
                Err(_) => return,
            },
            () = context.shutdown.begun() => return,
        }
    }
}

/// Hands what adapters hear to the engine.
struct Ear {
    context: Arc<OnceLock<Weak<Context>>>,
    log: Arc<log::Logs>,
}

impl Ear {
    fn context(&self) -> Option<Arc<Context>> {
        self.context.get().and_then(Weak::upgrade)
    }
}

impl Handler for Ear {
    fn event<'a>(
        &'a self,
        adapter: &'a str,
        arrival: Arrival,
    ) -> BoxFuture<'a, Option<Acknowledgement>> {
        Box::pin(async move {
            // While the daemon stops an arrival gets no answer: the adapter keeps it.
            let context = self.context()?;
            let submission = Submission { arrival, authenticated: None, wish: Wish::default() };
            loop {
                if context.shutdown.has_begun() {
                    return None;
                }
                match engine::receive_event(&context, copy(&submission)).await {
                    Ok(admission) if admission.is_duplicate => {
                        return Some(Acknowledgement::Duplicate);
                    }
                    Ok(_) => return Some(Acknowledgement::Accepted),
                    // A refusal is final, so only what can never be taken is refused.
                    Err(failure)
                        if matches!(failure.kind, FailureKind::Invalid | FailureKind::Denied) =>
                    {
                        return Some(Acknowledgement::Refused(failure.message));
                    }
                    Err(failure) => {
                        tracing::warn!(adapter, ?failure, "an arrival waits");
                        let pause_ms = failure.retry_after_ms.unwrap_or(RETRY_MS);
                        tokio::select! {
                            () = context.clock.sleep(pause_ms) => {}
                            () = context.shutdown.begun() => {}
                        }
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
            let Some(context) = self.context() else { return std::future::pending().await };
            callers::call(&context, origin, method, params).await
        })
    }

    fn said(&self, adapter: &str, source: &str, line: &str) {
        self.log.write(adapter, source, line);
    }

    fn violated<'a>(&'a self, adapter: &'a str, what: String) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.log.write(adapter, "supervisor", &format!("integrity violation: {what}"));
            let Some(context) = self.context() else { return };
            let event = Event::AdapterViolation { adapter: adapter.to_owned(), what };
            let at = context.clock.now();
            let recorded = context.ledger.write(move |tx| tx.events().record(at, &event).map(drop));
            if let Err(error) = recorded.await {
                tracing::warn!(%error, "an integrity violation could not be recorded");
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
