//! Handing the home over from one daemon to another: the owner drains and lets go, the newcomer
//! waits for the lock, takes the lease and the port, and goes on as after a restart. If either dies
//! in between, the home is free or still owned, and nothing is lost: everything that was
//! acknowledged is in the ledger.

mod ask;
mod force;
mod keeper;

use std::fmt;
use std::fs::File;
use std::sync::Arc;

use nexus_agent::port::Clock;
use nexus_domain::failure::Failure;
use nexus_domain::principal::Principal;
use nexus_ledger::SCHEMA_VERSION;
use nexus_protocol::runtime::{HandoverParams, HandoverResult};

use crate::assemble::StartOptions;
use crate::context::Context;
use crate::home::{self, Home, HomeLock, Owner};
use crate::place::resolved;
use ask::Answer;

/// How long a hand-over takes, in milliseconds, as clients are told.
pub const HANDOVER_MS: u64 = 2_000;
/// Time that models have to end what they say before it is asked for anew by the next owner, in
/// milliseconds.
pub(crate) const RUNS_MS_MAX: u64 = 750;
/// What stopping takes beside the runs, at most, in milliseconds: sends under way, adapters,
/// connections, the ledger.
const STOP_MS_MAX: u64 = 20_000;
/// Pause between two looks at effects that have begun, in milliseconds.
const EFFECT_LOOK_MS: u64 = 20;
/// Pause between two tries for the lock, in milliseconds.
const LOCK_LOOK_MS: u64 = 10;
/// Pause between two looks at an owner that just starts or stops, in milliseconds.
const OWNER_LOOK_MS: u64 = 50;
/// Time that an owner has to say anything at all, in milliseconds.
const SILENT_MS_MAX: u64 = 5_000;
/// Time between two words while waiting, in milliseconds.
const EXPLAIN_EVERY_MS: u64 = 1_000;

/// Who takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Successor {
    /// Process id.
    pub pid: u32,
    /// How it runs.
    pub kind: String,
}

impl fmt::Display for Successor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({})", self.pid, self.kind)
    }
}

/// Has this daemon drain and leave its home to another process of its owner.
///
/// # Errors
/// When that process cannot go on where this one stops, or somebody would start this one again.
pub(crate) async fn begin(
    context: &Context,
    by: &Principal,
    params: HandoverParams,
) -> Result<HandoverResult, Failure> {
    if *by != Principal::Owner {
        return Err(Failure::denied(format!("{by} may not take over the home of its owner"))
            .hint("take over with the control-plane token of the home: nexus up --take-over"));
    }
    let own = context.home.root();
    if resolved(std::path::Path::new(&params.home)) != resolved(own) {
        let message = format!("this daemon runs {}, not {}", own.display(), params.home);
        return Err(Failure::conflict(message).hint("name the home that is meant: --home"));
    }
    keeper::check(context).await?;
    if params.schema_version < SCHEMA_VERSION {
        let message = format!(
            "nexus {} does not know the database of nexus {}",
            params.version,
            crate::assemble::VERSION
        );
        return Err(Failure::conflict(message).hint("start one that is not older than this one"));
    }
    let result = HandoverResult {
        pid: std::process::id(),
        epoch: context.lease.epoch,
        within_ms: context.config.current().runtime.drain_ms + STOP_MS_MAX,
    };
    if context.shutdown.has_begun() {
        // It lets go anyway, and whoever is quickest has the home.
        return Ok(result);
    }
    let successor = Successor { pid: params.pid, kind: params.kind };
    tracing::info!(%successor, version = params.version, "the home is being handed over");
    context.shutdown.begin_handover(successor, HANDOVER_MS);
    // Runs go on at their next step, there.
    context.pause.leave();
    Ok(result)
}

/// Waits for effects that have begun: what a tool does may not be repeatable, while a model can be
/// asked again.
pub(crate) async fn await_effects(context: &Context, within_ms: u64) {
    let n_open = async {
        loop {
            match context.ledger.read(|r| r.audit().n_open_of_turns()).await {
                Ok(0) | Err(_) => return,
                Ok(_) => context.clock.sleep(EFFECT_LOOK_MS).await,
            }
        }
    };
    tokio::select! {
        () = n_open => {}
        () = context.clock.sleep(within_ms) => {
            tracing::warn!(within_ms, "a tool is still at work; a person will be asked about it");
        }
    }
}

/// The home as a newcomer has it before it starts.
pub struct Taken {
    pub(crate) lock: HomeLock,
    /// Held until the newcomer has its lease: only one takes over at a time.
    pub(crate) gate: File,
}

