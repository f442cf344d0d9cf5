//! The one thread that writes. It takes everything that waits, runs it inside one transaction and
//! commits once.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::LedgerError;
use crate::event::Committed;
use crate::ledger::{OnCommit, Tx};
use crate::reader::panic_message;

/// Most closures that share one commit: bounds how long the first of them waits for the last.
const GROUP_LEN_MAX: usize = 256;

/// What travels to the writer.
pub(crate) enum WriteJob {
    Run(Box<dyn Change>),
    /// Writes the log back into the file, as far as readers let it.
    Flush(oneshot::Sender<Result<(), LedgerError>>),
    Close,
}

/// A change that waits to be run. It must be settled one way or the other.
pub(crate) trait Change: Send {
    fn run(self: Box<Self>, tx: &mut Tx<'_>) -> Box<dyn Ran>;
    fn refuse(self: Box<Self>, error: LedgerError);
}

/// A change that was run and whose caller still waits for the commit.
pub(crate) trait Ran {
    fn error(&self) -> Option<&LedgerError>;
    /// Answers the caller: with the change's own result, or with the failure of the commit.
    fn settle(self: Box<Self>, commit: Result<(), LedgerError>);
}

pub(crate) struct WriteTask<T, F> {
    pub(crate) change: F,
    pub(crate) reply: oneshot::Sender<Result<T, LedgerError>>,
}

struct RanTask<T> {
    result: Result<T, LedgerError>,
    reply: oneshot::Sender<Result<T, LedgerError>>,
}

impl<T, F> Change for WriteTask<T, F>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<T, LedgerError> + Send + 'static,
{
    fn run(self: Box<Self>, tx: &mut Tx<'_>) -> Box<dyn Ran> {
        let Self { change, reply } = *self;
        // Unwind safety: a panicking change is rolled back, so nobody sees what it left half done.
        let result = catch_unwind(AssertUnwindSafe(|| change(tx)))
            .unwrap_or_else(|panic| Err(LedgerError::Panicked { message: panic_message(&*panic) }));
        Box::new(RanTask { result, reply })
    }

    fn refuse(self: Box<Self>, error: LedgerError) {
        let _ = self.reply.send(Err(error));
    }
}

impl<T: Send + 'static> Ran for RanTask<T> {
    fn error(&self) -> Option<&LedgerError> {
        self.result.as_ref().err()
    }

    fn settle(self: Box<Self>, commit: Result<(), LedgerError>) {
        let Self { result, reply } = *self;
        // A caller that no longer listens has nothing to say about what was committed.
        let _ = reply.send(result.and_then(|value| commit.map(|()| value)));
    }
}

pub(crate) struct Writer {
    conn: Connection,
    jobs: mpsc::Receiver<WriteJob>,
    position: Arc<AtomicU64>,
    on_commit: Option<OnCommit>,
    waiting: VecDeque<Box<dyn Change>>,
    /// Those who wait for the log to be written back.
    flushes: Vec<oneshot::Sender<Result<(), LedgerError>>>,
}

impl Writer {
    pub(crate) fn new(
        conn: Connection,
        jobs: mpsc::Receiver<WriteJob>,
        position: Arc<AtomicU64>,
        on_commit: Option<OnCommit>,
    ) -> Self {
        let waiting = VecDeque::with_capacity(GROUP_LEN_MAX);
        Self { conn, jobs, position, on_commit, waiting, flushes: Vec::new() }
    }

