//! Everything that runs: every long-lived thing of the daemon is made here, once, and stopped in
//! reverse.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use nexus_agent::port::Clock;
use nexus_agent::tools::Programs;
use nexus_domain::Timestamp;
use nexus_domain::event::Event;
use nexus_domain::failure::Failure;
use nexus_ledger::{Committed, Durability, Ledger, LedgerOptions};
use nexus_protocol::health::HealthStatus;
use nexus_sandbox::{Posture, Sandbox, SandboxOptions};
use nexus_secrets::Redactor;
use tokio::task::JoinHandle;

use crate::agents::Agents;
use crate::audit;
use crate::background;
use crate::blob::Blobs;
use crate::bus::Bus;
use crate::callers::Callers;
use crate::clock::SystemClock;
use crate::config::{self, Config, ConfigHandle, Environment, Overlay};
use crate::context::{Context, Shutdown};
use crate::credentials::Credentials;
use crate::engine::{self, Engine, Hook};
use crate::exposure::Exposure;
use crate::handover::{self, Taken};
use crate::health::HealthBoard;
use crate::home::{Home, HomeLock, Owner, OwnerKind};
use crate::jobs::adapters::Adapters;
use crate::jobs::guard::guarded;
use crate::lease;
use crate::open_files;
use crate::pause::Pause;
use crate::policy::Policies;
use crate::power::{Power, Source, Watched};
use crate::presence::Presence;
use crate::reconfigure;
use crate::schedule::Schedule;
use crate::server;
use crate::server::login::{BrowserHolder, Logins};
use crate::ways::Ways;

/// Version of the daemon.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Recorded events kept in memory for subscribers that are nearly up to date.
const RING_LEN: usize = 8_192;
/// Connections that read the ledger.
const READERS: usize = 4;

/// How to start a daemon.
pub struct StartOptions {
    /// The home folder; what is missing in it is made.
    pub home: PathBuf,
    /// How it runs.
    pub kind: OwnerKind,
    /// A port that wins over the configuration.
    pub port: Option<u16>,
    /// A listener on loopback that the service manager opened for us; it wins over both.
    pub listener: Option<std::net::TcpListener>,
    /// The environment of the process.
    pub environment: Environment,
    /// The clock; a scenario may drive its own.
    pub clock: Arc<dyn Clock>,
    /// How sleep of the machine is noticed.
    pub power: Watched,
    /// Automations of stage 4, in order.
    pub hooks: Vec<Arc<dyn Hook>>,
    /// How programs are confined. Without a helper none can be run.
    pub sandbox: SandboxOptions,
    /// Blanks out credentials; the log has the same one.
    pub redactor: Redactor,
    /// The home, if it was taken over from another daemon.
    pub taken: Option<Taken>,
    /// Starts no adapter.
    pub is_safe: bool,
}

impl StartOptions {
    /// A daemon of this process on a home, with everything else as usual.
    #[must_use]
    pub fn new(home: PathBuf, kind: OwnerKind) -> Self {
        Self {
            power: Watched::default(),
            home,
            kind,
            port: None,
            listener: None,
            environment: Environment::of_process(),
            clock: Arc::new(SystemClock::new()),
            hooks: Vec::new(),
            sandbox: SandboxOptions::default(),
            redactor: Redactor::default(),
            taken: None,
            is_safe: false,
        }
    }

    /// The same once more, for a daemon that starts after this one has ended. Sleep is heard of
    /// from the operating system.
    #[must_use]
    pub fn again(&self) -> Self {
        let Watched { tick_ms, sees_stalls, .. } = self.power;
        Self {
            home: self.home.clone(),
            kind: self.kind,
            port: self.port,
            listener: None,
            environment: self.environment.clone(),
            clock: Arc::clone(&self.clock),
            power: Watched { source: Source::System, tick_ms, sees_stalls },
            hooks: self.hooks.clone(),
            sandbox: self.sandbox.clone(),
            redactor: self.redactor.clone(),
            taken: None,
            is_safe: self.is_safe,
        }
    }
}

/// A running daemon.
pub struct Daemon {
    context: Arc<Context>,
    address: SocketAddr,
    lock: HomeLock,
    server: JoinHandle<()>,
    background: JoinHandle<()>,
}