/// Takes a home over from whoever owns it, so that a daemon can be assembled on it with these
/// options. `say` is told what is waited for. Nothing is changed when it fails.
///
/// # Errors
/// When the owner refuses or says nothing, another one is taking over, or the owner does not let
/// go in time; each with what to do.
pub async fn take_over(
    options: &mut StartOptions,
    is_forced: bool,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<(), Failure> {
    let home = Home::new(options.home.clone());
    home.init()?;
    let gate = gate(&home)?;
    let clock = Arc::clone(&options.clock);
    let me = Owner::of_process(options.kind, clock.now());
    let (mut waited_ms, mut why) = (0, "it has not said yet where it listens".to_owned());
    let owner = loop {
        let present = match HomeLock::try_take(&home, me.clone())? {
            Ok(lock) => {
                options.taken = Some(Taken { lock, gate });
                return Ok(());
            }
            Err(present) => present,
        };
        let asked = match present.as_ref().and_then(|owner| owner.address) {
            Some(address) => ask::ask(&home, address, &*clock, &me).await?,
            None => Answer::Silent { why: why.clone(), took_ms: 0 },
        };
        match asked {
            Answer::Granted(granted) => {
                if let Some(address) = present.as_ref().and_then(|owner| owner.address) {
                    options.port.get_or_insert(address.port());
                }
                let lock = wait(&home, &me, &*clock, granted, say).await?;
                options.taken = Some(Taken { lock, gate });
                return Ok(());
            }
            Answer::Refused(failure) => return Err(failure),
            Answer::Silent { why: said, took_ms } => {
                why = said;
                waited_ms += took_ms + OWNER_LOOK_MS;
            }
        }
        if waited_ms >= SILENT_MS_MAX {
            break present;
        }
        clock.sleep(OWNER_LOOK_MS).await;
    };
    if !is_forced {
        return Err(silent(&home, owner.as_ref(), &why));
    }
    force::free_port(&home, owner.as_ref(), options)?;
    let lock = force::force(&home, owner.as_ref(), me, clock.now(), say).await?;
    options.taken = Some(Taken { lock, gate });
    Ok(())
}

/// Waits until the owner has let go.
async fn wait(
    home: &Home,
    me: &Owner,
    clock: &dyn Clock,
    granted: HandoverResult,
    say: &(dyn Fn(&str) + Send + Sync),
) -> Result<HomeLock, Failure> {
    let (mut waited_ms, mut explain_at_ms) = (0, EXPLAIN_EVERY_MS);
    while waited_ms < granted.within_ms {
        if let Ok(lock) = HomeLock::try_take(home, me.clone())? {
            tracing::info!(from = granted.pid, epoch = granted.epoch, "the home was handed over");
            return Ok(lock);
        }
        if waited_ms >= explain_at_ms {
            explain_at_ms += EXPLAIN_EVERY_MS;
            let seconds = waited_ms / 1_000;
            say(&format!("waiting for process {} to end its work ({seconds} s)", granted.pid));
        }
        clock.sleep(LOCK_LOOK_MS).await;
        waited_ms += LOCK_LOOK_MS;
    }
    let (pid, seconds) = (granted.pid, granted.within_ms / 1_000);
    let message = format!("process {pid} has not let go of the home within {seconds} s");
    Err(Failure::unavailable(message)
        .hint("it stops all the same; look at it with: nexus daemon logs, then: nexus up"))
}

/// Lets one newcomer through at a time.
fn gate(home: &Home) -> Result<File, Failure> {
    let path = home.lock_file().with_extension("lock.next");
    let mut options = std::fs::OpenOptions::new();
    let opened = options.read(true).write(true).create(true).truncate(false).open(&path);
    let cannot = |error: &dyn fmt::Display| {
        Failure::unavailable(format!("cannot lock {}: {error}", path.display()))
            .hint("check that the folder belongs to you and the disk has room")
    };
    let file = opened.map_err(|error| cannot(&error))?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(fs4::TryLockError::WouldBlock) => {
            Err(Failure::unavailable("another process is just taking this home over")
                .hint("see who owns it in a moment: nexus status"))
        }
        Err(fs4::TryLockError::Error(error)) => Err(cannot(&error)),
    }
}

fn silent(home: &Home, owner: Option<&Owner>, why: &str) -> Failure {
    let mut failure = home::owned(owner, home);
    failure.message = format!("{}, which does not answer: {why}", failure.message);
    failure.hint(
        "if it hangs, take over without its consent: nexus up --take-over --force; what it wakes \
         up to is refused",
    )
}

/// How long runs have to come to an end before the home is left.
pub(crate) async fn runs_ms(context: &Arc<Context>) -> u64 {
    let drain_ms = context.config.current().runtime.drain_ms;
    if context.shutdown.successor().is_none() {
        return drain_ms;
    }
    await_effects(context, drain_ms).await;
    RUNS_MS_MAX.min(drain_ms)
}