    pub(crate) fn start(self) -> Result<JoinHandle<()>, LedgerError> {
        std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || self.run())
            .map_err(|error| LedgerError::Unusable { detail: error.to_string() })
    }

    fn run(mut self) {
        while self.gather() {
            self.commit_group();
            self.flush();
        }
        let checkpoint = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()));
        if let Err(error) = checkpoint {
            tracing::warn!(%error, "the log could not be written back; the next start does it");
        }
    }

    /// Waits for something to do and takes all that is there; false when there is nothing more.
    fn gather(&mut self) -> bool {
        if self.waiting.is_empty() {
            match self.jobs.blocking_recv() {
                Some(job) => self.take(job),
                None => return false,
            }
        }
        // Those who were just answered often have the next change at hand: one commit more for
        // the first of them alone would make all others wait for a second one.
        std::thread::yield_now();
        while self.waiting.len() < GROUP_LEN_MAX {
            let Ok(job) = self.jobs.try_recv() else { break };
            self.take(job);
        }
        true
    }

    fn take(&mut self, job: WriteJob) {
        match job {
            WriteJob::Run(change) => self.waiting.push_back(change),
            WriteJob::Flush(reply) => self.flushes.push(reply),
            WriteJob::Close => self.jobs.close(),
        }
    }

    fn commit_group(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        if let Err(error) = self.begin() {
            tracing::error!(%error, n_writes = self.waiting.len(), "no transaction begins");
            for change in self.waiting.drain(..) {
                quietly(|| change.refuse(error.clone()));
            }
            return;
        }
        let group = self.run_group();
        let commit = match group.lost {
            Some(error) => Err(error),
            None if group.ran.iter().all(|ran| ran.error().is_some()) => self.execute("ROLLBACK"),
            None => self.execute("COMMIT"),
        };
        match &commit {
            Ok(()) => self.announce(&group.recorded),
            Err(error) => {
                tracing::error!(%error, n_writes = group.ran.len(), "a group was not committed");
                self.roll_back();
            }
        }
        for ran in group.ran {
            quietly(|| ran.settle(commit.clone()));
        }
    }

    /// Writes back what readers are done with and waits for nobody, so that it takes no longer than
    /// the disk does.
    fn flush(&mut self) {
        if self.flushes.is_empty() {
            return;
        }
        let flushed = self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()));
        let flushed = flushed.map_err(LedgerError::from);
        for reply in self.flushes.drain(..) {
            // Whoever gave up waiting has nothing to be told.
            let _ = reply.send(flushed.clone());
        }
    }

    fn begin(&self) -> Result<(), LedgerError> {
        self.roll_back();
        self.execute("BEGIN IMMEDIATE")
    }

    /// Runs the waiting changes, each behind a savepoint of its own, so that one that fails takes
    /// nothing of the others with it.
    fn run_group(&mut self) -> Group {
        let mut group = Group::default();
        while let Some(change) = self.waiting.pop_front() {
            if let Err(error) = self.execute("SAVEPOINT change") {
                quietly(|| change.refuse(error.clone()));
                group.lost = Some(error);
                break;
            }
            let mut tx = Tx::new(&self.conn);
            let ran = change.run(&mut tx);
            let recorded = tx.into_recorded();
            let closed = if self.conn.is_autocommit() {
                // A full disk or a broken one can make SQLite roll back everything at once.
                Err(ran.error().cloned().unwrap_or(LedgerError::DiskFull))
            } else if ran.error().is_some() {
                self.execute("ROLLBACK TO change").and_then(|()| self.execute("RELEASE change"))
            } else {
                group.recorded.extend(recorded);
                self.execute("RELEASE change")
            };
            group.ran.push(ran);
            if let Err(error) = closed {
                // What still waits was not touched; it goes into the next group.
                group.lost = Some(error);
                break;
            }
        }
        group
    }

    fn announce(&self, recorded: &[Arc<Committed>]) {
        let Some(last) = recorded.last() else { return };
        self.position.store(last.position.0, Ordering::Release);
        if let Some(on_commit) = &self.on_commit {
            quietly(|| on_commit(recorded));
        }
    }

    fn roll_back(&self) {
        if !self.conn.is_autocommit()
            && let Err(error) = self.execute("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    fn execute(&self, sql: &str) -> Result<(), LedgerError> {
        self.conn.prepare_cached(sql)?.execute(())?;
        Ok(())
    }
}

#[derive(Default)]
struct Group {
    ran: Vec<Box<dyn Ran>>,
    recorded: Vec<Arc<Committed>>,
    /// Why the whole transaction is gone.
    lost: Option<LedgerError>,
}

/// Runs somebody else's code; the writer outlives its panic.
fn quietly(action: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(action)) {
        tracing::error!(message = panic_message(&*panic), "a listener of the ledger panicked");
    }
}
