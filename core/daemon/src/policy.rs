//! The policies in force: built in, written by a person, granted; and the agents they hold for.
//!
//! [`Iam`] answers, [`Policies`] brings the answers up to date. What changed is a new engine,
//! swapped in whole; each swap begins a new epoch, so that whoever holds on to a verdict or to an
//! open connection can tell that it has to ask again.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use nexus_agent::port::Clock;
use nexus_domain::Failure;
use nexus_iam::{Engine, Grants, Holder, PolicyError, PolicyProblem, PolicySource, Query, Verdict};
use nexus_ledger::Ledger;
use nexus_protocol::health::HealthStatus;
use tokio::sync::{Mutex, watch};

use crate::agents::Book;
use crate::config::Config;
use crate::health::HealthBoard;
use crate::home::Home;
use crate::pinned;

/// Largest file of policies, in bytes.
pub const POLICY_BYTES_MAX: u64 = 1024 * 1024;
/// Most files of policies.
pub const POLICY_FILES_MAX: usize = 200;
/// The line of the health board.
const HEALTH: &str = "policies";

/// Decides what may happen. Clones share the engine.
#[derive(Clone)]
pub struct Iam {
    inner: Arc<Inner>,
}

struct Inner {
    engine: RwLock<Arc<Engine>>,
    epoch: watch::Sender<u64>,
    clock: Arc<dyn Clock>,
}

impl Iam {
    fn new(engine: Engine, clock: Arc<dyn Clock>) -> Self {
        let engine = RwLock::new(Arc::new(engine));
        Self { inner: Arc::new(Inner { engine, epoch: watch::Sender::new(1), clock }) }
    }

    /// Decides a query by what is in force at this moment.
    #[must_use]
    pub fn decide(&self, query: &Query) -> Verdict {
        self.engine().decide_at(query, Some(self.inner.clock.now()))
    }

    /// The engine in force; whoever keeps it keeps what may be out of date.
    #[must_use]
    pub fn engine(&self) -> Arc<Engine> {
        Arc::clone(&self.inner.engine.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts the swaps: a verdict of an earlier epoch says nothing any more.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        *self.inner.epoch.borrow()
    }

    /// Tells of each new epoch.
    #[must_use]
    pub fn epochs(&self) -> watch::Receiver<u64> {
        self.inner.epoch.subscribe()
    }

    fn swap(&self, engine: Engine) {
        let mut current = self.inner.engine.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(engine);
        drop(current);
        // After the swap: whoever sees the new epoch must meet the new engine.
        self.inner.epoch.send_modify(|epoch| *epoch += 1);
    }
}

/// Keeps [`Iam`] up to date.
pub struct Policies {
    iam: Iam,
    ledger: Ledger,
    home: Home,
    clock: Arc<dyn Clock>,
    /// How far the grant log has been read; held while the engine is changed.
    seen: Mutex<u64>,
}

impl Policies {
    /// Reads everything at start. Policies of a person that cannot be used are not passed over:
    /// until they are mended, everything is denied but the owner's control plane.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn open(
        home: &Home,
        config: &Config,
        book: &Book,
        ledger: &Ledger,
        clock: &Arc<dyn Clock>,
        health: &HealthBoard,
    ) -> Result<(Iam, Self), Failure> {
        let now = clock.now();
        let engine = match sources(home, config, book).and_then(|sources| Engine::new(&sources)) {
            Ok(engine) => {
                health.set(HEALTH, HealthStatus::Healthy, "in force", None, now);
                engine
            }
            Err(error) => {
                tracing::error!(%error, "the policies cannot be used; everything is denied");
                let reason = format!("everything is denied: {error}");
                let fix = Some("mend the file, then: nexus daemon reload");
                health.set(HEALTH, HealthStatus::Unhealthy, &reason, fix, now);
                Engine::new(&[LOCKED.source()]).map_err(Failure::internal)?
            }
        };
        let (seen, grants) = ledger
            .read(move |r| Ok((r.grants().log_position()?, r.grants().in_force(now)?)))
            .await?;
        let engine = engine.with_agents(book.profiles()).with_grants(Grants::new(grants));
        let engine = engine.with_people(config.people.clone());
        let iam = Iam::new(engine, Arc::clone(clock));
        let policies = Self {
            iam: iam.clone(),
            ledger: ledger.clone(),
            home: home.clone(),
            clock: Arc::clone(clock),
            seen: Mutex::new(seen),
        };
        Ok((iam, policies))
    }

