//! Programs that run beside the conversation, and the sandbox that all programs run in. One for
//! the whole daemon, so that the limits hold over all runs and a drain ends every program.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexus_sandbox::{Ended, Mechanism, Posture, Sandbox};
use tokio_util::sync::CancellationToken;

use super::running::Output;

/// Most programs in the background of one session.
pub const BACKGROUND_PER_SESSION_MAX: usize = 4;
/// Most programs in the background of all sessions together.
pub const BACKGROUND_MAX: usize = 16;
/// Most programs that have ended and whose output is kept.
const ENDED_MAX: usize = 16;

/// A program in the background.
#[derive(Clone)]
pub(super) struct Entry {
    pub session: String,
    pub line: String,
    pub output: Arc<Mutex<Output>>,
    pub ended: Option<Ended>,
    pub stop: CancellationToken,
}

#[derive(Default)]
struct Table {
    entries: BTreeMap<u64, Entry>,
    n_started: u64,
    is_closed: bool,
}

/// The sandbox, and the programs that run in the background.
pub struct Programs {
    sandbox: Arc<Sandbox>,
    table: Mutex<Table>,
    /// Rises whenever one has ended.
    bell: tokio::sync::watch::Sender<u64>,
}

impl Programs {
    /// Keeps a sandbox, with nothing running in it.
    #[must_use]
    pub fn new(sandbox: Sandbox) -> Self {
        Self {
            sandbox: Arc::new(sandbox),
            table: Mutex::default(),
            bell: tokio::sync::watch::Sender::new(0),
        }
    }

    /// How far programs are confined here.
    #[must_use]
    pub fn posture(&self) -> &Posture {
        self.sandbox.posture()
    }

    /// Whether programs have a `/tmp` of their own.
    #[must_use]
    pub fn has_scratch(&self) -> bool {
        self.sandbox.has(Mechanism::Namespaces)
    }

    /// Whether programs can be given a network of their own, with one way out of it.
    #[must_use]
    pub fn has_own_network(&self) -> bool {
        self.sandbox.has(Mechanism::Namespaces)
    }

    /// Kills every program in the background, takes no new ones, and waits until all are gone.
    pub async fn close(&self) {
        let mut bell = self.bell.subscribe();
        {
            let mut table = self.table();
            table.is_closed = true;
            table.entries.values().for_each(|entry| entry.stop.cancel());
        }
        loop {
            bell.mark_unchanged();
            if self.table().entries.values().all(|entry| entry.ended.is_some()) {
                return;
            }
            if bell.changed().await.is_err() {
                return;
            }
        }
    }

    /// The sandbox, for others who run strangers.
    #[must_use]
    pub fn sandbox(&self) -> &Arc<Sandbox> {
        &self.sandbox
    }

    /// Takes a place for a program, before it is started.
    pub(super) fn enter(&self, entry: Entry) -> Result<u64, String> {
        let mut table = self.table();
        if table.is_closed {
            return Err("the daemon is stopping; nothing new is started".to_owned());
        }
        let running = |session: Option<&str>| {
            let alive = table.entries.values().filter(|other| other.ended.is_none());
            alive.filter(|other| session.is_none_or(|session| other.session == session)).count()
        };
        if running(Some(&entry.session)) >= BACKGROUND_PER_SESSION_MAX {
            return Err(format!(
                "{BACKGROUND_PER_SESSION_MAX} programs run in the background of this conversation \
                 already; end one with exec_process first"
            ));
        }
        if running(None) >= BACKGROUND_MAX {
            return Err(format!(
                "{BACKGROUND_MAX} programs run in the background already; try again later"
            ));
        }
        table.n_started += 1;
        let handle = table.n_started;
        table.entries.insert(handle, entry);
        Ok(handle)
    }

    /// Notes that a program has ended; the oldest ones that have are forgotten.
    pub(super) fn leave(&self, handle: u64, ended: Ended) {
        let mut table = self.table();
        if let Some(entry) = table.entries.get_mut(&handle) {
            entry.ended = Some(ended);
        }
        let over: Vec<u64> = table
            .entries
            .iter()
            .rev()
            .filter(|(_, entry)| entry.ended.is_some())
            .skip(ENDED_MAX)
            .map(|(handle, _)| *handle)
            .collect();
        for handle in over {
            table.entries.remove(&handle);
        }
        drop(table);
        self.bell.send_modify(|n| *n += 1);
    }

    /// Gives up the place of a program that did not start.
    pub(super) fn withdraw(&self, handle: u64) {
        self.table().entries.remove(&handle);
        self.bell.send_modify(|n| *n += 1);
    }

    /// The programs of a session, the oldest first. Those of others are not seen.
    pub(super) fn of_session(&self, session: &str) -> Vec<(u64, Entry)> {
        let table = self.table();
        let ours = table.entries.iter().filter(|(_, entry)| entry.session == session);
        ours.map(|(handle, entry)| (*handle, entry.clone())).collect()
    }

    /// Waits until a program has ended.
    pub(super) async fn ended(&self, handle: u64) -> Option<Ended> {
        let mut bell = self.bell.subscribe();
        loop {
            bell.mark_unchanged();
            match self.table().entries.get(&handle) {
                Some(entry) if entry.ended.is_some() => return entry.ended,
                Some(_) => {}
                None => return None,
            }
            bell.changed().await.ok()?;
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