impl Daemon {
    /// Takes the home, opens the ledger, binds the listener and starts serving. Unfinished work is
    /// taken up in the background: health says `starting` until that is done.
    ///
    /// # Errors
    /// When the home is owned by another daemon, the configuration and its last good version are
    /// broken, the ledger cannot be opened, or the port is taken; each says how to mend it.
    pub async fn assemble(options: StartOptions) -> Result<Self, Failure> {
        // A second call finds the provider installed, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        open_files::raise_limit();
        let StartOptions { home, kind, port, listener, environment, .. } = options;
        let StartOptions {
            clock, power: watched, hooks, sandbox, redactor, taken, is_safe, ..
        } = options;
        let home = Home::new(home);
        home.init()?;
        let started_at = clock.now();
        let owner = Owner::of_process(kind, started_at);
        let (mut lock, gate) = match taken {
            Some(Taken { lock, gate }) => (lock, Some(gate)),
            None => (HomeLock::take(&home, owner.clone())?, None),
        };
        let health = HealthBoard::default();
        let unfinished = "taking up unfinished work";
        health.set("runtime", HealthStatus::Starting, unfinished, None, started_at);
        let config = configure(&home, port, environment, is_safe)?;
        let token = nexus_secrets::control_token(&home.state()).map_err(Failure::from)?;
        redactor.learn(&token);
        let bus = Bus::new(RING_LEN);
        let ledger = open_ledger(&home, &config.current(), bus.clone()).await?;
        let lease = lease::take(&ledger, &owner, started_at).await?;
        lock.note_epoch(lease.epoch).map_err(Failure::internal)?;
        drop(gate);
        health.set("ledger", HealthStatus::Healthy, "open", None, started_at);
        ledger.write(move |tx| tx.audit().abandon_open(started_at)).await?;
        let paused = Pause::new(ledger.read(|r| r.pauses().recorded()).await?);
        let unfinished = engine::unfinished(&ledger).await?;
        let n_written_off = engine::write_off_leftovers(&ledger, started_at).await?;
        if n_written_off > 0 {
            tracing::warn!(n_written_off, "model calls that died with the daemon count in full");
        }
        let (programs, beside) = open_sandbox(sandbox, &health, started_at).await;
        let credentials = Credentials::open(
            &home,
            config.environment(),
            redactor,
            ledger.clone(),
            Arc::clone(&clock),
        );
        let engine = make_engine(&config, &credentials, &ledger, hooks).await?;
        let made = ledger.read(|r| r.agents().all()).await?;
        let agents = Agents::new(&config.current(), made);
        let (iam, policies) =
            Policies::open(&home, &config.current(), &agents.book(), &ledger, &clock, &health)
                .await?;
        let (exposure, doors) = Exposure::new();
        let logins = Logins::open(home.state().join("browser-sessions.json"))?;
        let ways = Ways::open(&home.state(), logins.clone())?;
        ways.let_in(&config.current());
        ways.refresh(&ledger, &policies, started_at).await?;
        let adapters = Adapters::new(&home, Arc::clone(&clock), credentials.redactor(), beside);
        let power = Power::new(&*clock, watched.late_tick_ms());
        let context = Arc::new(Context {
            power,
            blobs: Blobs::new(&home.state()),
            logins,
            ways,
            iam,
            policies,
            audit: audit::Signer::default(),
            home,
            config,
            agents,
            ledger,
            bus,
            clock,
            engine,
            programs,
            pause: paused,
            schedule: Schedule::default(),
            health,
            presence: Presence::new(VERSION, started_at),
            callers: Callers::default(),
            credentials,
            token,
            address: OnceLock::new(),
            exposure,
            adapters,
            started_at,
            lease,
            is_socket_activated: listener.is_some(),
            shutdown: Shutdown::default(),
        });
        reconfigure::show(&context);
        let listener = bind(&context, listener)?;
        let address = listener.local_addr().map_err(Failure::internal)?;
        // Set once, here: nothing else knows the address before.
        let _ = context.address.set(address);
        lock.announce(address).map_err(Failure::internal)?;
        record(&context, Event::SystemStarted { version: VERSION.to_owned() }).await?;
        let shutdown = || context.shutdown.clone();
        let server = server::serve(Arc::clone(&context), listener, doors);
        let server = tokio::spawn(guarded("server", shutdown(), server));
        let background = background::run(Arc::clone(&context), unfinished, watched, kind);
        let background = tokio::spawn(guarded("background", shutdown(), background));
        tracing::info!(%address, home = %context.home.root().display(), "the daemon is up");
        Ok(Self { context, address, lock, server, background })
    }