    /// Brings the grants up to date; to be called after the commit of a grant that was made or
    /// taken back, so that the next decision knows.
    ///
    /// # Errors
    /// When the ledger cannot be read. Then nothing is allowed by a grant any more until this
    /// succeeds: one of them may have been revoked.
    pub async fn grants_changed(&self) -> Result<(), Failure> {
        let mut seen = self.seen.lock().await;
        let (from, now) = (*seen, self.clock.now());
        let engine = self.iam.engine();
        match self.ledger.read(move |r| r.grants().changed_since(from)).await {
            Ok((position, changed)) => {
                if changed.is_empty() {
                    return Ok(());
                }
                let mut grants = engine.grants().clone();
                for grant in changed {
                    match grant.is_in_force(now) {
                        true => grants.insert(grant),
                        false => grants.remove(grant.id),
                    }
                }
                self.iam.swap(engine.with_grants(grants));
                *seen = position;
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "the grants cannot be read; none allows anything");
                self.iam.swap(engine.with_grants(engine.grants().denials()));
                // From the start, because what was left out has to be read again.
                *seen = 0;
                Err(error.into())
            }
        }
    }

    /// Says who holds credentials now; begins an epoch even if nothing changed.
    pub async fn holders_changed(&self, holders: Vec<Holder>) {
        let _seen = self.seen.lock().await;
        self.iam.swap(self.iam.engine().with_holders(holders));
    }

    /// Reads and checks the policies of the person, with the constraints of a configuration;
    /// nothing changes yet.
    ///
    /// # Errors
    /// `Invalid`, with file, line and reason of each problem; those in force stay.
    pub async fn read_again(
        &self,
        config: &Config,
        book: &Book,
        health: &HealthBoard,
    ) -> Result<Fresh, Failure> {
        let (home, config, book) = (self.home.clone(), config.clone(), book.clone());
        let read = move || {
            let engine = sources(&home, &config, &book).and_then(|all| Engine::new(&all))?;
            Ok(engine.with_people(config.people))
        };
        let read = tokio::task::spawn_blocking(read).await.map_err(Failure::internal)?;
        read.map(Fresh).map_err(|error| {
            let reason = format!("the policies stay as they were: {error}");
            let fix = Some("mend the file, then: nexus daemon reload");
            let is_locked = self.iam.engine().policies().iter().any(|p| p.id == LOCKED.id);
            let status = if is_locked { HealthStatus::Unhealthy } else { HealthStatus::Degraded };
            health.set(HEALTH, status, &reason, fix, self.clock.now());
            refused(&reason, &error)
        })
    }

    /// Puts policies that were read in force, with the agents there are.
    pub async fn put_in_force(&self, fresh: Fresh, book: &Book, health: &HealthBoard) {
        // Held, so that no grant is lost that is being taken over at the same time.
        let _seen = self.seen.lock().await;
        let engine = self.iam.engine();
        let (grants, holders) = (engine.grants().clone(), engine.holders());
        let fresh = fresh.0.with_agents(book.profiles());
        self.iam.swap(fresh.with_grants(grants).with_holders(holders));
        health.set(HEALTH, HealthStatus::Healthy, "in force", None, self.clock.now());
    }

    /// Takes over agents that were made, changed or removed, where no rule names a place.
    pub async fn agents_changed(&self, book: &Book) {
        let _seen = self.seen.lock().await;
        self.iam.swap(self.iam.engine().with_agents(book.profiles()));
    }

    /// Where a person's policies lie.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        folder(&self.home)
    }
}

/// Policies that were read and are not in force yet.
pub struct Fresh(Engine);

/// A refusal with its problems, for people and for programs.
#[must_use]
pub fn refused(message: &str, error: &PolicyError) -> Failure {
    let problems: Vec<_> = error
        .problems
        .iter()
        .map(|p| serde_json::json!({ "file": p.source, "line": p.line, "problem": p.problem }))
        .collect();
    Failure::invalid(message)
        .hint("mend the place that is named; `nexus acl policies validate` checks without changing")
        .details(serde_json::json!({ "problems": problems }))
}

/// What is in force while a person's policies cannot be read: they may have forbidden anything.
struct Locked {
    id: &'static str,
    text: &'static str,
}

const LOCKED: Locked = Locked {
    id: "policies-unusable",
    text: "@id(\"policies-unusable\")\n\
           @reason(\"the policies in state/acl cannot be used, and what they forbid is not known; \
           mend them, then run `nexus daemon reload`\")\n\
           forbid (principal, action, resource)\n\
           unless { principal is Owner && action == Action::\"call\" };\n",
};

impl Locked {
    fn source(&self) -> PolicySource {
        PolicySource::written("built in while locked", self.text)
    }
}

fn folder(home: &Home) -> PathBuf {
    home.state().join("acl")
}

/// Everything that a person has to say: the files of the folder, then the pinned constraints.
pub(crate) fn sources(
    home: &Home,
    config: &Config,
    book: &Book,
) -> Result<Vec<PolicySource>, PolicyError> {
    let mut sources = read_folder(&folder(home))?;
    sources.extend(pinned::policies(home, config, book));
    Ok(sources)
}

/// The policies of a folder, in order of the file names. No folder is no policies.
fn read_folder(folder: &Path) -> Result<Vec<PolicySource>, PolicyError> {
    let unreadable = |path: &Path, problem: String| PolicyError {
        problems: vec![PolicyProblem { source: file_name(path), line: None, problem }],
    };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|e| unreadable(folder, format!("cannot be read: {e}")))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| unreadable(folder, format!("cannot be read: {e}")))?.path();
        if path.extension().is_some_and(|extension| extension == "cedar") {
            paths.push(path);
        }
    }
    if paths.len() > POLICY_FILES_MAX {
        let problem = format!("{} files of policies; at most {POLICY_FILES_MAX}", paths.len());
        return Err(unreadable(folder, problem));
    }
    paths.sort();
    let mut sources = Vec::new();
    for path in paths {
        let meta = std::fs::metadata(&path).map_err(|e| unreadable(&path, e.to_string()))?;
        if meta.len() > POLICY_BYTES_MAX {
            let problem = format!("{} bytes; at most {POLICY_BYTES_MAX}", meta.len());
            return Err(unreadable(&path, problem));
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|error| unreadable(&path, format!("cannot be read: {error}")))?;
        sources.push(PolicySource::written(file_name(&path), text));
    }
    Ok(sources)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into())
}
