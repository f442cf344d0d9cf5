//! The one thread that writes. It takes everything that waits, runs it inside one transaction and
//! commits once.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::error::LedgerError;
use crate::event::Committed;
use crate::lease::{self, Claim, Lease};
use crate::ledger::{OnCommit, Tx};
use crate::reader::panic_message;

/// Most closures that share one commit: bounds how long the first of them waits for the last.
const GROUP_LEN_MAX: usize = 256;

/// What travels to the writer.
pub(crate) enum WriteJob {
    Run(Box<dyn Change>),
    /// Writes the log back into the file, as far as readers let it.
    Flush(oneshot::Sender<Result<(), LedgerError>>),
    /// Makes this writer the owner, after everything that was queued before.
    Lease(Claim, oneshot::Sender<Result<Lease, LedgerError>>),
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
    /// Somebody who wants to become the owner; nothing more is gathered until that is settled.
    claim: Option<(Claim, oneshot::Sender<Result<Lease, LedgerError>>)>,
    /// The lease that every commit must find in force. Tools that open a ledger nobody runs have
    /// none.
    lease: Option<Lease>,
    /// Set once, for good, when another epoch is found.
    deposed: watch::Sender<Option<LedgerError>>,
}

impl Writer {
    pub(crate) fn new(
        conn: Connection,
        jobs: mpsc::Receiver<WriteJob>,
        position: Arc<AtomicU64>,
        on_commit: Option<OnCommit>,
        deposed: watch::Sender<Option<LedgerError>>,
    ) -> Self {
        let waiting = VecDeque::with_capacity(GROUP_LEN_MAX);
        let (flushes, claim, lease) = (Vec::new(), None, None);
        Self { conn, jobs, position, on_commit, waiting, flushes, claim, lease, deposed }
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
            self.settle_claim();
        }
        if self.deposed.borrow().is_some() {
            // The file is somebody else's, and so is its log.
            return;
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
        while self.waiting.len() < GROUP_LEN_MAX && self.claim.is_none() {
            let Ok(job) = self.jobs.try_recv() else { break };
            self.take(job);
        }
        true
    }

    fn take(&mut self, job: WriteJob) {
        match job {
            WriteJob::Run(change) => self.waiting.push_back(change),
            WriteJob::Flush(reply) => self.flushes.push(reply),
            WriteJob::Lease(claim, reply) => self.claim = Some((claim, reply)),
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
        let flushed = match self.deposed.borrow().clone() {
            Some(error) => Err(error),
            None => {
                let log = "PRAGMA wal_checkpoint(PASSIVE)";
                self.conn.query_row(log, (), |_| Ok(())).map_err(LedgerError::from)
            }
        };
        for reply in self.flushes.drain(..) {
            // Whoever gave up waiting has nothing to be told.
            let _ = reply.send(flushed.clone());
        }
    }

    /// Opens a transaction as the owner. From here to its end nobody else can write, so that the
    /// lease that is found in force stays so.
    fn begin(&self) -> Result<(), LedgerError> {
        if let Some(error) = self.deposed.borrow().clone() {
            return Err(error);
        }
        self.roll_back();
        self.execute("BEGIN IMMEDIATE")?;
        let Some(lease) = &self.lease else { return Ok(()) };
        lease::check(&self.conn, lease).inspect_err(|error| {
            self.roll_back();
            if let LedgerError::Deposed { .. } = error {
                self.deposed.send_replace(Some(error.clone()));
            }
        })
    }

    fn settle_claim(&mut self) {
        let Some((claim, reply)) = self.claim.take() else { return };
        let taken = self.take_lease(claim);
        if taken.is_err() {
            self.roll_back();
        }
        // An owner that nobody waits for any more is the owner all the same.
        let _ = reply.send(taken);
    }

    fn take_lease(&mut self, claim: Claim) -> Result<Lease, LedgerError> {
        self.begin()?;
        let lease = lease::take(&self.conn, claim)?;
        self.execute("COMMIT")?;
        self.lease = Some(lease.clone());
        Ok(lease)
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