    /// Where the control plane listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A link that signs a browser in once.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn open_link(&self) -> Result<String, Failure> {
        let link = self.context.logins.issue(BrowserHolder::default(), self.context.clock.now())?;
        Ok(format!("http://{}/open?code={}", self.address, link.code))
    }

    /// What handlers are given; for the tray application and scenarios.
    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Waits until somebody orders the stop.
    pub async fn stop_ordered(&self) {
        self.context.shutdown.begun().await;
    }

    /// Stops in reverse: takes nothing new, lets runs end or leaves them as recorded, stops
    /// adapters and jobs, says goodbye to clients, closes the ledger, gives up the home.
    pub async fn drain(self, reason: &str) {
        let Self { context, lock, server, background, .. } = self;
        context.shutdown.begin(reason);
        tracing::info!(reason = context.shutdown.reason(), "the daemon stops");
        let stopping = Event::SystemStopping { reason: context.shutdown.reason().to_owned() };
        if let Err(failure) = record(&context, stopping).await {
            tracing::warn!(?failure, "the stop could not be recorded");
        }
        let runs_ms = handover::runs_ms(&context).await;
        engine::drain(&context, runs_ms).await;
        context.programs.close().await;
        for (name, task) in [("background", background), ("server", server)] {
            if let Err(error) = task.await {
                tracing::error!(name, %error, "a part of the daemon ended badly");
            }
        }
        audit::seal(&context).await;
        context.ledger.close().await;
        match context.shutdown.successor() {
            Some(successor) => lock.hand_to(successor.pid),
            None => drop(lock),
        }
        tracing::info!("the daemon has stopped");
    }

    /// Ends at once: somebody else owns the home, and has ended its adapters. Nothing is finished,
    /// written or said any more.
    pub async fn abandon(self) {
        let Self { context, lock, server, background, .. } = self;
        engine::abandon(&context);
        for task in [background, server] {
            task.abort();
            // That it was ended is no news.
            let _ = task.await;
        }
        // Those that it may have started again since its home was taken.
        context.adapters.drain().await;
        context.ledger.close().await;
        drop(lock);
        tracing::error!("the daemon has ended without finishing anything");
    }
}

/// The configuration in force from the start on.
fn configure(
    home: &Home,
    port: Option<u16>,
    environment: Environment,
    is_safe: bool,
) -> Result<ConfigHandle, Failure> {
    let flags = port.map(|port| ("runtime.port", port.to_string())).into_iter().collect();
    let overlay = Overlay::new(environment, flags);
    let started = config::start(home, &overlay)?;
    for warning in &started.loaded.warnings {
        tracing::warn!(%warning, "configuration");
    }
    let config = ConfigHandle::new(home.config_file(), overlay, started);
    if is_safe {
        config.order_safe_mode();
    }
    Ok(config)
}

/// Looks up the models of the configuration in force and puts them to use.
///
/// # Errors
/// When the ledger cannot be read or no HTTP client can be made.
pub async fn apply_models(context: &Context) -> Result<(), Failure> {
    let config = context.config.current();
    let environment = context.config.environment();
    let credentials = &context.credentials;
    credentials.configure(&config);
    let (providers, choice) = engine::choose_models(&config, environment, credentials, true).await;
    let cooldowns = context.ledger.read(|r| r.cooldowns().all()).await?;
    let pool = engine::pool(&config, providers, cooldowns)?;
    let now = context.clock.now();
    let ready = pool.models(now).into_iter().find(|model| model.id == choice.model);
    match ready {
        Some(model) if !model.is_ready => context.health.set(
            "model",
            HealthStatus::Degraded,
            &format!("{}: {}", model.id, model.reason),
            Some("nexus models list"),
            now,
        ),
        _ => context.health.set("model", HealthStatus::Healthy, &choice.model, None, now),
    }
    tracing::info!(model = %choice.model, reason = %choice.reason, "model chosen");
    context.engine.set_models(pool, choice);
    Ok(())
}

async fn open_ledger(home: &Home, config: &Config, bus: Bus) -> Result<Ledger, Failure> {
    let options = LedgerOptions {
        path: home.ledger_file(),
        durability: match config.is_power_safe {
            true => Durability::Power,
            false => Durability::Process,
        },
        n_readers: READERS,
        on_commit: Some(Box::new(move |events: &[Arc<Committed>]| bus.committed(events))),
    };
    let opened = tokio::task::spawn_blocking(move || Ledger::open(options)).await;
    Ok(opened.map_err(Failure::internal)??)
}

/// Finds out what the operating system can enforce, and says it where the owner looks. Also where
/// the daemon's own program lies, which is its helper.
async fn open_sandbox(
    options: SandboxOptions,
    health: &HealthBoard,
    now: Timestamp,
) -> (Arc<Programs>, Option<PathBuf>) {
    let beside = options.helper.as_deref().and_then(Path::parent).map(Path::to_owned);
    let has_helper = beside.is_some();
    let sandbox = Sandbox::open(options).await;
    let posture = sandbox.posture().to_string();
    tracing::info!(%posture, "programs are confined");
    let fix = Some(
        "see docs/sandbox.md; until then every program asks, and without namespaces none has network",
    );
    match sandbox.posture() {
        Posture::Full => health.set("sandbox", HealthStatus::Healthy, &posture, None, now),
        // A program that cannot start itself as a helper runs no programs at all.
        _ if !has_helper => {}
        _ => health.set("sandbox", HealthStatus::Degraded, &posture, fix, now),
    }
    (Arc::new(Programs::new(sandbox)), beside)
}

async fn make_engine(
    config: &ConfigHandle,
    credentials: &Credentials,
    ledger: &Ledger,
    hooks: Vec<Arc<dyn Hook>>,
) -> Result<Engine, Failure> {
    let environment = config.environment();
    let current = config.current();
    credentials.configure(&current);
    let (providers, choice) =
        engine::choose_models(&current, environment, credentials, false).await;
    let cooldowns = ledger.read(|r| r.cooldowns().all()).await?;
    Ok(Engine::new(engine::pool(&current, providers, cooldowns)?, choice, hooks))
}

fn bind(
    context: &Context,
    handed: Option<std::net::TcpListener>,
) -> Result<tokio::net::TcpListener, Failure> {
    if let Some(listener) = handed {
        return take_over(listener);
    }
    let config = context.config.current();
    let address = SocketAddr::new(config.expose.bind.inside(), config.runtime.port);
    server::bind(address).map_err(|error| {
        let failure = Failure::unavailable(format!("cannot listen on {address}: {error}"));
        match error.kind() {
            std::io::ErrorKind::AddrInUse => failure
                .hint("another program uses this port; choose another one: nexus up --port 18790"),
            _ => failure.hint("check runtime.bind and runtime.port in nexus.toml"),
        }
    })
}

/// Takes over a listener that somebody else opened, if nobody but this machine reaches it: whoever
/// opens it to others does so in the configuration, where it brings TLS.
fn take_over(listener: std::net::TcpListener) -> Result<tokio::net::TcpListener, Failure> {
    let address = listener.local_addr().map_err(Failure::internal)?;
    if !address.ip().is_loopback() {
        let message = format!("the socket unit listens on {address}, which others reach");
        return Err(Failure::denied(message)
            .hint("use ListenStream=127.0.0.1:PORT there; others are let in by: nexus expose"));
    }
    listener.set_nonblocking(true).map_err(Failure::internal)?;
    tokio::net::TcpListener::from_std(listener).map_err(Failure::internal)
}

async fn record(context: &Context, event: Event) -> Result<(), Failure> {
    let now = context.clock.now();
    context.ledger.write(move |tx| tx.events().record(now, &event).map(|_| ())).await?;
    Ok(())
}
